"""Removal: a body that may not be kept gives its place to a tombstone.

Nothing is removed but what a person names (a legal takedown). The tombstone is written over the body, under
the same key, in one step: so there is no moment in which half is done, and a crawler that meets the same
bytes again finds their name taken and stores nothing, without asking anywhere. Captures stay: they say that
something was there, when, and under which hash.

    raw/sha256/<aa>/<sha256>    {"tombstone":1,"sha256":"…","removed":"…","reason":"…","seal":"…"}

A page that is made anew with each visit has another hash each time. So addresses can be removed too: the
crawler asks them no more. They stand in ``sites/<site>/removed.json``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from storage.objects import ObjectNotFoundError, ObjectStore, StoreError
from storage.seal import SealError, seal, unseal

FORMAT = 1
_START = b'{"tombstone":'


class TombstoneError(StoreError):
    """The list of a site's removed addresses cannot be read."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a body.

    Attributes:
        sha256: its hash.
        removed: when it was removed.
        reason: why, in the words of who removed it.
    """

    sha256: str
    removed: str
    reason: str

    def to_bytes(self) -> bytes:
        """Return the object that takes the body's place."""
        return seal(_json({"tombstone": FORMAT, **asdict(self)}))

    def __str__(self) -> str:
        """Say it in a line."""
        return f"removed {self.removed}: {self.reason}"


def read_tombstone(data: bytes, sha256: str) -> Tombstone | None:
    """Return the tombstone of a body, None where the bytes are not one."""
    if not data.startswith(_START):
        return None
    try:
        fields = json.loads(unseal(data))
        found = Tombstone(str(fields["sha256"]), str(fields["removed"]), str(fields["reason"]))
    except (SealError, ValueError, KeyError, TypeError):
        return (
            None  # damaged, or something that only looks like one: its hash does not hold, and that is said
        )
    return found if found.sha256 == sha256 else None


def removed_addresses(store: ObjectStore, site: str) -> dict[str, Tombstone]:
    """Return the removed resources of a site, by resource key.

    Raises:
        TombstoneError: the list is damaged.
    """
    return _load(store, site)[0]


def remove_addresses(store: ObjectStore, site: str, keys: dict[str, Tombstone]) -> None:
    """Add removed resources of a site; those that are listed stay as they are."""
    while True:
        known, tag = _load(store, site)
        merged = {**keys, **known}
        if merged == known:
            return
        document = {
            "removed": FORMAT,
            "site": site,
            "resources": {key: asdict(merged[key]) for key in sorted(merged)},
        }
        if store.put_if(_key(site), seal(_json(document)), tag):
            return


def _load(store: ObjectStore, site: str) -> tuple[dict[str, Tombstone], str | None]:
    try:
        data, tag = store.get_tagged(_key(site))
    except ObjectNotFoundError:
        return {}, None
    try:
        entries = json.loads(unseal(data))["resources"]
        return {key: Tombstone(**entry) for key, entry in entries.items()}, tag
    except (SealError, ValueError, KeyError, TypeError) as error:
        raise TombstoneError(
            f"{_key(site)} in {store.url} is damaged ({error}); restore it: "
            "without it, what was removed would be asked for again"
        ) from error


def _key(site: str) -> str:
    return f"sites/{site}/removed.json"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
