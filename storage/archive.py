"""Bodies under their hash: what a server sent, kept once, checked whenever it is read.

A body that a person removed has left a tombstone in its place (`storage.tombstones`): it is not there for who
reads, and its name is taken for who writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from storage.captures import timestamp
from storage.objects import InvalidKeyError, ObjectNotFoundError, ObjectStore, StoreError
from storage.tombstones import Tombstone, read_tombstone

RAW = "raw/sha256/"
"""Where the bodies are."""

_TOMBSTONE_BYTES = 64 * 1024
"""What is larger is no tombstone."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BodyCorruptError(StoreError):
    """The bytes under a hash do not have that hash."""


class BodyRemovedError(ObjectNotFoundError):
    """The body was removed; the message says when and why."""


def check_sha256(sha256: str) -> str:
    """Return `sha256` if it is one, in lower-case hexadecimal.

    Raises:
        InvalidKeyError: it is something else, and must not become part of a key.
    """
    if not _SHA256.fullmatch(sha256):
        raise InvalidKeyError(f"{sha256!r} is no SHA-256 in lower-case hexadecimal")
    return sha256


def hash_of(data: bytes) -> str:
    """Return the SHA-256 of `data`, in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class Archive:
    """The bodies of a store. Safe to use from several threads."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @staticmethod
    def body_key(sha256: str) -> str:
        """Return the key of a body: ``raw/sha256/<aa>/<sha256>``."""
        check_sha256(sha256)
        return f"{RAW}{sha256[:2]}/{sha256}"

    def put_body(self, data: bytes) -> tuple[str, bool]:
        """Keep a body; durable on return.

        Returns:
            Its SHA-256, and whether this call created it (False: it was there, nothing was written).
        """
        sha256 = hash_of(data)
        return sha256, self._store.put_new(self.body_key(sha256), data)

    def put_bodies(self, bodies: Sequence[bytes]) -> list[tuple[str, bool]]:
        """Keep several bodies at once, which costs a fraction of as many `put_body`; all durable on return.

        Returns:
            For each body, in order, what `put_body` returns.
        """
        hashes = [hash_of(data) for data in bodies]
        created = self._store.put_new_many(
            [(self.body_key(sha256), data) for sha256, data in zip(hashes, bodies, strict=True)]
        )
        return list(zip(hashes, created, strict=True))

    def get_body(self, sha256: str) -> bytes:
        """Return a body whose bytes have that hash.

        Raises:
            ObjectNotFoundError: there is no such body (BodyRemovedError: because it was removed).
            BodyCorruptError: there is one, and its bytes are not what they were.
        """
        data = self._store.get(self.body_key(sha256))
        found = hash_of(data)
        if found != sha256:
            self._refuse(sha256, found, data)
        return data

    @contextlib.contextmanager
    def open_body(self, sha256: str) -> Iterator[BinaryIO]:
        """Open a body for reading, in bounded memory; who reads it to its end learns whether it is whole.

        Raises:
            ObjectNotFoundError: there is no such body.
            BodyCorruptError: at the end of reading: the bytes are not what they were.
        """
        with self._store.open(self.body_key(sha256)) as file:
            checking = _CheckingReader(file, lambda found, head: self._refuse(sha256, found, head), sha256)
            yield cast("BinaryIO", io.BufferedReader(checking, 256 * 1024))

    def put_body_file(self, path: Path) -> tuple[str, bool]:
        """Keep a file as a body, in bounded memory; returns what `put_body` returns."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return sha256, self._store.put_new_file(self.body_key(sha256), path)

    def put_body_stream(self, pieces: Iterable[bytes]) -> tuple[str, bool]:
        """Keep what comes in pieces as a body, in bounded memory; it waits in a temporary file."""
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(prefix="gongkai-body-") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            sha256 = digest.hexdigest()
            return sha256, self._store.put_new_file(self.body_key(sha256), Path(file.name))

    def restore_body(self, data: bytes) -> bool:
        """Keep a body that the archive had and lost: also over bytes that are damaged.

        Returns:
            Whether it had to be written. A body that was removed is not.
        """
        sha256 = hash_of(data)
        key = self.body_key(sha256)
        while not self._store.put_new(key, data):
            found, tag = self._store.get_tagged(key)
            if hash_of(found) == sha256 or read_tombstone(found, sha256) is not None:
                return False
            if self._store.put_if(key, data, tag):
                return True
        return True

    def remove_body(self, sha256: str, reason: str, now: datetime) -> Tombstone:
        """Put a tombstone in a body's place, whether it is there or not; durable on return.

        Returns:
            The tombstone that is there now: the first one stays.
        """
        key = self.body_key(sha256)
        tombstone = Tombstone(sha256, timestamp(now), reason)
        while True:
            try:
                data, tag = self._store.get_tagged(key)
            except ObjectNotFoundError:
                if self._store.put_new(key, tombstone.to_bytes()):
                    break
                continue
            if (known := read_tombstone(data, sha256)) is not None:
                tombstone = known
                break
            if self._store.put_if(key, tombstone.to_bytes(), tag):
                break
        self._store.forget_versions(key)
        return tombstone

    def tombstone(self, sha256: str) -> Tombstone | None:
        """Return the tombstone of a body, None where the body was not removed."""
        info = self._store.stat(self.body_key(sha256))
        if info is None or info.size > _TOMBSTONE_BYTES:
            return None
        return read_tombstone(self._store.get(info.key), sha256)

    def has_body(self, sha256: str) -> bool:
        """Return whether the archive holds that body."""
        info = self._store.stat(self.body_key(sha256))
        return info is not None and (info.size > _TOMBSTONE_BYTES or self.tombstone(sha256) is None)

    def _refuse(self, sha256: str, found: str, data: bytes) -> None:
        """Raise for bytes that do not have the hash they should have."""
        if (tombstone := read_tombstone(data, sha256)) is not None:
            raise BodyRemovedError(f"{self.body_key(sha256)} in {self._store.url} was {tombstone}")
        raise BodyCorruptError(
            f"{self.body_key(sha256)} in {self._store.url} has the hash {found}: fetch it again or restore it"
        )


class _CheckingReader(io.RawIOBase):
    """Passes bytes through and hashes them; at the end a wrong hash is an error."""

    def __init__(self, file: BinaryIO, refuse: Callable[[str, bytes], None], sha256: str) -> None:
        self._file, self._refuse, self._sha256 = file, refuse, sha256
        self._digest = hashlib.sha256()
        self._head = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        if not data:
            if (found := self._digest.hexdigest()) != self._sha256:
                self._refuse(found, self._head)
            return 0
        if len(self._head) <= _TOMBSTONE_BYTES:
            self._head += data
        self._digest.update(data)
        buffer[: len(data)] = data
        return len(data)
