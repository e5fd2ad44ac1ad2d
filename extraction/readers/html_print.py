"""How the figures of a page's cells are printed: digits of unlike sizes, text that nobody sees.

A note set small behind a figure (``<small>``, ruby) and text in the colour of its ground or of a pixel's
size are in the text of a cell like its digits. Which of them the agency meant is not certain, so the cell is
doubted. White on dark is how heads are printed: text counts as unseen only on a ground that is known, or on
none, and only beside text of its cell or figures of its row that are seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.html_css import Sheet
from extraction.readers.html_text import BLOCK, SKIP, is_raised, unshown
from extraction.values import is_figure

_MEETING = re.compile(
    r"[0-9](?:</?(?!(?:t[drh]|p|div|br|li|tbody|table)\b)[a-z][^<>]{0,400}>){1,20}[0-9]", re.IGNORECASE
)
"""Digits with nothing between them but the markup of text."""
_FAINT_COLOUR = re.compile(
    r"color(?<![\w-]color)\s*[:=]\s*[\"']?\s*(?:#?(?:[ef][0-9a-f]){3}|#?[ef]{3}\b|white|rgba?\(\s*2[2-5])"
)
_FAINT_SIZE = re.compile(r"font-size\s*:\s*[0-2](?:\.[0-9]+)?(?:px|pt)")
_WANTED = re.compile(r"color|background|font", re.IGNORECASE)
_SIZE = re.compile(
    r"font(?:-size)?\s*:[^;]*?(?<![\w.#-])(?:([0-9]*\.?[0-9]+)\s*(px|pt|em|rem|%)|(smaller))", re.IGNORECASE
)
_COLOUR = re.compile(r"(?<![\w-])color\s*:\s*([^;!}]+)", re.IGNORECASE)
_GROUND = re.compile(r"(?<![\w-])background(?:-color|-image)?\s*:\s*([^;!}]+)", re.IGNORECASE)
_NO_GROUND = frozenset({"none", "transparent", "inherit", "initial", "unset"})
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0)}
_FONT_SIZES = (10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0)
_WHITE = (255, 255, 255)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0}
_SMALLER = {"small": 0.8, "rt": 0.5, "rp": 0.5}
_CLEARLY = 0.83
"""Below 10 beside 12, the least step that editors leave inside a figure."""
_NOTE = 8.0
"""Pixels (6 pt) that no figure is printed in, whatever stands beside it."""
_UNSEEN = 2.0
_NEAR = 8
_DEPTH = 100

Colour = tuple[int, int, int]


def print_doubts(root: etree._Element, source: str) -> dict[etree._Element, ReadIssue]:
    """What is to be said of the print of cells with figures, by cell.

    Args:
        root: the page.
        source: its source, which says at once that most pages have nothing of this.
    """
    lower = source.lower()
    # Patterns that begin with a word are searched for far faster than those that ignore case.
    faint = _FAINT_COLOUR.search(lower) is not None or _FAINT_SIZE.search(lower) is not None
    if not faint and not _MEETING.search(source):
        return {}
    print_ = _Print(root)
    out = {}
    rows: dict[etree._Element, list[tuple[etree._Element, bool]]] = defaultdict(list)
    for cell in root.iter("td", "th"):
        if not faint and not len(cell):
            continue
        pieces = list(_pieces(cell))
        if not any(char.isdigit() for _, text in pieces for char in text):
            continue
        if print_.unlike(pieces):
            out[cell] = ReadIssue("print_doubtful", "warning", "digits of unlike sizes side by side")
        if faint:
            unseen = {print_.unseen(element) for element, text in pieces if text.strip()}
            if len(unseen) > 1:
                out[cell] = ReadIssue("hidden_text", "warning", "a part of the cell's text is not to be seen")
            row = cell.getparent()
            if row is not None and is_figure("".join([text for _, text in pieces])):
                rows[row].append((cell, unseen == {True}))
    for cells in rows.values():
        if not all(alone for _, alone in cells):
            for cell, alone in cells:
                if alone:
                    out[cell] = ReadIssue("hidden_text", "warning", "the cell's text is not to be seen")
    return out


def _pieces(element: etree._Element, depth: int = 0) -> Iterator[tuple[etree._Element, str]]:
    """The pieces of text in a cell that are digits of its figure if any, with the element each stands in."""
    if element.text:
        yield element, element.text
    for child in element:
        tag = child.tag
        if tag == "br" or tag in BLOCK:
            yield child, "\n"
        if (
            isinstance(tag, str)
            and tag not in SKIP
            and tag != "table"
            and depth < _DEPTH
            and not unshown(child)
            and not is_raised(child)
        ):
            yield from _pieces(child, depth + 1)
        if tag in BLOCK:
            yield child, "\n"
        if child.tail:
            yield element, child.tail


class _Print:
    """How the text of elements is printed, as far as the page itself says."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._sheet: Sheet | None = None
        self._styles: dict[etree._Element, str] = {}

    def unlike(self, pieces: list[tuple[etree._Element, str]]) -> bool:
        """Whether digits stand beside digits of clearly another size."""
        return any(
            before[-1].isdigit()
            and text[0].isdigit()
            and one is not other
            and _differ(self._size(one), self._size(other))
            for (one, before), (other, text) in pairwise(pieces)
        )

    def unseen(self, element: etree._Element) -> bool:
        """Whether text is of no size to speak of, or of the colour of its ground where that is known."""
        size, known = self._size(element)
        if known and size <= _UNSEEN:
            return True
        colour = self._colour(element)
        if colour is None:
            return False
        ground = self._ground(element)
        return ground is not None and all(abs(a - b) <= _NEAR for a, b in zip(colour, ground, strict=True))

    def _style(self, element: etree._Element) -> str:
        found = self._styles.get(element)
        if found is None:
            if self._sheet is None:
                self._sheet = Sheet(self._root, _WANTED)
            found = f"{self._sheet.declared(element)};{element.get('style') or ''}"
            self._styles[element] = found
        return found

    def _chain(self, element: etree._Element) -> Iterator[etree._Element]:
        yield element
        yield from element.iterancestors()

    def _size(self, element: etree._Element) -> tuple[float, bool]:
        """Pixels and True, or the part of a size that the page does not say, and False."""
        factor = 1.0
        for above in self._chain(element):
            number, unit = _declared_size(self._style(above))
            if unit in _PIXELS:
                return number * _PIXELS[unit] * factor, True
            if unit:
                factor *= number
                continue
            factor *= _SMALLER.get(str(above.tag), 1.0)
            said = (above.get("size") or "").strip() if above.tag == "font" else ""
            if said.startswith("-"):
                factor *= 0.8
            elif said in {"1", "2", "3", "4", "5", "6", "7"}:
                return _FONT_SIZES[int(said) - 1] * factor, True
        return factor, False

    def _colour(self, element: etree._Element) -> Colour | None:
        for above in self._chain(element):
            said = _COLOUR.findall(self._style(above))
            named = said[-1] if said else above.get("color") if above.tag == "font" else None
            if named is not None and named.strip().lower() not in _NO_GROUND:
                return _parsed(named)
        return None

    def _ground(self, element: etree._Element) -> Colour | None:
        """The colour behind text; None where it is not known."""
        for above in self._chain(element):
            said = [each.strip() for each in _GROUND.findall(self._style(above))]
            said = [each for each in said if each.lower() not in _NO_GROUND]
            if not said:
                said = [each for each in (above.get("bgcolor"), above.get("background")) if each]
            if said:
                return _parsed(said[-1])
        return _WHITE


def _differ(one: tuple[float, bool], other: tuple[float, bool]) -> bool:
    (size, known), (beside, also) = one, other
    if known == also:
        return min(size, beside) <= _CLEARLY * max(size, beside)
    return any(each <= (_NOTE if sure else _CLEARLY) for each, sure in (one, other))


@lru_cache(maxsize=1024)
def _declared_size(style: str) -> tuple[float, str]:
    found = _SIZE.findall(style)
    if not found:
        return 1.0, ""
    number, unit, smaller = found[-1]
    if smaller:
        return 0.8, "em"
    unit = unit.lower()
    return (float(number) / 100, "em") if unit == "%" else (float(number), unit)


@lru_cache(maxsize=1024)
def _parsed(said: str) -> Colour | None:
    bare = said.strip().lower()
    if (match := re.fullmatch(r"#?([0-9a-f]{6})", bare)) is not None:
        return int(match[1][:2], 16), int(match[1][2:4], 16), int(match[1][4:], 16)
    if (match := re.fullmatch(r"#([0-9a-f]{3})", bare)) is not None:
        red, green, blue = (int(digit * 2, 16) for digit in match[1])
        return red, green, blue
    if (match := re.fullmatch(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+1)?\s*\)", bare)) is not None:
        return int(match[1]), int(match[2]), int(match[3])
    return _NAMED.get(bare)
