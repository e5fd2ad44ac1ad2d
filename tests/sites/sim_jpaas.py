# ruff: noqa: E501 - pages and titles as sites write them
"""JPAAS: the first page of the list stands in the column page, the rest comes from the unit service as JSON with HTML.

Only `paramJson` turns the page; bare page parameters give page 1. The service refuses calls without a Referer.
"""

from __future__ import annotations

import json

from sim_content import DECOYS, PDF, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

COLUMN = "/col/col1229850102/index.html"
ROWS = 15


def build(years: range = range(2019, 2024)) -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    wanted: set[str] = set()
    lines: list[str] = []
    for report in reports(years):
        year, month, day = report.date.split("-")
        path = f"/art/{year}/{int(month)}/{int(day)}/art_1229850102_{90000 + report.number}.html"
        extra = ""
        if report.number % 7 == 0:
            file = f"/module/download/downfile.jsp?classid=0&filename={report.number:032x}.pdf"
            site.file("/module/download/downfile.jsp", PDF, "application/pdf")
            extra = f'<p>附件：<a href="{file}">{report.title}</a></p>'
        site.page(path, report_article(report, extra))
        wanted.add(path)
        lines.append(
            f'<li class=clearfix><a title="{report.title}" href="{path}">{report.title[:16]}...</a><span>{report.date}</span></li>'
        )
    for number, title in enumerate(DECOYS):
        path = f"/art/2024/2/{number + 1}/art_1229850102_{70000 + number}.html"
        site.page(path, article(title))
        lines.insert(
            number * 9,
            f'<li class=clearfix><a title="{title}" href="{path}">{title}</a><span>2024-02-0{number + 1}</span></li>',
        )

    def piece(number: int, size: int) -> str:
        part = lines[(number - 1) * size : number * size]
        return f'<ul>{"".join(part)}</ul><div class="pagination" rows="{size}" count="{len(lines)}"></div>'

    unit = {
        "webId": "2859",
        "pageId": "1229850102",
        "parseType": "bulidstatic",
        "pageType": "column",
        "tagId": "信息列表",
        "tplSetId": "x1",
    }

    def service(asked: Asked) -> Resource:
        if "referer" not in asked.headers or any(asked.query.get(k) != v for k, v in unit.items()):
            return Resource(
                b'{"success":false,"message":"AuthorizedRead"}', "application/json", validators=False
            )
        try:
            raw = asked.query["paramJson"]
            # Some sites refuse spaces in the JSON.
            param = json.loads(raw) if " " not in raw else {}
        except (KeyError, ValueError):
            param = {}
        number, size = int(param.get("pageNo", 1)), min(50, int(param.get("pageSize", ROWS)))
        data = {"success": True, "data": {"html": piece(number, size)}}
        return Resource(json.dumps(data, ensure_ascii=False).encode(), "application/json", validators=False)

    site.endpoints["/api-gateway/jpaas-publish-server/front/page/build/unit"] = service
    nav = dict(unit, tagId="导航")
    quoted = [str(u).replace('"', "'") for u in (nav, unit)]
    scripts = "".join(
        f'<div url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{q}"></div>'
        for q in quoted
    )
    site.page(COLUMN, shell("政府信息公开年报", piece(1, ROWS) + scripts))
    site.page("/", shell("首页", '<a href="/col/col1/index.html">政府信息公开</a>'))
    site.page(
        "/col/col1/index.html",
        shell("政府信息公开", f'<ul><li><a href="{COLUMN}">政府信息公开年报</a></li></ul>'),
    )
    return site, wanted
