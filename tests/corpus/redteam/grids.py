"""Printed grids: rows of cells with spans, and how spans get lost."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Box:
    """One printed cell; `tag` is the key of the figure in it."""

    text: str
    rows: int = 1
    cols: int = 1
    tag: str | None = None
    head: bool = False


@dataclass
class Sheet:
    """One printed table and the paragraphs before it."""

    rows: list[list[Box]]
    before: list[str] = field(default_factory=list)
    key: str = ""

    @property
    def width(self) -> int:
        return max((sum(b.cols for b in row) for row in self.rows[:1]), default=0)

    def matrix(self) -> list[list[tuple[Box, bool]]]:
        """Every grid place: its cell, and whether the cell starts there."""
        out: list[list[tuple[Box, bool] | None]] = [[None] * self.width for _ in self.rows]
        for r, row in enumerate(self.rows):
            c = 0
            for box in row:
                while c < self.width and out[r][c] is not None:
                    c += 1
                for dr in range(box.rows):
                    for dc in range(box.cols):
                        if r + dr < len(out) and c + dc < self.width:
                            out[r + dr][c + dc] = (box, dr == 0 and dc == 0)
                c += box.cols
        return [[place or (Box(""), True) for place in row] for row in out]

    def check(self) -> None:
        """Every row is as wide as the first."""
        covered = [0] * len(self.rows)
        for r, row in enumerate(self.rows):
            for box in row:
                for down in range(min(box.rows, len(self.rows) - r)):
                    covered[r + down] += box.cols
        assert len(set(covered)) == 1, (self.key, covered)


def lost(sheet: Sheet, how: str) -> list[list[str]]:
    """Rows of texts without spans: ``drop`` (only printed cells), ``pad`` (blanks for covered), ``repeat``."""
    out = []
    for row in sheet.matrix():
        if how == "drop":
            out.append([box.text for box, starts in row if starts])
        elif how == "pad":
            out.append([box.text if starts else "" for box, starts in row])
        else:
            out.append([box.text for box, _ in row])
    return out


def split(sheet: Sheet, at: int, head: list[list[Box]] | None = None) -> tuple[Sheet, Sheet]:
    """Two tables cut before a row; merged labels go on in the second as cells of their own."""
    rows: list[list[list[Box]]] = [[], []]
    matrix = sheet.matrix()
    for r, places in enumerate(matrix):
        half = int(r >= at)
        line = []
        c = 0
        while c < len(places):
            box, _ = places[c]
            start = c
            while c < len(places) and places[c][0] is box:
                c += 1
            top = next(k for k in range(r + 1) if matrix[k][start][0] is box)
            low = max(top, at) if half else top
            if r == low:
                end = min(top + box.rows, at if not half else len(sheet.rows))
                line.append(replace(box, rows=end - low))
        rows[half].append(line)
    return (
        Sheet(rows[0], sheet.before, sheet.key),
        Sheet([*(head or []), *rows[1]], [], sheet.key),
    )
