"""Records in files of this machine while a release is made, condensed: each is fetched and parsed once.

Every process that reads records appends to a file of its own; all of them read all files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, Self, TypeVar

import orjson
import pyarrow as pa

from dataset.condensed import Condensed, condense, restored
from dataset.layouts import Identities, Layout
from dataset.scratch import Scratch
from storage import canonical_json

_CODEC = "lz4"
_LONG = b" "
"""Stands before JSON that orjson could not write and would not read as it was."""
LAYOUTS = 256
"""Layouts that a process remembers, and sets of identities; reports of a site are read one after another."""


Common = TypeVar("Common")


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
        self._own = Scratch() if folder is None else None
        self.folder = self._own.folder if self._own is not None else folder or Path()
        self._files: dict[int, BinaryIO] = {}
        self._written: BinaryIO | None = None
        self._codec = pa.Codec(_CODEC)
        self._refs: dict[bytes, Ref] = {}
        self._layouts: dict[Ref, Layout] = {}
        self._identities: dict[Ref, Identities] = {}

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
            self._own.close()

    def add(self, record: Mapping[str, Any]) -> Ref:
        """Keep what a release needs of a record and return where."""
        *common, rest = condense(record)
        return self._append(_as_json([*(tuple(self._common(data)) for data in common), rest]))

    def _common(self, data: bytes) -> Ref:
        """Keep what records have in common, once; return where it is."""
        if data not in self._refs:
            _make_room(self._refs)
            self._refs[data] = self._append(data)
        return self._refs[data]

    def load(self, kept: Kept) -> Condensed:
        """Return what was kept of a record."""
        assert kept.ref is not None, "the record was not kept"
        layout, identities, rest = _from_json(self._read(kept.ref))
        return restored(
            self._made(Layout, self._layouts, layout),
            self._made(Identities, self._identities, identities),
            rest,
        )

    def _made(self, make: Callable[..., Common], known: dict[Ref, Common], at: list[int]) -> Common:
        ref = Ref(*at)
        if ref not in known:
            _make_room(known)
            known[ref] = make(*orjson.loads(self._read(ref)))
        return known[ref]

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
        return _LONG + canonical_json(value)


def _from_json(data: bytes) -> Any:
    return json.loads(data) if data.startswith(_LONG) else orjson.loads(data)
