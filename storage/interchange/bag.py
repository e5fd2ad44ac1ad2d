"""A whole archive as a BagIt bag (RFC 8493): deposited, checked by anybody's tools, opened again as a store.

    <bag>/data/…                 every object of the store under its key: `file://<bag>/data` is a store
    <bag>/manifest-sha256.txt    the hash of each; `sha256sum -c` reads it
    <bag>/bag-info.txt, tagmanifest-sha256.txt, bagit.txt

Each object is read once and its hash is that of the bytes written, so the bag agrees with itself also while a
crawl goes on. `bagit.txt` comes last: a bag that was not finished has none. Leases are not taken: they are of
this moment; nor are packs: they are copies. Tombstones are: they are what is left of what was removed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from storage.archive import RAW
from storage.disk import make_durable_folders, sync_folder
from storage.objects import ObjectNotFoundError, ObjectStore, StoreError
from storage.tombstones import read_tombstone

_LEASES, _PACKS = "leases/", "packs/"
_PIECE = 1024 * 1024
_TOMBSTONE_BYTES = 64 * 1024


class BagError(StoreError):
    """A bag cannot be written there; the message is one line."""


@dataclass
class Bagged:
    """What a bag holds.

    Attributes:
        objects: objects of the store.
        bytes: their bytes.
        damaged: bodies whose bytes are not those of their name; they are in the bag as they are.
    """

    objects: int = 0
    bytes: int = 0
    damaged: list[str] = field(default_factory=list)


def write_bag(
    store: ObjectStore,
    folder: Path,
    *,
    now: datetime | None = None,
    progress: Callable[[Bagged], None] = lambda _: None,
) -> Bagged:
    """Write every object of a store as a bag.

    Args:
        store: the store.
        folder: of the bag; new, or empty.
        now: the day the bag says it was made; the clock's where not given.
        progress: told after each object.

    Raises:
        BagError: the folder is not empty, or lies inside the store.
    """
    inside = store.url == folder.resolve().as_uri() or folder.resolve().as_uri().startswith(f"{store.url}/")
    if inside:
        raise BagError(f"{folder} lies inside the archive; name a folder outside of it")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BagError(f"{folder} is not empty; name a new folder")
    data = folder / "data"
    make_durable_folders(data)
    done = Bagged()
    with tempfile.TemporaryFile("w+b", prefix="gongkai-bag-") as manifest:
        for key in store.list(""):
            if key.startswith(_LEASES) or (key.startswith(_PACKS) and key.endswith(".tar")):
                continue
            try:
                digest = _copy(store, key, data / key, done)
            except ObjectNotFoundError:
                continue  # taken away this moment
            manifest.write(f"{digest}  data/{_escaped(key)}\n".encode())
            progress(done)
        manifest.seek(0)
        os.sync()  # one by one would take hours
        _tag_files(folder, manifest, done, now or datetime.now(UTC))
    return done


def _copy(store: ObjectStore, key: str, path: Path, done: Bagged) -> str:
    digest, size, head = hashlib.sha256(), 0, b""
    with store.open(key) as source:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            while piece := source.read(_PIECE):
                digest.update(piece)
                file.write(piece)
                head = head if size else piece[: _TOMBSTONE_BYTES + 1]
                size += len(piece)
    done.objects += 1
    done.bytes += size
    name = key.rpartition("/")[2]
    found = digest.hexdigest()
    if key.startswith(RAW) and found != name:
        is_tombstone = size <= _TOMBSTONE_BYTES and read_tombstone(head, name) is not None
        if not is_tombstone:
            done.damaged.append(key)
    return found


def _escaped(key: str) -> str:
    """Return a path as manifests write it; keys have no line ends."""
    return key.replace("%", "%25")


def _tag_files(folder: Path, manifest: BinaryIO, done: Bagged, now: datetime) -> None:
    hashes: dict[str, str] = {}

    def tag(name: str, pieces: list[bytes] | BinaryIO) -> None:
        digest = hashlib.sha256()
        with (folder / name).open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        hashes[name] = digest.hexdigest()

    tag("manifest-sha256.txt", manifest)
    info = {
        "Bag-Software-Agent": f"gongkai {version('gongkai')}",
        "Bagging-Date": f"{now.astimezone(UTC):%Y-%m-%d}",
        "External-Description": "A gongkai archive; data/ is its store (file:///…/data)",
        "Payload-Oxum": f"{done.bytes}.{done.objects}",
    }
    tag("bag-info.txt", [f"{name}: {value}\n".encode() for name, value in info.items()])
    declaration = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    hashes["bagit.txt"] = hashlib.sha256(declaration).hexdigest()
    tag("tagmanifest-sha256.txt", [f"{value}  {name}\n".encode() for name, value in sorted(hashes.items())])
    tag("bagit.txt", [declaration])
    sync_folder(folder)
