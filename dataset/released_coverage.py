"""The coverage table of a release: the ledger of every year that has a report, as far as the archive looked.

Only bodies that a crawled site shows or should show: what nobody asked for says nothing about the bodies.
`gongkai coverage` has them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from dataset.archived import facts_of, found_of
from dataset.coverage import Ledger, Row
from dataset.model import Assembly
from dataset.past import Moment
from dataset.places import places
from dataset.rows import day, moment
from dataset.sites import HUB
from dataset.writers import Row as TableRow


def coverage_rows(at: Moment, assembly: Assembly) -> Iterator[TableRow]:
    """Yield the rows of the table, by year, region and agency."""
    found = [found_of(report) for report in assembly.reports]
    facts = [
        facts_of({"id": site.id, "agency": HUB, **site.entry}, at.state(site.id))
        for site in at.sites()
        if site.region is not None
    ]
    # No further than the archive looked: the ledger of all China takes seconds a year.
    regions = {code for fact in facts for code in fact.regions} | {one.region for one in found}
    for year in sorted({one.year for one in found}):
        ledger = Ledger(year, at.at.astimezone(UTC).date(), places(year, regions), facts, found)
        for row in ledger.rows():
            if row.site is not None:
                yield _released(row)


def _released(row: Row) -> TableRow:
    return {
        **row.as_dict(),
        "deadline": day(row.deadline),
        "published": day(row.published),
        "first_seen": moment(row.first_seen),
    }
