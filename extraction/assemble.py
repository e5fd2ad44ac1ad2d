"""Rows as read -> the record's cells: which row each is, which edition, one table of each kind.

Guards against silent errors live here: a label met twice, labels out of printed order, rows missing, rows
of two editions in one table, the same table twice on one page (two agencies, or last year beside this year).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from extraction.align import RawRow, Slot
from extraction.document import Cell
from extraction.editions import Edition, TableForm, editions
from extraction.forms import forms
from extraction.normalise import label_core, squeeze
from extraction.record import CellRecord, Issue, Place
from extraction.values import Quantity, head_unit, is_dash, is_figure, read_value


@dataclass
class Instance:
    """One printed table of one kind: its rows by key, and what fits nowhere."""

    kind: str
    rows: dict[str, RawRow] = field(default_factory=dict)
    twice: dict[str, list[RawRow]] = field(default_factory=dict)
    groups: list[tuple[str, RawRow]] = field(default_factory=list)
    unknown: list[RawRow] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unknown_heads: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    context: str = ""
    headless: bool = False
    copies: list[Instance] = field(default_factory=list)


@dataclass
class Filled:
    """What one table contributes to the record."""

    cells: dict[str, CellRecord] = field(default_factory=dict)
    extra: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def key_rows(kind: str, rows: list[RawRow]) -> Instance:
    """Give each row its key, in printed order; join labels that a page end cut in two."""
    form = forms()[kind]
    out = Instance(kind)
    # Rows that hold nothing at all (Word prints one under each table) part no label from its other half.
    rows = [row for row in rows if row.label or not row.blank]
    group: str | None = None
    last: str | None = None
    for row in joined(kind, rows):
        for text in row.labels[:-1]:
            group = form.group(text) or group
        key = None if row.sub else form.row(row.label)
        if not row.label:
            if not row.blank:
                out.unknown.append(row)
            continue
        key = _in_context(kind, key, group, last)
        as_group = form.group(row.label)
        if as_group and key is None:
            group = as_group
            if not row.blank or row.slots:
                out.groups.append((as_group, row))
            continue
        if key is None:
            out.unknown.append(row)
            continue
        if key in out.rows:
            out.twice.setdefault(key, [out.rows[key]]).append(row)
            continue
        out.rows[key] = row
        out.order.append(key)
        last = key
    _settle_groups(out)
    doubt(out, rows)
    return out


def doubt(out: Instance, rows: list[RawRow]) -> None:
    """A row of blanks beside a row that no edition knows may be the one those figures belong to."""
    places = {(row.table, row.row): key for key, row in out.rows.items()}
    order = [(row.table, row.row) for row in rows]
    for row in out.unknown:
        if row.blank or (row.table, row.row) not in order:
            continue
        at = order.index((row.table, row.row))
        for beside in order[max(at - 1, 0) : at + 2]:
            key = places.get(beside)
            if key is None:
                continue
            texts = [slot.cell.text for slot in out.rows[key].slots.values() if slot.cell]
            if not any(map(is_figure, texts)) and not all(map(squeeze, texts)):
                out.doubtful.append(key)


def _in_context(kind: str, key: str | None, group: str | None, last: str | None) -> str | None:
    """A label that says too little (其他) is taken by its group, or by the row before it."""
    form = forms()[kind]
    if key is None:
        return None
    labels = form.rows[key]
    if not any(label.in_context for label in labels):
        return key
    wanted = {label.group for label in labels}
    before = {name for name, entries in form.rows.items() if {label.group for label in entries} == wanted}
    return key if group in wanted or last in before else None


def joined(kind: str, rows: list[RawRow]) -> list[RawRow]:
    """Rows whose label a page end cut in two become one row; only word-for-word joins count."""
    out: list[RawRow] = []
    for row in rows:
        before = out[-1] if out else None
        if before is not None and (row.blank or before.blank) and _is_rest(kind, before, row):
            holder = before if row.blank else row
            out[-1] = replace(holder, labels=[*before.labels[:-1], before.label + row.label])
            continue
        out.append(row)
    return out


def _is_rest(kind: str, before: RawRow, row: RawRow) -> bool:
    """Whether two labels are the halves of one: word for word together, neither of them a label alone."""
    form = forms()[kind]
    if not before.label or not row.label:
        return False
    joined = form.row_exact(before.label + row.label)
    outer = {squeeze(label) for label in before.labels[:-1]}
    return (
        joined is not None
        and {squeeze(label) for label in row.labels[:-1]} <= outer
        and all(form.row(r.label) in {None, joined} for r in (before, row))
        and all(form.row_exact(r.label) is None and form.group(r.label) is None for r in (before, row))
    )


def _settle_groups(out: Instance) -> None:
    """A head that is a group in one edition and a row in another (其他处理) is settled by the rows found."""
    form = forms()[out.kind]
    for key, row in list(out.rows.items()):
        group = form.group(row.label)
        if group is None:
            continue
        members = {name for name, entries in form.rows.items() if any(e.group == group for e in entries)}
        if members & set(out.rows):
            del out.rows[key]
            out.order.remove(key)
            out.groups.append((group, row))


def choose_edition(instance: Instance, preferred: str | None) -> tuple[str | None, list[Issue]]:
    """The edition whose form has all the rows and columns found; ties go to `preferred`."""
    having = [edition.id for edition in editions().values() if instance.kind in edition.tables]
    if len(having) == 1:
        return having[0], []
    found_rows = set(instance.rows) | set(instance.twice)
    found_columns = {key for row in instance.rows.values() for key in row.slots}
    shared = {k for k, cols in forms()[instance.kind].columns.items() if any(c.shared for c in cols)}
    if instance.kind == "review_litigation":
        return preferred, []
    scores: dict[str, int] = {}
    fits: list[str] = []
    common_rows, common_columns = _common(instance.kind)
    for edition in editions().values():
        table = edition.tables.get(instance.kind)
        if table is None:
            continue
        own_rows = (found_rows & set(table.rows)) - common_rows
        own_columns = (found_columns & set(table.columns)) - common_columns - shared
        scores[edition.id] = len(own_rows) + 3 * len(own_columns)
        if found_rows <= set(table.rows) and found_columns <= set(table.columns):
            fits.append(edition.id)
    decided = [edition for edition in fits if scores[edition] > 0]
    if len(decided) == 1:
        return decided[0], []
    if not fits and max(scores.values(), default=0) > 0:
        best = max(scores, key=lambda edition: scores[edition])
        if list(scores.values()).count(scores[best]) == 1:
            message = f"rows or columns of other editions stand in this {best} table"
            return best, [Issue("mixed_table", "warning", f"{instance.kind}: {message}")]
        return None, [
            Issue("edition_unknown", "error", f"{instance.kind}: rows and columns of several editions")
        ]
    if preferred in fits:
        message = f"{instance.kind}: nothing in the table itself decides the edition; taken as {preferred}"
        return preferred, [Issue("edition_inferred", "note", message)]
    return None, [Issue("edition_unknown", "error", f"{instance.kind}: the edition cannot be told")]


def _common(kind: str) -> tuple[set[str], set[str]]:
    tables = [edition.tables[kind] for edition in editions().values() if kind in edition.tables]
    rows = set.intersection(*(set(table.rows) for table in tables))
    columns = set.intersection(*(set(table.columns) for table in tables))
    return rows, columns


def fill(instance: Instance, edition: Edition) -> Filled:
    """The record's cells of one table."""
    table = edition.tables[instance.kind]
    out = Filled()
    for key, row in table.rows.items():
        raw = instance.rows.get(key)
        if raw is None:
            if row.optional:
                continue
            for column in row.columns:
                out.cells[f"{instance.kind}.{key}.{column}"] = CellRecord(None, "", "absent", None, None)
            continue
        repeated = key in instance.twice
        for column in row.columns:
            name = f"{instance.kind}.{key}.{column}"
            if repeated:
                out.cells[name] = _cell(_ambiguous(instance.twice[key], column), table, key, column, raw)[0]
                continue
            cell, issue = _cell(raw.slots.get(column), table, key, column, raw)
            out.cells[name] = cell
            if issue is not None:
                out.issues.append(replace(issue, cells=(name,)))
        _beyond(out, instance, raw, row.columns, key)
    _missing(out, instance, table)
    _guard_order(out, instance, table)
    _leftovers(out, instance, table)
    return out


def _ambiguous(rows: list[RawRow], column: str) -> Slot | None:
    slots = [row.slots.get(column) for row in rows]
    texts = {squeeze(slot.cell.text) if slot and slot.cell else "" for slot in slots}
    return (
        slots[0]
        if len(texts) == 1
        else Slot(None, "unreadable", "the label stands twice with different values")
    )


def _cell(
    slot: Slot | None, table: TableForm, key: str, column: str, row: RawRow
) -> tuple[CellRecord, Issue | None]:
    kind, unit = table.quantity(key, column)
    if slot is None:
        return CellRecord(None, "", "absent", None, Place(row.table, row.row, None)), None
    cell = slot.cell
    at = place_of(row, cell)
    raw = cell.text if cell is not None else ""
    if slot.status is not None:
        issue = None
        if slot.status == "unreadable":
            issue = Issue("cell_unreadable", "warning", slot.why)
        return CellRecord(None, raw, slot.status, None, at, 0.0), issue
    printed = head_unit(row.heads.get(column, "")) if kind == "money" else None
    if table.layout == "list" and kind == "count":
        unit = squeeze(row.heads.get(column, "")) or unit
    reading = read_value(raw, Quantity(kind, unit, printed))
    confidence = cell.confidence if cell is not None else 0.0
    issue = Issue(reading.issue, reading.severity, reading.message) if reading.issue else None
    record = CellRecord(reading.value, raw, reading.status, reading.unit, at, confidence, reading.suggested)
    return record, issue


def place_of(row: RawRow, cell: Cell | None) -> Place:
    """Where a cell stands; the row's place where it has none of its own."""
    if cell is None:
        return Place(row.table, row.row, None)
    return Place(row.table, cell.row, cell.column, cell.page, cell.bbox, cell.path)


def _beyond(out: Filled, instance: Instance, row: RawRow, columns: tuple[str, ...], key: str) -> None:
    """Values in columns that this row does not have, or that no edition knows."""
    for column, slot in row.slots.items():
        if column not in columns and slot.cell is not None and squeeze(slot.cell.text):
            if read_value(slot.cell.text, Quantity("count", "")).status in {"dash", "not_applicable"}:
                continue
            out.extra.append(_extra("column", instance.kind, row, {column: slot.cell.text}))
            message = (
                f"{row.label.strip()}: a value under {row.heads.get(column, column)!r}, a column it has not"
            )
            out.issues.append(
                Issue(
                    "value_in_foreign_column",
                    "warning",
                    message,
                    tuple(f"{instance.kind}.{key}.{c}" for c in columns),
                )
            )
    if row.extra:
        out.extra.append(_extra("column", instance.kind, row, {str(c.column): c.text for c in row.extra}))
        out.issues.append(
            Issue(
                "extra_values", "warning", f"{squeeze(row.label)}: {len(row.extra)} values too many",
                tuple(f"{instance.kind}.{key}.{c}" for c in columns),
            )
        )  # fmt: skip


def _missing(out: Filled, instance: Instance, table: TableForm) -> None:
    rows = [key for key, row in table.rows.items() if key not in instance.rows and not row.optional]
    if rows:
        names = tuple(name for name in out.cells if name.split(".")[1] in rows)
        out.issues.append(
            Issue("row_missing", "error", f"{instance.kind}: rows not found: {', '.join(rows)}", names)
        )
    absent = [
        name for name, cell in out.cells.items() if cell.status == "absent" and name.split(".")[1] not in rows
    ]
    if absent:
        out.issues.append(
            Issue(
                "cell_missing", "error", f"{instance.kind}: {len(absent)} cells are not there", tuple(absent)
            )
        )
    for key, found in instance.twice.items():
        names = tuple(name for name in out.cells if name.split(".")[1] == key)
        if any(out.cells[name].status == "unreadable" for name in names):
            out.extra += [_extra("row", instance.kind, row, _texts(row)) for row in found if not row.blank]
        out.issues.append(
            Issue(
                "label_twice",
                "error",
                f"{instance.kind}: the label of {key} stands {len(found)} times",
                names,
            )
        )


def _guard_order(out: Filled, instance: Instance, table: TableForm) -> None:
    """Labels in another order than the form prints them may stand beside each other's figures."""
    printed = [key for key in instance.order if key in table.rows and not table.rows[key].optional]
    wanted = [key for key in table.rows if key in printed]
    if instance.kind == "review_litigation" or printed == wanted:
        return
    moved = [a for a, b in zip(printed, wanted, strict=True) if a != b]
    names = tuple(name for name in out.cells if name.split(".")[1] in moved)
    out.issues.append(
        Issue(
            "label_order",
            "warning",
            f"{instance.kind}: labels stand in another order: {', '.join(moved)}",
            names,
        )
    )


def _leftovers(out: Filled, instance: Instance, table: TableForm) -> None:
    for key, row in instance.rows.items():
        if key not in table.rows:
            out.extra.append(_extra("row", instance.kind, row, _texts(row)))
            out.issues.append(
                Issue("row_of_other_edition", "warning", f"{instance.kind}: {squeeze(row.label)}")
            )
    for row in instance.unknown:
        out.extra.append(_extra("row", instance.kind, row, _texts(row)))
        severity = "note" if row.blank else "warning"
        labels = " / ".join(squeeze(label) for label in row.labels) or "no label"
        out.issues.append(Issue("unknown_row", severity, f"{instance.kind}: {labels[:80]}"))
    for key in dict.fromkeys(instance.doubtful):
        names = tuple(name for name in out.cells if name.split(".")[1] == key)
        message = f"{instance.kind}: {key} is blank, but figures without a known label stand beside it"
        out.issues.append(Issue("row_in_doubt", "warning", message, names))
    for group, row in instance.groups:
        texts = {key: text for key, text in _texts(row).items() if squeeze(text) and not is_dash(text)}
        if texts:
            out.extra.append({**_extra("group_total", instance.kind, row, texts), "group": group})
    for head in dict.fromkeys(instance.unknown_heads):
        out.issues.append(
            Issue("unknown_column", "warning", f"{instance.kind}: column head {squeeze(head)[:60]!r}")
        )
    for problem in dict.fromkeys(instance.problems):
        out.issues.append(Issue("columns_unknown", "error", f"{instance.kind}: {problem}", tuple(out.cells)))
    if instance.headless:
        out.issues.append(
            Issue(
                "head_missing",
                "warning",
                f"{instance.kind}: no column heads; columns taken in printed order",
                tuple(out.cells),
            )
        )


def _texts(row: RawRow) -> dict[str, str]:
    texts = {key: slot.cell.text for key, slot in row.slots.items() if slot.cell is not None}
    texts.update({str(cell.column): cell.text for cell in row.extra})
    return texts


def _extra(kind: str, table: str, row: RawRow, values: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": kind,
        "table": table,
        "labels": list(row.labels),
        "label": label_core(row.label),
        "values": values,
        "at": {"table": row.table, "row": row.row},
    }
