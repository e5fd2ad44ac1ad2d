"""Reports whose title stands nowhere: what the preface says of body, year and kind."""

from __future__ import annotations

import pytest

from extraction import Record, extract
from extraction.prefaces import contact, presented, says_so, spoken_of
from extraction.text_lines import TextLine

PERIOD = "本报告中所列数据的统计期限自2022年1月1日起至2022年12月31日止。"
PROSE = "全年工作平稳有序，制度进一步完善，渠道进一步拓宽，答复更加规范。" * 4
OVERVIEW = f"一、总体情况\n（一）主动公开。{PROSE}\n（二）依申请公开。{PROSE}"


def read(preface: str, rest: str = OVERVIEW) -> Record:
    return extract(f"{preface}\n{rest}\n".encode(), media_type="text/plain")


@pytest.mark.parametrize(
    ("preface", "agency"),
    [
        ("根据有关规定，现向社会公布2022年青溪县教育局政府信息公开工作年度报告。", "青溪县教育局"),
        ("现公布青溪县人民政府办公室2022年政府信息公开工作年度报告。", "青溪县人民政府办公室"),
        ("本报告由青溪县水利局编制，内容为信息公开工作。", "青溪县水利局"),
        (
            "本报告由青溪县人民政府白沙街道党政办公室综合科编制，内容为信息公开。",
            "青溪县人民政府白沙街道办事处",
        ),
        ("本报告由青溪市人民政府办公室综合各部门信息公开年度报告编制而成。", "青溪市人民政府"),
        ("本报告由青溪市人民政府信息公开工作领导小组办公室根据条例编制。", "青溪市人民政府"),
        ("结合2022年青溪县公安局政府信息公开工作编制本报告。", "青溪县公安局"),
        ("要求，制定青溪市住房和城乡建设局2022年政府信息公开工作年度报告。本报告", "青溪市住房和城乡建设局"),
        ("特向社会公布2022年度青溪县桥下镇人民政府信息公开年度报告。", "青溪县桥下镇人民政府"),
        ("结合工作实际，青溪区水务局编制了2022年度政府信息公开工作年度报告。", "青溪区水务局"),
        ("现将青溪市人民政府2022年度政府信息公开工作情况报告如下。", "青溪市人民政府"),
        ("青溪县人民政府根据全县2022年度信息公开工作开展情况，编制本报告。", "青溪县人民政府"),
        ("本报告说明信息公开情况。如有疑问，请与青溪县卫生健康局办公室联系。", "青溪县卫生健康局"),
        ("本报告说明信息公开情况。请联系：青溪县大街乡信息公开领导小组办公室。", "青溪县大街乡人民政府"),
        (
            "本报告说明信息公开情况。请与青溪市人民政府办公室政府信息公开处联系（电话略）。",
            "青溪市人民政府",
        ),
    ],
)
def test_the_body_of_a_report_without_a_title(preface: str, agency: str) -> None:
    record = read(preface + PERIOD)
    assert record.kind == "report"
    assert record.report is not None
    assert (record.report.agency, record.report.year) == (agency, 2022)
    assert [section.key for section in record.sections] == ["overview"]


def test_a_title_that_the_preface_quotes() -> None:
    quoted = "要求，现编制《白沙街道办事处2022年政府信息公开工作年度报告》。"
    record = read("", f"一、总体情况\n根据条例{quoted}{PROSE}")
    assert record.report is not None
    assert record.report.title == "白沙街道办事处2022年政府信息公开工作年度报告"
    assert record.report.agency == "白沙街道办事处"


def test_a_body_that_the_text_speaks_of_completes_nothing_else() -> None:
    assert spoken_of("2025年，青溪县水利局坚持以公开为常态") == "青溪县水利局"
    assert spoken_of("2025年，县水利局坚持以公开为常态") is None
    assert spoken_of("2025年，我局认真落实条例") is None


def test_what_only_the_text_says_is_said_to_be_inferred() -> None:
    text = "2023年，青溪县水利局坚持以公开为常态。2023年共主动公开政府信息12条，收到申请3件。"
    record = read(f"本年度报告根据《政府信息公开条例》编制。\n一、总体情况\n{text}\n{PROSE}")
    assert record.report is not None
    assert (record.report.agency, record.report.year) == ("青溪县水利局", 2023)
    assert {"agency_inferred", "year_inferred"} <= {issue.code for issue in record.issues}
    assert all("year_unsure" in mention.flags for mention in record.mentions if mention.value == 12)
    titled = read(f"青溪县水利局2023年政府信息公开工作年度报告\n{text}\n{PROSE}")
    assert not {"agency_inferred", "year_inferred"} & {issue.code for issue in titled.issues}


def test_nobody_is_named() -> None:
    record = read("现公布我局2022年政府信息公开工作年度报告。")
    assert record.report is not None
    assert record.report.agency is None
    assert "agency_unknown" in {issue.code for issue in record.issues}
    assert presented("现公布我局2022年政府信息公开工作年度报告") is None
    assert contact("如有疑问，请与我办联系。") is None


@pytest.mark.parametrize(
    "text",
    [
        f"各乡镇人民政府、县直各部门：\n为做好2022年政府信息公开年度报告编制工作，现将有关事项通知如下。\n{OVERVIEW}",
        f"第一条 为规范政府信息公开工作年度报告，制定本制度。\n第二条 {PROSE}",
        f"2022年政务公开工作总结\n2022年，我市围绕中心工作推进政务公开。\n一、主要做法\n{PROSE}",
    ],
)
def test_texts_about_reports_are_none(text: str) -> None:
    assert extract(text.encode(), media_type="text/plain").kind == "not_report"


def test_what_calls_itself_a_report() -> None:
    def lines(text: str) -> list[TextLine]:
        return [TextLine(text, text, 0, None, None)]

    assert says_so(lines("本年度报告根据《政府信息公开条例》编制，" + PERIOD))
    assert not says_so(lines("本年度报告根据《安全生产条例》编制，" + PERIOD))
    assert not says_so(lines("政府信息公开工作年度报告应当于每年3月31日前公布。"))


def test_an_office_that_a_notice_names_is_not_the_body() -> None:
    cited = "根据《青溪市人民政府办公室关于做好信息公开工作的通知》编制。"
    record = read(f"2022年度青溪市政府信息公开工作年度报告\n本报告{cited}{PERIOD}")
    assert record.report is not None
    assert record.report.agency == "青溪市人民政府"


def test_a_report_put_together_from_others_is_an_aggregate() -> None:
    record = read(f"本报告综合青溪市各县（市、区）政府和市级各部门的信息公开年度工作报告编制而成。{PERIOD}")
    assert record.report is not None
    assert record.report.scope == "aggregate"


def test_facts_in_a_table_above_the_text() -> None:
    table = (
        "索 引 号 | QX001-2023-000049 | 主题分类 | |\n"
        "发布机构 | 青溪县人民政府 | 发布日期 | 2023-01-15 18:15 |\n"
    )
    record = read(f"青溪县人民政府2022年政府信息公开工作年度报告\n{table}本报告{PERIOD}")
    assert record.report is not None
    assert record.report.published == "2023-01-15"
    assert {"value": "青溪县人民政府", "source": "发布机构"} in record.report.sources["agency"]


def test_labels_before_a_title_are_not_in_it() -> None:
    record = read(f"名称 青溪县水利局2022年政府信息公开工作年度报告\n索引号 0143/2023-00005\n{PERIOD}")
    assert record.report is not None
    assert record.report.title == "青溪县水利局2022年政府信息公开工作年度报告"


def test_a_breadcrumb_is_no_title() -> None:
    crumb = "当前页面: 首页 > 政务公开 > 部门信息公开目录 > 县水利局 > 信息公开年报"
    record = read(f"{crumb}\n青溪县水利局2022年政府信息公开年度报告\n发表时间：2023-01-15 16:35\n{PERIOD}")
    assert record.kind == "report"
    assert record.report is not None
    assert record.report.published == "2023-01-15"


def test_the_parts_of_an_overview_tell_a_report() -> None:
    parts = ("主动公开情况", "依申请公开情况", "政府信息管理情况", "平台建设情况")
    text = "一、总体情况\n2024年，青溪市水务集团有限公司严格贯彻落实条例。\n"
    text += "".join(f"（{n}）{part}。{PROSE}\n" for n, part in zip("一二三四", parts, strict=True))
    record = extract(text.encode(), media_type="text/plain")
    assert record.kind == "report"
    assert record.report is not None
    assert (record.report.agency, record.report.year) == ("青溪市水务集团有限公司", 2024)
    two = f"一、总体情况\n2024年工作平稳。\n（一）主动公开。{PROSE}\n（二）干部教育。{PROSE}"
    assert extract(two.encode(), media_type="text/plain").kind == "not_report"


def test_facts_with_label_and_value_in_one_cell() -> None:
    table = (
        "发布机构: | 青溪电业局 | 成文日期: | 2022-12-18 |\n"
        "信息来源: 供电公司 | 发布时间: 2023-01-18 19: 44 |\n"
    )
    record = read(f"{table}现公布青溪县供电局2022年政府信息公开工作年度报告。{PERIOD}")
    assert record.report is not None
    assert record.report.published == "2023-01-18"
