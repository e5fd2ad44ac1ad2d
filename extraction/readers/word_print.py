"""How the figures of a Word table are printed: digits of unlike sizes, text that nobody sees.

As `extraction.readers.html_print`, by what stands on the runs and on the shading around them. Sizes and
colours of styles are not looked at: they are those of whole cells.
"""

from __future__ import annotations

from itertools import islice, pairwise

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.word_numbering import W
from extraction.readers.word_text import child_of, first_child, is_raised
from extraction.values import is_figure

_RUN, _RUN_PROPERTIES, _TEXT, _ROW = f"{W}r", f"{W}rPr", f"{W}t", f"{W}tr"
_COLOUR, _SHADE, _SIZE, _VALUE = f"{W}color", f"{W}shd", f"{W}sz", f"{W}val"
_SHADED = {f"{W}p": f"{W}pPr", f"{W}tc": f"{W}tcPr", f"{W}tbl": f"{W}tblPr", _RUN: _RUN_PROPERTIES}
_CLEARLY = 0.83
_NOTE = 12
"""Half points that no figure is printed in, whatever stands beside it."""
_UNSEEN = 3
_WHITE = "FFFFFF"
_SPACE = {"w": W.strip("{}")}
_colours = etree.XPath("//w:color[not(@w:val='auto' or @w:val='000000')]/@w:val", namespaces=_SPACE)
_fills = etree.XPath("//w:shd[not(@w:fill='auto')]/@w:fill", namespaces=_SPACE)
_tiny = etree.XPath("boolean(//w:sz[@w:val <= 3])", namespaces=_SPACE)


class Print:
    """Looks at the print of a document's cells; most documents have no text that may be unseen.

    Args:
        root: the document.
    """

    def __init__(self, root: etree._Element) -> None:
        colours = _said_anywhere(_colours(root))
        grounds = {_WHITE} | _said_anywhere(_fills(root)) if colours else set()
        self._faint = bool(colours & grounds) or bool(_tiny(root))

    def doubts(self, cell: etree._Element, text: str) -> tuple[ReadIssue, ...]:
        """What is to be said of the print of a cell with a figure."""
        if (not self._faint and len(text) < 2) or not any(char.isdigit() for char in text):
            return ()
        if not self._faint and next(islice(cell.iter(_RUN), 1, None), None) is None:
            return ()
        runs = _runs(cell)
        unseen = [self._faint and _is_unseen(run) for run, _ in runs]
        row = next(cell.iterancestors(_ROW), None)
        if any(unseen) and (not all(unseen) or (row is not None and _has_seen(row))):
            return (ReadIssue("hidden_text", "warning", "a part of the cell's text is not to be seen"),)
        if any(
            before[-1].isdigit() and after[0].isdigit() and _differ(_size(one), _size(other))
            for (one, before), (other, after) in pairwise(runs)
        ):
            return (ReadIssue("print_doubtful", "warning", "digits of unlike sizes side by side"),)
        return ()


def _said_anywhere(found: object) -> set[str]:
    return {str(value).upper() for value in found} if isinstance(found, list) else set()


def _runs(cell: etree._Element) -> list[tuple[etree._Element, str]]:
    """The runs of a cell that have text on the line."""
    out = []
    for run in cell.iter(_RUN):
        text = "".join([piece.text or "" for piece in run.iterchildren(_TEXT)])
        if text.strip():
            properties = first_child(run, _RUN_PROPERTIES)
            if properties is None or not is_raised(properties):
                out.append((run, text))
    return out


def _has_seen(row: etree._Element) -> bool:
    """Whether a row has a figure that is seen."""
    for cell in row.iterchildren(f"{W}tc"):
        runs = _runs(cell)
        if is_figure("".join([text for _, text in runs])) and not any(_is_unseen(run) for run, _ in runs):
            return True
    return False


def _said(run: etree._Element, tag: str) -> str | None:
    properties = first_child(run, _RUN_PROPERTIES)
    found = None if properties is None else child_of(properties, tag)
    return None if found is None else found.get(_VALUE)


def _size(run: etree._Element) -> int | None:
    said = _said(run, _SIZE)
    return int(said) if said is not None and said.isascii() and said.isdigit() and len(said) < 6 else None


def _is_unseen(run: etree._Element) -> bool:
    """Whether text is of no size to speak of, or of the colour of the shading behind it."""
    size = _size(run)
    if size is not None and size <= _UNSEEN:
        return True
    colour = _said(run, _COLOUR)
    return colour is not None and colour.upper() not in {"AUTO", "000000"} and colour.upper() == _ground(run)


def _ground(run: etree._Element) -> str:
    for above in (run, *run.iterancestors(*_SHADED)):
        properties = child_of(above, _SHADED[str(above.tag)])
        shade = None if properties is None else child_of(properties, _SHADE)
        if shade is not None:
            fill = shade.get(f"{W}fill", "auto").upper()
            if fill != "AUTO" or shade.get(_VALUE, "clear") not in {"clear", "nil"}:
                return fill
    return _WHITE


def _differ(one: int | None, other: int | None) -> bool:
    if one is not None and other is not None:
        return min(one, other) <= _CLEARLY * max(one, other)
    return any(size is not None and size <= _NOTE for size in (one, other)) and one != other
