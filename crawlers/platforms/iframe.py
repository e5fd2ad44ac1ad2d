"""Lists that stand in a frame of the same host (常州, 淮安 and others)."""

from __future__ import annotations

import re

from crawlers.guard import authority
from crawlers.page import Entry, Page, squeeze

NAME = "iframe"
_NO_LIST = re.compile(r"/(?:share|search|login|stat|count|map|video|player|ad)\b", re.IGNORECASE)


def columns(page: Page) -> tuple[Entry, ...]:
    """Return the frames of a page that its own host serves."""
    found: dict[str, Entry] = {}
    for element in page.tree.iter("iframe", "frame"):
        url = page.join(squeeze(element.get("src")))
        if url and url != page.url and authority(url) == authority(page.url) and not _NO_LIST.search(url):
            found.setdefault(url, Entry(url, squeeze(element.get("title"))))
    return tuple(found.values())
