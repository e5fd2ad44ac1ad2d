"""What a PDF page shows, beside what its text says: the page is painted, its figures are looked for there.

Text can be written and not be seen (invisible, white, in a layer that is off, clipped away, under a box), and
a figure can be seen that is no text (a form's field, an annotation, outlines, a little picture). Nothing here
reads a figure from paint: it only says where text and paint do not agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from extraction.document import Box
from extraction.readers.page import Glyph, Ink, Page
from extraction.readers.pdf_covered import Covers, suspects, unseen

SCALE = 2.0
"""Pixels a point: a stroke of the smallest type is a pixel wide."""
ROUGH = 1.5
"""Pixels a point of the first look at a page of text and lines, in which nothing faint may be."""
MAX_PIXELS = 4_000_000
"""A page of more points is painted smaller, one of more pixels at scale 1 not at all."""
MAX_PAINTED = 60
"""So many pages of a document are painted; no report has more with tables."""
FAINT = 40
"""Grey levels by which a character must stand out of its ground."""
DIGITS = frozenset("0123456789０１２３４５６７８９")

_QUIET = {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}
_HIDDEN = 2
"""The flag of an annotation that is not shown."""


@dataclass(frozen=True)
class Paint(Ink):
    """A page in grey.

    Attributes:
        page: it was painted of.
        scale: pixels a point.
        stride: bytes of a line.
        height: lines.
        bare: without annotations and form fields.
        full: with them, if there are any.
    """

    page: Page
    scale: float
    stride: int
    height: int
    bare: bytes
    full: bytes | None

    def contrast(self, box: Box) -> int:
        """Grey levels between the darkest and the lightest place in a box of the page as read."""
        rows = self._rows(self.full or self.bare, box)
        return max(map(max, rows)) - min(map(min, rows)) if rows else 0

    def changed(self, box: Box) -> bool:
        """Whether annotations or form fields change what is seen in a box."""
        if self.full is None:
            return False
        pairs = zip(self._rows(self.bare, box), self._rows(self.full, box), strict=True)
        return any(
            one != other and max(abs(a - b) for a, b in zip(one, other, strict=True)) > FAINT
            for one, other in pairs
        )

    def differs(self, grey: bytes, box: Box) -> bool:
        """Whether a box looks otherwise in another painting of the page without annotations."""
        return self._rows(self.bare, box) != self._rows(grey, box)

    def _rows(self, grey: bytes, box: Box) -> list[bytes]:
        left, top, right, bottom = (round(edge * self.scale) for edge in self.page.displayed(box))
        left, right = max(left, 0), min(max(right, left + 1), self.stride)
        lines = range(max(top, 0), min(max(bottom, top + 1), self.height))
        if right <= left:
            return []
        return [grey[line * self.stride + left : line * self.stride + right] for line in lines]


def look(page: pdfium.PdfPage, read: Page, covers: Covers, *, drawn: bool) -> None:
    """Note on a page which of its text is not seen, and keep its paint where more than text may be seen.

    Args:
        page: open.
        read: the page as read so far.
        covers: what may hide text on it.
        drawn: whether there is something on it that is neither text nor ruling line.
    """
    digits = [glyph for glyph in read.glyphs if glyph.text in DIGITS]
    annotated = _annotated(page)
    if not (digits or annotated):
        return
    rough = not (drawn or annotated)
    paint = _paint(page, read, ROUGH if rough else SCALE, annotated=annotated)
    if rough and paint is not None and any(paint.contrast(_core(glyph)) < 2 * FAINT for glyph in digits):
        paint = _paint(page, read, SCALE, annotated=annotated)
    if paint is None:
        return
    # Where a font is not in the file PDFium has digits of its own: they are seen on every machine.
    faint = frozenset(glyph for glyph in digits if paint.contrast(_core(glyph)) < FAINT)
    if suspected := suspects(read.glyphs, covers, faint):

        def changed(boxes: Sequence[Box]) -> list[bool]:
            grey = _painted(page, paint.scale, shown=False)[0]
            return [paint.differs(grey, box) for box in boxes]

        read.hidden = frozenset(unseen(read.glyphs, suspected, covers.objects, changed))
    read.unseen = faint | {glyph for glyph in read.glyphs if glyph.run in read.hidden}
    if drawn or annotated:
        read.ink = paint


def _core(glyph: Glyph) -> Box:
    """The part of a digit's box that always holds some of its ink, and none of its neighbours'."""
    wide, tall = glyph.right - glyph.left, glyph.bottom - glyph.top
    return (
        glyph.left + 0.12 * wide,
        glyph.top + 0.25 * tall,
        glyph.right - 0.12 * wide,
        glyph.bottom - 0.25 * tall,
    )


def _annotated(page: pdfium.PdfPage) -> bool:
    """Whether an annotation may show something on the page."""
    for index in range(max(raw.FPDFPage_GetAnnotCount(page.raw), 0)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            quiet = raw.FPDFAnnot_GetSubtype(annotation) in _QUIET
            if not quiet and not raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                return True
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return False


def _paint(page: pdfium.PdfPage, read: Page, scale: float, *, annotated: bool) -> Paint | None:
    points = read.width * read.height
    if not 0 < points <= MAX_PIXELS:
        return None
    scale = min(scale, (MAX_PIXELS / points) ** 0.5)
    bare, stride, height = _painted(page, scale, shown=False)
    full = _painted(page, scale, shown=True)[0] if annotated else None
    return Paint(read, scale, stride, height, bare, full)


def _painted(page: pdfium.PdfPage, scale: float, *, shown: bool) -> tuple[bytes, int, int]:
    """The page in grey, the bytes of a line and the lines; `shown`: with annotations and fields."""
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=shown, draw_annots=shown)
    try:
        return bytes(bitmap.buffer), bitmap.stride, bitmap.height
    finally:
        bitmap.close()
