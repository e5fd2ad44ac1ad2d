"""What a night begins with besides the entry points: what the last one left, what the lists lost."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from crawlers.crawl import SiteCrawl, Step, load_step
from crawlers.titles import judge

log = logging.getLogger(__name__)

# A document that is gone may come back: it is asked again after so many further readings of its lists.
_LOOK_BACK = 30


def left_over(crawl: SiteCrawl, gone_after: int) -> Iterator[Step]:
    """Yield the steps that the last night did not reach, then the documents that lists no longer show."""
    for data in crawl.archive.notes.waiting:
        try:
            yield load_step(data)
        except ValueError as error:
            # Written by another version of this program: its list leads there again.
            log.warning(
                "site %s: a step left from the last night is not understood: %s", crawl.site.id, error
            )
    for url, miss in crawl.archive.notes.missing.items():
        known = crawl.archive.known(url)
        if known is None:
            continue
        ruled = known.last_outcome == "gone" or miss.times > gone_after
        if ruled and (miss.times - gone_after) % _LOOK_BACK:
            continue
        words = known.trail.anchor or ""
        yield Step(
            url,
            "document",
            known.trail,
            column=True,
            words=words,
            certain=judge(words, in_column=True).kind == "report",
        )
