"""PDF pages that are pictures: which they are, and how they are recognised."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

from extraction import ocr
from extraction.document import Box, ReadIssue, UnreadableError
from extraction.readers.page import Page
from extraction.readers.page_pictures import set_in
from extraction.readers.pdf_page import RECOGNISED, Drawn

if TYPE_CHECKING:
    from extraction.ocr.engine import Pixels

Recogniser = Callable[[pdfium.PdfPage, int], Page]
"""(PDFium page, its number) -> the glyphs and lines recognised on it, with a confidence below 1."""

DOTS = 200
"""Dots an inch that a page is drawn with; text of nine points is then 25 pixels high."""
MAX_PIXELS = 12_000_000
MAX_SOURCE = 64_000_000
"""Pixels of a picture inside a page that is drawn at all."""
FEW = 60
"""Characters of a running head and a page number, beside a picture of the page."""
GARBAGE = 0.3
"""Share of characters without meaning from which a text layer is worth nothing."""


def default() -> Recogniser | None:
    """The recogniser of the extra, where it is installed."""
    return recognise if ocr.available() else None


def worth_recognising(drawn: Drawn) -> bool:
    """Whether a page shows more than its text says: a scan, bare or under invisible text, or garbage.

    A font without a table of characters gives signs that mean something one by one; no word is among them.
    """
    glyphs = drawn.page.glyphs
    if not glyphs:
        return drawn.pictured
    if drawn.covered and (drawn.page.confidence == RECOGNISED or len(glyphs) < FEW):
        return True
    senseless = sum(_senseless(glyph.text) for glyph in glyphs)
    wordless = len(glyphs) >= FEW and not any("\u4e00" <= glyph.text <= "\u9fff" for glyph in glyphs)
    return senseless > GARBAGE * len(glyphs) or (senseless > 0 and wordless)


def _senseless(text: str) -> bool:
    return text == "\ufffd" or "\ue000" <= text <= "\uf8ff"


def recognise(page: pdfium.PdfPage, number: int) -> Page:
    """Draw a page and recognise it; boxes are in points of the page as displayed.

    Raises:
        UnreadableError: a picture inside it is too large to be drawn.
    """
    from extraction.ocr.decode import from_pixels
    from extraction.ocr.scan import read_picture

    pixels, across, down = _drawn(page)
    return read_picture(from_pixels(pixels, (across, down)), number)


def _drawn(page: pdfium.PdfPage) -> tuple[Pixels, float, float]:
    """The page's pixels, and the points of one, each way."""
    _check_pictures(page)
    width, height = page.get_size()
    scale = min(DOTS / 72, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    try:
        pixels: Pixels = bitmap.to_numpy().copy()
    finally:
        bitmap.close()
    rows, columns = pixels.shape[:2]
    return pixels, width / columns, height / rows


def with_pictures(drawn: Drawn, page: pdfium.PdfPage, boxes: Sequence[Box]) -> Page:
    """A page of text with the pictures on it recognised.

    Raises:
        UnreadableError: a picture is too large to be drawn.
    """
    from extraction.ocr.decode import SMALLEST, from_pixels
    from extraction.ocr.scan import LEGIBLE, read_picture

    pixels, across, down = _drawn(page)
    out = drawn.page
    for left, top, right, bottom in boxes:
        columns = slice(max(int(left / across), 0), int(right / across) + 1)
        rows = slice(max(int(top / down), 0), int(bottom / down) + 1)
        part = pixels[rows, columns].copy()
        high, wide = part.shape[:2]
        if min(high, wide) < SMALLEST:
            continue
        read = read_picture(from_pixels(part, (across, down)), out.number)
        if read.glyphs and read.legible >= LEGIBLE:
            x, y = columns.start * across, rows.start * down
            size = (wide * across, high * down)
            out = set_in(out, read, size, (x, y, x + size[0], y + size[1]))
    return out


def together(pages: Sequence[Page]) -> tuple[list[Page], list[ReadIssue]]:
    """The pages laid as they were printed, and what is in doubt.

    Raises:
        UnreadableError: no page is legible.
    """
    from extraction.ocr.scan import doubts
    from extraction.ocr.spread import laid

    return laid(pages), doubts(pages)


def _check_pictures(page: pdfium.PdfPage) -> None:
    for element in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
        width, height = ctypes.c_uint(), ctypes.c_uint()
        if not raw.FPDFImageObj_GetImagePixelSize(element.raw, ctypes.byref(width), ctypes.byref(height)):
            continue
        if width.value * height.value > MAX_SOURCE:
            raise UnreadableError("too_large", f"a picture of {width.value} x {height.value} pixels")
