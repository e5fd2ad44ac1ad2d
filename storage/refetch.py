"""What the archive lost and the sites may still have: asked for again by the next crawl.

    sites/<site>/refetch.json    {"refetch":1,"resources":{"<key>":"<sha256>"},"seal":"…"}

The crawl asks a listed address without condition. If the site still has the bytes, they are kept under
their hash again, also over what is damaged; if it has others, they are a new version and the old one stays
lost. In both cases the address has been asked, and the list is emptied.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from storage.objects import ObjectNotFoundError, ObjectStore, StoreError
from storage.seal import SealError, seal, unseal
from storage.state import StateError, load_state


@dataclass(frozen=True, slots=True)
class Source:
    """An address that may give a lost body again.

    Attributes:
        sha256: the body.
        site: the site.
        key: key of the resource.
        url: its address.
        is_current: whether the body was the latest one there; an older one is hardly to be had.
    """

    sha256: str
    site: str
    key: str
    url: str
    is_current: bool


def sources_of(store: ObjectStore, sites: Iterable[str], lost: set[str]) -> list[Source]:
    """Return the addresses that gave lost bodies, the promising ones first."""
    found = []
    for site in sites:
        try:
            resources = load_state(store, site).resources
        except StateError:
            continue  # it is a finding of its own
        for key, resource in resources.items():
            found += [
                Source(version.sha256, site, key, resource.url, version.sha256 == resource.sha256)
                for version in resource.versions
                if version.sha256 in lost
            ]
    return sorted(found, key=lambda source: (not source.is_current, source.site, source.key, source.sha256))


def load_refetch(store: ObjectStore, site: str) -> dict[str, str]:
    """Return the hashes of lost bodies by the key of the resource that is to be asked again."""
    return _load(store, site)[0]


def add_refetch(store: ObjectStore, site: str, resources: dict[str, str]) -> None:
    """Add resources that the next crawl of the site asks again."""
    _change(store, site, add=resources, take=frozenset())


def done_refetch(store: ObjectStore, site: str, keys: Iterable[str]) -> None:
    """Take resources off the list: they were asked."""
    _change(store, site, add={}, take=frozenset(keys))


def _change(store: ObjectStore, site: str, *, add: dict[str, str], take: frozenset[str]) -> None:
    while True:
        known, tag = _load(store, site)
        wanted = {key: sha256 for key, sha256 in {**known, **add}.items() if key not in take}
        if wanted == known:
            return
        document = {"refetch": 1, "site": site, "resources": dict(sorted(wanted.items()))}
        data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        if store.put_if(_key(site), seal(data), tag):
            return


def _load(store: ObjectStore, site: str) -> tuple[dict[str, str], str | None]:
    try:
        data, tag = store.get_tagged(_key(site))
    except ObjectNotFoundError:
        return {}, None
    try:
        resources = json.loads(unseal(data))["resources"]
    except (SealError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{_key(site)} in {store.url} is damaged: {error}; delete it, then `gongkai verify --refetch`"
        ) from error
    return dict(resources), tag


def _key(site: str) -> str:
    return f"sites/{site}/refetch.json"
