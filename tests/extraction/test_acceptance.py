"""Which recognised figures are believed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from extraction.acceptance import BOTH_WAYS, GIVEN, ONE_WAY, accept
from extraction.checks import misread, run_checks
from extraction.editions import editions
from extraction.ocr import MISFIT, SURE, UNSURE
from extraction.record import CellRecord, Check, Issue, Place

EDITION = editions()["2021"]
COLUMNS = tuple(EDITION.tables["requests"].columns)
AT = Place(0, 0, 0, page=1, bbox=(0.0, 0.0, 9.0, 9.0))


def cell(value: int | None, confidence: float = SURE, status: str = "number") -> CellRecord:
    number = None if value is None else Decimal(value)
    return CellRecord(number, "" if value is None else str(value), status, "件", AT, confidence)


def requests(fill: int = 0) -> dict[str, CellRecord]:
    """A lawful requests table: natural persons asked for `fill` pieces, all granted."""
    out = {}
    for row in EDITION.tables["requests"].rows:
        for column in COLUMNS:
            counted = row in {"new", "granted", "total"} and column in {"natural_person", "total"}
            out[f"requests.{row}.{column}"] = cell(fill if counted else 0)
    return out


def accepted(cells: dict[str, CellRecord]) -> tuple[dict[str, CellRecord], dict[str, Issue]]:
    known = dict.fromkeys({name.split(".")[0] for name in cells}, EDITION)
    checks, _ = run_checks(cells, known)
    out, issues = accept(cells, checks, known)
    return out, {issue.code: issue for issue in issues}


def test_figures_that_row_and_column_confirm_are_believed() -> None:
    out, issues = accepted(requests(12))
    assert issues == {}
    assert {one.confidence for one in out.values()} == {BOTH_WAYS}


def test_one_wrong_figure_is_doubted_with_its_row_and_column() -> None:
    cells = requests(12)
    cells["requests.granted.natural_person"] = cell(17)
    out, issues = accepted(cells)
    doubted = set(issues["ocr_unconfirmed"].cells)
    assert "requests.granted.natural_person" in doubted
    assert "requests.granted.enterprise" in doubted  # what stands in a failing identity is never confirmed
    assert "requests.rejected_repeat.enterprise" not in doubted
    assert out["requests.granted.natural_person"].value == 17


def test_what_was_read_unsurely_is_believed_only_if_sure_figures_give_it() -> None:
    cells = requests(12)
    cells["requests.granted.natural_person"] = cell(12, UNSURE)
    out, issues = accepted(cells)
    assert issues == {}
    assert out["requests.granted.natural_person"].confidence == GIVEN


def test_a_digit_lost_everywhere_is_not_believed_though_all_sums_hold() -> None:
    cells = requests(2)  # printed is 12, in the cell and in each total; the 1 was lost in all of them
    lost = {name for name, one in cells.items() if one.value == 2}
    cells |= {name: replace(cells[name], confidence=MISFIT) for name in lost}
    _, issues = accepted(cells)
    assert set(issues["ocr_doubtful"].cells) == lost


def test_one_answer_of_the_identities_is_suggested_and_never_taken() -> None:
    cells = requests(12)
    cells["requests.granted.natural_person"] = cell(17, UNSURE)
    cells["requests.granted.enterprise"] = cell(None, 0.0, "unreadable")
    out, issues = accepted(cells)
    assert {"requests.granted.natural_person", "requests.granted.enterprise"} <= set(
        issues["ocr_doubtful"].cells
    )
    assert out["requests.granted.natural_person"].value == 17
    assert out["requests.granted.natural_person"].suggested == 12
    assert out["requests.granted.enterprise"].value is None
    assert out["requests.granted.enterprise"].suggested == 0


def test_the_review_table_has_one_identity_for_each_block() -> None:
    table = EDITION.tables["review_litigation"]
    cells = {f"review_litigation.{row}.{column}": cell(0) for row in table.rows for column in table.columns}
    out, issues = accepted(cells)
    assert issues == {}
    assert {one.confidence for one in out.values()} == {ONE_WAY}


def test_figures_without_an_identity_are_flagged_by_name() -> None:
    cells = {
        "proactive.regulations.issued": cell(3),
        "proactive.penalties.decisions": cell(None, SURE, "blank"),
    }
    out, issues = accepted(cells)
    assert issues["ocr_unconfirmed"].cells == ("proactive.regulations.issued",)
    assert issues["ocr_unconfirmed"].severity == "warning"
    assert out["proactive.regulations.issued"].confidence == SURE


def test_blanks_count_as_nothing_in_a_sum() -> None:
    cells = requests(12)
    blanks = {name for name in cells if name.startswith("requests.re") and not cells[name].value}
    cells |= dict.fromkeys(blanks, cell(None, SURE, "blank"))
    out, issues = accepted(cells)
    assert issues == {}
    assert all(out[name].value is None for name in blanks)


def test_a_lone_blank_among_figures_may_be_a_lost_figure() -> None:
    cells = requests(12)
    blank = "requests.rejected_repeat.enterprise"
    cells[blank] = cell(None, SURE, "blank")
    _, issues = accepted(cells)
    assert {code: issue.cells for code, issue in issues.items()} == {"ocr_empty": (blank,)}


def test_dashes_that_were_read_unsurely_are_doubted_where_no_other_dash_is_sure() -> None:
    cells = requests(12)
    dashes = {name for name in cells if name.startswith("requests.re") and not cells[name].value}
    cells |= dict.fromkeys(dashes, cell(None, UNSURE, "dash"))
    _, issues = accepted(cells)
    assert set(issues["ocr_empty"].cells) == dashes
    cells[min(dashes)] = cell(None, SURE, "dash")
    _, issues = accepted(cells)
    assert "ocr_empty" not in issues


def review(*figures: int, total: int, sure: float = SURE) -> dict[str, CellRecord]:
    """The review table with one block that is not zero."""
    table = EDITION.tables["review_litigation"]
    cells = {f"review_litigation.{row}.{column}": cell(0) for row in table.rows for column in table.columns}
    for column, figure in zip(table.columns, (*figures, total), strict=True):
        cells[f"review_litigation.reconsideration.{column}"] = cell(figure, sure if figure == total else SURE)
    return cells


@pytest.mark.parametrize("sure", [SURE, UNSURE])
def test_a_figure_and_its_total_may_be_misread_alike(sure: float) -> None:
    _, issues = accepted(review(7, 0, 0, 0, total=7, sure=sure))
    assert {name.split(".")[2] for issue in issues.values() for name in issue.cells} == {"upheld", "total"}
    _, issues = accepted(review(10, 7, 0, 0, total=17))
    assert {name.split(".")[2] for name in issues["ocr_unconfirmed"].cells} == {
        "upheld",
        "corrected",
        "total",
    }


def test_figures_whose_sum_has_other_digits_are_confirmed_by_it() -> None:
    _, issues = accepted(review(2, 1, 0, 0, total=3))
    assert issues == {}


def test_a_sentence_that_states_a_figure_confirms_or_contradicts_it() -> None:
    cells = review(7, 0, 0, 0, total=7)
    cells["proactive.licensing.decisions"] = cell(31)
    total = "review_litigation.reconsideration.total"
    known = dict.fromkeys(("review_litigation", "proactive"), EDITION)
    checks, _ = run_checks(cells, known)

    def doubted(stated: dict[str, bool]) -> set[str]:
        said = [
            Check(f"mentions.{number}", holds, Decimal(0), Decimal(0), (name,), None, soft=True)
            for number, (name, holds) in enumerate(stated.items())
        ]
        return {name for issue in accept(cells, checks, known, said=said)[1] for name in issue.cells}

    upheld = "review_litigation.reconsideration.upheld"
    assert doubted({}) == {upheld, total, "proactive.licensing.decisions"}
    assert doubted({total: True, "proactive.licensing.decisions": True}) == {upheld}
    zero = "review_litigation.litigation_direct.total"
    assert zero in doubted({zero: False})


def test_what_stands_in_failing_identities_confirms_nothing() -> None:
    cells = requests(0)
    # Printed are 1 and 5; 5 was misread in the cell alone, 1 as 4 in the cell and in its totals.
    for row, column, figure in (
        ("granted", "natural_person", 8), ("granted", "total", 5), ("new", "natural_person", 5),
        ("new", "enterprise", 4), ("refused_process_information", "enterprise", 4), ("new", "total", 6),
        ("refused_process_information", "total", 4), ("total", "enterprise", 4), ("total", "total", 6),
        ("total", "natural_person", 5),
    ):  # fmt: skip
        cells[f"requests.{row}.{column}"] = cell(figure)
    _, issues = accepted(cells)
    wrong = {name for name, one in cells.items() if one.value in {Decimal(4), Decimal(8)}}
    assert wrong <= set(issues["ocr_unconfirmed"].cells)


@pytest.mark.parametrize("place", [None, Place(0, 0, 0, path="line:3")])
def test_text_that_was_written_is_left_alone(place: Place | None) -> None:
    cells = {name: replace(one, at=place, confidence=0.8) for name, one in requests(12).items()}
    cells["requests.new.total"] = replace(cells["requests.new.total"], value=Decimal(99))
    out, issues = accepted(cells)
    assert (out, issues) == (cells, {})


def test_where_most_identities_fail_every_figure_is_doubted() -> None:
    cells = {**requests(12), "proactive.licensing.decisions": cell(3)}
    for name, found in cells.items():  # a font whose 0 says 2
        if found.value == 0:
            cells[name] = cell(2)
    issue, title = misread(run_checks(cells, {"requests": EDITION})[0], cells)
    assert (issue.code, issue.severity) == ("mostly_failing", "warning")
    assert "proactive.licensing.decisions" in issue.cells
    assert (title.code, title.severity, title.cells) == ("title_doubtful", "warning", ())


def test_errors_of_an_agency_doubt_only_what_they_touch() -> None:
    cells = requests(12)
    for row in ("new", "granted", "total"):
        cells[f"requests.{row}.other"] = cell(5)
    assert not misread(run_checks(cells, {"requests": EDITION})[0], cells)
