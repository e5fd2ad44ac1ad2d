"""The way from a home page or disclosure platform to the annual-report column.

The words are in columns.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit

import yaml

from crawlers.links import anchors, dialect, folder, in_navigation, is_file
from crawlers.page import Page
from crawlers.titles import judge, normal

LeadKind = Literal["column", "part", "step"]

# Dialects whose form a column may have as well.
_AMBIGUOUS = {None, "E", "G", "H", "#"}
# In the order they are asked: 县市区政府 are divisions, no government's own.
_CLASSES = ("divisions", "townships", "departments", "other", "government")
_MORE = re.compile(r"^(?:更多|查看更多|more|\+|>+|»+|…)*(?:>>|》|\+|…)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lead:
    """A link worth following on the way to reports.

    Attributes:
        url: where it leads.
        words: its words.
        kind: ``column`` (an annual-report column), ``part`` (a year or class of one), ``step`` (towards one).
    """

    url: str
    words: str
    kind: LeadKind


@dataclass(frozen=True, slots=True)
class Part:
    """What part of a column a list is.

    Attributes:
        year: of its reports, None where it has all.
        agencies: class of its agencies (``government``, ``departments``, ``townships``, ``divisions``,
            ``other``), None where it has all.
    """

    year: int | None = None
    agencies: str | None = None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = yaml.safe_load((files("crawlers") / "columns.yaml").read_text("utf-8"))
    return {
        name: re.compile("|".join(f"(?:{p})" for p in value) if isinstance(value, list) else value)
        for name, value in data.items()
    }


def names_column(words: str) -> bool:
    """Tell whether words name an annual-report column."""
    return bool(_patterns()["column"].search(normal(words)))


def path_of_column(url: str) -> bool:
    """Tell whether an address has the look of an annual-report column or of something inside one."""
    return bool(_patterns()["path"].search(url))


def part_of(words: str, url: str) -> Part:
    """Return what part of a column a list is, by the words of its link and its folder's name."""
    text = normal(words)
    patterns = _patterns()
    last = [segment for segment in urlsplit(url).path.split("/") if segment and "." not in segment][-1:]
    years = {int(year) for year in patterns["year"].findall(text)}
    years = years or {int(year) for segment in last for year in patterns["year_in_path"].findall(segment)}
    agencies = next((name for name in _CLASSES if patterns[f"class_{name}"].search(text)), None)
    return Part(years.pop() if len(years) == 1 else None, agencies)


def is_column(page: Page, words: str) -> bool:
    """Tell whether a page is an annual-report column: by its link, metadata, address or title."""
    if names_column(words) or names_column(page.meta.get("columnname", "")) or path_of_column(page.url):
        return True
    # "年报_某某区人民政府": the title element joins the column's name and the site's by one of these.
    parts = re.split(r"[_\-|—–>]", page.title)
    return any(names_column(part) for part in parts[:2])


def leads(page: Page, *, in_column: bool) -> Iterator[Lead]:
    """Yield the links that lead towards reports, each address once, the best reading of it.

    Args:
        page: the page.
        in_column: whether the page is an annual-report column, so that its parts (years, classes) count.
    """
    found: dict[str, Lead] = {}
    here = folder(page.url)
    for anchor in anchors(page):
        kind = _kind(anchor.url, anchor.text, anchor.element, here, in_column=in_column)
        if kind is None:
            continue
        old = found.get(anchor.url)
        if old is None or _RANK[kind] < _RANK[old.kind]:
            found[anchor.url] = Lead(anchor.url, anchor.text, kind)
    yield from sorted(found.values(), key=lambda lead: _RANK[lead.kind])


_RANK: dict[LeadKind, int] = {"column": 0, "part": 1, "step": 2}


def _kind(url: str, words: str, element: object, here: str, *, in_column: bool) -> LeadKind | None:
    if is_file(url) or dialect(url) not in _AMBIGUOUS:
        return None
    text = normal(words)
    patterns = _patterns()
    if patterns["column"].search(text) and judge(words).kind != "decoy" and len(text) <= 40:
        return "column"
    if not in_column and patterns["platform"].search(text):
        return "step"
    if judge(words).kind in {"report", "decoy"}:
        return None
    below = folder(url).startswith(here) and folder(url) != here
    if (
        in_column
        and patterns["part"].search(text)
        and len(text) <= 30
        and (below or not in_navigation(element))
    ):
        return "part"
    if path_of_column(url) and (_MORE.match(text) or not text or patterns["step"].search(text)):
        return "part" if in_column else "column"
    if in_column or patterns["aside"].search(text):
        return None
    if patterns["step"].search(text) and len(text) <= 20:
        return "step"
    return None
