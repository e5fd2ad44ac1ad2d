"""A takedown: bodies, what was read from them, and the addresses they came from.

Order: addresses first (nothing new comes), then bodies and their copies in packs (nothing can be read any
more; `storage.pack_removed`), then records and manifests. Who is killed in between does the same again: each
step leaves what is done as it is, and `gongkai verify` names what is left of removed bodies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage import Archive, ObjectStore, RecordStore, extractors, load_state, redact_url, timestamp
from storage.fixity import known_sites
from storage.pack_care import remove_from_packs
from storage.pack_removed import add_removed
from storage.records import REMOVED
from storage.tombstones import Tombstone, remove_addresses


@dataclass
class Removal:
    """What is to be removed.

    Attributes:
        bodies: hashes, with the sites and addresses that gave them.
        addresses: resource keys by site, that are not asked again.
    """

    bodies: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)

    def as_lines(self) -> Iterator[str]:
        """Say it to a person."""
        for sha256, seen in sorted(self.bodies.items()):
            yield f"body {sha256}"
            yield from (f"    {site}: {url}" for site, url in sorted(seen))
        yield from (f"address {key} of {site} is not asked again" for site, key in sorted(self.addresses))


def find_removal(store: ObjectStore, name: str, removal: Removal) -> bool:
    """Add what a hash or an address names; False where the archive knows nothing of it."""
    is_address = "://" in name
    wanted = redact_url(name) if is_address else name
    found = False
    for site in known_sites(store):
        for key, resource in load_state(store, site).resources.items():
            # A page that a browser rendered stands under its address and a mark.
            hit = is_address and resource.url.removesuffix("#rendered") == wanted
            if hit:
                removal.addresses[site, key] = wanted
                found = True
            for version in resource.versions:
                if hit or version.sha256 == wanted:
                    removal.bodies.setdefault(version.sha256, set()).add((site, resource.url))
                    found = True
    if not is_address and not found and store.stat(Archive.body_key(wanted)) is not None:
        removal.bodies.setdefault(wanted, set())
        found = True
    return found


def remove_all(store: ObjectStore, removal: Removal, reason: str, now: datetime) -> dict[str, Any]:
    """Remove it; return what was done."""
    marks: dict[str, dict[str, Tombstone]] = {}
    for site, key in removal.addresses:
        marks.setdefault(site, {})[key] = Tombstone("", timestamp(now), reason)
    for site, keys in marks.items():
        remove_addresses(store, site, keys)
    archive = Archive(store)
    add_removed(store, removal.bodies)
    stones = {sha256: archive.remove_body(sha256, reason, now) for sha256 in sorted(removal.bodies)}
    packs = remove_from_packs(store, stones)
    records = 0
    for extractor in extractors(store):
        of_extractor = RecordStore(store, extractor)
        records += sum(of_extractor.remove(sha256, stone) for sha256, stone in stones.items())
        for site in {site for seen in removal.bodies.values() for site, _ in seen}:
            kinds = of_extractor.load_manifest(site)
            changed = kinds | dict.fromkeys(stones.keys() & kinds.keys(), REMOVED)
            if changed != kinds:
                of_extractor.save_manifest(site, changed)
    return {
        "bodies": len(stones),
        "records": records,
        "packs": packs,
        "addresses": sorted(key for _, key in removal.addresses),
        "tombstones": {sha256: stone.removed for sha256, stone in stones.items()},
        "releases": _releases_with(store, set(stones)),
    }


def _releases_with(store: ObjectStore, hashes: set[str]) -> list[str]:
    """Return the releases whose table of documents names one of the bodies."""
    from dataset.versions import load_versions, release_prefix

    found = []
    for entry in load_versions(store):
        key = f"{release_prefix(entry['version'])}csv/documents.csv"
        if store.stat(key) is None:
            continue
        with store.open(key) as file:
            if any(any(sha256 in line for sha256 in hashes) for line in map(bytes.decode, file)):
                found.append(entry["version"])
    return found
