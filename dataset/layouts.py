"""What reports that are printed alike have in common: names, units and places of their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any


def place_of(at: Mapping[str, Any], part: int | None = None) -> str:
    """Return where a cell stands, in words; `part` is the number of the report in a document of several."""
    # Records count tables, rows and columns from zero, as programs do, and pages from one.
    parts = [] if part is None else [f"part {part}"]
    if (page := at.get("page")) is not None:
        parts.append(f"page {page}")
    parts += [
        f"{name} {number + 1}" for name in ("table", "row", "column") if (number := at.get(name)) is not None
    ]
    if path := at.get("path"):
        parts.append(f"path {path}")
    if at.get("bbox"):
        parts.append("box " + ",".join(f"{edge:g}" for edge in at["bbox"]))
    return "; ".join(parts)


class Layout:
    """The cells of a report, apart from what is printed in them.

    Attributes:
        names: of the cells, ``table.row.column``, in the order of the form.
        units: of their values.
        ats: where each stands, as records say it.
        part: number of the report in a document that joins several, None where it holds one.
    """

    def __init__(
        self,
        names: Sequence[str],
        units: Sequence[str | None],
        ats: Sequence[Mapping[str, Any] | None],
        part: int | None,
    ) -> None:
        self.names = names
        self.units = units
        self.ats = ats
        self.part = part

    @cached_property
    def apart(self) -> list[tuple[str, ...]]:
        """Table, row and column of each cell."""
        return [tuple(name.split(".")) for name in self.names]

    @cached_property
    def positions(self) -> dict[str, int]:
        """The position of each cell, by its name."""
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def places(self) -> list[str]:
        """Where each cell stands, in words."""
        return [place_of(at or {}, self.part) for at in self.ats]
