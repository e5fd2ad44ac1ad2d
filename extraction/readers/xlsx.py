"""Workbooks (Office Open XML): each sheet as paragraphs and tables, numbers as they are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from lxml import etree

from extraction.document import Block, Document, Paragraph, ReadIssue, UnreadableError
from extraction.readers.docx import office_facts
from extraction.readers.inner_pictures import InnerPicture, finish
from extraction.readers.print_look import Piece
from extraction.readers.raised import raised
from extraction.readers.sheet_blocks import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    REPEATED,
    Merge,
    SheetCell,
    column_number,
    in_white,
    is_flat,
    is_hidden,
    is_zero,
    members,
    sheet_blocks,
)
from extraction.readers.sheet_format import BUILT_IN, shown, shown_text
from extraction.readers.xlsx_conditions import conditions
from extraction.readers.xlsx_look import Looks
from extraction.readers.zipped import Package

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_COLUMN, MAX_ROW = 1_000, 100_000

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ON = ("1", "true")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _Run(NamedTuple):
    """The properties of a run, if it has any of its own, and its text."""

    properties: etree._Element | None
    text: str


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read an XLSX file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: not an XLSX, cut short, encrypted, damaged or hostile.
    """
    del url
    package = Package(data, "XLSX")
    book = _Book(package)
    sheets = list(book.sheets())
    try:
        facts = tuple(office_facts(package))
    except UnreadableError as error:
        facts = ()
        book.issues.append(ReadIssue("part_unreadable", "warning", str(error)))
    blocks = tuple(block for _, found in sheets for block in found)
    texts = [(name, [b for b in found if not isinstance(b, InnerPicture)]) for name, found in sheets]
    parts = members(MEDIA_TYPE, texts, facts)
    return finish(Document(MEDIA_TYPE, blocks, facts=facts, issues=tuple(book.issues), members=parts))


class _Book:
    def __init__(self, package: Package) -> None:
        self._package = package
        self.issues: list[ReadIssue] = []
        main = "xl/workbook.xml"
        for kind, target, external in package.relationships("").values():
            if kind == "officeDocument" and not external and target in package:
                main = target
        self._root = package.xml(main)
        if self._root.tag != f"{_S}workbook":
            raise UnreadableError("malformed", f"{main} is no workbook")
        self._relations = package.relationships(main)
        parts = {kind: target for kind, target, external in self._relations.values() if not external}
        self._strings = self._shared_strings(parts.get("sharedStrings", ""))
        self._formats, self._bordered, self._struck = self._styles(parts.get("styles", ""))
        properties = self._root.find(f"{_S}workbookPr")
        self._from_1904 = properties is not None and properties.get("date1904") in _ON
        computing = self._root.find(f"{_S}calcPr")
        self._to_compute = computing is not None and computing.get("fullCalcOnLoad") in _ON

    def _shared_strings(self, part: str) -> list[list[_Run]]:
        if part not in self._package:
            return []
        return [_runs(item) for item in self._package.xml(part).iterfind(f"{_S}si")]

    def _styles(self, part: str) -> tuple[list[str], list[bool], frozenset[int]]:
        """Number format and "has a border" of each cell style; the styles whose text is struck out."""
        root = self._package.xml(part) if part in self._package else None
        self._looks = Looks(root)
        self._repeated: set[int] = set()
        self._differences = [] if root is None else list(root.iterfind(f"{_S}dxfs/{_S}dxf"))
        if root is None:
            return [], [], frozenset()
        codes = dict(BUILT_IN)
        for element in root.iterfind(f"{_S}numFmts/{_S}numFmt"):
            codes[_integer(element.get("numFmtId"))] = element.get("formatCode", "General")
        borders = [
            any(side.get("style", "none") != "none" for side in border)
            for border in root.iterfind(f"{_S}borders/{_S}border")
        ]
        fonts = [_is_struck(font) for font in root.iterfind(f"{_S}fonts/{_S}font")]
        formats, bordered, struck = [], [], set()
        for style in root.iterfind(f"{_S}cellXfs/{_S}xf"):
            formats.append(codes.get(_integer(style.get("numFmtId")), "General"))
            font = _integer(style.get("fontId"))
            if font < len(fonts) and fonts[font]:
                struck.add(len(formats) - 1)
            alignment = style.find(f"{_S}alignment")
            if alignment is not None and alignment.get("horizontal") == "fill":
                self._repeated.add(len(formats) - 1)
            border = _integer(style.get("borderId"))
            bordered.append(border < len(borders) and borders[border])
        return formats, bordered, frozenset(struck)

    def sheets(self) -> Iterator[tuple[str, list[Block]]]:
        """All visible sheets in order that hold anything: the name, and the blocks under it."""
        sheets = list(self._root.iterfind(f"{_S}sheets/{_S}sheet"))
        for sheet in sheets:
            name = sheet.get("name", "")
            _, target, external = self._relations.get(sheet.get(f"{_R}id", ""), ("", "", True))
            if sheet.get("state", "visible") != "visible":
                self.issues.append(ReadIssue("hidden_sheet", "note", f"hidden sheet {name!r} was left out"))
                continue
            if external or target not in self._package:
                self.issues.append(ReadIssue("part_unreadable", "error", f"sheet {name!r} is missing"))
                continue
            root = self._package.xml(target)
            if root.tag != f"{_S}worksheet":
                continue  # a chart
            found = list(sheet_blocks(self._cells(root, f"{target}#{name}!"), _merges(root)))
            if found and not re.fullmatch(r"(?i)sheet\s*[0-9]*|工作表\s*[0-9]*", name):
                found.insert(0, Paragraph(name, path=f"{target}#{name}"))
            found += self._pictures(target)
            if found:
                yield name, found

    def _pictures(self, sheet: str) -> Iterator[InnerPicture]:
        """The pictures that lie on a sheet, from top to bottom: behind its cells, for they cover some."""
        for kind, drawing, external in self._package.relationships(sheet).values():
            if kind != "drawing" or external or drawing not in self._package:
                continue
            relations = self._package.relationships(drawing)
            laid: list[tuple[int, str]] = []
            for anchor in self._package.xml(drawing):
                row = anchor.findtext(f"{_DRAWING}from/{_DRAWING}row")
                for blip in anchor.iter(_BLIP):
                    _, target, outside = relations.get(blip.get(f"{_R}embed", ""), ("", "", True))
                    if not outside and target in self._package:
                        laid.append((_integer(row), target))
            for _, target in sorted(laid, key=lambda entry: entry[0]):
                yield InnerPicture("", target, data=partial(self._package.read, target))

    def _cells(self, root: etree._Element, path: str) -> Iterator[SheetCell]:
        row = -1
        sizes = root.find(f"{_S}sheetFormatPr")
        is_hidden_column = _hidden_columns(root, "" if sizes is None else sizes.get("defaultColWidth", ""))
        height = "" if sizes is None else sizes.get("defaultRowHeight", "")
        view = root.find(f"{_S}sheetViews/{_S}sheetView")
        zeros = view is None or view.get("showZeros") not in ("0", "false")
        found = conditions(root, self._differences)
        told: set[int] = set()
        uncomputed = self._to_compute and _is_uncomputed(root)
        for element in root.iterfind(f"{_S}sheetData/{_S}row"):
            row = _integer(element.get("r"), row + 2) - 1
            hidden = is_hidden(element, "hidden", "ht", LEAST_HEIGHT)
            hidden = hidden or (element.get("ht") is None and is_flat(height, LEAST_HEIGHT))
            column = -1
            for cell in element.iterfind(f"{_S}c"):
                place = _PLACE.fullmatch(cell.get("r", ""))
                if place:
                    column, row = column_number(place[1]), int(place[2]) - 1
                else:
                    column += 1
                if column >= MAX_COLUMN or row >= MAX_ROW:
                    continue
                style = _integer(cell.get("s"))
                every, stored = self._value(cell, style), _number(cell)
                runs = [run for run in every if not _is_struck(run.properties)]
                text = "".join([text for _, text in runs])
                if hidden and text.strip():
                    self.issues.append(
                        ReadIssue("hidden_text", "warning", f"hidden row {row + 1} was left out")
                    )
                    break
                if is_hidden_column(column):
                    if text.strip() and column not in told:
                        told.add(column)
                        message = f"hidden column {column + 1} was left out"
                        self.issues.append(ReadIssue("hidden_text", "warning", message))
                    continue
                if (style in self._struck and text.strip()) or len(runs) < len(every):
                    # Taken back by the agency, as in the other formats.
                    message = f"struck-out text of cell {cell.get('r')} was left out"
                    self.issues.append(ReadIssue("struck_text", "warning", message))
                if style in self._struck or (not zeros and is_zero(stored)):
                    text = stored = ""
                ground = self._looks.ground(style)
                text, doubts = found.look(row, column, stored, text, ground)
                doubts += in_white(stored, self._code(style), ground)
                doubts += self._doubts(cell, style, text, uncomputed=uncomputed)
                bordered = style < len(self._bordered) and self._bordered[style]
                spot = f"{path}{cell.get('r') or (row, column)}"
                pieces = self._pieces(runs, style) if text.strip() else ()
                yield SheetCell(row, column, text, bordered, spot, stored, pieces, doubts)

    def _doubts(
        self, cell: etree._Element, style: int, text: str, *, uncomputed: bool
    ) -> tuple[ReadIssue, ...]:
        """What is to be said of a cell's formula, and of text that is repeated over the cell."""
        out: tuple[ReadIssue, ...] = ()
        if style in self._repeated and text.strip():
            out = (REPEATED,)
        if cell.find(f"{_S}f") is None or cell.get("t", "n") != "n":
            return out
        stored = _number(cell)
        if not stored or (uncomputed and is_zero(stored)):
            message = f"cell {cell.get('r')} holds a formula and no value"
            out += (ReadIssue("formula_without_value", "error", message),)
        return out

    def _code(self, style: int) -> str:
        return self._formats[style] if style < len(self._formats) else "General"

    def _pieces(self, runs: list[_Run], style: int) -> tuple[Piece, ...]:
        """How the text of a cell is printed, where that is not in one way and plain to see."""
        if len(runs) == 1:
            look = self._looks.of(style)
            return ((look, runs[0][1]),) if look.unseen else ()
        return tuple((self._looks.of(style, run), text) for run, text in runs if not _is_raised(run))

    def _value(self, cell: etree._Element, style: int) -> list[_Run]:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(f"{_S}is")
            return self._typed([] if inline is None else _runs(inline), style)
        value = cell.find(f"{_S}v")
        stored = "" if value is None else value.text or ""
        if kind == "s":
            index = _integer(stored, -1)
            if 0 <= index < len(self._strings):
                return self._typed(self._strings[index], style)
            self.issues.append(ReadIssue("part_unreadable", "error", f"cell {cell.get('r')} names no string"))
            return []
        return [_Run(None, self._plain_value(kind, stored, style))]

    def _typed(self, runs: list[_Run], style: int) -> list[_Run]:
        """A stored text as its format shows it: most formats show it as it is."""
        code = self._code(style)
        if len(runs) != 1 or ("@" not in code and code.count(";") < 3):
            return runs
        return [runs[0]._replace(text=shown_text(runs[0].text, code))]

    def _plain_value(self, kind: str, stored: str, style: int) -> str:
        if kind in ("str", "d"):
            return _unescaped(stored)
        if kind == "b":
            return "TRUE" if stored == "1" else "FALSE"
        if kind == "e":
            return stored
        return shown(stored, self._code(style), from_1904=self._from_1904) if stored else ""


def _number(cell: etree._Element) -> str:
    """The number that a cell stores, as written; "" where it stores none."""
    return cell.findtext(f"{_S}v") or "" if cell.get("t", "n") == "n" else ""


def _is_struck(font: etree._Element | None) -> bool:
    strike = None if font is None else font.find(f"{_S}strike")
    return strike is not None and strike.get("val", "1") not in ("0", "false")


def _is_uncomputed(root: etree._Element) -> bool:
    """Whether each formula stores a zero, as programs write them that compute nothing themselves."""
    return all(
        is_zero(_number(cell))
        for cell in root.iterfind(f"{_S}sheetData/{_S}row/{_S}c")
        if cell.find(f"{_S}f") is not None and _number(cell)
    )


def _hidden_columns(root: etree._Element, width: str) -> Callable[[int], bool]:
    """Whether a column is hidden; `width`: of the columns of which nothing is said."""
    out: set[int] = set()
    said: set[int] = set()
    for element in root.iterfind(f"{_S}cols/{_S}col"):
        first, last = (_integer(element.get(name)) for name in ("min", "max"))
        columns = range(first - 1, min(last, MAX_COLUMN))
        said.update(columns)
        if is_hidden(element, "hidden", "width", LEAST_WIDTH):
            out.update(columns)
    unsaid = is_flat(width, LEAST_WIDTH)
    return lambda column: column in out or (unsaid and column not in said)


def _merges(root: etree._Element) -> Iterator[Merge]:
    for element in root.iterfind(f"{_S}mergeCells/{_S}mergeCell"):
        first, _, last = element.get("ref", "").partition(":")
        start, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last or first)
        if start and end:
            rows = sorted((int(start[2]) - 1, int(end[2]) - 1))
            columns = sorted((column_number(start[1]), column_number(end[1])))
            yield rows[0], min(rows[1], MAX_ROW), columns[0], min(columns[1], MAX_COLUMN)


def _is_raised(run: etree._Element | None) -> bool:
    align = None if run is None else run.find(f"{_S}vertAlign")
    return align is not None and align.get("val") in {"superscript", "subscript"}


def _runs(item: etree._Element) -> list[_Run]:
    """A string item: its runs, without phonetic hints."""
    out: list[_Run] = []
    for child in item:
        if child.tag == f"{_S}t":
            out.append(_Run(None, child.text or ""))
        elif child.tag == f"{_S}r":
            run = child.find(f"{_S}rPr")
            text = "".join([text.text or "" for text in child.iterfind(f"{_S}t")])
            out.append(_Run(run, raised(text) if _is_raised(run) else text))
    return [_Run(run, _unescaped(text)) for run, text in out if text]


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPED.sub(character, text).replace("\r\n", "\n").replace("\r", "\n")


def _integer(text: str | None, default: int = 0) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else default
