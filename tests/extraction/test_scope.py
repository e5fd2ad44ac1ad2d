"""Whose figures a report says it holds."""

from __future__ import annotations

import pytest

from extraction.scope import scope_of


@pytest.mark.parametrize(
    "text",
    [
        "本报告由县政府办公室汇总全县各乡镇、县直各部门年度报告编制而成",
        "本报告数据统计范围为全市各级行政机关",
        "报告汇总全市数据",
        "根据各乡镇、县直各部门政府信息公开年度报告汇总，编制本报告",
        "以下数据为全县各级行政机关汇总数据",
        "本报告汇总了全市公安机关2022年度数据",
    ],
)
def test_a_report_of_several_bodies(text: str) -> None:
    assert scope_of(f"现公布年度报告。{text}。") == "aggregate"


@pytest.mark.parametrize(
    "text",
    [
        "本报告仅统计县政府办公室数据，不含各部门、各乡镇数据",
        "本报告只反映本机关情况",
        "统计范围为本机关",
        "各乡镇、各部门年度报告另行公布，本报告不含其数据",
        "本报告数据不包括下属单位",
    ],
)
def test_a_report_of_one_body(text: str) -> None:
    assert scope_of(f"现公布年度报告。{text}。") == "own"


@pytest.mark.parametrize(
    "text",
    [
        "按时汇总各部门政府信息公开统计数据，完成季度报送",
        "指导各部门编制年度报告，汇总全区信息公开情况并通报",
        "全年统计发布全县疫情数据20条",
        "公开内容包括全县财政预决算信息、各部门预算信息",
        "编制并公布全县权责清单，包括各部门行政许可信息",
        "完成全区32个单位年度报告的编制和发布，统计各单位公开信息",
        "本报告仅统计本机关数据。本报告汇总全县各部门数据",
    ],
)
def test_what_says_nothing_about_the_report_or_both(text: str) -> None:
    assert scope_of(f"现公布年度报告。{text}。") == "unknown"
