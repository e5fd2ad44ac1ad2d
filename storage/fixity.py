"""Fixity: every stored byte against its hash, every reference both ways.

A cold path: it lists the store and reads every capture. Bodies may be sampled, since reading them is what
costs; all references are always checked. In memory are the hashes of all bodies, about 200 bytes each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from storage.archive import RAW, Archive, BodyCorruptError, check_sha256
from storage.captures import CAPTURES, CaptureError, parse_segment_key, read_segment
from storage.objects import InvalidKeyError, ObjectNotFoundError, ObjectStore
from storage.records import extractors

_ALL = 1 << 32


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        kind: ``body_corrupt`` (its hash differs), ``body_missing`` (a capture names it), ``body_orphan`` (no
            capture names it: a run was killed, or goes on right now), ``key_unknown`` (no body, segment or
            record has such a key), ``segment_unreadable``, ``segment_missing`` (a later one of the run is
            there), ``record_unreadable``, ``record_without_body``.
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
        findings: findings, by kind.
    """

    bodies: int = 0
    hashed: int = 0
    bytes: int = 0
    segments: int = 0
    captures: int = 0
    records: int = 0
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
    run = _Verification(store, sample, seed, counts if counts is not None else Counts())
    return run.findings()


class _Verification:
    def __init__(self, store: ObjectStore, sample: float | None, seed: str, counts: Counts) -> None:
        self._store = store
        self._archive = Archive(store)
        self._threshold = _ALL if sample is None else int(sample * _ALL)
        self._seed = seed.encode()
        self._counts = counts
        self._bodies: set[bytes] = set()

    def findings(self) -> Iterator[Finding]:
        for finding in self._all():
            self._counts.findings[finding.kind] = self._counts.findings.get(finding.kind, 0) + 1
            yield finding

    def _all(self) -> Iterator[Finding]:
        # Captures first: what is added meanwhile is then at most an orphan, never missing.
        named_by: dict[bytes, str] = {}
        yield from self._captures(named_by)
        yield from self._raw()
        for digest, capture in named_by.items():
            if digest not in self._bodies:
                key = Archive.body_key(digest.hex())
                yield Finding("body_missing", "error", key, f"capture {capture} names it; fetch it again")
        for digest in sorted(self._bodies - named_by.keys()):
            yield Finding("body_orphan", "note", Archive.body_key(digest.hex()), "no capture names it")
        for extractor in extractors(self._store):
            yield from self._records(extractor)

    def _captures(self, named_by: dict[bytes, str]) -> Iterator[Finding]:
        expected: tuple[str, str, int] | None = None
        for key in self._store.list(CAPTURES):
            try:
                site, run, number = parse_segment_key(key)
            except CaptureError:
                yield Finding("key_unknown", "error", key, "not a segment of captures")
                continue
            first = expected[2] if expected and expected[:2] == (site, run) else 0
            if number != first:
                message = f"segments {first} to {number - 1} of run {run} are not there; restore them"
                yield Finding("segment_missing", "error", key, message)
            expected = (site, run, number + 1)
            try:
                captures = read_segment(self._store, key)
            except (CaptureError, ObjectNotFoundError) as error:
                yield Finding("segment_unreadable", "error", key, str(error))
                continue
            self._counts.segments += 1
            self._counts.captures += len(captures)
            for capture in captures:
                if capture.sha256 is not None:
                    named_by.setdefault(bytes.fromhex(capture.sha256), capture.id)

    def _raw(self) -> Iterator[Finding]:
        for key in self._store.list(RAW):
            sha256 = key.rpartition("/")[2]
            if not _is_sha256(sha256) or key != Archive.body_key(sha256):
                yield Finding("key_unknown", "error", key, "not the key of a body")
                continue
            self._counts.bodies += 1
            self._bodies.add(bytes.fromhex(sha256))
            if self._is_drawn(sha256):
                try:
                    data = self._archive.get_body(sha256)
                except (BodyCorruptError, ObjectNotFoundError) as error:
                    yield Finding("body_corrupt", "error", key, str(error))
                else:
                    self._counts.hashed += 1
                    self._counts.bytes += len(data)

    def _records(self, extractor: str) -> Iterator[Finding]:
        base = f"records/{extractor}/"
        for key in self._store.list(base):
            if key.startswith(f"{base}sites/"):
                continue
            sha256 = key.rpartition("/")[2].removesuffix(".json")
            if not _is_sha256(sha256) or key != f"{base}{sha256[:2]}/{sha256}.json":
                yield Finding("key_unknown", "error", key, "not the key of a record")
                continue
            self._counts.records += 1
            if bytes.fromhex(sha256) not in self._bodies and not self._archive.has_body(sha256):
                yield Finding("record_without_body", "error", key, "its body is not there; fetch it again")
            if self._is_drawn(sha256):
                try:
                    is_object = isinstance(json.loads(self._store.get(key)), dict)
                except (ValueError, ObjectNotFoundError):
                    is_object = False
                if not is_object:
                    message = "not a JSON object; extract the body again"
                    yield Finding("record_unreadable", "error", key, message)

    def _is_drawn(self, sha256: str) -> bool:
        if self._threshold == _ALL:
            return True
        draw = hashlib.sha256(self._seed + bytes.fromhex(sha256)).digest()
        return int.from_bytes(draw[:4]) < self._threshold


def _is_sha256(text: str) -> bool:
    try:
        check_sha256(text)
    except InvalidKeyError:
        return False
    return True
