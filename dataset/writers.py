"""Rows into Parquet and CSV at the same time, in portions, so that memory stays flat.

CSV is read by spreadsheets, which run what looks like a formula. A text that starts with a character that
begins one is written with an apostrophe before it, unless it is a plain signed number (`-3` in `raw` stays
`-3`) or a lone sign (a dash for "none"). Parquet holds every text as it is.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import pyarrow as pa
import pyarrow.parquet as pq

from dataset.tables import Row

PORTION = 50_000
"""Rows held in memory, and in a row group of Parquet."""

# Spreadsheets of East Asian locales take the full-width signs as well.
_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
_HARMLESS = re.compile(r"[+\-＋－]?[\d０-９][\d０-９,，.．]*%?|[+\-＋－]+")


class TableWriter:
    """Writes one table as ``<name>.parquet`` and ``<name>.csv`` into a folder. Use as a context manager."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self.name = name
        self.rows = 0
        self._schema = schema
        self.paths = (folder / f"{name}.parquet", folder / f"{name}.csv")
        self._waiting: list[Row] = []
        self._parquet = pq.ParquetWriter(self.paths[0], schema, compression="zstd")
        self._csv_file = self.paths[1].open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._csv_file, lineterminator="\n")
        self._csv.writerow(schema.names)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._parquet.close()
        self._csv_file.close()

    def write(self, row: Row) -> None:
        """Add a row; its keys are the columns of the schema."""
        self._waiting.append(row)
        self.rows += 1
        if len(self._waiting) >= PORTION:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        self._parquet.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
        names: Sequence[str] = self._schema.names
        self._csv.writerows([csv_value(row[name]) for name in names] for row in self._waiting)
        self._waiting.clear()


def csv_value(value: Any) -> str:
    """Return a value as CSV has it: empty for none, integers without a point, times as ISO 8601 with Z."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) and not _HARMLESS.fullmatch(value) else value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


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
