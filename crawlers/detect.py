"""What platform does an address run on, and where are its reports? Used by ``gongkai sites detect URL``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import yaml

from crawlers import platforms
from crawlers.columns import is_column, leads
from crawlers.job import Politeness
from crawlers.page import Page, decode
from crawlers.registry import Site, site_id
from crawlers.rendering.shells import is_script_shell
from crawlers.survey import Survey, SurveyError, look_settings, survey, visit_of
from crawlers.titles import judge
from storage import Archive, Capture

_SAMPLE = 10


class DetectError(Exception):
    """The address could not be asked; one line that says why."""


@dataclass(frozen=True)
class Detection:
    """What an address turned out to be.

    Attributes:
        url: the address that answered.
        platform: the module that reads it, ``unknown`` where none does.
        column: whether it is an annual-report column.
        entries: titles and addresses of the first entries.
        reports: how many entries name a report.
        pages: addresses of further pages.
        columns: addresses of annual-report columns it links to.
        script_shell: whether its list seems to exist only after scripts ran.
        issues: what was not understood.
        suggestion: the registry entry to add, as YAML.
        sample: titles of reports found, where more than one page was asked.
    """

    url: str
    platform: str
    column: bool
    entries: tuple[tuple[str, str], ...]
    reports: int
    pages: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    script_shell: bool
    issues: tuple[str, ...]
    suggestion: str
    sample: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


def detect(url: str, *, allow_private: bool = False, settings: Politeness | None = None) -> Detection:
    """Ask an address and say what it is.

    One page is asked. Where it is no column that shows reports, the way to the columns is looked for, with as
    many requests as `gongkai sites verify` makes.

    Args:
        url: the address.
        allow_private: whether a loopback or private address may be asked.
        settings: politeness.

    Raises:
        RegistryError: the address is none.
        DetectError: it could not be asked or answered with a wall or an error.
    """
    host = urlsplit(url).netloc.rsplit("@", 1)[-1] or "site"
    site = Site(
        id=site_id(host),
        name=host,
        region="000000",
        start=(url,),
        allow_private=allow_private,
        evidence=f"asked by `gongkai sites detect` on {datetime.now(UTC):%Y-%m-%d}",
    )
    given = settings or Politeness()
    one = given.model_copy(update={"browser": False, "max_requests": 1, "retries": min(given.retries, 1)})
    found = _ask_one(site.model_copy(update={"render": "never"}), url, one)
    if found.column and found.reports:
        return found
    try:
        with survey([site], look_settings(settings)) as looked:
            return _with_columns(found, site, looked)
    except SurveyError as error:
        raise DetectError(str(error)) from error


def _ask_one(site: Site, url: str, settings: Politeness) -> Detection:
    try:
        with survey([site], settings) as looked:
            asked = looked.captures(site.id)
            if not asked or asked[-1].sha256 is None:
                raise DetectError(f"{url}: {_failure(asked[-1] if asked else None)}")
            body = Archive(looked.store).get_body(asked[-1].sha256)
            return describe(asked[-1], body, site, looked.figures[site.id])
    except SurveyError as error:
        raise DetectError(str(error)) from error


def _failure(capture: Capture | None) -> str:
    if capture is None:
        return "not asked"
    return f"{capture.outcome} ({capture.note})" if capture.note else capture.outcome


def _with_columns(found: Detection, site: Site, looked: Survey) -> Detection:
    """Return what is known of a page with the columns that it leads to."""
    figures = looked.figures[site.id]
    visit = visit_of(looked, site.id, f"{datetime.now(UTC):%Y-%m-%d}")
    if visit.outcome != "verified":
        issues = (*found.issues, f"no column found: {visit.reason}" if visit.reason else "no column found")
        return replace(found, issues=tuple(dict.fromkeys(issues)), figures=figures)
    lists = [facts for facts in figures["columns"].values() if facts["reports"]]
    named = {url: words for words, url in found.columns}
    columns = [
        (named.get(url) or figures["columns"].get(url, {}).get("words") or "", url) for url in visit.columns
    ]
    entry = yaml.safe_load(found.suggestion)[0]
    entry["start"] = list(visit.columns)
    return replace(
        found,
        platform=visit.platform or found.platform,
        reports=visit.reports,
        pages=found.pages or tuple(facts["paging"] for facts in lists if facts["paging"]),
        columns=tuple(dict.fromkeys((*columns, *found.columns))),
        sample=visit.sample,
        suggestion=_suggestion(entry, visit.platform),
        figures=figures,
    )


def _suggestion(entry: Mapping[str, Any], platform: str | None) -> str:
    data = dict(entry)
    if platform not in {None, "unknown"}:
        data["platform"] = platform
    text = yaml.safe_dump([data], allow_unicode=True, sort_keys=False, width=110)
    return "# region and agency are for you to fill in\n" + text


def describe(capture: Capture, body: bytes, site: Site, figures: Mapping[str, Any]) -> Detection:
    """Say what a page is."""
    headers = {key.lower(): value for key, value in capture.response_headers.items()}
    page = Page(capture.final_url, decode(body, headers.get("content-type", "")), headers)
    listing = platforms.listing(page)
    column = is_column(page, "")
    reports = [e for e in listing.entries if judge(e.title, in_column=column).kind == "report"]
    ways = [lead for lead in leads(page, in_column=column) if lead.kind == "column"]
    start = capture.final_url if column or not ways else ways[0].url
    entry = {
        "id": site.id,
        "name": page.meta.get("sitename") or site.name,
        "region": site.region,
        "agency": "all",
        "start": [start],
        "evidence": site.evidence,
    }
    return Detection(
        url=capture.final_url,
        platform=listing.platform,
        column=column,
        entries=tuple((e.title, e.url) for e in (reports or listing.entries)[:_SAMPLE]),
        reports=len(reports),
        pages=tuple(request.url for request in listing.next),
        columns=tuple((lead.words, lead.url) for lead in ways)
        + tuple((e.title, e.url) for e in listing.columns),
        script_shell=not listing.entries and is_script_shell(page),
        issues=listing.issues,
        suggestion=_suggestion(entry, listing.platform),
        figures=figures,
    )
