"""The nightly flow: every site crawled, everything new read, a summary written.

A task is a shard. Tasks pass keys and counts, never bodies; nothing is cached or persisted by Prefect,
because what was done stands in the archive, and a shard may run twice without harm.
"""

from __future__ import annotations

from typing import Any

from prefect import allow_failure, flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows import run as work
from flows.child import CHILDREN
from flows.crawl import CrawlError
from flows.shards import SHARD_SIZE
from flows.summary import as_markdown
from storage import ObjectStore, StoreUnreachableError, open_store

CONCURRENCY = 4
"""Shards at a time on one machine: a shard is one process that mostly waits for its sites."""

# A shard's extraction waits in a thread of its own for the shard's crawl.
RUNNER: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=2 * CONCURRENCY)


@task(task_run_name="crawl {run} {shard}", cache_policy=NO_CACHE, persist_result=False)
def crawl_shard(
    store: str, run: str, shard: int, entries: list[dict[str, Any]], settings: dict[str, Any]
) -> dict[str, Any]:
    """Crawl the sites of one shard in a child process; returns the statistics by site."""
    return work.crawl_sites(store, run, shard, entries, settings)


@task(task_run_name="extract {run} {shard}", cache_policy=NO_CACHE, persist_result=False)
def extract_shard(store: str, run: str, shard: int, sites: list[str]) -> dict[str, Any]:  # noqa: ARG001 - names
    """Read what the sites of one shard have that has no record yet; returns the statistics by site."""
    return work.extract_sites(store, sites)


@flow(
    name="nightly",
    flow_run_name="nightly",
    task_runner=RUNNER,
    persist_result=False,
)
def nightly(
    store: str | None = None,
    sites: list[str] | None = None,
    registry: list[str] | None = None,
    entries: list[dict[str, Any]] | None = None,
    shard_size: int = SHARD_SIZE,
    settings: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Crawl sites, archive what they publish, and extract what is new.

    Args:
        store: store URL; ``GONGKAI_STORE`` or ``./data`` if not given.
        sites: ids of the sites to crawl; all of the registry if not given.
        registry: registry files; the bundled ones if not given.
        entries: registry entries given directly, instead of a registry.
        shard_size: sites a shard is filled up to.
        settings: fields of `crawlers.job.Politeness` that differ from its defaults.

    Returns:
        The run's summary, as it was written to the store.

    Raises:
        StoreUnreachableError: the store cannot be used; nothing was begun, or nothing could go on.
    """
    url = work.store_url(store)
    archive = open_store(url)
    plan = work.make_plan(
        archive.url, work.choose_sites(sites, registry, entries), shard_size=shard_size, settings=settings
    )
    summary = work.begin_run(archive, plan)
    CHILDREN.reset()
    try:
        ended = _work_through(archive, plan, summary)
    except BaseException:
        # Cancelled, interrupted or failed: the task runner waits for its threads when the flow ends, and they
        # wait for their children. So the children go first.
        CHILDREN.stop_all()
        raise
    create_markdown_artifact(as_markdown(ended), key="run-summary", description=f"Run {plan.run}")
    create_table_artifact(
        [{"site": name, **_row(entry)} for name, entry in ended["sites"].items()],
        key="run-sites",
        description=f"Run {plan.run}, site by site",
    )
    return ended


def _work_through(archive: ObjectStore, plan: work.Plan, summary: dict[str, Any]) -> dict[str, Any]:
    crawls: list[PrefectFuture[Any]] = []
    extracts: list[PrefectFuture[Any]] = []
    for number, shard in enumerate(plan.shards):
        crawl = crawl_shard.submit(
            plan.store, plan.run, number, plan.shard_entries(number), dict(plan.settings)
        )
        crawls.append(crawl)
        # What a crawl archived before it failed is worth reading: extraction waits for its end, not its
        # success.
        extracts.append(
            extract_shard.submit(
                plan.store,
                plan.run,
                number,
                list(shard),
                wait_for=[allow_failure(crawl)],
                return_state=False,
            )
        )
    crawled: dict[str, Any] = {}
    extracted: dict[str, Any] = {}
    failures: list[tuple[tuple[str, ...], str]] = []
    for futures, found in ((crawls, crawled), (extracts, extracted)):
        for shard, future in zip(plan.shards, futures, strict=True):
            result = future.result(raise_on_failure=False)
            if isinstance(result, StoreUnreachableError):
                raise result
            if isinstance(result, CrawlError) and result.store_unreachable:
                raise StoreUnreachableError(str(result)) from result
            if isinstance(result, BaseException):
                failures.append((tuple(shard), f"{type(result).__name__}: {result}"))
            else:
                found.update(result)
    return work.end_run(archive, summary, crawled, extracted, failures)


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    crawl, extract = entry["crawl"], entry["extract"]
    names = ("pages", "documents", "attachments", "finished")
    return {name: crawl.get(name) for name in names} | {
        name: extract.get(name) for name in ("extracted", "reused", "figures", "checks_failed")
    }
