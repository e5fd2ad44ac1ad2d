# ruff: noqa: E501 - pages and titles as sites write them
"""TRS WCM: static pages, pager by script, relative article links with dates, files beside the article."""

from __future__ import annotations

from sim_content import DECOYS, OLE, PDF, Report, article, report_article, reports, shell
from sim_server import GovernmentSite

COLUMN = "/zwgk/zfxxgk/zfxxgknb/"


def address(number: int, date: str) -> str:
    year, month, day = date.split("-")
    return f"{year}{month}/t{year}{month}{day}_{1000 + number}.html"


def build(
    years: range = range(2019, 2024), per_page: int = 20, pager: str = "createPageHTML"
) -> tuple[GovernmentSite, set[str]]:
    """Return the site and the paths of its reports and their files."""
    site = GovernmentSite()
    wanted: set[str] = set()
    lines: list[str] = []
    for report in reports(years):
        path = address(report.number, report.date)
        title = report.title
        # Long titles are cut in the list, with the whole in the title attribute.
        shown = title if len(title) < 22 else title[:18] + "…"
        lines.append(f'<li><a href="./{path}" title="{title}">{shown}</a><span>{report.date}</span></li>')
        extra = ""
        if report.number % 5 == 0:
            name = f"P0202401{report.number:05d}"
            folder = COLUMN + path.rsplit("/", 1)[0]
            site.file(f"{folder}/{name}.pdf", PDF + str(report.number).encode(), "application/pdf")
            site.file(f"{folder}/{name}.doc", OLE + str(report.number).encode(), "application/msword")
            extra = f'<div class="filelist"><a href="./{name}.pdf">{title}.pdf</a> <a href="./{name}.doc">附件.doc</a></div>'
            wanted |= {f"{folder}/{name}.pdf", f"{folder}/{name}.doc"}
        site.page(COLUMN + path, report_article(report, extra))
        wanted.add(COLUMN + path)
    for number, title in enumerate(DECOYS):
        path = address(5000 + number, "2024-02-01")
        lines.insert(number * 7, f'<li><a href="./{path}">{title}</a><span>2024-02-01</span></li>')
        site.page(COLUMN + path, article(title))
    parts = [lines[i : i + per_page] for i in range(0, len(lines), per_page)]
    for number, part in enumerate(parts):
        name = "index.html" if number == 0 else f"index_{number}.html"
        script = f'<script>//wcm分页\n{pager}({len(parts)}, {number}, "index","html");</script>'
        news = '<div class="side"><ul><li><a href="/xwzx/202401/t20240103_9.html">区长调研</a><span>2024-01-03</span></li></ul></div>'
        site.page(
            COLUMN + name, shell("政府信息公开年报", f'<ul class="list">{"".join(part)}</ul>{news}', script)
        )
    site.page(
        "/",
        shell("首页", '<ul><li><a href="./zwgk/">政务公开</a></li><li><a href="/xwzx/">新闻</a></li></ul>'),
    )
    site.page("/zwgk/", shell("政务公开", '<ul><li><a href="./zfxxgk/">政府信息公开</a></li></ul>'))
    site.page(
        "/zwgk/zfxxgk/",
        shell("政府信息公开", '<ul><li><a href="./zfxxgkzn/">指南</a></li><li><a href="./zfxxgknb/">政府信息公开年报</a></li></ul>'),
    )  # fmt: skip
    site.page("/zwgk/zfxxgkzn/", article("政府信息公开指南"))
    site.page("/xwzx/202401/t20240103_9.html", article("区长调研"))
    return site, wanted


def first_report(site: GovernmentSite) -> Report:
    return reports(range(2019, 2024))[0]
