import re

from dataset.wide import LONGEST, figure_columns, short_names
from extraction.editions import editions
from tests.dataset.conftest import publish, rows


def test_every_cell_of_every_edition_has_a_name_that_stata_takes() -> None:
    cells = {
        f"{table}.{row}.{column}"
        for edition in editions().values()
        for table, form in edition.tables.items()
        for row, spec in form.rows.items()
        for column in spec.columns
    }
    names = short_names()
    assert set(names) == cells
    assert len(set(names.values())) == len(cells)
    assert not [
        name for name in names.values() if len(name) > LONGEST or not re.fullmatch(r"[a-z][a-z0-9_]*", name)
    ]
    assert [column.name for column in figure_columns()] == list(names.values())


def test_a_row_a_report_a_column_a_figure(archive) -> None:
    archive.site("a")
    cells = {"requests.new.total": (3, "3"), "requests.granted.total": (None, "/")}
    issue = {"code": "doubt", "severity": "warning", "message": "x", "cells": ["requests.new.total"]}
    archive.report("a", "http://a/1", b"one", cells, issues=[issue])
    publish(archive.store)
    (row,) = rows(archive.store, "wide")
    assert (row["req_new_total"], row["req_granted_total"], row["req_new_person"]) == (3.0, None, None)
    assert (row["report_id"], row["level"], row["flagged"]) == ("410711-甲区教育局-2021", "county", 1)
