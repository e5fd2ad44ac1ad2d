"""How the figures of a Word document are printed: what `extraction.readers.print_look` asks, of its runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.print_look import (
    PLAIN,
    Colour,
    Piece,
    hex_colour,
    is_unseen,
    is_unseen_line,
    line_doubts,
    meet,
    row_doubts,
)
from extraction.readers.word_look import Looks, Styles
from extraction.readers.word_numbering import W
from extraction.readers.word_text import is_printed

_RUN, _TEXT, _P, _ROW, _TC = f"{W}r", f"{W}t", f"{W}p", f"{W}tr", f"{W}tc"
_BREAKS = frozenset({f"{W}tab", f"{W}ptab", f"{W}br", f"{W}cr"})
_PASSED = frozenset(
    f"{W}{name}"
    for name in ("rPr", "pPr", "tcPr", "drawing", "pict", "object", "del", "moveFrom", "rt", "tbl")
)
_SPACE = {"w": W.strip("{}")}
_colours = etree.XPath("//w:color[not(@w:val='auto' or @w:val='000000')]/@w:val", namespaces=_SPACE)
_fills = etree.XPath("//w:shd[not(@w:fill='auto')]/@w:fill", namespaces=_SPACE)
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_SYMBOLS = ("wingdings", "webdings")
_odd = etree.XPath(
    "boolean(//w:rFonts[starts-with(@w:ascii, 'W') or starts-with(@w:hAnsi, 'W')]"
    " | //w:bdo[@w:val='rtl'] | //m:oMath)",
    namespaces={**_SPACE, "m": "http://schemas.openxmlformats.org/officeDocument/2006/math"},
)
_tiny = etree.XPath(
    "boolean(//w:sz[@w:val <= 3] | //w:rPr/w:w[translate(@w:val, '%', '') <= 10])", namespaces=_SPACE
)


class Print:
    """Looks at the print of a document's figures; most documents have no text that may be unseen.

    Args:
        root: the document.
        parts: it and the part of its styles.
    """

    def __init__(self, root: etree._Element, styles_root: etree._Element | None) -> None:
        styles = Styles(styles_root)
        styles.settle(root)
        self._looks = Looks(styles)
        parts = [root] if styles_root is None else [root, styles_root]
        colours = {colour for part in parts for colour in _said(_colours(part))}
        grounds = {(255, 255, 255)} | {fill for part in parts for fill in _said(_fills(part))}
        self._faint = any(_tiny(part) for part in parts) or any(
            is_unseen(None, colour, ground) for colour in colours for ground in grounds
        )
        self._odd = bool(_odd(root))

    def cell(self, cell: etree._Element, text: str) -> tuple[ReadIssue, ...]:
        """What is to be said of the print of a cell with a figure."""
        if not any(char.isdigit() for char in text):
            return ()
        if self._odd and (said := _other_than_text(cell)):
            return (ReadIssue("print_doubtful", "warning", said),)
        if not self._faint and len(text) < 2:
            return ()
        if not self._faint:
            return row_doubts([self._pieces(cell)])[0] if len(text) > 1 and _has_several(cell) else ()
        row = next(cell.iterancestors(_ROW), None)
        pieces = self._pieces(cell)
        beside = [] if row is None else [each for each in row.iter(_TC) if each is not cell]
        if not all(look.unseen for look, piece in pieces if piece.strip()):
            beside = []  # what stands beside it matters to none but a cell of unseen text
        return row_doubts([pieces, *(self._pieces(each) for each in beside)])[0]

    def line(self, paragraph: etree._Element, text: str) -> tuple[ReadIssue, ...]:
        """What is to be said of the print of a line with a figure."""
        if len(text) < 2 or not any(char.isdigit() for char in text) or not _has_several(paragraph):
            return ()
        return line_doubts(self._pieces(paragraph))

    def unseen(self, paragraph: etree._Element) -> bool:
        """Whether nothing of a line is to be seen."""
        return self._faint and is_unseen_line(self._pieces(paragraph))

    def _pieces(self, container: etree._Element) -> list[Piece]:
        found = list(_runs(container))
        if not self._faint and not meet([text for _, text in found]):
            return []
        return [
            (PLAIN if run is None else self._looks.of(run, faint=self._faint), text) for run, text in found
        ]


def _has_several(container: etree._Element) -> bool:
    return next(islice(container.iter(_RUN), 1, None), None) is not None


def _other_than_text(cell: etree._Element) -> str:
    """What shows a cell's digits otherwise than they are written: a font of symbols, a turn, a formula."""
    for fonts in cell.iter(f"{W}rFonts"):
        named = (fonts.get(f"{W}{which}", "").lower() for which in ("ascii", "hAnsi"))
        if any(name.startswith(_SYMBOLS) for name in named):
            return "digits in a font of symbols"
    if any(turn.get(f"{W}val") == "rtl" for turn in cell.iter(f"{W}bdo")):
        return "characters that turn the direction of writing"
    if any(str(part.tag) != f"{_MATH[:-5]}r" for math in cell.iter(_MATH) for part in math):
        return "a formula in the cell"
    return ""


def _said(found: object) -> set[Colour]:
    values = found if isinstance(found, list) else []
    return {colour for value in values if (colour := hex_colour(str(value))) is not None}


def _runs(container: etree._Element) -> Iterator[tuple[etree._Element | None, str]]:
    """The runs of a cell or line that have text on the line; None for the ends of its lines."""
    for child in container:
        tag = child.tag
        if tag == _RUN:
            if is_printed(child):
                text = "".join(
                    [(e.text or "") if e.tag == _TEXT else "\n" if e.tag in _BREAKS else "" for e in child]
                )
                if text:
                    yield child, text
        elif tag not in _PASSED:
            yield from _runs(child)
            if tag == _P:
                yield None, "\n"
