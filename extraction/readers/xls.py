"""Workbooks of Excel 97-2003 (BIFF8) through xlrd: each sheet as paragraphs and tables, numbers as shown."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import xlrd
from xlrd.compdoc import CompDocError

from extraction.document import Block, Document, Fact, Paragraph, ReadIssue, UnreadableError
from extraction.readers.sheet_blocks import MAX_CELLS, Merge, SheetCell, members, sheet_blocks
from extraction.readers.sheet_format import shown
from extraction.readers.xlsx import MAX_COLUMN

MEDIA_TYPE = "application/vnd.ms-excel"

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
        sheets = list(_sheets(book, issues))
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


def _sheets(book: xlrd.book.Book, issues: list[ReadIssue]) -> Iterator[tuple[str, list[Block]]]:
    for sheet in book.sheets():
        if sheet.visibility:
            issues.append(ReadIssue("hidden_sheet", "note", f"hidden sheet {sheet.name!r} was left out"))
            continue
        merges: list[Merge] = [
            (top, bottom - 1, left, min(right, MAX_COLUMN) - 1)
            for top, bottom, left, right in sheet.merged_cells
            if top < bottom and left < right
        ]
        found = list(sheet_blocks(_cells(book, sheet, issues), merges))
        if found and not sheet.name.lower().startswith("sheet"):
            found.insert(0, Paragraph(sheet.name, path=f"{sheet.name}!"))
        if found:
            yield sheet.name, found


def _cells(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet, issues: list[ReadIssue]) -> Iterator[SheetCell]:
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
            if hidden is not None:
                if text.strip() and hidden not in told:
                    told.add(hidden)
                    issues.append(ReadIssue("hidden_text", "warning", f"hidden {hidden} was left out"))
                continue
            stored = repr(sheet.cell_value(row, column)) if kind == xlrd.XL_CELL_NUMBER else ""
            path = f"{sheet.name}!{xlrd.cellname(row, column)}"
            yield SheetCell(row, column, text, bordered, path, stored)


def _hidden(sheet: xlrd.sheet.Sheet, row: int, column: int) -> str | None:
    """The hidden row or column that a cell stands in."""
    if (info := sheet.rowinfo_map.get(row)) is not None and info.hidden:
        return f"row {row + 1}"
    if (info := sheet.colinfo_map.get(column)) is not None and info.hidden:
        return f"column {column + 1}"
    return None


def _shown(book: xlrd.book.Book, kind: int, value: object, code: str) -> str:
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return shown(repr(value), code, from_1904=bool(book.datemode))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#ERR"))
    return str(value).replace("\r\n", "\n").replace("\r", "\n")
