"""From answers to the archive: bytes durable, then captures, then state; off the reactor thread.

`SiteArchive` collects answers and writes them in batches: all bodies of a batch first, then one segment of
captures. A body that the archive is known to hold already (a 304, or the same hash as last time) is not put
again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from crawlers.job import Politeness
from crawlers.lists import ListNotes, load_notes, save_notes
from crawlers.sniff import sniff
from crawlers.spool import Spool
from storage import (
    Archive,
    BodyCorruptError,
    Capture,
    CaptureWriter,
    ObjectNotFoundError,
    ObjectStore,
    Resource,
    SiteState,
    StoreError,
    Trail,
    rebuild_state,
    redact_url,
    refresh_state,
    timestamp,
)
from storage.refetch import done_refetch, load_refetch
from storage.tombstones import Tombstone, removed_addresses

log = logging.getLogger(__name__)

# A batch is also written when its bodies come to this, so that large files do not pile up in memory.
_BATCH_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, before it is a capture.

    Attributes:
        role: as in the capture.
        url: the address asked.
        final_url: the address that answered.
        outcome: as in the capture.
        method: ``GET`` or ``POST``.
        redirects: addresses passed.
        request_headers: as sent.
        request_body: of a POST.
        response_headers: as received.
        status: None where no answer came.
        body: bytes to keep, None where there are none or they are kept already.
        sha256: their hash, also where they are kept already.
        size: their number.
        renderer: ``http`` or ``browser``.
        parent: the page of an attachment.
        trail: how the crawler came here.
        note: what a person should know.
    """

    role: str
    url: str
    final_url: str
    outcome: str
    method: str = "GET"
    redirects: tuple[str, ...] = ()
    request_headers: dict[str, str] | None = None
    request_body: str | None = None
    response_headers: dict[str, str] | None = None
    status: int | None = None
    body: bytes | None = None
    sha256: str | None = None
    size: int | None = None
    renderer: str = "http"
    parent: str | None = None
    trail: Trail = field(default_factory=Trail)
    note: str | None = None


class SiteArchive:
    """The archive as one site's crawl sees it: what is known, and what is to be written."""

    def __init__(self, store: ObjectStore, site: str, run: str, settings: Politeness) -> None:
        self._store = store
        self._site = site
        self._run = run
        self._settings = settings
        self._archive = Archive(store)
        self._writer = CaptureWriter(store, site, run)
        self._state = SiteState(site)
        self._waiting: list[tuple[Answer, str, str | None]] = []
        self._bytes = 0
        self._oldest = 0.0
        self._lock = asyncio.Lock()
        self._hashes: dict[str, str] = {}
        self._lost: set[str] = set()
        self._unsaved: list[bytes] = []
        self._removed: dict[str, Tombstone] = {}
        self._again: dict[str, str] = {}
        self._files: dict[str, list[Resource]] | None = None
        self._unsettled: set[str] = set()
        self.notes = ListNotes()

    async def open(self) -> None:
        """Load what is known of the site."""
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        spool = Spool.of(self._site)
        late = spool.empty_into(self._store) if spool is not None else 0
        # What comes late may be older than what a refresh looks for.
        refresh = rebuild_state if late else refresh_state
        self._state = refresh(self._store, self._site)
        self._writer = CaptureWriter.resume(self._store, self._site, self._run, after=self._state.latest_run)
        self._removed = removed_addresses(self._store, self._site)
        self._again = load_refetch(self._store, self._site)
        self._lost.update(self._again.values())
        self.notes = load_notes(self._store, self._site)
        self._unsettled = set(self.notes.unsettled) | {
            resource.url
            for resource in self._state.resources.values()
            if resource.role == "document" and (resource.good_id or "") > (self.notes.finished or "")
        }

    @property
    def state(self) -> SiteState:
        """What was known of the site when the crawl began."""
        return self._state

    def files_of(self, page: str) -> list[Resource]:
        """Return what is known of a page's attachments."""
        if self._files is None:
            self._files = {}
            for resource in self._state.resources.values():
                if resource.parent is not None:
                    self._files.setdefault(resource.parent, []).append(resource)
        return self._files.get(page, [])

    def known(self, key: str) -> Resource | None:
        """Return what is known of a resource."""
        return self._state.resources.get(redact_url(key))

    def is_settled(self, url: str) -> bool:
        """Whether the crawl that last had a document came to its end: then its files were asked for, too."""
        return redact_url(url) not in self._unsettled

    def is_removed(self, key: str) -> bool:
        """Whether a person removed the resource: it is not asked any more."""
        return redact_url(key) in self._removed

    def is_wanted_again(self, key: str) -> bool:
        """Whether the archive lost what it had of the resource: it is asked without condition."""
        return redact_url(key) in self._again

    @property
    def wanted_again(self) -> list[Resource]:
        """The resources of which the archive lost what it had."""
        return [self._state.resources[key] for key in self._again if key in self._state.resources]

    async def body(self, sha256: str) -> bytes:
        """Read an archived body back."""
        try:
            return await asyncio.to_thread(self._archive.get_body, sha256)
        except (ObjectNotFoundError, BodyCorruptError):
            self._lost.add(sha256)  # should the site send it again, it is kept again
            raise

    def judge(self, key: str, body: bytes) -> tuple[str, str]:
        """Return the outcome of a good answer with this body, and the body's hash."""
        sha256 = hashlib.sha256(body).hexdigest()
        known = self.known(key)
        before = self._hashes.get(key) or (known.sha256 if known is not None else None)
        self._hashes[key] = sha256
        if before is None:
            return "new", sha256
        return ("unchanged_hash" if before == sha256 else "changed"), sha256

    def add(self, answer: Answer) -> None:
        """Take an answer; it is durable after the next `flush`."""
        sniffed = sniff(answer.body) if answer.body is not None else None
        if answer.outcome == "unchanged_hash" and answer.sha256 not in self._lost:
            answer = replace(answer, body=None)
        if not self._waiting:
            self._oldest = time.monotonic()
        self._waiting.append((answer, timestamp(datetime.now(UTC)), sniffed))
        self._bytes += len(answer.body or b"")

    @property
    def is_full(self) -> bool:
        """Whether a batch is complete."""
        return len(self._waiting) >= self._settings.flush_captures or self._bytes >= _BATCH_BYTES

    @property
    def is_due(self) -> bool:
        """Whether the oldest waiting answer has waited long enough."""
        return bool(self._waiting) and time.monotonic() - self._oldest >= self._settings.flush_seconds

    async def flush(self) -> None:
        """Write what waits; on return it is durable."""
        async with self._lock:
            batch, self._waiting, self._bytes = self._waiting, [], 0
            if batch:
                await asyncio.to_thread(self._write, batch)

    def _write(self, batch: list[tuple[Answer, str, str | None]]) -> None:
        self._take(batch)
        try:
            # Also those of a batch that failed before: its captures wait in the same segment.
            if self._unsaved:
                self._archive.put_bodies(self._unsaved)
            for answer, _, _ in batch:
                if answer.body is not None and answer.sha256 in self._lost:
                    self._archive.restore_body(answer.body)
            self._writer.flush()
        except StoreError:
            self._spool()
            raise
        self._unsaved = []
        asked = {redact_url(answer.url) for answer, _, _ in batch} & self._again.keys()
        if asked:
            done_refetch(self._store, self._site, asked)

    async def keep_waiting(self) -> None:
        """Keep what still waits on this machine: the store has failed."""
        async with self._lock:
            batch, self._waiting, self._bytes = self._waiting, [], 0
            if batch:
                self._take(batch)
                await asyncio.to_thread(self._spool)

    def _take(self, batch: list[tuple[Answer, str, str | None]]) -> None:
        for answer, moment, sniffed in batch:
            self._writer.add(self._capture(answer, moment, sniffed))
            if answer.body is not None:
                self._unsaved.append(answer.body)

    def _spool(self) -> None:
        """Keep what the store did not take on this machine, for the next crawl."""
        spool = Spool.of(self._site)
        if spool is None or not len(self._writer):
            return
        try:
            spool.keep(*self._writer.waiting(), self._unsaved)
        except OSError as error:
            log.error(
                "site %s: what waits cannot be kept here either, and is asked again: %s", self._site, error
            )

    def _capture(self, answer: Answer, moment: str, sniffed: str | None) -> Capture:
        headers = answer.response_headers or {}
        declared = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
        return Capture(
            id=self._writer.next_id(),
            run=self._run,
            site=self._site,
            role=answer.role,
            url=answer.url,
            final_url=answer.final_url,
            time=moment,
            outcome=answer.outcome,
            method=answer.method,
            redirects=answer.redirects,
            request_headers=answer.request_headers or {},
            request_body=answer.request_body,
            response_headers=headers,
            status=answer.status,
            sha256=answer.sha256,
            size=answer.size,
            media_type=declared.split(";", 1)[0].strip().lower() or None,
            sniffed_type=sniffed,
            renderer=answer.renderer,
            parent=answer.parent,
            trail=answer.trail,
            note=answer.note,
        )

    async def close(self, notes: ListNotes, asked: Iterable[str]) -> None:
        """Write what waits, fold it into the site's state, and remember what the lists said.

        Args:
            notes: what to remember of the lists.
            asked: addresses that this crawl asked, or left for the next one.
        """
        await self.flush()
        self._state = await asyncio.to_thread(refresh_state, self._store, self._site)
        if self._unsettled:
            self._unsettled.difference_update(redact_url(url) for url in asked)
        notes = notes.model_copy(
            update={
                "finished": max((one.last_id for one in self._state.resources.values()), default=None),
                "unsettled": sorted(self._unsettled),
            }
        )
        if notes != self.notes:
            await asyncio.to_thread(save_notes, self._store, self._site, notes)
            self.notes = notes
