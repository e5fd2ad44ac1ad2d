"""Dates and years as agencies write them."""

from __future__ import annotations

import datetime as dt
import re

from extraction.normalise import squeeze

_FIRST_MONTH = re.compile(r"元(?=月)")
_HAN = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "O": 0,
    "0": 0,
    "Ｏ": 0,
    "０": 0,
}
_DATE = re.compile(r"(20[0-9]{2})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?")
_HAN_DATE = re.compile(
    r"(二[〇零○O0][〇零○O0一二三][一二三四五六七八九〇零○O0])年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?:年度|年)")
_HAN_YEAR = re.compile(r"(二[〇零○O0][〇零○O0一二三][一二三四五六七八九〇零○O0])年")
_LONGEST_DATE_LINE = 100
_BARE_YEAR = re.compile(r"(?<![0-9])(20[0-3][0-9])(?![0-9])")


def _number(han: str) -> int:
    if "十" in han:
        tens, _, ones = han.partition("十")
        return (_HAN[tens] if tens else 1) * 10 + (_HAN[ones] if ones else 0)
    return int("".join(str(_HAN[char]) for char in han))


def _plain(text: str) -> str:
    """Without blanks, the first month (元月) under its usual name."""
    bare = squeeze(text)
    return _FIRST_MONTH.sub("一" if _HAN_YEAR.search(bare) else "1", bare) if "元月" in bare else bare


def dates(text: str) -> list[str]:
    """All dates in a text as ISO, in order of place; impossible ones left out."""
    bare = _plain(text)
    found = [(m.start(), int(m[1]), int(m[2]), int(m[3])) for m in _DATE.finditer(bare)]
    found += [(m.start(), _number(m[1]), _number(m[2]), _number(m[3])) for m in _HAN_DATE.finditer(bare)]
    out = []
    for _, year, month, day in sorted(found):
        if 1 <= month <= 12 and 1 <= day <= 31:
            try:
                out.append(dt.date(year, month, day).isoformat())
            except ValueError:  # 31 June: no such day, so no date
                continue
    return out


def is_date_line(text: str) -> bool:
    """Whether a line is a date and nothing more (印发 and such allowed)."""
    if len(text) > _LONGEST_DATE_LINE:
        return False
    bare = _plain(text)
    rest = _HAN_DATE.sub("", _DATE.sub("", bare))
    return rest != bare and len(rest) <= 4


def years(text: str) -> list[int]:
    """Years named as years (2021年, 二〇二一年), in order of place, dates included."""
    bare = squeeze(text)
    found = [(m.start(), int(m[1])) for m in _YEAR.finditer(bare)]
    found += [(m.start(), _number(m[1])) for m in _HAN_YEAR.finditer(bare)]
    return [year for _, year in sorted(found)]


def title_years(text: str) -> list[int]:
    """Years in a title, where a bare number between 2000 and 2039 counts too."""
    found = years(text)
    return found or [int(m[1]) for m in _BARE_YEAR.finditer(squeeze(text))]


_RANGE = re.compile(r"(?<![0-9])(20[0-3][0-9])年?度?[-—–~～至到]+(20[0-3][0-9])年")


def year_ranges(title: str) -> list[int]:
    """The first and the last year of 2021-2022年度, which a title may name."""
    return [int(year) for m in _RANGE.finditer(squeeze(title)) for year in m.groups()]


_SUBJECT = re.compile(r"(?:政府|政务)?信息公开|政务公开")


def subject_year(title: str) -> list[int]:
    """The year of the report that a title names; of several (another paper's too) the last one before it."""
    found = title_years(title)[:1]
    subjects = list(_SUBJECT.finditer(squeeze(title)))
    before = title_years(squeeze(title)[: subjects[-1].start()]) if subjects else []
    return before[-1:] or found
