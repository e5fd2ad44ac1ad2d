"""The figures of a job: what was asked, what came back, what was not understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crawlers.titles import year_of

# Lists in the figures are for people; beyond this only the counts grow.
_LISTED = 200
_SAMPLE = 5


@dataclass
class SiteFigures:
    """Counts of one site in one job.

    Attributes:
        pages: answers of any kind, robots.txt included.
        listings: pages asked for their links.
        documents: pages or files that may be a report.
        attachments: files that a document page links.
        reports: documents whose title names a report.
        outcomes: answers by outcome.
        blocked: walls met, as ``wall url``.
        errors: answers that failed, as ``kind url``.
        decoys: links that only resemble reports.
        decoy_reasons: the same by reason.
        columns: annual-report columns that list reports, by address: what led there, platform, paging, year
            and class of agencies where the column is split, and how many reports its pages name.
        kept: documents that their lists show unchanged, and that were therefore not asked.
        waiting: steps left for the next night.
        issues: what was not understood or needs a person.
        platforms: listing pages by the platform module that read them.
        finished: why the crawl of the site ended.
    """

    pages: int = 0
    listings: int = 0
    documents: int = 0
    attachments: int = 0
    reports: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    blocked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    decoys: int = 0
    decoy_reasons: Counter[str] = field(default_factory=Counter)
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: int = 0
    waiting: int = 0
    issues: list[dict[str, str]] = field(default_factory=list)
    platforms: Counter[str] = field(default_factory=Counter)
    finished: str = "not started"

    def count(self, role: str, outcome: str, url: str) -> None:
        """Count an answer."""
        self.pages += 1
        if role == "document":
            self.documents += 1
        elif role == "attachment":
            self.attachments += 1
        else:
            self.listings += 1
        self.outcomes[outcome] += 1
        kind, _, detail = outcome.partition(":")
        if kind == "blocked" and len(self.blocked) < _LISTED:
            self.blocked.append(f"{detail} {url}")
        elif kind == "error" and len(self.errors) < _LISTED:
            self.errors.append(f"{detail} {url}")

    def column(self, url: str, facts: dict[str, Any], reports: list[str]) -> None:
        """Note a page of an annual-report column; the first page of a column says what it is."""
        known = self.columns.get(url)
        if known is None:
            if len(self.columns) >= _LISTED:
                return
            known = self.columns[url] = {**facts, "pages": 0, "reports": 0, "years": [], "sample": []}
        elif facts["platform"] not in {known["platform"], "static", "unknown"}:
            known["platform"] = facts["platform"]
        known["paging"] = known["paging"] or facts["paging"]
        known["pages"] += 1
        known["reports"] += len(reports)
        years = {year for title in reports if (year := year_of(title)) is not None}
        known["years"] = sorted({*known["years"], *years})
        known["sample"] += reports[: _SAMPLE - len(known["sample"])]

    def issue(self, code: str, message: str, url: str = "") -> None:
        """Note an issue once."""
        found = {"code": code, "message": message, "url": url}
        if found not in self.issues and len(self.issues) < _LISTED:
            self.issues.append(found)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain JSON data."""
        return {
            "pages": self.pages,
            "listings": self.listings,
            "documents": self.documents,
            "attachments": self.attachments,
            "reports": self.reports,
            "outcomes": dict(sorted(self.outcomes.items())),
            "blocked": self.blocked,
            "errors": self.errors,
            "decoys": self.decoys,
            "decoy_reasons": dict(sorted(self.decoy_reasons.items())),
            "columns": self.columns,
            "kept": self.kept,
            "waiting": self.waiting,
            "issues": self.issues,
            "platforms": dict(sorted(self.platforms.items())),
            "finished": self.finished,
        }
