"""Coverage: who should have reported on a year, who has, when and in which form, and why the others have not.

Pure functions. What goes in: the regions of China and the registry (who should report), the reports of the
archive (who has), the states of the sites (why not). What comes out: one `Row` for each body that should have
reported, in the order of region and name; `FIELDS` says what its columns mean. The same rows are the table of
a release.

Who should report. Every government at and above county level, every township (`basis` region); every body
that the registry names, unless its entry says that it owes none (registry); every body of which an earlier
report was found (earlier). Names are compared without the place before them, so that 牧野区教育局 and 教育局
on the pages of 牧野区 are one, and a government is the same under the names of its office.

Deadlines. Departments: 31 January, for the years before 2019 31 March. Governments at and above county level:
31 March. Townships have no date of their own in the national rules: theirs is judged by nobody here.

Status. A report that was found is `found`, `late` (published after the deadline; without a published date
nothing is judged, unless it was seen in time) or `gone` (the archive has it, the site no more). Without a
report: `not_due` before the deadline; then `not_found` where a site that should show it answered, `blocked`
and `unreachable` where it did not, `not_crawled` where nobody asked, `no_site` where the registry has none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from dataset.bodies import GOVERNMENT, Place, name_key, township_name
from dataset.joining import depth, is_within

FIELDS = {
    "year": "the year reported on",
    "region": "code of the division the body belongs to (GB/T 2260; nine digits for townships)",
    "region_name": "name of the division, from the province down",
    "level": "national, province, prefecture, county or township",
    "agency": "name of the body; as printed where a report was found",
    "body": "government, department or township",
    "basis": "why it should report: region, registry or earlier (a report of an earlier year was found)",
    "status": "found, late, gone, not_due, not_found, blocked, unreachable, not_crawled or no_site",
    "reason": "what stood in the way: the wall, the failure; blank where nothing did",
    "deadline": "last day for this body; blank where the national rules set none",
    "published": "the date printed on the report or its page",
    "first_seen": "when the archive first had it",
    "days_late": "days from the deadline to the publication, or to `as_of` where there is none; 0 in time",
    "form": "format of the document: html, word, spreadsheet, pdf, text, image",
    "report": "id of the report",
    "url": "its address",
    "site": "site of the registry that showed it, or should have",
}
"""Columns of the ledger."""

STATUSES = (
    "found", "late", "gone", "not_found", "blocked", "unreachable", "not_crawled", "no_site", "not_due",
)  # fmt: skip
HAVE = frozenset({"found", "late", "gone"})
LEVELS = ("national", "province", "prefecture", "county", "township")

EARLIER_YEARS = 3
"""A body that reported within so many years before is expected again."""

NATION = "000000"
_TROUBLES = ("blocked", "unreachable", "not_crawled")


@dataclass(frozen=True, slots=True)
class Found:
    """A report of the archive, as coverage needs it."""

    agency: str
    region: str
    year: int
    report: str
    url: str
    site: str
    form: str
    first_seen: str
    published: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is known of a site: whose reports it should show, and whether it answered.

    Attributes:
        id: its id.
        regions: divisions whose bodies publish there.
        agency: the one body that does, None for a hub.
        agencies: further bodies known to.
        obliged: whether its body owes reports.
        trouble: ``blocked``, ``unreachable`` or ``not_crawled``; None where it answered.
        reason: the wall or the failure.
    """

    id: str
    regions: tuple[str, ...]
    agency: str | None = None
    agencies: tuple[tuple[str, str], ...] = ()
    obliged: bool = True
    trouble: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A body that should report."""

    agency: str
    region: str
    body: str
    basis: str
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the ledger; its fields are `FIELDS`."""

    year: int
    region: str
    region_name: str
    level: str
    agency: str
    body: str
    basis: str
    status: str
    reason: str = ""
    deadline: str | None = None
    published: str | None = None
    first_seen: str | None = None
    days_late: int | None = None
    form: str | None = None
    report: str | None = None
    url: str | None = None
    site: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, the keys in the order of `FIELDS`."""
        return asdict(self)


def deadline(year: int, body: str) -> date | None:
    """Return the last day for a body's report on a year, None where the national rules set none."""
    if body == "township":
        return None
    if body == "government" or year < 2019:
        return date(year + 1, 3, 31)
    return date(year + 1, 1, 31)


@dataclass
class Ledger:
    """Judges the reports on one year.

    Attributes:
        year: the year reported on.
        as_of: the day of the judgement.
        places: divisions by code.
        sites: what is known of the sites.
        found: reports of the archive, of this year and of earlier ones.
    """

    year: int
    as_of: date
    places: Mapping[str, Place]
    sites: Sequence[SiteFacts]
    found: Sequence[Found]
    _reports: dict[tuple[str, str], list[Found]] = field(
        init=False, default_factory=lambda: defaultdict(list)
    )
    _hubs: dict[str, list[SiteFacts]] = field(init=False, default_factory=lambda: defaultdict(list))
    _by_id: dict[str, SiteFacts] = field(init=False, default_factory=dict)
    _townships: dict[tuple[str, str], str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for place in self.places.values():
            if len(place.code) > 6 and not place.zone:
                self._townships[place.code[:6], place.name] = place.code
        for one in self.found:
            if one.year == self.year:
                self._reports[self.key(one.region, one.agency)].append(one)
        for site in self.sites:
            self._by_id[site.id] = site
            for code in site.regions if site.agency is None else ():
                self._hubs[code].append(site)

    def key(self, region: str, agency: str) -> tuple[str, str]:
        """Return what names a body: its division, and its name without the place."""
        region, name = name_key(region, agency, self.places)
        # 花园街道办事处 among a county's bodies is the township's own government.
        township = self._townships.get((region, name)) or self._townships.get((region, township_name(name)))
        return (region, name) if township is None else (township, GOVERNMENT)

    def rows(self) -> list[Row]:
        """Return the ledger."""
        bodies: dict[tuple[str, str], Expected] = {}
        for expected in self._expected():
            bodies.setdefault(self.key(expected.region, expected.agency), expected)
        # What reported unexpectedly counts as well: it owed it.
        for key, reports in self._reports.items():
            if key not in bodies:
                one = reports[0]
                bodies[key] = Expected(one.agency, key[0], self._body(key), "found", one.site)
        rows = [self._row(key, expected) for key, expected in bodies.items()]
        return sorted(rows, key=lambda row: (row.region, row.body != "government", row.agency))

    def _body(self, key: tuple[str, str]) -> str:
        if key[1] != GOVERNMENT:
            return "department"
        return "township" if len(key[0]) > 6 else "government"

    def _expected(self) -> Iterable[Expected]:
        for place in self.places.values():
            if place.code != NATION and not place.zone:
                body = "township" if len(place.code) > 6 else "government"
                yield Expected(place.government, place.code, body, "region")
        for site in self.sites:
            named = [(site.agency, site.regions[0])] if site.agency is not None else list(site.agencies)
            for agency, region in named if site.obliged else ():
                yield Expected(agency, region, self._body(self.key(region, agency)), "registry", site.id)
        for one in sorted(self.found, key=lambda found: -found.year):
            if self.year - EARLIER_YEARS <= one.year < self.year:
                body = self._body(self.key(one.region, one.agency))
                yield Expected(one.agency, one.region, body, "earlier", one.site)

    def _row(self, key: tuple[str, str], expected: Expected) -> Row:
        region, _ = key
        place = self.places.get(region)
        last = deadline(self.year, expected.body)
        common: dict[str, Any] = {
            "year": self.year,
            "region": region,
            "region_name": place.full_name if place is not None else "",
            "level": level_of(region),
            "body": expected.body,
            "basis": expected.basis if expected.basis != "found" else "earlier",
            "deadline": last.isoformat() if last is not None else None,
        }
        reports = self._reports.get(key)
        if reports:
            return Row(**common, **self._had(reports, last))
        status, reason, site = self._why(region, expected)
        overdue = last is None or self.as_of > last
        return Row(
            **common,
            agency=expected.agency,
            status=status if overdue or status in HAVE else "not_due",
            reason=reason if overdue else "",
            days_late=(self.as_of - last).days if last is not None and overdue else None,
            site=site,
        )

    def _had(self, reports: Sequence[Found], last: date | None) -> dict[str, Any]:
        there = [one for one in reports if not one.gone]
        best = min(there or reports, key=lambda one: (one.published or "9999", one.first_seen, one.report))
        days = _days_late(best, last)
        status = "gone" if not there else "late" if days else "found"
        return {
            "agency": best.agency,
            "status": status,
            "reason": "no longer at its address" if status == "gone" else "",
            "published": best.published,
            "first_seen": best.first_seen,
            "days_late": days,
            "form": best.form,
            "report": best.report,
            "url": best.url,
            "site": best.site,
        }

    def _why(self, region: str, expected: Expected) -> tuple[str, str, str | None]:
        """Return why there is no report: status, reason, and the site that should have shown it."""
        own = self._by_id.get(expected.site or "")
        sites = [own] if own is not None else self._responsible(region)
        if not sites:
            return "no_site", "", None
        for site in sites:
            if site.trouble is None:
                return "not_found", site.reason, site.id
        worst = min(sites, key=lambda site: _TROUBLES.index(site.trouble or _TROUBLES[-1]))
        return worst.trouble or "not_crawled", worst.reason, worst.id

    def _responsible(self, region: str) -> list[SiteFacts]:
        """Return the hubs of a division, else of the nearest one above it that has any."""
        for code in (region, region[:6], region[:4] + "00", region[:2] + "0000"):
            if self._hubs.get(code):
                return self._hubs[code]
        return []


def _days_late(one: Found, last: date | None) -> int | None:
    """Return how many days after the deadline a report was published, None where nobody can tell."""
    if last is None:
        return None
    if one.published is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", one.published):
        return max(0, (date.fromisoformat(one.published) - last).days)
    # Seen in time, it was published in time; seen later, it may have been there long before.
    return 0 if date.fromisoformat(one.first_seen[:10]) <= last else None


def level_of(code: str) -> str:
    """Return the level of a division by its code."""
    if len(code) > 6:
        return "township"
    return {0: "national", 2: "province", 4: "prefecture"}.get(depth(code), "county")


def within(rows: Iterable[Row], region: str | None = None, level: str | None = None) -> list[Row]:
    """Return the rows of a division and everything inside, and of a level."""
    return [
        row
        for row in rows
        if (region is None or region == NATION or is_within(row.region, region))
        and (level is None or row.level == level)
    ]


def totals(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """Return the counts of each status by level, and under ``all`` together; each with ``expected``."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in (row.level, "all"):
            counts[name][row.status] += 1
            counts[name]["expected"] += 1
            counts[name]["have"] += row.status in HAVE
    return {
        name: {key: counts[name][key] for key in ("expected", "have", *STATUSES)}
        for name in (*LEVELS, "all")
        if name in counts
    }
