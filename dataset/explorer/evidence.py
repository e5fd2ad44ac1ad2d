"""A figure's place in its document, and the chain from the release to the archived bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dataset.explorer import queries
from dataset.explorer.database import Database, Row
from dataset.reports import value_of
from storage import Archive, ObjectStore, RecordStore, StoreError, parts_of

_NUMBERS = {"part": 0, "page": 0, "table": 1, "row": 1, "column": 1}
_WORD = re.compile(r"(part|page|table|row|column|path|box) (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """A document that prints a figure.

    Attributes:
        sha256: of its bytes.
        media_type: by content.
        at: where the figure stands, as a record says it.
        value: what it prints there.
        raw: the same as printed.
        status: of the cell.
        role: ``primary``, ``copy`` or ``superseded``.
        url: its address.
        extractor: that read it.
        version: of the report, for superseded ones.
    """

    sha256: str
    media_type: str
    at: dict[str, Any]
    value: Any
    raw: str | None
    status: str
    role: str
    url: str | None
    extractor: str
    version: int | None = None
    notes: tuple[str, ...] = field(default=())


def parse_place(place: str) -> dict[str, Any]:
    """Return where a figure stands from the words of `figures.place`, counted as records count."""
    at: dict[str, Any] = {}
    for part in place.split("; "):
        if (match := _WORD.fullmatch(part)) is None:
            continue
        name, said = match.groups()
        if name in _NUMBERS and said.isdecimal():
            at[name] = int(said) - _NUMBERS[name]
        elif name == "path":
            at["path"] = said
        elif name == "box":
            at["bbox"] = [float(edge) for edge in said.split(",")]
    return at


def sources(db: Database, store: ObjectStore, report: Row, cell: str) -> list[Source]:
    """Return the documents that print a figure: the one it is taken from, copies, earlier versions."""
    found: dict[str, Source] = {}
    figure = queries.figure(db, report, cell)
    if figure is not None:
        found[report["sha256"]] = Source(
            report["sha256"],
            report["media_type"],
            parse_place(figure["place"] or ""),
            figure["value"],
            figure["raw"],
            figure["status"],
            "primary",
            report["source_url"],
            report["extractor"],
        )
    for document in queries.about(db, "documents", report["report_id"]):
        if document["sha256"] not in found and not document["primary"]:
            copy = _copy(store, document, cell)
            if copy is not None:
                found[document["sha256"]] = copy
    for version in queries.versions(db, report["report_id"]):
        old = None if version["current"] else queries.superseded(db, report["report_id"], version["version"])
        row = old.get(cell) if old else None
        if row is not None and row["sha256"] not in found:
            found[row["sha256"]] = Source(
                row["sha256"],
                version["media_type"],
                parse_place(row["place"] or ""),
                row["value"],
                row["raw"],
                row["status"],
                "superseded",
                version["source_url"],
                row["extractor"],
                version["version"],
            )
    return list(found.values())


def _copy(store: ObjectStore, document: Mapping[str, Any], cell: str) -> Source | None:
    try:
        record = RecordStore(store, document["extractor"]).get(document["sha256"])
    except StoreError:
        return None  # the copy is listed with the report's documents; what it prints cannot be told
    parts = parts_of(record) if record is not None else []
    number = document["part"] or 1
    if number > len(parts):
        return None
    part = parts[number - 1]
    read = (part.get("cells") or {}).get(cell)
    if read is None:
        return None
    return Source(
        document["sha256"],
        document["media_type"],
        {key: value for key, value in (read.get("at") or {}).items() if value is not None},
        value_of(part, cell),
        read.get("raw"),
        read["status"],
        "copy",
        document["source_url"],
        document["extractor"],
    )


def chain(db: Database, store: ObjectStore, version: str, report: Row, cell: str, source: Source) -> Row:
    """Return what `gongkai trace` prints of a figure, from the release alone."""
    checks = [
        check
        for check in queries.about(db, "checks", report["report_id"])
        if (report["report_id"], cell) in queries.references(report["report_id"], check["cells"])
    ]
    return {
        "release": version,
        "report_id": report["report_id"],
        "cell": cell,
        "value": source.value,
        "raw": source.raw,
        "status": source.status,
        "at": source.at,
        "role": source.role,
        "document": {
            "sha256": source.sha256,
            "media_type": source.media_type,
            "key": Archive(store).body_key(source.sha256),
            "url": source.url,
        },
        "extractor": source.extractor,
        "seen": queries.captures(db, source.sha256),
        "checks": checks if source.role == "primary" else [],
        "trace": f"gongkai trace '{report['report_id']}/{cell}'",
    }
