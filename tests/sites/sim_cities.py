# ruff: noqa: E501 - pages and titles as sites write them
"""Services and pagers of single cities and bodies: 苏州 loadData, 淮安 lists.do and nsetpage, 常州 gi_class, CAC JsonList."""

from __future__ import annotations

import json
from collections.abc import Callable

from sim_content import DECOYS, PDF, article, report_article, reports, shell
from sim_server import Asked, GovernmentSite, Resource

Line = tuple[str, str, str]


def _content(
    site: GovernmentSite, address: Callable[[int, str], str], file: Callable[[int], str]
) -> tuple[list[Line], set[str]]:
    wanted: set[str] = set()
    lines: list[Line] = []
    for report in reports(range(2021, 2024)):
        path, extra = address(report.number, report.date), ""
        if report.number % 10 == 0:
            site.file(file(report.number), PDF + path.encode(), "application/pdf")
            wanted.add(file(report.number))
            extra = f'<p><a href="{file(report.number)}">{report.title}.pdf</a></p>'
        site.page(path, report_article(report, extra))
        wanted.add(path)
        lines.append((path, report.title, report.date))
    for number, title in enumerate(DECOYS):
        path = address(70000 + number, "2024-02-01")
        site.page(path, article(title))
        lines.insert(number * 8, (path, title, "2024-02-01"))
    return lines, wanted


def _json(data: object) -> Resource:
    return Resource(
        json.dumps(data, ensure_ascii=False).encode(), "application/json;charset=UTF-8", validators=False
    )


SUZHOU = "/szsrmzf/xxgknb/list.shtml"


def suzhou(turns: bool = True) -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    lines, wanted = _content(
        site,
        lambda n, d: f"/szsrmzf/xxgknb/{d[:4]}{d[5:7]}/{n:032x}.shtml",
        lambda n: f"/szsrmzf/files/{n:032x}.pdf",
    )

    def load(asked: Asked) -> Resource:
        if asked.method != "POST" or asked.form.get("channelId") != "c9d1":
            return _json({"code": 500})
        number, size = int(asked.form["pageIndex"]) if turns else 1, int(asked.form["pageSize"])
        part = lines[(number - 1) * size : number * size]
        rows = [
            {"TITLE": t, "URL": p, "C_SYH": "014149/2024-1", "PUBLISHED_TIME_FORMAT": d} for p, t, d in part
        ]
        return _json({"data": {"allRow": len(lines), "totalPage": -(-len(lines) // size), "list": rows}})

    site.endpoints["/szinf/xxgk/interfacesWebZcwj/loadData"] = load
    script = "<script>$.post('/szinf/xxgk/interfacesWebZcwj/loadData', {channelId: 'c9d1', pageIndex: 1, pageSize: 15}, show);</script>"
    site.page(SUZHOU, shell("政府信息公开年报", '<ul id="list"></ul>', script))
    site.page("/", shell("首页", f'<a href="{SUZHOU}">政府信息公开年报</a>'))
    return site, wanted


HUAIAN = "/cmsweb/zwgk/sj/indexdept.html?orgId=2c949392749975740174ce97c1fc4448&topic=240"


def huaian(turns: bool = True) -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    lines, wanted = _content(
        site,
        lambda n, d: f"/col/16657_{n}/art/{d[:4]}{d[5:7]}/{17000000 + n}.html",
        lambda n: f"/web/upload/{n}.pdf",
    )

    def lists(asked: Asked) -> Resource:
        if (
            asked.method != "POST"
            or asked.form.get("topic") != "240"
            or not asked.form.get("deptid", "").startswith("2c94")
        ):
            return _json({"value": {"total": 0, "list": []}})
        number, size = int(asked.form["page"]) if turns else 1, int(asked.form["pagesize"])
        rows = [
            # Some entries have a link, others only domain and path.
            {
                "title": t,
                "link": p if k % 2 else "",
                "path": p,
                "domain": site.base,
                "releaseTime": d + " 09:00:00",
            }
            for k, (p, t, d) in enumerate(lines[(number - 1) * size : number * size])
        ]
        return _json({"value": {"total": len(lines), "list": rows}})

    site.endpoints["/articleCommonController/lists.do"] = lists
    site.page(
        HUAIAN.split("?")[0],
        shell("政府信息公开年报", '<div id="list"></div>', '<script src="/cmsweb/js/list.js"></script>'),
    )
    site.page("/", shell("首页", f'<a href="{HUAIAN.replace("&", "&amp;")}">政府信息公开年报</a>'))
    return site, wanted


HUAIAN_STATIC = "/zwgk/gknb/"


def huaian_static() -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    lines, wanted = _content(
        site, lambda n, d: f"/zwgk/gknb/{d[:4]}{d[5:7]}/{17000000 + n}.html", lambda n: f"/web/upload/{n}.pdf"
    )
    size = 20
    for start in range(0, len(lines), size):
        number = start // size + 1
        items = "".join(
            f'<li><a href="{p}">{t}</a><span>{d}</span></li>' for p, t, d in lines[start : start + size]
        )
        pager = f"<script>nsetpage({number},{len(lines)},{size});</script>"
        site.page(
            HUAIAN_STATIC + ("index.html" if number == 1 else f"index_{number}.html"),
            shell("政府信息公开年报", f"<ul>{items}</ul>", pager),
        )
    return site, wanted


CHANGZHOU = "/gi_class/zfxxgknb/1"


def changzhou(turns: bool = True, linked: bool = False) -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    lines, wanted = _content(
        site, lambda n, d: f"/gi_news/{int(d[:4]) * 1000000 + n}", lambda n: f"/uploadfile/{n}.pdf"
    )
    for path in [p for p in site.pages if p.startswith("/gi_news/")]:
        html = site.pages[path].body.decode()
        site.page(
            path,
            html.replace('<div class="TRS_Editor">', '<table><tr><td class="GovInfoContent">').replace(
                "</div><p><a", "</td></tr></table><p><a"
            ),
        )
    size = 20
    pages = -(-len(lines) // size)
    for number in range(1, pages + 1):
        shown = number if turns else 1
        items = "".join(
            f'<tr><td><a href="{p}" title="{t}">{t[:16]}…</a></td><td>{d}</td></tr>'
            for p, t, d in lines[(shown - 1) * size : shown * size]
        )
        pager = f'<div class="page">共{pages}页</div>'
        if linked and number < pages:
            pager += f'<a href="/gi_class/zfxxgknb/{number + 1}">下一页</a>'
        site.page(f"/gi_class/zfxxgknb/{number}", shell("政府信息公开年报", f"<table>{items}</table>{pager}"))
    return site, wanted


CAC = "/zwgk/xxgknb/A0937index_1.htm"


def cac(turns: bool = True) -> tuple[GovernmentSite, set[str]]:
    site = GovernmentSite()
    lines, wanted = _content(
        site,
        lambda n, d: f"/{d[:7]}/{d[8:]}/c_{1_700_000_000_000_000 + n}.htm",
        lambda n: f"/rootimages/{n}.pdf",
    )

    def answer(asked: Asked) -> Resource:
        if asked.method != "POST" or asked.form.get("channelCode") != "A093703":
            return _json({"list": [], "totalRec": 0})
        number, size = int(asked.form["pageno"]) if turns else 1, int(asked.form["perPage"])
        rows = [
            {"topic": t, "infourl": f"//{site.base.removeprefix('http://')}{p}", "pubtime": d + " 10:00:00.0"}
            for p, t, d in lines[(number - 1) * size : number * size]
        ]
        return _json({"list": rows, "totalRec": len(lines)})

    site.endpoints["/cms/JsonList"] = answer
    script = "<script>var channelCode = 'A093703'; $.ajax({type:'POST', url:'/cms/JsonList', data:{channelCode:channelCode,perPage:'40',pageno:id}});</script>"
    site.page(CAC, shell("政府信息公开年报", '<ul id="loadingInfoPage"></ul>', script))
    site.page("/", shell("首页", f'<a href="{CAC}">政府信息公开年报</a>'))
    return site, wanted
