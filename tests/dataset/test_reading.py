"""Tables of a release from their bytes: the rows wanted, and no thread that outlives the interpreter."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataset.reading import read_table

ROWS = [{"report_id": f"r{n // 10}", "value": n if n % 3 else None} for n in range(100)]


@pytest.fixture
def data() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), out, compression="zstd", row_group_size=15)
    return out.getvalue()


def test_all_rows_or_those_of_one_report(data: bytes) -> None:
    assert read_table(data).to_pylist() == ROWS
    assert read_table(data, columns=["value"]).column_names == ["value"]
    assert read_table(data, report="r1").to_pylist() == ROWS[10:20]
    assert read_table(data, ["report_id"], report="r9").to_pylist() == [{"report_id": "r9"}] * 10
    assert read_table(data, report="none").num_rows == 0


def test_a_table_without_rows() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"report_id": pa.array([], pa.string())}), out)
    assert read_table(out.getvalue(), report="r1").num_rows == 0


def test_a_program_that_ends_right_after_it_ends_in_peace(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(data)
    code = """
import os, sys
from pathlib import Path
from dataset.reading import read_table
def threads():
    return os.listdir("/proc/self/task") if os.path.isdir("/proc/self/task") else []
data, before = Path(sys.argv[1]).read_bytes(), threads()
assert read_table(data, report="r1").num_rows == 10
assert threads() == before
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert (done.returncode, done.stderr) == (0, "")
