"""The figures that sections state: written by hand in the style of the reports, and never one too many."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from extraction.checks import check_mentions
from extraction.editions import editions
from extraction.mention_forms import keys, knowledge
from extraction.mentions import find_mentions
from extraction.quantities import han_number
from extraction.record import CellRecord, Section

CASES = yaml.safe_load((Path(__file__).parent / "data" / "mentions.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_sentences(case: dict[str, Any]) -> None:
    text, year = case["text"], case["year"]
    found = find_mentions((Section("overview", None, text),), year)
    for mention in found:
        assert text[mention.at : mention.at + len(mention.raw)] == mention.raw
    sure = [(m.key, m.value) for m in found if not m.flags and m.year is None]
    expect = case.get("expect", {})
    assert dict(sure) == expect
    assert len(sure) == len(expect)
    doubted = {(m.key, m.value) for m in found if m.flags}
    for key, value in case.get("flagged", {}).items():
        assert (key, value) in doubted
    others = [[m.key, m.year, m.value] for m in found if not m.flags and m.year is not None]
    assert others == case.get("other", [])


def test_every_key_has_labels_and_known_cells() -> None:
    known = {
        f"{table}.{row}.{column}"
        for edition in editions().values()
        for table, form in edition.tables.items()
        for row, spec in form.rows.items()
        for column in spec.columns
    }
    for entry in knowledge().entries:
        assert all(keys()[entry.key])
        assert {cell for cells in entry.cells for cell in cells} <= known


@given(st.integers(0, 99_999_999))
def test_chinese_numbers(number: int) -> None:
    assert han_number(_han(number)) == number


@pytest.mark.parametrize("text", ["三四", "十百", "百零", "五五", "两三百"])
def test_what_is_no_number(text: str) -> None:
    assert han_number(text) is None


@given(
    st.integers(0, 10**7),
    st.sampled_from(["{}", "{:,}", " {} ", "{:,} "]),
    st.sampled_from(["件", "件", "宗"]),
    st.booleans(),
)
def test_printed_numbers_come_back(number: int, form: str, unit: str, wide: bool) -> None:
    printed = form.format(number)
    if wide:
        printed = printed.translate({ord("0") + i: chr(0xFF10 + i) for i in range(10)})
    text = f"2022年，我局共收到政府信息公开申请{printed}{unit}，同比增长{number}%，较2021年增加{number}件。"
    found = find_mentions((Section("overview", None, text),), 2022)
    assert [(m.key, m.value, m.flags) for m in found] == [("requests_received", number, ())]


@pytest.mark.parametrize(
    ("text", "table", "holds", "zeros"),
    [
        ("共收到政府信息公开申请12件。", 12, True, None),
        ("共收到政府信息公开申请12件。", 11, False, None),
        ("全市共收到政府信息公开申请12件。", 12, True, None),
        ("全市共收到政府信息公开申请12件。", 11, None, None),
        ("未收到政府信息公开申请。", None, None, True),
    ],
)
def test_the_text_against_the_table(
    text: str, table: int | None, holds: bool | None, zeros: bool | None
) -> None:
    value = None if table is None else Decimal(table)
    cells = {
        "requests.new.total": CellRecord(value, str(table or ""), "number" if table else "blank", "件", None)
    }
    mentions = find_mentions((Section("overview", None, text),), 2022)
    checks, issues = check_mentions(mentions, cells)
    assert [(c.id, c.holds, c.blank_as_zero) for c in checks] == [
        ("mentions.requests_received", holds, zeros)
    ]
    assert len(issues) == (holds is False)
    if table is not None:
        assert (checks[0].expected, checks[0].actual) == (table, 12)


def _han(number: int) -> str:
    """A number as Chinese writes it."""
    if number == 0:
        return "零"
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return _han(high) + "万" + (("零" if low < 1000 else "") + _han(low) if low else "")
    out, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            out += ("零" if gap else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = bool(out)
    return out


@pytest.mark.parametrize(
    ("subject", "sure"),
    [
        ("", True),
        ("我局", True),
        ("县财政局", True),
        ("寿县财政局共", True),
        ("其中，县公安局共", False),
        ("霍邱县财政局", False),
        ("城关镇", False),
        ("国库科", False),
    ],
)
def test_what_another_body_received_is_not_the_reporting_ones(subject: str, sure: bool) -> None:
    section = Section("overview", None, f"{subject}收到政府信息公开申请12件。")
    [mention] = find_mentions((section,), 2022, "寿县财政局")
    assert mention.value == 12
    assert ("scope" not in mention.flags) is sure
