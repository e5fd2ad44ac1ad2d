"""Every simulated site: all reports, no decoy, one request at a time, the second visit conditional."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import sim_cities as cities
import sim_content as content
import sim_epoint as epoint
import sim_gkmlpt as gkmlpt
import sim_jpaas as jpaas
import sim_jpage as jpage
import sim_longxun as longxun
import sim_plain as plain
import sim_trs as trs
import sim_truecms as truecms
import sim_ucap as ucap
import sim_webber as webber
import sim_xxgk as xxgk
from sim_child import ROOT, Crawled, entry, run_child
from sim_content import DECOYS
from sim_server import Asked, GovernmentSite, Resource, serve
from sim_variants import VARIANTS

from crawlers import platforms

Build = Callable[[], tuple[GovernmentSite, set[str]]]

CASES: dict[str, tuple[Build, str]] = {
    "trs-createPageHTML": (trs.build, trs.COLUMN),
    "trs-createPage": (partial(trs.build, pager="createPage"), trs.COLUMN),
    "trs-home": (trs.build, "/"),
    "jpaas": (jpaas.build, jpaas.COLUMN),
    "jpaas-home": (jpaas.build, "/"),
    "jpage-by-page": (jpage.build, jpage.COLUMN),
    "jpage-by-record": (partial(jpage.build, honours="startrecord"), jpage.COLUMN),
    "jpage-home": (jpage.build, "/"),
    "gkmlpt": (gkmlpt.build, gkmlpt.COLUMN),
    "gkmlpt-escaped-home": (partial(gkmlpt.build, escaped=True), "/"),
    "longxun": (longxun.build, longxun.COLUMN),
    "longxun-not-echoed": (partial(longxun.build, echoed=False), longxun.COLUMN),
    "longxun-home": (longxun.build, "/"),
    "ucap-static": (ucap.build, ucap.COLUMN),
    "ucap-search": (partial(ucap.build, way="search"), ucap.COLUMN),
    "ucap-files-home": (partial(ucap.build, way="files"), "/"),
    "xxgk": (xxgk.build, xxgk.COLUMN),
    "xxgk-unfiltered-home": (partial(xxgk.build, filters=False), "/"),
    "xxgk-direct": (xxgk.direct, xxgk.COLUMN),
    "xxgk-direct-units-only": (partial(xxgk.direct, named=False), xxgk.COLUMN),
    "truecms": (truecms.build, truecms.COLUMN),
    "truecms-window-20-by-404": (
        partial(truecms.build, limit=20, too_wide="404", service="/truecms"),
        truecms.COLUMN,
    ),
    "truecms-window-10-home": (partial(truecms.build, limit=10, embedded=False), "/"),
    "epoint-from-0": (epoint.build, epoint.COLUMN),
    "epoint-from-1-home": (partial(epoint.build, first=1, names="ajaxReq"), "/"),
    "epoint-from-1-wrapped": (
        partial(epoint.build, first=1, zero="empty", wrapped=True, project="/EWB_YK_Mid"),
        epoint.COLUMN,
    ),
    "webber-descending": (webber.build, webber.COLUMN),
    "webber-list-home": (partial(webber.build, paging="list"), "/"),
    "suzhou": (cities.suzhou, cities.SUZHOU),
    "huaian-home": (cities.huaian, "/"),
    "huaian-static": (cities.huaian_static, cities.HUAIAN_STATIC),
    "changzhou": (cities.changzhou, cities.CHANGZHOU),
    "changzhou-linked": (partial(cities.changzhou, linked=True), cities.CHANGZHOU),
    "cac": (cities.cac, cities.CAC),
    "static-next-link": (partial(plain.build, paging="next"), plain.COLUMN),
    "static-trial": (partial(plain.build, paging="trial"), plain.COLUMN),
    "static-list": (partial(plain.build, paging="list"), plain.COLUMN),
    "static-bare-numbers-behind-a-shell": (partial(plain.build, paging="bare"), plain.COLUMN),
    "static-guess-drifts": (partial(plain.build, paging="drift"), plain.COLUMN),
    "static-guess-repeats": (partial(plain.build, paging="same"), plain.COLUMN),
    "hub-by-year-and-class": (plain.hub, "/zwgk/xxgknb/"),
    "hub-home-moved-column": (plain.hub, "/"),
    **VARIANTS,
}


@dataclass
class Visit:
    """What one site saw and gave in two visits."""

    base: str
    site: GovernmentSite
    wanted: set[str]
    runs: list[Crawled]
    asked: list[list[Asked]]
    together: list[int]

    def paths(self, run: int, role: str, name: str) -> set[str]:
        found = self.runs[run].captures(name)
        return {c.final_url.removeprefix(self.base) for c in found if c.role == role and c.sha256}


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visit]:
    """All sites, crawled by one child process, twice."""
    folder = tmp_path_factory.mktemp("platforms")
    found: dict[str, Visit] = {}
    with ExitStack() as stack:
        for name, (build, _) in CASES.items():
            site, wanted = build()
            found[name] = Visit(stack.enter_context(serve(site)), site, wanted, [], [], [])
        sites = [
            entry(found[name].base + start, id=name.lower(), render="never")
            for name, (_, start) in CASES.items()
        ]
        for _ in range(2):
            done = run_child(folder, *sites)
            assert done.code == 0, done.errors
            assert done.errors == ""
            for visit in found.values():
                visit.runs.append(done)
                visit.asked.append(list(visit.site.asked))
                visit.together.append(visit.site.most_together)
                visit.site.forget()
    return found


@pytest.mark.parametrize("name", CASES)
def test_all_reports_and_only_reports(name: str, visits: dict[str, Visit]) -> None:
    visit, key = visits[name], name.lower()
    documents = visit.paths(0, "document", key)
    # File endpoints differ in their query only; a site may want them all the same.
    files = {path for path in visit.paths(0, "attachment", key) if "?" not in path or path in visit.wanted}
    assert documents | files == visit.wanted
    figures = visit.runs[0].site(key)
    assert figures["errors"] in ([], [f"not_found {visit.base}/zwgk/"])
    if not name.startswith(("hub", "xxgk-direct", "titles-cut")):
        assert figures["decoys"] == len(DECOYS)
    assert visit.together == [1, 1]


def test_the_figures_are_documented(visits: dict[str, Visit]) -> None:
    """docs/platforms.md says of every simulated site what is found."""
    lines = ["| Simulated site | Reports and files | Recall | Precision |", "|---|---:|---:|---:|"]
    for name, visit in visits.items():
        found = visit.paths(0, "document", name.lower()) | visit.paths(0, "attachment", name.lower())
        found = {path for path in found if "?" not in path or path in visit.wanted}
        right = len(found & visit.wanted)
        recall, precision = right / len(visit.wanted), right / len(found)
        lines.append(f"| {name} | {len(visit.wanted)} | {recall:.0%} | {precision:.0%} |")
    table = "\n".join(lines)
    text = (ROOT / "docs" / "platforms.md").read_text("utf-8")
    assert table in text, f"docs/platforms.md should say\n\n{table}\n"
    for module in platforms.ORDER:
        assert f"| `{module.NAME}` |" in text


@pytest.mark.parametrize("name", CASES)
def test_the_second_visit_is_conditional(name: str, visits: dict[str, Visit]) -> None:
    visit, key = visits[name], name.lower()
    outcomes = visit.runs[1].site(key)["outcomes"]
    assert "new" not in outcomes
    assert "changed" not in outcomes
    asked = [a.path for a in visit.asked[1]]
    # What has validators is asked by them: only endpoints may answer in full.
    assert [a.path for a in visit.asked[1] if a.status == 200 and a.path not in visit.site.endpoints] == []
    if name.startswith("xxgk-direct"):
        return  # a report in place of a list is asked like one
    # The lists answer for their documents.
    assert [path for path in asked if path in visit.wanted] == []
    assert visit.runs[1].site(key)["kept"] == len(visit.paths(0, "document", key))


def test_a_page_parameter_that_is_ignored_is_an_issue(crawl: Callable[..., Crawled]) -> None:
    site, _ = jpage.build(honours="nothing")
    with serve(site) as base:
        done = crawl(entry(base + jpage.COLUMN))
    assert "page_parameter_ignored" in {issue["code"] for issue in done.site()["issues"]}


IGNORING: dict[str, tuple[Build, str]] = {
    "xxgk": (partial(xxgk.build, turns=False), xxgk.COLUMN),
    "truecms": (partial(truecms.build, turns=False), truecms.COLUMN),
    "epoint": (partial(epoint.build, turns=False), epoint.COLUMN),
    "webber": (partial(webber.build, paging="list", turns=False), webber.COLUMN),
    "suzhou": (partial(cities.suzhou, turns=False), cities.SUZHOU),
    "huaian": (partial(cities.huaian, turns=False), cities.HUAIAN),
    "cac": (partial(cities.cac, turns=False), cities.CAC),
}


def test_every_platform_notices_that_the_page_is_not_turned(crawl: Callable[..., Crawled]) -> None:
    with ExitStack() as stack:
        sites = {name: (build()[0], start) for name, (build, start) in IGNORING.items()}
        entries = [
            entry(stack.enter_context(serve(site)) + start, id=name, render="never")
            for name, (site, start) in sites.items()
        ]
        done = crawl(*entries)
    ignored = {name: [i["code"] for i in done.site(name)["issues"]] for name in IGNORING}
    assert ignored == {name: ["page_parameter_ignored"] for name in IGNORING}
    # And it is not asked for more: two pages, and what may be tried in place of the second.
    assert max(done.site(name)["listings"] for name in IGNORING) <= 6


def test_a_list_that_nothing_answers_is_an_issue(crawl: Callable[..., Crawled]) -> None:
    epoints, _ = epoint.build(refuses=200)
    del epoints.endpoints["/EWB-FRONT/rest/lightfrontaction/getgovinfolist"]
    epoints.page("/EWB-FRONT/rest/lightfrontaction/getgovinfolist", '{"custom": {}}')
    messages, _ = truecms.build(limit=5)
    with serve(epoints) as base_a, serve(messages) as base_b:
        done = crawl(
            entry(base_a + epoint.COLUMN, id="epoint", render="never"),
            entry(base_b + truecms.COLUMN, id="truecms", render="never"),
        )
    assert "epoint_answer_unreadable" in {issue["code"] for issue in done.site("epoint")["issues"]}
    assert "list_incomplete" in {issue["code"] for issue in done.site("truecms")["issues"]}


def test_trails_and_parents_lead_back(crawl: Callable[..., Crawled]) -> None:
    site, _ = trs.build(range(2023, 2024))
    with serve(site) as base:
        done = crawl(entry(base + trs.COLUMN))
    captures = {c.url: c for c in done.captures()}
    for capture in captures.values():
        if capture.role == "attachment":
            assert capture.parent is not None
            assert captures[capture.parent].role == "document"
        if capture.role == "document":
            assert capture.trail.listing is not None
            assert captures[capture.trail.listing].role == "listing"
            assert "信息公开" in (capture.trail.anchor or "")
            assert capture.trail.date is not None


def test_one_run_serves_many_sites(crawl: Callable[..., Crawled]) -> None:
    a, wanted_a = trs.build(range(2022, 2024))
    b, wanted_b = jpaas.build(range(2022, 2024))
    with serve(a) as base_a, serve(b) as base_b:
        sites: list[dict[str, Any]] = [
            entry(base_a + trs.COLUMN, id="a"),
            entry(base_b + jpaas.COLUMN, id="b"),
            entry("http://127.0.0.1:9/", id="dead"),
        ]
        done = crawl(*sites, retries=1)
    assert done.code == 0
    assert {c.final_url.removeprefix(base_a) for c in done.captures("a") if c.role != "listing"} == wanted_a
    assert {c.final_url.removeprefix(base_b) for c in done.captures("b") if c.role == "document"} == wanted_b
    assert done.site("dead")["outcomes"] == {"error:connection_refused": 2}
    assert [e["site"] for e in done.events if e["event"] == "site_done"].count("dead") == 1


COLUMNS = {
    name: case
    for name, case in CASES.items()
    if case[1] != "/" and not name.startswith(("hub", "xxgk-direct"))
}


@pytest.mark.slow
def test_a_column_that_moved_and_a_wall_on_every_platform(crawl: Callable[..., Crawled]) -> None:
    """The home page links the old address, a shell; one report is behind a wall, another opens late."""
    usual = content.reports.__defaults__
    content.reports.__defaults__ = (content.AGENCIES[:5],)  # the builders ask for all agencies
    try:
        built = {name: (*build(), start) for name, (build, start) in COLUMNS.items()}
    finally:
        content.reports.__defaults__ = usual
    walled: dict[str, str] = {}
    wall = Resource(b"<html><div id=safeline_bot_challenge></div></html>", validators=False)
    for name, (site, wanted, start) in built.items():
        pages = (path for path in wanted if path in site.pages)
        first, second, *_ = sorted(p for p in pages if site.pages[p].body.startswith(b"<!DOCTYPE"))
        walled[name] = second
        site.pages[second] = wall
        late = iter([wall])
        site.endpoints[first] = lambda asked, late=late: next(late, None)  # type: ignore[misc]
        site.page("/", content.shell("首页", '<a href="/old/nb/">政府信息公开年报</a>'))
        site.page("/old/nb/", f'<script>window.location.replace("{start}");</script>')
    with ExitStack() as stack:
        entries = [
            entry(stack.enter_context(serve(site)) + "/", id=name.lower(), render="never")
            for name, (site, _, _) in built.items()
        ]
        done = crawl(*entries)
    wrong = {}
    for name, (site, wanted, _) in built.items():
        captures = done.captures(name.lower())
        kept = [c.final_url.removeprefix(site.base) for c in captures if c.role != "listing" and c.sha256]
        found = {path for path in kept if "?" not in path or path in wanted}
        blocked = [c.url.removeprefix(site.base) for c in captures if c.outcome.startswith("blocked")]
        # What hangs on the page behind the wall cannot be known.
        lost = {path for path in wanted - found if path in site.pages and path != walled[name]}
        if blocked != [walled[name]] or found - wanted or len(lost) > 2:
            wrong[name] = (blocked, sorted(found - wanted)[:3], sorted(lost)[:3])
    assert wrong == {}
