"""Walls by status, marker and size; and what only looks like one."""

from __future__ import annotations

import pytest

from crawlers import walls

HTML = {"content-type": "text/html"}


def page(text: str, encoding: str = "utf-8") -> bytes:
    return f"<html><head><title></title></head><body>{text}</body></html>".encode(encoding)


@pytest.mark.parametrize(
    ("wall", "status", "headers", "body"),
    [
        (
            "ruishu",
            412,
            {},
            page("<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script><script src='/a.js'></script>"),
        ),
        ("ruishu", 202, {}, page("<script>$_ts=window['$_ts'];</script>")),
        ("ruishu", 412, {}, b""),
        ("jiasule", 521, {"set-cookie": "__jsluid_s=1"}, b"<script>document.cookie=('_')+('_jsl')</script>"),
        ("jiasule", 503, {}, page("<a href=http://www.yunaq.com>yunaq</a>")),
        ("jiasule", 403, {"x-via-jsl": "1"}, b""),
        (
            "c3vk",
            200,
            {},
            b"<script>document.cookie='C3VK=ab12; path=/; max-age=300';location.reload()</script>"
            + b" " * 280,
        ),
        ("safeline", 468, {}, page('<div id="slg-bg"></div>')),
        ("safeline", 200, {}, page("<script>safeline_bot_challenge</script>")),
        ("edgeone", 567, {}, page("<script src='/EOJSChallengeSDK.js'></script>")),
        ("edgeone", 200, {}, page("<iframe src='https://gcaptcha.eo.gtimg.com/x'></iframe>")),
        ("aliyun", 200, {}, b"<script>var arg1='AB';function setCookie(){acw_sc__v2}</script>"),
        ("waf", 405, {}, page("很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。")),
        ("waf", 200, {}, page("您的请求可能存在威胁，已被拦截！")),
        ("waf", 200, {}, page("网站防火墙：您的请求带有不合法参数", "gb18030")),
        ("captcha", 200, {}, page("为了您的访问安全，请输入验证码")),
        ("rate_limit", 429, {}, b""),
        ("rate_limit", 503, {}, page("您的访问过于频繁，请稍后再试")),
        ("banned", 200, {}, page("您的IP已被系统封禁")),
        ("region", 403, {}, page("对不起，您所在地区无法访问本网站")),
        ("region", 403, {}, page("境外IP禁止访问")),
        ("region", 451, {}, b""),
        ("forbidden", 403, {}, page("<h1>403 Forbidden</h1><hr>nginx")),
        ("forbidden", 200, {}, page("Access Denied")),
        ("login", 401, {}, b""),
    ],
)
def test_walls(wall: str, status: int, headers: dict[str, str], body: bytes) -> None:
    found = walls.recognise(status, HTML | headers, body)
    assert found is not None
    assert found.name == wall


LINKS = "".join(f'<li><a href="/a/{n}.html">青山区要闻{n}</a></li>' for n in range(30))


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "<p>本年度报告</p>"),
        (200, "<p>网站防火墙升级，处置访问过于频繁的攻击三次，验证码。</p>" + "<p>政府信息公开</p>" * 3000),
        # Pages that were let through carry the wall's own script.
        (200, "<script>$_ts=window['$_ts'];</script>" + LINKS),
        (200, "<form>请输入验证码<input></form>" + LINKS),
        (404, "<p>页面不存在</p>"),
        (500, "<p>Access Denied</p>"),
        (302, "<a href=/>moved</a>"),
        (304, ""),
    ],
)
def test_pages_that_are_no_walls(status: int, text: str) -> None:
    assert walls.recognise(status, HTML, page(text)) is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("empty", b""),
        ("empty", b" \r\n"),
        ("soft_404", b"Hello, World!"),
        ("soft_404", page("找不到您要访问的页面")),
        ("soft_404", page("抱歉，您访问的页面不存在或已删除", "gb18030")),
        ("soft_404", page("404")),
        ("soft_404", page("<h2>Not Found</h2>", "iso-8859-1")),
        (None, page("<p>电话：0404-1234567</p>")),
        (None, page("<p>报告正文</p>" * 50)),
        (None, page("<p>栏目不存在的说明</p>" + LINKS[:400])),
        (None, b'{"total":0,"list":[]}'),
        (None, b"<datastore><nextgroup></nextgroup><recordset></recordset></datastore>"),
    ],
)
def test_answers_without_content(kind: str | None, body: bytes) -> None:
    assert walls.hollow(body, "text/html; charset=iso-8859-1" if b"Found" in body else "") == kind
