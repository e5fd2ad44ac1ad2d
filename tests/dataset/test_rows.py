from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.layouts import place_of
from dataset.rows import as_float


def test_a_place_is_said_as_people_count() -> None:
    at = {"table": 0, "row": 5, "column": 2, "page": None, "bbox": None, "path": "/table[1]/tr[6]"}
    assert place_of(at) == "table 1; row 6; column 3; path /table[1]/tr[6]"


def test_a_place_on_a_page_has_a_box() -> None:
    at = {
        "table": None,
        "row": None,
        "column": None,
        "page": 2,
        "bbox": [10.0, 20.5, 30.25, 40.0],
        "path": None,
    }
    assert place_of(at) == "page 2; box 10,20.5,30.25,40"


@given(st.integers(-(2**53), 2**53))
def test_every_count_is_exact(value: int) -> None:
    assert as_float(value) == (float(value), True)


@given(st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False))
def test_every_amount_is_exact(value: Decimal) -> None:
    assert as_float(value)[1]


@pytest.mark.parametrize("value", [2**53 + 1, Decimal("0.12345678901234567890")])
def test_a_figure_that_would_not_come_back_is_known(value) -> None:
    assert as_float(value)[1] is False
