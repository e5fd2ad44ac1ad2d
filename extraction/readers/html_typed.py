"""Text of a page whose lines are shown as they were typed: ``<pre>``, a text field, ``white-space: pre``.

Such text is read as a text dump is: its tables are rows of tabs, pipes or drawn lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from extraction.document import Block, Cell, Paragraph, Table
from extraction.readers.html_text import BLOCK, hidden

_TAGS = frozenset({"pre", "textarea", "listing", "xmp"})
_KEPT = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)")
_MARKUP = re.compile(r"</[a-zA-Z]")
_LINES = 3
"""Lines of a text that is more than an example or an address."""


def typed_text(element: etree._Element) -> str | None:
    """The typed text of an element; None for any other, and where boxes or hidden parts stand in it."""
    if element.tag not in _TAGS:
        style = element.get("style")
        if style is None or "white-space" not in style or _KEPT.search(style) is None:
            return None
    if _MARKUP.search(element.text or ""):
        return None  # the source of an article
    parts = [element.text or ""]
    for child in element.iterdescendants():
        if child.tag in BLOCK or child.tag == "table" or hidden(child):
            return None
        parts += ["\n" if child.tag == "br" else child.text or "", child.tail or ""]
    text = "".join(parts)
    return text if sum(bool(line.strip()) for line in text.split("\n")) >= _LINES else None


def placed(blocks: Sequence[Block], path: str) -> list[Block]:
    """The blocks of typed text, each at the element that holds it: a path in a page leads to an element."""
    out: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            out.append(Paragraph(block.text, path, level=block.level))
        else:
            cells = (Cell(cell.text, cell.row, cell.column, path=path) for cell in block.cells)
            out.append(Table(tuple(cells), exact=block.exact))
    return out
