"""Extraction results: one immutable record for each body and extractor.

Layout:

    records/extractors.json                   the extractors that have records, in order of first use
    records/<extractor>/<aa>/<sha256>.json    the record of a body
    records/<extractor>/sites/<site>.json     manifest: the bodies of a site that were read, with kinds
    records/<extractor>/replaced/<aa>/<sha256>.json    a record that gave its place (`RecordStore.replace`)

Everything is canonical JSON: UTF-8, no spaces, keys in the order the record has them, and sealed
(`storage.seal`), so that a digit that flipped on the disk is not published. The manifest and the
list of extractors are conveniences, written after the records they speak of, respectively before: the records
are the truth.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from storage.archive import check_sha256
from storage.captures import check_name
from storage.objects import InvalidKeyError, ObjectNotFoundError, ObjectStore, StoreError
from storage.seal import SealError, seal, unseal
from storage.tombstones import Tombstone

EXTRACTORS_KEY = "records/extractors.json"

REMOVED = "removed"
"""Kind of the record of a body that was removed: what was read from it is gone as well."""

_EXTRACTOR = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,99}")

# Digits of a number that may not fit into 64 bits, and what makes every digit one of them: a search for some
# bytes takes a fifth of the time of a pattern.
_LONG = b"0" * 19
_ANY_DIGIT = bytes.maketrans(b"123456789", b"000000000")

_log = logging.getLogger(__name__)


class RecordError(StoreError):
    """A record, a manifest or the list of extractors is not what it must be; the message names it."""


def canonical_json(value: object) -> bytes:
    """Return a value as JSON: UTF-8, no spaces, keys in their order, no NaN."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def parse_json(data: bytes) -> Any:
    """Return the value of canonical JSON, some three times as fast as `json` does.

    Raises:
        ValueError: it is not JSON.
    """
    # orjson makes a float of a number beyond 64 bits; a figure must stay what was printed.
    return json.loads(data) if _LONG in data.translate(_ANY_DIGIT) else orjson.loads(data)


def extractors(store: ObjectStore) -> list[str]:
    """Return the ids of the extractors that have records, in the order they were first used.

    Raises:
        RecordError: the list cannot be read.
    """
    document = _load(store, EXTRACTORS_KEY)
    return [] if document is None else _extractor_names(document, store)


def _extractor_names(document: Mapping[str, Any], store: ObjectStore) -> list[str]:
    names = document.get("extractors")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RecordError(f"{EXTRACTORS_KEY} in {store.url}: not a list of extractors")
    return names


def parts_of(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of the reports that a record's document joins; of one report, the record itself.

    A document of several bodies' reports has one object in the store, the record of the whole, and in it
    under ``parts`` a record of each report; ``document.part`` says which.
    """
    return list(record.get("parts") or (dict(record),))


class RecordStore:
    """The records of one extractor. Safe to use from several threads."""

    def __init__(self, store: ObjectStore, extractor: str) -> None:
        if not _EXTRACTOR.fullmatch(extractor):
            raise InvalidKeyError(f"extractor id {extractor!r}: letters, digits and . + _ - only")
        self._store = store
        self._extractor = extractor
        self._is_listed = False

    def key(self, sha256: str) -> str:
        """Return the key of a body's record."""
        check_sha256(sha256)
        return f"records/{self._extractor}/{sha256[:2]}/{sha256}.json"

    def get(self, sha256: str) -> dict[str, Any] | None:
        """Return the record of a body, None where there is none.

        Raises:
            RecordError: what is there is not a JSON object.
        """
        return _load(self._store, self.key(sha256))

    def get_json(self, sha256: str) -> bytes | None:
        """Return the canonical JSON of a body's record, None where there is none.

        Raises:
            RecordError: what is there is not what was written.
        """
        key = self.key(sha256)
        try:
            return _unsealed(self._store, key, self._store.get(key))
        except ObjectNotFoundError:
            return None

    def parse(self, sha256: str, data: bytes) -> dict[str, Any]:
        """Return what `get` returns, of what `get_json` returned.

        Raises:
            RecordError: it is not a JSON object.
        """
        return _parsed(self._store, self.key(sha256), data)

    def put_new(self, sha256: str, record: Mapping[str, Any] | bytes) -> bool:
        """Keep a record; True if this call created it, False if the body has one already (left untouched).

        Args:
            sha256: of the body.
            record: as a tree, or its canonical JSON where that was made already.
        """
        self._list_extractor()
        return self._store.put_new(self.key(sha256), _sealed(record))

    def put_new_many(self, records: Iterable[tuple[str, Mapping[str, Any] | bytes]]) -> list[bool]:
        """Keep several records at the price of a few; the answers are those of `put_new`, in order."""
        self._list_extractor()
        items = [(self.key(sha256), _sealed(record)) for sha256, record in records]
        return list(self._store.put_new_many(items))

    def replace(self, sha256: str, old: Mapping[str, Any], new: Mapping[str, Any] | bytes) -> bool:
        """Put a record in the place of another, which is kept under ``replaced/``.

        Only for a record that says that a body could not be read with what was at hand then, such as time or
        memory: it is no reading, and two readings never differ.

        Returns:
            False where the other is not there (any more); nothing is done then.
        """
        key = self.key(sha256)
        try:
            data, tag = self._store.get_tagged(key)
        except ObjectNotFoundError:
            return False
        if _parse(self._store, key, data) != old:
            return False  # another was quicker, or the body was removed
        self._store.put_new(self.replaced_key(sha256), data)
        return self._store.put_if(key, _sealed(new), tag)

    def replaced_key(self, sha256: str) -> str:
        """Return the key of the record that a body had before."""
        check_sha256(sha256)
        return f"records/{self._extractor}/replaced/{sha256[:2]}/{sha256}.json"

    def replaced(self, sha256: str) -> dict[str, Any] | None:
        """Return the record that was in the place of a body's record before, None where there was none."""
        return _load(self._store, self.replaced_key(sha256))

    def load_manifest(self, site: str) -> dict[str, str]:
        """Return the kinds of a site's records by the hash of the body; empty where there is no manifest.

        A damaged manifest is taken for none: it only saves looking records up, and the next one replaces it.
        """
        try:
            return self.check_manifest(site)
        except RecordError as error:
            _log.warning("%s; looking its records up instead", error)
            return {}

    def check_manifest(self, site: str) -> dict[str, str]:
        """Return what `load_manifest` returns.

        Raises:
            RecordError: the manifest cannot be read.
        """
        key = self._manifest_key(site)
        document = _load(self._store, key)
        if document is None:
            return {}
        kinds = document.get("records")
        if not isinstance(kinds, dict) or not all(isinstance(kind, str) for kind in kinds.values()):
            raise RecordError(f"{key} in {self._store.url}: not a manifest")
        return kinds

    def remove(self, sha256: str, tombstone: Tombstone) -> bool:
        """Put an empty record of the kind ``removed`` in a record's place; False where none is."""
        record = self.get(sha256)
        if record is None:
            return False
        if record.get("kind") != REMOVED:
            empty: dict[str, Any] = {
                "record": record.get("record"),
                "document": record.get("document"),
                "extractor": self._extractor,
                "kind": REMOVED,
                "report": None,
                "tables": {},
                "cells": {},
                "sections": [],
                "checks": [],
                "extra": [],
                "issues": [],
                "removed": {"date": tombstone.removed, "reason": tombstone.reason},
            }
            self._store.put(self.key(sha256), seal(canonical_json(empty)))
        self._store.forget_versions(self.key(sha256))
        return True

    def save_manifest(self, site: str, kinds: Mapping[str, str]) -> None:
        """Replace a site's manifest: the same bytes for the same content."""
        document = {"manifest": 1, "site": site, "records": dict(sorted(kinds.items()))}
        self._store.put(self._manifest_key(site), seal(canonical_json(document)))

    def _manifest_key(self, site: str) -> str:
        return f"records/{self._extractor}/sites/{check_name(site, 'site')}.json"

    def _list_extractor(self) -> None:
        """See to it that the list of extractors has this one, before its first record is written."""
        known: list[str]
        tag: str | None
        while not self._is_listed:
            try:
                data, tag = self._store.get_tagged(EXTRACTORS_KEY)
            except ObjectNotFoundError:
                known, tag = [], None
            else:
                known = _extractor_names(_parse(self._store, EXTRACTORS_KEY, data), self._store)
            document = {"extractors": [*known, self._extractor]}
            # Two new extractors at the same time: who was slower reads again.
            self._is_listed = self._extractor in known or self._store.put_if(
                EXTRACTORS_KEY, seal(canonical_json(document)), tag
            )


def _load(store: ObjectStore, key: str) -> dict[str, Any] | None:
    try:
        data = store.get(key)
    except ObjectNotFoundError:
        return None
    return _parse(store, key, data)


def _sealed(record: Mapping[str, Any] | bytes) -> bytes:
    return seal(record if isinstance(record, bytes) else canonical_json(record))


def _parse(store: ObjectStore, key: str, data: bytes) -> dict[str, Any]:
    return _parsed(store, key, _unsealed(store, key, data))


def _unsealed(store: ObjectStore, key: str, data: bytes) -> bytes:
    try:
        return unseal(data)
    except SealError as error:
        advice = "restore it, or delete it, then `gongkai verify --rebuild` and `gongkai reextract`"
        raise RecordError(f"{key} in {store.url} is damaged: {error}; {advice}") from error


def _parsed(store: ObjectStore, key: str, plain: bytes) -> dict[str, Any]:
    try:
        document = parse_json(plain)
    except ValueError as error:
        raise RecordError(f"{key} in {store.url}: not JSON ({error})") from error
    if not isinstance(document, dict):
        raise RecordError(f"{key} in {store.url}: not a JSON object")
    return document
