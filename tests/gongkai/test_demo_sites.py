"""The demo sites answer as the platforms they stand for, and publish the reports to the figure."""

import io
import json
import re
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit
from urllib.request import Request, urlopen

import pypdfium2
import pytest
from lxml import etree, html

from crawlers.registry import Site
from gongkai.demo import DemoPortError, RunningSites, demo_sites, start_demo_sites
from gongkai.demo.build.__main__ import build

DEMO = Path(__file__).parents[2] / "gongkai" / "demo"
SOURCES = DEMO / "sources"
XINHUILU = "zwgk/zfxxgk/zfxxgknb/202101/t20210119_162104.html"
HUAYUAN = "zwgk/zfxxgk/zfxxgknb/202501/t20250127_204702.html"
DATAN_PAGE = "art/2021/1/25/art_61490_862751.html"
DUANDIAN = "art/2020/1/15/art_61490_842330.html"
ZHENXING_PAGE = "2022-01/13/content_48211.html"
DATAN_AGAIN = "2021-02/03/content_42833.html"
PROXY = "module/web/jpage/dataproxy.jsp"
LIST = {
    "col": "1", "appid": "1", "webid": "39", "path": "/", "columnid": "61490", "sourceContentType": "1",
    "unitid": "247686", "permissiontype": "0",
}  # fmt: skip


@pytest.fixture(scope="module")
def sites() -> Iterator[RunningSites]:
    with start_demo_sites(0) as running:
        yield running


class Answer:
    def __init__(self, response: Any) -> None:
        self.status: int = response.status
        self.headers = response.headers
        self.body: bytes = response.read()
        self.url: str = response.url

    @property
    def type(self) -> str:
        return str(self.headers.get_content_type())

    def tree(self) -> html.HtmlElement:
        declared = re.search(rb'charset="?([\w-]+)', self.body[:400])
        assert declared
        encoding = {"gb2312": "gb18030"}.get(declared[1].decode(), declared[1].decode())
        return html.document_fromstring(self.body.decode(encoding))

    def links(self) -> list[html.HtmlElement]:
        return list(self.tree().iter("a"))


def ask(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> Answer:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(url, data, headers, method=method)
    try:
        with urlopen(request, timeout=10) as response:
            return Answer(response)
    except HTTPError as error:
        with error:
            return Answer(error)


def linked(answer: Answer) -> set[str]:
    found = {
        value
        for element, attribute, value, _ in answer.tree().iterlinks()
        if attribute in ("href", "src") and not value.startswith("javascript:")
    }
    pager = re.search(
        r'createPageHTML\((\d+), \d+, "(\w+)", "(\w+)"\)', answer.body.decode("gb18030", "replace")
    )
    if pager:
        found |= {f"{pager[2]}_{number}.{pager[3]}" for number in range(1, int(pager[1]))}
    return {urldefrag(urljoin(answer.url, value))[0] for value in found}


def test_every_linked_address_answers(sites: RunningSites) -> None:
    for home in sites:
        seen: dict[str, Answer] = {}
        waiting = [home]
        while waiting:
            url = waiting.pop()
            if url in seen:
                continue
            answer = seen[url] = ask(url)
            assert answer.status == 200, url
            if answer.type == "text/html":
                assert "演示站点" in answer.tree().text_content(), url
                waiting += [link for link in linked(answer) if urlsplit(link).netloc == urlsplit(home).netloc]
            else:
                assert answer.body
        assert len(seen) > 10


def test_trs_lists_run_over_pages(sites: RunningSites) -> None:
    column = urljoin(sites[0], "zwgk/zfxxgk/zfxxgknb/")
    first = ask(column)
    total, current = map(
        int, re.search(r'createPageHTML\((\d+), (\d+), "index", "html"\)', first.body.decode()).groups()
    )
    assert total >= 3
    assert current == 0
    titles: list[str] = []
    for number in range(total):
        page = ask(column + (f"index_{number}.html" if number else "index.html"))
        assert f"createPageHTML({total}, {number}," in page.body.decode()
        links = page.tree().xpath('//ul[@class="list"]//a')
        assert all(re.fullmatch(r"\./\d{6}/t\d{8}_\d+\.html", link.get("href")) for link in links)
        titles += [link.get("title") for link in links]
    assert ask(f"{column}index_{total}.html").status == 404
    assert len(titles) == len(set(titles)) > 20
    for decoy in ("图解", "一图读懂", "网站工作年度报表", "法治政府建设年度报告", "通知"):
        assert any(decoy in title for title in titles), decoy
    cut = [
        link
        for link in ask(f"{column}index_2.html").tree().xpath('//ul[@class="list"]//a')
        if "…" in link.text
    ]
    assert [link.get("title") for link in cut] != []


def records(text: str) -> list[str]:
    found = etree.fromstring(text.encode()).findall(".//record")
    return [html.fromstring(record.text).find(".//a").get("href") for record in found]


def proxy(sites: RunningSites, method: str = "GET", **parameters: str) -> str:
    url, query = urljoin(sites[1], PROXY), urlencode(parameters)
    answer = ask(f"{url}?{query}") if method == "GET" else ask(url, "POST", query.encode())
    assert answer.status == 200
    assert answer.type == "text/xml"
    return answer.body.decode()


def test_jpage_columns_embed_their_newest_records_only(sites: RunningSites) -> None:
    tree = ask(urljoin(sites[1], "col/col61490/index.html")).tree()
    (embedded,) = tree.xpath('//script[@type="text/xml"]/text()')
    newest = records(embedded)
    assert len(newest) == 6
    assert f"/{DUANDIAN}" not in newest
    assert f"/{DATAN_PAGE}" not in newest
    assert int(re.search(r"<totalrecord>(\d+)", embedded)[1]) == 16
    query = re.search(r'<a href="(/module/web/jpage/dataproxy\.jsp\?page=1&[^"]+)"', embedded)
    assert query
    assert records(ask(urljoin(sites[1], query[1])).body.decode()) == newest


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_jpage_lists_come_page_by_page_or_by_window(sites: RunningSites, method: str) -> None:
    by_page = [records(proxy(sites, method, **LIST, page=str(page), perpage="5")) for page in range(1, 6)]
    assert [len(page) for page in by_page] == [5, 5, 5, 1, 0]
    everything = [record for page in by_page for record in page]
    assert f"/{DUANDIAN}" in everything
    assert f"/{DATAN_PAGE}" in everything
    window = proxy(sites, method, **LIST, startrecord="6", endrecord="10", perpage="5")
    assert records(window) == by_page[1]
    assert (
        records(proxy(sites, method, **LIST, startrecord="1", endrecord="5000", perpage="5000")) == everything
    )


@pytest.mark.parametrize("wrong", [{"unitid": "1"}, {"columnid": "1"}, {"webid": "2"}, {"unitid": ""}])
def test_jpage_answers_wrong_parameters_with_an_empty_datastore(
    sites: RunningSites, wrong: dict[str, str]
) -> None:
    text = proxy(sites, **(LIST | wrong))
    assert len(text) < 60
    assert records(text) == []
    assert records(proxy(sites, **LIST, startrecord="900", endrecord="905")) == []


def test_scripted_lists_are_not_in_the_page(sites: RunningSites) -> None:
    page = ask(urljoin(sites[2], "zwgk/zfxxgk/nb/"))
    assert "content_" not in page.body.decode()
    assert "noscript" not in page.body.decode()
    assert not [link for link in page.links() if "报告" in (link.text or "")]
    interface = urljoin(sites[2], "interface/v2/publicity")
    answers = [
        json.loads(ask(f"{interface}?channel=c0234&offset={offset}&limit=8").body) for offset in (0, 8)
    ]
    entries = [entry for answer in answers for entry in answer["publicity"]["entries"]]
    assert len(entries) == answers[0]["publicity"]["amount"] == 13
    assert {48211, 42833} <= {entry["no"] for entry in entries}
    assert json.loads(ask(f"{interface}?channel=none").body)["state"] == "error"
    assert json.loads(ask(f"{interface}?channel=c0234&offset=-1").body)["state"] == "error"


def attachment(page: Answer, ending: str) -> Answer:
    (link,) = [link for link in page.links() if (link.text or "").endswith(ending)]
    return ask(urljoin(page.url, link.get("href")))


def test_one_report_lies_at_two_addresses(sites: RunningSites) -> None:
    one = attachment(ask(urljoin(sites[1], DATAN_PAGE)), ".docx")
    other = attachment(ask(urljoin(sites[2], DATAN_AGAIN)), ".docx")
    assert urlsplit(one.url).netloc != urlsplit(other.url).netloc
    assert re.search(r"/P\d+\.docx$", other.url)
    assert one.body == other.body
    assert one.type == other.type == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert "attachment" in one.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("site", "path"), [(0, XINHUILU), (1, DUANDIAN), (2, ZHENXING_PAGE), (0, ""), (2, "robots.txt")]
)
def test_conditional_requests(sites: RunningSites, site: int, path: str) -> None:
    url = urljoin(sites[site], path)
    first = ask(url)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert etag or modified
    if etag:
        assert ask(url, If_None_Match=etag).status == 304
        assert ask(url, If_None_Match=f'"x", W/{etag}').status == 304
        assert ask(url, If_None_Match='"x"').status == 200
        # If-None-Match rules over a date that would say unchanged.
        assert ask(url, If_None_Match='"x"', If_Modified_Since="Fri, 01 Jan 2055 00:00:00 GMT").status == 200
    if modified:
        again = ask(url, If_Modified_Since=modified)
        assert (again.status, again.body) == (304, b"")
        assert ask(url, If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT").status == 200
        assert ask(url, If_Modified_Since="yesterday").status == 200


def test_the_second_site_knows_no_etags(sites: RunningSites) -> None:
    assert ask(urljoin(sites[1], DUANDIAN)).headers["ETag"] is None


def test_head_and_compression_speak_of_the_same_page(sites: RunningSites) -> None:
    url = urljoin(sites[0], XINHUILU)
    plain = ask(url)
    head = ask(url, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(plain.body)
    packed = ask(url, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 4
    assert ask(url, If_None_Match=packed.headers["ETag"], Accept_Encoding="gzip").status == 304


def test_what_is_not_there_is_a_404_page(sites: RunningSites) -> None:
    for home in sites:
        answer = ask(urljoin(home, "zwgk/nothing.html"))
        assert (answer.status, answer.type) == (404, "text/html")
        assert "不存在" in answer.tree().text_content()
    assert ask(sites[0], "POST", b"a=1").status == 405


def test_robots_ask_for_a_delay_and_close_the_search(sites: RunningSites) -> None:
    for home, closed in zip(sites, ("/was5/", "/jsearch/", "/search/"), strict=True):
        answer = ask(urljoin(home, "robots.txt"))
        assert answer.type == "text/plain"
        assert 0 < float(re.search(r"Crawl-delay: ([\d.]+)", answer.body.decode())[1]) <= 0.3
        assert re.findall(r"Disallow: (\S+)", answer.body.decode()) == [closed]
        assert any(closed in link.get("href", "") for link in ask(home).links())


def test_the_second_site_is_gb18030(sites: RunningSites) -> None:
    answer = ask(urljoin(sites[1], DUANDIAN))
    assert answer.headers.get_content_charset() is None
    assert "段店乡人民政府" in answer.body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")


def test_pages_carry_the_standard_metadata(sites: RunningSites) -> None:
    tree = ask(urljoin(sites[0], XINHUILU)).tree()
    tags = {tag.get("name"): tag.get("content") for tag in tree.iter("meta") if tag.get("name")}
    assert tags["ArticleTitle"] == truth("2020-xinhuilu")["title"]
    assert tags["ContentSource"] == "新乡市牧野区新辉路街道办事处"
    assert tags["PubDate"] == "2021-01-19 09:30"
    assert tags["SiteIDCode"].startswith("410711")
    assert {"SiteName", "ColumnName"} <= set(tags)
    labels = {re.sub(r"\s", "", th.text_content()) for th in tree.xpath('//table[@class="metadata"]//th')}
    assert {"索引号", "发布机构", "成文日期", "发布日期"} <= labels


# The figures, read by a small expander of spans that shares nothing with the builder or the extractor.


def truth(name: str) -> dict[str, Any]:
    return dict(json.loads((SOURCES / f"{name}.truth.json").read_text(encoding="utf-8")))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def expand(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    grid: dict[tuple[int, int], str] = {}
    for number, row in enumerate(rows):
        column = 0
        for text, down, right in row:
            while (number, column) in grid:
                column += 1
            for i in range(down):
                for j in range(right):
                    assert (number + i, column + j) not in grid, "cells overlap"
                    grid[number + i, column + j] = text
            column += right
    width = max(column for _, column in grid) + 1
    assert len(grid) == width * len(rows), "the grid has holes"
    return [[grid[number, column] for column in range(width)] for number in range(len(rows))]


def html_grids(tree: html.HtmlElement) -> list[list[list[str]]]:
    return [
        expand(
            [
                [
                    (squeeze(cell.text_content()), int(cell.get("rowspan", 1)), int(cell.get("colspan", 1)))
                    for cell in row.xpath("./td|./th")
                ]
                for row in table.iter("tr")
            ]
        )
        for table in tree.iter("table")
        if table.get("class") != "metadata"
    ]


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_grids(data: bytes) -> list[list[list[str]]]:
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
    grids = []
    for table in root.iter(f"{W}tbl"):
        grid: list[list[str]] = []
        for row in table.iter(f"{W}tr"):
            texts: list[str] = []
            for cell in row.iter(f"{W}tc"):
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                text = squeeze("".join(part.text or "" for part in cell.iter(f"{W}t")))
                if merge is not None and merge.get(f"{W}val") is None:
                    text = grid[-1][len(texts)]
                texts += [text] * (int(span.get(f"{W}val")) if span is not None else 1)
            grid.append(texts)
        assert len({len(row) for row in grid}) == 1
        grids.append(grid)
    return grids


PROACTIVE = {
    "规章": "regulations", "规范性文件": "normative_documents", "行政规范性文件": "normative_documents",
    "其他主动公开文件": "other_proactive_documents", "行政许可": "licensing",
    "其他对外管理服务事项": "other_services", "行政处罚": "penalties", "行政强制": "coercive_measures",
    "行政事业性收费": "fees", "政府集中采购": "procurement",
}  # fmt: skip


def figure(text: str) -> int | None:
    return int(text.rstrip("个元")) if text else None


def read(grids: list[list[list[str]]], expected: dict[str, Any]) -> dict[str, Any]:
    first, second, third = grids
    tables = expected["tables"]
    proactive = {}
    for row in first:
        key = PROACTIVE.get(re.split(r"[(（]", row[0])[0])
        if key is not None:
            columns = list(tables["proactive"][key])
            # The last figure of a row reaches to the form's edge and repeats in the grid.
            assert set(row[len(columns) :]) == {row[len(columns)]}
            proactive[key] = dict(zip(columns, map(figure, row[1 : len(columns) + 1]), strict=True))
    rows = [row for row in second if len(row) == 10][3:]
    requests = {
        key: dict(zip(columns, map(figure, row[3:]), strict=True))
        for (key, columns), row in zip(tables["requests"].items(), rows, strict=True)
    }
    values = iter(third[-1])
    review = {
        block: {column: figure(next(values)) for column in columns}
        for block, columns in tables["review_litigation"].items()
    }
    return {"proactive": proactive, "requests": requests, "review_litigation": review}


@pytest.mark.parametrize(
    ("name", "site", "path"),
    [("2020-xinhuilu", 0, XINHUILU), ("2024-huayuan", 0, HUAYUAN), ("2019-duandian", 1, DUANDIAN)],
)
def test_figures_in_pages_are_the_true_ones(sites: RunningSites, name: str, site: int, path: str) -> None:
    tree = ask(urljoin(sites[site], path)).tree()
    expected = truth(name)
    assert read(html_grids(tree), expected) == expected["tables"]
    assert squeeze(tree.xpath("//h1")[-1].text_content()) == expected["title"]


@pytest.mark.parametrize(("name", "page"), [("2020-datan", DATAN_PAGE), ("2019-duandian", DUANDIAN)])
def test_figures_in_documents_are_the_true_ones(sites: RunningSites, name: str, page: str) -> None:
    data = attachment(ask(urljoin(sites[1], page)), ".docx").body
    expected = truth(name)
    assert read(docx_grids(data), expected) == expected["tables"]
    text = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert (squeeze(expected["title"] or "年度报告</w:t>") in squeeze(text)) == (
        expected["title"] is not None
    )
    assert ('w:name="_GoBack"' in text) == (name == "2019-duandian")


def test_word_residue_and_bookmark_are_in_the_pages(sites: RunningSites) -> None:
    page = ask(urljoin(sites[0], XINHUILU)).body.decode()
    for residue in ("MsoNormal", "<o:p></o:p>", "\u3000\u30000<o:p>", "&nbsp;0<o:p>", "rowspan", "colspan"):
        assert residue in page, residue
    assert '<a name="_GoBack"></a>' in ask(urljoin(sites[1], DUANDIAN)).body.decode("gb18030")


@pytest.mark.parametrize(
    "name", ["2020-xinhuilu", "2024-huayuan", "2019-duandian", "2020-datan", "2021-zhenxing"]
)
def test_the_whole_text_is_published(sites: RunningSites, name: str) -> None:
    if name == "2020-datan":
        data = attachment(ask(urljoin(sites[1], DATAN_PAGE)), ".docx").body
        root = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
        published = "".join(part.text or "" for part in root.iter(f"{W}t"))
    elif name == "2021-zhenxing":
        pdf = pypdfium2.PdfDocument(attachment(ask(urljoin(sites[2], ZHENXING_PAGE)), ".pdf").body)
        pages = [page.get_textpage().get_text_bounded() for page in pdf]
        published = "".join(re.sub(r"^\W*- \d+ -\s*", "", page) for page in pages)
    else:
        path = {"2020-xinhuilu": XINHUILU, "2024-huayuan": HUAYUAN, "2019-duandian": DUANDIAN}[name]
        published = ask(urljoin(sites[name == "2019-duandian"], path)).tree().text_content()
    (source,) = SOURCES.glob(f"{name}.*-text.txt")
    lines = [
        squeeze(line)
        for line in source.read_text(encoding="utf-8").split("\n")
        if not re.search(r"[\t|]", line)
    ]
    missing = [line for line in lines if line and line not in squeeze(published)]
    assert missing == []


def test_the_pdf_cuts_two_rows_inside_a_word(sites: RunningSites) -> None:
    page = ask(urljoin(sites[2], ZHENXING_PAGE))
    assert "振兴街道办事处2021年政府信息公开工作年度报告" in page.tree().text_content()
    answer = attachment(page, ".pdf")
    assert answer.type == "application/pdf"
    assert len(answer.body) < 300_000
    pages = [squeeze(one.get_textpage().get_text_bounded()) for one in pypdfium2.PdfDocument(answer.body)]
    for head, tail in (("3.危及“三安全一稳", "定”"), ("4.无正当理由大量反", "复申请")):
        (number,) = [n for n, text in enumerate(pages) if text.endswith(f"{head}0000000")]
        assert pages[number + 1].startswith(f"-{number + 2}-{tail}")


def test_the_committed_reports_are_what_the_build_makes() -> None:
    for name, data in build().items():
        assert (DEMO / "content" / "reports" / name).read_bytes() == data, name


# The server.


def test_entries_are_valid_sites(sites: RunningSites) -> None:
    checked = [Site.model_validate(entry) for entry in sites.entries()]
    assert [site.start[0] for site in checked] == list(sites)
    assert all(site.allow_private and site.delay <= 0.2 for site in checked)
    assert [site.region for site in checked] == ["410711", "420116", "420100"]
    assert [entry["start"] for entry in demo_sites(18801)] == [
        [f"http://127.0.0.1:{18801 + n}/"] for n in range(3)
    ]


def test_a_busy_port_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(DemoPortError, match=rf"port {port} is in use.*another --port"),
            start_demo_sites(port),
        ):
            pass
    with pytest.raises(DemoPortError, match="70000 does not exist"), start_demo_sites(70000):
        pass


def test_the_meter_counts_addresses_gaps_and_concurrency() -> None:
    with start_demo_sites(0) as running:
        before = running.stats()["demo-muye"]
        assert (before.requests, before.max_concurrent, before.min_gap) == ({}, 0, None)
        for _ in range(2):
            ask(urljoin(running[0], "zwgk/"), User_Agent="test")
        alone = running.stats()["demo-muye"]
        assert alone.requests == {"/zwgk/": 2}
        assert alone.max_concurrent == 1
        assert alone.min_gap is not None
        assert 0 < alone.min_gap < 60
        assert {(asked.method, asked.status, asked.user_agent) for asked in alone.log} == {
            ("GET", 200, "test")
        }
        with socket.create_connection(("127.0.0.1", urlsplit(running[1]).port)) as held:
            # A form that does not arrive keeps its request under way while another one comes.
            held.sendall(b"POST /zwgk/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
            deadline = time.monotonic() + 60
            while running.stats()["demo-huangpi"].max_concurrent == 0:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            ask(running[1])
            assert running.stats()["demo-huangpi"].max_concurrent == 2
        assert running.stats()["demo-wuhan"].requests == {}


def test_a_client_that_leaves_in_mid_answer_leaves_no_trace(capfd: pytest.CaptureFixture[str]) -> None:
    with start_demo_sites(0) as running:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", urlsplit(running[2]).port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                client.sendall(b"GET /2022-01/13/P020220113356821974563.pdf HTTP/1.1\r\nHost: x\r\n\r\n")
                client.recv(100)
        assert ask(running[2]).status == 200
    assert capfd.readouterr().err == ""
