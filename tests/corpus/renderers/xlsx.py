"""Reports as workbooks: everything on one sheet, or a sheet a table; figures as numbers or as text; merged ranges."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
import re
from dataclasses import replace
from xml.sax.saxutils import escape

from tests.corpus.grids import Grid
from tests.corpus.renderers import Rendered
from tests.corpus.renderers.docx import package
from tests.corpus.reports import Report, Text

FEATURES = (
    "one_sheet",
    "sheets",
    "shared_strings",
    "text_numbers",
    "offset",
    "formulas",
    "hidden_sheet",
    "hidden_column",
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STATE = ' state="hidden"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def column_name(number: int) -> str:
    """0 -> A, 26 -> AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class _Sheet:
    def __init__(self, name: str, feature: str, strings: list[str]) -> None:
        self.name, self.feature, self.strings = name, feature, strings
        self.rows: dict[int, list[str]] = {}
        self.merges: list[str] = []
        self.next = 3 if feature == "offset" else 1
        self.left = 1 if feature == "offset" else 0

    def put(self, row: int, column: int, text: str, figure: bool = False) -> None:
        place = f"{column_name(column)}{row}"
        if figure and self.feature != "text_numbers" and re.fullmatch(r"-?\d+(\.\d+)?", text):
            formula = "<f>SUM(D9:I9)</f>" if self.feature == "formulas" and column > 5 else ""
            cell = f'<c r="{place}">{formula}<v>{text}</v></c>'
        elif not text:
            cell = f'<c r="{place}"/>'
        elif self.feature == "shared_strings":
            if text not in self.strings:
                self.strings.append(text)
            cell = f'<c r="{place}" t="s"><v>{self.strings.index(text)}</v></c>'
        else:
            cell = f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
        self.rows.setdefault(row, []).append(cell)

    def text(self, text: str) -> None:
        self.put(self.next, self.left, text)
        self.next += 1

    def grid(self, grid: Grid) -> None:
        for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column)):
            row, column = self.next + cell.row, self.left + cell.column
            self.put(row, column, cell.text, figure=cell.key is not None)
            if cell.rowspan > 1 or cell.colspan > 1:
                end = f"{column_name(column + cell.colspan - 1)}{row + cell.rowspan - 1}"
                self.merges.append(f'<mergeCell ref="{column_name(column)}{row}:{end}"/>')
        self.next += grid.height + 1

    def xml(self) -> str:
        rows = "".join(
            f'<row r="{number}">{"".join(cells)}</row>' for number, cells in sorted(self.rows.items())
        )
        merges = (
            f'<mergeCells count="{len(self.merges)}">{"".join(self.merges)}</mergeCells>'
            if self.merges
            else ""
        )
        columns = (
            '<cols><col min="20" max="24" width="0" hidden="1"/></cols>'
            if self.feature == "hidden_column"
            else ""
        )
        return f"{HEAD}<worksheet {MAIN}>{columns}<sheetData>{rows}</sheetData>{merges}</worksheet>"


def render(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """One XLSX; what is not asked for is drawn."""
    feature = feature or rng.choice(FEATURES)
    strings: list[str] = []
    sheets = [_Sheet("年度报告" if feature == "sheets" else "Sheet1", feature, strings)]
    for block in report.blocks:
        if isinstance(block, Grid):
            if feature == "sheets":
                sheets.append(_Sheet(f"表{len(sheets)}", feature, strings))
            sheets[-1].grid(block)
        elif isinstance(block, Text):
            sheets[0 if feature == "sheets" else -1].text(block.text)
    if feature == "hidden_sheet":
        # Last year's table, left in a hidden sheet of the workbook that was copied.
        sheets.append(_Sheet("上年", feature, strings))
        for block in report.blocks:
            if isinstance(block, Grid):
                old = [replace(c, text=str(rng.randint(0, 99)) if c.key else c.text) for c in block.cells]
                sheets[-1].grid(Grid(old, block.name))
    names = "".join(
        f'<sheet name="{sheet.name}" sheetId="{n}"{STATE if sheet.name == "上年" else ""} r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, start=1)
    )
    rels = "".join(
        f'<Relationship Id="rId{n}" Type="{REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    package_rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'{HEAD}<Relationships xmlns="{package_rels}"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'{HEAD}<workbook {MAIN} xmlns:r="{REL}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'{HEAD}<Relationships xmlns="{package_rels}">{rels}<Relationship Id="rId99" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        ),
    }
    for number, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet.xml()
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    parts["xl/sharedStrings.xml"] = (
        f'{HEAD}<sst {MAIN} count="{len(strings)}" uniqueCount="{len(strings)}">{items}</sst>'
    )
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Rendered(package(parts), "xlsx", rng.choice([media, None]), None, [f"xlsx_{feature}"])
