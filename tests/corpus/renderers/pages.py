"""Article pages of the publishing platforms around a body: meta tags, navigation, metadata tables, footers."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import json
import random
from html import escape

from tests.corpus.identities import Identity

TEMPLATES = (
    "trs",
    "hanweb",
    "gkmlpt",
    "gkmlpt_script",
    "ucap",
    "longxun",
    "webber",
    "epoint",
    "generic",
    "layout",
    "bare",
)


def _meta(who: Identity, title: str, rng: random.Random) -> str:
    published = who.published or ""
    clock = rng.choice(["", " 10:23", " 16:05:41"])
    tags = {
        "SiteName": f"{who.parent}门户网站" if rng.random() < 0.5 else "政府信息公开平台",
        "SiteIDCode": f"{who.region or '000000'}{rng.randint(1, 99):04d}",
        "ColumnName": rng.choice(["政府信息公开年报", "年度报告", "信息公开年报"]),
        "ArticleTitle": title,
        "PubDate": published + clock,
        "ContentSource": who.agency if rng.random() < 0.6 else who.short,
        "Keywords": "政府信息公开,年报",
    }
    if rng.random() < 0.3:
        tags = {key.lower(): value for key, value in tags.items()}
    return "\n".join(f'<meta name="{key}" content="{escape(value)}"/>' for key, value in tags.items())


def _nav(who: Identity, rng: random.Random) -> str:
    items = [
        "首页",
        "政务公开",
        "政府信息公开指南",
        "政府信息公开制度",
        "法定主动公开内容",
        "政府信息公开年报",
        "依申请公开",
    ]
    return (
        '<div class="nav"><ul>'
        + "".join(f'<li><a href="/c{n}/">{item}</a></li>' for n, item in enumerate(items))
        + "</ul></div>"
    )


def _aside(who: Identity, rng: random.Random) -> str:
    """A list of other years' and other bodies' reports, as beside every real report."""
    links = [
        f"{who.short}{who.year + step}年政府信息公开工作年度报告"
        for step in (1, -1, -2)
        if who.year + step <= 2025
    ]
    links += [f"{who.parent}教育局{who.year}年政府信息公开工作年度报告", "2018年政府网站工作年度报表"]
    rng.shuffle(links)
    items = "".join(
        f'<li><a href="./t{who.year}0{n + 1}11_{rng.randint(10**5, 10**6)}.html" title="{link}">{link[:18]}…</a><span>{who.year}-02-0{n + 1}</span></li>'
        for n, link in enumerate(links)
    )
    return f'<div class="list"><h3>相关信息</h3><ul>{items}</ul></div>'


def _footer(who: Identity, rng: random.Random) -> str:
    return (
        f'<div class="footer"><p>主办：{who.parent}　承办：{who.parent}办公室</p><p>版权所有 网站标识码：{who.region or "bm1500"}0001　'
        f"某ICP备{rng.randint(10**7, 10**8)}号-1　公网安备 {rng.randint(10**13, 10**14)}号</p><p>您是第{rng.randint(10**4, 10**7)}位访问者</p></div>"
    )


def _metadata_table(who: Identity, title: str, rng: random.Random) -> str:
    made = who.signed or who.published or ""
    rows = [
        (
            "索引号",
            f"11{who.region or '100000'}00{rng.randint(10**7, 10**8)}X/{who.year + 1}-{rng.randint(1, 99999):05d}",
            "主题分类",
            "政府信息公开年报",
        ),
        ("发布机构", who.agency, "发布日期", who.published or ""),
        ("名　　称", title, "文　　号", who.number or rng.choice(["", "无", "-"])),
        ("成文日期", made, "有效性", "有效"),
    ]
    cells = "".join(
        f"<tr><td><b>{a}：</b></td><td>{b}</td><td><b>{c}：</b></td><td>{d}</td></tr>" for a, b, c, d in rows
    )
    return f'<table class="xxgk_meta" width="100%">{cells}</table>'


def _info(who: Identity, rng: random.Random) -> str:
    published = who.published or ""
    year, month, day = published.split("-")
    date = rng.choice(
        [
            published,
            f"{published} 09:{rng.randint(10, 59)}",
            f"{year}年{month}月{day}日",
            f"{year}/{int(month)}/{int(day)}",
        ]
    )
    return (
        f'<div class="info"><span>{rng.choice(["发布时间", "发布日期", "时间", "日期"])}：{date}</span><span>来源：{who.agency}</span>'
        f'<span>浏览次数：<i id="hits">{rng.randint(1, 999)}</i>次</span><span>字号：[大 中 小]</span></div>'
    )


def _attachment(who: Identity, title: str, rng: random.Random) -> str:
    if rng.random() < 0.75:
        return ""
    return f'<div class="fj">附件：<a href="./P02{rng.randint(10**15, 10**16)}.{rng.choice(["docx", "pdf", "doc"])}">{title}.docx</a></div>'


def url(who: Identity, template: str, rng: random.Random) -> str:
    host = rng.choice(["www.example.gov.cn", "xxgk.example.gov.cn", "zwgk.example.gov.cn"])
    folder = who.year + rng.choice([0, 0, 0, -1, 1, -3])
    day = (who.published or "2022-01-20").replace("-", "")
    number = rng.randint(10**5, 10**7)
    dialects = {
        "trs": f"/zwgk/zfxxgknb/{folder}/{day[:6]}/t{day}_{number}.html",
        "hanweb": f"/art/{day[:4]}/{int(day[4:6])}/{int(day[6:])}/art_1229850102_{number}.html",
        "gkmlpt": f"/gkmlpt/content/9/{number // 1000}/post_{number}.html",
        "ucap": f"/zfb/gknb/{day[:6]}/{rng.getrandbits(128):032x}.shtml",
        "longxun": f"/public/{rng.randint(10**6, 10**7)}/{number}.html",
        "webber": f"/info/{rng.randint(1000, 1999)}/{number}.htm",
    }
    return f"https://{host}" + dialects.get(template.split("_")[0], f"/xxgknb/{folder}nb/{number}.html")


def page(
    body: str, who: Identity, template: str, rng: random.Random, title_in_body: bool, charset: str
) -> str:
    """The page around the body; where the body bears no title, the page does."""
    title = who.title or f"{who.short}{who.year}年政府信息公开工作年度报告"
    html_title = rng.choice([title, f"{title}_{who.parent}", f"{title} - 政府信息公开", "政府信息公开年报"])
    if who.title is None:
        html_title, title = "信息公开", "政府信息公开年报"
    if template == "bare":
        return f'<html><head><meta charset="{charset}"><title>{html_title}</title></head><body>{body}</body></html>'
    declared = rng.choice(
        [
            f'<meta charset="{charset}"/>',
            f'<meta http-equiv="Content-Type" content="text/html; charset={charset}"/>',
        ]
    )
    meta = _meta(who, title, rng) if who.title and template != "layout" else ""
    comment = "<!-- <table><tr><td>行政许可</td><td>999</td></tr></table> -->" if rng.random() < 0.3 else ""
    script = "<script>var hits=1;var tpl='<table><tr><td>规章</td><td>77</td></tr></table>';</script>"
    head = (
        f"<!DOCTYPE html><html><head>{declared}<title>{html_title}</title>{meta}"
        f"<style>.nav{{color:#00f}} td{{border:1px solid}}</style>{script}</head>"
    )
    heading = f"<h1>{title}</h1>" if not title_in_body or rng.random() < 0.6 else ""
    info = _info(who, rng)
    table = (
        _metadata_table(who, title, rng)
        if who.title and template in {"hanweb", "longxun", "epoint", "gkmlpt"}
        else ""
    )
    attach = _attachment(who, title, rng) if who.title else ""
    shells = {
        "trs": f'<div class="article">{heading}{info}<div class="TRS_Editor">{body}</div>{attach}</div>',
        "hanweb": f'{table}<div id="c">{heading}<!--<$[信息内容]>begin--><div id="zoom">{body}</div><!--<$[信息内容]>end-->{attach}</div>',
        "gkmlpt": f'<div class="content">{table}{heading}{info}<div class="article-content">{body}</div>{attach}</div>',
        "ucap": f'{heading}{info}<div id="UCAP-CONTENT"><div class="trs_editor_view">{body}</div></div>{attach}',
        "longxun": f'<div class="xxgk_content">{table}{heading}<div class="wzcon j-fontContent">{body}</div></div>{attach}',
        "webber": f'<form name="_newscontent_fromname">{heading}{info}<div id="vsb_content"><div class="v_news_content">{body}</div></div>{attach}</form>',
        "epoint": f'<div class="ewb-article">{heading}{info}{table}<div class="ewb-article-content">{body}</div></div>',
        "generic": f'<div class="main"><div class="left">{_aside(who, rng)}</div><div class="right">{heading}{info}{body}{attach}</div></div>',
        "layout": (
            f'<table width="1000"><tr><td colspan="2">{_nav(who, rng)}</td></tr><tr><td width="200">{_aside(who, rng)}</td>'
            f'<td><table width="100%"><tr><td>{heading}</td></tr><tr><td>{info}</td></tr><tr><td>{body}</td></tr></table></td></tr></table>'
        ),
    }
    if template == "gkmlpt_script":
        detail = {"DETAIL": {"title": title, "publisher": who.agency, "date": who.published, "content": body}}
        main = (
            f'<div id="app"></div><script>window._CONFIG = {json.dumps(detail, ensure_ascii=rng.random() < 0.5).replace("</", "<" + chr(92) + "/")};'
            "</script>"
        )
    else:
        main = shells[template]
    aside = _aside(who, rng) if template not in {"generic", "layout"} and rng.random() < 0.6 else ""
    return f"{head}<body>{comment}{_nav(who, rng)}{main}{aside}{_footer(who, rng)}</body></html>"
