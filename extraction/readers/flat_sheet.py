"""Workbooks in one XML file (Excel 2003 XML, often named ``.xls``)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from extraction.document import Block, Document, Paragraph, ReadIssue, UnreadableError
from extraction.readers.sheet_blocks import MAX_CELLS, Merge, SheetCell, members, sheet_blocks
from extraction.readers.sheet_format import shown
from extraction.readers.zipped import parse_xml

MEDIA_TYPE = "application/vnd.ms-excel.2003+xml"
MAX_COLUMN, MAX_ROW = 1_000, 100_000

_S = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read an Excel 2003 XML file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: it is none, not well-formed, or hostile.
    """
    del url
    root = parse_xml(data, "the Excel XML file", huge=True)
    if root.tag != f"{_S}Workbook":
        raise UnreadableError("malformed", "this is no Excel XML file")
    formats, bordered = _styles(root)
    issues: dict[str, ReadIssue] = {}
    sheets: list[tuple[str, list[Block]]] = []
    for sheet in root.iterfind(f"{_S}Worksheet"):
        name = sheet.get(f"{_S}Name", "")
        if sheet.findtext(f"{_X}WorksheetOptions/{_X}Visible", "SheetVisible") != "SheetVisible":
            issues["hidden_sheet"] = ReadIssue("hidden_sheet", "note", f"hidden sheet {name!r} was left out")
            continue
        merges: list[Merge] = []
        cells = list(_cells(sheet, name, formats, bordered, merges, issues))
        found = list(sheet_blocks(cells, merges))
        if found and not name.lower().startswith("sheet"):
            found.insert(0, Paragraph(name, path=f"{name}!"))
        if found:
            sheets.append((name, found))
    blocks = tuple(block for _, part in sheets for block in part)
    return Document(
        MEDIA_TYPE, blocks, issues=tuple(issues.values()), members=members(MEDIA_TYPE, sheets, ())
    )


def _styles(root: etree._Element) -> tuple[dict[str, str], set[str]]:
    """Number formats by style, and the styles with borders."""
    formats: dict[str, str] = {}
    bordered: set[str] = set()
    for style in root.iterfind(f"{_S}Styles/{_S}Style"):
        name = style.get(f"{_S}ID", "")
        number = style.find(f"{_S}NumberFormat")
        if number is not None:
            formats[name] = number.get(f"{_S}Format", "General")
        if style.find(f"{_S}Borders/{_S}Border") is not None:
            bordered.add(name)
    return formats, bordered


def _cells(
    sheet: etree._Element,
    name: str,
    formats: dict[str, str],
    bordered: set[str],
    merges: list[Merge],
    issues: dict[str, ReadIssue],
) -> Iterator[SheetCell]:
    hidden_columns = _hidden_columns(sheet)
    row = -1
    count = 0
    for element in sheet.iterfind(f"{_S}Table/{_S}Row"):
        row = _integer(element.get(f"{_S}Index"), row + 2) - 1
        column = -1
        for cell in element.iterfind(f"{_S}Cell"):
            column = _integer(cell.get(f"{_S}Index"), column + 2) - 1
            if column >= MAX_COLUMN or row >= MAX_ROW:
                break
            count += 1
            if count > MAX_CELLS:
                raise UnreadableError("too_large", f"more than {MAX_CELLS} cells on one sheet")
            style = cell.get(f"{_S}StyleID", "")
            text = _text(cell, formats.get(style, "General"))
            across, down = (_integer(cell.get(f"{_S}Merge{way}"), 0) for way in ("Across", "Down"))
            if element.get(f"{_S}Hidden") == "1" or column in hidden_columns:
                if text.strip():
                    issues["hidden_text"] = ReadIssue(
                        "hidden_text", "warning", "hidden rows or columns were left out"
                    )
            else:
                data = cell.find(f"{_S}Data[@{_S}Type='Number']")
                stored = "" if data is None else data.text or ""
                path = f"{name}!R{row + 1}C{column + 1}"
                yield SheetCell(row, column, text, style in bordered, path, stored)
                if across or down:
                    merges.append((row, min(row + down, MAX_ROW), column, min(column + across, MAX_COLUMN)))
            column += across
        row += _integer(element.get(f"{_S}Span"), 0)


def _hidden_columns(sheet: etree._Element) -> set[int]:
    out: set[int] = set()
    column = -1
    for element in sheet.iterfind(f"{_S}Table/{_S}Column"):
        column = _integer(element.get(f"{_S}Index"), column + 2) - 1
        span = min(_integer(element.get(f"{_S}Span"), 0), MAX_COLUMN)
        if element.get(f"{_S}Hidden") == "1":
            out |= set(range(column, column + span + 1))
        column += span
    return out


def _text(cell: etree._Element, form: str) -> str:
    data = cell.find(f"{_S}Data")
    if data is None:
        return ""
    text = "".join([str(piece) for piece in data.itertext()])
    if data.get(f"{_S}Type") == "Number":
        return shown(text, form, from_1904=False)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 8 else default
