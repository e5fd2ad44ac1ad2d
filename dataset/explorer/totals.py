"""What is counted over a whole release: made once, as a release never changes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from dataset.explorer.database import Database, Row
from dataset.places import region_of
from dataset.wide import short_names
from extraction.editions import editions

LONG = 120.0
"""Seconds a count over the whole release may take; it is made once."""
_FIRST_YEAR = 2019
"""Of the forms whose figures are added up: those before counted other things."""


def outcomes() -> dict[str, list[str]]:
    """Return the rows of the table of requests by what was decided, of all editions."""
    found: dict[str, list[str]] = {
        "granted": [],
        "partly": [],
        "refused": [],
        "unavailable": [],
        "rejected": [],
        "other": [],
    }
    single = {"granted": "granted", "partly_granted": "partly", "other": "other"}
    for edition in editions().values():
        form = edition.tables.get("requests")
        for row in form.rows.values() if form else ():
            kind = single.get(row.key) or {"other_results": "other"}.get(row.group or "", row.group)
            if kind in found and row.key not in found[kind]:
                found[kind].append(row.key)
    return found


def by_year(db: Database) -> list[Row]:
    """Return sums of the reports by year, those left out that count subordinate bodies too."""
    return db.keep("by_year", lambda: _by_year(db))


def _by_year(db: Database) -> list[Row]:
    names = short_names()
    sums = {"requests": [names["requests.new.total"]]}
    sums |= {
        f"outcome_{kind}": [names[f"requests.{row}.total"] for row in rows]
        for kind, rows in outcomes().items()
    }
    rows = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
    sums |= {
        "reviews": [names["review_litigation.reconsideration.total"]],
        "reviews_corrected": [names["review_litigation.reconsideration.corrected"]],
        "suits": [names[f"review_litigation.{row}.total"] for row in rows[1:]],
        "suits_corrected": [names[f"review_litigation.{row}.corrected"] for row in rows[1:]],
    }
    columns = ", ".join(
        f"{' + '.join(f'coalesce(sum({name}), 0)' for name in columns)} AS {key}"
        for key, columns in sums.items()
    )
    return db.rows(
        f"SELECT year, count(*) AS reports, {columns} FROM wide "  # noqa: S608
        "WHERE year >= ? AND scope IS NOT 'aggregate' GROUP BY year ORDER BY year",
        (_FIRST_YEAR,),
        seconds=LONG,
    )


def matrix(db: Database) -> dict[str, Any]:
    """Return by province and year how many reports there are and how many there should be."""
    return db.keep("matrix", lambda: _matrix(db))


def _matrix(db: Database) -> dict[str, Any]:
    cells: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in db.rows(
        "SELECT substr(region, 1, 2) AS place, year, count(*) AS due, "
        "sum(status IN ('found', 'late', 'gone')) AS found, sum(status = 'late') AS late "
        "FROM coverage WHERE status <> 'not_due' GROUP BY 1, 2",
        seconds=LONG,
    ):
        cells[_province(row["place"])][row["year"]] = row
    for row in db.rows(
        "SELECT substr(coalesce(province, region), 1, 2) AS place, year, count(*) AS reports "
        "FROM reports WHERE current GROUP BY 1, 2",
        seconds=LONG,
    ):
        own = cells[_province(row["place"])].setdefault(row["year"], {"due": None, "found": None, "late": 0})
        own["reports"] = row["reports"]
    years = sorted({year for own in cells.values() for year in own})
    return {"years": years, "provinces": {code: cells[code] for code in sorted(cells)}}


def _province(place: str | None) -> str:
    return f"{place}0000" if place and place.isdecimal() else "000000"


def province_name(code: str, year: int = 2020) -> str | None:
    """Return the name of a province."""
    return region_of(code, year).name


def quality(db: Database) -> Row:
    """Return how many figures, checks and issues there are, and how many are in doubt."""
    return db.keep("quality", lambda: _quality(db))


def _quality(db: Database) -> Row:
    found: Row = {}
    for sql in (
        (
            "SELECT count(*) AS reports, sum(checks_failed = 0) AS sound, sum(checks_held) AS held, "
            "sum(checks_failed) AS failed, sum(checks_open) AS open, sum(cells) AS cells, "
            "sum(figures) AS figures, "
            "count(DISTINCT agency || '/' || coalesce(region, '')) AS agencies, min(year) AS first, "
            "max(year) AS last, "
            "count(DISTINCT sha256) AS documents FROM reports WHERE current"
        ),
        "SELECT count(*) AS flagged FROM figure_cells WHERE flags <> ''",
        "SELECT count(*) AS unpublished FROM issues WHERE report_id IS NULL",
        "SELECT count(*) AS captures FROM captures",
        "SELECT count(*) AS sites FROM sites",
    ):
        found |= db.rows(sql, seconds=LONG)[0]
    return {key: value or 0 for key, value in found.items()}
