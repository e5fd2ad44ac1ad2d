"""Longxun 龙讯: 安徽 province, departments and counties.

The column page asks ``/site/label/8888`` for its list; the answer is a piece of HTML with ``pageCount:N``.
"""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.page import Listing, Page, PageRequest
from crawlers.platforms import static

NAME = "longxun"

_LABEL = re.compile(r"[\"']([^\"'\s]*/site/label/8888\?[^\"']*)[\"']")
_COLUMN = re.compile(r"/public/column/(\d+)$")
_SITE_ID = re.compile(r"\bsiteId[\"']?\s*[:=]\s*[\"']?(\d+)")
_PAGE_COUNT = re.compile(r"pageCount\s*[:=]\s*[\"']?(\d+)")


def detect(page: Page) -> bool:
    """Tell by the label service or the column's address."""
    return "/site/label/8888" in page.text or (
        _COLUMN.search(urlsplit(page.url).path) is not None and "catId=" in page.url
    )


def _label(page: Page) -> str | None:
    """Return the label service's address, echoed from the page or put together from its parts."""
    match = _LABEL.search(page.text)
    if match:
        return page.join(html.unescape(match.group(1)))
    column, site = _COLUMN.search(urlsplit(page.url).path), _SITE_ID.search(page.text)
    category = dict(parse_qsl(urlsplit(page.url).query)).get("catId")
    if column is None or site is None or category is None:
        return None
    prefix = urlsplit(page.url).path.split("/public/column/", 1)[0]
    query = {
        "IsAjax": "1",
        "dataType": "html",
        "labelName": "publicInfoList",
        "siteId": site.group(1),
        "organId": column.group(1),
        "type": "4",
        "catId": category,
        "pageSize": "15",
        "pageIndex": "1",
        "action": "list",
        "isDate": "true",
        "dateFormat": "yyyy-MM-dd",
        "file": "/xxgk/publicInfoList_newest2020",
    }
    return page.join(f"{prefix}/site/label/8888?{urlencode(query)}")


def _numbered(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "pageIndex"]
    return urlunsplit(
        (parts.scheme, parts.netloc, parts.path, urlencode([*query, ("pageIndex", str(number))]), "")
    )


def listing(page: Page) -> Listing:
    """Read a column page, or the label service's answer."""
    request = page.request if page.request is not None and page.request.platform == NAME else None
    origin = (request.origin if request is not None else None) or page.url
    entries = static.entries(Page(origin, page.text))
    count = _PAGE_COUNT.search(page.text)
    pages = int(count.group(1)) if count else None
    number = request.number if request is not None else (1 if entries else 0)
    if pages is not None and number >= pages and (entries or request is not None):
        return Listing(entries)
    if request is not None and (not entries or pages is None):
        return Listing(entries)
    label = request.url if request is not None else _label(page)
    if label is None:
        return Listing(entries, issues=("longxun_label_not_found",))
    following = PageRequest(
        _numbered(label, number + 1),
        headers=(("Referer", origin), ("X-Requested-With", "XMLHttpRequest")),
        platform=NAME,
        number=number + 1,
        origin=origin,
    )
    return Listing(entries, (following,))
