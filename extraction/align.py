"""Data rows -> labels and one cell for each column.

On a true grid a value belongs to the column it stands under, provided that no row contradicts the grid (a
known label under a value head, a figure under the label head); one contradiction and the whole segment is
read as if its spans were lost (`extraction.counted`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extraction.columns import BESIDE, Columns
from extraction.counted import counted_rows
from extraction.document import Cell, ReadIssue
from extraction.forms import Form, forms
from extraction.normalise import squeeze
from extraction.rows import CONFLICTS, RawRow, Slot, all_of, distinct, doubt, unreadable
from extraction.segments import Segment
from extraction.values import is_figure, is_unit, is_value_like

_LONGER = ReadIssue("row_in_doubt", "warning", "the row has more cells than the others, and blanks in it")


def read_rows(segment: Segment, columns: Columns, alike: Sequence[Segment] = ()) -> list[RawRow]:
    """The data rows of a segment; segments of the same kind say with it how their rows were written."""
    form = forms()[segment.kind or ""]
    if columns.grid is not None and any(columns.grid.values()):
        rows = _on_grid(segment, columns, form)
        if rows is not None:
            return rows
        if form.heads and set(form.columns) - set(columns.order):
            columns = replace(
                columns, order=()
            )  # counting figures would take those of a lost head for others
    return counted_rows(segment, columns, form, alike)


def _on_grid(segment: Segment, columns: Columns, form: Form) -> list[RawRow] | None:
    grid = columns.grid or {}
    first = min(column for places in grid.values() for column in places)
    key_at = {column: key for key, places in grid.items() for column in places}
    cover = _cover(segment)
    named = {
        column
        for _, cells in segment.head
        for cell in cells
        if squeeze(cell.text) and key_at.keys().isdisjoint(_across(cell))
        for column in _across(cell)
    }
    lost = form.heads and set(form.columns) - set(grid)
    if lost and set(range(first, segment.table.width)) - key_at.keys() - named:
        return None  # a column without a head, a head without a column: the heads beside may stand wrong
    out: list[RawRow] = []
    longer: list[RawRow] = []
    for number, _ in segment.rows:
        labels: list[Cell] = []
        values: dict[str, list[Cell]] = {key: [] for key in grid}
        extra: list[Cell] = []
        row = cover.get(number, {})
        for column in sorted(row):
            cell = row[column]
            key = key_at.get(column)
            into = labels if column < first else extra if key is None else values[key]
            if not (into and _among(cell, into)):
                into.append(cell)
        texts = _without_serial([cell.text for cell in labels if squeeze(cell.text)], form)
        if len(texts) > 1 and is_unit(texts[-1]):
            texts = texts[:-1]  # a column of units between labels and figures
        if any(is_figure(text) for text in texts):
            return None
        if any(is_figure(cell.text) and named.isdisjoint(_across(cell)) for cell in extra):
            return None  # figures under no head at all: a head is lost, and which one nothing says
        own = [cells for key, cells in values.items() if not key.startswith(BESIDE)]
        if extra and any(squeeze(cell.text) for cell in extra):
            words = [c for cells in own for c in cells if not is_value_like(c.text)]
            if words:
                return None
        held = {cell.text for cells in values.values() for cell in cells}
        held.update(cell.text for cell in extra)
        if any(map(form.knows, held)):
            return None
        if any(cell.column < first <= cell.column + cell.colspan - 1 for cell in labels):
            return None
        slots = {key: _slot(cells, key, key_at, number) for key, cells in values.items()}
        lacking = [key for key, slot in slots.items() if slot.status == "absent"]
        if any(not key.startswith(BESIDE) for key in lacking) and any(values.values()):
            # A cell is missing, and only its trace at the end of the row is seen: any value may have moved,
            # so no column has a text of its own that a second look might read.
            slots = unreadable(tuple(slots), "the row has fewer cells than columns")
            extra = [cell for cells in values.values() for cell in cells] + extra
        out.append(
            RawRow(
                labels=distinct(texts), slots=slots, table=segment.index, row=number, heads=columns.heads,
                extra=[cell for cell in extra if squeeze(cell.text)], clause=segment.clause,
                sub=_is_sub(texts, form),
            )
        )  # fmt: skip
        longer += out[-1:] * any(named.isdisjoint(_across(cell)) for cell in extra)
    _doubt_longer(longer, len(segment.table.rows))
    return out


def _doubt_longer(rows: list[RawRow], of: int) -> None:
    """Rows of more cells than most others: what pushed a last blank out may have moved their figures."""
    for row in rows if 2 * len(rows) < of else ():
        held = [slot for slot in row.slots.values() if slot.cell is not None]
        if any(not squeeze(slot.cell.text) for slot in held if slot.cell):
            doubt(row, _LONGER)


def _across(cell: Cell) -> range:
    return range(cell.column, cell.column + cell.colspan)


def _among(cell: Cell, cells: list[Cell]) -> bool:
    """Whether a cell is one of some, itself: a comparison of all it holds would be slow."""
    return any(cell is each for each in cells) if cells else False


def _without_serial(texts: list[str], form: Form) -> list[str]:
    """A serial number before a known label is no label."""
    if len(texts) > 1 and is_figure(texts[0]) and form.knows(texts[1]):
        return texts[1:]
    return texts


def _cover(segment: Segment) -> dict[int, dict[int, Cell]]:
    """Row -> grid column -> the cell that covers it, for the data rows (bounded by the cells there are)."""
    cover: dict[int, dict[int, Cell]] = {number: {} for number, _ in segment.rows}
    last = max(cover, default=-1)
    width = segment.table.width
    for cell in segment.table.cells:
        if cell.rowspan == 1 and cell.colspan == 1:
            row = cover.get(cell.row)
            if row is not None and cell.column < width:
                row.setdefault(cell.column, cell)
            continue
        across = range(cell.column, min(cell.column + cell.colspan, width))
        for number in range(cell.row, min(cell.row + cell.rowspan, last + 1)):
            row = cover.get(number)
            if row is not None:
                for column in across:
                    row.setdefault(column, cell)
    return cover


def _slot(cells: list[Cell], key: str, key_at: dict[int, str], row: int) -> Slot:
    if not cells:
        return Slot(None, "absent", "no cell there")
    if len(cells) > 1:
        if len({squeeze(cell.text) for cell in cells}) == 1:
            return Slot(cells[0])
        return Slot(all_of(cells), "unreadable", CONFLICTS[0])
    cell = cells[0]
    if cell.colspan == 1 and cell.row == row:
        return Slot(cell)
    over = {key_at.get(c) for c in range(cell.column, cell.column + cell.colspan)} - {None, key}
    if (over or cell.row != row) and is_figure(cell.text):
        return Slot(cell, "unreadable", "one figure printed across several rows or columns")
    return Slot(cell)


def _is_sub(texts: list[str], form: Form) -> bool:
    known = [i for i, text in enumerate(texts) if form.row(text)]
    return bool(known) and known[-1] < len(texts) - 1
