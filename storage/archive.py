"""Bodies under their hash: what a server sent, kept once, checked whenever it is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from storage.objects import InvalidKeyError, ObjectStore, StoreError

RAW = "raw/sha256/"
"""Where the bodies are."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BodyCorruptError(StoreError):
    """The bytes under a hash do not have that hash."""


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
            ObjectNotFoundError: there is no such body.
            BodyCorruptError: there is one, and its bytes are not what they were.
        """
        data = self._store.get(self.body_key(sha256))
        found = hash_of(data)
        if found != sha256:
            raise BodyCorruptError(
                f"{self.body_key(sha256)} in {self._store.url} has the hash {found}: "
                "fetch it again or restore it"
            )
        return data

    def has_body(self, sha256: str) -> bool:
        """Return whether the archive holds that body."""
        return self._store.stat(self.body_key(sha256)) is not None
