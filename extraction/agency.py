"""Names of government bodies: finding them, and telling a body from a place."""

from __future__ import annotations

import re
from functools import lru_cache

from extraction.dates import is_date_line
from extraction.normalise import squeeze
from extraction.text_lines import TextLine

_BODY = (
    r"(?:人民政府(?:[\u4e00-\u9fff]{0,10}(?:办公厅|办公室|办事处))?|街道办事处|办事处|管理委员会|管委会|工作委员会|委员会(?:办公室)?|"
    r"[\u4e00-\u9fff]{0,16}(?:局|厅|署|办公室|办公厅|委员会|委|总队|支队|大队|海关|分行|支行|银行|中心|研究院|档案馆|"
    r"监察部|教育部|财政部|农业农村部|商务部|公安部|民政部|司法部|水利部|生态环境部|交通运输部|[工科国住应审自人文外]\w{2,10}部|联合会|总工会|集团|公司|大学|学院|医院|学校)|园区|"
    r"(?:[省市县区旗盟州镇乡]|街道|人民政府)[\u4e00-\u9fff]{0,16}(?:(?<!街道)办|专班|领导小组|联席会议|指挥部|研究室|法院|检察院|"
    r"派出所|[督理务测察法究]所|小学|中学|中专|幼儿园|党校|[保养敬]\w院|合作社|联合社|红十字会|协会|[书物化术念]馆|[法查]队|[作理文输总务]站|林场|农场|电视台)|"
    r"调查队)"
)
"""How the names of bodies end; what other words end in too, only behind a place."""
_NAME = re.compile(rf"[\u4e00-\u9fff]{{2,30}}?{_BODY}")
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,24}(?:省|市|县|区|旗|盟|州|乡|镇|苏木|街道|自治区|自治县|自治州)")
_INDIRECT = re.compile(
    r"^(?:中共|我|本|该|各|全|由|向|在|对|经|和|与|及|为|是|以|将|根据|按照|通过|结合|国务院办公厅)|(?:我|本|该|各)(?:区|市|县|镇|乡|局|办|处|委|单位)"
)
_YEAR_WORDS = re.compile(
    r"[(【\[]?(?:20[0-9]{2}|二[〇零○O0][〇零○O0一二三][一二三四五六七八九〇零○O0])(?:年度|年)?[)】\]]?(?:度)?"
)
_OURSELVES = re.compile(r"(?:我|本|该)[\u4e00-\u9fff]{1,2}")
_OTHER_PAPER = re.compile(
    rf"(?<=[\u4e00-\u9fff]){_YEAR_WORDS.pattern}[\u4e00-\u9fff]{{2,12}}?[及和暨与](?={_YEAR_WORDS.pattern}$)"
)
"""Another paper of another year, joined to the report in one title: 2022年工作总结及2023年…."""
_TITLE_TAIL = re.compile(
    r"(?:政府信息公开|政务信息公开|政务公开|信息公开)"
    r"(?!(?:工作)?(?:领导小组|协调小组|联席会议|办公室|办(?=20|二)|专班|(?:服务|管理)?中心|处|科)).*$"
)
"""The words of a report; those of the office that is named for them (政务公开办公室) are of its name."""
_ABOUT = r"(?:关于)?(?:报送|呈报|上报|公布|发布|印发|公开|编制|编报)?(?:本级|本单位|本部门|本机关)?"
_TITLE_VERBS = re.compile(rf"^{_ABOUT}|(?:关于{_ABOUT}|的|在|年度|开展|落实|做好|发布|公布)+$")
_AFTER_TITLE = re.compile(r"(?:报告|年报|公报)\(([\u4e00-\u9fff]{3,36})\)$")
"""A body in brackets behind the words of the title: 2023年政府信息公开年度报告(某县教育局)."""
_SPECIAL = re.compile(
    r"(?:开发|高新|新|园|投资|经开|保税|示范|管理|保税|保护|风景|功能|度假|产业|合作|试验|实验|名胜)区$|部门$|系统$"
)
_COMPLETE = (
    (re.compile(r"街道$"), "办事处"),
    (re.compile(r"(?:省|市|县|旗|盟|州|乡|镇|苏木|自治区|自治县|自治州)$"), "人民政府"),
    (re.compile(r"区$"), "人民政府"),
)


# Only words that no place name holds: 和, 经, 向, 将 stand in many (太和县, 将乐县).
_BEFORE = re.compile(
    r"^.*(?:根据|按照|推进|推动|促进|反映|编制|参照|贯彻|落实|执行|加强|关于|由于|进行|公布|公开|印发|有关|通过|结合|"
    r"围绕|参加|接受|年度|以及|的|了|由|对|在|为|是|及|与|我)(?=[\u4e00-\u9fff]{2})"
)
_GENERAL = re.compile(r"各|我|本|该|全|市|区|县|省|乡|镇|级|地方|基层|上级|国务院|中央|人民|设区|自治")


# Names of a kind of body, not of one body.
_GENERIC = re.compile(
    r"(?![^各全本我该][\u4e00-\u9fff]{0,7}[省市县区旗盟州镇乡]).{0,12}(?:领导小组|联席会议)(?:办公室)?|(?:本|各|全)?(?:乡镇|街道|部门|单位|机关|街道办事处|办事处|人民政府|政府|办公室|管理委员会|管委会|委员会|各?部门|乡镇\(街道\))"
)
_GOES_ON = (
    r"(?!(?<=人民政府)(?:[^的和及与对在将向于为是各、，。；:,;()《》]{0,14}"
    r"(?:领导小组|委员会|办公室|研究室|专班|指挥部|[局组]|中心)))"
)
"""What follows a government's name in the longer name of another body: 某县人民政府研究室."""
_SHORTEST_PLACE = 3
_SHORT_FORMS = (
    ("发改委", "发展和改革委员会"),
    ("发展改革委", "发展和改革委员会"),
    ("发改局", "发展和改革局"),
    ("卫健委", "卫生健康委员会"),
    ("卫健局", "卫生健康局"),
    ("卫健体局", "卫生健康和体育局"),
    ("人社局", "人力资源和社会保障局"),
    ("人社厅", "人力资源和社会保障厅"),
    ("住建局", "住房和城乡建设局"),
    ("住建厅", "住房和城乡建设厅"),
    ("工信局", "工业和信息化局"),
    ("工信厅", "工业和信息化厅"),
    ("教体局", "教育体育局"),
    ("文旅局", "文化和旅游局"),
    ("市监局", "市场监督管理局"),
    ("市场监管局", "市场监督管理局"),
    ("自规局", "自然资源和规划局"),
    ("国资委", "国有资产监督管理委员会"),
    ("民宗局", "民族宗教事务局"),
    ("城管局", "城市管理局"),
    ("医保局", "医疗保障局"),
    ("经开区", "经济开发区"),
    ("经济技术开发区", "经济开发区"),
    ("高新区", "高新技术产业开发区"),
    ("管委会", "管理委员会"),
    ("委员会委", "委员会"),
)


def title_agency(title: str) -> str | None:
    """The body (or place) that a title names: what is left without year and report words."""
    bare = squeeze(title)
    inner = re.search(r"[《<](.+?)[》>]", bare)
    outer = re.sub(r"关于.*$", "", bare)
    text = (
        re.sub(r"^.*?(?:印发|公布|发布|报送)[《<]?", "", bare)
        if inner is None and "的通知" in bare
        else (inner[1] if inner else bare)
    )
    for candidate in (text, outer):
        name = _TITLE_TAIL.sub("", candidate)
        name = _YEAR_WORDS.sub("", _OTHER_PAPER.sub("", name))
        name = _TITLE_VERBS.sub("", name).strip("《》-—_·.")
        name = re.sub(r"\((?![^()]{1,8}(?:区|县|市|旗)\)$)[^()]*\)$", "", name) or name
        name = name.removesuffix("(").strip("()") if name.count("(") != name.count(")") else name
        name += "政府" if name.endswith("人民") else ""
        if (
            len(name) >= 2
            and re.fullmatch(r"[\u4e00-\u9fff()、·]+", name)
            and not _GENERIC.fullmatch(name)
            and not _OURSELVES.fullmatch(name)
            and not re.search(r"乡镇$|部门$", name)
        ):
            return name
    if (behind := _AFTER_TITLE.search(bare)) and is_body(behind[1]) and not _GENERIC.fullmatch(behind[1]):
        return behind[1]
    return None


def is_place(name: str) -> bool:
    """Whether a name is that of a place, not of a body (段店乡)."""
    return re.search(rf"{_BODY}$", name) is None or (
        _PLACE.fullmatch(name) is not None and not name.endswith("园区")
    )


def complete(place: str) -> str:
    """The body that governs a place, where its kind leaves one choice; else the name as it is."""
    if _SPECIAL.search(place):
        return place
    for pattern, body in _COMPLETE:
        if pattern.search(place):
            return place + body
    return place


@lru_cache(maxsize=2048)
def _written_out(name: str) -> str:
    """A name in one form, for comparison only: short forms written out, a street's government left out."""
    name = re.sub(r"(?<!人民)政府", "人民政府", name)
    if autonomous := re.match(r"[\u4e00-\u9fff]{2,24}?族自治[州县旗]", name):
        from extraction.regions.names import without_people

        name = without_people(autonomous[0]) + name[autonomous.end() :]
    name = re.sub(
        r"人民政府(?=[\u4e00-\u9fff]{1,12}(?:街道|地区|街|镇|乡|苏木|局|委员会)(?:办事处|人民政府)?$)",
        "",
        name,
    )
    name = re.sub(r"(?<=[\u4e00-\u9fff]{2})街$", "街道", name)
    for short, long in _SHORT_FORMS:
        name = name.replace(short, long)
    return name


def same_body(short: str, full: str) -> bool:
    """Whether a full name is the body that a short name (or place) stands for."""
    short, full = _written_out(short), _written_out(full)
    if full.endswith(short):
        return True
    at = full.find(short)
    if at < 0:
        return False
    rest = full[at + len(short) :]
    return rest in {
        "人民政府",
        "办事处",
        "街道办事处",
        "管理委员会",
        "委员会",
        "人民政府办公室",
        "人民政府办公厅",
        "厅",
        "局",
    }


def is_fuller(full: str, short: str) -> bool:
    """Whether a name is another one written out, with its places or without short forms."""
    return len(full) >= len(short) and _written_out(full).endswith(_written_out(short))


def is_body(name: str) -> bool:
    """Whether a text is nothing but the name of a body."""
    if _NAME.fullmatch(name):
        return True
    from extraction.regions.agencies import central_bodies  # 水利部: a list, as its name has no place in it

    return name in central_bodies()[0]


def is_generic(name: str) -> bool:
    """Whether a name is that of a kind of body, not of one body (街道办事处)."""
    return _GENERIC.fullmatch(name) is not None


def is_indirect(name: str) -> bool:
    """Whether a name speaks of a body as 我局 or 各单位 does, or has words before it."""
    return _INDIRECT.search(name) is not None


def is_named_place(name: str) -> bool:
    """Whether a text is the name of one place: with something before the kind of place, and no body."""
    return len(name) >= _SHORTEST_PLACE and _PLACE.fullmatch(name) is not None and not _GENERAL.match(name)


_ENDINGS = ("人民政府", "办事处", "管理委员会", "管委会")


def agencies_in(text: str, *, whole: bool = False) -> list[str]:
    """Bodies named in a text; `whole`: the text is nothing but a name."""
    bare = squeeze(text)
    if whole:
        return [bare] if 3 <= len(bare) <= 36 and is_body(bare) and not re.search(r"网$|网站", bare) else []
    out: list[str] = []
    if not any(word in bare for word in _ENDINGS):
        return out  # most lines of a report
    for match in re.finditer(
        r"[\u4e00-\u9fff]{2,20}?(?:人民政府(?:办公室|办公厅|[\u4e00-\u9fff]{1,10}?办事处)?|街道办事处|办事处|管理委员会|管委会)"
        rf"{_GOES_ON}",
        bare,
    ):
        name = without_lead(match[0])
        if name and len(name) >= 4:
            out.append(name)
    return out


def without_lead(name: str) -> str | None:
    """Words before the name cut off: 切实推进段店乡人民政府 -> 段店乡人民政府; None for 各级人民政府."""
    name = _BEFORE.sub("", name)
    return None if not name or (len(name) <= 7 and _GENERAL.match(name)) else name


_SIGNED_LINE = re.compile(
    r"(?P<name>[\u4e00-\u9fff()]{4,36}?)(?:20[0-9]{2}|二[〇零○O0][\u4e00-\u9fff○O0]{2})年.{1,3}月.{1,3}日(?:印发)?"
)


def signed_line(line: TextLine) -> str | None:
    """The body that signs in a line with the date: 青溪县水利局 2024年1月8日."""
    match = _SIGNED_LINE.fullmatch(line.bare)
    return match["name"] if match and is_body(match["name"]) else None


def signature(lines: list[TextLine]) -> str | None:
    """The body that signs: the line right above a closing date, or on the same line."""
    for number in range(len(lines) - 1, max(len(lines) - 30, 0), -1):
        line = lines[number]
        if (name := signed_line(line)) is not None and "印发" not in line.bare:
            return name
        if is_date_line(line.text) and "印发" not in line.bare:
            above = lines[number - 1].bare
            if len(above) <= 36 and is_body(above):
                return above
    return None
