"""What a spreadsheet program shows for a stored number.

A workbook stores 5.0 and shows ``5``; it stores 0.30000000000000004 and shows ``0.3``. What is shown was
published.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from extraction.document import ReadIssue

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy-m-d",
    22: "yyyy-m-d", 27: "yyyy年m月", 28: "m月d日", 31: "yyyy年m月d日", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 49: "@", 57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip
"""Formats that are known by number only, those of the Chinese versions included."""

_TOKEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|General|[yY]+|[mM]+|[dD]+|[0#?.,%@]|.', re.DOTALL)
_FIFTEEN = Context(prec=15)
"""Spreadsheet programs keep and show fifteen significant digits."""
_FIGURE = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+")
_MAX_PLACES = 30
ZERO = "0"
"""The sign of a digit that is always shown."""


def shown(stored: str, code: str, *, from_1904: bool = False) -> str:
    """The text of a stored number under a number format; the stored text where it is no number."""
    try:
        value = _FIFTEEN.plus(Decimal(stored))
    except InvalidOperation:
        return stored
    if not value.is_finite() or abs(value.adjusted()) > _MAX_PLACES:
        return stored
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    section = sections[0]
    if value < 0 and len(sections) > 1:
        section, value = sections[1], -value  # the section for negatives writes the sign itself
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    tokens = _TOKEN.findall(section)
    if not tokens:
        return "" if len(sections) > 1 else _plain(value)
    if any(part[0] in "yYdD" for part in tokens):
        return _date(value, tokens, from_1904=from_1904)
    if "General" in tokens or "@" in tokens or "E" in tokens:
        return _plain(value)
    return _number(value, tokens)


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
    digits = [index for index, token in enumerate(tokens) if token in ("0", "#", "?")]
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
    before = "".join(map(_literal, tokens[: digits[0]]))
    after = "".join(map(_literal, tokens[digits[-1] + 1 :]))
    return before + sign + figure + after


def _commas(tokens: list[str], start: int) -> int:
    """How many commas stand from here on; behind the digits each scales by a thousand."""
    end = start
    while end < len(tokens) and tokens[end] == ",":
        end += 1
    return end - start


def _literal(token: str) -> str:
    if token[0] == '"':
        return token.strip('"')
    if token[0] == "\\":
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
    for token in tokens:
        if token[0] in "yY":
            parts.append(f"{day.year:04d}" if len(token) > 2 else f"{day.year % 100:02d}")
        elif token[0] in "mM":
            parts.append(f"{day.month:0{min(len(token), 2)}d}")
        elif token[0] in "dD":
            parts.append(f"{day.day:0{min(len(token), 2)}d}")
        else:
            parts.append(_literal(token))
    return "".join(parts).strip()
