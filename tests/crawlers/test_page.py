# ruff: noqa: E501 - pages and titles as sites write them
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import platforms, walls
from crawlers.columns import leads, names_column, path_of_column
from crawlers.documents import attachments, pictures
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


HEX, UUID = "4a03b5fa47ae4c73b7ec42801de6be66", "9ef10b98-5733-421d-82e7-f545c5729b9e"
# Addresses seen in public copies of pages; where a dialect is known by its form only, one of that form.
DIALECTS = f"""
A hld.gov.cn/zwgk/zfxxgknb/bmnb/jyj/202301/t20230128_1129303.html
A cqck.gov.cn/bm/wsjkw/zwgk_70831/zfxxgknb_70842/202101/t20210129_8848198.html
A ych.gov.cn/xxgk/xxgknb/2022/xzbm/202301/t20230113_3113885.shtml
A xxgk.dc.gov.cn/xzzf6/jcrm/ndbg/202601/t20260115_763295.html
A xiangan.gov.cn/zfxxgk/qrmzfjgzb/XM06104/gkndbg/202301/t20230106_893897.htm
B jiashan.gov.cn/art/2025/1/21/art_1229850102_98797.html
B sxyc.gov.cn/art/2024/1/22/art_1229445040_4107020.html
B jingshan.gov.cn/art/2021/1/25/art_17826_862751.html
B gswuwei.gov.cn/art/2025/12/19/art_76_1558865.html
B x.gov.cn/art/2024/art_{HEX}.html
B x.gov.cn/col/col123/art/2024/art_{UUID}.html
C guangdong.chinatax.gov.cn/gdswzz/gzbysw_xxgknb/2022-01/24/content_e22611b27efe49d8834cd1646b8ef472.shtml
C x.gov.cn/2022-01/24/c_1127.htm
D x.gov.cn/20230116/{HEX}/c.html
E x.gov.cn/web/zwgk/202301161234/index.shtml
G bjdx.gov.cn/bjsdxqrmzf/zwfw/zfxxgk/dxqzf69/2291822/2291824/2292928/index.html
H x.gov.cn/zwgk/2023011612345678/index.shtml
I zgsr.gov.cn/jyj/gknb/202301/d758e2a979bf4a4c915ec6c9bdb8eab1.shtml
I suqian.gov.cn/zfb/gknb/201802/a21fdc4296de494da7adce40d7541728.shtml
I htq.gov.cn/hzshtqzf/zwgk/xxgknb/2019/bmxx/202302/{HEX}.shtml
I bjtzh.gov.cn/tzzfxxgk/c109617/202009/1314868.shtml
J x.gov.cn/zwgk/pnidpv123.html
K x.gov.cn/csrc/c{HEX}/content.shtml
K x.gov.cn/c100028/c1234/content.html
O x.gov.cn/2023-01-16/123.html
O np.gov.cn/cms/html/npszf/2013-01-25/1779102018.html
Q shpt.gov.cn/shpt/tjsj/20220725/847939.html
R x.gov.cn/zwgk/2023/1/16/{HEX}.shtml
S sjz.gov.cn/zfxxgk/columns/{UUID}/202201/20/{UUID}.html
T shanghai.gov.cn/nw12344/20230331/{HEX}.html
U haizhu.gov.cn/zwgk/zfxxgknb/jd/content/post_9472698.html
U zjxs.gov.cn/zfxxgk/xsqrmzfwz/content/post_1845465.html
U x.gov.cn/gkmlpt/content/8/8123/post_8123456.html
W yangling.gov.cn/zwgk/gknb/bmnb/1619593655548706818.html
W xixianxinqu.gov.cn/xwzx/ztzl/zfxxgknb/2023/gzj/zyjd/1749603841671188482.html
X hetang.gov.cn/c23796/20200218/i1454209.html
Y langao.gov.cn/Content-2786531.html
Z tq.gov.cn/tq/2025-01/02/article_2025010216124039486.html
M hrbdl.gov.cn/hebdlq/c112289c/202602/c01_1108994.shtml
V x.gov.cn/info/1021/34567.htm
V x.gov.cn/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1021&wbnewsid=3456
L x.gov.cn/public/6596371/50000000.html
P changzhou.gov.cn/gi_news/595157412345678
A jdzcjq.gov.cn/zwgk/zfxxgknb/2023n_1/t942271.shtml
A zwsjj.xianning.gov.cn/zwgk/xxgknb/202601/t20260128_4233432_app.shtml
F xa.gov.cn/gk/zfxxgkzl/zfxxgknb/6229614ff8fd1c0bdc855f08.html
L luan.gov.cn/public/content/10461829
N fgw.henan.gov.cn/2023/01-19/2677014.html
N jsxishan.gov.cn/doc/2024/01/08/4153378.shtml
N shaheshi.gov.cn/article/86/81942.html
P kdl.gov.cn/detail/cid/1705/aid/123262
Y uhdz.gov.cn/zfxxgk/zfxxgknb/qzfxxgknb/content_1069
# cjs.gov.cn/xwzx/gknb/954040.htm
- x.gov.cn/zwgk/zfxxgknb/
- x.gov.cn/zwgk/zfxxgknb/index_2.html
- x.gov.cn/zwgk/zfxxgknb/1.html
- x.gov.cn/zwgk/2023/index.html
- x.gov.cn/zwgk/c109617/list.shtml
- x.gov.cn/col/col1229850102/index.html
- x.gov.cn/gi_class/zfxxgknb/2
- x.gov.cn/zwgk/xxgknb/4.htm
- x.gov.cn/list.jsp?totalpage=4&PAGENUM=2&urltype=tree.TreeTempUrl&wbtreeid=1021
- x.gov.cn/content.jsp?urltype=tree.TreeTempUrl&wbtreeid=1021
"""


@pytest.mark.parametrize("line", DIALECTS.strip().splitlines())
def test_address_dialects(line: str) -> None:
    letter, address = line.split(" ")
    assert (dialect(f"http://{address}") or "-") == letter


@pytest.mark.parametrize("line", [d for d in DIALECTS.strip().splitlines() if not d.startswith("-")])
def test_articles_of_every_dialect_are_entries_of_a_list(line: str) -> None:
    url = f"http://{line.split(' ')[1]}"
    host = url.split("/")[2]
    # Without a date and with words that say little: only the address tells.
    page = Page(f"http://{host}/zwgk/", f'<div><a href="{url.replace("&", "&amp;")}">青山区教育局</a></div>')
    assert [entry.url for entry in platforms.listing(page).entries] == [url]


def test_files_are_known_by_path_query_and_endpoint() -> None:
    assert file_type("http://x/a/P0202.PDF") == "pdf"
    assert file_type("http://x/module/download/downfile.jsp?classid=0&filename=ab.pdf") == "pdf"
    assert is_file("http://x/system/_content/download.jsp?urltype=news.DownloadAttachUrl&wbfileid=1")
    assert not is_file("http://x/a.html?from=b.htm")


@pytest.mark.parametrize(
    "address",
    [
        "download.ashx?fid=4",
        "attachDownload.do?id=12",
        "filedown.aspx?id=1",
        "getfile?id=3",
        "DownLoad/12",
        "attachments/ab12",
    ],
)
def test_files_handed_out_by_endpoints_of_any_name(address: str) -> None:
    page = Page(
        "http://x/nb/1.aspx", f'<div class="TRS_Editor">详见<a href="{address}">青山区2023年年报</a></div>'
    )
    assert [file.url for file in attachments(page)] == [f"http://x/nb/{address}"]
    assert not is_file("http://x/zlxz/download/index.html")


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("附件：青山区2023年年报", True),
        ("附件", True),
        ("2.附件1 统计表", True),
        ("点击下载", True),
        ("附件上传指南", False),
        ("下载专区", False),
    ],
)
def test_what_its_words_call_an_attachment_is_one(words: str, is_one: bool) -> None:
    page = Page("http://x/nb/1.html", f'<div class="TRS_Editor"><a href="/f/8a7b">{words}</a> 附件</div>')
    assert [file.url for file in attachments(page)] == (["http://x/f/8a7b"] if is_one else [])


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


def test_pictures_of_a_body_without_tables_may_be_its_tables() -> None:
    images = (
        '<img src="W0202.png" alt="表一"><img src="/upload/2.jpg?v=1"><img data-src="3.JPG" src="data:image/gif;base64,x">'
        '<img src="W0202.png"><img src="/images/icon_pdf.png"><img src="qrcode.jpg"><img src="4.jpg" width="32">'
        '<img src="spacer.gif">'
    )
    body = f'<img src="/banner/top.jpg"><div class="TRS_Editor"><p>报告</p>{images}</div>'
    page = Page("http://x.gov.cn/nb/a.html", body)
    assert [(file.url.removeprefix("http://x.gov.cn"), file.words) for file in pictures(page)] == [
        ("/nb/W0202.png", "表一"), ("/upload/2.jpg?v=1", ""), ("/nb/3.JPG", ""),
    ]  # fmt: skip
    table = "<table>" + "<tr><td>0</td><td>1</td></tr>" * 15 + "</table>"
    assert list(pictures(Page("http://x.gov.cn/nb/a.html", body.replace("<p>报告", f"{table}<p>报告")))) == []


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
