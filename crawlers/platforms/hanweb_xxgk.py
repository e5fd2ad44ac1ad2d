"""Hanweb 信息公开 module (``/module/xxgk/``): 浙江 and 杭州 (older), 盐城, 哈尔滨 and others.

The column page loads its list from ``/module/xxgk/search.jsp`` for a unit (``area``, often its code in
the register of organisations) and a kind of information (``infotypeId``); many servers ignore the kind and
list everything the unit published.
``/module/xxgk/xxgkAnnualReport.jsp?area=&fbtime=`` shows a unit's report of a year without any list.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.documents import resembles_report
from crawlers.links import anchors
from crawlers.page import Entry, Listing, Page, PageRequest
from crawlers.platforms import static
from crawlers.titles import judge

NAME = "hanweb_xxgk"

_MODULE = re.compile(r"/module/xxgk/(?:search|tree|xxgkAnnualReport)\.jsp", re.IGNORECASE)
_SEARCH = re.compile(r"[\"']([^\"'\s]*/module/xxgk/search\.jsp[^\"']*)[\"']", re.IGNORECASE)
_DIRECT = re.compile(r"[\"']([^\"'\s]*/module/xxgk/xxgkAnnualReport\.jsp[^\"']*)[\"']", re.IGNORECASE)
_DIRECT_PATH = re.compile(r"/module/xxgk/xxgkAnnualReport\.jsp$", re.IGNORECASE)
_TREE_AREA = re.compile(r"/module/xxgk/tree\.jsp\?[^\"'\s]*?\barea=([\w-]+)", re.IGNORECASE)
_FIELD = re.compile(
    r"\b(infotypeId|jdid|divid|area|texttype|sortfield)\b[\"']?\s*[:=]\s*(?:\"([\w,.:/-]*)\"|'([\w,.:/-]*)'|(\d[\w./-]*))"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PAGES = re.compile(r"共\s*(?:<[^>]{1,80}>\s*)*(\d{1,5})\s*(?:<[^>]{1,80}>\s*)*页")
_COLUMN = re.compile(r"/col/col(\d+)/")
# The regulation on disclosure has been in force since then.
_FIRST_YEAR = 2008
# A year without a report must not hide the years behind it; and as pages in place of pages are followed a few
# times only, the first steps have to reach far.
_REACH = 6


def detect(page: Page) -> bool:
    """Tell by the module's addresses, in the page or as its own."""
    return bool(_MODULE.search(page.text) or _DIRECT_PATH.search(urlsplit(page.url).path))


def listing(page: Page) -> Listing:
    """Read a column page, a page of the search or a report that was hit directly."""
    if page.request is not None and page.request.platform == NAME:
        return _answer(page, page.request)
    if _DIRECT_PATH.search(urlsplit(page.url).path):
        return _direct(page)
    direct = _direct_hits(page)
    search = _SEARCH.search(page.text)
    form = _form(page, search)
    if form is None:
        return Listing(static.entries(page) if direct else (), columns=direct)
    url = page.join(html.unescape(search.group(1)) if search else "/module/xxgk/search.jsp")
    if url is None:
        return Listing(columns=direct, issues=("hanweb_xxgk_search_not_found",))
    shown = () if direct else tuple(e for e in static.entries(page) if _COLUMN.search(page.url) is None)
    return Listing(shown, (_request(url, form, 1, page.url),), columns=direct)


def _form(page: Page, search: re.Match[str] | None) -> dict[str, str] | None:
    """Return the fields of the search as the page gives them; None where it names no unit."""
    found: dict[str, str] = {}
    if search is not None:
        near = page.text[max(0, search.start() - 1500) : search.end() + 1500]
        for match in _FIELD.finditer(near):
            value = match.group(2) or match.group(3) or match.group(4)
            if value:
                found.setdefault(match.group(1), value)
        query = urlsplit(html.unescape(search.group(1))).query
        found |= {k: v for k, v in parse_qsl(query, keep_blank_values=True) if v}
    elif (tree := _TREE_AREA.search(page.text)) is not None:
        found["area"] = tree.group(1)
    given = dict(parse_qsl(urlsplit(page.url).query))
    for name in ("area", "infotypeId"):
        if not found.get(name) and given.get(name):
            found[name] = given[name]
    if not found.get("area"):
        return None
    names: tuple[str, ...] = (
        "infotypeId",
        "jdid",
        "divid",
        "area",
        "vc_title",
        "vc_number",
        "vc_filenumber",
        "vc_all",
    )
    defaults = {"jdid": "1", "sortfield": ",compaltedate:0"}
    names += ("texttype", "fbtime", "sortfield")
    return {name: found.get(name) or defaults.get(name, "") for name in names}


def _request(
    url: str, form: dict[str, str], number: int, origin: str, *, marked: bool = False
) -> PageRequest:
    parts = urlsplit(url)
    # The servers look at the query first: what the page put there stays.
    query = {"infotypeId": form["infotypeId"], "vc_title": "", "vc_number": "", "area": form["area"]}
    given = parse_qsl(parts.query, keep_blank_values=True)
    query |= {name: value or query.get(name, "") for name, value in given} | {"currpage": str(number)}
    body = {**form, "currpage": str(number)}
    return PageRequest(
        urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), "")),
        method="POST",
        form=tuple(body.items()),
        headers=(("Referer", origin), ("X-Requested-With", "XMLHttpRequest")),
        platform=NAME,
        number=number,
        origin=origin,
        state={"url": url, "form": form, "marked": marked},
    )


def _answer(page: Page, request: PageRequest) -> Listing:
    origin = request.origin or page.url
    found = static.entries(Page(origin, page.text))
    match = _PAGES.search(page.text)
    more = bool(found) and (match is None or request.number < int(match.group(1)))
    column = _COLUMN.search(origin)
    mark = f"/art_{column.group(1)}_" if column is not None else ""
    # Where no article so far lies in the column, its number is not the articles' and tells nothing.
    marked = bool(mark) and (request.state["marked"] or any(mark in entry.url for entry in found))
    if marked:
        kept = tuple(e for e in found if mark in e.url or judge(e.title).kind in {"report", "decoy"})
    elif request.state["form"]["infotypeId"]:
        kept = found
    else:
        kept = tuple(e for e in found if _may_be_report(e.title))
    passed = tuple(entry.url for entry in found if entry not in kept)
    url, form = request.state["url"], request.state["form"]
    following = _request(url, form, request.number + 1, origin, marked=marked)
    return Listing(kept, (following,) if more else (), passed=passed)


def _may_be_report(title: str) -> bool:
    """Tell whether a title among everything a unit published is worth a look."""
    return judge(title).kind != "other" or judge(title, in_column=True).kind == "report"


def _hit(url: str, area: str, year: int) -> Entry:
    parts = urlsplit(url)
    query = urlencode({"area": area, "fbtime": str(year)})
    return Entry(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")), f"{year}年政府信息公开年报")


def _direct_hits(page: Page) -> tuple[Entry, ...]:
    """Return the reports that a page leads to directly; every year of a unit where it names no year."""
    found: dict[str, Entry] = {}
    last = datetime.now(UTC).year - 1
    for anchor in anchors(page):
        parts = urlsplit(anchor.url)
        query = dict(parse_qsl(parts.query))
        if _DIRECT_PATH.search(parts.path) and query.get("area") and query.get("fbtime"):
            found.setdefault(anchor.url, Entry(anchor.url, anchor.text))
    for match in _DIRECT.finditer(page.text):
        raw = html.unescape(match.group(1))
        query = dict(parse_qsl(urlsplit(raw).query))
        url, area = page.join(raw), query.get("area", "")
        if url is None or url in found or not area:
            continue
        if _YEAR.fullmatch(query.get("fbtime", "")):
            found[url] = Entry(url, f"{query['fbtime']}年政府信息公开年报")
            continue
        offered = [int(o.get("value") or 0) for o in page.tree.iter("option") if _is_year(o.get("value"))]
        for year in offered or range(last, _FIRST_YEAR - 1, -1):
            entry = _hit(url, area, year)
            found.setdefault(entry.url, entry)
    return tuple(found.values())


def _is_year(value: str | None) -> bool:
    return bool(value and _YEAR.fullmatch(value.strip()))


def _direct(page: Page) -> Listing:
    """Read a report that was hit directly: it leads to those of the years around it, and to its own files."""
    query = dict(parse_qsl(urlsplit(page.url).query))
    area, year = query.get("area"), query.get("fbtime", "")
    columns = {entry.url: entry for entry in _direct_hits(page) if entry.url != page.url}
    if area and _is_year(year) and resembles_report(page):
        last = datetime.now(UTC).year - 1
        for other in range(max(_FIRST_YEAR, int(year) - _REACH), min(last, int(year) + _REACH) + 1):
            if other != int(year):
                entry = _hit(page.url, area, other)
                columns.setdefault(entry.url, entry)
    return Listing(static.entries(page), columns=tuple(columns.values()))
