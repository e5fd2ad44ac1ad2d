"""What records say in short. Records are long and many, so only their heads stay in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from dataset.sites import SiteInfo
from dataset.spool import Ref, Spool
from dataset.texts import content_hash
from dataset.workers import Workers
from storage import ObjectStore, RecordStore, SiteState, open_store, parts_of

REPORT_ROLES = frozenset({"document", "attachment"})

PORTION = 64
"""Records that are read as one job."""

Read = tuple["Head | None", list["Head"]]
"""The head of a body's record, and those of the reports in it where it joins several."""
Job = tuple[str, tuple[str, ...], Path, tuple[str, ...]]
"""URL of the store, extractors, folder of the spool, hashes of bodies."""
Site = tuple[SiteInfo, SiteState]


class Head(NamedTuple):
    """What a record says, in short.

    Attributes:
        sha256: of the body.
        extractor: that made the record.
        kind: ``report``, ``not_report`` or ``unreadable``.
        media_type: of the body, by content.
        size: bytes of the body.
        agency: as printed.
        region: code, where the record knows it.
        year: of the report.
        figures: cells that hold a number.
        published: day the document says it was published.
        content: hash of what it says (`dataset.texts.content_hash`).
        ref: where the record is in the spool, None where it was not kept.
        part: number of the report in a body that joins several, from one; None where it holds one.
    """

    sha256: str
    extractor: str
    kind: str
    media_type: str
    size: int
    agency: str | None
    region: str | None
    year: int | None
    figures: int
    published: str | None
    content: str
    ref: Ref | None
    part: int | None = None


class Heads:
    """The heads of records by body: those of the first of several extractors that has read it."""

    def __init__(self, store: ObjectStore, extractors: Sequence[str], spool: Spool) -> None:
        self._url = store.url
        self._stores = {name: RecordStore(store, name) for name in extractors}
        self._current = self._stores[extractors[0]]
        self._spool = spool
        self._read: dict[str, Head | None] = {}
        self._parts: dict[str, list[Head]] = {}
        self._manifest: dict[str, str] = {}

    def read_ahead(self, sites: Iterable[Site], workers: Workers) -> Iterator[Site]:
        """Yield the sites, each when its records have been read by the workers."""

        def here(job: Job) -> list[Read]:
            return [_read(self._stores, self._spool, sha256) for sha256 in job[3]]

        for (hashes, ready), found in workers.run(_read_many, self._jobs(sites), here):
            for sha256, (head, parts) in zip(hashes, found, strict=True):
                self._keep(sha256, head, parts)
            yield from ready

    def _jobs(self, sites: Iterable[Site]) -> Iterator[tuple[tuple[tuple[str, ...], list[Site]], Job]]:
        asked: set[str] = set()
        hashes: list[str] = []
        ready: list[Site] = []

        def job() -> tuple[tuple[tuple[str, ...], list[Site]], Job]:
            taken = tuple(hashes)
            return (taken, [*ready]), (self._url, tuple(self._stores), self._spool.folder, taken)

        for site, state in sites:
            for sha256 in self._wanted(site, state):
                if sha256 not in asked:
                    asked.add(sha256)
                    hashes.append(sha256)
                if len(hashes) == PORTION:
                    yield job()
                    hashes.clear()
                    ready.clear()
            ready.append((site, state))
        yield job()

    def _wanted(self, site: SiteInfo, state: SiteState) -> Iterator[str]:
        """Yield the bodies of a site whose records a release needs: reports and their pages."""
        kinds = self._current.load_manifest(site.id)
        for resource in state.resources.values():
            if resource.role not in REPORT_ROLES:
                continue
            for version in resource.versions:
                if kinds.get(version.sha256, "report") != "not_report":
                    yield version.sha256
            page = state.resources.get(resource.parent) if resource.parent is not None else None
            if page is not None and page.sha256 is not None:
                yield page.sha256

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
        if sha256 not in self._read:
            self._keep(sha256, *_read(self._stores, self._spool, sha256))
        return self._read[sha256]

    def reports(self, sha256: str) -> list[Head]:
        """Return the heads of the reports that a body holds: one, or one for each part."""
        head = self.get(sha256)
        if head is None or head.kind != "report":
            return []
        return self._parts.get(sha256) or [head]

    def _keep(self, sha256: str, head: Head | None, parts: list[Head]) -> None:
        self._read[sha256] = head
        if parts:
            self._parts[sha256] = parts


def _read_many(job: Job) -> list[Read]:
    url, extractors, folder, hashes = job
    stores, spool = _opened(url, extractors, folder)
    return [_read(stores, spool, sha256) for sha256 in hashes]


@lru_cache(maxsize=1)
def _opened(url: str, extractors: tuple[str, ...], folder: Path) -> tuple[dict[str, RecordStore], Spool]:
    store = open_store(url)
    return {name: RecordStore(store, name) for name in extractors}, Spool(folder)


def _read(stores: Mapping[str, RecordStore], spool: Spool, sha256: str) -> Read:
    for name, records in stores.items():
        record = records.get(sha256)
        if record is None:
            continue
        if not record.get("parts"):
            return _head(sha256, name, record, spool), []
        # Of several reports, only these are wanted later.
        return _head(sha256, name, record, None), [
            _head(sha256, name, part, spool) for part in parts_of(record)
        ]
    return None, []


def _head(sha256: str, extractor: str, record: Mapping[str, Any], spool: Spool | None) -> Head:
    report = record.get("report") or {}
    region = report.get("region") or {}
    kind = sys.intern(record["kind"])
    cells = record.get("cells") or {}
    return Head(
        sha256=sha256,
        extractor=extractor,
        kind=kind,
        media_type=sys.intern(record["document"]["media_type"]),
        part=(record["document"].get("part") or {}).get("index"),
        size=record["document"]["bytes"],
        agency=report.get("agency"),
        region=region.get("code"),
        year=report.get("year"),
        figures=sum(cell["status"] == "number" for cell in cells.values()),
        published=report.get("published"),
        content=content_hash(record),
        ref=None if spool is None or kind == "not_report" else spool.add(record),
    )
