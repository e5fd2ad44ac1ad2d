"""What an OFD page shows, beside what its text says: told from its objects, for nothing here paints them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from extraction.document import Box
from extraction.readers.page import Glyph, Ink, Page
from extraction.readers.page_text import FIGURE_SIGNS

WHITE = 245
"""Colour values from which paper and print look the same."""
LARGE = 0.2
"""A picture over this share of a page is its ground or a watermark."""
_QUIET = {"Link", "Watermark"}


@dataclass
class Seen(Ink):
    """What stands on a page beside text and ruling lines, in points.

    Attributes:
        washes: filled shapes with their object numbers, whether they are opaque, and whether they are white.
        drawn: curved shapes and small pictures.
        annotated: what annotations show.
        hidden: text objects that are not painted.
        pale: text objects in white.
    """

    washes: list[tuple[int, Box, bool, bool]] = field(default_factory=list)
    drawn: list[Box] = field(default_factory=list)
    annotated: list[Box] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    pale: set[int] = field(default_factory=set)
    clipped: set[Glyph] = field(default_factory=set)

    def contrast(self, box: Box) -> int:
        """As of paint: full where something is drawn."""
        return 255 if any(_holds(box, *_middle(other)) for other in self.drawn) else 0

    def changed(self, box: Box) -> bool:
        """Whether an annotation reaches into a box."""
        return any(
            min(box[2], other[2]) - max(box[0], other[0]) > 1
            and min(box[3], other[3]) - max(box[1], other[1]) > 1
            for other in self.annotated
        )

    def text(self, number: int, element: etree._Element) -> None:
        """Note a text object that nobody sees, or only on a dark ground."""
        fill = element.find("{*}FillColor")
        clear = element.get("Alpha") == "0" or (fill is not None and fill.get("Alpha") == "0")
        if clear or (element.get("Fill") == "false" and element.get("Stroke") != "true"):
            self.hidden.add(number)
        elif _is_white(fill):
            self.pale.add(number)

    def path(self, number: int, element: etree._Element, box: Box, *, curved: bool) -> None:
        """Note a filled shape."""
        if curved:
            self.drawn.append(box)
        if element.get("Fill") == "true":
            fill = element.find("{*}FillColor")
            alphas = (element.get("Alpha"), None if fill is None else fill.get("Alpha"))
            self.washes.append(
                (number, box, all(alpha in {None, "255"} for alpha in alphas), _is_white(fill))
            )

    def picture(self, page: Page, box: Box) -> None:
        """Note a picture that may be a figure."""
        if (box[2] - box[0]) * (box[3] - box[1]) < LARGE * page.width * page.height:
            self.drawn.append(box)

    def finish(self, page: Page) -> None:
        """Say on the page which characters of figures are not seen."""
        page.unseen = frozenset(self._unseen(page))
        if self.drawn or self.annotated:
            page.ink = self

    def _unseen(self, page: Page) -> Iterator[Glyph]:
        for glyph in page.glyphs:
            if glyph.text not in FIGURE_SIGNS:
                continue
            over = [wash for wash in self.washes if _holds(wash[1], *_middle(glyph))]
            if (
                glyph.run in self.hidden
                or glyph in self.clipped
                or (
                    glyph.run in self.pale
                    and all(white for number, _, _, white in over if number < glyph.run)
                )
                or any(number > glyph.run and opaque for number, _, opaque, _ in over)
            ):
                yield glyph


def clips(element: etree._Element) -> list[Box]:
    """The areas outside of which an object is not painted, in its own millimetres."""
    found: list[Box] = []
    for path in element.iterfind("{*}Clips/{*}Clip/{*}Area/{*}Path"):
        try:
            left, top, wide, tall = map(float, (path.get("Boundary") or "").split())
        except ValueError:
            return []
        found.append((left, top, left + wide, top + tall))
    return found


def shown_by_annotations(root: etree._Element) -> Iterator[tuple[float, float, float, float]]:
    """The boxes of what a page's annotations show, in millimetres."""
    for annotation in root.iterfind("{*}Annot"):
        if annotation.get("Type") in _QUIET or annotation.get("Visible") == "false":
            continue
        for appearance in annotation.iterfind("{*}Appearance"):
            x, y, wide, tall = _four(appearance)
            inner = [
                _four(element)
                for element in appearance.iter()
                if element is not appearance and element.get("Boundary")
            ]
            for left, top, width, height in inner or [(0.0, 0.0, wide, tall)]:
                yield x + left, y + top, x + left + width, y + top + height


def _four(element: etree._Element) -> tuple[float, float, float, float]:
    try:
        left, top, wide, tall = map(float, (element.get("Boundary") or "").split())
    except ValueError:
        return 0.0, 0.0, 0.0, 0.0
    return left, top, wide, tall


def _is_white(fill: etree._Element | None) -> bool:
    values = (fill.get("Value") or "").split() if fill is not None else []
    return len(values) in {1, 3} and all(value.isdigit() and int(value) >= WHITE for value in values)


def _middle(box: Glyph | Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
