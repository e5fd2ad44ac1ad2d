import csv
import gzip
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import derived
from dataset.derived import BOM, connect, from_parquet, parquet_files, write_csv, write_duckdb
from dataset.schema import Column, TableSchema
from dataset.writers import TableWriter

TABLE = TableSchema(
    "t",
    "表",
    "a table",
    tuple(Column(name, name, "", "") for name in ("string", "double", "bool", "timestamp", "date", "int32")),
    excel=True,
)
DIVIDED = TableSchema(
    "d", "表", "a table", (Column("year", "int32", "", ""), Column("raw", "string", "", "")), by_year=True
)


def write(folder, *rows) -> None:
    with TableWriter(folder, TABLE) as writer:
        writer.write_values(rows)


def read(folder) -> list[list[str]]:
    with (folder / "csv" / "t.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_csv_says_it_as_programs_and_people_read_it(tmp_path) -> None:
    seen = datetime(2026, 1, 1, 3, 4, 5, tzinfo=UTC)
    write(tmp_path, ('第1行\n,"引"', 5345.0, True, seen, date(2021, 1, 19), 7), (None,) * 6)
    write_csv(tmp_path, TABLE)
    assert read(tmp_path) == [
        list(TABLE.names),
        ['第1行\n,"引"', "5345", "true", "2026-01-01T03:04:05Z", "2021-01-19", "7"],
        [""] * 6,
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-3.0, "-3"),
        (0.25, "0.25"),
        (123456789012.0, "123456789012"),
        (0.1 + 0.2, "0.30000000000000004"),
        ("-3", "-3"),
        ("+1,204.5", "+1,204.5"),
        ("-", "-"),
        ("——", "——"),
        ("=1+1", "'=1+1"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("22（其中修订16件）", "22（其中修订16件）"),
    ],
)
def test_a_spreadsheet_runs_nothing(tmp_path, value, written) -> None:
    text = value if isinstance(value, str) else None
    number = None if isinstance(value, str) else value
    write(tmp_path, (text, number, None, None, None, None))
    write_csv(tmp_path, TABLE)
    assert "".join(read(tmp_path)[1]) == written


@settings(max_examples=30)
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=40)
)
def test_no_text_starts_a_formula_and_none_is_lost(texts, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("csv")
    write(folder, *((text, None, None, None, None, None) for text in texts))
    write_csv(folder, TABLE)
    written = [row[0] for row in read(folder)[1:]]
    assert [
        text.removeprefix("'") if text != original else text
        for text, original in zip(written, texts, strict=True)
    ] == texts
    assert not [text for text in written if re.match(r"[=@\t\r＝＠]", text)]


def test_excel_gets_its_mark_while_the_sheet_is_large_enough(tmp_path, monkeypatch) -> None:
    write(tmp_path, ("a", 1.0, True, None, None, 1), ("b", 2.0, True, None, None, 1))
    write_csv(tmp_path, TABLE)
    assert (tmp_path / "excel" / "t.csv").read_bytes() == BOM + (tmp_path / "csv" / "t.csv").read_bytes()
    (tmp_path / "excel" / "t.csv").unlink()
    monkeypatch.setattr(derived, "SHEET", 2)  # the head takes a row too
    write_csv(tmp_path, TABLE)
    assert not (tmp_path / "excel" / "t.csv").exists()


def test_a_divided_table_is_compressed_and_has_its_year_again(tmp_path) -> None:
    with TableWriter(tmp_path, DIVIDED) as writer:
        writer.write_values([(2020, "a"), (2021, "b")])
    first, second = write_csv(tmp_path, DIVIDED)
    assert gzip.decompress(first.read_bytes()).decode() == "year,raw\n2020,a\n"
    assert gzip.decompress(second.read_bytes()).decode() == "year,raw\n2021,b\n"
    before = first.read_bytes()
    write_csv(tmp_path, DIVIDED)
    assert first.read_bytes() == before


def test_duckdb_has_all_tables_with_their_meaning(tmp_path) -> None:
    write(tmp_path, ("a", 1.5, True, datetime(2026, 1, 1, tzinfo=UTC), date(2021, 1, 1), 1))
    with TableWriter(tmp_path, DIVIDED) as writer:
        writer.write_values([(2020, "a"), (2021, "b")])
    with connect(write_duckdb(tmp_path, [TABLE, DIVIDED])) as connection:
        assert connection.execute("SELECT year, raw FROM d ORDER BY year").fetchall() == [
            (2020, "a"),
            (2021, "b"),
        ]
        assert connection.execute("SELECT double, date FROM t").fetchall() == [(1.5, date(2021, 1, 1))]
        comments = "SELECT comment FROM duckdb_tables() WHERE table_name = 't'"
        assert connection.execute(comments).fetchall() == [("表 / a table",)]


def test_files_are_read_in_the_order_of_the_columns(tmp_path) -> None:
    with TableWriter(tmp_path, DIVIDED) as writer:
        writer.write_values([(2020, "a")])
    with connect() as connection:
        query = from_parquet(parquet_files(tmp_path, DIVIDED), DIVIDED)
        assert connection.execute(query).fetchall() == [(2020, "a")]
