"""What is drawn on a page, whatever drew it: PDF, OFD or a picture that was recognised.

Positions are points from the upper left corner of the page as it is *read*: a table printed sideways is
turned upright first, and only the boxes given as evidence go back to the page as displayed.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

from extraction.document import Box

DOT = 1.0
"""Ink no longer than this is no line."""


Style = tuple[Hashable, Hashable]
"""Fill colour and font of a text object, as far as they are known: only whether they are the same counts."""


class Glyph(NamedTuple):
    """One character; its box is advance by line height, so that neighbours in a line touch.

    `run` is the number of the text object that drew it, in the order they were drawn.
    """

    left: float
    top: float
    right: float
    bottom: float
    text: str
    run: int = 0


class Rule(NamedTuple):
    """A horizontal or vertical ruling line: `at` across, from `start` to `end` along."""

    at: float
    start: float
    end: float


class Ink(Protocol):
    """What is seen on a page, whatever its text says. Boxes are of the page as read."""

    def contrast(self, box: Box) -> int:
        """Grey levels between the darkest and the lightest place in a box."""

    def changed(self, box: Box) -> bool:
        """Whether annotations or form fields change what is seen in a box."""


@dataclass
class Page:
    """One page.

    Attributes:
        number: one-based.
        width: as read.
        height: as read.
        glyphs: characters, in the order they were written.
        horizontal: horizontal ruling lines.
        vertical: vertical ruling lines.
        turned: quarter turns clockwise from the page as displayed to the page as read.
        confidence: of the characters; 1.0 where they were written as text.
        sheet: the page as displayed that it stands on, where that holds two.
        styles: of the text objects, by their numbers.
        unseen: digits that are written and not seen, and the text of `hidden`.
        hidden: the text objects that certainly show nothing.
        ink: what is seen, if there may be more than text and ruling lines.
    """

    number: int
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    turned: int = 0
    confidence: float = 1.0
    sheet: int | None = None
    styles: dict[int, Style] = field(default_factory=dict)
    unseen: frozenset[Glyph] = frozenset()
    hidden: frozenset[int] = frozenset()
    ink: Ink | None = None

    @cached_property
    def runs(self) -> list[int]:
        """The text objects that have ink, ascending; asked once all characters are there."""
        return sorted({glyph.run for glyph in self.glyphs if not glyph.text.isspace()})

    @cached_property
    def tops(self) -> list[tuple[float, int]]:
        """The tops of the characters, ascending, with their places; asked once all characters are there."""
        return sorted((glyph.top, at) for at, glyph in enumerate(self.glyphs))

    @cached_property
    def tallest(self) -> float:
        """The height of the tallest character."""
        return max((glyph.bottom - glyph.top for glyph in self.glyphs), default=0.0)

    @property
    def shown(self) -> int:
        """The number of the page as displayed."""
        return self.number if self.sheet is None else self.sheet

    def rule(self, left: float, top: float, right: float, bottom: float) -> None:
        """Note a ruling line by the box of its ink; dots are left out."""
        if right - left >= bottom - top:
            if right - left > DOT:
                self.horizontal.append(Rule((top + bottom) / 2, left, right))
        elif bottom - top > DOT:
            self.vertical.append(Rule((left + right) / 2, top, bottom))

    def displayed(self, box: Box) -> Box:
        """A box of the page as read, on the page as displayed."""
        left, top, right, bottom = box
        width, height = self.width, self.height
        for _ in range(-self.turned % 4):
            left, top, right, bottom = height - bottom, left, height - top, right
            width, height = height, width
        return (round(left, 2), round(top, 2), round(right, 2), round(bottom, 2))

    def confidence_of(self, box: Box) -> float:
        """How surely the text in a box of the page as read was read."""
        del box
        return self.confidence
