"""Coverage over everything there is: divisions, registry, archive, runs. `dataset.coverage` judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crawlers.registry import load_sites
from dataset.archived import found_in, kept_entries, site_facts
from dataset.coverage import Ledger
from dataset.places import places
from dataset.sites import list_sites
from flows.summary import last_summaries
from storage import ObjectStore

_RUNS = 3


def ledger(
    store: ObjectStore,
    year: int,
    as_of: date,
    registry: Sequence[str] | None = None,
    entries: Sequence[Mapping[str, Any]] | None = None,
    *,
    damaged: list[str] | None = None,
) -> Ledger:
    """Return the ledger of a year.

    Args:
        store: the archive.
        year: the year reported on.
        as_of: the day of the judgement.
        registry: registry files; the bundled ones if not given.
        entries: registry entries given directly, instead of a registry.
        damaged: gets a line for each of the last runs whose summary cannot be read.
    """
    import extraction

    if entries is None:
        entries = [site.model_dump(mode="json") for site in load_sites(registry)]
    # A site that was crawled and is in no registry (any more) keeps its past.
    named = {entry["id"] for entry in entries}
    entries = [*entries, *kept_entries(store, [site for site in list_sites(store) if site not in named])]
    alerts: dict[str, str] = {}
    for summary in reversed(last_summaries(store, _RUNS, [] if damaged is None else damaged)):
        alerts |= {alert["site"]: alert["message"] for alert in summary["alerts"] if alert["failed"]}
    facts = site_facts(store, entries, alerts)
    return Ledger(year, as_of, places(year), facts, found_in(store, extraction.EXTRACTOR))
