"""Tables of one indicator a row (统计指标 | 单位 | 统计数): which indicator, which unit, which figure.

Such a table has no second axis, so a row is read on its own: the label is what stands before the unit or
the figure; of what follows, one cell is the figure, or nothing is. Where heads name further columns (last
year, a code, remarks) only the column under the value's head counts, and the rest is kept beside it.

Labels that occur twice in the form (被依法纠错数) are told apart by the head or row they stand under, as
printed; after a label that nobody knows nothing is told from the context until a plain label comes again.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from extraction.assemble import Instance, doubt, joined
from extraction.document import Cell, Paragraph, Table
from extraction.editions import editions
from extraction.forms import LISTS, Form, forms
from extraction.normalise import label_core, squeeze
from extraction.rows import RawRow, Slot
from extraction.values import is_figure, is_unit, is_value_like, money_unit

_SAMPLE = 80
"""Rows in which a list must show itself."""
_LONGEST = 400
"""Rows beyond which a table is no such form."""


@dataclass
class _Band:
    """The columns of one list: some forms are printed as two, side by side, to save paper."""

    start: int
    end: int | None = None
    roles: list[str] = field(default_factory=list)
    heads: list[Cell] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        """Nothing but serial number, label, unit and one value column."""
        return "other" not in self.roles and self.roles.count("value") <= 1

    def holds(self, cell: Cell) -> bool:
        return self.start <= cell.column and (self.end is None or cell.column < self.end)


@dataclass
class _Part:
    """One printed table, read."""

    number: int
    rows: list[RawRow]
    headed: bool
    context: str


def list_tables(
    blocks: Collection[Paragraph | Table],
) -> tuple[dict[str, list[Instance]], frozenset[int]]:
    """The lists among the tables of a document, by table key, and the numbers of the tables they fill."""
    kinds = [kind for kind in LISTS if _may_be(kind, blocks)]
    out: dict[str, list[Instance]] = {}
    used: set[int] = set()
    parts: dict[str, list[list[_Part]]] = {kind: [] for kind in kinds}
    context: list[str] = []
    number = 0
    for block in blocks:
        if isinstance(block, Paragraph):
            context.append(block.text)
            continue
        for kind in kinds:
            groups = parts[kind]
            before = groups[-1] if groups and groups[-1][-1].number == number - 1 else None
            part = _read(block, number, forms()[kind], "\n".join(context[-3:]))
            if part is None:
                continue
            if before is not None and not _restarts(kind, before, part):
                before.append(part)
            else:
                groups.append([part])
            break
        number += 1
        context = []
    for kind, groups in parts.items():
        for group in groups:
            instance = key_list(kind, [row for part in group for row in part.rows])
            instance.context = group[0].context
            if is_form(instance):
                out.setdefault(kind, []).append(instance)
                used.update(part.number for part in group)
    return out, frozenset(used)


def _may_be(kind: str, blocks: Collection[Paragraph | Table]) -> bool:
    """Whether all labels of a document together name half of a form's rows; most have other tables."""
    form = forms()[kind]
    tables = [block for block in blocks if isinstance(block, Table)]
    named: set[str] = set()
    for text in {cell.text for table in tables for cell in table.cells}:
        named |= form.candidates(text)
    # A label that a page's end cut is none by itself; each table can have one at both its ends.
    return (len(named) + 2 * len(tables)) * 2 >= _fewest_rows(kind)


def _read(table: Table, number: int, form: Form, context: str) -> _Part | None:
    if table.height > _LONGEST:
        return None
    lines = [(i, cells) for i, cells in enumerate(table.rows) if any(squeeze(c.text) for c in cells)]
    known = sum(any(form.candidates(c.text) for c in cells[:3]) for _, cells in lines[:_SAMPLE])
    if not known:
        return None
    bands: list[_Band] = []
    columns: list[list[RawRow]] = [[]]
    for row, cells in lines:
        found = _head(cells, form)
        if found:
            if not bands:
                columns = [[] for _ in found]
            if len(found) == len(columns):
                bands = found
            continue
        for i, band in enumerate(bands or [_Band(0)]):
            raw = _row([c for c in cells if band.holds(c)], band, form, table, number, row)
            if raw is not None:
                columns[i].append(raw)
    rows = [row for column in columns for row in column]
    instance = key_list(form.key, rows)
    figures = sum(not row.blank for row in instance.unknown)
    if not instance.rows or len(instance.rows) < figures:
        return None
    return _Part(number, rows, bool(bands), context)


def is_form(instance: Instance) -> bool:
    """Whether a list is the form: it has half of its rows. Local lists share some rows and are others."""
    return len(instance.rows) * 2 >= _fewest_rows(instance.kind)


@cache
def _fewest_rows(kind: str) -> int:
    forms_of = [e.tables[kind] for e in editions().values() if kind in e.tables]
    return min(len(table.rows) for table in forms_of)


def _restarts(kind: str, before: list[_Part], part: _Part) -> bool:
    """A new printed list rather than the rest of the one before: an indicator comes again."""
    old = set(key_list(kind, [row for each in before for row in each.rows]).rows)
    return bool(old & set(key_list(kind, part.rows).rows)) and part.headed


def _head(cells: tuple[Cell, ...], form: Form) -> list[_Band]:
    """The bands that a row of column heads opens; empty for any other row."""
    bands: list[_Band] = []
    for cell in cells:
        if not squeeze(cell.text):
            continue
        if is_figure(cell.text):
            return []
        role = _role(cell.text, form)
        band = bands[-1] if bands else None
        again = band is not None and role in {"label", "serial"} and "label" in band.roles
        if band is None or (again and band.roles[-1] != "label"):
            if band is not None:
                band.end = cell.column
            band = _Band(cell.column if bands else 0)
            bands.append(band)
        band.roles.append(role)
        band.heads.append(cell)
    complete = all("label" in band.roles and {"unit", "value"} & set(band.roles) for band in bands)
    return bands if complete else []


def _role(text: str, form: Form) -> str:
    core = label_core(text)
    if core in form.row_head:
        return "label"
    if core in form.unit_head:
        return "unit"
    if core in form.serial_head:
        return "serial"
    return "value" if form.column(text) else "other"


def _row(cells: list[Cell], band: _Band, form: Form, table: Table, number: int, row: int) -> RawRow | None:
    """One row of one band; None for captions and notes, which have words only."""
    cells = _without_serial(cells, form)
    last = -1
    for i, cell in enumerate(cells):
        if not squeeze(cell.text):
            continue
        if is_value_like(cell.text) or (is_unit(cell.text) and last >= 0):
            break
        last = i
    labels = [cell.text for cell in cells[: last + 1] if squeeze(cell.text)]
    tail = cells[last + 1 :]
    if not labels and not any(is_figure(cell.text) for cell in tail):
        return None
    if not tail and not (labels and form.candidates(labels[-1])):
        return None
    unit = ""
    if tail and (
        is_unit(tail[0].text) or ("unit" in band.roles and len(tail) > 1 and not is_figure(tail[0].text))
    ):
        unit, tail = tail[0].text, tail[1:]
    elif labels and (gloss := re.search(r"[（(](?:单位[:：])?([^（()）]{1,4})[）)]\s*$", labels[-1])):
        unit = gloss.group(1) if is_unit(gloss.group(1)) else ""
    column = next(iter(form.columns))
    slot, extra = _value(tail, band, table, row)
    key = next(iter(form.candidates(labels[-1])), None) if labels else None
    if key is not None and slot.cell is not None and is_unit(unit):
        money = any(label.kind == "money" for label in form.rows[key])
        if money != money_unit(unit):
            slot = Slot(slot.cell, "unreadable", f"the unit is {squeeze(unit)}")
    heads = {column: unit} if is_unit(unit) else {}
    return RawRow(labels, {column: slot}, number, row, heads, extra)


def _without_serial(cells: list[Cell], form: Form) -> list[Cell]:
    """A serial number or code before a known label is no label."""
    filled = [i for i, cell in enumerate(cells) if squeeze(cell.text)]
    if len(filled) > 1 and is_figure(cells[filled[0]].text) and form.candidates(cells[filled[1]].text):
        return cells[filled[1] :]
    return cells


def _value(tail: list[Cell], band: _Band, table: Table, row: int) -> tuple[Slot, list[Cell]]:
    """The value among the cells behind label and unit, and what else stands there."""
    filled = [cell for cell in tail if squeeze(cell.text)]
    if band.plain:
        if len(filled) > 1:
            return Slot(None, "unreadable", f"{len(filled)} values for one column"), filled
        if not tail:
            return Slot(None, "absent", "no cell there"), []
        cell = filled[0] if filled else tail[-1]
        return (Slot(cell) if cell.rowspan == 1 or not filled else _merged(cell)), []
    if band.roles.count("value") != 1:
        return Slot(None, "unreadable", "no head says which column holds the value"), filled
    head = band.heads[band.roles.index("value")]
    if not table.exact and len({len(table.rows[r]) for r in (row, head.row)}) != 1:
        return Slot(None, "unreadable", "the row has not as many cells as the heads"), filled
    under = [c for c in tail if c.column < head.column + head.colspan and head.column < c.column + c.colspan]
    if len(under) != 1:
        return Slot(None, "unreadable", "no single cell under the value's head"), filled
    cell = under[0]
    rest = [other for other in filled if other is not cell]
    if cell.colspan > head.colspan or cell.rowspan > 1:
        return _merged(cell), rest
    return Slot(cell), rest


def _merged(cell: Cell) -> Slot:
    return Slot(cell, "unreadable", "one figure printed across several rows or columns")


def key_list(kind: str, rows: list[RawRow]) -> Instance:
    """Give each row its key: by its label, and where several have that label by what it stands under."""
    form = forms()[kind]
    out = Instance(kind)
    last: str | None = None
    for row in joined(kind, rows):
        for text in row.labels[:-1]:
            last = _pick(form, form.candidates(text), last) or form.group(text) or last
        found = form.candidates(row.label)
        key = _pick(form, found, last)
        if key is None:
            last = None if found else form.group(row.label)
            if last is not None:
                out.groups.append((last, row))
            else:
                out.unknown.append(row)
            continue
        last = key
        if key in out.rows:
            out.twice.setdefault(key, [out.rows[key]]).append(row)
            continue
        out.rows[key] = row
        out.order.append(key)
    doubt(out, rows)
    return out


def _pick(form: Form, found: frozenset[str], last: str | None) -> str | None:
    if len(found) == 1:
        return next(iter(found))
    above = set()
    while last is not None and last not in above:
        above.add(last)
        last = next((label.group for label in form.rows.get(last, ())), None)
    inside = [key for key in found if {label.group for label in form.rows[key]} & above]
    return inside[0] if len(inside) == 1 else None
