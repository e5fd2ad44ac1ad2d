"""The other forms of the released tables, made from the Parquet files by DuckDB.

    csv/<table>.csv                            UTF-8
    csv/<table>/<table>-2021.csv.gz            where the table is divided by year
    excel/<table>.csv                          UTF-8 with the mark that Excel wants; tables that fit a sheet
    gongkai.duckdb                             all tables in one file

CSV is read by spreadsheets, which run what looks like a formula. A text that starts with a character that
begins one is written with an apostrophe before it, unless it is a plain signed number (`-3` in `raw` stays
`-3`) or a lone sign (a dash for "none"). Parquet, SQLite and DuckDB hold every text as it is.
"""

from __future__ import annotations

import gzip
import itertools
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from dataset.schema import YEAR, Column, TableSchema
from dataset.scratch import Scratch
from dataset.writers import PARQUET

SHEET = 1_048_576
"""Rows of an Excel sheet, its head among them."""

DUCKDB = "gongkai.duckdb"
"""Name of the file in a release."""

MEMORY = "1GB"
"""What DuckDB may take."""

BOM = b"\xef\xbb\xbf"

# Spreadsheets of East Asian locales take the full-width signs as well.
_FORMULA = r"^[=+\-@\t\r＝＋－＠]"
_HARMLESS = r"[+\-＋－]?[0-9０-９][0-9０-９,，.．]*%?|[+\-＋－]+"
_EXACT = 2**53


_NUMBERS = itertools.count()
_CONFIG: dict[str, Any] = {
    # Nothing is fetched, whatever a query asks for.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@contextmanager
def connect(path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB on a file, or for queries over other files: what is made TEMP is gone when it is closed."""
    place = ":memory:" if path is None else str(path)
    with Scratch() as more, duckdb.connect(place, config=_CONFIG) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # Beyond that it goes on in files.
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"SET temp_directory = {_text(str(more))}")
        yield connection


def parquet_files(folder: Path, table: TableSchema) -> list[Path]:
    """Return the Parquet files of a table in a release's folder, in the order of the years."""
    if table.by_year:
        return sorted((folder / PARQUET / table.name).glob(f"{YEAR}=*/*.parquet"))
    path = folder / PARQUET / f"{table.name}.parquet"
    return [path] if path.exists() else []


def from_parquet(paths: Iterable[Path], table: TableSchema) -> str:
    """Return SQL that reads files of a table with its columns in their order."""
    names = ", ".join(
        f'CAST("{YEAR}" AS INTEGER) AS "{YEAR}"' if table.by_year and name == YEAR else f'"{name}"'
        for name in table.names
    )
    return f"SELECT {names} FROM {scan(paths, table)}"  # noqa: S608


def scan(paths: Iterable[Path], table: TableSchema) -> str:
    """Return SQL for the files of a table with whatever columns they have."""
    listed = ", ".join(_text(str(path)) for path in paths)
    partition = "true" if table.by_year else "false"
    return f"read_parquet([{listed}], hive_partitioning = {partition})"


def write_csv(folder: Path, *chosen: TableSchema) -> list[Path]:
    """Write the CSV files of tables and return them."""
    with connect() as connection:
        return [path for table in chosen for path in _write_csv(connection, folder, table)]


def _write_csv(connection: duckdb.DuckDBPyConnection, folder: Path, table: TableSchema) -> Iterator[Path]:
    for path in parquet_files(folder, table):
        if table.by_year:
            target = folder / "csv" / table.name / f"{path.stem}.csv.gz"
        else:
            target = folder / "csv" / f"{table.name}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        plain = target.with_suffix("") if table.by_year else target
        columns = ", ".join(_as_text(column) for column in table.columns)
        source = from_parquet([path], table)
        connection.execute(
            f"COPY (SELECT {columns} FROM ({source})) TO {_text(str(plain))} (FORMAT csv, HEADER)"  # noqa: S608
        )
        if plain != target:
            _compress(plain, target)
        yield target
        if table.excel and _fits_sheet(connection, path):
            yield _with_mark(target, folder / "excel" / target.name)


def write_duckdb(folder: Path, tables: Iterable[TableSchema]) -> Path:
    """Write all tables into one DuckDB file.

    Its bytes differ from one making to the next, as DuckDB gives every file a random id of its own.
    """
    path = folder / DUCKDB
    with connect(path) as connection:
        connection.execute("BEGIN")
        for table in tables:
            paths = parquet_files(folder, table)
            types = ", ".join(f'"{column.name}" {_SQL[column.type]}' for column in table.columns)
            connection.execute(f'CREATE TABLE "{table.name}" ({types})')
            if paths:
                connection.execute(f'INSERT INTO "{table.name}" {from_parquet(paths, table)}')
            connection.execute(f'COMMENT ON TABLE "{table.name}" IS {_text(f"{table.zh} / {table.en}")}')
            for column in table.columns:
                said = _text(f"{column.zh} / {column.en}")
                connection.execute(f'COMMENT ON COLUMN "{table.name}"."{column.name}" IS {said}')
        connection.execute("COMMIT")
    return path


_SQL = {
    "string": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
    "date": "DATE",
}


def _as_text(column: Column) -> str:
    name = f'"{column.name}"'
    if column.type == "string":
        guard = (
            f"regexp_matches({name}, {_text(_FORMULA)}) AND NOT regexp_full_match({name}, {_text(_HARMLESS)})"
        )
        return f"CASE WHEN {guard} THEN '''' || {name} ELSE {name} END AS {name}"
    if column.type == "double":
        whole = f"{name} = trunc({name}) AND abs({name}) <= {_EXACT}"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) "
            f"ELSE CAST({name} AS VARCHAR) END AS {name}"
        )
    if column.type == "timestamp":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ') AS {name}"
    return name


def _text(value: str) -> str:
    """Return a text as SQL has it."""
    return "'" + value.replace("'", "''") + "'"


def _compress(plain: Path, target: Path) -> None:
    # Level 1: the text repeats itself, so more effort buys little. No name and no time: the same bytes every
    # time.
    with (
        plain.open("rb") as source,
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as out,
    ):
        shutil.copyfileobj(source, out, 1 << 20)
    plain.unlink()


def _fits_sheet(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    found = connection.execute(f"SELECT count(*) FROM read_parquet({_text(str(path))})").fetchone()  # noqa: S608
    assert found is not None
    return int(found[0]) < SHEET


def _with_mark(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as plain, target.open("wb") as out:
        out.write(BOM)
        shutil.copyfileobj(plain, out, 1 << 20)
    return target
