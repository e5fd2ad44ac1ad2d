"""A table and its edition -> the record's cells, with what stands beyond the form kept as extra."""

from __future__ import annotations

from dataclasses import replace

from extraction.assemble.cells import agreed_slot, read_cell
from extraction.assemble.guards import guard_blanks, guard_columns, guard_order, missing
from extraction.assemble.keys import Instance
from extraction.assemble.remainder import Filled, extra_row, row_texts
from extraction.columns import BESIDE, SUBTOTAL
from extraction.editions import Edition, TableForm
from extraction.normalise import squeeze
from extraction.record import CellRecord, Issue
from extraction.rows import RawRow
from extraction.values import Quantity, is_dash, is_figure, read_value


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
                agreed = agreed_slot(instance.twice[key], column)
                out.cells[name] = read_cell(agreed, table, key, column, raw)[0]
                continue
            out.cells[name], issues = read_cell(raw.slots.get(column), table, key, column, raw)
            out.issues += [replace(issue, cells=(name,)) for issue in issues]
        _beyond(out, instance, raw, row.columns, key)
    missing(out, instance, table)
    guard_order(out, instance, table)
    guard_columns(out, instance, table)
    guard_blanks(out, instance)
    _leftovers(out, instance, table)
    return out


def _beyond(out: Filled, instance: Instance, row: RawRow, columns: tuple[str, ...], key: str) -> None:
    """Values in columns that this row does not have, or that no edition knows."""
    for column, slot in row.slots.items():
        if column not in columns and slot.cell is not None and squeeze(slot.cell.text):
            if read_value(slot.cell.text, Quantity("count", "")).status in {"dash", "not_applicable"}:
                continue
            out.extra.append(extra_row("column", instance.kind, row, {column: slot.cell.text}))
            if column.startswith(BESIDE):
                # Remarks and subtotals say nothing against the row; a figure among remarks may be of the row.
                if column != SUBTOTAL and is_figure(slot.cell.text):
                    names = tuple(f"{instance.kind}.{key}.{c}" for c in columns)
                    message = f"{squeeze(row.label)}: a figure under {column.removeprefix(BESIDE)}"
                    out.issues.append(Issue("extra_values", "warning", message, names))
                continue
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
        out.extra.append(extra_row("column", instance.kind, row, {str(c.column): c.text for c in row.extra}))
        out.issues.append(
            Issue(
                "extra_values", "warning", f"{squeeze(row.label)}: {len(row.extra)} values too many",
                tuple(f"{instance.kind}.{key}.{c}" for c in columns),
            )
        )  # fmt: skip


def _leftovers(out: Filled, instance: Instance, table: TableForm) -> None:
    for key, row in instance.rows.items():
        if key not in table.rows:
            out.extra.append(extra_row("row", instance.kind, row, row_texts(row)))
            out.issues.append(
                Issue("row_of_other_edition", "warning", f"{instance.kind}: {squeeze(row.label)}")
            )
    for row in instance.unknown:
        out.extra.append(extra_row("row", instance.kind, row, row_texts(row)))
        severity = "note" if row.blank else "warning"
        labels = " / ".join(squeeze(label) for label in row.labels) or "no label"
        out.issues.append(Issue("unknown_row", severity, f"{instance.kind}: {labels[:80]}"))
    for key in dict.fromkeys(instance.doubtful):
        names = tuple(name for name in out.cells if name.split(".")[1] == key)
        message = f"{instance.kind}: {key} is blank, but figures without a known label stand beside it"
        out.issues.append(Issue("row_in_doubt", "warning", message, names))
    for group, row in instance.groups:
        texts = {key: text for key, text in row_texts(row).items() if squeeze(text) and not is_dash(text)}
        if texts:
            out.extra.append({**extra_row("group_total", instance.kind, row, texts), "group": group})
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
