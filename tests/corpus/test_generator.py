"""The adversary is held to account: lawful figures, truth that stands in print, a judge that sees lies."""

import copy
import random
from collections import Counter
from typing import Any

import pytest

from tests.corpus import figures, forms, generate, plan
from tests.corpus.grids import Grid
from tests.corpus.judge import COMMITTED, documents, judge
from tests.corpus.judge_text import judge_text
from tests.corpus.renderers import html
from tests.corpus.reports import Options, make


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("profile", ["zero", "sparse", "medium", "large"])
@pytest.mark.parametrize("seed", range(5))
def test_figures_are_lawful(edition: str, profile: str, seed: int) -> None:
    rng = random.Random(seed)
    values = figures.requests(rng, edition, profile) | figures.review(rng, profile)
    columns = [key for key, _ in forms.APPLICANTS]
    for column in columns:
        get = {row: values[f"requests.{row}.{column}"] for row in forms.request_rows(edition)}
        assert get["new"] + get["carried_in"] == get["total"] + get["carried_over"]
        assert get["total"] == sum(get[leaf] for leaf in forms.leaves(edition))
    for row in forms.request_rows(edition):
        assert values[f"requests.{row}.total"] == sum(values[f"requests.{row}.{c}"] for c in columns[:-1])
    for block, _ in forms.REVIEW_BLOCKS:
        parts = [values[f"review_litigation.{block}.{result}"] for result, _ in forms.REVIEW_RESULTS]
        assert sum(parts[:-1]) == parts[-1]


def test_forms_have_the_statutory_number_of_cells() -> None:
    for edition, count in (("2019", 198), ("2021", 200)):
        keys = [*forms.proactive_keys(edition), *forms.request_keys(edition), *forms.review_keys()]
        assert len(keys) == len(set(keys)) == count


def test_the_judge_sees_what_the_text_does_not_state() -> None:
    truth = {
        "sections": ["overview", "problems"],
        "mentions": [["requests_received", 5], ["wechat_items", 12]],
        "mentions_other_years": [["requests_received", 2021, 4]],
    }

    def mention(key: str, value: int, year: int | None = None, *flags: str) -> dict[str, Any]:
        return {"key": key, "value": value, "year": year, "flags": list(flags)}

    record = {
        "sections": [{"key": "overview"}, {"key": "other"}],
        "mentions": [
            mention("requests_received", 5),
            mention("requests_received", 4, 2021),
            mention("wechat_items", 12, None, "qualified"),
            mention("weibo_items", 3),
            mention("requests_received", 5, 2020),
        ],
    }
    counts: Counter[str] = Counter()
    problems: list[str] = []
    judge_text(record, truth, counts, problems)
    assert counts == {
        "mention_right": 1, "mention_flagged": 1, "mention_SILENT": 2,
        "section_right": 1, "section_missed": 1, "section_wrong": 1,
    }  # fmt: skip
    assert [problem for problem in problems if problem.startswith("SILENT mention")]


@pytest.mark.parametrize("seed", range(60))
def test_what_the_truth_says_stands_in_the_document(seed: int) -> None:
    report = make(random.Random(seed))
    printed = {
        cell.key: cell.text
        for block in report.blocks
        if isinstance(block, Grid)
        for cell in block.cells
        if cell.key
    }
    expected = {
        key: cell.raw for key, cell in report.table.items() if cell.status not in {"absent", "merged"}
    }
    assert {key: printed.get(key) for key in expected} == expected
    assert printed.keys() - expected.keys() == set()


def test_an_own_error_breaks_one_identity_and_stays_printed() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        values = figures.requests(rng, "2021", "medium") | figures.review(rng, "medium")
        before = dict(values)
        (key,) = figures.spoil(rng, values, "2021")
        assert {other for other in values if values[other] != before[other]} == {key}


@pytest.mark.parametrize("form", [*generate.FORMATS, "negative", "special"])
def test_the_same_seed_gives_the_same_bytes(form: str) -> None:
    for number in range(3):
        one, truth_one = generate.document(5, number, form)
        two, truth_two = generate.document(5, number, form)
        assert one.data == two.data
        assert truth_one == truth_two


def perfect(truth: dict[str, Any]) -> dict[str, Any]:
    """The record that a perfect extractor would give."""
    tables: dict[str, Any] = {}
    cells = {}
    for key, cell in truth["cells"].items():
        table, row, column = key.split(".")
        tables.setdefault(table, {}).setdefault(row, {})[column] = cell["value"]
        cells[key] = {"raw": cell["raw"], "status": cell["status"], "unit": None}
    identity = {
        name: truth.get(name)
        for name in (
            "title",
            "agency",
            "year",
            "edition",
            "editions",
            "published",
            "signed",
            "document_number",
        )
    }
    return {
        "kind": truth["kind"],
        "report": identity,
        "tables": tables,
        "cells": cells,
        "checks": [],
        "issues": [],
        "sections": [{"key": key} for key in truth["sections"]],
        "mentions": [
            {"key": key, "value": value, "year": None, "flags": []} for key, value in truth["mentions"]
        ],
    }


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    options = Options(edition="2021", profile="medium", style="blank_leaves", deviations=set())
    report = make(random.Random(7), options)
    return generate.with_rendering(report.truth(), "html", html.render(report, random.Random(7)))


KEY = "requests.granted.natural_person"


def test_the_judge_finds_nothing_in_a_perfect_record(truth: dict[str, Any]) -> None:
    verdict = judge(perfect(truth), truth, "perfect")
    assert verdict.cells["right"] == 200
    assert not verdict.problems


@pytest.mark.parametrize("wrong", [1, None, "12"])
def test_the_judge_sees_a_silent_error(truth: dict[str, Any], wrong: object) -> None:
    record = perfect(truth)
    record["tables"]["requests"]["granted"]["natural_person"] = wrong
    assert judge(record, truth, "wrong").silent == 1


def test_a_zero_for_a_blank_is_silent(truth: dict[str, Any]) -> None:
    key = next(key for key, cell in truth["cells"].items() if cell["status"] == "blank")
    _, row, column = key.split(".")
    record = perfect(truth)
    record["tables"]["requests"][row][column] = 0
    assert judge(record, truth, "zero").silent == 1


@pytest.mark.parametrize("names", [[KEY], ["requests.granted"], ["requests"]])
@pytest.mark.parametrize(("severity", "silent"), [("warning", 0), ("error", 0), ("note", 1)])
def test_an_issue_that_names_the_cell_flags_it(
    truth: dict[str, Any], names: list[str], severity: str, silent: int
) -> None:
    record = perfect(truth)
    record["tables"]["requests"]["granted"]["natural_person"] = None
    record["issues"] = [{"code": "x", "severity": severity, "message": "", "cells": names}]
    verdict = judge(record, truth, "flagged")
    assert (verdict.silent, verdict.cells["flagged"]) == (silent, 1 - silent)


def test_a_failing_check_flags_its_cells_and_no_others(truth: dict[str, Any]) -> None:
    record = perfect(truth)
    record["tables"]["requests"]["granted"]["natural_person"] = None
    record["tables"]["requests"]["new"]["natural_person"] = 999999
    record["checks"] = [{"id": "x", "holds": False, "cells": [KEY]}]
    assert judge(record, truth, "check").silent == 1


def test_a_figure_that_the_document_does_not_have_is_silent(truth: dict[str, Any]) -> None:
    record = perfect(truth)
    record["tables"]["proactive"]["procurement"] = {"items": 3}
    record["cells"]["proactive.procurement.items"] = {"raw": "3", "status": "number"}
    assert judge(record, truth, "extra").silent == 1


def test_identity_and_kind_are_judged(truth: dict[str, Any]) -> None:
    for name, wrong in (
        ("title", "别的报告"),
        ("agency", "某某市人民政府"),
        ("year", 1999),
        ("edition", "2019"),
    ):
        record = copy.deepcopy(perfect(truth))
        record["report"][name] = wrong
        assert judge(record, truth, name).identity[name] == "WRONG"
    assert judge(perfect(truth) | {"kind": "not_report"}, truth, "kind").kind == "WRONG"


def test_the_committed_corpus_is_complete_and_small() -> None:
    there = {path.name.split(".")[0]: truth for path, truth in documents(COMMITTED)}
    assert {entry.name for entry in plan.entries()} <= there.keys()
    assert len(there) >= 120
    assert {truth["format"] for truth in there.values()} >= {
        "html", "text", "docx", "doc", "rtf", "xlsx", "xls", "pdf", "scan", "picture", "ofd", "zip",
        "negative", "sample", "odt",
    }  # fmt: skip
    size = sum(path.stat().st_size for path in COMMITTED.iterdir())
    assert size < 16_000_000
