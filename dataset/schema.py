"""The released tables as data: `schema.yaml`, and what Arrow makes of it.

The columns of `wide` and `coverage` are completed by those who know them: one column a figure of any edition
(`dataset.wide`), and the fields of a ledger row (`dataset.coverage`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import yaml

PATH = Path(__file__).resolve().parent / "schema.yaml"

ARROW: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("ms", tz="UTC"),
    "date": pa.date32(),
}
"""Types of `schema.yaml` in Arrow."""

YEAR = "year"
"""The column that tables are divided by."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in `schema.yaml`, and its meaning in Chinese and English.

    `volatile` ones move with every crawl: a release is not made for their sake.
    """

    name: str
    type: str
    zh: str
    en: str
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A released table.

    Attributes:
        name: of the table and its files.
        zh: title in Chinese.
        en: title in English.
        columns: in order.
        key: columns that name a row; empty where none do.
        by_year: one file a year.
        excel: also written for Excel.
        volatile: moves with every crawl, or with the release before: no release is made for its sake.
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    by_year: bool = False
    excel: bool = False
    volatile: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow(self) -> pa.Schema:
        """The columns in Arrow."""
        return pa.schema([(column.name, ARROW[column.type]) for column in self.columns])

    @property
    def arrow_file(self) -> pa.Schema:
        """The columns of its Parquet files: where they are divided by year, the year is in the path only."""
        arrow = self.arrow
        return arrow.remove(self.names.index(YEAR)) if self.by_year else arrow


@lru_cache(maxsize=1)
def tables() -> Mapping[str, TableSchema]:
    """Return the released tables by name, in order.

    Raises:
        ValueError: `schema.yaml` has a type that is none.
    """
    # Here, as both build on what is above.
    from dataset.wide import figure_columns

    more = {"wide": figure_columns()}
    found = {}
    for name, entry in yaml.safe_load(PATH.read_text(encoding="utf-8"))["tables"].items():
        own = tuple(Column(key, **value) for key, value in entry["columns"].items())
        for column in own:
            if column.type not in ARROW:
                raise ValueError(f"{PATH.name}: {name}.{column.name}: {column.type!r} is no type")
        found[name] = TableSchema(
            name=name,
            zh=entry["title"]["zh"],
            en=entry["title"]["en"],
            columns=(*own, *more.get(name, ())),
            key=tuple(entry.get("key", ())),
            by_year=entry.get("by_year", False),
            excel=entry.get("excel", False),
            volatile=entry.get("volatile", False),
        )
    return found
