"""How the figures of a page are printed, for `extraction.readers.print_look`: by markup and style sheets.

A note set small behind a figure (``<small>``, ruby, a class) or raised by a class is in the text of a cell or
line like its digits, and so is text in the colour of its ground or of a pixel's size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.html_css import Sheet
from extraction.readers.html_pieces import piece_doubts, pieces_of
from extraction.readers.html_text import BLOCK, is_raised
from extraction.readers.print_look import (
    WHITE,
    Colour,
    Look,
    hex_colour,
    is_unseen,
    is_unseen_line,
    left_out,
    line_doubts,
    row_doubts,
)

_MEETING = re.compile(
    r"(?:[0-9０-９]|&#x?[0-9a-f]{1,6};)"
    r"(?:</?(?!(?:t[drh]|p|div|br|li|tbody|table)\b)[a-z][^<>]{0,400}>|<!--[^<>]{0,200}-->|[\u200b-\u200f\u2060\ufeff\xad]"
    r"|&(?:zwn?j|shy);){1,20}(?:[0-9０-９.,]|&#)"
)
"""Digits with nothing between them but the markup of text, or what takes no place."""
_FAINT_COLOUR = re.compile(
    r"color(?<![\w-]color)\s*[:=]\s*[\"']?\s*(?:#?(?:[ef][0-9a-f]){3}|#?[ef]{3}\b|white|rgba?\(\s*2[2-5])"
)
_FAINT_SIZE = re.compile(r"font-size\s*:\s*[0-2](?:\.[0-9]+)?(?:px|pt)")
_WANTED = re.compile(r"color|background|font|vertical-align|position|text-raise", re.IGNORECASE)
_SIZE = re.compile(
    r"font(?:-size)?\s*:[^;]*?(?<![\w.#-])(?:([0-9]*\.?[0-9]+)\s*(px|pt|pc|in|cm|mm|em|rem|%)|(smaller|larger))"
    r"|font-size\s*:\s*((?:xx?-)?(?:small|large)|medium)",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"<link\b[^>]{0,200}stylesheet|@import", re.IGNORECASE)
_TEXTS = frozenset({"p", "span", "font", "b", "strong", "i", "em", "u", "small", "big"})
"""Elements that styles of other files give no ground of their own."""
_NAMED_SIZES = {
    "xx-small": 6.75, "x-small": 7.5, "small": 9.75, "medium": 12.0, "large": 13.5, "x-large": 18.0,
    "xx-large": 24.0,
}  # fmt: skip
_COLOUR = re.compile(r"(?<![\w-])color\s*:\s*([^;!}]+)", re.IGNORECASE)
_GROUND = re.compile(r"(?<![\w-])background(?:-color|-image)?\s*:\s*([^;!}]+)", re.IGNORECASE)
_RAISED = re.compile(
    r"vertical-align\s*:\s*(?:super|sub|-?(?:[1-9]|0?\.[0-9]))|mso-text-raise\s*:\s*-?[1-9]"
    r"|position\s*:\s*relative[^}]*?(?<![\w-])(?:top|bottom)\s*:\s*-?(?:[1-9]|0?\.[0-9])",
    re.IGNORECASE,
)
_NO_GROUND = frozenset({"none", "transparent", "inherit", "initial", "unset"})
_NAMED = {"white": WHITE, "black": (0, 0, 0)}
_FONT_SIZES = (7.5, 9.75, 12.0, 13.5, 18.0, 24.0, 36.0)
_POINTS = {"px": 0.75, "pt": 1.0, "rem": 12.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 7.2 / 2.54}
_BY_TAG = {"small": 0.8, "big": 1.2, "rt": 0.5, "rp": 0.5}


class Print:
    """How the text of a page is printed, as far as the page itself says.

    Args:
        root: the page.
        source: its source in lower case, which says at once that most pages have nothing of this.

    Attributes:
        looked: whether there is anything to look for.
        issues: what was found out about lines of text, by code.
    """

    def __init__(self, root: etree._Element, source: str) -> None:
        self._faint = _FAINT_COLOUR.search(source) is not None or _FAINT_SIZE.search(source) is not None
        self.looked = self._faint or _MEETING.search(source) is not None
        self.issues: dict[str, ReadIssue] = {}
        self._root = root
        self._source = source
        self._sheet: Sheet | None = None
        self._styles: dict[etree._Element, str] = {}
        self._looks: dict[etree._Element, Look] = {}

    def tables(self) -> dict[etree._Element, tuple[ReadIssue, ...]]:
        """What is to be said of the cells of the page's tables."""
        apart = piece_doubts(self._root, self._source)
        if not self.looked:
            return apart
        rows: dict[etree._Element, list[etree._Element]] = {}
        for cell in self._root.iter("td", "th"):
            if (row := cell.getparent()) is not None:
                rows.setdefault(row, []).append(cell)
        return apart | self.rows(rows.values())

    def rows(self, rows: Iterable[Sequence[etree._Element]]) -> dict[etree._Element, tuple[ReadIssue, ...]]:
        """What is to be said of the cells of rows."""
        out: dict[etree._Element, tuple[ReadIssue, ...]] = {}
        for row in rows if self.looked else ():
            cells = [cell for cell in row if self._faint or len(cell)]
            pieces = [list(pieces_of(cell)) for cell in cells]
            looks = [
                [(self._look(e), text) for e, text in found] if _has_digit(found) else [] for found in pieces
            ]
            out.update({cell: said for cell, said in zip(cells, row_doubts(looks), strict=True) if said})
        return out

    def line(self, pieces: Sequence[tuple[etree._Element, str]]) -> tuple[ReadIssue, ...]:
        """What is to be said of a line of text."""
        if not self.looked or len(pieces) < 2 or not _has_digit(pieces):
            return ()
        return line_doubts(
            [(self._look(element), text) for element, text in pieces if not is_raised(element)]
        )

    def unseen(self, pieces: Sequence[tuple[etree._Element, str]], text: str, *, article: bool) -> bool:
        """Whether nothing of a line is to be seen, so that it is left out.

        Where styles of other files may give it a dark ground, it stays; in an article that is said.
        """
        if not self._faint or not is_unseen_line([(self._look(each), piece) for each, piece in pieces]):
            return False
        if _OUTSIDE.search(self._source) and any(
            _may_be_dark(each) for each, piece in pieces if piece.strip()
        ):
            if article:
                message = f"text that may not be seen: {text.strip()[:60]}"
                self.issues.setdefault("hidden_text", ReadIssue("hidden_text", "warning", message))
            return False
        self.issues["hidden_text"] = left_out(text)
        return True

    def _look(self, element: etree._Element) -> Look:
        found = self._looks.get(element)
        if found is None:
            size, known = self._size(element)
            colour = self._colour(element) if self._faint else None
            ground = self._ground(element) if colour is not None else None
            found = Look(size, known, self._lift(element), is_unseen(size if known else None, colour, ground))
            self._looks[element] = found
        return found

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
        """Points and True, or the part of a size that the page does not say, and False."""
        factor = 1.0
        for above in self._chain(element):
            number, unit = _declared_size(self._style(above))
            if unit in _POINTS:
                return number * _POINTS[unit] * factor, True
            if unit:
                factor *= number
                continue
            factor *= _BY_TAG.get(str(above.tag), 1.0)
            said = (above.get("size") or "").strip() if above.tag == "font" else ""
            if said.startswith("-"):
                factor *= 0.8
            elif said in {"1", "2", "3", "4", "5", "6", "7"}:
                return _FONT_SIZES[int(said) - 1] * factor, True
        return factor, False

    def _lift(self, element: etree._Element) -> float:
        """How many times a text is raised or lowered within its line, by whatever."""
        times = 0.0
        for above in self._chain(element):
            if above.tag in BLOCK or above.tag == "th":
                break
            times += is_raised(above) or _RAISED.search(self._style(above)) is not None
        return times

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
        return WHITE


def _may_be_dark(element: etree._Element) -> bool:
    """Whether a box around a text, smaller than the article with its tables, has a style of its own."""
    for above in (element, *element.iterancestors()):
        if next(above.iter("table"), None) is not None:
            return False
        if above.tag not in _TEXTS and (above.get("class") or above.get("id")):
            return True
    return True


def _has_digit(pieces: Sequence[tuple[etree._Element, str]]) -> bool:
    return any(char.isdigit() for _, text in pieces for char in text)


@lru_cache(maxsize=1024)
def _declared_size(style: str) -> tuple[float, str]:
    found = _SIZE.findall(style)
    if not found:
        return 1.0, ""
    number, unit, changed, named = (str(part).lower() for part in found[-1])
    if named:
        return _NAMED_SIZES[named], "pt"
    if changed:
        return (0.8 if changed == "smaller" else 1.2), "em"
    return (float(number) / 100, "em") if unit == "%" else (float(number), unit)


@lru_cache(maxsize=1024)
def _parsed(said: str) -> Colour | None:
    bare = said.strip().lower()
    if (colour := hex_colour(bare)) is not None:
        return colour
    if (match := re.fullmatch(r"#([0-9a-f]{3})", bare)) is not None:
        red, green, blue = (int(digit * 2, 16) for digit in match[1])
        return red, green, blue
    if (match := re.fullmatch(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+1)?\s*\)", bare)) is not None:
        return int(match[1]), int(match[2]), int(match[3])
    return _NAMED.get(bare)
