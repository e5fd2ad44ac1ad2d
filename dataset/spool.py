"""Records in files of this machine while a release is made, condensed: each is fetched and parsed once.

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

from dataset.condensed import Condensed, condense, restored
from dataset.layouts import Layout
from storage import canonical_json, parse_json

_CODEC = "lz4"
LAYOUTS = 256
"""Layouts that a process remembers; reports of a site are read one after another."""


class Ref(NamedTuple):
    """Where something is: the process that wrote it, the offset, the bytes there, and those of its JSON."""

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
        self._codec = pa.Codec(_CODEC)
        self._refs: dict[bytes, Ref] = {}
        self._layouts: dict[Ref, Layout] = {}

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
        """Keep what a release needs of a record and return where."""
        layout, rest = condense(record)
        if layout not in self._refs:
            _make_room(self._refs)
            self._refs[layout] = self._append(layout)
        return self._append(_as_json([tuple(self._refs[layout]), rest]))

    def load(self, kept: Kept) -> Condensed:
        """Return what was kept of a record."""
        assert kept.ref is not None, "the record was not kept"
        at, rest = parse_json(self._read(kept.ref))
        ref = Ref(*at)
        if ref not in self._layouts:
            _make_room(self._layouts)
            self._layouts[ref] = Layout(*orjson.loads(self._read(ref)))
        return restored(self._layouts[ref], rest)

    def _append(self, data: bytes) -> Ref:
        if self._written is None:
            self._written = (self.folder / str(os.getpid())).open("ab", buffering=0)
        packed = self._codec.compress(data, asbytes=True)
        offset = self._written.tell()
        self._written.write(packed)
        return Ref(os.getpid(), offset, len(packed), len(data))

    def _read(self, ref: Ref) -> bytes:
        if ref.process not in self._files:
            self._files[ref.process] = (self.folder / str(ref.process)).open("rb", buffering=0)
        packed = os.pread(self._files[ref.process].fileno(), ref.length, ref.offset)
        data: bytes = self._codec.decompress(packed, ref.size, asbytes=True)
        return data


def _make_room(known: dict[Any, Any]) -> None:
    if len(known) >= LAYOUTS:
        del known[next(iter(known))]


def _as_json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a figure beyond 64 bits
        return canonical_json(value)
