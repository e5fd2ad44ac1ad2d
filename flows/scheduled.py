"""Prefect flows for deployments beside the nightly one: re-extraction, publication, fixity."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from extraction.workers import Extractor
from flows.fixity import NIGHTLY_SHARE, check_share
from flows.publish import publish_release
from flows.reextract import Tally, all_sites, reextract_sites
from flows.run import store_url
from storage import open_store

SITES_A_SHARD = 50


class FixityError(Exception):
    """Something in the archive is not what it was; the message names it."""


@task(cache_policy=NO_CACHE, persist_result=False)
def reextract_shard(store: str, sites: list[str], dry_run: bool) -> dict[str, Any]:
    """Read the archived bodies of some sites again; returns what changed."""
    with Extractor() as extractor:
        return reextract_sites(open_store(store), sites, extractor, dry_run=dry_run).as_dict()


# One worker process a shard; more of them at once would want more processors than a worker has by itself.
RUNNER: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=1)


@flow(name="reextract", task_runner=RUNNER, persist_result=False)
def reextract(store: str | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Read every archived report body with the current extractor, without network.

    Args:
        store: store URL; ``GONGKAI_STORE`` or ``./data`` if not given.
        dry_run: write nothing, only say what would change.

    Returns:
        What changed, as counts and examples.
    """
    url = store_url(store)
    sites = all_sites(open_store(url))
    shards = [sites[start : start + SITES_A_SHARD] for start in range(0, len(sites), SITES_A_SHARD)]
    futures = [reextract_shard.submit(url, shard, dry_run) for shard in shards]
    tally = Tally()
    for future in futures:
        tally.add(Tally.from_dict(future.result()))
    create_markdown_artifact("\n".join(f"- {line}" for line in tally.as_lines()), key="reextract")
    return tally.as_dict()


@flow(name="publish", persist_result=False)
def publish(store: str | None = None) -> dict[str, Any]:
    """Make a release of what was read so far, unless the last one says the same already.

    Args:
        store: store URL; ``GONGKAI_STORE`` or ``./data`` if not given.

    Returns:
        The release's version, whether it is new, and its counts.
    """
    publication = publish_release(open_store(store_url(store)))
    return publication.as_dict()


@flow(name="fixity", persist_result=False)
def fixity(store: str | None = None, share: float = NIGHTLY_SHARE) -> dict[str, Any]:
    """Check the next share of the archive against its hashes; every body is read about once a month.

    Args:
        store: store URL; ``GONGKAI_STORE`` or ``./data`` if not given.
        share: how much, 0 to 1.

    Returns:
        Counts and findings; the flow fails where something is wrong, so that somebody looks.
    """
    result = check_share(open_store(store_url(store)), share)
    wrong = [finding for finding in result["findings"] if finding["severity"] == "error"]
    lines = [f"- {one['kind']}: `{one['key']}`: {one['message']}" for one in wrong]
    create_markdown_artifact("\n".join(lines) or "nothing is wrong", key="fixity")
    if wrong:
        raise FixityError(f"{len(wrong)} findings, such as {wrong[0]['kind']} {wrong[0]['key']}")
    return result
