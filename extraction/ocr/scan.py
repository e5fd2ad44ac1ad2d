"""A page as pixels -> a page of glyphs and ruling lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np

from extraction.document import Box, ReadIssue, UnreadableError
from extraction.ocr import ILLEGIBLE, SURE, UNSURE
from extraction.ocr.cells import TextLine, read_cell
from extraction.ocr.engine import Engine, PixelBox, Pixels, engine
from extraction.ocr.lines import ruling_lines
from extraction.ocr.prose import read_prose
from extraction.ocr.straighten import EM, Matrix, ink, straighten
from extraction.readers.page import Glyph, Page
from extraction.readers.page_grid import Grid, find_grids

TYPE = 10.0
"""Points that a character is taken to be wide, where nothing says how large a page is."""
MAX_CELLS = 4_000
LEGIBLE = 0.6
NEAR = 1.0
"""Points by which the box of one cell may differ."""
STRETCHED = 0.03
"""Share by which a scanner stretches a page, at most."""
SHIFTED = 60.0
"""Points by which a page lies askew on the scanner, at most."""


@dataclass(frozen=True)
class Picture:
    """A page before it is read.

    Attributes:
        grey: its pixels.
        clean: the same without red, where it has colours: stamps are red.
        points: points of one pixel, each way, as displayed.
        printed: points of one pixel in print, if known; what is far and what is near is judged by it.
    """

    grey: Pixels
    clean: Pixels
    points: tuple[float, float]
    printed: float | None = None


@dataclass
class ScannedPage(Page):
    """A page that was recognised; positions are points of the upright picture.

    Attributes:
        back: from its pixels to the pixels of the page as displayed.
        points: points of a displayed pixel, each way.
        unit: points of a pixel of the upright picture.
        printed: points of a pixel of the page as given.
        moved: stretch and shift from left to right that set it under the page before.
        sure: of the cells that were read apart, the confidence.
        dropped: cells that were too many to be read.
        legible: mean probability of the characters of its longest lines.
    """

    back: Matrix | None = None
    points: tuple[float, float] = (1.0, 1.0)
    unit: float = 1.0
    printed: float = 1.0
    moved: tuple[float, float] = (1.0, 0.0)
    sure: list[tuple[Box, float]] = field(default_factory=list)
    dropped: int = 0
    legible: float = 1.0

    def displayed(self, box: Box) -> Box:
        """A box of the page as read, on the page as displayed."""
        if self.back is None:
            return box
        stretch, shift = self.moved
        left, right = ((edge - shift) / stretch / self.unit for edge in (box[0], box[2]))
        top, bottom = box[1] / self.unit, box[3] / self.unit
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
        for one, sure in self.sure:
            if all(abs(a - b) < NEAR for a, b in zip(one, box, strict=True)):
                return sure
        return self.confidence

    def move(self, stretch: float, shift: float) -> None:
        """Stretch and shift everything on it from left to right."""
        self.moved = (self.moved[0] * stretch, self.moved[1] * stretch + shift)
        self.glyphs = [
            glyph._replace(left=glyph.left * stretch + shift, right=glyph.right * stretch + shift)
            for glyph in self.glyphs
        ]
        self.vertical = [rule._replace(at=rule.at * stretch + shift) for rule in self.vertical]
        self.horizontal = [
            rule._replace(start=rule.start * stretch + shift, end=rule.end * stretch + shift)
            for rule in self.horizontal
        ]
        self.sure = [
            ((box[0] * stretch + shift, box[1], box[2] * stretch + shift, box[3]), sure)
            for box, sure in self.sure
        ]


def read_picture(picture: Picture, number: int) -> ScannedPage:
    """Recognise one page."""
    networks = engine()
    upright = straighten(picture.grey, picture.clean, networks)
    if upright is None:
        return ScannedPage(number, 595.0, 842.0, confidence=UNSURE)
    height, width = upright.grey.shape
    shrunk = float(np.sqrt(abs(np.linalg.det(upright.back[:2, :2]))))
    printed = picture.printed or TYPE / EM / shrunk
    unit = printed * shrunk
    page = ScannedPage(
        number,
        width * unit,
        height * unit,
        confidence=UNSURE,
        back=upright.back,
        points=picture.points,
        unit=unit,
        printed=printed,
        legible=upright.legible,
    )
    rules = ruling_lines(upright.clean)
    for left, top, right, bottom in rules:
        page.rule(left * unit, top * unit, right * unit, bottom * unit)
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
                page.sure.append((region.box, ILLEGIBLE))
                continue
            left, top, right, bottom = (round(edge / page.unit) for edge in region.box)
            inner = (
                max(left + margin, 0),
                max(top + margin, 0),
                min(right - margin, width),
                min(bottom - margin, height),
            )
            lines = read_cell(picture, inner, networks)
            # A place of its own before each cell: runs of characters must not go on into the next.
            x, y = region.box[0] + 0.1, region.box[1] + 0.1
            page.glyphs.append(Glyph(x, y, x, y, " "))
            for line in lines:
                _write(page, line)
            page.sure.append((region.box, min((line.confidence for line in lines), default=SURE)))
            _wipe(marks, (left, top, right, bottom), 0)


def _inside(inner: Box, outer: Box) -> bool:
    return (
        outer[0] - 1 <= inner[0]
        and outer[1] - 1 <= inner[1]
        and inner[2] <= outer[2] + 1
        and inner[3] <= outer[3] + 1
    )


def _wipe(marks: Pixels, box: PixelBox, margin: int) -> None:
    left, top, right, bottom = box
    cv2.rectangle(marks, (left - margin, top - margin), (right + margin, bottom + margin), (0.0,), -1)


def _write(page: ScannedPage, line: TextLine) -> None:
    """Put a line's characters on the page, side by side over its ink."""
    left, top, right, bottom = line.box
    unit = page.unit
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
            Glyph(x * unit, (middle - size / 2) * unit, end * unit, (middle + size / 2) * unit, character)
        )
        x = end


def align(pages: Sequence[Page]) -> None:
    """Set tables that go on over a page end below each other: no page lies on a scanner as the one before."""
    for before, page in pairwise(pages):
        if not isinstance(page, ScannedPage):
            continue
        above, below = find_grids(before)[0], find_grids(page)[0]
        if not above or not below:
            continue
        upper = max(above, key=lambda grid: grid.ys[-1])
        lower = min(below, key=lambda grid: grid.ys[0])
        wide, high = upper.xs[-1] - upper.xs[0], lower.xs[-1] - lower.xs[0]
        stretch = wide / high
        shift = upper.xs[0] - lower.xs[0] * stretch
        if abs(stretch - 1) <= STRETCHED and abs(upper.xs[0] - lower.xs[0]) <= SHIFTED:
            page.move(stretch, shift)


def doubts(pages: Sequence[Page]) -> list[ReadIssue]:
    """What has to be said of recognised pages.

    Raises:
        UnreadableError: none of them is legible (handwriting, another script, a photograph of anything).
    """
    scans = [page for page in pages if isinstance(page, ScannedPage) and page.glyphs]
    illegible = [page.shown for page in scans if page.legible < LEGIBLE]
    if illegible and len(illegible) == sum(bool(page.glyphs) for page in pages):
        raise UnreadableError("illegible", "the text of the picture is hardly legible")
    out = []
    if illegible:
        out.append(ReadIssue("page_illegible", "error", f"pages that are hardly legible: {illegible}"))
    if dropped := sum(page.dropped for page in scans):
        out.append(ReadIssue("too_large", "error", f"{dropped} cells of one page were too many to be read"))
    return out
