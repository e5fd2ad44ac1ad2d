"""Pictures and scans as clerks make them: askew, turned, pale, noisy, stamped, over page ends, as JPEG or TIFF.

Drawn with Pillow from the report's blocks alone (no browser), so that a hundred of them are made in minutes. Needs a Chinese font
on the machine; only for making documents, nothing in the tests calls it.
"""

# ruff: noqa: E501 - tables of features

from __future__ import annotations

import io
import random
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.corpus.grids import GCell, Grid
from tests.corpus.renderers import Rendered
from tests.corpus.renderers.docx import widths
from tests.corpus.reports import Report

SERIF, SANS = (f"/usr/share/fonts/opentype/noto/Noto{name}CJK-Regular.ttc" for name in ("Serif", "Sans"))
FEATURES = [
    "clean", "askew", "noisy", "jpeg", "pale", "stamp", "turned90", "turned180", "turned270", "low_dpi", "high_dpi", "unruled",
    "spread", "grey_stamp", "blurred", "hidden_text", "uneven", "thin", "tiff", "bilevel", "long_picture", "mixed",
]  # fmt: skip
DPI = {"low_dpi": 110, "high_dpi": 300, "long_picture": 110}
PICTURES = {"long_picture": "png", "jpeg": "jpg", "tiff": "tif"}


@cache
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index=2)


class _Sheets:
    """A cursor over pages that are drawn."""

    def __init__(self, dpi: int, feature: str, rng: random.Random) -> None:
        self.dot = dpi / 72
        self.feature = feature
        self.path = rng.choice([SERIF, SERIF, SANS])
        self.width = round(595 * self.dot)
        self.height = round((5200 if feature == "long_picture" else 842) * self.dot)
        self.margin = round(50 * self.dot)
        self.rule = max(round((0.3 if feature == "thin" else 0.6) * self.dot), 1)
        self.pages: list[Image.Image] = []
        self.new_page()

    def new_page(self) -> None:
        self.pages.append(Image.new("L", (self.width, self.height), 255))
        self.draw = ImageDraw.Draw(self.pages[-1])
        self.y = self.margin

    def room(self, height: int) -> None:
        if self.y + height > self.height - self.margin:
            self.new_page()

    def broken(self, text: str, size: int, width: int) -> list[str]:
        font = _font(self.path, size)
        out: list[str] = []
        for piece in text.replace("\t", " ").split("\n"):
            line = ""
            for char in piece:
                if line and font.getlength(line + char) > width:
                    out.append(line)
                    line = ""
                line += char
            out.append(line)
        return out

    def text(self, text: str, size: float, *, centred: bool = False, indent: bool = False) -> None:
        pixels = round(size * self.dot)
        for line in self.broken(("　　" if indent else "") + text, pixels, self.width - 2 * self.margin):
            self.room(round(1.7 * pixels))
            font = _font(self.path, pixels)
            x = (self.width - font.getlength(line)) / 2 if centred else self.margin
            self.draw.text((x, self.y), line, font=font, fill=20)
            self.y += round(1.7 * pixels)

    def table(self, grid: Grid) -> None:
        shares = widths(grid, "")
        wide = self.width - 2 * self.margin
        xs = [self.margin + round(wide * sum(shares[:n]) / sum(shares)) for n in range(len(shares) + 1)]
        pixels = round(9 * self.dot)
        pad = round(2.5 * self.dot)
        lines = {
            id(cell): self.broken(
                cell.text, pixels, xs[cell.column + cell.colspan] - xs[cell.column] - 2 * pad
            )
            for cell in grid.cells
        }
        step = round(1.25 * pixels)
        heights = [step + 2 * pad] * grid.height
        for cell in sorted(grid.cells, key=lambda cell: cell.rowspan):
            rows = range(cell.row, cell.row + cell.rowspan)
            lack = len(lines[id(cell)]) * step + 2 * pad - sum(heights[row] for row in rows)
            heights[rows[-1]] += max(lack, 0)
        row = 0
        while row < grid.height:
            self.room(heights[row])
            end = row
            y = self.y
            ys = [y]
            while end < grid.height and ys[-1] + heights[end] <= self.height - self.margin:
                ys.append(ys[-1] + heights[end])
                end += 1
            for cell in grid.cells:
                self._cell(cell, (row, end), xs, ys, lines[id(cell)], pixels, step)
            self.y = ys[-1] + round(6 * self.dot)
            if end < grid.height:
                self.new_page()
            row = max(end, row + 1)

    def _cell(
        self,
        cell: GCell,
        rows: tuple[int, int],
        xs: list[int],
        ys: list[int],
        lines: list[str],
        pixels: int,
        step: int,
    ) -> None:
        first, last = max(cell.row, rows[0]), min(cell.row + cell.rowspan, rows[1])
        if first >= last:
            return
        left, right, top, bottom = (
            xs[cell.column],
            xs[cell.column + cell.colspan],
            ys[first - rows[0]],
            ys[last - rows[0]],
        )
        if self.feature != "unruled":
            self.draw.rectangle((left, top, right, bottom), outline=10, width=self.rule)
        if cell.row < rows[0]:
            return  # a merged label stands on the page where it begins
        font = _font(self.path, pixels)
        y = top + (bottom - top - step * len(lines)) / 2
        for line in lines:
            self.draw.text((left + (right - left - font.getlength(line)) / 2, y), line, font=font, fill=20)
            y += step


def _pages(report: Report, feature: str, rng: random.Random) -> list[Image.Image]:
    sheets = _Sheets(DPI.get(feature, 150), feature, rng)
    for block in report.blocks:
        if isinstance(block, Grid):
            sheets.table(block)
        else:
            title = block.kind == "title"
            sheets.text(
                block.text, 18 if title else 11, centred=title, indent=block.kind not in {"title", "sign"}
            )
    if feature == "long_picture":
        sheets.pages = [page.crop((0, 0, page.width, _used(page) + 60)) for page in sheets.pages]
    return sheets.pages


def _used(page: Image.Image) -> int:
    return int(np.flatnonzero((np.asarray(page) < 128).any(axis=1))[-1])


def _worn(page: Image.Image, feature: str, rng: random.Random, number: int) -> Image.Image:
    """What a scanner, a copier or a clerk does to a page."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    pixels = np.asarray(page).astype(np.float32)
    if feature in {"askew", "noisy", "stamp"}:
        angle = rng.uniform(-3, 3) if feature == "askew" else rng.uniform(-0.7, 0.7)
        height, width = pixels.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        pixels = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255.0,))
    if feature == "blurred":
        pixels = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    if feature in {"noisy", "grey_stamp"}:
        pixels = pixels + noise.normal(0, 14, pixels.shape)
        specks = noise.random(pixels.shape) < 0.0004
        pixels[specks] = 60
    if feature == "pale":
        pixels = 170 + pixels * 0.28 + noise.normal(0, 4, pixels.shape)
    if feature == "uneven":
        ramp = (
            np.linspace(0.62, 1.0, pixels.shape[1])[None, :]
            * np.linspace(1.0, 0.85, pixels.shape[0])[:, None]
        )
        pixels = pixels * ramp + noise.normal(0, 5, pixels.shape)
    if feature == "bilevel":
        pixels = np.where(pixels + noise.normal(0, 20, pixels.shape) < 140, 0, 255)
    out = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if feature in {"stamp", "grey_stamp"} and number:
        colour = out.convert("RGB")
        ring = Image.new("L", colour.size, 0)
        draw = ImageDraw.Draw(ring)
        size = colour.width // 5
        x, y = (
            rng.randrange(colour.width // 5, colour.width - 2 * size),
            rng.randrange(colour.height // 8, colour.height // 2),
        )
        draw.ellipse((x, y, x + size, y + size), outline=200, width=6)
        draw.text((x + size // 5, y + size // 2 - 20), "人民政府", font=_font(SANS, size // 6), fill=200)
        red = Image.new("RGB", colour.size, (205, 40, 40) if feature == "stamp" else (120, 120, 120))
        out = Image.composite(red, colour, ring)
        return out if feature == "stamp" else out.convert("L")
    turns = {"turned90": 90, "turned180": 180, "turned270": 270}
    return out.rotate(turns[feature], expand=True) if feature in turns else out


def render(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """The report as a scan: a PDF of pictures, or a picture."""
    feature = feature or rng.choice(FEATURES)
    pages = [_worn(page, feature, rng, number) for number, page in enumerate(_pages(report, feature, rng))]
    if feature == "spread":
        pages = [_spread(pages[at : at + 2]) for at in range(0, len(pages), 2)]
    names = [f"scan_{feature}"]
    extension = PICTURES.get(feature, "pdf") if feature != "jpeg" or len(pages) == 1 else "pdf"
    out = io.BytesIO()
    if extension == "png":
        pages[0].convert("P", palette=Image.Palette.ADAPTIVE, colors=8).save(out, "PNG", optimize=True)
    elif extension == "tif":
        pages = [page.convert("1", dither=Image.Dither.NONE) for page in pages]
        pages[0].save(
            out, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(150, 150)
        )
    else:
        extra = {} if feature == "bilevel" else {"quality": 30 if feature == "jpeg" else 45}
        dpi = DPI.get(feature, 150)
        if feature == "bilevel":
            pages = [page.convert("1", dither=Image.Dither.NONE) for page in pages]
        pages[0].save(
            out,
            "PDF",
            save_all=True,
            append_images=pages[1:],
            resolution=dpi,
            creationDate=None,
            modDate=None,
            **extra,
        )
    kinds = {"png": "image/png", "tif": "image/tiff", "jpg": "image/jpeg", "pdf": "application/pdf"}
    return Rendered(out.getvalue(), extension, kinds[extension], None, names)


def _spread(pages: list[Image.Image]) -> Image.Image:
    both = Image.new("L", (2 * pages[0].width, pages[0].height), 255)
    for number, page in enumerate(pages):
        both.paste(page, (number * pages[0].width, 0))
    return both
