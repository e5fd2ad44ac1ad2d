"""Tables made of divisions: CSS grids, rows of boxes, roles; blanks empty, told by style, or left out."""

from __future__ import annotations

import random
from html import escape

import pytest
from printed_forms import (
    Model,
    Printed,
    dense,
    document,
    html_table,
    model,
    proactive_table,
    requests_table,
    review_table,
    right,
    silent_errors,
)

from extraction import Record, extract
from extraction.document import Table
from extraction.readers.html import read as read_html
from extraction.readers.html_placement import Item, UnknownPlaceError, line_and_span, place, tracks


@pytest.fixture
def m() -> Model:
    found = model(random.Random(17), "2021", 0.0)
    for number, name in enumerate(found.texts):
        if number % 3 == 0:
            found.texts[name] = ""
    return found


def read(m: Model, draw: object, head: str = "") -> Record:
    tables = [draw(table) for table in (proactive_table(m), requests_table(m), review_table(m))]  # type: ignore[operator]
    page = document(m, tables, html=True)
    return extract(page.replace(b"</head>", f"{head}</head>".encode()))


def spots(table: Printed) -> list[tuple[str, int, int, int, int]]:
    """(text, row, column, rows down, columns across) of all cells, in printed order."""
    out = []
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(table.rows):
        column = 0
        for text, down, across in row:
            while (r, column) in taken:
                column += 1
            taken |= {(r + i, column + j) for i in range(down) for j in range(across)}
            out.append((text, r, column, down, across))
            column += across
    return out


def css_grid(table: Printed, *, told: bool, blanks: bool, shuffled: bool = False) -> str:
    items = []
    for text, row, column, down, across in spots(table):
        if not text and not blanks:
            continue
        at = (f"{row + 1}/", f"{column + 1}/") if told else ("", "")
        style = f"grid-row:{at[0]}span {down};grid-column:{at[1]}span {across}"
        items.append(f'<div style="{style}">{escape(text)}</div>')
    if shuffled:
        random.Random(1).shuffle(items)
    tracks_of = f"display:grid;grid-template-columns:repeat({table.width}, minmax(0, 1fr))"
    return f'<div style="{tracks_of}">{"".join(items)}</div>'


def rows(lines: list[list[str]], row: str = '<div class="tr">', cell: str = "div") -> str:
    end = row[1:].split()[0].rstrip(">")
    body = "".join(
        f"{row}{''.join(f'<{cell}>{escape(text)}</{cell}>' for text in line)}</{end}>" for line in lines
    )
    return f'<div class="tb">{body}</div>'


def printed(table: Printed) -> list[list[str]]:
    return [[text for text, _, _ in row] for row in table.rows]


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("blanks", [False, True])
def test_a_grid_that_tells_every_place_is_read_whole(m: Model, blanks: bool, shuffled: bool) -> None:
    record = read(m, lambda table: css_grid(table, told=True, blanks=blanks, shuffled=shuffled))
    assert right(record, m) == len(m.texts)
    assert {section.key for section in record.sections} >= {"overview", "problems", "other"}


def test_a_grid_that_is_laid_by_turns_is_read_where_blanks_are_boxes(m: Model) -> None:
    record = read(m, lambda table: css_grid(table, told=False, blanks=True))
    assert right(record, m) == len(m.texts)


def test_a_grid_that_is_laid_by_turns_and_lacks_its_blanks_is_flagged(m: Model) -> None:
    record = read(m, lambda table: css_grid(table, told=False, blanks=False))
    assert silent_errors(record, m) == []
    assert any(issue.severity == "error" for issue in record.issues)


FLEX = "<style>.tr{display:flex}</style>"
ROWS = {
    "flex": ('<div class="tr">', "div", FLEX),
    "flex of spans": ('<div class="tr">', "span", FLEX),
    "lists": ('<ul class="tr">', "li", ""),
    "table by style": ('<div style="display:table-row">', "div", ""),
    "style elsewhere": ('<div class="row odd">', "p", ""),
    "no name at all": ("<div>", "div", ""),
}


@pytest.mark.parametrize("how", ROWS)
@pytest.mark.parametrize("spans", ["left out", "blank", "repeated"])
@pytest.mark.parametrize("beside", ["", "<table><tr><td>索引号</td><td>青-2024-1</td></tr></table>"])
def test_rows_of_boxes_with_their_blanks(m: Model, how: str, spans: str, beside: str) -> None:
    row, cell, head = ROWS[how]

    def draw(table: Printed) -> str:
        lines = printed(table) if spans == "left out" else dense(table, repeat=spans == "repeated")
        return rows(lines, row, cell)

    record = read(m, draw, f"{head}</head><body>{beside}")
    assert right(record, m) == len(m.texts)


def test_a_section_of_a_table_that_begins_in_another_ends_it(m: Model) -> None:
    def draw(table: Printed) -> str:
        first, *others = html_table(table).split("</tr>")
        head, row = first.split("<tr>")
        rest = "</tr>".join(others).replace("</table>", "</tbody></tbody></table>")
        return f"{head}<tbody><thead><tr>{row}</tr></thead><tbody>{rest}"

    assert right(read(m, draw), m) == len(m.texts)


def test_rows_of_boxes_without_their_blanks_are_flagged(m: Model) -> None:
    record = read(m, lambda t: rows([[text for text in line if text] for line in printed(t)]), FLEX)
    assert silent_errors(record, m) == []
    assert 0 < right(record, m) < len(m.texts)


def test_roles_say_what_a_cell_spans(m: Model) -> None:
    def draw(table: Printed) -> str:
        lines = "".join(
            '<div role="row">'
            + "".join(
                f'<div role="cell" aria-rowspan="{down}" aria-colspan="{across}">{escape(text)}</div>'
                for text, down, across in row
            )
            + "</div>"
            for row in table.rows
        )
        return f'<div role="table">{lines}</div>'

    assert right(read(m, draw), m) == len(m.texts)


def test_a_box_that_is_not_shown_is_no_cell() -> None:
    row = "<div class=r><p>规章</p><p>1</p><p class=phone>9</p><p>2</p><p>3</p></div>"
    style = "<style>.r{display:flex}.phone{display:none}</style>"
    document = read_html(f"<html><head>{style}</head><body>{row * 2}</body></html>".encode())
    (table,) = (block for block in document.blocks if isinstance(block, Table))
    assert [[cell.text for cell in cells] for cells in table.rows] == [["规章", "1", "2", "3"]] * 2


def test_boxes_in_the_order_that_style_gives_them() -> None:
    cells = '<p style="order:2">2</p><p>规章</p><p style="order:1">1</p><p style="order:3">3</p>'
    row = f"<div class=r>{cells}</div>"
    style = "<style>.r{display:flex}</style>"
    document = read_html(f"<html><head>{style}</head><body>{row * 2}</body></html>".encode())
    (table,) = (block for block in document.blocks if isinstance(block, Table))
    assert [cell.text for cell in table.rows[0]] == ["规章", "1", "2", "3"]


@pytest.mark.parametrize(
    "page",
    [
        "<ul><li><a href=1>关于甲的通知</a><p>2023-01-02</p></li></ul>",
        "<div class=row><div class=col>浏览 12</div><div class=col>打印</div></div>",
        "<div><p>五、存在的主要问题</p><p>仍有不足。</p></div><div><p>六、其他事项</p><p>无。</p></div>",
        "<div style='display:grid;grid-template-columns:1fr 3fr'><p>栏目</p><main><p>正文。</p></main></div>",
    ],
)
def test_other_boxes_are_no_tables(page: str) -> None:
    document = read_html(f"<html><body>{page}</body></html>".encode())
    assert not [block for block in document.blocks if isinstance(block, Table)]


def test_columns_of_a_template() -> None:
    assert tracks("repeat(3, 1fr) 20px [end]") == 4
    assert tracks("minmax(10px, 1fr) repeat(2, minmax(0, 1fr) 2em)") == 5
    assert tracks("repeat(auto-fill, 10px)") is None
    assert tracks("") is None


def test_lines_and_spans() -> None:
    assert line_and_span("2 / 5", None) == (2, 3)
    assert line_and_span("span 3", None) == (None, 3)
    assert line_and_span("span 2 / 6", None) == (4, 2)
    assert line_and_span("1 / -1", 10) == (1, 10)
    for named in ("total", "1 / -1", "5 / 2"):
        with pytest.raises(UnknownPlaceError):
            line_and_span(named, None)


def test_places_that_cannot_be_told() -> None:
    for items, width in (
        ([Item()], None),
        ([Item(1, 1, 1), Item(1, 2, 1)], 4),
        ([Item(across=5)], 4),
        ([Item(row=1, across=3), Item(row=1, across=2)], 4),
    ):
        with pytest.raises(UnknownPlaceError):
            place(items, width)
