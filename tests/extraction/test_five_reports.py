"""The five real reports, from their text dumps, against figures read by people."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from extraction import EXTRACTOR, extract

FOLDER = Path(__file__).resolve().parents[2] / "gongkai" / "demo" / "sources"
DUMPS = sorted(FOLDER.glob("*.txt"), key=lambda path: path.name)


def truth(dump: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (FOLDER / f"{dump.name.split('.')[0]}.truth.json").read_text(encoding="utf-8")
    )
    return found


def test_all_five_are_here() -> None:
    assert len(DUMPS) == 5


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.name)
def test_report_is_its_truth(dump: Path) -> None:
    record = extract(dump.read_bytes()).to_dict()
    known = truth(dump)
    assert record["kind"] == "report"
    assert record["tables"] == known["tables"]
    for field in ("title", "agency", "year", "edition"):
        assert record["report"][field] == known[field], field
    assert not [issue for issue in record["issues"] if issue["severity"] == "error"]


def test_every_cell_is_counted_and_has_its_evidence() -> None:
    count = 0
    for dump in DUMPS:
        lines = dump.read_text(encoding="utf-8").split("\n")
        for name, cell in extract(dump.read_bytes()).to_dict()["cells"].items():
            count += 1
            assert cell["status"] in {"number", "blank"}, name
            number = int(cell["at"]["path"].removeprefix("line:"))
            assert cell["raw"] in lines[number - 1], name
            assert cell["at"]["table"] is not None
            assert cell["confidence"] == 1.0
    assert count == 997


def test_raw_text_is_what_was_printed() -> None:
    cells = extract((FOLDER / "2020-datan.pipe-text.txt").read_bytes()).cells
    assert (cells["proactive.procurement.items"].raw, cells["proactive.procurement.items"].unit) == (
        "32个",
        "个",
    )
    assert cells["proactive.procurement.amount_yuan"].raw == "2913705元"
    duandian = extract((FOLDER / "2019-duandian.docx-text.txt").read_bytes()).cells
    assert duandian["proactive.regulations.made_this_year"].raw == "[bookmark: _GoBack]0"
    assert duandian["requests.carried_in.total"].status == "blank"


def test_checks_keep_blanks_apart() -> None:
    record = extract((FOLDER / "2019-duandian.docx-text.txt").read_bytes())
    checks = {check.id: check for check in record.checks}
    assert checks["requests.balance.natural_person"].holds is True
    assert checks["requests.balance.enterprise"].holds is None
    assert checks["requests.balance.enterprise"].blank_as_zero is True
    # The agency left 总计 of 总计 blank: with blanks as zeros the printed totals do not balance.
    assert checks["requests.balance.total"].holds is None
    assert checks["requests.balance.total"].blank_as_zero is False


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.name)
def test_sections(dump: Path) -> None:
    sections = {section.key: section.text for section in extract(dump.read_bytes()).sections}
    expected = {"overview", "proactive", "requests", "review_litigation", "problems"}
    assert expected <= set(sections)
    assert ("other" in sections) == ("datan" not in dump.name)
    assert len(sections["overview"]) > 200
    assert len(sections["problems"]) > 100
    for key in ("proactive", "requests", "review_litigation"):
        assert sections[key] == ""


def test_signature_and_marks_are_not_section_text() -> None:
    for name in ("2019-duandian.docx-text.txt", "2021-zhenxing.markdown-text.txt"):
        record = extract((FOLDER / name).read_bytes())
        assert {s.key: s.text for s in record.sections}["other"] == "无"


def test_document_facts_of_a_letter() -> None:
    report = extract((FOLDER / "2021-zhenxing.markdown-text.txt").read_bytes()).report
    assert report is not None
    assert report.document_number == "振办发〔2022〕1号"
    assert report.signed == "2022-01-11"


def test_record_is_canonical_and_stable() -> None:
    data = DUMPS[0].read_bytes()
    first, second = (
        extract(data).to_json(),
        extract(data, url="https://example.gov.cn/x", media_type="text/plain").to_json(),
    )
    assert first == second
    assert "\n" not in first
    record = json.loads(first)
    assert record["record"] == 1
    assert record["extractor"] == EXTRACTOR
    assert record["document"] == {
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "media_type": "text/plain",
    }
