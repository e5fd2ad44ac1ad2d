"""Packing, and reading again from packs: the same as without, whatever becomes of the packs."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import extraction
from flows.executors import Local
from flows.extract import extract_site
from flows.pack import pack_bodies
from flows.reextract import Options, reextract
from flows.removal import Removal, remove_all
from gongkai.cli import main
from storage import Archive, ObjectStore, open_store
from storage.pack_care import pack_keys
from storage.packs import load_pack

ROOT = Path(__file__).resolve().parents[2]
SMALL = 5 * 1024
"""Of a pack: five bodies."""


on_both = pytest.mark.parametrize(
    "store", [pytest.param("file"), pytest.param("s3", marks=pytest.mark.s3)], indirect=True
)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if getattr(request, "param", "file") == "s3":
        return open_store(request.getfixturevalue("new_s3_url")())
    return open_store(f"file://{tmp_path}/store")


@pytest.fixture
def filled(store, seen, fake, monkeypatch):
    """Two sites that share bodies, read by an earlier extractor."""
    seen("a", *(b"report %d" % number for number in range(12)))
    seen("b", *(b"report %d" % number for number in range(6, 18)))
    seen("b", b"a list", role="listing")
    for site in ("a", "b"):
        extract_site(store, site, fake)
    monkeypatch.setattr(extraction, "EXTRACTOR", "2.0.0+new")
    fake.plus = 1
    fake.read.clear()
    return store


def everything(store: ObjectStore, prefix: str = "") -> dict[str, str]:
    return {key: hashlib.sha256(store.get(key)).hexdigest() for key in store.list(prefix)}


def test_what_is_new_is_packed_and_the_rest_stays(filled, seen) -> None:
    before = everything(filled)
    done = pack_bodies(filled, SMALL)
    assert (done.bodies, done.known, done.added, done.packs, done.problems) == (18, 0, 18, 4, [])
    packs = everything(filled, "packs/")
    assert everything(filled) == before | packs
    seen("b", b"report 18", b"report 19")
    more = pack_bodies(filled, SMALL)
    assert (more.bodies, more.known, more.added, more.packs) == (20, 18, 2, 1)
    again = pack_bodies(filled, SMALL)
    assert (again.known, again.added, again.packs) == (20, 0, 0)
    assert packs.items() < everything(filled, "packs/").items()
    hashes = [sha256 for key in pack_keys(filled) for sha256 in load_pack(filled, key).places]
    assert len(hashes) == len(set(hashes)) == 20


def test_what_does_not_fill_a_pack_may_wait(filled) -> None:
    done = pack_bodies(filled, SMALL, only_full=True)
    assert (done.added, done.waiting, done.packs) == (15, 3, 3)
    assert pack_bodies(filled, SMALL).added == 3


def test_a_body_larger_than_a_pack_has_one_of_its_own(store, seen) -> None:
    seen("a", b"x" * 5000, b"small", b"y" * 5000)
    assert pack_bodies(store, 2048).packs == 3
    assert pack_bodies(store, 2048).added == 0


def read_again(store, fake, monkeypatch, options=None) -> tuple[dict, list[str], int]:
    """Returns what is said, which bodies were read from `raw/` by themselves, and how often was asked."""
    alone: list[str] = []
    get_body = Archive.get_body

    def get(self: Archive, sha256: str) -> bytes:
        alone.append(sha256)
        return get_body(self, sha256)

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "get_body", get)
        tally = reextract(store, Local(extractor=fake), options)
    return tally.as_dict(), alone, len(fake.read)


@on_both
def test_reading_again_from_packs_gives_the_same(filled, fake, monkeypatch) -> None:
    dry = Options(dry_run=True)
    bare, alone, _ = read_again(filled, fake, monkeypatch, dry)
    assert len(alone) == 18
    pack_bodies(filled, SMALL)
    for size in (500, 12):
        found, alone, _ = read_again(filled, fake, monkeypatch, Options(dry_run=True, shard_size=size))
        assert found == bare
        assert len(alone) < 10 if size == 12 else alone == []
    before = everything(filled)
    found, alone, _ = read_again(filled, fake, monkeypatch)
    assert (found, alone) == (bare, [])
    written = {key for key in everything(filled) if key not in before}
    assert {key for key in written if "/sites/" not in key} == {
        key.replace("/1.0.0+old/", "/2.0.0+new/") for key in before if key.startswith("records/1.0.0+old/")
        if "/sites/" not in key
    }  # fmt: skip


def test_the_records_are_the_same_byte_for_byte(filled, fake, monkeypatch) -> None:
    reextract(filled, Local(extractor=fake))
    unpacked = everything(filled, "records/2.0.0+new/")
    monkeypatch.setattr(extraction, "EXTRACTOR", "2.0.0+too")
    pack_bodies(filled, SMALL)
    reextract(filled, Local(extractor=fake))

    def plain(key: str) -> str:
        return filled.get(key).decode().replace("2.0.0+too", "2.0.0+new").rpartition(',"seal"')[0]

    packed = {key.replace("+too", "+new"): plain(key) for key in filled.list("records/2.0.0+too/")}
    assert packed == {key: plain(key) for key in unpacked}


def test_a_damaged_pack_is_told_and_nothing_is_lost(filled, fake, monkeypatch) -> None:
    bare, _, _ = read_again(filled, fake, monkeypatch, Options(dry_run=True))
    pack_bodies(filled, SMALL)
    first, second, *_ = pack_keys(filled)
    sha256, (at, _) = next(iter(load_pack(filled, first).places.items()))
    data = bytearray(filled.get(first))
    data[at] ^= 1
    filled.put(first, bytes(data))
    filled.put(second, b"no pack at all")
    found, alone, _ = read_again(filled, fake, monkeypatch, Options(dry_run=True))
    assert sha256 in alone
    assert any(first in problem and sha256 in problem for problem in found["problems"])
    assert any(second in problem for problem in found["problems"])
    assert {**found, "problems": []} == bare


def test_a_removed_body_is_in_no_pack_and_not_read_again(filled, fake, monkeypatch) -> None:
    pack_bodies(filled, SMALL)
    sha256 = hashlib.sha256(b"report 7").hexdigest()
    done = remove_all(filled, Removal({sha256: {("a", "x")}}), "court order", datetime.now(UTC))
    assert done["packs"] == 1
    assert not any(b"report 7\0" in filled.get(key) for key in pack_keys(filled))
    found, _, _ = read_again(filled, fake, monkeypatch, Options(dry_run=True))
    assert b"report 7" not in fake.read
    assert (found["read"], found["problems"]) == (17, [])
    assert pack_bodies(filled, SMALL).added == 0


KILLED = """
import os, signal, sys
from flows.pack import pack_bodies
from storage import local, open_store

which, when = int(sys.argv[2]), sys.argv[3]
put_new, written = local.LocalStore.put_new, []

def dying(self, key, data):
    written.append(key)
    if len(written) == which and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = put_new(self, key, data)
    if len(written) == which:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

local.LocalStore.put_new = dying
pack_bodies(open_store(sys.argv[1]), 5 * 1024)
"""


def test_killed_in_the_middle_it_ends_as_undisturbed(seen, store, tmp_path, monkeypatch) -> None:
    seen("a", *(b"report %d" % number for number in range(18)))
    for which, when in ((3, "before"), (2, "after")):
        code = subprocess.run(
            [sys.executable, "-c", KILLED, store.url, str(which), when], cwd=ROOT, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ).returncode  # fmt: skip
        assert code == -signal.SIGKILL
        assert len(pack_keys(store)) == {"before": 2, "after": 4}[when]
    killed = everything(store, "packs/")
    for key in killed:
        Path(f"{tmp_path}/store/{key}").unlink()
    assert pack_bodies(store, SMALL).packs == 4
    assert everything(store, "packs/") == killed


def test_the_command(filled, capsys) -> None:
    assert main(["pack", "--store", filled.url, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["bodies"], said["added"], said["packs"]) == (18, 18, 1)
    (key,) = pack_keys(filled)
    filled.put(key, filled.get(key)[:-1])
    assert main(["verify", "--store", filled.url]) == 1
    assert "pack_corrupt" in capsys.readouterr().out
    assert main(["pack", "--repair", "--store", filled.url]) == 0
    assert "made whole" in capsys.readouterr().out
    main(["verify", "--store", filled.url, "--json"])
    said = json.loads(capsys.readouterr().out)
    assert said["packs"] == 1
    assert "packs/" not in str(said["findings"])
