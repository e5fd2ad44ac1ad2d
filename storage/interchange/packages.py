"""WARC files and WACZ packages that anybody made, opened without trust in what they say of themselves.

Names in a ZIP are never paths; what unpacks is counted against limits; a WARC file in a package that has
another hash than the manifest states is not read at all.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from storage.interchange.payload import Digest
from storage.interchange.reading import DAMAGE, Budget, Found, Issue, Limits, read_warc
from storage.objects import StoreError

_MANIFEST_BYTES = 64 * 1024 * 1024
_WARC_NAME = re.compile(r"archive/[^/]+\.warc(?:\.gz)?")


class PackageError(StoreError):
    """A file is neither a WARC file nor a WACZ package; the message is one line."""


def read_package(path: Path, limits: Limits | None = None) -> Iterator[Found | Issue]:
    """Yield the records of a WARC file or a WACZ package, and what could not be taken.

    Raises:
        PackageError: it is neither.
    """
    limits = limits or Limits()
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head.startswith(b"PK"):
            yield from _wacz(path, file, limits, limits.of_file(size))
        elif head.startswith((b"\x1f\x8b", b"WARC")):
            yield from read_warc(file, path.name, limits, Budget(limits.of_file(size)))
        else:
            raise PackageError(f"{path}: neither a WARC file nor a WACZ package")


def _wacz(path: Path, file: BinaryIO, limits: Limits, total: int) -> Iterator[Found | Issue]:
    budget = Budget(total)
    try:
        package = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise PackageError(f"{path}: a damaged ZIP file: {error}") from error
    with package:
        members = [one for one in package.infolist() if _WARC_NAME.fullmatch(one.filename)]
        if not members:
            raise PackageError(f"{path}: a ZIP file without archive/*.warc.gz, so no WACZ package")
        try:
            hashes = _manifest(package)
        except (ValueError, KeyError, TypeError, *DAMAGE) as error:
            yield Issue("bad_manifest", "datapackage.json", "", f"nothing was read: {error}")
            return
        if not hashes:
            yield Issue("no_manifest", "datapackage.json", "", "the package says no hashes of its files")
        for info in sorted(members, key=lambda one: (one.filename, one.header_offset)):
            stated = hashes.get(info.filename)
            try:
                if stated is not None and not _has_hash(package, info, stated, budget):
                    message = "the file does not have the hash that datapackage.json states; it was not read"
                    yield Issue("bad_digest", info.filename, "", message)
                    continue
                with package.open(info) as member:
                    yield from read_warc(member, info.filename, limits, budget)
            except (*DAMAGE, RuntimeError, NotImplementedError) as error:
                yield Issue("damaged", info.filename, "", str(error))


def _manifest(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the hashes of files, by their path in the package."""
    names = set(package.namelist())
    if "datapackage.json" not in names:
        return {}
    data = _small(package, "datapackage.json")
    if "datapackage-digest.json" in names:
        stated = json.loads(_small(package, "datapackage-digest.json"))["hash"]
        digest = Digest(str(stated))
        found = digest.new() if digest.is_known else None
        if found is None:
            raise ValueError("datapackage-digest.json states no hash that can be checked")
        found.update(data)
        if not digest.is_of(found):
            raise ValueError("datapackage.json does not have the hash that datapackage-digest.json states")
    resources = json.loads(data)["resources"]
    return {str(one["path"]): str(one["hash"]) for one in resources if "hash" in one and "path" in one}


def _small(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as file:
        data = file.read(_MANIFEST_BYTES + 1)
    if len(data) > _MANIFEST_BYTES:
        raise ValueError(f"{name} is larger than {_MANIFEST_BYTES} bytes")
    return data


def _has_hash(package: zipfile.ZipFile, info: zipfile.ZipInfo, stated: str, budget: Budget) -> bool:
    digest = Digest(stated)
    if not digest.is_known:
        return False
    found = digest.new()
    with package.open(info) as file:
        while piece := file.read(256 * 1024):
            budget.spend(len(piece))
            found.update(piece)
    return digest.is_of(found)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
