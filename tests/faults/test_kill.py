"""A night that is killed anywhere is completed by the next one, as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage import open_store, rebuild_state
from storage.state import load_state
from tests.faults.subject import Nights, contents, problems, sites
from tests.s3server import S3Server

SEED = "20261122"
SCALE = float(os.environ.get("FAULTS_SCALE", "1"))
"""Of the number of nights that the slow tests kill: for a quick look, or a long one."""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("nights")
    with sites() as entries, Nights(folder / "log", entries, dict(os.environ)) as server:
        yield server


@pytest.fixture(scope="module")
def undisturbed(nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    url = tmp_path_factory.mktemp("undisturbed").as_uri()
    answer = nights.run(url)
    assert answer["code"] == 0, nights.log.read_text()[-3000:]
    store = open_store(url)
    assert problems(store) == []
    said = contents(store)
    assert len(said["raw"]) >= 6
    assert len(said["release"]["reports"]) == 3
    assert nights.run(url)["code"] == 0
    assert contents(open_store(url)) == said, "a second night over the same sites changes nothing"
    return said


def points(nights: Nights, new_url: Callable[[], str], of: str) -> int:
    """How many points there are to be killed at."""
    return int(nights.run(new_url(), kill={"of": of, "at": -1})["count"])


def end_as_undisturbed(nights: Nights, url: str, undisturbed: dict[str, Any], what: Any) -> None:
    answer = nights.run(url)
    log = nights.log.read_text()[-3000:]
    assert answer["code"] == 0, (what, log)
    store = open_store(url)
    assert problems(store) == [], what
    assert contents(store) == undisturbed, what
    for site in ("site-0", "site-1"):
        state = load_state(store, site)
        assert rebuild_state(store, site).resources == state.resources, what


def draw(dice: random.Random, of: str, last: int) -> dict[str, Any]:
    when = dice.choice(("before", "middle", "after"))
    return {"of": of, "at": dice.randint(1, last), "when": when, "delay": dice.uniform(0, 0.02)}


def kill_many(
    nights: Nights, new_url: Callable[[], str], undisturbed: dict[str, Any], of: str, count: int, name: str
) -> None:
    dice = random.Random(f"{SEED} {name}")
    count = max(2, int(count * SCALE))
    last = points(nights, new_url, of)
    assert last > 30

    def trial(kill: dict[str, Any]) -> int:
        url = new_url()
        answer = nights.run(url, kill=kill)
        assert answer["code"] in (0, -9), (kill, nights.log.read_text()[-3000:])
        end_as_undisturbed(nights, url, undisturbed, kill)
        return int(answer["code"] == -9)

    killed = nights.each(trial, [draw(dice, of, last) for _ in range(count)])
    print(f"{name}: {killed} of {count} nights killed, {last} points")
    assert killed >= count * 0.8


@pytest.fixture
def file_urls(tmp_path: Path) -> Callable[[], str]:
    numbers = iter(range(10_000))
    return lambda: (tmp_path / str(next(numbers))).as_uri()


@pytest.mark.timeout(600)
def test_a_few_kills_on_disk(
    nights: Nights, undisturbed: dict[str, Any], file_urls: Callable[[], str]
) -> None:
    kill_many(nights, file_urls, undisturbed, "system", 2, "few")


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_at_any_system_call(
    nights: Nights, undisturbed: dict[str, Any], file_urls: Callable[[], str]
) -> None:
    kill_many(nights, file_urls, undisturbed, "system", 80, "disk, system calls")


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_around_any_operation_on_disk(
    nights: Nights, undisturbed: dict[str, Any], file_urls: Callable[[], str]
) -> None:
    kill_many(nights, file_urls, undisturbed, "store", 40, "disk, operations")


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_again_and_again(
    nights: Nights, undisturbed: dict[str, Any], file_urls: Callable[[], str]
) -> None:
    dice = random.Random(f"{SEED} again")
    last = points(nights, file_urls, "system")

    def trial(kills: list[dict[str, Any]]) -> int:
        url = file_urls()
        for kill in kills:
            nights.run(url, kill=kill)
        end_as_undisturbed(nights, url, undisturbed, kills)
        return 1

    nights.each(trial, [[draw(dice, "system", last) for _ in range(6)] for _ in range(5)])


def after_power_loss(shadow: Path, real: Path, to: Path, dice: random.Random) -> None:
    """Build what a disk would hold: what was forced to it, and by chance some of what was not."""

    def restore(inode: int, folder: Path, now: Path) -> None:
        known = shadow / str(inode)
        names = json.loads(known.read_text()) if known.exists() else {}
        if now.is_dir() and dice.random() < 0.5:  # the kernel may have written names on its own account
            names |= {one.name: [one.inode(), one.is_dir()] for one in os.scandir(now) if dice.random() < 0.5}
        folder.mkdir()
        for name, (child, is_folder) in names.items():
            if is_folder:
                restore(child, folder / name, now / name)
            elif (shadow / str(child)).exists():
                shutil.copyfile(shadow / str(child), folder / name)
            else:
                # A name without its bytes: nothing, half, or zeros.
                data = (now / name).read_bytes() if (now / name).is_file() else b""
                (folder / name).write_bytes(dice.choice((b"", data[: len(data) // 2], bytes(len(data)))))

    restore(real.stat().st_ino, to, real)


def lose_power(nights: Nights, undisturbed: dict[str, Any], tmp_path: Path, count: int, name: str) -> None:
    dice = random.Random(f"{SEED} {name}")
    numbers = iter(range(10_000))
    last = points(nights, lambda: (tmp_path / f"n{next(numbers)}").as_uri(), "system")

    def trial(drawn: tuple[int, dict[str, Any], int]) -> int:
        number, kill, seed = drawn
        real, shadow, after = tmp_path / f"r{number}", tmp_path / f"s{number}", tmp_path / f"a{number}"
        real.mkdir()
        shadow.mkdir()
        answer = nights.run(real.as_uri(), kill=kill, shadow=str(shadow))
        after_power_loss(shadow, real, after, random.Random(seed))
        before, left = ({str(path.relative_to(top)) for path in top.rglob("*")} for top in (real, after))
        found = problems(open_store(after.as_uri()))
        findings = [one for one in found if getattr(one, "severity", "error") == "error"]
        assert findings == [], "what has a name is whole, also before the next night"
        end_as_undisturbed(nights, after.as_uri(), undisturbed, (kill, answer))
        return int(bool(before - left))

    lost = nights.each(
        trial, [(n, draw(dice, "system", last), dice.randrange(1 << 30)) for n in range(count)]
    )
    print(f"{name}: {count} losses of power, {lost} of them lost something that was not forced to disk")
    assert lost


@pytest.mark.timeout(600)
def test_a_loss_of_power(nights: Nights, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    lose_power(nights, undisturbed, tmp_path, 1, "few losses")


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_losses_of_power(nights: Nights, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    lose_power(nights, undisturbed, tmp_path, max(2, int(30 * SCALE)), "losses")


@pytest.mark.s3
@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_around_any_operation_on_s3(
    nights: Nights, undisturbed: dict[str, Any], s3: S3Server, new_s3_url: Callable[[], str]
) -> None:
    with Nights(nights.log, nights.entries, dict(os.environ) | s3.environment) as own:
        kill_many(own, new_s3_url, undisturbed, "store", 60, "S3, operations")
