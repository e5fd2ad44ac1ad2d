"""Releases outside the archive: a copy of one, or what would have been released on an earlier day.

Layout of a folder or bucket that receives releases; it can be served as static files:

    index.html                  the releases that are there, newest first
    versions.json               the same for programs
    <version>/…                 the files of a release, as in the archive
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataset.draft import Progress
from dataset.gates import load_bounds
from dataset.metadata import about
from dataset.other_forms import derive
from dataset.past import past
from dataset.release import add_changes, judge, make_draft, manifest_of, state_facts
from dataset.scratch import Scratch
from dataset.spool import Spool
from dataset.versions import MANIFEST, ReleaseError, load_manifest, load_versions, release_prefix
from storage import ObjectNotFoundError, ObjectStore, canonical_json


@dataclass(frozen=True, slots=True)
class Exported:
    """What went out.

    Attributes:
        version: of the release.
        files: how many.
        reports: how many are in it.
        identical_to: the release of the archive that has the same content, None where there is none.
    """

    version: str
    files: int
    reports: int
    identical_to: str | None


def copy_release(store: ObjectStore, version: str, target: ObjectStore) -> Exported:
    """Copy a release of the archive to another store.

    Raises:
        ReleaseError: it cannot be read, or a file is not what its manifest says.
    """
    manifest = load_manifest(store, version)
    prefix = release_prefix(version)
    for file in manifest["files"]:
        target.put(f"{version}/{file['path']}", store.get(prefix + file["path"]))
    target.put(f"{version}/{MANIFEST}", store.get(prefix + MANIFEST))
    _list(target, manifest)
    return Exported(version, len(manifest["files"]) + 1, manifest["counts"]["reports"], version)


def rebuild(
    store: ObjectStore,
    at: datetime,
    extractor: str,
    target: ObjectStore,
    *,
    progress: Progress | None = None,
) -> Exported:
    """Make the release of what was known at an earlier moment, and put it into another store.

    Where the archive made a release of just that, it comes out with the same name and the same bytes; the
    DuckDB file carries a random id and is the exception. Otherwise its version is the day with the counter 0.

    Args:
        store: the archive.
        at: the moment.
        extractor: the present extractor, for a time before the first release.
        target: receives it.
        progress: told how many of how many reports are written.

    Raises:
        ReleaseError: the releases of the archive cannot be read.
    """
    moment = past(store, at, extractor)
    with Scratch() as folder, Spool() as spool:
        draft, assembly, heads = make_draft(folder, moment, spool, progress)
        release = moment.release
        is_that = release is not None and release["content"] == draft.content
        if is_that and release is not None:
            made = datetime.fromisoformat(release["created"])
            if made != at:
                # The same but for what was seen again since: the release has not those captures.
                moment = replace(moment, at=made)
                _clear(folder)
                draft, assembly, heads = make_draft(folder, moment, spool, progress)
            earlier = release["previous"]
            before: Mapping[str, Any] | None = load_manifest(store, earlier) if earlier is not None else None
            version = release["version"]
        else:
            before = release
            version = f"{at.astimezone(UTC):%Y-%m-%d}.0"
        with Scratch() as other:
            changes = add_changes(draft, store, before, other, assembly, heads)
        gates, shares = judge(draft, before, load_bounds())
        facts = state_facts(draft, moment, version, before, assembly, changes, gates)
        if is_that and release is not None:
            # What the gates of that day said, under the bounds of that day.
            facts = replace(facts, gates=release["gates"])
        facts = derive(folder, facts)
        manifest = manifest_of(folder, facts, draft, assembly, shares)
        for file in manifest["files"]:
            target.put(f"{version}/{file['path']}", (folder / file["path"]).read_bytes())
        target.put(f"{version}/{MANIFEST}", canonical_json(manifest))
    _list(target, manifest)
    return Exported(
        version, len(manifest["files"]) + 1, draft.counts["reports"], version if is_that else None
    )


def latest(store: ObjectStore) -> str:
    """Return the current release.

    Raises:
        ReleaseError: there is none.
    """
    versions = load_versions(store)
    if not versions:
        raise ReleaseError(f"no release in {store.url}; `gongkai publish` makes one")
    return str(versions[-1]["version"])


def _clear(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def _list(target: ObjectStore, manifest: Mapping[str, Any]) -> None:
    try:
        known = json.loads(target.get("versions.json"))["versions"]
    except ObjectNotFoundError:
        known = []
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"versions.json in {target.url} is no list of releases; export elsewhere"
        ) from error
    entry = {name: manifest[name] for name in ("version", "created", "content", "counts")}
    versions = [one for one in known if one["version"] != entry["version"]]
    versions = sorted([*versions, entry], key=lambda one: (one["created"], one["version"]))
    target.put("versions.json", canonical_json({"versions": versions, "current": versions[-1]["version"]}))
    target.put("index.html", _page(reversed(versions)).encode())


def _page(versions: Iterable[Mapping[str, Any]]) -> str:
    title = html.escape(f"{about().title['zh']} / {about().title['en']}")
    rows = "\n".join(
        f'<li><a href="{html.escape(one["version"])}/index.html">{html.escape(one["version"])}</a>: '
        f"{one['counts']['reports']:,} reports, {one['counts']['figures']:,} figures</li>"
        for one in versions
    )
    return (
        f'<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<ul>\n{rows}\n</ul></body></html>\n"
    )
