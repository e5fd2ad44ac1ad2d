import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.schema import tables
from dataset.sqlite import search_phrase, search_text
from tests.dataset.conftest import publish, rows

NEW, GRANTED = "requests.new.total", "requests.granted.total"


@pytest.fixture
def database(archive, tmp_path):
    archive.site("a")
    sections = [
        {
            "key": "overview",
            "heading": "一、总体情况",
            "text": "2021年依法办理政府信息公开申请，收到GDP数据申请。",
        },
        {"key": "problems", "heading": "五、存在的问题", "text": "信息更新不够及时。"},
    ]
    archive.report("a", "http://a/1", b"one", {NEW: (3, " 3"), GRANTED: (None, "/")}, sections=sections)
    archive.report("a", "http://a/2", b"two", {NEW: (7, "7")}, year=2020)
    publication = publish(archive.store)
    path = tmp_path / "release.sqlite"
    path.write_bytes(archive.store.get(f"{publication.prefix}gongkai.sqlite"))
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def test_every_table_says_what_parquet_says(archive, database) -> None:
    for name, table in tables().items():
        found = [
            dict(row)
            for row in database.execute(
                f'SELECT * FROM "{name}" ORDER BY rowid'
                if name != "figures"
                else 'SELECT * FROM figures ORDER BY report_id, "row" DESC'
            )
        ]
        expected = rows(archive.store, name)
        assert len(found) == len(expected), name
        for ours, theirs in zip(found, expected, strict=True):
            assert list(ours) == list(table.names)
            for column in table.columns:
                if column.type in ("string", "double", "int32"):
                    assert ours[column.name] == theirs[column.name], (name, column.name)


@pytest.mark.parametrize(
    ("query", "found"),
    [("申请", ["overview"]), ("信息", ["overview", "problems"]), ("及时", ["problems"]),
     ("信息 更新", ["problems"]),
     ("息公", ["overview"]), ("公信", []), ("gdp", ["overview"]), ("存在的问题", ["problems"])],
)  # fmt: skip
def test_chinese_is_found_by_any_run_of_characters(database, query: str, found: list[str]) -> None:
    hits = database.execute(
        "SELECT s.section FROM section_search JOIN sections s ON s.rowid = section_search.rowid "
        "WHERE section_search MATCH ? ORDER BY s.rowid",
        (search_phrase(query),),
    )
    assert [row["section"] for row in hits] == found


@given(st.text(), st.none() | st.integers(0, 9999), st.text(max_size=8))
def test_no_query_is_a_syntax_error(query: str, year: int | None, province: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5 (heading, text, about)")
    phrase = search_phrase(query, year=year, province=province)
    if phrase:
        connection.execute("SELECT count(*) FROM f WHERE f MATCH ?", (phrase,)).fetchone()
    connection.close()


def test_a_search_is_narrowed_by_year_and_province(database) -> None:
    def found(**narrowed: object) -> int:
        phrase = search_phrase("公开", **narrowed)
        query = "SELECT count(*) FROM section_search WHERE section_search MATCH ?"
        return int(database.execute(query, (phrase,)).fetchone()[0])

    assert found() > 0
    assert found(year=2021, province="410000") == found()
    assert found(year=2020) == found(province="110000") == 0


def test_characters_are_words_and_words_stay_words() -> None:
    assert search_text("收到GDP申请").split() == ["收", "到", "GDP", "申", "请"]


def test_a_report_is_found_by_an_index(database) -> None:
    plan = database.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM figures WHERE report_id = ?", ("410711-甲区教育局-2021",)
    ).fetchall()
    assert not [row["detail"] for row in plan if row["detail"].startswith("SCAN f")]
