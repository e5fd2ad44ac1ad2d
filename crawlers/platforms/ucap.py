"""Ucap 开普: 黑龙江, CSRC, chinatax, 海南, 镇江 and others.

Three ways to the list: JSON from ``/searchList/{channelId}`` or ``/common/search/{channelId}``; JSON from
``/getFileListByCodeId`` (chinatax); static pages with the pager call
``createPageHTML('page_div', TOTAL, CURRENT, 'list', 'shtml', COUNT)``, page n being ``list_n.shtml``.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawlers.page import Entry, Listing, Page, PageRequest, join
from crawlers.platforms import static

NAME = "ucap"

_PAGER = re.compile(
    r"\bcreatePageHTML\s*\(\s*[\"'][\w-]+[\"']\s*,\s*[\"']?(\d{1,5})[\"']?\s*,\s*[\"']?(\d{1,5})[\"']?\s*,"
    r"\s*[\"']([\w.-]+)[\"']\s*,\s*[\"'](\w+)[\"']\s*(?:,\s*[\"']?(\d{1,7})[\"']?)?"
)
_CHANNEL = re.compile(r"channel_?id[\"']?\s*[:=]\s*[\"']([0-9a-f]{32})[\"']", re.IGNORECASE)
_SERVICE = re.compile(r"(/(?:searchList|common/search))/", re.IGNORECASE)
_FILES = "getFileListByCodeId"
_SIZE = 20


def _channel(page: Page) -> str | None:
    named = page.meta.get("channelid", "")
    if re.fullmatch(r"[0-9a-f]{32}", named):
        return named
    match = _CHANNEL.search(page.text)
    return match.group(1) if match else None


def detect(page: Page) -> bool:
    """Tell by the pager call with six arguments, or by a channel and one of the list services."""
    if _PAGER.search(page.text):
        return True
    return _channel(page) is not None and (bool(_SERVICE.search(page.text)) or _FILES in page.text)


def listing(page: Page) -> Listing:
    """Read a column page, static or with its services, or a service's answer."""
    if page.request is not None and page.request.platform == NAME and page.request.state.get("service"):
        return _answer(page, page.request)
    entries = static.entries(page)
    pager = _PAGER.search(page.text)
    if pager is not None:
        return _static(page, pager, entries)
    channel, service = _channel(page), _SERVICE.search(page.text)
    if channel is not None and _FILES in page.text:
        return Listing(entries, (_request(page.url, "files", channel, 1),))
    if channel is not None and service is not None:
        return Listing(entries, (_request(page.url, service.group(1), channel, 1),))
    return Listing(entries)


def _static(page: Page, pager: re.Match[str], entries: tuple[Entry, ...]) -> Listing:
    number = page.request.number if page.request is not None else 1
    count = int(pager.group(5)) if pager.group(5) else None
    if number >= int(pager.group(1)):
        return Listing(entries, total=count)
    url = urljoin(page.url, f"{pager.group(3)}_{number + 1}.{pager.group(4)}")
    return Listing(
        entries, (PageRequest(url, platform=NAME, number=number + 1, origin=page.url),), total=count
    )


def _request(origin: str, service: str, channel: str, number: int) -> PageRequest:
    parts = urlsplit(origin)
    root = f"{parts.scheme}://{parts.netloc}"
    state = {"service": service, "channel": channel}
    headers = (("Referer", origin), ("X-Requested-With", "XMLHttpRequest"))
    if service == "files":
        form = (
            ("channelId", channel),
            ("page", str(number)),
            ("size", str(_SIZE)),
            ("relateSubChannels", "true"),
        )
        return PageRequest(
            f"{root}/{_FILES}",
            method="POST",
            form=form,
            headers=headers,
            platform=NAME,
            number=number,
            origin=origin,
            state=state,
        )
    url = (
        f"{root}{service}/{channel}?_isAgg=true&_isJson=true&_pageSize={_SIZE}&_template=index&_rangeTimeGte="
        f"&_channelName=&page={number}"
    )
    return PageRequest(url, headers=headers, platform=NAME, number=number, origin=origin, state=state)


def _answer(page: Page, request: PageRequest) -> Listing:
    try:
        answer: Any = json.loads(page.text)
        data = answer["results"]["data"] if request.state["service"] == "files" else answer["data"]
        results = data["results"]
    except (ValueError, KeyError, TypeError):
        return Listing(issues=("ucap_answer_unreadable",))
    entries = []
    for item in results if isinstance(results, list) else []:
        url = join(request.origin or page.url, str(item.get("url") or item.get("shareUrl") or ""))
        if url is not None:
            date = item.get("publishedTimeStr") or item.get("publishedTime")
            entries.append(
                Entry(url, str(item.get("title") or ""), str(date) if isinstance(date, str) else None)
            )
    total = int(data["total"]) if str(data.get("total")).isdigit() else None
    rows = int(data["rows"]) if str(data.get("rows")).isdigit() and int(data["rows"]) else _SIZE
    more = bool(entries) and total is not None and request.number * rows < total
    following = _request(
        request.origin or page.url, request.state["service"], request.state["channel"], request.number + 1
    )
    return Listing(tuple(entries), (following,) if more else (), total=total)
