"""A look at sites: lists only, a bounded number of requests, into a store that is thrown away.

Used by `gongkai sites detect` and `gongkai sites verify`. It runs the crawler's own child process, so that
robots.txt, the guard, the pace and the walls are those of a crawl.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawlers.job import Job, Politeness
from crawlers.registry import Site, Visit
from crawlers.remembered import tops
from storage import GOOD_OUTCOMES, Capture, ObjectStore, new_run_id, open_store, read_captures, refresh_state

MAX_REQUESTS = 40
"""Requests to one site in one look: a home page, the steps to its columns, and the columns."""
LIST_PAGES = 2
_MOST_COLUMNS = 12
_SAMPLE = 5


class SurveyError(Exception):
    """The crawler could not do its job; one line that says why."""


@dataclass(frozen=True)
class Survey:
    """What a look at sites brought.

    Attributes:
        store: where the answers are, while the look is open.
        figures: the crawler's figures by site.
    """

    store: ObjectStore
    figures: dict[str, dict[str, Any]]

    def captures(self, site: str) -> list[Capture]:
        """Return the answers of a site, robots.txt left out."""
        return [c for c in read_captures(self.store, site) if c.trail.anchor != "robots.txt"]


@contextmanager
def survey(sites: Sequence[Site], settings: Politeness) -> Iterator[Survey]:
    """Crawl sites into a temporary store, which lives as long as the context.

    Raises:
        SurveyError: the crawler could not do its job.
    """
    with tempfile.TemporaryDirectory(prefix="gongkai-survey-") as folder:
        store = open_store(f"file://{folder}/store")
        job = Job(
            run=new_run_id(datetime.now(UTC)),
            store=store.url,
            sites=tuple(sites),
            settings=settings,
            out=Path(folder) / "out.json",
        )
        job.save(Path(folder) / "job.json")
        _run([sys.executable, "-m", "crawlers", str(Path(folder) / "job.json")])
        figures = json.loads(job.out.read_text("utf-8"))
        if figures["finished"] != "ok":
            raise SurveyError(f"the crawler ended early: {figures['finished']}")
        yield Survey(store, figures["sites"])


def _run(command: list[str]) -> None:
    """Run the child; it and its browser end with us, however we end."""
    read, write = os.pipe()
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=(read,),
            start_new_session=True,
            env={**os.environ, "GONGKAI_PARENT_PIPE": str(read)},
        )
    finally:
        os.close(read)
        os.close(write)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise SurveyError(lines[-1] if lines else f"the crawler ended with {done.returncode}")


def look_settings(settings: Politeness | None = None) -> Politeness:
    """Return the settings of a look: those of a crawl, lists only, bounded."""
    chosen = settings or Politeness()
    return chosen.model_copy(
        update={
            "lists_only": True,
            "max_requests": min(chosen.max_requests, MAX_REQUESTS),
            "max_list_pages": min(chosen.max_list_pages, LIST_PAGES),
        }
    )


def verify(sites: Sequence[Site], settings: Politeness | None = None) -> dict[str, Visit]:
    """Visit sites and return what was found, by site.

    Raises:
        SurveyError: the crawler could not do its job.
    """
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    with survey(sites, look_settings(settings)) as found:
        return {site.id: visit_of(found, site.id, today) for site in sites}


def visit_of(found: Survey, site: str, date: str) -> Visit:
    """Return what a look says of one site."""
    figures = found.figures[site]
    columns: dict[str, dict[str, Any]] = {
        url: facts for url, facts in figures["columns"].items() if facts["reports"]
    }
    if columns:
        heads = tops(refresh_state(found.store, site), columns)
        best = max(columns.values(), key=lambda facts: facts["reports"])
        sample = [title for facts in columns.values() for title in facts["sample"]]
        return Visit(
            date=date,
            outcome="verified",
            columns=tuple(dict.fromkeys(heads))[:_MOST_COLUMNS],
            platform=best["platform"],
            pages=sum(facts["paging"] is not None for facts in columns.values()),
            reports=sum(facts["reports"] for facts in columns.values()),
            sample=tuple(dict.fromkeys(sample))[:_SAMPLE],
        )
    outcomes = figures["outcomes"]
    good = len([c for c in found.captures(site) if c.outcome in GOOD_OUTCOMES])
    if figures["blocked"] and not good:
        return Visit(date=date, outcome="blocked", reason=figures["blocked"][0].split(" ", 1)[0])
    if not good:
        return Visit(date=date, outcome="failed", reason=_first_failure(outcomes))
    needs = next((i["message"] for i in figures["issues"] if i["code"] == "needs_browser"), None)
    wall = f"; on the way {figures['blocked'][0]}" if figures["blocked"] else ""
    reason = needs or f"no annual-report column on {good} pages{wall}"
    return Visit(date=date, outcome="blocked" if wall and not needs else "failed", reason=reason)


def _first_failure(outcomes: dict[str, int]) -> str:
    failures = [name.removeprefix("error:") for name in outcomes if name.startswith("error:")]
    # That a site has no robots.txt is no failure of the site.
    told = [name for name in failures if name != "no_robots"]
    return ", ".join(told) or "no answer"
