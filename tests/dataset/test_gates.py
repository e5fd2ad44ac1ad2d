import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dataset.gates import PATH, GatesError, load_bounds
from dataset.release import GatesFailedError
from dataset.versions import load_versions
from storage import canonical_json
from tests.dataset.conftest import NOW, QUICK, publish

NEW = "requests.new.total"
STRICT = replace(QUICK, smallest=1)
FAILING = {"id": "requests.balance", "holds": False, "expected": 4, "actual": 3, "cells": [NEW]}


@pytest.fixture
def first(archive):
    archive.site("a")
    for number in range(4):
        archive.report("a", f"http://a/{number}", b"body %d" % number, {NEW: (3, "3")}, year=2018 + number)
    publish(archive.store)
    return archive


def fails(archive, **bounds):
    with pytest.raises(GatesFailedError) as caught:
        publish(archive.store, now=NOW + timedelta(days=1), bounds=replace(STRICT, **bounds))
    return caught.value


def test_a_failed_gate_names_the_rows_is_recorded_and_never_visible(first) -> None:
    for number in range(2):
        first.report(
            "a",
            f"http://a/x{number}",
            b"x %d" % number,
            {NEW: (3, "3")},
            year=2010 + number,
            checks=[FAILING],
        )
    error = fails(first, failed_checks_share=0.1, flagged_share=None, failed_checks_rise=None)
    (gate,) = error.gates
    assert gate.name == "failed_checks_share"
    assert gate.rows == ("410711-甲区教育局-2010 1", "410711-甲区教育局-2011 1")
    assert len(load_versions(first.store)) == 1
    assert list(first.store.list("releases/2026-11-23")) == []
    kept = json.loads(first.store.get(error.key))
    assert [one["gate"] for one in kept["gates"] if not one["passed"]] == ["failed_checks_share"]


def test_a_lost_report_without_a_reason_stops_the_release(first, tmp_path) -> None:
    # The record is gone: nothing says why.
    gone = next(key for key in first.store.list("records/2.0.0+new/") if "/sites/" not in key)
    (tmp_path / "store" / gone).unlink()
    (gate,) = fails(first, reports_fall=None, coverage_fall=None).gates
    assert gate.name == "removed_unexplained"
    assert len(gate.rows) == 1
    assert gate.rows[0].startswith("410711-甲区教育局-20")


def test_columns_do_not_change_in_silence(first) -> None:
    key = "releases/2026-11-22.1/manifest.json"
    manifest = json.loads(first.store.get(key))
    manifest["schema"]["reports"].remove("title string")
    first.store.put(key, canonical_json(manifest))
    first.report("a", "http://a/9", b"nine", {NEW: (3, "3")}, year=2009)
    (gate,) = fails(first).gates
    assert (gate.name, gate.rows) == ("schema_stable", ("reports: title string",))


def test_shares_are_not_judged_from_few_reports(first) -> None:
    first.report("a", "http://a/x", b"x", {NEW: (3, "3")}, year=2010, checks=[FAILING])
    assert publish(first.store, now=NOW + timedelta(days=1), bounds=QUICK).is_new


def test_a_switched_off_gate_stops_nothing(first) -> None:
    first.report("a", "http://a/x", b"x", {NEW: (3, "3")}, year=2010, checks=[FAILING])
    bounds = replace(STRICT, failed_checks_share=None, failed_checks_rise=None, flagged_share=None)
    assert publish(first.store, now=NOW + timedelta(days=1), bounds=bounds).is_new


def test_more_failed_identities_than_before_stop_the_release(first) -> None:
    first.report("a", "http://a/x", b"x", {NEW: (3, "3")}, year=2010, checks=[FAILING])
    error = fails(first, failed_checks_share=0.9, flagged_share=None)
    assert [gate.name for gate in error.gates] == ["failed_checks_rise"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "cannot be read"),
        ("a: 1", "missing or unknown"),
        ("- 1", "no mapping"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_file_of_bounds_is_said(tmp_path, text: str | None, said: str) -> None:
    path = tmp_path / "gates.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(GatesError, match=said):
        load_bounds(path)


def test_a_bound_that_is_no_number_is_said(tmp_path) -> None:
    path = tmp_path / "gates.yaml"
    path.write_text(PATH.read_text("utf-8").replace("flagged_share: 0.25", "flagged_share: much"), "utf-8")
    with pytest.raises(GatesError, match="flagged_share"):
        load_bounds(path)
