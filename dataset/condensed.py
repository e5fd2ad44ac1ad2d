"""What a release needs of a record, condensed when it is read: no record is parsed twice.

Most reports of a site are printed alike. What those have in common is a layout, which the spool keeps once;
beside it there is, for each record, what is printed in the cells in the order of the layout, and the rest.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from dataset.layouts import Identities, Layout
from dataset.texts import sentences, text_length

_SAID = ("title", "year", "edition", "editions", "scope", "published", "signed", "document_number")

Number = int | float | None


class Checks(NamedTuple):
    """The identities of a record, and how each came out."""

    identities: Identities
    holds: list[bool | None]
    zeros: list[bool | None]
    expected: list[Number]
    actual: list[Number]


class _Cells(Mapping[str, Mapping[str, Any]]):
    """The cells of a record, as records have them; each is made when it is asked for."""

    def __init__(self, of: Condensed) -> None:
        self._of = of

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        layout = self._of.layout
        at = layout.positions[name]
        return {
            "raw": self._of.raws[at],
            "status": self._of.statuses[at],
            "unit": layout.units[at],
            "at": layout.ats[at],
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._of.layout.names)

    def __len__(self) -> int:
        return len(self._of.layout.names)

    def __contains__(self, name: object) -> bool:
        return name in self._of.layout.positions

    def keys(self) -> KeysView[str]:
        return self._of.layout.positions.keys()


@dataclass
class Condensed:
    """A record, condensed.

    Attributes:
        layout: of its cells.
        sha256: of the body.
        kind: of the record.
        said: what the record says of the report (`_SAID`).
        figures: in the order of the layout's shape.
        raws: text of each cell as printed.
        statuses: of each cell.
        confidences: of the cells that were not read with certainty, by position.
        suggested: what the identities would have in a cell, by its name; only where they say so.
        checks: the identities.
        issues: code, severity, message and cells of each.
        sections: key, heading and text of each.
        mentions: key, value, raw, unit, year, section, context and flags of each.
        text_length: characters of the sections.
        sentences: of the sections (`dataset.texts.sentences`).
    """

    layout: Layout
    sha256: str
    kind: str
    said: Mapping[str, Any]
    figures: list[Number]
    raws: list[str | None]
    statuses: list[str]
    confidences: Mapping[int, float | None]
    suggested: Mapping[str, Number]
    checks: Checks
    issues: list[tuple[str, str, str, list[str]]]
    sections: list[tuple[str, str | None, str]]
    mentions: list[tuple[Any, ...]]
    text_length: int
    sentences: bytes

    @property
    def values(self) -> Sequence[Number]:
        """The figure of each cell."""
        return self.layout.of_cells(self.figures)

    @cached_property
    def floats(self) -> list[float | None]:
        """The figures as floats."""
        return [None if value is None else float(value) for value in self.figures]

    @cached_property
    def flags(self) -> dict[str, set[str]]:
        """What the record's own checks and issues have against cells."""
        flags: dict[str, set[str]] = {}
        for name, cells, *_ in self.failed:
            for cell in cells:
                flags.setdefault(cell, set()).add(f"check_failed:{name}")
        for code, _, _, of in self.issues:
            for cell in of:
                flags.setdefault(cell, set()).add(code)
        return flags

    @property
    def failed(self) -> Iterator[tuple[str, list[str], Number, Number]]:
        """The identities that fail: id, cells, and what they are about."""
        identities, holds, _, expected, actual = self.checks
        if False in holds:
            for at, held in enumerate(holds):
                if held is False:
                    yield identities.ids[at], identities.cells[at].split(";"), expected[at], actual[at]

    @property
    def record(self) -> dict[str, Any]:
        """The record, as far as it is wanted to be compared with others."""
        # Not kept: it refers to this object, and such circles are collected seldom.
        return {
            "document": {"sha256": self.sha256},
            "kind": self.kind,
            "report": self.said,
            "tables": self.layout.as_tables(self.figures),
            "cells": _Cells(self),
        }


def condense(record: Mapping[str, Any]) -> tuple[bytes, bytes, list[Any]]:
    """Return what a record has in common with those printed alike, and the rest of it, as JSON.

    The first makes its `Layout`, the second its `Identities`: the same bytes where they are the same.
    """
    cells = record.get("cells") or {}
    own = list(cells.values())
    part = (record["document"].get("part") or {}).get("index")
    tables = record.get("tables") or {}
    shape = {table: {row: [*figures] for row, figures in rows.items()} for table, rows in tables.items()}
    layout = orjson.dumps(
        [[*cells], [cell.get("unit") for cell in own], [cell.get("at") for cell in own], part, shape]
    )
    said = record.get("report") or {}
    identities, *outcome = checks_of(record.get("checks") or ())
    confidences = [cell.get("confidence") for cell in own]
    rest = [
        record["document"]["sha256"],
        record["kind"],
        {name: said.get(name) for name in _SAID},
        [value for rows in tables.values() for figures in rows.values() for value in figures.values()],
        [cell.get("raw") for cell in own],
        [cell["status"] for cell in own],
        []
        if confidences.count(1.0) == len(confidences)
        else [(at, sure) for at, sure in enumerate(confidences) if sure != 1.0],
        {name: cell["suggested"] for name, cell in cells.items() if cell.get("suggested") is not None},
        outcome,
        [
            (issue["code"], issue["severity"], issue["message"], issue.get("cells") or ())
            for issue in record.get("issues") or ()
        ],
        [
            (section["key"], section.get("heading"), section["text"])
            for section in record.get("sections") or ()
        ],
        [
            (*(mention[name] for name in _MENTIONED), ";".join(mention["flags"]))
            for mention in record.get("mentions") or ()
        ],
        text_length(record),
        b64encode(sentences(record)).decode(),
    ]
    return layout, orjson.dumps([identities.ids, identities.soft, identities.cells]), rest


def checks_of(checks: Sequence[Mapping[str, Any]]) -> Checks:
    """Return identities, as records have them, column by column."""
    return Checks(
        Identities(
            ids=[check["id"] for check in checks],
            soft=[bool(check.get("soft")) for check in checks],
            cells=[";".join(check.get("cells") or ()) for check in checks],
        ),
        holds=[check["holds"] for check in checks],
        zeros=[check.get("blank_as_zero") for check in checks],
        expected=[check.get("expected") for check in checks],
        actual=[check.get("actual") for check in checks],
    )


_MENTIONED = ("key", "value", "raw", "unit", "year", "section", "context")


def restored(layout: Layout, identities: Identities, rest: list[Any]) -> Condensed:
    """Return a record from what it has in common with others and what `condense` gave beside it."""
    *first, confidences, suggested, outcome, issues, sections, mentions, length, packed = rest
    checks = Checks(identities, *outcome)
    doubts = (dict(confidences), suggested, checks, issues)
    return Condensed(layout, *first, *doubts, sections, mentions, length, b64decode(packed))  # type: ignore[call-arg]
