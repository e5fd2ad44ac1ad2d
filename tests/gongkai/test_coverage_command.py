"""`gongkai coverage` over a small world and an archive of one site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flows.coverage
from dataset.bodies import Place
from gongkai.cli import main
from storage import open_store

PLACES = {
    "410000": Place("410000", "河南省", "河南省"),
    "410711": Place("410711", "牧野区", "河南省新乡市牧野区", ("410000",)),
    "410711003": Place("410711003", "花园街道", "河南省新乡市牧野区花园街道", ("410000", "410711")),
}
SITES = """- id: muye
  name: 牧野区
  region: "410711"
  start: ["http://muye.gov.cn/"]
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(flows.coverage, "places", lambda year: PLACES)
    (tmp_path / "sites.yaml").write_text(SITES, "utf-8")
    archive = open_store(f"file://{tmp_path}/store")
    entry = {
        "id": "old",
        "name": "旧站",
        "region": "410000",
        "agency": "河南省教育厅",
        "start": ["http://x/"],
    }
    archive.put("sites/old/entry.json", json.dumps(entry).encode())
    return archive.url


def test_json_and_exit_code(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--store", store, "coverage", "--sites", "sites.yaml", "--year", "2024", "--json"]
    assert main([*command, "--as-of", "2025-06-01"]) == 1
    out = json.loads(capsys.readouterr().out)
    assert (out["year"], out["as_of"]) == (2024, "2025-06-01")
    assert {(row["region"], row["agency"], row["status"], row["site"]) for row in out["rows"]} == {
        ("410000", "河南省人民政府", "no_site", None),
        ("410000", "河南省教育厅", "not_crawled", "old"),
        ("410711", "河南省新乡市牧野区人民政府", "not_crawled", "muye"),
        ("410711003", "河南省新乡市牧野区花园街道办事处", "not_crawled", "muye"),
    }
    assert out["totals"]["all"] == {**out["totals"]["all"], "expected": 4, "have": 0, "not_crawled": 3}
    # Before every deadline only those without one are missing.
    assert main([*command, "--as-of", "2025-01-02", "--level", "county"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["status"] for row in rows] == ["not_due"]


def test_tables(store: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    command = [
        "--store",
        store,
        "coverage",
        "--sites",
        "sites.yaml",
        "--year",
        "2024",
        "--as-of",
        "2025-06-01",
    ]
    assert main(command) == 1
    out = capsys.readouterr().out
    assert "花园街道办事处" in out
    assert "days late" in out
    monkeypatch.setattr("gongkai.commands.coverage.SHOWN", 0)
    assert main(command) == 1
    assert "410000" in capsys.readouterr().out
    assert main([*command, "--region", "410711", "--rows"]) == 1
    assert "河南省人民政府" not in capsys.readouterr().out


def test_the_last_year_is_judged_unless_another_is_named(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--store", store, "coverage", "--sites", "sites.yaml", "--json", "--as-of", "2026-05-01"])
    assert json.loads(capsys.readouterr().out)["year"] == 2025


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region", "999999"], "no division has the code"),
        (["--as-of", "yesterday"], "write it as 2026-03-31"),
        (["--level", "village"], "village"),
        (["--level", "national"], "nobody is known there"),
    ],
)
def test_wrong_use_is_one_line(
    arguments: list[str], words: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--store", store, "coverage", "--sites", "sites.yaml", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1


def test_without_an_archive(tmp_path: Path) -> None:
    assert main(["--store", f"file://{tmp_path}/none", "coverage"]) == 4


def test_the_divisions_are_those_of_the_year() -> None:
    places = flows.coverage.places(2024)
    by_digits = {digits: [code for code in places if len(code) == digits] for digits in (6, 9)}
    assert sum(code.endswith("0000") for code in by_digits[6]) == 31
    assert 38_000 < len(by_digits[9]) < 42_000
    assert not any(code.startswith(("71", "81", "82")) for code in places)
    assert places["330110"].name == "余杭区"
    assert "330113" in places  # 临平区, since 2021
    assert "330113" not in flows.coverage.places(2019)
