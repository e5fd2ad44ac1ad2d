"""Head rows -> columns.

Two ways. Where the grid is true, each grid column gets the key that the head cells above it name. Where
spans are lost, only the printed *order* of the heads is left: a merged head (申请人情况, 法人或其他组织)
is replaced by the heads in the row below it, and what comes out is the sequence of columns.

Column keys of the review table name row and column of the record: ``reconsideration.upheld``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from extraction.document import Cell
from extraction.forms import Form, forms
from extraction.normalise import label_core, squeeze
from extraction.segments import Line, Segment

_MAX_WIDTH = 64
BESIDE = "~"
"""Marks the key of a column that agencies add to the form; its cells are kept beside the form's."""
SUBTOTAL = f"{BESIDE}小计"
_ADDED = frozenset({"备注", "备注说明", "说明", "附注", "小计"})


def _named(form: Form, text: str) -> str | None:
    """The column a head names, or a column that agencies add."""
    core = label_core(text)
    return form.column(text) or (f"{BESIDE}{core}" if core in _ADDED else None)


@dataclass(frozen=True)
class Columns:
    """The columns of a segment.

    Attributes:
        order: column keys in printed order, from the sequence of heads; empty where it cannot be told.
        grid: column key -> grid columns, where every head stands over its own columns; else None.
        heads: printed head by column key.
        start: ordinal of the first value cell less that of the label cell, from the head row (one-row
        heads only). unknown: heads that no edition knows, by grid column (or ordinal).
        problem: why the columns cannot be told, if so.
    """

    order: tuple[str, ...]
    grid: dict[str, tuple[int, ...]] | None
    heads: dict[str, str]
    start: int | None = None
    unknown: tuple[str, ...] = ()
    problem: str | None = None


def read_columns(segment: Segment) -> Columns:
    """The columns that a segment's head rows name."""
    form = forms()[segment.kind or ""]
    if segment.kind == "review_litigation":
        order, problem = _review_order(segment.head, form)
    elif segment.kind == "requests":
        order, problem = _requests_order(segment.head, form)
    else:
        order, problem = _flat_order(segment.head, form)
    grid = _grid(segment, form) if segment.table.exact else None
    if grid is not None and not _agrees(grid, order):
        # One of the two is wrong, and nothing says which.
        grid, order, problem = None, (), "the spans of the heads and their sequence disagree"
    if grid is not None and not order and sum(not key.startswith(BESIDE) for key in grid) == _full(form):
        problem = None
    missing = ", ".join(key for key in form.columns if key not in order)
    if segment.kind == "requests" and grid is None and order and missing:
        # Without a true grid the figures are told by counting: a lost head would move all of them.
        order, problem = (), f"heads without which the columns cannot be counted are missing: {missing}"
    heads: dict[str, str] = {}
    unknown: list[str] = []
    start: int | None = None
    for _, cells in segment.head:
        for cell in cells:
            key = _named(form, cell.text)
            if key:
                heads.setdefault(key, cell.text)
            elif (
                segment.kind == "proactive"
                and squeeze(cell.text)
                and label_core(cell.text) not in form.row_head
            ):
                unknown.append(cell.text)
    if segment.kind == "proactive" and len(segment.head) == 1:
        cells = segment.head[0][1]
        named = [i for i, cell in enumerate(cells) if form.column(cell.text)]
        labels = [i for i, cell in enumerate(cells) if label_core(cell.text) in form.row_head]
        if named and labels:
            start = named[0] - labels[-1]
    return Columns(order, grid, heads, start, tuple(unknown), problem)


def _full(form: Form) -> int:
    """How many columns a form has in all."""
    return len(form.columns) * (len(form.rows) if form.key == "review_litigation" else 1)


def _agrees(grid: dict[str, tuple[int, ...]], order: tuple[str, ...]) -> bool:
    """A true grid and the sequence of heads name the same columns in the same order."""
    if not order:
        return True
    by_place = sorted(grid, key=lambda key: grid[key])
    return by_place == list(dict.fromkeys(order))


def _grid(segment: Segment, form: Form) -> dict[str, tuple[int, ...]] | None:
    """Column key -> grid columns; None when heads contradict each other (then the spans are not true)."""
    if segment.table.width > _MAX_WIDTH:
        return None
    above: list[list[Cell]] = [[] for _ in range(segment.table.width)]
    for _, cells in segment.head:
        for cell in cells:
            for column in range(cell.column, min(cell.column + cell.colspan, len(above))):
                above[column].append(cell)
    found: dict[str, list[int]] = {}
    review = segment.kind == "review_litigation"
    name = form.column if review else partial(_named, form)
    for column, heads in enumerate(above):
        keys = {key for cell in heads if (key := name(cell.text))}
        if len(keys) > 1:
            return None
        if not keys:
            continue
        key = keys.pop()
        if review:
            blocks = {block for cell in heads if (block := _block(form, cell.text))}
            if len(blocks) != 1:
                return None
            key = f"{blocks.pop()}.{key}"
        found.setdefault(key, []).append(column)
    for columns in found.values():
        if columns[-1] - columns[0] != len(columns) - 1:
            return None
    return {key: tuple(columns) for key, columns in found.items()}


def _block(form: Form, text: str) -> str | None:
    return form.row(text)


def _flat_order(head: list[Line], form: Form) -> tuple[tuple[str, ...], str | None]:
    """One row of heads; a head repeated for the columns it once spanned is kept as often as printed."""
    if len(head) != 1:
        keys = [key for _, cells in head for cell in cells if (key := _named(form, cell.text))]
        if len(set(keys)) != len(keys):
            return (), "column heads stand in several rows"
        return tuple(keys), None
    keys = [key for cell in head[0][1] if (key := _named(form, cell.text))]
    runs = [key for i, key in enumerate(keys) if i == 0 or keys[i - 1] != key]
    if len(set(runs)) != len(runs):
        return (), "a column head stands twice"
    return tuple(keys), None


def _requests_order(head: list[Line], form: Form) -> tuple[tuple[str, ...], str | None]:
    """Heads three rows deep: each merged head is replaced by the new heads of the row below."""
    order: list[str] = []
    for _, cells in head:
        row = [f"#{name}" if (name := form.head(cell.text)) else _named(form, cell.text) for cell in cells]
        names = [name for i, name in enumerate(row) if name and (i == 0 or row[i - 1] != name)]
        if len(set(names)) != len(names):
            return (), "a column head stands twice"
        new = [name for name in names if name not in order]
        if not new:
            continue
        if not order:
            order = new
            continue
        place = next((p for p in ("#organisations", "#applicants") if p in order), None)
        if place is None:
            return (), "column heads of two rows do not fit together"
        if "#organisations" in new and place == "#organisations":
            return (), "column heads of two rows do not fit together"
        at = order.index(place)
        order[at : at + 1] = new
    order = [name for name in order if name != "#applicants" or len(order) == 1]
    if any(name.startswith("#") for name in order):
        return (), "the heads under a merged head are missing"
    return tuple(order), None


def _review_order(head: list[Line], form: Form) -> tuple[tuple[str, ...], str | None]:
    """Blocks of five outcomes: those under the first head row that has outcomes, then the next row's."""
    pairs = [form.pair(cell.text) or "" for _, cells in head for cell in cells]
    if len(pairs) == _full(form) and len(set(pairs) - {""}) == len(pairs):
        return tuple(pairs), None
    blocks: list[str] = []
    rows: list[list[str]] = []
    for _, cells in head:
        outcomes: list[str] = []
        named = [mark for cell in cells if (mark := label_core(cell.text)) in form.markers]
        if list(dict.fromkeys(named)) not in (
            [],
            list(form.markers[:1]),
            list(form.markers[1:]),
            list(form.markers),
        ):
            return (), "the blocks of the review table stand in another order"
        for cell in cells:
            if (block := _block(form, cell.text)) and block not in blocks:
                blocks.append(block)
            elif not block and (key := form.column(cell.text)):
                below = sum(form.column(beside.text) is not None for beside in cells) < _full(form)
                if len(blocks) > 1 and not rows and len(head) > 1 and not outcomes and below:
                    return (), "outcomes of the first block stand behind the other blocks"
                outcomes.append(key)
        if outcomes:
            rows.append(outcomes)
    size = len(form.columns)
    if len(rows) == 2 and len(rows[1]) == size * len(form.rows):
        # Labels repeated instead of spans: the lowest row names every column.
        rows = [rows[1]]
    leaves = [key for row in rows for key in row]
    groups = [leaves[i : i + size] for i in range(0, len(leaves), size)]
    if (
        len(blocks) != len(form.rows)
        or len(groups) != len(blocks)
        or any(len(set(g)) != size for g in groups)
    ):
        return (), "the heads of the review table are not complete"
    if blocks[0] != next(iter(form.rows)):
        return (), "the blocks of the review table stand in another order"
    return tuple(f"{block}.{key}" for block, group in zip(blocks, groups, strict=True) for key in group), None
