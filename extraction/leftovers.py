"""Figures in tables that no edition knows: kept as read, named by an issue, bounded in size.

Local forms of 2008-2013, tables of a further subject, last year's table in a shape of its own. Nothing is
concluded from them; rows that read label, unit, figures are also given as indicators, because that is what
the old local forms consist of.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from extraction.document import Block, Cell, Paragraph, Table
from extraction.normalise import squeeze
from extraction.record import Issue
from extraction.values import is_figure, is_unit, is_value_like

_TABLES, _ROWS, _CELLS, _TEXT = 20, 120, 24, 160
"""What is kept at most: tables, rows of each, cells of each row, characters of each cell."""
_SERIAL = re.compile(r"[0-9]{1,3}")

Line = tuple[int, tuple[Cell, ...]]


def leftovers(
    blocks: Collection[Block], read: Collection[tuple[int, int]]
) -> tuple[list[dict[str, Any]], list[Issue]]:
    """Rows with figures of all tables, but for those in `read` (table, row), which stand elsewhere."""
    extra: list[dict[str, Any]] = []
    issues: list[Issue] = []
    more = 0
    caption = ""
    number = -1
    for block in blocks:
        if isinstance(block, Paragraph):
            caption = next((line for line in reversed(block.text.split("\n")) if squeeze(line)), caption)
            continue
        number += 1
        lines = _left(block, number, read)
        if lines:
            more += len(extra) >= _TABLES
            if len(extra) < _TABLES:
                entry = _entry(
                    lines, number, caption, whole=all(place[0] != number for place in read), table=block
                )
                extra.append(entry)
                issues.append(_issue(entry, lines))
        caption = ""
    if more:
        issues.append(Issue("unknown_tables_cut", "warning", f"{more} further unknown tables are not kept"))
    return extra, issues


def _left(table: Table, number: int, read: Collection[tuple[int, int]]) -> list[Line]:
    """The rows with figures that nothing has taken."""
    return [
        (row, cells)
        for row, cells in enumerate(table.rows)
        if (number, row) not in read and any(is_figure(cell.text) for cell in cells)
    ]


def _entry(lines: list[Line], number: int, caption: str, *, whole: bool, table: Table) -> dict[str, Any]:
    kept = [(row, cells) for row, cells in enumerate(table.rows) if cells] if whole else lines
    rows = [[cell.text[:_TEXT] for cell in cells[:_CELLS]] for _, cells in kept[:_ROWS]]
    cut = len(kept) > _ROWS or any(
        len(cells) > _CELLS or any(len(c.text) > _TEXT for c in cells) for _, cells in kept
    )
    words = (cell.text for _, cells in kept for cell in cells if squeeze(cell.text))
    label = caption if 0 < len(squeeze(caption)) <= _TEXT else next(words, "")
    return {
        "kind": "table",
        "table": None,
        "label": squeeze(label)[:_TEXT],
        "rows": rows,
        "indicators": [found for _, cells in lines[:_ROWS] if (found := _indicator(cells))],
        "truncated": cut,
        "at": {"table": number, "row": kept[0][0]},
    }


def _indicator(cells: tuple[Cell, ...]) -> dict[str, Any] | None:
    """A row of one label, perhaps a number before it and a unit behind it, and figures; else None."""
    texts = [cell.text for cell in cells[:_CELLS] if squeeze(cell.text)]
    if len(texts) > 2 and _SERIAL.fullmatch(squeeze(texts[0])) and not is_value_like(texts[1]):
        texts = texts[1:]
    unit = squeeze(texts[1]) if len(texts) > 2 and is_unit(texts[1]) else None
    values = texts[2:] if unit else texts[1:]
    if not values or is_value_like(texts[0]) or not all(is_value_like(text) for text in values):
        return None
    return {"label": texts[0][:_TEXT], "unit": unit, "values": [text[:_TEXT] for text in values]}


def _issue(entry: dict[str, Any], lines: list[Line]) -> Issue:
    figures = sum(is_figure(cell.text) for _, cells in lines for cell in cells)
    named = sum(any(not is_value_like(cell.text) for cell in cells) for _, cells in lines)
    severity = "warning" if figures > 2 or named > 1 else "note"
    where = f"table {entry['at']['table']}, {len(lines)} rows with figures"
    return Issue(
        "unknown_table", severity, f"{entry['label'][:60]!r} ({where}): read by no edition, kept in extra"
    )
