from __future__ import annotations

import random

import pytest

from extraction import Record, extract
from extraction.agency import complete, is_place, title_agency
from extraction.dates import dates, is_date_line, years
from extraction.titles import as_title
from tests.extraction.printed_forms import html_table, model, proactive_table, requests_table, review_table


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("汉台区教育体育局政府信息公开工作2022年度报告", "汉台区教育体育局"),
        ("建平县卫生健康局 2020年度政府信息公开工作报告", "建平县卫生健康局"),
        ("民主镇人民政府2024年政府信息公开年度报告", "民主镇人民政府"),
        ("国家税务总局苏州市税务局2023年政府信息公开工作年度报告", "国家税务总局苏州市税务局"),
        ("2023年郑州市自然资源和规划局政府信息公开年报", "郑州市自然资源和规划局"),
        ("2022年岳阳市人民政府信息公开工作年度报告", "岳阳市人民政府"),
        ("教育部2023年政府信息公开工作年度报告", "教育部"),
        ("贵阳市人民政府（市人民政府办公厅）2021年政府信息公开工作年度报告", "贵阳市人民政府"),
        (
            "青溪县人民政府办公室关于印发《青溪县卫生健康局2023年政府信息公开工作年度报告》的通知",
            "青溪县卫生健康局",
        ),
        ("长春新区管委会2025年度政府信息公开工作年度报告", "长春新区管委会"),
        ("二〇二三年青溪县水利局政府信息公开工作年度报告", "青溪县水利局"),
        ("青溪县水利局关于报送2023年度政府信息公开工作年度报告的报告", "青溪县水利局"),
        ("青溪县水利局关于公布2023年政府信息公开工作年度报告的公告", "青溪县水利局"),
        ("2023年度政府信息公开工作年度报告（青溪县水利局）", "青溪县水利局"),
    ],
)
def test_agency_in_title(title: str, agency: str) -> None:
    found = as_title(title)
    assert found is not None
    assert title_agency(found) == agency
    assert not is_place(agency)


@pytest.mark.parametrize(
    "title",
    [
        "关于报送2023年政府信息公开年度报告的函",
        "2023年政府信息公开年度报告(正式稿)",
        "政府信息公开工作年度报告",
        "我局2022年政府信息公开工作年度报告",
        "本单位2022年政府信息公开工作年度报告",
    ],
)
def test_words_about_a_report_are_no_agency(title: str) -> None:
    assert title_agency(title) is None


@pytest.mark.parametrize(
    "text",
    [
        "政府信息公开年报",
        "政府信息公开年度报告",
        "根据《中华人民共和国政府信息公开条例》，编制本年度报告。",
        "二、政府信息公开工作年度报告",
        "政府信息公开工作制度",
    ],
)
def test_no_title(text: str) -> None:
    assert as_title(text) is None


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("浮梁县", "浮梁县人民政府"),
        ("东四街道", "东四街道办事处"),
        ("段店乡", "段店乡人民政府"),
        ("河北省", "河北省人民政府"),
        ("天津经济技术开发区", "天津经济技术开发区"),
    ],
)
def test_places_are_governed(place: str, body: str) -> None:
    assert is_place(place)
    assert complete(place) == body


def test_dates() -> None:
    assert dates("2022年1月11日印发") == ["2022-01-11"]
    assert dates("二〇二二年一月十一日") == ["2022-01-11"]
    assert dates("二零二二年十二月三十一日") == ["2022-12-31"]
    assert dates("2022-01-22 10:00:00") == ["2022-01-22"]
    assert dates("2022年6月31日") == []
    assert is_date_line("2022年1月11日印发")
    assert not is_date_line("截至2022年1月11日，我局主动公开")
    assert years("2021 年，二〇二二年度") == [2021, 2022]


HEADS = [
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
]


def report(*before: str, after: tuple[str, ...] = (), overview: str = "工作平稳。", meta: str = "") -> Record:
    body = "".join(f"<p>{line}</p>" for line in before)
    body += "".join(
        f"<p>{head}</p><p>{overview if i == 0 else '详见正文。'}</p>" for i, head in enumerate(HEADS)
    )
    body += "".join(f"<p>{line}</p>" for line in after)
    page = f"<html><head><meta charset=utf-8>{meta}</head><body><div id=zoom>{body}</div></body></html>"
    record = extract(page.encode())
    assert record.kind == "report", record.issues
    return record


def identity(record: Record) -> tuple[str | None, str | None, int | None]:
    assert record.report is not None
    return record.report.title, record.report.agency, record.report.year


def test_title_over_two_lines() -> None:
    record = report("青溪县卫生健康局", "2023年政府信息公开工作年度报告")
    assert identity(record) == ("青溪县卫生健康局2023年政府信息公开工作年度报告", "青溪县卫生健康局", 2023)


def test_place_in_title_body_in_signature() -> None:
    record = report("段店乡2019年度政府信息公开年度报告", after=("段店乡人民政府", "2019年12月31日"))
    assert identity(record) == ("段店乡2019年度政府信息公开年度报告", "段店乡人民政府", 2019)
    assert "date_inside_year" in {issue.code for issue in record.issues}


def test_fuller_name_in_signature() -> None:
    record = report("卫生健康局2023年政府信息公开工作年度报告", after=("青溪县卫生健康局", "2024年1月3日"))
    assert identity(record)[1] == "青溪县卫生健康局"


def test_meta_names_agency_and_date_where_the_text_does_not() -> None:
    meta = (
        '<meta name="ContentSource" content="青溪县财政局"><meta name="PubDate" content="2024-01-22 10:00">'
    )
    record = report("2023年政府信息公开工作年度报告", meta=meta)
    assert identity(record)[1:] == ("青溪县财政局", 2023)
    assert record.report is not None
    assert record.report.published == "2024-01-22"


@pytest.mark.parametrize(
    "line",
    [
        "<center>发布单位：青溪县财政局 发布时间：2024/1/22 点击数：35</center>",
        "<div><small>时间:</small>2024-01-22 10:15<small>来源:</small>未知<small>点击:</small>18次</div>",
        "<p>时间：2024-1-22 11:02:33&nbsp;&nbsp;来源：青溪县财政局&nbsp;&nbsp;作者：</p>",
        "<div align=center>2024年1月22日　来源：青溪县财政局</div>",
        "<div class=art-info><span>2024-01-22</span><span>青溪县财政局</span></div>",
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_the_date_in_the_line_of_an_article(line: str, listed: bool) -> None:
    others = "<ul><li><span class=date>2024-03-01</span> 其他报告</li></ul>" if listed else ""
    title = "<p>青溪县财政局2023年政府信息公开工作年度报告</p>"
    body = (
        f"<p>一、总体情况</p><p>会议时间：2023-05-04。</p>{others}<p>二、主动公开政府信息情况</p><p>无。</p>"
    )
    record = extract(f"<html><body>{title}{line}{title}{body}</body></html>".encode())
    assert record.report is not None
    assert record.report.published == "2024-01-22"


def test_of_two_articles_on_a_page_none_gives_its_date() -> None:
    lines = "".join(f"<div class=info>2024年{n}月11日　来源：青溪县财政局</div>" for n in (1, 2))
    title = "<p>青溪县财政局2023年政府信息公开工作年度报告</p>"
    body = "<p>一、总体情况</p><p>无。</p><p>二、主动公开政府信息情况</p>"
    record = extract(f"<html><body>{lines}{title}{body}</body></html>".encode())
    assert record.report is not None
    assert record.report.published is None


def test_year_conflict_is_flagged() -> None:
    record = report(
        "青溪县财政局2023年政府信息公开工作年度报告",
        overview="本报告所列数据的统计期限自2022年1月1日至12月31日。",
    )
    assert identity(record)[2] == 2023
    assert "year_conflict" in {issue.code for issue in record.issues}


def test_year_is_not_guessed_from_the_signature() -> None:
    record = report("青溪县财政局政府信息公开工作年度报告", after=("青溪县财政局", "2024年1月3日"))
    assert identity(record)[2] is None
    assert "year_unknown" in {issue.code for issue in record.issues}


def test_a_report_without_a_title_says_so() -> None:
    m = model(random.Random(5), "2021", 0)
    tables = "".join(html_table(t) for t in (proactive_table(m), requests_table(m), review_table(m)))
    untitled = extract(f"<html><head><meta charset=utf-8></head><body>{tables}</body></html>".encode())
    assert untitled.report is not None
    assert untitled.report.title is None
    assert [i.severity for i in untitled.issues if i.code == "title_unknown"] == ["warning"]
    titled = report("青溪县财政局2023年政府信息公开工作年度报告")
    assert "title_unknown" not in {issue.code for issue in titled.issues}


def test_a_title_with_signs_that_say_nothing_is_in_doubt() -> None:
    record = report("青溪县财政局\ue032\ue030年2023年政府信息公开工作年度报告")
    assert "title_unreadable" in {issue.code for issue in record.issues}


def test_another_paper_in_the_title_has_neither_its_year_nor_its_name_taken() -> None:
    title = "青溪县水务局2022年度工作总结及2023年政府信息公开工作年度报告"
    record = report(title)
    assert identity(record) == (title, "青溪县水务局", 2023)
    assert "year_conflict" in {issue.code for issue in record.issues if issue.severity == "warning"}


@pytest.mark.parametrize("link", [False, True])
def test_a_title_above_the_container_of_the_article(link: bool) -> None:
    title = "青溪县水务局2023年政府信息公开工作年度报告"
    printed = f"<a href=1.html>{title}</a>" if link else title
    body = "".join(f"<p>{head}</p><p>详见正文。</p>" for head in HEADS)
    head = "<html><head><meta charset=utf-8><title>年报</title></head>"
    rows = f"<tr><td class=bt>{printed}</td></tr><tr><td id=zoom>{body}</td></tr>"
    record = extract(f"{head}<body><table>{rows}</table></body></html>".encode())
    assert record.report is not None
    assert record.report.title == (None if link else title)


def test_scope() -> None:
    own = report("青溪县财政局2023年政府信息公开工作年度报告", overview="本报告仅统计本机关数据。")
    many = report("青溪县2023年政府信息公开工作年度报告", overview="本报告汇总全县各部门、各乡镇数据。")
    plain = report("青溪县2023年政府信息公开工作年度报告")
    assert [r.report.scope for r in (own, many, plain) if r.report] == ["own", "aggregate", "unknown"]


def test_sections_under_other_headings() -> None:
    lines = [
        "青溪县2023年政府信息公开工作年度报告",
        "1、 总体情况",
        "1、 主动公开",
        "公开若干。",
        "2、依申请公开情况良好。",
        "（二）政府信息主动公开情况",
        "细节。",
        "二、行政机关主动公开政府信息情况",
        "表一。",
        "三、政府信息依申请公开办理情况",
        "表二。",
        "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况",
        "表三。",
        "五、存在问题及改进情况",
        "不足。",
        "其他需要报告的事项",
        "无其他事项。",
        "青溪县人民政府",
        "2024年1月5日",
    ]
    record = extract("\n\n".join(lines).encode())
    sections = {section.key: (section.heading, section.text) for section in record.sections}
    assert sections["overview"][0] == "1、 总体情况"
    assert sections["overview"][1].endswith("细节。")
    assert sections["proactive"] == ("二、行政机关主动公开政府信息情况", "表一。")
    assert sections["requests"] == ("三、政府信息依申请公开办理情况", "表二。")
    assert sections["review_litigation"][1] == "表三。"
    assert sections["problems"] == ("五、存在问题及改进情况", "不足。")
    assert sections["other"] == ("其他需要报告的事项", "无其他事项。")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("一图读懂：青溪县人民政府2023年政府信息公开工作年度报告", "pictorial"),
        ("《青溪县2023年政府信息公开工作年度报告》解读", "interpretation"),
        ("青溪县人民政府2023年政府网站工作年度报表", "website_annual_statement"),
        ("青溪县2023年法治政府建设年度报告", "law_based_government"),
        ("关于做好2023年政府信息公开工作年度报告编制工作的通知", "compilation_notice"),
        ("2023年上半年政府信息公开数据统计", "half_year_statistics"),
        ("青溪县政府信息公开指南", "guide_or_catalogue"),
        ("青溪县供水公司2023年企业信息公开年度报告", "enterprise_report"),
        ("青溪县举行秋季运动会", "no_report_found"),
    ],
)
def test_decoys_are_no_reports(title: str, code: str) -> None:
    head = f"<meta charset=utf-8><title>{title}</title>"
    page = f"<html><head>{head}</head><body><div id=zoom><p>{title}</p><p>正文。</p></div>"
    record = extract(page.encode())
    assert record.kind == "not_report"
    assert code in {issue.code for issue in record.issues}
    assert record.report is None


def test_index_page() -> None:
    items = "".join(
        f"<li><a href='{i}.html'>青溪县{name}2023年政府信息公开工作年度报告</a><span>2024-01-1{i}</span></li>"
        for i, name in enumerate(["教育局", "财政局", "民政局", "水利局"])
    )
    head = "<meta charset=utf-8><title>年报</title>"
    record = extract(f"<html><head>{head}</head><body><ul>{items}</ul></body></html>".encode())
    assert (record.kind, record.issues[0].code) == ("not_report", "index_page")


def test_report_without_tables_says_so() -> None:
    record = report("青溪县2023年政府信息公开工作年度报告")
    assert record.cells == {}
    assert [issue.code for issue in record.issues].count("table_missing") == 3


def test_report_in_an_attachment_says_so() -> None:
    page = (
        "<html><head><meta charset=utf-8></head><body><div id=zoom>"
        "<p>青溪县2023年政府信息公开工作年度报告</p>"
        "<a href='./P0202.pdf'>附件.pdf</a><img src=1.jpg></div></body></html>"
    )
    record = extract(page.encode())
    codes = {issue.code for issue in record.issues}
    assert record.kind == "report"
    assert {"table_missing", "content_in_attachment", "content_in_pictures"} <= codes
    assert record.attachments[0] == {"url": "./P0202.pdf", "text": "附件.pdf"}


def test_a_title_of_two_years_is_in_doubt() -> None:
    record = report("青溪县财政局2021-2022年度政府信息公开工作年度报告")
    assert any(issue.code == "year_conflict" for issue in record.issues)


@pytest.mark.parametrize("date", ["二〇二三年元月十五日", "2023年元月15日"])
def test_the_first_month_by_its_other_name(date: str) -> None:
    assert dates(date) == ["2023-01-15"]
    assert is_date_line(date)
