"""Numbers of lines in the margin are no part of title, headings, sentences or figures."""

from __future__ import annotations

import random

import pytest

from extraction import Record, extract
from extraction.line_numbers import without_line_numbers
from tests.extraction.printed_forms import LAYOUTS, model, render, right, silent_errors
from tests.extraction.render_pdf import Sheet, pdf
from tests.extraction.test_identity import HEADS, identity

BODY = "青溪县水利局"
TITLE = f"{BODY}2023年政府信息公开工作年度报告"
PROSE = "工作平稳推进，详见有关内容，并将按照上级要求继续推进各项工作。"
LINES = [
    TITLE, HEADS[0], "本年度收到政府信息公开申请12件。",
    *(line for head in HEADS[1:] for line in (head, PROSE)), BODY, "2024年1月8日",
]  # fmt: skip
FORMS = ["{n}{line}", "{n} {line}", "{n}\t{line}", "{n:03d}: {line}", "{n:>4}  {line}", "{n:>6}\t{line}"]


def numbered(lines: list[str], form: str) -> str:
    return "\n".join(form.format(n=n, line=line) for n, line in enumerate(lines, 1))


def is_right(record: Record) -> None:
    assert identity(record) == (TITLE, BODY, 2023)
    assert record.report is not None
    assert record.report.signed == "2024-01-08"
    assert [section.heading for section in record.sections] == HEADS
    assert [(m.key, m.value, m.flags) for m in record.mentions] == [("requests_received", 12, ())]
    assert "line_numbers" in {issue.code for issue in record.issues}


@pytest.mark.parametrize("form", FORMS)
def test_a_dump_with_numbered_lines(form: str) -> None:
    is_right(extract(numbered(LINES, form).encode()))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", ["tabs_unmerged", "pipe_shifted", "cell_lines", "spaced_lines"])
def test_tables_of_a_dump_with_numbered_lines(layout: str, form: str) -> None:
    assert layout in LAYOUTS
    m = model(random.Random(7), "2021", 0.2)
    plain = render(m, layout)
    record = extract(numbered(plain.decode().split("\n"), form).encode())
    assert not silent_errors(record, m)
    assert right(record, m) == right(extract(plain), m)


def test_lines_that_begin_with_figures_are_not_numbered() -> None:
    assert without_line_numbers([f"{n}件" for n in (3, 5, 8, 1, 2, 9, 4, 7, 6, 2, 5)]) is None
    assert without_line_numbers([TITLE, *(f"{n}、第{n}项" for n in range(1, 20))]) is None
    assert without_line_numbers([f"{n}、第{n}项" for n in range(1, 6)]) is None


@pytest.mark.parametrize(
    ("step", "restart", "at"), [(20, False, 50), (20, False, 70), (60, False, 50), (60, True, 50)]
)
def test_a_page_with_numbers_in_its_margin(step: int, restart: bool, at: float) -> None:
    sheets, y, number = [Sheet()], 72.0, 0
    for line in LINES:
        if y > 760:
            sheets.append(Sheet())
            y, number = 72.0, 0 if restart else number
        number += 1
        sheets[-1].text(at, y, str(number), 10)
        sheets[-1].text(90, y, line, 12)
        y += step
    is_right(extract(pdf(sheets)))
