"""The SQLite file of a release made several times larger: the same reports once more, by other agencies.

Quicker than an archive of so many reports. Ids, names and hashes of each further time are others; figures,
texts, regions and years are the same, so words are as frequent as they were. Statistics and full text are
made anew, as a release has them.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from dataset.schema import tables
from dataset.sqlite import index_and_analyse

_COPIED = ("cells", "sites")  # once


def make_larger(source: Path, target: Path, times: int) -> None:
    """Write the file.

    Args:
        source: the SQLite file of a release.
        target: not there yet.
        times: how many times as many reports it has.
    """
    with sqlite3.connect(target) as file:
        file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;")
        file.execute("ATTACH ? AS old", (str(source),))
        made = "SELECT type, sql FROM old.sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'view') "
        made += "AND name NOT LIKE 'section_search%' AND name NOT LIKE 'sqlite_%' ORDER BY type"
        for _, sql in file.execute(made).fetchall():
            file.execute(sql)
        (reports,) = file.execute("SELECT max(rowid) FROM old.reports").fetchone()
        for name in ("cells", *tables()):
            if name == "figures":
                continue
            for number in range(1 if name in _COPIED else times):
                _copy(file, name, number)
        for number in range(times):
            columns = [row[1] for row in file.execute("PRAGMA table_info(figure_cells)")]
            shifted = ", ".join(f"report + {number * reports}" if one == "report" else one for one in columns)
            file.execute(f"INSERT INTO main.figure_cells SELECT {shifted} FROM old.figure_cells")
        file.execute("CREATE UNIQUE INDEX reports_id ON reports (report_id, version)")
        index_and_analyse(file)


def _copy(file: sqlite3.Connection, name: str, number: int) -> None:
    columns = [row[1] for row in file.execute(f'PRAGMA main.table_info("{name}")')]
    chosen = ", ".join(_other(column, number) for column in columns)
    file.execute(f'INSERT INTO main."{name}" SELECT {chosen} FROM old."{name}" ORDER BY rowid')


def _other(column: str, number: int) -> str:
    quoted = f'"{column}"'
    if not number:
        return quoted
    if column in ("report_id", "report"):
        return f"substr({quoted}, 1, length({quoted}) - 5) || '第{number}分局' || substr({quoted}, -5)"
    if column == "agency":
        return f"{quoted} || '第{number}分局'"
    if column in ("sha256", "capture"):
        return f"'{number:x}' || substr({quoted}, 2)"
    return quoted
