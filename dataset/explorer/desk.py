"""What is in doubt in a release, by kind and site, each with a way to its evidence."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from dataset.explorer.database import Database, Row
from dataset.explorer.queries import MOST, PAGE, references
from dataset.explorer.totals import LONG

KINDS = ("checks", "years", "confidence", "copies", "unreadable", "issues")
"""Failed identities, those between years, figures hardly legible, copies that disagree, … other issues."""

_COPIES = "copies_disagree"
_CELL = 'c."table" || \'.\' || c."row" || \'.\' || c."column"'

_SOURCES = {
    "checks": (
        (
            'k.report_id, k."check" AS reason, k.expected, k.actual, k.difference, k.cells, '
            "r.agency, r.site, r.year"
        ),
        (
            "checks k JOIN reports r ON r.report_id = k.report_id AND r.current WHERE k.holds = 0 "
            "AND k.\"check\" NOT GLOB 'years.*'"
        ),
        'k."check"',
        "r.site",
        'k."check", k.report_id',
    ),
    "years": (
        (
            'k.report_id, k."check" AS reason, k.expected, k.actual, k.difference, k.cells, '
            "r.agency, r.site, r.year"
        ),
        (
            "checks k JOIN reports r ON r.report_id = k.report_id AND r.current WHERE k.holds = 0 "
            "AND k.\"check\" GLOB 'years.*'"
        ),
        'k."check"',
        "r.site",
        'k."check", k.report_id',
    ),
    "confidence": (
        (
            f"r.report_id, 'confidence' AS reason, f.confidence, f.raw, f.value, f.suggested, "
            f"{_CELL} AS cells, "
            "r.agency, r.year, r.site"
        ),
        (
            "figure_cells f JOIN cells c ON c.id = f.cell JOIN reports r ON r.rowid = f.report "
            "WHERE f.confidence < 1"
        ),
        "'confidence'",
        "r.site",
        "f.confidence, f.report, f.cell",
    ),
    "copies": (
        "i.report_id, i.code AS reason, i.message, i.cells, i.sha256, r.agency, r.year, r.site",
        (
            "issues i JOIN reports r ON r.report_id = i.report_id AND r.current "
            f"WHERE i.code = '{_COPIES}' AND i.report_id IS NOT NULL"
        ),
        "i.code",
        "r.site",
        "i.rowid",
    ),
    "issues": (
        (
            "i.report_id, i.code AS reason, i.severity, i.message, i.cells, "
            "coalesce(i.sha256, r.sha256) AS sha256, r.agency, r.year, r.site"
        ),
        (
            "issues i JOIN reports r ON r.report_id = i.report_id AND r.current "
            f"WHERE i.code NOT IN ('{_COPIES}', 'check_failed')"
        ),
        "i.code",
        "r.site",
        "i.severity, i.code, i.rowid",
    ),
    "unreadable": (
        (
            "NULL AS report_id, i.code AS reason, i.severity, i.message, i.cells, i.sha256, i.source_url, "
            "'' AS agency, NULL AS year, i.site"
        ),
        (
            "(SELECT i.*, (SELECT site FROM captures p WHERE p.sha256 = i.sha256 LIMIT 1) AS site "
            "FROM issues i "
            "WHERE i.report_id IS NULL) i WHERE 1"
        ),
        "i.code",
        "i.site",
        "i.code, i.source_url",
    ),
}


def overview(db: Database) -> dict[str, Any]:
    """Return how many doubts there are of each kind, by reason and by site."""
    return db.keep("desk", lambda: {kind: _counts(db, kind) for kind in KINDS})


def _counts(db: Database, kind: str) -> dict[str, Any]:
    _, source, reason, site, _ = _SOURCES[kind]
    reasons: Counter[str] = Counter()
    sites: Counter[str] = Counter()
    for row in db.rows(
        f"SELECT {reason} AS reason, {site} AS site, count(*) AS n FROM {source} GROUP BY 1, 2",  # noqa: S608
        seconds=LONG,
    ):
        # An identity of the forms is the same for each column.
        reasons[row["reason"]] += row["n"]
        sites[row["site"] or ""] += row["n"]
    return {
        "count": sum(reasons.values()),
        "reasons": reasons.most_common(60),
        "sites": sites.most_common(60),
    }


def doubts(
    db: Database, kind: str, *, reason: str = "", site: str = "", offset: int = 0, limit: int = PAGE
) -> tuple[list[Row], int]:
    """Return a page of the doubts of one kind, and how many there are (counted up to `MOST`)."""
    columns, source, of_reason, of_site, order = _SOURCES[kind]
    values: list[Any] = []
    for name, value in ((of_reason, reason), (of_site, site)):
        if value:
            source += f" AND {name} = ?"
            values.append(value)
    rows = db.rows(
        f"SELECT {columns} FROM {source} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
        (*values, limit, offset),
    )
    counted = db.one(f"SELECT count(*) AS n FROM (SELECT 1 FROM {source} LIMIT {MOST})", values)  # noqa: S608
    for row in rows:
        row["figures"] = references(row["report_id"] or "", row.get("cells"))
        row["host"] = urlsplit(row.get("source_url") or "").hostname or ""
    return rows, counted["n"] if counted else 0
