"""Who publishes the dataset, and the facts of one release that its metadata state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).resolve().parent / "about.yaml"


@dataclass(frozen=True, slots=True)
class About:
    """`about.yaml`: texts by language (``zh``, ``en``) where there are two."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    keywords: Sequence[str]
    languages: Sequence[str]
    publisher: str
    homepage: str | None
    contact: str | None
    licence: Mapping[str, str]
    note: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release: its path in it, bytes and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What one release is.

    Attributes:
        version: date and counter.
        created: when, ISO 8601 with Z.
        previous: the release before, None for the first.
        extractor: the current extractor.
        extractors: reports by the extractor that read them.
        counts: of the manifest.
        years: first and last year reported on, None where there is no report.
        rows: of each table.
        changes: since the release before, by kind and cause.
        gates: what the gates found, in words.
        files: the data files.
    """

    version: str
    created: str
    previous: str | None
    extractor: str
    extractors: Mapping[str, int]
    counts: Mapping[str, int]
    years: tuple[int, int] | None
    rows: Mapping[str, int]
    changes: Mapping[str, int] = field(default_factory=dict)
    gates: Sequence[str] = ()
    files: Sequence[File] = ()

    def of(self, table: str, folder: str) -> list[File]:
        """Return the files of a table in a folder of the release, in the order of the years."""
        return sorted(
            (
                file
                for file in self.files
                if file.path.startswith((f"{folder}/{table}/", f"{folder}/{table}."))
            ),
            key=lambda file: file.path,
        )


@lru_cache(maxsize=1)
def about() -> About:
    """Return what `about.yaml` says."""
    entries: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return About(**entries)
