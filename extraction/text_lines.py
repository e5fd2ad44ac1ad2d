"""The running text of a document as lines with places: what identity, sections and kind are decided on."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from extraction.document import Document, Table
from extraction.normalise import squeeze


@dataclass(frozen=True, slots=True)
class TextLine:
    """One non-blank line outside tables.

    Attributes:
        text: as read.
        bare: without white space.
        block: number of its block in the document.
        level: heading level, if the source marks one.
        path: where it stands.
    """

    text: str
    bare: str
    block: int
    level: int | None
    path: str | None


LineOf = tuple[int, int]
"""A line of a paragraph: number of the block, number of the line in it (blank lines counted)."""


def text_lines(
    document: Document, skip: Container[int] = (), without: Container[LineOf] = ()
) -> list[TextLine]:
    """The non-blank lines of all paragraphs.

    Args:
        document: what was read.
        skip: blocks to leave out.
        without: lines to leave out: a paragraph may hold a table in running text and prose beside it.
    """
    out: list[TextLine] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Table) or number in skip:
            continue
        out += [
            TextLine(line, bare, number, block.level, block.path)
            for place, line in enumerate(block.text.split("\n"))
            if (bare := squeeze(line)) and (number, place) not in without
        ]
    return out
