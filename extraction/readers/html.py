"""HTML -> Document, with our own span-aware grid.

The body container decides what is report and what is page furniture. Publishing platforms name theirs, and
most pages are read from it alone; on a page without a known container the report's own tables and headings
say where it stands (see `extraction.readers.html_body`). Tables are always read here: a blank cell and a
cell that a span covers must stay different things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from lxml import etree

from extraction.charset import decode
from extraction.document import Block, Document, Link, Paragraph, ReadIssue, Table, UnreadableError
from extraction.readers.html_boxes import box_tables
from extraction.readers.html_controls import show_controls
from extraction.readers.html_css import MARKS, mark
from extraction.readers.html_facts import page_facts
from extraction.readers.html_grid import grid, own_rows
from extraction.readers.html_print import Print
from extraction.readers.html_script import script_article
from extraction.readers.html_text import BLOCK, SKIP, all_text, hidden, inline_text, render
from extraction.readers.inner_pictures import InnerPicture, finish, from_uri

# Body containers of the publishing platforms, best first: (attribute, value).
CONTAINERS: tuple[tuple[str, str], ...] = (
    ("id", "UCAP-CONTENT"), ("id", "ivs_content"), ("class", "trs_editor_view"), ("class", "TRS_UEDITOR"),
    ("class", "TRS_Editor"), ("id", "zoom"), ("id", "zoomcon"), ("id", "webeditorview"),
    ("class", "Article_content"), ("class", "article-content"), ("class", "xxgk_content"),
    ("class", "wzzw-article"), ("id", "mainText"), ("class", "v_news_content"), ("id", "vsb_content"),
    ("class", "GovInfoContent"),
)  # fmt: skip
_RANK = {entry: rank for rank, entry in enumerate(CONTAINERS)}
_FILES = re.compile(r"\.(?:pdf|docx?|wps|rtf|xlsx?|et|ofd|zip|rar|7z)(?:$|[?#])|download", re.IGNORECASE)
_ADDRESS = re.compile(r"https?[:：]|www\.|[\w.-]+\.gov\.cn|[\w.-]+@", re.IGNORECASE)
_MAX_BYTES = 64 * 1024 * 1024
_MAX_CELLS = 200_000
_HELD = 200_000
"""Elements held at most: honest pages have tens of thousands."""
_DEPTH = 200


Held = Mapping[str, Callable[[], bytes]]
"""Pictures that came along with a page (in a saved one), by the address it names them with."""


def read(
    data: bytes, *, url: str | None = None, charset: str | None = None, pictures: Held | None = None
) -> Document:
    """Read an HTML page.

    Args:
        data: the bytes as received.
        url: its address, not used but part of every reader.
        charset: what the transport declared.
        pictures: what came along with it.

    Raises:
        UnreadableError: empty, or too large.
    """
    del url
    if len(data) > _MAX_BYTES:
        raise UnreadableError("too_large", f"{len(data)} bytes of HTML")
    text, issues = decode(data, charset)
    root = parse(text)
    if root is None:
        raise UnreadableError("empty", "no element in the page")
    cells = int(str(root.xpath("count(//td | //th)")).partition(".")[0])
    if cells > _MAX_CELLS:
        raise UnreadableError("too_large", "tables of more cells than any report has")
    lower = text.lower()  # searched far faster than by patterns that ignore case
    if MARKS.search(lower):
        issues = [*issues, *mark(root)]
    if (shown := show_controls(root)) is not None:
        issues = [*issues, shown]
    # Held until the page is read: lxml makes an element anew whenever nobody holds it.
    held = list(islice(root.iter(), _HELD))
    body = root.find("body")
    top = root if body is None else body
    container = find_container(top)
    facts = list(page_facts(root, top, container))
    place = ""
    if container is None and (article := script_article(root)) is not None:
        content, place, more = article
        inner = parse(content)
        if inner is not None:
            root = container = inner
            held = list(islice(root.iter(), _HELD))
            text, lower = content, content.lower()
            facts = [*more, *facts]
    printed = Print(root, lower)
    boxes = box_tables(root, lower, printed)
    if container is None:
        from extraction.readers.html_body import page_blocks  # needs what recognises tables and headings

        blocks, more = page_blocks(
            text,
            Walker(root.getroottree(), boxes, printed, prune=True, pictures=pictures).walk(top),
            facts,
            cells,
        )
        facts += more
    else:
        blocks = [
            found.block
            for found in Walker(root.getroottree(), boxes, printed, prune=False, pictures=pictures).walk(
                container
            )
        ]
        if place:
            blocks = [_placed(block, place) for block in blocks]
    issues = [*issues, *printed.issues.values()]
    links = tuple(_links(container if container is not None else top))
    if _is_cut(data):
        issues = [*issues, ReadIssue("truncated", "warning", "the page ends before </html>")]
    del held
    return finish(Document("text/html", tuple(blocks), tuple(facts), links, tuple(issues)))


def _placed(block: Block, place: str) -> Block:
    """A block of an article that stands inside a script: its paths count from there."""
    if isinstance(block, Paragraph):
        return replace(block, path=f"{place}{block.path}")
    return Table(tuple(replace(cell, path=f"{place}{cell.path}") for cell in block.cells), exact=block.exact)


def parse(text: str) -> etree._Element | None:
    """The element tree of a page, or None where there is no element at all."""
    # lxml.etree and not lxml.html, whose elements are made by a Python function, one by one.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return etree.fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser)


def _is_cut(data: bytes) -> bool:
    return (
        b"<html" in data[:2048].lower()
        and b"</html" not in data[-4096:].lower()
        and b"</body" not in data[-65536:].lower()
    )


def find_container(top: etree._Element) -> etree._Element | None:
    """The element that holds the article, where a platform names it; None when its tables stand elsewhere.

    Nor where several of one name hold tables: the page joins articles, and the first is not all of it.
    """
    best: tuple[int, etree._Element] | None = None
    others: list[etree._Element] = []
    for element in top.iter("div", "td", "section", "article", "ucapcontent"):
        named, classes = element.get("id"), element.get("class")
        if named is None and classes is None:
            continue
        ranks = [_RANK.get(("id", named or ""))]
        ranks += [_RANK.get(("class", name)) for name in (classes or "").split()]
        rank = min((rank for rank in ranks if rank is not None), default=None)
        if rank is None or (best is not None and rank > best[0]):
            continue
        if best is not None and rank == best[0]:
            others.append(element)
            continue
        if any(str(piece).strip() for piece in element.itertext()) or _holds(element, "img"):
            best, others = (rank, element), []
    if best is None:
        return None
    chosen = best[1]
    apart = [element for element in others if not any(above is chosen for above in element.iterancestors())]
    if any(_is_big(table) for element in apart for table in element.iter("table")) and _holds(
        chosen, "table"
    ):
        return None
    if not _holds(chosen, "table") and any(_is_big(table) for table in top.iter("table")):
        return None
    return chosen


def _holds(element: etree._Element, tag: str) -> bool:
    return next(element.iterdescendants(tag), None) is not None


def _is_big(table: etree._Element) -> bool:
    """A table that may be statutory: several rows of its own, one of them with three cells or more."""
    rows = own_rows(table)
    return len(rows) >= 2 and max(map(len, rows), default=0) >= 3 and not _holds(table, "table")


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
    ) -> None:
        """Args: the tree of the paths; its tables made of boxes; its print; whether to drop furniture."""
        self._tree = tree
        self._boxes = boxes
        self._print = printed
        self._doubts = printed.tables()
        self._pictures = pictures or {}
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
        if tag in SKIP or hidden(element) or (self._prune and _is_furniture(element)):
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
        if _FILES.search(self._link or ""):
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
    nested = _holds(table, "table")
    if nested:
        holding = sum(_holds(cell, "table") for row in rows for cell in row)
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
    if _holds(element, "table"):
        return False
    return not any(len(piece) >= _PROSE and "。" in piece for piece in map(str, element.itertext()))


def _links(element: etree._Element) -> Iterator[Link]:
    seen: set[str] = set()
    for link in element.iter("a", "img", "embed", "iframe", "object"):
        href = link.get("href") if link.tag == "a" else (link.get("src") or link.get("data"))
        if not href or href in seen or href.startswith(("data:", "javascript:", "#")):
            continue
        if link.tag == "a" and not _FILES.search(href):
            continue
        seen.add(href)
        yield Link(
            href.strip(),
            " ".join(all_text(link).split()) or (link.get("alt") or link.get("title") or ""),
        )
