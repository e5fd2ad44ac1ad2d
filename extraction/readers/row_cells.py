"""Rows of cells with left and right edges -> a table with its true columns.

Old Word files and RTF know no columns: each row lists where its cells end. The columns of a table are all the
edges of all its rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extraction.document import Cell, ReadIssue, Table, UnreadableError
from extraction.readers.print_look import PLAIN, Piece, row_doubts

NEAR = 30
"""Edges closer than this, in twentieths of a point, are one edge."""
MAX_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class RowCell:
    """One cell of one row, as the file lists it.

    Attributes:
        left: left edge in twentieths of a point.
        right: right edge.
        text: its text.
        path: where it stands.
        over: ``restart`` where a vertical merge starts, ``continue`` where it goes on, else None.
        beside: the same for a horizontal merge.
        pieces: its text on the line, with how it is printed.
        doubts: what else is to be said of it.
    """

    left: int
    right: int
    text: str
    path: str
    over: str | None = None
    beside: str | None = None
    pieces: tuple[Piece, ...] = ()
    doubts: tuple[ReadIssue, ...] = ()


_INSIDE = ReadIssue("cell_drawn", "warning", "a table with figures stands in the cell")


def framed(rows: Sequence[Sequence[RowCell]]) -> tuple[str, tuple[Piece, ...]] | None:
    """The text of rows of one cell each, which are a frame in a cell and no table; None for other rows."""
    if not rows or any(len(row) != 1 for row in rows):
        return None
    pieces = (piece for row in rows for piece in (*row[0].pieces, (PLAIN, "\n")))
    return "\n".join(row[0].text for row in rows), tuple(pieces)


def holding(texts: Iterable[str]) -> tuple[ReadIssue, ...]:
    """What is said of a cell for the texts of tables inside it that are none of its own."""
    return (_INSIDE,) if any(char.isdigit() for text in texts for char in text) else ()


def build_table(rows: Sequence[Sequence[RowCell]]) -> tuple[Table, bool]:
    """The table, and whether text under merged cells was left out.

    Raises:
        UnreadableError: more cells than any report has.
    """
    if sum(map(len, rows)) > MAX_CELLS:
        raise UnreadableError("too_large", f"a table of more than {MAX_CELLS} cells")
    edges = _edges(edge for row in rows for cell in row for edge in (cell.left, cell.right))
    exact = all(cell.right > cell.left for row in rows for cell in row)
    printed: list[Cell] = []
    covered_text = False
    above: dict[int, int] = {}
    for index, row in enumerate(rows):
        carried: dict[int, int] = {}
        last: int | None = None
        swallowed = False  # the cell before goes on from the row above
        end = 0
        doubts = row_doubts([cell.pieces for cell in row])
        for number, cell in enumerate(row):
            start = max(_at(edges, cell.left), end) if exact else number
            end = max(_at(edges, cell.right), start + 1) if exact else number + 1
            if cell.beside == "continue" and last is not None:
                old = printed[last]
                printed[last] = _spread(old, old.rowspan, end - old.column)
                covered_text = covered_text or bool(cell.text.strip())
                continue
            if cell.beside == "continue" and swallowed:
                covered_text = covered_text or bool(cell.text.strip())
                continue
            up = above.get(start)
            if cell.over == "continue" and up is not None:
                old = printed[up]
                printed[up] = _spread(old, index - old.row + 1, old.colspan)
                covered_text = covered_text or bool(cell.text.strip())
                carried[start] = up
                last, swallowed = None, True
                continue
            swallowed = False
            printed.append(
                Cell(
                    cell.text,
                    index,
                    start,
                    colspan=end - start,
                    path=cell.path,
                    doubts=(*cell.doubts, *doubts[number]),
                )
            )
            last = len(printed) - 1
            if cell.over is not None:
                carried[start] = last
        above = carried
    return Table(tuple(printed), exact=exact), covered_text


def _edges(found: object) -> list[int]:
    edges: list[int] = []
    for edge in sorted(set(found)):  # type: ignore[call-overload]
        if not edges or edge - edges[-1] > NEAR:
            edges.append(edge)
    return edges


def _at(edges: list[int], edge: int) -> int:
    index = bisect_left(edges, edge)
    if index < len(edges) and edges[index] == edge:
        return index
    return max(index - 1, 0)


def _spread(cell: Cell, rowspan: int, colspan: int) -> Cell:
    return Cell(cell.text, cell.row, cell.column, rowspan, colspan, cell.path, doubts=cell.doubts)
