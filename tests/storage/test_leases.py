"""A lease is one run's at a time, whatever dies and whatever the clocks say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import open_store, timestamp
from storage.leases import Renewals, SiteHeldError, SiteLease, lease_key
from storage.seal import seal, unseal

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[pytest.param("file"), pytest.param("s3", marks=pytest.mark.s3)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        new: Callable[[], str] = request.getfixturevalue("new_s3_url")
        return new()
    return tmp_path.as_uri()


def test_one_of_sixteen_gets_it(url: str) -> None:
    leases = [SiteLease(open_store(url), "s", f"run-{n}") for n in range(16)]
    with ThreadPoolExecutor(16) as pool:
        held = list(pool.map(lambda lease: lease.try_take() is None, leases))
    assert sum(held) == 1
    (winner,) = (lease for lease in leases if lease.is_held)
    other = leases[0] if leases[0] is not winner else leases[1]
    assert "run run-" in (other.try_take() or "")
    assert winner.renew()
    winner.give_back()
    assert other.try_take() is None


def test_a_holder_that_was_killed_is_followed_at_once(url: str) -> None:
    code = (
        "import sys, os\nfrom storage import open_store\nfrom storage.leases import SiteLease\n"
        "assert SiteLease(open_store(sys.argv[1]), 's', 'killed').try_take() is None\nos.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, url], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert SiteLease(open_store(url), "s", "next").try_take() is None


def elsewhere(url: str, renewed: datetime, seconds: float) -> None:
    """A lease of another machine, whose clock may be anywhere."""
    lease = {
        "holder": "x", "run": "far", "place": "elsewhere boot/1 1 1",
        "renewed": timestamp(renewed), "seconds": seconds,
    }  # fmt: skip
    open_store(url).put(lease_key("s"), seal(json.dumps(lease, separators=(",", ":")).encode()))


@pytest.mark.parametrize("ahead", [timedelta(hours=-1), timedelta(minutes=-2), timedelta(days=3000)], ids=str)
def test_whatever_the_other_clock_says_a_lease_that_is_not_renewed_is_had(url: str, ahead: timedelta) -> None:
    elsewhere(url, datetime.now(UTC) + ahead, 0.3)
    lease = SiteLease(open_store(url), "s", "here")
    pauses: list[float] = []
    lease.take(sleep=lambda _: (pauses.append(1.0), time.sleep(0.05))[0])
    assert lease.is_held
    assert (pauses == []) == (ahead < timedelta(minutes=-10)), "an old one at once, others are watched"


def test_a_lease_that_was_renewed_just_now_is_left_alone(url: str) -> None:
    elsewhere(url, datetime.now(UTC), 180)
    with pytest.raises(SiteHeldError, match="being crawled by run far"):
        SiteLease(open_store(url), "s", "here").take(sleep=lambda _: pytest.fail("waited"))


def test_a_lease_that_is_renewed_by_a_wrong_clock_is_not_taken(url: str) -> None:
    lease = SiteLease(open_store(url), "s", "here")

    def meanwhile(_: float) -> None:
        elsewhere(url, datetime.now(UTC) + timedelta(days=1), 0.3)

    elsewhere(url, datetime.now(UTC) + timedelta(days=2), 0.3)
    with pytest.raises(SiteHeldError, match="being crawled by run far"):
        lease.take(sleep=meanwhile)


def test_who_lost_a_lease_is_told(url: str) -> None:
    store = open_store(url)
    lost: list[str] = []
    renewals = Renewals(lost.append)
    lease = SiteLease(store, "s", "slow", seconds=0.01)
    assert lease.try_take() is None
    renewals.add("s", lease)
    taken = False
    while not taken:  # its own thread may renew it in between
        data, tag = store.get_tagged(lease_key("s"))
        other = json.loads(unseal(data)) | {"holder": "other", "run": "other"}
        taken = store.put_if(lease_key("s"), seal(json.dumps(other, separators=(",", ":")).encode()), tag)
    time.sleep(0.02)
    renewals.renew_due()
    renewals.close()
    assert lost == ["s"]
    assert not lease.is_held


def test_a_damaged_lease_is_nobodys(url: str) -> None:
    open_store(url).put(lease_key("s"), b'{"holder":')
    assert SiteLease(open_store(url), "s", "r").try_take() is None
