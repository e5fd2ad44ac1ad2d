"""Text of a PDF page that nobody sees: under something, or not painted at all.

Whether it is seen is not guessed from what covers it, which may be clear, clipped or somewhere else: the page
is painted again without such text. What changes nothing by going is not seen.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from pypdfium2 import raw

from extraction.document import Box
from extraction.readers.page import Glyph

APART = 24
"""So many texts of a page that stand over others that may be covered are looked at one by one."""


@dataclass
class Covers:
    """What may hide text on a page.

    Attributes:
        objects: the text objects by their numbers.
        washes: boxes of what is painted, each with the number of text objects that were before it.
        invisible: text objects that are written so as not to be seen.
    """

    objects: Mapping[int, int] = field(default_factory=dict)
    washes: Sequence[tuple[Box, int]] = ()
    invisible: Collection[int] = ()


def suspects(glyphs: Sequence[Glyph], covers: Covers, faint: Iterable[Glyph]) -> set[int]:
    """The text objects that may be unseen: invisible, with faint digits, or under something."""
    found = set(covers.invisible) | {glyph.run for glyph in faint}
    if covers.washes:
        rows = sorted(
            (glyph.top + glyph.bottom, (glyph.left + glyph.right) / 2, glyph.run) for glyph in glyphs
        )
        middles = [row[0] for row in rows]
        for (left, top, right, bottom), before in covers.washes:
            for _, x, run in rows[bisect_left(middles, 2 * top) : bisect_right(middles, 2 * bottom)]:
                if run < before and left < x < right:
                    found.add(run)
    return found


def unseen(
    glyphs: Sequence[Glyph],
    suspected: Collection[int],
    objects: Mapping[int, int],
    changed: Callable[[Sequence[Box]], Sequence[bool]],
) -> set[int]:
    """The suspected text objects without which the page looks the same.

    Args:
        glyphs: of the page.
        suspected: numbers of text objects.
        objects: the text objects by their numbers.
        changed: paints the page as it is now, and says of boxes whether they look otherwise than at first.
    """
    boxes = {run: box for run, box in _boxes(glyphs, suspected).items() if run in objects}

    def shown(runs: Sequence[int]) -> set[int]:
        with _without(runs, objects):
            return {
                run for run, other in zip(runs, changed([boxes[run] for run in runs]), strict=True) if other
            }

    if not boxes:
        return set()
    found = set(boxes) - shown(list(boxes))
    # Where several stand at one place, one that is seen speaks for one that is not.
    crowded = [run for run in _crowded(boxes) if run not in found]
    return found.union(run for run in crowded[:APART] if not shown([run]))


def _boxes(glyphs: Iterable[Glyph], runs: Collection[int]) -> dict[int, Box]:
    parts: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        if glyph.run in runs and not glyph.text.isspace():
            parts[glyph.run].append(glyph)
    return {
        run: (
            min(glyph.left for glyph in part) - 1,
            min(glyph.top for glyph in part) - 1,
            max(glyph.right for glyph in part) + 1,
            max(glyph.bottom for glyph in part) + 1,
        )
        for run, part in parts.items()
    }


def _crowded(boxes: Mapping[int, Box]) -> list[int]:
    """Those that reach well into the next one."""
    out: set[int] = set()
    rows = sorted(boxes.items(), key=lambda item: (round(item[1][1] + item[1][3]), item[1][0]))
    for (one, first), (other, second) in pairwise(rows):
        tall = min(first[3] - first[1], second[3] - second[1])
        if (
            min(first[2], second[2]) - max(first[0], second[0]) > 0.3 * tall
            and min(first[3], second[3]) - max(first[1], second[1]) > 0.3 * tall
        ):
            out |= {one, other}
    return sorted(out)


@contextmanager
def _without(runs: Iterable[int], objects: Mapping[int, int]) -> Iterator[None]:
    """Text objects are not painted meanwhile."""
    handles = [ctypes.cast(objects[run], raw.FPDF_PAGEOBJECT) for run in runs]
    for handle in handles:
        raw.FPDFPageObj_SetIsActive(handle, 0)
    try:
        yield
    finally:
        for handle in handles:
            raw.FPDFPageObj_SetIsActive(handle, 1)
