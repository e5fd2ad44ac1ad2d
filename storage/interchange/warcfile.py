"""WARC records into a file, each a gzip member of its own, so that one can be read without the others.

warcio's writer is not used: it knows only SHA-1 digests and compresses at the slowest level. What it would do
besides is a few lines; its reader judges them in the tests.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

LEVEL = 6
PIECE = 256 * 1024


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is in its file.

    Attributes:
        offset: of its first byte.
        length: of its gzip member.
        digest: of the member, ``sha256:…``.
    """

    offset: int
    length: int
    digest: str


class WarcFile:
    """Writes records; the same records give the same bytes."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self.offset = 0

    def write(
        self, headers: Sequence[tuple[str, str]], block: BinaryIO, length: int, *, start: bytes = b""
    ) -> Place:
        """Write a record.

        Args:
            headers: its fields but ``Content-Length``; values on one line.
            block: its content, from where it stands.
            length: of the content and of `start`.
            start: comes before the content.

        Raises:
            ValueError: the content has another length.
        """
        begun, digest = self.offset, hashlib.sha256()
        # wbits 31 writes a gzip header without time and name.
        engine = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)

        def put(data: bytes) -> None:
            digest.update(data)
            self.offset += len(data)
            self._out.write(data)

        head = "".join(f"{name}: {value}\r\n" for name, value in (*headers, ("Content-Length", str(length))))
        put(engine.compress(f"WARC/1.1\r\n{head}\r\n".encode() + start))
        rest = length - len(start)
        while rest and (piece := block.read(min(rest, PIECE))):
            rest -= len(piece)
            put(engine.compress(piece))
        if rest:
            raise ValueError(f"the content of a record is {rest} bytes short")
        put(engine.compress(b"\r\n\r\n") + engine.flush())
        return Place(begun, self.offset - begun, f"sha256:{digest.hexdigest()}")
