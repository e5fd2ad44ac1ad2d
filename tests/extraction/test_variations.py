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
