"""Bodies of reports, copied into packs: what a re-extraction over S3 reads in a few large pieces.

What is packed is what `flows.reextract` reads, in the order in which it plans: by site and address. The same
archive gives the same packs, under the same names. What is to do is computed from the packs there are, so a
run that was killed is completed by the next one, and two at once write the same objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from flows.extract import report_bodies
from flows.progress import emit
from flows.reextract import all_sites
from storage import (
    Archive,
    BodyCorruptError,
    BodyRemovedError,
    ObjectNotFoundError,
    ObjectStore,
    refresh_state,
)
from storage.ahead import in_order
from storage.pack_care import finish_removal, load_packs, pack_keys, put_pack, repair_packs
from storage.pack_removed import load_removed
from storage.packs import room_of

TARGET = 32 * 1024 * 1024
"""Bytes that a pack is filled up to: some 400 bodies, a dozen requests to read, memory while it is made."""

THREADS = 16
AHEAD = 16
"""Bodies fetched ahead."""


@dataclass
class Packed:
    """What a run did.

    Attributes:
        bodies: bodies of reports in the archive.
        known: of them, those that packs had already.
        added: of them, those that were packed now.
        bytes: bytes of these.
        packs: packs written now.
        waiting: bodies that wait until they fill a pack.
        mended: packs that were made whole, and how.
        problems: bodies that could not be read, packs that could not be made whole.
    """

    bodies: int = 0
    known: int = 0
    added: int = 0
    bytes: int = 0
    packs: int = 0
    waiting: int = 0
    mended: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def pack_bodies(
    store: ObjectStore, target: int = TARGET, *, only_full: bool = False, repair: bool = False
) -> Packed:
    """Pack every body of a report that is in no pack yet.

    Args:
        store: the store.
        target: bytes that a pack is filled up to; a larger body has a pack of its own.
        only_full: leave a last pack that is not full to a later run.
        repair: first read every pack there is, and make whole what is damaged.
    """
    done = Packed()
    if repair:
        done.mended, done.problems = repair_packs(store)
    removed = load_removed(store)
    packed: set[bytes] = set()
    unreadable: list[str] = []
    for pack in load_packs(store, pack_keys(store), unreadable):
        finish_removal(store, pack, removed)
        packed.update(map(bytes.fromhex, pack.places))
    done.problems += unreadable  # their bodies are packed again
    batch: list[tuple[str, bytes]] = []
    room = 0
    for sha256, body in _bodies(store, packed, done):
        if batch and room + room_of(len(body)) > target:
            _write(store, batch, done)
            batch, room = [], 0
        batch.append((sha256, body))
        room += room_of(len(body))
    if only_full:
        done.waiting = len(batch)
    elif batch:
        _write(store, batch, done)
    emit("pack", "end", packs=done.packs, bodies=done.added)
    return done


def _bodies(store: ObjectStore, packed: set[bytes], done: Packed) -> Iterator[tuple[str, bytes]]:
    """Yield what is to be packed, in order."""
    archive = Archive(store)

    def todo() -> Iterator[str]:
        seen: set[bytes] = set()
        for site in all_sites(store):
            for sha256 in report_bodies(refresh_state(store, site, save=False)):
                digest = bytes.fromhex(sha256)
                if digest in seen:
                    continue
                seen.add(digest)
                done.bodies += 1
                if digest in packed:
                    done.known += 1
                else:
                    yield sha256

    def fetch(sha256: str) -> tuple[str, bytes | str | None]:
        try:
            return sha256, archive.get_body(sha256)
        except BodyRemovedError:
            return sha256, None
        except (BodyCorruptError, ObjectNotFoundError) as error:
            return sha256, str(error)

    with ThreadPoolExecutor(THREADS) as pool:
        for sha256, body in in_order(pool, fetch, todo(), AHEAD):
            if isinstance(body, bytes):
                yield sha256, body
            elif body is not None:
                done.problems.append(body)


def _write(store: ObjectStore, batch: list[tuple[str, bytes]], done: Packed) -> None:
    put_pack(store, batch)
    done.packs += 1
    done.added += len(batch)
    done.bytes += sum(len(body) for _, body in batch)
    for sha256, _ in batch:
        emit("pack", "document", sha256=sha256)
