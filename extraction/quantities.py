"""Numbers with their counters in running text (3件, 1,024条, 三件, 1.2万条), and dates, as single signs.

A sentence becomes a string in which each quantity and each date is one character of a private range;
patterns over it can say "a verb, an object, a quantity" without knowing how a number is printed. Percentages
and multiples become signs of their own, never counts; a number without a counter stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from extraction.normalise import fold, simplified

QUANTITY = "\ue000-\ue3ff"
OWN, BEFORE, AFTER, SEVERAL, PART = "\ue400", "\ue401", "\ue402", "\ue403", "\ue404"
"""A date of the reporting year, of an earlier one, of a later one; several years; a part of a year."""
SHARE = "\ue410"
DATES = OWN + BEFORE + AFTER + SEVERAL + PART

_HAN = "〇零一二两三四五六七八九十百千万亿"
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_FORMS = str.maketrans(
    {chr(0xFF10 + i): str(i) for i in range(10)}
    | dict(zip("．％,:()～－–—―", ".%，：（）~----", strict=True))
)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_ODD = re.compile(rf"[\s\x1c-\x1f\x85{_INVISIBLE}\ue000-\uf8ff\u2e80-\u2fdf]")
"""What makes a sentence's characters others than its bare form has: most have none of it."""
_TO = r"(?:-+|~+|至|到)"
_NUMBER = r"[0-9]{1,3}(?:，[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?"
_UNIT = (
    r"人次|件次|条次|班次|场次|宗|份(?!额)|起(?!草|来)|例(?!如)|篇(?!章)|期(?!间|限)|则|部(?!门|分|委)|家(?!庭)|处(?!理|置|罚|室)"
    r"|场(?!所)|名|笔|元|条(?!例|款|龙|规定)|件(?!事(?!项))|次(?!性|数)|人(?!民|员|大)|项(?!规定|制度|机制)"
    r"|个(?!人|百分|工作日|月|方面|小时|部门|单位|街道|乡|镇|村|社区|栏目|大类|类|层面|环节|领域|平台|渠道|窗口|县|区|市|委)"
)
_TOKEN = re.compile(
    rf"""
    (?P<span>20[0-9]{{2}}年?{_TO}20[0-9]{{2}}年度?)
  | (?P<period>(?P<y0>20[0-9]{{2}})年(?P<m0>[0-9]{{1,2}})月(?:[0-9]{{1,2}}日)?起?{_TO}
        (?:(?P<y1>20[0-9]{{2}})年)?(?P<m1>[0-9]{{1,2}})月(?:(?P<d1>[0-9]{{1,2}})日)?)
  | (?P<day>(?P<y2>20[0-9]{{2}})年(?P<m2>[0-9]{{1,2}})月(?:份|(?P<end>[底末])|(?P<d2>[0-9]{{1,2}})日)?)
  | (?P<year>(?P<y3>20[0-9]{{2}})年度?)
  | (?P<hanyear>二[〇零○][〇零○一二三][〇零○一二三四五六七八九]年度?)
  | (?P<month>(?<![0-9])[0-9]{{1,2}}(?:月?{_TO}[0-9]{{1,2}})?月(?:份|[0-9]{{1,2}}日)?)
  | (?P<share>(?<![0-9.])(?:{_NUMBER})(?:%|个百分点|倍)
      |百分之[{_HAN}点0-9.]+|[{_HAN}]+(?:个百分点|倍|成(?=以上)))
  | (?P<range>(?<![0-9.第])(?:{_NUMBER}){_TO}(?:{_NUMBER})(?P<rm>[万亿千百])?(?P<ru>{_UNIT}))
  | (?P<figure>(?<![0-9.第{_HAN}])(?<![0-9]，)(?P<num>{_NUMBER})
      (?P<scale>[万亿千百])?(?P<some>[余多几来])?(?P<unit>{_UNIT}))
  | (?P<han>(?<![第{_HAN}0-9.])(?P<hannum>[{_HAN}]+)(?P<hansome>[余多几来])?(?P<hanunit>{_UNIT}))
    """,
    re.VERBOSE,
)
_ABOUT_BEFORE = re.compile(r"(?:近|约|大约|大概|逾|超|超过|将近|接近|不到|不足|至少|最多|上)$")
_ABOUT_AFTER = re.compile(r"(?:余|左右|以上|以内|以下|上下)")
_WHOLE_YEAR = re.compile(rf"0?1月?{_TO}12月份?")
_FAR = 16
_MOST = 1000
"""Quantities in one sentence: a longer list is no sentence."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number with its counter: place in the bare sentence, value (None if no single number), flags."""

    start: int
    end: int
    value: Decimal | None
    unit: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Coded:
    """A sentence whose quantities and dates are signs.

    Attributes:
        text: the coded sentence.
        quantities: by number of their sign.
        years: of each date sign, by place in `text`, the year (None where it is no single one).
        origin: place in the bare sentence of each character of `text`.
        bare: the sentence without white space.
        source: place in the sentence as given of each character of `bare`.
    """

    text: str
    quantities: tuple[Quantity, ...]
    years: dict[int, int | None]
    origin: tuple[int, ...]
    bare: str
    source: tuple[int, ...]

    def quantity(self, sign: str) -> Quantity:
        """The quantity of a sign."""
        return self.quantities[ord(sign) - 0xE000]

    def place(self, at: int) -> int:
        """Place in the sentence as given of a place in `text`."""
        bare = self.origin[at] if at < len(self.origin) else len(self.bare)
        return self.source[bare] if bare < len(self.source) else self.source[-1] + 1

    def raw(self, start: int, end: int, sentence: str) -> str:
        """What is printed between two places of the bare sentence."""
        return sentence[self.source[start] : self.source[end - 1] + 1]


def code(sentence: str, year: int | None) -> Coded:
    """A sentence with its quantities and dates as signs, seen from a reporting year."""
    bare, source, gaps, wide = _bared(sentence)
    text: list[str] = []
    origin: list[int] = []
    quantities: list[Quantity] = []
    years: dict[int, int | None] = {}
    last = 0
    for match in _TOKEN.finditer(bare):
        if len(quantities) >= _MOST:
            break
        text.append(bare[last : match.start()])
        origin += range(last, match.start())
        sign, told = _sign(match, year)
        if sign is None:
            quantities.append(_quantity(match, bare, gaps, wide))
            sign = chr(0xE000 + len(quantities) - 1)
        elif sign in DATES:
            years[len(origin)] = told
        text.append(sign)
        origin.append(match.start())
        last = match.end()
    text.append(bare[last:])
    origin += range(last, len(bare))
    return Coded("".join(text), tuple(quantities), years, tuple(origin), bare, source)


def _bared(sentence: str) -> tuple[str, tuple[int, ...], set[int], set[int]]:
    """The sentence without white space, places of its characters, gaps inside numbers, full-width commas."""
    sentence = simplified(sentence)
    if _ODD.search(sentence) is None:
        wide = {i for i, char in enumerate(sentence) if char == "，"}
        return sentence.translate(_FORMS), tuple(range(len(sentence))), set(), wide
    chars: list[str] = []
    source: list[int] = []
    gaps: set[int] = set()
    spaced = False
    for place, char in enumerate(sentence):
        if char in _INVISIBLE or "\ue000" <= char <= "\uf8ff":
            continue
        if char.isspace():
            spaced = True
            continue
        if spaced and chars and chars[-1].isdigit() and char.isdigit():
            gaps.add(len(chars))
        spaced = False
        # Radicals that PDF fonts emit for characters; digits that are marks (①, ²) stay what they are.
        chars.append(fold(char) if "\u2e80" <= char <= "\u2fdf" else char)
        source.append(place)
    wide = {i for i, char in enumerate(chars) if char == "，"}
    return "".join(chars).translate(_FORMS), tuple(source), gaps, wide


def _sign(match: re.Match[str], year: int | None) -> tuple[str | None, int | None]:
    """The sign of a date or share and its year; None for a quantity."""
    if match["span"]:
        return SEVERAL, None
    if match["period"]:
        whole = match["m0"].lstrip("0") == "1" and match["m1"] == "12" and match["y1"] in {None, match["y0"]}
        return _dated(int(match["y0"]), year) if whole else (PART, int(match["y0"]))
    if match["day"]:
        # The last day of a year closes the whole of it (截至2021年12月31日).
        return (
            _dated(int(match["y2"]), year)
            if match["m2"] == "12" and (match["d2"] == "31" or match["end"])
            else (PART, int(match["y2"]))
        )
    if match["year"]:
        return _dated(int(match["y3"]), year)
    if match["hanyear"]:
        return _dated(int("".join(str(_DIGITS.get(char, 0)) for char in match["hanyear"][:4])), year)
    if match["month"]:
        return (OWN, year) if _WHOLE_YEAR.fullmatch(match["month"]) else (PART, None)
    return (SHARE, None) if match["share"] else (None, None)


def _dated(named: int, year: int | None) -> tuple[str, int]:
    if year is None or named == year:
        return OWN, named
    return (BEFORE if named < year else AFTER), named


def _quantity(match: re.Match[str], bare: str, gaps: set[int], wide: set[int]) -> Quantity:
    start, end = match.span()
    flags: list[str] = []
    if any(start < gap < end for gap in gaps):
        flags.append("digits_split")
    if _ABOUT_BEFORE.search(bare[max(0, start - _FAR) : start]) or _ABOUT_AFTER.match(bare, end):
        flags.append("approximate")
    if match["range"]:
        return Quantity(start, end, None, match["ru"], ("range", *flags))
    if match["han"]:
        value = han_number(match["hannum"])
        unit, some = match["hanunit"], match["hansome"]
        if value is None:
            flags.append("range")
    else:
        digits = match["num"].replace("，", "")
        value = Decimal(digits)
        unit, some = match["unit"], match["some"]
        if "，" in match["num"] and any(start <= place < end for place in wide):
            flags.append("separator")
        if len(digits) > 1 and digits[0] == "0" and digits[1] != ".":
            flags.append("digits_split")
        if match["scale"]:
            value *= _SCALES[match["scale"]]
            if unit != "元":
                flags.append("rounded")
        elif value != value.to_integral_value() and unit != "元":
            flags.append("not_whole")
    if some:
        flags.append("approximate")
    if "digits_split" in flags or "not_whole" in flags:
        value = None
    return Quantity(start, end, value, unit, tuple(dict.fromkeys(flags)))


def han_number(text: str) -> Decimal | None:
    """A number in Chinese characters (十二, 一百零五, 两千三百), or None where it is none (三四, 百余)."""
    total = part = 0
    digit: int | None = None
    last = 10**9
    for char in text:
        if char in {"零", "〇"} and len(text) > 1:
            if digit:
                return None
            digit = None
        elif char in _DIGITS:
            if digit is not None:
                return None
            digit = _DIGITS[char]
        elif char in _PLACES:
            place = _PLACES[char]
            if place >= last or (digit is None and not (char == "十" and part == 0)):
                return None
            part += (digit if digit is not None else 1) * place
            digit, last = None, place
        else:
            if digit is None and part == 0:
                return None
            total = (total + part + (digit or 0)) * _SCALES[char]
            part, digit, last = 0, None, 10**9
    return Decimal(total + part + (digit or 0))
