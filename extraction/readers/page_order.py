"""In which order a table was written: print over it is written before or after its cells, never amid them.

Word processors, browsers and printer drivers write a table cell by cell. What stands in a cell and was not
written in its turn may be of another print (a watermark, a stamp, a running head), whatever it looks like.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from extraction.readers.page import Glyph, Page
from extraction.readers.page_style import odd_ends
from extraction.readers.page_text import FIGURE_SIGNS, IN_FIGURES, WORD_GAP, Line, lines

MOST = 0.7
"""If fewer figures than this share were written in turn, the order does not say which print is right."""
FEW = 3
"""So many figures have an order of their own."""
WORDS = 2
"""A cell with so many letters is a label."""
OVERLAP = 0.15
"""Share of their height by which characters of one line do not stand over each other."""


class _Elsewhere(NamedTuple):
    """Text objects, ascending.

    Attributes:
        all: of the page.
        own: of the table.
    """

    all: Sequence[int]
    own: Sequence[int]

    def between(self, first: int, last: int) -> bool:
        """Whether something beyond the table was written between two of its text objects."""
        every = bisect_left(self.all, last) - bisect_left(self.all, first)
        return every > bisect_left(self.own, last) - bisect_left(self.own, first)


class _Piece(NamedTuple):
    """What was written into one cell (or line) at one time."""

    run: int
    cell: int
    glyphs: Sequence[Glyph]
    turn: int
    """Its place among all pieces by the time of writing."""

    @property
    def runs(self) -> set[int]:
        """The text objects it was written by."""
        return {glyph.run for glyph in self.glyphs}

    @property
    def letters(self) -> int:
        """Characters that are of no figure."""
        return sum(glyph.text not in IN_FIGURES for glyph in self.glyphs)


class Order(NamedTuple):
    """How a table was written.

    Attributes:
        apart: what was not written in its turn, by cell.
        mixed: the cells that were written at several times.
    """

    apart: dict[int, list[Glyph]]
    mixed: frozenset[int] = frozenset()


def order_of(table: Sequence[Sequence[Line]], page: Page) -> Order:
    """In which order a table was written.

    Args:
        table: the lines of its cells, row by row.
        page: that it stands on.
    """
    cells = [[glyph for line in cell for glyph in line.glyphs] for cell in table]
    own = sorted({glyph.run for cell in cells for glyph in cell})
    elsewhere = _Elsewhere(page.runs, own)
    pieces = _pieces(cells, elsewhere)
    letters = [piece.letters for piece in pieces]
    chain = _in_turn(pieces, [1 + count for count in letters])
    figures = {index for index, count in enumerate(letters) if not count}
    mixed = frozenset(one.cell for one, other in pairwise(pieces) if one.cell == other.cell)
    separate = not mixed and len(figures) >= FEW and 2 * len(figures & chain) < len(figures)
    late: set[int] = set()
    if separate:
        # Some programs write all the labels after all the figures.
        chain = set()
        for part in (sorted(figures), [index for index, count in enumerate(letters) if count]):
            found = _in_turn([pieces[index] for index in part], [1 + letters[index] for index in part])
            chain |= {part[index] for index in found}
        late = _beyond(pieces, sorted(figures & chain), letters, elsewhere)
    else:
        chain -= _added(pieces, letters, sorted(chain), elsewhere)
    if len(figures & chain) < MOST * len(figures):
        chain -= figures
    chain -= late
    written = sorted(figures & chain) if separate else sorted(chain)
    marks = {
        "".join(glyph.text for glyph in piece.glyphs) for at, piece in enumerate(pieces) if at not in chain
    }
    odd = odd_ends(
        [pieces[at].glyphs for at in written], [at in figures for at in written], marks, page.styles
    )
    out = _rest(pieces, chain - {written[at] for at in odd})
    if sum(len(piece.runs) for piece in pieces) > len(own):
        for cell, glyph in _torn(cells):
            out.setdefault(cell, []).append(glyph)
    return Order(out, mixed)


def label_alone(cell: Sequence[Line], apart: Sequence[Glyph]) -> list[Line]:
    """The lines of a label without what is not its own; none where the cell is no label."""
    foreign = set(apart)
    kept = [glyph for line in cell for glyph in line.glyphs if glyph not in foreign]
    words = sum(glyph.text.isalpha() for glyph in kept)
    return lines(kept) if words >= WORDS and 2 * words > len(kept) else []


def parted(found: Sequence[Line], page: Page) -> tuple[list[Line], list[Glyph]]:
    """Lines of running text without what was printed over them at another time, and that.

    What was written at another time and stands over nothing stays. Both are doubtful: which of two prints is
    the text is only likely.
    """
    own = sorted({glyph.run for line in found for glyph in line.glyphs})
    # Low commas may make lines of their own, which part the line that they belong to.
    words = [[glyph for glyph in line.glyphs if _is_word(glyph)] for line in found]
    pieces = _pieces(words, _Elsewhere(page.runs, own))
    if len(pieces) == sum(map(bool, words)):
        return list(found), []
    chain = _in_turn(pieces, [1 + piece.letters for piece in pieces])
    out: list[Line] = []
    over: list[Glyph] = []
    rest = _rest(pieces, chain)
    for number, line in enumerate(found):
        apart = set(rest.get(number, ()))
        kept = [glyph for glyph in line.glyphs if glyph not in apart]
        if kept and _overlap(kept, apart):
            out += [replace(part, doubtful=True) for part in lines(kept)]
            over += apart
        else:
            out.append(replace(line, doubtful=True) if apart else line)
    return out, over


def _is_word(glyph: Glyph) -> bool:
    return glyph.text.isalnum() or glyph.text in FIGURE_SIGNS


def _overlap(one: Iterable[Glyph], other: Iterable[Glyph]) -> bool:
    """Whether characters of two prints stand over each other, as those of one line never do."""
    placed = sorted([(glyph, False) for glyph in one] + [(glyph, True) for glyph in other])
    return any(
        first is not second and before.right - glyph.left > OVERLAP * (glyph.bottom - glyph.top)
        for (before, first), (glyph, second) in pairwise(placed)
    )


def _rest(pieces: Sequence[_Piece], chain: set[int]) -> dict[int, list[Glyph]]:
    """The characters that are not in the chain, by cell."""
    out: dict[int, list[Glyph]] = {}
    for index, piece in enumerate(pieces):
        if index not in chain:
            out.setdefault(piece.cell, []).extend(piece.glyphs)
    return out


def _pieces(cells: Sequence[Sequence[Glyph]], elsewhere: _Elsewhere) -> list[_Piece]:
    """What the cells hold, cell by cell and in each as it was written."""
    found: list[_Piece] = []
    last = -1
    for cell, glyphs in enumerate(cells):
        if not glyphs:
            continue
        runs = [glyph.run for glyph in glyphs]
        first, before, last = min(runs), last, max(runs)
        if first <= before or (first < last and elsewhere.between(first, last)):
            break
        found.append(_Piece(first, cell, glyphs, len(found)))
    else:
        return found
    written = enumerate(_cut(cells, elsewhere))
    pieces = [_Piece(part[0].run, at, part, turn) for turn, (at, part) in written]
    return sorted(pieces, key=lambda piece: (piece.cell, piece.turn))


def _cut(cells: Sequence[Sequence[Glyph]], elsewhere: _Elsewhere) -> Iterator[tuple[int, list[Glyph]]]:
    """Cell by cell as they were written: the cell, and what was put into it."""
    written = [(glyph.run, cell, glyph) for cell, glyphs in enumerate(cells) for glyph in glyphs]
    part: list[Glyph] = []
    at = -1
    for _, cell, glyph in sorted(written):
        if part and (cell != at or elsewhere.between(part[-1].run, glyph.run)):
            yield at, part
            part = []
        at = cell
        part.append(glyph)
    if part:
        yield at, part


def _torn(cells: Sequence[Sequence[Glyph]]) -> Iterator[tuple[int, Glyph]]:
    """Characters of figures that stand in another cell than the character beside them in one text object."""
    written = [(glyph.run, glyph, cell) for cell, glyphs in enumerate(cells) for glyph in glyphs]
    for (run, glyph, cell), (other, beside, there) in pairwise(sorted(written)):
        if (
            run == other
            and cell != there
            and glyph.text in FIGURE_SIGNS
            and beside.text in FIGURE_SIGNS
            and beside.left - glyph.right < WORD_GAP * (glyph.bottom - glyph.top)
        ):
            yield cell, glyph
            yield there, beside


def _in_turn(pieces: Sequence[_Piece], weights: Sequence[int]) -> set[int]:
    """The heaviest choice of pieces, by their places, of which each was written after those before it."""
    if all(before.turn < piece.turn for before, piece in pairwise(pieces)):
        return set(range(len(pieces)))
    turns = sorted(piece.turn for piece in pieces)
    # A tree of maxima over the turns: the heaviest chain that ends with a piece up to some turn.
    best: list[tuple[int, int]] = [(0, -1)] * (len(turns) + 1)
    links: list[int] = []
    at = 0
    while at < len(pieces):
        # _Pieces of one cell are alternatives: none of them may build on another.
        start = at
        found: list[tuple[int, int]] = []
        while at < len(pieces) and pieces[at].cell == pieces[start].cell:
            rank = bisect_left(turns, pieces[at].turn)
            weight, link = 0, -1
            while rank > 0:
                if best[rank][0] > weight:
                    weight, link = best[rank]
                rank -= rank & -rank
            links.append(link)
            found.append((weight + weights[at], at))
            at += 1
        for entry in found:
            rank = bisect_left(turns, pieces[entry[1]].turn) + 1
            while rank <= len(turns):
                if best[rank][0] < entry[0]:
                    best[rank] = entry
                rank += rank & -rank
    chain: set[int] = set()
    _, end = max(best, key=lambda entry: entry[0])
    while end >= 0:
        chain.add(end)
        end = links[end]
    return chain


def _added(
    pieces: Sequence[_Piece], letters: Sequence[int], chain: Sequence[int], elsewhere: _Elsewhere
) -> set[int]:
    """_Pieces of the chain before its first or after its last label that other text parts from it."""
    labels = [index for index in chain if letters[index]]
    if not labels:
        return set()
    out: set[int] = set()
    ends = (
        [index for index in chain if index > labels[-1]],
        [index for index in reversed(chain) if index < labels[0]],
    )
    for end, label in zip(ends, (labels[-1], labels[0]), strict=True):
        before = pieces[label].run
        apart = False
        for index in end:
            run = pieces[index].run
            apart = apart or elsewhere.between(*sorted((before, run)))
            if apart:
                out.add(index)
            before = run
    return out


def _beyond(
    pieces: Sequence[_Piece], chain: Sequence[int], letters: Sequence[int], elsewhere: _Elsewhere
) -> set[int]:
    """Figures of a table without their labels that other text, or all its labels, part from most of them."""
    labels = [piece.turn for piece, count in zip(pieces, letters, strict=True) if count]
    first, last = min(labels, default=0), max(labels, default=0)
    groups: list[set[int]] = []
    before: _Piece | None = None
    for index in chain:
        piece = pieces[index]
        if (
            before is None
            or elsewhere.between(before.run, piece.run)
            or before.turn < first <= last < piece.turn
        ):
            groups.append(set())
        groups[-1].add(index)
        before = piece
    most = max(groups, key=len, default=set())
    return set(chain) - (most if 2 * len(most) > len(chain) else set())
