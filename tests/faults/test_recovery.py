"""What was lost comes back, what was removed does not, and two nights at once are one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.removal import Removal, find_removal, remove_all
from gongkai.cli import main
from storage import Archive, load_state, open_store, read_captures, verify
from tests.faults.subject import Nights, contents, problems, sites

pytestmark = pytest.mark.timeout(300)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("nights")
    with sites() as entries, Nights(folder / "log", entries, dict(os.environ)) as server:
        yield server


@pytest.fixture
def url(nights: Nights, tmp_path: Path) -> str:
    found = (tmp_path / "store").as_uri()
    assert nights.run(found)["code"] == 0, nights.log.read_text()[-3000:]
    return found


def test_what_was_lost_is_fetched_again(nights: Nights, url: str, tmp_path: Path) -> None:
    before = contents(open_store(url))
    bodies = sorted((tmp_path / "store/raw/sha256").glob("*/*"))
    bodies[0].write_bytes(b"x" + bodies[0].read_bytes()[1:])
    bodies[1].unlink()
    assert main(["--store", url, "verify", "--refetch"]) == 1
    assert nights.run(url)["code"] == 0, nights.log.read_text()[-3000:]
    assert problems(open_store(url)) == []
    assert contents(open_store(url)) == before
    assert main(["--store", url, "verify", "--rolling", "0.5"]) == 0


def test_what_was_removed_is_not_fetched_again(nights: Nights, url: str) -> None:
    store = open_store(url)
    resources = load_state(store, "site-0").resources
    page = next(one for one in resources.values() if one.url.endswith("_2022.html"))
    assert page.sha256 is not None
    asked = sum(one.url == page.url for one in read_captures(store, "site-0"))
    assert main(["--store", url, "remove", page.url, "--reason", "court order 7", "--yes"]) == 0
    assert nights.run(url)["code"] == 0, nights.log.read_text()[-3000:]
    assert sum(one.url == page.url for one in read_captures(store, "site-0")) == asked, "it was asked again"
    assert Archive(store).tombstone(page.sha256) is not None
    assert {one.kind for one in verify(store)} == {"body_removed"}
    assert len(contents(store)["release"]["reports"]) == 2
    assert main(["--store", url, "verify"]) == 0
    assert main(["--store", url, "remove", "http://nowhere.example/", "--reason", "x", "--yes"]) == 2


@pytest.mark.slow
@pytest.mark.soak
def test_a_body_that_was_removed_by_its_hash_is_not_stored_again(nights: Nights, url: str) -> None:
    store = open_store(url)
    page = next(one for one in load_state(store, "site-0").resources.values() if one.role == "document")
    assert page.sha256 is not None
    removal = Removal()
    assert find_removal(store, page.sha256, removal)
    assert remove_all(store, removal, "a reason", NOW)["releases"], "the releases that have it are named"
    assert nights.run(url)["code"] == 0, nights.log.read_text()[-3000:]
    assert not Archive(store).has_body(page.sha256)
    assert {one.kind for one in verify(store)} == {"body_removed"}


@pytest.mark.slow
@pytest.mark.soak
def test_two_nights_at_once_do_no_harm(nights: Nights, url: str, tmp_path: Path) -> None:
    undisturbed = contents(open_store(url))
    both = (tmp_path / "both").as_uri()
    with ThreadPoolExecutor(2) as pool:
        codes = [one["code"] for one in pool.map(lambda _: nights.run(both, partial=True), range(2))]
    assert codes == [0, 0], nights.log.read_text()[-3000:]
    store = open_store(both)
    assert problems(store) == []
    assert contents(store)["raw"] == undisturbed["raw"]
    assert nights.run(both)["code"] == 0
    assert contents(store) == undisturbed
