"""The way to the columns, remembered: a night begins where reports were found before, not at the home page.

What is remembered stands in the site's state, in the trails of its resources: a report's trail names the
list that showed it, the list's trail the page that linked the list, and so on up to an entry point. `columns`
reads the annual-report columns from there; nothing else is stored, and a state that is rebuilt from its
captures remembers the same.

A night asks the remembered columns alone. It looks for them anew from the entry points

* where there is none, where the last look was not finished (`ending`), or every `rediscover_days`: new
  columns hang where nobody looks any more;
* at once where one is lost: it answers no more, or shows neither a report nor a way to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.columns import names_column, path_of_column
from crawlers.crawl import SiteCrawl, Step
from crawlers.titles import judge
from storage import GOOD_OUTCOMES, Resource, SiteState, Trail

_PAGE = re.compile(r"page \d+")
_RENDERED = "#rendered"
# Trails are written by crawls and cannot run in circles; imports may.
_LONGEST = 50


@dataclass(frozen=True, slots=True)
class Column:
    """An annual-report column that was found.

    Attributes:
        url: its address.
        words: the words of the link that led there.
        path: the addresses on the way, from the entry point to the page that links it.
        reports: how many reports were found in it.
    """

    url: str
    words: str
    path: tuple[str, ...]
    reports: int

    @property
    def trail(self) -> Trail:
        """How the crawler came there."""
        return Trail(self.path[-1] if self.path else None, self.words or None)


def columns(state: SiteState) -> tuple[Column, ...]:
    """Return the columns that a site's state remembers, those with most reports first.

    A column that is split (by year, by class of agency) is remembered at its top, where next year's part will
    be linked. One that answered wrongly when it was last asked is left out.
    """
    lists = _lists(state.resources.values())
    found: dict[str, int] = {}
    for resource in state.resources.values():
        listing = resource.trail.listing
        if resource.role != "document" or resource.last_seen is None or listing is None:
            continue
        if judge(resource.trail.anchor or "", in_column=True).kind != "report":
            continue
        top = _top(_plain(listing), lists)
        if top is not None:
            found[top] = found.get(top, 0) + 1
    columns = [
        Column(url, lists[url].trail.anchor or "", _path(url, lists), reports)
        for url, reports in found.items()
        if lists[url].last_outcome in GOOD_OUTCOMES
    ]
    return tuple(sorted(columns, key=lambda column: (-column.reports, column.url)))


def tops(state: SiteState, lists: Iterable[str]) -> list[str]:
    """Return the columns that lists belong to: of each the outermost one above it, in their order."""
    known = _lists(state.resources.values())
    return [_top(_plain(url), known) or _plain(url) for url in lists]


def _lists(resources: Iterable[Resource]) -> dict[str, Resource]:
    """Return the lists by address; of several under one address the one that a person would open."""
    lists: dict[str, Resource] = {}
    for resource in resources:
        if resource.role == "listing" and resource.last_seen is not None:
            url = _plain(resource.url)
            old = lists.get(url)
            if old is None or (_is_page(old) and not _is_page(resource)):
                lists[url] = resource
    return lists


def _plain(url: str) -> str:
    return url.removesuffix(_RENDERED)


def _is_page(resource: Resource) -> bool:
    """Tell whether an address is only a further page of a list."""
    return bool(_PAGE.fullmatch(resource.trail.anchor or ""))


def _top(url: str, lists: dict[str, Resource]) -> str | None:
    """Return the outermost column above a list, None where the way to it is not known."""
    for _ in range(_LONGEST):
        resource = lists.get(url)
        if resource is None:
            return None
        above = _plain(resource.trail.listing) if resource.trail.listing else None
        if above is None or above not in lists:
            return url
        if not (_is_page(resource) or _is_column(lists[above])):
            return url
        url = above
    return None


def _is_column(resource: Resource) -> bool:
    return names_column(resource.trail.anchor or "") or path_of_column(resource.url)


def _path(url: str, lists: dict[str, Resource]) -> tuple[str, ...]:
    path: list[str] = []
    resource = lists.get(url)
    while resource is not None and resource.trail.listing and len(path) < _LONGEST:
        path.append(_plain(resource.trail.listing))
        resource = lists.get(path[-1])
    return tuple(reversed(path))


def entry_steps(
    crawl: SiteCrawl,
    walk: tuple[datetime, frozenset[str]] | None,
    *,
    rediscover_days: float,
    now: datetime,
) -> list[Step]:
    """Return the steps that a site's crawl begins with.

    Args:
        crawl: the site's crawl.
        walk: when the last whole walk from the entry points ended, and from which it began.
        rediscover_days: days after which the entry points are asked again.
        now: the present moment.
    """
    known = columns(crawl.archive.state)
    starts = _starts(crawl)
    fresh = (
        walk is not None
        and now - walk[0] < timedelta(days=rediscover_days)
        and walk[1] >= {step.url for step in starts}
    )
    if not known or not fresh:
        crawl.walked = True
        return starts
    entries = {step.url: step for step in starts}
    crawl.ways = frozenset(column.url for column in known)
    return [
        entries.get(column.url)
        or Step(column.url, "listing", column.trail, column=True, words=column.words, depth=len(column.path))
        for column in known
    ]


def again(crawl: SiteCrawl, step: Step, *, alive: bool) -> list[Step]:
    """Return the steps that look for a lost column anew, none where nothing is lost.

    Args:
        crawl: the site's crawl.
        step: what was asked.
        alive: whether it answered, and led to a report or to a list.
    """
    if alive or crawl.walked or step.url not in crawl.ways or step.page is not None:
        return []
    crawl.walked = True
    crawl.figures.issue(
        "column_moved", "the column is not where it was; it is looked for from the entry points", step.url
    )
    return [one for one in _starts(crawl) if one.url != step.url]


def _starts(crawl: SiteCrawl) -> list[Step]:
    return [Step(url, "listing", start=True) for url in crawl.site.entries]
