# ruff: noqa: E501 - pages and titles as sites write them
"""Longxun: an empty column page, the list from /site/label/8888 as a piece of HTML."""

from __future__ import annotations

from sim_content import DECOYS, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

PREFIX = "/qszwgk/zwgk"
COLUMN = f"{PREFIX}/public/column/6596371?type=4&catId=6717251&action=list"
LABEL = f"{PREFIX}/site/label/8888"


def build(years: range = range(2019, 2024), echoed: bool = True) -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    wanted: set[str] = set()
    lines = []
    for report in reports(years):
        path = f"{PREFIX}/public/6596371/{50000000 + report.number}.html"
        site.page(path, report_article(report))
        wanted.add(path)
        lines.append(
            f'<li><a href="{path}" title="{report.title}">{report.title[:12]}…</a><span class="date">{report.date}</span></li>'
        )
    for number, title in enumerate(DECOYS):
        path = f"{PREFIX}/public/6596371/{40000000 + number}.html"
        site.page(path, article(title))
        lines.insert(
            number * 8,
            f'<li><a href="{path}" title="{title}">{title}</a><span class="date">2024-02-01</span></li>',
        )

    def label(asked: Asked) -> Resource:
        if asked.query.get("organId") != "6596371" or asked.query.get("catId") != "6717251":
            return Resource(b"", validators=False)
        number, size = int(asked.query["pageIndex"]), int(asked.query["pageSize"])
        part = lines[(number - 1) * size : number * size]
        pages = -(-len(lines) // size)
        html = f'<div class="xxgk_navli"><ul>{"".join(part)}</ul></div><script>var opt = {{pageCount:{pages}, pageIndex:{number}}};</script>'
        return Resource(html.encode(), validators=False)

    site.endpoints[LABEL] = label
    query = "IsAjax=1&dataType=html&labelName=publicInfoList&siteId=6795621&organId=6596371&type=4&catId=6717251&pageSize=15&pageIndex=1&action=list&isDate=true&dateFormat=yyyy-MM-dd&file=/xxgk/publicInfoList_newest2020"
    script = (
        f"<script>$.get('{LABEL}?{query}', show);</script>"
        if echoed
        else "<script>var siteId = '6795621'; loadList();</script>"
    )
    site.page(COLUMN.split("?")[0], shell("政府信息公开年报", '<div id="listbox"></div>', script))
    site.page("/", shell("首页", f'<a href="{PREFIX}/">政府信息公开</a>'))
    site.page(f"{PREFIX}/", shell("政府信息公开", f'<a href="{COLUMN}">政府信息公开年报</a>'))
    return site, wanted
