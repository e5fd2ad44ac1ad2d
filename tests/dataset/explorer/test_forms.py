"""Statutory tables as on paper: every cell of every edition once, in a grid without holes."""

from __future__ import annotations

import pytest

from dataset.explorer.forms import edition_of, sheet
from extraction.editions import editions

TABLES = [(edition.id, table) for edition in editions().values() for table in edition.tables]


@pytest.mark.parametrize(("edition", "table"), TABLES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_cell_stands_in_the_table_once(edition: str, table: str, lang: str) -> None:
    form = editions()[edition].tables[table]
    every = [f"{table}.{row.key}.{column}" for row in form.rows.values() for column in row.columns]
    made = sheet(edition, table, lang, frozenset(every))
    assert made is not None
    assert made.title
    assert sorted(made.cells) == sorted(every)
    assert all(box.text for line in made.lines for box in line if box.kind == "label")


@pytest.mark.parametrize(("edition", "table"), TABLES)
def test_spans_fill_the_grid(edition: str, table: str) -> None:
    made = sheet(edition, table, "zh")
    assert made is not None
    taken: set[tuple[int, int]] = set()
    for y, line in enumerate(made.lines):
        x = 0
        for box in line:
            while (y, x) in taken:
                x += 1
            places = {(y + down, x + right) for down in range(box.rows) for right in range(box.columns)}
            assert not places & taken
            taken |= places
    height, width = len(made.lines), max(x for _, x in taken) + 1
    assert taken == {(y, x) for y in range(height) for x in range(width)}


def test_groups_stand_beside_their_rows() -> None:
    made = sheet("2021", "requests", "zh")
    assert made is not None
    results = next(line for line in made.lines if line[0].text == "三、本年度办理结果")
    assert [box.text for box in results if box.kind == "label"][:2] == [
        "三、本年度办理结果",
        "（一）予以公开",
    ]
    refused = next(line for line in made.lines if line[0].text == "（三）不予公开")
    assert (refused[0].rows, refused[1].text) == (8, "1.属于国家秘密")


def test_optional_rows_only_where_the_report_has_them() -> None:
    cell = "proactive.other_proactive_documents.made_this_year"
    without, with_ = sheet("2019", "proactive", "zh"), sheet("2019", "proactive", "zh", frozenset([cell]))
    assert without is not None
    assert with_ is not None
    assert cell not in without.cells
    assert cell in with_.cells


def test_a_table_of_no_edition_is_none() -> None:
    assert sheet("1999", "requests", "zh") is None
    assert edition_of("requests", {"requests": "2019"}, "2021") == "2019"
    assert edition_of("requests", {}, "1999") == "2021"
    assert edition_of("nothing", {}, "2021") is None
