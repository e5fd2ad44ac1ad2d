"""The blocks of a page in reading order: paragraphs as a browser shows them, tables, pictures it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from lxml import etree

from extraction.document import Block, Paragraph, Table, UnreadableError
from extraction.readers.html_grid import grid, own_rows
from extraction.readers.html_print import Print
from extraction.readers.html_text import BLOCK, SKIP, all_text, hidden, inline_text, render
from extraction.readers.html_typed import placed, typed_text
from extraction.readers.inner_pictures import InnerPicture, from_uri
from extraction.readers.text import typed_blocks

FILES = re.compile(r"\.(?:pdf|docx?|wps|rtf|xlsx?|et|ofd|zip|rar|7z)(?:$|[?#])|download", re.IGNORECASE)
_ADDRESS = re.compile(r"https?[:：]|www\.|[\w.-]+\.gov\.cn|[\w.-]+@", re.IGNORECASE)
_DEPTH = 200

Held = Mapping[str, Callable[[], bytes]]
"""Pictures that came along with a page (in a saved one), by the address it names them with."""


def holds(element: etree._Element, tag: str) -> bool:
    """Whether an element of a kind stands in another."""
    return next(element.iterdescendants(tag), None) is not None


class Found(NamedTuple):
    """A block, the element it came from, and how many of its characters are links; links to files apart."""

    block: Block
    element: etree._Element
    linked: int = 0
    filed: int = 0


class Walker:
    """Walks an element and finds its blocks."""

    def __init__(
        self,
        tree: etree._ElementTree,
        boxes: dict[etree._Element, Table | None],
        printed: Print,
        *,
        prune: bool,
        pictures: Held | None = None,
        shown: Collection[etree._Element] = (),
    ) -> None:
        """Args: the tree of the paths; its tables made of boxes; its print; whether to drop furniture."""
        self._tree = tree
        self._boxes = boxes
        self._print = printed
        self._doubts = printed.tables()
        self._pictures = pictures or {}
        self._shown = frozenset(shown)
        self._prune = prune
        self._text: list[str] = []
        self._ink: list[tuple[etree._Element, str]] = []
        self._found: list[Found] = []
        self._link: str | None = None
        self._linked = self._filed = 0

    def walk(self, top: etree._Element) -> list[Found]:
        """Blocks of an element in reading order."""
        self._element(top, 0)
        self._flush(top)
        return self._found

    def _flush(self, element: etree._Element, level: int | None = None) -> None:
        if not self._text:
            return
        text = render(self._text)
        self._text.clear()
        ink, self._ink = self._ink, []
        if text.strip() and not self._print.unseen(ink, text, article=not self._prune):
            doubts = self._print.line(ink)
            paragraph = Paragraph(text, self._tree.getpath(element), None, level, doubts)
            self._found.append(Found(paragraph, element, self._linked, self._filed))
        self._linked = self._filed = 0

    def _element(self, element: etree._Element, depth: int) -> None:
        tag = element.tag
        if (typed := typed_text(element)) is not None and (element in self._shown or not hidden(element)):
            self._flush(element)
            blocks = placed(typed_blocks(typed), self._tree.getpath(element))
            self._found += [Found(block, element) for block in blocks]
            return
        unseen = tag in SKIP or hidden(element) or (self._prune and _is_furniture(element))
        if unseen and element not in self._shown:
            return
        if depth > _DEPTH:
            raise UnreadableError("malformed", f"elements nested more than {_DEPTH} deep")
        if tag == "table" or element in self._boxes:
            self._table(element, depth)
            return
        block = tag in BLOCK
        if block:
            parent = element.getparent()
            self._flush(element if parent is None else parent)
        outer = self._link
        if tag == "a" and self._prune:
            self._link = element.get("href") or outer
        self._own_text(element)
        if tag == "img":
            self._picture(element)
        for child in element:
            if isinstance(child.tag, str):
                self._element(child, depth + 1)
            tail = child.tail
            if tail:
                self._text.append(tail)
                if self._print.looked:
                    self._ink.append((element, tail))
                if self._link is not None:
                    self._count(tail)
        self._link = outer
        if block:
            level = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else None
            self._flush(element, level)

    def _own_text(self, element: etree._Element) -> None:
        inline_text(element, self._text)
        if self._print.looked:
            self._ink.append((element, "\n" if element.tag == "br" else element.text or ""))
        if self._link is not None:
            self._count(element.text)

    def _count(self, text: str | None) -> None:
        """Count the characters of a link; one whose text is an address says where something is."""
        bare = "".join((text or "").split())
        if _ADDRESS.match(bare):
            return
        self._linked += len(bare)
        if FILES.search(self._link or ""):
            self._filed += len(bare)

    def _table(self, element: etree._Element, depth: int) -> None:
        self._flush(element)
        if element in self._boxes:
            if (boxed := self._boxes[element]) is not None:
                self._found.append(Found(boxed, element))
            return
        rows = own_rows(element)
        for caption in element.iterchildren("caption"):
            self._element(caption, depth + 1)
        if is_layout(element, rows):
            for row in rows:
                for cell in row:
                    self._element(cell, depth + 1)
                    self._flush(cell)
            return
        cells = grid(rows, self._tree, self._doubts)
        if cells:
            self._found.append(Found(Table(tuple(cells)), element))
        for picture in element.iter("img"):
            self._picture(picture)

    def _picture(self, element: etree._Element) -> None:
        """A picture that the page itself holds; one that it names by address is an attachment."""
        address = element.get("src") or ""
        data = from_uri(address) or self._pictures.get(address)
        if data is not None:
            self._flush(element)
            picture = InnerPicture("", self._tree.getpath(element), data=data)
            self._found.append(Found(picture, element))


def is_layout(table: etree._Element, rows: list[list[etree._Element]]) -> bool:
    """A table that places things on the page instead of holding figures."""
    count = sum(map(len, rows))
    if count <= 1:
        return True
    nested = holds(table, "table")
    if nested:
        holding = sum(holds(cell, "table") for row in rows for cell in row)
        return count <= 12 or holding * 4 >= count
    if count <= 6:
        return any(len(all_text(cell).strip()) > 400 for row in rows for cell in row)
    return False


_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "header", "form"})
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|footer|foot|header|breadcrumb|crumbs?|sidebar|copyright|toolbar|pagination|"
    r"pager|share|search|qrcode|friendlink|links?|location|dqwz|position|top|bottom)(?:$|[\s_-])",
    re.IGNORECASE,
)


_PROSE = 30
"""Characters of a text with a full stop that no menu and no foot of a page has."""


def _is_furniture(element: etree._Element) -> bool:
    """Whether an element is the page's by its name; what holds a table or prose is not, whatever its name."""
    if element.tag not in _FURNITURE_TAGS:
        if element.tag not in {"div", "ul", "section", "td"}:
            return False
        name = f"{element.get('id') or ''} {element.get('class') or ''}"
        if _FURNITURE.search(name) is None:
            return False
    if holds(element, "table"):
        return False
    return not any(len(piece) >= _PROSE and "。" in piece for piece in map(str, element.itertext()))
