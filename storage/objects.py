"""The object store: one URL, five operations, the same semantics on local disk and on S3.

    file:///path          objects are files below the path
    s3://bucket/prefix    objects are keys below the prefix; endpoint and credentials as for every AWS tool

Keys are ``/``-separated relative names without control characters; `storage.keys` has the rule. A key never
goes on below another key (``a`` and ``a/b``): a file cannot be a folder. `put_new`, `put_new_many` and `put`
return only when the bytes are durable, that is when they would survive a loss of power; also when they report
that the key was there already. A reader never sees half an object.

Large objects go through `open` and `put_new_file`, which hold a few megabytes at a time, or are read in parts
(`get_range`). The few objects
that several writers change (pointers, leases) go through `get_tagged` and `put_if`, so that none overwrites
what it has not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


class StoreError(Exception):
    """The store refused or failed an operation; the message says what to do."""


class StoreUnreachableError(StoreError):
    """The store cannot be reached or used at all: wrong address, no permission, no such bucket, full disk."""


class ObjectNotFoundError(StoreError):
    """There is no object under that key."""


class InvalidKeyError(StoreError):
    """The key is empty, absolute, too long, climbs (``..``) or holds control characters."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What the store knows of an object.

    Attributes:
        key: its key.
        size: bytes.
    """

    key: str
    size: int


class ObjectStore(Protocol):
    """What a store does. Implementations are safe to use from several threads."""

    @property
    def url(self) -> str:
        """The URL that opens this store again."""
        ...

    def get(self, key: str) -> bytes:
        """Return the object's bytes. Raises ObjectNotFoundError."""
        ...

    def get_range(self, key: str, start: int, size: int) -> bytes:
        """Return `size` (at least 1) of the object's bytes from `start` on; fewer where it ends.

        Raises ObjectNotFoundError.
        """
        ...

    def put_new(self, key: str, data: bytes) -> bool:
        """Create the object; True if this call created it, False if it was there already (left untouched)."""
        ...

    def put_new_many(self, items: Sequence[tuple[str, bytes]]) -> Sequence[bool]:
        """`put_new` of several objects at the price of a few; the answers are in the order given.

        Nothing is promised of the order in which they are created. A key that stands twice among `items` is
        created once. When this raises, any of the objects may have been created, each of them whole.
        """
        ...

    def put(self, key: str, data: bytes) -> None:
        """Create or replace the object, atomically."""
        ...

    def list(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Yield the keys that start with `prefix` and sort after `after`, in ascending code-point order."""
        ...

    def stat(self, key: str) -> ObjectInfo | None:
        """Return what is known of the object, None if there is none."""
        ...

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open the object for reading from its beginning, in bounded memory. Raises ObjectNotFoundError."""
        ...

    def put_new_file(self, key: str, path: Path) -> bool:
        """`put_new` of a file's bytes, in bounded memory. The file must not change meanwhile."""
        ...

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """Return the object's bytes and a tag that changes with them. Raises ObjectNotFoundError."""
        ...

    def put_if(self, key: str, data: bytes, tag: str | None) -> bool:
        """Write the object if it is still as `tag` says, None: if there is none; False where it is not.

        Keys that are written so are written in no other way. After False, look whether the change is there
        before it is made again: a write whose answer was lost may have been carried out, and built upon.
        """
        ...

    def forget_versions(self, key: str) -> None:
        """Take away what the store keeps of the object besides its present bytes (versions of a bucket)."""
        ...
