# ruff: noqa: E501 - pages and titles as sites write them
"""gkmlpt: one index page with SID and TREE, lists as JSON, titles escaped on some sites."""

from __future__ import annotations

import json

from sim_content import DECOYS, PDF, article, report_body, reports
from sim_server import Asked, GovernmentSite, Resource

COLUMN = "/gkmlpt/index"
SIZE = 100


def _escaped(text: str) -> str:
    return "".join(f"%u{ord(c):04X}" if ord(c) > 127 else c for c in text)


def build(years: range = range(2014, 2024), escaped: bool = False) -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    wanted: set[str] = set()
    articles: list[dict[str, object]] = []
    for report in reports(years):
        path = f"/gkmlpt/content/8/{report.number}/post_{7000 + report.number}.html"
        attachment = []
        extra = ""
        if report.number % 10 == 0:
            file = f"/attachment/0/{report.number}/{9000 + report.number}.pdf"
            site.file(file, PDF + report.title.encode(), "application/pdf")
            wanted.add(file)
            attachment = [{"id": 1, "name": report.title + ".pdf", "type": "pdf", "url": file}]
            extra = f'<p><a href="{file}">{report.title}.pdf</a></p>'
        # The body stands escaped in the configuration of the article's page.
        config = json.dumps(
            {
                "DETAIL": {
                    "title": report.title,
                    "content": report_body(report) + extra,
                    "attachment": attachment,
                }
            }
        )
        site.page(
            path,
            f"<!DOCTYPE html><html><head><title>{report.title}</title></head><body><div id='app'></div><script>window._CONFIG = {config};</script></body></html>",
        )
        wanted.add(path)
        title = _escaped(report.title) if escaped else report.title
        articles.append({"id": report.number, "title": title, "url": path, "post_url": path, "date": 1700000000,
                         "display_publish_time": report.date, "publisher": report.agency, "attachment": attachment})  # fmt: skip
    for number, title in enumerate(DECOYS):
        path = f"/gkmlpt/content/8/{number}/post_{6000 + number}.html"
        site.page(path, article(title))
        articles.insert(number * 13, {"id": number, "title": title, "url": path, "date": 1700000000})
    extra_column = "/zwgk/zfxxgknb/jd/"
    tree = [
        {"id": 700, "name": "政策", "children": [{"id": 701, "name": "规章", "children": [], "jump_url": "", "post_count": 5}], "jump_url": ""},
        {"id": 721, "name": "政府信息公开年报", "children": [], "jump_url": "", "post_count": len(articles)},
        {"id": 722, "name": "街道年度报告", "children": [], "jump_url": extra_column, "post_count": 0},
    ]  # fmt: skip
    street = "/zwgk/zfxxgknb/jd/content/post_9472698.html"
    site.page(street, article("红旗街道办事处2022年政府信息公开工作年度报告", "<p>本年度报告</p>"))
    site.page(
        extra_column,
        f'<html><head><title>街道年报</title></head><body><ul><li><a href="{street}">红旗街道办事处2022年政府信息公开工作年度报告</a> 2023-01-10</li></ul></body></html>',
    )
    wanted.add(street)

    def api(asked: Asked) -> Resource | None:
        if asked.query.get("sid") != "755001":
            return Resource(b"{}", "application/json", 403, validators=False)
        number = max(1, int(asked.query.get("page", "1")))
        part = articles[(number - 1) * SIZE : number * SIZE]
        if not part:
            return Resource(b"{}", "application/json", 404, validators=False)
        data = {"classify": {"post_count": len(articles)}, "total": len(articles), "articles": part}
        return Resource(json.dumps(data).encode(), "application/json", validators=False)

    site.endpoints["/gkmlpt/api/all/721"] = api
    site.page(
        COLUMN,
        f"<!DOCTYPE html><html><head><title>政府信息公开目录</title></head><body><div id=app></div><script>window._CONFIG = {{SID: '755001', TREE: {json.dumps(tree)}, SERVICE_AREA_ID: 8}};</script></body></html>",
    )
    site.page("/", f'<html><body><a href="{COLUMN}">政府信息公开目录</a></body></html>')
    return site, wanted
