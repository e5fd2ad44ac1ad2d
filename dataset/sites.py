"""What a release must know of a site: the entry that the flows keep in the store when they crawl it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage import ObjectNotFoundError, ObjectStore, StoreError
from storage.seal import unseal_any

HUB = "all"
"""`agency` of a site where many bodies publish."""


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """A site as a source of reports.

    Attributes:
        id: site id.
        name: the government or body the site belongs to.
        region: region code, None where no entry was kept.
        agency: the one body that publishes here, None for a hub of many.
        entry: the entry of the registry, empty where none was kept.
    """

    id: str
    name: str
    region: str | None
    agency: str | None
    entry: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)


def list_sites(store: ObjectStore) -> list[str]:
    """Return the ids of the sites the archive knows."""
    return sorted({key.split("/")[1] for key in store.list("sites/")})


def load_entry(store: ObjectStore, site: str) -> dict[str, Any]:
    """Return the registry entry with which a site was last crawled.

    Raises:
        ObjectNotFoundError: none was kept.
        StoreError: it is damaged.
    """
    key = f"sites/{site}/entry.json"
    try:
        entry: dict[str, Any] = json.loads(unseal_any(store.get(key)))
    except ValueError as error:
        raise StoreError(
            f"{key} in {store.url} is damaged: {error}; the next crawl of the site writes it anew"
        ) from error
    return entry


def load_site(store: ObjectStore, site: str) -> SiteInfo:
    """Return what is known of a site; a site without an entry (an import) is a hub of an unknown region."""
    try:
        entry = load_entry(store, site)
    except ObjectNotFoundError:
        return SiteInfo(site, site, None, None)
    return site_of(site, entry)


def site_of(site: str, entry: Mapping[str, Any]) -> SiteInfo:
    """Return a site as its entry describes it."""
    agency = entry.get("agency", HUB)
    return SiteInfo(site, entry["name"], entry.get("region"), None if agency == HUB else agency, entry)
