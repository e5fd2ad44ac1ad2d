"""A data row as read: its labels and what stands in each of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from extraction.document import Cell, ReadIssue
from extraction.normalise import squeeze

CONFLICTS = ("several cells under one head", "a repeated column holds different values")
"""Why a head with two figures has none."""


@dataclass(slots=True)
class Slot:
    """What stands in one column of a row: a cell, nothing (`absent`), or something that cannot be told."""

    cell: Cell | None
    status: str | None = None
    why: str = ""


@dataclass
class RawRow:
    """One data row as read.

    Attributes:
        labels: texts of its label cells, outermost first.
        slots: column key -> what stands there.
        table: zero-based table number.
        row: zero-based row.
        heads: printed column heads by key.
        extra: cells beyond the known columns.
        clause: caption of article 20 above it.
        sub: the label is a further one behind a known label (a sub-row).
        counted: its values were put into columns by counting, not by where they stand.
    """

    labels: list[str]
    slots: dict[str, Slot]
    table: int
    row: int
    heads: dict[str, str]
    extra: list[Cell] = field(default_factory=list)
    clause: str | None = None
    sub: bool = False
    counted: bool = False

    @property
    def label(self) -> str:
        """The innermost label."""
        return self.labels[-1] if self.labels else ""

    @property
    def blank(self) -> bool:
        """No value cell holds anything, and none stands beyond the columns."""
        if any(squeeze(cell.text) for cell in self.extra):
            return False
        return all(slot.cell is None or not squeeze(slot.cell.text) for slot in self.slots.values())


def doubt(row: RawRow, issue: ReadIssue) -> None:
    """Say something of all figures of a row."""
    for slot in row.slots.values():
        if slot.cell is not None:
            slot.cell = replace(slot.cell, doubts=(*slot.cell.doubts, issue))


def all_of(cells: Sequence[Cell | None]) -> Cell | None:
    """The first of some cells with the texts of all: no second look shall take one of them for the figure."""
    held = [cell for cell in cells if cell is not None]
    return replace(held[0], text=" / ".join(cell.text for cell in held)) if held else None


def distinct(texts: list[str]) -> list[str]:
    """Labels repeated instead of spans count once."""
    return [text for i, text in enumerate(texts) if i == 0 or squeeze(texts[i - 1]) != squeeze(text)]


def unreadable(order: tuple[str, ...], why: str) -> dict[str, Slot]:
    """Columns of which nothing can be told."""
    return {key: Slot(None, "unreadable", why) for key in order}
