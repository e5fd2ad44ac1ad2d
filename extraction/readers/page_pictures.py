"""A recognised picture set into the page that shows it, among the text that is written there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extraction.document import Box
from extraction.ocr import UNSURE
from extraction.readers.page import Glyph, Page

if TYPE_CHECKING:
    from extraction.ocr.scan import ScannedPage

NEAR = 1.0
"""Points by which the box of one cell may differ."""
TABLE_WIDTH, TABLE_HEIGHT = 0.35, 0.05
"""Shares of a page from which a picture on it may be a table: signatures, logos and codes are smaller."""
WRITTEN = 20
"""Characters written over a picture from which it is not read: its text is there already."""


@dataclass
class PicturedPage(Page):
    """A page with text of which some was recognised.

    Attributes:
        sure: of the cells that were read apart, the confidence.
        pictures: the boxes that were recognised.
    """

    sure: list[tuple[Box, float]] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)

    def confidence_of(self, box: Box) -> float:
        """How surely the text of a cell was read; what touches a picture was recognised."""
        for one, sure in self.sure:
            if all(abs(a - b) < NEAR for a, b in zip(one, box, strict=True)):
                return sure
        return UNSURE if any(_touch(box, picture) for picture in self.pictures) else self.confidence


def may_be_table(page: Page, box: Box) -> bool:
    """Whether a picture is large enough for a table, and nothing is written over it."""
    left, top, right, bottom = box
    if right - left < TABLE_WIDTH * page.width or bottom - top < TABLE_HEIGHT * page.height:
        return False
    return (
        sum(left <= g.left and g.right <= right and top <= g.top and g.bottom <= bottom for g in page.glyphs)
        < WRITTEN
    )


def set_in(page: Page, read: ScannedPage, size: tuple[float, float], box: Box) -> PicturedPage:
    """The page with what was recognised in a picture on it.

    Args:
        page: the page, not turned.
        read: the picture.
        size: of the picture as displayed, in the points of `read`.
        box: where the page shows it.
    """
    across, down = (box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1]

    def placed(inner: Box) -> Box:
        left, top, right, bottom = read.displayed(inner)
        return (
            box[0] + left * across, box[1] + top * down, box[0] + right * across, box[1] + bottom * down,
        )  # fmt: skip

    out = (
        page
        if isinstance(page, PicturedPage)
        else PicturedPage(
            page.number,
            page.width,
            page.height,
            page.glyphs,
            page.horizontal,
            page.vertical,
            page.turned,
            page.confidence,
        )
    )
    out.pictures.append(box)
    for glyph in read.glyphs:
        out.glyphs.append(Glyph(*placed((glyph.left, glyph.top, glyph.right, glyph.bottom)), glyph.text))
    for rule in read.horizontal:
        out.rule(*placed((rule.start, rule.at, rule.end, rule.at)))
    for rule in read.vertical:
        out.rule(*placed((rule.at, rule.start, rule.at, rule.end)))
    out.sure += [(placed(cell), sure) for cell, sure in read.sure]
    return out


def _touch(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
