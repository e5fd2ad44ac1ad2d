"""Packs: every byte of them counts, and nothing depends on them."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Archive, ObjectStore, open_store, packs, verify
from storage.objects import ObjectNotFoundError
from storage.pack_care import finish_removal, pack_keys, put_pack, remove_from_packs, repair_packs
from storage.pack_removed import REMOVED_KEY, RemovedListError, add_removed, load_removed
from storage.packs import PackError, load_pack, look_through, make_pack, packed_bodies, room_of
from storage.rolling import verify_share

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
BODIES = st.lists(st.binary(max_size=1100), max_size=4, unique=True)


def named(bodies: list[bytes]) -> list[tuple[str, bytes]]:
    return [(hashlib.sha256(data).hexdigest(), data) for data in bodies]


on_both = pytest.mark.parametrize(
    "store", [pytest.param("file"), pytest.param("s3", marks=pytest.mark.s3)], indirect=True
)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if getattr(request, "param", "file") == "s3":
        new: Callable[[], str] = request.getfixturevalue("new_s3_url")
        return open_store(new())
    return open_store(tmp_path.as_uri())


def read(store: ObjectStore, wanted: list[str], problems: list[str] | None = None) -> dict[str, bytes]:
    said: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        found = list(packed_bodies(store, pack_keys(store), wanted, pool, said))
    assert problems is not None or said == []
    if problems is not None:
        problems += said
    assert len(found) == len(dict(found))
    return dict(found)


def archived(store: ObjectStore, count: int = 6, size: int = 3000) -> list[tuple[str, bytes]]:
    bodies = named([b"body %d " % number * size for number in range(count)])
    Archive(store).put_bodies([data for _, data in bodies])
    return bodies


def errors(store: ObjectStore) -> set[tuple[str, str]]:
    return {(one.kind, one.key) for one in verify(store) if one.severity == "error"}


# -- the format


@given(BODIES)
def test_a_pack_is_a_tar_that_any_tar_opens(bodies: list[bytes]) -> None:
    key, data = make_pack(named(bodies))
    assert (key, data) == make_pack(named(bodies))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        index, *members = tar.getmembers()
        assert index.name == "index.json"
        found = [(one.name, file.read()) for one in members if (file := tar.extractfile(one))]
    assert found == named(bodies)
    assert len(data) == room_of(index.size) + sum(room_of(len(body)) for body in bodies) + 1024
    assert all(look.is_sound for look in look_through(io.BytesIO(data), key))


@settings(max_examples=60)
@given(BODIES, st.data())
def test_any_flipped_bit_and_any_cut_is_found(bodies: list[bytes], draw: st.DataObject) -> None:
    key, data = make_pack(named(bodies))
    bit = draw.draw(st.integers(0, len(data) * 8 - 1))
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    for damaged in (bytes(flipped), data[: bit // 8], data + b"\0"):
        try:
            sound = [look.sha256 for look in look_through(io.BytesIO(damaged), key) if look.is_sound]
        except PackError:
            continue
        assert len(sound) == len(bodies) - 1


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "_HEAD_BYTES", 700)
    monkeypatch.setattr(packs, "_RANGE_BYTES", 5000)
    monkeypatch.setattr(packs, "_GAP_BYTES", 1000)


@pytest.mark.usefixtures("small_reads")
@settings(max_examples=40)
@given(bodies=st.lists(st.binary(max_size=3000), max_size=8, unique=True), draw=st.data())
def test_any_selection_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], draw: st.DataObject
) -> None:
    store = open_store(tmp_path_factory.mktemp("packs").as_uri())
    cut = draw.draw(st.integers(0, len(bodies)))
    put_pack(store, named(bodies[:cut]))
    put_pack(store, named(bodies[cut:]))
    wanted = draw.draw(st.sets(st.sampled_from(bodies))) if bodies else set()
    selected = dict(named(list(wanted)))
    assert read(store, [*selected, "ab" * 32]) == selected


# -- in a store


@on_both
def test_packed_bodies_are_read_in_few_requests(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = archived(store, 100, 10)
    put_pack(store, bodies)
    asked = []
    get_range = type(store).get_range
    monkeypatch.setattr(
        type(store), "get_range", lambda *given: asked.append(given[1:]) or get_range(*given), raising=True
    )
    assert read(store, [sha256 for sha256, _ in bodies]) == dict(bodies)
    assert len(asked) == 2  # the index, and one range


@on_both
def test_a_pack_is_written_once(store: ObjectStore) -> None:
    bodies = archived(store)
    key = put_pack(store, bodies)
    before = store.get(key)
    assert put_pack(store, bodies) == key
    assert store.get(key) == before
    assert pack_keys(store) == [key]
    assert errors(store) == set()


@on_both
def test_a_damaged_body_is_told_and_found(store: ObjectStore) -> None:
    bodies = archived(store)
    key = put_pack(store, bodies)
    sha256, _ = bodies[2]
    data = bytearray(store.get(key))
    data[load_pack(store, key).places[sha256][0] + 7] ^= 1
    store.put(key, bytes(data))
    problems: list[str] = []
    assert read(store, [one for one, _ in bodies], problems).keys() == {one for one, _ in bodies} - {sha256}
    assert len(problems) == 1
    assert key in problems[0]
    assert sha256 in problems[0]
    assert errors(store) == {("pack_corrupt", key)}
    assert repair_packs(store) == ([f"{key}: made whole"], [])
    assert errors(store) == set()
    assert read(store, [sha256]) == {sha256: bodies[2][1]}
    assert repair_packs(store) == ([], [])


def test_a_lost_index_is_told_and_given_up(store: ObjectStore) -> None:
    bodies = archived(store)
    key = put_pack(store, bodies)
    store.put(key, b"x" + store.get(key)[1:])
    problems: list[str] = []
    assert read(store, [bodies[0][0]], problems) == {}
    assert key in problems[0]
    assert errors(store) == {("pack_corrupt", key)}
    assert "pack_corrupt" in {one["kind"] for one in verify_share(store, 1)["findings"]}
    repair_packs(store)
    assert errors(store) == set()
    put_pack(store, bodies)  # the same bodies have the same pack again, in the empty one's place
    assert read(store, [one for one, _ in bodies]) == dict(bodies)


def test_a_pack_damaged_beside_its_archive_keeps_what_is_left(store: ObjectStore) -> None:
    bodies = archived(store)
    key = put_pack(store, bodies)
    store.put(key, store.get(key)[:-3000])
    store.put(Archive.body_key(bodies[5][0]), b"lost as well")
    mended, problems = repair_packs(store)
    assert len(mended) == 1
    assert bodies[5][0] in problems[0]
    assert read(store, [one for one, _ in bodies], []) == dict(bodies[:5])


def test_a_pack_that_is_thrown_away_is_missed_by_nobody(store: ObjectStore, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        problems: list[str] = []
        gone = [f"packs/{'ab' * 32}.tar"]
        assert list(packed_bodies(store, gone, ["cd" * 32], pool, problems)) == []
    assert gone[0] in problems[0]
    with pytest.raises(ObjectNotFoundError):
        store.get_range(gone[0], 0, 10)


# -- takedowns


def take_down(store: ObjectStore, sha256: str) -> None:
    """The steps of `flows.removal`."""
    add_removed(store, [sha256])
    Archive(store).remove_body(sha256, "court order 7", NOW)
    remove_from_packs(store, [sha256])


def held(store: ObjectStore, data: bytes) -> bool:
    return any(data[:20] in store.get(key) for key in store.list(""))


@on_both
def test_a_removed_body_is_in_no_pack(store: ObjectStore) -> None:
    bodies = archived(store)
    put_pack(store, bodies)
    put_pack(store, bodies[1:3])
    before = load_pack(store, pack_keys(store)[0])
    sha256, data = bodies[2]
    take_down(store, sha256)
    assert not held(store, data)
    assert load_pack(store, before.key) == before  # who has the index reads the others as before
    left = read(store, [one for one, _ in bodies])
    assert left == {one: body for one, body in bodies if one != sha256}
    assert errors(store) == set()
    assert repair_packs(store) == ([], [])
    take_down(store, sha256)
    assert errors(store) == set()


def test_a_packer_that_meets_a_takedown_does_not_bring_the_body_back(store: ObjectStore) -> None:
    bodies = archived(store)  # read by the packer
    take_down(store, bodies[2][0])
    key = put_pack(store, bodies)
    assert not held(store, bodies[2][1])
    assert errors(store) == set()
    assert not any(store.get_range(key, *load_pack(store, key).places[bodies[2][0]]))


def test_a_packer_killed_at_a_takedown_is_named_and_set_right(store: ObjectStore) -> None:
    bodies = archived(store)
    take_down(store, bodies[2][0])
    key, data = make_pack(bodies)
    store.put_new(key, data)  # killed before it looked at the list
    assert bodies[2][0] not in read(store, [one for one, _ in bodies])
    assert errors(store) == {("pack_of_removed", key)}
    finish_removal(store, load_pack(store, key), load_removed(store))
    assert errors(store) == set()
    assert not held(store, bodies[2][1])


def test_a_takedown_holds_where_a_pack_cannot_be_read(store: ObjectStore) -> None:
    bodies = archived(store)
    key = put_pack(store, bodies)
    store.put(key, b"x" + store.get(key)[1:])
    take_down(store, bodies[2][0])
    assert not held(store, bodies[2][1])
    assert load_pack(store, key).places == {}


def test_a_damaged_list_keeps_packs_from_being_read_and_is_made_anew(store: ObjectStore) -> None:
    bodies = archived(store)
    put_pack(store, bodies)
    take_down(store, bodies[2][0])
    store.put(REMOVED_KEY, b"{}")
    with pytest.raises(RemovedListError):
        read(store, [bodies[0][0]])
    assert errors(store) == {("object_damaged", REMOVED_KEY)}
    assert repair_packs(store) == ([], [])
    assert load_removed(store) == {bodies[2][0]}
    assert errors(store) == set()
    store.put(REMOVED_KEY, b"{}")
    take_down(store, bodies[3][0])  # nothing keeps anybody from a takedown
    assert not held(store, bodies[3][1])
