"""A document that browsers do not show (Word, Excel, text, …) as it was read, with the cell marked."""

from __future__ import annotations

from typing import Any

from extraction.document import Cell, Document, Paragraph, Table

MOST_BLOCKS = 600
MOST_CELLS = 20_000


def show_table(data: bytes, at: dict[str, Any], media_type: str) -> dict[str, Any]:
    """Return the blocks of a document, the cell at a place marked.

    Raises:
        UnreadableError: it cannot be read.
    """
    from extraction.readers import reader

    document: Document = reader(media_type)(data)
    wanted = _wanted(document, at)
    for member in document.members if wanted is None else ():
        # A figure of another part of it: another sheet of a workbook.
        wanted = _wanted(member.document, at)
        if wanted is not None:
            document = member.document
            break
    blocks: list[dict[str, Any]] = []
    cells = 0
    for block in document.blocks[:MOST_BLOCKS]:
        if isinstance(block, Paragraph):
            blocks.append({"text": block.text, "marked": wanted is block})
            continue
        cells += len(block.cells)
        if cells > MOST_CELLS:
            break
        blocks.append({"rows": [[_cell(cell, wanted) for cell in row] for row in block.rows]})
    whole = len(blocks) == len(document.blocks)
    return {"blocks": blocks, "found": wanted is not None, "whole": whole}


def _cell(cell: Cell, wanted: Cell | Paragraph | None) -> dict[str, Any]:
    return {
        "text": cell.text,
        "rows": cell.rowspan,
        "columns": cell.colspan,
        "marked": cell is wanted,
    }


def _wanted(document: Document, at: dict[str, Any]) -> Cell | Paragraph | None:
    """The cell or paragraph at a place; None where it is not there or might be another."""
    path, box, page = at.get("path"), at.get("bbox"), at.get("page")
    tables = [block for block in document.blocks if isinstance(block, Table)]
    every = [cell for table in tables for cell in table.cells]
    if path or box:
        found = [
            cell for cell in every if cell.path == path and cell.page == page and _same_box(cell.bbox, box)
        ]
        here = [cell for cell in found if (cell.row, cell.column) == (at.get("row"), at.get("column"))]
        if len(found) == 1 or len(here) == 1:
            return (here or found)[0]
        runs = [
            block
            for block in document.blocks
            if isinstance(block, Paragraph) and path and block.path == path and block.page == page
        ]
        if not found and runs:
            return runs[0]
    number = at.get("table")
    if number is not None and number < len(tables):
        here = [
            cell
            for cell in tables[number].cells
            if (cell.row, cell.column) == (at.get("row"), at.get("column"))
        ]
        if len(here) == 1:
            return here[0]
    return None


def _same_box(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return all(abs(a - b) < 0.1 for a, b in zip(one, other, strict=True))
