"""The grid of an HTML table: rows and columns as a browser lays them out, spans bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from extraction.document import Cell, ReadIssue
from extraction.readers.html_text import cell_text, hidden, unshown

MAX_COLSPAN = 1000
"""The limit of the HTML standard; a page that says colspan=100000 gets this."""
MAX_WIDTH = 2000
_SECTIONS = frozenset({"tbody", "thead", "tfoot"})
CELLS = frozenset({"td", "th"})
_DRAWN = frozenset({"img", "svg", "canvas", "object", "embed", "iframe", "script", "video"})
"""What a browser may show a figure with where there is no text."""
_FILLED = ("data-value", "data-num", "data-count", "v-text", "v-html", "ng-bind", "data-bind", "th:text")
_NEXT_TO_NOTHING = 3
_HIDING = frozenset(
    {
        "hide", "hidden", "d-none", "invisible", "none", "displaynone", "display-none", "ng-hide",
        "layui-hide", "sr-only", "visually-hidden",
    }
)  # fmt: skip
"""Classes that common style sheets hide; the sheet of this page may not be in it."""


def own_rows(table: etree._Element) -> list[list[etree._Element]]:
    """The rows of a table without those of tables inside it; cells without a row start one."""
    rows: list[list[etree._Element]] = []
    for part in table:
        if part.tag == "tr":
            rows.append(_cells(part))
        elif part.tag in _SECTIONS:
            _section(part, rows)
        elif part.tag in CELLS:
            rows.append([part])
    return rows


def _section(section: etree._Element, rows: list[list[etree._Element]]) -> None:
    """Add the rows of a section of a table; one that begins in another ends that in a browser."""
    loose: list[etree._Element] | None = None
    for child in section:
        if child.tag == "tr":
            rows.append(_cells(child))
            loose = None
        elif child.tag in _SECTIONS:
            _section(child, rows)
            loose = None
        elif child.tag in CELLS:
            if loose is None:
                loose = []
                rows.append(loose)
            loose.append(child)


def _cells(row: etree._Element) -> list[etree._Element]:
    if hidden(row):
        return []
    return [cell for cell in row if cell.tag in CELLS and not hidden(cell)]


def span(cell: etree._Element, name: str) -> int:
    """A span attribute, as lenient as browsers: digits at the start, at least 1; rowspan=0 is 0."""
    value = cell.get(name)
    if value is None:
        return 1
    digits = ""
    for char in value.strip():
        if char not in "0123456789" or len(digits) > 8:
            break
        digits += char
    if not digits:
        return 1
    number = int(digits)
    if name == "colspan":
        return min(max(number, 1), MAX_COLSPAN)
    return number


def _paths_beside(cell: etree._Element, tree: etree._ElementTree) -> Iterator[tuple[etree._Element, str]]:
    """The XPaths of a cell and of those beside it, as `getpath` gives them, which counts anew for each."""
    row = cell.getparent()
    assert row is not None
    base = tree.getpath(row)
    beside = list(row)
    tags = [child.tag for child in beside]
    for tag in CELLS:
        count = tags.count(tag)
        number = 0
        for child in beside if count else ():
            if child.tag == tag:
                number += 1
                yield child, f"{base}/{tag}[{number}]" if count > 1 else f"{base}/{tag}"


def _doubts(cell: etree._Element, text: str) -> tuple[ReadIssue, ...]:
    """What a browser may show in a cell without text, or not show of its text."""
    blank = not text.strip()
    for inner in cell.iterdescendants():
        if not blank:
            names = inner.get("class")
            if (
                names is not None
                and not _HIDING.isdisjoint(names.lower().split())
                and not _left_out(inner, cell)
            ):
                return (ReadIssue("hidden_text", "warning", f"a part of {text!r} may not be shown"),)
        elif (inner.tag in _DRAWN and not _is_spacer(inner)) or any(inner.get(name) for name in _FILLED):
            message = "no text, but something else that may show a figure"
            return (ReadIssue("cell_drawn", "warning", message),)
    return ()


def _left_out(element: etree._Element, cell: etree._Element) -> bool:
    """Whether an element's text is none of the cell's."""
    while element is not cell:
        if unshown(element) or not any(str(piece).strip() for piece in element.itertext()):
            return True
        parent = element.getparent()
        assert parent is not None
        element = parent
    return False


def _is_spacer(element: etree._Element) -> bool:
    """A picture of next to no size, which only keeps a cell open."""
    sizes = [element.get("width") or "", element.get("height") or ""]
    return any(size.isdecimal() and int(size) < _NEXT_TO_NOTHING for size in sizes)


def grid(
    rows: list[list[etree._Element]],
    tree: etree._ElementTree,
    printed: Mapping[etree._Element, tuple[ReadIssue, ...]] = MappingProxyType({}),
) -> list[Cell]:
    """The printed cells with the grid position each starts at; `printed`: doubts of how a cell is printed."""
    out: list[Cell] = []
    height = len(rows)
    paths: dict[etree._Element, str] = {}
    taken: dict[int, int] = {}
    """Grid column -> first row below the cell that reaches down in it."""
    for r, row in enumerate(rows):
        column = 0
        for cell in row:
            while taken.get(column, 0) > r:
                column += 1
            if column >= MAX_WIDTH:
                break
            width = 1 if cell.get("colspan") is None else span(cell, "colspan")
            tall = 1
            if cell.get("rowspan") is not None:
                down = span(cell, "rowspan")
                tall = height - r if down == 0 else min(down, height - r)
            if cell not in paths:
                paths.update(_paths_beside(cell, tree))
            text = cell_text(cell)
            doubts = _doubts(cell, text) if len(cell) else ()
            if printed and cell in printed:
                doubts = (*doubts, *printed[cell])
            out.append(Cell(text, r, column, tall, width, paths[cell], doubts=doubts))
            if tall > 1:
                for covered in range(column, min(column + width, MAX_WIDTH)):
                    taken[covered] = max(taken.get(covered, 0), r + tall)
            column += width
    return out
