"""What is left to do when the crawl of a site ends: its assertions are judged, a whole walk is noted.

A walk is a crawl that looked for columns from the entry points. Only one that came to its end lets the next
nights begin at the columns alone: what a killed one did not reach would be missed for weeks.

Layout: ``sites/<site>/walk.json``, when the last whole walk ended and from which entry points it began.
Losing it costs one walk.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawlers.crawl import SiteCrawl
from storage import ObjectNotFoundError, ObjectStore, canonical_json, timestamp

# Steps of the walk that were not reached; the next night walks again.
_CUT = frozenset({"request_budget", "host_rests", "needs_browser", "internal_error"})


def walk_key(site: str) -> str:
    """Return the key of the note of a site's last whole walk."""
    return f"sites/{site}/walk.json"


def load_walk(store: ObjectStore, site: str) -> tuple[datetime, frozenset[str]] | None:
    """Return when a site was last walked to the end and from where; None where it never was."""
    try:
        note = json.loads(store.get(walk_key(site)))
        moment = datetime.strptime(note["ended"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return moment, frozenset(note["entries"])
    except (ObjectNotFoundError, ValueError, KeyError, TypeError):
        return None  # a note that cannot be read is none: it is written anew after one walk


async def end(crawl: SiteCrawl, store: ObjectStore) -> None:
    """Judge a crawl that came to its end, and note the walk if it was one."""
    check_assertions(crawl)
    if crawl.walked and not _CUT & {issue["code"] for issue in crawl.figures.issues}:
        note = {"ended": timestamp(datetime.now(UTC)), "entries": sorted(crawl.site.entries)}
        await asyncio.to_thread(store.put, walk_key(crawl.site.id), canonical_json(note))


def check_assertions(crawl: SiteCrawl) -> None:
    """Note as issues what the site's entry expects and the crawl did not find."""
    wanted = crawl.site.expect.reports
    if wanted and crawl.figures.reports < wanted:
        crawl.figures.issue(
            "fewer_reports_than_expected",
            f"the entry expects {wanted} reports at least, {crawl.figures.reports} were found",
        )
    met = {_bare(key) for key in crawl.asked}
    missing = [
        known.url
        for known in crawl.site.known
        if _bare(known.url) not in met and not _is_archived(crawl, known.url)
    ]
    if missing:
        crawl.figures.issue(
            "known_reports_missing",
            f"{len(missing)} of {len(crawl.site.known)} reports known to have been here were not found",
            missing[0],
        )


def _is_archived(crawl: SiteCrawl, url: str) -> bool:
    resource = crawl.archive.known(url)
    return resource is not None and resource.sha256 is not None


def _bare(url: str) -> str:
    """Return an address without scheme and www: a site answers to either."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path}?{parts.query}"
