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
_ENDS = frozenset("0123456789])….告报表")
"""What an entry ends with; most lines of a text end with something else."""


def listed(lines: list[TextLine]) -> frozenset[int]:
    """The numbers of the lines that are entries of a list of documents."""
    out: set[int] = set()
    run: list[int] = []
    for number, line in enumerate(lines):
        dated = line.level is None and line.bare[-1] in _ENDS and _is_dated(line.bare)
        if dated:
            out.add(number)
        entry = dated or _is_entry(line)
        if run and not (entry and _shape(line) == _shape(lines[run[-1]])):
            out |= set(run) if _is_list(run, lines) else set()
            run = []
        if entry:
            run.append(number)
    return frozenset(out | set(run) if _is_list(run, lines) else out)


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
    if line.level is not None or line.bare[-1] not in _ENDS or not 6 <= len(line.bare) <= 90:
        return False
    named = line.bare.endswith(("报告", "年报", "报表")) or _CUT.search(line.bare) is not None
    return named and not re.search(r"[。；;]", line.bare)


def _shape(line: TextLine) -> str:
    return _INDEX.sub("", line.path or "")


def _is_list(run: list[int], lines: list[TextLine]) -> bool:
    """Three different entries one after another, alike in their markup; plain text has no such likeness."""
    if len(run) < _RUN:
        return False
    bare = {lines[number].bare for number in run}
    return len(bare) >= _RUN and "/" in (lines[run[0]].path or "")
