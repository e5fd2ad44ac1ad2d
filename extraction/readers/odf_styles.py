"""The styles of OpenDocument files: whether a text is printed, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from extraction.readers.print_look import PLAIN, WHITE, Colour, Look, hex_colour, is_unseen
from extraction.readers.sheet_blocks import LEAST_HEIGHT

_SPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_T, _TABLE, _STYLE, _DRAW = (_SPACE % name for name in ("text", "table", "style", "drawing"))
_FO = _SPACE % "xsl-fo-compatible"
_BORDER = f"{_FO}border"
_SIZE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4})?)(pt|in|cm|mm|px|%)")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 7.2 / 2.54, "px": 0.75}
_MAX_DEPTH = 10
_FAMILIES = {
    f"{_T}span": "text", f"{_T}a": "text", f"{_T}p": "paragraph", f"{_T}h": "paragraph",
    f"{_TABLE}table-cell": "table-cell", f"{_TABLE}table-row": "table-row", f"{_TABLE}table": "table",
}  # fmt: skip
_OF_TEXT = frozenset({"text", "paragraph"})


@dataclass(frozen=True, slots=True)
class Style:
    """What decides whether a text, a cell or a table is printed."""

    parent: str
    hidden: bool
    struck: bool
    collapsed: bool
    bordered: bool
    raised: bool
    repeated: bool = False


def printing(roots: list[etree._Element]) -> dict[str, Style]:
    """Styles that decide whether a text is printed, by name; `roots`: the parts, common styles first."""
    out: dict[str, Style] = {}
    for each in roots:
        for style in each.iter(f"{_STYLE}style"):
            text = style.find(f"{_STYLE}text-properties")
            struck = text is not None and _is_struck(text)
            place = "" if text is None else text.get(f"{_STYLE}text-position", "").split(" ")[0]
            above = place in {"super", "sub"} or (place.endswith("%") and place not in {"0%", "-0%"})
            hidden = text is not None and text.get(f"{_T}display") in {"none", "condition"}
            cell = style.find(f"{_STYLE}table-cell-properties")
            bordered = cell is not None and any(
                str(name).startswith(_BORDER) and value != "none" for name, value in cell.items()
            )
            repeated = cell is not None and cell.get(f"{_STYLE}repeat-content") == "true"
            name = style.get(f"{_STYLE}name", "")
            display = style.find(f"{_STYLE}table-properties")
            collapsed = display is not None and display.get(f"{_TABLE}display") == "false"
            collapsed = collapsed or _is_flat(style)
            out[name] = Style(
                style.get(f"{_STYLE}parent-style-name", ""),
                hidden,
                struck,
                collapsed,
                bordered,
                above,
                repeated,
            )
    return out


def _is_struck(text: etree._Element) -> bool:
    """Whether text is struck out; LibreOffice may say the kind of line alone."""
    said = (text.get(f"{_STYLE}text-line-through-{what}") for what in ("style", "type"))
    return next((value for value in said if value is not None), "none") != "none"


def _is_flat(style: etree._Element) -> bool:
    """Whether rows or columns of a style have next to no height or width."""
    sizes = (
        _SIZE.fullmatch(found.get(f"{_STYLE}{size}", ""))
        for what, size in (("row", "row-height"), ("column", "column-width"))
        if (found := style.find(f"{_STYLE}table-{what}-properties")) is not None
    )
    return any(
        size is not None and float(size[1]) * _POINTS.get(size[2], 100.0) < LEAST_HEIGHT for size in sizes
    )


class Looks:
    """The looks of texts by their styles, those these inherit from, and those of what they stand in.

    Args:
        roots: the parts that hold styles, common ones first.
    """

    def __init__(self, roots: list[etree._Element]) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self._defaults: dict[str, etree._Element] = {}
        for each in roots:
            for style in each.iter(f"{_STYLE}style"):
                self._styles[style.get(f"{_STYLE}family", ""), style.get(f"{_STYLE}name", "")] = style
            for style in each.iter(f"{_STYLE}default-style"):
                self._defaults[style.get(f"{_STYLE}family", "")] = style
        self._known: dict[tuple[tuple[str, str], ...], Look] = {}

    def of(self, element: etree._Element, cell_style: str | None = None) -> Look:
        """How the text of an element is printed; `cell_style`: of its cell where that names none."""
        names = tuple(_names(element, cell_style))
        if names not in self._known:
            self._known[names] = self._look(list(names))
        return self._known[names]

    def _look(self, names: list[tuple[str, str]]) -> Look:
        chain = [(family, style) for family, name in names for style in self.inherited(family, name)]
        texts = [style.find(f"{_STYLE}text-properties") for _, style in chain]
        texts += [
            self._defaults[family].find(f"{_STYLE}text-properties")
            for family in ("paragraph", "table-cell")
            if family in self._defaults
        ]
        said = [text for text in texts if text is not None]
        size = _size(said)
        ground = _ground(chain) if ("draw", "") not in names else None
        unseen = is_unseen(size.size if size.known else None, _colour(said), ground)
        return size._replace(unseen=unseen)

    def data_style(self, name: str) -> str:
        """The name of the number format of a style of cells; "" where it has none."""
        found = (style.get(f"{_STYLE}data-style-name") for style in self.inherited("table-cell", name))
        return next((said for said in found if said), "")

    def ground(self, name: str) -> Colour | None:
        """The ground of a cell of a style; None where it is not known."""
        return _ground([("table-cell", style) for style in self.inherited("table-cell", name)])

    def named(self, shown: str) -> str:
        """The name of a style of cells that is called by the name users see."""
        if ("table-cell", shown) in self._styles:
            return shown
        names = (
            name
            for (family, name), style in self._styles.items()
            if family == "table-cell" and style.get(f"{_STYLE}display-name") == shown
        )
        return next(names, shown)

    def said(self, name: str) -> tuple[Colour | None, bool, Colour | None]:
        """The colour of text that a style itself says, whether it says a ground, and that ground."""
        style = self._styles.get(("table-cell", name))
        if style is None:
            return None, False, None
        cell = style.find(f"{_STYLE}table-cell-properties")
        filled = cell is not None and cell.get(f"{_FO}background-color", "transparent") != "transparent"
        text = style.find(f"{_STYLE}text-properties")
        ground = _ground([("table-cell", style)]) if filled else None
        return None if text is None else _colour([text]), filled, ground

    def inherited(self, family: str, name: str) -> Iterator[etree._Element]:
        """A style and those it inherits from, the nearest first."""
        for _ in range(_MAX_DEPTH):
            style = self._styles.get((family, name))
            if style is None:
                return
            yield style
            name = style.get(f"{_STYLE}parent-style-name", "")


def _names(element: etree._Element, cell_style: str | None) -> Iterator[tuple[str, str]]:
    """The styles of an element and of what it stands in, the nearest first."""
    above: etree._Element | None = element
    while above is not None:
        tag = str(above.tag)
        family = _FAMILIES.get(tag)
        if family is not None:
            space = _T if family in _OF_TEXT else _TABLE
            name = above.get(f"{space}style-name") or (cell_style if family == "table-cell" else None)
            if name:
                yield family, name
        elif tag.startswith(_DRAW):
            yield "draw", ""
        above = above.getparent()


def _size(said: list[etree._Element]) -> Look:
    factor = 1.0
    for text in said:
        match = _SIZE.fullmatch(text.get(f"{_FO}font-size", ""))
        if match is None:
            continue
        if match[2] != "%":
            return Look(float(match[1]) * _POINTS[match[2]] * factor, known=True)
        factor *= float(match[1]) / 100
    return PLAIN._replace(size=factor)


def _colour(said: list[etree._Element]) -> Colour | None:
    for text in said:
        if text.get(f"{_STYLE}use-window-font-color") == "true":
            return None
        if (found := text.get(f"{_FO}color")) is not None:
            return hex_colour(found)
    return None


def _ground(chain: list[tuple[str, etree._Element]]) -> Colour | None:
    """The colour behind a text; None where it is not known."""
    for _, style in chain:
        for properties in style:
            image = properties.find(f"{_STYLE}background-image")
            if image is not None and image.get("{http://www.w3.org/1999/xlink}href"):
                return None
            said = properties.get(f"{_FO}background-color", "transparent")
            if said != "transparent":
                return hex_colour(said)
    return WHITE
