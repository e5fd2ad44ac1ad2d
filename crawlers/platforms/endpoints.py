"""List services and pagers of single cities and bodies: 苏州, 淮安, 常州, CAC.

The JSON services differ only in names, which are data (endpoints.yaml). 常州 has static pages
``/gi_class/<class>/<page>``, 淮安 also static ones with ``nsetpage(1, total, size)``.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import yaml

from crawlers.page import Entry, Listing, Page, PageRequest, join
from crawlers.platforms import static

NAME = "endpoints"

_CLASS = re.compile(r"^(.*/gi_class/[^/?]+)(?:/(\d{1,5}))?/?$", re.IGNORECASE)
_SETPAGE = re.compile(
    r"\bnsetpage\s*\(\s*[\"']?(\d+)[\"']?\s*,\s*[\"']?(\d+)[\"']?\s*,\s*[\"']?(\d+)", re.IGNORECASE
)
_NUMBER = re.compile(r"_(\d{1,5})(\.\w+)$")


@cache
def _services() -> Mapping[str, Mapping[str, Any]]:
    data = yaml.safe_load((files("crawlers.platforms") / "endpoints.yaml").read_text("utf-8"))
    for service in data.values():
        service["marker"] = re.compile(service["marker"], re.IGNORECASE)
        if "pages" in service:
            service["pages"] = re.compile(service["pages"], re.IGNORECASE)
    found: Mapping[str, Mapping[str, Any]] = data
    return found


def _service(page: Page) -> tuple[str, str] | None:
    """Return the service that a page's list comes from: its name and address."""
    for name, service in _services().items():
        match = service["marker"].search(page.text)
        address = html.unescape(match.group(1)) if match else None
        if address is None and "pages" in service and service["pages"].search(page.url):
            address = service["address"]
        url = page.join(address) if address else None
        if url is not None:
            return name, url
    return None


def detect(page: Page) -> bool:
    """Tell by a service's address, by the address of the page or by the pager's call."""
    return bool(_service(page) or _CLASS.match(urlsplit(page.url).path) or _SETPAGE.search(page.text))


def listing(page: Page) -> Listing:
    """Read a column page, or a service's answer."""
    if page.request is not None and page.request.platform == NAME and "service" in page.request.state:
        return _answer(page, page.request)
    found = static.entries(page)
    service = _service(page)
    if service is None:
        following = _class_page(page) if _CLASS.match(urlsplit(page.url).path) else _set_page(page)
        return Listing(found, (following,) if following else ())
    name, url = service
    fields = _fields(page, _services()[name])
    missing = [field for field in _services()[name].get("required", ()) if field not in fields]
    if missing:
        return Listing(found, issues=("endpoint_field_not_found",))
    return Listing(found, (_request(name, url, fields, 1, page.url),))


def _fields(page: Page, service: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that select the column, from the page's address or else from its scripts."""
    query = {k.lower(): v for k, v in parse_qsl(urlsplit(page.url).query)}
    fields: dict[str, str] = {}
    for field, names in service["fields"].items():
        for name in names:
            pattern = rf"\b{name}[\"']?\s*[:=]\s*(?:\"([^\"]*)\"|'([^']*)'|(\d[\w-]*))"
            match = re.search(pattern, page.text)
            value = query.get(name.lower()) or (next((g for g in match.groups() if g), "") if match else "")
            if value:
                fields[field] = value
                break
    return fields


def _request(name: str, url: str, fields: Mapping[str, str], number: int, origin: str) -> PageRequest:
    service = _services()[name]
    form = {**fields, service["page"]: str(number), service["size"]: str(service["rows"])}
    return PageRequest(
        url,
        method=service["method"],
        form=tuple(form.items()),
        headers=(("Referer", origin), ("X-Requested-With", "XMLHttpRequest")),
        platform=NAME,
        number=number,
        origin=origin,
        state={"service": name, "url": url, "fields": dict(fields)},
    )


def _at(data: Any, path: Sequence[str]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _count(data: Any, path: Sequence[str] | None) -> int | None:
    text = str(_at(data, path)) if path else ""
    return int(text) if text.isdigit() else None


def _value(item: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        parts = [str(item.get(part) or "") for part in name.split("+")]
        if all(parts):
            return parts[0].rstrip("/") + "/" + parts[1].lstrip("/") if len(parts) == 2 else parts[0]
    return ""


def _answer(page: Page, request: PageRequest) -> Listing:
    name, origin = request.state["service"], request.origin or page.url
    service = _services()[name]
    try:
        data: Any = json.loads(page.text)
    except ValueError:
        return Listing(issues=("endpoint_answer_unreadable",))
    items = _at(data, service["items"])
    if not isinstance(items, list):
        return Listing(issues=("endpoint_answer_unreadable",))
    entries = []
    for item in items:
        link = _value(item, service["url"]) if isinstance(item, dict) else ""
        if link and re.match(r"[\w.-]+\.\w+(?::\d+)?/", link):
            # A domain without a scheme.
            link = "//" + link
        url = join(origin, link) if link else None
        if url is not None:
            date = _value(item, service["date"]) or None
            entries.append(Entry(url, static.plain(_value(item, service["title"])), date))
    total, pages = _count(data, service["total"]), _count(data, service.get("page_count"))
    if pages is None and total is not None:
        pages = -(-total // int(service["rows"]))
    more = bool(entries) and (pages is None or request.number < pages)
    following = _request(name, request.state["url"], request.state["fields"], request.number + 1, origin)
    return Listing(tuple(entries), (following,) if more else (), total=total)


def _class_page(page: Page) -> PageRequest | None:
    """Return 常州's next page: by its link, else by the number at the end of the address, on trial."""
    number = page.request.number if page.request is not None else 1
    linked = static.next_page(page)
    if linked is not None and not linked.trial:
        return PageRequest(linked.url, platform=NAME, number=number + 1, origin=page.url)
    declared = static.declared_pages(page)
    match = _CLASS.match(urlsplit(page.url).path)
    if match is None or (declared is not None and number >= declared):
        return None
    given = int(match.group(2)) if match.group(2) else 1
    url = urljoin(page.url, f"{match.group(1)}/{given + 1}")
    return PageRequest(url, platform=NAME, number=number + 1, origin=page.url, trial=True)


def _set_page(page: Page) -> PageRequest | None:
    """Return the next of 淮安's static pages."""
    match = _SETPAGE.search(page.text)
    if match is None:
        return None
    number = page.request.number if page.request is not None else int(match.group(1))
    total, size = int(match.group(2)), int(match.group(3))
    if not size or number * size >= total:
        return None
    stem = _NUMBER.sub(r"\2", urlsplit(page.url).path)
    path = f"{stem}index.html" if stem.endswith("/") else stem
    name = re.sub(r"(\.\w+)$", rf"_{number + 1}\1", path)
    return PageRequest(urljoin(page.url, name), platform=NAME, number=number + 1, origin=page.url)
