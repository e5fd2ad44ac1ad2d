"""A page as pixels -> a page of glyphs and ruling lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from extraction.document import Box
from extraction.ocr import ILLEGIBLE, SURE, UNSURE
from extraction.ocr.cells import TextLine, read_cell
from extraction.ocr.engine import Engine, PixelBox, Pixels, engine
from extraction.ocr.lines import ruling_lines
from extraction.ocr.prose import read_prose
from extraction.ocr.straighten import EM, Matrix, ink, straighten
from extraction.readers.page import Glyph, Page
from extraction.readers.page_grid import Grid, find_grids

POINTS = 10.0 / EM
"""Points of a pixel of the upright picture: a character is set to be ten points wide, as in print."""
MAX_CELLS = 4_000


@dataclass(frozen=True)
class Picture:
    """A page before it is read.

    Attributes:
        grey: its pixels.
        clean: the same without red, where it has colours: stamps are red.
        points: points of one pixel, each way.
    """

    grey: Pixels
    clean: Pixels
    points: tuple[float, float]


@dataclass
class ScannedPage(Page):
    """A page that was recognised; positions are points of the upright picture.

    Attributes:
        back: from its pixels to the pixels of the page as displayed.
        points: points of a displayed pixel, each way.
        sure: of the cells that were read apart, the confidence.
        doubtful: cells that stayed in doubt after the second pass.
        dropped: cells that were too many to be read.
    """

    back: Matrix | None = None
    points: tuple[float, float] = (1.0, 1.0)
    sure: dict[Box, float] = field(default_factory=dict)
    dropped: int = 0

    def displayed(self, box: Box) -> Box:
        """A box of the page as read, on the page as displayed."""
        if self.back is None:
            return box
        left, top, right, bottom = (edge / POINTS for edge in box)
        corners = np.array([[left, right, right, left], [top, top, bottom, bottom], [1.0, 1.0, 1.0, 1.0]])
        xs, ys, _ = (self.back @ corners).tolist()
        wide, high = self.points
        return (
            round(max(min(xs) * wide, 0.0), 1),
            round(max(min(ys) * high, 0.0), 1),
            round(max(xs) * wide, 1),
            round(max(ys) * high, 1),
        )

    def confidence_of(self, box: Box) -> float:
        """How surely the text of a cell was read."""
        return self.sure.get(box, self.confidence)


def read_picture(picture: Picture, number: int) -> ScannedPage:
    """Recognise one page."""
    networks = engine()
    upright = straighten(picture.grey, picture.clean, networks)
    if upright is None:
        return ScannedPage(number, 595.0, 842.0, confidence=UNSURE)
    height, width = upright.grey.shape
    page = ScannedPage(
        number,
        width * POINTS,
        height * POINTS,
        confidence=UNSURE,
        back=upright.back,
        points=picture.points,
    )
    rules = ruling_lines(upright.clean)
    for left, top, right, bottom in rules:
        page.rule(left * POINTS, top * POINTS, right * POINTS, bottom * POINTS)
    grids, _ = find_grids(page)
    marks = ink(upright.grey)
    thick = max(round(float(np.median([min(r - l, b - t) for l, t, r, b in rules]))), 1) if rules else 1  # noqa: E741
    for box in rules:
        _wipe(marks, box, thick)
    _read_grids(page, grids, upright.clean, marks, thick, networks)
    for line in read_prose(upright.grey, marks, networks):
        _write(page, line)
    return page


def _read_grids(
    page: ScannedPage, grids: Sequence[Grid], picture: Pixels, marks: Pixels, thick: int, networks: Engine
) -> None:
    height, width = picture.shape
    margin = thick // 2 + 2
    frames = [grid.box for grid in grids]
    for grid in grids:
        for region in grid.regions:
            if any(_inside(frame, region.box) for frame in frames if frame != grid.box):
                continue  # a frame around tables
            if len(page.sure) >= MAX_CELLS:
                page.dropped += 1
                page.sure[region.box] = ILLEGIBLE
                continue
            left, top, right, bottom = (round(edge / POINTS) for edge in region.box)
            inner = (
                max(left + margin, 0), max(top + margin, 0), min(right - margin, width), min(bottom - margin, height)
            )  # fmt: skip
            lines = read_cell(picture, inner, networks)
            # A place of its own before each cell: runs of characters must not go on into the next.
            x, y = region.box[0] + 0.1, region.box[1] + 0.1
            page.glyphs.append(Glyph(x, y, x, y, " "))
            for line in lines:
                _write(page, line)
            page.sure[region.box] = min((line.confidence for line in lines), default=SURE)
            _wipe(marks, (left, top, right, bottom), 0)


def _inside(inner: Box, outer: Box) -> bool:
    return (
        outer[0] - 1 <= inner[0] and outer[1] - 1 <= inner[1] and inner[2] <= outer[2] + 1 and inner[3] <= outer[3] + 1
    )


def _wipe(marks: Pixels, box: PixelBox, margin: int) -> None:
    left, top, right, bottom = box
    cv2.rectangle(marks, (left - margin, top - margin), (right + margin, bottom + margin), (0.0,), -1)


def _write(page: Page, line: TextLine) -> None:
    """Put a line's characters on the page, side by side over its ink."""
    left, top, right, bottom = line.box
    size = bottom - top
    # Lines of one size of type differ in ink; what belongs to a paragraph must look alike.
    size = EM if 0.3 * EM <= size <= 1.4 * EM else size
    middle = (top + bottom) / 2
    shares = [1.0 if ord(character) > 0x2E80 or character == "—" else 0.5 for character in line.text]
    step = (right - left) / (sum(shares) or 1.0)
    x = float(left)
    for character, share in zip(line.text, shares, strict=True):
        end = x + share * step
        page.glyphs.append(
            Glyph(x * POINTS, (middle - size / 2) * POINTS, end * POINTS, (middle + size / 2) * POINTS, character)
        )
        x = end
