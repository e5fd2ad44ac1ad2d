"""The reporting body is what the document names, never the government that its name begins with."""

from __future__ import annotations

import pytest

from extraction import Record, extract

NAMES = [
    "平阳县营商环境建设领导小组办公室",
    "平阳县人民政府政务公开领导小组办公室",
    "平阳县政府信息公开工作领导小组办公室",
    "平阳县政务公开办公室",
    "平阳县军民融合发展委员会办公室",
    "平阳县安全生产委员会办公室",
    "平阳县人民政府地方志编纂委员会办公室",
    "平阳县军民融合办",
    "平阳县疫情防控工作专班",
    "平阳县防汛抗旱指挥部办公室",
    "平阳县征地拆迁指挥部",
    "平阳县融媒体中心",
    "平阳县第一中学",
    "平阳县人民医院",
    "平阳县妇幼保健院",
    "平阳县城市投资有限公司",
    "平阳县人民法院",
    "国家税务总局平阳县税务局",
    "平阳县公安局昆阳派出所",
    "平阳县自然资源局昆阳分局",
    "平阳县市场监督管理局昆阳市场监督管理所",
    "平阳县昆阳街道办事处",
    "平阳经济开发区管理委员会",
    "平阳县人民政府研究室",
    "平阳县人民政府金融工作办公室",
    "平阳县人民政府驻北京办事处",
    "平阳县供销合作社联合社",
    "平阳县红十字会",
    "平阳县综合行政执法队",
    "平阳县图书馆",
    "平阳县公路管理站",
    "平阳县国有林场",
    "国家统计局平阳调查队",
    "平阳县河长制办公室",
]

TEXT = """一、总体情况
2023年，在平阳县人民政府的领导下开展工作。平阳县人民政府高度重视，平阳县人民政府办公室加强指导。
二、主动公开政府信息情况
无。
三、收到和处理政府信息公开申请情况
无。
六、其他需要报告的事项
无。
"""


def read(before: str, after: str = "") -> Record:
    return extract(f"{before}\n{TEXT}{after}".encode(), media_type="text/plain")


def agency(record: Record) -> str | None:
    assert record.report is not None
    return record.report.agency


def warned(record: Record) -> set[str]:
    return {issue.code for issue in record.issues if issue.severity == "warning"}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_title_or_under_the_text_is_whole(name: str) -> None:
    titled = read(f"{name}2023年政府信息公开工作年度报告")
    assert agency(titled) == name
    signed = read("2023年政府信息公开工作年度报告", f"{name}\n2024年1月20日\n")
    assert agency(signed) == name
    assert not {"agency_inferred", "agency_conflict"} & (warned(titled) | warned(signed))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_preface_is_whole_or_in_doubt(name: str) -> None:
    record = read(f"2023年政府信息公开工作年度报告\n本报告由{name}编制。")
    assert agency(record) == name or "agency_inferred" in warned(record)


def test_the_office_of_a_department_stands_for_it_and_says_so() -> None:
    record = read("2023年政府信息公开工作年度报告\n本报告由平阳县水利局办公室编制。")
    assert agency(record) == "平阳县水利局"
    assert "agency_inferred" in warned(record)


@pytest.mark.parametrize("name", NAMES)
def test_a_place_in_the_title_and_another_body_under_the_text_are_in_doubt(name: str) -> None:
    record = read("平阳县2023年政府信息公开工作年度报告", f"{name}\n2024年1月20日\n")
    assert agency(record) == name or "agency_conflict" in warned(record)


@pytest.mark.parametrize(("publisher", "doubt"), [("平阳县信访局", True), ("平阳县人民政府办公室", False)])
def test_a_place_in_the_title_and_another_publisher(publisher: str, doubt: bool) -> None:
    title = "平阳县2023年政府信息公开工作年度报告"
    paragraphs = "".join(f"<p>{line}</p>" for line in TEXT.splitlines())
    page = (
        f"<html><head><meta charset=utf-8><meta name=发布机构 content={publisher}>"
        f"<title>{title}</title></head><body><h1>{title}</h1>{paragraphs}</body></html>"
    )
    record = extract(page.encode())
    assert agency(record) == "平阳县人民政府"
    assert ("agency_conflict" in warned(record)) is doubt


def test_a_body_that_only_the_text_names_is_in_doubt() -> None:
    assert "agency_inferred" in warned(read("2023年政府信息公开工作年度报告"))
