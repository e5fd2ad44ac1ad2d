"""What a re-extraction did, or would do: counts, and the worst of the changes."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.compare import CHANGES, STEPS, count_cells, differences, report_of
from flows.wording import counted

KEPT = 10_000
"""Changes kept one by one, the worst; all of them are counted."""

_COUNTS = ("bodies", "skipped", "read", "first", "differing", "cells")
_NO_EDITION = ""


@dataclass
class Tally:
    """What a re-extraction did, or would do. Tallies of parts add up to that of the whole, in any order.

    Attributes:
        bodies: bodies looked at.
        skipped: of them, read by the current extractor before.
        read: of them, read now.
        first: of those, never read by any extractor before.
        differing: of those, with a record that differs from the earlier one.
        cells: cells compared.
        kinds: changes of kind, ``not_report -> report``.
        changes: differences by reason: how a cell changes, ``kind``, ``identity``, ``check``, ``text``,
            ``other``.
        steps: the same by what it would do to the dataset.
        fields: differing fields of identity.
        where: (site, edition) -> counts of ``read``, ``differing`` and of each reason.
        kept: the worst differences, with document and report; at most `keep`.
        keep: how many.
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
    steps: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    where: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    kept: list[dict[str, Any]] = field(default_factory=list)
    keep: int = KEPT
    problems: list[str] = field(default_factory=list)

    @property
    def changed_cells(self) -> int:
        """Cells that differ."""
        return sum(self.changes[name] for name in CHANGES)

    def compare(self, site: str, sha256: str, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> None:
        """Add one body that was read: its newest earlier record, if there is one, and the new one."""
        self.read += 1
        edition = str((new.get("report") or {}).get("edition") or _edition(old) or _NO_EDITION)
        here = self.where.setdefault((site, edition), Counter())
        here["read"] += 1
        if old is None:
            self.first += 1
            return
        self.cells += count_cells(old)
        found = list(differences(old, new))
        if not found:
            return
        self.differing += 1
        here["differing"] += 1
        for difference in found:
            self.changes[difference["change"]] += 1
            self.steps[difference["step"]] += 1
            here[difference["change"]] += 1
            if difference["change"] == "identity":
                self.fields[difference["cell"].rpartition("/")[2]] += 1
            elif difference["change"] == "kind":
                self.kinds[f"{difference['was']} -> {difference['is']}"] += 1
        self._keep(_with_document(difference, site, sha256, old, new) for difference in found)

    def add(self, other: Tally) -> None:
        """Add the tally of other bodies."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("kinds", "changes", "steps", "fields"):
            getattr(self, name).update(getattr(other, name))
        for key, counts in other.where.items():
            self.where.setdefault(key, Counter()).update(counts)
        self._keep(other.kept)
        self.problems = sorted([*self.problems, *other.problems])

    def _keep(self, more: Iterable[dict[str, Any]]) -> None:
        self.kept += more
        if len(self.kept) > 2 * self.keep:
            self._cut()

    def _cut(self) -> None:
        self.kept = heapq.nsmallest(self.keep, self.kept, key=severity)

    def worst(self) -> list[dict[str, Any]]:
        """Return the differences that are kept, the worst first."""
        self._cut()
        return self.kept

    def by_place(self) -> list[dict[str, Any]]:
        """Return the counts by site and edition, the most changed first."""
        rows = [
            {"site": site, "edition": edition, **dict(sorted(counts.items()))}
            for (site, edition), counts in self.where.items()
        ]
        return sorted(
            rows, key=lambda row: (-sum(row.get(n, 0) for n in CHANGES), row["site"], row["edition"])
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data: the same for the same tally, however it was added up."""
        return {
            **{name: getattr(self, name) for name in _COUNTS},
            "changed_cells": self.changed_cells,
            **{name: _in_order(getattr(self, name)) for name in ("kinds", "changes", "steps", "fields")},
            "where": self.by_place(),
            "worst": self.worst(),
            "keep": self.keep,
            "problems": sorted(self.problems),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tally:
        """Return the tally that `as_dict` described."""
        found = cls(**{name: data[name] for name in _COUNTS}, keep=data["keep"])
        for name in ("kinds", "changes", "steps", "fields"):
            setattr(found, name, Counter(data[name]))
        for row in data["where"]:
            counts = {name: count for name, count in row.items() if name not in ("site", "edition")}
            found.where[row["site"], row["edition"]] = Counter(counts)
        found.kept = list(data["worst"])
        found.problems = list(data["problems"])
        return found

    def as_lines(self) -> list[str]:
        """Return it as lines for people."""
        lines = [
            (
                f"{counted(self.bodies, 'body', 'bodies')}: "
                f"{self.skipped:,} read before by this extractor, {self.read:,} read now"
            ),
            f"different: {self.differing:,} of {counted(self.read - self.first, 'record')}; "
            f"{self.changed_cells:,} of {counted(self.cells, 'cell')}"
            + _counted(self.changes, CHANGES)
            + f", {counted(self.changes['identity'], 'field')} of identity"
            + _counted(self.fields, sorted(self.fields))
            + f", {counted(self.changes['check'], 'check')}",
        ]
        if self.first:
            lines.append(f"without an earlier record: {counted(self.first, 'document')}")
        lines += [f"kind {change}: {count:,}" for change, count in sorted(self.kinds.items())]
        lines += [f"could not be read: {problem}" for problem in sorted(self.problems)]
        return lines


def severity(change: Mapping[str, Any]) -> tuple[int, str, str, str]:
    """Return what changes are ordered by: the worst first, then site, document and cell."""
    return STEPS.index(change["step"]), change["site"], change["sha256"], change["cell"]


def _with_document(
    difference: Mapping[str, Any], site: str, sha256: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    report = report_of(difference["cell"], new) or report_of(difference["cell"], old)
    return {
        "site": site,
        "sha256": sha256,
        "agency": report.get("agency"),
        "year": report.get("year"),
        "edition": report.get("edition"),
        "from": old.get("extractor"),
        **difference,
    }


def _edition(record: Mapping[str, Any] | None) -> Any:
    return None if record is None else (record.get("report") or {}).get("edition")


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


def _counted(counts: Mapping[str, int], names: Iterable[str]) -> str:
    said = ", ".join(f"{counts[name]:,} {name}" for name in names if counts[name])
    return f" ({said})" if said else ""
