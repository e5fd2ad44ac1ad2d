"""The crawl of one site: what has been asked, what is open, and how pages of one list belong together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from crawlers.archiving import SiteArchive
from crawlers.figures import SiteFigures
from crawlers.guard import HostGuard
from crawlers.lists import ListNotes, Tonight
from crawlers.page import Page, PageRequest
from crawlers.registry import Site
from crawlers.titles import completed
from storage import Trail


@dataclass
class Series:
    """The pages of one list.

    Attributes:
        origin: address of its first page.
        seen: addresses of its entries so far.
        first: addresses on its first page.
        prefixes: where its first page's articles lie; a guessed page must lead there too.
        pages: how many pages were read.
    """

    origin: str
    seen: set[str] = field(default_factory=set)
    first: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    pages: int = 1


@dataclass(frozen=True)
class Step:
    """One request on the way: why it is asked and what its answer is for.

    Attributes:
        url: the address.
        role: ``listing``, ``document`` or ``attachment``.
        trail: how the crawler came here.
        page: the further-page request this is, None for an ordinary page.
        series: the list it belongs to.
        column: whether the page is known to belong to an annual-report column.
        start: whether it is an entry point.
        depth: steps from an entry point.
        words: the words of the link.
        certain: whether the words name a report.
        parent: the page of an attachment.
        hops: redirect shells passed.
        tries: slow further tries at a wall.
        fresh: ask without condition.
        browser: ask with a browser.
    """

    url: str
    role: str
    trail: Trail = field(default_factory=Trail)
    page: PageRequest | None = None
    series: Series | None = None
    column: bool = False
    start: bool = False
    depth: int = 0
    words: str = ""
    certain: bool = False
    parent: str | None = None
    hops: int = 0
    tries: int = 0
    fresh: bool = False
    browser: bool = False

    def following(self, page: PageRequest, series: Series) -> Step:
        """Return the step to a further page of this page's list."""
        return replace(
            self,
            url=page.url,
            page=page,
            series=series,
            trail=Trail(listing=self.url, anchor=f"page {page.number}"),
            start=False,
            column=self.column or page.column,
            tries=0,
            fresh=False,
        )


def named(step: Step, page: Page | None) -> Step:
    """Return a step with the whole of its title, where its list cut it and the page says it."""
    if step.role != "document" or page is None or step.trail.anchor is None:
        return step
    return replace(step, trail=replace(step.trail, anchor=completed(step.trail.anchor, page.title)))


class SiteCrawl:
    """The crawl of one site in one job.

    Attributes:
        site: its registry entry.
        guard: what it may ask.
        archive: where its answers go.
        figures: its counts.
        asked: keys of the resources asked in this job.
        open: requests that are under way.
        requests: requests made.
        decoys: addresses counted as decoys.
        ways: remembered columns that this crawl began with.
        walked: whether the entry points were asked.
        pending: steps that were asked and have no answer yet, by the key of their resource.
        walls: walls met at the first try, by address.
        waiting: steps left for the next night.
        tonight: what the site's lists say.
        over: whether the crawl has ended.
    """

    def __init__(self, site: Site, archive: SiteArchive) -> None:
        self.site = site
        self.guard = HostGuard(site.start, site.hosts, allow_private=site.allow_private)
        self.archive = archive
        self.figures = SiteFigures()
        self.asked: set[str] = set()
        self.decoys: set[str] = set()
        self.pending: dict[str, Step] = {}
        self.walls: dict[str, str] = {}
        self.waiting: list[Step] = []
        self.tonight = Tonight()
        self.open = 0
        self.requests = 0
        self.ways: frozenset[str] = frozenset()
        self.walked = False
        self.over = False

    def leave(self, step: Step) -> None:
        """Leave a step for the next night; a list not read to its end does not tell what is missing."""
        self.waiting.append(replace(step, tries=0, fresh=False))
        self.cut(step)

    def cut(self, step: Step) -> None:
        """Take note that a page of a list could not be had."""
        if step.role == "listing" and step.series is not None:
            self.tonight.broken.add(step.series.origin)

    def fold(self, nights: int) -> ListNotes:
        """Return what to remember of the site's lists; lists that are not believed become issues."""
        for step in self.pending.values():
            self.leave(step)
        self.pending.clear()
        notes, alerts = self.tonight.fold(self.archive.notes, nights)
        for alert in alerts:
            self.figures.issue(
                alert.code, f"the list had {alert.before} documents and shows {alert.now}", alert.origin
            )
        self.figures.waiting = len(self.waiting)
        left = [dump_step(step) for step in self.waiting]
        return notes.model_copy(update={"waiting": left})


_STEPS = TypeAdapter(Step)


def dump_step(step: Step) -> dict[str, Any]:
    """Return a step as plain data."""
    found: dict[str, Any] = _STEPS.dump_python(step, mode="json", exclude_defaults=True)
    return found


def load_step(data: Mapping[str, Any]) -> Step:
    """Return the step of plain data.

    Raises:
        ValueError: it is none.
    """
    # From JSON, because a trail is read strictly.
    return _STEPS.validate_json(json.dumps(data))


def lost_steps(crawl: SiteCrawl) -> list[Step]:
    """Return the steps to what the archive had of a site and lost."""
    return [
        Step(
            resource.url,
            resource.role,
            resource.trail,
            column=resource.role != "listing",
            words=resource.trail.anchor or "",
            certain=resource.role != "listing",
            parent=resource.parent,
        )
        for resource in crawl.archive.wanted_again
        # What a browser made, or a form asked for, comes again the way it came.
        if resource.method == "GET" and not resource.url.endswith("#rendered")
    ]


def header_dict(headers: Mapping[bytes | str, object]) -> dict[str, str]:
    """Return Scrapy's headers as plain text, several values of a name joined as HTTP allows."""
    found: dict[str, str] = {}
    for name, values in headers.items():
        key = name.decode("latin-1") if isinstance(name, bytes) else str(name)
        parts = values if isinstance(values, list) else [values]
        found[key] = ", ".join(v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in parts)
    return found
