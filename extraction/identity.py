"""Who reports on which year, and since when: title, agency, year, dates, document number, scope.

Every field keeps all its sources; the best source wins by kind, never by chance, and sources that
contradict each other leave an issue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extraction.agency import title_agency
from extraction.dates import title_years
from extraction.document import Document, Table
from extraction.facts import table_facts
from extraction.listing import listed
from extraction.normalise import squeeze
from extraction.place import place
from extraction.prefaces import quoted_title, says_so
from extraction.publication import published_dates, signature_dates
from extraction.record import Issue, Report
from extraction.reporting_body import reporting_body
from extraction.scope import scope_of
from extraction.several import Head, Titled, joined_reports, report_heads
from extraction.text_lines import TextLine
from extraction.titles import DOCUMENT_NUMBER, TITLE_FACTS, as_title, fact_title, is_placeholder, text_titles
from extraction.year import reporting_year

_HEAD_LINES = 40
_LATE = 3
"""Years after its own in which a report may yet be signed."""
_FORM = re.compile(
    r"第二十条|信息内容|本列数据|勾稽|自然人|申请人情况|行政复议|行政诉讼|统计指标|规章|规范性文件"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands outside a part of a document, in its heading or about the whole.

    Attributes:
        agency: the body its heading names.
        year: its heading's or the whole's.
        within: the body that publishes the whole.
    """

    agency: str
    year: int | None
    within: str | None


@dataclass
class Identity:
    """What a document says about itself; `stated`: its preface calls it an annual report on disclosure."""

    title: str | None = None
    agency: str | None = None
    region: dict[str, str] | None = None
    year: int | None = None
    published: str | None = None
    signed: str | None = None
    document_number: str | None = None
    scope: str = "unknown"
    sources: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    stated: bool = False
    heads: list[Head] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)

    def note(self, name: str, value: object, source: str) -> None:
        """Keep one reading of a field."""
        entry = {"value": str(value), "source": source}
        if entry not in self.sources.setdefault(name, []):
            self.sources[name].append(entry)

    def report(self, editions: dict[str, str | None], edition: str | None) -> Report:
        """As part of the record."""
        return Report(
            title=self.title, agency=self.agency, region=self.region, year=self.year,
            edition=edition, editions=editions, scope=self.scope,
            published=self.published, signed=self.signed,
            document_number=self.document_number, sources=self.sources,
        )  # fmt: skip


def identify(
    document: Document, lines: list[TextLine], first_table: int | None, told: Told | None = None
) -> Identity:
    """Read the identity of a report from facts and running text.

    Args:
        document: the document.
        lines: its running text.
        first_table: block of its first table.
        told: what is said of it outside, where it is a part of another document.
    """
    out = Identity()
    facts = [(fact.name.lower(), fact.value) for fact in document.facts]
    facts += table_facts(document)
    aside = listed(lines)
    between = frozenset(lines[number].block for number in aside)
    lines = [line for number, line in enumerate(lines) if number not in aside]
    first_form = _first_form(document, first_table)
    head = [line for line in lines[:_HEAD_LINES] if first_form is None or line.block < first_form]
    out.lines = lines
    out.stated = says_so(lines)
    titles = text_titles(lines, between)
    _title(out, facts, [title for title in titles if title[0] < len(head)])
    _year(out, facts, lines, head, told)
    _dates(out, facts, lines)
    body = reporting_body(
        out.title,
        [entry["value"] for entry in out.sources.get("title", ())],
        facts,
        lines,
        told.agency if told is not None else None,
    )
    for name, source in body.sources:
        out.note("agency", name, source)
    out.agency = body.name
    out.issues += body.issues
    _document_number(out, facts, head)
    out.heads = report_heads(document, lines, titles)
    out.issues += joined_reports(lines, out.heads)
    others = [entry["value"] for entry in out.sources.get("agency", ())]
    others += [told.within] if told is not None and told.within else []
    placed = place(out.agency, others, facts, lines, out.year)
    out.region = placed.region
    out.issues += placed.issues
    if placed.sources:
        out.sources["region"] = placed.sources
    out.scope = scope_of("".join(line.bare for line in lines))
    return out


def _first_form(document: Document, first_table: int | None) -> int | None:
    """The block of the first table that is a form: a table of 索引号 and 发布机构 stands above the title."""
    for number, block in enumerate(document.blocks[first_table or 0 :], first_table or 0):
        if isinstance(block, Table) and any(_FORM.search(squeeze(cell.text)) for cell in block.cells[:12]):
            return number
    return None


def _title(out: Identity, facts: list[tuple[str, str]], titles: list[Titled]) -> None:
    found = [(title, f"text {path or ''}".strip()) for _, title, path in titles]
    for name in TITLE_FACTS:
        for fact, value in facts:
            if fact == name and (title := fact_title(value)):
                found.append((title, fact))
    if not found:
        quoted = [quoted_title(line.bare) for line in out.lines[:_HEAD_LINES]]
        found = [(title, "preface") for text in quoted if text and (title := as_title(text))]
        found = [entry for entry in found if title_agency(entry[0]) and title_years(entry[0])]
    for title, source in found:
        out.note("title", title, source)
    if found:
        # The text's own title before what the page says about it; one with year and name before others.
        out.title = max((t for t, _ in found), key=lambda t: bool(title_years(t)) + bool(title_agency(t)))
        if any(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in out.title):
            message = f"signs that say nothing stand in the title, and maybe in agency and year: {out.title}"
            out.issues.append(Issue("title_unreadable", "warning", message))
        elif is_placeholder(out.title):
            message = f"a place for a name that nobody filled in stands in the title: {out.title}"
            out.issues.append(Issue("title_placeholder", "warning", message))
    else:
        out.issues.append(Issue("title_unknown", "warning", "a title of the report stands nowhere"))


def _year(
    out: Identity,
    facts: list[tuple[str, str]],
    lines: list[TextLine],
    head: list[TextLine],
    told: Told | None = None,
) -> None:
    titles = [entry["value"] for entry in out.sources.get("title", ())]
    told_year = told.year if told is not None else None
    found = reporting_year(out.title, titles, facts, lines, head, told_year)
    for year, source in found.sources:
        out.note("year", year, source)
    out.year = found.year
    out.issues += found.issues


def _dates(out: Identity, facts: list[tuple[str, str]], lines: list[TextLine]) -> None:
    published = published_dates(facts, lines)
    for date, source, _ in published:
        out.note("published", date, source)
    out.published = next((date for date, _, certain in published if certain), None)
    signed = signature_dates(lines)
    for date, source, _ in signed:
        out.note("signed", date, source)
    plain = [date for date, _, printed in signed if not printed]
    out.signed = next(iter([*plain[-1:], *(date for date, _, _ in signed[-1:])]), None)
    if out.year is not None:
        for name, when in (("published", out.published), ("signed", out.signed)):
            _date_against_year(out, name, when, out.year)


def _date_against_year(out: Identity, name: str, date: str | None, year: int) -> None:
    if date is None:
        return
    if int(date[:4]) < year:
        message = f"{name} {date} lies before the reporting year {year}"
        out.issues.append(Issue("date_conflict", "warning", message))
    elif int(date[:4]) == year:
        message = f"{name} {date} lies inside the reporting year"
        out.issues.append(Issue("date_inside_year", "note", message))
    elif int(date[:4]) > year + 1 and name == "signed":
        # Years later is a slip of the pen (2042 for 2024), or another paper's date.
        severity = "warning" if int(date[:4]) > year + _LATE else "note"
        out.issues.append(Issue("date_late", severity, f"signed {date}, long after {year}"))


def _document_number(out: Identity, facts: list[tuple[str, str]], head: list[TextLine]) -> None:
    for fact, value in facts:
        if fact in {"文号", "发文字号", "文件编号"} and (match := DOCUMENT_NUMBER.search(squeeze(value))):
            out.note("document_number", match[0], fact)
    for line in head[:12]:
        if match := DOCUMENT_NUMBER.fullmatch(re.sub(r"\s+", "", line.text)):
            out.note("document_number", match[0], f"text {line.path or ''}".strip())
    found = out.sources.get("document_number")
    out.document_number = found[0]["value"] if found else None
