"""The released tables: their columns, the rows of a report, the words for places and flags.

`figures.value` is a 64-bit float, so that pandas, R, Stata and Excel have a number without conversion. Every
count and every amount an agency prints is exact in it (integers to 2**53, decimals to 15 digits); a figure
that would not come back as printed is flagged `inexact`, and `raw` has it as printed.

`figures.place` says where in the document the cell stands, as words that can be taken apart at the
semicolons: `page 2; table 1; row 6; column 3; path …; box left,top,right,bottom`, only those that the format
has.

`part` (in reports and documents) is the number of the report in a document that joins several bodies'
reports, counted from one; empty for all others. `figures.place` begins with it: `part 2; page 14; …`.

`figures.flags` are separated by semicolons, `check_failed:<id>`, `copies_disagree`, `confidence:<0-1>`,
`inexact` or the code of an issue of the record that names the cell; empty where nothing is known against the
figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from dataset.model import Assembly, Issue, Report
from dataset.reports import value_of

TIME = pa.timestamp("ms", tz="UTC")

FIGURES = pa.schema(
    [
        ("report_id", pa.string()),
        ("agency", pa.string()),
        ("region", pa.string()),
        ("year", pa.int32()),
        ("edition", pa.string()),
        ("table", pa.string()),
        ("row", pa.string()),
        ("column", pa.string()),
        ("value", pa.float64()),
        ("raw", pa.string()),
        ("status", pa.string()),
        ("unit", pa.string()),
        ("sha256", pa.string()),
        ("place", pa.string()),
        ("source_url", pa.string()),
        ("captured_at", TIME),
        ("extractor", pa.string()),
        ("flags", pa.string()),
    ]
)

REPORTS = pa.schema(
    [
        ("report_id", pa.string()),
        ("agency", pa.string()),
        ("region", pa.string()),
        ("region_name", pa.string()),
        ("year", pa.int32()),
        ("edition", pa.string()),
        ("title", pa.string()),
        ("scope", pa.string()),
        ("published", pa.string()),
        ("signed", pa.string()),
        ("document_number", pa.string()),
        ("sha256", pa.string()),
        ("part", pa.int32()),
        ("bytes", pa.int64()),
        ("media_type", pa.string()),
        ("site", pa.string()),
        ("source_url", pa.string()),
        ("captured_at", TIME),
        ("extractor", pa.string()),
        ("cells", pa.int32()),
        ("figures", pa.int32()),
        ("checks_held", pa.int32()),
        ("checks_failed", pa.int32()),
        ("checks_open", pa.int32()),
        ("documents", pa.int32()),
        ("addresses", pa.int32()),
        ("versions", pa.int32()),
        ("issues", pa.int32()),
    ]
)

DOCUMENTS = pa.schema(
    [
        ("report_id", pa.string()),
        ("primary", pa.bool_()),
        ("sha256", pa.string()),
        ("part", pa.int32()),
        ("bytes", pa.int64()),
        ("media_type", pa.string()),
        ("figures", pa.int32()),
        ("extractor", pa.string()),
        ("site", pa.string()),
        ("source_url", pa.string()),
        ("role", pa.string()),
        ("link_text", pa.string()),
        ("captured_at", TIME),
        ("gone_since", TIME),
    ]
)

ISSUES = pa.schema(
    [
        ("report_id", pa.string()),
        ("severity", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
        ("cells", pa.string()),
        ("sha256", pa.string()),
        ("source_url", pa.string()),
    ]
)

SCHEMAS: Mapping[str, pa.Schema] = {
    "documents": DOCUMENTS,
    "figures": FIGURES,
    "issues": ISSUES,
    "reports": REPORTS,
}
"""The released tables by name."""

Row = dict[str, Any]


def place_of(at: Mapping[str, Any], part: int | None = None) -> str:
    """Return where a cell stands, in words; `part` is the number of the report in a document of several."""
    # Records count tables, rows and columns from zero, as programs do, and pages from one.
    found = [
        ("part", part, 0),
        ("page", at.get("page"), 0),
        *((name, at.get(name), 1) for name in ("table", "row", "column")),
    ]
    parts = [f"{name} {number + shift}" for name, number, shift in found if number is not None]
    if at.get("path"):
        parts.append(f"path {at['path']}")
    if at.get("bbox"):
        parts.append("box " + ",".join(f"{edge:g}" for edge in at["bbox"]))
    return "; ".join(parts)


def as_float(value: int | float | Decimal | None) -> tuple[float | None, bool]:
    """Return a figure as a float, and whether it comes back as it was."""
    if value is None:
        return None, True
    found = float(value)
    return found, Decimal(repr(found)) == Decimal(str(value))


def moment(text: str) -> datetime:
    """Return a time of a capture as a moment."""
    return datetime.fromisoformat(text)


def record_issues(report: Report, record: Mapping[str, Any]) -> list[Issue]:
    """Return the issues of a report: of its record, of its checks, and of its assembly."""
    primary = report.primary
    found = [
        Issue(
            code=issue["code"],
            severity=issue["severity"],
            message=issue["message"],
            cells=tuple(issue.get("cells") or ()),
            report=report.id,
            sha256=primary.head.sha256,
            url=primary.first.url,
        )
        for issue in record.get("issues") or ()
    ]
    found += [
        Issue(
            code="check_failed",
            severity="warning",
            message=f"{check['id']}: expected {check.get('expected')}, printed {check.get('actual')}",
            cells=tuple(check.get("cells") or ()),
            report=report.id,
            sha256=primary.head.sha256,
            url=primary.first.url,
        )
        for check in record.get("checks") or ()
        if check["holds"] is False
    ]
    found += report.issues
    return found


def figure_rows(report: Report, record: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row for every cell of a report's primary document, in the order of the form."""
    flags = _flags(report, record)
    head, first = report.primary.head, report.primary.first
    editions = (record.get("report") or {}).get("editions") or {}
    edition = (record.get("report") or {}).get("edition")
    for name, cell in (record.get("cells") or {}).items():
        table, row, column = name.split(".")
        value, exact = as_float(value_of(record, name))
        marks = set(flags.get(name, ()))
        if not exact:
            marks.add("inexact")
        if (confidence := cell.get("confidence")) is not None and confidence < 1:
            marks.add(f"confidence:{confidence:.2f}")
        yield {
            "report_id": report.id,
            "agency": report.agency,
            "region": report.region,
            "year": report.year,
            "edition": editions.get(table) or edition,
            "table": table,
            "row": row,
            "column": column,
            "value": value,
            "raw": cell.get("raw"),
            "status": cell["status"],
            "unit": cell.get("unit"),
            "sha256": head.sha256,
            "place": place_of(cell.get("at") or {}, head.part),
            "source_url": first.url,
            "captured_at": moment(first.first_seen),
            "extractor": head.extractor,
            "flags": ";".join(sorted(marks)),
        }


def _flags(report: Report, record: Mapping[str, Any]) -> dict[str, set[str]]:
    flags: dict[str, set[str]] = defaultdict(set)
    for check in record.get("checks") or ():
        if check["holds"] is False:
            for cell in check.get("cells") or ():
                flags[cell].add(f"check_failed:{check['id']}")
    for code, cells in [
        *((issue["code"], issue.get("cells") or ()) for issue in record.get("issues") or ()),
        *((issue.code, issue.cells) for issue in report.issues),
    ]:
        for cell in cells:
            flags[cell].add(code)
    return flags


def report_row(report: Report, record: Mapping[str, Any]) -> Row:
    """Return the row of a report."""
    said = record.get("report") or {}
    head, first = report.primary.head, report.primary.first
    held = [check["holds"] for check in record.get("checks") or ()]
    return {
        "report_id": report.id,
        "agency": report.agency,
        "region": report.region,
        "region_name": (said.get("region") or {}).get("name"),
        "year": report.year,
        **{
            name: said.get(name)
            for name in ("edition", "title", "scope", "published", "signed", "document_number")
        },
        "sha256": head.sha256,
        "part": head.part,
        "bytes": head.size,
        "media_type": head.media_type,
        "site": first.site.id,
        "source_url": first.url,
        "captured_at": moment(first.first_seen),
        "extractor": head.extractor,
        "cells": head.cells,
        "figures": head.figures,
        "checks_held": held.count(True),
        "checks_failed": held.count(False),
        "checks_open": held.count(None),
        "documents": len(report.bodies),
        "addresses": len({seen.url for body in report.bodies for seen in body.sightings}),
        "versions": report.versions,
        "issues": len(record_issues(report, record)),
    }


def document_rows(report: Report) -> Iterator[Row]:
    """Yield a row for every address of every document of a report, the primary document first."""
    for body in report.bodies:
        for seen in body.sightings:
            yield {
                "report_id": report.id,
                "primary": body is report.primary,
                "sha256": body.head.sha256,
                "part": body.head.part,
                "bytes": body.head.size,
                "media_type": body.head.media_type,
                "figures": body.head.figures,
                "extractor": body.head.extractor,
                "site": seen.site.id,
                "source_url": seen.url,
                "role": seen.role,
                "link_text": seen.anchor,
                "captured_at": moment(seen.first_seen),
                "gone_since": None if seen.gone_since is None else moment(seen.gone_since),
            }


def issue_row(issue: Issue) -> Row:
    """Return the row of an issue."""
    return {
        "report_id": issue.report,
        "severity": issue.severity,
        "code": issue.code,
        "message": issue.message,
        "cells": ";".join(issue.cells),
        "sha256": issue.sha256,
        "source_url": issue.url,
    }


def unpublished(assembly: Assembly) -> list[dict[str, Any]]:
    """Return what is not published and why, for the manifest."""
    return [
        {"code": issue.code, "message": issue.message, "sha256": issue.sha256, "url": issue.url}
        for issue in assembly.unpublished
    ]
