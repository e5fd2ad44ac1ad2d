"""The releases that exist: the pointer, the manifests, and whether the files are as they say.

An object store cannot rename, so there is no draft to move into place. What is not in
`releases/versions.json` does not exist: files first, then the manifest with their hashes, then the pointer. A
publication that failed its gates leaves `releases/failed/<moment>.json`, which no reader of releases looks
at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from dataset.writers import hash_of_stream
from storage import ObjectNotFoundError, ObjectStore
from storage.seal import unseal_any

VERSIONS_KEY = "releases/versions.json"
MANIFEST = "manifest.json"


class ReleaseError(Exception):
    """A release cannot be read or made; the message is one line that says what to do."""


class UnknownReleaseError(ReleaseError):
    """There are releases, but none of that version."""


def release_prefix(version: str) -> str:
    """Return what the keys of a release's files start with."""
    return f"releases/{version}/"


def load_versions(store: ObjectStore) -> list[dict[str, Any]]:
    """Return the releases that exist, oldest first.

    Raises:
        ReleaseError: the list cannot be read.
    """
    return load_tagged_versions(store)[0]


def load_tagged_versions(store: ObjectStore) -> tuple[list[dict[str, Any]], str | None]:
    """Return the releases that exist, and the tag that `put_if` compares with.

    Raises:
        ReleaseError: the list cannot be read.
    """
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
    key = f"{release_prefix(version)}{MANIFEST}"
    try:
        manifest = json.loads(store.get(key))
    except (ObjectNotFoundError, ValueError) as error:
        raise ReleaseError(f"{key} in {store.url} cannot be read; publish again or restore it") from error
    assert isinstance(manifest, dict)
    return manifest


def verify_releases(store: ObjectStore) -> Iterator[tuple[str, str]]:
    """Yield the key of every released file that is not as its manifest says, and what is wrong with it."""
    try:
        versions = load_versions(store)
    except ReleaseError as error:
        yield VERSIONS_KEY, str(error)
        return
    for entry in versions:
        prefix = release_prefix(entry["version"])
        try:
            data = store.get(f"{prefix}{MANIFEST}")
        except ObjectNotFoundError:
            yield f"{prefix}{MANIFEST}", "is missing; restore it"
            continue
        if hashlib.sha256(data).hexdigest() != entry["manifest"]:
            yield f"{prefix}{MANIFEST}", "is not what versions.json says; restore it"
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
