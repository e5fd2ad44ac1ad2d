"""What OpenDocument texts and workbooks share: the printed text and the true grid of every table.

What is printed counts: tracked deletions, hidden text, hidden rows and columns and the text of notes are left
out. A cell that a span covers is no cell; repeated cells and rows are written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from lxml import etree

from extraction.document import Block, Cell, Paragraph, ReadIssue, Table, UnreadableError
from extraction.readers.html_text import all_text
from extraction.readers.inner_pictures import InnerPicture, from_uri
from extraction.readers.odf_numbers import Formats
from extraction.readers.odf_styles import Looks, printing
from extraction.readers.print_look import PLAIN, Piece, is_unseen_line, left_out, line_doubts, row_doubts
from extraction.readers.raised import raised
from extraction.readers.sheet_format import shown, told_otherwise
from extraction.readers.zipped import Package

MAX_CELLS = 200_000
MAX_SPAN = 1_000
MAX_SPACES = 200
MAX_DEPTH = 200
_KEPT_BLANKS = 40
"""Blank repeated cells or rows written out; a sheet ends in a million of them."""

_SPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _T, _TABLE, _DRAW = (_SPACE % name for name in ("office", "text", "table", "drawing"))
_ROWS = {f"{_TABLE}{name}" for name in ("table-header-rows", "table-rows", "table-row-group")}
_LEFT_OUT = {
    f"{_T}tracked-changes", f"{_T}note", f"{_T}hidden-text", f"{_T}hidden-paragraph", f"{_T}ruby-text",
    f"{_OFFICE}annotation", f"{_OFFICE}forms", f"{_T}sequence-decls", f"{_T}variable-decls",
}  # fmt: skip
_CONTAINERS = {
    f"{_T}section", f"{_T}list", f"{_T}list-item", f"{_T}list-header", f"{_T}index-body",
    f"{_T}numbered-paragraph",
    f"{_T}table-of-content", f"{_T}user-index", f"{_T}index-title", f"{_OFFICE}text", f"{_DRAW}text-box",
    f"{_DRAW}frame", f"{_DRAW}g",
}  # fmt: skip
_LINES = {f"{_T}p", f"{_T}h"}
_BLANKS = {f"{_T}s": " ", f"{_T}tab": "\t", f"{_T}line-break": "\n"}
_NUMBERS = frozenset({"float", "percentage", "currency"})
_NO_RESULT = "a cell holds a formula and no value"
_HIDDEN_ROWS = {"collapse", "filter"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A printed cell of a row."""

    column: int
    down: int
    across: int
    text: str
    path: str
    style: str | None
    stored: str
    pieces: tuple[Piece, ...]
    doubts: tuple[ReadIssue, ...] = ()


class Reader:
    """Reads the texts and tables of a file.

    Args:
        roots: the parts that hold styles, common ones first.
        package: the file.
    """

    def __init__(self, roots: list[etree._Element], package: Package) -> None:
        self._styles = printing(roots)
        self._looks = Looks(roots)
        self._formats = Formats(roots)
        self._package = package
        self._pictures: list[InnerPicture] = []
        self._cells = 0
        self._in_cells = 0
        self.doubts: dict[str, ReadIssue] = {}

    def issues(self) -> tuple[ReadIssue, ...]:
        """What is to be said of the file."""
        return tuple(self.doubts.values())

    def _doubt(self, code: str, message: str) -> None:
        self.doubts.setdefault(code, ReadIssue(code, "warning", message))

    def _is(self, name: str | None, what: str) -> bool:
        for _ in range(10):
            style = self._styles.get(name or "")
            if style is None:
                return False
            if getattr(style, what):
                return True
            name = style.parent
        return False

    # -- text

    def blocks(self, container: etree._Element, path: str, depth: int = 0) -> Iterator[Block]:
        """The paragraphs and tables of a body, a section, a list or a text box."""
        if depth > MAX_DEPTH:
            raise UnreadableError("malformed", "nested too deeply to read")
        counts: dict[str, int] = {}
        for child in container:
            tag = str(child.tag)
            if tag in _LEFT_OUT:
                continue
            name = tag.rpartition("}")[2]
            counts[name] = counts.get(name, 0) + 1
            here = f"{path}/{name}[{counts[name]}]"
            if tag in _LINES:
                yield from self._paragraph(child, here, depth)
            elif tag == f"{_TABLE}table":
                found = self._table(child, here, depth)
                if found is not None:
                    yield found
                pictures, self._pictures = self._pictures, []
                yield from pictures
            elif tag == f"{_DRAW}image":
                yield from self._picture(child)
            elif tag in _CONTAINERS and not self._is_hidden_section(child):
                yield from self.blocks(child, here, depth + 1)

    def _is_hidden_section(self, element: etree._Element) -> bool:
        hidden = element.get(f"{_T}display") in {"none", "condition"}
        if hidden:
            self._doubt("hidden_text", "hidden text was left out")
        return hidden

    def _paragraph(self, element: etree._Element, path: str, depth: int) -> Iterator[Block]:
        level = element.get(f"{_T}outline-level", "") if str(element.tag) == f"{_T}h" else ""
        text = self._text(element)
        pieces = list(self._pieces(element)) if text.strip() else []
        if not self._in_cells and is_unseen_line(pieces):
            self.doubts["hidden_text"] = left_out(text)
        elif text.strip():
            doubts = line_doubts(pieces)
            yield Paragraph(text, path=path, level=int(level) if level.isdigit() else None, doubts=doubts)
        for box in element.iter(f"{_DRAW}text-box", f"{_DRAW}image"):
            if str(box.tag) == f"{_DRAW}image":
                yield from self._picture(box)
            else:
                yield from self.blocks(box, f"{path}/text-box", depth + 1)

    def _picture(self, element: etree._Element) -> Iterator[Block]:
        inside = element.findtext(f"{_OFFICE}binary-data")  # of a file that is one XML file
        if inside and (data := from_uri(f"data:image/any;base64,{inside}")) is not None:
            frame = element.getparent()
            yield InnerPicture("", "" if frame is None else frame.get(f"{_DRAW}name", ""), data=data)
            return
        name = element.get("{http://www.w3.org/1999/xlink}href", "").removeprefix("./")
        if name in self._package:
            yield InnerPicture("", name, data=partial(self._package.read, name))

    def _text(self, element: etree._Element, depth: int = 0) -> str:
        """What a paragraph prints, its frames left out."""
        if depth > MAX_DEPTH:
            raise UnreadableError("malformed", "nested too deeply to read")
        style = element.get(f"{_T}style-name")
        if self._is(style, "hidden"):
            if all_text(element).strip():
                self._doubt("hidden_text", "hidden text was left out")
            return ""
        if self._is(style, "struck") and all_text(element).strip():
            self._doubt("struck_text", "text that is struck out was left out")
            return ""
        parts = [element.text or ""]
        for child in element:
            tag = str(child.tag)
            if tag == f"{_T}s":
                count = child.get(f"{_T}c", "1")
                parts.append(" " * min(int(count) if count.isdigit() else 1, MAX_SPACES))
            elif tag == f"{_T}tab":
                parts.append("\t")
            elif tag == f"{_T}line-break":
                parts.append("\n")
            elif tag not in _LEFT_OUT and not tag.startswith(_DRAW):
                inner = self._text(child, depth + 1)
                above = self._is(child.get(f"{_T}style-name"), "raised")
                parts.append(raised(inner) if above else inner)
            parts.append(child.tail or "")
        return "".join(parts)

    def _pieces(self, element: etree._Element, cell_style: str | None = None) -> Iterator[Piece]:
        """The texts of a paragraph or cell that are on its lines, with how they are printed."""
        style = element.get(f"{_T}style-name")
        if any(self._is(style, what) for what in ("hidden", "struck", "raised")):
            return
        if element.text:
            yield self._looks.of(element, cell_style), element.text
        for child in element:
            tag = str(child.tag)
            if tag in _BLANKS:
                yield PLAIN, _BLANKS[tag]
            elif tag not in _LEFT_OUT and not tag.startswith(_DRAW):
                yield from self._pieces(child, cell_style)
            if child.tail:
                yield self._looks.of(element, cell_style), child.tail
        if str(element.tag) in _LINES:
            yield PLAIN, "\n"

    def _cell_text(self, cell: etree._Element) -> str:
        self._in_cells += 1
        found = list(self.blocks(cell, ""))
        self._in_cells -= 1
        self._pictures += [block for block in found if isinstance(block, InnerPicture)]
        return "\n".join(
            block.text
            if isinstance(block, Paragraph)
            else "\n".join(inner.text for inner in block.cells)  # a table in a cell: its texts stay
            for block in found
            if not isinstance(block, InnerPicture)
        )

    def _rows(self, table: etree._Element) -> Iterator[tuple[etree._Element, int]]:
        """Rows with how often each stands."""
        for child in table:
            if child.tag in _ROWS:
                yield from self._rows(child)
            elif child.tag == f"{_TABLE}table-row":
                yield child, count(child, "number-rows-repeated")

    def _table(self, element: etree._Element, path: str, depth: int) -> Table | None:
        if self._is(element.get(f"{_TABLE}style-name"), "collapsed"):
            self._doubt("hidden_text", "a hidden table was left out")
            return None
        if depth > MAX_DEPTH:
            raise UnreadableError("malformed", "nested too deeply to read")
        cells: list[Cell] = []
        number = 0
        for ordinal, (row, times) in enumerate(self._rows(element), 1):
            found = list(self._row(row, f"{path}/table-row[{ordinal}]"))
            if self._is_left_out(row):
                self._doubt("hidden_text", "hidden rows were left out")
                continue
            doubts = row_doubts([spot.pieces for spot in found])
            blank = not any(spot.text.strip() for spot in found)
            for _ in range(min(times, _KEPT_BLANKS) if blank else times):
                for spot, printed in zip(found, doubts, strict=True):
                    cell = Cell(spot.text, number, spot.column, spot.down, spot.across, path=spot.path)
                    cell.doubts = (
                        *(told_otherwise(spot.stored, spot.text) if spot.stored else ()),
                        *spot.doubts,
                        *printed,
                    )
                    cells.append(cell)
                    self._counted()
                number += 1
        return Table(tuple(cells)) if cells else None

    def _is_left_out(self, element: etree._Element) -> bool:
        """Whether a row or column is hidden, or has next to no height or width."""
        hidden = element.get(f"{_TABLE}visibility") in _HIDDEN_ROWS
        return hidden or self._is(element.get(f"{_TABLE}style-name"), "collapsed")

    def _code(self, style: str | None) -> str:
        """The number format of a style of cells."""
        return self._formats.code(self._looks.data_style(style or ""))

    def _unwritten(self, cell: etree._Element, style: str | None) -> str:
        """What a cell shows that stores a value and no text: programs show the value by its format."""
        if next(cell.iterchildren(*_LINES), None) is not None:
            return ""
        stored = cell.get(f"{_OFFICE}value", "")
        if stored and cell.get(f"{_OFFICE}value-type") in _NUMBERS:
            return shown(stored, self._code(style))
        return cell.get(f"{_OFFICE}string-value") or cell.get(f"{_OFFICE}date-value") or ""

    def _counted(self) -> None:
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise UnreadableError("too_large", f"more than {MAX_CELLS} cells")

    def _row(
        self, row: etree._Element, path: str, defaults: Mapping[int, str | None] = MappingProxyType({})
    ) -> Iterator[Spot]:
        """Its printed cells; what spans cover is none. `defaults`: the styles of cells by column."""
        column = 0
        for ordinal, cell in enumerate(row, 1):
            times = count(cell, "number-columns-repeated")
            if cell.tag == f"{_TABLE}covered-table-cell":
                column += min(times, MAX_SPAN)
                continue
            if cell.tag != f"{_TABLE}table-cell":
                continue
            style = cell.get(f"{_TABLE}style-name")
            doubts: tuple[ReadIssue, ...] = ()
            text = self._cell_text(cell) or self._unwritten(cell, style or defaults.get(column))
            stored = cell.get(f"{_OFFICE}value", "")
            if text.strip() and self._is(style or defaults.get(column), "struck"):
                self._doubt("struck_text", "text that is struck out was left out")
                text = stored = ""
            elif not text and not stored and cell.get(f"{_TABLE}formula") and not _has_result(cell):
                doubts = (ReadIssue("formula_without_value", "error", _NO_RESULT),)
            pieces = tuple(self._pieces(cell, defaults.get(column))) if _has_digit(text) else ()
            written = times if text.strip() else min(times, _KEPT_BLANKS)
            down, across = (count(cell, f"number-{name}-spanned") for name in ("rows", "columns"))
            for _ in range(written):
                self._counted()
                here = f"{path}/table-cell[{ordinal}]"
                spans = min(down, MAX_SPAN), min(across, MAX_SPAN)
                yield Spot(column, *spans, text, here, style, stored, pieces, doubts)
                column += 1
            column += times - written


def _has_result(cell: etree._Element) -> bool:
    """Whether a formula has given something, be it an empty text."""
    return cell.get(f"{_OFFICE}value-type") is not None


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def count(element: etree._Element, name: str) -> int:
    """How often an element stands, or how far it reaches."""
    text = element.get(f"{_TABLE}{name}", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else 1
