"""A row cut by a page end: its label and blanks at the foot of a page, its figures alone atop the next."""

from __future__ import annotations

import pytest

from extraction import Record, extract
from tests.extraction.render_forms import positions, report_grids
from tests.extraction.render_pdf import Style, pdf, render

HEADS = (
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
)
LAST = 27


def cut(at: int, *, labels: bool) -> Record:
    """The record of a report; `labels`: whether the cut figures have blank cells of labels beside them."""
    proactive, requests, review = report_grids("2021", lambda *_: "7")
    figures = [cell for cell in requests[at] if cell[0] == "7"]
    blanks = [(text, 1, across) if text != "7" else ("", 1, across) for text, _, across in requests[at]]
    upper = [*requests[:at], blanks]
    upper = [[(t, min(down, len(upper) - n), across) for t, down, across in r] for n, r in enumerate(upper)]
    over = [
        ("", row + down - at, across)
        for row, _, down, across, _ in positions(requests)
        if row <= at < row + down - 1
    ]
    beside = [*over, ("", 1, 3 - sum(across for _, _, across in over))] if labels else []
    plain = Style(page_numbers=False)
    first = render(
        ["青溪县水利局2021年政府信息公开工作年度报告", HEADS[0], proactive, HEADS[1], upper], plain
    )
    rest = render([[[*beside, *figures], *requests[at + 1 :]], HEADS[2], review], plain)
    return extract(pdf([*first, *rest]))


@pytest.mark.parametrize(
    ("at", "labels"), [(14, True), (17, True), (22, True), (25, True), (26, True), (LAST, False)]
)
def test_blanks_whose_figures_stand_on_the_next_page_are_doubted(at: int, labels: bool) -> None:
    record = cut(at, labels=labels)
    lost = {name for name, cell in record.cells.items() if cell.value is None}
    assert len(lost) == 7
    assert lost <= {name for i in record.issues if i.code == "row_in_doubt" for name in i.cells}


@pytest.mark.parametrize("at", [4, 10, 20, LAST])
def test_where_the_columns_are_the_same_the_row_is_one(at: int) -> None:
    record = cut(at, labels=True)
    assert all(cell.value == 7 for cell in record.cells.values())
    assert not any(issue.code == "row_in_doubt" for issue in record.issues)
