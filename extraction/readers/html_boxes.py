"""Tables made of boxes: divisions, lists or ARIA roles that stand as a table does, without table markup.

Two kinds. A CSS grid whose columns the style tells: its items are placed as a browser places them, so the
table is exact. And rows: sibling elements alike, each with its cells as children; a row says which cells are
in it, but what a cell spans is lost, so such a table is not exact (unless ARIA gives the spans). Which boxes
are meant is told by their figures: a row (or grid) with several short cells, half of them values.

A box that is not there cannot be told from one that was left out: what the sequence alone does not decide
stays unread behind this module, as in every table without spans.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from extraction.document import Cell, Table
from extraction.readers.html_css import layout
from extraction.readers.html_placement import Item, UnknownPlaceError, line_and_span, place, tracks
from extraction.readers.html_print import Print
from extraction.readers.html_text import BLOCK, SKIP, cell_text, hidden
from extraction.values import is_figure, is_value_like

_SHOWN_AS = re.compile(r"display\s*:\s*[a-z-]*(?:grid|flex|table|contents)|role\s*=\s*[\"']?row")
_BLOCKS = re.compile(r"<(td|th|li|dd|div)\b")
_HEAD, _NEAR = "自然人", 200
"""A head of the form, and how far before it its cell begins at most."""
_DECLARED = re.compile(r"(?:^|;)\s*([a-z-]+)\s*:\s*([^;]+)")
_ROW_CELLS = 4, 24
"""Cells of a row that shows by itself that it is one."""
_FIGURES = 3
_GRID_ITEMS = 6
_LONGEST = 200
"""Characters of a cell; the longest label of the forms has about 120 with its gloss."""
_MAX_ITEMS = 20_000
_MOST_INSIDE = 60
"""Elements in a cell; editors wrap a figure in a few."""
_NO_CELL = frozenset({"table", "ul", "ol", "img", "input"})
_NO_ROW = ("h1", "h2", "h3", "h4", "h5", "h6", "a")
_PASSED = frozenset({"br", "hr", "script", "style", "template"})
_LAID = frozenset({"grid", "inline-grid"})
_ACROSS = frozenset({"flex", "inline-flex", "grid", "inline-grid", "table-row"})
_APART = frozenset({"table-cell", "inline-block", "block", "flex", "inline-flex", "inline-table"})


def box_tables(root: etree._Element, text: str, printed: Print) -> dict[etree._Element, Table | None]:
    """The tables made of boxes on a page: by their first element; their further elements have None.

    Args:
        root: the page, whose elements somebody holds.
        text: its source in lower case.
        printed: its print.
    """
    if "<td" in text and not _SHOWN_AS.search(text) and not _headed(text):
        return {}
    return _Finder(root, printed).found


def _headed(text: str) -> bool:
    """Whether a head of the form stands in a box: one that style sheets elsewhere lay out."""
    at = text.find(_HEAD)
    while at >= 0:
        tags = _BLOCKS.findall(text, max(0, at - _NEAR), at)
        alone = text[at + len(_HEAD) : at + _NEAR].lstrip().startswith("<")
        if alone and tags and not {"td", "th"} & set(tags):
            return True
        at = text.find(_HEAD, at + 1)
    return False


def _shape(element: etree._Element) -> tuple[str, frozenset[str]]:
    """What an element is called: tag and classes, of which one without any has an empty one."""
    return str(element.tag), frozenset((element.get("class") or "").split() or [""])


@dataclass
class _Finder:
    root: etree._Element
    printed: Print
    found: dict[etree._Element, Table | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tree = self.root.getroottree()
        self._layout = layout(self.root)
        self._strong: dict[str, set[str]] = {}
        self._rows: set[etree._Element] = set()
        self._paths: dict[etree._Element, str] = {}
        grids = [e for e in self._elements() if self._style(e).get("display") in _LAID]
        tables = {e: found for e in grids if (found := self._grid(e)) is not None}
        if any(_has_figures([c.text for c in t.cells], _GRID_ITEMS) for t in tables.values()):
            # Grids of one page are one author's: those with few figures are his tables too.
            self.found.update({e: t for e, t in tables.items() if t.height > 1})
        parents = self._strong_rows()
        for parent, beside in parents.items():
            self._runs(parent, beside=beside)

    def _elements(self) -> Iterator[etree._Element]:
        for element in self.root.iter(
            "div", "ul", "ol", "dl", "section", "article", "main", "li", "p", "span"
        ):
            if not len(element) or self._within(element):
                continue
            yield element

    def _within(self, element: etree._Element) -> bool:
        """Whether an element stands in a table that is known already."""
        return bool(self.found) and any(above in self.found for above in element.iterancestors())

    def _style(self, element: etree._Element) -> dict[str, str]:
        """What is declared of an element; of several declarations the last."""
        own = element.get("style")
        ruled = self._layout.get(element)
        if own is None and ruled is None:
            return {}
        declared = _DECLARED.findall(f"{ruled or ''};{own or ''}".lower())
        return {name: value.replace("!important", "").strip() for name, value in declared}

    def _children(self, element: etree._Element) -> list[etree._Element] | None:
        """The boxes in an element as they are laid out; None where text stands loose beside them."""
        if (element.text or "").strip():
            return None
        out: list[etree._Element] = []
        for child in element:
            if (child.tail or "").strip():
                return None
            if not isinstance(child.tag, str) or child.tag in _PASSED or self._hidden(child):
                continue
            if self._style(child).get("display") == "contents":
                inner = self._children(child)
                if inner is None:
                    return None
                out += inner
            else:
                out.append(child)
        turns = [self._order(child) for child in out]
        if any(turns):
            out = [child for _, child in sorted(zip(turns, out, strict=True), key=lambda pair: pair[0])]
        return out

    def _order(self, element: etree._Element) -> int:
        value = self._style(element).get("order", "0")
        return int(value) if re.fullmatch(r"-?\d{1,6}", value) else 0

    def _hidden(self, element: etree._Element) -> bool:
        return hidden(element) or self._style(element).get("display") == "none"

    def _path(self, element: etree._Element) -> str:
        """The XPath of an element as `getpath` gives it, which counts all beside it anew each time."""
        if element not in self._paths:
            parent = element.getparent()
            assert parent is not None
            base = self._path(parent) if parent.getparent() is not None else self._tree.getpath(parent)
            total = Counter(child.tag for child in parent)
            count: Counter[object] = Counter()
            for child in parent:
                count[child.tag] += 1
                number = f"[{count[child.tag]}]" if total[child.tag] > 1 else ""
                self._paths[child] = f"{base}/{child.tag}{number}"
        return self._paths[element]

    # -- grids ----------------------------------------------------------------------------------------------

    def _grid(self, element: etree._Element) -> Table | None:
        items = self._children(element)
        if not items or len(items) > _MAX_ITEMS or not all(map(_is_cell, items)):
            return None
        style = self._style(element)
        template = style.get("grid-template-columns") or style.get("grid-template", "").partition("/")[2]
        width = tracks(template)
        flow = style.get("grid-auto-flow", "")
        try:
            laid = [self._item(item, width) for item in items]
            if "column" in flow and any(item.row is None or item.column is None for item in laid):
                return None
            spots = place(laid, width, dense="dense" in flow)
        except UnknownPlaceError:
            return None
        rows: dict[int, list[etree._Element]] = {}
        for e, spot in zip(items, spots, strict=True):
            rows.setdefault(spot.row, []).append(e)
        said = self.printed.rows(rows.values())
        cells = [
            Cell(
                cell_text(e),
                spot.row,
                spot.column,
                item.down,
                item.across,
                self._path(e),
                doubts=said.get(e, ()),
            )
            for e, item, spot in zip(items, laid, spots, strict=True)
        ]
        if all(item.column is not None for item in laid):
            # Each item is told its column, so a spot that none takes is blank, whatever was left out.
            cells += _blanks(cells, self._tree.getpath(element))
        return Table(tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))

    def _item(self, element: etree._Element, width: int | None) -> Item:
        style = self._style(element)
        area = [part.strip() for part in style.get("grid-area", "").split("/")]
        rows, columns = style.get("grid-row", ""), style.get("grid-column", "")
        if area != [""]:
            area += [""] * (4 - len(area))
            rows, columns = rows or f"{area[0]} / {area[2]}", columns or f"{area[1]} / {area[3]}"
        rows = rows or f"{style.get('grid-row-start', '')} / {style.get('grid-row-end', '')}"
        columns = columns or f"{style.get('grid-column-start', '')} / {style.get('grid-column-end', '')}"
        row, down = line_and_span(rows, None)
        column, across = line_and_span(columns, width)
        return Item(column, across, row, down)

    def _is_kin(self, run: list[tuple[etree._Element, list[etree._Element]]], *, beside: bool) -> bool:
        """Whether narrow rows, called as those of a table are, are rows too, not a heading and its text."""
        texts = [cell_text(cell) for _, cells in run for cell in cells]
        if any("。" in text for text in texts):
            return False
        if any(next(row.iterdescendants(*_NO_ROW), None) is not None for row, _ in run):
            return False
        across = any(self._style(row).get("display") in _ACROSS for row, _ in run)
        return beside or across or any(map(is_figure, texts))

    # -- rows -----------------------------------------------------------------------------------------------

    def _strong_rows(self) -> dict[etree._Element, bool]:
        """Where rows may stand; True for what stands beside a table. What rows are called is kept."""
        parents: dict[etree._Element, bool] = {}
        for element in self._elements():
            parent = element.getparent()
            if parent is None or element in self.found:
                continue
            cells = self._cells(element)
            least, most = _ROW_CELLS
            if cells is None or not least <= len(cells) <= most:
                continue
            if element.get("role") == "row" or _has_figures([cell_text(cell) for cell in cells], least):
                parents[parent] = False
                self._rows.add(element)
                tag, classes = _shape(element)
                self._strong.setdefault(tag, set()).update(classes)
        if not parents:
            return parents
        # Rows with few figures are told by their likeness: by their own name, or by where they stand.
        alike = {_shape(parent) for parent in parents}
        for element in self._elements():
            parent = element.getparent()
            if parent is None:
                continue
            tag, classes = _shape(element)
            if classes & self._strong.get(tag, set()) or _shape(parent) in alike:
                parents.setdefault(parent, False)
        beside = [other for parent in parents for other in (parent.getprevious(), parent.getnext())]
        parents.update((other, True) for other in beside if other is not None and other not in parents)
        return parents

    def _cells(self, row: etree._Element) -> list[etree._Element] | None:
        """The cells of an element that may be a row: boxes beside each other with short texts."""
        cells = self._children(row)
        if not cells or not all(map(_is_cell, cells)) or all(len(cell) > 1 for cell in cells):
            return None  # what has boxes in all its boxes is a table, and they are its rows
        if self._style(row).get("display") in _ACROSS or row.get("role") == "row":
            if self._style(row).get("flex-direction", "").startswith("column"):
                return None
            back = self._style(row).get("flex-direction") == "row-reverse"
            return cells[::-1] if back else cells
        if all(cell.tag in BLOCK or self._style(cell).get("display") in _APART for cell in cells):
            return cells
        return None

    def _runs(self, parent: etree._Element, *, beside: bool) -> None:
        """Rows that follow each other in an element are a table."""
        run: list[tuple[etree._Element, list[etree._Element]]] = []
        for child in parent:
            if not isinstance(child.tag, str) or child.tag in _PASSED or self._hidden(child):
                continue
            cells = self._row(child)
            if cells is not None:
                run.append((child, cells))
            if cells is None or (child.tail or "").strip():
                self._keep(run, beside=beside)
                run = []
        self._keep(run, beside=beside)

    def _row(self, element: etree._Element) -> list[etree._Element] | None:
        """The cells of an element that is called as rows are; a caption across is one cell."""
        tag, classes = _shape(element)
        known = self._strong.get(tag)
        if element in self.found or known is None or not classes & known:
            return None
        cells = self._cells(element)
        if cells is not None and any(cell in self._rows for cell in cells):
            return None
        if cells is None and classes != {""} and _is_cell(element) and not len(element):
            return [element]
        return cells

    def _keep(self, run: list[tuple[etree._Element, list[etree._Element]]], *, beside: bool) -> None:
        widest = max((len(cells) for _, cells in run), default=0)
        if widest < 2 or (widest < _ROW_CELLS[0] and not self._is_kin(run, beside=beside)):
            return
        # Rows of one length stand in columns; of others nothing but ARIA says what their cells span.
        exact = len({len(cells) for _, cells in run}) == 1 or any(
            cell.get("aria-colspan") or cell.get("aria-rowspan") for _, cells in run for cell in cells
        )
        out: list[Cell] = []
        laid = [
            (cell, Item(None, _aria(cell, "aria-colspan"), row + 1, _aria(cell, "aria-rowspan")))
            for row, (_, cells) in enumerate(run)
            for cell in cells
        ]
        try:
            spots = place([item for _, item in laid], None)
        except UnknownPlaceError:
            return
        said = self.printed.rows([cells for _, cells in run])
        for (cell, item), spot in zip(laid, spots, strict=True):
            text, path = cell_text(cell), self._path(cell)
            doubts = said.get(cell, ())
            out.append(Cell(text, spot.row, spot.column, item.down, item.across, path, doubts=doubts))
        first, *others = (element for element, _ in run)
        self.found[first] = Table(tuple(out), exact=exact)
        self.found.update(dict.fromkeys(others))


def _blanks(cells: list[Cell], path: str) -> Iterator[Cell]:
    """Blank cells for the spots of a grid that no cell covers."""
    whole = Table(tuple(cells))
    taken = {
        (row, column)
        for cell in cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for column in range(cell.column, cell.column + cell.colspan)
    }
    if whole.height * whole.width > _MAX_ITEMS:
        return
    for row in range(whole.height):
        for column in range(whole.width):
            if (row, column) not in taken:
                yield Cell("", row, column, path=path)


def _aria(cell: etree._Element, name: str) -> int:
    value = (cell.get(name) or "").strip()
    return max(1, int(value)) if re.fullmatch(r"\d{1,3}", value) else 1


def _is_cell(element: etree._Element) -> bool:
    """A box with a short text and nothing in it that is laid out itself; looks at no more than it must."""
    if element.tag in SKIP:
        return False
    length = 0
    for number, inner in enumerate(element.iter()):
        if number > _MOST_INSIDE or inner.tag in _NO_CELL:
            return False
        length += len("".join((inner.text or "").split()))
        if inner is not element:
            length += len("".join((inner.tail or "").split()))
        if length > _LONGEST:
            return False
    return True


def _has_figures(texts: list[str], least: int) -> bool:
    """Whether half of some cells are values, and several of them figures."""
    figures = sum(map(is_figure, texts))
    return len(texts) >= least and figures >= _FIGURES and 2 * sum(map(is_value_like, texts)) >= len(texts)
