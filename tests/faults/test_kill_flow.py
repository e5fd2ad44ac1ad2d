"""The whole program with its Prefect flow, its crawlers and its workers, killed with -9 at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage import open_store
from tests.faults.subject import ROOT, contents, problems, sites
from tests.s3server import S3Server

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(900)]
KILLS = 6


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("registry") / "sites.yaml"
    with sites() as entries:
        path.write_text(json.dumps(entries))  # JSON is YAML
        yield path


def start(command: list[str], url: str, home: Path, more: dict[str, str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **more, "XDG_STATE_HOME": str(home), "GONGKAI_MARK": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", "gongkai.cli", "--store", url, *command],
        env=environment, cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def left_behind(home: Path) -> set[int]:
    """Processes that were started by a run, whatever group they are in."""
    mark = f"GONGKAI_MARK={home}".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (
                    mark in (entry / "environ").read_bytes()
                    and "Z" not in (entry / "stat").read_text()[-200:]
                ):
                    found.add(int(entry.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
    return found


def whole(url: str, registry: Path, home: Path, more: dict[str, str]) -> tuple[int, float]:
    began = time.monotonic()
    code = start(["crawl", "--all", "--sites", str(registry)], url, home, more).wait()
    return code or start(["publish"], url, home, more).wait(), time.monotonic() - began


def kill_and_end(
    url: str, registry: Path, tmp_path: Path, said: dict[str, Any], more: dict[str, str]
) -> None:
    home, dice = tmp_path / "home", random.Random(20261122)
    length = float(said["seconds"])
    for _ in range(KILLS):
        process = start(["crawl", "--all", "--sites", str(registry)], url, home, more)
        time.sleep(dice.uniform(0.2, 1.0) * length)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        end = time.monotonic() + 30
        while left := left_behind(home):
            assert time.monotonic() < end, f"still there: {left}"
            time.sleep(0.1)
    assert whole(url, registry, home, more)[0] == 0
    assert problems(open_store(url)) == []
    assert contents(open_store(url)) == said["contents"]


@pytest.fixture(scope="module")
def said(registry: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    url = (folder / "store").as_uri()
    code, _ = whole(url, registry, folder / "home", {})
    assert code == 0
    began = time.monotonic()
    assert start(["crawl", "--all", "--sites", str(registry)], url, folder / "home", {}).wait() == 0
    return {"seconds": time.monotonic() - began, "contents": contents(open_store(url))}


def test_on_disk(registry: Path, said: dict[str, Any], tmp_path: Path) -> None:
    kill_and_end((tmp_path / "store").as_uri(), registry, tmp_path, said, {})


@pytest.mark.s3
def test_on_s3(
    registry: Path, said: dict[str, Any], tmp_path: Path, s3: S3Server, new_s3_url: Callable[[], str]
) -> None:
    kill_and_end(new_s3_url(), registry, tmp_path, said, s3.environment)
