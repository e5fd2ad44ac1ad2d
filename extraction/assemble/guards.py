"""What must not pass in silence: rows and cells that are not there, labels in another order."""

from __future__ import annotations

import re
from itertools import pairwise

from extraction.assemble.keys import Instance
from extraction.assemble.remainder import Filled, extra_row, row_texts
from extraction.editions import TableForm
from extraction.record import Issue
from extraction.rows import CONFLICTS

_TOTAL = "total"
_SEVERAL = re.compile(r"[0-9].*?[^0-9.,，．].*?[0-9]|[+-]?0[0-9]+", re.DOTALL)
"""Several figures in one text; digits behind a zero (`03`) are two that were joined."""


def missing(out: Filled, instance: Instance, table: TableForm) -> None:
    """Say which rows and cells of the form are not there, and which labels stand twice."""
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
    counted = [key for key in {name.split(".")[1]: None for name in absent} if instance.rows[key].counted]
    if counted:
        # Under heads of which one is not known, a count puts figures one column off.
        names = tuple(name for name in out.cells if name.split(".")[1] in counted)
        message = f"{instance.kind}: figures counted off, but not all heads are there: {', '.join(counted)}"
        out.issues.append(Issue("row_in_doubt", "warning", message, names))
    for key, found in instance.twice.items():
        names = tuple(name for name in out.cells if name.split(".")[1] == key)
        if any(out.cells[name].status == "unreadable" for name in names):
            printed = [row for row in found if not row.blank]
            out.extra += [extra_row("row", instance.kind, row, row_texts(row)) for row in printed]
        out.issues.append(
            Issue(
                "label_twice",
                "error",
                f"{instance.kind}: the label of {key} stands {len(found)} times",
                names,
            )
        )
    once = [key for key in instance.rows if key not in instance.twice and key in table.rows]
    if once and len(instance.twice) > max(len(once), 2):
        # Two tables ran together: which of them a row that was found once belongs to, nothing says.
        names = tuple(name for name in out.cells if name.split(".")[1] in once)
        message = f"{instance.kind}: most labels stand twice; these only once: {', '.join(once)}"
        out.issues.append(Issue("tables_run_together", "warning", message, names))


def guard_order(out: Filled, instance: Instance, table: TableForm) -> None:
    """Labels in another order than the form prints them may stand beside each other's figures."""
    printed = [key for key in instance.order if key in table.rows and not table.rows[key].optional]
    wanted = [key for key in table.rows if key in printed]
    if printed == wanted:
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


def guard_columns(out: Filled, instance: Instance, table: TableForm) -> None:
    """Heads in another order than the form prints them may stand over each other's figures.

    Sums cannot show it: only a total at the other end is told by them, and not in a row with a single figure.
    """
    order = list(table.columns)
    names: list[str] = []
    heads: set[str] = set()
    for key, row in instance.rows.items():
        printed = [column for column in row.slots if column in order]
        if printed and not row.counted and _TOTAL in {printed[0], printed[-1]}:
            printed.remove(_TOTAL)
        wanted = sorted(printed, key=order.index)
        moved = {a for a, b in zip(printed, wanted, strict=True) if a != b}
        names += [
            name for column in sorted(moved) if (name := f"{instance.kind}.{key}.{column}") in out.cells
        ]
        heads |= moved
    if names:
        message = f"{instance.kind}: column heads stand in another order: {', '.join(sorted(heads))}"
        out.issues.append(Issue("column_order", "warning", message, tuple(names)))


def guard_blanks(out: Filled, instance: Instance) -> None:
    """A blank beside several figures may have one of them; one of two under one head may be another's.

    Where two cells of a row hold several figures, two rows were joined: a figure alone may be of either.
    """
    names: list[str] = []
    for key, row in instance.rows.items():
        names_of = [f"{instance.kind}.{key}.{column}" for column in row.slots]
        cells = [(name, out.cells.get(name)) for name in names_of]
        if any(slot.why in CONFLICTS for slot in row.slots.values()):
            names += [name for name, cell in cells if cell is not None and cell.status != "unreadable"]
        several = [
            name
            for name, cell in cells
            if cell is not None and cell.status in {"text", "unreadable"} and _SEVERAL.search(cell.raw)
        ]
        if len(several) > 1:
            names += [name for name, cell in cells if cell is not None and name not in several]
        for (name, cell), (other, beside) in [*pairwise(cells), *pairwise(cells[::-1])]:
            if cell is None or beside is None or cell.status != "blank" or beside.value is not None:
                continue
            if other in several:
                names.append(name)
    if names:
        message = f"{instance.kind}: beside a cell that holds several figures, or a head over several cells"
        out.issues.append(Issue("row_in_doubt", "warning", message, tuple(dict.fromkeys(names))))
