"""How the figures of a table look: what is printed over its first or last cells may look otherwise.

A mark that was written next to the first or last text of a table does not break the order of writing. Only
there a look is of any use: amid a table, a figure in another type is one that somebody typed anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from statistics import median_low
from typing import NamedTuple

from extraction.readers.page import Glyph, Style

AGREE = 0.9
"""Share of the others that look alike, if a look says something."""
FEW = 2
"""With fewer other figures, their size and colour are those of the labels."""
SIZE = 0.05
"""Share of its height by which a digit of another size differs."""
LEVEL = 0.1
"""Share of their height by which figures of one row do not stand higher or lower than each other."""
LINES = 1.5
"""So many times as tall as its digits is a figure of several lines."""

_DIGITS = frozenset("0123456789０１２３４５６７８９")


class _Look(NamedTuple):
    """Of one piece of text.

    Attributes:
        style: its fill colour and font, if they were asked for.
        size: height of its digits; 0.0 without any.
        tall: height of its first character.
        top: of its box.
        bottom: of its box.
    """

    style: Style | None
    size: float
    tall: float
    top: float
    bottom: float

    @property
    def font(self) -> Hashable:
        """Its font, if it was asked for."""
        return self.style[1] if self.style else None


def odd_ends(
    written: Sequence[Sequence[Glyph]],
    figures: Sequence[bool],
    marks: Collection[str],
    styles: Mapping[int, Style],
) -> set[int]:
    """Places of the first and last pieces of a table that are figures unlike the others.

    Args:
        written: the pieces of text, in the order of writing.
        figures: which of them are figures.
        marks: what was found to be of another print.
        styles: of the text objects of the page.
    """
    looks = [_look(glyphs, styles) for glyphs in written]
    out: set[int] = set()
    for places in (range(len(written) - 1, -1, -1), range(len(written))):
        for at in places:
            if at in out or not figures[at]:
                break
            others = [index for index in range(len(written)) if index != at and index not in out]
            same = "".join(glyph.text for glyph in written[at]) in marks
            if not same and not _odd(looks[at], [looks[i] for i in others], [figures[i] for i in others]):
                break
            out.add(at)
    return out


def _look(glyphs: Sequence[Glyph], styles: Mapping[int, Style]) -> _Look:
    digits = [glyph for glyph in glyphs if glyph.text in _DIGITS]
    size = median_low([glyph.bottom - glyph.top for glyph in digits]) if digits else 0.0
    inked = digits or glyphs
    top, bottom = min(glyph.top for glyph in inked), max(glyph.bottom for glyph in inked)
    return _Look(styles.get(inked[0].run), size, inked[0].bottom - inked[0].top, top, bottom)


def _odd(look: _Look, others: Sequence[_Look], figures: Sequence[bool]) -> bool:
    """Whether a figure looks unlike nearly all others, which look alike."""
    alike = [other for other, figure in zip(others, figures, strict=True) if figure]
    if len(alike) < FEW:
        alike = list(others)
    if look.style and _agreed([other.style[0] for other in alike if other.style], look.style[0]):
        return True
    if not look.size:
        return False  # a dash or a stroke may be of another font than the digits
    digits = [other for other in alike if other.size]
    known = [other.style[1] for other in digits if other.style]
    if look.style and len(known) >= FEW and _agreed(known, look.style[1]):
        return True
    # Boxes of different fonts are of different heights in the same size.
    sizes = [other.tall for other in alike if other.font == look.font]
    usual = median_low(sizes or [look.tall])
    near = sum(abs(size - usual) <= SIZE * usual for size in sizes)
    if near >= AGREE * len(sizes) and abs(look.tall - usual) > SIZE * usual:
        return True
    return _off_line(look, digits)


def _agreed(others: Sequence[Hashable], own: Hashable) -> bool:
    """Whether nearly all others agree on something else."""
    if not others:
        return False
    usual, count = Counter(others).most_common(1)[0]
    return count >= AGREE * len(others) and usual != own and bool(usual)


def _off_line(look: _Look, others: Sequence[_Look]) -> bool:
    """Whether a figure stands higher or lower than all other figures of its row, which are on one line."""
    tall = look.size
    if look.bottom - look.top > LINES * tall:
        return False  # broken over several lines
    row = [
        other.bottom
        for other in others
        if min(other.bottom, look.bottom) - max(other.top, look.top) > 0.5 * min(other.size, tall)
    ]
    return bool(row) and max(row) - min(row) <= LEVEL * tall < min(abs(look.bottom - at) for at in row)
