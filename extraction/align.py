"""Data rows -> labels and one cell for each column.

On a true grid a value belongs to the column it stands under, provided that no row contradicts the grid (a
known label under a value head, a figure under the label head); one contradiction and the whole segment is
read as if its spans were lost.

With lost spans, values are what follows the last label. If as many cells are left as there are columns,
they align. If there are more, exactly as many non-blank cells in one run align; rows with blanks take the
offset that full rows with the label in the same cell establish. What no rule decides is `unreadable`:
never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from extraction.columns import BESIDE, Columns
from extraction.document import Cell
from extraction.forms import Form, forms
from extraction.normalise import squeeze
from extraction.segments import Line, Segment
from extraction.values import is_figure, is_unit, is_value_like

CONFLICTS = ("several cells under one head", "a repeated column holds different values")
"""Why a head with two figures has none."""


@dataclass(slots=True)
class Slot:
    """What stands in one column of a row: a cell, nothing (`absent`), or something that cannot be told."""

    cell: Cell | None
    status: str | None = None
    why: str = ""


@dataclass
class RawRow:
    """One data row as read.

    Attributes:
        labels: texts of its label cells, outermost first.
        slots: column key -> what stands there.
        table: zero-based table number.
        row: zero-based row.
        heads: printed column heads by key.
        extra: cells beyond the known columns.
        clause: caption of article 20 above it.
        sub: the label is a further one behind a known label (a sub-row).
        counted: its values were put into columns by counting, not by where they stand.
    """

    labels: list[str]
    slots: dict[str, Slot]
    table: int
    row: int
    heads: dict[str, str]
    extra: list[Cell] = field(default_factory=list)
    clause: str | None = None
    sub: bool = False
    counted: bool = False

    @property
    def label(self) -> str:
        """The innermost label."""
        return self.labels[-1] if self.labels else ""

    @property
    def blank(self) -> bool:
        """No value cell holds anything, and none stands beyond the columns."""
        if any(squeeze(cell.text) for cell in self.extra):
            return False
        return all(slot.cell is None or not squeeze(slot.cell.text) for slot in self.slots.values())


def read_rows(segment: Segment, columns: Columns) -> list[RawRow]:
    """The data rows of a segment."""
    form = forms()[segment.kind or ""]
    if columns.grid is not None and any(columns.grid.values()):
        rows = _on_grid(segment, columns, form)
        if rows is not None:
            return rows
        if form.heads and set(form.columns) - set(columns.order):
            columns = replace(
                columns, order=()
            )  # counting figures would take those of a lost head for others
    return _lossy(segment, columns, form)


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
            slots = _unreadable(tuple(slots), "the row has fewer cells than columns")
            extra = [cell for cells in values.values() for cell in cells] + extra
        out.append(
            RawRow(
                labels=_distinct(texts), slots=slots, table=segment.index, row=number, heads=columns.heads,
                extra=[cell for cell in extra if squeeze(cell.text)], clause=segment.clause,
                sub=_is_sub(texts, form),
            )
        )  # fmt: skip
    return out


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
        return Slot(_all_of(cells), "unreadable", CONFLICTS[0])
    cell = cells[0]
    if cell.colspan == 1 and cell.row == row:
        return Slot(cell)
    over = {key_at.get(c) for c in range(cell.column, cell.column + cell.colspan)} - {None, key}
    if (over or cell.row != row) and is_figure(cell.text):
        return Slot(cell, "unreadable", "one figure printed across several rows or columns")
    return Slot(cell)


def _all_of(cells: Sequence[Cell | None]) -> Cell | None:
    """The first of some cells with the texts of all: no second look shall take one of them for the figure."""
    held = [cell for cell in cells if cell is not None]
    return replace(held[0], text=" / ".join(cell.text for cell in held)) if held else None


def _distinct(texts: list[str]) -> list[str]:
    """Labels repeated instead of spans count once."""
    return [text for i, text in enumerate(texts) if i == 0 or squeeze(texts[i - 1]) != squeeze(text)]


def _is_sub(texts: list[str], form: Form) -> bool:
    known = [i for i, text in enumerate(texts) if form.row(text)]
    return bool(known) and known[-1] < len(texts) - 1


@dataclass
class _Parts:
    """A row with lost spans: labels, the ordinal of the last one, and what follows."""

    number: int
    labels: list[str]
    last: int
    tail: list[Cell]
    sub: bool

    @property
    def shape(self) -> tuple[int, int]:
        """Rows of one shape have their values in the same cells."""
        return self.last, self.last + 1 + len(self.tail)


def _lossy(segment: Segment, columns: Columns, form: Form) -> list[RawRow]:
    count = len(columns.order)
    parts = [_parts(line, form, count) for line in segment.rows]
    starts: dict[tuple[int, int], set[int]] = {}
    for part in parts:
        order = _fitting(part.tail, columns.order)
        if (offset := _run(part.tail, len(order))) is not None and len(order) > 1:
            starts.setdefault(part.shape, set()).add(offset)
    if columns.start is not None and segment.head:
        starts.setdefault((0, len(segment.head[-1][1])), set()).add(columns.start - 1)
    # Where one row holds more values than columns, the cells of its like do not tell which are the form's.
    full = {part.shape for part in parts if len(_filled(part.tail)) > len(columns.order) < len(part.tail)}
    out: list[RawRow] = []
    for part in parts:
        found = starts.get(part.shape, set())
        slots, extra = _align(part, columns, found, form, sure=len(found) < 2 and part.shape not in full)
        out.append(
            RawRow(
                labels=_distinct(part.labels), slots=slots, table=segment.index, row=part.number,
                heads=columns.heads, extra=extra, clause=segment.clause, sub=part.sub, counted=True,
            )
        )  # fmt: skip
    return out


def _parts(line: Line, form: Form, count: int) -> _Parts:
    number, cells = line
    leading: list[int] = []
    filled = [i for i, cell in enumerate(cells) if squeeze(cell.text)]
    serial = (
        len(filled) > 1 and is_figure(cell_text(cells, filled[0])) and form.knows(cell_text(cells, filled[1]))
    )
    for i, cell in enumerate(cells):
        if not squeeze(cell.text) or (serial and i == filled[0]):
            continue
        if is_value_like(cell.text):
            break
        leading.append(i)
    last = leading[-1] if leading else -1
    if len(leading) > 1 and is_unit(cell_text(cells, last)):
        leading = leading[:-1]  # the unit stands between label and figures, and belongs to neither
        return _Parts(number, [cells[i].text for i in leading], last, list(cells[last + 1 :]), sub=False)
    known = [i for i in leading if form.knows(cell_text(cells, i)) or form.row(cell_text(cells, i))]
    sub = False
    if known and known[-1] != last:
        # Words behind the last known label: a text in a value cell, or the label of a sub-row.
        behind = [cell for cell in cells[last + 1 :] if squeeze(cell.text)]
        if len(behind) == count and not form.group(cell_text(cells, known[-1])):
            sub = True
        elif len(cells) - known[-1] - 1 >= count and not form.group(cell_text(cells, known[-1])):
            last = known[-1]
    labels = [cells[i].text for i in leading if i <= last]
    return _Parts(number, labels, last, list(cells[last + 1 :]), sub)


def cell_text(cells: tuple[Cell, ...], at: int) -> str:
    """The text of the cell at an ordinal."""
    return cells[at].text


def _fitting(tail: list[Cell], order: tuple[str, ...]) -> tuple[str, ...]:
    """The columns without the added ones behind them (备注), where a row is filled only up to these."""
    own = order
    while own and own[-1].startswith(BESIDE):
        own = own[:-1]
    return own if own != order and _run(tail, len(own)) is not None else order


def _filled(tail: list[Cell]) -> list[int]:
    return [i for i, cell in enumerate(tail) if squeeze(cell.text)]


def _run(tail: list[Cell], count: int) -> int | None:
    """Where the only non-blank run of a tail starts, if it is exactly as long as the columns are many."""
    filled = _filled(tail)
    if len(filled) != count or not filled or filled[-1] - filled[0] != count - 1:
        return None
    return filled[0]


def _align(
    part: _Parts, columns: Columns, starts: set[int], form: Form, *, sure: bool
) -> tuple[dict[str, Slot], list[Cell]]:
    tail = part.tail
    order = _fitting(tail, columns.order)
    filled = _filled(tail)
    if not order:
        return {}, [cell for cell in tail if squeeze(cell.text)]
    if any(form.knows(tail[i].text) for i in filled):
        return _unreadable(order, "a label stands behind figures"), [tail[i] for i in filled]
    offset: int | None
    why = ""
    if len(tail) == len(order):
        offset = 0
    elif len(tail) < len(order):
        # Whether trailing blanks were cut off or blanks were dropped anywhere cannot be seen.
        offset, why = None, f"{len(tail)} cells for {len(order)} columns"
    elif not sure and filled:
        offset, why = None, "the rows around start their values in different cells"
    elif (run := _run(tail, len(order))) is not None:
        offset = run
    elif not filled and len(starts) == 1:
        offset = 0
    elif len(filled) > len(order):
        offset, why = None, f"{len(filled)} values for {len(order)} columns"
    elif len(starts) == 1:
        offset = next(iter(starts))
        if any(not offset <= i < offset + len(order) for i in filled):
            offset, why = None, "values stand outside the columns of the rows around"
    else:
        offset, why = None, "blank cells, and nothing says which columns the values belong to"
    if offset is None:
        return _unreadable(order, why), [tail[i] for i in filled]
    return _place(tail, offset, order), []


def _place(tail: list[Cell], offset: int, order: tuple[str, ...]) -> dict[str, Slot]:
    slots: dict[str, Slot] = {}
    for i, key in enumerate(order):
        at = offset + i
        slot = Slot(tail[at]) if at < len(tail) else Slot(None, "absent", "the row ends before this column")
        before = slots.get(key)
        if before is None or (before.cell is not None and not squeeze(before.cell.text)):
            slots[key] = slot
        elif slot.cell is not None and squeeze(slot.cell.text) not in {
            "",
            squeeze(before.cell.text if before.cell else ""),
        }:
            slots[key] = Slot(_all_of([before.cell, slot.cell]), "unreadable", CONFLICTS[1])
    return slots


def _unreadable(order: tuple[str, ...], why: str) -> dict[str, Slot]:
    return {key: Slot(None, "unreadable", why) for key in order}
