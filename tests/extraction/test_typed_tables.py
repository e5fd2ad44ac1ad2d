"""Tables typed with characters: drawn lines, wrapped cells, Markdown; in dumps, pages and Word files."""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Sequence

import pytest
from printed_forms import (
    Model,
    Printed,
    dense,
    document,
    model,
    proactive_table,
    requests_table,
    review_table,
    right,
    silent_errors,
)

from extraction import extract
from tests.extraction.render_docx import docx

Rows = Sequence[Sequence[str]]
BOX = "┌┬┐├┼┤└┴┘─│"


@pytest.fixture
def m() -> Model:
    found = model(random.Random(23), "2021", 0.0)
    for number, name in enumerate(found.texts):
        if number % 4 == 0:
            found.texts[name] = ""
    return found


def tables(m: Model) -> list[list[list[str]]]:
    return [dense(each, repeat=False) for each in (proactive_table(m), requests_table(m), review_table(m))]


def width(text: str) -> int:
    return sum(2 if ord(char) > 255 else 1 for char in text)


def drawn(rows: Rows, marks: str = BOX, most: int = 200) -> str:
    """A table with a rule over each row; cells wider than `most` are wrapped."""
    left, top, right_end, over, cross, under, foot, up, end, rule, pipe = marks
    columns = max(map(len, rows))
    filled = [[*row, *[""] * (columns - len(row))] for row in rows]
    wrapped = [
        [[cell[i : i + most] for i in range(0, len(cell), most)] or [""] for cell in row] for row in filled
    ]
    widths = [max(width(part) for row in wrapped for part in row[column]) for column in range(columns)]

    def line(first: str, middle: str, last: str) -> str:
        return first + middle.join(rule * (size + 2) for size in widths) + last

    out = [line(left, top, right_end)]
    for number, row in enumerate(wrapped):
        for at in range(max(map(len, row))):
            parts = [cell[at] if at < len(cell) else "" for cell in row]
            spaced = (
                f" {part}{' ' * (size - width(part))} " for part, size in zip(parts, widths, strict=True)
            )
            out.append(pipe + pipe.join(spaced) + pipe)
        out.append(line(over, cross, under) if number < len(wrapped) - 1 else line(foot, up, end))
    return "\n".join(out)


def markdown(rows: Rows) -> str:
    columns = max(map(len, rows))
    marked = [
        [f"**{cell}**" if cell else "&nbsp;" for cell in row] + [""] * (columns - len(row)) for row in rows
    ]
    lines = ["| " + " | ".join(row) + " |" for row in marked]
    return "\n".join([lines[0], "|" + "---|" * columns, *lines[1:]])


def grid(rows: Rows) -> str:
    return drawn(rows, "+" * 9 + "-|", most=9)


DRAW: list[Callable[[Rows], str]] = [drawn, lambda rows: drawn(rows, most=6), grid, markdown]


@pytest.mark.parametrize("draw", DRAW)
def test_in_a_dump(m: Model, draw: Callable[[Rows], str]) -> None:
    record = extract(document(m, [draw(rows) for rows in tables(m)], html=False))
    assert right(record, m) == len(m.texts)
    assert silent_errors(record, m) == []


@pytest.mark.parametrize("draw", DRAW)
@pytest.mark.parametrize(
    "hold",
    [
        lambda text: f"<pre>{text}</pre>",
        lambda text: f"<div style='white-space: pre-wrap'>{text}</div>",
        lambda text: f"<textarea readonly>{text}</textarea>",
        lambda text: f"<p>{text.replace(chr(10), '<br>')}</p>",
        lambda text: "".join(f"<p>{line}</p>" for line in text.split("\n")),
    ],
)
def test_in_a_page(m: Model, draw: Callable[[Rows], str], hold: Callable[[str], str]) -> None:
    parts = [hold(html.escape(draw(rows))) for rows in tables(m)]
    record = extract(document(m, parts, html=True))
    assert right(record, m) == len(m.texts)
    assert silent_errors(record, m) == []
    assert all(cell.at.path is None or "line:" not in cell.at.path for cell in record.cells.values())


def test_tabs_in_preformatted_text(m: Model) -> None:
    parts = ["<pre>" + "\n".join("\t".join(row) for row in rows) + "</pre>" for rows in tables(m)]
    record = extract(document(m, parts, html=True))
    assert right(record, m) == len(m.texts)


def test_in_paragraphs_of_word(m: Model) -> None:
    text = html.escape(document(m, [markdown(rows) for rows in tables(m)], html=False).decode())
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    assert right(extract(docx(body)), m) == len(m.texts)


def kept_across(table: Printed) -> str:
    """As markdownify writes: blanks for what is merged across, nothing for what is merged downwards."""
    rows = [[text for text, _, across in row for text in [text, *[""] * (across - 1)]] for row in table.rows]
    return "\n".join(
        "| " + " | ".join(row) + " |" for row in [[""] * table.width, ["---"] * table.width, *rows]
    )


def test_rows_that_lack_the_labels_above_them_end_in_the_columns(m: Model) -> None:
    parts = [kept_across(each) for each in (proactive_table(m), requests_table(m), review_table(m))]
    record = extract(document(m, parts, html=False))
    assert right(record, m) == len(m.texts)
    assert silent_errors(record, m) == []


@pytest.mark.parametrize("lost", range(7))
def test_rows_that_lack_a_column_too_are_not_counted_off(m: Model, lost: int) -> None:
    m.texts = {name: "0" if name.startswith("requests.") else text for name, text in m.texts.items()}
    table = requests_table(m)
    for line in table.rows[3:]:
        del line[len(line) - 7 + lost]
    record = extract(document(m, [kept_across(proactive_table(m)), kept_across(table), ""], html=False))
    named = {name for issue in record.issues if issue.severity != "note" for name in issue.cells}
    assert {name for name in record.cells if name.startswith("requests.")} <= named


TITLE = "某县水利局2023年政府信息公开工作年度报告\n二、主动公开政府信息情况\n"


def test_lines_of_figures_between_two_rules_are_rows() -> None:
    rows = [
        ["第二十条第（一）项", "", "", ""],
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "1", "", "2"],
        ["行政规范性文件", "", "3", "4"],
        ["第二十条第（五）项", "", "", ""],
        ["信息内容", "本年处理决定数量", "", ""],
        ["行政许可", "5", "", ""],
    ]
    lines = drawn(rows).split("\n")
    del lines[6]  # between the rows of 规章 and 行政规范性文件
    record = extract((TITLE + "\n".join(lines)).encode())
    assert record.tables["proactive"]["regulations"] == {"issued": 1, "repealed": None, "in_force": 2}
    assert record.tables["proactive"]["normative_documents"] == {"issued": None, "repealed": 3, "in_force": 4}
    assert record.tables["proactive"]["licensing"] == {"decisions": 5}


def test_menus_and_feet_of_pages_are_no_tables() -> None:
    page = "<p>首页 | 机构 | 政策 | 公开</p><p>电话 | 0912 | 邮编 | 710000</p>"
    record = extract(
        f"<html><body><h1>某县水利局2023年政府信息公开工作年度报告</h1>{page}</body></html>".encode()
    )
    assert not record.tables
    assert not [issue for issue in record.issues if issue.code == "unknown_table"]
