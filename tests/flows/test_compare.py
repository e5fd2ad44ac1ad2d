from typing import Any

import pytest

from flows.compare import STEPS, cell_differences, differences
from flows.tally import Tally


def record(**cells: tuple[str, Any]) -> dict[str, Any]:
    return {
        "kind": "report",
        "cells": {
            f"t.r.{name}": {"status": status, "raw": None if value is None else str(value)}
            for name, (status, value) in cells.items()
        },
        "tables": {"t": {"r": {name: value for name, (_, value) in cells.items()}}},
    }


def part(agency: str, total: int) -> dict[str, Any]:
    return {
        "report": {"agency": agency},
        "tables": {"requests": {"new": {"total": total}}},
        "cells": {"requests.new.total": {"status": "number", "raw": str(total)}},
    }


def test_cells_by_change_and_step() -> None:
    old = record(
        same=("number", 1),
        value=("number", 1),
        status=("blank", None),
        gone=("number", 1),
        lost=("number", 5),
    )
    new = record(
        same=("number", 1),
        value=("number", 2.5),
        status=("dash", None),
        fresh=("number", 0),
        lost=("blank", None),
    )
    assert [(d["cell"], d["change"], d["step"]) for d in cell_differences(old, new)] == [
        ("t.r.fresh", "appeared", "null_to_number"),
        ("t.r.gone", "vanished", "number_to_null"),
        ("t.r.lost", "value", "number_to_null"),
        ("t.r.status", "status", "null_to_null"),
        ("t.r.value", "value", "number_to_number"),
    ]


def test_both_sides_are_shown_as_printed_and_as_read() -> None:
    (found,) = cell_differences(record(a=("number", 1)), record(a=("blank", None)))
    assert found["was"] == {"value": "1", "status": "number", "raw": "1"}
    assert found["is"] == {"value": None, "status": "blank", "raw": None}


def test_another_reading_of_the_same_figure_is_a_change_of_raw_only() -> None:
    old, new = record(a=("number", 1)), record(a=("number", 1))
    new["cells"]["t.r.a"]["raw"] = "1件"
    assert [(d["change"], d["step"]) for d in differences(old, new)] == [("raw", "raw")]


def test_numbers_are_compared_as_numbers() -> None:
    assert [d["change"] for d in differences(record(a=("number", 1)), record(a=("number", 1.0)))] == ["raw"]


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("agency", "甲", "乙"),
        ("year", 2020, 2021),
        ("region", {"code": "11"}, {"code": "12"}),
        ("title", "t", None),
    ],
)
def test_identity(field: str, old: Any, new: Any) -> None:
    ours, theirs = ({"kind": "report", "report": {field: value}} for value in (old, new))
    (found,) = differences(ours, theirs)
    assert (found["change"], found["cell"]) == ("identity", field)


def test_kind_checks_text_and_the_rest() -> None:
    base: dict[str, Any] = {"kind": "report", "extractor": "1", "checks": [{"id": "c", "holds": True}]}
    assert list(differences(base, {**base, "extractor": "2"})) == []
    for more, change in (
        ({"kind": "not_report"}, "kind"),
        ({"checks": [{"id": "c", "holds": False}]}, "check"),
        ({"sections": [{"key": "overview", "text": "x"}]}, "text"),
        ({"issues": [{"code": "odd"}]}, "other"),
    ):
        assert [d["change"] for d in differences(base, {**base, **more})] == [change]


def test_parts_are_compared_part_by_part() -> None:
    old = {"kind": "report", "cells": {}, "parts": [part("甲", 1), part("乙", 2)]}
    new = {"kind": "report", "cells": {}, "parts": [part("甲", 1), part("乙", 3)]}
    (found,) = differences(old, new)
    assert (found["cell"], found["step"]) == ("2/requests.new.total", "number_to_number")
    assert [d["change"] for d in cell_differences(part("甲", 1), new)] == ["appeared", "appeared", "vanished"]


def test_the_worst_are_kept_whatever_the_order() -> None:
    bodies = [
        (
            f"{number:064x}",
            record(a=("number", number), b=("number", 1)),
            record(a=("number", number + number % 2)),
        )
        for number in range(40)
    ]
    forward, backward = Tally(keep=5), Tally(keep=5)
    for tally, order in ((forward, bodies), (backward, bodies[::-1])):
        for sha256, old, new in order:
            one = Tally(keep=5)
            one.compare("a", sha256, old, new)
            tally.add(Tally.from_dict(one.as_dict()))
    assert forward.as_dict() == backward.as_dict()
    assert [change["step"] for change in forward.worst()] == ["number_to_number"] * 5
    assert forward.steps == {"number_to_number": 20, "number_to_null": 40}
    assert list(STEPS[:2]) == ["number_to_number", "number_to_null"]


def test_three_and_three_point_nought_are_the_same_figure() -> None:
    old, new = record(a=("number", 3)), record(a=("number", 3.0))
    new["cells"]["t.r.a"]["raw"] = "3"
    assert list(cell_differences(old, new)) == []
