"""Workbooks of Excel 97-2003 (BIFF8) through xlrd: each sheet as paragraphs and tables, numbers as shown."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from itertools import pairwise

import xlrd
from xlrd.compdoc import CompDocError

from extraction.document import Block, Document, Fact, Paragraph, ReadIssue, UnreadableError
from extraction.readers.print_look import WHITE, Colour, Look, is_unseen
from extraction.readers.raised import raised
from extraction.readers.sheet_blocks import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    MAX_CELLS,
    REPEATED,
    Merge,
    SheetCell,
    in_white,
    is_zero,
    members,
    sheet_blocks,
)
from extraction.readers.sheet_format import shown, shown_text
from extraction.readers.xls_records import NOTHING
from extraction.readers.xls_records import Sheet as Records
from extraction.readers.xls_records import sheets as records
from extraction.readers.xlsx import MAX_COLUMN

MEDIA_TYPE = "application/vnd.ms-excel"
_FILL = 4
"""The alignment that repeats a text over the width of its cell."""

# What xlrd lets through when a record is damaged.
_DAMAGE = (
    xlrd.XLRDError, CompDocError, struct.error, IndexError, KeyError, ValueError, AssertionError, TypeError,
    AttributeError, OverflowError, NotImplementedError, EOFError, ZeroDivisionError, RecursionError,
)  # fmt: skip


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read an XLS file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: not an XLS, cut short, encrypted or damaged.
    """
    del url
    if not data:
        raise UnreadableError("empty", "the XLS file has no bytes")
    issues: list[ReadIssue] = []
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, logfile=io.StringIO(), ragged_rows=True, on_demand=False
        )
        sheets = list(_sheets(book, records(data, book), issues))
        author = str(book.user_name or "").strip()
    except _DAMAGE as error:
        if "encrypted" in str(error).lower():
            raise UnreadableError("encrypted", "the XLS file is protected by a password") from error
        raise UnreadableError(
            "malformed", f"the XLS file is damaged ({type(error).__name__}: {error})"
        ) from error
    facts = (Fact("xls:user", author, "properties"),) if author else ()
    blocks = tuple(block for _, found in sheets for block in found)
    parts = members(MEDIA_TYPE, sheets, facts)
    return Document(MEDIA_TYPE, blocks, facts=facts, issues=tuple(issues), members=parts)


def _sheets(
    book: xlrd.book.Book, said: list[Records], issues: list[ReadIssue]
) -> Iterator[tuple[str, list[Block]]]:
    for number, sheet in enumerate(book.sheets()):
        of_sheet = said[number] if number < len(said) else NOTHING
        if sheet.visibility:
            issues.append(ReadIssue("hidden_sheet", "note", f"hidden sheet {sheet.name!r} was left out"))
            continue
        merges: list[Merge] = [
            (top, bottom - 1, left, min(right, MAX_COLUMN) - 1)
            for top, bottom, left, right in sheet.merged_cells
            if top < bottom and left < right
        ]
        found = list(sheet_blocks(_cells(book, sheet, of_sheet, issues), merges))
        if found and not sheet.name.lower().startswith("sheet"):
            found.insert(0, Paragraph(sheet.name, path=f"{sheet.name}!"))
        if found:
            yield sheet.name, found


def _cells(
    book: xlrd.book.Book, sheet: xlrd.sheet.Sheet, said: Records, issues: list[ReadIssue]
) -> Iterator[SheetCell]:
    count = 0
    told: set[str] = set()
    for row in range(sheet.nrows):
        for column in range(min(sheet.row_len(row), MAX_COLUMN)):
            kind = sheet.cell_type(row, column)
            if kind == xlrd.XL_CELL_EMPTY:
                continue
            count += 1
            if count > MAX_CELLS:
                raise UnreadableError("too_large", f"more than {MAX_CELLS} cells on one sheet")
            style = book.xf_list[sheet.cell_xf_index(row, column)]
            border = style.border
            bordered = any(
                (
                    border.top_line_style,
                    border.bottom_line_style,
                    border.left_line_style,
                    border.right_line_style,
                )
            )
            code = book.format_map[style.format_key].format_str
            hidden = _hidden(sheet, row, column)
            text = _shown(book, kind, sheet.cell_value(row, column), code)
            runs = list(_runs(book, sheet, row, column, text)) if text.strip() else []
            printed = "".join([raised(piece) if font.escapement else piece for font, piece in runs])
            if hidden is not None:
                if text.strip() and hidden not in told:
                    told.add(hidden)
                    issues.append(ReadIssue("hidden_text", "warning", f"hidden {hidden} was left out"))
                continue
            stored = repr(sheet.cell_value(row, column)) if kind == xlrd.XL_CELL_NUMBER else ""
            name = xlrd.cellname(row, column)
            if text.strip() and len(printed) < len(text):
                # Taken back by the agency, as in the other formats.
                message = f"struck-out text of cell {name} was left out"
                issues.append(ReadIssue("struck_text", "warning", message))
                stored = stored if printed else ""
            path = f"{sheet.name}!{name}"
            pieces = [(_look(book, style, font), piece) for font, piece in runs if not font.escapement]
            if len(runs) == 1 and not any(look.unseen for look, _ in pieces):
                pieces = []
            if not sheet.show_zero_values and is_zero(stored):
                printed = stored = ""
            ground = _ground(book, style)
            printed, doubts = said.conditions.look(row, column, stored, printed, ground)
            doubts += in_white(stored, code, ground)
            if printed.strip() and style.alignment.hor_align == _FILL:
                doubts += (REPEATED,)
            if (row, column) in said.uncomputed:
                message = f"cell {name} holds a formula and no value"
                doubts += (ReadIssue("formula_without_value", "error", message),)
            yield SheetCell(row, column, printed, bordered, path, stored, tuple(pieces), doubts)


def _runs(
    book: xlrd.book.Book, sheet: xlrd.sheet.Sheet, row: int, column: int, text: str
) -> Iterator[tuple[xlrd.formatting.Font, str]]:
    """The parts of a cell's text with their fonts, without what is struck out."""
    style = book.xf_list[sheet.cell_xf_index(row, column)]
    runs = sheet.rich_text_runlist_map.get((row, column), ())
    starts = [(0, style.font_index), *sorted(runs), (len(text), 0)]
    for (start, number), (end, _) in pairwise(starts):
        font = book.font_list[number]
        if start < end and not font.struck_out:
            yield font, text[start:end]


def _look(book: xlrd.book.Book, style: xlrd.formatting.XF, font: xlrd.formatting.Font) -> Look:
    size = font.height / 20
    unseen = is_unseen(size, book.colour_map.get(font.colour_index), _ground(book, style))
    return Look(size, known=True, unseen=unseen)


def _ground(book: xlrd.book.Book, style: xlrd.formatting.XF) -> Colour | None:
    fill = style.background
    return {0: WHITE, 1: book.colour_map.get(fill.pattern_colour_index)}.get(fill.fill_pattern)


def _hidden(sheet: xlrd.sheet.Sheet, row: int, column: int) -> str | None:
    """The hidden row or column that a cell stands in."""
    info = sheet.rowinfo_map.get(row)
    if info is None:
        hidden = bool(sheet.default_row_hidden)
    else:
        hidden = info.hidden or (info.height < 20 * LEAST_HEIGHT and not info.has_default_height)
    if hidden:
        return f"row {row + 1}"
    info = sheet.colinfo_map.get(column)
    narrow = sheet.defcolwidth == 0 if info is None else info.width < 256 * LEAST_WIDTH
    if narrow or (info is not None and info.hidden):
        return f"column {column + 1}"
    return None


def _shown(book: xlrd.book.Book, kind: int, value: object, code: str) -> str:
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return shown(repr(value), code, from_1904=bool(book.datemode))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#ERR"))
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return shown_text(text, code) if kind == xlrd.XL_CELL_TEXT else text
