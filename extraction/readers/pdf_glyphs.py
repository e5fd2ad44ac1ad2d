"""The characters of one PDF page through PDFium, each with its box on the page as read."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from extraction.document import ReadIssue, UnreadableError
from extraction.readers.page import Glyph, Style
from extraction.readers.page_text import IN_FIGURES

LOW = 0.85
"""A glyph lower than this share of its neighbour in the line shows only its ink."""


# The binding's own prototype makes an object of every pointer, for each of thousands of characters.
_object_at = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)
# The same holds for those that say how a text object looks.
_font_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(
    ctypes.cast(raw.FPDFTextObj_GetFont, ctypes.c_void_p).value or 0
)
_colour_of = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 5)(
    ctypes.cast(raw.FPDFPageObj_GetFillColor, ctypes.c_void_p).value or 0
)
_name_of = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)(
    ctypes.cast(raw.FPDFFont_GetBaseFontName, ctypes.c_void_p).value or 0
)
_COLOUR = (ctypes.c_uint * 4)()
_COLOUR_AT = tuple(ctypes.addressof(_COLOUR) + 4 * part for part in range(4))


@dataclass
class Budget:
    """What a whole document may still use.

    Attributes:
        glyphs: characters.
        objects: drawing objects and path segments.
    """

    glyphs: int
    objects: int

    def spend(self, *, glyphs: int = 0, objects: int = 0) -> None:
        """Take from the budget.

        Raises:
            UnreadableError: nothing is left.
        """
        self.glyphs -= glyphs
        self.objects -= objects
        if self.glyphs < 0 or self.objects < 0:
            raise UnreadableError(
                "too_large", "the PDF file holds more characters or drawings than any report"
            )


class Frame:
    """From PDF space to the page as read."""

    def __init__(self, left: float, bottom: float, right: float, top: float, turns: int) -> None:
        self.edges = (left, bottom, right, top)
        self.turns = turns
        width, height = right - left, top - bottom
        self.size = (height, width) if turns % 2 else (width, height)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """A box in PDF space, on the page as read."""
        left, bottom, right, top = self.edges
        if self.turns == 0:
            return x0 - left, top - y1, x1 - left, top - y0
        if self.turns == 1:
            return y0 - bottom, x0 - left, y1 - bottom, x1 - left
        if self.turns == 2:
            return right - x1, y0 - bottom, right - x0, y1 - bottom
        return top - y1, right - x1, top - y0, right - x0


def read_glyphs(
    page: pdfium.PdfPage,
    number: int,
    frame: Frame,
    turns: int | None,
    budget: Budget,
    runs: Mapping[int, int],
) -> tuple[list[Glyph], list[ReadIssue]]:
    """Characters with their boxes.

    Args:
        page: open.
        number: of the page.
        frame: the page as read.
        turns: if given, only characters that run that way (or another quarter turn) are taken.
        budget: of the document.
        runs: address of a text object -> its number.
    """
    found: list[Glyph] = []
    textpage = raw.FPDFText_LoadPage(page.raw)
    if not textpage:
        return found, [ReadIssue("page_unreadable", "error", f"page {number}: no text layer")]
    try:
        count = max(raw.FPDFText_CountChars(textpage), 0)
        budget.spend(glyphs=count)
        unmapped, askew = _glyphs(textpage, count, found, frame, turns, runs)
    finally:
        raw.FPDFText_ClosePage(textpage)
    issues = []
    if askew:
        issues.append(
            ReadIssue("text_askew", "note", f"page {number}: left out, as a watermark: {askew[:60]}")
        )
    if unmapped:
        issues.append(
            ReadIssue(
                "glyph_without_unicode",
                "error",
                f"page {number}: {unmapped} glyphs say no character (now U+FFFD) or no place",
            )
        )
    return found, issues


def styles_of(glyphs: Sequence[Glyph], runs: Mapping[int, int]) -> dict[int, Style]:
    """How the text objects look that hold what may be a figure; the others are not worth the time.

    Args:
        glyphs: of a page that is still open.
        runs: address of a text object -> its number.
    """
    wanted = {glyph.run for glyph in glyphs if glyph.text in IN_FIGURES}
    names: dict[int, bytes] = {}
    found: dict[int, Style] = {}
    for address, run in runs.items():
        if run in wanted:
            font = _font_of(address)
            if font not in names:
                names[font] = _font_name(font)
            found[run] = (bytes(_COLOUR) if _colour_of(address, *_COLOUR_AT) else None, names[font])
    return found


def _font_name(font: int) -> bytes:
    """The name of a font without the tag of a subset: programs cut one font into many subsets."""
    name = ctypes.create_string_buffer(128)
    _name_of(font, name, len(name) - 1)
    return name.value.rpartition(b"+")[2]


def _glyphs(
    textpage: object,
    count: int,
    found: list[Glyph],
    frame: Frame,
    turns: int | None,
    runs: Mapping[int, int],
) -> tuple[int, str]:
    """Append the characters. Gives how many say no Unicode or no place, and what was left out as askew."""
    box = raw.FS_RECTF()
    box_at = ctypes.byref(box)
    get_unicode, get_box = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    has_error, is_generated = raw.FPDFText_HasUnicodeMapError, raw.FPDFText_IsGenerated
    place = frame.box
    left, _, _, top = frame.edges
    upright = frame.turns == 0
    unmapped = high = 0
    indices: list[int] = []
    handle = ctypes.cast(textpage, ctypes.c_void_p)  # type: ignore[arg-type]
    askew = ""
    for index in range(count):
        code = get_unicode(textpage, index)
        if code <= 0x20 and is_generated(textpage, index) == 1:
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        if turns is not None and not _runs_along(raw.FPDFText_GetCharAngle(textpage, index)):
            askew += chr(code) if 0x20 <= code <= 0xFFFF else ""
            continue
        # A damaged font may give a box that reaches to infinity.
        if not get_box(textpage, index, box_at) or not math.isfinite(
            box.left + box.top + box.right + box.bottom
        ):
            unmapped += 1
            continue
        if code in (0x02, 0xFFFE):
            text = "-"  # PDFium marks a hyphen at a line end so
        elif code == 0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF or has_error(textpage, index) == 1:
            text = "\ufffd"
            unmapped += 1
        else:
            text = chr(code) if code >= 0x20 else " "
        indices.append(index)
        run = runs.get(_object_at(handle, index), 0)
        if upright:
            found.append(Glyph(box.left - left, top - box.top, box.right - left, top - box.bottom, text, run))
        else:
            found.append(Glyph(*place(box.left, box.bottom, box.right, box.top), text, run))
    _level(found, lambda position: _type_size(textpage, indices[position]))
    return unmapped, askew


def _level(glyphs: list[Glyph], size_of: Callable[[int], float]) -> None:
    """Give low glyphs a neighbour's height: fonts without metrics box only the ink (a thin dash for 一).

    The neighbour is of the same type size: beside the digits of a watermark every other glyph is low.
    """
    heights = [glyph[3] - glyph[1] for glyph in glyphs]
    if not heights or min(heights) >= LOW * max(heights):
        return
    for order in (range(1, len(glyphs)), range(len(glyphs) - 2, -1, -1)):
        step = 1 if order.step > 0 else -1
        for index in order:
            glyph, beside = glyphs[index], glyphs[index - step]
            tall = beside.bottom - beside.top
            if (
                glyph.bottom - glyph.top < LOW * tall
                and beside.top - 0.1 * tall <= glyph.top
                and glyph.bottom <= beside.bottom + 0.1 * tall
                and max(glyph.left, beside.left) - min(glyph.right, beside.right) < tall
                and size_of(index) >= LOW * size_of(index - step)
            ):
                glyphs[index] = glyph._replace(top=beside.top, bottom=beside.bottom)


def _type_size(textpage: object, index: int) -> float:
    """The size of a character's type on the page, in points, whatever its box shows."""
    size: float = raw.FPDFText_GetFontSize(textpage, index)
    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix)):
        return size
    return size * math.hypot(matrix.c, matrix.d)


def _runs_along(angle: float) -> bool:
    """Whether a character stands on an axis; watermarks run askew."""
    quarter = angle / (math.pi / 2)
    return abs(quarter - round(quarter)) < 0.05
