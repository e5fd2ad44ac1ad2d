"""Rows of a table that has many of each report, column by column.

Most columns repeat themselves: what is the same for all rows of a report or for all reports of a layout, what
is one of few words, what is hardly ever said. Each is kept once and comes out as a dictionary, which the
table's writer spreads over the rows; until then neither Python nor the way between processes has more of it
than numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from dataset.schema import TableSchema
from dataset.writers import Values

Columns = Sequence[Sequence[Any]]


class Columned(NamedTuple):
    """The columns of a table with many rows of each report.

    Attributes:
        constants: the same for all rows of a report.
        values: of each row.
        layout: the same for all reports that have something in common.
        words: of each row, of few that there are.
        rare: of few rows; what all others have.
    """

    constants: Sequence[str]
    values: Sequence[str]
    layout: Sequence[str] = ()
    words: Sequence[str] = ()
    rare: Mapping[str, Any] = {}


class Piece(NamedTuple):
    """Rows of a table: columns as they are, and groups of columns given by the numbers of their values."""

    own: dict[str, pa.Array]
    groups: list[tuple[pa.Array, dict[str, pa.Array]]]

    def batch(self, table: TableSchema) -> pa.RecordBatch:
        """Return the rows, with dictionaries."""
        found = dict(self.own)
        for numbers, columns in self.groups:
            for name, values in columns.items():
                found[name] = pa.DictionaryArray.from_arrays(numbers, values)
        return pa.record_batch({name: found[name] for name in table.arrow_file.names})


class _Words(dict[Any, int]):
    """The number of each word, in the order in which they came."""

    def __missing__(self, word: Any) -> int:
        return self.setdefault(word, len(self))


class Spread:
    """Gathers the rows of one table."""

    def __init__(self, table: TableSchema, columns: Columned) -> None:
        self._types = {field.name: field.type for field in table.arrow_file}
        self._columns = columns
        self._rows = 0
        self._constants: list[Values] = []
        self._of = array("i")
        self._begins: dict[Hashable, tuple[int, int]] = {}
        self._layout: list[list[Any]] = [[] for _ in columns.layout]
        self._at = array("i")
        self._values: list[list[Any]] = [[] for _ in columns.values]
        self._words = [(_Words(), array("i")) for _ in columns.words]
        self._rare: list[dict[int, Any]] = [{} for _ in columns.rare]

    def add(
        self, constants: Values, values: Columns, words: Columns = (), rare: Sequence[Mapping[int, Any]] = ()
    ) -> None:
        """Add the rows of a report; what is rare by the position among them."""
        rows = len(values[0])
        for column, more in zip(self._values, values, strict=True):
            column.extend(more)
        for (known, numbers), more in zip(self._words, words, strict=True):
            numbers.extend(map(known.__getitem__, more))
        for found, said in zip(self._rare, rare, strict=True):
            found.update((self._rows + position, value) for position, value in said.items())
        self._of.extend(array("i", [len(self._constants)]) * rows)
        self._constants.append(constants)
        self._rows += rows

    def add_layout(self, key: Hashable, make: Callable[[], Columns]) -> None:
        """Say of the rows just added what they have from their layout; `make` is asked once for each key."""
        if key not in self._begins:
            begin = len(self._layout[0])
            for column, more in zip(self._layout, make(), strict=True):
                column.extend(more)
            self._begins[key] = (begin, len(self._layout[0]))
        self._at.extend(range(*self._begins[key]))

    def piece(self) -> Piece:
        """Return the rows."""
        columns = self._columns
        groups = [
            (_numbers(self._of), self._arrays(columns.constants, _turned(self._constants, columns.constants)))
        ]
        if columns.layout:
            groups.append((_numbers(self._at), self._arrays(columns.layout, self._layout)))
        for name, (known, numbers) in zip(columns.words, self._words, strict=True):
            groups.append((_numbers(numbers), self._arrays([name], [[*known]])))
        for (name, usual), said in zip(columns.rare.items(), self._rare, strict=True):
            known = _Words({usual: 0})
            numbers = array("i", bytes(self._rows * array("i").itemsize))
            for position, value in said.items():
                numbers[position] = known[value]
            groups.append((_numbers(numbers), self._arrays([name], [[*known]])))
        return Piece(self._arrays(columns.values, self._values), groups)

    def _arrays(self, names: Sequence[str], columns: Columns) -> dict[str, pa.Array]:
        return {
            name: pa.array(column, self._types[name]) for name, column in zip(names, columns, strict=True)
        }


def _turned(rows: Sequence[Values], names: Sequence[str]) -> Columns:
    return list(zip(*rows, strict=True)) or [()] * len(names)


def _numbers(numbers: array[int]) -> pa.Array:
    return pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(numbers)])
