"""Articles that wait on a page to be shown: a script of the page puts them where a reader sees them.

They stand in hidden elements, in ``<template>`` and ``<noscript>``, as markup in the text of an element
(``<textarea>``, ``<xmp>``, ``<script type="text/html">``, ``srcdoc``), or as a string of a script: in JSON,
in an assignment, as an argument of ``html(…)`` and ``document.write(…)``. Such an article is read where the
page shows no table of a report; of several that differ nothing tells which one is shown, and none is read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from extraction.dates import title_years
from extraction.document import Block, Document, ReadIssue, Table
from extraction.normalise import squeeze
from extraction.readers.html_text import all_text, hidden
from extraction.text_lines import text_lines

_WORDS = re.compile(
    r"自然人|\\u81ea\\+u7136\\+u4eba|%u81ea%u7136%u4eba|%E8%87%AA%E7%84%B6%E4%BA%BA|&#(?:33258|x81ea);",
    re.IGNORECASE,
)
"""What every table of requests has in its head, as written in markup and in strings."""
_HELD = frozenset({"template", "noscript"})
_RAW = ("textarea", "xmp", "script", "iframe")
_STRINGS = (
    re.compile(r'(?<=[=:(,\[+\s])"((?:[^"\\]++|\\.)*+)"(?=\s*[;,)\]}+]|\s*$)', re.DOTALL),
    re.compile(r"(?<=[=:(,\[+\s])'((?:[^'\\]++|\\.)*+)'(?=\s*[;,)\]}+]|\s*$)", re.DOTALL),
    re.compile(r"(?<=[=:(,\[+\s])`((?:[^`\\]++|\\.)*+)`", re.DOTALL),
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.DOTALL)
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})")
_MARKUP = re.compile(r"<t[dr]\b", re.IGNORECASE)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": ""}
_WAITS = ReadIssue("article_waits", "note", "the article stands in a script of the page")
_HIDDEN = ReadIssue("article_waits", "warning", "the article stands in a part of the page hidden at first")
_LEFT_OUT = ReadIssue("hidden_text", "warning", "tables in a hidden part of the page are left out")
_ROUNDS = 3
_LONGEST = 8_000_000
PLACE = "#held"
"""In a path: behind the element that holds markup, before the number of its string and the path in that."""


class Markup(NamedTuple):
    """Markup that an element holds as text, and the place of it: paths in it begin there."""

    markup: str
    place: str


def waiting_elements(root: etree._Element) -> list[etree._Element]:
    """The outermost elements that a browser does not show and whose text has a table of a report."""
    out: list[etree._Element] = []
    found = root.xpath("//template | //noscript | //*[@hidden or @style]")
    assert isinstance(found, list)
    for element in found:
        if not etree.iselement(element) or (element.tag not in _HELD and not hidden(element)):
            continue
        if element.tag in {"td", "th", "tr"} or any(above in out for above in element.iterancestors()):
            continue
        if next(element.iterdescendants("table"), None) is not None and _WORDS.search(all_text(element)):
            out.append(element)
    return out


def held_markup(root: etree._Element) -> list[Markup]:
    """The markup with a table of a report that elements of the page hold as text."""
    out = []
    for element in root.iter(*_RAW):
        text = str((element.get("srcdoc") if element.tag == "iframe" else element.text) or "")
        if len(text) > _LONGEST or not _WORDS.search(text):
            continue
        place = element.getroottree().getpath(element)
        out += [
            Markup(markup, f"{place}{PLACE}{number}")
            for number, markup in enumerate(strings_of(element))
            if _WORDS.search(markup)
        ]
    return out


def strings_of(element: etree._Element) -> list[str]:
    """The markup in the text of an element: the text itself, or the strings of a script that are markup."""
    if element.tag == "iframe":
        return [element.get("srcdoc") or ""]
    text = element.text or ""
    kind = (element.get("type") or "").lower()
    if element.tag != "script" or "html" in kind or "template" in kind:
        markup = text if _MARKUP.search(text) else html.unescape(text)
        return [markup] if _MARKUP.search(markup) else []
    return [plain for string in _strings(text) if (plain := _plain(string)) is not None]


def held_article(root: etree._Element, blocks: list[Block]) -> tuple[Markup | None, list[ReadIssue]]:
    """The one article that elements of a page hold as text, where the page shows no table of the forms."""
    found = held_markup(root)
    if not found or has_form(blocks):
        return None, []
    said = {squeeze(re.sub(r"<[^>]{0,2000}>", "", each.markup)) for each in found}
    return (found[0], [_WAITS]) if len(said) == 1 else (None, [_LEFT_OUT])


def to_show(
    waiting: list[etree._Element], blocks: list[Block], read: Callable[[etree._Element], list[Block]]
) -> tuple[list[etree._Element], list[ReadIssue]]:
    """Which hidden elements are to be read too, and what is to be said of that.

    All, where the page shows no table of the forms. Otherwise those with the report of another year: the
    other tabs of a page. What repeats the tables that are shown (for small screens) is left out in silence.

    Args:
        waiting: the hidden elements.
        blocks: what the page shows.
        read: gives the blocks of an element.
    """
    if not has_form(blocks):
        return waiting, [_HIDDEN]
    years, tables = _years(blocks), _tables(blocks)
    shown = []
    left = False
    for element in waiting:
        own = read(element)
        found = _years(own)
        if found and not found & years and has_form(own):
            shown.append(element)
            years |= found
        else:
            left = left or not _tables(own) <= tables
    return shown, [_LEFT_OUT] if left else []


def _years(blocks: list[Block]) -> set[int]:
    """The years of the reports that titles among some blocks name."""
    from extraction.titles import as_title  # which needs what readers give

    lines = text_lines(Document("text/html", tuple(blocks)))
    return {years[0] for line in lines if (title := as_title(line.bare)) and (years := title_years(title))}


def _tables(blocks: list[Block]) -> set[str]:
    return {
        squeeze("|".join(cell.text for cell in block.cells)) for block in blocks if isinstance(block, Table)
    }


def has_form(blocks: Iterable[Block]) -> bool:
    """Whether one of the blocks is a table of the forms."""
    from extraction.readers.html_body import form_of  # needs what recognises tables

    return any(isinstance(block, Table) and form_of(block) is not None for block in blocks)


def _strings(text: str) -> Iterator[str]:
    for pattern in _STRINGS:
        for match in pattern.finditer(text):
            if _WORDS.search(match[1]):
                yield match[1]


def _plain(string: str) -> str | None:
    """A string as markup: the escapes of scripts, addresses and entities undone, however often written."""
    for _ in range(_ROUNDS):
        string = _ESCAPE.sub(_escaped, string)
        if not _MARKUP.search(string) and re.search(r"%(?:u00)?3c", string, re.IGNORECASE):
            string = _percent(string)
        if not _MARKUP.search(string) and "&lt;" in string:
            string = html.unescape(string)
        if _MARKUP.search(string) and not re.search(r"\\u[0-9a-fA-F]{4}|=\\[\"']", string):
            return string
    return None


def _escaped(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        return chr(int(code, 16))
    return "" if match[3] else _NAMED.get(match[4], match[4])


def _percent(string: str) -> str:
    if "%u" in string:
        return _PERCENT_U.sub(lambda match: chr(int(match[1] or match[2], 16)), string)
    return unquote(string, errors="replace")


def markup_at(root: etree._Element, path: str) -> tuple[str, str] | None:
    """The markup that a path leads into, and the path in it; None for a path in the page itself."""
    holder, held, rest = path.partition(PLACE)
    number, slash, inner = rest.partition("/")
    if not held or not number.isdigit():
        return None
    found = root.getroottree().xpath(holder)
    element = found[0] if isinstance(found, list) and found else None
    strings = strings_of(element) if etree.iselement(element) else []
    return (strings[int(number)], slash + inner) if int(number) < len(strings) else None
