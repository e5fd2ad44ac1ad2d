"""Prefect flows for deployments beside the nightly one: re-extraction, publication, fixity."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows import reextract as again
from flows.executors import Executor, Local
from flows.fixity import NIGHTLY_SHARE, check_share
from flows.prefect_workers import PrefectWorkers
from flows.publish import publish_release
from flows.run import store_url
from flows.wording import counted
from storage import open_store

SHOWN = 100
"""Changes in the result of the flow; the command line has them all."""


class FixityError(Exception):
    """Something in the archive is not what it was; the message names it."""


@flow(name="reextract", persist_result=False)
def reextract(
    store: str | None = None,
    dry_run: bool = False,
    sample: float | None = None,
    limit: int | None = None,
    processes: int = 1,
    on_workers: bool = False,
) -> dict[str, Any]:
    """Read every archived report body with the current extractor, without network.

    Args:
        store: store URL; ``GONGKAI_STORE`` or ``./data`` if not given.
        dry_run: write nothing, only say what would change.
        sample: with `dry_run`, only this share of the bodies.
        limit: with `dry_run`, only so many bodies.
        processes: worker processes of this run.
        on_workers: shards as runs of the deployment ``reextract-shard``, on whatever workers there are.

    Returns:
        What changed, as counts and the worst changes.
    """
    executor: Executor = PrefectWorkers() if on_workers else Local(processes)
    options = again.Options(dry_run=dry_run, sample=sample, limit=limit)
    tally = again.reextract(open_store(store_url(store)), executor, options)
    create_markdown_artifact("\n".join(f"- {line}" for line in tally.as_lines()), key="reextract")
    create_table_artifact(tally.by_place(), key="reextract-places")
    return {**tally.as_dict(), "worst": tally.worst()[:SHOWN]}


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
        raise FixityError(f"{counted(len(wrong), 'finding')}, such as {wrong[0]['kind']} {wrong[0]['key']}")
    return result
