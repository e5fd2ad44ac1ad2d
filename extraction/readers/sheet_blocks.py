"""Cells of a worksheet -> paragraphs and tables.

A sheet is one endless grid: titles, prose and several tables stand in it one below the other. Rows of several
cells make a table; a row of one cell is a line of text, unless it heads the table it touches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from extraction.document import (
    Block,
    Cell,
    Document,
    Fact,
    Member,
    Paragraph,
    ReadIssue,
    Table,
    UnreadableError,
)
from extraction.readers.print_look import PLAIN, WHITE, Colour, Piece, is_unseen, line_doubts, row_doubts
from extraction.readers.sheet_format import is_white, told_otherwise
from extraction.values import is_figure

MAX_CELLS = 200_000
MAX_TEXT_IN_TABLE = 60
"""A single cell with more text than this is prose, even if it touches a table."""

_HEADING = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}\s*[、．.]|附[表件])")
_TITLE = re.compile(r"(?:报告|统计表|情况表|附表)\s*$")

Merge = tuple[int, int, int, int]
"""First row, last row, first column, last column; zero-based, inclusive."""


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell as shown.

    Attributes:
        row: zero-based.
        column: zero-based.
        text: as shown.
        bordered: whether it has a border; a blank cell without one is no cell of a table.
        path: where it stands.
        stored: the number behind the text, where it is one.
        pieces: the text with how it is printed, where that is not in one way and plain to see.
        doubts: what else is to be said of the cell.
    """

    row: int
    column: int
    text: str
    bordered: bool
    path: str
    stored: str = ""
    pieces: tuple[Piece, ...] = ()
    doubts: tuple[ReadIssue, ...] = ()


LEAST_HEIGHT = 3.0
"""Points; a row that is lower shows no text."""
LEAST_WIDTH = 0.5
"""Characters; a column that is narrower shows none."""
_SIZE = re.compile(r"[0-9]{1,5}(?:\.[0-9]*)?")
REPEATED = ReadIssue("print_doubtful", "warning", "the cell repeats its text over its width")
_WHOLE = ReadIssue("hidden_text", "warning", "the cell's text is not to be seen")


def column_number(letters: str) -> int:
    """The column that letters name, from 0: ``A``, ``AB``."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def is_hidden(element: etree._Element, mark: str, size: str, least: float) -> bool:
    """Whether a row or column is hidden: by a mark, or because it has next to no height or width."""
    return element.get(mark) in ("1", "true") or is_flat(element.get(size, ""), least)


def is_flat(size: str, least: float) -> bool:
    """Whether a height or width is too little to show anything; one that is not said is not."""
    return _SIZE.fullmatch(size) is not None and float(size) < least


def is_zero(stored: str) -> bool:
    """Whether a stored number is nothing."""
    return bool(stored) and not stored.strip("-0.")


def in_white(stored: str, code: str, ground: Colour | None) -> tuple[ReadIssue, ...]:
    """What is to be said of a number whose format prints it in white."""
    return (_WHOLE,) if stored and is_unseen(None, WHITE, ground) and is_white(stored, code) else ()


def members(
    media_type: str, sheets: Sequence[tuple[str, Sequence[Block]]], facts: tuple[Fact, ...]
) -> tuple[Member, ...]:
    """Each sheet as a document of its own, where there are several."""
    out: list[Member] = []
    tables = 0
    for name, blocks in sheets:
        out.append(Member(name, Document(media_type, tuple(blocks), facts), tables))
        tables += sum(isinstance(block, Table) for block in blocks)
    return tuple(out) if len(out) > 1 else ()


def sheet_blocks(cells: Iterable[SheetCell], merges: Iterable[Merge]) -> Iterator[Block]:
    """The blocks of one sheet, from top to bottom.

    Raises:
        UnreadableError: more cells than any report has.
    """
    grid: dict[tuple[int, int], SheetCell] = {}
    for cell in cells:
        grid[cell.row, cell.column] = cell
        if len(grid) > MAX_CELLS:
            raise UnreadableError("too_large", f"a sheet of more than {MAX_CELLS} cells")
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for top, bottom, left, right in merges:
        area = (bottom - top + 1) * (right - left + 1)
        if area > MAX_CELLS or len(covered) > MAX_CELLS:
            raise UnreadableError("too_large", f"a merged range of {area} cells")
        spans[top, left] = (bottom - top + 1, right - left + 1)
        covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)} - {(top, left)}
    ruled = any(cell.bordered for cell in grid.values())
    rows: dict[int, list[SheetCell]] = {}
    for (row, column), cell in sorted(grid.items()):
        kept = cell.text.strip() or (cell.bordered if ruled else True)
        if kept and (row, column) not in covered:
            rows.setdefault(row, []).append(cell)
    yield from (
        block if ruled or not isinstance(block, Table) else _with_blanks(block)
        for block in _blocks(rows, spans)
    )


def _blocks(
    rows: dict[int, list[SheetCell]], spans: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[Block]:
    table: list[list[SheetCell]] = []
    reach = -1  # last row that the table's merged cells cover
    previous = -1

    def spread(cell: SheetCell) -> tuple[int, int]:
        return spans.get((cell.row, cell.column), (1, 1))

    for row in sorted(rows):
        cells = rows[row]
        filled = [cell for cell in cells if cell.text.strip()]
        if not filled and not table:
            continue
        if row > max(previous, reach) + 1 or _is_text(cells, filled, rows, row, reach, spread(cells[0])[1]):
            yield from _table(table, spans)
            table = []
        previous = row
        if not table and _is_text(cells, filled, rows, row, reach, spread(cells[0])[1]):
            for cell in filled:
                yield Paragraph(cell.text, path=cell.path, doubts=(*line_doubts(cell.pieces), *cell.doubts))
            continue
        table.append(cells)
        reach = max([reach, *(cell.row + spread(cell)[0] - 1 for cell in cells)])
    yield from _table(table, spans)


def _is_text(
    cells: list[SheetCell],
    filled: list[SheetCell],
    rows: dict[int, list[SheetCell]],
    row: int,
    reach: int,
    width: int,
) -> bool:
    """Whether a row is a line of text and not a row of a table."""
    if len(cells) != 1 or row <= reach:
        return False
    if is_line(filled[0].text if filled else ""):
        return True
    heads = width > 1 and len(rows.get(row + 1, ())) > 1
    return not heads


def is_line(text: str) -> bool:
    """Whether the only text of a row is prose, a heading or a title."""
    return bool(len(text) > MAX_TEXT_IN_TABLE or _HEADING.match(text) or _TITLE.search(text))


def _with_blanks(table: Table) -> Table:
    """A table whose blanks are cells: a sheet without borders stores none for a place that holds nothing."""
    if table.height * table.width > MAX_CELLS:
        return table
    taken = {
        (row, column)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for column in range(cell.column, cell.column + cell.colspan)
    }
    blanks = [
        Cell("", row, column)
        for row in range(table.height)
        for column in range(table.width)
        if (row, column) not in taken
    ]
    return Table(tuple(sorted((*table.cells, *blanks), key=lambda cell: (cell.row, cell.column))))


def _table(rows: list[list[SheetCell]], spans: dict[tuple[int, int], tuple[int, int]]) -> Iterator[Table]:
    while rows and not any(cell.text.strip() for cell in rows[-1]):
        rows = rows[:-1]
    if not rows:
        return
    top, left = rows[0][0].row, min(cell.column for row in rows for cell in row)
    yield Table(
        tuple(
            Cell(
                cell.text,
                row=cell.row - top,
                column=cell.column - left,
                rowspan=spans.get((cell.row, cell.column), (1, 1))[0],
                colspan=spans.get((cell.row, cell.column), (1, 1))[1],
                path=cell.path,
                doubts=(
                    *(told_otherwise(cell.stored, cell.text) if cell.stored else ()),
                    *cell.doubts,
                    *printed,
                ),
            )
            for row in rows
            for cell, printed in zip(row, _printed(row), strict=True)
        )
    )


def _printed(row: list[SheetCell]) -> list[tuple[ReadIssue, ...]]:
    """What is to be said of the print of a row's cells: of most rows nothing."""
    if not any(cell.pieces for cell in row):
        return [()] * len(row)
    printed = row_doubts([cell.pieces or ((PLAIN, cell.text),) for cell in row])
    if any(cell.text.strip() and not cell.pieces for cell in row):
        # The ground of each cell is known here: a figure that is not seen has a label that is.
        return [
            (_WHOLE,) if not said and cell.pieces and _is_unseen(cell) else said
            for cell, said in zip(row, printed, strict=True)
        ]
    return printed


def _is_unseen(cell: SheetCell) -> bool:
    return is_figure(cell.text) and all(look.unseen for look, text in cell.pieces if text.strip())
