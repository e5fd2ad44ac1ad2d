"""Names of bodies, compared: what a body is called without its place, and under the names of its office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from extraction.regions.names import stem

GOVERNMENT = "人民政府"
"""What a division's own government is called here, whatever name its office reports under."""

_OFFICES = re.compile(
    r"(?:人民政府|政府)?(?:\(?(?:人民政府)?(?:办公厅|办公室|办事处|街道办事处|街道办|政府办)\)?)?"
)
_PROVINCE = re.compile(r"(?:(?:壮族|回族|维吾尔)?自治区|省)$")

# 市教育局: the level stands for the place. Not where it begins a word, such as 市场监督管理局.
_LEVEL = re.compile(r"^[省市区县州盟旗镇乡](?!场|政(?!府)|容|志|划|域|村)(?=.{2})")

# Short names that agencies use for themselves in lists and on their sites.
_SHORT = {
    "发改委": "发展和改革委员会",
    "发展改革委": "发展和改革委员会",
    "发改局": "发展和改革局",
    "卫健委": "卫生健康委员会",
    "卫健局": "卫生健康局",
    "国资委": "国有资产监督管理委员会",
    "经信委": "经济和信息化委员会",
    "教委": "教育委员会",
    "科委": "科学技术委员会",
    "商务委": "商务委员会",
    "交通委": "交通委员会",
    "农业农村委": "农业农村委员会",
    "住建局": "住房和城乡建设局",
    "人社局": "人力资源和社会保障局",
    "文旅局": "文化和旅游局",
    "管委会": "管理委员会",
    "街道办": "街道办事处",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A division.

    Attributes:
        code: its code.
        name: its name.
        full_name: the names from the province down.
        parents: codes of the divisions above it.
        zone: a statistical area without a government.
    """

    code: str
    name: str
    full_name: str
    parents: tuple[str, ...] = ()
    zone: bool = False

    @property
    def government(self) -> str:
        """What its government is called in full."""
        if self.name.endswith("街道"):
            return f"{self.full_name}办事处"
        if self.name.endswith("办事处"):
            return self.full_name
        return f"{self.full_name}{GOVERNMENT}"


def name_key(region: str, agency: str, places: Mapping[str, Place]) -> tuple[str, str]:
    """Return what names a body: the code of its division, and its name without the place before it."""
    place = places.get(region)
    names = [] if place is None else [place.name, *(places[p].name for p in place.parents if p in places)]
    return region, bare_name(agency, tuple(names))


@lru_cache(maxsize=200_000)
def bare_name(agency: str, places: tuple[str, ...]) -> str:
    """Return an agency's name without the places before it; `GOVERNMENT` for a division's own government.

    Args:
        agency: the name.
        places: names of the division and of those above it.
    """
    text = re.sub(r"\s+", "", agency).translate(str.maketrans("（）", "()"))
    forms = {form for name in places for form in _forms(name)}
    while True:
        lead = max((form for form in forms if text.startswith(form)), key=len, default=None)
        if lead is None:
            break
        text = text[len(lead) :]
    text = _LEVEL.sub("", text) if places else text
    if _OFFICES.fullmatch(text):
        return GOVERNMENT
    without = re.sub(r"\(.*\)$", "", text)
    return _SHORT.get(without, without) or text


def township_name(name: str) -> str:
    """Return what is left of a body's name without the words for a township's office."""
    return re.sub(r"(?:人民政府|政府|街道办事处|办事处|办公室)+$", lambda m: _street(m[0]), name)


def _street(office: str) -> str:
    return "街道" if office.startswith("街道") else ""


@lru_cache(maxsize=100_000)
def _forms(name: str) -> tuple[str, ...]:
    """Return the names under which a division stands before the names of its bodies."""
    short = _PROVINCE.sub("", name) if _PROVINCE.search(name) else stem(name)
    # A short name of one character (吉县 is 吉) stands before too many other words.
    return (name, short, short + name[-1]) if len(short) >= 2 else (name,)
