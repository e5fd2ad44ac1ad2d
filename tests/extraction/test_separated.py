"""Dumps of a workbook: commas, semicolons and tabs, quotes, wrapped fields, charsets, title lines."""

from __future__ import annotations

import csv
import io
import random

import pytest
from printed_forms import (
    TITLE,
    Model,
    Printed,
    dense,
    model,
    proactive_table,
    requests_table,
    review_table,
    right,
    silent_errors,
)

from extraction import extract

WIDTH = 15
PROSE = "本年度，我县坚持公开为常态、不公开为例外,全面推进政务公开。"


@pytest.fixture
def m() -> Model:
    found = model(random.Random(23), "2021", 0.0)
    for number, name in enumerate(found.texts):
        if number % 4 == 0:
            found.texts[name] = ""
    return found


def dump(m: Model, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL, lines: str = "wrapped") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]

    def text(said: str) -> None:
        writer.writerow([said] + [""] * (WIDTH - 1))

    def table(printed: Printed) -> None:
        for row in dense(printed, repeat=False):
            cells = [f"{t[:4]}\n{t[4:]}" if lines == "wrapped" and len(t) > 8 else t for t in row]
            writer.writerow(cells + [""] * (WIDTH - len(cells)))

    text(TITLE.format(year=m.year))
    text("一、总体情况")
    text(PROSE)
    for head, printed in (
        ("二、主动公开政府信息情况", proactive_table(m)),
        ("三、收到和处理政府信息公开申请情况", requests_table(m)),
        ("四、政府信息公开行政复议、行政诉讼情况", review_table(m)),
    ):
        text(head)
        table(printed)
    text("五、存在的主要问题及改进情况")
    text("仍有不足，下一步将改进。")
    text("六、其他需要报告的事项")
    text("无。")
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("lines", ["wrapped", "single"])
def test_a_dump_is_read_as_its_sheet(m: Model, delimiter: str, quoting: int, lines: str) -> None:
    if delimiter == "\t" and quoting == csv.QUOTE_MINIMAL and lines == "single":
        m = model(random.Random(23), "2021", 0.0)  # plain tabs: merged cells may have been dropped
    record = extract(dump(m, delimiter, quoting, lines).encode(), media_type="text/csv")
    assert right(record, m) == len(m.texts)
    assert record.report is not None
    assert record.report.title == TITLE.format(year=m.year)
    assert {section.key for section in record.sections} >= {"overview", "problems", "other"}


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_charsets_of_dumps(m: Model, charset: str) -> None:
    assert right(extract(dump(m).encode(charset)), m) == len(m.texts)


def test_a_row_whose_figures_are_all_blank_is_no_line_of_text(m: Model) -> None:
    for name in m.texts:
        if name.startswith(("requests.new.", "requests.carried_over.", "proactive.regulations.")):
            m.texts[name] = ""
    assert right(extract(dump(m).encode()), m) == len(m.texts)


def test_thousands_in_quotes_are_figures_and_without_quotes_are_flagged() -> None:
    m = model(random.Random(4), "2021", 0.0)
    for name in m.texts:
        if name.startswith("requests.granted"):
            m.texts[name] = "1,234"
    quoted = dump(m)
    assert all(extract(quoted.encode()).tables["requests"]["granted"][c] == 1234 for c in ("other", "total"))
    m.texts |= {name: "1234" for name, text in m.texts.items() if text == "1,234"}
    record = extract(quoted.replace('"1,234"', "1,234").encode())
    assert silent_errors(record, m) == []


def test_prose_with_commas_is_no_dump() -> None:
    text = "一、总体情况\n" + "收到申请3,4,5,6件,办结7,8件,结转9件\n" * 8
    record = extract(text.encode())
    assert record.tables == {}


def test_a_figure_alone_in_its_record_is_one_of_the_table(m: Model) -> None:
    m.texts["proactive.coercive_measures.decisions"] = "340"
    text = dump(m, lines="plain")
    empty = "," * (WIDTH - 1)
    row = f"行政强制,340{empty[1:]}"
    assert row in text
    record = extract(text.replace(row, f"行政强制{empty}\r\n,340{empty[1:]}").encode())
    assert silent_errors(record, m) == []
