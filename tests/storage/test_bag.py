"""A bag holds the whole archive, anybody's tools find it whole, and it is a store again."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest

from storage import Archive, ObjectStore, open_store, read_captures, verify
from storage.interchange.bag import BagError, write_bag
from tests.interchange import PAGE, SITE, fill

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(params=[pytest.param("file"), pytest.param("s3", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    url = request.getfixturevalue("new_s3_url")() if request.param == "s3" else (tmp_path / "store").as_uri()
    found = open_store(url)
    fill(found)
    found.put("records/x/100%.json", b"{}")
    found.put("leases/jia.json", b"{}")
    found.put("packs/x.tar", b"")
    return found


def test_others_find_the_bag_whole(store: ObjectStore, tmp_path: Path) -> None:
    done = write_bag(store, tmp_path / "bag", now=NOW)
    keys = [key for key in store.list("") if not key.startswith(("leases/", "packs/"))]
    assert (done.objects, done.damaged) == (len(keys), [])
    shutil.copytree(tmp_path / "bag", tmp_path / "copy")  # bagit-py does not know of %25
    (tmp_path / "copy/data/records/x/100%.json").rename(tmp_path / "copy/data/records/x/100%25.json")
    bag = bagit.Bag(str(tmp_path / "copy"))
    bag.validate()
    assert bag.info["Payload-Oxum"] == f"{done.bytes}.{done.objects}"
    assert bag.info["Bagging-Date"] == "2026-11-22"
    lines = (tmp_path / "bag/manifest-sha256.txt").read_text().splitlines()
    assert sorted(line.split("  data/")[1].replace("%25", "%") for line in lines) == keys


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on this machine")
def test_sha256sum_is_enough(tmp_path: Path) -> None:
    store = open_store((tmp_path / "store").as_uri())
    fill(store)
    write_bag(store, tmp_path / "bag")
    command = ["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(command, cwd=tmp_path / "bag", check=True, capture_output=True).stdout == b""


def test_data_is_a_store_again(store: ObjectStore, tmp_path: Path) -> None:
    write_bag(store, tmp_path / "bag")
    again = open_store((tmp_path / "bag/data").as_uri())
    assert list(read_captures(again, SITE)) == list(read_captures(store, SITE))
    again_keys = [key for key in again.list("") if not key.startswith(("leases/", "packs/"))]
    assert again_keys == [key for key in store.list("") if not key.startswith(("leases/", "packs/"))]
    assert [one for one in verify(again) if one.severity == "error" and "100%" not in one.key] == []


def test_tombstones_stay_and_damage_is_named(store: ObjectStore, tmp_path: Path) -> None:
    archive = Archive(store)
    sha256 = hashlib.sha256(PAGE).hexdigest()
    archive.remove_body(sha256, "a court", NOW)
    other = archive.put_body(b"other")[0]
    store.put(archive.body_key(other), b"othes")
    done = write_bag(store, tmp_path / "bag")
    assert done.damaged == [archive.body_key(other)]
    assert Archive(open_store((tmp_path / "bag/data").as_uri())).tombstone(sha256) is not None
    assert not any(PAGE in path.read_bytes() for path in (tmp_path / "bag").rglob("*") if path.is_file())


def test_an_unfinished_bag_is_none_and_a_full_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store((tmp_path / "store").as_uri())
    fill(store)
    with pytest.raises(BagError, match="inside the archive"):
        write_bag(store, tmp_path / "store/bag")

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_bag(store, tmp_path / "bag", progress=stop)
    assert not (tmp_path / "bag/bagit.txt").exists()
    with pytest.raises(BagError, match="not empty"):
        write_bag(store, tmp_path / "bag")
