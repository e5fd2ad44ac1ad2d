"""TrueCMS: 南通, 连云港, 上海人大 and others.

The newest records stand in the column page (``#initData``), the rest comes as JSONP from
``…/messageController/getMessage.do`` by record numbers. Servers differ in how many they give at once: a
window that is too wide is answered with nothing or 404, so that ever narrower ones are tried. Some ask for a
Referer.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import lxml.html

from crawlers.page import Entry, Listing, Page, PageRequest
from crawlers.platforms import jpage, static

NAME = "truecms"

_SERVICE = re.compile(r"[\"']([^\"'\s]*/messageController/getMessage\.do)([^\"']*)[\"']", re.IGNORECASE)
_COLUMN = re.compile(r"\bcolumnId[\"']?\s*[:=]\s*[\"']?([\w-]{8,64})", re.IGNORECASE)
_TEMPLATE = re.compile(r"\bcontentTemplate[\"']?\s*[:=]\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)|\btotal_?record[\"']?\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_JSONP = re.compile(r"^\s*(?:/\*.*?\*/\s*)?[\w$.]+\s*\((.*)\)\s*;?\s*$", re.DOTALL)
_WINDOWS = (50, 20, 10)


def detect(page: Page) -> bool:
    """Tell by the message service."""
    return "messageController/getMessage.do" in page.text


def listing(page: Page) -> Listing:
    """Read a column page, or the service's answer."""
    if page.request is not None and page.request.platform == NAME:
        return _answer(page, page.request)
    first = jpage.records(page) or _initial(page)
    shown = first or static.entries(page)
    service, column = _SERVICE.search(page.text), _COLUMN.search(page.text)
    url = page.join(service.group(1)) if service else None
    if service is None or url is None or column is None:
        return Listing(shown, issues=("truecms_column_not_found",))
    total = _total(page.text)
    if total is not None and first and len(first) >= total:
        return Listing(shown, total=total)
    template = _TEMPLATE.search(page.text)
    fields = dict(parse_qsl(html.unescape(service.group(2)).lstrip("?"), keep_blank_values=True))
    fields["columnId"] = column.group(1)
    if template is not None:
        fields["contentTemplate"] = template.group(1)
    fields.setdefault("contentTemplate", "")
    start = PageRequest(
        url,
        headers=(("Referer", page.url), ("X-Requested-With", "XMLHttpRequest")),
        platform=NAME,
        number=2 if first else 1,
        origin=page.url,
        state={"url": url, "fields": fields, "total": total},
    )
    return Listing(shown, (_windowed(start, len(first) + 1, _WINDOWS),), total=total)


def _initial(page: Page) -> tuple[Entry, ...]:
    """Return the entries of the initial data where they stand there as HTML."""
    element = page.tree.find(".//*[@id='initData']")
    if element is not None:
        parts = [lxml.html.tostring(child, encoding="unicode") for child in element]
        inner = (element.text or "") + "".join(str(part) for part in parts)
        return static.entries(Page(page.url, html.unescape(inner) if "&lt;" in inner else inner))
    return ()


def _total(text: str) -> int | None:
    match = _TOTAL.search(text)
    return int(match.group(1) or match.group(2)) if match else None


def _windowed(request: PageRequest, start: int, windows: tuple[int, ...]) -> PageRequest:
    """Return the request for the records from `start`, with the narrower windows as what to try otherwise."""
    parts = urlsplit(str(request.state["url"]))

    def url(window: int) -> str:
        numbers = {"startrecord": start, "endrecord": start + window - 1, "perpage": window}
        query = {**request.state["fields"], **numbers, "callback": "callback"}
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))

    urls = [url(window) for window in windows]
    return replace(request, url=urls[0], alternatives=tuple(urls[1:]))


def _answer(page: Page, request: PageRequest) -> Listing:
    match = _JSONP.match(page.text)
    text = match.group(1) if match else page.text
    try:
        data: Any = json.loads(text)
        result = data["result"]
    except (ValueError, KeyError, TypeError):
        return Listing(issues=() if request.alternatives else ("truecms_answer_unreadable",))
    result = str(result or "")
    column = Page(request.origin or page.url, result)
    found = jpage.records(column)
    total = _total(result)
    if total is None:
        total = request.state["total"]
    # The window that was answered is in the address: a wider one may have been refused.
    asked = dict(parse_qsl(urlsplit(request.url).query))
    start, window = int(asked["startrecord"]), int(asked["perpage"])
    given = result.count("<record>")
    end = start + given - 1
    if not given or (total is not None and end >= total) or (total is None and given < window):
        return Listing(found, total=total)
    narrower = tuple(size for size in _WINDOWS if size <= window)
    following = _windowed(replace(request, number=request.number + 1), end + 1, narrower)
    return Listing(found, (following,), total=total)
