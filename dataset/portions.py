"""A portion of the reports of one year -> the rows they give, in columns: what a worker does for a draft.

Reports go in and Arrow batches come out, so that rows are never objects of Python in the process that writes.
What a portion holds depends on its reports alone.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from dataset.coverage import deadline
from dataset.heads import Head
from dataset.model import Report
from dataset.places import body_of, region_of
from dataset.rows import (
    FIGURE_CONSTANTS,
    FIGURE_VALUES,
    check_values,
    day,
    document_rows,
    figure_constants,
    figure_values,
    issue_row,
    mention_values,
    moment,
    record_issues,
    section_values,
    superseded_values,
    wide_row,
)
from dataset.schema import TableSchema, tables
from dataset.spool import Spool
from dataset.texts import repeated
from dataset.wide import WIDE_FROM_REPORTS
from dataset.writers import Row, Values
from extraction.years import compare

OF_REPORTS = (
    "reports", "figures", "superseded", "wide", "sections", "mentions", "checks", "documents", "issues",
)  # fmt: skip
"""The tables whose rows reports give."""

Member = tuple[Report, Head | None]
"""A report, and the head of its agency's report on the year before."""
Job = tuple[Path, Sequence[Member]]
"""Folder of the spool, and reports of one year."""
Portion = tuple[dict[str, pa.RecordBatch], Counter[str]]
"""Rows by the name of the table, and what is counted."""


class _Columns:
    """Rows of a table, gathered column by column."""

    def __init__(self, schema: TableSchema) -> None:
        self._schema = schema
        self._rows: list[Values] = []

    def add(self, rows: Iterable[Values]) -> None:
        self._rows.extend(rows)

    def add_row(self, row: Row) -> None:
        self._rows.append(tuple(row[name] for name in self._schema.names))

    def batch(self) -> pa.RecordBatch:
        columns: Sequence[Any] = list(zip(*self._rows, strict=True)) or [()] * len(self._schema.names)
        return batch_of(self._schema, dict(zip(self._schema.names, columns, strict=True)))


class _Figures:
    """Rows of `figures`: what is the same for all cells of a report is kept once."""

    def __init__(self) -> None:
        self._schema = tables()["figures"]
        self._constants: list[Values] = []
        self._of = array("i")
        self._values: list[list[Any]] = [[] for _ in FIGURE_VALUES]

    def add(self, report: Report, record: Mapping[str, Any]) -> None:
        columns = figure_values(report, record)
        for column, more in zip(self._values, columns, strict=True):
            column += more
        self._of.extend(array("i", [len(self._constants)]) * len(columns[0]))
        self._constants.append(figure_constants(report))

    def batch(self) -> pa.RecordBatch:
        types = {field.name: field.type for field in self._schema.arrow_file}
        of = pa.Array.from_buffers(pa.int32(), len(self._of), [None, pa.py_buffer(self._of)])
        once = zip(FIGURE_CONSTANTS, zip(*self._constants, strict=True), strict=True)
        found = {name: pa.array(column, types[name]).take(of) for name, column in once}
        found |= {
            name: pa.array(column, types[name])
            for name, column in zip(FIGURE_VALUES, self._values, strict=True)
        }
        return batch_of(self._schema, found)


def batch_of(schema: TableSchema, columns: Mapping[str, Any]) -> pa.RecordBatch:
    """Return rows as Arrow has them in the table's files; `columns` by name, as arrays or values."""
    fields = schema.arrow_file
    arrays = [
        column if isinstance(column := columns[field.name], pa.Array) else pa.array(column, type=field.type)
        for field in fields
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=fields)


def make_portion(job: Job) -> Portion:
    """Return what `portion_of` returns, in a process of its own."""
    folder, members = job
    return portion_of(_opened(folder), members)


def portion_of(spool: Spool, members: Sequence[Member]) -> Portion:
    """Return the rows of some reports of one year, in their order."""
    figures = _Figures()
    gathered = {name: _Columns(tables()[name]) for name in OF_REPORTS if name != "figures"}
    numbers: Counter[str] = Counter()
    for report, earlier in members:
        _add(report, earlier, spool, figures, gathered, numbers)
    batches = {name: columns.batch() for name, columns in gathered.items()}
    return {**batches, "figures": figures.batch()}, numbers


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Spool:
    return Spool(folder)


def _add(
    report: Report,
    earlier: Head | None,
    spool: Spool,
    figures: _Figures,
    gathered: Mapping[str, _Columns],
    numbers: Counter[str],
) -> None:
    record = spool.load(report.primary.head)
    checks = list(record.get("checks") or ())
    if earlier is not None:
        checks += [check.to_dict() for check in compare(spool.load(earlier), record)]
    issues = record_issues(report, record)
    others = {version.number: spool.load(version.head) for version in report.versions if not version.current}
    rows = [
        _report_row(report, version.number, others.get(version.number, record)) for version in report.versions
    ]
    current = next(row for row in rows if row["current"])
    current["text_repeated"] = (
        None if earlier is None else repeated(report.primary.head.sentences, earlier.sentences)
    )
    current["issues"] = len(issues)
    for row in rows:
        gathered["reports"].add_row(row)
    figures.add(report, record)
    for version in report.versions:
        if not version.current:
            gathered["superseded"].add(
                superseded_values(report, version.number, version.head, others[version.number])
            )
    gathered["wide"].add_row(wide_row(report, record, {name: current[name] for name in WIDE_FROM_REPORTS}))
    gathered["sections"].add(section_values(report, record))
    gathered["mentions"].add(mention_values(report, record))
    gathered["checks"].add(check_values(report, checks))
    for document in document_rows(report):
        gathered["documents"].add_row(document)
    for issue in issues:
        gathered["issues"].add_row(issue_row(issue))
    numbers["figures"] += report.primary.head.figures
    numbers["checks_failed"] += current["checks_failed"]


def _report_row(report: Report, number: int, record: Mapping[str, Any]) -> dict[str, Any]:
    version = report.versions[number - 1]
    said = record.get("report") or {}
    head: Head = version.head
    first = report.primary.first
    held = [check["holds"] for check in record.get("checks") or ()]
    place = region_of(report.region, report.year)
    due = deadline(report.year, body_of(report.agency))
    published = day(said.get("published"))
    return {
        "report_id": report.id,
        "version": number,
        "current": version.current,
        "agency": report.agency,
        "region": report.region,
        "region_name": place.name,
        "province": place.province,
        "level": place.level,
        "year": report.year,
        **{name: said.get(name) for name in ("edition", "title", "scope", "document_number")},
        "published": published,
        "signed": day(said.get("signed")),
        "deadline": due,
        "days_late": (published - due).days if published is not None and due is not None else None,
        "documents": len(report.bodies),
        "addresses": len({seen.url for body in report.bodies for seen in body.sightings}),
        "site": first.site.id,
        "source_url": first.url,
        "sha256": head.sha256,
        "part": head.part,
        "content_hash": head.content,
        "bytes": head.size,
        "media_type": head.media_type,
        "captured_at": moment(version.first_seen),
        "last_seen_at": moment(version.last_seen),
        "gone_since": moment(first.gone_since) if version.current else None,
        "extractor": head.extractor,
        "cells": head.cells,
        "figures": head.figures,
        "checks_held": held.count(True),
        "checks_failed": held.count(False),
        "checks_open": held.count(None),
        "issues": len(record.get("issues") or ()),
        "text_length": head.text_length,
        "text_repeated": None,
    }
