"""Glyphs -> lines, cell texts and paragraphs, by position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extraction.document import Box
from extraction.readers.page import Glyph

WORD_GAP = 0.35
"""A gap wider than this share of the line height was meant as a blank."""
COLUMN_GAP = 1.2
"""A gap wider than this share of the line height parts columns, where no line does."""

CELL_PADDING = 11.0
"""Left and right cell margins of Word and WPS together, in points."""
FIGURE_SIGNS = frozenset("0123456789.,-−－+%０１２３４５６７８９")
IN_FIGURES = FIGURE_SIGNS | frozenset("〇零一二两三四五六七八九十百千万无/／—")
"""What may be all of a cell that is no label."""

_PAGE_NUMBER = re.compile(
    r"[-—–－―─·•~\s]*(?:第\s*)?[0-9０-９]{1,4}(?:\s*页)?(?:\s*[/／共,，]+\s*[0-9]{1,4}\s*页?)?[-—–－―─·•~\s]*"
)
_LATIN = re.compile(r"[0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line.

    Attributes:
        text: its characters, with a blank where a gap says so; blanks around it are left out.
        box: its place on the page as read.
        glyphs: its characters from left to right, without blanks.
        doubtful: whether it may hold characters of another print, or lack some of its own.
    """

    text: str
    box: Box
    glyphs: tuple[Glyph, ...]
    doubtful: bool = False

    @property
    def height(self) -> float:
        """Line height."""
        return self.box[3] - self.box[1]


def lines(glyphs: Sequence[Glyph]) -> list[Line]:
    """Gather glyphs into lines, from top to bottom."""
    if len({(glyph.top, glyph.bottom) for glyph in glyphs}) <= 1:
        line = _line(sorted(glyphs))
        return [] if line is None else [line]
    rows: list[list[Glyph]] = []
    middle = height = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.top + glyph.bottom):
        _, top, _, bottom, *_ = glyph
        centre, tall = (top + bottom) / 2, bottom - top
        if rows and centre - middle <= 0.5 * min(tall, height):
            rows[-1].append(glyph)
            middle += (centre - middle) / len(rows[-1])
            height = max(height, tall)
        else:
            rows.append([glyph])
            middle, height = centre, tall
    found = []
    for row in rows:
        row.sort()
        line = _line(row)
        if line is not None:
            found.append(line)
    return found


def _line(row: list[Glyph]) -> Line | None:
    inked: list[Glyph] = []
    parts: list[str] = []
    blanks: list[str] = []
    before_left = before_right = 0.0
    before_text = ""
    for glyph in row:
        left, top, right, bottom, text, _ = glyph
        if text.isspace():
            if inked:
                blanks.append(text)
            continue
        if inked:
            if text == before_text and left - before_left < 0.3 * (before_right - before_left):
                continue  # bold, made by printing the same glyph twice
            if blanks:
                parts += blanks
                blanks = []
            elif left - before_right > WORD_GAP * (bottom - top):
                parts.append(" ")
        parts.append(text)
        inked.append(glyph)
        before_left, before_right, before_text = left, right, text
    if not inked:
        return None
    box = (
        inked[0].left,
        min([glyph.top for glyph in inked]),
        max([glyph.right for glyph in inked]),
        max([glyph.bottom for glyph in inked]),
    )
    return Line("".join(parts), box, tuple(inked))


def cell_text(found: Sequence[Line], width: float) -> tuple[str, bool]:
    """The text of a cell, and whether its last line is full, so that it may go on beyond a page end.

    Lines stay lines, but a figure that a narrow cell broke (`12` over `5`) is one figure: its lines are full.
    """
    if not found:
        return "", False
    figure = found[0].text[:1] in FIGURE_SIGNS
    text = found[0].text
    for before, line in pairwise(found):
        text += ("" if figure and _is_full(before, width, line.glyphs[0]) else "\n") + line.text
    return text, _is_full(found[-1], width, found[-1].glyphs[-1])


def _is_full(line: Line, width: float, following: Glyph) -> bool:
    taken = line.box[2] - line.box[0] + following.right - following.left
    return taken > width - CELL_PADDING - 0.3 * line.height


def is_page_number(line: Line, *, page_height: float) -> bool:
    """Whether a line, being the outermost of its page, is only the number of the page."""
    outer = line.box[1] > 0.85 * page_height or line.box[3] < 0.1 * page_height
    return outer and _PAGE_NUMBER.fullmatch(line.text) is not None


def columns(line: Line, gap: float = COLUMN_GAP) -> list[Line]:
    """A line cut at its gaps that are wider than a share of the line height."""
    pieces: list[list[Glyph]] = [[line.glyphs[0]]]
    for before, glyph in pairwise(line.glyphs):
        if glyph.left - before.right > gap * (glyph.bottom - glyph.top):
            pieces.append([])
        pieces[-1].append(glyph)
    found = [_line(piece) for piece in pieces]
    return [piece for piece in found if piece is not None]


@dataclass
class Text:
    """A paragraph that grows while lines go on.

    Attributes:
        text: its characters; line ends that only the page width made are gone.
        page: the page it starts on.
        last: its last line so far.
        doubtful: whether one of its lines is.
    """

    text: str
    page: int
    last: Line
    doubtful: bool = False

    def add(self, line: Line) -> None:
        """Go on with a further line."""
        both_latin = _LATIN.match(line.text) and _LATIN.match(self.text[-1:])
        self.text += (" " if both_latin else "") + line.text
        self.last = line
        self.doubtful = self.doubtful or line.doubtful


def goes_on(before: Line, line: Line, margins: Margins, *, new_page: bool) -> bool:
    """Whether a line continues the paragraph of the line before it.

    The line before must be full, and the line must start at the margin, where a new paragraph is indented.
    """
    left, right = margins.left, margins.right
    size = min(before.height, line.height)
    full = before.box[2] > right - 2.0 * size
    flush = line.box[0] < left + 0.8 * size
    alike = abs(before.height - line.height) < 0.25 * max(before.height, line.height)
    near = new_page or line.box[1] - before.box[3] < margins.gap + 0.35 * size
    return full and flush and alike and near


@dataclass(frozen=True, slots=True)
class Margins:
    """Of running text.

    Attributes:
        left: edge.
        right: edge.
        gap: the usual distance between lines.
    """

    left: float
    right: float
    gap: float


def margins(pages: Iterable[Sequence[Line]]) -> Margins:
    """The edges of running text and its line distance, over all pages."""
    found: list[Line] = []
    gaps: list[float] = []
    for page in pages:
        found += page
        gaps += [
            below.box[1] - above.box[3] for above, below in pairwise(page) if below.box[1] > above.box[3] - 2
        ]
    if not found:
        return Margins(0.0, 0.0, 0.0)
    gap = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
    return Margins(min(line.box[0] for line in found), max(line.box[2] for line in found), max(gap, 0.0))
