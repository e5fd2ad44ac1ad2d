"""What is said of a cell or line whose text is not what is seen there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from extraction.document import Box, ReadIssue
from extraction.readers.page import Glyph, Page
from extraction.readers.page_text import IN_FIGURES, Line

EDGE = 1.5
"""Points along the sides of a cell that its ruling lines may take."""
INKED = 100
"""Grey levels by which what is no text stands out: watermarks are fainter."""
STRUCK = 0.2
"""Share of a line's height around its middle in which a line through it strikes it out."""


HIDDEN = (ReadIssue("hidden_text", "warning", "digits in it are written and not seen"),)
LEFT_OUT = (ReadIssue("hidden_text", "warning", "left out what is written in it and not seen"),)


def doubts(found: Sequence[Line], box: Box, page: Page) -> tuple[ReadIssue, ...]:
    """What is to be said about a cell.

    Args:
        found: its lines of text, with what is not seen.
        box: the cell.
        page: it stands on.
    """
    if page.unseen and any(glyph in page.unseen for line in found for glyph in line.glyphs):
        return HIDDEN
    if any(_struck(line, page) for line in found):
        return (ReadIssue("struck_text", "warning", "a line is drawn through it"),)
    inner = (box[0] + EDGE, box[1] + EDGE, box[2] - EDGE, box[3] - EDGE)
    if page.ink is None or inner[0] >= inner[2] or inner[1] >= inner[3]:
        return ()
    if page.ink.changed(inner):
        return (ReadIssue("cell_drawn", "warning", "an annotation or a form's field is drawn in it"),)
    if not found and page.ink.contrast(inner) > INKED and not _reached(inner, page):
        return (ReadIssue("cell_drawn", "warning", "something other than text is drawn in it"),)
    return ()


def seen(glyphs: Sequence[Glyph], page: Page) -> Sequence[Glyph]:
    """Characters of a place without those that certainly show nothing; all where no other stands there.

    What is seen there alone is what is printed. Where nothing is seen at all, the painting may err.
    """
    if not page.hidden:
        return glyphs
    kept = [glyph for glyph in glyphs if glyph.run not in page.hidden]
    return kept if any(not glyph.text.isspace() for glyph in kept) else glyphs


def uncovered(glyphs: Sequence[Glyph], page: Page) -> tuple[Sequence[Glyph], list[Glyph]]:
    """Running text without what certainly shows nothing and stands where other text is seen, and that.

    What stands apart stays: without it there would be a gap that nothing tells from a blank.
    """
    if not page.hidden:
        return glyphs, []
    plain = sorted((_middle(glyph), glyph) for glyph in glyphs if glyph not in page.unseen)
    middles = [middle for middle, _ in plain]
    under: set[int] = set()
    for one in glyphs:
        if one.run in page.hidden and one.run not in under:
            near = plain[bisect_left(middles, one.top) : bisect_right(middles, one.bottom)]
            enough = 0.3 * (one.right - one.left)
            if any(min(one.right, other.right) - max(one.left, other.left) > enough for _, other in near):
                under.add(one.run)
    kept = [glyph for glyph in glyphs if glyph.run not in under]
    return kept, [glyph for glyph in glyphs if glyph.run in under]


def marked(found: Iterable[Line], page: Page, under: Sequence[Glyph]) -> list[Line]:
    """Lines of running text, doubtful where digits in them are not seen, or something unseen was left out.

    Args:
        found: the lines.
        page: they stand on.
        under: what was left out.
    """
    if not page.unseen:
        return list(found)
    places = {(_middle(glyph), glyph.left) for glyph in under}
    return [
        replace(line, doubtful=True)
        if any(glyph in page.unseen for glyph in line.glyphs)
        or any(line.box[1] < y < line.box[3] and line.box[0] <= x <= line.box[2] for y, x in places)
        else line
        for line in found
    ]


def _middle(glyph: Glyph) -> float:
    return (glyph.top + glyph.bottom) / 2


def _struck(line: Line, page: Page) -> bool:
    """Whether a rule as long as a figure runs through its middle."""
    if not all(glyph.text in IN_FIGURES for glyph in line.glyphs):
        return False
    left, top, right, bottom = line.box
    wide, middle = right - left, (top + bottom) / 2
    return any(
        abs(rule.at - middle) < STRUCK * (bottom - top)
        and min(rule.end, right) - max(rule.start, left) > 0.6 * wide
        and rule.end - rule.start < 2 * wide + (bottom - top)
        for rule in page.horizontal
    )


def _reached(box: Box, page: Page) -> bool:
    """Whether characters of a neighbour reach into a box; their own boxes are taller than their ink."""
    left, top, right, bottom = box
    first = bisect_left(page.tops, (top - page.tallest,))
    for _, at in page.tops[first : bisect_left(page.tops, (bottom,))]:
        glyph = page.glyphs[at]
        if (
            glyph.left < right
            and glyph.right > left
            and 0.8 * glyph.top + 0.2 * glyph.bottom < bottom
            and 0.2 * glyph.top + 0.8 * glyph.bottom > top
            and not glyph.text.isspace()
        ):
            return True
    return False
