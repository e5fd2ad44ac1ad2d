"""What a site's lists said, from one night to the next: ``sites/<site>/lists.json``.

The captures hold what was asked; this holds what need not be asked, and what was not reached:

* of each list the addresses of its documents at its last complete reading, so that a list that suddenly
  shrinks or empties is an alert instead of a deletion, and a document missing from complete lists is counted,
  night by night;
* the steps that the budget, the window or a resting host left over: the next night begins with them;
* how far the last crawl got that came to its end: what a killed one saw may lead to files nobody asked for.

Losing this object loses no evidence: lists are learned again, counting starts anew.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from storage import ObjectNotFoundError, ObjectStore, canonical_json

log = logging.getLogger(__name__)

# A list that lost this share of its documents, and at least so many, is not believed at once.
_SHARE, _LEAST = 0.5, 3


class ListMemo(BaseModel):
    """A list as it was last read in full.

    Attributes:
        urls: addresses of its documents.
        short: readings in a row that had suspiciously few of them.
    """

    model_config = ConfigDict(extra="forbid")

    urls: list[str] = []
    short: int = 0


class Missing(BaseModel):
    """A document that complete lists no longer show.

    Attributes:
        times: complete readings without it.
        lists: the lists that had it.
    """

    model_config = ConfigDict(extra="forbid")

    times: int
    lists: list[str]


class ListNotes(BaseModel):
    """What is remembered of a site's lists.

    Attributes:
        format: number of this form.
        lists: by the address of the first page.
        missing: documents that complete lists no longer show, by address.
        waiting: steps that were not reached, as plain data.
        finished: id of the site's latest capture when a crawl last came to its end.
        unsettled: documents that were had by a crawl which did not come to its end, and not asked since.
    """

    model_config = ConfigDict(extra="forbid")

    format: int = 1
    lists: dict[str, ListMemo] = {}
    missing: dict[str, Missing] = {}
    waiting: list[dict[str, Any]] = []
    finished: str | None = None
    unsettled: list[str] = []


def notes_key(site: str) -> str:
    """Return the key of a site's notes."""
    return f"sites/{site}/lists.json"


def load_notes(store: ObjectStore, site: str) -> ListNotes:
    """Return what is remembered of a site's lists; nothing where it is new or cannot be read."""
    try:
        return ListNotes.model_validate_json(store.get(notes_key(site)))
    except ObjectNotFoundError:
        return ListNotes()
    except ValidationError as error:
        log.warning("%s in %s cannot be read, lists are learned anew: %s", notes_key(site), store.url, error)
        return ListNotes()


def save_notes(store: ObjectStore, site: str, notes: ListNotes) -> None:
    """Keep what is remembered: the same bytes for the same notes."""
    store.put(notes_key(site), canonical_json(notes.model_dump(mode="json")))


@dataclass(frozen=True, slots=True)
class ListAlert:
    """A list that is not believed.

    Attributes:
        code: ``list_empty`` or ``list_shrunk``.
        origin: address of its first page.
        before: how many documents it had.
        now: how many it has.
    """

    code: str
    origin: str
    before: int
    now: int


@dataclass
class Tonight:
    """What the lists of a site say in this crawl.

    Attributes:
        seen: documents of each list read, by the address of its first page.
        broken: lists of which a page could not be had; they say nothing about what is missing.
    """

    seen: dict[str, set[str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def saw(self, origin: str, urls: set[str]) -> None:
        """Take note of a page of a list."""
        self.seen.setdefault(origin, set()).update(urls)

    def shows(self, origin: str) -> bool:
        """Tell whether a list shows any document."""
        return bool(self.seen.get(origin))

    def fold(self, before: ListNotes, nights: int) -> tuple[ListNotes, list[ListAlert]]:
        """Return what to remember after this crawl, and the lists that are not believed.

        Args:
            before: what was remembered.
            nights: after so many readings alike a shrunken list is believed.
        """
        lists = {origin: memo.model_copy(deep=True) for origin, memo in before.lists.items()}
        alerts: list[ListAlert] = []
        believed: set[str] = set()
        lost: dict[str, list[str]] = {}
        for origin, found in sorted(self.seen.items()):
            if origin in self.broken:
                continue
            memo = lists.setdefault(origin, ListMemo())
            was, now = len(memo.urls), len(found)
            if was and (not now or (was - now >= _LEAST and now < was * _SHARE)):
                memo.short += 1
                if not now or memo.short <= nights:
                    alerts.append(ListAlert("list_shrunk" if now else "list_empty", origin, was, now))
                    continue
            for url in set(memo.urls) - found:
                lost.setdefault(url, []).append(origin)
            believed.add(origin)
            memo.urls, memo.short = sorted(found), 0
        shown: set[str] = set().union(*self.seen.values()) if self.seen else set()
        # What lists say that could not be read tonight, or are not believed, still counts.
        shown |= {url for origin, memo in lists.items() if origin not in believed for url in memo.urls}
        missing = {
            url: Missing(times=miss.times + bool(believed & set(miss.lists)), lists=miss.lists)
            for url, miss in before.missing.items()
            if url not in shown
        }
        for url, origins in lost.items():
            if url not in shown:
                missing.setdefault(url, Missing(times=1, lists=origins))
        return ListNotes(lists=lists, missing=dict(sorted(missing.items()))), alerts
