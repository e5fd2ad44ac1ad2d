"""Rows into Parquet, in portions, so that memory stays flat.

Everything else of a release is made from the Parquet files (`dataset.derived`, `dataset.sqlite`), so that all
forms say the same. Layout of a table in a release:

    parquet/<table>.parquet
    parquet/<table>/year=2021/<table>-2021.parquet     of a table divided by year, which is in the path only
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import pyarrow as pa
import pyarrow.parquet as pq

from dataset.schema import YEAR, TableSchema

PORTION = 50_000
"""Rows held in memory, and in a row group of Parquet."""

PARQUET = "parquet"
"""Folder of the Parquet files of a release."""

Row = Mapping[str, Any]
Values = tuple[Any, ...]


class TableWriter:
    """Writes one table. Use as a context manager.

    Rows of a table that is divided by year come in the order of the years.

    Attributes:
        schema: of the table.
        rows: written so far.
        paths: of the files, by year where divided.
    """

    def __init__(self, folder: Path, schema: TableSchema) -> None:
        self.schema = schema
        self.rows = 0
        self.paths: list[Path] = []
        self._folder = folder / PARQUET
        self._waiting: list[Values] = []
        self._digest = hashlib.sha256(repr(schema.names).encode())
        self._year: int | None = None
        self._at = schema.names.index(YEAR) if schema.by_year else None
        self._file: pq.ParquetWriter | None = None
        self._volatile = {column.name for column in schema.columns if column.volatile}
        arrow = schema.arrow
        self._arrow = arrow if self._at is None else arrow.remove(self._at)

    def __enter__(self) -> Self:
        if self._at is None:
            self._open(self._folder / f"{self.schema.name}.parquet")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        if self._file is not None:
            self._file.close()

    @property
    def content(self) -> str:
        """Hash of what was written, of the columns in memory: the bytes of Parquet depend on its writer."""
        return self._digest.hexdigest()

    def write(self, row: Row) -> None:
        """Add a row; its keys are the columns."""
        self.write_values([tuple(row[name] for name in self.schema.names)])

    def write_values(self, rows: Iterable[Values]) -> None:
        """Add rows of values in the order of the columns."""
        for row in rows:
            if self._at is not None and row[self._at] != self._year:
                self._begin_year(row[self._at])
            self._waiting.append(row)
            if len(self._waiting) >= PORTION:
                self._flush()

    def _begin_year(self, year: int) -> None:
        self._flush()
        if self._file is not None:
            self._file.close()
        assert self._year is None or self._year < year, "rows come in the order of the years"
        self._year = year
        name = self.schema.name
        self._open(self._folder / name / f"{YEAR}={year}" / f"{name}-{year}.parquet")

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.paths.append(path)
        self._file = pq.ParquetWriter(path, self._arrow, compression="zstd")

    def _flush(self) -> None:
        if not self._waiting:
            return
        assert self._file is not None
        columns: Sequence[Any] = list(zip(*self._waiting, strict=True))
        if self._at is not None:
            self._digest.update(str(self._year).encode())
            columns = [*columns[: self._at], *columns[self._at + 1 :]]
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, self._arrow, strict=True)
        ]
        self._digest.update(str(len(self._waiting)).encode())
        for array, field in zip(arrays, self._arrow, strict=True):
            if field.name in self._volatile:
                continue
            for buffer in array.buffers():
                self._digest.update(b"-" if buffer is None else buffer)
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._arrow))
        self.rows += len(self._waiting)
        self._waiting.clear()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hash_of_stream(file)


def hash_of_stream(file: BinaryIO) -> str:
    """Return the SHA-256 of what is left of a stream."""
    digest = hashlib.sha256()
    while piece := file.read(1024 * 1024):
        digest.update(piece)
    return digest.hexdigest()
