# ruff: noqa: E501 - pages and titles as sites write them
"""Relatives of the known platforms: lists in scripts, forms, clicks, cut titles, odd answers.

Written from the facts about the platforms; each has the same reports, decoys and files.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sim_content import DECOYS, PDF, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

COLUMN = "/zwgk/xxgkml/nb/"
SIZE = 25
Line = tuple[str, str, str]


def content(
    years: range = range(2019, 2024), decoys: bool = True
) -> tuple[GovernmentSite, list[Line], set[str]]:
    site, lines, wanted = GovernmentSite(), [], set()
    for report in reports(years):
        path = f"{COLUMN}{report.date[:7]}/{report.date[8:]}/content_{report.number:032x}.shtml"
        extra = ""
        if report.number % 9 == 0:
            kinds = ("pdf", "docx", "doc", "wps", "xls", "xlsx", "et", "rtf", "ofd", "zip", "rar", "7z")
            file = f"/files/{report.number}.{kinds[report.number // 9 % len(kinds)]}"
            site.file(file, PDF + file.encode(), "application/octet-stream")
            wanted.add(file)
            extra = f'<p>附件：<a href="{file}">{report.title}</a></p>'
        site.page(path, report_article(report, extra))
        wanted.add(path)
        lines.append((path, report.title, report.date))
    for number, title in enumerate(DECOYS if decoys else ()):
        path = f"{COLUMN}2024-02/01/content_{0xF000 + number:032x}.shtml"
        site.page(path, article(title))
        lines.insert(number * 11, (path, title, "2024-02-01"))
    site.page("/", shell("首页", f'<a href="{COLUMN}">政府信息公开年报</a>'))
    return site, lines, wanted


def items(lines: list[Line]) -> str:
    return "".join(f'<li><a href="{p}">{t}</a><span>{d}</span></li>' for p, t, d in lines)


def in_script(form: str) -> tuple[GovernmentSite, set[str]]:
    """The whole list stands in a script: `json`, `object` (as scripts write it), `xml` or `written`."""
    site, lines, wanted = content()
    if form == "json":
        data = [
            {"id": n, "docTitle": t, "docPubUrl": "." + p.removeprefix(COLUMN.rstrip("/")), "docRelTime": d}
            for n, (p, t, d) in enumerate(lines)
        ]
        script = f"<script>var data = {json.dumps(data, ensure_ascii=False)};\nshow(data);</script>"
    elif form == "object":
        rows = ",\n".join(f"{{title:'{t}', url:'{p}', date:'{d}',}}" for p, t, d in lines)
        script = f"<script>var list = [{rows},];</script>"
    elif form == "xml":
        rows = "".join(
            f"<item><title><![CDATA[{t}]]></title><link>{p}</link><pubDate>{d}</pubDate></item>"
            for p, t, d in lines
        )
        script = f'<script type="text/xml" id="data">{rows}</script>'
    else:
        rows = "".join(
            f'document.writeln("<li><a href=\'{p}\' target=\\"_blank\\">{t}<\\/a><span>{d}<\\/span><\\/li>");\n'
            for p, t, d in lines
        )
        script = f"<script>\n{rows}</script>"
    site.page(COLUMN, shell("政府信息公开年报", '<ul id="list"></ul>', script))
    return site, wanted


def by_form(method: str) -> tuple[GovernmentSite, set[str]]:
    """Pages are turned by a form with the page's number (`cpage`), sent by a script."""
    site, lines, wanted = content()
    pages = -(-len(lines) // SIZE)

    def answer(asked: Asked) -> Resource | None:
        given = asked.form if asked.method == "POST" else asked.query
        number = int(given.get("cpage") or 1)
        if given and (asked.method != method or given.get("channelid") != "77"):
            return Resource(shell("政府信息公开年报", items(lines[:SIZE])).encode())
        body = f'<form name="turn" method="{method}" action="{COLUMN}"><input type="hidden" name="channelid" value="77"><input type="hidden" name="cpage" value="{number}"><a href="javascript:gopage({number + 1})">下一页</a> 共{pages}页</form>'
        return Resource(
            shell(
                "政府信息公开年报", f"<ul>{items(lines[(number - 1) * SIZE : number * SIZE])}</ul>{body}"
            ).encode(),
            validators=False,
        )

    site.endpoints[COLUMN] = answer
    return site, wanted


def by_click(where: str) -> tuple[GovernmentSite, set[str]]:
    """The next page's address stands only in what a click does: `onclick`, `href` of a script, or a `select`."""
    site, lines, wanted = content()
    parts = [lines[i : i + SIZE] for i in range(0, len(lines), SIZE)]
    for number, part in enumerate(parts, start=1):
        following = f"part_{number + 1}x.html"
        pager = ""
        if number < len(parts):
            pager = {
                "onclick": f'<span class="next" onclick="location.href=\'{following}\'">下一页</span>',
                "href": f"<a href=\"javascript:toPage('{following}');\">下一页</a>",
                "select": f'<select onchange="go(this.value)"><option value="">第{number}页</option><option value="{following}">第{number + 1}页</option></select>',
            }[where]
        site.page(
            COLUMN + ("index.html" if number == 1 else f"part_{number}x.html"),
            shell("政府信息公开年报", f"<ul>{items(part)}</ul>{pager}"),
        )
    return site, wanted


def cut_titles() -> tuple[GovernmentSite, set[str]]:
    """Every title is cut and no attribute holds the rest: only the articles say what they are."""
    site, lines, wanted = content(decoys=False)
    shown = "".join(f'<li><a href="{p}">{t[:14]}...</a><span>{d}</span></li>' for p, t, d in lines)
    site.page(COLUMN, shell("政府信息公开年报", f"<ul>{shown}</ul>"))
    return site, wanted


def jpage_odd() -> tuple[GovernmentSite, set[str]]:
    """A datastore with attributes, big letters and broken lines; numbers as strings; the first page without records."""
    site, lines, wanted = content()

    def answer(asked: Asked) -> Resource:
        start, end = int(asked.query["startrecord"]), int(asked.query["endrecord"])
        rows = "".join(
            f'<record id="{n}"><![CDATA[\n<li><a\nhref="{p}"\ntitle="{t}">{t[:10]}…</a>\n<span>{d[:5]}\n{d[5:]}</span></li>]]></record>\n'
            for n, (p, t, d) in enumerate(lines[start - 1 : min(end, start + 59)])
        )
        return Resource(
            f'<?xml version="1.0"?><datastore><nextgroup></nextgroup><totalrecord>{len(lines)}</totalrecord><recordset>{rows}</recordset></datastore>'.encode(),
            "text/xml",
            validators=False,
        )

    site.endpoints["/module/jpage/morecolumndataproxy.jsp"] = answer
    script = (
        "<script>var totalRecord='"
        + str(len(lines))
        + "', perPage='20'; $.ajax({url:'/module/jpage/morecolumndataproxy.jsp', data:{col:1,webid:39,columnid:61490,unitid:'247686'}});</script>"
    )
    site.page(COLUMN, shell("政府信息公开年报", '<div id="247686"></div>', script))
    return site, wanted


def epoint_odd() -> tuple[GovernmentSite, set[str]]:
    """The answer's inner object as text, totals as strings, absolute addresses."""
    site, lines, wanted = content()

    def answer(asked: Asked) -> Resource:
        given = json.loads(asked.form[""])
        number = int(given["pageIndex"])
        rows = [
            {"title": t, "infourl": site.base + p, "infodate": d}
            for p, t, d in lines[number * 20 : number * 20 + 20]
        ]
        custom = json.dumps({"data": rows, "total": str(len(lines))}, ensure_ascii=False)
        return Resource(
            json.dumps({"custom": custom, "status": {"code": "200"}}).encode(), "text/plain", validators=False
        )

    site.endpoints["/EWB-FRONT/rest/lightfrontaction/getgovinfolist"] = answer
    script = '<script>var siteInfo = {"projectName":"/EWB-FRONT","siteGuid":"7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"}; var categorynum = "003002"; var api = "getgovinfolist";</script>'
    site.page(COLUMN, shell("政府信息公开年报", '<ul class="list"></ul>', script))
    return site, wanted


def trs_variables() -> tuple[GovernmentSite, set[str]]:
    """TRS with the pager's numbers in variables, as most of its templates have them."""
    site, lines, wanted = content()
    parts = [lines[i : i + SIZE] for i in range(0, len(lines), SIZE)]
    for number, part in enumerate(parts):
        script = f'<script>var currentPage = {number};//所在页从0开始\nvar countPage = {len(parts)}//共多少页\ncreatePageHTML(countPage, currentPage, "index", "shtml");</script>'
        site.page(
            COLUMN + ("" if number == 0 else f"index_{number}.shtml"),
            shell("政府信息公开年报", f'<ul class="TRS_list">{items(part)}</ul>', script),
        )
    return site, wanted


def endless() -> tuple[GovernmentSite, set[str]]:
    """Any page number answers, with the last page again once the list has ended."""
    site, lines, wanted = content()
    last = -(-len(lines) // SIZE)

    def answer(asked: Asked) -> Resource:
        number = min(int(asked.query.get("page") or 1), last)
        pager = f'<a href="?page={int(asked.query.get("page") or 1) + 1}">下一页</a>'
        return Resource(
            shell(
                "政府信息公开年报", f"<ul>{items(lines[(number - 1) * SIZE : number * SIZE])}</ul>{pager}"
            ).encode(),
            validators=False,
        )

    site.endpoints[COLUMN] = answer
    return site, wanted


VARIANTS: dict[str, tuple[Callable[[], tuple[GovernmentSite, set[str]]], str]] = {
    "script-json": (lambda: in_script("json"), COLUMN),
    "script-object": (lambda: in_script("object"), COLUMN),
    "script-xml-home": (lambda: in_script("xml"), "/"),
    "script-written": (lambda: in_script("written"), COLUMN),
    "form-post": (lambda: by_form("POST"), COLUMN),
    "form-get-home": (lambda: by_form("GET"), "/"),
    "click-onclick": (lambda: by_click("onclick"), COLUMN),
    "click-href": (lambda: by_click("href"), COLUMN),
    "click-select": (lambda: by_click("select"), COLUMN),
    "titles-cut": (cut_titles, COLUMN),
    "jpage-odd": (jpage_odd, COLUMN),
    "epoint-odd": (epoint_odd, COLUMN),
    "trs-variables": (trs_variables, COLUMN),
    "endless-last-page": (endless, COLUMN),
}
