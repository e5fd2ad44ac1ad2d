"""Is it a report? `kinds.yaml` knows what stands beside reports; the tables and sections say the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from extraction.agency import title_agency
from extraction.dates import title_years
from extraction.document import Document, Link
from extraction.editions import editions
from extraction.forms import LISTS
from extraction.identity import Identity
from extraction.knowledge import load_yaml
from extraction.legible import legible
from extraction.listing import listed
from extraction.normalise import squeeze
from extraction.note_words import is_note
from extraction.record import Issue, Section
from extraction.sections import is_page_line
from extraction.tables import Tables
from extraction.text_lines import TextLine
from extraction.titles import as_title

_TITLE_FACTS = ("articletitle", "html:h1", "html:title", "名称", "标题", "title")
_LISTED_DATE = re.compile(r"[\[(]?20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?[\])]?(?:\d\d:\d\d(?::\d\d)?)?$")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|bmp|webp|tiff?)(?:$|\?)", re.IGNORECASE)
_CALLED = re.compile(r"20\d\d年.{0,24}信息公开|信息公开.{0,24}20\d\d年")
"""What a report calls itself, where recognition may have misread the rest of the line."""
_HEAD = 6
_LONGEST = 80
_FEW_SECTIONS = 3
_LIST = 3
_NAMED = 5


class _Lookalike(NamedTuple):
    """An entry of `kinds.yaml`."""

    code: str
    pattern: re.Pattern[str]
    reason: str
    yields: bool
    severity: str
    bare: bool


@lru_cache(maxsize=2)
def _knowledge(*, bare: bool) -> list[_Lookalike]:
    path = Path(__file__).resolve().parent / "kinds.yaml"
    return [
        _Lookalike(
            e["code"],
            re.compile(e["pattern"]),
            e["reason"],
            bool(e.get("unless_tables")),
            e.get("severity", "note"),
            bool(e.get("only_bare")),
        )
        for e in load_yaml(path)
        if bool(e.get("only_bare")) is bare
    ]


def decide(
    document: Document,
    lines: list[TextLine],
    identity: Identity,
    tables: Tables,
    sections: tuple[Section, ...],
) -> tuple[str, list[Issue]]:
    """``report``, ``not_report`` or ``unreadable``, with the issues that say why."""
    figures = {key for key in tables.found if any(
        cell.value is not None for name, cell in tables.cells.items() if name.startswith(f"{key}.")
    )}  # fmt: skip
    issues: list[Issue] = []
    titles = _titles(document, lines)
    for title in titles:
        for code, pattern, reason, yields, severity, _ in _knowledge(bare=False):
            if pattern.search(title if yields else _own_part(title)):
                if yields and ({"requests", "proactive"} <= figures or figures & set(LISTS)):
                    issues.append(
                        Issue(
                            "title_unusual",
                            severity,
                            f"titled like {reason}, but the tables are there: {title}",
                        )
                    )
                    break
                return "not_report", [Issue(code, "note", f"{reason}: {title}")]
    if figures:
        issues += _missing(tables, identity.year)
        return "report", issues
    if tables.found:
        issues.append(Issue("tables_empty", "error", "the statutory tables hold no figure"))
    if len(sections) < _FEW_SECTIONS and (entries := _entries(document, lines, identity)):
        return "not_report", [Issue("index_page", "note", f"a list of {entries} reports")]
    if not tables.found and not sections and (only := _bare(document, lines, titles)) is not None:
        return "not_report", [only]
    missing, elsewhere = _missing(tables, identity.year), _elsewhere(document)
    if elsewhere and not sections:
        # What such a page lacks is said once: it is in the files.
        missing = [replace(issue, severity="note") for issue in missing]
    without = [*missing, *elsewhere]
    if len(sections) >= _FEW_SECTIONS or (
        identity.title is not None and (tables.found or _is_stub(document, lines))
    ):
        return "report", [*issues, *without]
    if identity.title is not None and title_years(identity.title) and (sections or _is_titled(document)):
        return "report", [*issues, *without]
    if identity.stated and identity.year is not None:
        return "report", [*issues, *without]
    if (why := _illegible(document, lines)) is not None:
        return "unreadable", [Issue("illegible", "error", why)]
    return "not_report", [
        Issue("no_report_found", "note", "neither the tables nor the sections of an annual report")
    ]


def _illegible(document: Document, lines: list[TextLine]) -> str | None:
    """Why what was recognised does not tell that this is no report."""
    if not any(issue.code == "recognised_text" for issue in document.issues):
        return None
    if _calls_itself(lines):
        return "titled like a report, but neither its tables nor its sections were recognised"
    # A page of the web has words of its own, and short ones: its navigation.
    if document.pages and not legible(document):
        return "of what was recognised too little are words to say what this is"
    return None


def _bare(document: Document, lines: list[TextLine], titles: list[str]) -> Issue | None:
    """What a page of nothing but prose is, by its titles; one of files or pictures may hold a report."""
    if _files(document) or not any("。" in line.bare for line in lines):
        return None
    for title, entry in product(titles, _knowledge(bare=True)):
        if entry.pattern.search(title):
            return Issue(entry.code, "note", f"{entry.reason}: {title}")
    return None


def _calls_itself(lines: list[TextLine]) -> bool:
    """Whether a picture begins as a report does: of a damaged scan the large type is legible alone."""
    return any(
        _CALLED.search(line.bare) and len(line.bare) <= _LONGEST and not re.search(r"[，。；：]", line.bare)
        for line in lines[:_HEAD]
    )


def _own_part(title: str) -> str:
    """A report's title without the column and the site that a page title goes on with."""
    first = re.split(r"[_|｜]", title, maxsplit=1)[0]
    return first if as_title(first) else title


def _titles(document: Document, lines: list[TextLine]) -> list[str]:
    """What the page calls itself: facts, headings, the first short lines that read like a title."""
    out = [
        squeeze(fact.value) for name in _TITLE_FACTS for fact in document.facts if fact.name.lower() == name
    ]
    for line in [line for line in lines[: 2 * _HEAD] if not is_page_line(line.text)][:_HEAD]:
        titled = line.level is not None or re.search(
            r"(?:报告|报表|通知|解读|图解|统计|年报|一图读懂|数据)$", line.bare
        )
        if not titled or is_note(line.bare):
            continue
        if len(line.bare) <= _LONGEST and not re.search(r"[，。；]", line.bare):
            out.append(line.bare)
    return list(dict.fromkeys(title for title in out if title))


def _entries(document: Document, lines: list[TextLine], identity: Identity) -> int:
    """How many reports a page lists, where the list is what it is; 0 for a report with a list beside it."""
    titles = {bare for line in lines if as_title(bare := _LISTED_DATE.sub("", line.bare))}
    titles |= {lines[number].bare for number in listed(lines)}
    files = {title for link in document.links if (title := as_title(re.sub(r"\.\w{2,5}$", "", link.text)))}
    own = identity.title is not None and title_years(identity.title) and title_agency(identity.title)
    if own and document.links and len(files) < _LIST:
        return 0
    return len(titles) if len(titles) >= _LIST else 0


def _is_titled(document: Document) -> bool:
    """The page's metadata call its article a report of a year."""
    titles = [
        as_title(fact.value) for fact in document.facts if fact.name.lower() in {"articletitle", "html:h1"}
    ]
    return any(title and title_years(title) for title in titles)


def _missing(tables: Tables, year: int | None) -> list[Issue]:
    """The tables that should be there: those of the editions found, and of the edition of the year.

    A year before any national form wants none; where neither tables nor year say, the latest form is wanted.
    """
    of_year = [e for e in editions().values() if year and e.first_year <= year <= (e.last_year or year)]
    wanted = dict.fromkeys(key for edition in of_year for key in edition.tables)
    for found in tables.editions.values():
        wanted.update(dict.fromkeys(editions()[found].tables if found else ()))
    forms = [edition for edition in editions().values() if edition.tables]
    before = year is not None and year < min(edition.first_year for edition in forms)
    if before and not tables.found:
        message = f"no national form of tables was in force for {year}"
        return [Issue("table_not_due", "note", message)]
    if not wanted:
        wanted.update(dict.fromkeys(list(editions().values())[-1].tables))
    return [
        Issue("table_missing", "error", f"no {key} table found") for key in wanted if key not in tables.found
    ]


def _is_stub(document: Document, lines: list[TextLine]) -> bool:
    """A page that carries its report as attachments or pictures."""
    return bool(document.links) and sum(len(line.bare) for line in lines) < 600


def _files(document: Document) -> list[Link]:
    """The attachments that are no pictures."""
    return [link for link in document.links if not _PICTURE.search(link.url)]


def _elsewhere(document: Document) -> list[Issue]:
    issues: list[Issue] = []
    files = _files(document)
    pictures = [link for link in document.links if link not in files]
    if files:
        message = f"the report may be in the attachments: {_listed(files)}"
        issues.append(Issue("content_in_attachment", "warning", message))
    if pictures:
        message = f"the tables may be in {len(pictures)} pictures: {_listed(pictures)}"
        issues.append(Issue("content_in_pictures", "warning", message))
    return issues


def _listed(links: list[Link]) -> str:
    named = [link.text or link.url for link in links[:_NAMED]]
    return "; ".join(named) + (f" and {len(links) - _NAMED} more" if len(links) > _NAMED else "")
