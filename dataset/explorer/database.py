"""The SQLite file of a release, read-only: fixed queries with parameters, and an end to each."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import quote

Row = dict[str, Any]
T = TypeVar("T")

STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock."""
MAPPED = 1 << 30


class SlowQueryError(Exception):
    """A query took longer than any page may."""


class Database:
    """Connections to one file that nobody writes to."""

    def __init__(self, path: Path, *, seconds: float = 5.0) -> None:
        """Args: the file; how long a query may take."""
        self._uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        self._seconds = seconds
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._kept: dict[str, Any] = {}
        self._making = Lock()

    def rows(self, sql: str, values: Sequence[Any] = (), *, seconds: float | None = None) -> list[Row]:
        """Return the rows of a query.

        Raises:
            SlowQueryError: it took too long.
        """
        end = time.monotonic() + (self._seconds if seconds is None else seconds)
        with self._connection() as connection:
            connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
            try:
                return [dict(row) for row in connection.execute(sql, values)]
            except sqlite3.OperationalError as error:
                if "interrupted" in str(error):
                    raise SlowQueryError from error
                raise

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, None where there is none."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """Return what was made once for a release: it never changes."""
        if name not in self._kept:
            with self._making:
                if name not in self._kept:
                    self._kept[name] = make()
        found: T = self._kept[name]
        return found

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA query_only = 1")
            connection.execute(f"PRAGMA mmap_size = {MAPPED}")
        try:
            yield connection
        finally:
            self._idle.put(connection)
