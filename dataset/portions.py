"""A portion of the reports of one year -> the rows they give, in columns: what a worker does for a draft.

Reports go in and Arrow columns come out, so that rows are never objects of Python in the process that writes.
What a portion holds depends on its reports alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from dataset.condensed import Checks, Condensed, checks_of
from dataset.coverage import deadline
from dataset.heads import Head
from dataset.model import Report, ReportVersion
from dataset.places import body_of, level_of, region_of
from dataset.rows import (
    CHECKS,
    FIGURES,
    MENTIONS,
    SECTIONS,
    SUPERSEDED,
    check_layout,
    check_values,
    compare_copies,
    day,
    document_rows,
    figure_constants,
    figure_doubts,
    figure_layout,
    figure_values,
    flags_of,
    issue_row,
    mention_values,
    moment,
    record_issues,
    section_values,
    superseded_constants,
    superseded_layout,
    wide_values,
)
from dataset.schema import tables
from dataset.spool import Spool
from dataset.spread import Piece, Spread
from dataset.texts import repeated
from dataset.writers import Row
from extraction.years import compare

OF_REPORTS = (
    "reports", "figures", "superseded", "wide", "sections", "mentions", "checks", "documents", "issues",
)  # fmt: skip
"""The tables whose rows reports give."""

Member = tuple[Report, Head | None]
"""A report, and the head of its agency's report on the year before."""
Job = tuple[Path, Sequence[Member]]
"""Folder of the spool, and reports of one year."""
Portion = tuple[dict[str, Piece], Counter[str]]
"""Rows by the name of the table, and what is counted."""


class _Rows:
    """Rows of a table, one after another."""

    def __init__(self, name: str) -> None:
        self._schema = tables()[name]
        self._rows: list[Sequence[Any]] = []

    def add(self, row: Row) -> None:
        self.add_values([row[name] for name in self._schema.names])

    def add_values(self, row: Sequence[Any]) -> None:
        self._rows.append(row)

    def piece(self) -> Piece:
        columns: Sequence[Any] = list(zip(*self._rows, strict=True)) or [()] * len(self._schema.names)
        named = dict(zip(self._schema.names, columns, strict=True))
        return Piece(
            {field.name: pa.array(named[field.name], field.type) for field in self._schema.arrow_file}, []
        )


class _Tables:
    """The rows that some reports give."""

    def __init__(self) -> None:
        self.reports, self.wide, self.documents, self.issues = map(
            _Rows, ("reports", "wide", "documents", "issues")
        )
        self.figures = Spread(tables()["figures"], FIGURES)
        self.superseded = Spread(tables()["superseded"], SUPERSEDED)
        self.sections = Spread(tables()["sections"], SECTIONS)
        self.mentions = Spread(tables()["mentions"], MENTIONS)
        self.checks = Spread(tables()["checks"], CHECKS)
        self.numbers: Counter[str] = Counter()

    def pieces(self) -> dict[str, Piece]:
        return {name: getattr(self, name).piece() for name in OF_REPORTS}

    def add_checks(self, report: str, checks: Checks) -> None:
        self.checks.add((report,), check_values(checks))
        self.checks.add_layout(checks.identities, partial(check_layout, checks))


def make_portion(job: Job) -> Portion:
    """Return what `portion_of` returns, in a process of its own."""
    folder, members = job
    return portion_of(_opened(folder), members)


def portion_of(spool: Spool, members: Sequence[Member]) -> Portion:
    """Return the rows of some reports of one year, in their order."""
    gathered = _Tables()
    for report, earlier in members:
        _add(report, earlier, spool, gathered)
    return gathered.pieces(), gathered.numbers


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Spool:
    return Spool(folder)


def _add(report: Report, earlier: Head | None, spool: Spool, to: _Tables) -> None:
    record = spool.load(report.primary.head)
    before = None if earlier is None else spool.load(earlier)
    disagreements, corroborated = compare_copies(report, record, spool.load)
    issues = record_issues(report, record, disagreements)
    flags = flags_of(record, (*report.issues, *disagreements))
    for version in report.versions:
        said = record if version.current else spool.load(version.head)
        row = _report_row(report, version, said)
        if version.current:
            row["text_repeated"] = None if before is None else repeated(said.sentences, before.sentences)
            row["issues"] = len(issues)
            to.wide.add_values(wide_values(row, record, flags))
            to.numbers["checks_failed"] += row["checks_failed"]
        else:
            constants = superseded_constants(report, version)
            to.superseded.add(constants, figure_values(said), [said.statuses])
            to.superseded.add_layout(said.layout, partial(superseded_layout, said))
        to.reports.add(row)
    doubts = figure_doubts(record, flags, corroborated)
    to.figures.add(figure_constants(report), figure_values(record), [record.statuses], doubts)
    editions = (record.said["edition"], *(record.said["editions"] or {}).items())
    to.figures.add_layout((record.layout, editions), partial(figure_layout, record))
    to.sections.add((report.id,), section_values(record))
    to.mentions.add((report.id,), mention_values(record))
    to.add_checks(report.id, record.checks)
    if before is not None:
        over_years = [check.to_dict() for check in compare(before.record, record.record)]
        to.add_checks(report.id, checks_of(over_years))
    for document in document_rows(report):
        to.documents.add(document)
    for issue in issues:
        to.issues.add(issue_row(issue))
    to.numbers["figures"] += report.primary.head.figures


def _report_row(report: Report, version: ReportVersion, record: Condensed) -> dict[str, Any]:
    said = record.said
    head: Head = version.head
    first = report.primary.first
    held = record.checks.holds
    place = region_of(report.region, report.year)
    due = deadline(report.year, body_of(report.agency))
    published = day(said["published"])
    return {
        "report_id": report.id,
        "version": version.number,
        "current": version.current,
        "agency": report.agency,
        "region": report.region,
        "region_name": place.name,
        "province": place.province,
        "level": level_of(report.agency, place),
        "year": report.year,
        **{name: said[name] for name in ("edition", "title", "scope", "document_number")},
        "published": published,
        "signed": day(said["signed"]),
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
        "cells": len(record.raws),
        "figures": head.figures,
        "checks_held": held.count(True),
        "checks_failed": held.count(False),
        "checks_open": held.count(None),
        "issues": len(record.issues),
        "text_length": record.text_length,
        "text_repeated": None,
    }
