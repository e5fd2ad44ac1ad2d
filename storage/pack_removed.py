"""The bodies that no pack may hold: what keeps a takedown and a packer that meet from missing each other.

    packs/removed.json    {"removed":1,"bodies":["<sha256>",…],"seal":"…"}

A body's tombstone is under its own key, where nobody looks who reads packs. So a takedown first writes the
hash here, then the tombstone, then takes the body out of the packs there are. A packer reads this list after
each pack it wrote and takes out what is named: whichever of the two came first, one of them sees the other.
Readers of packs read it before, for the moment between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from storage.objects import ObjectNotFoundError, ObjectStore, StoreError
from storage.seal import SealError, seal, unseal

PACKS = "packs/"
"""Where the packs are."""

REMOVED_KEY = f"{PACKS}removed.json"


class RemovedListError(StoreError):
    """The list of removed bodies is damaged: packs are not read while nobody knows what may be."""


def load_removed(store: ObjectStore) -> frozenset[str]:
    """Return the hashes of removed bodies.

    Raises:
        RemovedListError: the list is damaged.
    """
    return _load(store)[0]


def add_removed(store: ObjectStore, hashes: Iterable[str]) -> None:
    """Add hashes to the list. A damaged list, which must not keep anybody from a takedown, begins anew."""
    wanted = frozenset(hashes)
    while True:
        try:
            known, tag = _load(store)
        except RemovedListError:
            known, tag = frozenset(), store.get_tagged(REMOVED_KEY)[1]
        else:
            if wanted <= known:
                return
        document = {"removed": 1, "bodies": sorted(known | wanted)}
        if store.put_if(REMOVED_KEY, seal(json.dumps(document, separators=(",", ":")).encode()), tag):
            return


def _load(store: ObjectStore) -> tuple[frozenset[str], str | None]:
    try:
        data, tag = store.get_tagged(REMOVED_KEY)
    except ObjectNotFoundError:
        return frozenset(), None
    try:
        return frozenset(json.loads(unseal(data))["bodies"]), tag
    except (SealError, ValueError, KeyError, TypeError) as error:
        raise RemovedListError(
            f"{REMOVED_KEY} in {store.url} is damaged ({error}): `gongkai pack --repair` makes it anew"
        ) from error
