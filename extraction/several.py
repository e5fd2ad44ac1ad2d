"""Documents that join several reports: where each begins, and whether that is certain.

A report begins at a title that names a body and a year (or, of several titles without years, each another
body), at such a title with a number before it, at the bare name of a body right above a first section, or
behind another report's signature at a first section that its own signature ends. The sections of the form
that stand twice with different words tell that there are several, though not where: the record is then one,
and all its figures are doubted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

from extraction.agency import is_body, same_body, title_agency
from extraction.dates import is_date_line, title_years
from extraction.document import Document, Table
from extraction.normalise import strip_enumerators
from extraction.record import Issue
from extraction.text_lines import TextLine

Titled = tuple[int, str, str | None]
"""Number of a title's first line, the title, and where it stands."""

TABLES = ("proactive", "requests", "review_litigation")
CODE = "several_reports"
_LONG_TEXT = 200
_FEW_LINES = 3
_MOST_YEARLESS = 60
_LONGEST_HEAD = 40
_FORM_CELLS = 15
"""Cells of the smallest statutory table."""

_FIRST_SECTION = re.compile(
    r"^(?:第?一|1)(?:部分)?[、.,:](?!.*[。；]).{0,10}(?:总体|概述|概况|基本情况).{0,8}$"
)
_LAST_SECTION = re.compile(r"^(?:第?[五六]|[56])(?:部分)?[、.,:].{0,14}(?:其他|其它|需要报告|问题)")
_NUMBERED = re.compile(r"^\(?附件?[一二三四五六七八九十0-9]{1,3}\)?[:.、]?")
_LABELLED = re.compile(r"^(?:编制|填报|报告|公开|发布)?(?:单位|机关|部门)(?:名称)?:")
_NAMELESS = re.compile(
    r"^(?:20\d\d年度?)?(?:政府|政务)?信息公开(?:工作)?(?:年度(?:工作)?报告|年报|工作报告)$"
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a report begins.

    Attributes:
        line: number of the line it begins at.
        title: as printed there.
        agency: the body or place it names.
        year: the year it names, None where it names none.
    """

    line: int
    title: str
    agency: str
    year: int | None


def report_heads(document: Document, lines: list[TextLine], found: list[Titled]) -> list[Head]:
    """The beginnings of reports that have a text or tables of their own, each body and year once in a row.

    Args:
        document: the document, for its tables.
        lines: its running text.
        found: the titles in it.
    """
    heads = [
        Head(number, title, body, title_years(title)[0])
        for number, title, _ in found
        if (body := title_agency(title)) and title_years(title)
    ]
    heads = heads or _yearless(found)
    firsts = [number for number, line in enumerate(lines) if _is_first(line)]
    if len(firsts) > 1:
        taken = {head.line for head in heads}
        heads += [head for head in _numbered(lines) if head.line not in taken]
        heads += [head for first in firsts if (head := _above(lines, first, heads)) is not None]
        heads.sort(key=lambda head: head.line)
        heads = sorted([*heads, *_signed(lines, firsts, heads)], key=lambda head: head.line)
    tables = [
        number
        for number, block in enumerate(document.blocks)
        if isinstance(block, Table) and len(block.cells) > _FORM_CELLS
    ]
    out: list[Head] = []
    for place, head in enumerate(heads):
        end = heads[place + 1].line if place + 1 < len(heads) else len(lines)
        until = lines[end].block if end < len(lines) else len(document.blocks)
        said = sum(len(line.bare) for line in lines[head.line + 1 : end])
        if said < _LONG_TEXT and not any(lines[head.line].block < table < until for table in tables):
            continue
        if out and _same(out[-1], head):
            continue  # a cover, then the title again
        out.append(head)
    return out


def _yearless(found: list[Titled]) -> list[Head]:
    """Titles without a year, where there are several and each names another body."""
    heads = [Head(number, title, body, None) for number, title, _ in found if (body := title_agency(title))]
    if not 1 < len(heads) <= _MOST_YEARLESS:
        return []
    different = all(not _same(one, other) for one, other in combinations(heads, 2))
    return heads if different else []


def _is_first(line: TextLine) -> bool:
    return len(line.bare) <= _LONGEST_HEAD and _FIRST_SECTION.match(line.bare) is not None


def _numbered(lines: list[TextLine]) -> list[Head]:
    """Titles with a number before them: （一）某某区教育局2023年政府信息公开工作年度报告."""
    from extraction.titles import as_title  # which has its kind of entry from here

    out = []
    for number, line in enumerate(lines):
        if "公开" not in line.bare or "报" not in line.bare:
            continue
        rest = strip_enumerators(_NUMBERED.sub("", line.bare))
        title = as_title(rest) if rest != line.bare else None
        if title and (body := title_agency(title)) and title_years(title):
            out.append(Head(number, title, body, title_years(title)[0]))
    return out


def _above(lines: list[TextLine], first: int, heads: list[Head]) -> Head | None:
    """The bare name of a body right above a first section, where no other title stands between them."""
    at = first - 1
    if at >= 0 and _NAMELESS.match(lines[at].bare):
        at -= 1
    if at < 0 or is_date_line(lines[at].text) or any(at <= head.line < first for head in heads):
        return None
    name = _LABELLED.sub("", strip_enumerators(lines[at].bare))
    if len(name) > _LONGEST_HEAD or not is_body(name):
        return None
    years = title_years(lines[at + 1].bare) if at + 1 < first else []
    return Head(at, name, name, years[0] if years else None)


def _signed(lines: list[TextLine], firsts: list[int], heads: list[Head]) -> list[Head]:
    """Reports that no title names, each from its first section to the signature that ends it.

    Between two of them nothing may stand, so that the first section of one follows the signature of another.
    """
    starts = []
    for place, first in enumerate(firsts):
        above = [head.line for head in heads if (firsts[place - 1] if place else -1) < head.line <= first]
        nameless = first > 0 and _NAMELESS.match(lines[first - 1].bare) is not None
        starts.append((min(above, default=first - nameless), bool(above)))
    ends = [*(start for start, _ in starts[1:]), len(lines)]
    signers = [_signer(lines[start:end]) for (start, _), end in zip(starts, ends, strict=True)]
    out = []
    for place, ((start, named), signer) in enumerate(zip(starts, signers, strict=True)):
        begins = place == 0 or signers[place - 1] is not None
        if not named and begins and signer is not None:
            years = title_years(lines[start].bare)
            out.append(Head(start, lines[start].bare, signer, years[0] if years else None))
    return out


def _signer(lines: list[TextLine]) -> str | None:
    """The body that signs at the very end of some lines, above a date."""
    if len(lines) < _FEW_LINES or not is_date_line(lines[-1].text) or not is_body(lines[-2].bare):
        return None
    return lines[-2].bare


def _same(one: Head, other: Head) -> bool:
    same = same_body(one.agency, other.agency) or same_body(other.agency, one.agency)
    return same and (one.year == other.year or None in {one.year, other.year})


def joined_reports(lines: list[TextLine], heads: list[Head]) -> list[Issue]:
    """The issue of a page that joins reports of several bodies or years; nothing for one report.

    Args:
        lines: the running text.
        heads: where reports begin in it.
    """
    if len(heads) > 1:
        message = f"the page joins several reports: {heads[0].title}; {heads[1].title}"
        return [Issue(CODE, "warning", message, TABLES)]
    late = bool(heads) and _closed(lines[: heads[0].line])
    if late or _twice(lines):
        named = "; ".join(head.title for head in heads) or "without titles"
        message = f"the sections of a report stand twice on the page: {named}"
        return [Issue(CODE, "warning", message, TABLES)]
    return []


def opens_before(lines: list[TextLine], end: int) -> bool:
    """Whether a report has begun before a line, though no title says so."""
    return any(_is_first(line) for line in lines[:end])


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
