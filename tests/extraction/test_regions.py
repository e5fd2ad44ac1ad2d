"""Regions: the table is whole, names resolve to their division, and what is ambiguous stays open."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.regions import agency_kind, find, from_credit_code, from_site_code, resolve, table
from extraction.regions.codes import ALPHABET, credit_check
from extraction.regions.names import places

DIVISIONS = [entry for entries in table.divisions().values() for entry in entries]
TOWNSHIPS = [entry for county in table.township_counties_codes() for entry in table.townships_of(county)]
CURRENT = [entry for entry in DIVISIONS + TOWNSHIPS if entry.end == table.IN_FORCE and not entry.zone]


def code(
    name: str, within: str | None = None, year: int | None = None, hints: tuple[str, ...] = ()
) -> str | None:
    region = resolve(name, within=within, year=year, hints=hints).region
    return region.code if region else None


# The table


def test_the_table_has_the_country() -> None:
    levels = [table.level(entry.code) for entry in CURRENT]
    assert levels.count("province") == 34
    assert levels.count("prefecture") == 333
    assert 2_840 <= levels.count("county") <= 2_860
    assert 38_500 <= levels.count("township") <= 39_000


def test_every_parent_exists() -> None:
    for entry in DIVISIONS + TOWNSHIPS:
        region = table.region(entry)
        assert all(find(parent) for parent in region.parents), entry
        assert region.parents or region.level == "province", entry
        assert [table.LEVELS.index(table.level(parent)) for parent in region.parents] == sorted(
            {table.LEVELS.index(table.level(parent)) for parent in region.parents}
        )


def test_spans_of_years_are_in_order() -> None:
    assert [entry for entry in DIVISIONS + TOWNSHIPS if entry.begin > entry.end] == []


def test_find() -> None:
    region = find("410711004")
    assert region is not None
    assert (region.name, region.level, region.full_name) == (
        "花园街道",
        "township",
        "河南省新乡市牧野区花园街道",
    )
    assert region.parents == ("410000", "410700", "410711")
    assert find("410711004000") == region
    assert find("999999") is None
    assert find("410711999") is None
    assert find("") is None


def test_find_takes_the_name_of_the_year() -> None:
    now, then = find("130502"), find("130502", year=2015)
    assert now is not None
    assert then is not None
    assert (now.name, now.valid_from) == ("襄都区", 2020)
    assert (then.name, then.valid_to) == ("桥东区", 2019)


def test_full_names_resolve_to_themselves() -> None:
    for entry in CURRENT[::20]:
        region = table.region(entry)
        assert resolve(region.full_name).region == region


@pytest.mark.slow
def test_all_full_names_resolve_to_themselves() -> None:
    for entry in CURRENT:
        region = table.region(entry)
        assert resolve(region.full_name).region == region


def test_nothing_is_read_on_import() -> None:
    script = [
        "import extraction.regions, extraction.regions.table as table, extraction.regions.names as names",
        "print(table._parts.cache_info().currsize, names.places.cache_info().currsize)",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(script)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "0"]


# Agencies


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("新乡市牧野区新辉路街道办事处", "410711006"),
        ("牧野区花园街道办事处", "410711004"),
        ("新乡市 牧野区\u3000花园街道", "410711004"),
        ("建平县卫生健康局", "211322"),
        ("国家税务总局嘉善县税务局", "330421"),
        ("上海市政府办公厅", "310000"),
        ("北京市东城区人民政府东四街道办事处", "110101006"),
        ("杨凌示范区审计局", "610403"),
        ("武汉市黄陂区大潭办事处", "420116402"),
        ("西咸新区底张街道办事处", "610404009"),
        ("石家庄高新区长江街道办事处", "130171010"),
        ("邢台高新区管委会", "130500"),
        ("水利部", "000000"),
        ("水利部黄河水利委员会", "000000"),
        ("国务院台湾事务办公室", "000000"),
        ("新疆生产建设兵团第八师", "659001"),
        ("新疆生产建设兵团", "650000"),
        ("新乡", "410700"),
        ("广西财政厅", "450000"),
        ("吉林教育厅", "220000"),
        ("吉林市财政局", "220200"),
        ("海南藏族自治州人民政府", "632500"),
        ("海南省生态环境厅", "460000"),
        ("济源市人民政府", "419001"),
        ("神农架林区人民政府", "429021"),
        ("东莞市长安镇人民政府", "441900119"),
        ("中山市大涌镇人民政府", "442000116"),
        ("香港特别行政区政府", "810000"),
        ("昌吉市阿什里乡人民政府", "652301202"),
        ("昌吉州生态环境局吉木萨尔县分局", "652327"),
        ("乌鲁木齐高新区(新市区)", "650104"),
        ("国家税务总局江苏省税务局（泰州市）", "321200"),
        ("广东从化经济开发区管理委员会", "440117"),
        ("中国(福建)自由贸易试验区福州片区管理委员会", "350100"),
        ("中韩(长春)国际合作示范区管理委员会", "220100"),
        ("重庆市万盛经济技术开发区管理委员会", "500000"),
        ("江苏省淮安市淮安经济技术开发区管委会", "320800"),
        ("新城区东河街道办事处", "150102403"),  # two 新城区, one with this street
        ("牧野区花园街道某某村村民委员会", "410711004"),
        ("中共连云港市委员会", "320700"),
    ],
)
def test_agencies(name: str, expected: str) -> None:
    assert code(name) == expected


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        ("振兴街道办事处", 7),
        ("城关镇人民政府", 80),
        ("朝阳区人民政府", 2),
        ("鼓楼区", 4),
        ("吉林经济技术开发区", 2),
        ("花园街道办事处", 5),
    ],
)
def test_homonyms_stay_open(name: str, at_least: int) -> None:
    resolution = resolve(name)
    assert resolution.region is None
    assert len(resolution.candidates) >= at_least
    assert "open" in resolution.how


@pytest.mark.parametrize(
    "name",
    [
        "",
        "某某公司",
        "中山陵园管理局",
        "太湖流域管理局",
        "东方红机械厂",
        "大潭村村民委员会",
        "财政局",
        "街道办事处",
        "南京路步行街管理办公室",
        "山东庄新街道办事处",
    ],
)
def test_what_names_no_division_has_none(name: str) -> None:
    assert resolve(name).region is None


def test_context_chooses_and_never_adds() -> None:
    assert code("朝阳区人民政府", within="220100") == "220104"
    assert code("花园街道办事处", within="410711") == "410711004"
    assert code("花园街道办事处", within="410700") == "410711004"
    assert code("花园街道办事处", hints=("牧野区人民政府",)) == "410711004"
    assert code("新辉路办事处", within="410711") == "410711006"
    assert code("振兴街道办事处", within="411700") is None  # none of the seven is there
    assert code("昆山市人民政府", within="410711") == "320583"
    assert code("城关镇人民政府", within="410000") is None
    assert code("苹果园街道办事处", within="110100") == "110107005"  # the row 市辖区 stands for 北京市
    assert code("万泉镇人民政府", within="469002") == "469002101"


def test_the_only_township_of_a_name_is_open_outside_its_context() -> None:
    assert code("段店乡人民政府", within="141000") == "141002200"
    alone = resolve("段店乡人民政府", year=2022)
    assert alone.region is None
    assert "name alone" in alone.how
    assert code("段店乡人民政府", within="140000") is None
    for resolution in (
        resolve("段店乡人民政府", within="410711"),
        resolve("段店乡人民政府", hints=["睢县人民政府"]),
    ):
        assert resolution.region is None
        assert [region.code for region in resolution.candidates] == ["141002200"]
        assert "outside" in resolution.how


def test_a_general_name_needs_context() -> None:
    assert code("东区财政局") is None  # 攀枝花 has the only district of this name, many towns have a part
    assert code("东区财政局", within="442000") is None
    assert code("东区财政局", within="510400") == "510402"
    assert code("攀枝花市东区财政局") == "510402"


def test_a_department_without_place_is_the_sites_own() -> None:
    resolution = resolve("财政局", within="410711")
    assert resolution.region == find("410711")
    assert "within" in resolution.how
    assert resolve("振兴新街道办事处", within="410711").region is None


def test_an_unknown_township_is_its_county_and_says_so() -> None:
    resolution = resolve("新乡市牧野区新设立街道办事处")
    assert resolution.region == find("410711")
    assert "新设立街道 is not in the tables" in resolution.how


def test_former_names_resolve_in_their_years() -> None:
    then = resolve("邢台县人民政府", year=2018)
    assert then.region is not None
    assert (then.region.code, then.region.valid_to) == ("130521", 2019)
    assert "historical" in then.how
    assert code("邢台县皇寺镇人民政府", year=2018) == "130521106"
    late = resolve("邢台县人民政府", year=2023)
    assert late.region is None
    assert [region.code for region in late.candidates] == ["130521"]
    assert code("襄都区人民政府", year=2010) is None
    assert code("公主岭市人民政府", year=2018) == "220381"
    assert code("公主岭市人民政府", year=2022) == "220184"


def test_matched_and_remainder_make_up_the_name() -> None:
    resolution = resolve("新乡市牧野区新辉路街道办事处")
    assert (resolution.matched, resolution.remainder) == ("新乡市牧野区新辉路街道", "办事处")
    resolution = resolve("国家税务总局嘉善县税务局")
    assert (resolution.matched, resolution.remainder) == ("嘉善县", "税务局")


@given(
    st.text(
        alphabet="省市县区乡镇街道办事处人民政府局北京朝阳新乡吉林海南城关()（）国家税务总第八师兵团",
        max_size=24,
    )
)
def test_any_text_gets_an_answer_that_hangs_together(name: str) -> None:
    resolution = resolve(name, within="410711")
    assert resolution == resolve(name, within="410711")
    if resolution.region:
        assert resolution.candidates == (resolution.region,)
        assert not resolution.region.zone


@given(st.sampled_from([entry for entry in CURRENT if len(entry.code) == 9]))
def test_a_township_within_its_county_is_never_another(entry: table.Entry) -> None:
    region = resolve(entry.name, within=entry.code[:6]).region
    assert region is None or region.name == entry.name
    assert region is None or region.code[:6] == entry.code[:6]


# Codes


def organisation_check(number: str) -> str:
    """Return the check character of the eight characters of an organisation code (GB 11714: modulo 11)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    value = (
        11
        - sum(int(character, 36) * weight for character, weight in zip(number[:8], weights, strict=True)) % 11
    )
    return "X" if value == 10 else "0" if value == 11 else str(value)


@given(
    st.sampled_from("19Y"),
    st.sampled_from([entry.code for entry in CURRENT if len(entry.code) == 6]),
    st.text(ALPHABET, min_size=8, max_size=8),
    st.sampled_from(ALPHABET),
)
def test_credit_codes(first: str, region: str, number: str, wrong: str) -> None:
    body = first + "1" + region + number + organisation_check(number)
    good = from_credit_code(body + credit_check(body))
    assert good is not None
    assert good.valid
    assert good.region == find(region)
    bad = from_credit_code(body + wrong)
    assert bad is not None
    assert bad.valid == (wrong == credit_check(body))
    assert bad.valid or bad.region is None


def test_real_codes() -> None:
    wuwei = from_credit_code("12620600MB0523338C/2025-04735")
    assert wuwei is not None
    assert wuwei.valid
    assert (wuwei.kind, wuwei.region_code) == ("public_institution", "620600")
    lishui = from_credit_code("113325000026455663")  # 332500 was 丽水地区, gone in 2000
    assert lishui is not None
    assert lishui.region is None or lishui.region.name.startswith("丽水")
    assert from_credit_code("12620600MB0523338C1") is None
    assert from_credit_code("水利部") is None


def test_site_codes() -> None:
    shanghai, central = from_site_code("3100000087"), from_site_code("bm55000001")
    assert shanghai is not None
    assert shanghai.region == find("310000")
    assert central is not None
    assert central.central
    assert central.region == find("000000")
    assert from_site_code("310000008") is None
    unknown = from_site_code("9999990001")
    assert unknown is not None
    assert unknown.region is None
    capital = from_site_code("1101000001")
    assert capital is not None
    assert capital.region == find("110000")


# Kinds and knowledge


@pytest.mark.parametrize(
    ("name", "kind", "level"),
    [
        ("新乡市人民政府", "government", None),
        ("上海市政府办公厅", "government_office", None),
        ("绍兴市越城区东湖街道办事处", "subdistrict_office", "township"),
        ("段店乡人民政府", "township_government", "township"),
        ("大余县吉村镇人民政府办公室", "township_government", "township"),
        ("天津经济技术开发区管理委员会", "zone_committee", None),
        ("国家税务总局嘉善县税务局", "tax", None),
        ("江苏省气象局", "meteorology", None),
        ("建平县卫生健康局", "department", None),
        ("扬州市人民政府国有资产监督管理委员会", "department", None),
        ("海南省生态环境厅", "department", "province"),
        ("水利部", "department", "national"),
        ("国家体育总局", "department", "national"),
        ("审计署", "department", "national"),
        ("宝鸡市大散关村村民委员会", "village_committee", None),
        ("无锡市中级人民法院", "court", None),
        ("镇江市住房公积金管理中心", "institution", None),
        ("苏州市妇女联合会", "mass_organisation", None),
        ("中共扬州市委组织部", "party", None),
        ("贵阳市人民政府(办公厅)", "government", None),
        ("？", "unknown", None),
    ],
)
def test_agency_kind(name: str, kind: str, level: str | None) -> None:
    found = agency_kind(name)
    assert (found.kind, found.level) == (kind, level)


def test_knowledge_names_existing_codes() -> None:
    knowledge = places()
    named = [row["code"] for row in knowledge["zones"].values()]
    named += [*knowledge["short"].values(), *knowledge["bingtuan"]["divisions"].values()]
    assert [name for name in named if find(name) is None] == []
    prefixes = [p for row in knowledge["zones"].values() for p in row.get("covers", [])]
    assert [p for p in prefixes if not any(entry.code.startswith(p) for entry in CURRENT)] == []
