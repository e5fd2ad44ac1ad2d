"""Where figures stand in their cells: a mark at an end of a table may look like them, and stands otherwise.

Programs set all figures of a table left, right or in the middle. A mark written next to the first or last
text of a table breaks neither the order of writing nor the look of the figures, but it stands anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

from extraction.document import Box
from extraction.readers.page_text import IN_FIGURES, Line

FEW = 6
"""So many other figures show where the table sets its figures."""
AGREE = 0.95
"""Share of the others that are set alike."""
NEAR = 1.0
"""Points by which figures that are set alike differ."""
FAR = 0.18
"""Share of its height by which a figure stands elsewhere."""


def misplaced(boxes: Sequence[Box], cells: Sequence[Sequence[Line]]) -> set[int]:
    """The first and last cells of a table as written, if they are figures not set like the others.

    Args:
        boxes: of the cells.
        cells: their lines.
    """
    placed = {
        at: _places(boxes[at], cell[0])
        for at, cell in enumerate(cells)
        if len(cell) == 1 and all(glyph.text in IN_FIGURES for glyph in cell[0].glyphs)
    }
    runs = {
        at: [glyph.run for line in cell for glyph in line.glyphs] for at, cell in enumerate(cells) if cell
    }
    if len(placed) <= FEW:
        return set()
    ends = {min(runs, key=lambda at: min(runs[at])), max(runs, key=lambda at: max(runs[at]))}
    return {at for at in ends & set(placed) if _elsewhere(at, placed, max(FAR * cells[at][0].height, NEAR))}


def _places(box: Box, line: Line) -> tuple[float, float, float]:
    """How far a line stands from the left, from the middle and from the right of its cell."""
    left, right = line.box[0] - box[0], box[2] - line.box[2]
    return left, (left - right) / 2, right


def _elsewhere(at: int, placed: dict[int, tuple[float, float, float]], far: float) -> bool:
    """Whether a figure stands in none of the ways in which nearly all others stand."""
    fits = []
    for way in range(3):
        others = [places[way] for other, places in placed.items() if other != at]
        usual = median_low(others)
        if sum(abs(place - usual) <= NEAR for place in others) >= AGREE * len(others):
            fits.append(abs(placed[at][way] - usual) <= far)
    return bool(fits) and not any(fits)
