"""Where items of a CSS grid stand: the placement of the standard, for what pages print as tables.

Lines are counted from 1 as in CSS; rows and columns of a `Spot` from 0. Named lines and areas are not known
here: who asks is told so and leaves the grid unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_SPAN = 1_000
_MAX_ROWS = 10_000
_MAX_AREA = 200_000
_REPEAT = re.compile(r"repeat\(\s*(\d{1,4})\s*,((?:[^()]|\([^()]*\))*)\)")
_SPAN = re.compile(r"span\s+(\d{1,4})|(\d{1,4})\s+span")


class UnknownPlaceError(Exception):
    """A place that cannot be told: named lines, items over each other, spans wider than the grid."""


@dataclass(frozen=True, slots=True)
class Item:
    """What an item's style says: first line (None where it is placed by its turn) and span, each way."""

    column: int | None = None
    across: int = 1
    row: int | None = None
    down: int = 1


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an item stands, from 0."""

    row: int
    column: int


def tracks(template: str) -> int | None:
    """How many columns a ``grid-template-columns`` makes; None where that depends on the window."""

    def repeated(match: re.Match[str]) -> str:
        return f" {match[2]} " * int(match[1])

    bare = _REPEAT.sub(repeated, re.sub(r"\[[^\]]*\]", " ", template))
    if "repeat" in bare or "subgrid" in bare or len(bare) > 20_000:
        return None
    bare = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", bare)
    names = bare.split()
    return None if not names or names == ["none"] else len(names)


def line_and_span(value: str, count: int | None) -> tuple[int | None, int]:
    """The first line and the span of ``grid-column`` or ``grid-row``: ``2``, ``span 3``, ``1 / -1``.

    Raises:
        UnknownPlaceError: the value names lines.
    """
    first, _, last = (part.strip().lower() for part in value.partition("/"))
    begin, size = _line(first, count)
    end, width = _line(last or "auto", count)
    if begin is not None and end is not None:
        if end <= begin:
            raise UnknownPlaceError(value)
        return begin, min(end - begin, MAX_SPAN)
    if begin is None and end is not None:
        return end - size, size
    return begin, max(size, width)


def _line(part: str, count: int | None) -> tuple[int | None, int]:
    if part in {"", "auto"}:
        return None, 1
    if (match := _SPAN.fullmatch(part)) is not None:
        return None, max(1, min(int(match[1] or match[2]), MAX_SPAN))
    if re.fullmatch(r"[1-9]\d{0,4}", part):
        return int(part), 1
    if re.fullmatch(r"-[1-9]\d{0,2}", part) and count is not None:
        return count + 2 + int(part), 1
    raise UnknownPlaceError(part)


def place(items: Sequence[Item], width: int | None, *, dense: bool = False) -> list[Spot]:
    """The spots of the items, in their order.

    Args:
        items: in the order they are laid in.
        width: columns of the grid; None where items are only given places or rows.
        dense: items fill holes that earlier ones left.

    Raises:
        UnknownPlaceError: a place cannot be told.
    """
    if sum(item.across * item.down for item in items) > _MAX_AREA:
        raise UnknownPlaceError("a grid larger than any report has")
    taken: set[tuple[int, int]] = set()
    spots: dict[int, Spot] = {}
    turns = (
        [i for i, item in enumerate(items) if item.row is not None and item.column is not None],
        [i for i, item in enumerate(items) if item.row is not None and item.column is None],
        [i for i, item in enumerate(items) if item.row is None],
    )
    row = column = 0
    for turn, numbers in enumerate(turns):
        for number in numbers:
            item = items[number]
            if width is None and item.row is None:
                raise UnknownPlaceError("how many columns the grid has")
            if width is not None and item.across > width:
                raise UnknownPlaceError("a span wider than the grid")
            if dense or turn < len(turns) - 1:
                row = column = 0
            spot = next(_fitting(item, taken, width, row, column))
            row, column = spot.row, spot.column
            cells = set(_cells(spot, item))
            if cells & taken:
                raise UnknownPlaceError("items over each other")
            taken |= cells
            spots[number] = spot
    return [spots[number] for number in range(len(items))]


def _fitting(
    item: Item, taken: set[tuple[int, int]], width: int | None, row: int, column: int
) -> Iterator[Spot]:
    """The spots an item may take, from a cursor on."""
    if item.row is not None and item.column is not None:
        yield Spot(item.row - 1, item.column - 1)
        return
    if item.row is not None:
        last = MAX_SPAN * 2 if width is None else width - item.across
        for at in range(last + 1):
            if _free(spot := Spot(item.row - 1, at), item, taken):
                yield spot
        raise UnknownPlaceError("a row with more items than columns")
    if item.column is not None:
        row += item.column - 1 < column
        for down in range(row, _MAX_ROWS):
            if _free(spot := Spot(down, item.column - 1), item, taken):
                yield spot
    assert width is not None
    for down in range(row, _MAX_ROWS):
        for at in range(column if down == row else 0, width - item.across + 1):
            if _free(spot := Spot(down, at), item, taken):
                yield spot
    raise UnknownPlaceError("more rows than any report has")


def _free(spot: Spot, item: Item, taken: set[tuple[int, int]]) -> bool:
    return not any(cell in taken for cell in _cells(spot, item))


def _cells(spot: Spot, item: Item) -> Iterator[tuple[int, int]]:
    for row in range(spot.row, spot.row + item.down):
        for column in range(spot.column, spot.column + item.across):
            yield row, column
