"""Walking a Word document's XML: children with their paths, and the cells that need no more than a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from lxml import etree

from extraction.readers.word_numbering import W
from extraction.readers.word_styles import Style
from extraction.readers.word_text import TRANSPARENT, child_of, first_child, plain_run

_P, _P_PROPERTIES, _TC_PROPERTIES, _VALUE = f"{W}p", f"{W}pPr", f"{W}tcPr", f"{W}val"
MAX_SPAN = 1_000
"""Word itself stops at 63 columns; a larger span is damage or malice."""
_RUN, _P_STYLE, _NUMBERED = f"{W}r", f"{W}pStyle", f"{W}numPr"


def children(container: etree._Element, path: str) -> Iterator[tuple[etree._Element, str]]:
    """Element children with their XPath."""
    counts: dict[object, int] = {}
    for child in container:
        tag = child.tag
        count = counts[tag] = counts.get(tag, 0) + 1
        yield child, f"{path}/{_step(tag)}[{count}]"


@lru_cache(maxsize=512)
def _step(tag: object) -> str:
    """An element's name in a path."""
    name = str(tag)
    return f"w:{name[len(W) :]}" if name.startswith(W) else f"mc:{name.rpartition('}')[2]}"


def flatten(container: etree._Element, path: str, wanted: str) -> Iterator[tuple[etree._Element, str]]:
    """Rows of a table or cells of a row, also those wrapped in content controls or custom XML."""
    for child, here in children(container, path):
        if child.tag == wanted:
            yield child, here
        elif child.tag in TRANSPARENT:
            yield from flatten(child, here, wanted)


def plain_cell(cell: etree._Element, styles: Mapping[str, Style]) -> str | None:
    """The text of a cell that is one paragraph of plain runs, as nearly all are; None for any other."""
    children = iter(cell)
    paragraph = next(children, None)
    if paragraph is not None and paragraph.tag == _TC_PROPERTIES:
        paragraph = next(children, None)
    if paragraph is None or paragraph.tag != _P or next(children, None) is not None:
        return None
    style = styles.get("")
    pieces: list[str] = []
    for number, child in enumerate(paragraph):
        if number == 0 and child.tag == _P_PROPERTIES:
            for said in child:
                if said.tag == _P_STYLE:
                    style = styles.get(said.get(_VALUE, ""), style)
                elif said.tag == _NUMBERED:
                    return None
        elif child.tag != _RUN or not plain_run(child, pieces):
            return None
    return None if style is not None and style.list_id is not None else "".join(pieces)


def row_offset(row: etree._Element) -> int:
    """How many columns a row leaves out at its left."""
    properties = child_of(row, f"{W}trPr")
    skipped = 0 if properties is None else integer(child_of(properties, f"{W}gridBefore"), 0)
    return skipped if 0 <= skipped <= MAX_SPAN else 0


def row_deleted(row: etree._Element) -> bool:
    """Whether a row is one that a tracked change deleted."""
    properties = child_of(row, f"{W}trPr")
    return properties is not None and child_of(properties, f"{W}del") is not None


def cell_deleted(cell: etree._Element) -> bool:
    """Whether a cell is one that a tracked change deleted."""
    properties = first_child(cell, _TC_PROPERTIES)
    return properties is not None and child_of(properties, f"{W}cellDel") is not None


def integer(element: etree._Element | None, default: int) -> int:
    """The value of an element, as a number."""
    value = None if element is None else element.get(f"{W}val")
    return (
        int(value)
        if value is not None and value.isascii() and value.isdigit() and len(value) < 9
        else default
    )
