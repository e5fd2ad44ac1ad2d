"""The store on a local disk: what reaches the disk in which order, and what it says when the disk says no."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import InvalidKeyError, ObjectStore, StoreError, StoreUnreachableError, open_store
from storage.keys import RESERVED
from storage.local import STALE_SECONDS, LocalStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> ObjectStore:
    return open_store(str(root))


WRITES: dict[str, Callable[[ObjectStore, str], object]] = {
    "put_new": lambda store, key: store.put_new(key, b"data"),
    "put": lambda store, key: store.put(key, b"data"),
    "put_new_many": lambda store, key: store.put_new_many([(key, b"data")]),
}
writes = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


@pytest.fixture
def journal(store: ObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was forced to disk, named and made, in order, as paths below the store."""
    events: list[tuple[str, str]] = []
    real_fsync, real_link, real_replace, real_mkdir = os.fsync, os.link, Path.replace, Path.mkdir

    def name(path: object) -> str:
        relative = os.path.relpath(str(path), root)
        return "temporary" if relative.startswith(".gongkai/tmp/") else relative

    def fsync(descriptor: int) -> None:
        real_fsync(descriptor)
        events.append(("sync", name(Path(f"/proc/self/fd/{descriptor}").readlink())))

    def link(source: Path, target: Path) -> None:
        real_link(source, target)
        events.append(("name", name(target)))

    def replace(source: Path, target: Path) -> Path:
        result = real_replace(source, target)
        events.append(("name", name(target)))
        return result

    def mkdir(path: Path) -> None:
        real_mkdir(path)
        events.append(("mkdir", name(path)))

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "mkdir", mkdir)
    return events


@writes
def test_bytes_then_name_then_folder(
    store: ObjectStore, journal: list[tuple[str, str]], write: Callable[[ObjectStore, str], object]
) -> None:
    write(store, "a/b/c")
    order = [("sync", "temporary"), ("name", "a/b/c"), ("sync", "a/b")]
    assert [event for event in journal if event in order] == order
    # A new folder's own name must be on disk as well.
    for folder, parent in (("a", "."), ("a/b", "a")):
        made = journal.index(("mkdir", folder))
        assert ("sync", parent) in journal[made : journal.index(("sync", "a/b"))]


def test_folders_that_are_there_are_not_forced_again(
    store: ObjectStore, journal: list[tuple[str, str]]
) -> None:
    store.put_new("a/b/c", b"1")
    journal.clear()
    store.put_new("a/b/d", b"1")
    assert journal == [("sync", "temporary"), ("name", "a/b/d"), ("sync", "a/b")]


def test_what_we_made_ourselves_is_not_forced_again(
    store: ObjectStore, journal: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_new("a/b", b"1")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1)
    store.put_new("a/c", b"1")
    journal.clear()
    assert store.put_new("a/b", b"1") is False
    assert journal == []


@pytest.mark.parametrize("many", [False, True])
def test_there_already_means_durable_too(store: ObjectStore, root: Path, many: bool) -> None:
    # Another process has just given it its name and may not have forced the folder to disk.
    store.put_new("a/x", b"1")
    (root / "a/b").write_bytes(b"1")
    synced: list[Path] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        created = store.put_new_many([("a/b", b"1")]) if many else [store.put_new("a/b", b"1")]
    assert list(created) == [False]
    assert root / "a" in synced


def test_a_put_new_of_what_is_old_writes_nothing(
    store: ObjectStore, journal: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_new("a/b", b"1")
    journal.clear()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    assert store.put_new("a/b", b"1") is False
    assert list(store.put_new_many([("a/b", b"1")])) == [False]
    assert journal == []


@writes
@pytest.mark.parametrize(
    ("code", "says"),
    [(errno.ENOSPC, "full"), (errno.EDQUOT, "quota"), (errno.EROFS, "read-only"),
     (errno.EACCES, "permission"), (errno.EIO, "input/output")],
)  # fmt: skip
@pytest.mark.parametrize("call", ["write", "fsync", "name"])
def test_a_failing_disk_leaves_nothing_behind(
    store: ObjectStore,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[ObjectStore, str], object],
    code: int,
    says: str,
    call: str,
) -> None:
    store.put_new("other", b"1")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    if call != "name":
        monkeypatch.setattr(os, call, fail)
    elif write is WRITES["put"]:
        monkeypatch.setattr(Path, "replace", fail)
    else:
        monkeypatch.setattr(os, "link", fail)
    with pytest.raises(StoreUnreachableError, match=says) as caught:
        write(store, "a/b")
    monkeypatch.undo()
    assert "\n" not in str(caught.value)
    assert str(root) in str(caught.value)
    assert list(store.list("")) == ["other"]
    assert list((root / ".gongkai/tmp").iterdir()) == []
    write(store, "a/b")
    assert store.get("a/b") == b"data"


def test_short_writes_are_gone_on_with(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data)[:3]))
    store.put_new("a", b"0123456789")
    assert store.get("a") == b"0123456789"


def test_a_key_cannot_go_on_below_another(store: ObjectStore) -> None:
    store.put_new("a/b", b"1")
    for write in WRITES.values():
        for key in ("a/b/c", "a/b/c/d", "a"):
            with pytest.raises(InvalidKeyError):
                write(store, key)
    assert list(store.list("")) == ["a/b"]


def test_stale_temporary_files_are_swept_young_ones_stay(store: ObjectStore, root: Path) -> None:
    store.put_new("a", b"1")
    young, old = root / ".gongkai/tmp/young", root / ".gongkai/tmp/old"
    young.write_bytes(b"half")
    old.write_bytes(b"half")
    os.utime(old, (0, time.time() - STALE_SECONDS - 60))
    assert list(open_store(str(root)).list("")) == ["a"]
    assert young.exists()
    assert not old.exists()


def test_the_folder_removed_under_us(store: ObjectStore, root: Path) -> None:
    store.put_new("a/b", b"1")
    root.rename(root.with_name("away"))
    assert store.put_new("a/b", b"2") is True
    assert store.put_new_many([("a/c", b"3")]) == [True]
    assert list(open_store(str(root)).list("")) == ["a/b", "a/c"]


def test_objects_are_private_to_no_one_in_particular(store: ObjectStore, root: Path) -> None:
    store.put_new("a", b"1")
    assert stat.S_IMODE((root / "a").stat().st_mode) & 0o400


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreUnreachableError, match="permission denied"):
        open_store(str(tmp_path / "store"))


def test_who_only_reads_writes_nothing(tmp_path: Path) -> None:
    open_store(str(tmp_path / "made")).put_new("a/b", b"1")
    shutil.rmtree(tmp_path / "made" / RESERVED)
    store = open_store(str(tmp_path / "made"), reads_only=True)
    assert (store.get("a/b"), list(store.list(""))) == (b"1", ["a/b"])
    assert sorted(one.name for one in (tmp_path / "made").iterdir()) == ["a"]
    assert list(open_store(f"file://{tmp_path}/nowhere", reads_only=True).list("")) == []
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("below", ["", "/below"])
def test_a_file_in_the_way(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnreachableError, match="file in the way"):
        open_store(f"{tmp_path}/file{below}")


def test_relative_folders_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("./data")
    monkeypatch.chdir("/")
    store.put("a", b"1")
    assert store.url == (tmp_path / "data").as_uri()
    assert (tmp_path / "data/a").read_bytes() == b"1"


def test_file_urls(tmp_path: Path) -> None:
    (tmp_path / "存 储").mkdir()
    for url in (
        (tmp_path / "存 储").as_uri(),
        f"file://localhost{tmp_path}/存 储",
        f"FILE://{tmp_path}/%E5%AD%98 储",
    ):
        assert open_store(url).url == (tmp_path / "存 储").as_uri()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "no store given"),
        ("ftp://host/x", "unknown kind of store ftp"),
        ("gs://bucket", "s3://bucket/prefix"),
        ("file://data", r"\./data"),
        ("file://./data", r"\./data"),
        ("file:data", r"\./data"),
        ("file:///data?x=1", "%3F"),
        ("a\0b", "no store given"),
    ],
)
def test_urls_that_are_no_store(url: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreUnreachableError, match=says) as caught:
        open_store(url)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_reading_errors_are_told(store: ObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("a", b"1")

    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(StoreError, match="input/output error"):
        store.get("a")


def test_files_of_a_group_stay_open_until_no_thread_forces_them_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    real, began, ended = os.fsync, threading.Event(), threading.Event()

    def fsync(descriptor: int) -> None:
        if began.is_set():
            raise OSError(errno.EIO, "input/output error")
        began.set()
        time.sleep(0.3)
        real(descriptor)
        ended.set()

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StoreError):
        store.put_new_many([(f"a/{number}", b"x") for number in range(8)])
    assert ended.is_set()
