"""Frames on the pipes between the parent and a worker: lengths, JSON, bytes.

JSON and no pickles: a worker that hostile content has taken over can send any bytes it likes, and the parent
must be able to read them without running them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

_REQUEST = struct.Struct("!IQ")
_ANSWER = struct.Struct("!I")

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of one answer. A record is some 100 kB; a thousand pages of prose are 10 MB."""


class WireError(Exception):
    """What came out of a pipe is no frame of ours."""


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


def pack_answer(answer: dict[str, Any]) -> bytes:
    """An answer as bytes.

    Raises:
        WireError: it is longer than `MAX_ANSWER`.
    """
    # ASCII is what the C encoder and decoder of JSON are fastest at; the record's own text is made by its
    # reader.
    text = json.dumps(answer, separators=(",", ":"), allow_nan=False, check_circular=False).encode("ascii")
    if len(text) > MAX_ANSWER:
        raise WireError(f"an answer of more than {MAX_ANSWER} bytes")
    return _ANSWER.pack(len(text)) + text


class AnswerReader:
    """Takes bytes as they come and gives whole answers."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Yield the answers that are complete now; those before the rubbish are still good.

        Raises:
            WireError: the bytes are no answers; nothing that follows can be trusted.
        """
        self._buffer += data
        while len(self._buffer) >= _ANSWER.size:
            (length,) = _ANSWER.unpack_from(self._buffer)
            if length > MAX_ANSWER:
                raise WireError("an answer that is too long")
            end = _ANSWER.size + length
            if len(self._buffer) < end:
                break
            try:
                answer = json.loads(bytes(self._buffer[_ANSWER.size : end]))
            except (ValueError, RecursionError) as error:
                raise WireError("an answer that is no JSON") from error
            if not isinstance(answer, dict):
                raise WireError("an answer that is no JSON object")
            del self._buffer[:end]
            yield answer
