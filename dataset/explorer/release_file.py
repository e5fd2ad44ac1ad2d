"""The SQLite file of a release, out of the store into a cache folder."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dataset.schema import tables
from dataset.sqlite import SEARCH, SEARCH_COLUMNS, SQLITE
from dataset.versions import ReleaseError, UnknownReleaseError, load_manifest, load_versions, release_prefix
from dataset.writers import hash_of_stream
from storage import ObjectNotFoundError, ObjectStore

BLOCK = 1 << 20
KEPT = 3
"""Files of releases in the cache folder; a release is fetched again where its file is gone."""
ABANDONED = 24 * 3600.0
"""Seconds after which a file that is not whole is nobody's any more."""
_PART = ".fetching-"


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A release that can be queried.

    Attributes:
        version: of the release.
        path: its SQLite file on this machine.
        manifest: its manifest.
    """

    version: str
    path: Path
    manifest: dict[str, Any]


def fetch_release(store: ObjectStore, folder: Path, version: str | None = None) -> ReleaseFile:
    """Return a release with its SQLite file in a cache folder; a file that is there already is checked.

    Args:
        store: the store.
        folder: the cache; made where it is not there.
        version: of the release, None for the last.

    Raises:
        UnknownReleaseError: there is no such release.
        ReleaseError: there is none at all, or its file is not what the manifest says.
    """
    versions = [str(entry["version"]) for entry in load_versions(store)]
    if not versions:
        raise ReleaseError(f"no release in {store.url}; `gongkai publish` makes one")
    if version is None:
        version = versions[-1]
    elif version not in versions:
        raise UnknownReleaseError(
            f"no release {version} in {store.url}; there are {', '.join(versions[-5:])}"
        )
    manifest = load_manifest(store, version)
    wanted = next((file["sha256"] for file in manifest["files"] if file["path"] == SQLITE), None)
    if wanted is None:
        raise ReleaseError(f"release {version} has no {SQLITE}; `gongkai publish` makes releases that have")
    path = folder / f"{wanted}.sqlite"
    if not _is_whole(path, wanted):
        _fetch(store, f"{release_prefix(version)}{SQLITE}", path, wanted)
    _check_tables(path, version)
    _tidy(folder, path)
    return ReleaseFile(version, path, manifest)


def _tidy(folder: Path, used: Path) -> None:
    """Keep the files that were used last; one that another explorer has open stays readable to it."""
    os.utime(used)
    with suppress(FileNotFoundError):  # another explorer that starts now tidies too
        _remove_old(folder)


def _remove_old(folder: Path) -> None:
    files = sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)
    for path in folder.glob(f"{_PART}*"):
        if path.stat().st_mtime < time.time() - ABANDONED:
            path.unlink(missing_ok=True)


def _check_tables(path: Path, version: str) -> None:
    """Refuse a release of another schema, whose pages would fail one by one."""
    with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as file:
        wanted = {name: table.names for name, table in tables().items()} | {SEARCH: SEARCH_COLUMNS}
        for name, columns in wanted.items():
            found = {row[1] for row in file.execute(f'PRAGMA table_info("{name}")')}
            if missing := [column for column in columns if column not in found]:
                raise ReleaseError(
                    f"release {version} is of another version of gongkai (no {name}.{missing[0]} in it); "
                    "`gongkai publish` makes one that can be explored"
                )


def _is_whole(path: Path, wanted: str) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as stored:
        return hash_of_stream(stored) == wanted


def _fetch(store: ObjectStore, key: str, path: Path, wanted: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PART)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, store.open(key) as stored:
            while block := stored.read(BLOCK):
                out.write(block)
        if not _is_whole(part, wanted):
            raise ReleaseError(f"{key} in {store.url} is not what its manifest says; restore it from a copy")
        part.replace(path)
    except ObjectNotFoundError as error:
        raise ReleaseError(f"{key} is not in {store.url}; `gongkai verify` says what is missing") from error
    finally:
        part.unlink(missing_ok=True)
