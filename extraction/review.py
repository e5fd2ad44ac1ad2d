"""The review table in other shapes than the form's: one label a figure, across or down.

Read only where it is unmistakable: every figure of the form is there once, each under a label (or labels)
that names both its procedure and its outcome.
"""

from __future__ import annotations

from extraction.document import Cell
from extraction.forms import Form, forms
from extraction.normalise import label_core, squeeze
from extraction.rows import RawRow, Slot
from extraction.segments import Segment
from extraction.values import is_value_like

KIND = "review_litigation"


def full(form: Form) -> set[str]:
    """All figures of the form, as ``row.column``."""
    return {f"{row}.{column}" for row in form.rows for column in form.columns}


def stacked(segment: Segment) -> RawRow | None:
    """A segment that prints the table one figure a line, as the one row that the form would have."""
    form = forms()[KIND]
    slots: dict[str, Slot] = {}
    block: str | None = None
    first: int | None = None
    for number, cells in segment.rows:
        filled = [cell for cell in cells if squeeze(cell.text)]
        labels = [cell for cell in filled if not is_value_like(cell.text)]
        values = [cell for cell in cells if cell not in labels]
        for cell in labels:
            block = _opens(form, cell, block)
        if not labels or not (key := form.pair(labels[-1].text) or _under(form, labels[-1], block)):
            if any(squeeze(cell.text) for cell in values):
                return None
            continue
        held = [cell for cell in values if squeeze(cell.text)] or values[-1:]
        if key in slots or len(held) != 1 or held[0].column < labels[-1].column or held[0].rowspan > 1:
            return None
        slots[key] = Slot(held[0])
        first = number if first is None else first
    if first is None or set(slots) != full(form):
        return None
    return RawRow([], slots, segment.index, first, {})


def _opens(form: Form, cell: Cell, block: str | None) -> str | None:
    """The procedure that a label opens; a head over several procedures (行政诉讼) opens none."""
    found = form.row(cell.text)
    if found is not None:
        return found
    return None if label_core(cell.text) in form.markers else block


def _under(form: Form, cell: Cell, block: str | None) -> str | None:
    column = form.column(cell.text)
    return f"{block}.{column}" if block and column else None
