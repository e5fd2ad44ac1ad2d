"""The object store: one URL, five operations, the same semantics on local disk and on S3.

    file:///path          objects are files below the path
    s3://bucket/prefix    objects are keys below the prefix; endpoint and credentials as for every AWS tool

Keys are ``/``-separated relative names without control characters; `storage.keys` has the rule. A key never
goes on below another key (``a`` and ``a/b``): a file cannot be a folder. `put_new`, `put_new_many` and `put`
return only when the bytes are durable, that is when they would survive a loss of power; also when they report
that the key was there already. A reader never sees half an object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


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
    """Five operations. Implementations are safe to use from several threads."""

    @property
    def url(self) -> str:
        """The URL that opens this store again."""
        ...

    def get(self, key: str) -> bytes:
        """Return the object's bytes. Raises ObjectNotFoundError."""
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
