"""Fixity a share at a time: every night some bodies, records and sites, until all were checked, then again.

The position is kept in the store, so it does not matter which machine goes on, and a night that was missed
is not lost. A share is a number of the 256 folders of bodies (hashes are spread evenly over them) and a
number of sites.

    fixity/position.json          where the next night begins
    fixity/<yyyy-mm-dd>.json      what a night found, if anything
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from storage.archive import RAW, Archive
from storage.captures import list_segments, timestamp
from storage.fixity import Checks, Counts, Finding, counted, known_sites
from storage.objects import ObjectNotFoundError, ObjectStore
from storage.pack_removed import PACKS
from storage.records import canonical_json, extractors
from storage.seal import SealError, seal, unseal

POSITION_KEY = "fixity/position.json"
FOLDERS = 256


def verify_share(store: ObjectStore, share: float, *, now: datetime | None = None) -> dict[str, Any]:
    """Check the next share of the store; remember where the one after it begins.

    Args:
        store: the store.
        share: 0 to 1: 1/30 reads every body once a month.
        now: the present moment.

    Returns:
        Counts, findings, and which folders and sites were checked.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share is more than 0 and at most 1, not {share}")
    moment = now or datetime.now(UTC)
    position = _load_position(store)
    folders = [f"{(position['folder'] + step) % FOLDERS:02x}" for step in range(math.ceil(FOLDERS * share))]
    known = known_sites(store)
    later = [site for site in known if site > position["site"]] + [
        site for site in known if site <= position["site"]
    ]
    sites = later[: math.ceil(len(known) * share)]
    counts = Counts()
    findings = [asdict(one) for one in counted(_share(Checks(store, counts), folders, sites), counts)]
    result = {
        "fixity": 1,
        "time": timestamp(moment),
        "folders": folders,
        "sites": sites,
        "counts": asdict(counts),
        "findings": findings,
    }
    if findings:
        store.put(f"fixity/{moment.astimezone(UTC):%Y-%m-%d}.json", seal(canonical_json(result)))
    # Last: a night that was killed is done again.
    following = {
        "folder": (position["folder"] + len(folders)) % FOLDERS,
        "site": sites[-1] if sites else "",
        "time": timestamp(moment),
    }
    store.put(POSITION_KEY, seal(canonical_json(following)))
    return result


def _share(checks: Checks, folders: list[str], sites: list[str]) -> Iterator[Finding]:
    names = extractors(checks.store)
    for folder in folders:
        bodies: set[bytes] = set()
        yield from checks.bodies(f"{RAW}{folder}/", bodies)
        for extractor in names:
            yield from checks.records(extractor, folder, bodies, set())
        yield from checks.packs(f"{PACKS}{folder}")
    for site in sites:
        named_by: dict[bytes, str] = {}
        yield from checks.captures(site, list_segments(checks.store, site), named_by)
        for digest, segment in named_by.items():
            key = Archive.body_key(digest.hex())
            if checks.store.stat(key) is None:
                yield Finding("body_missing", "error", key, f"{segment} names it; fetch it again")
        for extractor in names:
            yield from checks.manifest(extractor, site)
        yield from checks.sealed(f"sites/{site}/")


def _load_position(store: ObjectStore) -> dict[str, Any]:
    try:
        found = json.loads(unseal(store.get(POSITION_KEY)))
    except (ObjectNotFoundError, SealError, ValueError):
        return {"folder": 0, "site": ""}  # the first night, or one that begins anew
    return {"folder": int(found["folder"]) % FOLDERS, "site": str(found["site"])}
