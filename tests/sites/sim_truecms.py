# ruff: noqa: E501 - pages and titles as sites write them
"""TrueCMS: the newest records in the page, the rest as JSONP by record numbers, in windows that servers limit."""

from __future__ import annotations

import json

from sim_content import DECOYS, OLE, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

COLUMN = "/ntsrmzf/gknb/gknb.html"
UUID = "b1f0c6d2-5a6b-4a39-9e0c-2f6a3d1e7c55"
FIRST = 30


def build(limit: int = 50, too_wide: str = "empty", turns: bool = True, embedded: bool = True, service: str = "/TrueCMS") -> tuple[GovernmentSite, set[str]]:  # fmt: skip
    """`limit`: the widest window answered; `too_wide`: wider ones get nothing ("empty") or "404"; `turns`: the server looks at startrecord."""
    site = GovernmentSite()
    wanted: set[str] = set()
    lines: list[str] = []
    for report in reports(range(2021, 2025)):
        path = f"/ntsrmzf/gknb/content/{5_0000_0000 + report.number}-9e0c-4a39-b1f0-2f6a3d1e7c55.html"
        path = f"/ntsrmzf/gknb/content/{report.number:08x}-5a6b-4a39-9e0c-2f6a3d1e7c55.html"
        extra = ""
        if report.number % 8 == 0:
            file = f"/TrueCMS/upload/{report.number:032x}.doc"
            site.file(file, OLE + path.encode(), "application/msword")
            wanted.add(file)
            extra = f'<a href="{file}">{report.title}.doc</a>'
        site.page(path, report_article(report, extra))
        wanted.add(path)
        lines.append(
            f'<li><a href="{path}" title="{report.title}">{report.title[:15]}…</a><span>{report.date}</span></li>'
        )
    for number, title in enumerate(DECOYS):
        path = f"/ntsrmzf/gknb/content/{number:08x}-0000-4a39-9e0c-2f6a3d1e7c55.html"
        site.page(path, article(title))
        lines.insert(number * 10, f'<li><a href="{path}">{title}</a><span>2024-02-01</span></li>')

    def store(part: list[str]) -> str:
        records = "".join(f"<record><![CDATA[{line}]]></record>" for line in part)
        return (
            f"<datastore><totalrecord>{len(lines)}</totalrecord><recordset>{records}</recordset></datastore>"
        )

    def message(asked: Asked) -> Resource | None:
        query = asked.query
        if "referer" not in asked.headers:
            return Resource(b"", status=403, validators=False)
        if (
            query.get("columnId") != UUID
            or query.get("contentTemplate") != "list_tpl"
            or "callback" not in query
        ):
            return Resource(b'cb({"result":""})', "text/javascript", validators=False)
        start, end = int(query["startrecord"]), int(query["endrecord"])
        if end - start + 1 > limit:
            if too_wide == "404":
                return None
            part: list[str] = []
        else:
            part = lines[start - 1 : end] if turns else lines[: end - start + 1]
        text = f"{query['callback']}({json.dumps({'result': store(part)}, ensure_ascii=False)})"
        return Resource(text.encode(), "application/javascript;charset=UTF-8", validators=False)

    site.endpoints[f"{service}/messageController/getMessage.do"] = message
    initial = f'<div style="display:none"><script type="text/xml" id="initData">{store(lines[:FIRST])}</script></div>'
    script = f"""<script>var opt = {{ url: '{service}/messageController/getMessage.do', columnId:'{UUID}', contentTemplate: 'list_tpl', perpage: 15 }};</script>"""
    site.page(
        COLUMN, shell("政府信息公开年报", (initial if embedded else '<ul id="initData"></ul>') + script)
    )
    site.page("/", shell("首页", f'<a href="{COLUMN}">政府信息公开年报</a>'))
    return site, wanted
