from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from dataset import writers
from dataset.schema import Column, TableSchema
from dataset.writers import TableWriter

PLAIN = TableSchema(
    "t", "表", "a table", (Column("raw", "string", "", ""), Column("value", "double", "", "")), key=("raw",)
)
DIVIDED = TableSchema(
    "d", "表", "a table", (Column("year", "int32", "", ""), Column("raw", "string", "", "")), by_year=True
)


def test_the_file_holds_every_row_in_order(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(writers, "PORTION", 2)
    rows = [{"raw": f'第{n}行\n,"引"', "value": n / 4} for n in range(5)]
    with TableWriter(tmp_path, PLAIN) as writer:
        for row in rows:
            writer.write(row)
    assert writer.rows == 5
    assert pq.read_table(tmp_path / "parquet" / "t.parquet").to_pylist() == rows


def test_a_table_divided_by_year_has_a_file_a_year_and_the_year_in_the_path(tmp_path) -> None:
    with TableWriter(tmp_path, DIVIDED) as writer:
        writer.write_values([(2020, "a"), (2021, "b"), (2021, "c")])
    found = {path.name: pq.ParquetFile(path).read().to_pylist() for path in writer.paths}
    assert found == {"d-2020.parquet": [{"raw": "a"}], "d-2021.parquet": [{"raw": "b"}, {"raw": "c"}]}
    assert pq.read_table(tmp_path / "parquet" / "d").num_rows == 3


def test_years_out_of_order_are_a_defect(tmp_path) -> None:
    with pytest.raises(AssertionError), TableWriter(tmp_path, DIVIDED) as writer:
        writer.write_values([(2021, "a"), (2020, "b")])


def test_an_empty_table_is_a_file_without_rows(tmp_path) -> None:
    with TableWriter(tmp_path, PLAIN):
        pass
    assert pq.read_table(tmp_path / "parquet" / "t.parquet").num_rows == 0


def test_the_content_is_that_of_the_rows_without_what_moves(tmp_path) -> None:
    schema = TableSchema(
        "v",
        "",
        "",
        (Column("raw", "string", "", ""), Column("seen", "timestamp", "", "", volatile=True)),
    )

    def content(name: str, raw: str, day: int) -> str:
        with TableWriter(tmp_path / name, schema) as writer:
            writer.write({"raw": raw, "seen": datetime(2026, 1, day, tzinfo=UTC)})
        return writer.content

    assert content("a", "3", 1) == content("b", "3", 2)
    assert content("c", "4", 1) != content("a2", "3", 1)


def test_a_date_is_a_date(tmp_path) -> None:
    schema = TableSchema("x", "", "", (Column("day", "date", "", ""),))
    with TableWriter(tmp_path, schema) as writer:
        writer.write({"day": date(2021, 1, 19)})
    assert pq.read_table(writer.paths[0]).to_pylist() == [{"day": date(2021, 1, 19)}]
