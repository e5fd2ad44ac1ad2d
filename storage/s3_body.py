"""Large objects in a bucket: sent in parts, read as a stream, a few megabytes in memory at a time.

A killed writer leaves an unfinished upload, which is no object and is never listed as one; a bucket's rule
`AbortIncompleteMultipartUpload` takes it away (docs/operations.md).
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from botocore import exceptions as boto

from storage.s3_client import ATTEMPTS, back_off, error_code, get_object

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, GetObjectRequestTypeDef

PART_BYTES = 8 * 1024 * 1024
"""Of an upload; S3 takes 10,000 parts, so an object of at most 80 GB."""

_READ_BYTES = 256 * 1024


def put_in_parts(client: S3Client, bucket: str, key: str, path: Path, *, create_only: bool) -> bool:
    """Send a file as one object, in parts; False if `create_only` and there is one already."""
    for attempt in range(ATTEMPTS):
        try:
            _send(client, bucket, key, path, create_only=create_only)
        except boto.ClientError as error:
            code, status = error_code(error)
            if status == 412:
                return False
            # 409: a conditional write met another one. NoSuchUpload: the store dropped it, or ended it
            # without telling us. Both begin anew.
            if (status != 409 and code != "NoSuchUpload") or attempt == ATTEMPTS - 1:
                raise
            back_off(attempt)
        else:
            return True
    raise AssertionError("unreachable")


def _send(client: S3Client, bucket: str, key: str, path: Path, *, create_only: bool) -> None:
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    try:
        parts: list[CompletedPartTypeDef] = []
        with path.open("rb") as file:
            while piece := file.read(PART_BYTES):
                number = len(parts) + 1
                answer = client.upload_part(
                    Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=piece
                )
                parts.append({"ETag": answer["ETag"], "PartNumber": number})
        if create_only:
            client.complete_multipart_upload(
                Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
            )
        else:
            client.complete_multipart_upload(
                Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
            )
    except BaseException:
        # What went wrong is already on its way up; a store that is down cannot take an upload back either.
        with contextlib.suppress(boto.BotoCoreError, boto.ClientError):
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
        raise


def read_whole(client: S3Client, request: GetObjectRequestTypeDef) -> tuple[bytes, str]:
    """Return the bytes a request gives and their ETag; a body that breaks off is asked for again.

    boto3 tries requests again, but not bodies.
    """
    for attempt in range(ATTEMPTS):
        answer = get_object(client, request)
        try:
            return answer["Body"].read(), answer.get("ETag", "")
        except (boto.HTTPClientError, boto.IncompleteReadError):
            if attempt == ATTEMPTS - 1:
                raise
            back_off(attempt)
    raise AssertionError("unreachable")


def open_body(client: S3Client, bucket: str, key: str) -> BinaryIO:
    """Open an object as a stream that survives broken connections."""
    return cast("BinaryIO", io.BufferedReader(_Body(client, bucket, key), _READ_BYTES))


class _Body(io.RawIOBase):
    """The bytes of one object from the beginning; where the connection breaks, the rest is asked for."""

    def __init__(self, client: S3Client, bucket: str, key: str) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        answer = get_object(client, {"Bucket": bucket, "Key": key})
        self._size, self._tag = answer["ContentLength"], answer.get("ETag", "")
        self._stream: StreamingBody | None = answer["Body"]
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        for attempt in range(ATTEMPTS):
            if self._position >= self._size:
                return 0
            try:
                if self._stream is None:
                    self._stream = self._rest()
                data = self._stream.read(len(buffer))
                if data:
                    buffer[: len(data)] = data
                    self._position += len(data)
                    return len(data)
            except (boto.HTTPClientError, boto.IncompleteReadError):
                if attempt == ATTEMPTS - 1:
                    raise
            # Broken off, or at its end before the object's end.
            self._drop()
            back_off(attempt)
        raise boto.IncompleteReadError(actual_bytes=self._position, expected_bytes=self._size)

    def _rest(self) -> StreamingBody:
        # The same bytes or none: an object that was replaced meanwhile must not be patched together.
        rest = f"bytes={self._position}-"
        answer = get_object(
            self._client, {"Bucket": self._bucket, "Key": self._key, "Range": rest, "IfMatch": self._tag}
        )
        return answer["Body"]

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def close(self) -> None:
        self._drop()
        super().close()
