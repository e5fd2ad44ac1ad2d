"""The six sections by meaning, under all heading variants.

A heading is told by what it says; its number only tells headings of the report (一、 or 6、 or none) from
headings inside a section (（一）). Of several candidates the ones in the order of the form win, those
right above their table first: reports carry two numbering systems, and overviews repeat the names of later
sections.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from extraction.normalise import strip_enumerators, tidy
from extraction.record import Section
from extraction.text_lines import TextLine

KEYS = ("overview", "proactive", "requests", "review_litigation", "problems", "other")

_LONGEST = 48
_MEANING: dict[str, re.Pattern[str]] = {
    "overview": re.compile(
        r"(?:政府信息公开)?(?:工作)?(?:总体|基本|整体|主要)?(?:工作)?(?:情况|概况|概述)(?:综述|概述)?|概述|总体情况.{0,6}|工作总体情况|"
        r"(?:20\d\d年)?政府信息公开工作(?:总体|基本)情况"
    ),
    "proactive": re.compile(
        r".{0,12}(?:主动公开.{0,3}政府信息|政府信息主动公开|主动公开信息|信息主动公开).{0,4}(?:的?情况)?.{0,4}"
    ),
    "requests": re.compile(
        r".{0,8}(?:收到和(?:处理|办理)|依申请公开|受理和处理|收到.{0,6}申请|申请.{0,4}(?:办理|处理)).{0,16}(?:情况|数量)?.{0,4}"
    ),
    "review_litigation": re.compile(r".{0,24}(?:行政复议|复议).{0,10}(?:行政诉讼|诉讼).{0,12}"),
    "problems": re.compile(
        r".{0,22}(?:问题|不足|困难).{0,16}(?:改进|措施|打算|情况|对策|方向|计划|困难|意见)?.{0,8}"
    ),
    "other": re.compile(
        r"(?:其他|其它|其余).{0,6}(?:报告|说明|事项|公开).{0,8}|需要?(?:报告|说明)的其[他它].{0,6}"
    ),
}
_RANKS = (
    (re.compile(r"^第?[一二三四五六七八九十]{1,2}(?:部分)?[、.,:：]"), 3),
    (re.compile(r"^[\((]?[一二三四五六七八九十]{1,2}[\))]"), 0),
    (re.compile(r"^\(?[0-9]{1,2}\)"), 0),
    (re.compile(r"^[0-9]{1,2}[.][0-9]"), 0),
    (re.compile(r"^[0-9]{1,2}[、.,]"), 2),
)
_TAIL = re.compile(
    r"(?:\(此件(?:主动|公开|依申请)?.{0,6}\)|20\d\d年\d{1,2}月\d{1,2}日(?:印发)?|[二〇○0零一二三四五六七八九十]{4}年.{1,3}月.{1,3}日|"
    r".{2,30}(?:办公室|政府|办事处|局|委员会|管委会|厅|部|院|署)|附件[:：]?.{0,40}|扫一扫.{0,20}|打印本页.*|关闭窗口.*)"
)
_DATE_OR_MARK = re.compile(r"20\d\d年|年.{1,3}月.{1,3}日|此件|附件|扫一扫|打印|关闭")


@dataclass(frozen=True, slots=True)
class _Candidate:
    line: int
    key: str
    rank: int
    head: str
    rest: str


def find_sections(
    lines: list[TextLine], tables: dict[str, int]
) -> tuple[tuple[Section, ...], frozenset[int]]:
    """The sections found, in printed order, and the numbers of their heading lines.

    Args:
        lines: the running text.
        tables: block number of the first table of each kind, where found.
    """
    chosen = _choose(_candidates(lines), lines, tables)
    out: list[Section] = []
    for place, candidate in enumerate(chosen):
        end = chosen[place + 1].line if place + 1 < len(chosen) else len(lines)
        body = [line.text for line in lines[candidate.line + 1 : end]]
        if place + 1 == len(chosen):
            body = _without_tail(body)
        text = tidy("\n".join(filter(None, (candidate.rest, *body))))
        out.append(Section(candidate.key, " ".join(candidate.head.split()), text))
    return tuple(out), frozenset(candidate.line for candidate in chosen)


def _candidates(lines: list[TextLine]) -> list[_Candidate]:
    out: list[_Candidate] = []
    for number, line in enumerate(lines):
        head, rest = _split(line)
        bare = "".join(head.split())
        if not bare or len(bare) > _LONGEST or bare[-1] in "。；;，,":
            continue
        rank = next((rank for pattern, rank in _RANKS if pattern.match(line.bare)), 1 if not rest else 0)
        said = strip_enumerators(line.bare[: len(bare)]).rstrip("：:")
        said = re.sub(r"^第[一二三四五六]部分[、:：]?", "", said)
        said = re.sub(r"^(?:20\d\d年(?:度)?|本年度?)", "", said)
        for key, pattern in _MEANING.items():
            if pattern.fullmatch(said) and not re.search(r"[。；]", said):
                out.append(_Candidate(number, key, rank, head, rest))
    return out


def _split(line: TextLine) -> tuple[str, str]:
    """A heading and the text printed in the same line behind it."""
    if len(line.bare) <= _LONGEST:
        return line.text.strip(), ""
    match = re.match(
        r"\s*((?:[一二三四五六]|[0-9])[、.．][^。：:\s]{4,36})[。：:\s]\s*(.+)", line.text, re.DOTALL
    )
    return (match[1], match[2]) if match else ("", "")


def _choose(candidates: list[_Candidate], lines: list[TextLine], tables: dict[str, int]) -> list[_Candidate]:
    """One heading a section, in the order of the form: the chain with the best ranks."""
    top = [c for c in candidates if c.rank > 0] or candidates
    order = {key: place for place, key in enumerate(KEYS)}
    ranked = sorted(top, key=lambda c: (c.line, order[c.key]))
    blocks = [line.block for line in lines]
    scores: list[float] = []
    before: list[int | None] = []
    # For each place in the form, the best chain that ends with its section in an earlier line.
    ends: list[int | None] = [None] * len(KEYS)
    settled = 0
    for candidate in ranked:
        while ranked[settled].line < candidate.line:
            place = order[ranked[settled].key]
            last = ends[place]
            if last is None or scores[settled] > scores[last]:
                ends[place] = settled
            settled += 1
        earlier = [j for j in ends[: order[candidate.key]] if j is not None]
        best = max(earlier, key=lambda j: (scores[j], -j), default=None)
        before.append(best)
        scores.append((0.0 if best is None else scores[best]) + _score(candidate, blocks, tables))
    if not ranked:
        return []
    at: int | None = max(range(len(ranked)), key=lambda i: (scores[i], -i))
    chain: list[_Candidate] = []
    while at is not None:
        chain.append(ranked[at])
        at = before[at]
    return chain[::-1]


def _score(candidate: _Candidate, blocks: list[int], tables: dict[str, int]) -> float:
    """How well a heading fits; `blocks` are the block numbers of the lines, in reading order."""
    score = 1.0 + candidate.rank
    table = tables.get(candidate.key)
    if table is not None:
        if blocks[candidate.line] > table:
            return 0.2
        between = max(0, bisect_left(blocks, table) - candidate.line - 1)
        score += 2.0 / (1 + between)
    if candidate.key == "overview":
        score += 1.0 / (1 + candidate.line)
    return score


def _without_tail(body: list[str]) -> list[str]:
    """Signature, date and publication marks at the end are not the section's text."""
    end = len(body)
    while end > 0 and len(body) - end < 8:
        bare = re.sub(r"\s+", "", body[end - 1])
        if bare and _TAIL.fullmatch(bare.replace("（", "(").replace("）", ")")) is None:
            break
        end -= 1
    cut = "".join(body[end:])
    return body[:end] if _DATE_OR_MARK.search(re.sub(r"\s+", "", cut)) or end < len(body) else body
