"""One printed cell -> the record's cell."""

from __future__ import annotations

from extraction.document import Cell
from extraction.editions import TableForm
from extraction.normalise import squeeze
from extraction.record import CellRecord, Issue, Place
from extraction.rows import RawRow, Slot
from extraction.values import Quantity, head_unit, label_unit, read_value, scaled_count


def agreed_slot(rows: list[RawRow], column: str) -> Slot | None:
    """The slot of a label that stands twice, where both say the same."""
    slots = [row.slots.get(column) for row in rows]
    texts = {squeeze(slot.cell.text) if slot and slot.cell else "" for slot in slots}
    return (
        slots[0]
        if len(texts) == 1
        else Slot(None, "unreadable", "the label stands twice with different values")
    )


def read_cell(
    slot: Slot | None, table: TableForm, key: str, column: str, row: RawRow
) -> tuple[CellRecord, list[Issue]]:
    """The record's cell of one slot, and what is to be said about it."""
    kind, unit = table.quantity(key, column)
    if slot is None:
        return CellRecord(None, "", "absent", None, Place(row.table, row.row, None)), []
    cell = slot.cell
    at = place_of(row, cell)
    raw = cell.text if cell is not None else ""
    doubts = cell.doubts if cell is not None else ()
    issues = [Issue(doubt.code, doubt.severity, doubt.message) for doubt in doubts]
    if slot.status is not None:
        if slot.status == "unreadable":
            issues.append(Issue("cell_unreadable", "warning", slot.why))
        return CellRecord(None, raw, slot.status, None, at, 0.0), issues
    printed = head_unit(row.heads.get(column, "")) if kind == "money" else None
    if table.layout == "list" and kind == "count":
        unit = squeeze(row.heads.get(column, "")) or unit
    reading = read_value(raw, Quantity(kind, unit, printed))
    confidence = cell.confidence if cell is not None else 0.0
    if reading.issue is not None:
        issues.append(Issue(reading.issue, reading.severity, reading.message))
    elif reading.value and (said := _other_unit(kind, row.label, row.heads.get(column, ""))):
        issues.append(Issue("unit_conflict", "warning", said))
    record = CellRecord(reading.value, raw, reading.status, reading.unit, at, confidence, reading.suggested)
    return record, issues


def _other_unit(kind: str, label: str, head: str) -> str:
    """What a label or head says of the unit against the form, if anything."""
    printed, own = head_unit(head), label_unit(label)
    if kind == "money" and printed and own and printed != own:
        return f"the row's label says {own}, the column head {printed}"
    if kind == "count" and scaled_count(head):
        return f"the column head says that counts are printed in a larger unit: {squeeze(head)[:60]!r}"
    return ""


def place_of(row: RawRow, cell: Cell | None) -> Place:
    """Where a cell stands; the row's place where it has none of its own."""
    if cell is None:
        return Place(row.table, row.row, None)
    return Place(row.table, cell.row, cell.column, cell.page, cell.bbox, cell.path)
