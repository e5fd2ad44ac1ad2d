"""Lists that stand in the page as data or as text of scripts, of any make.

Three forms are read: an array of objects with an address and a title (``var data = [{"title": …}]``,
``<script type="application/json">``), XML items in a script element (``<item><title>…</title><link>…``), and
links that a script writes (``document.write('<li><a href=…')``). What of it is no list gives nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import lxml.etree

from crawlers.page import Entry, Listing, Page
from crawlers.platforms import static

NAME = "embedded"

_ADDRESS = (
    "url",
    "link",
    "href",
    "linkurl",
    "infourl",
    "docpuburl",
    "puburl",
    "path",
    "htmlurl",
    "arturl",
    "pageurl",
)
_TITLE = ("title", "name", "doctitle", "realtitle", "titles", "topic", "subject", "arttitle", "linktitle")
_DATE = (
    "date",
    "pubdate",
    "publishdate",
    "publishtime",
    "pubtime",
    "time",
    "docreltime",
    "createtime",
    "releasetime",
)
_ARRAY = re.compile(r"\[\s*\{")
# Unquoted names and single quotes, as scripts write objects.
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)(\s*:)")
_WRITTEN = re.compile(r"<a\s[^<>]{0,400}href\s*=|&lt;a\s", re.IGNORECASE)
# Arrays of this many characters at most: larger ones are no lists of links.
_LONGEST = 2_000_000


def detect(page: Page) -> bool:
    """Tell by what scripts hold."""
    return any(_WRITTEN.search(text) or _ARRAY.search(text) or "<item" in text for text in scripts(page))


def scripts(page: Page) -> Iterator[str]:
    """Yield the texts of the page's scripts, and a service's whole answer where it is no page."""
    head = page.text.lstrip()[:1]
    if head in {"[", "{"}:
        yield page.text
        return
    for element in page.tree.iter("script", "textarea", "xml"):
        if element.text:
            yield element.text


def listing(page: Page) -> Listing:
    """Read what stands in scripts; further pages are those of a static list."""
    found: dict[str, Entry] = {}
    for text in scripts(page):
        for entry in (*_objects(page, text), *_items(page, text), *_written(page, text)):
            old = found.get(entry.url)
            if old is None or len(entry.title) > len(old.title):
                found[entry.url] = entry
    # A few links in scripts are menus and banners.
    if len(found) < 2 or not any(static.is_entry(entry) for entry in found.values()):
        return Listing()
    shown = static.listing(page)
    for entry in shown.entries:
        found.setdefault(entry.url, entry)
    return Listing(tuple(found.values()), shown.next)


def _objects(page: Page, text: str) -> Iterator[Entry]:
    """Yield the entries of arrays of objects."""
    if len(text) > _LONGEST:
        return
    place = 0
    while (match := _ARRAY.search(text, place)) is not None:
        items, place = _array(text, match.start())
        for item in items:
            entry = _entry(page, item)
            if entry is not None:
                yield entry


def _array(text: str, start: int) -> tuple[list[Any], int]:
    """Return the array that begins at a place, and where to go on."""
    try:
        items, end = json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        end = _closing(text, start)
        piece = _BARE_KEY.sub(r'\1"\2"\3', text[start:end])
        piece = re.sub(r",\s*([\]}])", r"\1", piece)
        try:
            items = json.loads(piece if '"' in text[start:end] else piece.replace("'", '"'))
        except ValueError:
            return [], start + 1
    return (items if isinstance(items, list) else []), end


def _closing(text: str, start: int) -> int:
    depth, quote, place = 0, "", start
    while place < len(text):
        sign = text[place]
        if quote:
            if sign == "\\":
                place += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign == "[":
            depth += 1
        elif sign == "]":
            depth -= 1
            if not depth:
                return place + 1
        place += 1
    return len(text)


def _entry(page: Page, item: Any) -> Entry | None:
    if not isinstance(item, dict):
        return None
    plain = {str(key).lower().replace("_", ""): value for key, value in item.items()}

    def first(names: tuple[str, ...]) -> str:
        return next(
            (str(plain[n]) for n in names if isinstance(plain.get(n), str | int) and plain[n] != ""), ""
        )

    url, title = page.join(first(_ADDRESS)), static.plain(first(_TITLE))
    return Entry(url, title, first(_DATE) or None) if url is not None and title else None


def _items(page: Page, text: str) -> Iterator[Entry]:
    """Yield the entries of XML items."""
    begin, end = text.find("<item"), text.rfind("</item>")
    if begin < 0 or end < begin:
        return
    parser = lxml.etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    tree = lxml.etree.fromstring(f"<list>{text[begin : end + 7]}</list>".encode(), parser)
    if tree is None:
        return
    for item in tree.iter("item"):
        texts = {child.tag: " ".join(str(text) for text in child.itertext()) for child in item}
        fields = {str(tag).lower(): text.strip() for tag, text in texts.items()}
        entry = _entry(page, fields)
        if entry is not None:
            yield entry


def _written(page: Page, text: str) -> Iterator[Entry]:
    """Yield the links that a script writes."""
    if _WRITTEN.search(text) is None:
        return
    plain = text.replace('\\"', '"').replace("\\'", "'").replace("\\/", "/").replace("\\n", " ")
    pieces = re.findall(r"<(?:li|tr|p|div|a)\b.*?</(?:li|tr|p|div|a)>", plain, re.DOTALL | re.IGNORECASE)
    yield from static.entries(Page(page.url, "<ul>" + "\n".join(pieces) + "</ul>"))
