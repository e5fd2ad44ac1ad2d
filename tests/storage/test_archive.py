"""Bodies, records and run ids; and that a process killed anywhere leaves a whole archive."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage import (
    Archive,
    BodyCorruptError,
    InvalidKeyError,
    ObjectNotFoundError,
    ObjectStore,
    RecordError,
    RecordStore,
    extractors,
    open_store,
    read_captures,
    rebuild_state,
    refresh_state,
    verify,
)
from storage.seal import unseal

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store(str(tmp_path / "store"))


def test_bodies_are_kept_once_under_their_hash(store: ObjectStore) -> None:
    archive = Archive(store)
    sha256 = hashlib.sha256("年度报告".encode()).hexdigest()
    assert not archive.has_body(sha256)
    assert archive.put_body("年度报告".encode()) == (sha256, True)
    assert archive.put_body("年度报告".encode()) == (sha256, False)
    assert archive.put_bodies([b"1", "年度报告".encode(), b"1"])[1] == (sha256, False)
    assert archive.has_body(sha256)
    assert archive.get_body(sha256) == "年度报告".encode()
    assert f"raw/sha256/{sha256[:2]}/{sha256}" in list(store.list(""))
    assert len(list(store.list("raw/"))) == 2


def test_a_flipped_bit_is_found(store: ObjectStore) -> None:
    archive = Archive(store)
    sha256, _ = archive.put_body(b"body")
    store.put(archive.body_key(sha256), b"bodz")
    with pytest.raises(BodyCorruptError, match=sha256):
        archive.get_body(sha256)


def test_bodies_that_are_not_there(store: ObjectStore) -> None:
    with pytest.raises(ObjectNotFoundError):
        Archive(store).get_body("0" * 64)
    for wrong in ("", "0" * 63, "A" * 64, "../" + "0" * 61):
        with pytest.raises(InvalidKeyError):
            Archive(store).has_body(wrong)


def test_records(store: ObjectStore) -> None:
    assert extractors(store) == []
    records = RecordStore(store, "1.0.0+3fa9c1d2")
    sha256 = "ab" * 32
    assert records.get(sha256) is None
    assert records.put_new(sha256, {"title": "报告", "b": 1, "a": 1.5}) is True
    assert records.put_new(sha256, {}) is False
    assert records.put_new_many([(sha256, {}), ("cd" * 32, {})]) == [False, True]
    assert records.get(sha256) == {"title": "报告", "b": 1, "a": 1.5}
    stored = store.get(f"records/1.0.0+3fa9c1d2/ab/{sha256}.json")
    assert unseal(stored) == '{"title":"报告","b":1,"a":1.5}'.encode()
    RecordStore(store, "0.9+x").put_new(sha256, {})
    RecordStore(store, "1.0.0+3fa9c1d2").put_new("ef" * 32, {})
    assert extractors(store) == ["1.0.0+3fa9c1d2", "0.9+x"]
    with pytest.raises(ValueError, match="JSON"):
        records.put_new("00" * 32, {"x": float("nan")})
    with pytest.raises(InvalidKeyError):
        RecordStore(store, "../x")


def test_manifests(store: ObjectStore) -> None:
    records = RecordStore(store, "1")
    assert records.load_manifest("s") == {}
    records.save_manifest("s", {"b" * 64: "report", "a" * 64: "not_report"})
    first = store.get("records/1/sites/s.json")
    records.save_manifest("s", {"a" * 64: "not_report", "b" * 64: "report"})
    assert store.get("records/1/sites/s.json") == first
    assert records.load_manifest("s") == {"a" * 64: "not_report", "b" * 64: "report"}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"records":[]}', b'{"records":{"a":1}}', b"\xff"])
def test_broken_manifests_and_lists_are_named(store: ObjectStore, data: bytes) -> None:
    store.put("records/1/sites/s.json", data)
    store.put("records/extractors.json", data)
    with pytest.raises(RecordError, match=r"records/1/sites/s\.json"):
        RecordStore(store, "1").check_manifest("s")
    assert RecordStore(store, "1").load_manifest("s") == {}, "it only saves looking records up"
    with pytest.raises(RecordError, match=r"records/extractors\.json"):
        extractors(store)


WORKER = """
import os, sys
from datetime import datetime, UTC
from storage import *
store = open_store(sys.argv[1])
archive = Archive(store)
run = new_run_id(datetime.now(UTC))
writer = CaptureWriter(store, "s", run)
print("ready", flush=True)
while True:
    bodies = [os.urandom(20_000), os.urandom(100), b"always the same"]
    hashes = archive.put_bodies(bodies) + [archive.put_body(os.urandom(5_000))]
    for sha256, _ in hashes:
        url = f"http://a/{sha256}"
        now = timestamp(datetime.now(UTC))
        writer.add(Capture(writer.next_id(), run, "s", "document", url, url, now, "new", sha256=sha256))
    writer.flush()
    refresh_state(store, "s")
    print("written", flush=True)
"""


def test_killed_at_any_moment(tmp_path: Path) -> None:
    url = (tmp_path / "store").as_uri()
    dice = random.Random(20261122)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for trial in range(20):
        command = [sys.executable, "-c", WORKER, url]
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert worker.stdout is not None
        try:
            assert worker.stdout.readline() == b"ready\n"
            if trial % 2:  # not before it has written once, however slow the machine
                assert worker.stdout.readline() == b"written\n"
            time.sleep(dice.uniform(0, 0.15))
        finally:
            worker.kill()
            worker.wait()
            worker.stdout.close()
    store = open_store(url)
    findings = list(verify(store))
    assert {finding.kind for finding in findings} <= {"body_orphan", "state_missing"}
    # At most the bodies of one portion per kill.
    assert len(findings) <= 20 * 4
    captures = list(read_captures(store, "s"))
    assert len({capture.run for capture in captures}) >= 10
    for capture in captures:
        assert capture.sha256 is not None
        Archive(store).get_body(capture.sha256)
    refreshed = refresh_state(store, "s")
    assert rebuild_state(store, "s") == refreshed
    assert {capture.url for capture in captures} == set(refreshed.resources)
