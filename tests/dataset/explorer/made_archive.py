"""An archive to explore: printed forms of some agencies and years, a PDF, a Word file, hostile pages."""

from __future__ import annotations

import html
import random
from collections.abc import Mapping
from pathlib import Path

import extraction
from dataset.explorer.forms import Box, sheet
from extraction.editions import load
from storage import ObjectStore
from tests.dataset.conftest import SmallArchive, publish

ROOT = Path(__file__).resolve().parents[3]
REPORTS = ROOT / "gongkai/demo/content/reports"
SITE = "weibin"
AGENCIES = ("新乡市卫滨区人民政府", "新乡市红旗区人民政府", "新乡市凤泉区人民政府")
REGIONS = ("410703", "410702", "410704")
YEARS = (2020, 2021, 2022, 2023)
WRONG = ("新乡市红旗区人民政府", 2022)
"""The report whose own figures do not add up."""
EDITED = ("新乡市凤泉区人民政府", 2023)
"""The report that was edited after its publication."""
EVIL = '<script>window.evil=1</script><img src=x onerror="window.evil=1">'
TABLES = {
    "proactive": "二、主动公开政府信息情况",
    "requests": "三、收到和处理政府信息公开申请情况",
    "review_litigation": "四、政府信息公开行政复议、行政诉讼情况",
}


def figures_of(edition: str, seed: str) -> dict[str, int]:
    """Figures of a report that hold all identities, always the same for a seed."""
    chance = random.Random(seed)
    requests = load(edition).tables["requests"]
    parts = [row for row in requests.rows if row not in ("new", "carried_in", "total", "carried_over")]
    found = {}
    kinds = [column for column in requests.columns if column != "total"]
    for column in kinds:
        amounts = {row: chance.choice((0, 0, 1, 2, 7, 19)) for row in parts}
        total, carried_in = sum(amounts.values()), chance.choice((0, 0, 3))
        over = chance.choice((0, 2))
        new = total + over - carried_in
        if new < 0:
            new, carried_in = total + over, 0
        amounts |= {"new": new, "carried_in": carried_in, "total": total, "carried_over": over}
        found |= {f"requests.{row}.{column}": value for row, value in amounts.items()}
    for row in requests.rows:
        found[f"requests.{row}.total"] = sum(found[f"requests.{row}.{column}"] for column in kinds)
    for row, form in load(edition).tables["review_litigation"].rows.items():
        amounts = {column: chance.choice((0, 0, 1, 2, 5)) for column in form.columns if column != "total"}
        amounts["total"] = sum(amounts.values())
        found |= {f"review_litigation.{row}.{column}": value for column, value in amounts.items()}
    for row, form in load(edition).tables["proactive"].rows.items():
        for column in form.columns:
            found[f"proactive.{row}.{column}"] = chance.choice((0, 2, 11, 240))
    if edition == "2019":
        for row in ("regulations", "normative_documents"):
            for column in ("newly_disclosed", "total_disclosed"):
                found[f"proactive.{row}.{column}"] = found[f"proactive.{row}.made_this_year"]
    if edition == "2021":
        for row in ("regulations", "normative_documents"):
            found[f"proactive.{row}.in_force"] = found[f"proactive.{row}.issued"] + 9
    return found


def text_of(box: Box, figures: Mapping[str, int], blank: str) -> str:
    if not box.cell:
        return html.escape(box.text)
    return "" if box.cell == blank else str(figures[box.cell])


def page(agency: str, year: int, figures: Mapping[str, int], blank: str = "", more: str = "") -> bytes:
    """A page that prints the forms as they stand on paper."""
    edition = "2021" if year >= 2021 else "2019"
    tables = []
    headings = (
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
    )
    for key, heading in zip(TABLES, headings, strict=True):
        made = sheet(edition, key, "zh")
        assert made is not None
        lines = "".join(
            "<tr>"
            + "".join(
                f'<td rowspan="{box.rows}" colspan="{box.columns}">{text_of(box, figures, blank)}</td>'
                for box in line
            )
            + "</tr>"
            for line in made.lines
        )
        tables.append(f"<p>{heading}</p><table border='1'>{lines}</table>")
    title = f"{agency}{year}年政府信息公开工作年度报告"
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        f"<div class='nav'><a href='http://127.0.0.1:9/'>首页</a> 公开专栏</div>"
        f"<div id='zoom'><h1>{title}</h1>"
        f"<p>一、总体情况</p><p>{year}年，{agency}深入推进政务公开，政策解读质量稳步提升，"
        f"全年收到申请{figures['requests.new.total']}件。{html.escape(more)}</p>{more}"
        f"{''.join(tables)}<p>五、存在的主要问题及改进情况</p><p>主动公开的广度和深度还需拓展。</p>"
        "<p>六、其他需要报告的事项</p><p>无。</p></div></body></html>"
    ).encode()


ELSEWHERE = "http://127.0.0.1:9"
HOSTILE = """<base href="E/base/"><link rel="stylesheet" href="E/a.css">
<link rel="preload" as="image" href="E/p.png"><meta http-equiv="refresh" content="0;url=E/refresh">
<style>@import url(E/i.css); @font-face { font-family: x; src: url(E/f.woff) }
body { background: url(E/b.png); font-family: x }</style><script src="E/a.js"></script>
<script>window.evil = 1; top.evil = 1; fetch("E/fetch"); location = "E/moved"</script>
<div style="background-image:url(E/style.png)" onclick="evil()">甲</div>
<img src="E/i.png" srcset="E/s.png 2x" onerror="top.evil=1">
<picture><source srcset="E/source.png"><img src="E/in.png"></picture>
<video src="E/v.mp4" poster="E/poster.png" autoplay></video><audio src="E/a.mp3" autoplay></audio>
<iframe src="E/frame"></iframe><iframe srcdoc="<script>top.evil=1</script>"></iframe>
<object data="E/o.swf"></object><embed src="E/e.swf"><input type="image" src="E/input.png">
<table background="E/t.png"></table><svg onload="top.evil=1"><image href="E/svg.png" xlink:href="E/x.png"/>
<use href="E/u.svg#a"/><style>@import url(E/z.css)</style></svg><noscript><img src="E/no.png"></noscript>
<form action="E/form"><button autofocus onfocus="form.submit()">乙</button></form>
<a href="javascript:top.evil=1" ping="E/ping" target="_top">丙</a>
<math><mtext><img src="E/math.png"></mtext></math>""".replace("E/", f"{ELSEWHERE}/")


def unnamed() -> bytes:
    """A hostile report of nobody knows whom: archived, not published."""
    made = page(AGENCIES[0], 2021, figures_of("2021", "unnamed")).decode()
    made = made.replace(AGENCIES[0], "").replace("2021", "").replace("<body>", f"<body>{HOSTILE}")
    return made.encode()


def add(archive: SmallArchive, data: bytes, url: str, *, time: str, media_type: str | None = None) -> str:
    """Archive a document and read it."""
    record = extraction.extract(data, media_type=media_type).to_dict()
    archive.read(SITE, data, dict(record))
    return archive.seen(SITE, url, data, time=time, anchor="年度报告")


def make(store: ObjectStore) -> None:
    """Fill a store and publish a release."""
    archive = SmallArchive(store)
    archive.site(SITE, region="410700")
    for agency in AGENCIES:
        for year in YEARS:
            edition = "2021" if year >= 2021 else "2019"
            figures = figures_of(edition, f"{agency}{year}")
            if (agency, year) == WRONG:
                figures["requests.total.natural_person"] += 3
            name = f"{AGENCIES.index(agency)}-{year}"
            url = f"http://127.0.0.1:9/{name}.html"
            day = f"{year + 1}-01-20T00:00:00Z"
            add(archive, page(agency, year, figures, "requests.carried_in.enterprise", EVIL), url, time=day)
            if (agency, year) == EDITED:
                figures["review_litigation.reconsideration.upheld"] += 4
                figures["review_litigation.reconsideration.total"] += 4
                later = page(agency, year, figures, "requests.carried_in.enterprise")
                add(archive, later, url, time=f"{year + 1}-05-01T00:00:00Z")
    for name in ("zhenxing-2021.pdf", "datan-2020.docx"):
        add(archive, (REPORTS / name).read_bytes(), f"http://127.0.0.1:9/{name}", time="2022-02-01T00:00:00Z")
    add(archive, b"%PDF-1.4 broken", "http://127.0.0.1:9/broken.pdf", time="2022-02-01T00:00:00Z")
    add(archive, unnamed(), "http://127.0.0.1:9/unnamed.html", time="2022-02-01T00:00:00Z")
    publish(store, extractor=extraction.EXTRACTOR)
