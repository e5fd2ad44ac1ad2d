# ruff: noqa: E501 - pages and titles as sites write them
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import platforms, walls
from crawlers.columns import leads, names_column, path_of_column
from crawlers.documents import attachments
from crawlers.links import anchors, dialect, file_type, is_file
from crawlers.page import Page, decode, join
from crawlers.sniff import sniff

TEXT = "<html><body>政府信息公开工作年度报告</body></html>"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (TEXT.encode(), "text/html"),
        (TEXT.encode("gb18030"), "text/html; charset=GBK"),
        (TEXT.encode("gb18030"), "text/html; charset=ISO-8859-1"),
        (TEXT.encode("gb18030"), ""),
        (TEXT.encode(), "text/html; charset=gb2312"),
        (TEXT.encode("utf-8-sig"), "text/html; charset=gb2312"),
        (TEXT.encode("utf-16"), ""),
        (
            TEXT.replace("<body>", '<meta charset="gb2312"><body>').encode("gb18030"),
            "text/html; charset=nonsense",
        ),
    ],
)
def test_pages_are_decoded_whatever_they_say(body: bytes, header: str) -> None:
    assert "政府信息公开工作年度报告" in decode(body, header)


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_no_bytes_break_the_reading(body: bytes, header: str) -> None:
    page = Page("http://x.gov.cn/a/", decode(body, header))
    platforms.listing(page)
    list(attachments(page))
    list(leads(page, in_column=True))
    walls.recognise(200, {"content-type": header}, body)
    walls.hollow(body, header)
    sniff(body)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./202301/t1.html", "http://x.gov.cn/a/b/202301/t1.html"),
        (" ../c.html\n", "http://x.gov.cn/a/c.html"),
        ("\\d\\e.html", "http://x.gov.cn/d/e.html"),
        ("//y.gov.cn", "http://y.gov.cn/"),
        ("?page=2", "http://x.gov.cn/a/b/?page=2"),
        ("/报告.pdf", "http://x.gov.cn/%E6%8A%A5%E5%91%8A.pdf"),
        ("JavaScript:void(0)", None),
        ("java\nscript:alert(1)", None),
        ("#top", None),
        ("mailto:a@b", None),
        ("", None),
        ("http://[bad", None),
        ("http://x.gov.cn:99999/", None),
        ("ftp://x.gov.cn/a.pdf", None),
    ],
)
def test_links_are_joined(href: str, url: str | None) -> None:
    assert join("http://x.gov.cn/a/b/", href) == url


@pytest.mark.parametrize(
    ("url", "letter"),
    [
        ("http://hld.gov.cn/zwgk/zfxxgknb/bmnb/jyj/202301/t20230128_1129303.html", "A"),
        ("http://jiashan.gov.cn/art/2025/1/21/art_1229850102_98797.html", "B"),
        ("http://g.chinatax.gov.cn/x/2022-01/24/content_e22611b27efe49d8834cd1646b8ef472.shtml", "C"),
        ("http://bjdx.gov.cn/bjsdxqrmzf/zwfw/zfxxgk/dxqzf69/2291822/2291824/2292928/index.html", "G"),
        ("http://zgsr.gov.cn/jyj/gknb/202301/d758e2a979bf4a4c915ec6c9bdb8eab1.shtml", "I"),
        ("http://bjtzh.gov.cn/tzzfxxgk/c109617/202009/1314868.shtml", "I"),
        ("http://sjz.gov.cn/zfxxgk/columns/56a14661-5733-421d-82e7-f545c5729b9e/202201/20/9ef10b98-5733-421d-82e7-f545c5729b9e.html", "S"),
        ("http://shanghai.gov.cn/nw12344/20230331/4a03b5fa47ae4c73b7ec42801de6be66.html", "T"),
        ("http://shpt.gov.cn/shpt/tjsj/20220725/847939.html", "Q"),
        ("http://haizhu.gov.cn/zwgk/zfxxgknb/jd/content/post_9472698.html", "U"),
        ("http://yangling.gov.cn/zwgk/gknb/bmnb/1619593655548706818.html", "W"),
        ("http://hetang.gov.cn/c23796/20200218/i1454209.html", "X"),
        ("http://langao.gov.cn/Content-2786531.html", "Y"),
        ("http://tq.gov.cn/tq/2025-01/02/article_2025010216124039486.html", "Z"),
        ("http://hrbdl.gov.cn/hebdlq/c112289c/202602/c01_1108994.shtml", "M"),
        ("http://x.gov.cn/zwgk/zfxxgknb/", None),
        ("http://x.gov.cn/zwgk/zfxxgknb/index_2.html", None),
    ],
)  # fmt: skip
def test_address_dialects(url: str, letter: str | None) -> None:
    assert dialect(url) == letter


def test_files_are_known_by_path_query_and_endpoint() -> None:
    assert file_type("http://x/a/P0202.PDF") == "pdf"
    assert file_type("http://x/module/download/downfile.jsp?classid=0&filename=ab.pdf") == "pdf"
    assert is_file("http://x/system/_content/download.jsp?urltype=news.DownloadAttachUrl&wbfileid=1")
    assert not is_file("http://x/a.html?from=b.htm")


def test_cut_titles_are_completed_and_dates_found() -> None:
    page = Page(
        "http://x.gov.cn/nb/",
        '<ul><li><a href="a.html" title="某某局2023年政府信息公开工作年度报告">某某局2023年政…</a><span>2024-01-15</span></li>'
        '<li><a href="b.html" title="点击查看">另一局2023年政府信息公开工作年度报告</a> 2024年1月16日</li></ul>',
    )
    found = [(a.text, a.date) for a in anchors(page)]
    assert found == [
        ("某某局2023年政府信息公开工作年度报告", "2024-01-15"),
        ("另一局2023年政府信息公开工作年度报告", "2024年1月16"),
    ]


def test_files_in_the_body_beside_it_and_in_viewers_belong_to_the_document() -> None:
    page = Page(
        "http://x.gov.cn/nb/a.html",
        '<div class="nav"><a href="/guide.pdf">指南</a></div><div class="TRS_Editor"><a href="./P1.doc">附件</a></div>'
        '<div class="filelist"><a href="./P2.pdf">报告</a></div><iframe src="/viewer.html?file=/upload/c.pdf&x=1"></iframe>'
        '<a href="t.xls">政府网站工作年度报表</a><img title="某某.pdf">',
    )
    assert [file.url.removeprefix("http://x.gov.cn") for file in attachments(page)] == [
        "/nb/P1.doc", "/nb/P2.pdf", "/upload/c.pdf",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words", ["政府信息公开年报", "政府信息公开工作年度报告", "公开年报", "各部门年报", "信息公开年报"]
)
def test_columns_by_name(words: str) -> None:
    assert names_column(words)


@pytest.mark.parametrize(
    "url",
    [
        "http://rsj.km.gov.cn/zfxxgk/zfxxgknb/", "http://ych.gov.cn/xxgk/xxgknb/2022/xzbm/", "http://zgsr.gov.cn/jyj/gknb/",
        "http://bjmy.gov.cn/zwgk/zfxxgk/zfxxgknb/gknb2017/", "http://xxgk.dc.gov.cn/xzzf6/jcrm/ndbg/",
        "http://xiangan.gov.cn/zfxxgk/qrmzfjgzb/XM06104/gkndbg/", "http://www.sz.gov.cn/cn/xxgk/ndxxgkbg/content/",
        "http://cqck.gov.cn/bm/wsjkw/zwgk_70831/zfxxgknb_70842/", "http://www.csrc.gov.cn/csrc/c100028/common_zfxxgknb.shtml",
    ],
)  # fmt: skip
def test_columns_by_path(url: str) -> None:
    assert path_of_column(url)


def test_a_page_that_speaks_of_missing_pages_is_no_soft_404() -> None:
    assert (
        walls.hollow(("<html><body>" + "关于链接找不到问题的说明。" * 200 + "</body></html>").encode())
        is None
    )
    assert walls.hollow("<html><body>页面不存在</body></html>".encode()) == "soft_404"
    assert walls.hollow(b"") == "empty"
    assert walls.hollow(b'{"total":0}') is None
