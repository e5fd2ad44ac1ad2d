"""Small TrueType faces for printing.

Chromium embeds OpenType faces with PostScript outlines, as Noto CJK has them, glyph by glyph as Type 3 fonts:
hundreds of kilobytes, and nothing like what office software writes. The same outlines as TrueType are
embedded as one subset.
"""

import io
from importlib import import_module
from pathlib import Path
from typing import Any

# fonttools serves this one build step and is no dependency of the project: checkers must not look for it.
subset: Any = import_module("fontTools.subset")
ttlib: Any = import_module("fontTools.ttLib")
cu2qu_pen: Any = import_module("fontTools.pens.cu2quPen")
glyph_pen: Any = import_module("fontTools.pens.ttGlyphPen")

_MAX_ERROR = 1.0  # font units, of 1000 to the em
_INSTRUCTION_LIMITS = (
    "maxZones",
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)


def truetype_subset(collection: Path, family: str, text: str) -> bytes:
    """The glyphs of ``text`` from one face of a collection, with TrueType outlines."""
    font = _face(collection, family)
    options = subset.Options(
        layout_features=[], name_IDs=["*"], notdef_outline=True, drop_tables=["VORG", "DSIG"]
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    glyphs: dict[str, Any] = {}
    source = font.getGlyphSet()
    for name in font.getGlyphOrder():
        pen = glyph_pen.TTGlyphPen(None)
        source[name].draw(cu2qu_pen.Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    _replace_outlines(font, glyphs)
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _face(collection: Path, family: str) -> Any:
    number = 0
    while True:
        font = ttlib.TTFont(collection, fontNumber=number)
        if font["name"].getDebugName(1) == family or font["name"].getDebugName(16) == family:
            return font
        number += 1


def _replace_outlines(font: Any, glyphs: dict[str, Any]) -> None:
    font["loca"] = ttlib.newTable("loca")
    font["glyf"] = table = ttlib.newTable("glyf")
    table.glyphOrder = font.getGlyphOrder()
    table.glyphs = glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(table)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    for field in _INSTRUCTION_LIMITS:
        setattr(font["maxp"], field, 1 if field == "maxZones" else 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
