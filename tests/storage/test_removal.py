"""What was removed is gone, stays gone, and says why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import Archive, ObjectNotFoundError, RecordStore, open_store, verify
from storage.archive import BodyCorruptError, BodyRemovedError
from storage.tombstones import remove_addresses, removed_addresses

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
BODY = b"a body with a name in it" * 100


@pytest.fixture(params=[pytest.param("file"), pytest.param("s3", marks=pytest.mark.s3)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        new: Callable[[], str] = request.getfixturevalue("new_s3_url")
        return new()
    return tmp_path.as_uri()


def test_a_removed_body_is_gone_and_is_not_stored_again(url: str) -> None:
    store = open_store(url)
    archive = Archive(store)
    sha256, _ = archive.put_body(BODY)
    RecordStore(store, "1").put_new(sha256, {"record": 1, "kind": "report", "sections": ["a name"]})
    tombstone = archive.remove_body(sha256, "court order 7", NOW)
    RecordStore(store, "1").remove(sha256, tombstone)
    for fresh in (archive, Archive(open_store(url))):
        with pytest.raises(BodyRemovedError, match="removed 2026-11-22T15:30:00Z: court order 7"):
            fresh.get_body(sha256)
        with pytest.raises(ObjectNotFoundError), fresh.open_body(sha256) as body:
            body.read()
        assert fresh.put_body(BODY) == (sha256, False)
        assert fresh.put_bodies([BODY]) == [(sha256, False)]
        assert fresh.restore_body(BODY) is False
        assert not fresh.has_body(sha256)
        assert fresh.tombstone(sha256) == tombstone
    assert all(b"a body with a name" not in store.get(key) for key in store.list(""))
    assert all(b"a name" not in store.get(key) for key in store.list(""))
    assert archive.remove_body(sha256, "another reason", NOW).reason == "court order 7"
    assert {(one.kind, one.severity) for one in verify(store)} == {
        ("body_removed", "note"), ("body_orphan", "note"),
    }  # fmt: skip


def test_a_body_can_be_refused_before_it_ever_comes(url: str) -> None:
    archive = Archive(open_store(url))
    sha256 = "ab" * 32
    archive.remove_body(sha256, "never", NOW)
    assert archive.tombstone(sha256) is not None
    assert archive.tombstone("cd" * 32) is None


def test_a_record_of_a_removed_body_is_found(url: str) -> None:
    store = open_store(url)
    sha256, _ = Archive(store).put_body(BODY)
    RecordStore(store, "1").put_new(sha256, {"kind": "report"})
    Archive(store).remove_body(sha256, "killed between the two", NOW)
    assert "record_of_removed" in {one.kind for one in verify(store)}


def test_a_tombstone_of_another_body_is_damage(url: str) -> None:
    store = open_store(url)
    archive = Archive(store)
    one, _ = archive.put_body(b"one")
    other, _ = archive.put_body(b"other")
    archive.remove_body(other, "x", NOW)
    store.put(Archive.body_key(one), store.get(Archive.body_key(other)))
    with pytest.raises(BodyCorruptError):
        archive.get_body(one)
    assert archive.restore_body(b"one") is True
    assert archive.get_body(one) == b"one"


def test_removed_addresses(url: str) -> None:
    store = open_store(url)
    tombstone = Archive(store).remove_body("ab" * 32, "x", NOW)
    assert removed_addresses(store, "s") == {}
    remove_addresses(store, "s", {"http://a/1": tombstone})
    remove_addresses(store, "s", {"http://a/2": tombstone})
    assert set(removed_addresses(store, "s")) == {"http://a/1", "http://a/2"}
