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


def read(m: Model, draw: Callable[[Printed], str] = html_table, **tables: Printed) -> Record:
    parts = {
        "proactive": proactive_table(m),
        "requests": requests_table(m),
        "review": review_table(m),
        **tables,
    }
    return extract(document(m, [draw(table) for table in parts.values()], html=True))


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
