"""Numbers of lines that a word processor prints in the margin of a page: they are no part of the text.

They stand left of everything else on their page, each apart from its line, and count on from one; Word
numbers no tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extraction.readers.page import Glyph, Page
from extraction.readers.page_text import WORD_GAP, Line, lines

_LEAST = 8
"""Numbers of lines in a document that has them."""


def without_line_numbers(pages: Sequence[Page]) -> tuple[list[Page], bool]:
    """The pages without the numbers of their lines, and whether they had them."""
    numbers = [_numbers(page) for page in pages]
    last = found = 0
    for page in numbers:
        for run in page:
            number = int("".join(glyph.text for glyph in run))
            begins = number == 1 and run is page[0]
            if number != last + 1 and not begins:
                return list(pages), False
            last = number
            found += 1
    if found < _LEAST:
        return list(pages), False
    taken = [{glyph for run in page for glyph in run} for page in numbers]
    kept = [
        replace(page, glyphs=[glyph for glyph in page.glyphs if glyph not in out]) if out else page
        for page, out in zip(pages, taken, strict=True)
    ]
    return kept, True


def _numbers(page: Page) -> list[list[Glyph]]:
    """Numbers that begin the lines of a page, where all else stands right of them."""
    runs = [(line, _leading(line)) for line in lines(page.glyphs)]
    found = [run for _, run in runs if run]
    others = [glyph.left for line, run in runs for glyph in line.glyphs[len(run) :]]
    edge = max((run[-1].right for run in found), default=0.0)
    return found if others and min(others) > edge else []


def _leading(line: Line) -> list[Glyph]:
    """The digits that a line begins with, if they stand apart from what follows."""
    run: list[Glyph] = []
    for glyph in line.glyphs:
        apart = bool(run) and glyph.left - run[-1].right > WORD_GAP * (glyph.bottom - glyph.top)
        if apart or not "0" <= glyph.text <= "9":
            return run if apart else []
        run.append(glyph)
    return run
