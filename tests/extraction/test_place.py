"""The division of a report's agency, and what beside the text is no part of the report."""

from __future__ import annotations

import sys
from subprocess import run

import pytest

from extraction import Record, extract
from extraction.agency import same_body
from extraction.prefaces import presented

HEADS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)
TEXT = "本年度各项工作平稳，制度进一步完善，渠道进一步拓宽，答复更加规范。" * 8


def body(title: str) -> str:
    return f"<p>{title}</p>" + "".join(f"<p>{head}</p><p>{TEXT}</p>" for head in HEADS)


def page(inner: str, meta: str = "") -> Record:
    head = f"<head><meta charset=utf-8>{meta}</head>"
    return extract(f"<html>{head}<body><div id=zoom>{inner}</div></body></html>".encode())


def region(record: Record) -> str | None:
    assert record.report is not None
    return record.report.region["code"] if record.report.region else None


def codes(record: Record) -> dict[str, str]:
    return {issue.code: issue.severity for issue in record.issues}


def test_the_name_decides() -> None:
    record = page(body("新乡市牧野区人民政府2021年政府信息公开工作年度报告"))
    assert record.report is not None
    assert record.report.region == {"code": "410711", "name": "牧野区", "level": "county"}
    assert record.report.sources["region"] == [{"value": "410711", "source": "agency: name"}]


def test_national_bodies() -> None:
    record = page(body("水利部2021年政府信息公开工作年度报告"))
    assert record.report is not None
    assert record.report.region == {"code": "000000", "name": "全国", "level": "national"}


def test_homonyms_stay_open_with_candidates() -> None:
    record = page(body("鼓楼区人民政府2021年政府信息公开工作年度报告"))
    assert region(record) is None
    [issue] = [issue for issue in record.issues if issue.code == "region_ambiguous"]
    assert issue.severity == "note"
    assert all(code in issue.message for code in ("320106", "350102", "410204", "320302"))


@pytest.mark.parametrize(
    "meta",
    [
        '<meta name="SiteName" content="南京市鼓楼区人民政府">',
        '<meta name="SiteIDCode" content="3201060001">',
    ],
)
def test_the_page_chooses_between_homonyms(meta: str) -> None:
    assert region(page(body("鼓楼区人民政府2021年政府信息公开工作年度报告"), meta)) == "320106"


def test_a_page_of_another_place_does_not_move_an_agency() -> None:
    meta = '<meta name="SiteIDCode" content="3201060001">'
    record = page(body("新乡市牧野区人民政府2021年政府信息公开工作年度报告"), meta)
    assert region(record) == "410711"
    assert codes(record)["region_conflict"] == "note"


def test_a_township_by_its_name_alone_is_open() -> None:
    record = page(body("段店乡人民政府2021年政府信息公开工作年度报告"))
    assert region(record) is None
    assert codes(record)["region_unknown"] == "note"


def test_a_department_without_place_is_not_the_sites() -> None:
    meta = '<meta name="SiteIDCode" content="4107110001">'
    record = page(body("卫生健康局2021年政府信息公开工作年度报告"), meta)
    assert region(record) is None
    assert codes(record)["region_unknown"] == "note"


def test_the_address_is_no_source() -> None:
    data = body("鼓楼区人民政府2021年政府信息公开工作年度报告").encode()
    assert extract(data, url="https://www.njgl.gov.cn/").to_json() == extract(data).to_json()


def test_the_tables_are_read_only_when_needed() -> None:
    check = (
        "import sys, extraction; assert not [name for name in sys.modules if 'extraction.regions' in name]"
    )
    assert run([sys.executable, "-c", check], check=False).returncode == 0


SIDE = "<ul>" + "".join(
    f"<li>青溪县水利局{year}年政府信息公开工作年度...{year + 1}-02-05</li>"
    for year in (2016, 2017, 2018, 2019)
)


def test_a_list_beside_the_text_names_nothing() -> None:
    inner = f"<div>{SIDE}</ul></div><h1>政府信息公开年报</h1>" + body("")
    inner = inner.replace(TEXT, "本报告统计期限自2021年1月1日至2021年12月31日。" + TEXT, 1)
    record = page(inner + "<p>青溪县水利局</p><p>2022年1月5日</p>")
    assert record.report is not None
    assert (record.report.agency, record.report.year) == ("青溪县水利局", 2021)
    assert record.report.title in {None, "政府信息公开年报"}
    assert record.report.published is None


def test_an_index_of_cut_titles_is_no_report() -> None:
    record = page(f"<h1>2019年政府信息公开工作年度报告</h1>{SIDE}</ul>")
    assert (record.kind, codes(record)) == ("not_report", {"index_page": "note"})


def test_two_reports_on_a_page_are_told() -> None:
    one, other = (body(f"青溪县{name}局2021年政府信息公开工作年度报告") for name in ("水利", "教育"))
    record = page(one + other)
    [issue] = [issue for issue in record.issues if issue.code == "several_reports"]
    assert issue.severity == "warning"
    assert len(record.parts) == 2
    assert "水利局" in issue.message
    assert "教育局" in issue.message
    assert "several_reports" not in codes(page(one))


def test_sections_that_stand_twice_are_two_reports() -> None:
    nameless = body("政府信息公开工作年度报告")
    record = page(nameless + body("青溪县教育局2021年政府信息公开工作年度报告"))
    assert codes(record)["several_reports"] == "warning"
    contents = "".join(f"<p>{head}</p>" for head in HEADS)
    assert "several_reports" not in codes(page(contents + nameless))


def test_a_date_of_the_list_is_not_the_publications() -> None:
    inner = "<p>日期：2022-01-09 来源：青溪县水利局 浏览次数：7</p>"
    record = page(inner + body("青溪县水利局2021年政府信息公开工作年度报告"))
    assert record.report is not None
    assert record.report.published == "2022-01-09"


@pytest.mark.parametrize("above", ["青水发〔2022〕3号", "年度报告", "Sheet1"])
def test_what_stands_above_a_title_is_not_in_it(above: str) -> None:
    inner = f"<p>{above}</p><p>青溪县水利局</p>" + body("2021年政府信息公开工作年度报告")
    record = page(inner)
    assert record.report is not None
    assert record.report.title == "青溪县水利局2021年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("要求,现公布青溪县人民政府办公室2021年政府信息公开工作年度报告。", "青溪县人民政府办公室"),
        ("现公布青溪县公安局2021年政府信息公开工作年度报告", "青溪县公安局"),
        ("现公布水利部2021年政府信息公开工作年度报告", "水利部"),
        ("现公布我局2021年政府信息公开工作年度报告", None),
    ],
)
def test_the_body_that_a_preface_presents(line: str, agency: str | None) -> None:
    assert presented(line) == agency


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("鼓楼区政府办公室", "南京市鼓楼区人民政府办公室"),
        ("昌吉州发改委", "昌吉回族自治州发展和改革委员会"),
        ("海南州人民政府", "海南藏族自治州人民政府"),
        ("白云街", "广州市越秀区人民政府白云街道办事处"),
        ("上海市普陀区万里街道办事处", "上海市普陀区人民政府万里街道办事处"),
    ],
)
def test_short_names_of_the_same_body(short: str, full: str) -> None:
    assert same_body(short, full)
    assert not same_body(short, "新乡市牧野区水利局")


def test_the_signature_writes_a_short_name_out() -> None:
    title = "2021年昌吉州发改委政府信息公开工作年度报告"
    record = page(body(title) + "<p>昌吉回族自治州发展和改革委员会</p><p>2022年1月5日</p>")
    assert record.report is not None
    assert record.report.agency == "昌吉回族自治州发展和改革委员会"
    assert region(record) == "652300"


def test_a_plain_date_above_the_article_is_its_publications_beside_its_source() -> None:
    info = "<div><span>日期：2022-01-09</span><span>来源：青溪县水利局</span><span>浏览次数：7</span></div>"
    today = "<div><span>日期：2026-11-22</span><span>星期日</span></div>"
    text = body("青溪县水利局2021年政府信息公开工作年度报告")
    for above, published in ((info, "2022-01-09"), (today, None), (today + info, "2022-01-09")):
        page_ = f"<html><head><meta charset=utf-8></head><body>{above}<div id=zoom>{text}</div></body></html>"
        record = extract(page_.encode())
        assert record.report is not None
        assert record.report.published == published


def test_a_title_of_another_year_yields_to_period_and_dates_together() -> None:
    text = body("青溪县水利局2020年政府信息公开工作年度报告").replace(
        TEXT, f"{TEXT}统计期限自2021年1月1日至2021年12月31日。", 1
    )
    signed = "<p>青溪县水利局</p><p>{}</p>"
    for when, year in (("2022年1月9日", 2021), ("2021年1月9日", 2020), ("", 2020)):
        record = page(text + signed.format(when))
        assert record.report is not None
        assert record.report.year == year
        assert codes(record)["year_conflict"] == "warning"


def test_the_year_of_the_preface() -> None:
    text = body("青溪县水利局政府信息公开工作年度报告")
    record = page(text.replace("<p>一、", "<p>现将我局2021年度政府信息公开工作情况报告如下。</p><p>一、", 1))
    assert record.report is not None
    assert record.report.year == 2021


@pytest.mark.parametrize(
    ("agency", "code", "level"),
    [
        ("新乡市牧野区新设立街道办事处", "410711", "township"),
        ("新乡市牧野区新设立镇人民政府", "410711", "township"),
        ("新乡市牧野区人民政府新设立街道办事处", "410711", "township"),
        ("新乡市牧野区人民政府驻北京办事处", "410711", "county"),
        ("新乡市牧野区乡村振兴局", "410711", "county"),
    ],
)
def test_a_township_that_is_in_no_table_is_one_of_its_county(agency: str, code: str, level: str) -> None:
    record = page(body(f"{agency}2023年政府信息公开工作年度报告"))
    assert record.report is not None
    assert record.report.region is not None
    assert (record.report.region["code"], record.report.region["level"]) == (code, level)
    assert ("region_containing" in codes(record)) is (level == "township")
