"""The rows of RTF tables: a definition says where the cells of a row end, how they merge and are shaded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from extraction.document import ReadIssue
from extraction.readers.print_look import Piece
from extraction.readers.row_cells import RowCell, framed, holding
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


@dataclass(frozen=True, slots=True)
class Written:
    """What was written into a cell.

    Attributes:
        text: its text.
        ink: that on the line, with its faces.
        pieces: the text of a frame in it, with its looks.
        doubts: what is to be said of it.
    """

    text: str
    ink: list[tuple[Face, str]]
    pieces: tuple[Piece, ...] = ()
    doubts: tuple[ReadIssue, ...] = ()


@dataclass
class Level:
    """A table being read: level 1 in the text, level 2 inside a cell."""

    definition: Row = field(default_factory=Row)
    texts: list[Written] = field(default_factory=list)
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

    def end_cell(self, text: str, ink: list[tuple[Face, str]], inner: Level | None) -> None:
        """A cell ends; a frame in it (`inner`) is its text, a table in it a table of its own."""
        if inner is None or not inner.rows:
            self.texts.append(Written(text, ink))
        elif not text.strip() and (frame := framed(inner.rows)) is not None:
            self.texts.append(Written(frame[0], ink, frame[1]))
            inner.rows = []
        else:
            doubts = holding(cell.text for row in inner.rows for cell in row)
            self.texts.append(Written(text, ink, doubts=doubts))

    def end_row(self, path: str, looks: Looks) -> None:
        """The cells that were read are a row; `path`: of the table."""
        definition, left = self.definition, self.definition.left
        row = []
        for number, written in enumerate(self.texts):
            here = f"{path}/row[{len(self.rows) + 1}]/cell[{number + 1}]"
            if number < len(definition.cells):
                right, over, beside, ground = definition.cells[number]
            else:
                right, over, beside, ground = left, None, None, 0
            pieces = [(looks.look(face, ground, definition.behind), piece) for face, piece in written.ink]
            cell = RowCell(left, right, written.text, here, over, beside, (*pieces, *written.pieces))
            row.append(replace(cell, doubts=written.doubts) if written.doubts else cell)
            left = right
        self.texts = []
        if row:
            self.rows.append(row)
