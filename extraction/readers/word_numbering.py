"""Automatic list numbers of Word documents.

Section headings such as ``一、总体情况`` often carry their number as list formatting: it is printed, but is
not in the text of the paragraph. Numbers are counted here as Word counts them: by abstract list and level, a
level starting again when a higher one moves on.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DIGITS = "〇一二三四五六七八九"
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


def _counting(
    number: int, digits: str = "零一二三四五六七八九", units: tuple[str, ...] = ("", "十", "百", "千")
) -> str:
    if not 0 < number < 10_000:
        return str(number)
    text = ""
    for position, digit in enumerate(reversed(str(number))):
        value = int(digit)
        if value:
            text = digits[value] + units[position] + text
        elif text and not text.startswith(digits[0]):
            text = digits[0] + text
    return text.removeprefix(digits[1]) if 10 <= number < 20 and units[1] == "十" else text


def _positional(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    pairs = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
    text = ""
    for value, sign in (*pairs, (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        count, number = divmod(number, value)
        text += sign * count
    return text


def _letters(number: int) -> str:
    # Word repeats the letter: z, aa, bb, cc.
    return chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 30) if number > 0 else str(number)


def _from_list(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else str(number)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 0 < number <= 20 else str(number)


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalHalfWidth": str,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerLetter": _letters,
    "chineseCounting": _counting,
    "chineseCountingThousand": _counting,
    "taiwaneseCounting": _counting,
    "taiwaneseCountingThousand": _counting,
    "japaneseCounting": _counting,
    "ideographDigital": _positional,
    "taiwaneseDigital": _positional,
    "japaneseDigitalTenThousand": _positional,
    "chineseLegalSimplified": lambda number: _counting(number, _LEGAL_DIGITS, ("", "拾", "佰", "仟")),
    "ideographTraditional": _from_list(_STEMS),
    "ideographZodiac": _from_list(_BRANCHES),
}
_PLACEHOLDER = re.compile(r"%([1-9])")
_MAX_LEVELS = 9


class _Level:
    def __init__(self, element: etree._Element) -> None:
        self.start = _number(_value(element.find(f"{W}start")), 1)
        self.format = _value(element.find(f"{W}numFmt")) or "decimal"
        self.text = _value(element.find(f"{W}lvlText")) or ""
        restart = element.find(f"{W}lvlRestart")
        self.restarts = restart is None or _value(restart) != "0"
        self.legal = element.find(f"{W}isLgl") is not None


class Numbering:
    """Counters over one document; ask once for each numbered paragraph, in document order.

    Args:
        root: the root of ``word/numbering.xml``, or None where the document has no lists.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is None:
            return
        for element in root.iterfind(f"{W}abstractNum"):
            self._abstract[element.get(f"{W}abstractNumId", "")] = _levels(element)
        for element in root.iterfind(f"{W}num"):
            levels = dict(self._abstract.get(_value(element.find(f"{W}abstractNumId")) or "", {}))
            starts: dict[int, int] = {}
            for override in element.iterfind(f"{W}lvlOverride"):
                index = _number(override.get(f"{W}ilvl"), 0)
                start = override.find(f"{W}startOverride")
                if start is not None:
                    starts[index] = _number(_value(start), 1)
                levels.update(_levels(override))
            abstract = _value(element.find(f"{W}abstractNumId")) or ""
            self._lists[element.get(f"{W}numId", "")] = (abstract, levels, starts)

    def next(self, list_id: str, level: int) -> str:
        """The printed number of the next paragraph of a list; empty for bullets and unknown lists."""
        known = self._lists.get(list_id)
        if known is None or not 0 <= level < _MAX_LEVELS or level not in known[1]:
            return ""
        abstract, levels, starts = known
        counters = self._counters.setdefault(abstract, [None] * _MAX_LEVELS)
        if level in starts and (list_id, level) not in self._started:
            counters[level] = starts[level]
        else:
            current = counters[level]
            counters[level] = levels[level].start if current is None else current + 1
        self._started.add((list_id, level))
        for lower in range(level + 1, _MAX_LEVELS):
            if lower not in levels or levels[lower].restarts:
                counters[lower] = None
        if levels[level].format in ("bullet", "none"):
            return ""

        def sign(match: re.Match[str]) -> str:
            index = int(match.group(1)) - 1
            spec = levels.get(index)
            if spec is None:
                return ""
            value = counters[index]
            shown = spec.start if value is None else value
            plain = levels[level].legal and index < level
            return _FORMATS.get("decimal" if plain else spec.format, str)(shown)

        return _PLACEHOLDER.sub(sign, levels[level].text)


def _levels(element: etree._Element) -> dict[int, _Level]:
    return {_number(level.get(f"{W}ilvl"), 0): _Level(level) for level in element.iterfind(f"{W}lvl")}


def _value(element: etree._Element | None) -> str | None:
    return None if element is None else element.get(f"{W}val")


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,6}", text) else default
