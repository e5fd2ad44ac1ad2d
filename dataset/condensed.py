"""What a release needs of a record, condensed when it is read: no record is parsed twice.

Most reports of a site are printed alike. What those have in common is a layout, which the spool keeps once;
beside it there is, for each record, what is printed in the cells in the order of the layout, and the rest.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from dataset.layouts import Layout
from dataset.texts import sentences, text_length

_SAID = ("title", "year", "edition", "editions", "scope", "published", "signed", "document_number")
_NOTHING: Mapping[str, Any] = {}

Number = int | float | None


class Checks(NamedTuple):
    """The identities of a record, column by column; the cells of each are separated by semicolons."""

    ids: list[str]
    holds: list[bool | None]
    zeros: list[bool | None]
    soft: list[bool]
    expected: list[Number]
    actual: list[Number]
    cells: list[str]


@dataclass
class Condensed:
    """A record, condensed.

    Attributes:
        layout: of its cells.
        sha256: of the body.
        kind: of the record.
        said: what the record says of the report (`_SAID`).
        tables: the figures, as records have them.
        raws: text of each cell as printed.
        statuses: of each cell.
        confidences: of each cell.
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
    tables: Mapping[str, Mapping[str, Mapping[str, Number]]]
    raws: list[str | None]
    statuses: list[str]
    confidences: list[float | None]
    suggested: Mapping[str, Number]
    checks: Checks
    issues: list[tuple[str, str, str, list[str]]]
    sections: list[tuple[str, str | None, str]]
    mentions: list[tuple[Any, ...]]
    text_length: int
    sentences: bytes

    @cached_property
    def values(self) -> list[Number]:
        """The figure of each cell."""
        tables, none = self.tables, _NOTHING
        return [
            tables.get(table, none).get(row, none).get(column) for table, row, column in self.layout.apart
        ]

    @cached_property
    def flags(self) -> dict[str, set[str]]:
        """What the record's own checks and issues have against cells."""
        flags: dict[str, set[str]] = {}
        for name, holds, cells in zip(self.checks.ids, self.checks.holds, self.checks.cells, strict=True):
            if holds is False:
                for cell in cells.split(";"):
                    flags.setdefault(cell, set()).add(f"check_failed:{name}")
        for code, _, _, of in self.issues:
            for cell in of:
                flags.setdefault(cell, set()).add(code)
        return flags

    @cached_property
    def record(self) -> dict[str, Any]:
        """The record, as far as it is wanted to be compared with others."""
        own = zip(
            self.layout.names, self.raws, self.statuses, self.layout.units, self.layout.ats, strict=True
        )
        return {
            "document": {"sha256": self.sha256},
            "kind": self.kind,
            "report": self.said,
            "tables": self.tables,
            "cells": {
                name: {"raw": raw, "status": status, "unit": unit, "at": at}
                for name, raw, status, unit, at in own
            },
        }


def condense(record: Mapping[str, Any]) -> tuple[bytes, list[Any]]:
    """Return the layout of a record, the same bytes for those printed alike, and the rest of it, as JSON."""
    cells = record.get("cells") or {}
    own = list(cells.values())
    part = (record["document"].get("part") or {}).get("index")
    names = list(cells)
    layout = orjson.dumps([names, [cell.get("unit") for cell in own], [cell.get("at") for cell in own], part])
    said = record.get("report") or {}
    rest = [
        record["document"]["sha256"],
        record["kind"],
        {name: said.get(name) for name in _SAID},
        record.get("tables") or {},
        [cell.get("raw") for cell in own],
        [cell["status"] for cell in own],
        [cell.get("confidence") for cell in own],
        {name: value for name, cell in cells.items() if (value := cell.get("suggested")) is not None},
        [*checks_of(record.get("checks") or ())],
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
    return layout, rest


def checks_of(checks: Sequence[Mapping[str, Any]]) -> Checks:
    """Return identities, as records have them, column by column."""
    return Checks(
        ids=[check["id"] for check in checks],
        holds=[check["holds"] for check in checks],
        zeros=[check.get("blank_as_zero") for check in checks],
        soft=[bool(check.get("soft")) for check in checks],
        expected=[check.get("expected") for check in checks],
        actual=[check.get("actual") for check in checks],
        cells=[";".join(check.get("cells") or ()) for check in checks],
    )


_MENTIONED = ("key", "value", "raw", "unit", "year", "section", "context")


def restored(layout: Layout, rest: list[Any]) -> Condensed:
    """Return a record from its layout and what `condense` gave beside it."""
    *first, checks, issues, sections, mentions, length, packed = rest
    return Condensed(layout, *first, Checks(*checks), issues, sections, mentions, length, b64decode(packed))  # type: ignore[call-arg]
