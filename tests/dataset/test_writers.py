import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset import writers
from dataset.writers import TableWriter, csv_value

SCHEMA = pa.schema([("raw", pa.string()), ("value", pa.float64())])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (5345.0, "5345"),
        (-3.0, "-3"),
        (0.25, "0.25"),
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
def test_a_spreadsheet_runs_nothing(value, written) -> None:
    assert csv_value(value) == written


@given(st.text())
def test_no_text_starts_a_formula_unless_it_is_a_number(text: str) -> None:
    written = csv_value(text)
    assert written in (text, f"'{text}")
    if written == text and text[:1] in ("=", "@", "\t", "\r"):
        pytest.fail("a formula")


def test_both_files_hold_every_row_in_order(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(writers, "PORTION", 2)
    rows = [{"raw": f'第{n}行\n,"引"', "value": n / 4} for n in range(5)]
    with TableWriter(tmp_path, "t", SCHEMA) as writer:
        for row in rows:
            writer.write(row)
    assert writer.rows == 5
    assert pq.read_table(tmp_path / "t.parquet").to_pylist() == rows
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert [(row["raw"], float(row["value"])) for row in read] == [(row["raw"], row["value"]) for row in rows]
