"""Lines that list other documents beside the text: related reports, a column's index.

They are no part of the report: no title, year, date or body is read from them.
"""

from __future__ import annotations

import re

from extraction.text_lines import TextLine

_DATED = re.compile(
    r"^(?P<entry>[^,，。;；]{4,70}?)(?:\.{2,}|…+)?[\[(]?(?:20\d\d[-./])\d{1,2}[-./]\d{1,2}(?:\d\d:\d\d(?::\d\d)?)?[\])]?$"
)
_CUT = re.compile(r"(?:\.{3,}|…+)$")
_CALLED = re.compile(r"(?:报告|年报|报表|指南|目录|通知|公开工?作?(?:年度?)?)$")
_INDEX = re.compile(r"\[\d+\]")
_LABEL = re.compile(r"(?:日期|时间|来源|作者|浏览|字号)[:：]")
_RUN = 3


def listed(lines: list[TextLine]) -> frozenset[int]:
    """The numbers of the lines that are entries of a list of documents."""
    out = {number for number, line in enumerate(lines) if line.level is None and _is_dated(line.bare)}
    run: list[int] = []
    for number, line in enumerate(lines):
        if not _is_entry(line) or (run and _shape(line) != _shape(lines[run[-1]])):
            out |= set(run) if _is_list(run, lines) else set()
            run = []
        if _is_entry(line):
            run.append(number)
    out |= set(run) if _is_list(run, lines) else set()
    return frozenset(out)


def _is_dated(bare: str) -> bool:
    match = _DATED.match(bare)
    return (
        match is not None
        and not _LABEL.search(bare)
        and (
            match.end("entry") < len(bare)
            and bool(_CALLED.search(match["entry"]) or re.search(r"\.{2,}|…", bare))
        )
    )


def _is_entry(line: TextLine) -> bool:
    if line.level is not None or not 6 <= len(line.bare) <= 90 or re.search(r"[。；;]", line.bare):
        return False
    return (
        _is_dated(line.bare) or bool(_CUT.search(line.bare)) or line.bare.endswith(("报告", "年报", "报表"))
    )


def _shape(line: TextLine) -> str:
    return _INDEX.sub("", line.path or "")


def _is_list(run: list[int], lines: list[TextLine]) -> bool:
    """Three different entries one after another, alike in their markup; plain text has no such likeness."""
    bare = {lines[number].bare for number in run}
    return len(bare) >= _RUN and "/" in (lines[run[0]].path or "")
