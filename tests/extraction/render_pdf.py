"""Writes PDF files by hand, as word processors print these reports, for tests.

Tables are laid out on an endless strip and the strip is cut into pages, so that page ends run through merged
cells and through rows, as WPS and Word let them. The font is not embedded: PDFium knows its encoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.extraction.render_forms import Grid, positions

SIZE = 9.0
LEADING = 12.0
PADDING = 5.4
TOP, BOTTOM = 72.0, 770.0
"""Edges of the text area on an A4 page."""
LEFT, RIGHT = 72.0, 523.0
GAP = 2.25
"""Between the borders of two cells that a browser prints apart, in points."""


def advance(text: str, size: float = SIZE) -> float:
    return sum(size / 2 if character < "\x7f" else size for character in text)


def wrap(text: str, width: float, size: float = SIZE) -> list[str]:
    found = []
    for part in text.split("\n"):
        line = ""
        for character in part:
            if line and advance(line + character, size) > width:
                found.append(line)
                line = ""
            line += character
        found.append(line)
    return found


@dataclass
class Sheet:
    """One page's content, y downwards."""

    height: float = 842.0
    width: float = 595.0
    operators: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    """Text written after everything else: order in the file is not order on the page."""

    def text(self, x: float, top: float, text: str, size: float = SIZE, *, late: bool = False) -> None:
        if text.strip():
            y = self.height - top - size * 0.88
            (self.late if late else self.operators).append(
                f"BT /F1 {size:g} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
            )

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, how: str = "f") -> None:
        self.operators.append(f"{x0:.2f} {self.height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f} re {how}")

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.operators.append(f"0.5 w {x0:.2f} {self.height - y0:.2f} m {x1:.2f} {self.height - y1:.2f} l S")


_FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
    "/DescendantFonts [4 0 R] >>"
)
_CID_FONT = (
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500] "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> "
    "/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /Ascent 880 /Descent -120 "
    "/CapHeight 880 /ItalicAngle 0 /StemV 93 /FontBBox [-25 -254 1000 880] >> >>"
)


def pdf(sheets: Sequence[Sheet], *, info: str = "", page: str = "") -> bytes:
    """A PDF file of sheets. `info` and `page` go into those dictionaries as they are."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(sheets)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(sheets)} /Kids [{kids}] >>",
        _FONT,
        _CID_FONT,
        f"<< {info} >>",
    ]
    for number, sheet in enumerate(sheets):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {sheet.width:g} {sheet.height:g}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {7 + 2 * number} 0 R {page} >>"
        )
        body = "\n".join([*sheet.operators, *sheet.late])
        objects.append(f"<< /Length {len(body)} >>\nstream\n{body}\nendstream")
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for index, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{index} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets).encode()
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>"
    out += f"trailer {trailer}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


@dataclass
class Style:
    """How a program draws.

    Attributes:
        borders: ``thin`` (a thin rectangle for each cell edge), ``lines`` (whole lines), ``boxes`` (a stroked
            rectangle for each cell), ``gaps`` (as a browser prints cells apart), ``across`` (horizontal
            lines only), ``none``.
        closed: whether a border is drawn where a page end cuts the table.
        late_labels: labels are written after the figures.
        cut_rows: rows may break over pages.
        page_numbers: ``- 5 -`` at the foot.
        bottom: where the text area ends.
        sides: outer vertical borders are drawn.
    """

    borders: str = "thin"
    closed: bool = True
    late_labels: bool = False
    cut_rows: bool = True
    page_numbers: bool = True
    bottom: float = BOTTOM
    sides: bool = True


def _widths(grid: Grid) -> list[float]:
    spots = positions(grid)
    count = max(column + colspan for _, column, _, colspan, _ in spots)
    # The requests table has three label columns, the last of them wide.
    shares = [30.0, 50.0, 110.0, *([37.0] * 7)] if count == 10 else [1.0] * count
    return [(RIGHT - LEFT) * share / sum(shares) for share in shares]


class _Strip:
    """A table on an endless strip: boxes and lines of text with positions from its top."""

    def __init__(self, grid: Grid) -> None:
        self.spots = positions(grid)
        widths = _widths(grid)
        self.xs = [LEFT]
        for width in widths:
            self.xs.append(self.xs[-1] + width)
        height = max(row + rowspan for row, _, rowspan, _, _ in self.spots)
        heights = [LEADING + 4.0] * height
        wrapped = []
        for row, column, rowspan, colspan, text in self.spots:
            found = wrap(text, self.xs[column + colspan] - self.xs[column] - 2 * PADDING)
            wrapped.append(found)
            lacking = len(found) * LEADING + 4.0 - sum(heights[row : row + rowspan])
            if lacking > 0:
                heights[row + rowspan - 1] += lacking
        self.ys = [0.0]
        for one in heights:
            self.ys.append(self.ys[-1] + one)
        self.texts: list[tuple[float, float, str]] = []
        for (row, column, _, _, _), found in zip(self.spots, wrapped, strict=True):
            for index, line in enumerate(found):
                self.texts.append((self.xs[column] + PADDING, self.ys[row] + 2.0 + index * LEADING, line))

    def cut(self, at: float, room: float, *, in_rows: bool) -> float:
        """How far the strip goes on this page."""
        if self.ys[-1] - at <= room:
            return self.ys[-1]
        if in_rows:
            steps = sorted({top + LEADING for _, top, _ in self.texts if at < top + LEADING <= at + room})
            steps += [y for y in self.ys if at < y <= at + room]
            return max(steps, default=at)
        return max((y for y in self.ys if at < y <= at + room), default=at)

    def draw(self, sheet: Sheet, at: float, to: float, offset: float, style: Style) -> None:
        for row, column, rowspan, colspan, _ in self.spots:
            top, bottom = self.ys[row], self.ys[row + rowspan]
            if bottom <= at or top >= to:
                continue
            open_top, open_bottom = top < at, bottom > to
            top, bottom = max(top, at) - at + offset, min(bottom, to) - at + offset
            left, right = self.xs[column], self.xs[column + colspan]
            ends = (not open_top or style.closed, not open_bottom or style.closed)
            sides = (style.sides or column > 0, style.sides or column + colspan < len(self.xs) - 1)
            _box(sheet, (left, top, right, bottom), ends, sides, style)
        for x, top, text in self.texts:
            if at <= top + LEADING / 2 < to:
                late = style.late_labels and any(character.isalpha() for character in text)
                sheet.text(x, max(top - at, 1.0) + offset, text, late=late)


def _box(
    sheet: Sheet,
    box: tuple[float, float, float, float],
    ends: tuple[bool, bool],
    sides: tuple[bool, bool],
    style: Style,
) -> None:
    left, top, right, bottom = box
    if style.borders == "none":
        return
    if style.borders == "gaps":
        sheet.rectangle(left + GAP / 2, top + GAP / 2, right - GAP / 2, bottom - GAP / 2, "S")
        return
    if style.borders == "boxes" and all(ends) and all(sides):
        sheet.rectangle(left, top, right, bottom, "S")
        return
    edges = [
        (left, top, right, top, ends[0]),
        (left, bottom, right, bottom, ends[1]),
        (left, top, left, bottom, sides[0] and style.borders != "across"),
        (right, top, right, bottom, sides[1] and style.borders != "across"),
    ]
    for x0, y0, x1, y1, drawn in edges:
        if not drawn:
            continue
        if style.borders == "thin":
            # The edge stops short of the corners, which are squares of their own.
            sheet.rectangle(x0, y0, x0 + 0.48, y0 + 0.48)
            if x0 == x1:
                sheet.rectangle(x0, y0 + 0.48, x0 + 0.48, y1)
            else:
                sheet.rectangle(x0 + 0.48, y0, x1, y0 + 0.48)
        else:
            sheet.line(x0, y0, x1, y1)


def render(blocks: Sequence[str | Grid], style: Style | None = None) -> list[Sheet]:
    """Paragraphs and tables as sheets."""
    style = style or Style()
    sheets = [Sheet()]
    y = TOP
    for block in blocks:
        if isinstance(block, str):
            for index, line in enumerate(wrap("　　" + block if block else "", RIGHT - LEFT, 12.0)):
                if y + 20 > style.bottom:
                    sheets.append(Sheet())
                    y = TOP
                indent = 24.0 if index == 0 else 0.0
                sheets[-1].text(LEFT + indent, y, line.lstrip("　"), 12.0)
                y += 20
            continue
        strip = _Strip(block)
        at = 0.0
        while at < strip.ys[-1]:
            to = strip.cut(at, style.bottom - y, in_rows=style.cut_rows)
            if to > at:
                strip.draw(sheets[-1], at, to, y, style)
                y += to - at
                at = to
            if at < strip.ys[-1]:
                sheets.append(Sheet())
                y = TOP
        y += 20
    if style.page_numbers:
        for number, sheet in enumerate(sheets, start=1):
            sheet.text(280, 790, f"- {number} -", 10.5)
    return sheets
