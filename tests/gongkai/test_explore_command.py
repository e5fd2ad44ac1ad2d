"""`gongkai explore` as a command: it starts, answers, ends, and says what is missing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from gongkai.cli import main


def test_without_a_store_or_release_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", f"file://{tmp_path}/none", "explore", "--no-browser"]) == 4
    assert "gongkai demo" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["--store", f"file://{tmp_path}/empty", "explore", "--no-browser"]) == 1
    assert "gongkai publish" in capsys.readouterr().err


def test_it_serves_a_release_until_it_is_ended(tmp_path: Path) -> None:
    from storage import open_store
    from tests.dataset.conftest import SmallArchive, publish

    archive = SmallArchive(open_store(f"file://{tmp_path}/store"))
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {"requests.new.total": (3, "3")}, region="410711")
    publish(archive.store)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        command = [
            sys.executable,
            "-P",
            "-m",
            "gongkai.cli",
            "--store",
            f"file://{tmp_path}/store",
            "explore",
        ]
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONUNBUFFERED": "1"}
        refused = subprocess.run(
            [*command, "--no-browser", "--port", str(taken)],
            env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert refused.returncode == 1
    assert "--port" in refused.stderr
    with subprocess.Popen(
        [*command, "--no-browser", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as served:
        try:
            assert served.stdout is not None
            said = served.stdout.readline()
            address = said.split()[2]
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(f"{address}reports", timeout=60) as answer:
                assert "甲区教育局" in answer.read().decode()
            served.send_signal(signal.SIGINT)
            assert served.wait(60) in (0, 130)
        finally:
            served.kill()
    assert list((tmp_path / "cache/gongkai/releases").glob("*.sqlite"))
