# ruff: noqa: E501 - pages and titles as sites write them
"""Epoint EWB: a shell with a script that names the site, the list as JSON for a JSON body, of two forms."""

from __future__ import annotations

import json

from sim_content import DECOYS, PDF, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

COLUMN = "/dynamic/zwgk/govInfoPub.html?deptcode=&categorynum=003002"
GUID = "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"


def build(first: int = 0, wrapped: bool = False, zero: str = "same", turns: bool = True, project: str = "/EWB-FRONT", refuses: int = 200, names: str = "webBuilderCommon") -> tuple[GovernmentSite, set[str]]:  # fmt: skip
    """`first`: the number of the first page; `zero`: what a server that counts from 1 gives for 0, "same" as 1 or "empty".

    `wrapped`: the server understands only the body with params; `turns`: it looks at pageIndex; `refuses`: status for a body
    it does not understand; `names`: the script that holds the site's names.
    """
    site = GovernmentSite()
    wanted: set[str] = set()
    lines: list[dict[str, str]] = []
    for report in reports(range(2021, 2024)):
        path = f"/zwgk/003/003002/{report.date.replace('-', '')}/{report.number:08x}-9041-43ad-8e13-8fcb82ea831a.html"
        extra = ""
        if report.number % 8 == 0:
            file = f"/EWB-FRONT/WebbuilderMIS/attach/downloadZtbAttach.jspx/{report.number}.pdf"
            site.file(file, PDF + path.encode(), "application/pdf")
            wanted.add(file)
            extra = f'<a href="{file}">{report.title}</a>'
        site.page(path, report_article(report, extra))
        wanted.add(path)
        lines.append(
            {
                "title": report.title[:14] + "...",
                "realtitle": report.title,
                "infourl": path,
                "infodate": report.date,
            }
        )
    for number, title in enumerate(DECOYS):
        path = f"/zwgk/003/003002/20240201/{number:08x}-0000-43ad-8e13-8fcb82ea831a.html"
        site.page(path, article(title))
        lines.insert(
            number * 8,
            {
                "title": f"<font color='red'>{title}</font>",
                "realtitle": title,
                "infourl": path,
                "infodate": "2024-02-01",
            },
        )

    def answer(asked: Asked) -> Resource:
        refused = Resource(
            json.dumps({"status": {"code": "0", "text": "参数错误"}, "custom": {}}).encode(),
            "application/json",
            refuses,
            validators=False,
        )
        try:
            body = json.loads(asked.form.get("", ""))
        except ValueError:
            return refused
        if ("params" in body) != wrapped:
            return refused
        given = body["params"] if wrapped else body
        if given.get("siteGuid") != GUID or given.get("categorynum") != "003002":
            return refused
        index, size = int(given["pageIndex"]) - first, int(given["pageSize"])
        if not turns or (index < 0 and zero == "same"):
            index = 0
        part = lines[index * size : (index + 1) * size] if index >= 0 else []
        data = {"custom": {"data": part, "total": len(lines)}, "status": {"code": "1"}}
        return Resource(
            json.dumps(data, ensure_ascii=False).encode(), "application/json;charset=utf-8", validators=False
        )

    site.endpoints[f"{project}/rest/lightfrontaction/getgovinfolist"] = answer
    common = f'var siteInfo = {{"projectName":"{project}","siteGuid":"{GUID}"}};\nfunction show(d) {{ return d; }}\n'
    if names != "webBuilderCommon":
        request = (
            f'var url = "{project}/rest/lightfrontaction/getgovinfolist", data = {{"siteGuid":"{GUID}"}};'
        )
        site.pages[f"/js/{names}.js"] = Resource(request.encode(), "application/javascript")
        common = "function show(data) { return data.length; }"
    site.pages["/js/webBuilderCommon.js"] = Resource(common.encode(), "application/javascript")
    script = '<script src="/js/webBuilderCommon.js"></script><script src="/js/govinfo.js"></script>'
    site.page(COLUMN.split("?")[0], shell("政府信息公开年报", '<ul id="govlist"></ul>', script))
    site.page("/", shell("首页", '<a href="/zwgk/">政府信息公开</a>', script))
    site.page(
        "/zwgk/",
        shell(
            "政府信息公开",
            f'<ul><li><a href="{COLUMN.replace("&", "&amp;")}">政府信息公开年报</a></li></ul>',
            script,
        ),
    )
    return site, wanted
