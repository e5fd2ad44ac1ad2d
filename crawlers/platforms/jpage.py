"""Hanweb jpage: 江苏 departments, 盐城, 山东, 税务, 内蒙古 and others.

The newest records are embedded in the column page as an XML datastore; further groups come from
``dataproxy.jsp``. Its query is copied from the page, never built: some sites encrypt parts of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.page import Entry, Listing, Page, PageRequest
from crawlers.platforms import static

NAME = "jpage"

_PROXY = re.compile(r"[\"']([^\"'\s]*(?:more)?(?:column)?dataproxy\.jsp(?:\?[^\"']*)?)[\"']", re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>|totalRecord\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_PER_PAGE = re.compile(r"perPage\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_FIELD = re.compile(
    r"\b(col|appid|webid|path|columnid|sourceContentType|unitid|webname|permissiontype)\b"
    r"[\"']?\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|([\w./-]+))"
)
# Sites cut larger groups.
_GROUP = 100


def detect(page: Page) -> bool:
    """Tell by the proxy's address or the embedded datastore."""
    # TrueCMS embeds the same datastore and has a service of its own.
    return "dataproxy.jsp" in page.text or ("<datastore>" in page.text and "getMessage.do" not in page.text)


def _between(text: str, name: str) -> Iterator[str]:
    """Yield what elements hold; plain searching, as lazy patterns crawl on pages of megabytes."""
    place, end = 0, f"</{name}>"
    while (begin := text.find(f"<{name}", place)) >= 0:
        begin += len(name) + 1
        place = begin
        # `<recordset>` begins like `<record>`; `<record id="1">` is one.
        if text[begin : begin + 1] not in {">", " ", "\n", "\t", "\r"}:
            continue
        open_end, stop = text.find(">", begin), text.find(end, begin)
        if not 0 <= open_end < stop:
            return
        yield text[open_end + 1 : stop]
        place = stop + len(end)


def _plain(piece: str) -> str:
    piece = piece.strip()
    if piece.startswith("<![CDATA["):
        return piece[9:].removesuffix("]]>")
    return html.unescape(piece)


def records(page: Page) -> tuple[Entry, ...]:
    """Return the entries of the datastore in a page or an answer."""
    pieces = [_plain(piece) for piece in _between(page.text, "record")]
    origin = page.request.origin if page.request is not None and page.request.origin else page.url
    return static.entries(Page(origin, "<ul>" + "\n".join(pieces) + "</ul>")) if pieces else ()


def _total(page: Page) -> int | None:
    match = _TOTAL.search(page.text)
    return int(match.group(1) or match.group(2)) if match else None


def _next_group(page: Page) -> str | None:
    for piece in _between(page.text, "nextgroup"):
        match = _PROXY.search(_plain(piece))
        if match:
            return html.unescape(match.group(1))
    return None


def _window(url: str, seen: int, total: int | None) -> str:
    """Return the address that asks for the records after `seen` by number, without the page parameter."""
    parts = urlsplit(url)
    query = [
        (k, v)
        for k, v in parse_qsl(parts.query, keep_blank_values=True)
        if k.lower() not in {"page", "startrecord", "endrecord", "perpage"}
    ]
    end = seen + _GROUP if total is None else min(seen + _GROUP, total)
    numbers = [("startrecord", str(seen + 1)), ("endrecord", str(end)), ("perpage", str(_GROUP))]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(numbers + query), ""))


def listing(page: Page) -> Listing:
    """Read a column page with its datastore, or the proxy's answer."""
    request = page.request if page.request is not None and page.request.platform == NAME else None
    found = records(page)
    if request is None and not found:
        # Some sites put the list into the page and leave the datastore empty.
        found = static.entries(page)
    total = _total(page)
    if total is None and request is not None:
        total = request.state.get("total")
    seen = (int(request.state["seen"]) if request is not None else 0) + len(found)
    number = (request.number if request is not None else 1) + 1
    if (total is not None and seen >= total) or (request is not None and not found):
        return Listing(found, total=total)
    origin = (request.origin if request is not None else None) or page.url
    headers = (("Referer", origin), ("X-Requested-With", "XMLHttpRequest"))
    state = {"seen": seen, "total": total}
    # An answer by number may name a next group by page all the same; the two ways are not mixed.
    by_number = (
        request is not None
        and "startrecord=" in request.url
        and "page=" not in request.url.replace("perpage=", "")
    )
    group = None if by_number else _next_group(page)
    url = page.join(group) if group else None
    if url is not None:
        following = PageRequest(
            url,
            headers=headers,
            platform=NAME,
            number=number,
            origin=origin,
            state=state,
            # Where the page parameter is ignored, the records are asked by number.
            alternatives=(_window(url, seen, total),),
        )
        return Listing(found, (following,), total=total)
    if request is not None:
        return Listing(found, _by_number(request, origin, headers, state, number), total=total)
    return Listing(found, _from_script(page, headers, state, number), total=total)


def _by_number(
    request: PageRequest,
    origin: str,
    headers: tuple[tuple[str, str], ...],
    state: dict[str, int | None],
    number: int,
) -> tuple[PageRequest, ...]:
    if state["total"] is None:
        return ()
    return (
        PageRequest(
            _window(request.url, state["seen"] or 0, state["total"]),
            method=request.method,
            form=request.form,
            headers=headers,
            platform=NAME,
            number=number,
            origin=origin,
            state=state,
        ),
    )


def _from_script(
    page: Page, headers: tuple[tuple[str, str], ...], state: dict[str, int | None], number: int
) -> tuple[PageRequest, ...]:
    match = _PROXY.search(page.text)
    url = page.join(html.unescape(match.group(1))) if match else None
    if url is None:
        return ()
    near = page.text[max(0, match.start() - 2000) : match.end() + 2000] if match else ""
    form = tuple(
        {m.group(1): m.group(2) or m.group(3) or m.group(4) or "" for m in _FIELD.finditer(near)}.items()
    )
    return (
        PageRequest(
            _window(url, state["seen"] or 0, state["total"]),
            method="POST" if form else "GET",
            form=form or None,
            headers=headers,
            platform=NAME,
            number=number,
            origin=page.url,
            state=state,
        ),
    )
