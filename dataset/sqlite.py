"""All tables in one SQLite file, with indices and full-text search that works for Chinese.

`figures` is the largest table by far. In the file it is two: `cells` (every cell of the forms, with its
labels) and `figure_cells` (report, cell, value and evidence), which are joined by the view `figures` with the
columns of the other forms. Any other table is as released.

Full text: SQLite's tokenizers take a run of Chinese for one word. So the index has every character as a word
of its own (`search_text`), and a search is for a phrase of them: `search_phrase` makes it.

    SELECT s.* FROM section_search JOIN sections s ON s.rowid = section_search.rowid
    WHERE section_search MATCH '"信 息 公 开"'

Its column `about` has the year and the province of the report as words (`year2021 province410000`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dataset.derived import parquet_files
from dataset.schema import YEAR, TableSchema, tables

SQLITE = "gongkai.sqlite"
"""Name of the file in a release."""

SEARCH = "section_search"
SEARCH_COLUMNS = ("heading", "text", "about")

BATCH = 20_000
"""Rows held in memory."""

_TYPES = {
    "string": "TEXT",
    "int32": "INTEGER",
    "int64": "INTEGER",
    "double": "REAL",
    "bool": "INTEGER",
    "timestamp": "TEXT",
    "date": "TEXT",
}

# Of figures: what the cell says, what its report says, what only the figure says.
_OF_CELL = ("table", "row", "column")
_OF_REPORT = ("report_id", "agency", "region", "year", "sha256", "source_url", "captured_at", "extractor")
_OF_FIGURE = (
    "edition",
    "value",
    "raw",
    "status",
    "unit",
    "confidence",
    "suggested",
    "corroborated_by",
    "flags",
    "place",
)

INDICES = (
    # Lists in the order in which they are shown, by what they are narrowed to; what the words of a search are
    # compared with is in the index.
    """
    CREATE INDEX reports_list ON reports (year DESC, region, agency, region_name, report_id, current)
    WHERE current
    """,
    "CREATE INDEX reports_province ON reports (province, year DESC, region, agency) WHERE current",
    "CREATE INDEX reports_level ON reports (level, year DESC, region, agency) WHERE current",
    "CREATE INDEX reports_failed ON reports (year DESC, region, agency) WHERE current AND checks_failed > 0",
    "CREATE INDEX reports_agency ON reports (agency, region, year, current, region_name)",
    "CREATE INDEX reports_region ON reports (region, year)",
    "CREATE INDEX reports_site ON reports (site)",
    "CREATE UNIQUE INDEX wide_report ON wide (report_id)",
    "CREATE INDEX wide_year ON wide (year, level)",
    "CREATE INDEX documents_report ON documents (report_id)",
    "CREATE INDEX documents_sha256 ON documents (sha256)",
    "CREATE INDEX sections_report ON sections (report_id)",
    "CREATE INDEX mentions_report ON mentions (report_id)",
    "CREATE INDEX checks_report ON checks (report_id)",
    'CREATE INDEX checks_failed ON checks ("check", report_id) WHERE holds = 0',
    "CREATE INDEX issues_report ON issues (report_id)",
    "CREATE INDEX issues_code ON issues (code, severity)",
    "CREATE INDEX issues_severity ON issues (severity, code)",
    "CREATE INDEX superseded_report ON superseded (report_id, version)",
    "CREATE INDEX changes_report ON changes (report_id)",
    "CREATE INDEX captures_sha256 ON captures (sha256)",
    "CREATE INDEX coverage_list ON coverage (year DESC, region, agency)",
    "CREATE INDEX coverage_status ON coverage (status, year DESC, region, agency)",
    "CREATE INDEX figure_cells_flagged ON figure_cells (cell, report) WHERE flags <> ''",
    "CREATE INDEX figure_cells_unsure ON figure_cells (confidence, report, cell) WHERE confidence < 1",
    "CREATE INDEX figure_cells_value ON figure_cells (cell, value)",
)
_ANALYSED = 1_000
"""Rows of each index that the statistics for the planner are made of."""

_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"\w+")


class _Apart(dict[int, str]):
    """What each character becomes, for `str.translate`; filled as characters come."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = f" {character} " if _CJK.match(character) else character
        return self[code]


_APART = _Apart()


def search_text(text: str) -> str:
    """Return a text with every Chinese character as a word of its own."""
    return text.translate(_APART)


def search_phrase(query: str, *, year: int | None = None, province: str = "") -> str:
    """Return what MATCH wants for the words of a query: each as a phrase, all of them; empty for none.

    Args:
        query: words, apart by spaces.
        year: of the report.
        province: code.
    """
    words = (" ".join(_WORD.findall(search_text(word))) for word in query.split())
    phrases = " AND ".join(f'"{word}"' for word in words if word)
    about = " AND ".join(f'"{word}"' for word in about_words(year, province).split())
    if not phrases or not about:
        return phrases and f"{{heading text}} : ({phrases})"
    return f"{{heading text}} : ({phrases}) AND about : ({about})"


def about_words(year: int | None, province: str | None) -> str:
    """Return the words by which a search is narrowed to a year and a province, those that are given."""
    province = "".join(character for character in province or "" if character.isalnum())
    words = (f"year{year}" if year else "", f"province{province}" if province else "")
    return " ".join(word for word in words if word)


def write_sqlite(folder: Path, labels: Mapping[str, tuple[str, str]]) -> Path:
    """Write the SQLite file of a release from its Parquet files.

    Args:
        folder: of the release.
        labels: Chinese and English label of each cell of the forms.
    """
    path = folder / SQLITE
    connection = sqlite3.connect(path)
    try:
        # A file of our own that is thrown away if anything fails: no journal, no waiting for the disk.
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;"
            "PRAGMA cache_size = -65536;"
        )
        for name, table in tables().items():
            if name != "figures":
                _copy(connection, folder, table)
        _figures(connection, folder, labels)
        index_and_analyse(connection)
        connection.commit()
    finally:
        connection.close()
    return path


def _copy(connection: sqlite3.Connection, folder: Path, table: TableSchema) -> None:
    columns = ", ".join(f'"{column.name}" {_TYPES[column.type]}' for column in table.columns)
    connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
    marks = ", ".join("?" * len(table.columns))
    for batch in _batches(folder, table):
        rows = zip(*(_python(batch[name]) for name in table.names), strict=True)
        connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', rows)  # noqa: S608


def _figures(connection: sqlite3.Connection, folder: Path, labels: Mapping[str, tuple[str, str]]) -> None:
    connection.executescript(
        """
        CREATE TABLE cells (id INTEGER PRIMARY KEY, "table" TEXT, "row" TEXT, "column" TEXT, label_zh TEXT,
                            label_en TEXT, UNIQUE ("table", "row", "column"));
        CREATE TABLE figure_cells (report INTEGER, cell INTEGER, edition TEXT, value REAL, raw TEXT, status
        TEXT, unit TEXT,
                                   confidence REAL, suggested REAL, corroborated_by TEXT, flags TEXT, place
                                   TEXT, PRIMARY KEY (report, cell)) WITHOUT ROWID;
        CREATE UNIQUE INDEX reports_id ON reports (report_id, version);
        """
    )
    numbers: dict[tuple[str, ...], int] = {}
    for cell, (zh, en) in labels.items():
        apart = tuple(cell.split("."))
        numbers[apart] = len(numbers) + 1
        connection.execute("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?)", (numbers[apart], *apart, zh, en))
    reports = dict(connection.execute("SELECT report_id, rowid FROM reports WHERE current"))
    marks = ", ".join("?" * (2 + len(_OF_FIGURE)))
    for batch in _batches(folder, tables()["figures"]):
        of_report = map(reports.__getitem__, _python(batch["report_id"]))
        cells = map(numbers.__getitem__, zip(*(_python(batch[name]) for name in _OF_CELL), strict=True))
        rows = zip(of_report, cells, *(_python(batch[name]) for name in _OF_FIGURE), strict=True)
        connection.executemany(f"INSERT INTO figure_cells VALUES ({marks})", rows)  # noqa: S608
    own = {
        **{name: f'r."{name}"' for name in _OF_REPORT},
        **{name: f'c."{name}"' for name in _OF_CELL},
        **{name: f'f."{name}"' for name in _OF_FIGURE},
    }
    columns = ", ".join(f'{own[name]} AS "{name}"' for name in tables()["figures"].names)
    connection.execute(
        f"CREATE VIEW figures AS SELECT {columns} FROM figure_cells f "  # noqa: S608
        "JOIN reports r ON r.rowid = f.report JOIN cells c ON c.id = f.cell"
    )


def index_and_analyse(connection: sqlite3.Connection) -> None:
    """Make the indices, the full text and the statistics of the planner."""
    for index in INDICES:
        connection.execute(index)
    _full_text(connection)
    connection.executescript(f"PRAGMA analysis_limit = {_ANALYSED}; ANALYZE;")


def _full_text(connection: sqlite3.Connection) -> None:
    connection.execute(
        f"CREATE VIRTUAL TABLE {SEARCH} "
        f"USING fts5 ({', '.join(SEARCH_COLUMNS)}, content = '', tokenize = 'unicode61')"
    )
    rows = connection.execute(
        "SELECT s.rowid, s.heading, s.text, s.year, r.province FROM sections s "
        "LEFT JOIN reports r ON r.report_id = s.report_id AND r.current ORDER BY s.rowid"
    )
    while portion := rows.fetchmany(BATCH):
        connection.executemany(
            "INSERT INTO section_search (rowid, heading, text, about) VALUES (?, ?, ?, ?)",
            (
                (number, search_text(heading or ""), search_text(text or ""), about_words(year, province))
                for number, heading, text, year, province in portion
            ),
        )
    connection.execute("INSERT INTO section_search (section_search) VALUES ('optimize')")


def _batches(folder: Path, table: TableSchema) -> Iterator[dict[str, pa.Array]]:
    """Yield the columns of a table, a portion of rows at a time, in the types that SQLite takes."""
    texts = [column.name for column in table.columns if column.type == "string"]
    for path in parquet_files(folder, table):
        year = [int(path.parent.name.removeprefix(f"{YEAR}="))] if table.by_year else []
        with pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as file:
            for batch in file.iter_batches(BATCH, use_threads=False):
                found = dict(zip(batch.schema.names, batch.columns, strict=True))
                if year:
                    found[YEAR] = pa.repeat(year[0], batch.num_rows)
                yield found


def _python(column: pa.Array) -> list[Any]:
    """Return the values of a column, times and dates as ISO 8601.

    Values that come more than once are one object, which is made once and bound in a fraction of the time.
    """
    encoded = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
    known = [*_as_text(encoded.dictionary), None]
    indices = encoded.indices.fill_null(len(known) - 1)
    at = memoryview(indices.buffers()[1]).cast("i")[indices.offset : indices.offset + len(indices)]
    return [known[number] for number in at]


def _as_text(values: pa.Array) -> list[Any]:
    found: list[Any] = values.to_pylist()
    if pa.types.is_timestamp(values.type):
        return [f"{value:%Y-%m-%dT%H:%M:%SZ}" for value in found]
    return [value.isoformat() for value in found] if pa.types.is_date(values.type) else found
