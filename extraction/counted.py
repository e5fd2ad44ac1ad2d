"""Data rows whose spans are lost: labels, and values put into columns by counting.

Values are what follows the last label. If as many cells are left as there are columns, they align. If there
are more, exactly as many non-blank cells in one run align; rows with blanks take the offset that full rows
with the label in the same cell establish. What no rule decides is `unreadable`: never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from extraction.columns import BESIDE, Columns
from extraction.document import Cell, ReadIssue
from extraction.forms import Form
from extraction.normalise import squeeze
from extraction.rows import CONFLICTS, RawRow, Slot, all_of, distinct, doubt, unreadable
from extraction.segments import Line, Segment
from extraction.values import is_figure, is_unit, is_value_like

_LEVELS = (re.compile("[一二三四五]、"), re.compile("[（(][一二三四五六七][）)]"), re.compile("[1-8][.．、]"))
_DEPTHS = 2
_MANY = 50
"""Segments that are asked how their rows were written."""
_CUT = "rows end at their last value, and nothing says which columns the values belong to"
_BESIDE_HEADS = ReadIssue("row_in_doubt", "warning", "the row's figures begin in another cell than the heads")


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


def counted_rows(segment: Segment, columns: Columns, form: Form, alike: Sequence[Segment]) -> list[RawRow]:
    """The data rows of a segment, by counting."""
    count = len(columns.order)
    parts = [_parts(line, form, count) for line in segment.rows]
    starts: dict[tuple[int, int], set[int]] = {}
    for part in parts:
        order = _fitting(part.tail, columns.order)
        if (offset := _run(part.tail, len(order))) is not None and len(order) > 1:
            starts.setdefault(part.shape, set()).add(offset)
    room = _room(parts, form)
    for part in parts if room == count else ():
        starts.setdefault(part.shape, {len(part.tail) - count})
    begin = _begin(parts, form, count)
    for part in parts if begin is not None else ():
        if part.tail and squeeze(part.tail[-1].text):  # not padded at its end
            starts.setdefault(part.shape, {(begin or 0) - part.last - 1})
    under = columns.start - 1 if columns.start is not None and segment.head else None
    if under is not None:
        starts.setdefault((0, len(segment.head[-1][1])), set()).add(under)
    # Where rows of one shape hold values in more cells than there are columns, which are the form's?
    held: dict[tuple[int, int], list[int]] = {}
    for part in parts:
        held.setdefault(part.shape, []).extend(_filled(part.tail))
    full = {
        shape for shape, at in held.items() if at and max(at) - min(at) >= count < shape[1] - shape[0] - 1
    }
    # Those under the same heads: one figure a row under another clause is no row that was cut off.
    heads = _heads(segment, form)
    peers = [other for other in islice(alike, _MANY) if not heads or _heads(other, form) in (set(), heads)]
    cut = {} if room == count else _cut_ends([segment, *peers], form, count)
    for part in parts if room is not None and room < count else ():
        cut.setdefault(part.last, set()).add(len(part.tail))
    out: list[RawRow] = []
    for part in parts:
        found = starts.get(part.shape, set())
        sure = len(found) < 2 and part.shape not in full
        if part.last in cut and len(part.tail) in cut[part.last] and not _full(part.tail):
            slots, extra = unreadable(columns.order, _CUT), [part.tail[i] for i in _filled(part.tail)]
        else:
            slots, extra = _align(part, columns, found, form, sure=sure)
        out.append(
            RawRow(
                labels=distinct(part.labels), slots=slots, table=segment.index, row=part.number,
                heads=columns.heads, extra=extra, clause=segment.clause, sub=part.sub, counted=True,
            )
        )  # fmt: skip
        if part.last == 0 and under is not None and len(part.tail) > under + count:
            own = part.tail[under : under + count]
            if any(slot.cell and not any(slot.cell is cell for cell in own) for slot in slots.values()):
                doubt(out[-1], _BESIDE_HEADS)
    return out


def _begin(parts: list[_Parts], form: Form, count: int) -> int | None:
    """The cell in which the values of all rows begin, where rows of one length hold labels and columns only.

    Blanks before labels say that merged cells left a blank, and that no row was moved to the left.
    """
    known = [part for part in parts if part.labels and form.row(part.labels[-1])]
    lengths = {part.shape[1] for part in known}
    deepest = max((part.last for part in known), default=-1)
    kept = any(part.last + 1 > len(part.labels) for part in known)
    return deepest + 1 if kept and lengths == {deepest + 1 + count} else None


def _room(parts: list[_Parts], form: Form) -> int | None:
    """How many cells each row has behind its labels, where that is the same for all: its last ones.

    Converters that keep what is merged across, and drop what is merged downwards, write each row without the
    labels outside its first one.
    """
    known = [part for part in parts if part.labels and form.row(part.labels[-1])]
    levels = [_level(part.labels[0]) if len(part.labels) == part.last + 1 else None for part in known]
    found = {level for level in levels if level is not None}
    if None in levels or len(found) < _DEPTHS:
        return None
    lengths = {(level or 0) + part.shape[1] for level, part in zip(levels, known, strict=True)}
    return lengths.pop() - max(found) - 1 if len(lengths) == 1 else None


def _level(label: str) -> int | None:
    """How deep a numbered label stands: 一、 outermost, then （一）, then 1."""
    bare = squeeze(label)
    return next((level for level, pattern in enumerate(_LEVELS) if pattern.match(bare)), None)


def _heads(segment: Segment, form: Form) -> set[str]:
    return {key for _, cells in segment.head for cell in cells if (key := form.column(cell.text))}


def _cut_ends(alike: list[Segment], form: Form, count: int) -> dict[int, set[int]]:
    """Where labels end -> the lengths that do not tell the columns, for rows whose ends were cut off.

    Such rows end at their last value, that is at several places: one of as many cells as columns is no row in
    which each cell is a column. Where blanks before the labels were cut off too, no row is like another.
    """
    rows = [line for segment in alike if not segment.table.exact for line in segment.rows]
    parts = [part for line in rows if (part := _parts(line, form, count)).tail]
    tails: dict[int, list[list[Cell]]] = {}
    for part in parts:
        tails.setdefault(part.last, []).append(part.tail)
    lengths = {last: {len(tail) for tail in found} for last, found in tails.items()}
    inner = any(part.last + 1 > len(part.labels) for part in parts)
    cut = {
        last: {count} | (lengths[last] - {max(lengths[last])}) if inner else lengths[last]
        for last, found in tails.items()
        if len(lengths[last]) > 1 and all(squeeze(tail[-1].text) for tail in found if tail)
    }
    known = [part for part in parts if part.labels and form.row(part.labels[-1])]
    deepest = max((part.last for part in known), default=-1)
    widest = max((part.last + 1 + len(part.tail) for part in known), default=0)
    if inner and widest - deepest - 1 < count:
        # Behind the innermost label no row has room for all columns: in rows with an outer label, as many
        # cells as columns are a blank label and what is left of the columns.
        for part in known:
            cut.setdefault(part.last, set()).add(len(part.tail))
    return cut


def _full(tail: list[Cell]) -> bool:
    return len(_filled(tail)) == len(tail)


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
        return unreadable(order, "a label stands behind figures"), [tail[i] for i in filled]
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
        return unreadable(order, why), [tail[i] for i in filled]
    return _place(tail, offset, order), []


def _place(tail: list[Cell], offset: int, order: tuple[str, ...]) -> dict[str, Slot]:
    slots: dict[str, Slot] = {}
    for i, key in enumerate(order):
        at = offset + i
        slot = Slot(tail[at]) if at < len(tail) else Slot(None, "absent", "the row ends before this column")
        before = slots.get(key)
        if before is None:
            slots[key] = slot
        elif slot.cell is not None and squeeze(slot.cell.text) not in {
            "",
            squeeze(before.cell.text if before.cell else ""),
        }:
            slots[key] = Slot(all_of([before.cell, slot.cell]), "unreadable", CONFLICTS[1])
    return slots
