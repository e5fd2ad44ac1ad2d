"""Who reports, for which year, when, under what title and in what wrapper."""

# ruff: noqa: RUF005 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from dataclasses import dataclass, field

# (region name as it opens official names, code, level); names and codes of the public division tables
PROVINCES = [
    ("河南省", "410000"),
    ("江西省", "360000"),
    ("陕西省", "610000"),
    ("黑龙江省", "230000"),
    ("广西壮族自治区", "450000"),
    ("内蒙古自治区", "150000"),
    ("上海市", "310000"),
]
PREFECTURES = [
    ("新乡市", "410700"),
    ("上饶市", "361100"),
    ("咸阳市", "610400"),
    ("宿迁市", "321300"),
    ("昭通市", "530600"),
    ("湘西土家族苗族自治州", "433100"),
    ("锡林郭勒盟", "152500"),
    ("六盘水市", "520200"),
]
COUNTIES = [
    ("新乡市牧野区", "410711"),
    ("武汉市黄陂区", "420116"),
    ("北京市东城区", "110101"),
    ("上海市普陀区", "310107"),
    ("鄱阳县", "361128"),
    ("建平县", "211322"),
    ("宜城市", "420684"),
    ("突泉县", "152224"),
    ("岚皋县", "610925"),
    ("乌拉特前旗", "150823"),
    ("连山壮族瑶族自治县", "441825"),
    ("南通市通州区", "320612"),
]
TOWNS = {
    "新乡市牧野区": ["新辉路街道", "花园街道", "王村镇"],
    "武汉市黄陂区": ["横店街道", "木兰乡", "李家集街道"],
    "北京市东城区": ["东四街道", "崇文门外街道", "永定门外街道"],
    "上海市普陀区": ["万里街道", "长寿路街道", "桃浦镇"],
    "鄱阳县": ["莲湖乡", "田畈街镇", "油墩街镇"],
    "建平县": ["万寿街道", "朱碌科镇", "青峰山镇"],
    "宜城市": ["鄢城街道", "小河镇", "刘猴镇"],
    "突泉县": ["突泉镇", "学田乡", "太平乡"],
    "岚皋县": ["城关镇", "民主镇", "南宫山镇"],
    "乌拉特前旗": ["乌拉山镇", "小佘太镇", "苏独仑镇"],
    "连山壮族瑶族自治县": ["吉田镇", "太保镇", "禾洞镇"],
    "南通市通州区": ["金沙街道", "兴东街道", "石港镇"],
}
MINISTRIES = ["国家林业和草原局", "水利部", "国家药品监督管理局", "商务部", "国家统计局", "中国气象局"]
DEPARTMENTS = [
    "教育局",
    "卫生健康局",
    "发展和改革委员会",
    "财政局",
    "人力资源和社会保障局",
    "住房和城乡建设局",
    "市场监督管理局",
    "应急管理局",
    "退役军人事务局",
    "医疗保障局",
    "审计局",
    "公安局",
    "民族宗教事务局",
    "政务服务和大数据管理局",
    "交通运输局",
]
PROVINCE_DEPARTMENTS = [
    "自然资源厅",
    "生态环境厅",
    "教育厅",
    "发展和改革委员会",
    "药品监督管理局",
    "人民政府办公厅",
]


@dataclass
class Identity:
    """The report's identity and its truth.

    Attributes:
        agency: the full official name that the document gives.
        accept: other names that are right as well (the name under which the document's title speaks).
        title: the title as one line, None where the document has none.
        title_lines: the title as broken over lines in print.
    """

    agency: str
    short: str
    parent: str
    region: str | None
    level: str
    year: int
    title: str | None = None
    title_lines: list[str] = field(default_factory=list)
    accept: list[str] = field(default_factory=list)
    published: str | None = None
    signed: str | None = None
    signature: list[str] = field(default_factory=list)
    number: str | None = None
    wrapper: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    self_name: str = "我局"
    deviations: list[str] = field(default_factory=list)


def agency(rng: random.Random) -> Identity:
    """An agency of a random level and kind; `short` is the name its title may use instead."""
    kind = rng.choice(
        [
            "ministry",
            "province",
            "province_dept",
            "city",
            "city_dept",
            "county",
            "county_office",
            "dept",
            "dept",
        ]
        + ["street", "street", "street", "town", "town", "zone", "tax"]
    )
    if kind == "ministry":
        name = rng.choice(MINISTRIES)
        return Identity(name, name, "国务院", None, "national", 0, self_name="我部")
    if kind in {"province", "province_dept"}:
        region, code = rng.choice(PROVINCES)
        if kind == "province":
            return Identity(f"{region}人民政府", region, "国务院", code, "province", 0, self_name="全省")
        name = region + rng.choice(PROVINCE_DEPARTMENTS)
        return Identity(name, name, f"{region}人民政府", code, "province", 0, self_name="我厅")
    if kind in {"city", "city_dept", "zone"}:
        region, code = rng.choice(PREFECTURES)
        if kind == "city":
            return Identity(f"{region}人民政府", region, region, code, "prefecture", 0, self_name="全市")
        if kind == "zone":
            zone = region + rng.choice(["高新技术产业开发区", "经济技术开发区", "城乡一体化示范区"])
            return Identity(
                f"{zone}管理委员会", zone, f"{region}人民政府", code, "prefecture", 0, self_name="管委会"
            )
        name = region + rng.choice(DEPARTMENTS)
        return Identity(name, name, f"{region}人民政府", code, "prefecture", 0)
    region, code = rng.choice(COUNTIES)
    if kind == "county":
        return Identity(f"{region}人民政府", region, region, code, "county", 0, self_name="我区")
    if kind == "county_office":
        name = f"{region}人民政府办公室"
        return Identity(name, name, f"{region}人民政府", code, "county", 0, self_name="我办")
    if kind == "dept":
        name = region + rng.choice(DEPARTMENTS)
        return Identity(name, name, f"{region}人民政府", code, "county", 0)
    if kind == "tax":
        name = f"国家税务总局{region}税务局"
        return Identity(name, name, "国家税务总局", code, "county", 0)
    streets = [town for town in TOWNS[region] if town.endswith("街道")]
    if kind == "street" and streets:
        town = rng.choice(streets)
        return Identity(
            f"{region}{town}办事处",
            region + town,
            f"{region}人民政府",
            code,
            "township",
            0,
            self_name="我街道",
        )
    town = rng.choice([town for town in TOWNS[region] if not town.endswith("街道")] or ["太平镇"])
    return Identity(
        f"{region}{town}人民政府", region + town, f"{region}人民政府", code, "township", 0, self_name="我镇"
    )


TITLES = [
    ("{a}{y}年政府信息公开工作年度报告", 10),
    ("{a}{y}年度政府信息公开工作年度报告", 4),
    ("{a}{y}年度政府信息公开工作报告", 2),
    ("{a}{y}年度政府信息公开年度报告", 2),
    ("{a}{y}年政府信息公开年度报告", 2),
    ("{a}政府信息公开工作{y}年度报告", 2),
    ("{y}年{a}政府信息公开工作年度报告", 3),
    ("{y}年度{a}政府信息公开工作年度报告", 2),
    ("{a}关于{y}年度政府信息公开工作年度报告", 1),
    ("{a}{y}年政府信息公开工作年报", 1),
    ("{a}{y}年度政府信息公开工作年度报告（超链版）", 1),
    ("{a}政府信息公开工作年度报告（{y}年）", 1),
    ("{a}政府信息公开工作年度报告", 1),
]
CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


def identity(rng: random.Random, year: int) -> Identity:
    """A random agency with title, dates and wrapper."""
    who = agency(rng)
    who.year = year
    pattern = rng.choices([t for t, _ in TITLES], [w for _, w in TITLES])[0]
    name = who.agency
    if who.short != who.agency and rng.random() < 0.4:
        name = who.short
        who.accept.append(who.short)
        who.deviations.append("title_short_name")
    printed_year = str(year)
    if rng.random() < 0.03:
        printed_year = printed_year.translate(CHINESE_DIGITS)
        who.deviations.append("title_chinese_year")
    title = pattern.format(a=name, y=printed_year)
    if "{y}" not in pattern:
        who.deviations.append("title_without_year")
    who.title = title
    who.title_lines = [title]
    _title_print(rng, who, printed_year)
    _dates(rng, who)
    if rng.random() < 0.12:
        _wrapper(rng, who)
    return who


def _title_print(rng: random.Random, who: Identity, printed_year: str) -> None:
    title = who.title or ""
    draw = rng.random()
    if draw < 0.12 and "政府信息公开" in title and not title.startswith("政府信息公开"):
        cut = title.index("政府信息公开") if "国务院" not in title else 0
        if cut:
            who.title_lines = [title[:cut], title[cut:]]
            who.deviations.append("title_two_lines")
    elif draw < 0.2:
        who.title_lines = [title.replace(printed_year, f" {printed_year} ", 1).strip()]
        who.deviations.append("title_spaces")
    elif draw < 0.25:
        who.title_lines = [title.replace(f"{printed_year}年", f"{printed_year}年　", 1)]


def _chinese_date(day: tuple[int, int, int]) -> str:
    return f"{day[0]}年{day[1]}月{day[2]}日"


def _dates(rng: random.Random, who: Identity) -> None:
    draw = rng.random()
    if draw < 0.1:
        signed = (who.year, 12, rng.randint(20, 31))
        who.deviations.append("signed_inside_year")
    else:
        signed = (who.year + 1, rng.choice([1, 1, 1, 2, 3]), rng.randint(3, 28))
    if rng.random() < 0.12:
        published = (who.year + rng.choice([1, 2]), 12, rng.randint(1, 28))
        who.deviations.append("published_late")
    elif signed[0] == who.year:
        published = (who.year + 1, 1, rng.randint(2, 28))
    else:
        published = (signed[0], signed[1], min(28, signed[2] + rng.randint(0, 6)))
    who.signed = "{:04d}-{:02d}-{:02d}".format(*signed)
    who.published = "{:04d}-{:02d}-{:02d}".format(*published)
    if rng.random() < 0.75:
        signer = who.agency if rng.random() < 0.8 else who.short
        who.signature = [signer, _chinese_date(signed)]
    else:
        who.signed = None


def _wrapper(rng: random.Random, who: Identity) -> None:
    mark = rng.choice(["政办", "政发", "办发", "局发", "信公开"])
    prefix = "".join(ch for ch in who.short if ch not in "市区县省镇乡街道")[:1] or "某"
    signed_year = who.year + 1 if "signed_inside_year" not in who.deviations else who.year
    who.number = f"{prefix}{mark}〔{signed_year}〕{rng.randint(1, 60)}号"
    who.wrapper = [f"{who.agency}文件", who.number]
    day = who.signed or who.published or f"{who.year + 1}-01-20"
    year, month, date = (int(part) for part in day.split("-"))
    who.issued = [
        "（此件公开发布）",
        f"{who.agency}{'' if who.agency.endswith('办公室') else '办公室'}",
        f"{year}年{month}月{date}日印发",
    ]
    who.deviations.append("letter_wrapper")
