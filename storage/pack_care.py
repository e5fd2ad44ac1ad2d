"""Packs kept as they should be: written once, without what was removed, made whole where they are damaged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from storage.ahead import in_order
from storage.archive import Archive, BodyCorruptError, hash_of
from storage.objects import ObjectNotFoundError, ObjectStore
from storage.pack_removed import PACKS, add_removed, load_removed
from storage.packs import Pack, PackError, is_pack_key, load_pack, make_pack, read_index

_THREADS = 8


def pack_keys(store: ObjectStore) -> list[str]:
    """Return the keys of all packs: thousands where there are millions of bodies."""
    return [key for key in store.list(PACKS) if is_pack_key(key)]


def load_packs(store: ObjectStore, keys: Iterable[str], problems: list[str]) -> Iterable[Pack]:
    """Yield the packs with these keys; those with an unreadable index are left out and told."""

    def load(key: str) -> Pack | PackError | None:
        try:
            return load_pack(store, key)
        except PackError as error:
            return error
        except ObjectNotFoundError:
            return None  # thrown away this moment

    with ThreadPoolExecutor(_THREADS) as pool:
        for pack in in_order(pool, load, keys, 4 * _THREADS):
            if isinstance(pack, Pack):
                yield pack
            elif pack is not None:
                problems.append(str(pack))


def put_pack(store: ObjectStore, bodies: Sequence[tuple[str, bytes]]) -> str:
    """Write a pack of these bodies, each with its hash; without what was removed meanwhile.

    What stands under its key already and is something else (its index was damaged) is replaced.

    Returns:
        Its key; the pack is durable.
    """
    key, data = make_pack(bodies)
    while not store.put_new(key, data):
        found, tag = store.get_tagged(key)
        if found == data or store.put_if(key, data, tag):
            break
    blank(store, key, load_removed(store) & {sha256 for sha256, _ in bodies})
    return key


def remove_from_packs(store: ObjectStore, hashes: Iterable[str]) -> int:
    """Take removed bodies out of every pack; returns how many packs had one of them.

    `add_removed` has named them, and their tombstones are there.
    """
    wanted = frozenset(hashes)
    unread: list[str] = []
    count = 0
    for pack in load_packs(store, pack_keys(store), unread):
        if hit := wanted & pack.places.keys():
            blank(store, pack.key, hit)
            count += 1
    if unread:
        for key in pack_keys(store):
            try:
                load_pack(store, key)
            except PackError:
                _give_up(store, key)  # what is in it cannot be known
                count += 1
    return count


def finish_removal(store: ObjectStore, pack: Pack, removed: frozenset[str]) -> None:
    """Take out of a pack what a removal, or a packer, that was killed left in it."""
    hit = removed & pack.places.keys()
    # The bodies are read and not the pack: most were taken out long ago.
    if any(
        any(store.get_range(pack.key, at, max(1, size))) for at, size in map(pack.places.__getitem__, hit)
    ):
        blank(store, pack.key, hit)


def blank(store: ObjectStore, key: str, hashes: Iterable[str]) -> None:
    """Put zeros in the place of bodies of a pack."""
    wanted = list(hashes)
    while wanted:
        found, tag = store.get_tagged(key)
        places = read_index(key, partial(_read, found)).places
        data = bytearray(found)
        for sha256 in wanted:
            at, size = places[sha256]
            data[at : at + size] = bytes(size)
        if data == found or store.put_if(key, bytes(data), tag):
            store.forget_versions(key)
            return


def repair_packs(store: ObjectStore) -> tuple[list[str], list[str]]:
    """Read every byte of every pack; make whole what is damaged, and take out what was removed.

    A pack whose index is lost is given up: an empty one takes its place, and its bodies can be packed anew.

    Returns:
        What was mended, and what could not be.
    """
    archive = Archive(store)
    add_removed(store, ())
    mended: list[str] = []
    problems: list[str] = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for key in pack_keys(store):
            while not _repair(archive, store, key, pool, mended, problems):
                pass  # another wrote it at the same time
    return mended, problems


def _repair(
    archive: Archive,
    store: ObjectStore,
    key: str,
    pool: ThreadPoolExecutor,
    mended: list[str],
    problems: list[str],
) -> bool:
    found, tag = store.get_tagged(key)
    try:
        places = read_index(key, partial(_read, found)).places
    except PackError:
        _give_up(store, key)
        mended.append(f"{key}: its index was lost; an empty pack stands there, its bodies can be packed anew")
        return True
    stones = dict(zip(places, pool.map(archive.tombstone, places), strict=True))
    add_removed(store, [sha256 for sha256, stone in stones.items() if stone is not None])
    bodies: list[tuple[str, bytes]] = []
    for sha256, (at, size) in places.items():
        body = found[at : at + size]
        if stones[sha256] is not None:
            body = bytes(size)
        elif hash_of(body) != sha256:
            try:
                body = archive.get_body(sha256)
            except (BodyCorruptError, ObjectNotFoundError) as error:
                problems.append(f"{key}: {sha256} is damaged here and there is no other copy: {error}")
                body = body.ljust(size, b"\0")
        bodies.append((sha256, body))
    data = make_pack(bodies)[1]
    if data == found:
        return True
    if not store.put_if(key, data, tag):
        return False
    store.forget_versions(key)
    mended.append(f"{key}: made whole")
    return True


def _give_up(store: ObjectStore, key: str) -> None:
    _, data = make_pack([])
    while not store.put_if(key, data, store.get_tagged(key)[1]):
        pass
    store.forget_versions(key)


def _read(data: bytes, start: int, size: int) -> bytes:
    return data[start : start + size]
