"""Text dumps whose tables were broken at every cell, and copies in traditional characters."""

from __future__ import annotations

import pytest

from extraction import Record, extract
from extraction.readers.text import read_lines
from extraction.values import head_unit

TITLE = """青溪县卫生健康局2020年度政府信息公开工作报告
一、总体情况
全年工作平稳有序。
二、主动公开政府信息情况
"""
CLAUSES = [
    [["第二十条第（一）项"], ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"],
     ["规章", "0", "0", "0"], ["规范性文件", "2", "1", "8"]],
    [["第二十条第（五）项"], ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"],
     ["行政许可", "13", "0", "1,362"], ["其他对外管理服务事项", "0", "0", "0"]],
    [["第二十条第（六）项"], ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"],
     ["行政处罚", "72", "-3", "322"], ["行政强制", "8", "-1", ""]],
]  # fmt: skip
ROWS = [row for clause in CLAUSES for row in clause]


def made(rows: str) -> Record:
    return extract(f"{TITLE}{rows}\n三、收到和处理政府信息公开申请情况\n无。\n".encode())


def check(record: Record, *, blank: bool) -> None:
    assert record.report is not None
    assert record.report.edition == "2019"
    table = record.tables["proactive"]
    assert table["licensing"] == {"items_last_year": 13, "change": 0, "decisions": 1362}
    assert table["penalties"] == {"items_last_year": 72, "change": -3, "decisions": 322}
    assert table["normative_documents"]["total_disclosed"] == 8
    cell = record.cells["proactive.coercive_measures.decisions"]
    assert (cell.value, cell.status) == (None, "blank" if blank else "unreadable")


def test_rows_that_begin_with_a_pipe_of_their_own() -> None:
    check(made("\n".join("|\n" + "\n".join(f"{cell} |" for cell in row) for row in ROWS)), blank=True)


def test_indented_cells_with_blank_lines_between() -> None:
    rows = "\n".join("|\n" + "\n   \n".join(f"      {cell}  |" for cell in row) for row in ROWS)
    check(made(rows), blank=True)


def test_cells_that_end_in_a_pipe_and_rows_that_no_mark_parts() -> None:
    check(made("\n".join(f"{cell} |" for row in ROWS for cell in row)), blank=False)


def test_rows_of_one_cell_and_blanks_stay_rows() -> None:
    rows = "\n".join(" | ".join([*row, *[""] * (5 - len(row))]) for row in ROWS)
    blank = rows.replace("行政强制 | 8 | -1 |  | ", "行政强制 | | | |")
    assert made(blank).tables["proactive"]["penalties"]["decisions"] == 322


def test_whole_rows_stay_rows() -> None:
    blocks = read_lines(["| 规章 | 0 | 0 |", "| 规范性文件 | 1 | 2 |", "| 说明 |", "| 无 |"])
    assert len(blocks) == 1


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_heads_broken_over_lines(between: str) -> None:
    def broken(cell: str) -> str:
        return cell.replace("本年新", f"本年新{between}") if cell.startswith("本年新") else cell

    cells = [broken(cell) for row in ROWS[:-1] for cell in row]
    record = made(between.join(cells))
    assert record.tables["proactive"]["normative_documents"] == {
        "made_this_year": 2, "newly_disclosed": 1, "total_disclosed": 8,
    }  # fmt: skip


TRADITIONAL = """青溪縣北坡鎮人民政府2022年政府信息公開工作年度報告
本報告中所列數據的統計時限為2022年1月1日起至2022年12月31日止。
一、總體情況
2022年，我鎮共收到政府信息公開申請3件，未發生行政複議。
二、主動公開政府信息情況
信息內容 | 本年制發件數 | 本年廢止件數 | 現行有效件數
規章 | 0 | 0 | 0
行政規範性文件 | 0 | 1 | 4
第二十條第（五）項 | | |
信息內容 | 本年處理決定數量 | |
行政許可 | 76 | |
第二十條第（六）項 | | |
信息內容 | 本年處理決定數量 | |
行政處罰 | 4項 | |
行政強制 | 無 | |
第二十條第（八）項 | | |
信息內容 | 本年收費金額（單位：萬元） | |
行政事業性收費 | 190.45 | |
"""


def test_traditional_characters() -> None:
    record = extract(TRADITIONAL.encode(), media_type="text/plain")
    assert record.kind == "report"
    assert record.report is not None
    assert (record.report.agency, record.report.year, record.report.edition) == (
        "青溪县北坡镇人民政府", 2022, "2021",
    )  # fmt: skip
    table = record.tables["proactive"]
    assert table["normative_documents"] == {"issued": 0, "repealed": 1, "in_force": 4}
    assert table["licensing"]["decisions"] == 76
    assert table["penalties"]["decisions"] == 4
    assert table["fees"]["amount_wan_yuan"] == 190.45
    assert record.cells["proactive.coercive_measures.decisions"].status == "not_applicable"
    assert {(m.key, m.value) for m in record.mentions} == {("requests_received", 3), ("reconsiderations", 0)}
    assert record.sections[1].heading == "二、主動公開政府信息情況"


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("本年收费金额（单位：千元）", "千元"),
        ("本年收費金額（單位：萬元）", "万元"),
        ("采购总金额（美元）", None),
        ("采购总金额（单位：元）", "元"),
    ],
)
def test_the_unit_of_a_head(head: str, unit: str | None) -> None:
    assert head_unit(head) == unit
