"""One shard's crawl: a Scrapy child process, its progress, and what it says it did."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crawlers.job import Job, Politeness
from crawlers.registry import Site
from crawlers.spool import VARIABLE as SPOOL
from flows.child import CHILDREN, StoppedError, module_environment
from flows.environment import logs_folder, state_folder
from flows.progress import emit

STORE_UNREACHABLE = 4
"""The child's exit code for a store it cannot use."""


class CrawlError(Exception):
    """A shard's crawl failed as a whole; the message is one line that names the log.

    Attributes:
        store_unreachable: the reason is the store, so other shards will fail too.
    """

    def __init__(self, message: str, *, store_unreachable: bool = False) -> None:
        super().__init__(message)
        self.store_unreachable = store_unreachable


def run_crawl(
    store_url: str, sites: Sequence[Site], *, run: str, shard: int, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Crawl `sites` in a child process and return its statistics.

    Args:
        store_url: where bodies and captures go.
        sites: full entries of the registry; they share a process, and hosts only with each other.
        run: run id.
        shard: the shard's number, for the names of its logs.
        settings: fields of `crawlers.job.Politeness` that differ from its defaults.

    Raises:
        CrawlError: the child could not do its job; single sites that failed are in the statistics instead.
        StoppedError: the run is being stopped.
    """
    log_path = logs_folder(store_url) / f"{run}-{shard:04d}.log"
    with tempfile.TemporaryDirectory(prefix="gongkai-") as folder:
        out = Path(folder) / "stats.json"
        job_path = Path(folder) / "job.json"
        Job(
            run=run,
            store=store_url,
            sites=tuple(sites),
            settings=Politeness.model_validate(settings),
            out=out,
        ).save(job_path)
        argv = [sys.executable, "-P", "-m", "crawlers", str(job_path)]
        # The store may be a path relative to our working directory, so the child keeps it.
        with (
            log_path.open("ab") as log,
            CHILDREN.start(argv, env=_environment(store_url), log=log) as child,
        ):
            for line in child.lines():
                _pass_on(line, log_path)
            code = child.wait()
        if CHILDREN.stopping:
            raise StoppedError("the run was stopped")
        if code == STORE_UNREACHABLE:
            raise CrawlError(
                f"the crawler cannot use the store: {_last_line(log_path)}", store_unreachable=True
            )
        if code:
            raise CrawlError(
                f"the crawler of shard {shard} ended with {code}: {_last_line(log_path)} (log: {log_path})"
            )
        try:
            stats = json.loads(out.read_bytes())
        except (OSError, ValueError) as error:
            raise CrawlError(f"the crawler of shard {shard} left no statistics (log: {log_path})") from error
    if not isinstance(stats, dict) or not isinstance(stats.get("sites"), dict):
        raise CrawlError(f"the crawler of shard {shard} left statistics without sites (log: {log_path})")
    return stats


def _environment(store_url: str) -> dict[str, str]:
    spool = str(state_folder(store_url) / "spool")
    return {SPOOL: spool, **module_environment(os.environ)}


def _pass_on(line: str, log_path: Path) -> None:
    """Turn a line of the child into an event; what is no event goes to the log, as somebody printed it."""
    try:
        message = json.loads(line)
        name = message.pop("event")
        site = message.pop("site", None)
    except (ValueError, AttributeError, KeyError, TypeError):
        with log_path.open("a", encoding="utf-8") as log:
            log.write(f"not an event: {line}\n")
        return
    # A child must not be able to overwrite our own arguments by the names of its fields.
    emit(
        "crawl",
        str(name),
        site,
        **{key: value for key, value in message.items() if key not in {"stage", "name"}},
    )


def _last_line(path: Path) -> str:
    lines = [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "it said nothing"
