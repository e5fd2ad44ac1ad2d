"""Which year a report is about: by its title, the period it states, its preface, the years it speaks of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from extraction.dates import is_date_line, subject_year, title_years, year_ranges, years
from extraction.publication import published_dates, signature_dates
from extraction.record import Issue
from extraction.text_lines import TextLine

_PERIOD = re.compile(r"(20[0-9]{2})年1月1日(?:起)?(?:至|到|-|—|~|～)+(?:(20[0-9]{2})年)?12月31日")
_PREFACE = re.compile(
    r"(20[0-9]{2})年?度?(?:政府|政务)?信息公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报|情况)"
)
_PREFACE_LINES = 12


@dataclass
class Year:
    """A reporting year with its sources and doubts.

    Attributes:
        year: the year; None where none is certain.
        sources: every year that a source names, with the source.
        issues: that it is unknown, or that sources name others.
    """

    year: int | None = None
    sources: list[tuple[int, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def reporting_year(
    title: str | None,
    titles: list[str],
    facts: list[tuple[str, str]],
    lines: list[TextLine],
    head: list[TextLine],
    told: int | None,
) -> Year:
    """The year a report is about.

    Args:
        title: the title chosen.
        titles: all titles found.
        facts: what the file says about itself, names in lower case.
        lines: the running text.
        head: its lines above the first form.
        told: the year that stands outside a part of a document.
    """
    out = Year()
    named = [year for text in titles for year in dict.fromkeys([*title_years(text)[:1], *subject_year(text)])]
    named += [year for text in titles for year in year_ranges(text)]
    out.sources += [(year, "title") for year in named]
    text = "".join(line.bare for line in lines)
    period = [int(m[1]) for m in _PERIOD.finditer(text) if m[2] in {None, m[1]}]
    out.sources += [(year, "period") for year in period]
    titled = subject_year(title) if title else []
    found = titled or period[:1]
    if titled and period and titled[0] not in period and _dated_after(facts, lines, period[0], titled[0]):
        # A title copied from last year over a text of this one; the issue of the conflict stays.
        found = period[:1]
    if not found and len(told_of := _preface_years(head)) == 1:
        out.sources.append((told_of[0], "preface"))
        found = told_of
    if not found and told is not None:
        out.sources.append((told, "whole"))
        found = [told]
    if not found and (spoken := _spoken_of(lines, head)) is not None:
        out.sources.append((spoken, "text"))
        out.issues.append(
            Issue("year_inferred", "note", f"only the text says {spoken}: no title, period or preface does")
        )
        found = [spoken]
    out.year = found[0] if found else None
    if titled and not period and (other := _told_by_text(titled[0], facts, lines)) is not None:
        out.sources.append((other, "text"))
        named.append(other)
    others = sorted({year for year in (*named, *period) if year != out.year})
    if out.year is None:
        out.issues.append(Issue("year_unknown", "error", "the reporting year stands nowhere"))
    elif others:
        out.issues.append(
            Issue("year_conflict", "warning", f"{out.year}, but also named: {', '.join(map(str, others))}")
        )
    return out


def _dated_after(facts: list[tuple[str, str]], lines: list[TextLine], year: int, other: int) -> bool:
    """Whether the document's own dates lie in the year after one year, and none in that after the other."""
    dated = _years_dated(facts, lines)
    return year in dated and other not in dated


def _years_dated(facts: list[tuple[str, str]], lines: list[TextLine]) -> set[int]:
    """The years before those of the document's own dates."""
    return {int(date[:4]) - 1 for date, _, _ in (*published_dates(facts, lines), *signature_dates(lines))}


def _told_by_text(titled: int, facts: list[tuple[str, str]], lines: list[TextLine]) -> int | None:
    """Another year than the title's, where the text speaks of it and the document's own dates follow it."""
    dated = _years_dated(facts, lines)
    if not dated or titled in dated:
        return None
    spoken = Counter(year for line in lines if not is_date_line(line.text) for year in years(line.bare))
    most = max(dated, key=lambda year: spoken[year])
    return most if spoken[most] >= max(spoken[titled], 1) else None


def _preface_years(head: list[TextLine]) -> list[int]:
    """Years whose disclosure report the first lines say they give."""
    found = [int(match[1]) for line in head[:_PREFACE_LINES] for match in _PREFACE.finditer(line.bare)]
    return list(dict.fromkeys(found))


def _spoken_of(lines: list[TextLine], head: list[TextLine]) -> int | None:
    """The year that the text speaks of before and above all others."""
    opening = [y for line in head[:_PREFACE_LINES] for y in years(line.bare) if not is_date_line(line.text)]
    body = [year for line in lines for year in years(line.bare) if not is_date_line(line.text)]
    counts = {year: body.count(year) for year in set(body)}
    most = [year for year, n in counts.items() if n == max(counts.values())] if counts else []
    if (opening and most == [opening[0]]) or (
        len(most) == 1
        and counts[most[0]] >= 3
        and all(2 * n <= counts[most[0]] for y, n in counts.items() if y != most[0])
    ):
        return most[0]
    return None
