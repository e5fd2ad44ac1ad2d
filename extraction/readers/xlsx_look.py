"""How the texts of a workbook's cells are printed: fonts of cells and of runs inside them, on their fills."""

from __future__ import annotations

from lxml import etree

from extraction.readers.print_look import WHITE, Colour, Look, hex_colour, is_unseen

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_INDEXED: dict[str, Colour] = {
    "0": (0, 0, 0), "1": WHITE, "2": (255, 0, 0), "8": (0, 0, 0), "9": WHITE, "10": (255, 0, 0), "65": WHITE,
}  # fmt: skip
"""Colours by number that matter here; 65 is the window's ground."""


class Looks:
    """The looks that the styles of a workbook give.

    Args:
        root: the part of the styles, if there is one.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._fonts: list[etree._Element] = []
        self._fills: list[Colour | None] = []
        self._styles: list[tuple[int, int]] = []
        if root is None:
            return
        self._fonts = list(root.iterfind(f"{_S}fonts/{_S}font"))
        self._fills = [_ground(fill) for fill in root.iterfind(f"{_S}fills/{_S}fill")]
        self._styles = [
            (_number(style.get("fontId")), _number(style.get("fillId")))
            for style in root.iterfind(f"{_S}cellXfs/{_S}xf")
        ]

    def of(self, style: int, run: etree._Element | None = None) -> Look:
        """How a cell of a style is printed, or a run in it with properties of its own."""
        font, _ = self._styles[style] if 0 <= style < len(self._styles) else (0, 0)
        of_cell = self._fonts[font] if 0 <= font < len(self._fonts) else None
        size, colour = _said(run, "sz"), _said(run, "color")
        size = _said(of_cell, "sz") if size is None else size
        # A run says all of its font: without a colour it is black, whatever its cell is.
        colour = _said(of_cell, "color") if run is None else colour
        points = None if size is None else _points(size.get("val", ""))
        ground = self.ground(style)
        unseen = is_unseen(points, None if colour is None else colour_of(colour), ground)
        return Look(unseen=unseen) if points is None else Look(points, known=True, unseen=unseen)

    def ground(self, style: int) -> Colour | None:
        """The ground of a cell of a style; None where it is not known."""
        _, fill = self._styles[style] if 0 <= style < len(self._styles) else (0, 0)
        return self._fills[fill] if 0 <= fill < len(self._fills) else WHITE


def _said(font: etree._Element | None, name: str) -> etree._Element | None:
    return None if font is None else font.find(f"{_S}{name}")


def _ground(fill: etree._Element) -> Colour | None:
    """The colour of a fill; None where it is none or not known."""
    pattern = fill.find(f"{_S}patternFill")
    if pattern is None:
        return WHITE if not len(fill) else None
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return WHITE
    colour = pattern.find(f"{_S}fgColor")
    return colour_of(colour) if kind == "solid" and colour is not None else None


def colour_of(element: etree._Element) -> Colour | None:
    """A colour of a style; None where it is not known."""
    if (said := element.get("rgb")) is not None:
        return hex_colour(said[-6:])
    if (said := element.get("indexed")) is not None:
        return _INDEXED.get(said)
    # The first colour of a theme is its ground, which is white but in few; a tint makes it another.
    return WHITE if element.get("theme") == "0" and element.get("tint", "0") == "0" else None


def _points(said: str) -> float | None:
    bare = said.replace(".", "", 1)
    return float(said) if bare.isascii() and bare.isdigit() and len(said) < 8 else None


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else 0
