"""PDF pages that are pictures: which they are, and how they are recognised."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

import pypdfium2 as pdfium
from pypdfium2 import raw

from extraction import ocr
from extraction.document import ReadIssue, UnreadableError
from extraction.readers.page import Page
from extraction.readers.pdf_page import RECOGNISED, Drawn

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
    """Whether a page shows more than its text says: a scan, bare or under invisible text, or garbage."""
    glyphs = drawn.page.glyphs
    if not glyphs:
        return drawn.pictured
    if drawn.covered and (drawn.page.confidence == RECOGNISED or len(glyphs) < FEW):
        return True
    senseless = sum(_senseless(glyph.text) for glyph in glyphs)
    return senseless > GARBAGE * len(glyphs)


def _senseless(text: str) -> bool:
    return text == "\ufffd" or "\ue000" <= text <= "\uf8ff"


def recognise(page: pdfium.PdfPage, number: int) -> Page:
    """Draw a page and recognise it; boxes are in points of the page as displayed.

    Raises:
        UnreadableError: a picture inside it is too large to be drawn.
    """
    from extraction.ocr.decode import from_pixels
    from extraction.ocr.scan import read_picture

    _check_pictures(page)
    width, height = page.get_size()
    scale = min(DOTS / 72, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    try:
        pixels = bitmap.to_numpy().copy()
    finally:
        bitmap.close()
    rows, columns = pixels.shape[:2]
    return read_picture(from_pixels(pixels, (width / columns, height / rows)), number)


def together(pages: Sequence[Page]) -> list[ReadIssue]:
    """Set tables that go on over a page end below each other, and say what is in doubt.

    Raises:
        UnreadableError: no page is legible.
    """
    from extraction.ocr.scan import align, doubts

    align(pages)
    return doubts(pages)


def _check_pictures(page: pdfium.PdfPage) -> None:
    for element in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
        width, height = ctypes.c_uint(), ctypes.c_uint()
        if not raw.FPDFImageObj_GetImagePixelSize(element.raw, ctypes.byref(width), ctypes.byref(height)):
            continue
        if width.value * height.value > MAX_SOURCE:
            raise UnreadableError("too_large", f"a picture of {width.value} x {height.value} pixels")
