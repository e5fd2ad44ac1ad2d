"""The running text of a document as lines with places: what identity, sections and kind are decided on."""

from __future__ import annotations

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


def text_lines(document: Document, skip: frozenset[int] = frozenset()) -> list[TextLine]:
    """The non-blank lines of all paragraphs, without the blocks in `skip`."""
    out: list[TextLine] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Table) or number in skip:
            continue
        out += [
            TextLine(line, bare, number, block.level, block.path)
            for line in block.text.split("\n")
            if (bare := squeeze(line))
        ]
    return out
