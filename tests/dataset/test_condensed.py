import copy
import gc
import weakref

import pytest

from dataset.rows import wide_values
from dataset.schema import tables
from dataset.spool import Spool
from dataset.wide import WIDE_FROM_REPORTS
from extraction.years import compare as compare_years
from tests.dataset.conftest import make_record

NEW = "requests.new.total"
GRANTED = "requests.granted.total"
CHECK = {"id": "c", "holds": False, "expected": 3, "actual": 4, "cells": [NEW, GRANTED], "soft": True}


class Kept:
    def __init__(self, ref) -> None:
        self.ref = ref


@pytest.fixture
def spool():
    with Spool() as opened:
        yield opened


def through(spool: Spool, record):
    return spool.load(Kept(spool.add(record)))


def test_cells_come_back_in_the_order_of_the_form(spool) -> None:
    record = make_record(b"a", {NEW: (3, "3件"), GRANTED: (None, "")})
    record["cells"][NEW]["suggested"] = 4
    record["cells"][GRANTED]["confidence"] = 0.5
    found = through(spool, record)
    assert found.layout.names == [NEW, GRANTED]
    assert (found.values, found.raws, found.statuses) == ([3, None], ["3件", ""], ["number", "blank"])
    assert (found.confidences, found.suggested) == ({1: 0.5}, {NEW: 4})
    assert found.layout.places == ["table 1; row 6; column 3; path /table[1]"] * 2
    cells = {
        name: {key: cell[key] for key in ("raw", "status", "unit", "at")}
        for name, cell in record["cells"].items()
    }
    assert (found.record["cells"], found.record["tables"]) == (cells, record["tables"])


def test_a_figure_beyond_64_bits_comes_back_as_it_was(spool) -> None:
    assert through(spool, make_record(b"a", {NEW: (10**25 + 1, "…")})).values == [10**25 + 1]


def test_what_is_printed_alike_has_one_layout(spool) -> None:
    one, two = (make_record(data, {NEW: (3, "3")}, year=year) for data, year in ((b"a", 2020), (b"b", 2021)))
    other = copy.deepcopy(two)
    other["cells"][NEW]["at"]["row"] = 6
    found = [through(spool, record) for record in (one, two, other)]
    assert found[0].layout is found[1].layout
    assert found[2].layout.places == ["table 1; row 7; column 3; path /table[1]"]


def test_a_layout_that_was_forgotten_is_kept_again(spool, monkeypatch) -> None:
    monkeypatch.setattr("dataset.spool.LAYOUTS", 1)
    records = [make_record(b"a", {name: (3, "3")}) for name in (NEW, GRANTED, NEW)]
    kept = [Kept(spool.add(record)) for record in records]
    assert [spool.load(one).layout.names for one in kept] == [[NEW], [GRANTED], [NEW]]


def test_another_process_reads_what_one_has_kept(spool) -> None:
    ref = Kept(spool.add(make_record(b"a", {NEW: (3, "3")})))
    with Spool(spool.folder) as other:
        assert other.load(ref).values == [3]


def test_checks_and_issues_mark_their_cells(spool) -> None:
    issue = {"code": "odd", "severity": "note", "message": "m", "cells": [GRANTED]}
    cells = {NEW: (3, "3"), GRANTED: (4, "4")}
    found = through(spool, make_record(b"a", cells, checks=[CHECK], issues=[issue]))
    assert found.flags == {NEW: {"check_failed:c"}, GRANTED: {"check_failed:c", "odd"}}
    assert found.checks.identities.cells == [f"{NEW};{GRANTED}"]


def test_years_compare_as_whole_records_do(spool) -> None:
    rows = {f"requests.{row}.natural_person": (3, "3") for row in ("carried_over", "carried_in")}
    earlier, later = (make_record(str(year).encode(), rows, year=year) for year in (2021, 2022))
    whole = compare_years(earlier, later)
    assert whole
    assert compare_years(through(spool, earlier).record, through(spool, later).record) == whole


def test_nothing_but_a_long_figure_is_written_slowly(spool, monkeypatch) -> None:
    monkeypatch.setattr("dataset.spool.canonical_json", lambda _: pytest.fail("orjson could not write it"))
    assert through(spool, make_record(b"a", {NEW: (3, "3")}, checks=[CHECK])).values == [3]


def test_figures_and_cells_in_another_order_or_without_each_other(spool) -> None:
    record = make_record(b"a", {GRANTED: (4, "4"), NEW: (3, "3")})
    assert list(record["tables"]["requests"]) == ["granted", "new"]
    record["cells"] = {NEW: record["cells"][NEW], "requests.denied.total": record["cells"][NEW]}
    found = through(spool, record)
    assert list(found.values) == [3, None]
    assert found.record["tables"] == record["tables"]
    wide = wide_values(dict.fromkeys(WIDE_FROM_REPORTS), found, {})
    at = tables()["wide"].names.index
    assert (wide[at("req_new_total")], wide[at("req_granted_total")]) == (3.0, 4.0)
    assert wide.count(None) == len(wide) - 3


def test_a_record_does_not_outlive_its_use(spool) -> None:
    found = through(spool, make_record(b"a", {NEW: (3, "3")}))
    assert found.record["cells"][NEW]["raw"] == "3"
    alive = weakref.ref(found)
    gc.disable()
    try:
        del found
        assert alive() is None
    finally:
        gc.enable()
