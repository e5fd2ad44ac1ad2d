"""Small TrueType faces for printing.

Chromium embeds OpenType faces with PostScript outlines, as Noto CJK has them, glyph by glyph as Type 3 fonts: hundreds
of kilobytes, and nothing like what office software writes. The same outlines as TrueType are embedded as one subset.
"""

import io
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph

_MAX_ERROR = 1.0  # font units, of 1000 to the em


def truetype_subset(collection: Path, family: str, text: str) -> bytes:
    """The glyphs of ``text`` from one face of a collection, with TrueType outlines."""
    font = _face(collection, family)
    options = subset.Options(
        layout_features=[], name_IDs=["*"], notdef_outline=True, drop_tables=["VORG", "DSIG"]
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    glyphs: dict[str, Glyph] = {}
    source = font.getGlyphSet()
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        source[name].draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    _replace_outlines(font, glyphs)
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _face(collection: Path, family: str) -> TTFont:
    number = 0
    while True:
        font = TTFont(collection, fontNumber=number)
        if font["name"].getDebugName(1) == family or font["name"].getDebugName(16) == family:
            return font
        number += 1


def _replace_outlines(font: TTFont, glyphs: dict[str, Glyph]) -> None:
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder = font.getGlyphOrder()
    table.glyphs = glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(table)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    for field in (
        "maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints",
        "maxCompositeContours", "maxComponentDepth",
    ):  # fmt: skip
        setattr(font["maxp"], field, 1 if field == "maxZones" else 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
