"""Random figures, printed in many layouts, come back right or flagged; never wrong and silent."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_forms import DAMAGES, LAYOUTS, damage, document, model, render, right, silent_errors

from extraction import extract


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_full_tables_come_back_in_every_layout(layout: str, edition: str, seed: int) -> None:
    m = model(random.Random(seed), edition, 0.0)
    record = extract(render(m, layout))
    assert record.kind == "report"
    assert record.report is not None
    assert record.report.edition == edition
    assert silent_errors(record, m) == []
    assert right(record, m) == len(m.texts)


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("blanks", [0.05, 0.3, 0.9])
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_blanks_never_shift_a_figure(layout: str, edition: str, blanks: float, seed: int) -> None:
    m = model(random.Random(seed), edition, blanks)
    record = extract(render(m, layout))
    assert silent_errors(record, m) == []
    if layout in {"html", "html_repeated", "html_unmerged", "cell_lines"}:
        assert right(record, m) == len(m.texts)


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    edition=st.sampled_from(["2019", "2021"]),
    blanks=st.sampled_from([0.0, 0.0, 0.2]),
)
def test_damaged_tables_are_right_or_flagged(
    layout: str, kind: str, seed: int, edition: str, blanks: float
) -> None:
    rng = random.Random(seed)
    m = model(rng, edition, blanks)
    tables = damage(rng, m, kind)
    draw, html = LAYOUTS[layout]
    drawn = [draw(table) for table in tables]
    if len(drawn) == 4:
        drawn = [drawn[0], ("" if html else "\n\n").join(drawn[1:3]), drawn[3]]
    record = extract(document(m, drawn, html=html))
    assert silent_errors(record, m) == []


def test_a_form_that_is_none_of_ours_is_kept_as_it_is_printed() -> None:
    lines = [
        ["办理情形", "公民", "企业", "科研教育", "社会团体", "律师机构", "境外", "合计"],
        ["一、年度新收到的公开请求", "1", "2", "3", "4", "5", "6", "21"],
        ["二、往年未结", "0", "0", "0", "0", "0", "0", "0"],
        ["三、完全公开", "1", "1", "1", "1", "1", "1", "6"],
        ["四、部分公开", "0", "1", "1", "1", "1", "1", "5"],
        ["五、国家秘密不予公开", "0", "0", "1", "1", "1", "1", "4"],
        ["六、转入下一年", "0", "0", "0", "1", "2", "3", "6"],
    ]
    rows = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in line)}</tr>" for line in lines)
    record = extract(
        "<html><head><meta charset=utf-8></head><body><h1>清河县水务局2027年政府信息公开工作年度报告</h1>"
        f"<p>三、收到和处理政府信息公开申请情况</p><table>{rows}</table></body></html>".encode()
    )
    assert record.report is not None
    assert record.report.edition is None
    assert "edition_unknown" in {issue.code for issue in record.issues if issue.severity == "error"}
    assert not [cell for cell in record.cells.values() if cell.value is not None]
    assert [kept["rows"] for kept in record.extra if "rows" in kept] == [lines]
