"""Cell text -> value, status and unit.

Strict on purpose: only what can be read in one way becomes a figure. Everything else keeps its raw text,
is null and leaves an issue. In particular the text is *not* NFKC-normalised: that would turn a footnote
mark into a digit (``12²`` into ``122``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from extraction.normalise import simplified, squeeze

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e]")
_RESIDUE = re.compile(r"\[bookmark:[^\]]*\]")
# Full-width forms and the many dashes of Chinese typesetting; nothing else is translated.
_FORMS = str.maketrans(
    {
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        **dict.fromkeys("－−﹣‐‑‒–—―", "-"),
        "．": ".",
        "，": ",",
        "＋": "+",
        "（": "(",
        "）": ")",
        "／": "/",
        "：": ":",
        "％": "%",
    }
)
_DASHES = frozenset({"-", "--", "---", "----", "/", "//", "\\", "-/-"})
_NOT_APPLICABLE = frozenset({"无", "不适用", "不涉及", "无此项", "无数据", "空", "N/A", "n/a", "NA", "暂无"})
_COUNT_UNITS = (
    "件", "个", "项", "条", "次", "宗", "份", "起", "例", "类", "家", "人", "部", "批",
    "篇", "人次", "期", "场", "处", "名",
)  # fmt: skip
_MONEY_UNITS = {
    "元": Decimal(1), "百元": Decimal(100), "千元": Decimal(1_000), "万元": Decimal(10_000),
    "十万元": Decimal(100_000), "百万元": Decimal(1_000_000), "千万元": Decimal(10_000_000),
    "亿元": Decimal(100_000_000),
}  # fmt: skip
_NUMBER = r"(?P<sign>[+-]?)(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<fraction>\.[0-9]+)?"
_UNITS = "|".join(sorted((*_COUNT_UNITS, *_MONEY_UNITS, "人民币元"), key=len, reverse=True))
_FIGURE = re.compile(rf"(?:{_NUMBER})\s*(?P<unit>{_UNITS})?\s*(?P<note>\([^()]*\))?")
_NOTE_UNIT = re.compile(rf"\((?:单位:)?(?P<unit>{_UNITS})\)")
_OTHER_YEAR = re.compile(r"\((?:20[0-9]{2}|[上去前])年(?:度|数|数据)?\)")
_RIVAL = re.compile(
    rf"\((?:(?:本年|今年|当年|实际|实为|应为|应是|更正为?|修正为?)[^()0-9]{{0,8}})?[+-]?[0-9][0-9,.]*(?:{_UNITS})?\)"
)
"""A note that gives another figure for the cell itself, not a part of it or a remark on it."""
_TURNING = re.compile(
    r"\((?:减少?|下降|负数?|[-↓▼]|[十百千万亿]{1,2}|多|余|约|估计?|左右|以上|[有错]?误|错误|待(?:核实?|定|更正))\)"
)
"""A note that changes what the figure says: its sign, its size, that it is none."""
_RIGHT_TO_LEFT = "\u202e"
"""Shows the digits behind it in the other order."""
_WORDED_CHANGE = re.compile(
    rf"(?P<word>增加?|减少?|新增)\s*(?P<digits>[0-9]+)\s*(?P<unit>{'|'.join(_COUNT_UNITS)})?"
)
_SPLIT = re.compile(r"[0-9]+(?:\s+[0-9]+)+")
_COUNT_SCALE = re.compile(rf"\((?:单位:?)?[十百千万亿]+(?:{'|'.join(_COUNT_UNITS)})?\)")
_HEAD_UNIT = re.compile(r"(亿元|[十百千]?万元|千元|百元|(?<![十拾佰仟美欧港日])元)")
_ZERO_LOOKALIKES = frozenset({"O", "o", "〇", "零", "○", "◯"})
_MARKED = re.compile(r"[0-9]+(?:[*†‡注①-⑳⑴-⒇¹²³]|\[[0-9注]\]){1,3}")
"""A figure with a footnote's mark: it stands in a value cell, but where the figure ends is not certain."""
_MAX_DIGITS = 15
"""Significant digits a JSON number carries exactly everywhere."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell text says.

    Attributes:
        value: the figure, or None.
        status: ``number``, ``blank``, ``dash``, ``not_applicable``, ``text`` or ``unreadable``.
        unit: the unit the figure is in, where known.
        issue: code of an issue this reading leaves, if any.
        severity: its severity.
        message: its message.
        suggested: a figure a person might accept; never used by us.
    """

    value: Decimal | None
    status: str
    unit: str | None = None
    issue: str | None = None
    severity: str = "warning"
    message: str = ""
    suggested: int | None = None


class Quantity(NamedTuple):
    """What a column holds.

    Attributes:
        kind: ``count``, ``change`` (signed) or ``money``.
        unit: unit of the value in the record (``件``, ``元``, ``万元``).
        printed_unit: unit that the column's head names, if it does (money only).
    """

    kind: str
    unit: str
    printed_unit: str | None = None


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Spaces and invisible residue around a figure removed, full-width forms made plain."""
    return simplified(_INVISIBLE.sub("", _RESIDUE.sub("", text)).translate(_FORMS).strip())


@lru_cache(maxsize=8192)
def is_value_like(text: str) -> bool:
    """Whether a text can stand in a value cell: a figure, a dash, a blank, a note of absence."""
    bare = clean(text)
    return (
        not bare
        or bare in _DASHES
        or bare in _NOT_APPLICABLE
        or _FIGURE.fullmatch(bare) is not None
        or _SPLIT.fullmatch(bare) is not None
        or _WORDED_CHANGE.fullmatch(bare) is not None
        or bare in _ZERO_LOOKALIKES
        or _MARKED.fullmatch(bare) is not None
    )


@lru_cache(maxsize=8192)
def is_figure(text: str) -> bool:
    """Whether a text is a figure on its face."""
    return _FIGURE.fullmatch(clean(text)) is not None


def is_dash(text: str) -> bool:
    """Whether a text is a dash of any kind."""
    return clean(text) in _DASHES


@lru_cache(maxsize=8192)
def is_unit(text: str) -> bool:
    """Whether a text is a unit and nothing else (``件``, ``万元``, ``期/次``, ``次（期）``)."""
    parts = [part for part in re.split(r"[/、()]", squeeze(text)) if part]
    return bool(parts) and all(part in _COUNT_UNITS or part in _MONEY_UNITS for part in parts)


def money_unit(text: str) -> bool:
    """Whether a unit is one of money."""
    return squeeze(text) in _MONEY_UNITS


@lru_cache(maxsize=256)
def head_unit(text: str) -> str | None:
    """The money unit that a column head names (``采购总金额（单位：万元）``)."""
    found = {match.group(1) for match in _HEAD_UNIT.finditer(squeeze(text))}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=256)
def label_unit(text: str) -> str | None:
    """The money unit that a row's label names in brackets (``行政事业性收费（元）``)."""
    return head_unit(" ".join(re.findall(r"\(([^()]*)\)", squeeze(text))))


@lru_cache(maxsize=256)
def scaled_count(text: str) -> bool:
    """Whether a head says that its counts are printed in tens of thousands or the like (``（万件）``)."""
    return _COUNT_SCALE.search(squeeze(text)) is not None


@lru_cache(maxsize=8192)
def read_value(text: str, quantity: Quantity) -> Reading:
    """Read one value cell."""
    reading = _read(text, quantity)
    if _RIGHT_TO_LEFT in text and reading.value is not None and reading.issue is None:
        return replace(
            reading, issue="print_doubtful", message="characters that turn the direction of writing"
        )
    return reading


def _read(text: str, quantity: Quantity) -> Reading:
    bare = clean(text)
    if not bare:
        return Reading(None, "blank")
    if bare in _DASHES:
        return Reading(None, "dash")
    if bare in _NOT_APPLICABLE:
        return Reading(None, "not_applicable")
    if (match := _FIGURE.fullmatch(bare)) is not None:
        return _figure(match, bare, quantity)
    if quantity.kind == "change" and (match := _WORDED_CHANGE.fullmatch(bare)) is not None:
        size = Decimal(match["digits"])
        return Reading(
            -size if match["word"].startswith("减") else size, "number", match["unit"] or quantity.unit
        )
    if _SPLIT.fullmatch(bare):
        joined = re.sub(r"\s+", "", bare)
        return Reading(
            None, "unreadable", None, "digits_split", "warning", f"digits apart: {bare!r}",
            int(joined) if len(joined) <= _MAX_DIGITS else None,
        )  # fmt: skip
    if "\ufffd" in bare:
        return Reading(
            None, "unreadable", None, "cell_unreadable", "warning", f"characters unknown: {bare[:80]!r}"
        )
    suggested = 0 if bare in _ZERO_LOOKALIKES else None
    return Reading(
        None, "text", None, "value_not_a_figure", "warning", f"not a figure: {bare[:80]!r}", suggested
    )


def _figure(match: re.Match[str], bare: str, quantity: Quantity) -> Reading:
    """A figure with its unit; a unit in brackets is one too, another figure in brackets leaves a doubt."""
    note = match["note"] or ""
    unit = match["unit"]
    if unit is None and (named := _NOTE_UNIT.fullmatch(note)) is not None:
        unit = named["unit"]
    reading = _in_unit(match, "元" if unit == "人民币元" else unit, bare, quantity)
    if reading.issue is None and any(each.fullmatch(note) for each in (_RIVAL, _OTHER_YEAR, _TURNING)):
        return replace(
            reading, issue="note_doubtful", message=f"what is in brackets may be the figure: {bare[:80]!r}"
        )
    return reading


def _in_unit(match: re.Match[str], unit: str | None, bare: str, quantity: Quantity) -> Reading:
    digits = match["digits"].replace(",", "")
    fraction = match["fraction"] or ""
    if len(digits.lstrip("0")) + len(fraction) > _MAX_DIGITS or (len(digits) > 1 and digits[0] == "0"):
        return Reading(
            None, "text", None, "value_not_a_figure", "warning", f"implausible figure: {bare[:80]!r}"
        )
    value = Decimal(match["sign"] + digits + fraction)
    if quantity.kind == "money":
        return _money(value, unit, quantity, bare)
    if unit in _MONEY_UNITS:
        return Reading(
            None, "text", None, "unit_unexpected", "warning", f"money where a count belongs: {bare!r}"
        )
    if value != value.to_integral_value():
        return Reading(
            None, "text", None, "value_not_a_figure", "warning", f"a fraction of a count: {bare!r}"
        )
    value = value.to_integral_value()
    value = value or value.copy_abs()
    if value < 0 and quantity.kind != "change":
        return Reading(
            value, "number", unit or quantity.unit, "negative_count", "warning", f"a negative count: {bare!r}"
        )
    return Reading(value, "number", unit or quantity.unit)


def _money(value: Decimal, unit: str | None, quantity: Quantity, bare: str) -> Reading:
    if unit in _COUNT_UNITS:
        return Reading(
            None, "text", None, "unit_unexpected", "warning", f"a count where money belongs: {bare!r}"
        )
    if not value:
        return Reading(Decimal(0), "number", quantity.unit if unit or quantity.printed_unit else None)
    known = unit or quantity.printed_unit
    if known is None:
        return Reading(
            value,
            "number",
            None,
            "unit_unknown",
            "warning",
            f"amount printed without a unit, kept as printed: {bare!r}",
        )
    amount = value * _MONEY_UNITS[known] / _MONEY_UNITS[quantity.unit]
    if unit and quantity.printed_unit and unit != quantity.printed_unit:
        message = f"the cell says {unit}, the column head {quantity.printed_unit}: {bare!r}"
        return Reading(amount, "number", quantity.unit, "unit_conflict", "warning", message)
    negative = value < 0
    return Reading(
        amount, "number", quantity.unit, "negative_count" if negative else None, "warning",
        f"a negative amount: {bare!r}" if negative else "",
    )  # fmt: skip


def plain(value: Decimal | None) -> int | float | None:
    """A JSON number without noise: an integer where it is one."""
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else float(value)
