"""Two pages side by side on one picture: an open book, or two sheets scanned as one.

Told only where it is certain: the picture is wide, a gutter of paper runs from top to bottom near its middle,
no ruling line and no character crosses it, and both sides look like pages, with tables or lines of prose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extraction.ocr.scan import ScannedPage, align
from extraction.ocr.straighten import EM
from extraction.readers.page import Glyph, Page
from extraction.readers.page_grid import find_grids
from extraction.readers.page_text import lines

WIDE = 1.2
"""Width by height of two pages; one page across is 1.41, two upright ones are so too."""
MIDDLE = (0.42, 0.58)
GUTTER = 0.035
"""Share of the width that the inner margins take, at least."""
LONG = 14
"""Characters of a line of prose."""
LINES, CELLS = 4, 12
"""Lines of prose, or cells of a table, that make a side a page."""
SECOND = 100_000
"""Number of a right page, above that of the sheet: each page needs one of its own."""


def laid(pages: Sequence[Page]) -> list[Page]:
    """The pages in order, sheets of two pages as two, and tables that go on set below each other."""
    out: list[Page] = []
    for page in pages:
        out += halves(page) if isinstance(page, ScannedPage) else [page]
    align(out)
    return out


def halves(page: ScannedPage) -> list[ScannedPage]:
    """The two pages of a sheet, or the page itself."""
    middle = _gutter(page)
    if middle is None:
        return [page]
    left = _side(page, 0.0, middle)
    right = _side(page, middle, page.width)
    if not (_is_page(left) and _is_page(right)):
        return [page]
    right.number, right.sheet = page.number + SECOND, page.number
    right.move(1.0, -middle)
    return [left, right]


def _gutter(page: ScannedPage) -> float | None:
    """The middle of the widest paper between what stands left and what stands right of it."""
    if page.width < WIDE * page.height:
        return None
    low, high = (share * page.width for share in MIDDLE)
    spans = sorted(
        [(glyph.left, glyph.right) for glyph in page.glyphs if glyph.text.strip()]
        + [(rule.start, rule.end) for rule in page.horizontal]
        + [(rule.at, rule.at) for rule in page.vertical]
    )
    if not spans:
        return None
    reached = spans[0][1]
    found: tuple[float, float] | None = None
    for left, right in spans:
        if (
            left > reached
            and reached <= high
            and left >= low
            and (found is None or left - reached > found[0])
        ):
            found = (left - reached, (left + reached) / 2)
        reached = max(reached, right)
    if (
        found is None
        or found[0] < max(GUTTER * page.width, 2 * EM * page.unit)
        or not low <= found[1] <= high
    ):
        return None
    return found[1]


def _side(page: ScannedPage, low: float, high: float) -> ScannedPage:
    return replace(
        page,
        width=high - low,
        glyphs=[glyph for glyph in page.glyphs if low <= (glyph.left + glyph.right) / 2 < high],
        horizontal=[rule for rule in page.horizontal if low <= (rule.start + rule.end) / 2 < high],
        vertical=[rule for rule in page.vertical if low <= rule.at < high],
        sure=[(box, sure) for box, sure in page.sure if low <= (box[0] + box[2]) / 2 < high],
    )


def _is_page(page: ScannedPage) -> bool:
    grids, _ = find_grids(page)
    if sum(len(grid.regions) for grid in grids) >= CELLS:
        return True
    outside: list[Glyph] = [glyph for glyph in page.glyphs if glyph.text.strip()]
    return sum(len(line.text.strip()) >= LONG for line in lines(outside)) >= LINES
