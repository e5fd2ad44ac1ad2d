"""Workbooks in one XML file (Excel 2003 XML, often named ``.xls``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree

from extraction.document import Block, Document, Paragraph, ReadIssue, UnreadableError
from extraction.readers.flat_sheet_conditions import conditions
from extraction.readers.print_look import WHITE, Colour, Look, hex_colour, is_unseen
from extraction.readers.raised import raised
from extraction.readers.sheet_blocks import (
    LEAST_HEIGHT,
    MAX_CELLS,
    Merge,
    SheetCell,
    in_white,
    is_flat,
    is_hidden,
    is_zero,
    members,
    sheet_blocks,
)
from extraction.readers.sheet_format import shown, shown_text
from extraction.readers.zipped import parse_xml

MEDIA_TYPE = "application/vnd.ms-excel.2003+xml"
MAX_COLUMN, MAX_ROW = 1_000, 100_000

_S = "{urn:schemas-microsoft-com:office:spreadsheet}"
_HTML = "{http://www.w3.org/TR/REC-html40}"
_ABOVE = frozenset({"Superscript", "Subscript"})
_MAX_DEPTH = 50
_X = "{urn:schemas-microsoft-com:office:excel}"
_NAMED = {
    "Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%", "Scientific": "0.00E+00",
    "Currency": "#,##0.00", "Euro Currency": "#,##0.00", "General Number": "General",
    "General Date": "yyyy-m-d h:mm", "Short Date": "yyyy-m-d", "Medium Date": "d-mmm-yy",
    "Long Date": "yyyy年m月d日", "Short Time": "h:mm", "Medium Time": "h:mm AM/PM", "Long Time": "h:mm:ss",
    "Yes/No": '"Yes";"Yes";"No"', "True/False": '"True";"True";"False"', "On/Off": '"On";"On";"Off"',
}  # fmt: skip
"""Formats that this format has names for."""


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
    looks = _looks(root)
    issues: dict[str, ReadIssue] = {}
    sheets: list[tuple[str, list[Block]]] = []
    for sheet in root.iterfind(f"{_S}Worksheet"):
        name = sheet.get(f"{_S}Name", "")
        if sheet.findtext(f"{_X}WorksheetOptions/{_X}Visible", "SheetVisible") != "SheetVisible":
            issues["hidden_sheet"] = ReadIssue("hidden_sheet", "note", f"hidden sheet {name!r} was left out")
            continue
        merges: list[Merge] = []
        cells = list(_cells(sheet, name, formats, bordered, looks, merges, issues))
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
            form = number.get(f"{_S}Format", "General")
            formats[name] = _NAMED.get(form, form)
        if style.find(f"{_S}Borders/{_S}Border") is not None:
            bordered.add(name)
    return formats, bordered


def _cells(
    sheet: etree._Element,
    name: str,
    formats: dict[str, str],
    bordered: set[str],
    looks: dict[str, _Face],
    merges: list[Merge],
    issues: dict[str, ReadIssue],
) -> Iterator[SheetCell]:
    is_hidden_column = _hidden_columns(sheet)
    height = next((table.get(f"{_S}DefaultRowHeight", "") for table in sheet.iterfind(f"{_S}Table")), "")
    zeros = sheet.find(f"{_X}WorksheetOptions/{_X}DoNotDisplayZeros") is None
    rules = conditions(sheet)
    row = -1
    count = 0
    for element in sheet.iterfind(f"{_S}Table/{_S}Row"):
        row = _integer(element.get(f"{_S}Index"), row + 2) - 1
        column = -1
        low = is_hidden(element, f"{_S}Hidden", f"{_S}Height", LEAST_HEIGHT)
        low = low or (element.get(f"{_S}Height") is None and is_flat(height, LEAST_HEIGHT))
        for cell in element.iterfind(f"{_S}Cell"):
            column = _integer(cell.get(f"{_S}Index"), column + 2) - 1
            if column >= MAX_COLUMN or row >= MAX_ROW:
                break
            count += 1
            if count > MAX_CELLS:
                raise UnreadableError("too_large", f"more than {MAX_CELLS} cells on one sheet")
            style = cell.get(f"{_S}StyleID", "")
            face = looks.get(style) or looks.get("Default", _Face())
            code = formats.get(style, "General")
            found = _runs(cell, code, face)
            runs = [(face, text) for face, text in found if not face.struck]
            if len(runs) < len(found):
                # Taken back by the agency, as in the other formats.
                issues["struck_text"] = ReadIssue("struck_text", "warning", "struck-out text was left out")
            text = "".join([raised(text) if face.raised else text for face, text in runs])
            pieces = [(face.look(), text) for face, text in runs if not face.raised]
            if len(runs) == 1 and not any(look.unseen for look, _ in pieces):
                pieces = []
            across, down = (_integer(cell.get(f"{_S}Merge{way}"), 0) for way in ("Across", "Down"))
            if low or is_hidden_column(column):
                if text.strip():
                    issues["hidden_text"] = ReadIssue(
                        "hidden_text", "warning", "hidden rows or columns were left out"
                    )
            else:
                data = cell.find(f"{_S}Data[@{_S}Type='Number']")
                stored = (data.text or "") if data is not None and runs else ""
                if not zeros and is_zero(stored):
                    text = stored = ""
                text, doubts = rules.look(row, column, stored, text, face.ground)
                doubts += in_white(stored, code, face.ground)
                path = f"{name}!R{row + 1}C{column + 1}"
                if cell.get(f"{_S}Formula") and data is None and not text:
                    message = f"cell {path} holds a formula and no value"
                    doubts += (ReadIssue("formula_without_value", "error", message),)
                yield SheetCell(row, column, text, style in bordered, path, stored, tuple(pieces), doubts)
                if across or down:
                    merges.append((row, min(row + down, MAX_ROW), column, min(column + across, MAX_COLUMN)))
            column += across
        row += _integer(element.get(f"{_S}Span"), 0)


def _hidden_columns(sheet: etree._Element) -> Callable[[int], bool]:
    """Whether a column is hidden."""
    out: set[int] = set()
    said: set[int] = set()
    width = ""
    column = -1
    for table in sheet.iterfind(f"{_S}Table"):
        width = table.get(f"{_S}DefaultColumnWidth", "")
    for element in sheet.iterfind(f"{_S}Table/{_S}Column"):
        column = _integer(element.get(f"{_S}Index"), column + 2) - 1
        span = min(_integer(element.get(f"{_S}Span"), 0), MAX_COLUMN)
        columns = range(column, column + span + 1)
        if element.get(f"{_S}Width") is not None:
            said.update(columns)
        if is_hidden(element, f"{_S}Hidden", f"{_S}Width", LEAST_HEIGHT):
            out.update(columns)
        column += span
    unsaid = is_flat(width, LEAST_HEIGHT)
    return lambda number: number in out or (unsaid and number not in said)


class _Face(NamedTuple):
    """How text is printed; a ground of None is not known."""

    size: float | None = None
    colour: Colour | None = None
    ground: Colour | None = WHITE
    raised: bool = False
    struck: bool = False

    def look(self) -> Look:
        unseen = is_unseen(self.size, self.colour, self.ground)
        return Look(unseen=unseen) if self.size is None else Look(self.size, known=True, unseen=unseen)

    def under(self, element: etree._Element, space: str) -> _Face:
        """This face with what the attributes of a font say."""
        said = {name: element.get(f"{space}{name}") for name in ("Size", "Color", "VerticalAlign")}
        size = re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,3})?", said["Size"] or "")
        return self._replace(
            size=float(size[0]) if size else self.size,
            colour=self.colour if said["Color"] is None else hex_colour(said["Color"]),
            raised=self.raised if said["VerticalAlign"] is None else said["VerticalAlign"] in _ABOVE,
            struck=self.struck or element.get(f"{space}StrikeThrough") == "1",
        )


def _looks(root: etree._Element) -> dict[str, _Face]:
    """The faces of the styles, each on top of that of its parent, which stands before it."""
    out: dict[str, _Face] = {}
    for style in root.iterfind(f"{_S}Styles/{_S}Style"):
        face = out.get(style.get(f"{_S}Parent", "Default"), _Face())
        font, fill = style.find(f"{_S}Font"), style.find(f"{_S}Interior")
        if font is not None:
            face = face.under(font, _S)
        if fill is not None and fill.get(f"{_S}Pattern", "None") != "None":
            solid = fill.get(f"{_S}Pattern") == "Solid"
            face = face._replace(ground=hex_colour(fill.get(f"{_S}Color", "")) if solid else None)
        out[style.get(f"{_S}ID", "")] = face
    return out


def _runs(cell: etree._Element, form: str, face: _Face) -> list[tuple[_Face, str]]:
    """The text of a cell with its faces."""
    data = cell.find(f"{_S}Data")
    if data is None:
        return []
    if data.get(f"{_S}Type") == "Number":
        text = "".join([str(piece) for piece in data.itertext()])
        return [(face, shown(text, form, from_1904=False))]
    found = [(face, text.replace("\r\n", "\n").replace("\r", "\n")) for face, text in _spread(data, face)]
    filled = [(face, text) for face, text in found if text]
    return [(face, shown_text(filled[0][1], form)) for face, _ in filled] if len(filled) == 1 else filled


def _spread(element: etree._Element, face: _Face, depth: int = 0) -> Iterator[tuple[_Face, str]]:
    if depth > _MAX_DEPTH:
        yield face, "".join([str(piece) for piece in element.itertext()])
        return
    yield face, element.text or ""
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        inner = face.under(child, _HTML) if name == "Font" else face
        inner = inner._replace(
            raised=inner.raised or name in {"Sup", "Sub"}, struck=inner.struck or name == "S"
        )
        yield from _spread(child, inner, depth + 1)
        yield face, child.tail or ""


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 8 else default
