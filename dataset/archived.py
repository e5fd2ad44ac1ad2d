"""What coverage takes from the archive: the reports it has, and how the sites answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from dataset.coverage import Found, SiteFacts
from dataset.heads import Heads
from dataset.model import Report
from dataset.past import Moment
from dataset.reports import FORMATS, assemble, format_rank
from dataset.sites import HUB, list_sites, load_entry
from dataset.sources import gather
from dataset.spool import Spool
from storage import GOOD_OUTCOMES, ObjectNotFoundError, ObjectStore, Resource, SiteState, load_state

_ROBOTS = "robots.txt"


def found_in(store: ObjectStore, extractor: str) -> list[Found]:
    """Return the reports of an archive, as the next release would have them."""
    moment = Moment(store, extractor, datetime.now(UTC))
    with Spool() as spool:
        assembly = assemble(gather(moment, Heads(store, moment.extractors(), spool)))
        return [found_of(report) for report in assembly.reports]


def found_of(report: Report) -> Found:
    """Return what coverage needs of a report."""
    first = report.primary.first
    sightings = [seen for body in report.bodies for seen in body.sightings]
    rank = format_rank(report.primary.head.media_type)
    return Found(
        agency=report.agency,
        region=report.region,
        year=report.year,
        report=report.id,
        url=first.url,
        site=first.site.id,
        form=FORMATS[rank] if rank < len(FORMATS) else report.primary.head.media_type,
        first_seen=min(seen.first_seen for seen in sightings),
        published=report.primary.head.published,
        gone=all(seen.gone_since is not None for seen in sightings),
    )


def site_facts(
    store: ObjectStore, entries: Iterable[Mapping[str, Any]], alerts: Mapping[str, str] | None = None
) -> list[SiteFacts]:
    """Return what is known of the sites of a registry.

    Args:
        store: the archive.
        entries: the registry's entries as plain data.
        alerts: what the last runs said of sites, by id; it explains why a site did not answer.
    """
    crawled = set(list_sites(store))
    facts = []
    for entry in entries:
        state = load_state(store, entry["id"]) if entry["id"] in crawled else SiteState(entry["id"])
        facts.append(facts_of(entry, state, (alerts or {}).get(entry["id"], "")))
    return facts


def kept_entries(store: ObjectStore, sites: Iterable[str]) -> list[dict[str, Any]]:
    """Return the entries with which sites were last crawled; imports have none."""
    entries = []
    for site in sites:
        try:
            entries.append(load_entry(store, site))
        except ObjectNotFoundError:
            continue
    return entries


def facts_of(entry: Mapping[str, Any], state: SiteState, alert: str = "") -> SiteFacts:
    """Return what a registry entry and a site's state say of it."""
    trouble, reason = _trouble(state)
    agency = entry.get("agency", HUB)
    own = {known["agency"]: known.get("region") for known in entry.get("known", ())}
    region = entry["region"]
    return SiteFacts(
        id=entry["id"],
        regions=(region, *entry.get("regions", ())),
        agency=None if agency == HUB else agency,
        agencies=tuple((name, own.get(name) or region) for name in entry.get("agencies", ())),
        obliged=(entry.get("expect") or {}).get("reports") != 0,
        trouble=trouble,
        reason=reason or (alert if trouble is not None else ""),
    )


def _trouble(state: SiteState) -> tuple[str | None, str]:
    """Return why a site could not show its reports, and by what; None where it could.

    A site whose lists answered is one without trouble, unless a wall stood before a list and no report came.
    """
    lists = [one for one in state.resources.values() if one.role == "listing" and one.trail.anchor != _ROBOTS]
    robots = [one for one in state.resources.values() if one.trail.anchor == _ROBOTS]
    good = [one for one in lists if one.last_outcome in GOOD_OUTCOMES]
    walls = sorted({one.last_outcome for one in lists if one.last_outcome.startswith("blocked:")})
    if good:
        if walls and not any(_is_report(one) for one in state.resources.values()):
            return "blocked", walls[0].removeprefix("blocked:")
        return None, ""
    if walls:
        return "blocked", walls[0].removeprefix("blocked:")
    failures = [one for one in (*lists, *robots) if one.last_outcome.startswith(("error:", "gone"))]
    if failures:
        last = max(failures, key=lambda one: (one.role == "listing", one.last_time))
        return "unreachable", last.last_outcome.removeprefix("error:")
    return "not_crawled", ""


def _is_report(resource: Resource) -> bool:
    return resource.role != "listing" and resource.last_seen is not None
