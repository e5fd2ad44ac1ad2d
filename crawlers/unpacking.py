"""Bodies as they are meant: compression undone, whether the headers tell of it or not, and never half a body.

Scrapy's middleware takes what it gets out of a cut stream for the whole, and fails on servers that announce
gzip and send plain text. Here a stream must end where it says; a body that is no such stream is taken as it
is; and a compressed body that no header announces (CNIPA and others force gzip on everybody) is unpacked by
what it shows.
"""

from __future__ import annotations

import zlib

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response

from crawlers.links import file_type
from crawlers.sniff import sniff

_GZIP, _ZLIB, _RAW = 31, 15, -15
_PIECE = 1 << 16


class NotCompressedError(ValueError):
    """The bytes are not in the compressed form."""


def inflate(body: bytes, form: int, limit: int) -> bytes:
    """Undo compression.

    Args:
        body: compressed bytes; several gzip members may follow each other.
        form: window bits as zlib has them: 31 gzip, 15 zlib, -15 bare deflate.
        limit: bytes of the result, at most.

    Raises:
        NotCompressedError: it is no such stream.
        ResponseDataLossError: the stream ends before its end.
        DownloadCancelledError: the result is larger than the limit.
    """
    found = bytearray()
    rest = body
    while rest:
        engine = zlib.decompressobj(form)
        begun = len(found)
        try:
            piece = engine.decompress(rest, _PIECE)
            while piece or engine.unconsumed_tail:
                found += piece
                if len(found) > limit:
                    raise DownloadCancelledError(f"more than {limit} bytes when unpacked")
                if engine.eof:
                    break
                piece = engine.decompress(engine.unconsumed_tail, _PIECE)
        except zlib.error as error:
            if begun and len(found) == begun:
                break  # bytes behind the last member belong to nothing
            if len(found) > begun:
                raise ResponseDataLossError(f"the compressed body is damaged: {error}") from error
            raise NotCompressedError(str(error)) from error
        if not engine.eof:
            raise ResponseDataLossError("the compressed body is cut off")
        rest = engine.unused_data if form == _GZIP else b""
    return bytes(found)


def _deflate(body: bytes, limit: int) -> bytes:
    """Undo what headers call deflate: zlib's form by the standard, the bare one by many servers."""
    try:
        return inflate(body, _ZLIB, limit)
    except NotCompressedError:
        return inflate(body, _RAW, limit)


def unannounced(body: bytes, limit: int) -> tuple[bytes, str] | None:
    """Unpack a page or file that came compressed although no header says so; None where it did not."""
    forms: list[tuple[int, str]] = []
    if body[:3] == b"\x1f\x8b\x08":
        forms = [(_GZIP, "gzip without header")]
    elif sniff(body) is None and body[:1000].translate(None, _TEXT):
        forms = [(_ZLIB, "deflate without header"), (_RAW, "deflate without header")]
    for form, name in forms:
        try:
            found = inflate(body, form, limit)
        except (NotCompressedError, ResponseDataLossError):
            # A cut gzip body is no body; other bytes were only thought to be compressed.
            if form == _GZIP:
                raise ResponseDataLossError("the compressed body is cut off") from None
            continue
        if form == _GZIP or sniff(found) is not None:
            return found, name
    return None


# Bytes that texts of any encoding have; what remains of a compressed body is many others.
_TEXT = bytes(range(0x20, 0x100)) + b"\t\n\r\x0c\x1b"


class Unpacking(HttpCompressionMiddleware):
    """Downloader middleware in the place of Scrapy's."""

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        limit = max_size or 1 << 40
        try:
            if encoding in {b"gzip", b"x-gzip"}:
                return inflate(body, _GZIP, limit)
            if encoding == b"deflate":
                return _deflate(body, limit)
        except NotCompressedError:
            return body  # announced, but not so
        return HttpCompressionMiddleware._decode(body, encoding, max_size)  # noqa: SLF001 - its own hook

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Unpack an answer."""
        announced = "Content-Encoding" in response.headers
        found = super().process_response(request, response)
        if announced or not isinstance(found, Response) or not found.body or request.method == "HEAD":
            return found
        if file_type(response.url) in {"gz", "tgz"}:
            return found
        plain = unannounced(found.body, self._max_size or 1 << 40)
        if plain is None:
            return found
        body, note = plain
        return found.replace(body=body, flags=[*found.flags, note])
