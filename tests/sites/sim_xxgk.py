# ruff: noqa: E501 - pages and titles as sites write them
"""Hanweb 信息公开 module: the list from search.jsp by unit, and reports that are hit directly by unit and year."""

from __future__ import annotations

from sim_content import DECOYS, PDF, article, report_article, report_body, reports, shell
from sim_server import Asked, GovernmentSite, Resource

AREA = "113325000026455663"
COLUMN = "/col/col1229/index.html"
SEARCH = "/module/xxgk/search.jsp"
DIRECT = "/module/xxgk/xxgkAnnualReport.jsp"
SIZE = 15
OTHERS = 40


def build(filters: bool = True, turns: bool = True) -> tuple[GovernmentSite, set[str]]:
    """`filters`: the server looks at infotypeId; `turns`: it looks at currpage."""
    site = GovernmentSite()
    wanted: set[str] = set()
    lines: list[tuple[str, str]] = []

    def line(kind: str, path: str, title: str, date: str) -> tuple[str, str]:
        return kind, (
            f'<tr><td>{AREA}/{date[:4]}-{len(lines):05d}</td><td><a target="_blank" title="{title}" href="{path}">{title[:18]}...</a></td><td>{date}</td></tr>'
        )

    for report in reports(range(2021, 2024)):
        year, month, day = report.date.split("-")
        path = f"/art/{year}/{int(month)}/{int(day)}/art_1229_{90000 + report.number}.html"
        extra = ""
        if report.number % 9 == 0:
            file = f"/attach/0/{report.number:032x}.pdf"
            site.file(file, PDF + path.encode(), "application/pdf")
            wanted.add(file)
            extra = f'<p>附件：<a href="{file}">{report.title}.pdf</a></p>'
        site.page(path, report_article(report, extra))
        wanted.add(path)
        lines.append(line("A02", path, report.title, report.date))
    for number, title in enumerate(DECOYS):
        path = f"/art/2024/2/{number + 1}/art_1229_{70000 + number}.html"
        site.page(path, article(title))
        lines.insert(number * 7, line("A02", path, title, "2024-02-01"))
    # What the unit published under other heads, also whole pages of it; in a column of reports an agency's name would do for a title.
    for number in range(OTHERS):
        path = f"/art/2023/5/{number % 28 + 1}/art_1301_{60000 + number}.html"
        title = f"2023年第{number}号文件 青山区交通运输局"
        site.page(path, article(title))
        lines.insert(number * 2 if number < 20 else 60, line("B07", path, title, "2023-05-01"))

    def search(asked: Asked) -> Resource:
        given = asked.form | asked.query
        part = [html for kind, html in lines if not filters or kind == (given.get("infotypeId") or kind)]
        if asked.method != "POST" or given.get("area") != AREA or asked.form.get("area") != AREA:
            part = []
        pages = -(-len(part) // SIZE)
        number = int(given.get("currpage") or 1) if turns else 1
        rows = "".join(part[(number - 1) * SIZE : number * SIZE])
        html = f"<table>{rows}</table><div class=xxgk_page>共{len(part)}条 共{pages}页 <a href='javascript:goPage({number + 1})'>下一页</a></div>"
        return Resource(html.encode(), validators=False)

    site.endpoints[SEARCH] = search
    script = f"""<div id="div1229"></div><script>loadDynamic('{SEARCH}?standardXxgk=1&isAllList=1&infotypeId=A02&area={AREA}&divid=div1229&jdid=1', 'div1229');</script>"""
    tree = f'<script>loadTree("/module/xxgk/tree.jsp?area={AREA}&infotypeId=0");</script>'
    site.page(COLUMN, shell("政府信息公开年报", tree + script))
    site.page("/", shell("首页", f'<div class="box"><a href="{COLUMN}">政府信息公开年报</a></div>'))
    return site, wanted


def direct(named: bool = True) -> tuple[GovernmentSite, set[str]]:
    """Two units, a report a year from 2015 on, one year without; `named`: the page links years, else only units."""
    site = GovernmentSite()
    wanted: set[str] = set()
    bodies: dict[tuple[str, str], str] = {}
    links = []
    for unit, area in (("青山区教育局", "001008003014062"), ("青山区公安局", AREA)):
        for report in reports(range(2015, 2024), (unit,)):
            if report.year == 2019:
                continue
            title = f"{unit}{report.year}年政府信息公开工作年度报告"
            bodies[area, str(report.year)] = article(title, report_body(report))
            wanted.add(f"{DIRECT}?area={area}&fbtime={report.year}")
            if named and report.year > 2021:
                links.append(
                    f'<li><a href="{DIRECT}?area={area}&amp;fbtime={report.year}">{unit}{report.year}年</a></li>'
                )
        if not named:
            links.append(f"<li onclick=\"openReport('{DIRECT}?area={area}')\">{unit}</li>")

    def hit(asked: Asked) -> Resource:
        body = bodies.get((asked.query.get("area", ""), asked.query.get("fbtime", "")))
        return Resource((body or "<html><body>该年度暂无年报，请查看其他年度。</body></html>").encode())

    site.endpoints[DIRECT] = hit
    site.page(COLUMN, shell("政府信息公开年报", f"<ul>{''.join(links)}</ul>"))
    return site, wanted
