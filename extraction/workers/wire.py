"""Frames on the pipes between the parent and a worker: lengths, JSON, bytes.

JSON and no pickles: a worker that hostile content has taken over can send any bytes it likes, and the parent
must be able to read them without running them. A record comes as the bytes of its canonical JSON, ready to be
kept: the parent looks into it and need not write it anew.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson

_REQUEST = struct.Struct("!IQ")
_ANSWER = struct.Struct("!II")

_LONG = b"0" * 19
_ANY_DIGIT = bytes.maketrans(b"123456789", b"000000000")

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of one answer. A record is some 100 kB; a thousand pages of prose are 10 MB."""


class WireError(Exception):
    """What came out of a pipe is no frame of ours."""


class Answer(NamedTuple):
    """What a worker says.

    Attributes:
        head: what it is about.
        body: of a document that was read, the canonical JSON of its record.
    """

    head: dict[str, Any]
    body: bytes


def pack_request(head: dict[str, Any], body: bytes) -> tuple[bytes, bytes]:
    """A request as the bytes to be sent one after the other; `body` is not copied."""
    text = json.dumps(head).encode()
    return _REQUEST.pack(len(text), len(body)) + text, body


def read_request(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next request, or None at the end of the stream."""
    lengths = stream.read(_REQUEST.size)
    if len(lengths) < _REQUEST.size:
        return None
    head_length, body_length = _REQUEST.unpack(lengths)
    head = stream.read(head_length)
    body = stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        return None
    return json.loads(head), body


def pack_answer(head: dict[str, Any], body: bytes = b"") -> bytes:
    """An answer as bytes.

    Raises:
        WireError: it is longer than `MAX_ANSWER`.
    """
    text = json.dumps(head).encode()
    if len(text) + len(body) > MAX_ANSWER:
        raise WireError(f"an answer of more than {MAX_ANSWER} bytes")
    return b"".join((_ANSWER.pack(len(text), len(body)), text, body))


class AnswerReader:
    """Takes bytes as they come and gives whole answers."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Answer]:
        """Yield the answers that are complete now; those before the rubbish are still good.

        Raises:
            WireError: the bytes are no answers; nothing that follows can be trusted.
        """
        self._buffer += data
        while len(self._buffer) >= _ANSWER.size:
            head_length, body_length = _ANSWER.unpack_from(self._buffer)
            if head_length + body_length > MAX_ANSWER:
                raise WireError("an answer that is too long")
            middle = _ANSWER.size + head_length
            end = middle + body_length
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as whole:
                head, body = bytes(whole[_ANSWER.size : middle]), bytes(whole[middle:end])
            del self._buffer[:end]
            yield Answer(parse_object(head), body)


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object that a worker sent.

    Raises:
        WireError: it is none.
    """
    try:
        # orjson makes a float of a number beyond 64 bits (see `storage.parse_json`, which is not for this
        # floor); a figure must stay what was printed.
        found = json.loads(data) if _LONG in data.translate(_ANY_DIGIT) else orjson.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError("an answer that is no JSON") from error
    if not isinstance(found, dict):
        raise WireError("an answer that is no JSON object")
    return found
