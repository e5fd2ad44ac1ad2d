"""Is the thing behind a link an annual report? By its title; the words are in titles.yaml.

A verdict is one of

    report       the title names the report
    decoy        it names something that only resembles one; counted by reason, not fetched
    undecided    it may be one under a short name; fetched, and extraction's `kind` decides
    other        nothing points to a report
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

CUT = re.compile(r"(?:…|\.{2,}|。{2,}|⋯)+\s*$")
"""How a list shows that a title goes on."""

Kind = Literal["report", "decoy", "undecided", "other"]

# No list title is longer; a link that wraps a whole paragraph is a teaser.
_MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a title says.

    Attributes:
        kind: see the module's description.
        reason: for a decoy, what it is.
    """

    kind: Kind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    decoys: tuple[tuple[str, re.Pattern[str]], ...]
    unless_named: tuple[tuple[str, re.Pattern[str]], ...]
    ending: re.Pattern[str]
    agency: re.Pattern[str]
    reports: re.Pattern[str]
    in_column: re.Pattern[str]
    undecided: re.Pattern[str]
    hint: re.Pattern[str]


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@cache
def _words() -> _Words:
    data = yaml.safe_load((files("crawlers") / "titles.yaml").read_text("utf-8"))
    return _Words(
        tuple((reason, _any(patterns)) for reason, patterns in data["decoys"].items()),
        tuple((reason, _any(patterns)) for reason, patterns in data["decoys_unless_named"].items()),
        re.compile(data["ending"]),
        re.compile(data["agency"]),
        _any(data["reports"]),
        _any(data["in_column"]),
        _any(data["undecided"]),
        _any(data["hint"]),
    )


def normal(title: str) -> str:
    """Return a title in the form that the patterns of titles.yaml expect."""
    text = unicodedata.normalize("NFKC", title)
    return re.sub(r"[\s\u200b\ufeff《》〈〉“”\"'‘’「」【】·•]+", "", text)


def judge(title: str, *, in_column: bool = False) -> Verdict:
    """Judge a list title.

    Args:
        title: the words of the link.
        in_column: whether the list is an annual-report column.
    """
    if CUT.search(title):
        return _judge_cut(CUT.sub("", title), in_column=in_column)
    text = normal(title)
    if not text or len(text) > _MAX_TITLE:
        return Verdict("other")
    words = _words()
    about = bool(words.reports.search(text)) or bool(words.in_column.search(text))
    named = bool(words.reports.search(text)) and bool(words.ending.search(text))
    named = named or (in_column and bool(words.agency.search(text)))
    for reason, pattern in words.decoys if named else words.decoys + words.unless_named:
        if pattern.search(text):
            # Only what resembles a report is a decoy; the rest of the site is not counted.
            return Verdict("decoy", reason) if about or in_column else Verdict("other")
    about_reports = words.reports.search(text) or (in_column and words.in_column.search(text))
    if about_reports:
        # "…年度报告" is one; "关于发布…年度报告的通知" may hold one, or be about them.
        return Verdict("report" if words.ending.search(text) else "undecided")
    if in_column:
        short = words.undecided.search(text) or words.agency.search(text)
        return Verdict("undecided" if short else "other")
    return Verdict("undecided" if words.hint.search(text) else "other")


_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
_CHINESE_YEAR = re.compile(r"二[〇○ＯO零0][〇○零一二三四五六七八九\d]{2}")
_DIGITS = str.maketrans("〇○ＯO零一二三四五六七八九", "00000123456789")


def year_of(title: str) -> int | None:
    """Return the year that a report's title names, None where it names none or several."""
    text = normal(title)
    years = {int(year) for year in _YEAR.findall(text)}
    # "…2022年度报告（2023年1月发布）": what stands in brackets at the end is not the report's year.
    if len(years) > 1:
        years = {int(year) for year in _YEAR.findall(re.sub(r"\(.{0,30}\)$", "", text))}
    if not years:
        years = {int(year.translate(_DIGITS)) for year in _CHINESE_YEAR.findall(text)}
    return years.pop() if len(years) == 1 else None


def _judge_cut(stem: str, *, in_column: bool) -> Verdict:
    """Judge a title of which only the beginning is shown: what it may still become is undecided."""
    text, words = normal(stem), _words()
    for reason, pattern in words.decoys:
        if pattern.search(text):
            return Verdict("decoy", reason) if in_column or "公开" in text else Verdict("other")
    # Words that stand in names of agencies too say nothing before the title has ended.
    found = judge(stem, in_column=in_column)
    if found.kind == "report":
        return found
    about = "信息公开" in text or "政务公开" in text or "年度报告" in text or "年报" in text
    return Verdict("undecided") if found.kind != "other" or about or in_column else Verdict("other")


def completed(shown: str, title: str) -> str:
    """Return the whole of a title that a list cut, where the page's own title begins the same way."""
    stem = normal(CUT.sub("", shown))
    return title if CUT.search(shown) and stem and normal(title).startswith(stem) else shown
