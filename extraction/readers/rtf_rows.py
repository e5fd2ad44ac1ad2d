"""The rows of RTF tables: a definition says where the cells of a row end, how they merge and are shaded."""

from __future__ import annotations

from dataclasses import dataclass, field

from extraction.readers.row_cells import RowCell
from extraction.readers.rtf_format import Face, Looks


@dataclass
class Row:
    """The definition of the row that is being written."""

    left: int = 0
    cells: list[tuple[int, str | None, str | None, int]] = field(default_factory=list)
    over: str | None = None
    beside: str | None = None
    ground: int = 0  # of the cell, and of the row
    behind: int = 0


@dataclass
class Level:
    """A table being read: level 1 in the text, level 2 inside a cell."""

    definition: Row = field(default_factory=Row)
    texts: list[tuple[str, list[tuple[Face, str]]]] = field(default_factory=list)
    rows: list[list[RowCell]] = field(default_factory=list)

    def row_word(self, name: str, number: int | None) -> bool:
        """Whether a word defines the row; it changes the definition."""
        row = self.definition
        match name:
            case "trowd":
                self.definition = Row()
            case "trleft":
                row.left = number or 0
            case "clvmgf" | "clvmrg":
                row.over = "restart" if name == "clvmgf" else "continue"
            case "clmgf" | "clmrg":
                row.beside = "restart" if name == "clmgf" else "continue"
            case "clcbpat":
                row.ground = number or 0
            case "clshdng":
                row.ground = -1 if number else row.ground
            case "trcbpat":
                row.behind = number or 0
            case "cellx":
                row.cells.append((number or 0, row.over, row.beside, row.ground))
                row.over = row.beside = None
                row.ground = 0
            case _:
                return False
        return True

    def taken(self) -> str:
        """The text of rows of one cell each, which are taken out: a frame in a cell is no table."""
        if any(len(row) != 1 for row in self.rows):
            return ""
        text = "\n".join(row[0].text for row in self.rows)
        self.rows = []
        return text

    def end_row(self, path: str, looks: Looks) -> None:
        """The cells that were read are a row; `path`: of the table."""
        definition, left = self.definition, self.definition.left
        row = []
        for number, (text, ink) in enumerate(self.texts):
            here = f"{path}/row[{len(self.rows) + 1}]/cell[{number + 1}]"
            if number < len(definition.cells):
                right, over, beside, ground = definition.cells[number]
            else:
                right, over, beside, ground = left, None, None, 0
            pieces = [(looks.look(face, ground, definition.behind), piece) for face, piece in ink]
            row.append(RowCell(left, right, text, here, over, beside, tuple(pieces)))
            left = right
        self.texts = []
        if row:
            self.rows.append(row)
