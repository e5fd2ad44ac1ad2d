"""A run without Prefect: its plan, the work of one shard, its summary. `flows.nightly` makes tasks of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crawlers.registry import Site, load_sites
from extraction.workers import Extractor
from flows.crawl import run_crawl
from flows.extract import extract_site
from flows.progress import emit
from flows.shards import SHARD_SIZE, make_shards
from flows.summary import begin_summary, end_summary, save_summary
from storage import ObjectNotFoundError, ObjectStore, canonical_json, new_run_id, open_store
from storage.seal import seal

DEFAULT_STORE = "./data"


class UnknownSiteError(Exception):
    """A site is asked for that the registry does not know; the message is one line."""


@dataclass(frozen=True)
class Plan:
    """What a run will do.

    Attributes:
        run: run id.
        store: store URL.
        sites: by id.
        shards: ids of the sites of each shard.
        settings: politeness settings that differ from the crawler's defaults.
        began: when.
    """

    run: str
    store: str
    sites: Mapping[str, Site]
    shards: Sequence[Sequence[str]]
    settings: Mapping[str, Any]
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def shard_entries(self, number: int) -> list[dict[str, Any]]:
        """Return the full entries of a shard's sites, as plain data that can travel."""
        return [self.sites[site].model_dump(mode="json") for site in self.shards[number]]


def store_url(given: str | None) -> str:
    """Return the store to use: the one given, ``GONGKAI_STORE``, or ``./data``."""
    return given or os.environ.get("GONGKAI_STORE") or DEFAULT_STORE


def choose_sites(
    ids: Sequence[str] | None = None,
    registry: Sequence[str] | None = None,
    entries: Sequence[Mapping[str, Any]] | None = None,
) -> list[Site]:
    """Return the sites to crawl.

    Args:
        ids: only these; None for all.
        registry: registry files; None for the bundled ones.
        entries: entries given directly, instead of a registry.

    Raises:
        UnknownSiteError: an id is not in the registry.
        crawlers.registry.RegistryError: a registry file cannot be used.
    """
    if entries is not None:
        sites = [Site.model_validate(dict(entry)) for entry in entries]
    else:
        sites = load_sites(registry)
    if ids is None:
        return sites
    by_id = {site.id: site for site in sites}
    for name in ids:
        if name not in by_id:
            raise UnknownSiteError(f"no site {name!r} in the registry; `gongkai sites list` shows its sites")
    return [by_id[name] for name in dict.fromkeys(ids)]


def make_plan(
    url: str,
    sites: Iterable[Site],
    *,
    shard_size: int = SHARD_SIZE,
    settings: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the plan of a new run."""
    now = datetime.now(UTC)
    chosen = {site.id: site for site in sites}
    shards = [[site.id for site in shard] for shard in make_shards(chosen.values(), shard_size)]
    wanted = dict(settings or {})
    contact = os.environ.get("GONGKAI_CONTACT")
    if contact:
        wanted.setdefault("contact", contact)
    return Plan(new_run_id(now), url, chosen, shards, wanted, now)


def begin_run(store: ObjectStore, plan: Plan) -> dict[str, Any]:
    """Keep the entries the sites are crawled with, write the summary of a run that begins, and return it."""
    import extraction

    for site in plan.sites.values():
        keep_entry(store, site)
    summary = begin_summary(plan.run, plan.store, plan.sites, extraction.EXTRACTOR, plan.settings, plan.began)
    save_summary(store, summary)
    emit("run", "begin", run=plan.run, sites=len(plan.sites), shards=len(plan.shards))
    return summary


def end_run(
    store: ObjectStore,
    summary: Mapping[str, Any],
    crawled: Mapping[str, Mapping[str, Any]],
    extracted: Mapping[str, Mapping[str, Any]],
    failures: Iterable[tuple[tuple[str, ...], str]],
) -> dict[str, Any]:
    """Write the summary of a run that has ended and return it."""
    ended = end_summary(summary, crawled, extracted, failures, datetime.now(UTC))
    save_summary(store, ended)
    emit("run", "end", run=ended["run"], exit=ended["exit"])
    return ended


def crawl_sites(
    url: str, run: str, shard: int, entries: Sequence[Mapping[str, Any]], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Crawl one shard and return the statistics of its sites."""
    sites = [Site.model_validate(dict(entry)) for entry in entries]
    stats = run_crawl(url, sites, run=run, shard=shard, settings=settings)
    return dict(stats["sites"])


def extract_sites(url: str, sites: Sequence[str]) -> dict[str, Any]:
    """Extract what one shard's sites have that was not read yet, and return the statistics by site."""
    store = open_store(url)
    with Extractor() as extractor:
        return {site: extract_site(store, site, extractor).as_dict() for site in sites}


def entry_key(site: str) -> str:
    """Return the key of the entry a site was last crawled with."""
    return f"sites/{site}/entry.json"


def keep_entry(store: ObjectStore, site: Site) -> None:
    """Keep a site's entry beside its state, so that a release needs nothing but the store."""
    data = seal(canonical_json(site.model_dump(mode="json")))
    try:
        if store.get(entry_key(site.id)) == data:
            return
    except ObjectNotFoundError:
        pass  # the first crawl of this site
    store.put(entry_key(site.id), data)
