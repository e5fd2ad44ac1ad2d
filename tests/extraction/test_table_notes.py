"""Notes beside a table: what changes its figures is a doubt, what explains them is none."""

from __future__ import annotations

import random

import pytest

from extraction import Record, extract
from tests.extraction.printed_forms import (
    Model,
    Printed,
    dense,
    html_table,
    model,
    proactive_table,
    requests_table,
    review_table,
    tabs,
)

YEAR = 2023
HEADS = (
    ("overview", "一、总体情况"),
    ("proactive", "二、主动公开政府信息情况"),
    ("requests", "三、收到和处理政府信息公开申请情况"),
    ("review", "四、政府信息公开行政复议、行政诉讼情况"),
    ("problems", "五、存在的主要问题及改进情况"),
    ("other", "六、其他需要报告的事项"),
)
FEE = "proactive.fees.amount_wan_yuan"


def figures() -> Model:
    m = model(random.Random(3), "2021", 0)
    m.texts[FEE] = "37"
    return m


def read(place: str, note: str, *, html: bool = True, before: bool = False) -> Record:
    m = figures()
    parts: list[str | Printed] = [f"青溪县人民政府{YEAR}年政府信息公开工作年度报告"]
    body: dict[str, str | Printed] = {
        "overview": "本年度工作稳步推进。", "proactive": proactive_table(m), "requests": requests_table(m),
        "review": review_table(m), "problems": "仍有不足。", "other": "无其他事项。",
    }  # fmt: skip
    for key, head in HEADS:
        own: list[str | Printed] = [*note.split("\n")] if key == place else []
        parts += [head, *own, body[key]] if before else [head, body[key], *own]
    if html:
        drawn = "".join(html_table(p) if isinstance(p, Printed) else f"<p>{p}</p>" for p in parts)
        page = f"<html><head><meta charset=utf-8></head><body><div id=zoom>{drawn}</div></body></html>"
        return extract(page.encode())
    lines = [tabs(dense(p, repeat=True)) if isinstance(p, Printed) else p for p in parts]
    return extract("\n\n".join(lines).encode())


def doubted(record: Record, code: str = "note_doubtful") -> set[str]:
    assert record.kind == "report"
    return {name for i in record.issues if i.code == code and i.severity == "warning" for name in i.cells}


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize(
    ("place", "note", "row"),
    [
        ("proactive", "更正：行政处罚处理决定数量由12更正为5", "proactive.penalties"),
        ("proactive", "说明：行政许可数据有误，应为35件。", "proactive.licensing"),
        ("proactive", "注：\n1.规章制发件数应为3。\n2.本表数据截至2023年12月31日。", "proactive.regulations"),
        ("proactive", "注：行政许可数量不含驾驶证业务。", "proactive.licensing"),
        ("proactive", "注：行政处罚为上半年数据", "proactive.penalties"),
        ("proactive", "说明：行政强制数量由3调整为2", "proactive.coercive_measures"),
        ("requests", "勘误：本年新收政府信息公开申请数量应为35件。", "requests.new"),
        ("requests", "因上年统计有误，上表中上年结转数量由12更正为5。", "requests.carried_in"),
        ("other", "更正说明\n行政处罚处理决定数量由12更正为5。", "proactive.penalties"),
        ("other", "2.本报告表格中行政许可处理决定数量应为56件，特此更正。", "proactive.licensing"),
        ("review", "更正：行政复议结果维持1件应更正为2件", "review_litigation.reconsideration"),
    ],
)
def test_a_note_that_names_a_row_doubts_its_figures(place: str, note: str, row: str, html: bool) -> None:
    found = doubted(read(place, note, html=html))
    assert found
    assert {name.rsplit(".", 1)[0] for name in found} == {row}


@pytest.mark.parametrize(
    ("place", "note", "table"),
    [
        ("proactive", "（以上表格数据截至2023年11月30日，不含12月）", "proactive"),
        ("proactive", "（数据截至2023年10月31日）", "proactive"),
        ("requests", "注：本表数据为2022年数据。", "requests"),
        ("requests", "备注：上表数据为初步统计，以最终公布为准。", "requests"),
        ("requests", "注：以上数据不含第四季度", "requests"),
        ("requests", "注：自然人与商业企业两列数据互换。", "requests"),
        ("review", "注：本表误将2022年数据填入。", "review_litigation"),
        ("overview", "以下各表数据未经核实，仅供参考。", "proactive"),
    ],
)
def test_a_note_that_names_no_row_doubts_its_table(place: str, note: str, table: str) -> None:
    record = read(place, note)
    assert doubted(record) == {name for name in record.cells if name.startswith(f"{table}.")}


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize(
    ("note", "before"),
    [
        ("注：上表行政事业性收费单位为元", False),
        ("注：以上数据单位：亿元", False),
        ("注：收费金额以元计", False),
        ("单位：元", True),
        ("（金额单位：人民币元）", True),
    ],
)
def test_another_unit_beside_the_table_doubts_its_money(note: str, before: bool, html: bool) -> None:
    record = read("proactive", note, before=before, html=html)
    assert doubted(record, "unit_conflict") == {FEE}
    assert record.cells[FEE].value == 37


def test_a_larger_unit_of_counts_doubts_all_but_zero() -> None:
    record = read("requests", "单位：万件", before=True)
    found = doubted(record, "unit_conflict")
    counted = {n for n, c in record.cells.items() if n.startswith("requests.") and c.value}
    assert counted <= found
    assert all(record.cells[name].value for name in found)


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize(
    ("place", "note"),
    [
        ("proactive", "注：本表数据截至2023年12月31日"),
        ("requests", "填表说明：1.本年新收不含上年结转。2.应填写准确，不得错报漏报。"),
        ("requests", "第一项加第二项之和，等于第三项加第四项之和"),
        ("requests", "单位：件"),
        ("proactive", "（单位：件、万元）"),
        ("proactive", "填报单位：青溪县人民政府办公室"),
        ("proactive", "注：“/”表示无此项内容。"),
        ("proactive", "注：行政规范性文件含以政府名义制发的文件。"),
        ("proactive", "注：以上数据统计范围为本级，不含各乡镇、街道。"),
        ("proactive", "备注：现行有效件数较上年减少系清理规范性文件，废止3件。"),
        ("proactive", "注：收费金额保留两位小数，四舍五入。"),
        ("requests", "注：上年结转数量与上年报告一致。"),
        ("review", "注：本年度行政复议未审结案件于2024年审结。"),
        ("review", "注：1件尚未审结，预计2024年3月审结。"),
        ("proactive", "注：自2021年起，政府集中采购不再统计。"),
        ("proactive", "说明：因许多登记事项划转，行政许可数量减少。"),
        ("proactive", "注：规范性文件废止件数含宣布失效、作废的文件。"),
        ("proactive", "注：行政许可事项由15项调整为12项。"),
        ("overview", "动态调整权责清单，行政许可事项调整为120项，行政处罚由98项调整为95项。"),
        ("other", "行政复议申请材料有误的，告知申请人更正。"),
        ("other", "本年度发出收费通知0件，信息处理费总金额0元。"),
        ("other", "上年报告中行政处罚数量有误，应为35件。"),
        ("problems", "一是个别信息公开不准确，栏目内容有错误；二是数据统计不准确。改进：及时更正错误信息。"),
        ("problems", "从以上数据看，仍存在公开不及时、内容不准确的问题。"),
        ("overview", "及时更正失效文件，清理行政规范性文件12件，上半年行政许可公示35条，行政处罚20条。"),
        ("overview", "截至2023年11月底，现行有效行政规范性文件12件，要求申请人补正、更正申请3件。"),
        ("overview", "本报告中所列数据的统计期限自2023年1月1日起至12月31日止。"),
    ],
)
def test_a_note_that_explains_is_no_doubt(place: str, note: str, html: bool) -> None:
    record = read(place, note, html=html)
    assert not doubted(record)
    assert not doubted(record, "unit_conflict")


def test_a_remark_beside_a_row_doubts_it() -> None:
    m = figures()
    heads = ["信息内容", "本年处理决定数量", "备注"]
    rows = [
        [("第二十条第（五）项", 1, 3)], [(head, 1, 1) for head in heads],
        [("行政许可", 1, 1), ("12", 1, 1), ("数据有误，应为15", 1, 1)],
        [("第二十条第（六）项", 1, 3)], [(head, 1, 1) for head in heads],
        [("行政处罚", 1, 1), ("7", 1, 1), ("含当场处罚", 1, 1)],
        [("行政强制", 1, 1), ("0", 1, 1), ("", 1, 1)],
    ]  # fmt: skip
    drawn = "".join(html_table(t) for t in (Printed(rows, 3), requests_table(m), review_table(m)))
    title = f"青溪县财政局{YEAR}年政府信息公开工作年度报告"
    record = extract(f"<meta charset=utf-8><div id=zoom><p>{title}</p>{drawn}</div>".encode())
    assert doubted(record) == {"proactive.licensing.decisions"}


def test_a_note_in_a_row_of_the_table_is_one() -> None:
    m = figures()
    table = proactive_table(m)
    table.rows.append([("注：行政处罚处理决定数量应为5", 1, 4)])
    drawn = "".join(html_table(t) for t in (table, requests_table(m), review_table(m)))
    title = f"青溪县财政局{YEAR}年政府信息公开工作年度报告"
    record = extract(f"<meta charset=utf-8><div id=zoom><p>{title}</p>{drawn}</div>".encode())
    assert doubted(record) == {"proactive.penalties.decisions"}


def test_a_figure_in_words_that_a_note_corrects_is_doubted() -> None:
    said = "本年度收到政府信息公开申请12件。"
    plain = read("overview", said)
    noted = read("overview", f"{said}\n更正：收到政府信息公开申请应为15件。")
    assert [m.flags for m in plain.mentions if m.key == "requests_received"] == [()]
    record = read("overview", f"{said}\n更正：本年新收政府信息公开申请数量由12件更正为15件。")
    for each in (noted, record):
        assert all(m.flags for m in each.mentions if m.key == "requests_received")
