"""Local forms of 2008 to 2013: recognised, kept, and not squeezed into the form of 2014."""

from typing import Any

import pytest

from extraction import extract
from extraction.editions import editions

HEADS = ("指标", "计量单位", "代码", "本期实际", "本年累计")
FORM = {
    "主动公开信息数": "120", "其中：全文电子化的主动公开信息数": "118", "申请总数": "9", "当面申请数": "2",
    "传真申请数": "0", "电子邮件申请数": "3", "网上申请数": "3", "信函申请数": "1", "其他形式申请数": "0",
    "对申请的答复总数": "9", "同意公开答复数": "6", "同意部分公开答复数": "1", "否决公开答复总数": "2",
    "行政复议数": "1", "行政诉讼数": "0", "行政申诉数": "0", "本地自定义指标数": "7",
}  # fmt: skip
PARTS = """<h3>一、概述</h3><p>2010年，我局认真贯彻条例。</p>
<h3>二、主动公开政府信息情况</h3><p>2010年主动公开政府信息120条。</p>
<h3>三、依申请公开政府信息和不予公开政府信息的情况</h3><p>2010年共收到政府信息公开申请9件。</p>
<h3>四、政府信息公开的收费及减免情况</h3><p>2010年未收取任何费用。</p>
<h3>五、因政府信息公开申请行政复议、提起行政诉讼的情况</h3><p>行政复议1件，行政诉讼0件。</p>
<h3>六、政府信息公开工作存在的主要问题及改进情况</h3><p>一是目录不够细。</p><h3>七、附表</h3>"""


def page(rows: list[tuple[str, ...]], year: int = 2010, body: str = PARTS) -> Any:
    table = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    title = f"某某市公安局{year}年政府信息公开年度报告"
    html = (
        f"<html><head><meta name='ArticleTitle' content='{title}'></head><body>"
        f"<h1>{title}</h1>{body}<p>某某市政府信息公开指标统计表</p>"
        f"<table>{table}</table></body></html>"
    )
    return extract(html.encode(), media_type="text/html")


def rows(form: dict[str, str]) -> list[tuple[str, ...]]:
    return [
        HEADS,
        *(
            (label, "件", f"{i:02d}", str(int(value) // 3), value)
            for i, (label, value) in enumerate(form.items(), 1)
        ),
    ]


def test_the_local_form_is_kept_as_indicators_of_edition_2008() -> None:
    record = page(rows(FORM))
    assert record.kind == "report"
    assert record.report.edition == "2008"
    assert record.cells == {}
    found = {entry["label"]: entry for entry in record.extra if entry["kind"] == "indicator"}
    assert len(found) == len(FORM)
    known = {entry["key"]: entry["value"] for entry in found.values() if entry["key"]}
    assert known["open_total"] == 120
    assert known["open_full_text"] == 118
    assert known["received"] == 9
    assert known["received_email"] == 3
    assert known["reply_refused"] == 2
    assert set(known) <= set(editions()["2008"].indicators)
    own = found["本地自定义指标数"]
    assert (own["key"], own["unit"], own["code"], own["value"]) == (None, "件", "17", 7)
    assert own["values"] == {"本期实际": "2", "本年累计": "7"}
    assert {c.id: c.holds for c in record.checks if c.id.startswith("indicators.")} == {
        "indicators.received": True, "indicators.replies": True,
    }  # fmt: skip


def test_the_six_parts_are_sections() -> None:
    record = page(rows(FORM))
    assert [section.key for section in record.sections] == [
        "overview", "proactive", "requests", "fees", "review_litigation", "problems",
    ]  # fmt: skip
    assert {m.key: m.value for m in record.mentions if not m.flags} == {
        "items_published": 120, "requests_received": 9, "reconsiderations": 1, "lawsuits": 0,
        "info_fee_cases": 0, "info_fee_yuan": 0,
    }  # fmt: skip
    assert not [issue for issue in record.issues if issue.code == "table_missing"]


def test_an_own_error_is_kept_and_its_sum_fails() -> None:
    record = page(rows(FORM | {"申请总数": "11"}))
    (check,) = [check for check in record.checks if check.id == "indicators.received"]
    assert (check.holds, check.expected, check.actual) == (False, 9, 11)


def test_figures_that_no_head_gives_to_the_year_are_not_chosen() -> None:
    bare = [(label, "件", str(int(value) // 3), value) for label, value in FORM.items()]
    record = page(bare)
    entries = [entry for entry in record.extra if entry["kind"] == "indicator"]
    assert entries
    assert all(entry["value"] is None for entry in entries)
    assert "indicator_unread" in {issue.code for issue in record.issues}


def test_prose_alone_of_those_years_is_edition_2008() -> None:
    assert page([("科室", "人数"), ("办公室", "3")]).report.edition == "2008"


@pytest.mark.parametrize("year", [2016, 2022])
def test_a_table_of_its_own_in_a_later_year_is_unknown(year: int) -> None:
    record = page([("事项", "数量"), *((f"自设指标{i}", str(i)) for i in range(9))], year)
    assert record.report.edition is None
    assert record.cells == {}
    assert [entry["kind"] for entry in record.extra] == ["table"]
    assert {"unknown_table", "table_missing"} <= {issue.code for issue in record.issues}
