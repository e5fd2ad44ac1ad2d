"""The rows of a report in the released tables, the words for places and flags.

`figures.value` is a 64-bit float, so that pandas, R, Stata and Excel have a number without conversion. Every
count and every amount an agency prints is exact in it (integers to 2**53, decimals to 15 digits); a figure
that would not come back as printed is flagged `inexact`, and `raw` has it as printed.

`figures.place` says where in the document the cell stands, as words that can be taken apart at the
semicolons: `page 2; table 1; row 6; column 3; path …; box left,top,right,bottom`, only those that the format
has.

`part` (in reports and documents) is the number of the report in a document that joins several bodies'
reports, counted from one; empty for all others. `figures.place` begins with it: `part 2; page 14; …`.

`figures.corroborated_by` names the other documents of the report that print the same figure, by their hashes.

`figures.flags` are separated by semicolons: `check_failed:<id>`, `copies_disagree`, `confidence:<0-1>`,
`inexact` or the code of an issue of the record that names the cell; empty where nothing is known against the
figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from dataset.heads import Head
from dataset.model import Assembly, Issue, Report
from dataset.reports import value_of
from dataset.wide import short_names
from dataset.writers import Row, Values


def place_of(at: Mapping[str, Any], part: int | None = None) -> str:
    """Return where a cell stands, in words; `part` is the number of the report in a document of several."""
    # Records count tables, rows and columns from zero, as programs do, and pages from one.
    parts = [] if part is None else [f"part {part}"]
    if (page := at.get("page")) is not None:
        parts.append(f"page {page}")
    parts += [
        f"{name} {number + 1}" for name in ("table", "row", "column") if (number := at.get(name)) is not None
    ]
    if path := at.get("path"):
        parts.append(f"path {path}")
    if at.get("bbox"):
        parts.append("box " + ",".join(f"{edge:g}" for edge in at["bbox"]))
    return "; ".join(parts)


def as_float(value: int | float | Decimal | None) -> tuple[float | None, bool]:
    """Return a figure as a float, and whether it comes back as it was."""
    if value is None:
        return None, True
    if isinstance(value, int) and -(2**53) <= value <= 2**53:
        return float(value), True
    found = float(value)
    return found, Decimal(repr(found)) == Decimal(str(value))


def moment(text: str | None) -> datetime | None:
    """Return a time of a capture as a moment."""
    return None if text is None else datetime.fromisoformat(text)


def day(text: str | None) -> date | None:
    """Return a date of a record as a date."""
    return None if text is None else date.fromisoformat(text)


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


def flags_of(report: Report, record: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return what is known against each cell of a report's record."""
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


FIGURE_CONSTANTS = ("report_id", "agency", "region", "sha256", "source_url", "captured_at", "extractor")
"""Columns of `figures` that are the same for all cells of a report; the year is one too."""
FIGURE_VALUES = (
    "edition", "table", "row", "column", "value", "raw", "status", "unit", "confidence", "suggested",
    "corroborated_by", "flags", "place",
)  # fmt: skip
"""The other columns of `figures`."""


def figure_constants(report: Report) -> Values:
    """Return the values of `FIGURE_CONSTANTS` for a report."""
    head, first = report.primary.head, report.primary.first
    seen_at = moment(first.first_seen)
    return (report.id, report.agency, report.region, head.sha256, first.url, seen_at, head.extractor)


def figure_values(report: Report, record: Mapping[str, Any]) -> list[list[Any]]:
    """Return the columns `FIGURE_VALUES`: every cell of a report's primary document, in the form's order."""
    flags = flags_of(report, record)
    part = report.primary.head.part
    said = record.get("report") or {}
    editions, edition = said.get("editions") or {}, said.get("edition")
    tables = record.get("tables") or {}
    rows = []
    for name, cell in (record.get("cells") or {}).items():
        table, row, column = _split(name)
        value, exact = as_float(tables.get(table, {}).get(row, {}).get(column))
        marks = flags.get(name, _NOTHING)
        confidence = cell.get("confidence")
        if not exact:
            marks = {*marks, "inexact"}
        if confidence is not None and confidence < 1:
            marks = {*marks, f"confidence:{confidence:.2f}"}
        corroborated = report.corroborated.get(name)
        rows.append(
            (
                editions.get(table) or edition,
                table,
                row,
                column,
                value,
                cell.get("raw"),
                cell["status"],
                cell.get("unit"),
                confidence,
                as_float(cell.get("suggested"))[0],
                ";".join(corroborated) if corroborated else "",
                ";".join(sorted(marks)) if marks else "",
                place_of(cell.get("at") or {}, part),
            )
        )
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in FIGURE_VALUES]


_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=100_000)
def _split(cell: str) -> tuple[str, str, str]:
    table, row, column = cell.split(".")
    return table, row, column


def superseded_values(
    report: Report, version: int, head: Head, record: Mapping[str, Any]
) -> Iterator[Values]:
    """Yield the values of `superseded` for every cell of an earlier version."""
    for name, cell in (record.get("cells") or {}).items():
        value, _ = as_float(value_of(record, name))
        yield (
            report.id,
            version,
            report.year,
            *name.split("."),
            value,
            cell.get("raw"),
            cell["status"],
            cell.get("unit"),
            place_of(cell.get("at") or {}, head.part),
            head.sha256,
            head.extractor,
        )


def wide_row(report: Report, record: Mapping[str, Any], columns: Mapping[str, str]) -> Row:
    """Return the row of `wide`.

    Args:
        report: the report.
        record: of its primary.
        columns: what the row of `reports` says, for the first columns.
    """
    flags = flags_of(report, record)
    cells = record.get("cells") or {}
    figures = dict.fromkeys(short_names().values())
    names = _names_by_place()
    for table, rows in (record.get("tables") or {}).items():
        for row, values in rows.items():
            for column, value in values.items():
                name = names.get((table, row, column))
                if name is not None:
                    figures[name] = as_float(value)[0]
    return {
        **columns,
        **figures,
        "flagged": sum(name in flags or (cell.get("confidence") or 1) < 1 for name, cell in cells.items()),
    }


@lru_cache(maxsize=1)
def _names_by_place() -> Mapping[tuple[str, str, str], str]:
    return {_split(cell): name for cell, name in short_names().items()}


def section_values(report: Report, record: Mapping[str, Any]) -> Iterator[Values]:
    """Yield the values of `sections`."""
    for position, section in enumerate(record.get("sections") or (), start=1):
        yield (report.id, report.year, position, section["key"], section["heading"], section["text"])


def mention_values(report: Report, record: Mapping[str, Any]) -> Iterator[Values]:
    """Yield the values of `mentions`."""
    for position, mention in enumerate(record.get("mentions") or (), start=1):
        yield (
            report.id,
            report.year,
            position,
            mention["key"],
            as_float(mention["value"])[0],
            mention["raw"],
            mention["unit"],
            mention["year"],
            mention["section"],
            mention["context"],
            ";".join(mention["flags"]),
        )


def check_values(report: Report, checks: list[Mapping[str, Any]]) -> Iterator[Values]:
    """Yield the values of `checks`."""
    for check in checks:
        expected, actual = as_float(check.get("expected"))[0], as_float(check.get("actual"))[0]
        known = expected is not None and actual is not None
        yield (
            report.id,
            report.year,
            check["id"],
            check["holds"],
            check.get("blank_as_zero"),
            bool(check.get("soft")),
            expected,
            actual,
            actual - expected if known else None,  # type: ignore[operator]
            ";".join(check.get("cells") or ()),
        )


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
                "gone_since": moment(seen.gone_since),
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
