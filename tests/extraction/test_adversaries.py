"""Layouts made to mislead: each must come back right, or flagged."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from printed_forms import (
    OUTCOME_HEADS,
    OUTCOMES,
    REVIEW,
    Model,
    Printed,
    document,
    html_table,
    model,
    pipes,
    proactive_table,
    requests_table,
    review_table,
    right,
    shifted,
    silent_errors,
    tabs,
)

from extraction import Record, extract


def spans(table: Printed) -> str:
    return html_table(table)


def no_spans(table: Printed) -> str:
    return html_table(table, spans=False)


DRAW = [spans, no_spans]
Draw = Callable[[Printed], str]


@pytest.fixture
def m() -> Model:
    return model(random.Random(5), "2021", 0.0)


def read(m: Model, *, draw: Draw = spans, **tables: Printed) -> Record:
    parts = {
        "proactive": proactive_table(m),
        "requests": requests_table(m),
        "review": review_table(m),
        **tables,
    }
    record = extract(document(m, [draw(table) for table in parts.values()], html=True))
    assert silent_errors(record, m) == []
    return record


def codes(record: Record) -> set[str]:
    return {issue.code for issue in record.issues}


def test_one_grid_for_two_forms(m: Model) -> None:
    one = Printed(proactive_table(m).rows + requests_table(m).rows, 10)
    record = extract(document(m, [html_table(one), "见上表。", html_table(review_table(m))], html=True))
    assert right(record, m) == len(m.texts)


def test_every_clause_its_own_table(m: Model) -> None:
    parts: list[Printed] = []
    for row in proactive_table(m).rows:
        if row[0][0].startswith("第二十条"):
            parts.append(Printed([], 4))
        parts[-1].rows.append(row)
    rest = [requests_table(m), review_table(m)]
    html = document(m, ["".join(map(html_table, parts)), *map(html_table, rest)], html=True)
    text = document(
        m,
        ["\n\n".join(pipes(shifted(p), markdown=True) for p in parts), *(tabs(shifted(t)) for t in rest)],
        html=False,
    )
    for data in (html, text):
        assert right(extract(data), m) == len(m.texts)


def test_captions_outside_the_tables(m: Model) -> None:
    rows = [row for row in proactive_table(m).rows if not row[0][0].startswith("第二十条")]
    assert right(read(m, proactive=Printed(rows, 4)), m) == len(m.texts)


@pytest.mark.parametrize("lossy", [False, True])
def test_last_year_beside_this_year_is_not_read(m: Model, lossy: bool) -> None:
    table = requests_table(m)
    table.rows[0][1] = ("申请人情况", 1, 14)
    table.rows[1] *= 2
    table.rows[2] *= 2
    for row in table.rows[3:]:
        row += [("9", 1, 1)] * 7
    if lossy:
        table.width = 17
        parts = [tabs(shifted(t)) for t in (proactive_table(m), table, review_table(m))]
        record = extract(document(m, parts, html=False))
        assert silent_errors(record, m) == []
    else:
        record = read(m, requests=table)
    assert all(cell.value is None for name, cell in record.cells.items() if name.startswith("requests."))


@pytest.mark.parametrize("draw", DRAW)
def test_review_blocks_in_another_order(m: Model, draw: Draw) -> None:
    for row in REVIEW:  # every identity holds, so that only the heads can tell
        figures = [1, 2, 3, 4, 10] if row == "reconsideration" else [0, 0, 5, 0, 5]
        for key, figure in zip(OUTCOMES, figures, strict=True):
            m.texts[f"review_litigation.{row}.{key}"] = str(figure)
    table = review_table(m)
    table.rows[0] = [("行政诉讼", 1, 10), ("行政复议", 1, 5)]
    table.rows[1] = [("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5), *((h, 2, 1) for h in OUTCOME_HEADS)]
    table.rows[3] = table.rows[3][5:] + table.rows[3][:5]
    read(m, draw=draw, review=table)


@pytest.mark.parametrize("draw", DRAW)
def test_kinds_of_litigation_swapped(m: Model, draw: Draw) -> None:
    table = review_table(m)
    table.rows[1] = [*((h, 2, 1) for h in OUTCOME_HEADS), ("复议后起诉", 1, 5), ("未经复议直接起诉", 1, 5)]
    values = table.rows[3]
    table.rows[3] = values[:5] + values[10:] + values[5:10]
    assert right(read(m, draw=draw, review=table), m) == len(m.texts)


@pytest.mark.parametrize("draw", DRAW)
def test_disclosure_columns_permuted(m: Model, draw: Draw) -> None:
    table = proactive_table(m)
    for i in (1, 2, 3):
        row = table.rows[i]
        table.rows[i] = [row[0], row[2], row[1], row[3]]
    assert right(read(m, draw=draw, proactive=table), m) == len(m.texts)


@pytest.mark.parametrize("draw", DRAW)
def test_remark_column(m: Model, draw: Draw) -> None:
    table = requests_table(m)
    table.rows[0].append(("备注", 3, 1))
    for i, row in enumerate(table.rows[3:]):
        row.append(("5", 1, 1) if i == 4 else ("", 1, 1))
    assert "extra_values" in codes(read(m, draw=draw, requests=table))


@pytest.mark.parametrize("draw", DRAW)
def test_serial_numbers_are_no_figures(m: Model, draw: Draw) -> None:
    table = proactive_table(m)
    for i, row in enumerate(table.rows):
        if len(row) > 1:
            row.insert(0, ("序号" if row[0][0] == "信息内容" else str(i), 1, 1))
    assert right(read(m, draw=draw, proactive=table), m) == len(m.texts)


@pytest.mark.parametrize("draw", DRAW)
def test_sub_rows_are_kept_apart(draw: Draw) -> None:
    m = model(random.Random(6), "2019", 0.0)
    table = proactive_table(m)
    at = next(i for i, row in enumerate(table.rows) if row[0][0].startswith("其他对外"))
    values = table.rows[at][1:]
    for row in table.rows:
        row[0] = (row[0][0], row[0][1], row[0][2] + 1)
    table.rows[at] = [("其他对外管理服务事项", 2, 1), ("行政检查", 1, 1), *values]
    table.rows.insert(at + 1, [("行政确认", 1, 1), *values])
    record = read(m, draw=draw, proactive=table)
    assert [entry["label"] for entry in record.extra] == ["行政检查", "行政确认"]
    assert record.tables["proactive"]["other_services"]["change"] is None


def test_footnote_marks_are_no_digits(m: Model) -> None:
    drawn = re.sub(
        r"<p>(\d+)</p></td></tr>", r"<p>\1<sup>1</sup></p></td></tr>", html_table(requests_table(m)), count=3
    )
    record = extract(
        document(m, [html_table(proactive_table(m)), drawn, html_table(review_table(m))], html=True)
    )
    assert silent_errors(record, m) == []
    assert "value_not_a_figure" in codes(record)


@pytest.mark.parametrize("wrong", [1, 5, 40])
@pytest.mark.parametrize(
    "label", ["三、本年度办理结果", "（三）不予公开", "（五）不予处理", "（六）其他处理"]
)
def test_wrong_rowspans(label: str, wrong: int) -> None:
    m = model(random.Random(wrong), "2021", 0.3)
    table = requests_table(m)
    for row in table.rows:
        row[:] = [
            (text, wrong, across) if text == label else (text, down, across) for text, down, across in row
        ]
    read(m, requests=table)


@pytest.mark.parametrize("wrong", [1, 2, 4, 7])
def test_wrong_colspan_of_the_head(m: Model, wrong: int) -> None:
    table = requests_table(m)
    table.rows[0][0] = (table.rows[0][0][0], 3, wrong)
    read(m, requests=table)


def test_two_agencies_on_one_page_are_not_mixed(m: Model) -> None:
    other = model(random.Random(9), "2021", 0.0)
    tables = [*map(html_table, (proactive_table(m), requests_table(m), review_table(m)))]
    more = "".join(map(html_table, (proactive_table(other), requests_table(other), review_table(other))))
    record = extract(
        document(m, [*tables[:2], tables[2] + "<p>乙局2023年政府信息公开工作年度报告</p>" + more], html=True)
    )
    assert record.cells == {}
    assert "several_reports" in codes(record)
    for part, its in zip(record.parts, (m, other), strict=True):
        assert silent_errors(part, its) == []
        assert right(part, its) == len(its.texts)


@pytest.mark.parametrize("year", [2023, 2022])
def test_articles_of_one_name_on_a_page_are_all_read(m: Model, year: int) -> None:
    """A corrected report below the first, or last year's: the first container is not all of the page."""
    other = model(random.Random(5), "2021", 0.0)
    other.texts["proactive.penalties.decisions"] += "1"
    other.year = year
    pages = []
    for each in (m, other):
        drawn = [
            html_table(table) for table in (proactive_table(each), requests_table(each), review_table(each))
        ]
        body = document(each, drawn, html=True).decode().split("<body>")[1].split("</body>")[0]
        pages.append(body.replace('<div id="zoom">', '<div class="article-content">'))
    record = extract(f"<html><body>{''.join(pages)}</body></html>".encode())
    if year == m.year:
        assert any("proactive.penalties.decisions" in i.cells for i in record.issues if i.severity == "error")
        assert record.cells["proactive.penalties.decisions"].value is None
    else:
        assert "several_reports" in codes(record)
        assert [right(part, its) for part, its in zip(record.parts, (m, other), strict=True)] == [
            len(m.texts)
        ] * 2


def test_the_same_table_twice_is_one(m: Model) -> None:
    tables = [*map(html_table, (proactive_table(m), requests_table(m), review_table(m)))]
    record = extract(document(m, [*tables[:2], tables[2] + "".join(tables)], html=True))
    assert right(record, m) == len(m.texts)
    assert "table_repeated" in codes(record)


def test_mixed_editions_keep_their_own_keys(m: Model) -> None:
    old = model(random.Random(6), "2019", 0.0)
    texts = {k: v for k, v in m.texts.items() if not k.startswith("requests.")}
    texts |= {k: v for k, v in old.texts.items() if k.startswith("requests.")}
    mixed = Model("2021", 2023, texts)
    tables = [html_table(proactive_table(m)), html_table(requests_table(old)), html_table(review_table(m))]
    record = extract(document(mixed, tables, html=True))
    assert right(record, mixed) == len(texts)
    assert record.report is not None
    assert record.report.editions["proactive"] == "2021"
    assert record.report.editions["requests"] == "2019"
    assert "mixed_editions" in codes(record)


def test_unknown_edition_is_not_squeezed_into_a_known_one(m: Model) -> None:
    table = (
        "<table><tr><td>统计指标</td><td>单位</td><td>统计数</td></tr>"
        + "".join(
            f"<tr><td>{label}</td><td>件</td><td>{i}</td></tr>"
            for i, label in enumerate(
                ["主动公开政府信息数", "制发规范性文件总数", "行政复议数量", "行政诉讼数量", "当面申请数"]
            )
        )
        + "</table>"
    )
    record = extract(document(m, [table, "无", "无"], html=True))
    assert record.cells == {}
    assert "table_missing" in codes(record)
