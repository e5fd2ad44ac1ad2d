"""The ZIP of a WACZ package, its manifest and the hash of that; the same files give the same bytes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import IO, BinaryIO, Self

WACZ_VERSION = "1.1.1"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# A field of no meaning. How large the records will be is not known when their header is written, so that has
# room for ZIP64 sizes, which wabac.js (ReplayWeb.page) expects only where the directory has a field too.
_FIELD = b"gk\0\0"


class HashedMember:
    """A file of the package that is being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self._digest.update(data)
        self._size += len(data)
        self._out.write(data)

    def resource(self, path: str) -> dict[str, object]:
        """Return what the manifest says of it."""
        digest = f"sha256:{self._digest.hexdigest()}"
        # The data package standard wants small letters in names.
        return {"name": path.rpartition("/")[2].lower(), "path": path, "hash": digest, "bytes": self._size}


class Package:
    """A package that is being written, file after file."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._resources: list[dict[str, object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @contextlib.contextmanager
    def member(self, path: str) -> Iterator[HashedMember]:
        """Write a file; stored, as what is large is compressed already and readers fetch parts of it."""
        info = zipfile.ZipInfo(path, _ZIP_DATE)
        info.extra = _FIELD
        with self._zip.open(info, "w", force_zip64=True) as out:
            member = HashedMember(out)
            yield member
        self._resources.append(member.resource(path))

    def close(self, about: Mapping[str, object]) -> None:
        """Write the manifest of what was written, and its hash."""
        manifest = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            **about,
            "resources": self._resources,
        }
        data = as_json(manifest, indent=2)
        self._plain("datapackage.json", data)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        self._plain("datapackage-digest.json", as_json(digest, indent=2))

    def _plain(self, path: str, data: bytes) -> None:
        self._zip.writestr(zipfile.ZipInfo(path, _ZIP_DATE), data)


def as_json(value: object, indent: int | None = None) -> bytes:
    """Return a value as JSON."""
    separators = None if indent else (",", ":")
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators).encode()
