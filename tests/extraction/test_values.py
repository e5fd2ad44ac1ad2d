from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.values import (
    Quantity,
    head_unit,
    is_value_like,
    label_unit,
    plain,
    read_value,
    scaled_count,
)

COUNT = Quantity("count", "件")
CHANGE = Quantity("change", "项")
YUAN = Quantity("money", "元")
WAN = Quantity("money", "万元", "万元")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        (" 12 ", 12),
        ("　　0", 0),
        ("\xa07\xa0", 7),
        ("１２３", 123),
        ("1,234", 1234),
        ("1，234", 1234),
        ("[bookmark: _GoBack]0", 0),
        ("32个", 32),
        ("5 件", 5),
        ("22（其中修订16件）", 22),
        ("22件(其中修订16件)", 22),
        ("3.0", 3),
        ("\u200b8", 8),
        ("+3", 3),
        ("-0", 0),
    ],
)
def test_counts(text: str, value: int) -> None:
    reading = read_value(text, COUNT)
    assert (reading.value, reading.status, reading.issue) == (Decimal(value), "number", None)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", "blank"),
        ("\xa0", "blank"),
        ("　", "blank"),
        ("/", "dash"),
        ("—", "dash"),
        ("——", "dash"),
        ("－", "dash"),
        ("无", "not_applicable"),
        ("不涉及", "not_applicable"),
        ("N/A", "not_applicable"),
    ],
)
def test_absent_figures_are_never_zero(text: str, status: str) -> None:
    reading = read_value(text, COUNT)
    assert (reading.value, reading.status, reading.issue) == (None, status, None)


@pytest.mark.parametrize(
    "text",
    [
        "1 2",
        "1\n2",
        "约20",
        "12²",
        "12①",
        "一",
        "零",
        "O",
        "3-5",
        "007",
        "1,23",
        "12.5",
        "20件左右",
        "见附件",
        "3/4",
        "5%",
        "1.属于国家秘密",
        "2020年",
        "0（",
        "99999999999999999999",
        "2913705元",
        "↑3",
        "١٢",
    ],
)
def test_what_is_no_plain_count_is_flagged(text: str) -> None:
    reading = read_value(text, COUNT)
    assert reading.value is None
    assert reading.status in {"text", "unreadable"}
    assert reading.issue


def test_split_digits_are_suggested_not_taken() -> None:
    reading = read_value("1 2", COUNT)
    assert (reading.value, reading.status, reading.suggested) == (None, "unreadable", 12)


def test_negative_count_is_kept_and_flagged() -> None:
    reading = read_value("-3", COUNT)
    assert (reading.value, reading.issue) == (Decimal(-3), "negative_count")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-3", -3),
        ("－3", -3),
        ("−1", -1),
        ("+2", 2),
        ("增1", 1),
        ("减2", -2),
        ("减少 2 项", -2),
        ("增加3项", 3),
        ("0", 0),
    ],
)
def test_change(text: str, value: int) -> None:
    reading = read_value(text, CHANGE)
    assert (reading.value, reading.issue) == (Decimal(value), None)


@pytest.mark.parametrize("text", ["增1减2", "持平", "增/减", "±1", "1/-2"])
def test_change_in_doubt(text: str) -> None:
    assert read_value(text, CHANGE).value is None
    assert read_value(text, CHANGE).issue


@pytest.mark.parametrize(
    ("text", "quantity", "value", "issue"),
    [
        ("2913705元", YUAN, 2913705, None),
        ("25.1万元", YUAN, 251000, None),
        ("1.2亿元", YUAN, 120000000, None),
        ("251000元", WAN, "25.1", "unit_conflict"),
        ("12.3456", WAN, "12.3456", None),
        ("0", YUAN, 0, None),
        ("38", YUAN, 38, "unit_unknown"),
        ("38.5", Quantity("money", "元", "万元"), 385000, None),
    ],
)
def test_money(text: str, quantity: Quantity, value: int | str, issue: str | None) -> None:
    reading = read_value(text, quantity)
    assert reading.value == Decimal(value)
    assert reading.issue == issue


@pytest.mark.parametrize(
    "text",
    ["3（减）", "3（减少）", "3（负）", "3（万）", "3（余）", "3（误）", "3（待核实）", "\u202e37\u202c"],
)
def test_what_changes_the_figure_is_a_doubt(text: str) -> None:
    assert read_value(text, CHANGE).issue in {"note_doubtful", "print_doubtful"}


@pytest.mark.parametrize("text", ["22（其中修订16件）", "3（件）", "3（含网络）", "\u202d37\u202c"])
def test_what_does_not_is_none(text: str) -> None:
    assert read_value(text, CHANGE).issue is None


def test_units_of_labels_and_heads() -> None:
    assert head_unit("本年收费金额（单位：百万元）") == "百万元"
    assert label_unit("行政事业性收费（元）") == "元"
    assert label_unit("行政事业性收费") is None
    assert scaled_count("本年处理决定数量（万件）")
    assert scaled_count("本年处理决定数量（单位：百）")
    assert not scaled_count("本年制发件数（件）")


def test_head_unit() -> None:
    assert head_unit("采购总金额（单位：万元 保留4位小数）") == "万元"
    assert head_unit("采购总金额") is None
    assert head_unit("采购总金额（元或万元）") is None


@given(st.integers(-(10**12), 10**12))
def test_integers_round_trip(number: int) -> None:
    assert plain(read_value(str(number), CHANGE).value) == number


@given(st.decimals(0, 10**9, places=4))
def test_amounts_round_trip_without_noise(number: Decimal) -> None:
    assert Decimal(str(plain(read_value(str(number), WAN).value))) == number


@given(st.text(max_size=30))
def test_any_text_gives_a_reading_that_explains_itself(text: str) -> None:
    reading = read_value(text, COUNT)
    assert (reading.value is not None) == (reading.status == "number")
    if reading.status in {"text", "unreadable"}:
        assert reading.issue
    if reading.status == "number":
        assert is_value_like(text)


@pytest.mark.parametrize("text", ["15（752）", "458（本年37）", "37(2022年)", "6（上年）", "40（应为41）"])
def test_a_note_that_may_be_the_figure_is_a_doubt(text: str) -> None:
    reading = read_value(text, COUNT)
    assert (reading.status, reading.issue, reading.severity) == ("number", "note_doubtful", "warning")


def test_a_unit_in_brackets_is_a_unit() -> None:
    assert read_value("37（元）", Quantity("money", "万元")).value == Decimal("0.0037")
    assert read_value("37（万元）", YUAN).value == Decimal(370_000)
    assert read_value("37（元）", WAN).issue == "unit_conflict"
    assert read_value("37（元）", COUNT).issue == "unit_unexpected"
    assert read_value("37（件）", COUNT).issue is None
