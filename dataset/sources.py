"""Every body that is a report: where and when it was seen, and what its record says in short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dataset.heads import REPORT_ROLES, Head, Heads
from dataset.past import Moment
from dataset.sites import SiteInfo
from dataset.workers import Workers
from storage import Resource, SiteState


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier body of an address that is a report.

    Attributes:
        head: of its record.
        first_seen: when it was first seen there.
        last_seen: when it was last seen there.
    """

    head: Head
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One address that gave a body.

    Attributes:
        site: where.
        key: key of the resource within the site.
        url: its address.
        role: ``document`` or ``attachment``.
        head: of the record of the body that is current there.
        first_seen: when this body was first seen there.
        last_seen: when it was last seen there.
        page: for an attachment, the address of its page.
        parent: for an attachment, the head of its page's record, where there is one.
        anchor: the words of the link that led here.
        older: earlier bodies of the address that are reports, by when each was last seen.
        stale: hash of a later body of the address that is no report, None where the current body is the
            latest.
        gone_since: when the address was first found gone, None where it was not.
    """

    site: SiteInfo
    key: str
    url: str
    role: str
    head: Head
    first_seen: str
    last_seen: str
    page: str | None
    parent: Head | None
    anchor: str | None
    older: tuple[Earlier, ...]
    stale: str | None
    gone_since: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that should be a report or is linked as one, and cannot be read."""

    site: str
    url: str
    head: Head


def gather(moment: Moment, heads: Heads, workers: Workers | None = None) -> Iterator[Sighting | Unreadable]:
    """Yield every address whose body is, or should be, a report at a moment; by site and address."""
    sites = ((site, moment.state(site.id)) for site in moment.sites())
    for site, state in heads.read_ahead(sites, workers or Workers(1)):
        heads.enter_site(site.id)
        for key, resource in sorted(state.resources.items()):
            if resource.role in REPORT_ROLES:
                yield from _sightings(site, key, resource, state, heads)


def _sightings(
    site: SiteInfo, key: str, resource: Resource, state: SiteState, heads: Heads
) -> Iterator[Sighting | Unreadable]:
    # By the time each was last seen: a body that came back is the current one.
    versions = sorted(
        resource.versions, key=lambda version: (version.last_seen, version.sha256 == resource.sha256)
    )
    reports = [version for version in versions if heads.kind(version.sha256) == "report"]
    latest = versions[-1].sha256 if versions else None
    if latest is not None and heads.kind(latest) == "unreadable":
        head = heads.get(latest)
        if head is not None:
            yield Unreadable(site.id, resource.url, head)
    if not reports:
        return
    current = reports[-1]
    # A body that was not read yet is not said to be no report.
    is_read = latest is not None and heads.kind(latest) is not None
    # None where the manifest speaks of a record that is not there: `gongkai verify` names it.
    for head in heads.reports(current.sha256):
        yield Sighting(
            site=site,
            key=key,
            url=resource.url,
            role=resource.role,
            head=head,
            first_seen=current.first_seen,
            last_seen=current.last_seen,
            page=resource.parent,
            parent=_parent(resource, state, heads),
            anchor=resource.trail.anchor,
            older=tuple(
                Earlier(earlier, version.first_seen, version.last_seen)
                for version in reports[:-1]
                for earlier in heads.reports(version.sha256)
                if earlier.part == head.part
            ),
            stale=latest if is_read and latest != current.sha256 else None,
            gone_since=resource.gone_since,
        )


def _parent(resource: Resource, state: SiteState, heads: Heads) -> Head | None:
    if resource.parent is None:
        return None
    page = state.resources.get(resource.parent)
    return heads.get(page.sha256) if page is not None and page.sha256 is not None else None


def by_body(sightings: Sequence[Sighting]) -> dict[tuple[str, int], list[Sighting]]:
    """Return the sightings of each body, and of each report in it where it joins several."""
    found: dict[tuple[str, int], list[Sighting]] = {}
    for sighting in sightings:
        found.setdefault((sighting.head.sha256, sighting.head.part or 0), []).append(sighting)
    return found
