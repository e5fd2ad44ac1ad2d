"""What stands before a title is no part of it, what stands for a name is none, and two names are a doubt."""

from __future__ import annotations

import pytest

from extraction import Record, extract
from extraction.titles import as_title, fact_title, is_placeholder
from tests.extraction.test_identity import HEADS, identity, report

BODY = "青溪县水利局"
TITLE = f"{BODY}2023年政府信息公开工作年度报告"


def text(*before: str) -> Record:
    lines = [*before, *(line for head in HEADS for line in (head, "工作平稳推进，详见有关内容。"))]
    return extract("\n".join(lines).encode())


def codes(record: Record) -> set[str]:
    return {issue.code for issue in record.issues if issue.severity == "warning"}


@pytest.mark.parametrize(
    "lead",
    [
        "1", "1 ", "12", "附件1", "附件：1", "附件一：", "附1", "（附件）", "- 1 -", "第1页 共5页", "1/5",
        "青水发〔2024〕3号", "2024-01-08", "SMGK-2024-001", "（此件公开发布）", "是否公开：是", "内部资料",
    ],
)  # fmt: skip
def test_what_stands_before_a_title_in_its_line_is_no_part_of_it(lead: str) -> None:
    assert as_title(lead + TITLE) == TITLE


@pytest.mark.parametrize(
    "title",
    [
        "110指挥中心2023年政府信息公开工作年度报告",
        "12345热线管理中心2023年政府信息公开工作年度报告",
        "2023年青溪县水利局政府信息公开工作年度报告",
        "附属医院2023年政府信息公开工作年度报告",
        "青溪县水利局政府信息公开工作年度报告2023",
    ],
)
def test_what_belongs_to_a_title_stays(title: str) -> None:
    assert as_title(title) == title


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize(
    "line",
    [
        "附件1", "青溪县人民政府门户网站", "青溪县政务公开", "内部资料", "公开", "（此件公开发布）", "模板",
        "青溪县水利局文件", "青水发〔2024〕3号", "Sheet1",
    ],
)  # fmt: skip
def test_a_line_above_a_title_of_two_lines_is_no_part_of_it(line: str, html: bool) -> None:
    lines = (line, BODY, "2023年政府信息公开工作年度报告")
    assert identity(report(*lines) if html else text(*lines)) == (TITLE, BODY, 2023)


@pytest.mark.parametrize(
    "lines",
    [
        ("青溪县自然资源和规", "划局2023年政府信息公开工作年度报告"),
        ("青溪县自然资源和规划局", "2023年", "政府信息公开工作", "年度报告"),
        ("青溪县", "自然资源和规划局", "2023年", "政府信息公开工作", "年度报告"),
    ],
)
def test_a_title_of_several_lines_is_whole(lines: tuple[str, ...]) -> None:
    name = "青溪县自然资源和规划局"
    assert identity(text(*lines)) == (f"{name}2023年政府信息公开工作年度报告", name, 2023)


def test_a_year_above_a_title_is_its_year() -> None:
    record = text("2023年度", "青溪县水利局政府信息公开工作年度报告")
    assert identity(record) == ("2023年度青溪县水利局政府信息公开工作年度报告", BODY, 2023)


def test_the_last_of_a_menu_of_years_is_not() -> None:
    title = "青溪县水利局政府信息公开工作年度报告"
    record = text("2025年", "2024年", "2023年", title, "2024年公开12条，2024年办结3件。")
    assert identity(record) == (title, BODY, 2024)


def test_a_title_whose_year_neither_text_nor_dates_confirm_is_a_doubt() -> None:
    title = "青溪县水利局2021年政府信息公开工作年度报告"
    record = text(title, "2023年，本局主动公开信息12条。", "青溪县水利局", "2024年1月12日")
    assert identity(record) == (title, BODY, 2021)
    assert "year_conflict" in {issue.code for issue in record.issues}


@pytest.mark.parametrize(
    "value",
    [
        f"青溪县人民政府门户网站-{TITLE}",
        f"青溪县人民政府 {TITLE}",
        f"{BODY}-{TITLE}",
        f"{TITLE} - 信息公开年报 - 青溪县政府",
        f"{TITLE}_青溪县人民政府",
    ],
)
def test_the_name_of_a_site_is_no_part_of_its_pages_title(value: str) -> None:
    assert fact_title(value) == TITLE


@pytest.mark.parametrize(
    "name",
    [
        "XX单位",
        "××街道办事处",
        "某某局",
        "青溪县某局",
        "○○县○○局",
        "（单位名称）",
        "{单位}",
        "AA局",
        "示例局",
        "青溪县***局",
    ],
)
def test_a_name_that_was_not_filled_in_is_a_doubt(name: str) -> None:
    record = report(f"{name}2023年政府信息公开工作年度报告")
    assert "title_placeholder" in codes(record)


@pytest.mark.parametrize(
    "name", ["青溪县水利局（机关）", "青溪示范区管委会", "CBD管理委员会", "青溪县教育局"]
)
def test_a_name_is_no_placeholder(name: str) -> None:
    assert not is_placeholder(f"{name}2023年政府信息公开工作年度报告")


@pytest.mark.parametrize(
    ("lines", "meta", "overview"),
    [
        ((f"<h1>青溪县教育局{TITLE[6:]}</h1>", TITLE), "", "工作平稳。"),
        ((TITLE,), f"<title>青溪县教育局{TITLE[6:]}</title>", "工作平稳。"),
        ((TITLE,), "", f"现公布青溪县教育局{TITLE[6:]}。"),
    ],
)
def test_another_body_in_a_title_or_preface_is_a_doubt(
    lines: tuple[str, ...], meta: str, overview: str
) -> None:
    assert "agency_conflict" in codes(report(*lines, meta=meta, overview=overview))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("青溪县卫生健康局", "青溪县卫健局"),
        ("青溪县水利局", "青溪县"),
        ("青溪县柳林镇人民政府", "柳林镇"),
        ("国家税务总局青溪县税务局", "青溪县税务局"),
    ],
)
def test_a_short_form_is_no_other_body(title: str, other: str) -> None:
    tail = "2023年政府信息公开工作年度报告"
    assert "agency_conflict" not in codes(report(title + tail, meta=f"<title>{other}{tail}</title>"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("article:published_time", "2024-01-22T10:00:00+08:00"),
        ("publishdate", "20240122"),
        ("publishTime", "2024-01-22 09:00"),
        ("releaseDate", "2024-01-22"),
    ],
)
def test_dates_of_publication_in_meta_tags(name: str, value: str) -> None:
    record = report(TITLE, meta=f'<meta property="{name}" content="{value}">')
    assert record.report is not None
    assert record.report.published == "2024-01-22"


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("更新时间：2024-02-22 发布时间：2024-01-22", "2024-01-22"),
        ("[2024-01-22] 来源：水利局 字体：大 中 小", "2024-01-22"),
        ("来源：水利局　发布日期：2024/1/22　点击：9", "2024-01-22"),
    ],
)
def test_a_date_of_publication_amid_a_line_above_the_article(line: str, date: str | None) -> None:
    body = "".join(f"<p>{part}</p>" for head in HEADS for part in (head, "详见正文。"))
    page = f"<meta charset=utf-8><div class=info>{line}</div><div id=zoom><p>{TITLE}</p>{body}</div>"
    record = extract(page.encode())
    assert record.report is not None
    assert record.report.published == date


def test_body_and_date_in_one_line_sign() -> None:
    record = report("水利局2023年政府信息公开工作年度报告", after=(f"{BODY} 2024年1月8日",))
    assert record.report is not None
    assert (record.report.agency, record.report.signed) == (BODY, "2024-01-08")


def test_a_signature_of_a_far_year_is_a_doubt() -> None:
    assert "date_late" in codes(report(TITLE, after=(BODY, "2042年1月8日")))
