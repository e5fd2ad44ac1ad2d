"""The wide table: a row a report, a column a figure, for those who work in Excel or Stata.

A column stands for one cell of the forms, whatever the edition: `requests.new.total` is one column for
reports of 2019 and of 2021. Columns of editions that have no such cell are empty. Names are short
(`short_names.yaml`): Stata takes 32 characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from extraction.editions import editions

if TYPE_CHECKING:
    from dataset.schema import Column

PATH = Path(__file__).resolve().parent / "short_names.yaml"
LONGEST = 32
"""Characters of a variable's name in Stata."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@lru_cache(maxsize=1)
def short_names() -> Mapping[str, str]:
    """Return the name of each cell's column by the cell (``table.row.column``), in the order of the forms.

    Raises:
        ValueError: two cells would share a name, or one is too long; `short_names.yaml` must tell them apart.
    """
    words = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    owner: dict[str, str] = {}
    # The newest edition first: its order is the one that most reports have.
    for edition in reversed(list(editions().values())):
        for table, form in edition.tables.items():
            for row, spec in form.rows.items():
                for column in spec.columns:
                    cell = f"{table}.{row}.{column}"
                    parts = (
                        words["tables"].get(table, table),
                        words["rows"].get(row, row),
                        words["columns"].get(column, column),
                    )
                    name = "_".join(filter(None, parts))
                    if len(name) > LONGEST or not _NAME.fullmatch(name) or owner.get(name, cell) != cell:
                        raise ValueError(f"{PATH.name}: {cell} needs another name than {name!r}")
                    names[cell] = name
                    owner[name] = cell
    return names


def figure_columns() -> tuple[Column, ...]:
    """Return the columns of the figures, with the labels of the newest edition that has them."""
    from dataset.schema import Column

    found: dict[str, Column] = {}
    for edition in reversed(list(editions().values())):
        for table, form in edition.tables.items():
            for row, spec in form.rows.items():
                for key in spec.columns:
                    cell = f"{table}.{row}.{key}"
                    label = f"{spec.label} / {form.columns[key].label}"
                    found.setdefault(cell, Column(short_names()[cell], "double", label, cell))
    return tuple(found.values())


WIDE_FROM_REPORTS = (
    "report_id",
    "agency",
    "region",
    "region_name",
    "level",
    "year",
    "edition",
    "scope",
    "checks_failed",
)
"""What a row of `wide` has from the row of `reports`."""
