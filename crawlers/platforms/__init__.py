"""Publishing platforms: one module each, pure functions of a page.

A module has

    NAME                      how the figures and the registry call it
    detect(page) -> bool      does the page come from this platform?
    listing(page) -> Listing  entries of the list, further pages, branches

and reads two kinds of pages: the column page as visitors see it, and the answers to the further-page requests
it asked for itself (`page.request.platform` names it). A module never asks anything itself.

Detection goes from the most telling marker to the least; the first module that reads anything wins, so that a
marker left over from another platform does no harm. Redirect shells come first because there is nothing else
in them; frames are added to whatever else a page holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from crawlers.page import Listing, Page
from crawlers.platforms import (
    embedded,
    endpoints,
    epoint,
    gkmlpt,
    hanweb_xxgk,
    iframe,
    jpaas,
    jpage,
    longxun,
    redirect,
    static,
    trs_wcm,
    truecms,
    ucap,
    webber,
)


class Platform(Protocol):
    """What a platform module offers."""

    NAME: str

    def detect(self, page: Page) -> bool:
        """Tell whether the page comes from this platform."""
        ...

    def listing(self, page: Page) -> Listing:
        """Read the page's list."""
        ...


# The order of detection; `static` takes whatever is left.
ORDER: tuple[Platform, ...] = (
    redirect,
    gkmlpt,
    jpaas,
    jpage,
    hanweb_xxgk,
    truecms,
    epoint,
    longxun,
    # A city's own service is named by its address: nothing is more telling.
    endpoints,
    ucap,
    trs_wcm,
    webber,
    embedded,
    static,
)
BY_NAME: dict[str, Platform] = {module.NAME: module for module in ORDER}


def listing(page: Page) -> Listing:
    """Read the list of a page with the platform module that fits it."""
    asked = page.request.platform if page.request is not None else None
    if asked is not None:
        return replace(BY_NAME[asked].listing(page), platform=asked)
    found = Listing(platform="unknown")
    for module in ORDER:
        if module.detect(page):
            read = replace(module.listing(page), platform=module.NAME)
            if read or read.issues:
                found = read
                if read:
                    break
    frames = iframe.columns(page)
    return replace(found, columns=found.columns + frames) if frames else found
