"""Packs: copies of bodies side by side in a few large objects, for who reads many of them.

    packs/<name>.tar       an index, then bodies
    packs/removed.json     the bodies that no pack may hold any more (`storage.pack_removed`)

A pack is a tar that any tar opens: `index.json` first, then a file for each body, named by its hash. Its
bytes follow from the bodies and their order alone, and its name is the seal of its index:

    {"pack":1,"bodies":[["<sha256>",<size>],…],"seal":"<name>"}

So a reader that has read the beginning knows where each body is, and takes what it needs in a few ranges.
Packs are copies: what is not in one, or is damaged there, is read from its own object under `raw/`, and all
of `packs/` may be thrown away at any time. A pack is created whole and in one step; the only later change is
that removed bodies become zeros, in their place, so that who has read the index before finds a wrong hash and
not another body.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from storage.ahead import in_order
from storage.archive import hash_of
from storage.objects import ObjectNotFoundError, ObjectStore, StoreError
from storage.pack_removed import PACKS, load_removed
from storage.seal import SealError, seal, unseal

FORMAT = 1

_INDEX = "index.json"
_BLOCK = tarfile.BLOCKSIZE
_END = bytes(2 * _BLOCK)
_KEY = re.compile(rf"{PACKS}([0-9a-f]{{64}})\.tar")
_HEAD_BYTES = 64 * 1024  # the index of some 800 bodies
_RANGE_BYTES = 4 * 1024 * 1024  # asked for at once: what a reader has in memory, twice
_GAP_BYTES = 512 * 1024  # not wanted, but read rather than asked for around: about what a request costs


class PackError(StoreError):
    """A pack's index cannot be read, or the pack is not laid out as its index says."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What is in a pack.

    Attributes:
        key: its key.
        places: of each body, where it begins and how long it is, in the order of the pack.
        index_ends: where the index ends.
    """

    key: str
    places: Mapping[str, tuple[int, int]]
    index_ends: int


def pack_key(index: bytes) -> str:
    """Return the key of the pack with that index (sealed)."""
    return f"{PACKS}{json.loads(index)['seal']}.tar"


def is_pack_key(key: str) -> bool:
    """Return whether a key is that of a pack."""
    return _KEY.fullmatch(key) is not None


def room_of(size: int) -> int:
    """Return how many bytes a body of that size takes in a pack."""
    return _BLOCK + size + -size % _BLOCK


def make_pack(bodies: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return the key and the bytes of a pack of these bodies, each with its hash, in this order."""
    document = {"pack": FORMAT, "bodies": [[sha256, len(data)] for sha256, data in bodies]}
    index = seal(json.dumps(document, separators=(",", ":")).encode())
    out = io.BytesIO()
    for name, data in ((_INDEX, index), *bodies):
        out.write(header_of(name, len(data)))
        out.write(data)
        out.write(bytes(-len(data) % _BLOCK))
    out.write(_END)
    return pack_key(index), out.getvalue()


def header_of(name: str, size: int) -> bytes:
    """Return what stands before a file of the tar."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


def load_pack(store: ObjectStore, key: str) -> Pack:
    """Read a pack's index.

    Raises:
        PackError: it cannot be read.
        ObjectNotFoundError: there is no such pack.
    """
    return read_index(key, partial(store.get_range, key))


def read_index(key: str, read: Callable[[int, int], bytes]) -> Pack:
    """Read a pack's index; `read` gives the bytes from a place on, of a number.

    Raises:
        PackError: it cannot be read.
    """
    head = read(0, _HEAD_BYTES)
    try:
        size = tarfile.TarInfo.frombuf(head[:_BLOCK], "ascii", "strict").size
        if head[:_BLOCK] != header_of(_INDEX, size):
            raise ValueError("it does not begin as a pack")
        missing = _BLOCK + size - len(head)
        if missing > 0:
            head += read(len(head), missing)
        index = head[_BLOCK : _BLOCK + size]
        bodies = json.loads(unseal(index))["bodies"]
        # An empty pack stands in the place of one whose index was lost (`storage.pack_care`).
        if bodies and pack_key(index) != key:
            raise ValueError("its index is that of another pack")
        places, place = {}, room_of(size)
        for sha256, length in bodies:
            places[sha256] = (place + _BLOCK, length)
            place += room_of(length)
    except (tarfile.TarError, SealError, ValueError, KeyError, TypeError) as error:
        raise PackError(f"{key} is damaged ({error}): `gongkai pack --repair`") from error
    return Pack(key, places, _BLOCK + size)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a body in a pack.

    Attributes:
        sha256: its hash.
        is_sound: its bytes have that hash.
        is_blank: all of them are zeros.
    """

    sha256: str
    is_sound: bool
    is_blank: bool


def look_through(file: BinaryIO, key: str) -> Iterator[Look]:
    """Yield what is there of each body, reading a pack once from its beginning.

    Raises:
        PackError: every byte counts, also those around the bodies.
    """
    head = io.BytesIO()

    def read(_: int, size: int) -> bytes:
        data = file.read(size)
        head.write(data)
        return data

    pack = read_index(key, read)
    head.seek(pack.index_ends)

    def take(size: int) -> bytes:
        data = head.read(size)
        return data + file.read(size - len(data)) if len(data) < size else data

    def expect(expected: bytes) -> None:
        if take(len(expected)) != expected:
            raise PackError(f"{key} is damaged between its bodies: `gongkai pack --repair`")

    expect(bytes(-pack.index_ends % _BLOCK))
    for sha256, (_, size) in pack.places.items():
        expect(header_of(sha256, size))
        data = take(size)
        yield Look(sha256, hash_of(data) == sha256, not any(data))
        expect(bytes(-size % _BLOCK))
    expect(_END)
    if take(1):
        raise PackError(f"{key} goes on behind its end: `gongkai pack --repair`")


def packed_bodies(
    store: ObjectStore,
    keys: Iterable[str],
    wanted: Iterable[str],
    pool: ThreadPoolExecutor,
    problems: list[str],
) -> Iterator[tuple[str, bytes]]:
    """Yield (hash, body) of those of the wanted bodies that the packs have, each once, its hash checked.

    What is damaged is left out, and told in `problems`. In memory are two ranges of a pack.

    Args:
        store: the store.
        keys: the packs.
        wanted: hashes.
        pool: what waits for the store.
        problems: gets a line for each pack or body that is not as it should be.

    Raises:
        RemovedListError: it cannot be said which bodies may be read.
    """
    # A pack that was written while a body was removed may have it for a moment (`storage.pack_care`).
    left = set(wanted) - load_removed(store)

    def ranges() -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
        for key in keys:
            try:
                pack = load_pack(store, key)
            except (PackError, ObjectNotFoundError) as error:
                problems.append(f"{error}; its bodies were read one by one")
                continue
            here = [(sha256, *place) for sha256, place in pack.places.items() if sha256 in left]
            left.difference_update(sha256 for sha256, _, _ in here)
            for part in _in_ranges(here):
                yield key, part

    def fetch(asked: tuple[str, list[tuple[str, int, int]]]) -> tuple[str, list[tuple[str, bytes]]]:
        key, part = asked
        begin = part[0][1]
        try:
            data = store.get_range(key, begin, max(1, part[-1][1] + part[-1][2] - begin))
        except ObjectNotFoundError:
            data = b""  # thrown away this moment
        return key, [(sha256, data[at - begin : at - begin + size]) for sha256, at, size in part]

    for key, found in in_order(pool, fetch, ranges(), 2):
        for sha256, body in found:
            if hash_of(body) == sha256:
                yield sha256, body
            else:
                problems.append(
                    f"{key} is damaged where {sha256} is; its own object was read: `gongkai pack --repair`"
                )


def _in_ranges(places: Sequence[tuple[str, int, int]]) -> Iterator[list[tuple[str, int, int]]]:
    """Yield places, ascending, in groups that are worth one request."""
    group: list[tuple[str, int, int]] = []
    for place in places:
        _, at, size = place
        if group:
            last = group[-1][1] + group[-1][2]
            if at - last > _GAP_BYTES or at + size - group[0][1] > _RANGE_BYTES:
                yield group
                group = []
        group.append(place)
    if group:
        yield group
