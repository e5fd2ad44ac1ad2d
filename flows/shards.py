"""Sites into shards by host: two sites that ask the same host are always in the same shard.

A shard is crawled by one process, which asks a host one thing at a time; politeness therefore needs no
coordination between shards, wherever they run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from crawlers.guard import allowed_hosts

SHARD_SIZE = 30
"""Sites a shard is filled up to; one group of sites that share hosts may be larger, as it cannot be cut."""


class HasHosts(Protocol):
    """What sharding needs of a site."""

    @property
    def id(self) -> str:
        """Site id."""
        ...

    @property
    def start(self) -> Sequence[object]:
        """Entry points."""
        ...

    @property
    def hosts(self) -> Sequence[str]:
        """Further hosts that may be asked."""
        ...


def hosts_of(site: HasHosts) -> frozenset[str]:
    """Return the hosts a site's crawl may ask."""
    return allowed_hosts((str(url) for url in site.start), site.hosts)


S = TypeVar("S", bound=HasHosts)


def make_shards(sites: Iterable[S], size: int = SHARD_SIZE) -> list[list[S]]:
    """Return the sites in shards of about `size`, the same for the same sites in any order."""
    if size < 1:
        raise ValueError("a shard holds at least one site")
    ordered = sorted(sites, key=lambda site: site.id)
    groups = _sharing_hosts(ordered)
    shards: list[list[S]] = []
    # Large groups first: small ones then fill the gaps they leave.
    for group in sorted(groups, key=lambda group: (-len(group), group[0].id)):
        room = next((shard for shard in shards if len(shard) + len(group) <= size), None)
        if room is None:
            shards.append(list(group))
        else:
            room.extend(group)
    return [sorted(shard, key=lambda site: site.id) for shard in shards]


def _sharing_hosts(sites: Sequence[S]) -> list[list[S]]:
    """Group sites that share a host, directly or through others (union-find over hosts)."""
    leader: dict[str, str] = {}

    def find(host: str) -> str:
        while leader.setdefault(host, host) != host:
            leader[host] = leader[leader[host]]
            host = leader[host]
        return host

    for site in sites:
        first, *others = sorted(hosts_of(site)) or [f"site:{site.id}"]
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[str, list[S]] = defaultdict(list)
    for site in sites:
        groups[find(min(hosts_of(site), default=f"site:{site.id}"))].append(site)
    return list(groups.values())
