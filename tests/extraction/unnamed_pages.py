"""Pages of sites whose body container has no name that anybody knows, as unlike each other as real ones are.

Each shape takes the blocks of a report as HTML fragments (title, preface, sections with their tables, signature)
and puts what such pages have around it: menus, lists of other reports, counters, buttons, feet.
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Parts:
    """A report in fragments of HTML: each paragraph and table one of `above` (before the first table) or `below`."""

    title: str
    above: list[str]
    below: list[str]

    @property
    def body(self) -> str:
        return "\n".join([*self.above, *self.below])


MENU = "".join(
    f'<li><a href="/c{n}/">{name}</a></li>'
    for n, name in enumerate(
        [
            "首页",
            "政务公开",
            "政府信息公开指南",
            "法定主动公开内容",
            "政府信息公开年报",
            "依申请公开",
            "互动交流",
        ]
    )
)
RELATED = "".join(
    f'<li><a href="/x/t{n}.html">某某区{name}{2015 + n}年政府信息公开工作年度报告</a><span>{2016 + n}-01-2{n}</span></li>'
    for n, name in enumerate(["教育局", "财政局", "民政局", "水务局"])
)
FOOT = (
    "<p>主办：某某区人民政府　承办：某某区人民政府办公室</p><p>版权所有：某某区人民政府　网站标识码：4107110001</p>"
    "<p>豫ICP备12345678号-1　豫公网安备 41071102000123号</p><p>您是第 1234567 位访问者</p><p>建议使用1024×768分辨率、IE9.0以上浏览器访问本站</p>"
)
INFO = "<span>发布时间：2023-01-19 10:23</span>　<span>来源：某某区人民政府</span>　<span>浏览次数：<i>321</i>次</span>　<span>字号：[大 中 小]</span>"
SHARE = '分享到：<a href="javascript:void(0)">微信</a><a href="javascript:void(0)">微博</a><a href="javascript:print()">打印本页</a><a href="javascript:close()">关闭窗口</a>'
NEXT = '<p>上一篇：<a href="/p.html">某某区审计局2022年政府信息公开工作年度报告</a></p><p>下一篇：没有了</p>'


def _page(head: str, body: str) -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{head}</title></head><body>{body}</body></html>"


def div_soup(p: Parts) -> str:
    """Classes that a template made up, every part in a division of its own."""
    inner = "".join(
        f'<div class="k{n % 7}"><div>{part}</div></div>' for n, part in enumerate([*p.above, *p.below])
    )
    return _page(
        p.title,
        f'<div class="a1"><div class="a2">{MENU}</div></div><div class="b1"><div class="b2"><div class="b3">{p.title}</div><div class="b4">{INFO}</div>'
        f'<div class="b5">{SHARE}</div><div class="b6">{inner}</div></div><div class="b7">{SHARE}</div><div class="b8">{NEXT}</div></div>'
        f'<div class="c1"><div>相关信息</div><ul>{RELATED}</ul></div><div class="d1">{FOOT}</div>',
    )


def bare_body(p: Parts) -> str:
    """The report directly in the body, with the menu before and the foot behind it as paragraphs."""
    menu = MENU.replace("<li>", "").replace("</li>", " | ")
    return _page(
        "信息公开",
        f"<p>{menu}</p><h2>{p.title}</h2><p>{INFO}</p>{p.body}<p>{SHARE}</p>{NEXT}<p>相关链接</p><ul>{RELATED}</ul>{FOOT}",
    )


def loose_text(p: Parts) -> str:
    """Text without paragraphs, lines parted by breaks, directly in the body between links."""
    body = p.body.replace("<p>", "").replace("</p>", "<br>\n<br>\n")
    return _page(
        "年报",
        f'<a href="/">首页</a> &gt; <a href="/x">年报</a><br><b>{p.title}</b><br>{body}<br><a href="/">返回首页</a> <a href="#">关闭</a><br>版权所有：某某区人民政府',
    )


def layout_tables(p: Parts) -> str:
    """Tables inside tables, a row for each part of the page."""
    return _page(
        p.title,
        f'<table width="1002" align="center"><tr><td><img src="/banner.jpg"></td></tr><tr><td><ul>{MENU}</ul></td></tr><tr><td><table width="100%"><tr>'
        f'<td width="220" valign="top"><table><tr><td>最新公开</td></tr><tr><td><ul>{RELATED}</ul></td></tr></table></td>'
        f'<td><table width="100%"><tr><td align="center"><b>{p.title}</b></td></tr><tr><td>{INFO}</td></tr><tr><td><table><tr><td>{p.body}</td></tr></table></td></tr>'
        f'<tr><td align="right">{SHARE}</td></tr><tr><td>{NEXT}</td></tr></table></td></tr></table></td></tr><tr><td>{FOOT}</td></tr></table>',
    )


def two_columns(p: Parts) -> str:
    """What stands before the first table in a column of its own, the tables and the rest in another, a list between."""
    return _page(
        f"{p.title}_某某区人民政府",
        f'<div id="head"><ul>{MENU}</ul></div><div class="cols"><div class="col-l"><h3>{p.title}</h3>{"".join(p.above)}</div>'
        f'<div class="col-m"><h4>最新公开</h4><ul>{RELATED}</ul></div><div class="col-r">{"".join(p.below)}</div></div>'
        f'<div class="rel"><h4>热点推荐</h4><ul>{RELATED}</ul></div><div id="foot">{FOOT}</div>',
    )


def word_export(p: Parts) -> str:
    """Saved from Word: sections of pages, classes of Word, no furniture but the frame somebody pasted it into."""

    def word(part: str) -> str:
        return part.replace(
            "<p>", "<p class=MsoNormal style='text-indent:2em'><span lang=EN-US><o:p></o:p></span><span>"
        ).replace("</p>", "<o:p></o:p></span></p>")

    return (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><meta http-equiv=Content-Type content='text/html; charset=utf-8'>"
        f"<title>{p.title}</title><style>p.MsoNormal{{margin:0}}</style></head><body lang=ZH-CN><div class=WordSection1>"
        f"<p class=MsoNormal align=center><b><span>{p.title}</span></b></p>{''.join(map(word, p.above))}</div><div class=WordSection2>{''.join(map(word, p.below))}</div>"
        f"<p class=MsoNormal>浏览次数：12</p>{NEXT}</body></html>"
    )


def asp_form(p: Parts) -> str:
    """The whole page in one form, the article under a name that sounds like furniture."""
    return _page(
        "政府信息公开",
        f'<form id="aspnetForm" action="x.aspx"><input type="hidden" name="__VIEWSTATE" value="x"><div class="top-nav">{MENU}</div>'
        f'<div class="position">当前位置：首页 &gt; 政务公开 &gt; 年报</div><div class="main-header"><h1>{p.title}</h1><div>{INFO}</div>{"".join(p.above)}</div>'
        f'<div class="main-bottom">{"".join(p.below)}</div><div class="share">{SHARE}</div><div class="footer-links">{FOOT}</div></form>',
    )


def definition_lists(p: Parts) -> str:
    """HTML5 elements and lists; the sidebar stands behind the article in the source, teasers and all."""
    inner = "".join(f"<section>{part}</section>" for part in [*p.above, *p.below])
    teaser = '<div class="item"><a href="/n1.html">全区召开优化营商环境工作会议</a><p>会议强调，要深化改革，提升服务水平，推动高质量发展取得新成效。</p></div>'
    return _page(
        p.title,
        f"<header><nav><ul>{MENU}</ul></nav></header><main><hgroup><h1>{p.title}</h1></hgroup><p>{INFO}</p>{inner}<p>阅读：123</p></main><aside><h2>推荐阅读</h2>{teaser}{teaser}</aside>"
        f"<div><h2>往年年报</h2><ol>{RELATED}</ol></div><footer>{FOOT}</footer>",
    )


def anchors(p: Parts) -> str:
    """A table of contents that links to the headings, and headings that link back."""
    contents = "".join(
        f'<li><a href="#s{n}">{name}</a></li>'
        for n, name in enumerate(["一、总体情况", "二、主动公开政府信息情况", "六、其他需要报告的事项"])
    )
    body = p.body.replace("<p>一、", '<p><a name="s0" href="#top">一、').replace(
        "情况</p>", "情况</a></p>", 1
    )
    return _page(
        "年度报告",
        f'<div class="x"><ul>{MENU}</ul></div><div class="y"><p>{p.title}</p><ul>{contents}</ul>{body}</div><div class="z">{SHARE}</div><div class="w">{RELATED}</div>{FOOT}',
    )


SHAPES: dict[str, Callable[[Parts], str]] = {
    shape.__name__: shape
    for shape in (
        div_soup, bare_body, loose_text, layout_tables, two_columns, word_export, asp_form, definition_lists, anchors,
    )
}  # fmt: skip
