"""When a report had to be published, and how late it was.

Regulation 711号, articles 49 and 50: departments of governments at county level and above by 31 January, the
government's own report by 31 March of the year after. Townships and street offices report upward and publish
by local dates; the government's day is taken for them too, as the latest that any of them may have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from extraction.regions import agency_kind

GOVERNMENTS = frozenset(
    {
        "government",
        "government_office",
        "central_government",
        "delegated_office",
        "division",
        "township_government",
        "subdistrict_office",
        "zone_committee",
    }
)
"""Kinds of agencies whose report is a government's."""


@dataclass(frozen=True, slots=True)
class Timely:
    """The deadline of a report, and how many days after it (negative: before) it came; None if unknown."""

    deadline: date
    days_late: int | None


def deadline(agency: str, year: int) -> date:
    """Return the last day for an agency's report on a year."""
    return date(year + 1, 3, 31) if agency_kind(agency).kind in GOVERNMENTS else date(year + 1, 1, 31)


def timely(agency: str, year: int, published: str | None) -> Timely:
    """Return deadline and days late of a report published on an ISO date."""
    due = deadline(agency, year)
    days = None if published is None else (date.fromisoformat(published) - due).days
    return Timely(due, days)
