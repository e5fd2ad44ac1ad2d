"""Fixity: every stored byte against its hash or its seal, every reference both ways.

A cold path: it lists the store and reads every capture. Bodies and records may be sampled, since reading them
is what costs; all references are always checked. In memory are the hashes of all bodies, about half a
kilobyte each; `storage.rolling` does a share of the same work a night, in the memory of one site.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from storage.archive import RAW, Archive, BodyCorruptError, BodyRemovedError, check_sha256
from storage.captures import (
    CAPTURES,
    CaptureError,
    check_name,
    parse_segment_key,
    read_whole_segment,
    segment_key,
)
from storage.objects import InvalidKeyError, ObjectNotFoundError, ObjectStore
from storage.pack_removed import PACKS, REMOVED_KEY, RemovedListError, load_removed
from storage.packs import PackError, is_pack_key, look_through
from storage.records import REMOVED, RecordError, RecordStore, extractors
from storage.seal import unseal
from storage.state import StateError, load_state

_ALL = 1 << 32
_SEALED = {
    "entry.json": "the next crawl writes it anew",
    "refetch.json": "delete it, then `gongkai verify --refetch` writes it anew",
    "removed.json": "restore it from a copy: without it, what was removed would be asked for again",
    "summary.json": "restore it from a copy, or delete it: it only says what that run did",
}
"""Objects that always have a seal, and what to do where one is damaged."""

_REBUILD = "`gongkai verify --rebuild` makes it anew"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        kind: ``body_corrupt`` (its hash differs), ``body_missing`` (a capture names it), ``body_orphan`` (no
            capture names it: a run was killed, or goes on right now), ``body_removed`` (by a person),
            ``key_unknown`` (no body, segment or record has such a key), ``segment_unreadable``,
            ``segment_missing`` (a later one, the next run or the state says that it was there),
            ``state_unreadable``, ``state_missing``, ``object_damaged`` (another object with a seal),
            ``record_unreadable``, ``record_missing`` (a manifest names it), ``record_without_body``,
            ``record_of_removed`` (what was read from a removed body), ``manifest_unreadable``,
            ``pack_corrupt`` (a copy; the body itself may be whole), ``pack_of_removed`` (a removed body).
        severity: ``error``, or ``note`` for what is harmless.
        key: the object.
        message: what a person should know.
    """

    kind: str
    severity: str
    key: str
    message: str


@dataclass(slots=True)
class Counts:
    """What `verify` has looked at so far.

    Attributes:
        bodies: bodies in the store.
        hashed: bodies read and hashed.
        bytes: their bytes.
        segments: segments of captures read.
        captures: captures in them.
        records: records whose body was looked for.
        packs: packs read and compared with their index and hashes.
        findings: findings, by kind.
    """

    bodies: int = 0
    hashed: int = 0
    bytes: int = 0
    segments: int = 0
    captures: int = 0
    records: int = 0
    packs: int = 0
    findings: dict[str, int] = field(default_factory=dict)


def verify(
    store: ObjectStore, sample: float | None = None, *, seed: str = "", counts: Counts | None = None
) -> Iterator[Finding]:
    """Yield what is wrong in a store.

    Args:
        store: the store.
        sample: share of the bodies and records to read, 0 to 1; None reads all.
        seed: which of them: the same seed draws the same; a date makes a rolling sample.
        counts: filled while findings are yielded.

    Raises:
        ValueError: `sample` is not a share.
    """
    if sample is not None and not 0 <= sample <= 1:
        raise ValueError(f"a sample is a share from 0 to 1, not {sample}")
    counts = counts if counts is not None else Counts()
    return counted(_all(Checks(store, counts, sample, seed)), counts)


def counted(findings: Iterator[Finding], counts: Counts) -> Iterator[Finding]:
    """Pass findings on and count them."""
    for finding in findings:
        counts.findings[finding.kind] = counts.findings.get(finding.kind, 0) + 1
        yield finding


def _all(checks: Checks) -> Iterator[Finding]:
    # Captures first: what is added meanwhile is then at most an orphan, never missing.
    named_by: dict[bytes, str] = {}
    sites = set(known_sites(checks.store))
    for site, keys in groupby(checks.store.list(CAPTURES), key=_site_of):
        try:
            check_name(site, "site")
        except CaptureError:
            for key in keys:
                yield Finding("key_unknown", "error", key, "not a segment of captures")
            continue
        sites.add(site)
        yield from checks.captures(site, keys, named_by)
    bodies: set[bytes] = set()
    yield from checks.bodies(RAW, bodies)
    for digest, segment in named_by.items():
        if digest not in bodies:
            key = Archive.body_key(digest.hex())
            yield Finding("body_missing", "error", key, f"{segment} names it; fetch it again")
    for digest in sorted(bodies - named_by.keys()):
        yield Finding("body_orphan", "note", Archive.body_key(digest.hex()), "no capture names it")
    names = []
    try:
        names = extractors(checks.store)
    except RecordError as error:
        yield Finding("object_damaged", "error", "records/extractors.json", str(error))
    for extractor in names:
        records: set[bytes] = set()
        yield from checks.records(extractor, "", bodies, records)
        for site in sorted(sites):
            yield from checks.manifest(extractor, site, records)
    yield from checks.packs(PACKS)
    for prefix in ("sites/", "runs/"):
        yield from checks.sealed(prefix)


def known_sites(store: ObjectStore) -> list[str]:
    """Return the sites that have a state or an entry, without a look at their captures."""
    return sorted({key.split("/")[1] for key in store.list("sites/")})


class Checks:
    """The checks of one verification, each over a part of the store."""

    def __init__(
        self, store: ObjectStore, counts: Counts, sample: float | None = None, seed: str = ""
    ) -> None:
        self.store = store
        self._archive = Archive(store)
        self._counts = counts
        self._threshold = _ALL if sample is None else int(sample * _ALL)
        self._seed = seed.encode()
        self._removed: set[bytes] = set()

    def captures(self, site: str, keys: Iterable[str], named_by: dict[bytes, str]) -> Iterator[Finding]:
        """Check a site's segments (all their keys) and its state; add the bodies they name, and where."""
        found: dict[str, int] = {}
        claimed: dict[str, int] = {}
        for key in keys:
            try:
                _, run, number = parse_segment_key(key)
            except CaptureError:
                yield Finding("key_unknown", "error", key, "not a segment of captures")
                continue
            first = found.get(run, 0)
            if number != first:
                message = f"segments {first} to {number - 1} of run {run} are not there; restore them"
                yield Finding("segment_missing", "error", segment_key(site, run, first), message)
            found[run] = number + 1
            try:
                captures, after = read_whole_segment(self.store, key)
            except (CaptureError, ObjectNotFoundError) as error:
                yield Finding("segment_unreadable", "error", key, str(error))
                continue
            if after is not None:
                claimed[after[0]] = max(after[1], claimed.get(after[0], 0))
            self._counts.segments += 1
            self._counts.captures += len(captures)
            for capture in captures:
                if capture.sha256 is not None:
                    named_by.setdefault(bytes.fromhex(capture.sha256), key)
        if found:
            yield from self._state(site, claimed)
        for run, count in claimed.items():
            if count > found.get(run, 0):
                first = found.get(run, 0)
                message = f"segments {first} to {count - 1} of run {run} are not there; restore them"
                yield Finding("segment_missing", "error", segment_key(site, run, first), message)

    def _state(self, site: str, claimed: dict[str, int]) -> Iterator[Finding]:
        key = f"sites/{site}/state.json"
        if self.store.stat(key) is None:
            yield Finding("state_missing", "note", key, _REBUILD)
            return
        try:
            folded: Mapping[str, int] = load_state(self.store, site).folded
        except StateError as error:
            yield Finding("state_unreadable", "error", key, str(error))
            return
        for run, count in folded.items():
            claimed[run] = max(count, claimed.get(run, 0))

    def bodies(self, prefix: str, found: set[bytes]) -> Iterator[Finding]:
        """Check the bodies whose keys start with `prefix`; add them to `found`."""
        for key in self.store.list(prefix):
            sha256 = key.rpartition("/")[2]
            if not _is_sha256(sha256) or key != Archive.body_key(sha256):
                yield Finding("key_unknown", "error", key, "not the key of a body")
                continue
            self._counts.bodies += 1
            found.add(bytes.fromhex(sha256))
            if not self._is_drawn(sha256):
                continue
            try:
                with self._archive.open_body(sha256) as body:
                    while piece := body.read(1024 * 1024):
                        self._counts.bytes += len(piece)
            except BodyRemovedError as error:
                self._removed.add(bytes.fromhex(sha256))
                yield Finding("body_removed", "note", key, str(error).partition(" was ")[2])
            except (BodyCorruptError, ObjectNotFoundError) as error:
                yield Finding("body_corrupt", "error", key, str(error))
            else:
                self._counts.hashed += 1

    def records(self, extractor: str, part: str, bodies: set[bytes], found: set[bytes]) -> Iterator[Finding]:
        """Check an extractor's records (`part`: of the bodies whose hash starts so); add them to `found`."""
        records = RecordStore(self.store, extractor)
        base = f"records/{extractor}/"
        for key in self.store.list(f"{base}{part[:2]}"):
            if key.startswith(f"{base}sites/"):
                continue
            sha256 = key.rpartition("/")[2].removesuffix(".json")
            if _is_sha256(sha256) and key == records.replaced_key(sha256):
                try:
                    records.replaced(sha256)
                except RecordError as error:
                    yield Finding("record_unreadable", "error", key, str(error))
                continue
            if not _is_sha256(sha256) or key != records.key(sha256):
                yield Finding("key_unknown", "error", key, "not the key of a record")
                continue
            digest = bytes.fromhex(sha256)
            self._counts.records += 1
            found.add(digest)
            if digest not in bodies and self.store.stat(Archive.body_key(sha256)) is None:
                yield Finding("record_without_body", "error", key, "its body is not there; fetch it again")
            if self._is_drawn(sha256):
                try:
                    record = records.get(sha256)
                except RecordError as error:
                    yield Finding("record_unreadable", "error", key, str(error))
                    continue
                if record is not None and digest in self._removed and record.get("kind") != REMOVED:
                    message = "its body was removed; `gongkai remove` it again"
                    yield Finding("record_of_removed", "error", key, message)

    def manifest(self, extractor: str, site: str, records: set[bytes] | None = None) -> Iterator[Finding]:
        """Check that the records a site's manifest names are there."""
        of_site = RecordStore(self.store, extractor)
        try:
            kinds = of_site.check_manifest(site)
        except RecordError as error:
            key = f"records/{extractor}/sites/{site}.json"
            yield Finding("manifest_unreadable", "error", key, f"{error}; {_REBUILD}")
            return
        for sha256 in kinds:
            key = of_site.key(sha256)
            there = (
                bytes.fromhex(sha256) in records if records is not None else self.store.stat(key) is not None
            )
            if not there:
                message = (
                    f"the manifest of {site} names it: `gongkai verify --rebuild`, then `gongkai reextract`"
                )
                yield Finding("record_missing", "error", key, message)

    def packs(self, prefix: str) -> Iterator[Finding]:
        """Check the packs whose keys start with `prefix`, of a sample those that are drawn."""
        removed: frozenset[str] = frozenset()
        try:
            removed = load_removed(self.store)
        except RemovedListError as error:
            yield Finding("object_damaged", "error", REMOVED_KEY, str(error))
        removed |= {digest.hex() for digest in self._removed}
        for key in self.store.list(prefix):
            if is_pack_key(key):
                if self._is_drawn(key.removeprefix(PACKS).removesuffix(".tar")):
                    yield from self._pack(key, removed)
            elif key != REMOVED_KEY:
                yield Finding("key_unknown", "error", key, "not the key of a pack")

    def _pack(self, key: str, removed: frozenset[str]) -> Iterator[Finding]:
        try:
            with self.store.open(key) as file:
                for look in look_through(file, key):
                    sha256 = look.sha256
                    if look.is_sound and not look.is_blank and sha256 in removed:
                        message = f"{sha256} was removed: `gongkai pack --repair` takes it out"
                        yield Finding("pack_of_removed", "error", key, message)
                    elif not look.is_sound and not (look.is_blank and self._archive.tombstone(sha256)):
                        message = f"damaged where {sha256} is: `gongkai pack --repair`"
                        yield Finding("pack_corrupt", "error", key, message)
        except PackError as error:
            yield Finding("pack_corrupt", "error", key, str(error))
        except ObjectNotFoundError:
            return  # thrown away this moment
        self._counts.packs += 1

    def sealed(self, prefix: str) -> Iterator[Finding]:
        """Check the JSON objects below a prefix that no other check reads."""
        for key in self.store.list(prefix):
            if not key.endswith(".json") or key.endswith("/state.json"):
                continue
            name = key.rpartition("/")[2]
            try:
                data = self.store.get(key)
                # Other floors keep objects here too: what has no seal must at least be JSON.
                if name in _SEALED or b'"seal":"' in data[-100:]:
                    unseal(data)
                else:
                    json.loads(data)
            except ValueError as error:
                advice = _SEALED.get(name, _SEALED["entry.json"])
                yield Finding("object_damaged", "error", key, f"{error}; {advice}")
            except ObjectNotFoundError:
                continue  # replaced this moment

    def _is_drawn(self, sha256: str) -> bool:
        if self._threshold == _ALL:
            return True
        draw = hashlib.sha256(self._seed + bytes.fromhex(sha256)).digest()
        return int.from_bytes(draw[:4]) < self._threshold


def _site_of(key: str) -> str:
    return key.split("/")[1]


def _is_sha256(text: str) -> bool:
    try:
        check_sha256(text)
    except InvalidKeyError:
        return False
    return True
