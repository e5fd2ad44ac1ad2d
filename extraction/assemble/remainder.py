"""What one table contributes to the record, and how rows that fit nowhere are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from extraction.normalise import label_core
from extraction.record import CellRecord, Issue
from extraction.rows import RawRow


@dataclass
class Filled:
    """What one table contributes to the record."""

    cells: dict[str, CellRecord] = field(default_factory=dict)
    extra: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def row_texts(row: RawRow) -> dict[str, str]:
    """The texts of a row by column."""
    texts = {key: slot.cell.text for key, slot in row.slots.items() if slot.cell is not None}
    texts.update({str(cell.column): cell.text for cell in row.extra})
    return texts


def extra_row(kind: str, table: str, row: RawRow, values: dict[str, str]) -> dict[str, Any]:
    """A row as read, for ``extra``."""
    return {
        "kind": kind,
        "table": table,
        "labels": list(row.labels),
        "label": label_core(row.label),
        "values": values,
        "at": {"table": row.table, "row": row.row},
    }
