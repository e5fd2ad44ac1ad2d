"""The statistics table of 2014-2018, and tables that no edition knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from extraction import Record, extract
from extraction.editions import load

FORM = load("2014").tables["statistics"]
KEYS = list(FORM.rows)
Entry = tuple[str, str, str]


def figures() -> dict[str, int]:
    """A figure of its own for each row, so that no two can be exchanged unseen."""
    return {key: 100 + i for i, key in enumerate(KEYS)}


def entries(values: Mapping[str, object]) -> list[Entry]:
    """The rows of the form as printed, group heads included."""
    out: list[Entry] = []
    open_groups: set[str] = set()
    for key, row in FORM.rows.items():
        if row.group and row.group in FORM.groups and row.group not in open_groups:
            open_groups.add(row.group)
            out.append((FORM.groups[row.group].label, "——", ""))
        out.append((row.label, FORM.quantity(key, "value")[1], str(values[key])))
    return out


def table(rows: Sequence[tuple[str, ...]], head: tuple[str, ...] = ("统计指标", "单位", "统计数")) -> str:
    lines = ["".join(f"<td>{text}</td>" for text in row) for row in [head, *rows]]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def page(*parts: str, year: int = 2016) -> Record:
    title = f"宜城市审计局{year}年政府信息公开工作年度报告"
    text = "<p>一、概述</p><p>本局认真工作。</p><p>二、主动公开政府信息情况</p><p>公开。</p>"
    body = "".join(parts)
    markup = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{text}{body}</body></html>"
    return extract(markup.encode(), media_type="text/html; charset=utf-8")


def values(record: Record) -> dict[str, int | float | None]:
    return {key: row["value"] for key, row in record.tables.get("statistics", {}).items()}


def doubted(record: Record) -> set[str]:
    return {cell for issue in record.issues if issue.severity != "note" for cell in issue.cells}


def test_every_row_of_the_form() -> None:
    record = page(table(entries(figures())))
    assert values(record) == figures()
    assert record.report is not None
    assert record.report.edition == "2014"
    assert record.cells["statistics.trainees.value"].unit == "人次"
    assert record.cells["statistics.fees_wan_yuan.value"].unit == "万元"
    assert not [issue for issue in record.issues if issue.code == "table_missing"]


def test_equal_labels_follow_the_row_above_them() -> None:
    record = page(table(entries(figures())))
    found = values(record)
    for part in ("corrected", "other"):
        assert found[f"reconsideration_{part}"] == figures()[f"reconsideration_{part}"]
        assert found[f"litigation_{part}"] == figures()[f"litigation_{part}"]


def test_equal_labels_without_the_row_above_them_are_doubted() -> None:
    gone = {FORM.rows["litigation"].label, FORM.rows["litigation_upheld_or_dismissed"].label}
    record = page(table([entry for entry in entries(figures()) if entry[0] not in gone]))
    for key in ("reconsideration_corrected", "litigation_corrected", "litigation_other"):
        cell = f"statistics.{key}.value"
        assert values(record)[key] is None
        assert cell in doubted(record)


def test_equal_labels_after_an_unknown_row_are_not_guessed() -> None:
    rows = entries(figures())
    at = next(i for i, row in enumerate(rows) if row[0] == FORM.rows["litigation"].label)
    rows[at] = ("五、法院受理数", "件", "7")
    del rows[at + 1]
    record = page(table(rows))
    assert values(record)["reconsideration_corrected"] == figures()["reconsideration_corrected"]
    assert values(record)["litigation_corrected"] is None
    assert "statistics.litigation_corrected.value" in doubted(record)


def test_the_column_of_another_year_is_kept_apart() -> None:
    rows = [(label, unit, "9999", value) for label, unit, value in entries(figures())]
    record = page(table(rows, ("统计指标", "单位", "上年数", "统计数")))
    assert values(record) == figures()
    assert any("9999" in str(entry["values"]) for entry in record.extra)


def test_two_columns_of_values_are_not_chosen_between() -> None:
    rows = [(label, unit, value, "9999") for label, unit, value in entries(figures())]
    record = page(table(rows, ("统计指标", "单位", "数量", "合计")))
    assert set(values(record).values()) == {None}
    assert {f"statistics.{key}.value" for key in KEYS} <= doubted(record)


def test_two_lists_side_by_side() -> None:
    rows = entries(figures())
    half = (len(rows) + 1) // 2
    pairs = [(*a, *b) for a, b in zip(rows[:half], [*rows[half:], ("", "", "")], strict=False)]
    record = page(table(pairs, ("统计指标", "单位", "统计数") * 2))
    assert values(record) == figures()
    assert {issue.code for issue in record.issues if issue.severity != "note"} == {"check_failed"}


def test_money_is_normalised_by_its_printed_unit_and_blanks_stay_blank() -> None:
    printed: dict[str, object] = {**figures(), "fees_wan_yuan": "2500元", "complaints": ""}
    rows = [
        (label, "元" if label == FORM.rows["special_budget_wan_yuan"].label else unit, value)
        for label, unit, value in entries(printed)
    ]
    record = page(table(rows))
    found = values(record)
    assert found["special_budget_wan_yuan"] == figures()["special_budget_wan_yuan"] / 10_000
    assert found["complaints"] is None
    assert record.cells["statistics.complaints.value"].status == "blank"
    assert found["fees_wan_yuan"] == 0.25
    assert "statistics.fees_wan_yuan.value" in doubted(record)


def test_a_cut_table_continues_and_a_second_one_is_doubted() -> None:
    rows = entries(figures())
    cut = page(table(rows[:30]), table(rows[30:]))
    assert values(cut) == figures()
    other = {key: value + 1000 for key, value in figures().items()}
    twice = page(table(rows), "<p>附：上年</p>", table(entries(other)))
    assert set(values(twice).values()) == {None}
    assert {f"statistics.{key}.value" for key in KEYS} <= doubted(twice)


@pytest.mark.parametrize("apart", ["\n", "　　"])
def test_running_text(apart: str) -> None:
    lines = "\n".join(apart.join(part for part in row if part) for row in entries(figures()))
    text = (
        f"宜城市审计局2016年政府信息公开工作年度报告\n\n一、概述\n\n本局认真工作。\n\n统计指标\n\n{lines}\n"
    )
    record = extract(text.encode(), media_type="text/plain")
    assert values(record) == figures()


def test_wrong_sums_are_named() -> None:
    record = page(table(entries(figures())))
    failed = {check.id for check in record.checks if check.holds is False}
    assert "statistics.received.value" in failed
    assert "statistics.staff.value" in failed


def test_a_local_list_is_kept_and_named_and_not_squeezed_into_the_form() -> None:
    rows = [
        ("10", "申请总数", "件", "3", "3"),
        ("11", "当面申请数", "件", "2", "2"),
        ("33", "行政诉讼数", "件", "1", "1"),
    ]
    record = page(
        "<p>指标统计表</p>", table(rows, ("代码", "指标", "单位", "本期实际", "本年累计")), year=2010
    )
    assert record.kind == "report"
    assert record.cells == {}
    assert record.report is not None
    assert record.report.edition == "2008"
    named = [issue.code for issue in record.issues if "指标统计表" in issue.message]
    assert named == ["unknown_table", "local_form"]
    assert not [issue for issue in record.issues if issue.code == "table_missing"]
    (entry,) = [entry for entry in record.extra if entry["kind"] == "table"]
    assert entry["indicators"][0] == {"label": "申请总数", "unit": "件", "values": ["3", "3"]}


def test_what_is_kept_of_unknown_tables_is_bounded() -> None:
    rows = [(f"事项{i}", "件", "1" * 400) for i in range(70)] + [
        (f"事项{i}", "件", str(i)) for i in range(70)
    ]
    record = page(*[table(rows)] * 22)
    assert len(record.extra) == 20
    assert all(len(entry["rows"]) <= 120 and entry["truncated"] for entry in record.extra)
    assert [issue.code for issue in record.issues].count("unknown_tables_cut") == 1
