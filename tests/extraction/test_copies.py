"""Documents of one report confirm each other, or their disagreement is an issue that names both cells."""

import json
import random
from typing import Any

import pytest
from printed_forms import (
    Model,
    document,
    html_table,
    model,
    proactive_table,
    requests_table,
    review_table,
    shifted,
    tabs,
)

from extraction import extract
from extraction.copies import compare

GRANTED = "requests.granted.natural_person"


@pytest.fixture
def m() -> Model:
    return model(random.Random(5), "2021", 0.0)


def record(m: Model, *, html: bool) -> dict[str, Any]:
    tables = (proactive_table(m), requests_table(m), review_table(m))
    data = document(m, [html_table(t) if html else tabs(shifted(t)) for t in tables], html=html)
    found: dict[str, Any] = json.loads(extract(data).to_json())
    return found


def test_two_formats_confirm_every_figure(m: Model) -> None:
    page, text = record(m, html=True), record(m, html=False)
    copies = compare(page, [text])
    figures = {name for name, cell in page["cells"].items() if cell["status"] == "number"}
    assert set(copies.corroborated_by) == figures
    assert copies.corroborated_by[GRANTED] == (text["document"]["sha256"],)
    assert copies.issues == ()


def test_another_figure_is_an_issue_that_names_both_cells(m: Model) -> None:
    page = record(m, html=True)
    printed = m.texts[GRANTED]
    m.texts[GRANTED] = "7654"
    text = record(m, html=False)
    copies = compare(page, [text])
    assert GRANTED not in copies.corroborated_by
    (issue,) = copies.issues
    assert (issue.code, issue.severity, issue.cells) == ("copies_disagree", "error", (GRANTED,))
    assert f"{printed!r} in {page['document']['sha256'][:8]}" in issue.message
    assert f"'7654' in {text['document']['sha256'][:8]}" in issue.message


def test_a_blank_beside_a_figure_is_a_warning(m: Model) -> None:
    page = record(m, html=True)
    m.texts[GRANTED] = ""
    copies = compare(page, [record(m, html=False)])
    assert [(i.code, i.severity, i.cells) for i in copies.issues] == [
        ("copies_differ", "warning", (GRANTED,))
    ]


def test_the_same_bytes_confirm_nothing_and_count_once(m: Model) -> None:
    page, text = record(m, html=True), record(m, html=False)
    assert compare(page, [page]).corroborated_by == {}
    assert len(compare(page, [text, text]).corroborated_by[GRANTED]) == 1
    assert compare(page, [{**text, "kind": "not_report"}]).corroborated_by == {}
