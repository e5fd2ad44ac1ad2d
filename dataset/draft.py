"""The draft of a release: its tables as Parquet, in a folder of this machine; nothing is published yet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path

from dataset.model import Assembly, Report
from dataset.portions import Job, make_portion, portion_of
from dataset.rows import issue_row, moment
from dataset.schema import TableSchema, tables
from dataset.sites import SiteInfo
from dataset.spool import Spool
from dataset.workers import Workers
from dataset.writers import Row, TableWriter
from storage import Capture, canonical_json

FORMAT = 3
"""Number of the form of a release: its tables, columns and what they mean."""

TOGETHER = 100
"""Reports whose rows are made together."""

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
    workers: Workers,
    progress: Progress = lambda *_: None,
) -> Draft:
    """Write the tables that the assembled reports give.

    Args:
        folder: empty.
        assembly: reports and what could not become one.
        spool: the records.
        sites: of the archive.
        coverage: rows of the ledger.
        workers: make the rows.
        progress: told how many of how many reports are written.
    """
    numbers: Counter[str] = Counter()
    names = [name for name in tables() if name not in ("captures", "changes")]
    with ExitStack() as stack:
        writers = {name: stack.enter_context(TableWriter(folder, tables()[name])) for name in names}
        done = 0
        progress(done, len(assembly.reports))
        jobs = _jobs(assembly.reports, spool)
        made = workers.run(make_portion, jobs, lambda job: portion_of(spool, job[1]))
        for (year, reports), (pieces, counted) in made:
            for name, piece in pieces.items():
                writers[name].write_batch(piece.batch(tables()[name]), year)
            numbers += counted
            done += reports
            progress(done, len(assembly.reports))
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
                    "imported": capture.imported and " ".join(astuple(capture.imported)),
                }
            )
    draft.counts["captures"] = writer.rows


def write_rows(draft: Draft, schema: TableSchema, rows: Iterable[Row]) -> int:
    """Write one more table of the draft and return its rows."""
    with TableWriter(draft.folder, schema) as writer:
        for row in rows:
            writer.write(row)
    return writer.rows


def _jobs(reports: Sequence[Report], spool: Spool) -> Iterator[tuple[tuple[int, int], Job]]:
    """Yield portions of the reports with their year and number: tables divided by year have one open file."""
    heads = {(report.region, report.agency, report.year): report.primary.head for report in reports}
    ordered = sorted(reports, key=attrgetter("year", "id"))
    for year, those in groupby(ordered, key=attrgetter("year")):
        while members := [
            (report, heads.get((report.region, report.agency, report.year - 1)))
            for report in islice(those, TOGETHER)
        ]:
            yield (year, len(members)), (spool.folder, members)
