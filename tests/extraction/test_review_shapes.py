"""The review table printed with one label a figure: read where unmistakable, else flagged."""

from __future__ import annotations

import random

import pytest
from printed_forms import (
    OUTCOME_HEADS,
    OUTCOMES,
    REVIEW,
    Model,
    document,
    html_table,
    model,
    proactive_table,
    requests_table,
    right,
    silent_errors,
)

from extraction import Record, extract

BLOCK_HEADS = ["行政复议", "未经复议直接起诉", "复议后起诉"]
PAIRS = [(b, o, f"review_litigation.{r}.{c}") for b, r in zip(BLOCK_HEADS, REVIEW, strict=True)
         for o, c in zip(OUTCOME_HEADS, OUTCOMES, strict=True)]  # fmt: skip

FAILING = {"check_failed", "mostly_failing", "title_doubtful"}
"""What is said of a model, whose figures add up nowhere."""


@pytest.fixture
def m() -> Model:
    found = model(random.Random(8), "2021", 0.0)
    for number, (_, _, key) in enumerate(PAIRS):
        found.texts[key] = str(40 + number)
    return found


def read(m: Model, review: str) -> Record:
    tables = [html_table(proactive_table(m)), html_table(requests_table(m)), review]
    return extract(document(m, tables, html=True))


def rows(lines: list[str]) -> str:
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def across(m: Model, heads: list[str]) -> str:
    head = "".join(f"<td>{text}</td>" for text in heads)
    return rows([head, "".join(f"<td>{m.texts[key]}</td>" for _, _, key in PAIRS)])


def down(m: Model) -> list[str]:
    lines = []
    for block, outcome, key in PAIRS:
        start = outcome == OUTCOME_HEADS[0]
        outer = '<td rowspan="10">行政诉讼</td>' if start and block == BLOCK_HEADS[1] else ""
        wide = ' colspan="2"' if block == BLOCK_HEADS[0] else ""
        label = f'<td rowspan="5"{wide}>{block}</td>' if start else ""
        lines.append(f"{outer}{label}<td>{outcome}</td><td>{m.texts[key]}</td>")
    return lines


@pytest.mark.parametrize("joint", ["", "-", "：", "\n"])
def test_procedure_and_outcome_in_one_head(m: Model, joint: str) -> None:
    heads = [f"{block}{joint}{outcome}" for block, outcome, _ in PAIRS]
    record = read(m, across(m, heads))
    assert right(record, m) == len(m.texts)
    assert {issue.code for issue in record.issues if issue.severity != "note"} == FAILING


def test_heads_in_another_order_carry_their_figures_along(m: Model) -> None:
    heads = [f"{block}{outcome}" for block, outcome, _ in PAIRS]
    moved = across(m, heads[::-1])
    record = read(m, moved)
    first = record.cells[PAIRS[-1][2]]
    assert first.raw == m.texts[PAIRS[0][2]]


def test_a_head_that_stands_twice_is_not_read(m: Model) -> None:
    heads = [f"{block}{outcome}" for block, outcome, _ in PAIRS]
    heads[1] = heads[0]
    record = read(m, across(m, heads))
    assert silent_errors(record, m) == []
    assert all(record.cells[key].value is None for _, _, key in PAIRS if key in record.cells)


def test_one_figure_a_line(m: Model) -> None:
    record = read(m, rows(down(m)))
    assert right(record, m) == len(m.texts)
    assert not [issue for issue in record.issues if issue.code == "unknown_table"]


def test_one_figure_a_line_with_both_labels_in_one(m: Model) -> None:
    lines = [f"<td>{block}{outcome}</td><td>{m.texts[key]}</td>" for block, outcome, key in PAIRS]
    assert right(read(m, rows(lines)), m) == len(m.texts)


def test_a_line_too_few_is_not_read_and_kept(m: Model) -> None:
    record = read(m, rows(down(m)[:-1]))
    assert silent_errors(record, m) == []
    assert "review_litigation" not in record.tables
    assert {"table_missing", "unknown_table"} <= {issue.code for issue in record.issues}


def test_lost_procedure_heads_are_not_guessed(m: Model) -> None:
    lines = [f"<td>{outcome}</td><td>{m.texts[key]}</td>" for _, outcome, key in PAIRS]
    record = read(m, rows(lines))
    assert silent_errors(record, m) == []
    assert "review_litigation" not in record.tables


def test_procedures_in_a_row_of_their_own(m: Model) -> None:
    """行政复议 merged over both rows of heads: the second names the procedures and nothing else."""
    record = read(
        m,
        rows(
            [
                '<td rowspan="2" colspan="5">行政复议</td><td colspan="10">行政诉讼</td>',
                '<td colspan="5">未经复议直接起诉</td><td colspan="5">复议后起诉</td>',
                "".join(f"<td>{head}</td>" for head in OUTCOME_HEADS * 3),
                "".join(f"<td>{m.texts[key]}</td>" for _, _, key in PAIRS),
            ]
        ),
    )
    assert right(record, m) == len(m.texts)
    assert not [issue for issue in record.issues if issue.code == "unknown_table"]


def test_procedures_in_another_order_are_doubted(m: Model) -> None:
    direct, after = BLOCK_HEADS[1:]
    heads = [f"{block}{outcome}" for block, outcome, _ in PAIRS]
    swap = {direct: after, after: direct}
    crossed = [f"{swap.get(block, block)}{outcome}" for block, outcome, _ in PAIRS]

    def doubted(printed: list[str]) -> set[str]:
        issues = read(m, across(m, printed)).issues
        return {cell for issue in issues if issue.code == "label_order" for cell in issue.cells}

    assert not doubted(heads)
    assert doubted(crossed) == {key for block, _, key in PAIRS if block != BLOCK_HEADS[0]}
