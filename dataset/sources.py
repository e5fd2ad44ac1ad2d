"""Every body that is a report: where and when it was seen, and what its record says in short.

Records are long and many, so only their heads stay in memory. The records themselves go, compressed, to a
temporary file while the release is made: each is fetched from the store once.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from dataset.past import Moment
from dataset.sites import SiteInfo
from dataset.texts import content_hash, sentences, text_length
from storage import ObjectStore, RecordStore, Resource, SiteState, parts_of

REPORT_ROLES = frozenset({"document", "attachment"})


@dataclass(frozen=True, slots=True)
class Head:
    """What a record says, in short.

    Attributes:
        sha256: of the body.
        extractor: that made the record.
        kind: ``report``, ``not_report`` or ``unreadable``.
        media_type: of the body, by content.
        size: bytes of the body.
        title: as printed.
        agency: as printed.
        region: code, where the record knows it.
        year: of the report.
        figures: cells that hold a number.
        cells: all cells.
        published: day the document says it was published.
        content: hash of what it says (`dataset.texts.content_hash`).
        text_length: characters of its sections.
        sentences: its sentences (`dataset.texts.sentences`).
        ref: where the whole record is in the spool, None where it was not kept.
        part: number of the report in a body that joins several, from one; None where it holds one.
    """

    sha256: str
    extractor: str
    kind: str
    media_type: str
    size: int
    title: str | None
    agency: str | None
    region: str | None
    year: int | None
    figures: int
    cells: int
    published: str | None
    content: str
    text_length: int
    sentences: bytes
    ref: tuple[int, int] | None
    part: int | None = None


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


class Spool:
    """Records in a temporary file, compressed. Use as a context manager."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="gongkai-")  # noqa: SIM115 - closed by __exit__
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, record: Mapping[str, Any]) -> tuple[int, int]:
        """Keep a record and return where."""
        data = zlib.compress(json.dumps(record, ensure_ascii=False).encode(), level=1)
        self._file.seek(self._end)
        self._file.write(data)
        ref = (self._end, len(data))
        self._end += len(data)
        return ref

    def load(self, head: Head) -> dict[str, Any]:
        """Return the record of a head."""
        assert head.ref is not None, "the record was not kept"
        offset, length = head.ref
        self._file.seek(offset)
        record = json.loads(zlib.decompress(self._file.read(length)))
        assert isinstance(record, dict)
        return record


class Heads:
    """The heads of records by body: those of the first of several extractors that has read it."""

    def __init__(self, store: ObjectStore, extractors: Sequence[str], spool: Spool) -> None:
        self._stores = {name: RecordStore(store, name) for name in extractors}
        self._current = self._stores[extractors[0]]
        self._spool = spool
        self._heads: dict[str, Head | None] = {}
        self._parts: dict[str, list[Head]] = {}
        self._manifest: dict[str, str] = {}

    def enter_site(self, site: str) -> None:
        """Load the manifest of a site, which says the kind of most bodies without reading their records."""
        self._manifest = self._current.load_manifest(site)

    def kind(self, sha256: str) -> str | None:
        """Return the kind of a body's newest record, None where it has none."""
        if sha256 in self._manifest:
            return self._manifest[sha256]
        # A killed run leaves records without a manifest, and a new extractor has read nothing yet.
        head = self.get(sha256)
        return None if head is None else head.kind

    def get(self, sha256: str) -> Head | None:
        """Return the head of a body's newest record, None where it has none."""
        if sha256 not in self._heads:
            self._heads[sha256] = None
            for name, records in self._stores.items():
                record = records.get(sha256)
                if record is not None:
                    self._heads[sha256] = _head(sha256, name, record, self._spool)
                    parts = parts_of(record) if record.get("parts") else []
                    self._parts[sha256] = [_head(sha256, name, part, self._spool) for part in parts]
                    break
        return self._heads[sha256]

    def reports(self, sha256: str) -> list[Head]:
        """Return the heads of the reports that a body holds: one, or one for each part."""
        head = self.get(sha256)
        if head is None or head.kind != "report":
            return []
        return self._parts.get(sha256) or [head]


def _head(sha256: str, extractor: str, record: Mapping[str, Any], spool: Spool) -> Head:
    report = record.get("report") or {}
    region = report.get("region") or {}
    cells = record.get("cells") or {}
    return Head(
        sha256=sha256,
        extractor=extractor,
        kind=record["kind"],
        media_type=record["document"]["media_type"],
        part=(record["document"].get("part") or {}).get("index"),
        size=record["document"]["bytes"],
        title=report.get("title"),
        agency=report.get("agency"),
        region=region.get("code"),
        year=report.get("year"),
        figures=sum(cell["status"] == "number" for cell in cells.values()),
        cells=len(cells),
        published=report.get("published"),
        content=content_hash(record),
        text_length=text_length(record),
        sentences=sentences(record),
        ref=None if record["kind"] == "not_report" else spool.add(record),
    )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that should be a report or is linked as one, and cannot be read."""

    site: str
    url: str
    head: Head


def gather(moment: Moment, heads: Heads) -> Iterator[Sighting | Unreadable]:
    """Yield every address whose body is, or should be, a report at a moment; by site and address."""
    for site in moment.sites():
        state = moment.state(site.id)
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
