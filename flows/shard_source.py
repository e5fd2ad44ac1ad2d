"""What the reading of a shard needs from the store: bodies, from packs or one by one, and earlier records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import extraction
from extraction.workers import Reading, is_limit
from flows.executors import Shard
from storage import (
    Archive,
    BodyCorruptError,
    BodyRemovedError,
    ObjectNotFoundError,
    RecordError,
    RecordStore,
    open_store,
)
from storage.ahead import in_order
from storage.pack_removed import RemovedListError
from storage.packs import packed_bodies

AHEAD = 8
"""Bodies fetched ahead of their reading."""

THREADS = 8
"""What waits for the store at the same time."""

AHEAD_OF_PACKS = 32
"""The same for bodies from packs, whose memory the pack's reader bounds: their records are looked up."""


@dataclass(frozen=True)
class Fetched:
    """A body of a shard, and what is known of it.

    Attributes:
        number: its place in the shard.
        sha256: its hash.
        body: None where it is not to be read.
        old: the canonical JSON of the record of the newest earlier extractor.
        earlier: that extractor.
        kind: that of the record of the present extractor, where it has one.
        problem: what is wrong with it in the archive.
        retried: the record of the present extractor that says that a limit was hit.
    """

    number: int
    sha256: str
    body: bytes | None = None
    old: bytes | None = None
    earlier: str = ""
    kind: str | None = None
    problem: str | None = None
    retried: dict[str, Any] | None = None


class ShardSource:
    """What a shard needs from the store, fetched a few bodies ahead of their reading."""

    def __init__(self, shard: Shard, problems: list[str]) -> None:
        """Open it; `problems` gets a line for each pack that is not as it should be."""
        self.store = open_store(shard["store"], reads_only=shard["dry_run"])
        self.records = RecordStore(self.store, extraction.EXTRACTOR)
        self._archive = Archive(self.store)
        self._earlier = {name: RecordStore(self.store, name) for name in shard["earlier"]}
        self._look = shard["look"]
        self._retry = shard["retry"]
        self._packs = shard["packs"]
        self._problems = problems

    def each(self, hashes: Sequence[str]) -> Iterator[Fetched]:
        """Yield each body once: those in packs first, in the order of the packs."""
        left = {sha256: number for number, sha256 in enumerate(hashes)}

        def packed() -> Iterator[Fetched]:
            for sha256, body in packed_bodies(self.store, self._packs, hashes, pool, self._problems):
                yield Fetched(left.pop(sha256), sha256, body)

        with ThreadPoolExecutor(THREADS) as pool:
            if self._packs:
                try:
                    yield from in_order(pool, self._fetch, packed(), AHEAD_OF_PACKS)
                except RemovedListError as error:
                    self._problems.append(str(error))
            alone = (Fetched(number, sha256) for sha256, number in left.items())
            yield from in_order(pool, self._fetch, alone, AHEAD)

    def _fetch(self, found: Fetched) -> Fetched:
        record = self.records.get(found.sha256) if self._look else None
        if record is not None and not (self._retry and is_limit(record)):
            return replace(found, body=None, kind=record["kind"])
        try:
            body = self._archive.get_body(found.sha256) if found.body is None else found.body
        except BodyRemovedError:
            return found  # by a person, who gave a reason
        except (BodyCorruptError, ObjectNotFoundError) as error:
            return replace(found, problem=str(error))
        if record is not None:
            return replace(found, body=body, retried=record)
        try:
            for name, records in self._earlier.items():
                if (old := records.get_json(found.sha256)) is not None:
                    return replace(found, body=body, old=old, earlier=name)
        except RecordError as error:
            return replace(found, body=body, problem=str(error))  # it can be read, only not compared
        return replace(found, body=body)

    def earlier(self, fetched: Fetched, reading: Reading) -> dict[str, Any] | None:
        """Return the record that a reading is compared with, None where there is none.

        Most readings say what was said before. Then the bytes show it, and the earlier record need not be
        parsed: the reading's own is returned.
        """
        if fetched.retried is not None or fetched.old is None:
            return fetched.retried
        # No text holds these bytes, where every quotation mark has a backslash before it.
        ours, theirs = (
            b'"extractor":"%s"' % name.encode() for name in (extraction.EXTRACTOR, fetched.earlier)
        )
        if fetched.old.replace(theirs, ours) == reading.data:
            return reading.record
        try:
            return self._earlier[fetched.earlier].parse(fetched.sha256, fetched.old)
        except RecordError as error:
            self._problems.append(str(error))
            return None
