"""Pages without a known body container.

The report says itself where it stands: its statutory tables and the headings of its sections are found by
what they say, as everywhere else. Everything between the first and the last of them is the report, but for
lists of links. Before the first it reaches up to its title; behind the last, down to the first list of links
or line of the page (counter, button, foot), without what then hangs behind its prose and its signature.

trafilatura says what is prose only where a page has neither, and is asked for the date where the page prints
one that nothing explains. (A title that neither the page's facts nor its text have is nowhere else either.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from extraction.agency import title_agency
from extraction.dates import is_date_line
from extraction.document import Block, Document, Fact, Paragraph, Table
from extraction.forms import LISTS, forms
from extraction.normalise import squeeze
from extraction.publication import published_dates, stray_dates
from extraction.readers.html_walk import Found
from extraction.readers.inner_pictures import InnerPicture, is_small
from extraction.sections import is_page_line, is_sentence, is_signature, landmarks
from extraction.segments import head_kind
from extraction.text_lines import TextLine, text_lines
from extraction.titles import is_document_number, text_titles
from extraction.values import is_figure

MANY_CELLS = 1_000
"""Cells of a page whose tables are kept from trafilatura: the statutory tables have about 300."""

_DATA_CELLS = 20
_SHORTEST = 6
_LIST_ROWS = 5
_FEW_HEADINGS = 2
_LONGEST_MENU = 200
_LETTER_HEAD = 3
"""Blocks above a title that may be the head of an official letter."""
_YEAR = re.compile(r"20[0-9]{2}|二[〇零○O0]")
_HEADING = re.compile(r"[一二三四五六七八九十]{1,2}[、.]")
_DATED = re.compile(r"[\[(]?20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?[\])]?")
_ENUMERATED = re.compile(r"[（(]?(?:[一二三四五六七八九十]{1,2}|[0-9]{1,2})[)）、.．]|附[件表：:]|无$")
_SPANS = re.compile(r"\b(?:col|row)span\s*=\s*(?:\"[^\">]{0,40}\"|'[^'>]{0,40}'|[^\s>]{1,40})", re.IGNORECASE)


def page_blocks(
    html: str, walked: Sequence[Found], facts: Sequence[Fact], cells: int
) -> tuple[list[Block], list[Fact]]:
    """The blocks of the article on a page, and what trafilatura found out about it where it was needed.

    Args:
        html: the page.
        walked: its blocks.
        facts: what the page says about itself.
        cells: how many table cells it has.
    """
    links = _link_lists(walked)
    own = _own_blocks(walked, links)
    if own is None:
        plain = html if cells <= MANY_CELLS else without_tables(html)
        return _prose(plain, [found.block for found in walked if not _is_menu(found)])
    document = Document("text/html", tuple(own))
    return own, _asked(html, [(fact.name.lower(), fact.value) for fact in facts], text_lines(document))


# -- what the report's own tables and headings say ----------------------------------------------------------


def _own_blocks(walked: Sequence[Found], links: frozenset[int]) -> list[Block] | None:
    """The report's blocks, or None where the page has neither its tables nor its headings."""
    lines = text_lines(Document("text/html", tuple(found.block for found in walked)), links)
    statutory = {i: kind for i, found in enumerate(walked) if (kind := form_of(found.block))}
    tables: dict[str, int] = {}
    for i, kind in statutory.items():
        tables.setdefault(kind, i)
    heads = landmarks(lines, tables)
    if not statutory and len(set(heads.values())) < _FEW_HEADINGS:
        return None
    places = [*statutory, *(lines[number].block for number in heads)]
    first, last = min(places), max(places)
    begin = _begin(walked, links, lines, first)
    end = _end(walked, links, last)
    kept = [i for i in range(begin, end + 1) if i not in links]
    return [walked[i].block for i in kept if not (i > first and _is_page(walked[i].block))]


def form_of(block: Block) -> str | None:
    """What table of the forms a table is, by its heads or by its rows."""
    if not isinstance(block, Table):
        return None
    for cells in block.rows:
        texts = [cell.text for cell in cells if squeeze(cell.text)]
        if len(texts) > 1 and (kind := head_kind(texts)) is not None:
            return kind
    for kind in LISTS:
        form = forms()[kind]
        if sum(any(form.worded(cell.text) for cell in cells) for cells in block.rows) >= _LIST_ROWS:
            return kind
    return None


def _begin(walked: Sequence[Found], links: frozenset[int], lines: list[TextLine], first: int) -> int:
    """The block of the title above the first landmark; without one, where the page's own lines end.

    The nearest title with a year and a name before others: one printed over two lines begins with the name.
    """
    above = [line for line in lines if line.block <= first]
    titles = [
        (bool(_YEAR.search(title)), title_agency(title) is not None, above[number].block)
        for number, title, _ in text_titles(above, links)
    ]
    if titles:
        begin = max(titles)[-1]
        for i in range(begin - 1, max(begin - _LETTER_HEAD, 0) - 1, -1):
            if i in links or _is_page(walked[i].block):
                break
            if is_document_number(getattr(walked[i].block, "text", "")):
                return i
        return begin
    begin = first
    for i in range(first - 1, -1, -1):
        if i in links or _is_page(walked[i].block):
            break
        begin = i
    return begin


def _end(walked: Sequence[Found], links: frozenset[int], last: int) -> int:
    """The last block of the report: its prose behind the last landmark, and its signature."""
    end = last
    signed = False
    for i in range(last + 1, len(walked)):
        found = walked[i]
        if i in links:
            if 2 * found.filed < found.linked:
                break
            continue
        if _is_page(found.block):
            break
        if isinstance(found.block, Paragraph):
            said = [line for line in found.block.text.split("\n") if squeeze(line)]
            signs = end in {i - 1, last} or signed
            signed = signs and is_signature(said[-1])
            if (
                any(map(_is_prose, said))
                or signed
                or (i == last + 1 and not isinstance(walked[last].block, Table))
            ):
                end = i
        elif _is_kept(found.block, ""):
            end = i
    return end


def _is_prose(line: str) -> bool:
    bare = squeeze(line)
    return is_sentence(line) or is_date_line(line) or _ENUMERATED.match(bare) is not None


def _is_page(block: Block) -> bool:
    """Whether a block is lines of the page and nothing else."""
    if not isinstance(block, Paragraph):
        return False
    lines = [line for line in block.text.split("\n") if squeeze(line)]
    return bool(lines) and all(map(is_page_line, lines))


def _link_lists(walked: Sequence[Found]) -> frozenset[int]:
    """The paragraphs that are links and little else: navigation.

    A heading that is a link itself is none: it stands between text, or text follows it and it does not come
    again, as an entry of a table of contents does.
    """
    links = {i for i, found in enumerate(walked) if _is_link_list(found)}
    said = [squeeze(getattr(found.block, "text", "")) for found in walked]
    heads = {
        i
        for i in links
        if i + 1 not in links
        and _HEADING.match(said[i])
        and (i - 1 not in links or said[i] not in said[i + 1 :])
    }
    return frozenset(links - heads)


def _is_link_list(found: Found) -> bool:
    if not isinstance(found.block, Paragraph) or not found.linked:
        return False
    bare = _DATED.sub("", squeeze(found.block.text))
    return found.linked * 10 >= len(bare) * 8 and not ("。" in bare and is_sentence(bare))


def _is_menu(found: Found) -> bool:
    """As a link list, but entries with a date stay: they may be what a column's index lists."""
    length = len(squeeze(getattr(found.block, "text", "")))
    return 0 < length < _LONGEST_MENU and found.linked > 0 and found.linked * 10 >= length * 8


# -- what trafilatura says ----------------------------------------------------------------------------------


def _asked(html: str, facts: list[tuple[str, str]], lines: list[TextLine]) -> list[Fact]:
    """The date by trafilatura, where nothing says which of the dates printed is that of publication."""
    if not stray_dates(lines) or any(certain for _, _, certain in published_dates(facts, lines)):
        return []
    import trafilatura  # slow to import, and most pages do not need it

    found = trafilatura.extract_metadata(_SPANS.sub("", html))
    return [Fact("trafilatura:date", found.date, "trafilatura")] if found.date else []


def _prose(html: str, blocks: list[Block]) -> tuple[list[Block], list[Fact]]:
    """The article of a page without tables and headings: first to last block that trafilatura kept."""
    import trafilatura  # slow to import, and most pages do not need it

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
    kept = [i for i, block in enumerate(blocks) if _is_kept(block, text)]
    if not kept:
        return blocks, facts
    first = kept[0]
    # trafilatura takes the article's title out of the text. A heading with a year, right above the first
    # prose, is such a title; one without is the name of a column or of a box beside the article.
    while first > 0 and _is_title(blocks[first - 1]):
        first -= 1
    return blocks[first : kept[-1] + 1], facts


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
