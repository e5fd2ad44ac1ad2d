"""What reports that are printed alike have in common: names, units and places of their cells; identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

Figure = TypeVar("Figure")


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
        shape: the figures' columns by table and row, in the order in which records have them.
    """

    def __init__(
        self,
        names: Sequence[str],
        units: Sequence[str | None],
        ats: Sequence[Mapping[str, Any] | None],
        part: int | None,
        shape: Mapping[str, Mapping[str, Sequence[str]]],
    ) -> None:
        self.names = names
        self.units = units
        self.ats = ats
        self.part = part
        self.shape = shape

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

    @cached_property
    def figures(self) -> dict[tuple[str, ...], int]:
        """The position of each figure among those of a record, by table, row and column."""
        names = (
            (table, row, column)
            for table, rows in self.shape.items()
            for row, columns in rows.items()
            for column in columns
        )
        return {name: position for position, name in enumerate(names)}

    @cached_property
    def _figure_of(self) -> list[int] | None:
        """The position of each cell's figure, -1 where it has none; None where they are in one order."""
        found = [self.figures.get(name, -1) for name in self.apart]
        return None if found == list(range(len(self.figures))) else found

    def of_cells(self, figures: Sequence[Figure]) -> Sequence[Figure | None]:
        """Return the figures of a record, or what was made of them, in the order of the cells."""
        if self._figure_of is None:
            return figures
        return [None if at < 0 else figures[at] for at in self._figure_of]

    def as_tables(self, figures: Sequence[Figure]) -> dict[str, dict[str, dict[str, Figure]]]:
        """Return the figures of a record by table, row and column."""
        following = iter(figures)
        # Columns stand first: a row takes no more figures than it has columns.
        return {
            table: {row: dict(zip(columns, following, strict=False)) for row, columns in rows.items()}
            for table, rows in self.shape.items()
        }


class Identities:
    """The identities of a report, apart from whether they hold.

    Attributes:
        ids: of the identities.
        soft: whether lawful causes often break each.
        cells: names of the cells of each, separated by semicolons.
    """

    def __init__(self, ids: Sequence[str], soft: Sequence[bool], cells: Sequence[str]) -> None:
        self.ids = ids
        self.soft = soft
        self.cells = cells
