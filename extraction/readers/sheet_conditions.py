"""Conditional formats of worksheets: whether one hides a figure, or shows another number.

Most colour what is there: red for negatives, bars, scales. Some print zeros in white, or give them a number
format that shows nothing; such a figure is not seen. Conditions that compare a cell with a number are
judged; of any other it is not known whether it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from extraction.document import ReadIssue
from extraction.readers.print_look import Colour, is_unseen
from extraction.readers.sheet_format import TESTS, shown, told_otherwise

Area = tuple[int, int, int, int]
"""First row, last row, first column, last column; zero-based, inclusive."""
Test = Callable[[Decimal | None], bool | None]
"""Whether a condition holds for a number; None where it is not known. Of a figure typed as text: for None."""

_HIDES = ReadIssue("hidden_text", "warning", "a conditional format hides the cell's text")
_MAY_HIDE = ReadIssue("hidden_text", "warning", "a conditional format may hide the cell's text")
_MAY_CHANGE = ReadIssue(
    "number_shown_otherwise", "warning", "a conditional format may show the number otherwise"
)
_REFERENCE = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
_COMPARES = re.compile(rf"{_REFERENCE}\s*(<=|>=|<>|<|>|=)\s*(.{{1,20}})")
_NEVER = re.compile(
    rf"(?:ISERROR|ISERR|ISNA|ISBLANK|ISTEXT)\({_REFERENCE}\)|LEN\(TRIM\({_REFERENCE}\)\)=0", re.IGNORECASE
)
"""What no number fulfils."""
_WORDS = {
    "lessThan": "<", "lessThanOrEqual": "<=", "equal": "=", "notEqual": "<>", "greaterThanOrEqual": ">=",
    "greaterThan": ">",
}  # fmt: skip


class Rule(NamedTuple):
    """One conditional format.

    Attributes:
        areas: where it is.
        test: when it is applied.
        colour: of the text, where it says one.
        ground: of the cell, where it is `filled`; None is not known.
        filled: whether it says a ground.
        hides: whether the text is not shown, or struck out.
        code: the number format, where it says one.
    """

    areas: tuple[Area, ...]
    test: Test
    colour: Colour | None = None
    ground: Colour | None = None
    filled: bool = False
    hides: bool = False
    code: str | None = None

    def covers(self, row: int, column: int) -> bool:
        """Whether it is on a cell."""
        return any(top <= row <= end and left <= column <= right for top, end, left, right in self.areas)

    def is_unseen(self, ground: Colour | None) -> bool:
        """Whether a text is not seen where it is applied; `ground`: of the cell itself."""
        return self.hides or is_unseen(None, self.colour, self.ground if self.filled else ground)


class Conditions:
    """The conditional formats of a sheet that may matter."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.hides or rule.colour or rule.code is not None]

    def look(
        self, row: int, column: int, stored: str, text: str, ground: Colour | None
    ) -> tuple[str, tuple[ReadIssue, ...]]:
        """What a cell shows, and what is to be said of it.

        Args:
            row: zero-based.
            column: zero-based.
            stored: the number behind the text, where it is one.
            text: as its own format shows it.
            ground: the colour of its own ground, where that is known.
        """
        if not self._rules or not any(char.isdigit() for char in text):
            return text, ()
        value = _decimal(stored)
        said: list[ReadIssue] = []
        for rule in self._rules:
            if not rule.covers(row, column):
                continue
            holds = rule.test(value)
            if holds is False:
                continue
            if rule.is_unseen(ground):
                said.append(_HIDES if holds else _MAY_HIDE)
            if rule.code is None or not stored:
                continue
            other = shown(stored, rule.code)
            if holds:
                text = other
            elif other != text and (not other.strip() or told_otherwise(stored, other)):
                said.append(_MAY_CHANGE)
        return text, tuple(dict.fromkeys(said))


def compared(operator: str, operands: Sequence[str]) -> Test:
    """The test of a cell's number against one constant or two (`between`, `notBetween`)."""
    sign = _WORDS.get(operator, operator)
    if len(operands) == 1 and operands[0].strip().startswith('"'):
        # No number equals a text.
        return {"=": _no, "<>": _yes}.get(sign, unknown)
    bounds = [_decimal(operand.strip()) for operand in operands]
    if not bounds or None in bounds:
        return unknown
    numbers = [bound for bound in bounds if bound is not None]
    if sign in TESTS:
        compare = TESTS[sign]

        def one(value: Decimal | None) -> bool | None:
            if value is None:
                return False if sign == "=" else None
            return compare(value, numbers[0])

        return one
    if sign in {"between", "notBetween"} and len(numbers) == 2:
        return lambda value: (
            None if value is None else (min(numbers) <= value <= max(numbers)) == (sign == "between")
        )
    return unknown


def stated(formula: str, first: str) -> Test:
    """The test that a formula makes of the cell it is applied to, of which `first` is the name."""
    own = first.replace("$", "").upper()
    formula = formula.strip()
    if (found := _NEVER.fullmatch(formula)) is not None:
        at = "".join(part for part in found.groups() if part).upper()
        return _no if at == own else unknown
    match = _COMPARES.fullmatch(formula)
    if match is None or f"{match[1]}{match[2]}".upper() != own or "$" in formula:
        return unknown
    return compared(match[3], [match[4]])


def unknown(value: Decimal | None) -> bool | None:
    """The test of which nothing is known."""
    del value
    return None


def always(value: Decimal | None) -> bool | None:
    """The test that each number fulfils; a figure typed as text may."""
    return None if value is None else True


def _yes(value: Decimal | None) -> bool | None:
    del value
    return True


def _no(value: Decimal | None) -> bool | None:
    del value
    return False


never = _no
"""The test that no figure fulfils."""


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
