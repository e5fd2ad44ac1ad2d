"""What a release is made of: reports, their documents, and what must be known of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from dataset.heads import Head
from dataset.sources import Sighting


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a user of the data must know.

    Attributes:
        code: what kind of thing.
        severity: ``error`` (do not rely on it), ``warning`` or ``note``.
        message: for people.
        cells: the cells it concerns.
        report: id of the report, None for a document that is not published.
        sha256: the body it concerns, where one.
        url: the address it concerns, where one.
    """

    code: str
    severity: str
    message: str
    cells: tuple[str, ...] = ()
    report: str | None = None
    sha256: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A document of a report: one body with all its addresses.

    Attributes:
        head: what its record says in short.
        sightings: its addresses, in order of site and address.
        agency: whose report it is.
        year: of the report.
        region: code.
        issues: how agency, year and region were come by, where not from the document.
    """

    head: Head
    sightings: tuple[Sighting, ...]
    agency: str
    year: int
    region: str
    issues: tuple[Issue, ...] = ()

    @property
    def first(self) -> Sighting:
        """The address that saw it first."""
        return min(self.sightings, key=lambda seen: (seen.first_seen, seen.site.id, seen.url))


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """What a report said for a time: bodies that say the same are one version.

    Attributes:
        number: from 1, by when it was first seen.
        head: of the body that says it; the current version's is the primary's.
        first_seen: when.
        last_seen: when.
        current: whether the report says it now.
    """

    number: int
    head: Head
    first_seen: str
    last_seen: str
    current: bool


@dataclass(frozen=True, slots=True)
class Report:
    """A report of the release.

    Attributes:
        id: ``<region>-<agency>-<year>``.
        agency: whose.
        region: code.
        year: of the report.
        primary: the body the figures are taken from.
        copies: the other bodies.
        versions: what the addresses of the primary said over time, oldest first.
        issues: of the report as such; those of the primary's record are in the record, and where copies
            disagree is found when its rows are made.
    """

    id: str
    agency: str
    region: str
    year: int
    primary: Body
    copies: tuple[Body, ...]
    versions: tuple[ReportVersion, ...]
    issues: tuple[Issue, ...]

    @property
    def bodies(self) -> tuple[Body, ...]:
        """All its documents, the primary first."""
        return (self.primary, *self.copies)


@dataclass
class Assembly:
    """All reports, and what could not become one."""

    reports: list[Report] = field(default_factory=list)
    unpublished: list[Issue] = field(default_factory=list)
