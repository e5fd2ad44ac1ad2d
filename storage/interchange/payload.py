"""What stands in a WARC record -> the body that the archive keeps: unchunked, unpacked, checked.

Archives differ in what their digests cover and in whether header and payload agree: a digest may be that of
the payload as it stands, without its chunks, or unpacked; a tool may have unpacked a body and left the header
that announces the compression. So all three forms are hashed, one must have the digest, and what the bytes
show counts before what a header says. A body that is cut off, damaged or too large is an error, never half a
body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

import brotli

PIECE = 64 * 1024
_SPOOL_BYTES = 1024 * 1024
_HEAD_BYTES = 512
_TEXT_BYTES = 128
_LONGEST_LINE = 64 * 1024
_LONGEST_HEAD = 1024 * 1024
_ALGORITHMS = {"sha1": 20, "sha256": 32, "sha512": 64, "md5": 16}
# Bytes that no text has. Of what is compressed, one byte in ten is one of them: among `_TEXT_BYTES`, always.
_CONTROL = bytes(sorted(set(range(0x20)) - set(b"\t\n\r\x0c\x1b")))
_FILES = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
)


class PayloadError(Exception):
    """A payload cannot be taken.

    Attributes:
        code: why, for counting.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


class Digest:
    """A digest as a WARC header states it: an algorithm, and the hash in one of three notations."""

    def __init__(self, text: str) -> None:
        name, _, value = text.partition(":")
        self.algorithm = name.strip().lower().replace("-", "")
        self._values = _values(value.strip(), _ALGORITHMS.get(self.algorithm, 0))

    @property
    def is_known(self) -> bool:
        """Whether it is one that can be checked."""
        return bool(self._values)

    @property
    def key(self) -> tuple[str, bytes] | None:
        """What is the same for the same digest; None where it cannot be read."""
        return (self.algorithm, self._values[0]) if self._values else None

    def new(self) -> Any:
        """Return an empty hash of its algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def is_of(self, found: Any) -> bool:
        """Whether a hash is the one stated."""
        return found.digest() in self._values


def _values(text: str, size: int) -> list[bytes]:
    readings: list[Callable[[str], bytes]] = [
        bytes.fromhex,
        lambda text: base64.b32decode(text.upper() + "=" * (-len(text) % 8)),
        lambda text: base64.b64decode(text + "=" * (-len(text) % 4), validate=True),
    ]
    found = []
    for read in readings:
        try:
            value = read(text)
        except (ValueError, binascii.Error):
            continue
        if size and len(value) == size:
            found.append(value)
    return found


class Source:
    """The content of a record, read once, hashed on the way."""

    def __init__(self, stream: Readable, digests: Iterable[Any] = ()) -> None:
        self._stream = stream
        self._digests = list(digests)
        self._buffer = b""

    def hash_also(self, digest: Any) -> None:
        """Hash what is read from here on with one more."""
        self._digests.append(digest)

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, none at the end."""
        data = self._buffer[:size] if self._buffer else self._stream.read(min(size, PIECE))
        self._buffer = self._buffer[len(data) :]
        for digest in self._digests:
            digest.update(data)
        return data

    def peek(self, size: int) -> bytes:
        """Return the next bytes without passing them."""
        while len(self._buffer) < size and (piece := self._stream.read(PIECE)):
            self._buffer += piece
        return self._buffer[:size]

    def line(self) -> bytes:
        """Return the next line with its end; at the end of the content what there is."""
        size = 256
        while b"\n" not in (head := self.peek(size)) and len(head) == size:
            if size > _LONGEST_LINE:
                raise PayloadError("bad_headers", "a line of more than 64 KiB where headers should be")
            size *= 2
        end = head.find(b"\n") + 1
        return self.read(end or len(head)) if head else b""


def read_head(source: Source) -> tuple[str, list[tuple[str, str]]]:
    """Return the first line of an HTTP message and its headers.

    Raises:
        PayloadError: they do not end.
    """
    lines: list[bytes] = []
    size = 0
    while line := source.line():
        size += len(line)
        if size > _LONGEST_HEAD:
            raise PayloadError("bad_headers", "headers of more than 1 MiB")
        if not line.strip():
            break
        if line[:1] in b" \t" and len(lines) > 1:
            lines[-1] += b" " + line.strip()  # folded, as was allowed once
        else:
            lines.append(line.strip())
    else:
        raise PayloadError("truncated", "the headers are cut off")
    headers = []
    for one in lines[1:]:
        name, colon, value = one.decode("latin-1").partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
    return (lines[0].decode("latin-1") if lines else ""), headers


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the archive keeps it.

    Attributes:
        file: its bytes, from the beginning; the caller closes it.
        size: their number.
        announced: whether a header said that it is compressed.
    """

    file: BinaryIO
    size: int
    announced: bool


def take_body(source: Source, headers: Mapping[str, str], stated: Digest | None, limit: int) -> Body:
    """Read the payload of a response to its end.

    Args:
        source: stands behind the headers.
        headers: of the response, names in small letters.
        stated: the payload's digest, None where none is stated.
        limit: bytes of the body, at most.

    Raises:
        PayloadError: it is not whole, not what its digest says, too large, or packed in an unknown way.
    """
    levels = [stated.new() for _ in range(3)] if stated is not None and stated.is_known else []
    for digest in levels[:1]:
        source.hash_also(digest)
    with _spool() as entity:
        chunked = headers.get("transfer-encoding", "").lower().split(",")[-1].strip() == "chunked"
        pieces = _chunks(source) if chunked and _is_chunk_line(source.peek(64)) else _all(source)
        size = _fill(entity, pieces, limit, levels[1:2])
        encodings = [
            name
            for one in headers.get("content-encoding", "").split(",")
            if (name := one.strip().lower()) not in {"", "identity", "none", "utf-8"}
        ]
        packed, file, found = _unpacked(entity, encodings, limit, levels[2:3])
        try:
            matches = stated is not None and any(stated.is_of(level) for level in levels)
            if levels and not matches:
                raise PayloadError("bad_digest", "the payload does not have the digest stated")
            length = headers.get("content-length", "").strip()
            if length.isdecimal() and not chunked and (packed or not encodings):
                _check_length(size, int(length), verified=matches)
        except BaseException:
            file.close()
            raise
    return Body(file, found, bool(encodings))


def _unpacked(
    entity: BinaryIO, encodings: list[str], limit: int, digests: list[Any]
) -> tuple[bool, BinaryIO, int]:
    """Undo compression; return whether there was one, the body, and its size."""
    head = entity.read(_HEAD_BYTES)
    is_text = len(head) >= _TEXT_BYTES and head == head.translate(None, _CONTROL)
    packed = bool(encodings) and bool(head) and not _is_other(head, encodings[-1])
    while True:
        entity.seek(0)
        file = _spool()
        try:
            pieces: Iterator[bytes] = _all(entity)
            for name in reversed(encodings if packed else []):
                pieces = _decoder(name)(pieces)
            return packed, file, _fill(file, pieces, limit, digests)
        except PayloadError as error:
            file.close()
            # A text that is no such stream to its end was unpacked before, and the header left.
            if not (packed and is_text and error.code in {"damaged", "truncated"}):
                raise
            packed, digests = False, []


def _check_length(size: int, announced: int, *, verified: bool) -> None:
    if size < announced:
        raise PayloadError("cut_short", f"{size} of {announced} bytes announced")
    if size > announced and not verified:
        raise PayloadError("length_differs", f"{size} bytes where {announced} were announced, and no digest")


def _spool() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(_SPOOL_BYTES))


def _all(source: Readable) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece


def _fill(file: BinaryIO, pieces: Iterable[bytes], limit: int, digests: list[Any]) -> int:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise PayloadError("too_large", f"more than {limit} bytes")
        for digest in digests:
            digest.update(piece)
        file.write(piece)
    file.seek(0)
    return size


def _is_chunk_line(head: bytes) -> bool:
    """Whether chunks really begin here; some tools join them and leave the header."""
    line, end, _ = head.partition(b"\n")
    number = line.partition(b";")[0].strip()
    try:
        return bool(end) and not number.startswith((b"+", b"-")) and int(number, 16) >= 0
    except ValueError:
        return False


def _chunks(source: Source) -> Iterator[bytes]:
    while True:
        line = source.line()
        if not line.endswith(b"\n"):
            raise PayloadError("truncated", "the chunks are cut off")
        if not _is_chunk_line(line):
            raise PayloadError("bad_chunks", "a chunk does not begin with its size")
        rest = int(line.partition(b";")[0].strip(), 16)
        if rest == 0:
            break
        while rest:
            piece = source.read(min(rest, PIECE))
            if not piece:
                raise PayloadError("truncated", "the chunks are cut off")
            rest -= len(piece)
            yield piece
        if source.line().strip():
            raise PayloadError("bad_chunks", "a chunk does not end where its size says")
    while source.read(PIECE):
        continue  # trailers: they say nothing of the body


def _is_other(head: bytes, encoding: str) -> bool:
    """Whether a body that is announced as compressed begins as something else."""
    return head[:2] != b"\x1f\x8b" if encoding in {"gzip", "x-gzip"} else head.startswith(_FILES)


def _decoder(name: str) -> Callable[[Iterator[bytes]], Iterator[bytes]]:
    match name:
        case "gzip" | "x-gzip":
            return _gunzip
        case "deflate":
            return _inflate
        case "br":
            return _brotli
        case _:
            raise PayloadError("unknown_encoding", f"content-encoding {name[:40]!r} cannot be undone here")


def _damaged(what: str, error: Exception) -> PayloadError:
    return PayloadError("damaged", f"the {what} stream is damaged: {error}")


_CUT = "the compressed body is cut off"


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    engine = zlib.decompressobj(31)
    for piece in pieces:
        data = piece
        while data:
            if engine.eof:
                if not data.startswith(b"\x1f"):
                    return  # bytes behind the last member belong to nothing
                engine = zlib.decompressobj(31)
            try:
                out = engine.decompress(data, PIECE)
            except zlib.error as error:
                raise _damaged("gzip", error) from error
            if out:
                yield out
            data = engine.unused_data if engine.eof else engine.unconsumed_tail
    if not engine.eof:
        raise PayloadError("truncated", _CUT)


def _inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Undo what headers call deflate: zlib's form by the standard, the bare one by many servers."""
    engine = None
    for piece in pieces:
        if engine is None:
            zlib_form = len(piece) > 1 and piece[0] & 15 == 8 and int.from_bytes(piece[:2]) % 31 == 0
            engine = zlib.decompressobj(15 if zlib_form else -15)
        data = piece
        while data and not engine.eof:
            try:
                out = engine.decompress(data, PIECE)
            except zlib.error as error:
                raise _damaged("deflate", error) from error
            if out:
                yield out
            data = engine.unconsumed_tail
    if engine is not None and not engine.eof:
        raise PayloadError("truncated", _CUT)


def _brotli(pieces: Iterator[bytes]) -> Iterator[bytes]:
    engine = brotli.Decompressor()
    try:
        for piece in pieces:
            out = engine.process(piece, output_buffer_limit=PIECE)
            while True:
                if out:
                    yield out
                if engine.is_finished():
                    return  # bytes behind its end belong to nothing
                if engine.can_accept_more_data() and not out:
                    break
                out = engine.process(b"", output_buffer_limit=PIECE)
    except brotli.error as error:
        raise _damaged("brotli", error) from error
    raise PayloadError("truncated", _CUT)
