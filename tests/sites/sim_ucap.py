# ruff: noqa: E501 - pages and titles as sites write them
"""Ucap, three ways: static pages with the six-argument pager, /searchList JSON, /getFileListByCodeId JSON."""

from __future__ import annotations

import json

from sim_content import DECOYS, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

CHANNEL = "61eaab3127b040d4950fff177f09e561"
COLUMN = "/jyj/gknb/list.shtml"


def build(years: range = range(2019, 2024), way: str = "static") -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    wanted: set[str] = set()
    items: list[tuple[str, str, str]] = []
    for report in reports(years):
        year, month, _ = report.date.split("-")
        path = f"/jyj/gknb/{year}{month}/{report.number:032x}.shtml"
        file = f"/jyj/gknb/{year}{month}/{report.number:032x}/files/5a1e0b57-0000-4000-8000-{report.number:012x}.pdf"
        site.page(
            path,
            report_article(report)
            .replace("TRS_Editor", "x")
            .replace('<div class="x"', '<div id="UCAP-CONTENT"'),
        )
        wanted.add(path)
        items.append((path, report.title, report.date))
        del file
    for number, title in enumerate(DECOYS):
        path = f"/jyj/gknb/202402/{number + 2**60:032x}.shtml"
        site.page(path, article(title))
        items.insert(number * 8, (path, title, "2024-02-01"))
    lines = [f'<li><a href="{p}" target="_blank">{t}</a><span>{d}</span></li>' for p, t, d in items]
    meta = f'<meta name="channelid" content="{CHANNEL}"></head>'
    if way == "static":
        parts = [lines[i : i + 20] for i in range(0, len(lines), 20)]
        for number, part in enumerate(parts, start=1):
            name = "list.shtml" if number == 1 else f"list_{number}.shtml"
            script = f"<script>createPageHTML('page_div',{len(parts)}, {number},'list','shtml',{len(lines)});</script>"
            site.page(
                f"/jyj/gknb/{name}",
                shell("公开年报", f'<ul>{"".join(part)}</ul><div id="page_div"></div>', script).replace(
                    "</head>", meta
                ),
            )
    else:

        def search(asked: Asked) -> Resource:
            number, size = int(asked.query["page"]), int(asked.query["_pageSize"])
            part = items[(number - 1) * size : number * size]
            # Addresses without a scheme, as the service gives them.
            results = [
                {"title": t, "url": f"//{site.base.split('//')[1]}{p}", "publishedTimeStr": d, "content": ""}
                for p, t, d in part
            ]
            data = {
                "data": {
                    "page": number,
                    "rows": size,
                    "total": len(items),
                    "channelId": CHANNEL,
                    "results": results,
                }
            }
            return Resource(json.dumps(data).encode(), "application/json", validators=False)

        def files(asked: Asked) -> Resource | None:
            if asked.method != "POST" or asked.form.get("channelId") != CHANNEL:
                return None
            number, size = int(asked.form["page"]), int(asked.form["size"])
            part = items[(number - 1) * size : number * size]
            results = [{"title": t, "url": p, "publishedTimeStr": d} for p, t, d in part]
            data = {"results": {"data": {"total": len(items), "results": results}}}
            return Resource(json.dumps(data).encode(), "application/json", validators=False)

        site.endpoints[f"/searchList/{CHANNEL}"] = search
        site.endpoints["/getFileListByCodeId"] = files
        call = "/searchList/" if way == "search" else "/getFileListByCodeId"
        script = f"<script>var channelId = '{CHANNEL}'; $.ajax({{url: '{call}' + channelId}});</script>"
        site.page(COLUMN, shell("公开年报", '<ul id="list"></ul>', script).replace("</head>", meta))
    site.page("/", shell("首页", '<a href="/jyj/">政务公开</a>'))
    site.page("/jyj/", shell("政务公开", f'<a href="{COLUMN}">公开年报</a>'))
    return site, wanted
