"""What a spreadsheet program shows for a stored number.

A workbook stores 5.0 and shows ``5``; it stores 0.30000000000000004 and shows ``0.3``. What is shown was
published.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from extraction.document import ReadIssue

_ACCOUNTING = '_ * #,##0{0}_ ;_ * -#,##0{0}_ ;_ * "-"_ ;_ @_ '
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "yyyy-m-d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-m-d h:mm", 27: "yyyy年m月", 28: "m月d日",
    29: "m月d日", 30: "m-d-yy", 31: "yyyy年m月d日", 32: "h时mm分", 33: "h时mm分ss秒", 34: "h时mm分",
    35: "h时mm分ss秒", 36: "yyyy年m月", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 41: _ACCOUNTING.format(""), 42: _ACCOUNTING.format(""),
    43: _ACCOUNTING.format(".00"), 44: _ACCOUNTING.format(".00"), 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss",
    48: "0.0E+0", 49: "@", 50: "yyyy年m月", 51: "m月d日", 52: "yyyy年m月", 53: "m月d日", 54: "m月d日",
    55: "h时mm分", 56: "h时mm分ss秒", 57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip
"""Formats that are known by number only, those of the Chinese versions included."""

_TOKEN = re.compile(
    r'"[^"]*"?|\\.|!.|_.|\*.|\[[^\]]*\]|General|G/通用格式|[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|AM/PM|[0#?.,%@]|.',
    re.DOTALL | re.IGNORECASE,
)
_SECTION = re.compile(r'(?:[^;"\\]|"[^"]*"?|\\.)*', re.DOTALL)
_GENERAL = frozenset({"general", "g/通用格式"})
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\]")
_BRACKETS = re.compile(r"\[[^\]]*\]")
_TIME = re.compile(r"(?i)\[?(?:h+|s+)\]?")
_WHITE = re.compile(r"(?i)\[(?:white|白色?|colou?r ?2)\]")
TESTS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "<>": operator.ne, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
_FIFTEEN = Context(prec=15)
"""Spreadsheet programs keep and show fifteen significant digits."""
_FIGURE = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+")
_MAX_PLACES = 30
ZERO = "0"
"""The sign of a digit that is always shown."""
_DIGITS = frozenset("0#?")
TEXT = "@"
"""The sign of the text as it is."""


def shown(stored: str, code: str, *, from_1904: bool = False) -> str:
    """The text of a stored number under a number format; the stored text where it is no number."""
    try:
        value = _FIFTEEN.plus(Decimal(stored))
    except InvalidOperation:
        return stored
    if not value.is_finite() or abs(value.adjusted()) > _MAX_PLACES:
        return stored
    section, value, several = _section(value, code)
    tokens = _TOKEN.findall(section)
    if not tokens:
        return "" if several else _plain(value)
    if _is_date(tokens):
        return _date(value, tokens, from_1904=from_1904)
    general = next((n for n, token in enumerate(tokens) if token.lower() in _GENERAL or token == TEXT), None)
    if general is not None:
        before, after = tokens[:general], tokens[general + 1 :]
        return "".join([*map(_literal, before), _plain(value), *map(_literal, after)])
    if "E" in tokens or "e" in tokens or ("/" in tokens and "?" in tokens):
        return _plain(value)  # with an exponent or as a fraction: the figure is the same
    return _number(value, tokens)


def shown_text(text: str, code: str) -> str:
    """A stored text under a number format, whose fourth section says how texts are shown."""
    sections = _sections(code)
    if len(sections) < 4 and "@" not in sections[-1]:
        return text
    tokens = _TOKEN.findall(sections[-1])
    if not tokens or all(token[0] in "[_*" for token in tokens):
        return ""
    if TEXT not in tokens:
        return text  # a word in place of the text would change what it is; the text is what was typed
    return "".join([text if token == TEXT else _literal(token) for token in tokens])


def is_white(stored: str, code: str) -> bool:
    """Whether a format prints a stored number in white."""
    if not _WHITE.search(code):
        return False
    try:
        value = _FIFTEEN.plus(Decimal(stored))
    except InvalidOperation:
        return False
    return value.is_finite() and _WHITE.search(_section(value, code)[0]) is not None


def _sections(code: str) -> list[str]:
    found, at = [], 0
    while True:
        match = _SECTION.match(code, at)
        end = match.end() if match else at
        found.append(code[at:end])
        if end >= len(code):
            return found
        at = end + 1


def _section(value: Decimal, code: str) -> tuple[str, Decimal, bool]:
    """The part of a format that shows a value, the value as it goes in, and whether there are other parts."""
    sections = _sections(code)
    several = len(sections) > 1
    if any(_CONDITION.search(section) for section in sections[:2]):
        for number, section in enumerate(sections[:3]):
            test = _CONDITION.search(section)
            # A second part without a condition is for negatives where others follow it.
            if test is None and number == 1 and len(sections) > 2 and value >= 0:
                continue
            if test is None or TESTS[test[1]](value, Decimal(test[2])):
                signed = value < 0 and re.search(r"[-(]", _BRACKETS.sub("", section)) is not None
                return section, -value if signed else value, several
        return "General", value, several
    if value < 0 and several:
        return sections[1], -value, several  # the section for negatives writes the sign itself
    if value == 0 and len(sections) > 2:
        return sections[2], value, several
    return sections[0], value, several


def _is_date(tokens: list[str]) -> bool:
    letters = {token[0].lower() for token in tokens}
    if letters & {"y", "d"} or any(_TIME.fullmatch(token) for token in tokens):
        return not {token.lower() for token in tokens} & _GENERAL
    return "m" in letters and not letters & {"0", "#", "?", "@", "g"}


def told_otherwise(stored: str, text: str) -> tuple[ReadIssue, ...]:
    """What is to be said where a format shows another number than the one that is stored.

    The figure of the report is what is shown. That a note tells; a whole number made of a broken one, and a
    sign or a number that is not shown at all, is worth a look at the sheet.
    """
    try:
        value = _FIFTEEN.plus(Decimal(stored))
    except InvalidOperation:
        return ()
    figures = _FIGURE.findall(text)
    if not value.is_finite() or len(figures) > 1 or (not figures and not value):
        return ()  # a date; a zero that is not shown
    seen = Decimal(figures[0].replace(",", "")) if figures else Decimal(0)
    if "%" in text:
        seen = seen.scaleb(-2)
    if value < 0 and ("-" in text or "(" in text):
        seen = -seen
    if seen == value:
        return ()
    near = "." in text and abs(seen - value) < 1
    message = f"{_plain(value)} is stored, {text.strip()!r} is shown"
    return (ReadIssue("number_shown_otherwise", "note" if near else "warning", message),)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(value: Decimal, tokens: list[str]) -> str:
    digits = [index for index, token in enumerate(tokens) if token in _DIGITS]
    if not digits:
        return "".join(map(_literal, tokens))
    point = tokens.index(".") if "." in tokens else len(tokens)
    places = sum(1 for index in digits if index > point)
    needed = max(
        (n for n, index in enumerate((i for i in digits if i > point), 1) if tokens[index] == ZERO), default=0
    )
    whole = sum(1 for index in digits if index < point and tokens[index] == ZERO)
    last = max((index for index in digits if index < point), default=-1)
    thousands = _commas(tokens, last + 1) + (_commas(tokens, digits[-1] + 1) if digits[-1] > point else 0)
    value = value.scaleb(2 * tokens.count("%") - 3 * thousands)
    value = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=Context(prec=60))
    grouped = "," in tokens[: max(last, 0)]
    sign = "-" if value < 0 else ""
    integer, _, fraction = f"{abs(value):f}".partition(".")
    while len(fraction) > needed and fraction.endswith("0"):
        fraction = fraction[:-1]
    integer = integer.lstrip("0").rjust(whole, "0")
    if grouped:
        integer = f"{int(integer or 0):,}" if int(integer or 0) else integer
    figure = integer + ("." + fraction if fraction or (point < len(tokens) and needed) else "")
    inside = tokens[digits[0] : last + 1]
    if any(_literal(part) for part in inside if part not in _DIGITS):
        figure = _interspersed(figure, inside)
    before = "".join(map(_literal, tokens[: digits[0]]))
    after = "".join(map(_literal, tokens[digits[-1] + 1 :]))
    return before + sign + figure + after


def _interspersed(figure: str, tokens: list[str]) -> str:
    """A figure with the literal texts between its digits, counted from its end: 12 as `0!.0` is 1.2."""
    whole, point, rest = figure.partition(".")
    out: list[str] = []
    left = sum(part in _DIGITS for part in tokens)
    for part in reversed(tokens):
        if part not in _DIGITS:
            out.append(_literal(part))
            continue
        left -= 1
        cut = max(len(whole) - 1, 0) if left else 0
        out.append(whole[cut:])
        whole = whole[:cut]
    return "".join(reversed(out)) + point + rest


def _commas(tokens: list[str], start: int) -> int:
    """How many commas stand from here on; behind the digits each scales by a thousand."""
    end = start
    while end < len(tokens) and tokens[end] == ",":
        end += 1
    return end - start


def _literal(token: str) -> str:
    if token[0] == '"':
        return token.strip('"')
    if token[0] in "\\!" and len(token) > 1:
        return token[1:]
    if token[0] in "_*[" or token in (",", "."):
        return ""
    return token


def _date(value: Decimal, tokens: list[str], *, from_1904: bool) -> str:
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar day
    if not 0 <= value < 2_958_466:
        return _plain(value)
    day = start + timedelta(days=float(value))
    parts = []
    minutes = False
    for token in tokens:
        lead = token[0].lower()
        if lead == "y":
            parts.append(f"{day.year:04d}" if len(token) > 2 else f"{day.year % 100:02d}")
        elif lead == "m":
            parts.append(f"{day.minute if minutes else day.month:0{min(len(token), 2)}d}")
        elif lead == "d":
            parts.append(f"{day.day:0{min(len(token), 2)}d}")
        elif _TIME.fullmatch(token):
            bare = token.strip("[]")
            parts.append(f"{day.hour if bare[0] in 'hH' else day.second:0{min(len(bare), 2)}d}")
            minutes = True
        else:
            parts.append(_literal(token))
    return "".join(parts).strip()
