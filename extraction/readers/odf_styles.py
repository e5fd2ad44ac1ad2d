"""The styles of OpenDocument files: whether a text is printed, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from extraction.readers.print_look import PLAIN, WHITE, Colour, Look, hex_colour, is_unseen

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


def printing(roots: list[etree._Element]) -> dict[str, Style]:
    """Styles that decide whether a text is printed, by name; `roots`: the parts, common styles first."""
    out: dict[str, Style] = {}
    for each in roots:
        for style in each.iter(f"{_STYLE}style"):
            text = style.find(f"{_STYLE}text-properties")
            struck = text is not None and text.get(f"{_STYLE}text-line-through-style", "none") != "none"
            place = "" if text is None else text.get(f"{_STYLE}text-position", "").split(" ")[0]
            above = place in {"super", "sub"} or (place.endswith("%") and place not in {"0%", "-0%"})
            hidden = text is not None and text.get(f"{_T}display") in {"none", "condition"}
            cell = style.find(f"{_STYLE}table-cell-properties")
            bordered = cell is not None and any(
                str(name).startswith(_BORDER) and value != "none" for name, value in cell.items()
            )
            name = style.get(f"{_STYLE}name", "")
            display = style.find(f"{_STYLE}table-properties")
            collapsed = display is not None and display.get(f"{_TABLE}display") == "false"
            collapsed = collapsed or _is_flat(style)
            out[name] = Style(
                style.get(f"{_STYLE}parent-style-name", ""), hidden, struck, collapsed, bordered, above
            )
    return out


def _is_flat(style: etree._Element) -> bool:
    """Whether rows or columns of a style have no height or width."""
    sizes = (
        found.get(f"{_STYLE}{size}", "")
        for what, size in (("row", "row-height"), ("column", "column-width"))
        if (found := style.find(f"{_STYLE}table-{what}-properties")) is not None
    )
    return any(re.fullmatch(r"0+(?:\.0*)?[a-z]*", size) for size in sizes)


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
        chain = [(family, style) for family, name in names for style in self._inherited(family, name)]
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

    def _inherited(self, family: str, name: str) -> Iterator[etree._Element]:
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
