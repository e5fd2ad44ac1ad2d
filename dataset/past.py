"""What the archive knew at a moment: all of it now, or as of an earlier day.

The past is folded from the captures that were made until then, and read by the extractor that was current
then: that of the last release made until then, where there is one. What that release says of the sites is
taken too, as the entries of the registry may have changed since. So the rebuilt release has the bytes of the
one that was made then (apart from the DuckDB file, which carries a random id).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from dataset.reading import read_table
from dataset.sites import SiteInfo, list_sites, load_site, site_of
from dataset.versions import load_manifest, load_versions, release_prefix
from storage import Capture, ObjectStore, SiteState, extractors, read_captures, refresh_state, timestamp
from storage.state import fold


@dataclass(frozen=True)
class Moment:
    """What is known now.

    Attributes:
        store: the store.
        extractor: the current extractor.
        at: the moment.
    """

    store: ObjectStore
    extractor: str
    at: datetime

    def extractors(self) -> list[str]:
        """Return the extractors whose records count: the current one, then the earlier ones, newest first."""
        return [
            self.extractor,
            *(name for name in reversed(extractors(self.store)) if name != self.extractor),
        ]

    def sites(self) -> list[SiteInfo]:
        """Return the sites of the archive, by id."""
        return [load_site(self.store, name) for name in list_sites(self.store)]

    def state(self, site: str) -> SiteState:
        """Return what is known of a site."""
        return refresh_state(self.store, site)

    def captures(self, site: str) -> Iterator[Capture]:
        """Yield the captures of a site."""
        return read_captures(self.store, site)


@dataclass(frozen=True)
class PastMoment(Moment):
    """What was known at an earlier moment.

    Attributes:
        release: the manifest of the last release made until then, None where there was none.
    """

    release: Mapping[str, Any] | None = None

    @cached_property
    def _known_sites(self) -> list[SiteInfo]:
        if self.release is None:
            return super().sites()
        key = f"{release_prefix(self.release['version'])}parquet/sites.parquet"
        rows = read_table(self.store.get(key)).to_pylist()
        return [
            site_of(row["site"], json.loads(row["entry"]))
            if row["entry"]
            else SiteInfo(row["site"], row["name"], row["region"], row["agency"])
            for row in rows
        ]

    def extractors(self) -> list[str]:
        """Return the extractors that had been used until then."""
        known = super().extractors()
        if self.release is None:
            return known
        used = extractors(self.store)
        later = set(used[used.index(self.extractor) + 1 :]) if self.extractor in used else set()
        return [name for name in known if name not in later]

    def sites(self) -> list[SiteInfo]:
        """Return the sites as the release of that time names them."""
        return self._known_sites

    def state(self, site: str) -> SiteState:
        """Return what was known of a site, from its captures."""
        return fold(SiteState(site), self.captures(site))

    def captures(self, site: str) -> Iterator[Capture]:
        """Yield the captures that were made until then."""
        until = timestamp(self.at)
        return (capture for capture in read_captures(self.store, site) if capture.time <= until)


def past(store: ObjectStore, at: datetime, extractor: str) -> PastMoment:
    """Return what was known at a moment.

    Args:
        store: the store.
        at: the moment; where a release was made at most then, its own moment is taken if nothing came in
            between.
        extractor: the present one, for a time without any release.
    """
    until = timestamp(at)
    made = [entry for entry in load_versions(store) if entry["created"] <= until]
    if not made:
        return PastMoment(store, extractor, at)
    release = load_manifest(store, made[-1]["version"])
    return PastMoment(store, release["extractor"], at, release)
