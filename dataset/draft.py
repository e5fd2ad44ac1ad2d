"""The draft of a release: its tables as Parquet, in a folder of this machine; nothing is published yet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

from dataset.coverage import deadline
from dataset.model import Assembly, Report
from dataset.places import body_of, region_of
from dataset.rows import (
    check_values,
    day,
    document_rows,
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
from dataset.sites import SiteInfo
from dataset.sources import Head, Spool
from dataset.texts import repeated
from dataset.wide import WIDE_FROM_REPORTS
from dataset.writers import Row, TableWriter
from extraction.years import compare
from storage import Capture, canonical_json

FORMAT = 2
"""Number of the form of a release: its tables, columns and what they mean."""

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Draft:
    """A draft.

    Attributes:
        folder: where its files are.
        counts: for the manifest and for people.
        content: hash of what its tables say, apart from what moves with every crawl.
    """

    folder: Path
    counts: dict[str, int] = field(default_factory=dict)
    content: str = ""


def write_draft(
    folder: Path,
    assembly: Assembly,
    spool: Spool,
    *,
    sites: Iterable[SiteInfo],
    coverage: Iterable[Row],
    progress: Progress = lambda *_: None,
) -> Draft:
    """Write the tables that the assembled reports give.

    Args:
        folder: empty.
        assembly: reports and what could not become one.
        spool: the records.
        sites: of the archive.
        coverage: rows of the ledger.
        progress: told how many of how many reports are written.
    """
    numbers: Counter[str] = Counter()
    before = _year_before(assembly.reports)
    names = [name for name in tables() if name not in ("captures", "changes")]
    with ExitStack() as stack:
        writers = {name: stack.enter_context(TableWriter(folder, tables()[name])) for name in names}
        # By year first: tables divided by year have one open file at a time.
        reports = sorted(assembly.reports, key=attrgetter("year", "id"))
        for done, report in enumerate(reports, start=1):
            _write_report(report, before.get(report.id), spool, writers, numbers)
            progress(done, len(reports))
        for issue in assembly.unpublished:
            writers["issues"].write(issue_row(issue))
        for site in sites:
            writers["sites"].write(
                {
                    "site": site.id,
                    "name": site.name,
                    "region": site.region,
                    "agency": site.agency,
                    "entry": canonical_json(site.entry).decode() if site.entry else None,
                }
            )
        for row in coverage:
            writers["coverage"].write(row)
    lines = [f"form {FORMAT}"]
    lines += [f"{name} {writer.content}" for name, writer in writers.items() if not writer.schema.volatile]
    return Draft(
        folder,
        counts={
            "reports": len(assembly.reports),
            "documents": sum(len(report.bodies) for report in assembly.reports),
            "agencies": len({(report.region, report.agency) for report in assembly.reports}),
            "cells": writers["figures"].rows,
            "figures": numbers["figures"],
            "sections": writers["sections"].rows,
            "mentions": writers["mentions"].rows,
            "checks_failed": numbers["checks_failed"],
            "issues": writers["issues"].rows,
            "unpublished": len(assembly.unpublished),
        },
        content=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    )


def write_captures(draft: Draft, captures: Iterable[Capture]) -> None:
    """Write the captures of the draft's documents."""
    with TableWriter(draft.folder, tables()["captures"]) as writer:
        for capture in captures:
            writer.write(
                {
                    "capture": capture.id,
                    "run": capture.run,
                    "site": capture.site,
                    "time": moment(capture.time),
                    "url": capture.url,
                    "final_url": capture.final_url,
                    "status": capture.status,
                    "outcome": capture.outcome,
                    "sha256": capture.sha256,
                    "renderer": capture.renderer,
                    "parent": capture.parent,
                    "listing": capture.trail.listing,
                    "anchor": capture.trail.anchor,
                }
            )
    draft.counts["captures"] = writer.rows


def write_rows(draft: Draft, schema: TableSchema, rows: Iterable[Row]) -> int:
    """Write one more table of the draft and return its rows."""
    with TableWriter(draft.folder, schema) as writer:
        for row in rows:
            writer.write(row)
    return writer.rows


def _year_before(reports: Sequence[Report]) -> Mapping[str, Report]:
    """Return the same agency's report on the year before, by the id of the later one."""
    at = {(report.region, report.agency, report.year): report for report in reports}
    return {
        report.id: at[report.region, report.agency, report.year - 1]
        for report in reports
        if (report.region, report.agency, report.year - 1) in at
    }


def _write_report(
    report: Report,
    earlier: Report | None,
    spool: Spool,
    writers: Mapping[str, TableWriter],
    numbers: Counter[str],
) -> None:
    record = spool.load(report.primary.head)
    checks = list(record.get("checks") or ())
    if earlier is not None:
        checks += [check.to_dict() for check in compare(spool.load(earlier.primary.head), record)]
    issues = record_issues(report, record)
    rows = [
        _report_row(report, version.number, record if version.current else spool.load(version.head))
        for version in report.versions
    ]
    current = next(row for row in rows if row["current"])
    current["text_repeated"] = (
        None if earlier is None else repeated(report.primary.head.sentences, earlier.primary.head.sentences)
    )
    current["issues"] = len(issues)
    for row in rows:
        writers["reports"].write(row)
    writers["figures"].write_values(figure_values(report, record))
    for version in report.versions:
        if not version.current:
            writers["superseded"].write_values(
                superseded_values(report, version.number, version.head, spool.load(version.head))
            )
    writers["wide"].write(wide_row(report, record, {name: current[name] for name in WIDE_FROM_REPORTS}))
    writers["sections"].write_values(section_values(report, record))
    writers["mentions"].write_values(mention_values(report, record))
    writers["checks"].write_values(check_values(report, checks))
    for document in document_rows(report):
        writers["documents"].write(document)
    for issue in issues:
        writers["issues"].write(issue_row(issue))
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
