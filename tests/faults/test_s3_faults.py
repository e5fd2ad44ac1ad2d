"""A store that fails: what passes is waited for, what lasts is said in a line, and nothing is lost."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from storage import Archive, ObjectNotFoundError, ObjectStore, StoreUnreachableError, open_store
from tests.faults.proxy import LASTING, PASSING, PATIENCE, FaultProxy, fault_proxy
from tests.faults.subject import Nights, contents, problems, sites
from tests.s3server import S3Server

pytestmark = [pytest.mark.s3, pytest.mark.timeout(1200)]
RATE = 0.2
MB = 1024 * 1024


@pytest.fixture
def through(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    monkeypatch.setenv("GONGKAI_S3_TIMEOUT", str(PATIENCE))
    return lambda endpoint: monkeypatch.setenv("GONGKAI_S3_ENDPOINT", endpoint)


def through_proxy(proxy: FaultProxy) -> dict[str, str]:
    return {"GONGKAI_S3_ENDPOINT": proxy.endpoint, "GONGKAI_S3_TIMEOUT": str(PATIENCE)}


def opened(url: str) -> ObjectStore:
    """Open a store as often as it takes: an open asks three times only, for somebody waits for it."""
    for _ in range(20):
        with suppress(StoreUnreachableError):
            return open_store(url)
    return open_store(url)


def work(url: str, rounds: int, tmp_path: Path) -> None:
    """Use every operation, from several threads, and see that each did what it says."""
    store = opened(url)
    archive = Archive(store)
    dice = random.Random(rounds)

    def one(n: int) -> None:
        body = random.Random(n).randbytes(1000 + n * 37 % 300_000)
        sha256, _ = archive.put_body(body)
        assert archive.get_body(sha256) == body
        store.put(f"other/{n}", b"%d" % n)
        assert store.get(f"other/{n}") == b"%d" % n
        assert (info := store.stat(f"other/{n}")) is not None
        assert info.size == len(str(n))
        with archive.open_body(sha256) as file:
            assert file.read() == body
        with pytest.raises(ObjectNotFoundError):
            store.get(f"nothing/{n}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(rounds)))
    many = [dice.randbytes(500) for _ in range(rounds)]
    hashes = [sha256 for sha256, _ in archive.put_bodies(many)]
    assert [archive.get_body(sha256) for sha256 in hashes] == many
    assert list(store.list("other/")) == sorted(f"other/{n}" for n in range(rounds))
    large = tmp_path / "large"
    large.write_bytes(dice.randbytes(20 * MB))
    sha256, _ = archive.put_body_file(large)
    with archive.open_body(sha256) as file:
        assert file.read() == large.read_bytes()

    def add(n: int) -> None:
        other = opened(url)
        while True:
            try:
                data, tag = other.get_tagged("counter")
            except ObjectNotFoundError:
                data, tag = b"", None
            # As `put_if` says: an answer may be lost, and another build upon what was written.
            if b"%d" % n in data.split() or other.put_if("counter", data + b"%d\n" % n, tag):
                return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    lines = store.get("counter").split()
    assert sorted(lines) == sorted(b"%d" % n for n in range(12)), "nobody's line was lost or written twice"


@pytest.mark.parametrize("rounds", [6, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.soak])])
def test_passing_faults_are_waited_for(
    s3: S3Server, through: Callable[[str], None], new_s3_url: Callable[[], str], tmp_path: Path, rounds: int
) -> None:
    with fault_proxy(s3.endpoint, faults=PASSING, rate=RATE) as proxy:
        through(proxy.endpoint)
        work(new_s3_url(), rounds, tmp_path)
    wrong = proxy.counts.total() - proxy.counts["passed"]
    print(f"{proxy.counts.total()} requests, {wrong} of them faults: {dict(proxy.counts)}")
    assert wrong > 0.1 * proxy.counts.total()


@pytest.mark.parametrize("fault", LASTING)
def test_lasting_faults_are_said_in_a_line(
    s3: S3Server, through: Callable[[str], None], new_s3_url: Callable[[], str], fault: str
) -> None:
    url = new_s3_url()
    says = {
        "expired": "renew them",
        "skewed": "clock is wrong",
        "full": "is full",
        "no_bucket": "no such bucket",
        "denied": "access denied",
    }
    with fault_proxy(s3.endpoint, faults=[fault], rate=0.0) as proxy:
        through(proxy.endpoint)
        store = open_store(url)
        proxy.rate = 1.0
        for operation in (
            lambda: store.put("a", b"1"),
            lambda: store.put_new("b", b"1"),
            lambda: store.get("a"),
            lambda: list(store.list("a")),
            lambda: store.put_if("c", b"1", None),
        ):
            asked = proxy.counts.total()
            with pytest.raises(StoreUnreachableError, match=says[fault]) as caught:
                operation()
            assert "\n" not in str(caught.value)
            # 507 is a 5xx: it is tried again, and then it is said.
            assert proxy.counts.total() - asked <= (10 if fault == "full" else 2), (
                "nothing helps: no insisting"
            )


@pytest.fixture(scope="module")
def entries() -> Iterator[list[dict[str, Any]]]:
    with sites() as found:
        yield found


@pytest.fixture(scope="module")
def undisturbed(entries: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with Nights(folder / "log", entries, dict(os.environ)) as nights:
        assert nights.run((folder / "store").as_uri())["code"] == 0, (folder / "log").read_text()[-3000:]
    return contents(open_store((folder / "store").as_uri()))


@pytest.mark.slow
@pytest.mark.soak
def test_nights_with_passing_faults_end_as_undisturbed(
    s3: S3Server, new_s3_url: Callable[[], str], entries: list[dict[str, Any]],
    undisturbed: dict[str, Any], tmp_path: Path,
) -> None:  # fmt: skip
    with fault_proxy(s3.endpoint, faults=PASSING, rate=RATE) as proxy:
        environment = dict(os.environ) | through_proxy(proxy)
        with Nights(tmp_path / "log", entries, environment) as nights:
            urls = [new_s3_url() for _ in range(4)]
            codes = [nights.run(url)["code"] for url in urls]
    assert codes == [0] * 4, (tmp_path / "log").read_text()[-3000:]
    for url in urls:
        assert problems(open_store(url)) == []
        assert contents(open_store(url)) == undisturbed
    print(
        f"4 nights, {proxy.counts.total()} requests, {proxy.counts.total() - proxy.counts['passed']} faults"
    )


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("fault", LASTING)
def test_a_night_with_a_lasting_fault_ends_with_4_and_the_next_goes_on(
    s3: S3Server, new_s3_url: Callable[[], str], entries: list[dict[str, Any]],
    undisturbed: dict[str, Any], tmp_path: Path, fault: str,
) -> None:  # fmt: skip
    url = new_s3_url()
    with fault_proxy(s3.endpoint, faults=[fault], rate=RATE, after=12) as proxy:
        environment = dict(os.environ) | through_proxy(proxy)
        with Nights(tmp_path / "log", entries, environment) as nights:
            codes = [nights.run(url, spool=str(tmp_path / "spool"))["code"] for _ in range(3)]
            assert set(codes) <= {0, 4}, (codes, (tmp_path / "log").read_text()[-3000:])
            assert 4 in codes or fault == "full"
            proxy.rate = 0.0
            assert nights.run(url, spool=str(tmp_path / "spool"))["code"] == 0
    assert problems(open_store(url)) == []
    assert contents(open_store(url)) == undisturbed


def test_a_full_disk_ends_with_4_keeps_the_spool_and_the_next_night_goes_on(
    entries: list[dict[str, Any]], undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    url, spool = (tmp_path / "store").as_uri(), tmp_path / "spool"
    with Nights(tmp_path / "log", entries, dict(os.environ)) as nights:
        first = nights.run(url, disk=9_000, spool=str(spool))
        assert first["code"] == 4, (tmp_path / "log").read_text()[-3000:]
        assert "the disk is full" in (tmp_path / "log").read_text()
        kept = list(spool.glob("*/*/segment"))
        assert kept, "what was fetched and not stored waits on this machine"
        assert nights.run(url, spool=str(spool))["code"] == 0
    assert list(spool.glob("*/*")) == []
    assert problems(open_store(url)) == []
    assert contents(open_store(url)) == undisturbed
