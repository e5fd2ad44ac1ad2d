"""The object store in a bucket of S3, or of a store that speaks S3.

`put_new` sends ``If-None-Match: *``: the store creates the object or answers 412. Stores exist that do not
know the condition, and some of them overwrite without a word. So before its first write each `S3Store` puts
one small object under the condition, twice: a store that takes both ignores it (`_honours_conditions`). There
`put_new` asks first (HEAD) and then puts. Two writers may then both believe that they created an object,
which harms nobody: bodies and records are the same bytes under the same key, and a segment of captures
belongs to one run.

`put_if` sends ``If-Match`` with the ETag that was read; a store that ignores it is noticed in the same way;
there `put_if` reads, compares, writes and reads again, which leaves a moment in which two writers may meet.

A request that the store carried out and did not answer is sent again, and then meets its own object: where it
matters who wrote (`put_if`), the bytes decide.

Some stores list keys folder by folder (``a/b`` before ``a-b``), also when they resume a listing. `list`
therefore sorts what it gets: a prefix whose keys fit into one answer as a whole, a larger one level by level.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import logging
import random
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from botocore import exceptions as boto

from storage.keys import RESERVED, check_key, check_prefix
from storage.objects import InvalidKeyError, ObjectInfo, ObjectNotFoundError, StoreUnreachableError
from storage.s3_body import open_body, put_in_parts, read_whole
from storage.s3_client import (
    ATTEMPTS,
    back_off,
    endpoint_of,
    error_code,
    make_client,
    translate,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        GetObjectRequestTypeDef,
        ListObjectsV2OutputTypeDef,
        ListObjectsV2RequestTypeDef,
    )

_ASK_FIRST_BYTES = 256 * 1024
"""From this size on it is cheaper to ask whether an object is there than to send it for nothing."""

_PARTS_BYTES = 16 * 1024 * 1024
"""From this size on a file is sent in parts."""

_THREADS = 16  # of `put_new_many`
_PROBE = f"{RESERVED}/conditional-put"
_UP_TO_SLASH = re.compile(r"[ -/]")  # the slash, and the characters that sort before it

_NOT_FOUND = frozenset({"NoSuchKey", "404", "NotFound"})
_NOT_IMPLEMENTED = frozenset({"NotImplemented", "InvalidArgument", "InvalidRequest", "501"})

_log = logging.getLogger(__name__)


def open_s3(url: str) -> S3Store:
    """Open the store at ``s3://bucket/prefix`` and see that it answers.

    Raises:
        StoreUnreachableError: the URL is not one of S3, or the bucket cannot be used.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise StoreUnreachableError("a store's URL holds no credentials; set AWS_ACCESS_KEY_ID and so on")
    if not parts.netloc or parts.query or parts.fragment or ":" in parts.netloc:
        raise StoreUnreachableError(
            f"{url} is not a bucket: write s3://bucket/prefix and set GONGKAI_S3_ENDPOINT"
        )
    prefix = parts.path.strip("/")
    try:
        if prefix:
            check_key(prefix)
    except InvalidKeyError as error:
        raise StoreUnreachableError(f"{url} is not a bucket and prefix: {error}") from error
    hasty = make_client(patient=False)
    try:
        S3Store(hasty, parts.netloc, prefix).check_reachable()
    finally:
        hasty.close()
    return S3Store(make_client(), parts.netloc, prefix)


class S3Store:
    """Objects as keys of a bucket, below a prefix."""

    def __init__(self, client: S3Client, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._base = f"{prefix}/" if prefix else ""
        self._lock = threading.Lock()
        self._conditional: bool | None = None
        self._compares: bool | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def url(self) -> str:
        """The ``s3:`` URL that opens this store again, with the same settings."""
        return f"s3://{self._bucket}/{self._base}".rstrip("/")

    def check_reachable(self) -> None:
        """Raise StoreUnreachableError where the bucket cannot even be listed."""
        with self._translated("open"):
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._base, MaxKeys=1)

    def get(self, key: str) -> bytes:
        """Return the object's bytes. Raises ObjectNotFoundError."""
        return self.get_tagged(key)[0]

    def get_range(self, key: str, start: int, size: int) -> bytes:
        """Return `size` of the object's bytes from `start` on; fewer where it ends."""
        return self._get(key, f"bytes={start}-{start + size - 1}")[0]

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """Return the object's bytes and its ETag. Raises ObjectNotFoundError."""
        return self._get(key)

    def _get(self, key: str, part: str | None = None) -> tuple[bytes, str]:
        request: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": self._full(key)}
        if part is not None:
            request["Range"] = part
        with self._translated("read", key):
            try:
                return read_whole(self._client, request)
            except boto.ClientError as error:
                if error_code(error)[1] == 416:
                    return b"", ""  # it ends before the part begins
                if error_code(error)[0] in _NOT_FOUND:
                    raise ObjectNotFoundError(f"{self.url} has no object {key}") from None
                raise

    def put_new(self, key: str, data: bytes) -> bool:
        """Create the object; True if this call created it, False if it was there already (left untouched)."""
        full = self._full(key)
        conditional = self._honours_conditions()
        if (not conditional or len(data) >= _ASK_FIRST_BYTES) and self.stat(key) is not None:
            return False
        with self._translated("write", key):
            if conditional:
                return self._put_if(full, data, None)
            self._client.put_object(Bucket=self._bucket, Key=full, Body=data, ContentMD5=_md5(data))
        return True

    def put_new_file(self, key: str, path: Path) -> bool:
        """`put_new` of a file's bytes; a large one in parts."""
        if path.stat().st_size < _PARTS_BYTES:
            return self.put_new(key, path.read_bytes())
        full = self._full(key)
        conditional = self._honours_conditions()
        if self.stat(key) is not None:
            return False
        with self._translated("write", key):
            return put_in_parts(self._client, self._bucket, full, path, create_only=conditional)

    @contextlib.contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Open the object for reading; a connection that breaks is taken up again where it broke."""
        full = self._full(key)
        with self._translated("read", key):
            try:
                file = open_body(self._client, self._bucket, full)
            except boto.ClientError as error:
                if error_code(error)[0] in _NOT_FOUND:
                    raise ObjectNotFoundError(f"{self.url} has no object {key}") from None
                raise
            with file:
                yield file

    def put_if(self, key: str, data: bytes, tag: str | None) -> bool:
        """Write the object if it is still as `tag` says, None: if there is none; False where it is not."""
        full = self._full(key)
        compares = self._honours_conditions() if tag is None else self._honours_comparisons()
        if not compares:
            found = self._now(key)
            if (found[1] if found else None) != tag:
                return False
            self.put(key, data)
            time.sleep(random.uniform(0.1, 0.3))  # noqa: S311 - who wrote at the same time has written by then
        else:
            with self._translated("write", key):
                if self._put_if(full, data, tag):
                    return True
        # Not as we knew it: unless our own request was carried out, not answered, and sent again.
        found = self._now(key)
        return found is not None and found[0] == data

    def _now(self, key: str) -> tuple[bytes, str] | None:
        try:
            return self.get_tagged(key)
        except ObjectNotFoundError:
            return None

    def forget_versions(self, key: str) -> None:
        """Take away the versions of the object that the bucket keeps besides the present one."""
        full = self._full(key)
        with self._translated("take away earlier versions of", key):
            try:
                pages = self._client.get_paginator("list_object_versions").paginate(
                    Bucket=self._bucket, Prefix=full
                )
                old = [
                    entry["VersionId"]
                    for page in pages
                    for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
                    if entry["Key"] == full and not entry["IsLatest"]
                ]
            except boto.ClientError as error:
                if error_code(error)[0] in _NOT_IMPLEMENTED or error_code(error)[1] in {405, 501}:
                    return  # a store without versions
                raise
            for version in old:
                self._client.delete_object(Bucket=self._bucket, Key=full, VersionId=version)

    def put_new_many(self, items: Sequence[tuple[str, bytes]]) -> Sequence[bool]:
        """`put_new` of several objects at the same time."""
        for key, _ in items:
            check_key(key)
        first: dict[str, int] = {}
        for place, (key, _) in enumerate(items):
            first.setdefault(key, place)
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="s3-put")
        created = self._pool.map(lambda place: self.put_new(*items[place]), first.values())
        answers = [False] * len(items)
        for place, answer in zip(first.values(), created, strict=True):
            answers[place] = answer
        return answers

    def put(self, key: str, data: bytes) -> None:
        """Create or replace the object, atomically."""
        with self._translated("write", key):
            self._client.put_object(
                Bucket=self._bucket, Key=self._full(key), Body=data, ContentMD5=_md5(data)
            )

    def list(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Yield the keys that start with `prefix` and sort after `after`, in ascending code-point order."""
        check_prefix(prefix)
        with self._translated("list", prefix):
            for key in self._walk(prefix, after):
                if not key.startswith(f"{RESERVED}/"):
                    yield key

    def stat(self, key: str) -> ObjectInfo | None:
        """Return what is known of the object, None if there is none."""
        full = self._full(key)
        with self._translated("stat", key):
            try:
                answer = self._client.head_object(Bucket=self._bucket, Key=full)
            except boto.ClientError as error:
                if error_code(error)[0] in _NOT_FOUND:
                    return None
                raise
        return ObjectInfo(key, answer["ContentLength"])

    def _full(self, key: str) -> str:
        return self._base + check_key(key)

    def _put_if(self, full: str, data: bytes, tag: str | None) -> bool:
        """Write under a condition: no object there, or one with that ETag."""
        md5 = _md5(data)
        for attempt in range(ATTEMPTS):
            try:
                if tag is None:
                    self._client.put_object(
                        Bucket=self._bucket, Key=full, Body=data, ContentMD5=md5, IfNoneMatch="*"
                    )
                else:
                    self._client.put_object(
                        Bucket=self._bucket, Key=full, Body=data, ContentMD5=md5, IfMatch=tag
                    )
            except boto.ClientError as error:
                code, status = error_code(error)
                if status == 412 or (tag is not None and code in _NOT_FOUND):
                    return False
                # 409: another conditional write of this key is under way; who asks again learns how it ended.
                if status != 409 or attempt == ATTEMPTS - 1:
                    raise
                back_off(attempt)
            else:
                return True
        raise AssertionError("unreachable")

    def _honours_conditions(self) -> bool:
        """Return whether the store knows If-None-Match; asked once, before the first write."""
        with self._lock:
            if self._conditional is None:
                # The probe stays: a later probe of a store that honours the condition then costs one request.
                self._conditional = self._probe(_PROBE, None)
            return self._conditional

    def _honours_comparisons(self) -> bool:
        """Return whether the store knows If-Match."""
        if not self._honours_conditions():
            return False
        with self._lock:
            if self._compares is None:
                self._compares = self._probe(_PROBE, '"00000000000000000000000000000000"')
            return self._compares

    def _probe(self, key: str, tag: str | None) -> bool:
        """Return whether a store refuses what its condition forbids."""
        full = self._base + key
        with self._translated("write"):
            try:
                knows = not (self._put_if(full, b"", tag) and self._put_if(full, b"", tag))
            except boto.ClientError as error:
                if error_code(error)[0] not in _NOT_IMPLEMENTED and error_code(error)[1] != 501:
                    raise
                knows = False
        if not knows:
            name = "If-None-Match" if tag is None else "If-Match"
            where = endpoint_of(self._client)
            _log.warning("%s at %s ignores %s: asking before each such write", self.url, where, name)
        return knows

    def _walk(self, prefix: str, after: str) -> Iterator[str]:
        """Yield the keys in order, of whatever order the store has."""
        page, is_all = self._page(prefix, after)
        if is_all:
            yield from sorted(key for key in page if key > after)
            return
        for name in sorted(self._level(prefix, after)):
            if name.endswith("/"):
                if name > after or after.startswith(name):
                    yield from self._walk(name, after)
            elif name > after:
                yield name

    def _page(self, prefix: str, after: str) -> tuple[Sequence[str], bool]:
        """Return the first keys below `prefix`, and whether they are all."""
        answer = self._client.list_objects_v2(**self._listing(prefix, after))
        return _keys_of(answer, self._base), not answer["IsTruncated"]

    def _level(self, prefix: str, after: str) -> Iterator[str]:
        """Yield the keys that go on from `prefix` without a slash, and the folders, in the store's order."""
        request = self._listing(prefix, after)
        request["Delimiter"] = "/"
        while True:
            answer = self._client.list_objects_v2(**request)
            yield from _keys_of(answer, self._base)
            for folder in answer.get("CommonPrefixes", ()):
                yield folder["Prefix"][len(self._base) :]
            if not answer["IsTruncated"]:
                return
            request["ContinuationToken"] = answer["NextContinuationToken"]

    def _listing(self, prefix: str, after: str) -> ListObjectsV2RequestTypeDef:
        """Return a request for the keys of a prefix, for all that sort after `after`, if not only for those.

        In a store that lists folder by folder, ``a/b`` comes before ``a-b``, and "after a" is also after all
        that is in the folder ``a``. So the request starts a character before the place where the orders may
        differ.
        """
        request: ListObjectsV2RequestTypeDef = {"Bucket": self._bucket, "Prefix": self._base + prefix}
        if after.startswith(prefix):
            start = _UP_TO_SLASH.split(after[len(prefix) :], maxsplit=1)[0][:-1]
            if start:
                request["StartAfter"] = self._base + prefix + start
        return request

    @contextlib.contextmanager
    def _translated(self, verb: str, key: str = "") -> Iterator[None]:
        """Turn what boto3 says into what the store says."""
        try:
            yield
        except (boto.BotoCoreError, boto.ClientError) as error:
            where = f"{self.url} at {endpoint_of(self._client)}"
            what = f"cannot {verb} {key} in {where}" if key else f"cannot {verb} {where}"
            raise translate(error, what) from error


def _keys_of(answer: ListObjectsV2OutputTypeDef, base: str) -> list[str]:
    """Return the keys of a listing, without the empty ``folder/`` objects that some consoles make."""
    keys = (entry["Key"] for entry in answer.get("Contents", ()))
    return [key[len(base) :] for key in keys if not key.endswith("/")]


def _md5(data: bytes) -> str:
    """Return what lets the store see that the bytes arrived as they were sent."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
