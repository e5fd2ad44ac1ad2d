"""Records in files of this machine while a release is made: each is fetched from the store once.

Every process that reads records appends to a file of its own; all of them read all files.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, Self

import orjson
import pyarrow as pa

from storage import parse_json

_CODEC = "zstd"


class Ref(NamedTuple):
    """Where a record is: the process that wrote it, the offset, the bytes there, the bytes of its JSON."""

    process: int
    offset: int
    length: int
    size: int


class Kept(Protocol):
    """What has a record in a spool."""

    @property
    def ref(self) -> Ref | None:
        """Where it is, None where it was not kept."""


class Spool:
    """Records in a temporary folder, compressed. Use as a context manager, or open another's folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._own = tempfile.TemporaryDirectory(prefix="gongkai-spool-") if folder is None else None
        self.folder = Path(self._own.name) if self._own is not None else folder or Path()
        self._files: dict[int, BinaryIO] = {}
        self._written: BinaryIO | None = None
        self._codec = pa.Codec(_CODEC, compression_level=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files; those of an own folder are gone."""
        for file in (*self._files.values(), *filter(None, [self._written])):
            file.close()
        if self._own is not None:
            self._own.cleanup()

    def add(self, record: Mapping[str, Any]) -> Ref:
        """Keep a record and return where."""
        return self.add_json(orjson.dumps(record))

    def add_json(self, data: bytes) -> Ref:
        """Keep a record that is JSON already."""
        if self._written is None:
            self._written = (self.folder / str(os.getpid())).open("ab", buffering=0)
        packed = self._codec.compress(data, asbytes=True)
        offset = self._written.tell()
        self._written.write(packed)
        return Ref(os.getpid(), offset, len(packed), len(data))

    def load(self, kept: Kept) -> dict[str, Any]:
        """Return a record."""
        ref = kept.ref
        assert ref is not None, "the record was not kept"
        if ref.process not in self._files:
            self._files[ref.process] = (self.folder / str(ref.process)).open("rb", buffering=0)
        packed = os.pread(self._files[ref.process].fileno(), ref.length, ref.offset)
        record = parse_json(self._codec.decompress(packed, ref.size, asbytes=True))
        assert isinstance(record, dict)
        return record
