"""Reports as OFD (GB/T 33190): text objects placed on pages, tables as lines drawn between them."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from xml.sax.saxutils import escape

from tests.corpus.grids import GCell, Grid
from tests.corpus.renderers import Rendered
from tests.corpus.renderers.docx import package
from tests.corpus.reports import Report

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
WIDTH, HEIGHT, MARGIN, SIZE = 210.0, 297.0, 15.0, 3.2  # millimetres
FEATURES = ("delta", "runs")


class _Pages:
    """A cursor over pages; each page collects its objects."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        self.pages: list[list[str]] = [[]]
        self.y = MARGIN
        self.next = 10

    def identifier(self) -> int:
        self.next += 1
        return self.next

    def room(self, height: float) -> None:
        if self.y + height > HEIGHT - MARGIN:
            self.pages.append([])
            self.y = MARGIN

    def text(self, text: str, x: float, y: float, size: float = SIZE) -> None:
        if not text:
            return
        pieces = (
            [text]
            if self.feature == "delta" or len(text) < 4
            else [text[: len(text) // 2], text[len(text) // 2 :]]
        )
        for piece in pieces:
            steps = [size if ord(char) > 255 else size / 2 for char in piece]
            width = sum(steps)
            delta = " ".join(f"{step:.2f}" for step in steps[:-1])
            delta = f' DeltaX="{delta}"' if delta else ""
            self.pages[-1].append(
                f'<ofd:TextObject ID="{self.identifier()}" Boundary="{x:.2f} {y:.2f} {width + 1:.2f} {size * 1.3:.2f}" Font="2" Size="{size}">'
                f'<ofd:TextCode X="0" Y="{size:.2f}"{delta}>{escape(piece)}</ofd:TextCode></ofd:TextObject>'
            )
            x += width

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        width, height = max(x2 - x1, 0.1), max(y2 - y1, 0.1)
        self.pages[-1].append(
            f'<ofd:PathObject ID="{self.identifier()}" Boundary="{x1:.2f} {y1:.2f} {width:.2f} {height:.2f}" LineWidth="0.2">'
            f"<ofd:AbbreviatedData>M 0 0 L {x2 - x1:.2f} {y2 - y1:.2f}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    def paragraph(self, text: str) -> None:
        per_line = int((WIDTH - 2 * MARGIN) / (SIZE + 0.6))
        for start in range(0, max(1, len(text)), per_line):
            self.room(7)
            self.text(text[start : start + per_line], MARGIN, self.y, SIZE)
            self.y += 7


def _lines(cell: GCell, width: float) -> list[str]:
    per_line = max(1, int((width - 1) / SIZE))
    out = []
    for part in cell.text.split("\n"):
        out += [part[start : start + per_line] for start in range(0, max(1, len(part)), per_line)]
    return out


def _table(pages: _Pages, grid: Grid) -> None:
    shares = [1.0] * grid.width
    if grid.name == "requests" and grid.width == 10:
        shares = [1.2, 1.6, 3.6, 1, 1, 1, 1, 1, 1, 1]
    unit = (WIDTH - 2 * MARGIN) / sum(shares)
    lefts = [MARGIN]
    for share in shares:
        lefts.append(lefts[-1] + share * unit)
    line_height = SIZE * 1.4
    heights = []
    for row in range(grid.height):
        counts = [
            len(_lines(cell, lefts[cell.column + cell.colspan] - lefts[cell.column]))
            for cell in grid.cells
            if cell.row == row and cell.rowspan == 1
        ]
        heights.append(line_height * max([1, *counts]) + 2)
    matrix = grid.matrix()
    row = 0
    while row < grid.height:
        end, total = row, 0.0
        while end < grid.height and pages.y + total + heights[end] <= HEIGHT - MARGIN:
            total += heights[end]
            end += 1
        if end == row:
            pages.pages.append([])
            pages.y = MARGIN
            continue
        tops = [pages.y]
        for height in heights[row:end]:
            tops.append(tops[-1] + height)
        seen: set[GCell] = set()
        for number in range(row, end):
            for cell in matrix[number]:
                if cell in seen:
                    continue
                seen.add(cell)
                top, bottom = tops[max(cell.row, row) - row], tops[min(cell.row + cell.rowspan, end) - row]
                left, right = lefts[cell.column], lefts[cell.column + cell.colspan]
                for edge in (
                    (left, top, right, top),
                    (left, bottom, right, bottom),
                    (left, top, left, bottom),
                    (right, top, right, bottom),
                ):
                    pages.line(*edge)
                if cell.row >= row:
                    for step, text in enumerate(_lines(cell, right - left)):
                        pages.text(text, left + 0.5, top + 0.8 + step * line_height)
        pages.y = tops[-1]
        row = end
    pages.y += 6


def render(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """One OFD; what is not asked for is drawn."""
    feature = feature or rng.choice(FEATURES)
    pages = _Pages(feature)
    for block in report.blocks:
        if isinstance(block, Grid):
            _table(pages, block)
        else:
            pages.paragraph(block.text)
    box = f"<ofd:PhysicalBox>0 0 {WIDTH:.0f} {HEIGHT:.0f}</ofd:PhysicalBox>"
    listing = "".join(
        f'<ofd:Page ID="{number + 1}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        for number in range(len(pages.pages))
    )
    parts: dict[str, str | bytes] = {
        "OFD.xml": (
            f'{HEAD}<ofd:OFD {OFD} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{rng.getrandbits(128):032x}</ofd:DocID>'
            "<ofd:Creator>WPS</ofd:Creator></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        ),
        "Doc_0/Document.xml": (
            f"{HEAD}<ofd:Document {OFD}><ofd:CommonData><ofd:MaxUnitID>{pages.next + 1}</ofd:MaxUnitID><ofd:PageArea>{box}</ofd:PageArea>"
            f"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>{listing}</ofd:Pages></ofd:Document>"
        ),
        "Doc_0/PublicRes.xml": (
            f'{HEAD}<ofd:Res {OFD} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="2" FontName="SimSun" FamilyName="宋体"/></ofd:Fonts></ofd:Res>'
        ),
    }
    for number, objects in enumerate(pages.pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f'{HEAD}<ofd:Page {OFD}><ofd:Area>{box}</ofd:Area><ofd:Content><ofd:Layer ID="{9000 + number}" Type="Body">{"".join(objects)}'
            "</ofd:Layer></ofd:Content></ofd:Page>"
        )
    return Rendered(package(parts), "ofd", "application/ofd", None, [f"ofd_{feature}"])
