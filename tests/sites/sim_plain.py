# ruff: noqa: E501 - pages and titles as sites write them
"""Static lists of many makes: next links, guessed pages, years and classes, frames, redirect shells, a moved column."""

from __future__ import annotations

from sim_content import DECOYS, article, report_article, reports, shell
from sim_server import GovernmentSite

COLUMN = "/zwgk/gknb/"


def _articles(site: GovernmentSite, years: range, folder: str) -> tuple[list[str], set[str]]:
    wanted = set()
    lines = []
    for report in reports(years):
        path = f"{folder}{1600000000000000000 + report.number}.html"
        site.page(path, report_article(report))
        wanted.add(path)
        lines.append(f'<li><a href="{path}">{report.title}</a> <i>{report.date}</i></li>')
    for number, title in enumerate(DECOYS):
        path = f"{folder}{1500000000000000000 + number}.html"
        site.page(path, article(title))
        lines.insert(number * 9, f'<li><a href="{path}">{title}</a> <i>2024-02-01</i></li>')
    return lines, wanted


def build(paging: str = "next") -> tuple[GovernmentSite, set[str]]:
    """`paging`: how the list goes on.

    next      links 下一页
    trial     the page count stands in a script, page 2 is index_1.html
    list      the same with list_2.html
    bare      the column is 1.html, page 2 is 2.html
    drift     page 2 by guess exists, but belongs to another column; the list has one page
    same      every guess gives page 1 again
    """
    site = GovernmentSite()
    lines, wanted = _articles(site, range(2021, 2024), COLUMN)
    if paging in {"drift", "same"}:  # noqa: SIM108
        parts = [lines]
    else:
        parts = [lines[i : i + 15] for i in range(0, len(lines), 15)]
    for number, part in enumerate(parts, start=1):
        form = {"next": "p{}.html", "trial": "index_{}.html", "list": "list_{}.html", "bare": "{}.html"}.get(
            paging, "index_{}.html"
        )
        name = form.format(number - 1 if paging == "trial" else number)
        following = form.format(number if paging == "trial" else number + 1)
        pager = f'<div class="pages">共{max(2, len(parts))}页</div>'
        if paging == "next":
            pager = (
                f'<div class="pages"><a href="{following}">下一页</a></div>' if number < len(parts) else ""
            )
        html = shell("政府信息公开年报", f"<ul>{''.join(part)}</ul>{pager}")
        site.page(COLUMN + ("index.html" if number == 1 and paging != "bare" else name), html)
        if paging == "same":
            for guess in ("index_1.html", "index_2.html", "list_2.html", "2.html"):
                site.page(COLUMN + guess, html)
    if paging == "drift":
        other = "".join(
            f'<li><a href="/xwzx/qsyw/{1400000000000000000 + n}.html">青山区2023年要闻{n}</a></li>'
            for n in range(20)
        )
        site.page(COLUMN + "index_1.html", shell("要闻", f"<ul>{other}</ul>"))
    if paging == "bare":
        site.page(COLUMN, '<html><head><meta http-equiv="refresh" content="0; url=1.html"></head></html>')
    site.page("/", shell("首页", f'<a href="{COLUMN}">公开年报</a>'))
    return site, wanted


def hub() -> tuple[GovernmentSite, set[str]]:
    """A hub by year and class, with a shell, a frame and titles that only name the agency."""
    site = GovernmentSite()
    wanted: set[str] = set()
    top = []
    for year in (2022, 2023):
        classes = []
        for slug, name in (("bm", "区政府部门"), ("jd", "乡镇街道")):
            folder = f"/zwgk/xxgknb/{year}/{slug}/"
            lines = []
            for report in reports(range(year, year + 1)):
                street = report.agency.endswith(("街道办事处", "镇人民政府", "乡人民政府"))
                if street != (slug == "jd"):
                    continue
                path = f"{folder}{year + 1}01/t{year + 1}0115_{report.number}{year}.html"
                site.page(path, report_article(report))
                wanted.add(path)
                # In such lists the agency's name is all there is.
                lines.append(f'<li><a href="{path}">{report.agency}</a></li>')
            body = f"<ul>{''.join(lines)}</ul>"
            if slug == "jd":
                site.page(f"{folder}list_frame.html", f"<html><body>{body}</body></html>")
                body = '<iframe src="./list_frame.html"></iframe>'
            site.page(folder, shell(f"{year}年{name}", body))
            classes.append(f'<li><a href="./{slug}/">{name}</a></li>')
        site.page(f"/zwgk/xxgknb/{year}/", shell(f"{year}年", f"<ul>{''.join(classes)}</ul>"))
        top.append(f'<li><a href="./{year}/">{year}年</a></li>')
    site.page("/zwgk/xxgknb/", shell("政府信息公开年报", f"<ul>{''.join(top)}</ul>"))
    # The address that everyone links moved long ago.
    site.page("/zwgk/nb/", '<script>window.location.replace("/zwgk/xxgknb/");</script>')
    site.page("/", shell("首页", '<a href="/zwgk/nb/">政府信息公开年报</a>'))
    return site, wanted
