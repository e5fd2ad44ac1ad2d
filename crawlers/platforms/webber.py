"""Webber 博达 SiteBuilder.

Static pages are numbered downwards: page n of a list is ``column/{total-n+1}.htm``, so that only 下页
leads on and counting up would run into pages that were read before. Dynamic lists are
``list.jsp?totalpage=N&PAGENUM=n&urltype=tree.TreeTempUrl&wbtreeid=``.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.links import anchors
from crawlers.page import Listing, Page, PageRequest
from crawlers.platforms import static

NAME = "webber"

_MARK = re.compile(
    r"urltype=(?:tree\.TreeTempUrl|news\.(?:NewsContentUrl|DownloadAttachUrl))|/system/_content/|/__local/"
    r"|_vsb_|vsb_content|v_news_content|/info/\d+/\d+\.htm\b",
    re.IGNORECASE,
)
_NEXT = re.compile(r"^(?:下一?页|后一?页|next)\s*[>›»＞]*$", re.IGNORECASE)


def detect(page: Page) -> bool:
    """Tell by the platform's addresses and containers."""
    return bool(_MARK.search(page.text))


def listing(page: Page) -> Listing:
    """Read a list; it goes on only where a link says so."""
    number = page.request.number if page.request is not None else 1
    url = _next(page)
    following = PageRequest(url, platform=NAME, number=number + 1, origin=page.url) if url else None
    return Listing(static.entries(page), (following,) if following else ())


def _next(page: Page) -> str | None:
    for anchor in anchors(page):
        if _NEXT.match(anchor.text) and anchor.url != page.url:
            return anchor.url
    parts = urlsplit(page.url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    given = {key.lower(): value for key, value in query}
    number, total = given.get("pagenum", ""), given.get("totalpage", "")
    if not (
        parts.path.endswith("/list.jsp") and number.isdigit() and total.isdigit() and int(number) < int(total)
    ):
        return None
    changed = [(key, str(int(number) + 1) if key.lower() == "pagenum" else value) for key, value in query]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(changed), ""))
