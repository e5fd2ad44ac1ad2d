"""Pages without a known body container.

trafilatura says what is prose, our walk keeps the order and the tables. It drops or flattens statutory
tables and sometimes headings, so its text is only a yardstick: the article reaches from the first to the last
block that it kept (tables with figures count as kept). Everything between them stays, everything outside is
page furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from extraction.document import Block, Fact, Paragraph, Table
from extraction.normalise import squeeze
from extraction.readers.html_text import all_text
from extraction.readers.inner_pictures import InnerPicture, is_small
from extraction.values import is_figure

MANY_CELLS = 1_000
"""Cells of a page whose tables are kept from trafilatura: the statutory tables have about 300."""

_DATA_CELLS = 20
_SHORTEST = 6
_YEAR = re.compile(r"20[0-9]{2}|二[〇零○O0]")
_SPANS = re.compile(r"\b(?:col|row)span\s*=\s*(?:\"[^\">]{0,40}\"|'[^'>]{0,40}'|[^\s>]{1,40})", re.IGNORECASE)


def main_blocks(html: str, walked: Iterable[tuple[Block, etree._Element]]) -> tuple[list[Block], list[Fact]]:
    """The blocks of the article, and the title and date that trafilatura found."""
    import trafilatura  # 100 times slower than the pages that do not need it

    blocks = [(block, element) for block, element in walked if not _is_link_list(block, element)]
    # Without spans, which it would write out as cells (colspan=100000 too); the tables are ours anyway.
    bare = _SPANS.sub("", html)
    found = trafilatura.bare_extraction(bare, include_comments=False, favor_recall=True, with_metadata=True)
    assert not isinstance(found, dict)
    text = squeeze(found.text or "") if found is not None else ""
    facts = []
    if found is not None:
        facts = [
            Fact(f"trafilatura:{name}", value, "trafilatura")
            for name, value in (("title", found.title), ("date", found.date))
            if value
        ]
    kept = [i for i, (block, _) in enumerate(blocks) if _is_kept(block, text)]
    if not kept:
        return [block for block, _ in blocks], facts
    first = kept[0]
    # trafilatura takes the article's title out of the text. A heading with a year, right above the first
    # prose, is such a title; one without is the name of a column or of a box beside the article.
    while first > 0 and _is_title(blocks[first - 1][0]):
        first -= 1
    return [block for block, _ in blocks[first : kept[-1] + 1]], facts


def without_tables(html: str) -> str:
    """The page without its tables of data: they cost trafilatura far more than their length, and are ours."""
    root = etree.fromstring(html.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8"))
    if root is None:
        return html
    for table in list(root.iter("table")):
        parent = table.getparent()
        cells = sum(1 for _ in table.iter("td", "th"))
        if parent is None or cells <= _DATA_CELLS or next(table.iterdescendants("table"), None) is not None:
            continue
        tail = table.tail
        table.clear()
        table.tail = tail
    return etree.tostring(root, encoding="unicode", method="html")


def _is_kept(block: Block, text: str) -> bool:
    if isinstance(block, Table):
        return block.height > 2 and block.width > 1 and any(is_figure(cell.text) for cell in block.cells)
    if isinstance(block, InnerPicture):
        return not is_small(block.head())
    bare = squeeze(block.text)
    return len(bare) >= _SHORTEST and bare in text


def _is_title(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.level is not None and bool(_YEAR.search(block.text))


def _is_link_list(block: Block, element: etree._Element) -> bool:
    """A paragraph that is mostly links is navigation."""
    if not isinstance(block, Paragraph):
        return False
    length = len(squeeze(block.text))
    linked = sum(len(squeeze(all_text(link))) for link in element.iter("a"))
    return length > 0 and linked * 10 >= length * 8 and length < 200 and linked > 0
