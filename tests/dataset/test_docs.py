"""What docs/dataset.md shows is what a reader gets."""

import sqlite3
from pathlib import Path

import duckdb
import pytest

from tests.dataset.conftest import publish

TEXT = (Path(__file__).parents[2] / "docs" / "dataset.md").read_text("utf-8")


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
