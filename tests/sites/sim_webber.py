# ruff: noqa: E501 - pages and titles as sites write them
"""Webber 博达: static pages numbered downwards, list.jsp, content.jsp and download.jsp."""

from __future__ import annotations

from sim_content import DECOYS, PDF, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

COLUMN = "/zwgk/xxgknb.htm"
LIST = "/zwgk/list.jsp"
SIZE = 20


def build(paging: str = "static", turns: bool = True) -> tuple[GovernmentSite, set[str]]:
    """`paging`: "static" pages xxgknb/{total-n+1}.htm, or "list" by list.jsp; `turns`: list.jsp looks at PAGENUM."""
    site = GovernmentSite()
    wanted: set[str] = set()
    lines: list[str] = []
    dynamic: dict[str, str] = {}
    for report in reports(range(2021, 2024)):
        extra = ""
        if report.number % 8 == 0:
            query = f"urltype=news.DownloadAttachUrl&owner=1560&wbfileid={report.number}"
            wanted.add(f"/system/_content/download.jsp?{query}")
            extra = f'<ul><li>附件【<a href="/system/_content/download.jsp?{query.replace("&", "&amp;")}">{report.title}.pdf</a>】</li></ul>'
        html = report_article(report, extra).replace("TRS_Editor", "v_news_content")
        if report.number % 3 == 0:
            # Links into other sites of the same installation are dynamic.
            path = f"/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1021&wbnewsid={report.number}"
            dynamic[str(report.number)] = html
        else:
            path = f"/info/1021/{3000 + report.number}.htm"
            site.page(path, html)
        wanted.add(path)
        lines.append(
            f'<li id="line_u8_{report.number}"><a href="{path.replace("&", "&amp;")}" title="{report.title}">{report.title[:14]}...</a><span>{report.date}</span></li>'
        )
    for number, title in enumerate(DECOYS):
        path = f"/info/1021/{1000 + number}.htm"
        site.page(path, article(title))
        lines.insert(number * 8, f'<li><a href="{path}">{title}</a><span>2024-02-01</span></li>')
    site.endpoints["/content.jsp"] = lambda asked: _page(dynamic.get(asked.query.get("wbnewsid", "")))
    site.endpoints["/system/_content/download.jsp"] = lambda asked: Resource(
        PDF + asked.query["wbfileid"].encode(), "application/octet-stream", validators=True
    )
    parts = [lines[i : i + SIZE] for i in range(0, len(lines), SIZE)]
    total = len(parts)

    def body(number: int, following: str | None) -> str:
        on = (
            f'<a href="{following}">下页</a><a href="#">尾页</a>'
            if following
            else "<span>下页</span><span>尾页</span>"
        )
        pager = f'<div class="pb_sys_common"><span class="p_t">共{len(lines)}条</span><span>首页</span><span>上页</span>{on}</div>'
        return shell(
            "信息公开年报", f'<ul class="winstyle">{"".join(parts[number - 1])}</ul>{pager}<!--_vsb_list-->'
        )

    def address(number: int) -> str:
        if paging == "list":
            return f"/zwgk/list.jsp?totalpage={total}&amp;PAGENUM={number}&amp;urltype=tree.TreeTempUrl&amp;wbtreeid=1021"
        return f"/zwgk/xxgknb/{total - number + 1}.htm"

    for number in range(1, total + 1):
        html = body(number, address(number + 1) if number < total else None)
        if number == 1:
            site.page(COLUMN, html)
        elif paging == "static":
            site.page(address(number), html)
    # The number of the first page exists as well; counting up from the last leads there and beyond.
    site.page(f"/zwgk/xxgknb/{total}.htm", body(1, address(2)))

    def dynamic_list(asked: Asked) -> Resource:
        number = int(asked.query.get("PAGENUM") or 1) if turns else 1
        return Resource(
            body(number, address(number + 1) if number < total else None).encode(), validators=False
        )

    if paging == "list":
        site.endpoints[LIST] = dynamic_list
    site.page("/", shell("首页", f'<a href="{COLUMN}">政府信息公开年报</a>'))
    return site, wanted


def _page(html: str | None) -> Resource | None:
    return Resource(html.encode()) if html else None
