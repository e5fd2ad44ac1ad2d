"""Bodies without a record -> records -> manifest, one site at a time.

What has to be read is never kept in a list: it is every body of a document or attachment of the site that has
no record of the current extractor. So a killed run is completed by the next one, and the same body on two
sites is read once.

A record is keyed by the hash of the body and the extractor, so it is made from the body alone: neither the
address nor the declared media type goes in, or the record of a body found at two addresses would depend on
which came first.

Archived content is hostile, so it is read in worker processes with limits of time and memory for each
document (`extraction.workers`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import extraction
from extraction.workers import Extractor, Reading
from flows.progress import emit
from storage import (
    Archive,
    BodyCorruptError,
    BodyRemovedError,
    ObjectNotFoundError,
    ObjectStore,
    RecordStore,
    parts_of,
    refresh_state,
)
from storage.state import SiteState

REPORT_ROLES = frozenset({"document", "attachment"})
"""Roles of resources that may be a report; listings are kept, but not read for figures."""

BATCH = 100
"""Records between two saves of the manifest: what a kill costs is looking that many records up again."""


@dataclass
class ExtractStats:
    """What extraction did for one site.

    Attributes:
        extracted: bodies read now.
        reused: bodies whose record was there, from another site or from a killed run.
        known: bodies that the manifest already had.
        kinds: of all the site's bodies, how many are ``report``, ``not_report``, ``unreadable``.
        reports_joined: reports that stand together with others in one of the bodies read now.
        figures: cells with a number in the records made now.
        cells: cells in the records made now.
        checks_failed: checks that do not hold, in the records made now.
        issues: issues of the records made now, by code; without mere notes.
        problems: bodies that could not be read from the archive, as messages.
    """

    extracted: int = 0
    reused: int = 0
    known: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    reports_joined: int = 0
    figures: int = 0
    cells: int = 0
    checks_failed: int = 0
    issues: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def count(self, record: dict[str, Any]) -> None:
        """Add what a record that was made now holds."""
        self.extracted += 1
        parts = parts_of(record)
        self.reports_joined += len(parts) if len(parts) > 1 else 0
        for part in parts:
            cells = part.get("cells") or {}
            self.cells += len(cells)
            self.figures += sum(cell.get("status") == "number" for cell in cells.values())
            self.checks_failed += sum(check.get("holds") is False for check in part.get("checks") or ())
        for said in (record, *(parts if len(parts) > 1 else ())):
            self.issues.update(
                issue["code"] for issue in said.get("issues") or () if issue["severity"] != "note"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return it for the summary."""
        return {
            "extracted": self.extracted,
            "reused": self.reused,
            "known": self.known,
            "kinds": dict(sorted(self.kinds.items())),
            "reports_joined": self.reports_joined,
            "cells": self.cells,
            "figures": self.figures,
            "checks_failed": self.checks_failed,
            "issues": dict(sorted(self.issues.items())),
            "problems": self.problems,
        }


def report_bodies(state: SiteState) -> Iterator[str]:
    """Yield the hash of every body, of every version, that may be a report, each once, in a stable order."""
    seen: set[str] = set()
    for _, resource in sorted(state.resources.items()):
        if resource.role not in REPORT_ROLES:
            continue
        for version in resource.versions:
            if version.sha256 not in seen:
                seen.add(version.sha256)
                yield version.sha256


def read_bodies(
    extractor: Extractor, archive: Archive, hashes: Iterable[str], problems: list[str]
) -> Iterator[tuple[str, Reading]]:
    """Yield (hash, reading) of archived bodies, read in the extractor's worker processes, in the order given.

    A body that cannot be taken from the archive is left out; the reason is added to `problems`, unless it is
    that a person removed it.
    """

    def bodies() -> Iterator[tuple[str, bytes, None, None]]:
        for sha256 in hashes:
            try:
                yield sha256, archive.get_body(sha256), None, None
            except BodyRemovedError:
                continue  # by a person, who gave a reason
            except (BodyCorruptError, ObjectNotFoundError) as error:
                problems.append(str(error))

    return extractor.readings(bodies())


def extract_site(store: ObjectStore, site: str, extractor: Extractor) -> ExtractStats:
    """Make the missing records of a site's bodies, then bring its manifest up to date."""
    state = refresh_state(store, site)
    records = RecordStore(store, extraction.EXTRACTOR)
    manifest = records.load_manifest(site)
    saved = len(manifest)
    stats = ExtractStats()
    bodies = list(report_bodies(state))
    missing = []
    for sha256 in bodies:
        if sha256 in manifest:
            stats.known += 1
        elif (record := records.get(sha256)) is not None:
            stats.reused += 1
            manifest[sha256] = record["kind"]
        else:
            missing.append(sha256)
    for sha256, (record, data) in read_bodies(extractor, Archive(store), missing, stats.problems):
        records.put_new(sha256, data)
        stats.count(record)
        manifest[sha256] = record["kind"]
        emit("extract", "document", site, sha256=sha256, kind=record["kind"], todo=len(bodies))
        if len(manifest) - saved >= BATCH:
            records.save_manifest(site, manifest)
            saved = len(manifest)
    if len(manifest) > saved:
        records.save_manifest(site, manifest)
    stats.kinds = Counter(manifest[sha256] for sha256 in bodies if sha256 in manifest)
    emit("extract", "site_done", site, extracted=stats.extracted, reused=stats.reused)
    return stats
