from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.titles import judge, year_of


@pytest.mark.parametrize(
    "title",
    [
        "北京市东城区人民政府2023年政府信息公开工作年度报告",
        "段店乡2019年度政府信息公开年度报告",
        "天津港保税区2022年度政府信息公开工作报告",
        "2022 年 政府 信息公开 年报",
        "某某县审计局2023年政府信息公开工作年度报告",
        "某某市综合行政执法局2021年政府信息公开年度报告",
        "某某市考试培训中心2021年政府信息公开年度报告",
        "某某局关于2018年度政府信息公开工作情况的报告",
        "某某镇二〇二〇年政府信息公开工作年度报告",
        "某某局政府信息公开2022年度报告（2023年1月发布）",
        "某某局2022年政府信息公开工作年度报告.pdf",
        "《某某局２０２２年政府信息公开工作年度报告》",
    ],
)
def test_reports(title: str) -> None:
    assert judge(title).kind == "report"


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("图解：某某区2023年政府信息公开工作年度报告", "picture"),
        ("一图读懂某某局2023年政府信息公开年报", "picture"),
        ("某某区2023年政府信息公开工作年度报告解读", "interpretation"),
        ("某某区政府网站工作年度报表（2023年度）", "website_report"),
        ("某某局2023年法治政府建设年度报告", "rule_of_law"),
        ("关于编制2023年政府信息公开工作年度报告的通知", "notice"),
        ("关于做好2023年度政府信息公开工作年度报告编制发布工作的通知", "notice"),
        ("某某区2023年上半年政府信息公开工作情况报告", "part_of_year"),
        ("2023年第三季度政府信息公开情况统计", "part_of_year"),
        ("视频：2023年政府信息公开工作年度报告", "video"),
        ("某某局政府信息公开指南", "guide"),
    ],
)
def test_decoys(title: str, reason: str) -> None:
    assert judge(title, in_column=True) == judge(title) or judge(title).kind == "other"
    assert (judge(title, in_column=True).kind, judge(title, in_column=True).reason) == ("decoy", reason)


@pytest.mark.parametrize("title", ["2023年", "区教育局", "某某街道办事处", "区审计局"])
def test_short_names_are_undecided_in_a_column_only(title: str) -> None:
    assert judge(title, in_column=True).kind == "undecided"
    assert judge(title).kind == "other"


def test_a_notice_that_may_hold_a_report_is_undecided() -> None:
    assert judge("关于公布某某局2023年政府信息公开工作年度报告的公告").kind == "undecided"


@pytest.mark.parametrize("title", ["区长调研", "", "通知公告", "2023年预算公开", "某某公司年度报告"])
def test_others(title: str) -> None:
    assert judge(title).kind == "other"


@given(st.text(max_size=300), st.booleans())
def test_any_title_gets_a_verdict(title: str, in_column: bool) -> None:
    assert judge(title, in_column=in_column).kind in {"report", "decoy", "undecided", "other"}


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("某某局2022年政府信息公开工作年度报告", 2022),
        ("某某镇二〇二〇年政府信息公开工作年度报告", 2020),
        ("某某镇二○一九年度政府信息公开年报", 2019),
        ("某某局政府信息公开2022年度报告（2023年1月发布）", 2022),
        ("２０２１年度报告", 2021),
        ("2021-2022年政府信息公开年报", None),
        ("政府信息公开年报", None),
        ("索引号120230001的报告", None),
    ],
)
def test_the_year_of_a_title(title: str, year: int | None) -> None:
    assert year_of(title) == year
