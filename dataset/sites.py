"""What a release must know of a site: the entry that the flows keep in the store when they crawl it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from storage import ObjectNotFoundError, ObjectStore

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
    """

    id: str
    name: str
    region: str | None
    agency: str | None


def list_sites(store: ObjectStore) -> list[str]:
    """Return the ids of the sites the archive knows."""
    return sorted({key.split("/")[1] for key in store.list("sites/")})


def load_site(store: ObjectStore, site: str) -> SiteInfo:
    """Return what is known of a site; a site without an entry (an import) is a hub of an unknown region."""
    try:
        entry = json.loads(store.get(f"sites/{site}/entry.json"))
    except ObjectNotFoundError:
        return SiteInfo(site, site, None, None)
    agency = entry.get("agency", HUB)
    return SiteInfo(site, entry["name"], entry.get("region"), None if agency == HUB else agency)
