"""Real reports, by their real titles and addresses: 232 that were seen in public copies."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.checking import is_government
from crawlers.links import dialect, is_file
from crawlers.registry import load_sites
from crawlers.titles import judge, year_of
from extraction.agency import same_body, title_agency

LINES = (Path(__file__).parents[1] / "data" / "known_reports.tsv").read_text("utf-8").splitlines()
KNOWN = [tuple(line.split("\t")) for line in LINES if not line.startswith("#")]
TITLED = [known for known in KNOWN if known[2]]


def test_every_title_is_a_report_wherever_it_stands() -> None:
    assert (len(KNOWN), len(TITLED)) == (232, 216)
    missed = [title for _, _, title, _ in TITLED if judge(title).kind != "report"]
    missed += [title for _, _, title, _ in TITLED if judge(title, in_column=True).kind != "report"]
    assert missed == []


def test_every_title_says_its_year() -> None:
    wrong = [(year, title) for year, _, title, _ in TITLED if year_of(title) != int(year)]
    assert wrong == []


def test_most_titles_say_their_agency() -> None:
    """The others name none, two, or one by its short name: the page and the column tell, not the title."""
    right = 0
    for _, agency, title, _ in TITLED:
        named = title_agency(title)
        right += named is not None and (named == agency or agency.endswith(named) or same_body(named, agency))
    assert right >= 205


def test_addresses_are_articles() -> None:
    """Fifteen have no form of their own (a query, a folder): there the title alone tells."""
    without = [url for _, _, _, url in KNOWN if dialect(url) is None]
    assert len(without) <= 15
    titles = {url: title for _, _, title, url in KNOWN}
    assert all(titles[url] for url in without)
    assert not any(is_file(url) for _, _, _, url in KNOWN)
    assert all(is_government(urlsplit(url).hostname or "") for _, _, _, url in KNOWN)


def test_the_registry_expects_them() -> None:
    expected = {known.url: known for site in load_sites() for known in site.known}
    assert len(expected) == len(KNOWN)
    for year, agency, _, url in KNOWN:
        assert expected[url].year == int(year)
        assert re.sub(r"[（(].*", "", agency)[:2] == re.sub(r"[（(].*", "", expected[url].agency)[:2]
