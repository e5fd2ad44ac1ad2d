"""Figures in rows that were counted off or read from running text: certain only where sums confirm them."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from extraction import Record, extract
from tests.corpus.redteam import figures as fig
from tests.corpus.redteam import paint_text, shapes
from tests.corpus.redteam.figures import Figures
from tests.corpus.redteam.grids import Box, Sheet

PLACES = ("tabs_pad", "pipes_pad", "markdown_pad", "aligned", "same_line", "a_line")


def drawn() -> tuple[Figures, list[Sheet]]:
    figures = fig.draw(random.Random(3), "2021", 40)
    return figures, [shapes.proactive(figures), shapes.requests(figures), shapes.review(figures)]


def write(sheets: Iterable[Sheet], printed: dict[str, str]) -> None:
    """Print other texts in the cells of some keys."""
    for sheet in sheets:
        for row in sheet.rows:
            row[:] = [Box(printed[b.tag], b.rows, b.cols, b.tag) if b.tag in printed else b for b in row]


def forget(sheets: Iterable[Sheet], text: str) -> None:
    """Print nothing where a label or head stood."""
    for sheet in sheets:
        for row in sheet.rows:
            row[:] = [Box("", b.rows, b.cols, b.tag, b.head) if b.text == text else b for b in row]


def read(figures: Figures, sheets: list[Sheet], how: str) -> Record:
    return extract(paint_text.render(figures, sheets, how))


def doubted(record: Record) -> set[str]:
    return {name for issue in record.issues if issue.severity != "note" for name in issue.cells}


@pytest.mark.parametrize("how", PLACES)
@pytest.mark.parametrize("joined", [("1392", "", "7"), ("", "1392", "7"), ("1392", "7", "")])
def test_two_figures_joined_beside_a_blank_where_nothing_sums_up(how: str, joined: tuple[str, ...]) -> None:
    figures, sheets = drawn()
    names = [f"proactive.normative_documents.{column}" for column in ("issued", "repealed", "in_force")]
    write(sheets, dict(zip(names, joined, strict=True)))
    assert set(names) <= doubted(read(figures, sheets, how))


@pytest.mark.parametrize("how", ["tabs_pad", "pipes_pad"])
def test_a_zero_joined_to_the_figure_beside_it(how: str) -> None:
    figures, sheets = drawn()
    row = [f"review_litigation.reconsideration.{column}" for column, _ in fig.OUTCOMES]
    write(sheets, dict(zip(row, ("", "03", "0", "0", "3"), strict=True)))
    assert set(row) <= doubted(read(figures, sheets, how))


@pytest.mark.parametrize("how", ["tabs_pad", "pipes_pad"])
def test_a_blank_in_a_row_whose_sum_holds_is_a_blank(how: str) -> None:
    figures, sheets = drawn()
    row = [f"review_litigation.reconsideration.{column}" for column, _ in fig.OUTCOMES]
    write(sheets, dict(zip(row, ("", "13", "92", "", "105"), strict=True)))
    write(sheets, dict.fromkeys((f"proactive.regulations.{c}" for c in ("issued", "repealed")), ""))
    write(sheets, {"proactive.regulations.in_force": "7"})
    record = read(figures, sheets, how)
    assert not doubted(record)
    assert record.cells["review_litigation.reconsideration.upheld"].status == "blank"


def test_whole_running_text_is_confirmed_where_the_form_has_sums() -> None:
    figures, sheets = drawn()
    record = read(figures, sheets, "a_line")
    assert {name.split(".")[0] for name in doubted(record)} == {"proactive"}
    assert all(
        record.cells[name].value == value for name, value in figures.values.items() if "fees" not in name
    )


def test_the_figures_of_a_lost_label_pass_to_a_row_of_blanks() -> None:
    """Every sum holds: granted has the figures of partly_granted, and the form's row is as long."""
    figures, sheets = drawn()
    blank = {f"requests.granted.{who}": "" for who in fig.WHO}
    write(sheets, blank)
    forget(sheets, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）")
    record = read(figures, sheets, "a_line")
    taken = {name for name in blank if record.cells[name].value is not None}
    assert taken <= doubted(record)


@pytest.mark.parametrize("how", ["a_line", "same_line", "label_line"])
def test_a_lost_head_meets_a_dropped_blank(how: str) -> None:
    figures, sheets = drawn()
    forget(sheets, "本年废止件数")
    write(sheets, {"proactive.normative_documents.issued": "", "proactive.regulations.issued": ""})
    record = read(figures, sheets, how)
    rows = ("regulations", "normative_documents")
    wrong = [
        name
        for name, cell in record.cells.items()
        if name.split(".")[1] in rows and cell.value is not None and cell.value != figures.values[name]
    ]
    assert set(wrong) <= doubted(record)
    assert wrong or how != "a_line"
