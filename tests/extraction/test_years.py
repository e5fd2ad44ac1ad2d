"""Identities between the reports of two years."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from extraction.editions import load
from extraction.years import compare, year_rules

Cells = dict[str, int | None]


def record(year: int, editions: dict[str, str], cells: Cells) -> dict[str, Any]:
    out: dict[str, Any] = {"report": {"year": year, "editions": editions}, "tables": {}, "cells": {}}
    for key, value in cells.items():
        table, row, column = key.split(".")
        out["tables"].setdefault(table, {}).setdefault(row, {})[column] = value
        out["cells"][key] = {"status": "blank" if value is None else "number"}
    return out


def carried(row: str, value: int | None) -> Cells:
    return {f"requests.{row}.{column}": value for column in load("2021").tables["requests"].columns}


@given(st.integers(0, 999), st.integers(0, 999))
def test_what_is_carried_over_is_carried_in(over: int, into: int) -> None:
    checks = compare(
        record(2020, {"requests": "2019"}, carried("carried_over", over)),
        record(2021, {"requests": "2021"}, carried("carried_in", into)),
    )
    assert len(checks) == 7
    for check in checks:
        assert (check.holds, check.expected, check.actual) == (over == into, over, into)
        assert [name.split("/")[0] for name in check.cells] == ["2020", "2021"]
        assert not check.soft


def test_blanks_are_judged_apart() -> None:
    new = record(2023, {"requests": "2021"}, carried("carried_in", None))
    zero = compare(record(2022, {"requests": "2021"}, carried("carried_over", 0)), new)
    some = compare(record(2022, {"requests": "2021"}, carried("carried_over", 4)), new)
    assert {(c.holds, c.blank_as_zero) for c in zero} == {(None, True)}
    assert {(c.holds, c.blank_as_zero) for c in some} == {(None, False)}


def test_documents_in_force() -> None:
    old = record(2021, {"proactive": "2021"}, {"proactive.normative_documents.in_force": 30})
    cells: Cells = {"issued": 4, "repealed": 3, "in_force": 30}
    new = record(
        2022, {"proactive": "2021"}, {f"proactive.normative_documents.{k}": v for k, v in cells.items()}
    )
    (check,) = compare(old, new)
    assert (check.id, check.holds, check.expected, check.actual, check.soft) == (
        "years.proactive.in_force.normative_documents", False, 31, 30, True,
    )  # fmt: skip


def test_items_and_totals_of_2019() -> None:
    old = {"licensing.items_last_year": 20, "licensing.change": -3, "regulations.total_disclosed": 9}
    new = {"licensing.items_last_year": 17, "regulations.total_disclosed": 8}
    checks = compare(
        record(2019, {"proactive": "2019"}, {f"proactive.{k}": v for k, v in old.items()}),
        record(2020, {"proactive": "2019"}, {f"proactive.{k}": v for k, v in new.items()}),
    )
    assert {check.id.removeprefix("years.proactive."): check.holds for check in checks} == {
        "items.licensing": True,
        "total_disclosed.regulations": False,
    }


def test_other_years_and_editions_are_not_compared() -> None:
    old = record(2020, {"requests": "2021"}, carried("carried_over", 1))
    assert compare(old, record(2022, {"requests": "2021"}, carried("carried_in", 1))) == []
    assert compare(old, record(2021, {"requests": "2014"}, carried("carried_in", 1))) == []
    assert compare({"report": None}, old) == []


def test_every_rule_is_explained() -> None:
    assert all(rule.note_zh and rule.note_en for rule in year_rules())
