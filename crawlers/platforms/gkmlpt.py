"""gkmlpt 广东省政府信息公开目录: one platform for the whole province.

The index page holds ``_CONFIG`` with the site's SID and the TREE of categories; the lists come as JSON from
``/gkmlpt/api/all/{category}?page=n&sid=SID``, 100 a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from crawlers.page import Entry, Listing, Page, PageRequest, join
from crawlers.titles import normal

NAME = "gkmlpt"

_SID = re.compile(r"\bSID['\"]?\s*:\s*['\"]?(\w+)")
_TREE = re.compile(r"\bTREE['\"]?\s*:\s*(?=\[)")
_REPORTS = re.compile(r"年报|年度报告")
_ESCAPE = re.compile(r"%u([0-9a-fA-F]{4})")
_PAGE_SIZE = 100


def detect(page: Page) -> bool:
    """Tell by the configuration object and its tree."""
    return "_CONFIG" in page.text and "gkmlpt" in page.url + page.text and bool(_TREE.search(page.text))


def _text(value: object) -> str:
    """Undo the ``%uXXXX`` escapes of some sites."""
    text = str(value or "")
    if "%u" not in text:
        return text
    return unquote(_ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text))


def _nodes(tree: list[Any], within: bool = False) -> Iterator[dict[str, Any]]:
    for node in tree:
        if not isinstance(node, dict):
            continue
        mine = within or bool(_REPORTS.search(normal(_text(node.get("name")))))
        if mine:
            yield node
        children = node.get("children")
        if isinstance(children, list):
            yield from _nodes(children, mine)


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.split('/gkmlpt', 1)[0]}/gkmlpt"


def listing(page: Page) -> Listing:
    """Read the index page's tree, or a page of the JSON list."""
    if page.request is not None and page.request.platform == NAME:
        return _answer(page, page.request)
    sid, tree = _SID.search(page.text), _TREE.search(page.text)
    if sid is None or tree is None:
        return Listing(issues=("gkmlpt_configuration_unreadable",))
    try:
        nodes, _ = json.JSONDecoder().raw_decode(page.text, tree.end())
    except ValueError:
        return Listing(issues=("gkmlpt_tree_unreadable",))
    columns: list[Entry] = []
    requests: list[PageRequest] = []
    for node in _nodes(nodes):
        name = _text(node.get("name"))
        jump = str(node.get("jump_url") or "")
        url = page.join(jump) if jump else None
        if url is not None:
            columns.append(Entry(url, name))
        elif node.get("id") is not None:
            requests.append(_request(page.url, str(node["id"]), sid.group(1), 1, name))
    return Listing(next=tuple(requests), columns=tuple(columns))


def _request(origin: str, category: str, sid: str, number: int, name: str) -> PageRequest:
    return PageRequest(
        f"{_base(origin)}/api/all/{category}?page={number}&sid={sid}",
        platform=NAME,
        number=number,
        origin=origin,
        state={"category": category, "sid": sid, "name": name},
        # Some sites answer 404 behind the first page: that is the list's end, no error.
        trial=number > 1,
        column=True,
    )


def _answer(page: Page, request: PageRequest) -> Listing:
    try:
        data = json.loads(page.text)
        articles = data["articles"]
    except (ValueError, KeyError, TypeError):
        return Listing(issues=("gkmlpt_answer_unreadable",))
    state = request.state
    entries = []
    for article in articles if isinstance(articles, list) else []:
        link = _text(article.get("url") or article.get("post_url"))
        url = join(page.url, link) if link else None
        if url is not None:
            date = str(article.get("display_publish_time") or article.get("date") or "") or None
            entries.append(Entry(url, _text(article.get("title")), date, state["name"]))
    declared = str(data.get("total") or (data.get("classify") or {}).get("post_count"))
    total = int(declared) if declared.isdigit() else None
    more = bool(entries) and total is not None and request.number * _PAGE_SIZE < total
    following = _request(
        request.origin or page.url, state["category"], state["sid"], request.number + 1, state["name"]
    )
    return Listing(tuple(entries), (following,) if more else (), total=total)
