"""Figures at the ends of a table that do not stand in their cells as the others do."""

from __future__ import annotations

import pytest

from extraction.document import Box
from extraction.readers.page import Glyph
from extraction.readers.page_place import misplaced
from extraction.readers.page_text import Line, lines

FIGURES = ["12", "3", "415", "7", "88", "0", "1206", "5"]


def table(way: str, last: float = 0.0) -> tuple[list[Box], list[list[Line]]]:
    """Cells below each other; the text of the last stands `last` points farther right."""
    boxes: list[Box] = []
    cells: list[list[Line]] = []
    for row, text in enumerate(FIGURES):
        box = (100.0, 20.0 * row, 160.0, 20.0 * row + 20)
        room = box[2] - box[0] - 5.0 * len(text)
        left = box[0] + {"left": 4.0, "centre": room / 2, "right": room - 4.0}[way]
        left += last if row == len(FIGURES) - 1 else 0.0
        glyphs = [
            Glyph(left + 5 * at, box[1] + 5, left + 5 * at + 5, box[1] + 15, sign, row)
            for at, sign in enumerate(text)
        ]
        boxes.append(box)
        cells.append(lines(glyphs))
    return boxes, cells


@pytest.mark.parametrize("way", ["left", "centre", "right"])
def test_figures_that_stand_alike_are_not_doubted(way: str) -> None:
    assert misplaced(*table(way)) == set()


@pytest.mark.parametrize("way", ["left", "centre", "right"])
@pytest.mark.parametrize("last", [-3.0, 2.5, 9.0])
def test_the_last_figure_is_doubted_where_it_stands_elsewhere(way: str, last: float) -> None:
    assert misplaced(*table(way, last)) == {len(FIGURES) - 1}


def test_where_figures_are_not_set_alike_none_is_doubted() -> None:
    boxes, cells = table("centre")
    boxes = [(box[0] - 7.0 * row, *box[1:]) for row, box in enumerate(boxes)]
    assert misplaced(boxes, cells) == set()
