"""What a release of gongkai stands beside: DuckDB, with the same rows, as one would write it by hand.

Each takes the folder of a release or a store and does its work in a temporary folder. `benchmarks/release.py`
says what each comparison means.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from dataset.derived import BOM, DUCKDB
from dataset.schema import TableSchema, tables
from dataset.sqlite import INDICES, SQLITE, about_words, search_text

FETCHED = 20_000
"""Rows held in memory on their way to SQLite."""

_SQLITE = {
    "VARCHAR": "TEXT",
    "INTEGER": "INTEGER",
    "BIGINT": "INTEGER",
    "DOUBLE": "REAL",
    "BOOLEAN": "INTEGER",
    "TIMESTAMP WITH TIME ZONE": "TEXT",
    "DATE": "TEXT",
}


def bare(release: Path) -> int:
    """Copy the tables of a release, from its DuckDB file, to Parquet; return the bytes."""
    with tempfile.TemporaryDirectory() as name, opened(release) as file:
        write_parquet(file, Path(name))
        return size(Path(name))


def forms(release: Path) -> int:
    """Copy the tables of a release, from its DuckDB file, to all the forms it has; return the bytes."""
    with tempfile.TemporaryDirectory() as name, opened(release) as file, ThreadPoolExecutor(1) as beside:
        folder = Path(name)
        # DuckDB writes its forms while Python feeds SQLite.
        others = beside.submit(write_others, cursor(file), folder)
        write_sqlite(file, folder, release)
        others.result()
        return size(folder)


def write_others(file: duckdb.DuckDBPyConnection, folder: Path) -> None:
    write_parquet(file, folder)
    write_csv(file, folder)
    file.execute(f"ATTACH '{folder / DUCKDB}' AS copy")
    file.execute("COPY FROM DATABASE gongkai TO copy")
    file.execute("DETACH copy")


def records(store: Path) -> int:
    """DuckDB reads the record files and writes their cells to Parquet."""
    with tempfile.TemporaryDirectory() as name, duckdb.connect() as memory:
        memory.execute("SET preserve_insertion_order = false")
        memory.execute(
            f"""
            COPY (
              SELECT agency, region, year, edition, parts[1] AS "table", parts[2] AS "row",
                     parts[3] AS "column", tables[parts[1]][parts[2]][parts[3]] AS value,
                     cell.raw, cell.status, cell.unit,
                     cell.confidence, concat_ws('; ', 'table ' || (cell.at."table" + 1), 'row ' ||
                     (cell.at."row" + 1), 'column ' || (cell.at."column" + 1),
                     'path ' || cell.at.path) AS place, sha256, extractor
              FROM (SELECT *, string_split(one.key, '.') AS parts, one.value AS cell
                    FROM (SELECT report.agency AS agency, report.region.code AS region, report.year AS year,
                                 report.edition AS edition, document.sha256 AS sha256, extractor, tables,
                                 unnest(map_entries(cells)) AS one
                          FROM read_json('{store}/records/*/??/*.json', format = 'unstructured',
                            maximum_object_size = 67108864, columns = {{
                            kind: 'VARCHAR', extractor: 'VARCHAR', document: 'STRUCT(sha256 VARCHAR)',
                            report: 'STRUCT(agency VARCHAR, region STRUCT(code VARCHAR), year INTEGER,
                                            edition VARCHAR)',
                            tables: 'MAP(VARCHAR, MAP(VARCHAR, MAP(VARCHAR, DOUBLE)))',
                            cells: 'MAP(VARCHAR, STRUCT(raw VARCHAR, status VARCHAR, unit VARCHAR,
                                    confidence DOUBLE, "at" STRUCT("table" INTEGER, "row" INTEGER,
                                    "column" INTEGER, path VARCHAR)))'}})
                          WHERE kind = 'report'))
            ) TO '{name}/figures.parquet' (FORMAT parquet, COMPRESSION zstd)
            """
        )
        found = memory.execute(f"SELECT count(*) FROM '{name}/figures.parquet'").fetchone()
        assert found is not None
        return int(found[0])


def opened(release: Path) -> duckdb.DuckDBPyConnection:
    file = duckdb.connect()
    file.execute("SET GLOBAL TimeZone = 'UTC'")
    file.execute(f"ATTACH '{release / DUCKDB}' AS gongkai (READ_ONLY)")
    return cursor(file)


def cursor(file: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    found = file.cursor()
    found.execute("USE gongkai")
    return found


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def years(file: duckdb.DuckDBPyConnection, table: TableSchema) -> list[int]:
    found = file.execute(f'SELECT DISTINCT year FROM "{table.name}" ORDER BY 1').fetchall()
    return [year for (year,) in found]


def write_parquet(file: duckdb.DuckDBPyConnection, folder: Path) -> None:
    form = "(FORMAT parquet, COMPRESSION zstd)"
    for table in tables().values():
        if not table.by_year:
            file.execute(f"COPY \"{table.name}\" TO '{folder}/{table.name}.parquet' {form}")
            continue
        for year in years(file, table):
            file.execute(
                f'COPY (SELECT * EXCLUDE (year) FROM "{table.name}" WHERE year = {year}) '
                f"TO '{folder}/{table.name}-{year}.parquet' {form}"
            )


def write_csv(file: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for table in tables().values():
        if table.by_year:
            for year in years(file, table):
                plain = folder / f"{table.name}-{year}.csv"
                file.execute(
                    f'COPY (SELECT * FROM "{table.name}" WHERE year = {year}) '
                    f"TO '{plain}' (FORMAT csv, HEADER)"
                )
                # Level 1, as the release has it; DuckDB's own takes a higher one, and longer.
                with plain.open("rb") as source, gzip.open(f"{plain}.gz", "wb", compresslevel=1) as out:
                    shutil.copyfileobj(source, out, 1 << 20)
                plain.unlink()
            continue
        plain = folder / f"{table.name}.csv"
        file.execute(f"COPY \"{table.name}\" TO '{plain}' (FORMAT csv, HEADER)")
        if table.excel:
            with plain.open("rb") as source, (folder / f"excel-{table.name}.csv").open("wb") as out:
                out.write(BOM)
                shutil.copyfileobj(source, out, 1 << 20)


def write_sqlite(file: duckdb.DuckDBPyConnection, folder: Path, release: Path) -> None:
    """Fetch the rows from DuckDB and insert them with `sqlite3`.

    DuckDB's own extension for SQLite is in no package index. Pragmas, tables, indices and the words of the
    full text are those of the release.
    """
    to = sqlite3.connect(folder / SQLITE)
    to.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;"
        "PRAGMA cache_size = -65536;"
    )
    for table in tables().values():
        if table.name != "figures":
            described = file.execute(f'DESCRIBE "{table.name}"').fetchall()
            columns = ", ".join(f'"{name}" {_SQLITE[kind]}' for name, kind, *_ in described)
            to.execute(f'CREATE TABLE "{table.name}" ({columns})')
            chosen = ", ".join(_plain(name, kind) for name, kind, *_ in described)
            insert(to, table.name, file.execute(f'SELECT {chosen} FROM "{table.name}"'))
    # The figures as the release has them: cells of the forms in a table of their own.
    kept = sqlite3.connect(release / SQLITE)
    for sql in kept.execute(
        "SELECT sql FROM sqlite_master WHERE name IN ('cells', 'figure_cells')"
    ).fetchall():
        to.execute(*sql)
    cells = kept.execute("SELECT * FROM cells").fetchall()
    to.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?)", cells)
    kept.close()
    file.execute('CREATE TEMP TABLE cells (id INTEGER, "table" VARCHAR, "row" VARCHAR, "column" VARCHAR)')
    file.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", [cell[:4] for cell in cells])
    insert(
        to,
        "figure_cells",
        file.execute(
            "SELECT r.rowid + 1, c.id, f.edition, value, raw, status, unit, confidence, suggested, "
            "corroborated_by, flags, place FROM figures f "
            "JOIN reports r ON r.report_id = f.report_id AND r.current "
            'JOIN cells c ON c."table" = f."table" AND c."row" = f."row" AND c."column" = f."column"'
        ),
    )
    to.execute("CREATE UNIQUE INDEX reports_id ON reports (report_id, version)")
    for index in INDICES:
        to.execute(index)
    to.execute(
        "CREATE VIRTUAL TABLE search USING fts5 (heading, text, about, content = '', tokenize = 'unicode61')"
    )
    file.execute(
        "SELECT s.rowid + 1, s.heading, s.text, s.year, r.province FROM sections s "
        "LEFT JOIN reports r ON r.report_id = s.report_id AND r.current"
    )
    while rows := file.fetchmany(FETCHED):
        to.executemany(
            "INSERT INTO search (rowid, heading, text, about) VALUES (?, ?, ?, ?)",
            (
                (row, search_text(heading or ""), search_text(text or ""), about_words(year, province))
                for row, heading, text, year, province in rows
            ),
        )
    to.execute("INSERT INTO search (search) VALUES ('optimize')")
    to.executescript("PRAGMA analysis_limit = 1000; ANALYZE;")
    to.commit()
    to.close()


def _plain(name: str, kind: str) -> str:
    if kind.startswith("TIMESTAMP"):
        return f"strftime(\"{name}\", '%Y-%m-%dT%H:%M:%SZ')"
    return f'CAST("{name}" AS VARCHAR)' if kind == "DATE" else f'"{name}"'


def insert(to: sqlite3.Connection, table: str, rows: duckdb.DuckDBPyConnection) -> None:
    marks = ", ".join("?" * len(rows.description))
    while portion := rows.fetchmany(FETCHED):
        to.executemany(f'INSERT INTO "{table}" VALUES ({marks})', portion)
