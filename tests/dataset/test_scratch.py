"""Temporary folders that outlive no process for long."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dataset.scratch import Scratch

WAITS = """
import sys
from dataset.scratch import Scratch
scratch = Scratch()
(scratch.folder / "deep").mkdir()
(scratch.folder / "deep" / "draft").write_bytes(b"x")
print(scratch.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_a_folder_is_gone_when_it_is_closed(tmp_path: Path) -> None:
    with Scratch() as folder:
        (folder / "draft").write_bytes(b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    other = tmp_path / "of another"
    other.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as child:  # fmt: skip
        assert child.stdout is not None
        left = Path(child.stdout.readline().strip())
        with Scratch() as own:
            assert (left / "deep" / "draft").exists()
            child.kill()
            child.wait()
            assert (left / "deep" / "draft").exists()
            with Scratch():
                assert not left.exists()
            assert own.exists()
    # Not followed: what it leads to is not ours to clear.
    (tmp_path / "gongkai-scratch-link").symlink_to(other)
    with Scratch():
        pass
    assert other.exists()
