"""TRS WCM 拓尔思, static: most ministries, 福建, 吉林, 重庆, 北京, 贵州 and many cities.

The pager is built by a script from ``createPageHTML(total, current, "index", "html")``, current counted from
0, or by the older ``createPage`` with the same arguments. Page 1 is ``index.html``, page k is
``index_{k-1}.html``.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from crawlers.page import Listing, Page, PageRequest
from crawlers.platforms import static

NAME = "trs_wcm"

_PAGER = re.compile(
    r"\bcreatePage(?:HTML)?\s*\(\s*[\"']?(\d{1,5})[\"']?\s*,\s*[\"']?(\d{1,5})[\"']?\s*,"
    r"\s*[\"']([\w.-]+)[\"']\s*,\s*[\"'](\w+)[\"']"
)
_ARTICLE = re.compile(r"/\d{6}/t\d{8}_\d+\.s?html?")


def detect(page: Page) -> bool:
    """Tell by the pager call, the editor's class or the address dialect."""
    return bool(_PAGER.search(page.text) or "TRS_" in page.text or _ARTICLE.search(page.text))


def listing(page: Page) -> Listing:
    """Read a static list with the pager's arguments."""
    entries = static.entries(page)
    match = _PAGER.search(page.text)
    if match is None:
        following = static.next_page(page)
        return Listing(entries, (following,) if following else ())
    total, current = int(match.group(1)), int(match.group(2))
    stem, end = match.group(3), match.group(4)
    number = page.request.number if page.request is not None else 1
    if number >= total:
        return Listing(entries)
    # A few sites count from 1; the page's own number tells. The other reading is tried where the first has no
    # page.
    suffixes = [number + 1, number] if current == number else [number, number + 1]
    urls = [urljoin(page.url, f"{stem}_{suffix}.{end}") for suffix in suffixes]
    following = PageRequest(
        urls[0],
        platform=NAME,
        number=number + 1,
        origin=page.url,
        alternatives=tuple(urls[1:]) if number == 1 else (),
    )
    return Listing(entries, (following,))
