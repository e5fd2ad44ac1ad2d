"""A release: its files, its manifest, and the pointer that flips last.

An object store cannot rename, so there is no draft to move into place. What is not in
``releases/versions.json`` does not exist: files first, then the manifest with their hashes, then the pointer.
The first file of a version is created with `put_new`, which claims the version: a counter that a killed
publication has taken is passed over.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataset.model import Assembly
from dataset.reports import assemble
from dataset.sources import Heads, Spool, gather
from dataset.tables import (
    SCHEMAS,
    document_rows,
    figure_rows,
    issue_row,
    record_issues,
    report_row,
    unpublished,
)
from dataset.writers import TableWriter, file_hash, hash_of_stream
from storage import ObjectNotFoundError, ObjectStore, canonical_json, timestamp
from storage.seal import seal, unseal_any

FORMAT = 1
"""Number of the form of a release: its tables, columns and what they mean."""

VERSIONS_KEY = "releases/versions.json"

Progress = Callable[[int, int], None]


class ReleaseError(Exception):
    """A release cannot be read or made; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication came to.

    Attributes:
        version: the release that now says what the store knows.
        is_new: made now; False where the last release says the same already.
        prefix: where its files are in the store.
        counts: of its manifest.
    """

    version: str
    is_new: bool
    prefix: str
    counts: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "version": self.version,
            "new": self.is_new,
            "prefix": self.prefix,
            "counts": dict(self.counts),
        }


def release_prefix(version: str) -> str:
    """Return what the keys of a release's files start with."""
    return f"releases/{version}/"


def load_versions(store: ObjectStore) -> list[dict[str, Any]]:
    """Return the releases that exist, oldest first.

    Raises:
        ReleaseError: the list cannot be read.
    """
    return _load_versions(store)[0]


def _load_versions(store: ObjectStore) -> tuple[list[dict[str, Any]], str | None]:
    try:
        data, tag = store.get_tagged(VERSIONS_KEY)
        document = json.loads(unseal_any(data))
        versions = document["versions"]
    except ObjectNotFoundError:
        return [], None
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{VERSIONS_KEY} in {store.url} is damaged; restore it from a copy") from error
    if not isinstance(versions, list):
        raise ReleaseError(f"{VERSIONS_KEY} in {store.url} is damaged; restore it from a copy")
    return versions, tag


def load_manifest(store: ObjectStore, version: str) -> dict[str, Any]:
    """Return the manifest of a release.

    Raises:
        ReleaseError: it cannot be read.
    """
    key = f"{release_prefix(version)}manifest.json"
    try:
        manifest = json.loads(store.get(key))
    except (ObjectNotFoundError, ValueError) as error:
        raise ReleaseError(f"{key} in {store.url} cannot be read; publish again or restore it") from error
    assert isinstance(manifest, dict)
    return manifest


def publish(
    store: ObjectStore,
    *,
    extractor: str,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Publication:
    """Make a release of all records, unless the last one has the same content.

    Args:
        store: the store.
        extractor: the current extractor; a body it has not read yet is taken as the newest earlier one read
            it.
        now: the present moment.
        progress: told how many of how many reports are written.
    """
    moment = now or datetime.now(UTC)
    versions = load_versions(store)
    with tempfile.TemporaryDirectory(prefix="gongkai-release-") as name, Spool() as spool:
        folder = Path(name)
        assembly = assemble(gather(store, Heads(store, extractor, spool)), spool.load)
        counts = _write_tables(folder, assembly, spool, progress or (lambda *_: None))
        content = _content_hash(folder)
        if versions and versions[-1]["content"] == content:
            last = versions[-1]
            return Publication(last["version"], False, release_prefix(last["version"]), last["counts"])  # noqa: FBT003
        version, files = _upload(store, folder, versions, moment)
    while True:
        # Two publications may end at the same time: who is slower names the other's as the one before.
        versions, tag = _load_versions(store)
        if versions and versions[-1]["content"] == content:
            last = versions[-1]
            return Publication(last["version"], False, release_prefix(last["version"]), last["counts"])  # noqa: FBT003
        manifest = {
            "manifest": FORMAT,
            "version": version,
            "created": timestamp(moment),
            "previous": versions[-1]["version"] if versions else None,
            "content": content,
            "extractor": extractor,
            "extractors": dict(
                sorted(Counter(report.primary.head.extractor for report in assembly.reports).items())
            ),
            "counts": counts,
            "files": files,
            "unpublished": unpublished(assembly),
        }
        data = canonical_json(manifest)
        store.put(f"{release_prefix(version)}manifest.json", data)
        entry = {
            "version": version,
            "created": manifest["created"],
            "content": content,
            "manifest": hashlib.sha256(data).hexdigest(),
            "counts": counts,
        }
        pointer = canonical_json({"versions": [*versions, entry], "current": version})
        if store.put_if(VERSIONS_KEY, seal(pointer), tag):
            return Publication(version, True, release_prefix(version), counts)  # noqa: FBT003


def verify_releases(store: ObjectStore) -> Iterator[tuple[str, str]]:
    """Yield the key of every released file that is not as its manifest says, and what is wrong with it."""
    for entry in load_versions(store):
        prefix = release_prefix(entry["version"])
        try:
            data = store.get(f"{prefix}manifest.json")
        except ObjectNotFoundError:
            yield f"{prefix}manifest.json", "is missing; restore it"
            continue
        if hashlib.sha256(data).hexdigest() != entry["manifest"]:
            yield f"{prefix}manifest.json", "is not what versions.json says; restore it"
            continue
        for file in json.loads(data)["files"]:
            try:
                with store.open(prefix + file["path"]) as stored:
                    found = hash_of_stream(stored)
            except ObjectNotFoundError:
                yield prefix + file["path"], "is missing; restore it"
                continue
            if found != file["sha256"]:
                yield prefix + file["path"], "has another hash than its manifest says; restore it"


def _write_tables(folder: Path, assembly: Assembly, spool: Spool, progress: Progress) -> dict[str, int]:
    numbers: Counter[str] = Counter()
    with ExitStack() as stack:
        documents, figures, issues, reports = (
            stack.enter_context(TableWriter(folder, name, SCHEMAS[name]))
            for name in ("documents", "figures", "issues", "reports")
        )
        for done, report in enumerate(assembly.reports, start=1):
            record = spool.load(report.primary.head)
            for row in figure_rows(report, record):
                figures.write(row)
                numbers[row["status"]] += 1
            row = report_row(report, record)
            reports.write(row)
            numbers["checks_failed"] += row["checks_failed"]
            for row in document_rows(report):
                documents.write(row)
            for issue in record_issues(report, record):
                issues.write(issue_row(issue))
            progress(done, len(assembly.reports))
        for issue in assembly.unpublished:
            issues.write(issue_row(issue))
        return {
            "reports": reports.rows,
            "documents": sum(len(report.bodies) for report in assembly.reports),
            "agencies": len({(report.region, report.agency) for report in assembly.reports}),
            "cells": figures.rows,
            "figures": numbers["number"],
            "checks_failed": numbers["checks_failed"],
            "issues": issues.rows,
            "unpublished": len(assembly.unpublished),
        }


def _content_hash(folder: Path) -> str:
    """Return the hash of what the tables say; CSV, as the bytes of Parquet depend on who writes it."""
    lines = [f"form {FORMAT}", *(f"{name} {file_hash(folder / f'{name}.csv')}" for name in sorted(SCHEMAS))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _upload(
    store: ObjectStore, folder: Path, versions: list[dict[str, Any]], now: datetime
) -> tuple[str, list[dict[str, Any]]]:
    first, *others = sorted(path for path in folder.iterdir() if path.suffix in {".csv", ".parquet"})
    day = now.astimezone(UTC).strftime("%Y-%m-%d")
    taken = [entry["version"] for entry in versions if entry["version"].startswith(f"{day}.")]
    counter = max((int(version.rpartition(".")[2]) for version in taken), default=0) + 1
    while not store.put_new_file(f"{release_prefix(f'{day}.{counter}')}{first.name}", first):
        counter += 1
    version = f"{day}.{counter}"
    for path in others:
        store.put_new_file(f"{release_prefix(version)}{path.name}", path)
    files = []
    for path in (first, *others):
        info = store.stat(f"{release_prefix(version)}{path.name}")
        size = path.stat().st_size
        if info is None or info.size != size:
            raise ReleaseError(
                f"{path.name} of release {version} did not arrive whole in {store.url}; publish again"
            )
        files.append({"path": path.name, "size": size, "sha256": file_hash(path)})
    return version, files
