"""When a document was published and signed, by what it says itself.

A date that a library guessed from the page (`trafilatura:date`) is kept as a source; it decides only where
the page prints the same date beside its title, never where it stands in a list of other documents.
"""

from __future__ import annotations

import re

from extraction.agency import signed_line
from extraction.dates import dates, is_date_line
from extraction.text_lines import TextLine

_FACTS = (
    "pubdate", "发布日期", "发布时间", "公开日期", "publishdate", "publish-date", "publish_date",
    "publishtime", "publish_time", "releasedate", "releasetime", "datepublished", "article:published_time",
    "og:published_time", "dcterms.issued", "dc.date.issued", "日期", "时间", "发文日期",
)  # fmt: skip
_DIGITS = re.compile(r"\s*(20[0-9]{2})([01][0-9])([0-3][0-9])(?:[0-9]{4}|[0-9]{6})?\s*")
_GUESSED = "trafilatura:date"
_LABELLED = re.compile(
    r"(?:^|[^\u4e00-\u9fff])(?:(?:信息)?(?:发布|公开|上传|录入|发文|公布|发表)?(?:日期|时间))[:：]?(?=20\d\d)|"
    r"(?:发布|公开|公布|发文|发表)(?:于|日期|时间)[:：]?(?=20\d\d)"
)
_ARTICLE_LINE = re.compile(r"来源|浏览|字号|点击|阅读|访问量|作者|打印|分享|字体")
_WITH_TIME = re.compile(r"^20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\d{1,2}:\d\d(?::\d\d)?)?$")
_LONGEST = 140
_HEAD_LINES = 24
_TAIL_LINES = 30


def published_dates(facts: list[tuple[str, str]], lines: list[TextLine]) -> list[tuple[str, str, bool]]:
    """Dates of publication, best first: date, source, and whether it may decide.

    Args:
        facts: what the file says about itself, names in lower case.
        lines: the running text without lists of other documents, whose dates are theirs.
    """
    out = [
        (found[0], fact, True)
        for name in _FACTS
        for fact, value in facts
        if fact == name and (found := dates(_DIGITS.sub(r"\1-\2-\3", value)))
    ]
    head = [line for line in lines[:_HEAD_LINES] if len(line.bare) <= _LONGEST and "。" not in line.bare]
    for line in head:
        label = _LABELLED.search(line.bare)
        told = dates(line.bare[label.end() :] if label else line.bare)
        if told and (label or _ARTICLE_LINE.search(line.bare)):
            out.append((told[0], f"text {line.path or ''}".strip(), True))
    beside = stray_dates(lines)
    for fact, value in facts:
        if fact == _GUESSED and (found := dates(value)):
            out.append((found[0], fact, found[0] in beside))
    return out


def stray_dates(lines: list[TextLine]) -> set[str]:
    """Dates that stand alone in a line among the first ones, without a word on what they are."""
    head = [line for line in lines[:_HEAD_LINES] if len(line.bare) <= _LONGEST and "。" not in line.bare]
    return {date for line in head if _WITH_TIME.match(line.bare) for date in dates(line.bare)}


def signature_dates(lines: list[TextLine]) -> list[tuple[str, str, bool]]:
    """Dates at the end of the text: date, source, and whether it is that of printing (印发)."""
    return [
        (found[0], f"text {line.path or ''}".strip(), "印发" in line.bare)
        for line in lines[-_TAIL_LINES:]
        if (is_date_line(line.text) or signed_line(line)) and (found := dates(line.text))
    ]
