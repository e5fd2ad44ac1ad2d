"""`gongkai verify`, `remove`, `publish`: what they say, and what a wrong place or answer does."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

import storage.local
from crawlers.registry import Site
from flows.run import keep_entry
from flows.summary import begin_summary, save_summary
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
    assert "made anew from captures: 1 state\n" in out
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
    past = ["publish", "--as-of", "2025-01-01", "--to", "past"]
    code, _, err = run(capsys, "--store", "empty", *past)
    assert code == 0
    assert "it holds no report" in err


def test_an_unknown_release_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "publish")[0] == 0
    code, _, err = run(capsys, "explore", "--release", "1999-01-01.1", "--no-browser")
    assert code == 2
    assert "there are " in err


def read_report(capsys: pytest.CaptureFixture[str]) -> Path:
    """Let the archive have a report that was read; return its record."""
    page = (ROOT / "gongkai/demo/sources/2024-huayuan.tsv-text.txt").read_bytes()
    maker = Maker(open_store("data"), "20260102T000000Z-000000")
    maker.add("/report.txt", page, media_type="text/plain", sniffed_type="text/plain")
    maker.close()
    assert run(capsys, "reextract")[0] == 0
    (record,) = Path("data/records").glob(f"*/*/{hashlib.sha256(page).hexdigest()}.json")
    return record


@pytest.mark.parametrize("flipped", [False, True])
def test_a_damaged_record_is_made_anew_as_it_is_said(
    flipped: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    record = read_report(capsys)
    whole = record.read_bytes()
    if flipped:
        flip(record)
    else:
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


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_missing_record_is_made_anew_as_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    record = read_report(capsys)
    whole = record.read_bytes()
    record.unlink()
    code, out, _ = run(capsys, "verify", "--json")
    (found,) = [one for one in json.loads(out)["findings"] if one["kind"] == "record_missing"]
    assert code == 1
    assert found["message"].endswith("`gongkai verify --rebuild`, then `gongkai reextract`")
    assert run(capsys, "verify", "--rebuild")[0] == 0
    assert run(capsys, "reextract")[0] == 0
    assert record.read_bytes() == whole


def test_one_damaged_summary_hides_no_other_run(capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store("data")
    runs = [f"2026112{day}T000000Z-000001" for day in (1, 2, 3)]
    for name in runs:
        save_summary(store, begin_summary(name, store.url, ["a"], "1.0.0+x", {}, datetime.now(UTC)))
    assert run(capsys, "status")[0] == 0
    flip(Path(f"data/runs/{runs[1]}/summary.json"))
    code, out, err = run(capsys, "status")
    assert code == 1
    assert (runs[0] in out, runs[1] in out, runs[2] in out) == (True, False, True)
    assert f"runs/{runs[1]}/summary.json" in err
    assert "restore it from a copy, or delete it" in err
    code, out, _ = run(capsys, "status", "--json")
    said = json.loads(out)
    assert (code, [one["run"] for one in said["runs"]]) == (1, [runs[2], runs[0]])
    assert runs[1] in said["damaged"][0]
    code, out, _ = run(capsys, "verify", "--json")
    (found,) = [one for one in json.loads(out)["findings"] if one["severity"] == "error"]
    assert code == 1
    assert "or delete it" in found["message"]
    assert run(capsys, "coverage", "--year", "2020")[2].startswith(f"runs/{runs[1]}/summary.json")


def test_a_damaged_list_of_releases_hides_no_run_and_no_finding(capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store("data")
    save_summary(store, begin_summary("r1", store.url, ["a"], "1.0.0+x", {}, datetime.now(UTC)))
    assert run(capsys, "publish")[0] == 0
    flip(Path("data/releases/versions.json"))
    flip(Path("data/runs/r1/summary.json"))
    code, _, err = run(capsys, "status")
    assert code == 1
    assert "releases/versions.json" in err
    assert "runs/r1/summary.json" in err
    found = json.loads(run(capsys, "verify", "--json")[1])["findings"]
    assert {one["key"] for one in found} >= {"releases/versions.json", "runs/r1/summary.json"}


def test_a_damaged_entry_of_a_site_comes_into_no_release(capsys: pytest.CaptureFixture[str]) -> None:
    keep_entry(open_store("data"), Site(
        id=SITE, name="甲县人民政府", region="410711", agency="all", start=[f"{HOST}/"], evidence="test",
    ))  # fmt: skip
    assert run(capsys, "publish")[0] == 0
    entry = Path(f"data/sites/{SITE}/entry.json")
    entry.chmod(0o644)
    entry.write_bytes(entry.read_bytes().replace(b"410711", b"410611"))
    code, _, err = run(capsys, "publish")
    assert code == 1
    assert f"sites/{SITE}/entry.json" in err
    assert "the next crawl of the site writes it anew" in err


def test_what_only_reads_needs_no_right_to_write(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_report(capsys)
    for manifest in Path("data/records").glob("*/sites/*.json"):
        manifest.unlink()  # so that there is something to read
    assert run(capsys, "publish")[0] == 0
    made = storage.local.make_durable_folders

    def refused(folder: Path) -> None:
        if Path("data").absolute() in folder.parents:
            raise PermissionError(13, "Permission denied")
        made(folder)

    monkeypatch.setattr("storage.local.make_durable_folders", refused)
    for command in (
        ["status"],
        ["verify"],
        ["export", "wacz", "--site", SITE],
        ["coverage", "--year", "2020"],
        ["reextract", "--dry-run"],
        ["reextract", "--dry-run", "--retry-limits", "--processes", "2"],
        ["publish", "--as-of", "2026-11-22", "--to", "elsewhere"],
    ):
        assert run(capsys, *command)[0] in (0, 1), command
    assert run(capsys, "trace", "nobody/2020/requests.new.total")[2].startswith("gongkai: no agency")
    for command in (["verify", "--rebuild"], ["pack"], ["publish"], ["reextract"]):
        code, _, err = run(capsys, *command)
        assert (code, "permission denied" in err) == (4, True)
