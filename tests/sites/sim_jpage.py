# ruff: noqa: E501 - pages and titles as sites write them
"""Hanweb jpage: newest records embedded as XML, the rest from dataproxy.jsp; two servers in one, by what they honour."""

from __future__ import annotations

from html import escape

from sim_content import DECOYS, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

COLUMN = "/col/col61490/index.html"
PROXY = "/module/web/jpage/dataproxy.jsp"
GROUP = 45


def build(years: range = range(2015, 2024), honours: str = "page") -> tuple[GovernmentSite, set[str]]:
    """`honours`: "page" ignores startrecord, "startrecord" ignores page, "nothing" gives page 1 whatever is asked."""
    site = GovernmentSite()
    wanted: set[str] = set()
    lines: list[str] = []
    for report in reports(years):
        year, month, day = report.date.split("-")
        path = f"/art/{year}/{int(month)}/{int(day)}/art_61490_{80000 + report.number}.html"
        site.page(path, report_article(report))
        wanted.add(path)
        # Dates may be broken over lines.
        lines.append(
            f'<li><a title="{report.title}" href="{path}">{report.title}</a><b>[{report.date[:8]}\n{report.date[8:]}]</b></li>'
        )
    for number, title in enumerate(DECOYS):
        path = f"/art/2024/2/{number + 1}/art_61490_{70000 + number}.html"
        site.page(path, article(title))
        lines.insert(number * 11, f'<li><a href="{path}">{title}</a><b>2024-02-0{number + 1}</b></li>')
    query = "col=1&appid=1&webid=39&path=/&columnid=enc%2B61490%3D&sourceContentType=1&unitid=247686&webname=青山区&permissiontype=0"

    def store(part: list[str], following: int | None) -> str:
        records = "".join(f"<record><![CDATA[{line}]]></record>" for line in part)
        group = (
            f'<nextgroup><![CDATA[<a href="{PROXY}?page={following}&{query}"></a>]]></nextgroup>'
            if following
            else "<nextgroup/>"
        )
        return f"<datastore>{group}<recordset>{records}</recordset><totalrecord>{len(lines)}</totalrecord></datastore>"

    def proxy(asked: Asked) -> Resource:
        given = asked.query | asked.form
        if given.get("columnid") != "enc+61490=" or given.get("unitid") != "247686":
            return Resource(
                b"<datastore><recordset></recordset></datastore>     ", "text/xml", validators=False
            )
        start = 0
        number = 0
        if honours == "page":
            number = int(given.get("page", "0"))
            start = number * GROUP
        elif honours == "startrecord":
            start = int(given.get("startrecord", "1")) - 1
        part = lines[start : start + GROUP]
        more = start + GROUP < len(lines)
        return Resource(
            store(part, number + 1 if more else None).encode(), "text/xml;charset=UTF-8", validators=False
        )

    site.endpoints[PROXY] = proxy
    embedded = f'<div id="u"><script type="text/xml">{store(lines[:GROUP], 1)}</script></div>'
    site.page(
        COLUMN, shell("年报", embedded).replace("</head>", '<meta name="ColId" content="61490"></head>')
    )
    site.page("/", shell("首页", f'<div class="side"><a href="{escape(COLUMN)}">政府信息公开年报</a></div>'))
    return site, wanted
