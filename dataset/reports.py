"""Bodies into reports. A report is what one agency says about one year.

Who and when. The agency is the one the record read; where a document does not name one, its page's (for an
attachment), else the site's, where one body publishes there. The year likewise: the record's, the page's,
else the year in the words of the link. Where the word is not the document's own, an issue says whose it is.
What stays unresolved is not published, and listed with the reason.

Where. The region is the record's, else the site's. The same bytes on the sites of a city and of its district
belong to the district: the more specific region wins. So does the same fully qualified name
(`牧野区花园街道办事处`) with the same year; a bare name (`教育局`) may be another body in each region and is
never joined across regions.

Over the years. A body's reports carry ids that begin alike: one name and one region for all its years (see
`dataset.over_years`).

Copies. A report's documents (page, attachments, the same at other addresses) are copies of each other. The
one with the most figures is primary, then the better format, then the first address. `dataset.portions` has
them compared.

Versions. Of an address, the body seen last is current; earlier ones are counted as versions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dataset.heads import Head
from dataset.joining import Groups, depth, is_within, join_pages, join_regions
from dataset.model import Assembly, Body, Issue, Report, ReportVersion
from dataset.over_years import settle
from dataset.sources import Sighting, Unreadable, by_body

FORMATS = ("html", "word", "spreadsheet", "pdf", "text", "image")
"""Formats by how exactly they say where a figure stands: with equal figures, the earlier is primary."""

_OFFICES = frozenset({"人民政府", "政府", "办事处", "街道办事处", "管理委员会", "管委会"})
_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)(?=\s*年|年度|\s*政府信息公开)")


def assemble(found: Iterable[Sighting | Unreadable]) -> Assembly:
    """Return the reports in the order of their ids, given every address whose body is or should be one."""
    sightings: list[Sighting] = []
    assembly = Assembly()
    for one in found:
        if isinstance(one, Sighting):
            sightings.append(one)
        else:
            assembly.unpublished.append(_unreadable(one))
    groups: Groups = defaultdict(list)
    bodies: list[Body] = []
    for _, seen in sorted(by_body(sightings).items()):
        body = _resolve(sorted(seen, key=lambda one: (one.site.id, one.url)))
        if isinstance(body, Issue):
            assembly.unpublished.append(body)
        else:
            bodies.append(body)
    for body in settle(bodies):
        groups[body.agency, body.year, body.region].append(body)
    for (agency, year, region), joined in join_pages(join_regions(groups)).items():
        assembly.reports.append(_report(agency, year, region, joined))
    assembly.reports.sort(key=lambda report: report.id)
    assembly.unpublished.sort(key=lambda issue: (issue.url or "", issue.sha256 or "", issue.code))
    return assembly


def report_id(region: str, agency: str, year: int) -> str:
    """Return the id of a report; what separates the parts of an address of a figure is replaced."""
    return f"{region}-{agency.replace('/', '／')}-{year}"


def _unreadable(one: Unreadable) -> Issue:
    return Issue(
        code="unreadable",
        severity="error",
        message="this document cannot be read; its record says why",
        sha256=one.head.sha256,
        url=one.url,
    )


def _resolve(seen: Sequence[Sighting]) -> Body | Issue:
    head = seen[0].head
    issues: list[Issue] = []

    def note(code: str, message: str, severity: str = "note") -> None:
        issues.append(Issue(code, severity, message, sha256=head.sha256, url=seen[0].url))

    agency = _agency(head, seen, note)
    year = _year(head, seen, note)
    region = _region(head, seen, note)
    missing = [
        name for name, value in (("agency", agency), ("year", year), ("region", region)) if value is None
    ]
    if agency is None or year is None or region is None:
        return Issue(
            code="unresolved",
            severity="error",
            message=f"not published: no {' and no '.join(missing)} is known of this report",
            sha256=head.sha256,
            url=seen[0].url,
        )
    return Body(head, tuple(seen), agency, year, region, tuple(issues))


Note = Callable[[str, str], None]


def _agency(head: Head, seen: Sequence[Sighting], note: Note) -> str | None:
    pages = [_clean(one.parent.agency) for one in seen if one.parent is not None and one.parent.agency]
    sites = [one.site.agency for one in seen if one.site.agency is not None]
    if head.part is not None and not head.agency:
        return None  # one of several bodies' reports: neither the page's nor the site's body is meant
    if head.agency:
        own = _clean(head.agency)
        # 段店乡 on the page of 段店乡人民政府, 教育局 on the site of 某某区教育局: the fuller name of the
        # same body.
        for source, names in (("page", pages), ("site", sites)):
            fuller = next((name for name in names if is_fuller(name, own)), None)
            if fuller is not None:
                note(f"agency_from_{source}", f"the document says {own}, its {source} {fuller}")
                return fuller
        return own
    for source, names in (("page", pages), ("site", sites)):
        if names:
            note(f"agency_from_{source}", f"the document names no agency; its {source} says {names[0]}")
            return names[0]
    return None


def _year(head: Head, seen: Sequence[Sighting], note: Note) -> int | None:
    if head.year is not None:
        return head.year
    pages = [one.parent.year for one in seen if one.parent is not None and one.parent.year is not None]
    if pages:
        note("year_from_page", f"the document names no year; its page says {pages[0]}")
        return pages[0]
    anchors = {int(match[1]) for one in seen if (match := _YEAR.search(one.anchor or ""))}
    if len(anchors) == 1:
        year = anchors.pop()
        note("year_from_link", f"the document names no year; the link to it says {year}")
        return year
    return None


def _region(head: Head, seen: Sequence[Sighting], note: Callable[..., None]) -> str | None:
    if head.region is not None:
        return head.region
    codes = sorted({one.site.region for one in seen if one.site.region is not None})
    if not codes:
        return None
    best = max(codes, key=depth)
    if any(not is_within(best, code) for code in codes):
        note(
            "region_conflict",
            f"the same document stands on sites of {', '.join(codes)}; {best} is an assumption",
            "warning",
        )
    return best


def is_fuller(name: str, own: str) -> bool:
    """True where `name` is `own` with its place before it or the word for its office after it."""
    return name != own and (
        name.endswith(own) or (name.startswith(own) and name.removeprefix(own) in _OFFICES)
    )


def _clean(agency: str | None) -> str:
    return re.sub(r"\s+", "", agency or "")


def _report(agency: str, year: int, region: str, bodies: Sequence[Body]) -> Report:
    primary, *copies = sorted(bodies, key=_preference)
    identity = report_id(region, agency, year)
    issues = [issue for body in bodies for issue in body.issues]
    issues += [issue for body in bodies for seen in body.sightings for issue in _time_issues(seen)]
    return Report(
        id=identity,
        agency=agency,
        region=region,
        year=year,
        primary=primary,
        copies=tuple(copies),
        versions=_versions(primary),
        issues=tuple(replace(issue, report=identity) for issue in issues),
    )


def _versions(primary: Body) -> tuple[ReportVersion, ...]:
    """Return what the primary's addresses said over time. A page whose visit counter moved says the same."""
    said = [
        *((primary.head, seen.first_seen, seen.last_seen) for seen in primary.sightings),
        *((one.head, one.first_seen, one.last_seen) for seen in primary.sightings for one in seen.older),
    ]
    by_content: dict[str, list[tuple[Head, str, str]]] = defaultdict(list)
    for one in said:
        by_content[one[0].content].append(one)
    spans = [
        (min(first for _, first, _ in group), max(last for _, _, last in group), group[0][0])
        for group in by_content.values()
    ]
    spans.sort(key=lambda span: (span[0], span[1], span[2].sha256))
    return tuple(
        ReportVersion(number, head, first, last, head.content == primary.head.content)
        for number, (first, last, head) in enumerate(spans, start=1)
    )


def _preference(body: Body) -> tuple[int, int, str, str]:
    first = min(body.sightings, key=lambda seen: (seen.url, seen.site.id))
    return (-body.head.figures, format_rank(body.head.media_type), first.url, body.head.sha256)


def format_rank(media_type: str) -> int:
    """Return the place of a media type in `FORMATS`; an unknown one is last."""
    for rank, marks in enumerate(
        (
            ("html",),
            ("wordprocessingml", "msword", "opendocument.text", "rtf", "vnd.ms-works"),
            ("spreadsheetml", "ms-excel", "opendocument.spreadsheet"),
            ("pdf", "ofd"),
            ("text/",),
            ("image/",),
        )
    ):
        if any(mark in media_type for mark in marks):
            return rank
    return len(FORMATS)


def _time_issues(seen: Sighting) -> Iterable[Issue]:
    if seen.stale is not None:
        yield Issue(
            code="latest_version_is_no_report",
            severity="warning",
            message=f"the address answered with another body later ({seen.stale[:12]}…), which is no report",
            sha256=seen.head.sha256,
            url=seen.url,
        )
    if seen.gone_since is not None:
        yield Issue(
            code="gone",
            severity="note",
            message=f"no longer at this address since {seen.gone_since}",
            sha256=seen.head.sha256,
            url=seen.url,
        )


def value_of(record: Mapping[str, Any], cell: str) -> Any:
    """Return the value of a cell of a record, None where it has none."""
    value: Any = record.get("tables") or {}
    for part in cell.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
