"""The record: what one document says, as JSON.

Plain data. `to_json` is canonical (sorted nothing, fixed order of fields, no white space), so that the
same bytes and the same extractor give the same record byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from extraction.values import plain

RECORD_VERSION = 1


# Places and cells are made by the hundred, which takes three times as long where they are frozen.
@dataclass(slots=True, unsafe_hash=True)
class Place:
    """Where a cell stands.

    Table, row and column are zero-based (as in `extraction.document`), pages one-based.
    """

    table: int | None
    row: int | None
    column: int | None
    page: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    path: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "page": self.page,
            "bbox": None if self.bbox is None else list(self.bbox),
            "path": self.path,
        }


@dataclass(slots=True, unsafe_hash=True)
class CellRecord:
    """One cell: the figure, what was printed, where, and how sure the reading is."""

    value: Decimal | None
    raw: str
    status: str
    unit: str | None
    at: Place | None
    confidence: float = 1.0
    suggested: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON (the value itself stands in ``tables``)."""
        at = self.at
        out: dict[str, Any] = {
            "raw": self.raw,
            "status": self.status,
            "unit": self.unit,
            "at": None if at is None else at.to_dict(),
            "confidence": self.confidence,
        }
        if self.suggested is not None:
            out["suggested"] = self.suggested
        return out


_LONGEST_MESSAGE = 500
"""Characters of an issue's message: what a document says may be quoted in it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a person should know, in one line. Severity: ``error``, ``warning`` or ``note``."""

    code: str
    severity: str
    message: str
    cells: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": " ".join(self.message.split())[:_LONGEST_MESSAGE],
            "cells": list(self.cells),
        }


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the report by meaning."""

    key: str
    heading: str | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"key": self.key, "heading": self.heading, "text": self.text}


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure that the text states in words.

    Attributes:
        key: what is counted (`mentions.yaml`).
        value: the figure; None where the text gives no single one.
        raw: the figure as printed, or the words that state none (未收取信息处理费).
        unit: the counter as printed; sums of money are in 元.
        section: key of the section it stands in.
        context: the sentence.
        at: place in the section's text, in characters, of the figure.
        year: the year meant, if it is another than the report's.
        flags: why it may not be the report's own figure of its own year; empty where nothing doubts it.
    """

    key: str
    value: Decimal | None
    raw: str
    unit: str
    section: str
    context: str
    at: int
    year: int | None = None
    flags: tuple[str, ...] = ()

    def with_flag(self, flag: str) -> Mention:
        """The same, doubted."""
        return replace(self, flags=(*self.flags, flag))

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "key": self.key,
            "value": plain(self.value),
            "raw": self.raw,
            "unit": self.unit,
            "section": self.section,
            "context": self.context,
            "at": self.at,
            "year": self.year,
            "flags": list(self.flags),
        }


@dataclass(slots=True, unsafe_hash=True)
class Check:
    """One identity: holds, fails, or (None) cannot be judged because a cell it needs is not a figure."""

    id: str
    holds: bool | None
    expected: Decimal | None
    actual: Decimal | None
    cells: tuple[str, ...]
    blank_as_zero: bool | None = None
    soft: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "holds": self.holds,
            "expected": plain(self.expected),
            "actual": plain(self.actual),
            "cells": list(self.cells),
            "blank_as_zero": self.blank_as_zero,
            "soft": self.soft,
        }


@dataclass(frozen=True)
class Report:
    """Who reports on which year. `sources` keeps every reading of each field, with where it was found."""

    title: str | None = None
    agency: str | None = None
    region: dict[str, Any] | None = None
    year: int | None = None
    edition: str | None = None
    editions: dict[str, str | None] = field(default_factory=dict)
    scope: str = "unknown"
    published: str | None = None
    signed: str | None = None
    document_number: str | None = None
    sources: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "title": self.title,
            "agency": self.agency,
            "region": self.region,
            "year": self.year,
            "edition": self.edition,
            "editions": self.editions,
            "scope": self.scope,
            "published": self.published,
            "signed": self.signed,
            "document_number": self.document_number,
            "sources": self.sources,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a document a record is of, where the document joins several reports.

    Attributes:
        index: counted from one.
        of: parts there are.
        where: the file, the sheet, the page or the path it begins at.
    """

    index: int
    of: int
    where: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"index": self.index, "of": self.of, "where": self.where}


@dataclass(frozen=True)
class Record:
    """What one document says; where it joins several reports, `parts` has a record of each."""

    sha256: str
    size: int
    media_type: str
    extractor: str
    kind: str
    report: Report | None = None
    cells: dict[str, CellRecord] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    mentions: tuple[Mention, ...] = ()
    checks: tuple[Check, ...] = ()
    extra: tuple[dict[str, Any], ...] = ()
    issues: tuple[Issue, ...] = ()
    attachments: tuple[dict[str, str], ...] = ()
    part: Part | None = None
    parts: tuple[Record, ...] = ()

    @property
    def tables(self) -> dict[str, dict[str, dict[str, int | float | None]]]:
        """The values, nested by table, row and column."""
        out: dict[str, dict[str, dict[str, int | float | None]]] = {}
        before, into = "", {}
        for key, cell in self.cells.items():
            above, _, column = key.rpartition(".")
            if above != before:
                table, _, row = above.partition(".")
                before, into = above, out.setdefault(table, {}).setdefault(row, {})
            into[column] = plain(cell.value)
        return out

    def to_dict(self) -> dict[str, Any]:
        """As JSON, in the order of the record's fields."""
        document: dict[str, Any] = {
            "sha256": self.sha256,
            "bytes": self.size,
            "media_type": self.media_type,
        }
        if self.part is not None:
            document["part"] = self.part.to_dict()
        out: dict[str, Any] = {
            "record": RECORD_VERSION,
            "document": document,
            "extractor": self.extractor,
            "kind": self.kind,
            "report": None if self.report is None else self.report.to_dict(),
            "tables": self.tables,
            "cells": {key: cell.to_dict() for key, cell in self.cells.items()},
            "sections": [section.to_dict() for section in self.sections],
            "mentions": [mention.to_dict() for mention in self.mentions],
            "checks": [check.to_dict() for check in self.checks],
            "extra": list(self.extra),
            "issues": [issue.to_dict() for issue in self.issues],
            "attachments": list(self.attachments),
        }
        if self.parts:
            out["parts"] = [part.to_dict() for part in self.parts]
        return out

    def to_json(self) -> str:
        """One line of canonical JSON."""
        return canonical(self.to_dict())


def canonical(record: Mapping[str, Any]) -> str:
    """The canonical JSON of a record as a tree: the fields in their order, no spaces, no NaN."""
    # Without the search for circles, which a tree built above cannot have.
    return json.dumps(
        record, ensure_ascii=False, check_circular=False, separators=(",", ":"), allow_nan=False
    )
