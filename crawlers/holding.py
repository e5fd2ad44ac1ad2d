"""The leases of a job's sites: taken before the crawl, renewed while it goes on, given back at its end."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from crawlers.registry import Site
from storage import ObjectStore, StoreError
from storage.leases import Renewals, SiteHeldError, SiteLease

log = logging.getLogger(__name__)

_AT_ONCE = 8


class Holding:
    """What a job holds.

    Attributes:
        sites: the sites that are ours to crawl.
        held: the others, and who crawls them.
        lost: sites whose lease another run took meanwhile.
    """

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.held: dict[str, str] = {}
        self.lost: set[str] = set()


@contextmanager
def holding(store: ObjectStore, run: str, sites: Sequence[Site]) -> Iterator[Holding]:
    """Hold the sites that nobody else crawls; a lease that seems forgotten is watched before it is taken.

    Raises:
        StoreError: the store cannot be used.
    """
    found = Holding()
    renewals = Renewals(found.lost.add)

    def take(site: Site) -> str | None:
        lease = SiteLease(store, site.id, run)
        try:
            lease.take()
        except SiteHeldError as error:
            return str(error)
        renewals.add(site.id, lease)
        return None

    try:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="lease") as pool:
            for site, holder in zip(sites, pool.map(take, sites), strict=True):
                if holder is None:
                    found.sites.append(site)
                else:
                    log.warning("%s", holder)
                    found.held[site.id] = holder
        yield found
    finally:
        for name in renewals.close():
            try:
                renewals.give_back(name)
            except StoreError as error:
                # It ends by itself; a store that fails was said already.
                log.warning("site %s: the lease was not given back: %s", name, error)
