"""Tables without ruling lines: lines of text that stand in columns.

Columns are where several lines in a row have their pieces. Nothing proves them: these tables are not exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extraction.document import Box, Cell, Table
from extraction.readers.page import Page
from extraction.readers.page_text import Line, columns

MIN_COLUMNS = 3
MIN_ROWS = 3
MAX_PLAIN_LINES = 2
"""Lines of one piece (a wrapped label) that may stand between two lines of columns."""


@dataclass
class Loose:
    """A table by position only.

    Attributes:
        rows: the pieces of each line.
        box: around all of it.
    """

    rows: list[list[Line]]
    box: Box

    def table(self, page: Page) -> Table:
        """As a table; a cell's column is the column of the widest row that it stands nearest to."""
        widest = max(self.rows, key=len)
        centres = [(piece.box[0] + piece.box[2]) / 2 for piece in widest]
        cells = []
        for index, row in enumerate(self.rows):
            column = -1
            for piece in row:
                middle = (piece.box[0] + piece.box[2]) / 2
                nearest = min(range(len(centres)), key=lambda at: abs(centres[at] - middle))
                column = max(column + 1, nearest)
                cells.append(
                    Cell(
                        piece.text,
                        row=index,
                        column=column,
                        page=page.number,
                        bbox=page.displayed(piece.box),
                        confidence=page.confidence,
                    )
                )
        return Table(tuple(cells), exact=False)


def find_loose(found: Sequence[Line], taken: Sequence[Box]) -> list[Line | Loose]:
    """Lines, stretches of columns made into tables; `taken` are ruled tables, which no stretch bridges."""
    result: list[Line | Loose] = []
    stretch: list[list[Line]] = []
    plain = 0

    def close() -> None:
        nonlocal plain
        tail = stretch[len(stretch) - plain :] if plain else []
        body = stretch[: len(stretch) - plain]
        if sum(1 for row in body if len(row) >= MIN_COLUMNS) >= MIN_ROWS:
            pieces = [piece for row in body for piece in row]
            box = (
                min(piece.box[0] for piece in pieces),
                min(piece.box[1] for piece in pieces),
                max(piece.box[2] for piece in pieces),
                max(piece.box[3] for piece in pieces),
            )
            result.append(Loose(body, box))
        else:
            result.extend(originals[id(row)] for row in body)
        result.extend(originals[id(row)] for row in tail)
        stretch.clear()
        plain = 0

    originals: dict[int, Line] = {}
    keep: list[list[Line]] = []  # ids stay valid while the lists live
    for line in found:
        row = columns(line)
        keep.append(row)
        originals[id(row)] = line
        if stretch and _parted(stretch[-1][-1], line, taken):
            close()
        if len(row) >= 2:
            stretch.append(row)
            plain = 0
        elif stretch and plain < MAX_PLAIN_LINES and line.box[2] - line.box[0] < 0.4 * _width(stretch):
            stretch.append(row)
            plain += 1
        else:
            close()
            result.append(line)
    close()
    return result


def _width(rows: list[list[Line]]) -> float:
    return max(row[-1].box[2] for row in rows) - min(row[0].box[0] for row in rows)


def _parted(before: Line, line: Line, taken: Sequence[Box]) -> bool:
    far = line.box[1] - before.box[3] > 3 * max(line.height, before.height)
    return far or any(before.box[3] <= box[1] and box[3] <= line.box[1] for box in taken)
