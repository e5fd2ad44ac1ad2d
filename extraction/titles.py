"""The titles of a report: what a line, several lines or a fact of the page says it is called.

Numbers of lines and attachments, marks of an official letter and names of sites that stand before a title are
no part of it; what they are is data (`titles.yaml`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from extraction.agency import is_body, title_agency
from extraction.dates import title_years
from extraction.knowledge import load_yaml
from extraction.normalise import squeeze, strip_enumerators
from extraction.several import Titled
from extraction.text_lines import TextLine

_REPORT = re.compile(
    r"(?P<head>.*?)(?:政府信息公开|政务公开|政务信息公开|信息公开)(?:工作)?(?P<middle>.{0,14}?)(?:年度(?:工作)?报告|年报|工作报告|报告)(?:\(.{1,10}\))?(?:20[0-9]{2}年?度?)?"
)
_WRAPPER = re.compile(r"(?:关于)?(?:印发|公布|发布|报送|呈报)[《<]?(.+?)[》>]?的(?:通知|公告|报告|函)")
_LABEL = re.compile(r"^(?:信息|文件|公文)?(?:名称|标题|题名)[:：]?(?=.{6})")
_SUFFIX = re.compile(r"[_|｜]|(?<=[报告])\s*[-–—]+")
DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,14}[〔\[(【（［](?:20[0-9]{2})[〕\])】）］](?:第)?[0-9]{1,4}号"
)
_ONLY_YEAR = re.compile(
    r"[(【\[]?(?:20[0-9]{2}|二[〇零○O0][〇零○O0一二三][一二三四五六七八九〇零○O0])年?度?[)】\]]?"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,9}?[省市县区州旗镇乡]")
_MOST_LINES = 5
_LONGEST_PART = 30
"""Characters of each line of a title over more than three."""
_LONGEST_TITLE = 64
_SHORTEST = 8
TITLE_FACTS = (
    "articletitle",
    "名称",
    "标题",
    "信息名称",
    "公文名称",
    "html:h1",
    "dc:title",
    "title",
    "og:title",
    "html:title",
    "page:title",
    "trafilatura:title",
    "member:name",
)
_WORD = re.compile(
    r"(?:政府信息公开|信息公开|政务公开)?(?:工作)?(?:年度报告|年报|报告)|首页|正文|封面|目录|附件\d*[:：]?|(?:政府)?信息公开|政务公开|[Ss]heet\d*"
)


class _Knowledge(NamedTuple):
    """`titles.yaml`, compiled."""

    lead: re.Pattern[str]
    line: re.Pattern[str]
    above: re.Pattern[str]
    site: re.Pattern[str]
    placeholder: re.Pattern[str]


@lru_cache(maxsize=1)
def _knowledge() -> _Knowledge:
    data: dict[str, Any] = load_yaml(Path(__file__).resolve().parent / "titles.yaml")
    return _Knowledge(
        re.compile(f"(?:{'|'.join(data['lead'])})"),
        re.compile("|".join(data["line"])),
        re.compile("|".join(data["above"])),
        re.compile(data["site"]),
        re.compile(data["placeholder"]),
    )


def _without_lead(bare: str) -> str:
    """A line without what stands before its title: 附件1, 青财〔2024〕3号, the number of the line."""
    while (match := _knowledge().lead.match(bare)) and match.end() and len(bare) - match.end() > _SHORTEST:
        bare = bare[match.end() :]
    return bare


def is_placeholder(text: str) -> bool:
    """Whether a place for a name that nobody filled in stands in a text: XX单位, ____局, 某某镇."""
    return _knowledge().placeholder.search(text) is not None


def as_title(text: str) -> str | None:
    """A report title without white space, or None where the text is none."""
    bare = _LABEL.sub("", squeeze(text).strip("《》<>#*·.-_"))
    if "公开" not in bare or "报" not in bare:
        return None
    bare = _without_lead(bare)
    if (wrapped := _WRAPPER.search(bare)) is not None and _REPORT.fullmatch(wrapped[1]):
        head = bare[: wrapped.start()]
        return bare if len(bare) <= _LONGEST_TITLE * 2 and not re.search(r"[，。；]", head) else None
    if len(bare) > _LONGEST_TITLE or re.search(r"[，。；：:;,!！?？]", bare):
        return None
    if strip_enumerators(bare) != bare:
        return None
    match = _REPORT.fullmatch(bare)
    if match is None or re.search(r"制度|办法|规定|栏目|专栏|下载|附件", bare):
        return None
    if not title_years(bare) and len(match["head"]) < 3:
        return None
    return bare


def is_document_number(text: str) -> bool:
    """Whether a line is the number of an official letter (振办发〔2022〕1号) and nothing more."""
    return DOCUMENT_NUMBER.fullmatch(squeeze(text)) is not None


def fact_title(value: str) -> str | None:
    """The title in a fact of a page, which may go on with the site's name, or begin with it."""
    behind = _knowledge().site.fullmatch(value.strip())
    if behind and (title := as_title(_SUFFIX.split(behind["rest"])[0])) and _is_whole(title):
        return title
    parts = (value, *_SUFFIX.split(value))
    return next((title for part in parts if (title := as_title(part))), None)


def _is_whole(title: str) -> bool:
    return bool(title_years(title)) and title_agency(title) is not None


def text_titles(lines: list[TextLine], between: frozenset[int] = frozenset()) -> list[Titled]:
    """The titles in running text, over up to five lines: number of the first line, title, path.

    What stands on both sides of a block that was left out (`between`) is not one title: the head of a list of
    other reports, the name of the page's column.
    """
    found = []
    for number, line in enumerate(lines):
        for parts in _joins(lines, number):
            size = len(parts)
            if size > 1 and (not _may_begin(parts) or _is_menu(lines, number)):
                continue
            if not between.isdisjoint(range(line.block + 1, lines[number + size - 1].block)):
                continue
            title = as_title("".join(parts))
            if title and (size == 1 or as_title(parts[0]) is None) and not _heads_on(parts):
                found.append((number, title, line.path))
                break
    return found


def _joins(lines: list[TextLine], number: int) -> list[list[str]]:
    """A line with those below it that may be one title, the longest first; most lines are in none."""
    out: list[list[str]] = []
    parts: list[str] = []
    long = 0
    open_ = report = False
    for line in lines[number : number + _MOST_LINES]:
        bare = line.bare
        long += len(bare)
        if long > _LONGEST_TITLE * 2 or "。" in bare:
            break
        parts.append(bare)
        # 公 and 开 may stand at the end of one line and the begin of the next.
        open_ = open_ or "公" in bare
        report = report or "报" in bare
        if open_ and report:
            out.append(parts[:])
    return out[::-1]


def _may_begin(parts: list[str]) -> bool:
    """Whether lines can be those of one title: none above it that is of the letter, the page or the file."""
    first, know = parts[0], _knowledge()
    if DOCUMENT_NUMBER.fullmatch(first) or _WORD.fullmatch(first):
        return False
    if know.line.fullmatch(first) and not _ONLY_YEAR.fullmatch(first):
        return False
    if know.above.fullmatch(first) and (rest := as_title("".join(parts[1:]))) and _is_whole(rest):
        return False
    return len(parts) <= 3 or all(len(part) <= _LONGEST_PART for part in parts)


def _is_menu(lines: list[TextLine], number: int) -> bool:
    """Whether a year stands below another: the last of a page's menu is not the first line of a title."""
    return number > 0 and all(_ONLY_YEAR.fullmatch(line.bare) for line in lines[number - 1 : number + 1])


def _heads_on(parts: list[str]) -> bool:
    """A join must need every line: a later line that is a title by itself is not the end of another.

    It is where the name in it is no place's and begins in the line before (青溪县自然资源和规, 划局2023年…),
    and where only its year stands above it.
    """
    for number, part in enumerate(parts[1:], 1):
        title = as_title(part)
        if title is None or (name := title_agency(title)) is None:
            continue
        before = "".join(parts[:number])
        begun = _PLACE.match(before) and not is_body(before) and not _PLACE.match(name)
        if not begun and not (_ONLY_YEAR.fullmatch(before) and not title_years(title)):
            return True
    return False
