"""Answers that are no answers: challenges, bans, soft 404s. Recorded, never circumvented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from crawlers.page import decode, parse_html, squeeze

_HEAD = 8192
# Longer pages with such words are real pages that mention them.
_MAX_SOFT_404 = 2048
_SOFT_404 = re.compile(
    r"找不到|页面不存在|不存在或已|已被删除|已删除|无法找到|没有找到|您访问的(?:页面|内容|信息|网页)|(?<!\d)404(?!\d)|not\s*found|页面已失效|栏目不存在",
    re.IGNORECASE,
)
# A challenge or a block page has fewer links.
_LINKS = 10
# Stubs of 13 bytes and the like: less than any page with a list or a report.
_MIN_PAGE = 32


@dataclass(frozen=True, slots=True)
class _Rule:
    wall: str
    status: frozenset[int]
    body: tuple[str, ...]
    header: tuple[str, ...]
    limit: int | None

    def matches(self, status: int, headers: Mapping[str, str], head: str, size: int) -> str | None:
        """Return the marker that shows the wall, None where this is not it."""
        if status not in self.status or (self.limit is not None and size > self.limit):
            return None
        shown = f"status {status}"
        if self.body:
            marker = next((m for m in self.body if m.lower() in head), None)
            if marker is None:
                return None
            shown += f", {marker!r}"
        if self.header:
            name = next((h for h in self.header if h.lower() in headers), None)
            if name is None:
                return None
            shown += f", header {name}"
        return shown


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall that was met.

    Attributes:
        name: which one.
        marker: what showed it.
    """

    name: str
    marker: str


@cache
def _rules() -> tuple[_Rule, ...]:
    data = yaml.safe_load((files("crawlers") / "walls.yaml").read_text("utf-8"))
    return tuple(
        _Rule(
            rule["wall"],
            frozenset(rule["status"]),
            tuple(rule.get("body", ())),
            tuple(rule.get("header", ())),
            rule.get("max"),
        )
        for rule in data
    )


def recognise(status: int, headers: Mapping[str, str], body: bytes) -> Wall | None:
    """Return the wall that an answer is, None if it is none.

    Args:
        status: HTTP status.
        headers: response headers, names in lower case.
        body: decoded of its content encoding.
    """
    head = decode(body[:_HEAD], headers.get("content-type", "")).lower()
    # Sites behind some walls carry their scripts in every page; a page with links has been let through.
    if 200 <= status < 300 and head.count("<a ") > _LINKS:
        return None
    for rule in _rules():
        marker = rule.matches(status, headers, head, len(body))
        if marker is not None:
            return Wall(rule.wall, marker)
    return None


def hollow(body: bytes, content_type: str = "") -> str | None:
    """Return what is wrong with the body of a good status: ``empty``, ``soft_404``; None if nothing is.

    Only pages are judged; a file is judged by its type.
    """
    if not body.strip():
        return "empty"
    text = decode(body, content_type) if len(body) <= _MAX_SOFT_404 else ""
    if not text or text.lstrip().startswith(("{", "[")) or "<record" in text or "<datastore" in text:
        return None
    if len(body) < _MIN_PAGE and "<" not in text:
        return "soft_404"
    tree = parse_html(text)
    if tree.find(".//a[@href]") is not None and len(tree.findall(".//a[@href]")) > 3:
        return None
    words = squeeze(tree.text_content())
    return "soft_404" if _SOFT_404.search(words) else None
