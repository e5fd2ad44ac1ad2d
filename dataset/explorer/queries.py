"""What reports, lists and the search show. Queries are fixed; what varies are parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dataset.explorer.database import Database, Row
from dataset.sqlite import search_phrase

PAGE = 50
"""Rows of a page of a list."""
MOST = 10_000
"""A list is not counted further, and not paged further."""
SNIPPET = 70
"""Characters shown on either side of what was searched for."""

_FIGURE = (
    'c."table" || \'.\' || c."row" || \'.\' || c."column" AS cell, c.label_zh, c.label_en, '
    "f.edition, f.value, "
    "f.raw, f.status, f.unit, f.confidence, f.suggested, f.corroborated_by, f.flags, f.place"
)


def current_report(db: Database, report_id: str) -> Row | None:
    """Return the row of a report's current version."""
    return db.one("SELECT rowid AS number, * FROM reports WHERE report_id = ? AND current", (report_id,))


def versions(db: Database, report_id: str) -> list[Row]:
    """Return all versions of a report, the newest first."""
    return db.rows("SELECT * FROM reports WHERE report_id = ? ORDER BY version DESC", (report_id,))


def figures(db: Database, report: Row) -> dict[str, Row]:
    """Return the figures of a report by cell."""
    rows = db.rows(
        f"SELECT {_FIGURE} FROM figure_cells f JOIN cells c ON c.id = f.cell WHERE f.report = ?",  # noqa: S608
        (report["number"],),
    )
    return {row["cell"]: row for row in rows}


def figure(db: Database, report: Row, cell: str) -> Row | None:
    """Return one figure of a report."""
    return db.one(
        f"SELECT {_FIGURE} FROM figure_cells f JOIN cells c ON c.id = f.cell "  # noqa: S608
        'WHERE f.report = ? AND c."table" = ? AND c."row" = ? AND c."column" = ?',
        (report["number"], *_parts(cell)),
    )


def _parts(cell: str) -> tuple[str, str, str]:
    table, _, rest = cell.partition(".")
    row, _, column = rest.partition(".")
    return table, row, column


def references(report_id: str, cells: str | None) -> list[tuple[str, str]]:
    """Return the figures that a check or issue speaks of, each as its report and cell.

    A figure of another year of the same body stands as ``2020/requests.new.total``.
    """
    found = []
    for text in (cells or "").split(";"):
        year, slash, cell = text.rpartition("/")
        if cell.count(".") == 2:
            found.append((f"{report_id.rpartition('-')[0]}-{year}" if slash else report_id, cell))
    return found


def superseded(db: Database, report_id: str, version: int) -> dict[str, Row]:
    """Return the figures of an earlier version by cell."""
    rows = db.rows(
        'SELECT "table" || \'.\' || "row" || \'.\' || "column" AS cell, value, raw, status, unit, place, '
        "sha256, extractor FROM superseded WHERE report_id = ? AND version = ?",
        (report_id, version),
    )
    return {row["cell"]: row for row in rows}


def about(db: Database, table: str, report_id: str) -> list[Row]:
    """Return what a table (``sections``, ``checks`` …) says of a report."""
    order = {
        "sections": "position",
        "mentions": "position",
        "checks": "rowid",
        "issues": "severity, code",
        "documents": '"primary" DESC, captured_at',
        "changes": "rowid",
    }[table]
    return db.rows(
        f'SELECT * FROM "{table}" WHERE report_id = ? ORDER BY {order} LIMIT 2000',  # noqa: S608
        (report_id,),
    )


def captures(db: Database, sha256: str) -> list[Row]:
    """Return every answer that gave a body, the earliest first."""
    return db.rows("SELECT * FROM captures WHERE sha256 = ? ORDER BY time LIMIT 500", (sha256,))


def years_of(db: Database, agency: str, region: str | None) -> list[Row]:
    """Return the current reports of an agency, the earliest first."""
    return db.rows(
        "SELECT rowid AS number, report_id, year, edition, scope, checks_failed, agency, region, region_name "
        "FROM reports WHERE agency = ? AND region IS ? AND current ORDER BY year",
        (agency, region),
    )


def year_before(db: Database, report: Row) -> Row | None:
    """Return the report of the same agency for the year before."""
    return db.one(
        "SELECT rowid AS number, * FROM reports WHERE agency = ? AND region IS ? AND year = ? AND current",
        (report["agency"], report["region"], report["year"] - 1),
    )


def reports(
    db: Database,
    *,
    words: str = "",
    province: str = "",
    year: int | None = None,
    level: str = "",
    failed: bool = False,
    offset: int = 0,
    limit: int = PAGE,
) -> tuple[list[Row], int]:
    """Return a page of the current reports, and how many there are (counted up to `MOST`)."""
    where, values = ["current"], []
    for word in words.split()[:5]:
        where.append("(agency LIKE ? ESCAPE '\\' OR region_name LIKE ? ESCAPE '\\' OR report_id = ?)")
        values += [_like(word), _like(word), word]
    for column, value in (("province", province), ("year", year), ("level", level)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)  # type: ignore[arg-type]
    if failed:
        where.append("checks_failed > 0")
    return _paged(
        db,
        "report_id, agency, region, region_name, province, level, year, edition, scope, figures, "
        "checks_failed, issues, media_type, published, days_late, title",
        f"reports WHERE {' AND '.join(where)}",
        "year DESC, region, agency",
        values,
        offset,
        limit,
    )


def _like(word: str) -> str:
    return "%" + re.sub(r"([%_\\])", r"\\\1", word) + "%"


def _paged(
    db: Database, columns: str, source: str, order: str, values: Sequence[Any], offset: int, limit: int
) -> tuple[list[Row], int]:
    rows = db.rows(
        f"SELECT {columns} FROM {source} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
        (*values, limit, offset),
    )
    if offset == 0 and len(rows) < limit:
        return rows, len(rows)
    counted = db.one(f"SELECT count(*) AS n FROM (SELECT 1 FROM {source} LIMIT ?)", (*values, MOST))  # noqa: S608
    return rows, counted["n"] if counted else 0


def coverage(
    db: Database,
    *,
    province: str = "",
    year: int | None = None,
    status: str = "",
    offset: int = 0,
    limit: int = PAGE,
) -> tuple[list[Row], int]:
    """Return a page of who should report and whether they have."""
    where, values = ["1"], []
    if province:
        where.append("region >= ? AND region < ?")
        values += [province[:2], f"{province[:2]}~"]
    for column, value in (("year", year), ("status", status)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)  # type: ignore[arg-type]
    return _paged(
        db,
        "*",
        f"coverage WHERE {' AND '.join(where)}",
        "year DESC, region, agency",
        values,
        offset,
        limit,
    )


def agencies(db: Database, words: str, limit: int = 12) -> list[Row]:
    """Return agencies whose name or region has all the words."""
    where, values = ["current"], []
    for word in words.split()[:5]:
        where.append("(agency LIKE ? ESCAPE '\\' OR region_name LIKE ? ESCAPE '\\')")
        values += [_like(word), _like(word)]
    return db.rows(
        "SELECT agency, region, max(region_name) AS region_name, count(*) AS reports, min(year) AS first, "  # noqa: S608
        f"max(year) AS last FROM reports WHERE {' AND '.join(where)} "
        "GROUP BY agency, region ORDER BY reports DESC, region, agency LIMIT ?",
        (*values, limit),
    )


def search(
    db: Database, words: str, *, year: int | None = None, province: str = "", offset: int = 0, limit: int = 20
) -> tuple[list[Row], int]:
    """Return a page of the sections that have all the words, with what stands around the first of them."""
    phrase = search_phrase(words[:200], year=year, province=province)
    if not phrase:
        return [], 0
    # The index alone finds, counts and skips; what is shown is looked up for the page.
    found = "SELECT rowid FROM section_search WHERE section_search MATCH ?"
    rows = db.rows(
        "SELECT s.report_id, s.year, s.position, s.section, s.heading, s.text, r.agency, r.region_name "  # noqa: S608
        f"FROM ({found} ORDER BY rowid DESC LIMIT ? OFFSET ?) f CROSS JOIN sections s ON s.rowid = f.rowid "
        "CROSS JOIN reports r ON r.report_id = s.report_id AND r.current ORDER BY f.rowid DESC",
        (phrase, limit, offset),
    )
    counted = db.one(f"SELECT count(*) AS n FROM ({found} LIMIT ?)", (phrase, MOST))  # noqa: S608
    count = counted["n"] if counted else 0
    for row in rows:
        row["pieces"] = pieces(row.pop("text") or "", words)
    return rows, count


def pieces(text: str, words: str) -> list[tuple[str, bool]]:
    """Return what stands around the first word that is found, each piece with whether it is one."""
    wanted = [re.escape(word) for word in words.split() if word]
    if not wanted:
        return [(text[: 2 * SNIPPET], False)]
    pattern = re.compile("|".join(wanted), re.IGNORECASE)
    first = pattern.search(text)
    begin = max(0, first.start() - SNIPPET) if first else 0
    end = (first.end() if first else 0) + 2 * SNIPPET
    shown = " ".join(text[begin:end].split())
    found: list[tuple[str, bool]] = [("…", False)] if begin else []
    last = 0
    for match in pattern.finditer(shown):
        found += [(shown[last : match.start()], False), (match[0], True)]
        last = match.end()
    return [*found, (shown[last:] + ("…" if end < len(text) else ""), False)]


def series(db: Database, agency: str, region: str | None, cells: Sequence[str]) -> list[Row]:
    """Return the figures of some cells in all years of an agency."""
    marks = ", ".join("(?, ?, ?)" for _ in cells)
    return db.rows(
        f"SELECT r.report_id, r.year, {_FIGURE} FROM reports r "  # noqa: S608
        "JOIN figure_cells f ON f.report = r.rowid JOIN cells c ON c.id = f.cell "
        "WHERE r.agency = ? AND r.region IS ? AND r.current "
        f'AND (c."table", c."row", c."column") IN (VALUES {marks}) ORDER BY r.year',
        (agency, region, *(part for cell in cells for part in _parts(cell))),
    )


def figures_of_cell(
    db: Database,
    cell: str,
    *,
    year: int | None = None,
    province: str = "",
    offset: int = 0,
    limit: int = PAGE,
) -> list[Row]:
    """Return one figure of many reports, the greatest first."""
    # Along the index of the cell's values, which gives the greatest first; the rest of a row is looked up
    # for those of the page.
    source = (
        "cells c CROSS JOIN figure_cells f ON f.cell = c.id CROSS JOIN reports r ON r.rowid = f.report "
        'WHERE c."table" = ? AND c."row" = ? AND c."column" = ? AND r.current'
    )
    values: list[Any] = [*_parts(cell)]
    if year:
        # Reports are numbered by year, so that most others need not be looked at.
        of_year = "FROM reports WHERE current AND year = ?"
        source += f" AND f.report BETWEEN (SELECT min(rowid) {of_year}) AND (SELECT max(rowid) {of_year})"
        values += [year, year]
    for column, value in (("r.year", year), ("r.province", province)):
        if value:
            source += f" AND {column} = ?"
            values.append(value)
    return db.rows(
        "SELECT r.report_id, r.agency, r.region, r.region_name, r.year, r.scope, f.value, f.raw, f.status, "  # noqa: S608
        "f.unit, f.flags FROM "
        f"(SELECT f.report, f.cell FROM {source} ORDER BY f.value DESC, f.report DESC LIMIT ? OFFSET ?) p "
        "CROSS JOIN figure_cells f ON f.report = p.report AND f.cell = p.cell "
        "CROSS JOIN reports r ON r.rowid = p.report ORDER BY f.value DESC, f.report DESC",
        (*values, limit, offset),
    )
