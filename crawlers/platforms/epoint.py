"""Epoint EWB: 徐州, 抚顺, 营口, 上海长宁 and others.

The page ``/dynamic/zwgk/govInfoPub.html?deptcode=&categorynum=`` is a shell; ``siteInfo`` (project and site)
stands in ``/js/webBuilderCommon.js``; the list comes as JSON from
``{projectName}/rest/lightfrontaction/getgovinfolist``. Servers count pages from 0 or from 1, and older ones
want the fields wrapped in ``params``.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawlers.page import Entry, Listing, Page, PageRequest, join
from crawlers.platforms import static

NAME = "epoint"

_SHELL = re.compile(r"/dynamic/[\w/]*\.html$", re.IGNORECASE)
_SCRIPT = re.compile(r"[\"']([^\"'\s]*/webBuilderCommon\.js[^\"'\s]*)[\"']", re.IGNORECASE)
# Where some sites have the names instead.
_OTHER_SCRIPT = "/js/ajaxReq.js"
_SERVICE = re.compile(r"[\"']([^\"'\s]*/rest/lightfrontaction/getgovinfolist)\b", re.IGNORECASE)
_PROJECT = re.compile(r"projectName[\"']?\s*[:=]\s*[\"']([^\"']+)[\"']")
_GUID = re.compile(r"siteGuid[\"']?\s*[:=]\s*[\"']([0-9A-Za-z-]{8,64})[\"']", re.IGNORECASE)
_CATEGORY = re.compile(r"\bcategorynum[\"']?\s*[:=]\s*[\"'](\d{3,})[\"']", re.IGNORECASE)
_DEPARTMENT = re.compile(r"\bdeptcode[\"']?\s*[:=]\s*[\"']([\w-]*)[\"']", re.IGNORECASE)
_SIZE = 20


def detect(page: Page) -> bool:
    """Tell by the list service, the platform's script or the shell's address."""
    shell = _SHELL.search(urlsplit(page.url).path) and "categorynum=" in page.url.lower()
    return bool(shell or "getgovinfolist" in page.text or "webBuilderCommon.js" in page.text)


def listing(page: Page) -> Listing:
    """Read the shell, the script with the site's names, or the service's answer."""
    request = page.request if page.request is not None and page.request.platform == NAME else None
    if request is not None and request.number > 0:
        return _answer(page, request)
    if request is not None:
        return _ask(page, request.origin or page.url, dict(request.state))
    query = {k.lower(): v for k, v in parse_qsl(urlsplit(page.url).query, keep_blank_values=True)}
    category, department = _CATEGORY.search(page.text), _DEPARTMENT.search(page.text)
    number = query.get("categorynum") or (category.group(1) if category else "")
    if not number:
        return Listing()
    service = _SERVICE.search(page.text)
    fields = {
        "deptcode": query.get("deptcode") or (department.group(1) if department else ""),
        "categorynum": number,
        "service": service.group(1) if service else "",
    }
    shown = static.entries(page)
    if _GUID.search(page.text) and (service or _PROJECT.search(page.text)):
        return replace(_ask(page, page.url, fields), entries=shown)
    script = _SCRIPT.search(page.text)
    url = page.join(html.unescape(script.group(1)) if script else "/js/webBuilderCommon.js")
    if url is None:
        return Listing(shown, issues=("epoint_script_not_found",))
    names = PageRequest(
        url,
        headers=(("Referer", page.url),),
        platform=NAME,
        number=0,
        origin=page.url,
        state=fields,
        alternatives=tuple(other for other in [page.join(_OTHER_SCRIPT)] if other is not None),
    )
    return Listing(shown, (names,))


def _ask(page: Page, origin: str, fields: dict[str, str]) -> Listing:
    """Return the request for the first page, by the names that stand in a page or script."""
    project, guid = _PROJECT.search(page.text), _GUID.search(page.text)
    named = _SERVICE.search(page.text)
    service = fields["service"] or (named.group(1) if named else "")
    if not service and project is not None:
        service = f"/{project.group(1).strip('/')}/rest/lightfrontaction/getgovinfolist"
    url = join(origin, service) if service else None
    if url is None or guid is None:
        again = page.request is not None and bool(page.request.alternatives)
        return Listing(issues=() if again else ("epoint_site_info_not_found",))
    body = {"deptcode": fields["deptcode"], "categorynum": fields["categorynum"], "siteGuid": guid.group(1)}
    start = PageRequest(
        url,
        method="POST",
        headers=(("Referer", origin), ("X-Requested-With", "XMLHttpRequest")),
        platform=NAME,
        number=1,
        origin=origin,
        state={"body": body},
    )
    forms = [_body(start, index, wrapped=wrapped) for wrapped in (False, True) for index in (0, 1)]
    return Listing(next=(replace(forms[0], alternatives=tuple(forms[1:])),))


def _body(request: PageRequest, index: int, *, wrapped: bool) -> PageRequest:
    body = request.state["body"]
    fields = {
        "deptcode": body["deptcode"],
        "categorynum": body["categorynum"],
        "pageIndex": index,
        "pageSize": _SIZE,
        "siteGuid": body["siteGuid"],
    }
    text = json.dumps({"token": "", "params": fields} if wrapped else fields, ensure_ascii=False)
    return replace(
        request, json=text, state={"body": body, "index": index, "wrapped": wrapped}, alternatives=()
    )


def _answer(page: Page, request: PageRequest) -> Listing:
    try:
        data: Any = json.loads(page.text)
        custom = data["custom"]
        custom = json.loads(custom) if isinstance(custom, str) else custom
        items = custom["data"]
    except (ValueError, KeyError, TypeError):
        # The other form of the body may be the one that is understood.
        return Listing(issues=() if request.alternatives else ("epoint_answer_unreadable",))
    entries = []
    for item in items if isinstance(items, list) else []:
        url = (
            join(request.origin or page.url, str(item.get("infourl") or ""))
            if isinstance(item, dict)
            else None
        )
        if url is not None:
            # Of the two titles one may be cut.
            title = max(str(item.get("realtitle") or ""), str(item.get("title") or ""), key=len)
            entries.append(Entry(url, static.plain(title), str(item.get("infodate") or "") or None))
    declared = str(custom.get("total"))
    total = int(declared) if declared.isdigit() else None
    more = bool(entries) and (total is None or request.number * _SIZE < total)
    if not more:
        return Listing(tuple(entries), total=total)
    index, wrapped = int(request.state["index"]), bool(request.state["wrapped"])
    following = replace(request, number=request.number + 1)
    # Where 0 and 1 are the same page, the second one is 2.
    ahead = (_body(following, index + 2, wrapped=wrapped),) if request.number == 1 and index == 0 else ()
    return Listing(
        tuple(entries),
        (replace(_body(following, index + 1, wrapped=wrapped), alternatives=ahead),),
        total=total,
    )
