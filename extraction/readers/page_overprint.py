"""What is printed over a table: large upright characters of a watermark must not become digits of a figure.

A watermark's characters are far taller than the text around them, and stand over it or reach out of the cell
they fall into: these are left out. Everything else that may be two prints in one place is kept as read and
doubted: digits of unlike sizes, off their line, or over each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

from extraction.document import ReadIssue
from extraction.readers.page import Glyph
from extraction.readers.page_grid import Grid
from extraction.readers.page_text import Line

LARGE = 1.8
"""A character so many times as tall as its surroundings is of another print."""
OVER = 1.4
"""A character so many times as tall as one that it stands over is of another print."""
UNUSUAL = 1.45
"""A figure so many times as tall as the table's other figures (or as low) is doubted."""
UNLIKE = 1.2
"""Digits of one figure do not differ so much, not even where a font shows only their ink."""
OFF_LINE = 0.12
"""Share of the height by which digits of one figure do not stand higher or lower than each other."""
STRUCK_OVER = 0.4
"""Digits nearer to each other than this share of their width stand over each other."""
CLOSE = 0.65
"""The same where the table's digits are usually farther apart: fonts may claim twice the width they take."""
MARKS = 6
"""A page has no more different marks; if more look so, their font claims too much room."""
AGAIN = 6
"""A word that is printed so many times in one size beside the tables of a page is a mark."""
FEW = 3
"""With fewer figures than this a table does not show how tall its figures are."""
STRIP = 8.0
"""Height of the strips in which characters are looked up, in points."""

NOT_IN_TURN = (ReadIssue("print_doubtful", "warning", "something in it was not written with its table"),)
"""What is to be said where characters may be of another print by the order of writing."""

_DIGITS = frozenset("0123456789０１２３４５６７８９")


def height(glyph: Glyph) -> float:
    """Height of the box."""
    return glyph.bottom - glyph.top


def usual_height(glyphs: Iterable[Glyph]) -> float:
    """The usual height of the characters that have ink; 0.0 without any."""
    return median_low([height(glyph) for glyph in glyphs if not glyph.text.isspace()] or [0.0])


def digits_of(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """The digits among characters."""
    return [glyph for glyph in glyphs if glyph.text in _DIGITS]


def sort_out(glyphs: Sequence[Glyph], grids: Sequence[Grid]) -> tuple[list[Glyph], list[Glyph]]:
    """Characters of the text, and those that are printed over it."""
    low = min(map(height, glyphs), default=0.0)
    if not any(height(glyph) > OVER * low for glyph in glyphs):
        return list(glyphs), []
    words = list(_words(glyphs))
    if strewn := _strewn(words, glyphs, grids):
        text, over_text = sort_out([g for index, g in enumerate(glyphs) if index not in strewn], grids)
        return text, [*over_text, *(glyphs[index] for index in sorted(strewn))]
    over, place = _over_text(glyphs), _place(grids, glyphs)

    def foreign(glyph: Glyph) -> bool:
        tall = height(glyph)
        usual, beyond = place(glyph)
        return tall > OVER * usual and ((tall > LARGE * usual and beyond > 0.1 * tall) or over(glyph))

    certain = [word for word in words if any(foreign(glyphs[index]) for index in word)]
    # A mark that is printed again and again is one where it stands over nothing, too.
    marks = {_look(word, glyphs) for word in certain}
    if len(marks) > MARKS:
        return list(glyphs), []  # kept, and doubted cell by cell
    out = {index for word in words if _look(word, glyphs) in marks for index in word}
    return (
        [glyph for index, glyph in enumerate(glyphs) if index not in out],
        [glyphs[index] for index in sorted(out)],
    )


def _look(word: Sequence[int], glyphs: Sequence[Glyph]) -> tuple[str, int]:
    """What a word says and how tall it is, so that the same mark is known again."""
    return "".join(glyphs[index].text for index in word), round(4 * height(glyphs[word[0]]))


def _strewn(words: Sequence[Sequence[int]], glyphs: Sequence[Glyph], grids: Sequence[Grid]) -> set[int]:
    """Characters of small marks: words printed again and again beside tables, over which larger text stands.

    The larger print is the text where it says something else each time; a watermark repeats itself.
    """
    places: dict[tuple[str, int], list[Sequence[int]]] = defaultdict(list)
    for word in words:
        if not any(grid.holds(*_middle(glyphs[word[0]])) for grid in grids):
            places[_look(word, glyphs)].append(word)
    again = {
        index
        for (said, _), found in places.items()
        if len(found) >= AGAIN and sum(map(str.isalpha, said)) > 1
        for word in found
        for index in word
    }
    if not again:
        return again
    over = _over_text([glyphs[index] for index in sorted(again)])
    larger = [word for word in words if word[0] not in again and any(over(glyphs[index]) for index in word)]
    once = all(len(places[_look(word, glyphs)]) == 1 for word in larger)
    return again if once and len(larger) > 1 else set()


def _over_text(glyphs: Sequence[Glyph]) -> Callable[[Glyph], bool]:
    """A test whether a character stands over the middle of one that is far smaller."""
    strips: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
    for glyph in glyphs:
        if not glyph.text.isspace():
            x, y = (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2
            strips[int(y // STRIP)].append((x, y, height(glyph)))
    for strip in strips.values():
        strip.sort()
    numbers = sorted(strips)  # a damaged file has characters that reach over millions of empty strips

    def over(glyph: Glyph) -> bool:
        tall = height(glyph)
        top, bottom = glyph.top + 0.1 * tall, glyph.bottom - 0.1 * tall
        first, end = bisect_left(numbers, top // STRIP), bisect_right(numbers, bottom // STRIP)
        for strip in (strips[number] for number in numbers[first:end]):
            for index in range(bisect_left(strip, (glyph.left, 0.0, 0.0)), len(strip)):
                x, y, other = strip[index]
                if x > glyph.right:
                    break
                if top < y < bottom and OVER * other < tall:
                    return True
        return False

    return over


def _place(grids: Sequence[Grid], glyphs: Sequence[Glyph]) -> Callable[[Glyph], tuple[float, float]]:
    """The usual height around a character, and how far it reaches out of its cell, if it is in one."""
    page = usual_height(glyphs)
    usual = [usual_height(glyph for glyph in glyphs if grid.holds(*_middle(glyph))) for grid in grids]

    def place(glyph: Glyph) -> tuple[float, float]:
        x, y = _middle(glyph)
        for grid, size in zip(grids, usual, strict=True):
            if grid.holds(x, y) and (region := grid.region_at(x, y)) is not None:
                return size, max(region.box[1] - glyph.top, glyph.bottom - region.box[3])
        return page, 0.0

    return place


def _middle(glyph: Glyph) -> tuple[float, float]:
    return (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2


def _words(glyphs: Sequence[Glyph]) -> Iterator[list[int]]:
    """Characters that follow each other in the file, are of one height and stand side by side."""
    word: list[int] = []
    for index, glyph in enumerate(glyphs):
        if word:
            before = glyphs[word[-1]]
            tall = height(before)
            if not (
                abs(height(glyph) - tall) < 0.05 * tall
                and abs(glyph.top - before.top) < 0.05 * tall
                and abs(glyph.left - before.right) < tall
            ):
                yield word
                word = []
        word.append(index)
    if word:
        yield word


class Sizes(NamedTuple):
    """How tall a table is printed.

    Attributes:
        text: usual height of its characters.
        figures: of the digits of its figures; that of the text where it has hardly any.
        step: share of their width by which digits of one figure usually follow each other.
    """

    text: float
    figures: float
    step: float = 1.0


def sizes_of(cells: Sequence[Sequence[Line]]) -> Sizes:
    """The usual heights in a table, from the lines of its cells."""
    glyphs = [[glyph for line in cell for glyph in line.glyphs] for cell in cells]
    text = usual_height(glyph for cell in glyphs for glyph in cell)
    figures = [max(map(height, digits)) for cell in glyphs if (digits := _figure(cell))]
    steps = [
        step
        for cell in cells
        for line in cell
        if _figure(line.glyphs)
        for step in _steps(digits_of(line.glyphs))
    ]
    return Sizes(
        text,
        median_low(figures) if len(figures) >= FEW else text,
        median_low(steps) if len(steps) >= FEW else 1.0,
    )


def _steps(digits: Sequence[Glyph]) -> list[float]:
    """Shares of their width by which digits follow each other."""
    return [
        (other.left - one.left) / max(min(one.right - one.left, other.right - other.left), 0.01)
        for one, other in pairwise(digits)
    ]


def _figure(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The digits of a cell that holds a figure and little else."""
    digits = digits_of(glyphs)
    return digits if 2 * len(digits) >= len(glyphs) else []


def doubts(
    found: Sequence[Line], sizes: Sizes, *, left_out: str = "", apart: bool = False
) -> tuple[ReadIssue, ...]:
    """What is to be said about a cell.

    Args:
        found: its lines.
        sizes: of its table.
        left_out: what was printed over it.
        apart: whether something in it was not written in its turn.
    """
    issues = []
    if left_out:
        # Without it the cell is blank: nothing but its size says that it is no figure.
        severity = "note" if found else "warning"
        issues.append(ReadIssue("overprint", severity, f"left out, as printed over the table: {left_out}"))
    if apart:
        issues += NOT_IN_TURN
    elif (why := _doubt(found, sizes)) is not None:
        text = " ".join(line.text for line in found)
        issues.append(ReadIssue("print_doubtful", "warning", f"{why}: {text[:60]!r}"))
    return tuple(issues)


def _doubt(found: Sequence[Line], sizes: Sizes) -> str | None:
    digits = _figure([glyph for line in found for glyph in line.glyphs])
    if not digits:
        return None
    tall, low = max(map(height, digits)), min(map(height, digits))
    if tall > UNLIKE * low:
        return "digits of unlike sizes"
    if not sizes.figures / UNUSUAL <= tall <= min(sizes.figures * UNUSUAL, sizes.text * LARGE):
        return "digits of another size than the table's"
    least = CLOSE if sizes.step > 0.8 else STRUCK_OVER
    for line in found:
        own = digits_of(line.glyphs)
        if min(_steps(own), default=1.0) < least:
            return "digits printed over each other"
        for one, other in pairwise(own):
            if abs(_middle(one)[1] - _middle(other)[1]) > OFF_LINE * tall:
                return "digits that are not on one line"
    return None
