"""A release: made in a draft, judged, uploaded; the pointer flips last.

    gather      what the archive knows, at a moment (`dataset.past` for an earlier one)
    draft       the tables as Parquet, in a folder of this machine
    compare     with the release before: the same content makes no release
    judge       the gates; a draft that fails one is recorded and never visible
    derive      CSV, Excel, SQLite, DuckDB, metadata
    upload      files, then the manifest with their hashes, then the pointer

The first file of a version is created with `put_new`, which claims the version: a counter that a killed
publication has taken is passed over.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from dataset.changes import compare, needed_from, summarise
from dataset.derived import parquet_files
from dataset.draft import FORMAT, Draft, Progress, write_captures, write_draft, write_rows
from dataset.gates import Bounds, Gate, Subject, judge_tables, load_bounds, schema_of_release
from dataset.heads import Heads
from dataset.metadata import Facts, write_metadata
from dataset.model import Assembly
from dataset.other_forms import derive, finish, said_of
from dataset.past import Moment
from dataset.released_coverage import coverage_rows
from dataset.reports import assemble
from dataset.rows import unpublished
from dataset.schema import tables
from dataset.scratch import Scratch
from dataset.sources import gather
from dataset.spool import Spool
from dataset.versions import (
    MANIFEST,
    VERSIONS_KEY,
    ReleaseError,
    load_manifest,
    load_tagged_versions,
    load_versions,
    release_prefix,
)
from dataset.workers import Workers
from dataset.writers import file_hash
from storage import Capture, ObjectStore, canonical_json, timestamp
from storage.seal import seal

__all__ = ["GatesFailedError", "Publication", "ReleaseError", "publish"]

Stages = Callable[[str], None]


class GatesFailedError(ReleaseError):
    """A draft failed its gates and was not published.

    Attributes:
        gates: those that failed.
        key: where the failure is recorded in the store.
    """

    def __init__(self, gates: Sequence[Gate], key: str) -> None:
        self.gates = gates
        self.key = key
        said = "; ".join(f"{gate.name}: {gate.message}" for gate in gates)
        super().__init__(f"not published: {said}")


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication came to.

    Attributes:
        version: the release that now says what the store knows.
        is_new: made now; False where the last release says the same already.
        prefix: where its files are in the store.
        counts: of its manifest.
        changes: since the release before, by kind and cause.
    """

    version: str
    is_new: bool
    prefix: str
    counts: Mapping[str, int]
    changes: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "version": self.version,
            "new": self.is_new,
            "prefix": self.prefix,
            "counts": dict(self.counts),
            "changes": dict(self.changes),
        }


def publish(
    store: ObjectStore,
    *,
    extractor: str,
    now: datetime | None = None,
    bounds: Bounds | None = None,
    progress: Progress | None = None,
    stage: Stages | None = None,
) -> Publication:
    """Make a release of all records, unless the last one has the same content.

    Args:
        store: the store.
        extractor: the current extractor; a body it has not read yet is taken as the newest earlier one read
            it.
        now: the present moment.
        bounds: of the gates; those of `gates.yaml` where none are given.
        progress: told how many of how many reports are written.
        stage: told what is being done.

    Raises:
        GatesFailedError: the draft does not meet the bounds; nothing was published.
        ReleaseError: the releases cannot be read, or a file did not arrive.
    """
    versions = load_versions(store)
    before = load_manifest(store, versions[-1]["version"]) if versions else None
    moment = Moment(store, extractor, now or datetime.now(UTC))
    limits = bounds or load_bounds()
    tell = stage or (lambda _: None)
    with Scratch() as folder, Spool() as spool:
        draft, assembly, heads = make_draft(folder, moment, spool, progress)
        if versions and versions[-1]["content"] == draft.content:
            last = versions[-1]
            return Publication(
                last["version"],
                False,  # noqa: FBT003
                release_prefix(last["version"]),
                last["counts"],
                {},
            )
        tell("compare")
        with Scratch() as earlier:
            changes = add_changes(draft, store, before, earlier, assembly, heads)
        tell("judge")
        gates, shares = judge(draft, before, limits)
        _stop_at_failed(store, gates, moment.at)
        version = _next_version(versions, moment.at)
        facts = state_facts(draft, moment, version, before, assembly, changes, gates)
        tell("derive")
        facts, more = finish(folder, derive(folder, facts), limits)
        _stop_at_failed(store, more, moment.at)
        tell("upload")
        version = _claim(store, folder, facts, version)
        manifest = manifest_of(folder, facts, draft, assembly, shares)
        _upload(store, folder, version, manifest)
    if not _point(store, version, manifest):
        # Another publication ended since we began: what changed since the release before is another question.
        return publish(store, extractor=extractor, now=now, bounds=bounds, progress=progress, stage=stage)
    return Publication(version, True, release_prefix(version), draft.counts, changes)  # noqa: FBT003


def make_draft(
    folder: Path, moment: Moment, spool: Spool, progress: Progress | None = None
) -> tuple[Draft, Assembly, Heads]:
    """Return the draft of what was known at a moment, the reports it has, and the heads of all records."""
    heads = Heads(moment.store, moment.extractors(), spool)
    with Workers() as workers:
        assembly = assemble(gather(moment, heads, workers))
        draft = write_draft(
            folder,
            assembly,
            spool,
            sites=moment.sites(),
            coverage=coverage_rows(moment, assembly),
            workers=workers,
            progress=progress or (lambda *_: None),
        )
    hashes = {body.head.sha256 for report in assembly.reports for body in report.bodies}
    hashes |= {version.head.sha256 for report in assembly.reports for version in report.versions}
    hashes |= {issue.sha256 for issue in assembly.unpublished if issue.sha256 is not None}
    write_captures(draft, _captures(moment, hashes))
    return draft, assembly, heads


def add_changes(
    draft: Draft,
    store: ObjectStore,
    before: Mapping[str, Any] | None,
    folder: Path,
    assembly: Assembly,
    heads: Heads,
) -> dict[str, int]:
    """Write the table of changes since an earlier release and return how many there are of each kind.

    Args:
        draft: where it goes.
        store: has the earlier release.
        before: its manifest, None for the first release or one of another form.
        folder: empty, for its files.
        assembly: the reports of the draft.
        heads: the records.
    """
    schema = tables()["changes"]
    if before is None or before["manifest"] != FORMAT:
        write_rows(draft, schema, ())
        return {}
    prefix = release_prefix(before["version"])
    for path in needed_from(before):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(store.get(prefix + path))
    published = {body.head.sha256 for report in assembly.reports for body in report.bodies}
    earlier = pq.read_table(folder / "parquet" / "reports.parquet", columns=["sha256"])["sha256"].to_pylist()
    kinds = {
        sha256: kind
        for sha256 in sorted(set(earlier) - published)
        if (kind := heads.kind(sha256)) is not None and kind != "report"
    }
    write_rows(draft, schema, compare(folder, draft.folder, kinds))
    return summarise(draft.folder)


def state_facts(
    draft: Draft,
    moment: Moment,
    version: str,
    before: Mapping[str, Any] | None,
    assembly: Assembly,
    changes: Mapping[str, int],
    gates: Sequence[Gate],
) -> Facts:
    """Return what the metadata state of a draft."""
    years = sorted({report.year for report in assembly.reports})
    return Facts(
        version=version,
        created=timestamp(moment.at),
        previous=before["version"] if before is not None else None,
        extractor=moment.extractor,
        extractors=dict(
            sorted(Counter(report.primary.head.extractor for report in assembly.reports).items())
        ),
        counts=draft.counts,
        years=(years[0], years[-1]) if years else None,
        rows=_rows(draft.folder),
        changes=changes,
        gates=[said_of(gate) for gate in gates],
    )


def manifest_of(
    folder: Path, facts: Facts, draft: Draft, assembly: Assembly, shares: Mapping[str, float]
) -> dict[str, Any]:
    """Return the manifest of a release whose files are all in a folder."""
    data = {file.path: file for file in facts.files}
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        known = data.get(name)
        files.append(
            {
                "path": name,
                "size": known.size if known else path.stat().st_size,
                "sha256": known.sha256 if known else file_hash(path),
            }
        )
    return {
        "manifest": FORMAT,
        "version": facts.version,
        "created": facts.created,
        "previous": facts.previous,
        "content": draft.content,
        "extractor": facts.extractor,
        "extractors": dict(facts.extractors),
        "counts": dict(facts.counts),
        "rows": dict(facts.rows),
        "changes": dict(facts.changes),
        "gates": list(facts.gates),
        "shares": dict(shares),
        "schema": schema_of_release(),
        "files": files,
        "unpublished": unpublished(assembly),
    }


def _captures(moment: Moment, hashes: set[str]) -> Iterator[Capture]:
    for site in moment.sites():
        for capture in moment.captures(site.id):
            if capture.sha256 in hashes:
                yield capture


def _rows(folder: Path) -> dict[str, int]:
    return {
        name: sum(pq.read_metadata(path).num_rows for path in parquet_files(folder, table))
        for name, table in tables().items()
    }


def judge(
    draft: Draft, before: Mapping[str, Any] | None, bounds: Bounds
) -> tuple[list[Gate], dict[str, float]]:
    """Return what the gates say of a draft's tables, and the shares that the next release compares with."""
    comparable = before if before is not None and before["manifest"] == FORMAT else None
    subject = Subject(draft.folder, draft.counts, comparable)
    gates = judge_tables(subject, bounds, draft.folder if comparable is not None else None)
    return gates, subject.shares


def _stop_at_failed(store: ObjectStore, gates: Sequence[Gate], moment: datetime) -> None:
    failed = [gate for gate in gates if not gate.passed]
    if not failed:
        return
    key = f"releases/failed/{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
    document = {
        "failed": timestamp(moment),
        "gates": [
            {"gate": gate.name, "passed": gate.passed, "message": gate.message, "rows": list(gate.rows)}
            for gate in gates
        ],
    }
    store.put(key, canonical_json(document))
    raise GatesFailedError(failed, key)


def _next_version(versions: Sequence[Mapping[str, Any]], now: datetime) -> str:
    day = now.astimezone(UTC).strftime("%Y-%m-%d")
    taken = [entry["version"] for entry in versions if entry["version"].startswith(f"{day}.")]
    return f"{day}.{max((int(version.rpartition('.')[2]) for version in taken), default=0) + 1}"


def _claim(store: ObjectStore, folder: Path, facts: Facts, version: str) -> str:
    """Take the first free version from `version` on; the metadata name it."""
    while not store.put_new_file(f"{release_prefix(version)}LICENSE.txt", folder / "LICENSE.txt"):
        day, _, counter = version.rpartition(".")
        version = f"{day}.{int(counter) + 1}"
    if version != facts.version:
        write_metadata(folder, replace(facts, version=version))
    return version


def _upload(store: ObjectStore, folder: Path, version: str, manifest: dict[str, Any]) -> None:
    manifest["version"] = version
    prefix = release_prefix(version)
    for file in manifest["files"]:
        store.put_new_file(prefix + file["path"], folder / file["path"])
    for file in manifest["files"]:
        info = store.stat(prefix + file["path"])
        if info is None or info.size != file["size"]:
            raise ReleaseError(
                f"{file['path']} of release {version} did not arrive whole in {store.url}; publish again"
            )
    store.put(prefix + MANIFEST, canonical_json(manifest))


def _point(store: ObjectStore, version: str, manifest: Mapping[str, Any]) -> bool:
    """Make a release the current one; False where the one before is not the last any more."""
    versions, tag = load_tagged_versions(store)
    if (versions[-1]["version"] if versions else None) != manifest["previous"]:
        return False
    entry = {
        "version": version,
        "created": manifest["created"],
        "content": manifest["content"],
        "manifest": hashlib.sha256(canonical_json(manifest)).hexdigest(),
        "counts": manifest["counts"],
    }
    pointer = canonical_json({"versions": [*versions, entry], "current": version})
    return store.put_if(VERSIONS_KEY, seal(pointer), tag)
