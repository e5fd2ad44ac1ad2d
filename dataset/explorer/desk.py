"""What is in doubt in a release, by kind and site, each with a way to its evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dataset.explorer.database import Database, Row
from dataset.explorer.queries import MOST, PAGE, references
from dataset.explorer.totals import LONG

KINDS = ("checks", "years", "confidence", "copies", "unreadable", "issues")
"""Failed identities, those between years, figures hardly legible, copies that disagree, … other issues."""

_COPIES = "copies_disagree"
_CELL = 'c."table" || \'.\' || c."row" || \'.\' || c."column"'


@dataclass(frozen=True, slots=True)
class _Kind:
    """How doubts of a kind are found: along an index, and only those of the page are joined with more.

    Attributes:
        columns: of a doubt, called `d`, its report `r` and its cell `c`.
        source: table and condition.
        reason: what they are told apart by.
        order: of the list.
        joins: what the columns need besides.
        of_site: condition for those of a site.
        site: of a doubt.
    """

    columns: str
    source: str
    reason: str
    order: str
    joins: str = "CROSS JOIN reports r ON r.report_id = d.report_id AND r.current"
    of_site: str = "d.report_id IN (SELECT report_id FROM reports WHERE current AND site = ?)"
    site: str = "r.site"


_CHECKS = (
    'd.report_id, d."check" AS reason, d.expected, d.actual, d.difference, d.cells, r.agency, r.site, r.year'
)
_ISSUES = (
    "d.report_id, d.code AS reason, d.severity, d.message, d.cells, "
    "coalesce(d.sha256, r.sha256) AS sha256, r.agency, r.year, r.site"
)
_SITE_OF_BODY = "(SELECT site FROM captures p WHERE p.sha256 = d.sha256 LIMIT 1)"

_KINDS = {
    "checks": _Kind(
        _CHECKS,
        "checks d WHERE d.holds = 0 AND d.\"check\" NOT GLOB 'years.*'",
        'd."check"',
        'd."check", d.report_id',
    ),
    "years": _Kind(
        _CHECKS,
        "checks d WHERE d.holds = 0 AND d.\"check\" GLOB 'years.*'",
        'd."check"',
        'd."check", d.report_id',
    ),
    "confidence": _Kind(
        "r.report_id, 'confidence' AS reason, d.confidence, d.raw, d.value, d.suggested, "
        f"{_CELL} AS cells, r.agency, r.year, r.site",
        "figure_cells d WHERE d.confidence < 1",
        "'confidence'",
        "d.confidence, d.report, d.cell",
        "CROSS JOIN reports r ON r.rowid = d.report CROSS JOIN cells c ON c.id = d.cell",
        "d.report IN (SELECT rowid FROM reports WHERE current AND site = ?)",
    ),
    "copies": _Kind(
        _ISSUES,
        f"issues d WHERE d.code = '{_COPIES}' AND d.report_id IS NOT NULL",
        "d.code",
        "d.severity, d.rowid",
    ),
    "issues": _Kind(
        _ISSUES,
        f"issues d WHERE d.code NOT IN ('{_COPIES}', 'check_failed') AND d.report_id IS NOT NULL",
        "d.code",
        "d.severity, d.code, d.rowid",
    ),
    "unreadable": _Kind(
        "NULL AS report_id, d.code AS reason, d.severity, d.message, d.cells, d.sha256, d.source_url, "
        f"'' AS agency, NULL AS year, {_SITE_OF_BODY} AS site",
        "issues d WHERE d.report_id IS NULL",
        "d.code",
        "d.code, d.source_url",
        "",
        f"{_SITE_OF_BODY} = ?",
        _SITE_OF_BODY,
    ),
}


def overview(db: Database) -> dict[str, Any]:
    """Return how many doubts there are of each kind, by reason and by site."""
    return db.keep("desk", lambda: {kind: _counts(db, kind) for kind in KINDS})


def _counts(db: Database, kind: str) -> dict[str, Any]:
    of = _KINDS[kind]
    reasons: Counter[str] = Counter()
    sites: Counter[str] = Counter()
    table, condition = of.source.split(" WHERE ", 1)
    for row in db.rows(
        f"SELECT {of.reason} AS reason, {of.site} AS site, count(*) AS n "  # noqa: S608
        f"FROM {table} {of.joins} WHERE {condition} GROUP BY 1, 2",
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
    of = _KINDS[kind]
    source = of.source
    values: list[Any] = []
    for condition, value in ((f"{of.reason} = ?", reason), (of.of_site, site)):
        if value:
            source += f" AND {condition}"
            values.append(value)
    rows = db.rows(
        # Numbers and no parameters: the planner has to know that only few are joined.
        f"SELECT {of.columns} FROM (SELECT d.* FROM {source} ORDER BY {of.order} "  # noqa: S608
        f"LIMIT {limit:d} OFFSET {offset:d}) d {of.joins}",
        values,
    )
    counted = db.one(f"SELECT count(*) AS n FROM (SELECT 1 FROM {source} LIMIT {MOST})", values)  # noqa: S608
    for row in rows:
        row["figures"] = references(row["report_id"] or "", row.get("cells"))
        row["host"] = urlsplit(row.get("source_url") or "").hostname or ""
    return rows, counted["n"] if counted else 0
