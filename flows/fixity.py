"""Fixity as a flow: a share of the archive every night; and what can be made anew from what is true."""

from __future__ import annotations

from typing import Any

from storage import ObjectStore, RecordStore, extractors, load_state, rebuild_state
from storage.fixity import known_sites
from storage.rolling import verify_share

NIGHTLY_SHARE = 1 / 30
"""Every body is read about once a month."""


def check_share(store: ObjectStore, share: float = NIGHTLY_SHARE) -> dict[str, Any]:
    """Check the next share of the archive; return what was looked at and what is wrong."""
    return verify_share(store, share)


def rebuild_all(store: ObjectStore) -> int:
    """Make every site's state anew from its captures, and its manifests from the records that are there.

    Returns:
        how many sites there are.
    """
    names = extractors(store)
    sites = list(known_sites(store))
    for site in sites:
        rebuild_state(store, site)
        resources = load_state(store, site).resources.values()
        bodies = {version.sha256 for resource in resources for version in resource.versions}
        for extractor in names:
            records = RecordStore(store, extractor)
            known = records.load_manifest(site)
            # What a manifest does not name is looked up by the next extraction; what it names must be there.
            there = {
                sha256: kind
                for sha256, kind in known.items()
                if sha256 in bodies and store.stat(records.key(sha256)) is not None
            }
            if there != known or store.stat(f"records/{extractor}/sites/{site}.json") is not None:
                records.save_manifest(site, there)
    return len(sites)
