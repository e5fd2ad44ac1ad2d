"""Tables in running text: what stands beside them in the same paragraph stays text."""

from __future__ import annotations

import random
from html import escape

from printed_forms import TITLE, Printed, model, proactive_table, requests_table, review_table, right

from extraction import extract

OVERVIEW = "2023年，我县坚持公开为常态、不公开为例外，主动公开政府信息，办理依申请公开事项。"


def spans(table: Printed) -> str:
    return "".join(
        "".join(f"<span>{escape(text)}</span>\n" for text, _, _ in row) + "<br>" for row in table.rows
    )


def test_sections_survive_in_a_paragraph_that_holds_the_tables_too() -> None:
    m = model(random.Random(5), "2021", 0.0)
    title = TITLE.format(year=m.year)
    body = (
        f"{title}<br>一、总体情况<br>{OVERVIEW}<br>二、主动公开政府信息情况<br>{spans(proactive_table(m))}"
        f"三、收到和处理政府信息公开申请情况<br>{spans(requests_table(m))}"
        f"四、政府信息公开行政复议、行政诉讼情况<br>{spans(review_table(m))}"
        "五、存在的主要问题及改进情况<br>仍有不足，下一步将改进。<br>六、其他需要报告的事项<br>无。"
    )
    page = (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body><div>{body}</div></body></html>"
    )
    record = extract(page.encode())
    assert right(record, m) == len(m.texts)
    assert {section.key: section.text for section in record.sections} == {
        "overview": OVERVIEW,
        "proactive": "",
        "requests": "",
        "review_litigation": "",
        "problems": "仍有不足，下一步将改进。",
        "other": "无。",
    }
