"""Which recognised figures are believed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from extraction.acceptance import BOTH_WAYS, GIVEN, ONE_WAY, accept
from extraction.checks import misread, run_checks
from extraction.editions import editions
from extraction.ocr import MISFIT, SURE, UNSURE
from extraction.record import CellRecord, Issue, Place

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
    blank = "requests.rejected_repeat.enterprise"
    cells[blank] = cell(None, SURE, "blank")
    out, issues = accepted(cells)
    assert issues == {}
    assert out[blank].value is None


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
