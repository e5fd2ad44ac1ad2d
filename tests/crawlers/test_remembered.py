# ruff: noqa: E501 - pages and titles as sites write them
"""The second night begins at the columns; a column that moved is found again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sim_plain as plain
import sim_trs as trs
from sim_child import Crawled, entry
from sim_content import report_article, reports, shell
from sim_server import GovernmentSite, Resource, serve

from crawlers.columns import part_of
from crawlers.remembered import columns
from storage import open_store, rebuild_state


def _columns(done: Crawled) -> dict[str, tuple[str, ...]]:
    state = rebuild_state(open_store(done.store), "site")
    return {column.url: column.path for column in columns(state)}


def test_the_second_night_begins_at_the_column(crawl: Callable[..., Crawled]) -> None:
    site, _ = trs.build(range(2022, 2024))
    with serve(site) as base:
        first = crawl(entry(base + "/"))
        assert _columns(first) == {base + trs.COLUMN: (base + "/", base + "/zwgk/", base + "/zwgk/zfxxgk/")}
        found = first.site()["columns"][base + trs.COLUMN]
        assert (found["platform"], found["words"]) == ("trs_wcm", "政府信息公开年报")
        assert found["reports"] == len(reports(range(2022, 2024)))
        assert len(found["sample"]) == 5
        site.forget()
        second = crawl(entry(base + "/"))
    assert not {"/", "/zwgk/", "/zwgk/zfxxgk/"} & set(site.paths())
    assert second.site()["reports"] == first.site()["reports"]
    # The way is not forgotten by going it no more.
    assert _columns(second) == _columns(first)


@pytest.mark.slow
def test_every_other_night_the_entry_points_are_asked_again(crawl: Callable[..., Crawled]) -> None:
    site, _ = trs.build(range(2023, 2024))
    with serve(site) as base:
        crawl(entry(base + "/"))
        site.forget()
        crawl(entry(base + "/"), rediscover_days=0)
        assert "/" in site.paths()
        site.forget()
        # An entry point that is new is asked at once.
        crawl(entry(base + "/", base + "/new/"))
        assert "/new/" in site.paths()


@pytest.mark.slow
@pytest.mark.parametrize("old", ["gone", "home", "empty", "shell"])
def test_a_column_that_moved_is_found_again(old: str, crawl: Callable[..., Crawled]) -> None:
    site, _ = trs.build(range(2023, 2024))
    moved = "/zwgk/xxgk2024/gknb/"
    with serve(site) as base:
        first = crawl(entry(base + "/"))
        for path in [path for path in site.pages if path.startswith(trs.COLUMN)]:
            resource = site.pages.pop(path)
            site.pages[moved + path.removeprefix(trs.COLUMN)] = resource
        site.page("/zwgk/", shell("政务公开", '<ul><li><a href="/zwgk/xxgk2024/">政府信息公开</a></li></ul>'))
        site.page(
            "/zwgk/xxgk2024/",
            shell("政府信息公开", f'<ul><li><a href="{moved}">政府信息公开年报</a></li></ul>'),
        )
        match old:
            case "home":
                site.pages[trs.COLUMN] = Resource(
                    b"", status=302, headers={"Location": "/"}, validators=False
                )
            case "empty":
                site.page(trs.COLUMN, shell("栏目", "<p>栏目建设中，敬请期待。本栏目内容正在整理。</p>" * 3))
            case "shell":
                site.page(trs.COLUMN, f"<html><script>location.replace('{moved}')</script></html>")
        site.forget()
        second = crawl(entry(base + "/"))
        assert second.site()["reports"] == first.site()["reports"]
        # A shell that leads to the new place is a good address still.
        assert base + (trs.COLUMN if old == "shell" else moved) in _columns(second)
        if old in {"gone", "empty"}:
            assert "column_moved" in {issue["code"] for issue in second.site()["issues"]}
        site.forget()
        third = crawl(entry(base + "/"))
        assert third.site()["reports"] == first.site()["reports"]
        if old == "gone":
            # Whoever remembers the new place does not ask the old one again.
            assert trs.COLUMN not in site.paths()
            assert "/" not in site.paths()


@pytest.mark.slow
def test_a_split_column_is_remembered_at_its_top(crawl: Callable[..., Crawled]) -> None:
    site = GovernmentSite()
    lines = {}
    for year in (2022, 2023):
        for kind, agencies in (("bm", ("青山区教育局", "青山区财政局")), ("zj", ("柳河镇人民政府",))):
            folder = f"/xxgk/zfxxgknb/{year}nb/{kind}{year}/"
            lines[year, kind] = folder
            items = ""
            for number, report in enumerate(reports(range(year, year + 1), agencies)):
                path = f"{folder}202401/t20240115_{year}{number}.html"
                site.page(path, report_article(report))
                items += f'<li><a href="{path}">{report.title}</a><span>{report.date}</span></li>'
            site.page(folder, shell("年报", f"<ul>{items}</ul>"))
        site.page(
            f"/xxgk/zfxxgknb/{year}nb/",
            shell("年报", f'<ul><li><a href="{lines[year, "bm"]}">区政府部门</a></li><li><a href="{lines[year, "zj"]}">乡镇街道</a></li></ul>'),
        )  # fmt: skip
    years = '<li><a href="/xxgk/zfxxgknb/2023nb/">2023年</a></li><li><a href="/xxgk/zfxxgknb/2022nb/">2022年</a></li>'
    site.page("/xxgk/zfxxgknb/", shell("政府信息公开年报", f"<ul>{years}</ul>"))
    site.page("/", shell("首页", '<a href="/xxgk/zfxxgknb/">政府信息公开年报</a>'))
    with serve(site) as base:
        first = crawl(entry(base + "/"))
        assert first.site()["reports"] == 6
        assert _columns(first) == {base + "/xxgk/zfxxgknb/": (base + "/",)}
        parts = {
            url.removeprefix(base): (c["year"], c["agencies"]) for url, c in first.site()["columns"].items()
        }
        assert parts[lines[2023, "bm"]] == (2023, "departments")
        assert parts[lines[2022, "zj"]] == (2022, "townships")
        # Next year's part is linked at the top.
        for report in reports(range(2024, 2025), ("青山区教育局",)):
            site.page("/xxgk/zfxxgknb/2024nb/202501/t20250115_1.html", report_article(report))
            line = f'<ul><li><a href="/xxgk/zfxxgknb/2024nb/202501/t20250115_1.html">{report.title}</a></li></ul>'
            site.page("/xxgk/zfxxgknb/2024nb/", shell("年报", line))
        site.page(
            "/xxgk/zfxxgknb/",
            shell(
                "政府信息公开年报", f'<ul><li><a href="/xxgk/zfxxgknb/2024nb/">2024年</a></li>{years}</ul>'
            ),
        )
        site.forget()
        second = crawl(entry(base + "/"))
    assert "/" not in site.paths()
    assert second.site()["reports"] == 7


@pytest.mark.slow
def test_a_guess_does_not_become_a_column(crawl: Callable[..., Crawled]) -> None:
    site, _ = plain.build("next")
    with serve(site) as base:
        done = crawl(entry(base + plain.COLUMN))
    assert list(_columns(done)) == [base + plain.COLUMN]


@pytest.mark.parametrize(
    ("words", "path", "year", "agencies"),
    [
        ("2023年", "/nb/", 2023, None),
        ("2023年度政府信息公开年报", "/x/", 2023, None),
        ("区政府部门", "/gknb/2018nb/bm2018/", 2018, "departments"),
        ("镇街", "/gknb/2019n/", 2019, "townships"),
        ("乡镇（街道）年报", "/nb/", None, "townships"),
        ("县（市、区）政府年报", "/nb/", None, "divisions"),
        ("各区县", "/nb/", None, "divisions"),
        ("市政府本级", "/nb/", None, "government"),
        ("区政府年报", "/nb/", None, "government"),
        ("开发区", "/nb/", None, "other"),
        ("政府信息公开年报", "/zwgk/zfxxgknb/", None, None),
        ("政府信息公开年报", "/c102384r/", None, None),
        ("年报", "/zfxxgknb_70842/", None, None),
        ("2021-2023年", "/nb/", None, None),
    ],
)
def test_parts_of_a_column(words: str, path: str, year: int | None, agencies: str | None) -> None:
    part = part_of(words, f"http://www.x.gov.cn{path}")
    assert (part.year, part.agencies) == (year, agencies)


@pytest.mark.slow
def test_a_walk_that_was_cut_is_made_again(crawl: Callable[..., Crawled]) -> None:
    site, _ = trs.build(range(2023, 2024), per_page=40)
    with serve(site) as base:
        # The budget ends it after the column, before everything was asked.
        first = crawl(entry(base + "/"), max_requests=6)
        assert base + trs.COLUMN in _columns(first)
        site.forget()
        second = crawl(entry(base + "/"))
        assert "/" in site.paths()
        site.forget()
        third = crawl(entry(base + "/"))
    assert "/" not in site.paths()
    assert third.site()["reports"] == second.site()["reports"] > 20


def test_what_an_entry_expects_and_is_not_there_is_an_issue(crawl: Callable[..., Crawled]) -> None:
    site, wanted = trs.build(range(2023, 2024), per_page=40)
    with serve(site) as base:
        known = [
            {"url": base + min(wanted, key=len), "year": 2023, "agency": "青山区教育局"},
            {"url": base + "/xxgk/old/t20200101_1.html", "year": 2019, "agency": "青山区财政局"},
        ]
        done = crawl(entry(base + trs.COLUMN, known=known, expect={"reports": 500}))
    issues = {issue["code"]: issue for issue in done.site()["issues"]}
    assert issues["known_reports_missing"]["url"].endswith("t20200101_1.html")
    assert "1 of 2" in issues["known_reports_missing"]["message"]
    assert "500" in issues["fewer_reports_than_expected"]["message"]
