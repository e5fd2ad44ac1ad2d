"""What platform does an address run on? One page, asked politely, and what the platform modules read from it.

Used by ``gongkai sites detect URL``. It runs the crawler's own child code on a site made up for the occasion,
into a temporary store, so that robots.txt, the guard and the walls are the same.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from crawlers import platforms
from crawlers.columns import is_column, leads
from crawlers.job import Job, Politeness
from crawlers.page import Page, decode
from crawlers.registry import Site
from crawlers.rendering.shells import is_script_shell
from crawlers.titles import judge
from storage import Archive, Capture, new_run_id, open_store, read_captures

_SAMPLE = 10


class DetectError(Exception):
    """The address could not be asked; one line that says why."""


@dataclass(frozen=True)
class Detection:
    """What an address turned out to be.

    Attributes:
        url: the address that answered.
        platform: the module that reads it, ``unknown`` where none does.
        column: whether it is an annual-report column.
        entries: titles and addresses of the first entries.
        reports: how many entries name a report.
        pages: addresses of further pages.
        columns: addresses of annual-report columns it links to.
        script_shell: whether its list seems to exist only after scripts ran.
        issues: what was not understood.
        suggestion: the registry entry to add, as YAML.
    """

    url: str
    platform: str
    column: bool
    entries: tuple[tuple[str, str], ...]
    reports: int
    pages: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    script_shell: bool
    issues: tuple[str, ...]
    suggestion: str
    figures: Mapping[str, Any] = field(default_factory=dict)


def detect(url: str, *, allow_private: bool = False, settings: Politeness | None = None) -> Detection:
    """Ask one address and say what it is.

    Args:
        url: the address.
        allow_private: whether a loopback or private address may be asked.
        settings: politeness; a browser and further pages are never used here.

    Raises:
        RegistryError: the address is none.
        DetectError: it could not be asked or answered with a wall or an error.
    """
    host = urlsplit(url).hostname or "site"
    name = re.sub(r"[^a-z0-9]+", "-", host.lower().removeprefix("www.")).strip("-") or "site"
    site = Site(
        id=name,
        name=host,
        region="000000",
        start=(url,),
        render="never",
        allow_private=allow_private,
        evidence=f"asked once by `gongkai sites detect` on {datetime.now(UTC):%Y-%m-%d}",
    )
    chosen = (settings or Politeness()).model_copy(update={"browser": False, "max_requests": 1, "retries": 1})
    with tempfile.TemporaryDirectory(prefix="gongkai-detect-") as folder:
        store = open_store(f"file://{folder}/store")
        job = Job(
            run=new_run_id(datetime.now(UTC)),
            store=store.url,
            sites=(site,),
            settings=chosen,
            out=Path(folder) / "out.json",
        )
        job.save(Path(folder) / "job.json")
        done = subprocess.run(
            [sys.executable, "-m", "crawlers", str(Path(folder) / "job.json")],
            capture_output=True,
            text=True,
            check=False,
            timeout=chosen.timeout * 4 + chosen.wall_retry,
        )
        if done.returncode:
            raise DetectError(
                done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "the crawler failed"
            )
        figures = json.loads(job.out.read_text("utf-8"))["sites"][site.id]
        asked = [c for c in read_captures(store, site.id) if c.trail.anchor != "robots.txt"]
        if not asked or asked[-1].sha256 is None:
            last = asked[-1] if asked else None
            why = (
                f"{last.outcome} ({last.note})"
                if last and last.note
                else last.outcome
                if last
                else "not asked"
            )
            raise DetectError(f"{url}: {why}")
        capture = asked[-1]
        body = Archive(store).get_body(capture.sha256 or "")
    return describe(capture, body, site, figures)


def describe(capture: Capture, body: bytes, site: Site, figures: Mapping[str, Any]) -> Detection:
    """Say what a page is."""
    headers = {key.lower(): value for key, value in capture.response_headers.items()}
    page = Page(capture.final_url, decode(body, headers.get("content-type", "")), headers)
    listing = platforms.listing(page)
    column = is_column(page, "")
    reports = [e for e in listing.entries if judge(e.title, in_column=column).kind == "report"]
    ways = [lead for lead in leads(page, in_column=column) if lead.kind == "column"]
    start = capture.final_url if column or not ways else ways[0].url
    entry = {
        "id": site.id,
        "name": page.meta.get("sitename") or site.name,
        "region": site.region,
        "agency": "all",
        "start": [start],
        "evidence": site.evidence,
    }
    text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=110)
    return Detection(
        url=capture.final_url,
        platform=listing.platform,
        column=column,
        entries=tuple((e.title, e.url) for e in (reports or listing.entries)[:_SAMPLE]),
        reports=len(reports),
        pages=tuple(request.url for request in listing.next),
        columns=tuple((lead.words, lead.url) for lead in ways)
        + tuple((e.title, e.url) for e in listing.columns),
        script_shell=not listing.entries and is_script_shell(page),
        issues=listing.issues,
        suggestion="# region and agency are for you to fill in\n" + text,
        figures=figures,
    )
