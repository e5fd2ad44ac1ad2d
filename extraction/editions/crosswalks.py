"""From one edition to the next: what a figure of the earlier form is in the later one (`crosswalks.yaml`).

Schema only: nothing here reads a figure, and nothing merges two editions. Whoever compares years over a break
in the form finds here what may be compared, and with which note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from extraction.editions import FOLDER, Edition, load
from extraction.knowledge import load_yaml

RELATIONS = ("same", "sum", "part_of", "lossy")


@dataclass(frozen=True)
class Bridge:
    """One relation between figures of two editions.

    Attributes:
        earlier: names in the earlier edition: ``table.row.column``, or the key of an indicator (2008).
        later: names in the later edition.
        relation: ``same``, ``sum`` (the earlier together are the later, or the other way round),
            ``part_of`` (the earlier is a part of the later) or ``lossy`` (near, but counted differently).
        note_zh: in Chinese.
        note_en: in English.
    """

    earlier: tuple[str, ...]
    later: tuple[str, ...]
    relation: str
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Crosswalk:
    """All bridges between two editions that follow each other."""

    earlier: str
    later: str
    note_zh: str
    note_en: str
    bridges: tuple[Bridge, ...]


@lru_cache(maxsize=1)
def crosswalks() -> tuple[Crosswalk, ...]:
    """The crosswalks, oldest first; ValueError where one names what its edition has not."""
    data: list[dict[str, Any]] = load_yaml(FOLDER / "crosswalks.yaml")
    return tuple(
        Crosswalk(
            walk["from"],
            walk["to"],
            walk["note_zh"],
            walk["note_en"],
            tuple(
                bridge
                for entry in walk["entries"]
                for bridge in _bridges(entry, load(walk["from"]), load(walk["to"]))
            ),
        )
        for walk in data
    )


def _bridges(entry: dict[str, Any], old: Edition, new: Edition) -> Iterator[Bridge]:
    """The bridges of one entry: a name without a column stands for one bridge a column."""
    if entry["relation"] not in RELATIONS or not (entry["note_zh"] and entry["note_en"]):
        message = f"crosswalks.yaml: {old.id} to {new.id}: relation or note missing in {entry}"
        raise ValueError(message)
    notes = (entry["relation"], entry["note_zh"], entry["note_en"])
    for table in entry.get("same_keys", ()):
        for row, form in old.tables[table].rows.items():
            if row in new.tables[table].rows:
                for column in form.columns:
                    name = f"{table}.{row}.{column}"
                    yield Bridge(_known([name], new), _known([name], old), *notes)
    if "same_keys" in entry:
        return
    earlier = [_columns(name, old) for name in entry["from"]]
    later = [_columns(name, new) for name in entry["to"]]
    width = max(map(len, (*earlier, *later)))
    if any(len(names) not in {1, width} for names in (*earlier, *later)):
        message = f"crosswalks.yaml: {old.id} to {new.id}: columns differ in {entry}"
        raise ValueError(message)
    for place in range(width):
        sides = [tuple(names[place if len(names) > 1 else 0] for names in side) for side in (earlier, later)]
        yield Bridge(_known(list(sides[0]), old), _known(list(sides[1]), new), *notes)


def _columns(name: str, edition: Edition) -> list[str]:
    parts = name.split(".")
    if len(parts) != 2:
        return [name]
    table, row = parts
    _known_row(table, row, edition)
    return [f"{name}.{column}" for column in edition.tables[table].rows[row].columns]


def _known_row(table: str, row: str, edition: Edition) -> None:
    if table not in edition.tables or row not in edition.tables[table].rows:
        message = f"crosswalks.yaml: edition {edition.id} has no {table}.{row}"
        raise ValueError(message)


def _known(names: list[str], edition: Edition) -> tuple[str, ...]:
    for name in names:
        parts = name.split(".")
        if len(parts) == 1 and name in edition.indicators:
            continue
        if len(parts) != 3:
            message = f"crosswalks.yaml: edition {edition.id} has no {name}"
            raise ValueError(message)
        _known_row(parts[0], parts[1], edition)
        if parts[2] not in edition.tables[parts[0]].rows[parts[1]].columns:
            message = f"crosswalks.yaml: edition {edition.id} has no {name}"
            raise ValueError(message)
    return tuple(names)
