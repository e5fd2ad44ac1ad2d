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
"""Rows held in memory, and in a row group of Parquet, at most."""
VALUES = 2_500_000
"""Values of such a portion, at most: the wide table has some hundreds a row."""

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
        self._portion = min(PORTION, VALUES // len(schema.names))
        self._waiting: list[Values] = []
        self._batches: list[pa.RecordBatch] = []
        self._held = 0
        self._digest = hashlib.sha256(repr(schema.names).encode())
        self._year: int | None = None
        self._at = schema.names.index(YEAR) if schema.by_year else None
        self._file: pq.ParquetWriter | None = None
        self._volatile = {column.name for column in schema.columns if column.volatile}
        self._arrow = schema.arrow_file

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
            if len(self._waiting) >= self._portion:
                self._take_waiting()

    def write_batch(self, batch: pa.RecordBatch, year: int) -> None:
        """Add rows that are columns already; all of them of one year.

        A table takes batches alone whose columns are dictionaries.
        """
        self._take_waiting()
        if self._at is not None and year != self._year and batch.num_rows:
            self._begin_year(year)
        self._take(batch)

    def _take_waiting(self) -> None:
        if not self._waiting:
            return
        columns: Sequence[Any] = list(zip(*self._waiting, strict=True))
        if self._at is not None:
            columns = [*columns[: self._at], *columns[self._at + 1 :]]
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, self._arrow, strict=True)
        ]
        self._waiting.clear()
        self._take(pa.RecordBatch.from_arrays(arrays, schema=self._arrow))

    def _take(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self._batches.append(batch)
            self._held += batch.num_rows
        while self._held >= self._portion:
            self._write_portion(self._portion)

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
        self._take_waiting()
        if self._held:
            self._write_portion(self._held)

    def _write_portion(self, rows: int) -> None:
        """Write the first rows that are held: the same ones, however they came."""
        assert self._file is not None
        whole = pa.Table.from_batches(self._batches)
        portion, rest = whole.slice(0, rows), whole.slice(rows)
        self._batches = rest.to_batches()
        self._held -= rows
        if self._at is not None:
            self._digest.update(str(self._year).encode())
        self._digest.update(str(rows).encode())
        arrays = [
            _one(column, field.type) for column, field in zip(portion.columns, self._arrow, strict=True)
        ]
        for array, field in zip(arrays, self._arrow, strict=True):
            if field.name in self._volatile:
                continue
            for buffer in array.buffers():
                self._digest.update(b"-" if buffer is None else buffer)
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._arrow))
        self.rows += rows


def _one(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    """Return a column in one piece whose buffers hold its values and nothing else."""
    pieces = [
        piece.dictionary.take(piece.indices) if isinstance(piece, pa.DictionaryArray) else piece
        for piece in column.chunks
    ]
    # A single piece would come back as it is, though it may be a slice of a longer one.
    return pa.concat_arrays([*pieces, pa.array([], type=kind)])


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
