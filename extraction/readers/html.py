"""HTML -> Document, with our own span-aware grid.

The body container decides what is report and what is page furniture. Publishing platforms name theirs, and
most pages are read from it alone; on a page without a known container the report's own tables and headings
say where it stands (see `extraction.readers.html_body`). Tables are always read here: a blank cell and a
cell that a span covers must stay different things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from lxml import etree

from extraction.charset import decode
from extraction.document import Block, Document, Fact, Link, ReadIssue, Table, UnreadableError
from extraction.readers.html_boxes import box_tables
from extraction.readers.html_controls import show_controls
from extraction.readers.html_css import MARKS, mark
from extraction.readers.html_facts import page_facts
from extraction.readers.html_grid import own_rows
from extraction.readers.html_print import Print
from extraction.readers.html_script import script_article
from extraction.readers.html_text import all_text
from extraction.readers.html_waiting import has_form, held_article, to_show, waiting_elements
from extraction.readers.html_walk import FILES, Held, Walker, holds
from extraction.readers.inner_pictures import finish

# Body containers of the publishing platforms, best first: (attribute, value).
CONTAINERS: tuple[tuple[str, str], ...] = (
    ("id", "UCAP-CONTENT"), ("id", "ivs_content"), ("class", "trs_editor_view"), ("class", "TRS_UEDITOR"),
    ("class", "TRS_Editor"), ("id", "zoom"), ("id", "zoomcon"), ("id", "webeditorview"),
    ("class", "Article_content"), ("class", "article-content"), ("class", "xxgk_content"),
    ("class", "wzzw-article"), ("id", "mainText"), ("class", "v_news_content"), ("id", "vsb_content"),
    ("class", "GovInfoContent"),
)  # fmt: skip
_RANK = {entry: rank for rank, entry in enumerate(CONTAINERS)}
_MAX_BYTES = 64 * 1024 * 1024
_MAX_CELLS = 200_000
_HELD = 200_000
"""Elements held at most: honest pages have tens of thousands."""


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
    if MARKS.search(text.lower()):  # searched far faster than by patterns that ignore case
        issues = [*issues, *mark(root)]
    if (shown := show_controls(root)) is not None:
        issues = [*issues, shown]
    # Held until the page is read: lxml makes an element anew whenever nobody holds it.
    held = list(islice(root.iter(), _HELD))
    body = root.find("body")
    top = root if body is None else body
    container = find_container(top)
    facts = list(page_facts(root, top, container))
    article = script_article(root) if container is None else None
    page = _Part(root, top, container, text, cells, pictures)
    if article is not None and (inner := page.inner(article[0], article[1])) is not None:
        page, facts = inner, [*article[2], *facts]
    blocks, more, said = page.blocks(facts)
    if waiting := waiting_elements(root):
        opened, left = to_show(waiting, blocks, lambda each: page.blocks(facts, within=each)[0])
        issues = [*issues, *left]
        if opened:
            blocks, more, said = page.blocks(facts, shown=opened)
    markup, waits = held_article(root, blocks)
    inner = page.inner(markup.markup, markup.place) if markup is not None else None
    if inner is not None and has_form((read := inner.blocks(facts))[0]):
        page, (blocks, more, said) = inner, read
    elif markup is not None:
        waits = []
    issues = [*issues, *waits]
    facts += more
    issues = [*issues, *said]
    container = page.container
    links = tuple(_links(container if container is not None else top))
    if _is_cut(data):
        issues = [*issues, ReadIssue("truncated", "warning", "the page ends before </html>")]
    del held
    return finish(Document("text/html", tuple(blocks), tuple(facts), links, tuple(issues)))


class _Part(NamedTuple):
    """A page as it is read, or the markup of an article that stands as text on one.

    Attributes:
        place: of that markup; paths begin there.
    """

    root: etree._Element
    top: etree._Element
    container: etree._Element | None
    text: str
    cells: int
    pictures: Held | None
    place: str = ""

    def inner(self, markup: str, place: str) -> _Part | None:
        """An article that stands as text on this page."""
        root = parse(markup)
        if root is None or markup.count("<t") > _MAX_CELLS:
            return None
        return _Part(root, root, root, markup, 0, self.pictures, place)

    def blocks(
        self,
        facts: list[Fact],
        *,
        shown: Collection[etree._Element] = (),
        within: etree._Element | None = None,
    ) -> tuple[list[Block], list[Fact], list[ReadIssue]]:
        """The blocks of the article, and what further facts and issues came to light.

        Args:
            facts: what the page says about itself.
            shown: elements that are read though a browser hides them at first.
            within: the one element to read instead, whole.
        """
        held = list(islice(self.root.iter(), _HELD))
        lower = self.text.lower()
        printed = Print(self.root, lower)
        boxes = box_tables(self.root, lower, printed)
        whole = within if within is not None else self.container
        walker = Walker(
            self.root.getroottree(),
            boxes,
            printed,
            prune=whole is None,
            pictures=self.pictures,
            shown=shown if within is None else (within,),
        )
        if whole is None:
            from extraction.readers.html_body import page_blocks  # needs what recognises tables and headings

            blocks, more = page_blocks(self.text, walker.walk(self.top), facts, self.cells)
        else:
            blocks, more = [found.block for found in walker.walk(whole)], []
        del held
        if self.place:
            blocks = [_placed(block, self.place) for block in blocks]
        return blocks, more, list(printed.issues.values())


def _placed(block: Block, place: str) -> Block:
    """A block of an article that stands inside a script: its paths count from there."""
    if not isinstance(block, Table):
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
        if any(str(piece).strip() for piece in element.itertext()) or holds(element, "img"):
            best, others = (rank, element), []
    if best is None:
        return None
    chosen = best[1]
    apart = [element for element in others if not any(above is chosen for above in element.iterancestors())]
    if any(_is_big(table) for element in apart for table in element.iter("table")) and holds(chosen, "table"):
        return None
    if not holds(chosen, "table") and any(_is_big(table) for table in top.iter("table")):
        return None
    return chosen


def _is_big(table: etree._Element) -> bool:
    """A table that may be statutory: several rows of its own, one of them with three cells or more."""
    rows = own_rows(table)
    return len(rows) >= 2 and max(map(len, rows), default=0) >= 3 and not holds(table, "table")


def _links(element: etree._Element) -> Iterator[Link]:
    seen: set[str] = set()
    for link in element.iter("a", "img", "embed", "iframe", "object"):
        href = link.get("href") if link.tag == "a" else (link.get("src") or link.get("data"))
        if not href or href in seen or href.startswith(("data:", "javascript:", "#")):
            continue
        if link.tag == "a" and not FILES.search(href):
            continue
        seen.add(href)
        yield Link(
            href.strip(),
            " ".join(all_text(link).split()) or (link.get("alt") or link.get("title") or ""),
        )
