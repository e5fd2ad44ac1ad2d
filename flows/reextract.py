"""The archive again with the current extractor, without network; what changed, by cell.

A body that the current extractor has read already is skipped. For any other, the new record is compared with
the record of the newest earlier extractor that read the same bytes: the source is the same by construction,
so each difference is the reader's. Records of earlier extractors stay as they are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import extraction
from extraction.workers import Extractor
from flows.extract import BATCH, read_bodies, report_bodies
from flows.progress import emit
from storage import (
    Archive,
    ObjectStore,
    RecordStore,
    extractors,
    parts_of,
    refresh_state,
)

EXAMPLES = 20
"""Differing cells shown of a whole re-extraction."""


@dataclass
class Tally:
    """What a re-extraction did, or would do.

    Attributes:
        bodies: bodies looked at.
        skipped: of them, read by the current extractor before.
        read: of them, read now.
        first: of those, never read by any extractor before.
        differing: of those, with a record that differs from the earlier one in a cell or in its kind.
        kinds: changes of kind, ``not_report -> report``.
        cells: cells compared.
        changes: differing cells: ``value``, ``status``, ``appeared``, ``vanished``.
        reasons: differing cells by issue code of the new or the old record, or ``none``.
        examples: some of the differing cells.
        problems: bodies that could not be read from the archive.
    """

    bodies: int = 0
    skipped: int = 0
    read: int = 0
    first: int = 0
    differing: int = 0
    cells: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add the tally of other bodies."""
        for name in ("bodies", "skipped", "read", "first", "differing", "cells"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.kinds.update(other.kinds)
        self.changes.update(other.changes)
        self.examples = (self.examples + other.examples)[:EXAMPLES]
        self.problems += other.problems

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            **{
                name: getattr(self, name)
                for name in ("bodies", "skipped", "read", "first", "differing", "cells")
            },
            "kinds": dict(sorted(self.kinds.items())),
            "changes": dict(sorted(self.changes.items())),
            "examples": self.examples,
            "problems": self.problems,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tally:
        """Return the tally that `as_dict` described."""
        return cls(**{**data, "kinds": Counter(data["kinds"]), "changes": Counter(data["changes"])})

    def as_lines(self) -> list[str]:
        """Return it as lines for people."""
        by_change = ", ".join(f"{count:,} {name}" for name, count in sorted(self.changes.items()))
        lines = [
            f"{self.bodies:,} bodies: {self.skipped:,} read before by this extractor, {self.read:,} read now",
            f"{sum(self.changes.values()):,} of {self.cells:,} figures differ"
            + (f" ({by_change}), in {self.differing:,} documents" if by_change else ""),
        ]
        if self.first:
            lines.append(f"{self.first:,} documents have no earlier record")
        lines += [f"kind {change}: {count:,}" for change, count in sorted(self.kinds.items())]
        lines += [f"could not be read: {problem}" for problem in self.problems]
        return lines


def all_sites(store: ObjectStore) -> list[str]:
    """Return the ids of the sites the archive knows."""
    # Two objects a site: a listing of thousands, not of millions.
    return sorted({key.split("/")[1] for key in store.list("sites/")})


def reextract_sites(
    store: ObjectStore, sites: Sequence[str], extractor: Extractor, *, dry_run: bool = False
) -> Tally:
    """Read the report bodies of `sites` again.

    Args:
        store: the store.
        sites: ids.
        extractor: the workers that read.
        dry_run: write nothing; the answer is the same.
    """
    tally = Tally()
    seen: set[bytes] = set()
    for site in sites:
        part = _reextract_site(store, site, extractor, seen, dry_run=dry_run)
        tally.add(part)
        emit(
            "reextract",
            "site_done",
            site,
            **{name: getattr(part, name) for name in ("bodies", "read", "differing")},
        )
    return tally


def _reextract_site(
    store: ObjectStore, site: str, extractor: Extractor, seen: set[bytes], *, dry_run: bool
) -> Tally:
    records = RecordStore(store, extraction.EXTRACTOR)
    earlier = [RecordStore(store, name) for name in extractors(store) if name != extraction.EXTRACTOR]
    manifest = records.load_manifest(site)
    saved = len(manifest)
    tally = Tally()
    missing = []
    # refresh_state would write a state; a dry run writes nothing and takes the state as it was left.
    for sha256 in report_bodies(_state(store, site, dry_run=dry_run)):
        digest = bytes.fromhex(sha256)
        is_first_sight = digest not in seen
        seen.add(digest)
        tally.bodies += is_first_sight
        if sha256 in manifest:
            tally.skipped += is_first_sight
        elif (record := records.get(sha256)) is not None:
            tally.skipped += is_first_sight
            manifest[sha256] = record["kind"]
        elif is_first_sight:
            missing.append(sha256)
    for sha256, record in read_bodies(extractor, Archive(store), missing, tally.problems):
        _compare(tally, sha256, _newest(earlier, sha256), record)
        emit("reextract", "document", site, sha256=sha256)
        if dry_run:
            continue
        records.put_new(sha256, record)
        manifest[sha256] = record["kind"]
        if len(manifest) - saved >= BATCH:
            records.save_manifest(site, manifest)
            saved = len(manifest)
    if not dry_run and len(manifest) > saved:
        records.save_manifest(site, manifest)
    return tally


def _state(store: ObjectStore, site: str, *, dry_run: bool) -> Any:
    from storage import load_state

    return load_state(store, site) if dry_run else refresh_state(store, site)


def _newest(earlier: Sequence[RecordStore], sha256: str) -> dict[str, Any] | None:
    return next((found for records in reversed(earlier) if (found := records.get(sha256)) is not None), None)


def _compare(tally: Tally, sha256: str, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> None:
    tally.read += 1
    if old is None:
        tally.first += 1
        return
    differences = list(cell_differences(old, new))
    tally.cells += len(figures_of(old))
    tally.changes.update(difference["change"] for difference in differences)
    if old["kind"] != new["kind"]:
        tally.kinds[f"{old['kind']} -> {new['kind']}"] += 1
    tally.differing += bool(differences) or old["kind"] != new["kind"]
    for difference in differences[: EXAMPLES - len(tally.examples)]:
        report = _report_of(difference["cell"], new) or _report_of(difference["cell"], old)
        tally.examples.append(
            {
                "sha256": sha256,
                "agency": report.get("agency"),
                "year": report.get("year"),
                "from": old.get("extractor"),
                **difference,
            }
        )


def cell_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cells in which two records of the same bytes differ, in the order of their names."""
    before, after = figures_of(old), figures_of(new)
    for cell in sorted(before.keys() | after.keys()):
        was, now = before.get(cell), after.get(cell)
        if was == now:
            continue
        if was is None:
            change = "appeared"
        elif now is None:
            change = "vanished"
        else:
            change = "value" if was[0] != now[0] else "status"
        yield {"cell": cell, "change": change, "was": _shown(was), "is": _shown(now)}


def figures_of(record: Mapping[str, Any]) -> dict[str, tuple[Decimal | None, str]]:
    """Return value and status of each cell of a record, by its name.

    Where a document joins several reports, the number of the part stands before: ``2/requests.new.total``.
    """
    parts = parts_of(record)
    found = {}
    for number, part in enumerate(parts, start=1):
        before = f"{number}/" if len(parts) > 1 else ""
        for name, cell in (part.get("cells") or {}).items():
            value: Any = part.get("tables") or {}
            for step in name.split("."):
                value = value.get(step) if isinstance(value, Mapping) else None
            figure = None if value is None else Decimal(json.dumps(value))
            found[before + name] = (figure, str(cell.get("status")))
    return found


def _report_of(cell: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
    number, _, name = cell.rpartition("/")
    parts = parts_of(record)
    at = int(number) - 1 if number else 0
    part = parts[at] if at < len(parts) else {}
    return (part.get("report") or {}) if name in (part.get("cells") or {}) else {}


def _shown(figure: tuple[Decimal | None, str] | None) -> str | None:
    if figure is None:
        return None
    value, status = figure
    return status if value is None else str(value)
