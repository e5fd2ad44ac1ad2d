"""JPAAS, the new Hanweb platform: 浙江, 杭州, 扬州, 泰州, MIIT, SAMR and others.

A column page names its units in ``queryData`` attributes; the unit service answers JSON with a piece of HTML.
Only ``paramJson={"pageNo":n,"pageSize":m}`` pages; bare page parameters are ignored and give page 1 again.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawlers.page import Entry, Listing, Page, PageRequest
from crawlers.platforms import static

NAME = "jpaas"

_SERVICE = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_QUERY = re.compile(r"queryData\s*=\s*(?:\"(\{[^\"]*\})\"|'(\{[^']*\})')", re.IGNORECASE)
_URL = re.compile(r"[\"']((?:https?:)?[^\"'\s]*/front/page/build/unit)[^\"']*[\"']")
_LIST_UNIT = re.compile(r"列表|list|ajax|分页|信息", re.IGNORECASE)
_DEFAULT_SIZE = 15


def detect(page: Page) -> bool:
    """Tell by the unit service."""
    return "jpaas-publish-server" in page.text or _URL.search(page.text) is not None


def _units(page: Page) -> list[dict[str, str]]:
    units: list[dict[str, str]] = []
    for match in _QUERY.finditer(page.text):
        raw = html.unescape(match.group(1) or match.group(2))
        try:
            data = json.loads(raw if '"' in raw else raw.replace("'", '"'))
        except ValueError:
            continue
        unit = {str(key): str(value) for key, value in data.items()}
        if unit not in units:
            units.append(unit)
    named = [unit for unit in units if _LIST_UNIT.search(unit.get("tagId", ""))]
    return named or units


def _pager(page: Page) -> tuple[int, int | None]:
    """Return rows a page and the total, as the pagination element says."""
    for element in page.tree.iter():
        if isinstance(element.tag, str) and element.get("rows") and element.get("count"):
            rows, count = element.get("rows") or "", element.get("count") or ""
            if rows.isdigit() and count.isdigit() and int(rows):
                return int(rows), int(count)
    return _DEFAULT_SIZE, None


def _request(
    service: str, unit: dict[str, str], number: int, rows: int, origin: str, total: int | None
) -> PageRequest:
    # Compact separators: some sites refuse the usual ones.
    param = json.dumps({"pageNo": number, "pageSize": rows}, separators=(",", ":"))
    parts = urlsplit(service)
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode({**unit, "paramJson": param}), ""))
    return PageRequest(
        url,
        headers=(("Referer", origin), ("X-Requested-With", "XMLHttpRequest")),
        platform=NAME,
        number=number,
        origin=origin,
        state={"service": service, "unit": unit, "rows": rows, "total": total},
    )


def listing(page: Page) -> Listing:
    """Read a column page, or the unit service's answer."""
    if page.request is not None and page.request.platform == NAME:
        return _answer(page, page.request)
    entries = static.entries(page)
    rows, total = _pager(page)
    match = _URL.search(page.text)
    service = page.join(match.group(1) if match else _SERVICE)
    units = _units(page)
    if service is None or not units:
        return Listing(entries, total=total, issues=("jpaas_unit_not_found",) if total else ())
    if total is not None and total <= rows and entries:
        return Listing(entries, total=total)
    if total is None and entries:
        # Small columns stand in the page as a whole and show no pager.
        return Listing(entries)
    first = 2 if entries else 1
    return Listing(
        entries, tuple(_request(service, unit, first, rows, page.url, total) for unit in units), total=total
    )


def _answer(page: Page, request: PageRequest) -> Listing:
    try:
        data: Any = json.loads(page.text)
        piece = data["data"]["html"]
    except (ValueError, KeyError, TypeError):
        return Listing(issues=("jpaas_answer_unreadable",))
    column = Page(request.origin or page.url, str(piece or ""))
    entries: tuple[Entry, ...] = static.entries(column)
    rows, total = _pager(column)
    state = request.state
    if total is None:
        rows, total = int(state["rows"]), state["total"]
    more = bool(entries) and (total is None or request.number * rows < total)
    following = _request(state["service"], dict(state["unit"]), request.number + 1, rows, column.url, total)
    return Listing(entries, (replace(following, headers=request.headers),) if more else (), total=total)
