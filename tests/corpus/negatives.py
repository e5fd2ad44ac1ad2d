"""Pages that stand beside reports and are none."""

# ruff: noqa: E501, ISC004 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.corpus import grids
from tests.corpus.identities import Identity, identity
from tests.corpus.renderers import Rendered, html, pages, tables


def _table(rows: list[list[str]]) -> str:
    entries: list[list[grids.Entry]] = [[(text, 1, 1, None) for text in row] for row in rows]
    return tables.table(grids.build(entries, "other"), "spans", random.Random(0))


def _infographic(who: Identity, rng: random.Random) -> tuple[str, str]:
    title = rng.choice(
        [
            "图解：{a}{y}年政府信息公开工作年度报告",
            "一图读懂 | {a}{y}年政府信息公开工作年度报告",
            "【图解】{a}{y}年政府信息公开年报",
        ]
    )
    return (
        title,
        '<p style="text-align:center"><img src="./W020220128.jpg" alt="图解"/></p><p>（图片来源：政务公开办）</p>',
    )


def _interpretation(who: Identity, rng: random.Random) -> tuple[str, str]:
    return (
        "《{a}{y}年政府信息公开工作年度报告》解读",
        f"<p>近日，{who.agency}发布了{who.year}年政府信息公开工作年度报告，现解读如下：</p><p>一、编制背景</p><p>根据条例第五十条。</p>"
        f"<p>二、主要内容</p><p>报告包括总体情况、主动公开政府信息情况等六个部分。全年收到申请{rng.randint(1, 99)}件。</p>",
    )


def _website(who: Identity, rng: random.Random) -> tuple[str, str]:
    rows = [
        ["网站名称", f"{who.parent}门户网站"],
        ["首页网址", "www.example.gov.cn"],
        ["网站总访问量（单位：个）", str(rng.randint(10**4, 10**7))],
    ]
    rows += [
        ["信息发布（单位：条） 总数", "1024"],
        ["概况类信息更新量", "12"],
        ["政务动态信息更新量", "900"],
        ["解读信息发布 总数", "33"],
        ["收到留言数量（单位：条）", "9"],
    ]
    return "政府网站工作年度报表（{y}年度）", f"<p>填报单位：{who.agency}</p>" + _table(rows)


def _half_year(who: Identity, rng: random.Random) -> tuple[str, str]:
    rows = [
        ["统计指标", "单位", "数量"],
        ["主动公开政府信息数", "条", "126"],
        ["收到申请数", "件", "7"],
        ["申请办结数", "件", "6"],
    ]
    return "{a}{y}年上半年政府信息公开数据统计", _table(rows)


def _notice(who: Identity, rng: random.Random) -> tuple[str, str]:
    return (
        "{a}关于做好{y}年度政府信息公开工作年度报告编制发布工作的通知",
        f"<p>各区县人民政府、各部门：</p><p>为做好{who.year}年政府信息公开工作年度报告编制发布工作，现将有关事项通知如下：</p>"
        f"<p>一、编制主体</p><p>二、内容要求。（一）总体情况。（二）主动公开政府信息情况。（三）收到和处理政府信息公开申请情况。"
        f"</p><p>三、时间要求。请于{who.year + 1}年1月31日前向社会公布。</p><p>附件：年度报告格式（国办公开办函〔2021〕30号）</p>",
    )


def _law(who: Identity, rng: random.Random) -> tuple[str, str]:
    return (
        "{a}{y}年法治政府建设年度报告",
        f"<p>{who.year}年，{who.self_name}深入学习贯彻习近平法治思想，现将法治政府建设情况报告如下：</p><p>一、主要做法和成效</p>"
        f"<p>办理行政复议案件{rng.randint(1, 30)}件、行政诉讼{rng.randint(1, 9)}件，做出行政处罚{rng.randint(1, 400)}件。推进政府信息公开，发布政府信息{rng.randint(10, 900)}条。</p>"
        "<p>二、存在的问题</p><p>三、下一步打算</p>",
    )


def _index(who: Identity, rng: random.Random) -> tuple[str, str]:
    names = [f"{who.parent}{name}" for name in ("教育局", "财政局", "审计局", "公安局", "司法局", "民政局")]
    items = "".join(
        f'<li><a href="./{n}.html" title="{name}{who.year}年政府信息公开工作年度报告">{name}{who.year}年政府信息公开工作年度报告</a><span>{who.year + 1}-01-2{n}</span></li>'
        for n, name in enumerate(names)
    )
    return (
        "{y}年政府信息公开工作年度报告",
        f'<ul class="list">{items}</ul><div class="page">共1页 当前第1页</div>',
    )


def _news(who: Identity, rng: random.Random) -> tuple[str, str]:
    return (
        "{a}召开{y}年度政府信息公开工作年度报告编制培训会",
        f"<p>1月8日，{who.agency}组织召开{who.year}年度政府信息公开工作年度报告编制培训会，各科室{rng.randint(12, 60)}人参加。会议要求，准确填报"
        "“收到和处理政府信息公开申请情况”等表格。</p>",
    )


def _guide(who: Identity, rng: random.Random) -> tuple[str, str]:
    return (
        "{a}政府信息公开指南",
        "<p>一、主动公开</p><p>（一）公开范围</p><p>二、依申请公开</p><p>申请人填写申请表。第二十条第（一）项信息主动公开。</p><p>三、监督保障</p>",
    )


KINDS: dict[str, Callable[[Identity, random.Random], tuple[str, str]]] = {
    "infographic": _infographic,
    "interpretation": _interpretation,
    "website_statement": _website,
    "half_year": _half_year,
    "notice": _notice,
    "law_based_government": _law,
    "year_index": _index,
    "news": _news,
    "guide": _guide,
}
RAW = {
    "soft_404": "<html><head><title>404</title></head><body><h1>对不起，您访问的页面不存在或已被删除</h1><a href='/'>返回首页</a></body></html>",
    "empty_page": "<html><head><meta charset='utf-8'><title></title></head><body><div class='main'></div></body></html>",
    "redirect_shell": "<html><head><script>location.replace('/zwgk/zfxxgknb/2022/')</script></head><body></body></html>",
    "zero_bytes": "",
}


def render(rng: random.Random, kind: str | None = None) -> tuple[Rendered, dict[str, Any]]:
    """One negative and its truth: kind not_report (or unreadable where there is nothing to read)."""
    kind = kind or rng.choice([*KINDS, *KINDS, *RAW])
    if kind in RAW:
        rendered = Rendered(RAW[kind].encode(), "html", "text/html", None, [f"negative_{kind}"])
    else:
        who = identity(rng, rng.randint(2019, 2025))
        title, body = KINDS[kind](who, rng)
        who.title = title.format(a=who.agency, y=who.year)
        template = rng.choice([name for name in pages.TEMPLATES if name != "gkmlpt_script"])
        charset = rng.choice(["utf-8", "utf-8", "gb18030"])
        text = pages.page(body, who, template, rng, title_in_body=False, charset=charset)
        if template == "bare":
            text = text.replace("<body>", f"<body><h1>{who.title}</h1>")
        data, declared = html.encode(text, charset)
        media = f"text/html; charset={declared}" if declared else "text/html"
        rendered = Rendered(
            data, "html", media, pages.url(who, template, rng), [f"negative_{kind}", f"page_{template}"]
        )
    truth: dict[str, Any] = {
        "format": "negative",
        "media_type": rendered.media_type,
        "url": rendered.url,
        "kind": "not_report",
        "kind_accept": ["unreadable"]
        if kind in {"zero_bytes", "empty_page", "soft_404", "redirect_shell"}
        else [],
        "deviations": rendered.deviations,
        "cells": {},
    }
    return rendered, truth
