"""Redirect shells: column addresses that answer with a few bytes that send the visitor on."""

from __future__ import annotations

import re

from crawlers.page import Entry, Listing, Page, squeeze

NAME = "redirect"

# The shells seen have about 160 bytes; a real page with a refresh tag is far larger.
_MAX_SHELL = 2000
_LOCATION = re.compile(
    r"(?:window|self|top|document|parent)?\.?location(?:\.href)?\s*(?:=|\.replace\(|\.assign\()\s*[\"']([^\"']+)[\"']"
)
_REFRESH = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*[;,]\s*url\s*=\s*[\"']?([^\"']+?)[\"']?\s*$", re.IGNORECASE)


def target(page: Page) -> str | None:
    """Return where a redirect shell sends the visitor, None if the page is no shell."""
    if len(page.text) > _MAX_SHELL:
        return None
    for element in page.tree.iter("meta"):
        if squeeze(element.get("http-equiv")).lower() == "refresh":
            match = _REFRESH.match(element.get("content") or "")
            if match:
                return page.join(match.group(2))
    if page.tree.find(".//a") is not None:
        return None
    match = _LOCATION.search(page.text)
    return page.join(match.group(1)) if match else None


def detect(page: Page) -> bool:
    """Tell whether the page is a redirect shell that leads elsewhere."""
    url = target(page)
    return url is not None and url != page.url


def listing(page: Page) -> Listing:
    """Return the target as the page that holds the list."""
    url = target(page)
    return Listing(columns=(Entry(url, page.title),)) if url and url != page.url else Listing()
