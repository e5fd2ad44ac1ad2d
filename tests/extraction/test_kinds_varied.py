"""What stands beside reports in their columns, in varied wording and layout, and reports that look like it."""

# ruff: noqa: E501 - titles and tables, one a line

from __future__ import annotations

import random

import pytest

from extraction import extract
from tests.extraction.printed_forms import html_table, model, proactive_table, requests_table, review_table

PROSE = "全年工作平稳有序，制度进一步完善，渠道进一步拓宽，答复更加规范，监督更加有力。" * 3
HEADS = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况",
         "政府信息公开行政复议、行政诉讼情况", "存在的主要问题及改进情况", "其他需要报告的事项")  # fmt: skip
M = model(random.Random(2), "2021", 0)
TABLES = [None, proactive_table(M), requests_table(M), review_table(M), None, None]
REPORT = "".join(
    f"<p>{number}、{head}</p>{html_table(table) if table else f'<p>{PROSE}</p>'}"
    for number, head, table in zip("一二三四五六", HEADS, TABLES, strict=True)
)
PLAIN = "".join(f"<p>{n}、{head}</p><p>{PROSE}</p>" for n, head in zip("一二三四五六", HEADS, strict=True))


def grid(*rows: tuple[str, ...]) -> str:
    return (
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
        + "</table>"
    )


def links(*titles: str, dated: bool = True) -> str:
    return "<ul>" + "".join(
        f'<li><a href="t{n}.html">{title}</a>{f"<span>2024-01-{n + 10}</span>" if dated else ""}</li>'
        for n, title in enumerate(titles)
    ) + "</ul>"  # fmt: skip


FORM_NAMES = "".join(f"<p>{n}、{head}</p>" for n, head in zip("一二三四五六", HEADS, strict=True))

NOT_REPORTS = {
    # Pictures and explanations
    "picture of a report": ("【一图读懂】青溪县教育局2023年政府信息公开年报", "<p><img src=a.jpg></p>"),
    "long picture": ("长图｜2023年青溪县政府信息公开工作“成绩单”", "<img src=1.png><img src=2.png>"),
    "picture, word last": ("青溪县2023年政府信息公开工作年度报告（图解）", "<p><img src=a.jpg></p>"),
    "picture edition": ("青溪县2023年政府信息公开工作年度报告图解版", "<p><img src=a.jpg></p>"),
    "figures in pictures": ("数说政务公开：一张图看青溪县2023年政府信息公开年报", "<p><img src=a.jpg></p>"),
    "explained in words": (
        "关于《青溪县2023年政府信息公开工作年度报告》的政策解读",
        f"<p>一、起草背景</p><p>{PROSE}</p><p>二、主要内容</p><p>{PROSE}</p>",
    ),
    "read with us": ("青溪县2023年政府信息公开年报解读来了", f"<p>{PROSE}</p>"),
    "press conference": ("青溪县召开2023年政府信息公开年报新闻发布会", f"<p>{PROSE}</p>"),
    "video": ("视频解读：青溪县政府信息公开工作年度报告（2023）", "<p><video src=a.mp4></video></p>"),
    # Websites
    "website form": (
        "青溪县人民政府网站工作年度报表（2023年度）",
        grid(("填报单位", "青溪县人民政府办公室"), ("网站总访问量", "120000"), ("信息发布总数", "1033")),
    ),
    "website form of a department": (
        "青溪县教育局2023年度政府网站年度工作报表",
        grid(("网站名称", "青溪县教育局"), ("总访问量", "7000")),
    ),
    "website form, title in the table only": (
        "2023年度",
        "<p>政府网站工作年度报表</p>" + grid(("网站名称", "青溪县"), ("独立用户访问总量", "5000"), ("概况类信息更新量", "3")),
    ),
    "website report": ("青溪县政府门户网站2023年度工作报告", f"<p>{PROSE}</p>"),
    "new media form": ("青溪县政务新媒体工作年度报表（2023年）", grid(("账号名称", "青溪发布"), ("信息发布总数", "931"))),
    # Half years, quarters, months
    "half year": ("青溪县2023年上半年政府信息公开工作情况报告", f"<p>{PROSE}</p>"),
    "first half, table": (
        "青溪县政府信息公开情况统计表（2023年1-6月）",
        grid(("统计指标", "单位", "统计数"), ("主动公开政府信息数", "条", "3310")),
    ),
    "third quarter": ("2023年第三季度青溪县政府信息公开工作统计", grid(("指标", "数量"), ("主动公开", "80"))),
    "quarterly report": ("青溪县政务公开工作四季度小结", f"<p>{PROSE}</p>"),
    "month": ("青溪县教育局2023年5月份依申请公开办理情况", f"<p>{PROSE}</p>"),
    # Notices
    "notice to compile": (
        "关于编制和公布2023年度政府信息公开工作年度报告的通知",
        f"<p>各乡镇人民政府、县直各部门：</p><p>{PROSE}</p>{FORM_NAMES}<p>青溪县人民政府办公室</p><p>2023年12月20日</p>",
    ),
    "notice to report": (
        "青溪县人民政府办公室关于认真做好2023年政府信息公开年报编制发布工作的通知",
        f"<p>各乡镇：</p><p>{PROSE}</p><p>附件：1.年度报告模板</p>",
    ),
    "format notice": (
        "国务院办公厅政府信息与政务公开办公室关于印发《中华人民共和国政府信息公开工作年度报告格式》的通知",
        f"<p>各省、自治区、直辖市人民政府：</p><p>{PROSE}</p>{FORM_NAMES}",
    ),
    "template": (
        "政府信息公开工作年度报告（模板）",
        FORM_NAMES + grid(("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"), ("规章", "", "", "")),
    ),
    "urging letter": ("关于催报2023年度政府信息公开工作年度报告的函", f"<p>{PROSE}</p>"),
    "result of a review": ("关于2023年政府信息公开工作年度报告发布情况的通报", f"<p>{PROSE}</p>"),
    # Law, other reports
    "law-based government": ("青溪县教育局2023年度法治政府建设情况报告", f"<p>一、主要情况</p><p>{PROSE}</p>"),
    "law-based work": ("青溪县2023年推进依法行政工作情况的报告", f"<p>{PROSE}</p>"),
    "government work report": ("青溪县2023年政府工作报告", f"<p>各位代表：</p><p>{PROSE}</p>"),
    "budget": ("青溪县教育局2023年度部门决算公开", f"<p>{PROSE}</p>" + grid(("项目", "金额"), ("收入", "3100"))),
    "grass-roots plan": ("青溪县2023年政务公开工作要点", f"<p>{PROSE}</p>"),
    "guide": ("青溪县教育局政府信息公开指南（2023年版）", f"<p>{PROSE}</p>"),
    "request form": ("青溪县政府信息公开申请表", grid(("申请人", "姓名"), ("联系方式", ""))),
    "training": ("青溪县举办2023年度政府信息公开年报编制培训会", f"<p>{PROSE}</p>"),
    # Columns
    "index of years": (
        "青溪县教育局政府信息公开年报",
        links(*(f"青溪县教育局{year}年政府信息公开工作年度报告" for year in range(2019, 2024))),
    ),
    "index of bodies, undated": (
        "2023年政府信息公开年报",
        links(*(f"青溪县{name}局2023年政府信息公开年度报告" for name in ("教育", "水利", "民政", "司法")), dated=False),
    ),
    "index of names alone": (
        "部门年报",
        links("县教育局", "县水利局", "县民政局", "县司法局", "柳河镇", dated=False),
    ),
    "column without entries": ("政府信息公开年报", "<p>当前位置：首页 &gt; 政府信息公开年报</p><p>暂无内容</p>"),
    "not found": ("404", "<p>您访问的页面不存在或已被删除</p>"),
}  # fmt: skip

REPORTS = {
    "work summary": ("青溪县教育局2023年政府信息公开工作总结", REPORT),
    "self-check": ("青溪县教育局关于2023年政府信息公开工作情况的自查报告", REPORT),
    "picture edition with the text": ("青溪县2023年信息公开年报（图解版附全文）", "<img src=a.jpg>" + REPORT),
    "report and its explanation link": (
        "青溪县教育局2023年政府信息公开工作年度报告",
        REPORT + '<p>相关解读：<a href="jd.html">图解：青溪县教育局2023年政府信息公开工作年度报告</a></p>',
    ),
    "wrapped in a notice": (
        "青溪县教育局关于印发2023年政府信息公开工作年度报告的通知",
        "<p>各科室：</p><p>现将年度报告印发给你们。</p>" + REPORT,
    ),
    "published by a notice": ("关于公布《青溪县2023年政府信息公开工作年度报告》的公告", REPORT),
    "year in brackets": ("青溪县教育局政府信息公开年度报告（2023年度）", REPORT),
    "government affairs": ("青溪县2023年政务公开工作年度报告", REPORT),
    "website named": (
        "青溪县人民政府办公室2023年政府信息公开工作年度报告",
        REPORT.replace(PROSE, PROSE + "本报告电子版可在青溪县政府网站下载。"),
    ),
    "a body of law": ("青溪县司法局（法治政府建设办公室）2023年政府信息公开工作年度报告", REPORT),
    "a body of videos": ("青溪县融媒体中心（视频新闻部）2023年政府信息公开年度报告", REPORT),
    "prose alone": ("青溪县教育局2023年政府信息公开工作年度报告", PLAIN),
    "prose alone, summary": ("青溪县教育局2023年度政府信息公开工作总结", PLAIN),
    "with the column's name": ("青溪县2023年政府信息公开工作年度报告_法治政府建设_青溪县人民政府网", REPORT),
    "half a year named inside": (
        "青溪县2023年政府信息公开工作年度报告",
        REPORT.replace(PROSE, "上半年机构调整，下半年完成交接。" + PROSE),
    ),
}


def read(title: str, body: str, *, article: bool):
    meta = f'<meta name="ArticleTitle" content="{title}">' if article else ""
    inner = f"<div id=zoom><h1>{title}</h1>{body}</div>" if article else f"<p>{title}</p>{body}"
    head = f"<head><meta charset=utf-8>{meta}<title>{title}</title></head>"
    return extract(f"<html>{head}<body>{inner}</body></html>".encode())


@pytest.mark.parametrize("article", [True, False])
@pytest.mark.parametrize("name", list(NOT_REPORTS))
def test_no_report(name: str, article: bool) -> None:
    title, body = NOT_REPORTS[name]
    record = read(title, body, article=article)
    assert (record.kind, record.report) == ("not_report", None)
    assert record.cells == {}
    assert record.issues


@pytest.mark.parametrize("article", [True, False])
@pytest.mark.parametrize("name", list(REPORTS))
def test_a_report(name: str, article: bool) -> None:
    title, body = REPORTS[name]
    record = read(title, body, article=article)
    assert record.kind == "report"
    assert record.report is not None
    assert record.report.year == 2023
    assert record.parts == ()
    if body is REPORT:
        assert len(record.tables) == 3


@pytest.mark.parametrize(
    "title",
    [
        "青溪县2023年1-6月政府信息公开情况",
        "青溪县2023年5月份依申请公开统计",
        "2023年政府信息公开数据统计（截至9月）",
        "青溪县2023年行政复议年度报告",
        "青溪县教育局2023年行政执法工作报告",
    ],
)
def test_tables_of_a_part_of_the_year_or_of_another_report_are_none(title: str) -> None:
    assert read(title, REPORT, article=True).kind == "not_report"


@pytest.mark.parametrize("months", ["1-12月", "1月至12月", "（截至2023年12月）"])
def test_all_months_are_the_year(months: str) -> None:
    assert read(f"青溪县教育局2023年{months}政府信息公开工作年度报告", REPORT, article=True).kind == "report"


@pytest.mark.parametrize("word", ["征求意见稿", "草案", "模板"])
def test_a_draft_or_model_with_tables_says_so(word: str) -> None:
    record = read(f"青溪县教育局2023年政府信息公开工作年度报告（{word}）", REPORT, article=True)
    assert record.kind == "report"
    assert [i.severity for i in record.issues if i.code == "title_unusual"][:1] == ["warning"]


@pytest.mark.parametrize(
    "title", ["我镇公布2023年政府信息公开年报", "青溪县教育局按时发布2023年度政府信息公开年报"]
)
def test_news_on_a_report_is_none_but_a_report_titled_so_is_one(title: str) -> None:
    news = "<p>近日，青溪县教育局公布了年报。2023年收到政府信息公开申请3件，均按时答复。</p>"
    assert read(title, news, article=True).kind == "not_report"
    for body in (REPORT, news + "<p><a href='a.pdf'>年度报告.pdf</a></p>"):
        assert read(title, body, article=True).kind == "report"


def test_a_budget_beside_which_a_report_is_named_is_none() -> None:
    body = f"<p>第一部分概况</p><p>{PROSE}</p><p>青溪县教育局2023年政府信息公开工作年度报告</p>"
    assert read("青溪县教育局2023年度部门决算公开", body, article=True).kind == "not_report"
