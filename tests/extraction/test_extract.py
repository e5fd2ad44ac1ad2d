"""The boundary: any bytes give a record; the id follows the sources; nothing depends on the environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import extraction.extractor
from extraction import EXTRACTOR, extract
from extraction.version import fingerprint

DUMPS = Path(__file__).resolve().parents[2] / "gongkai" / "demo" / "sources"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\0" * 50, "empty"),
        (bytes(range(256)) * 10, "unsupported_format"),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"PK\x03\x04 cut off", None),
        (b"<html><body>" + b"<div>" * 5000 + b"x", "malformed"),
    ],
)
def test_unreadable_says_why(data: bytes, code: str | None) -> None:
    record = extract(data)
    assert record.kind == "unreadable"
    assert record.report is None
    assert [issue.severity for issue in record.issues] == ["error"]
    assert code is None or record.issues[0].code == code


def test_an_unexpected_exception_is_named_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(media_type: str) -> None:
        raise KeyError(media_type)

    monkeypatch.setattr(extraction.extractor, "reader", broken)
    record = extract(b"some text")
    assert record.kind == "unreadable"
    assert record.issues[0].code == "reader_failed"
    assert "KeyError" in record.issues[0].message


def test_colspan_of_a_hundred_thousand_costs_nothing() -> None:
    row = b"<tr><td colspan=100000 rowspan=100000>x</td><td>1</td></tr>"
    assert (
        extract(b"<html><body><div id=zoom><table>" + row * 300 + b"</table></div></body></html>").kind
        == "not_report"
    )


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_record(data: bytes) -> None:
    record = extract(data)
    assert record.kind in {"not_report", "unreadable"}
    json.loads(record.to_json())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(DUMPS.glob("*.txt"))))
def test_cut_reports_lose_cells_but_never_change_them(seed: int, dump: Path) -> None:
    data = dump.read_bytes()
    whole = extract(data)
    # Cut at the end of a line: a cell that is cut within cannot be told from one that was printed so.
    ends = [at for at, byte in enumerate(data) if byte == ord("\n")]
    part = extract(data[: ends[seed % len(ends)]])
    flagged = {name for issue in part.issues for name in issue.cells}
    for name, cell in part.cells.items():
        if name not in whole.cells:
            assert cell.value is None
        elif name not in flagged:
            assert cell.value == whole.cells[name].value, name


def test_same_record_under_other_hash_seed_locale_and_folder(tmp_path: Path) -> None:
    dump = DUMPS / "2021-zhenxing.markdown-text.txt"
    code = (
        "import sys; from pathlib import Path; from extraction import extract;"
        "sys.stdout.buffer.write(extract(Path(sys.argv[1]).read_bytes()).to_json().encode())"
    )
    root = Path(__file__).resolve().parents[2]
    for seed, lang in (("1", "C"), ("77", "C.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": lang, "PYTHONPATH": str(root)}
        out = subprocess.run(
            [sys.executable, "-c", code, str(dump)], cwd=tmp_path, env=env, capture_output=True, check=True
        )
        assert out.stdout.decode() == extract(dump.read_bytes()).to_json()


def test_trafilatura_is_not_imported_until_a_page_needs_it() -> None:
    page = "<html><body><div id=zoom><p>x</p></div></body></html>"
    code = (
        "import sys, extraction; extraction.extract(sys.argv[1].encode());"
        "assert 'trafilatura' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, page], cwd=Path(__file__).resolve().parents[2], check=True)


def test_extractor_id_follows_the_sources(tmp_path: Path) -> None:
    assert EXTRACTOR.split("+")[0].count(".") == 2
    assert re.fullmatch(r"[0-9a-f]{8}(\.ocr[0-9a-f]{4})?", EXTRACTOR.split("+")[1])
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    first = fingerprint(tmp_path)
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")
    assert fingerprint(tmp_path) == first
    (tmp_path / "edition.yaml").write_bytes(b"a: 1\n")
    second = fingerprint(tmp_path)
    assert second != first
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "b.py").write_bytes(b"")
    assert fingerprint(tmp_path) == second
