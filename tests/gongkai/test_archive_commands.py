"""`gongkai verify`, `remove`, `publish`: what they say, and what a wrong place or answer does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import click
import pytest

from gongkai.cli import main
from storage import open_store
from tests.interchange import HOST, SITE, Maker, fill

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    fill(open_store("data"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    return (code, *capsys.readouterr())


def test_a_rebuild_says_what_it_made(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "verify", "--rebuild")
    assert code == 0
    assert "1 states were made anew from captures" in out
    assert "made anew" not in run(capsys, "verify")[1]


@pytest.mark.parametrize(
    ("answer", "code", "said"), [(False, 1, "nothing was removed"), (None, 2, "--yes removes without asking")]
)
def test_a_takedown_that_nobody_agrees_to_takes_nothing(
    answer: bool | None, code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    def confirm(_: str) -> bool:
        if answer is None:
            raise click.Abort
        return answer

    monkeypatch.setattr(click, "confirm", confirm)
    found, _, err = run(capsys, "remove", f"{HOST}/a.html", "--reason", "a court")
    assert found == code
    assert said in err
    assert "run it again" not in err
    assert run(capsys, "verify")[0] == 0


def test_a_place_for_copies_that_cannot_be_used_is_said_before_the_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for more in ([], ["--as-of", "2026-01-01"]):
        code, out, err = run(capsys, "publish", "--to", "/proc/nowhere", *more)
        assert (code, out) == (4, "")
        assert "/proc/nowhere" in err
    assert not Path("data/releases").exists()


def test_a_release_without_reports_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    code, out, err = run(capsys, "--store", "empty", "publish")
    assert code == 0
    assert "0 reports" in out
    assert "it holds no report" in err


def test_an_unknown_release_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "publish")[0] == 0
    code, _, err = run(capsys, "explore", "--release", "1999-01-01.1", "--no-browser")
    assert code == 2
    assert "there are " in err


def test_a_damaged_record_is_made_anew_as_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "gongkai/demo/sources/2024-huayuan.tsv-text.txt").read_bytes()
    maker = Maker(open_store("data"), "20260102T000000Z-000000")
    maker.add("/report.txt", page, media_type="text/plain", sniffed_type="text/plain")
    maker.close()
    assert run(capsys, "reextract")[0] == 0
    (record,) = Path("data/records").glob(f"*/*/{hashlib.sha256(page).hexdigest()}.json")
    whole = record.read_bytes()
    record.chmod(0o644)
    record.write_bytes(whole[:300])
    code, out, _ = run(capsys, "verify", "--json")
    (found,) = [one for one in json.loads(out)["findings"] if one["kind"] == "record_unreadable"]
    assert code == 1
    assert "delete it, then `gongkai verify --rebuild` and `gongkai reextract`" in found["message"]
    record.unlink()
    assert run(capsys, "verify", "--rebuild")[0] == 0
    assert run(capsys, "reextract")[0] == 0
    assert record.read_bytes() == whole
    assert run(capsys, "verify")[0] == 0


def test_what_only_reads_needs_no_right_to_write(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "publish")[0] == 0

    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("storage.local.make_durable_folders", refused)
    for command in (
        ["status"],
        ["verify"],
        ["export", "wacz", "--site", SITE],
        ["coverage", "--year", "2020"],
    ):
        assert run(capsys, *command)[0] in (0, 1), command
    assert run(capsys, "trace", "nobody/2020/requests.new.total")[2].startswith("gongkai: no agency")
    for command in (["verify", "--rebuild"], ["pack"], ["publish"]):
        code, _, err = run(capsys, *command)
        assert (code, "permission denied" in err) == (4, True)
