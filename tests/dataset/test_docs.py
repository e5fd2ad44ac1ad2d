"""What docs/dataset.md shows is what a reader gets."""

import shutil
import sqlite3
import subprocess
import textwrap
from pathlib import Path

import duckdb
import pytest

from tests.dataset.conftest import publish

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/dataset.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return [part.split("```")[0] for part in TEXT.split(f"```{language}\n")[1:]]


@pytest.fixture
def folder(archive, tmp_path, monkeypatch):
    archive.site("a")
    section = {"key": "overview", "heading": "一、总体情况", "text": "依法做好政府信息公开工作。"}
    for number, (agency, refused) in enumerate([("甲区教育局", 2), ("甲区公安局", 7)]):
        cells = {
            "requests.refused_state_secret.total": (refused, str(refused)),
            "requests.refused_process_information.total": (1, "1"),
            "requests.refused_internal_affairs.total": (None, ""),
        }
        archive.report("a", f"http://a/{number}", b"%d" % number, cells, agency=agency, sections=[section])
    prefix = publish(archive.store).prefix
    for key in archive.store.list(prefix):
        path = tmp_path / "release" / key.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.store.get(key))
    monkeypatch.chdir(tmp_path / "release")


def test_who_refused_most_and_where_that_is_printed_in_under_ten_lines(folder) -> None:
    (code,) = blocks("python")
    assert len(code.strip().splitlines()) < 10
    namespace: dict = {}
    exec(code, namespace)  # the very lines a reader copies
    answer = namespace["answer"]
    assert answer[["agency", "refused", "source_url"]].to_numpy().tolist() == [
        ["甲区公安局", 8.0, "http://a/1"],
        ["甲区教育局", 3.0, "http://a/0"],
    ]


def test_the_same_from_the_readme_alone(folder, capsys) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    block = text[text.index("    import pandas as pd") :].partition("\n\n`gongkai explore`")[0]
    code = textwrap.dedent(block)
    assert len(code.splitlines()) < 10
    exec(code, {})  # the very lines a reader copies
    first = capsys.readouterr().out.splitlines()[1]
    assert "甲区公安局" in first
    assert first.endswith("http://a/1")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_gives_the_same(folder) -> None:
    (code,) = blocks("r")
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, timeout=120, check=True)
    assert [line.split()[-1] for line in done.stdout.splitlines()[1:]] == ["8", "3"]


def test_the_queries_answer(folder) -> None:
    in_duckdb, in_sqlite = blocks("sql")
    assert duckdb.sql(in_duckdb).fetchall() == [
        ("甲区公安局", 8.0, "http://a/1"),
        ("甲区教育局", 3.0, "http://a/0"),
    ]
    with sqlite3.connect("gongkai.sqlite") as connection:
        rows = connection.execute(in_sqlite).fetchall()
    connection.close()
    assert len(rows) == 2
