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

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

from dataset.condensed import Checks, Condensed, Number
from dataset.heads import Head
from dataset.layouts import Layout
from dataset.model import Assembly, Issue, Report, ReportVersion
from dataset.schema import tables
from dataset.spool import LAYOUTS
from dataset.spread import Columned, Columns
from dataset.wide import WIDE_FROM_REPORTS, short_names
from dataset.writers import Row, Values
from extraction.copies import compare

_EXACT = 2**53


def as_float(value: int | float | Decimal | None) -> tuple[float | None, bool]:
    """Return a figure as a float, and whether it comes back as it was."""
    if value is None:
        return None, True
    if isinstance(value, int) and -_EXACT <= value <= _EXACT:
        return float(value), True
    found = float(value)
    return found, Decimal(repr(found)) == Decimal(str(value))


def moment(text: str | None) -> datetime | None:
    """Return a time of a capture as a moment."""
    return None if text is None else datetime.fromisoformat(text)


def day(text: str | None) -> date | None:
    """Return a date of a record as a date."""
    return None if text is None else date.fromisoformat(text)


def record_issues(report: Report, record: Condensed, of_copies: Iterable[Issue] = ()) -> list[Issue]:
    """Return the issues of a report: of its record, of its checks, of its assembly, and of its copies."""
    primary = report.primary
    of_record = partial(Issue, report=report.id, sha256=primary.head.sha256, url=primary.first.url)
    found = [
        of_record(code, severity, message, tuple(cells)) for code, severity, message, cells in record.issues
    ]
    found += [
        of_record("check_failed", "warning", f"{name}: expected {expected}, printed {actual}", tuple(cells))
        for name, cells, expected, actual in record.failed
    ]
    return [*found, *report.issues, *of_copies]


def compare_copies(
    report: Report, record: Condensed, load: Callable[[Head], Condensed]
) -> tuple[list[Issue], dict[str, list[str]]]:
    """Return where a report's copies disagree, and for each cell those that print the same figure."""
    issues: list[Issue] = []
    corroborated: dict[str, list[str]] = {}
    for copy in report.copies:
        found = compare(record.record, [load(copy.head).record])
        for cell, hashes in found.corroborated_by.items():
            corroborated.setdefault(cell, []).extend(hashes)
        issues += [
            Issue(one.code, one.severity, one.message, one.cells, report.id, copy.head.sha256, copy.first.url)
            for one in found.issues
        ]
    return issues, corroborated


def flags_of(record: Condensed, issues: Iterable[Issue]) -> dict[str, set[str]]:
    """Return what is known against each cell of a report's record: by the record, and by issues beside it."""
    flags = {cell: {*codes} for cell, codes in record.flags.items()}
    for issue in issues:
        for cell in issue.cells:
            flags.setdefault(cell, set()).add(issue.code)
    return flags


FIGURES = Columned(
    constants=("report_id", "agency", "region", "sha256", "source_url", "captured_at", "extractor"),
    # The same for reports with the same layout and editions.
    layout=("edition", "table", "row", "column", "unit", "place"),
    values=("value", "raw"),
    words=("status",),
    rare={"confidence": 1.0, "suggested": None, "corroborated_by": "", "flags": ""},
)
"""Columns of `figures`; the year is the same for all cells of a report too."""
SUPERSEDED = Columned(
    constants=("report_id", "version", "year", "sha256", "extractor"),
    layout=("table", "row", "column", "unit", "place"),
    values=("value", "raw"),
    words=("status",),
)
SECTIONS = Columned(constants=("report_id",), values=("position", "section", "heading", "text"))
MENTIONS = Columned(
    constants=("report_id",),
    values=("position", "key", "value", "raw", "unit", "of_year", "section", "context", "flags"),
)
CHECKS = Columned(
    constants=("report_id",),
    layout=("check", "soft", "cells"),
    values=("holds", "holds_with_blank_as_zero", "expected", "actual", "difference"),
)


def figure_constants(report: Report) -> Values:
    """Return the constants of `FIGURES` for a report."""
    head, first = report.primary.head, report.primary.first
    seen_at = moment(first.first_seen)
    return (report.id, report.agency, report.region, head.sha256, first.url, seen_at, head.extractor)


def figure_layout(record: Condensed) -> Columns:
    """Return the layout columns of `FIGURES`: they depend on layout and editions of a record alone."""
    editions, edition = record.said["editions"] or {}, record.said["edition"]
    of_table = [editions.get(table) or edition for table, _, _ in record.layout.apart]
    return [of_table, *superseded_layout(record)]


def superseded_layout(record: Condensed) -> Columns:
    """Return the layout columns of `SUPERSEDED`: they depend on the layout of a record alone."""
    layout = record.layout
    apart = [list(column) for column in zip(*layout.apart, strict=True)] or [[], [], []]
    return [*apart, layout.units, layout.places]


def figure_values(record: Condensed) -> Columns:
    """Return the values of `FIGURES`, and of `SUPERSEDED`: every cell of a document, in the form's order."""
    return [record.layout.of_cells(record.floats), record.raws]


def figure_doubts(
    record: Condensed, flags: Mapping[str, set[str]], corroborated: Mapping[str, Sequence[str]]
) -> list[Mapping[int, Any]]:
    """Return what is rare of `FIGURES`: what few cells have, by their positions."""
    positions = record.layout.positions
    suggested = {positions[name]: as_float(value)[0] for name, value in record.suggested.items()}
    by = {positions[name]: ";".join(hashes) for name, hashes in corroborated.items()}
    marks = {positions[name]: found for name, found in flags.items() if name in positions}
    for position in inexact(record):
        marks[position] = {*marks.get(position, ()), "inexact"}
    for position in unsure(record):
        marks[position] = {*marks.get(position, ()), f"confidence:{record.confidences[position]:.2f}"}
    written = {position: ";".join(sorted(found)) for position, found in marks.items()}
    return [record.confidences, suggested, by, written]


def inexact(record: Condensed) -> list[int]:
    """Return the positions of the cells whose figures do not come back as they were."""
    figures = [value for value in record.floats if value is not None]
    if not figures or (min(figures) > -_EXACT and max(figures) < _EXACT):
        return []
    return [
        position
        for position, value in enumerate(record.values)
        if value is not None and not as_float(value)[1]
    ]


def floats(values: Sequence[Number]) -> list[float | None]:
    """Return figures as floats."""
    return [None if value is None else float(value) for value in values]


def unsure(record: Condensed) -> list[int]:
    """Return the positions of the cells that were not read with certainty."""
    return [position for position, sure in record.confidences.items() if sure is not None and sure < 1]


def superseded_constants(report: Report, version: ReportVersion) -> Values:
    """Return the constants of `SUPERSEDED` for an earlier version of a report."""
    return (report.id, version.number, report.year, version.head.sha256, version.head.extractor)


def wide_values(row: Row, record: Condensed, flags: Mapping[str, set[str]]) -> list[Any]:
    """Return the values of `wide`, in the order of its columns.

    Args:
        row: of `reports`, for the first columns.
        record: of the primary.
        flags: what is known against its cells.
    """
    positions = record.layout.positions
    doubted = {positions[name] for name in flags if name in positions}
    # A confidence of 0 is none: nothing was recognised.
    doubted |= {position for position in unsure(record) if record.confidences[position]}
    own = (row[name] for name in WIDE_FROM_REPORTS)
    # The last one is for columns of other editions.
    return [*own, len(doubted), *_wide_figures(record.layout)([*record.floats, None])]


@lru_cache(maxsize=LAYOUTS)
def _wide_figures(layout: Layout) -> Callable[[list[float | None]], tuple[float | None, ...]]:
    """Return what picks the figures of `wide`, in the order of its columns."""
    at = dict.fromkeys(tables()["wide"].names[len(WIDE_FROM_REPORTS) + 1 :], -1)
    names = short_names()
    for (table, row, column), position in layout.figures.items():
        if (name := names.get(f"{table}.{row}.{column}")) is not None:
            at[name] = position
    return itemgetter(*at.values())


def section_values(record: Condensed) -> Columns:
    """Return the values of `SECTIONS`."""
    keys, headings, texts = _columns(record.sections, 3)
    return [range(1, len(keys) + 1), keys, headings, texts]


def mention_values(record: Condensed) -> Columns:
    """Return the values of `MENTIONS`."""
    keys, values, *rest = _columns(record.mentions, 8)
    return [range(1, len(keys) + 1), keys, floats(values), *rest]


def check_values(checks: Checks) -> Columns:
    """Return the values of `CHECKS`."""
    expected, actual = floats(checks.expected), floats(checks.actual)
    difference = [
        None if left is None or right is None else right - left
        for left, right in zip(expected, actual, strict=True)
    ]
    return [checks.holds, checks.zeros, expected, actual, difference]


def check_layout(checks: Checks) -> Columns:
    """Return the layout columns of `CHECKS`."""
    return [checks.identities.ids, checks.identities.soft, checks.identities.cells]


def _columns(rows: Sequence[Sequence[Any]], number: int) -> Columns:
    return list(zip(*rows, strict=True)) or [()] * number


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
