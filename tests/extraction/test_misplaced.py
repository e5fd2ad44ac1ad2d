"""Tables in which a head, a row or a cell is lost or broken: what may have moved is flagged in every row."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from printed_forms import (
    COLUMNS,
    Model,
    Printed,
    bare_lines,
    dense,
    document,
    html_table,
    model,
    proactive_table,
    request_rows,
    requests_table,
    review_table,
    silent_errors,
    tabs,
)

from extraction import Record, extract

APPLICANTS = COLUMNS[:-1]


def spread(table: Printed, *, repeat: bool = False) -> str:
    rows = dense(table, repeat=repeat)
    return html_table(Printed([[(text, 1, 1) for text in row] for row in rows], table.width))


def stretched(table: Printed) -> str:
    """Plain text, every row as long as the longest, without spans."""
    return tabs(dense(table, repeat=False))


def read(m: Model, draw: Callable[[Printed], str] = html_table, **tables: Printed) -> Record:
    parts = {
        "proactive": proactive_table(m),
        "requests": requests_table(m),
        "review": review_table(m),
        **tables,
    }
    return extract(document(m, [draw(table) for table in parts.values()], html=draw is not stretched))


def lawful(blank: str, nothing: str = "", most: int = 60) -> Model:
    """A model whose requests obey every identity: a third of them nothing, printed `blank`, one row all 0."""
    rng = random.Random(4)
    m = model(random.Random(5), "2021", 0)
    figures: dict[tuple[str, str], int] = {}
    rows = [row for row, _ in request_rows("2021")]
    leaves = [row for row in rows if row not in {"new", "carried_in", "total", "carried_over"}]
    for column in APPLICANTS:
        for row in leaves:
            figures[row, column] = rng.choice([0, rng.randrange(1, most), rng.randrange(1, most)])
            figures[row, column] *= row != nothing
        figures["total", column] = sum(figures[row, column] for row in leaves)
        figures["carried_over", column] = rng.randrange(1, 4)
        figures["carried_in", column] = rng.randrange(1, 4)
        figures["new", column] = (
            figures["total", column] + figures["carried_over", column] - figures["carried_in", column]
        )
    for row in rows:
        figures[row, "total"] = sum(figures[row, column] for column in APPLICANTS)
    for (row, column), figure in figures.items():
        m.texts[f"requests.{row}.{column}"] = str(figure) if figure or row == nothing else blank
    return m


@pytest.mark.parametrize("draw", [html_table, spread])
@pytest.mark.parametrize("lost", range(5))
def test_figures_under_no_head_put_every_row_in_doubt(draw: Callable[[Printed], str], lost: int) -> None:
    m = lawful("")
    table = requests_table(m)
    del table.rows[2][lost]
    assert silent_errors(read(m, draw, requests=table), m) == []


def test_a_blank_column_under_no_head_puts_every_row_in_doubt() -> None:
    m = lawful("")
    for row, _ in request_rows("2021"):
        m.texts[f"requests.{row}.other"] = ""
    table = requests_table(m)
    del table.rows[2][2]
    assert silent_errors(read(m, requests=table), m) == []


def test_a_total_among_the_applicants_is_doubted() -> None:
    m = lawful("")
    table = requests_table(m)
    del table.rows[1][1]  # 法人或其他组织: 总计 moves beside 自然人
    assert silent_errors(read(m, requests=table), m) == []


@pytest.mark.parametrize("unit", ["", "件"])
def test_two_rows_in_one_are_not_read_together(unit: str) -> None:
    m = lawful("0", most=6)
    printed = dict.fromkeys(COLUMNS, "1") | {"total": "6"}
    m.texts.update({f"requests.carried_over.{column}": text for column, text in printed.items()})
    table = requests_table(m)
    first, second = table.rows[-2:]
    table.rows[-2:] = [
        [
            (f"{a[0]}\n{b[0]}{unit if b[0].isdigit() else ''}", *a[1:])
            for a, b in zip(first, second, strict=True)
        ]
    ]
    record = read(m, draw=lambda t: html_table(t).replace("\n", "<br>"), requests=table)
    for column, text in printed.items():
        assert record.cells[f"requests.carried_over.{column}"].value in {None, int(text)}


def test_figures_behind_their_label_s_row_are_not_the_group_s() -> None:
    m = lawful("", nothing="refused_internal_affairs")
    table = requests_table(m)
    rows = dense(table, repeat=True)
    at = next(i for i, row in enumerate(rows) if "属于三类内部事务信息" in row[2])
    figures = [*rows[at][:2], "", *rows[at][3:]]
    rows[at : at + 1] = [[*rows[at][:3], *[""] * 7], figures]
    record = read(m, requests=Printed([[(text, 1, 1) for text in row] for row in rows], 10))
    assert silent_errors(record, m) == []


def test_a_blank_beside_two_figures_in_one_cell_is_doubted() -> None:
    m = lawful("0")
    table = proactive_table(m)
    m.texts.update({f"proactive.regulations.{key}": "4" for key in ("issued", "repealed", "in_force")})
    table.rows[2] = [("规章", 1, 1), ("4 4", 1, 1), ("", 1, 1), ("4", 1, 1)]
    assert silent_errors(read(m, proactive=table), m) == []


def test_a_row_beside_one_with_too_many_values_is_doubted() -> None:
    m = lawful("0")
    m.texts["proactive.regulations.issued"] = ""
    rows = [[text for text, _, _ in row] for row in proactive_table(m).rows]
    rows[2].insert(2, "31")
    rows[3].insert(2, "57")
    parts = [tabs(rows), *(tabs(dense(t, repeat=False)) for t in (requests_table(m), review_table(m)))]
    assert silent_errors(extract(document(m, parts, html=False)), m) == []


def test_two_figures_under_a_head_that_stands_twice_put_the_row_in_doubt() -> None:
    m = lawful("0")
    rows = [[text for text, _, _ in row] for row in proactive_table(m).rows]
    rows[1].insert(1, rows[1][1])
    rows[2] += [""]
    rows[3] += [""]
    record = read(m, proactive=Printed([[(text, 1, 1) for text in row] for row in rows], 5))
    assert silent_errors(record, m) == []


def test_an_unknown_head_in_running_text_may_have_the_figures() -> None:
    m = lawful("0")
    m.texts["proactive.regulations.issued"] = ""
    table = proactive_table(m)
    lines = bare_lines(table).replace("本年制发件数", "本年制发件数\n同比").replace("规章", "规章\n31")
    rest = [bare_lines(requests_table(m)), bare_lines(review_table(m))]
    assert silent_errors(extract(document(m, [lines, *rest], html=False)), m) == []


def test_a_nought_is_not_taken_from_two_cells_under_one_head() -> None:
    m = lawful("0")
    for name in m.texts:
        if name.startswith("requests."):
            m.texts[name] = "9" if name.split(".")[1:] == ["granted", "social_organization"] else "0"
    table = requests_table(m)
    table.rows[2][1] = ("社会公益组织", 1, 1)
    record = read(m, lambda t: spread(t, repeat=True), requests=table)
    assert record.cells["requests.granted.social_organization"].value is None


def sparse(seed: int) -> Model:
    """A model in which nearly all is 0, and half of that blank: no identity says which."""
    rng = random.Random(seed)
    m = model(random.Random(5), "2021", 0)
    for name in m.texts:
        m.texts[name] = rng.choice(["0", ""])
    return m


def text_of(m: Model, draw: Callable[[Printed], str]) -> bytes:
    tables = [proactive_table(m), requests_table(m), review_table(m)]
    return document(m, [draw(table) for table in tables], html=False)


@pytest.mark.parametrize("strip", [str.rstrip, str.strip])
@pytest.mark.parametrize("blank", range(7))
def test_rows_that_end_at_their_last_value_are_no_rows_of_seven(
    strip: Callable[[str], str], blank: int
) -> None:
    m = sparse(blank)

    def draw(table: Printed) -> str:
        return "\n".join(strip("\t".join(row)) for row in dense(table, repeat=False))

    assert silent_errors(extract(text_of(m, draw)), m) == []


@pytest.mark.parametrize("blank", range(7))
def test_pipes_without_borders_keep_blank_cells_at_the_ends(blank: int) -> None:
    m = sparse(blank)

    def draw(table: Printed) -> str:
        return "\n".join(" | ".join(row) for row in dense(table, repeat=False))

    assert silent_errors(extract(text_of(m, draw)), m) == []


@pytest.mark.parametrize("blank", range(8))
def test_wiki_rows_are_no_dashes(blank: int) -> None:
    m = sparse(blank)

    def draw(table: Printed) -> str:
        return "{|\n" + "\n".join("|-\n| " + " || ".join(row) for row in dense(table, repeat=False))

    assert silent_errors(extract(text_of(m, draw)), m) == []


@pytest.mark.parametrize(
    ("printed", "other"),
    [
        ("行政事业性收费", "行政事业性收费（元）"),
        ("本年处理决定数量", "本年处理决定数量（万件）"),
        ("单位：万元", "单位：百万元"),
    ],
)
def test_another_unit_than_the_form_s_is_seen(printed: str, other: str) -> None:
    m = model(random.Random(3), "2021", 0)
    m.texts["proactive.licensing.decisions"] = m.texts["proactive.fees.amount_wan_yuan"] = "7"
    record = read(m, lambda table: html_table(table).replace(printed, other))
    name = "proactive.licensing.decisions" if "数量" in printed else "proactive.fees.amount_wan_yuan"
    flagged = {cell for issue in record.issues if issue.severity == "warning" for cell in issue.cells}
    assert name in flagged or record.cells[name].value == 700


@pytest.mark.parametrize("draw", [spread, lambda table: spread(table, repeat=True)])
def test_a_cell_too_many_before_a_last_blank_is_seen(draw: Callable[[Printed], str]) -> None:
    m = sparse(1)
    for column, text in zip(COLUMNS, ("0", "", "0", "", "0", "0", ""), strict=True):
        m.texts[f"requests.unavailable_not_held.{column}"] = text
    table = requests_table(m)
    row = next(row for row in table.rows if len(row) > 7 and "1.本机关不掌握" in row[-8][0])
    row.insert(len(row) - 7, ("0", 1, 1))
    assert silent_errors(read(m, draw, requests=table), m) == []


def test_a_figure_under_the_second_of_two_equal_heads_is_seen() -> None:
    m = model(random.Random(3), "2019", 0)
    m.texts["proactive.procurement.items"] = ""
    m.texts["proactive.procurement.amount_yuan"] = "5"
    table = proactive_table(m)
    head = next(row for row in table.rows if row[1:] and row[1][0] == "采购项目数量")
    head.insert(1, head[1])
    rows = "\n".join("\t".join(row) for row in dense(table, repeat=False))
    parts = [tabs(dense(each, repeat=False)) for each in (requests_table(m), review_table(m))]
    record = extract(document(m, [rows, *parts], html=False))
    assert [error for error in silent_errors(record, m) if ".items" in error] == []


@pytest.mark.parametrize("draw", [html_table, spread, stretched])
@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_further_column_without_a_head_moves_no_figure_beside_a_blank(
    draw: Callable[[Printed], str], edition: str
) -> None:
    for number in range(6):
        m = model(random.Random(number), edition, 0)
        for name in list(m.texts)[number % 3 :: 3]:
            m.texts[name] = ""
        table = proactive_table(m)
        for row in table.rows:
            if len(row) > 1 and not any("本年" in cell[0] for cell in row):
                row.append(("8", 1, 1))
        assert silent_errors(read(m, draw, proactive=table), m) == [], number


def test_rows_that_hold_figures_in_more_cells_than_columns_do_not_tell_where_they_begin() -> None:
    m = model(random.Random(5), "2021", 0)
    for number, (row, _) in enumerate(request_rows("2021")):
        m.texts.update({f"requests.{row}.{column}": "0" for column in COLUMNS})
        m.texts[f"requests.{row}.{COLUMNS[number % 2]}"] = ""
    table = requests_table(m)
    for line in table.rows[3:]:
        line.append(("0", 1, 1))
    assert silent_errors(read(m, stretched, requests=table), m) == []


def test_a_figure_alone_in_two_joined_rows_may_be_of_either() -> None:
    m = lawful("0", most=6)
    for number, column in enumerate(COLUMNS):
        m.texts[f"requests.carried_over.{column}"] = "" if number in {2, 4} else "1"
    table = requests_table(m)
    first, second = table.rows[-2:]
    table.rows[-2:] = [[(f"{a[0]} {b[0]}", *a[1:]) for a, b in zip(first, second, strict=True)]]
    assert silent_errors(read(m, stretched, requests=table), m) == []


@pytest.mark.parametrize("lost", range(7))
def test_where_no_row_has_room_for_all_columns_a_blank_label_is_no_blank_figure(lost: int) -> None:
    m = model(random.Random(5), "2021", 0)
    m.texts = {name: "0" if name.startswith("requests.") else text for name, text in m.texts.items()}
    table = requests_table(m)
    for line in table.rows[3:]:
        del line[len(line) - 7 + lost]
    record = read(m, stretched, requests=table)
    named = {name for issue in record.issues if issue.severity != "note" for name in issue.cells}
    assert {name for name in record.cells if name.startswith("requests.")} <= named
