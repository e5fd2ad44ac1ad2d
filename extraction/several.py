"""Pages that join several reports: one record cannot hold both, so all its figures are doubted.

Two titles of different bodies or years tell them, each with a text of its own, or the sections of the form
that stand twice with different words.
"""

from __future__ import annotations

import re

from extraction.agency import same_body, title_agency
from extraction.dates import title_years
from extraction.record import Issue
from extraction.text_lines import TextLine

Titled = tuple[int, str, str | None]
"""Number of a title's first line, the title, and where it stands."""

TABLES = ("proactive", "requests", "review_litigation")
_LONG_TEXT = 200
_LONGEST_HEAD = 40
_FIRST_SECTION = re.compile(
    r"^(?:第?一|1)(?:部分)?[、.,:](?!.*[。；]).{0,10}(?:总体|概述|概况|基本情况).{0,8}$"
)
_LAST_SECTION = re.compile(r"^(?:第?[五六]|[56])(?:部分)?[、.,:].{0,14}(?:其他|其它|需要报告|问题)")


def joined_reports(lines: list[TextLine], found: list[Titled]) -> list[Issue]:
    """The issue of a page that joins reports of several bodies or years; nothing for one report.

    Args:
        lines: the running text.
        found: the titles in it.
    """
    titles = [
        (number, title, body)
        for number, title, _ in found
        if (body := title_agency(title)) and title_years(title)
    ]
    with_text: list[tuple[str, str]] = []
    late = False
    for place_, (number, title, body) in enumerate(titles):
        end = titles[place_ + 1][0] if place_ + 1 < len(titles) else len(lines)
        if sum(len(line.bare) for line in lines[number + 1 : end]) >= _LONG_TEXT:
            late = late or (not with_text and _closed(lines[:number]))
            with_text.append((title, body))
    first, body = with_text[0] if with_text else ("", "")
    for title, other in with_text[1:]:
        same = same_body(body, other) or same_body(other, body)
        if not same or title_years(title)[0] != title_years(first)[0]:
            message = f"the page joins several reports: {first}; {title}"
            return [Issue("several_reports", "warning", message, TABLES)]
    if late or _twice(lines):
        named = "; ".join(title for title, _ in with_text) or "without titles"
        message = f"the sections of a report stand twice on the page: {named}"
        return [Issue("several_reports", "warning", message, TABLES)]
    return []


def _closed(lines: list[TextLine]) -> bool:
    """Whether a report has come to its last section."""
    return _prose(lines) and any(
        len(line.bare) <= _LONGEST_HEAD and _LAST_SECTION.match(line.bare) for line in lines
    )


def _twice(lines: list[TextLine]) -> bool:
    """Whether a first section follows a last one, each with its text, which a table of contents has not.

    A report that is printed twice over is still one.
    """
    before: set[str] | None = None
    opened: int | None = None
    for number, line in enumerate(lines):
        if len(line.bare) > _LONGEST_HEAD:
            continue
        if opened is not None and _LAST_SECTION.match(line.bare):
            part = lines[opened:number]
            opened = None
            if not _prose(part):
                continue
            said = {each.bare for each in part}
            if before is not None and not said <= before:
                return True
            before = said
        elif _FIRST_SECTION.match(line.bare):
            opened = number
    return False


def _prose(lines: list[TextLine]) -> bool:
    return sum(len(line.bare) for line in lines if len(line.bare) > _LONGEST_HEAD) >= _LONG_TEXT
