"""The sections by meaning, under all heading variants.

A heading is told by what it says; its number only tells headings of the report (一、 or 6、 or none) from
headings inside a section (（一）). Of several candidates the ones in the order of the form win, those
right above their table first: reports carry two numbering systems, and overviews repeat the names of later
sections. What headings say, and which lines are the page's and not the section's, is data (`sections.yaml`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from extraction.dates import is_date_line
from extraction.forms import forms, is_caption
from extraction.knowledge import load_yaml
from extraction.normalise import label_core, squeeze, strip_enumerators, tidy
from extraction.record import Section
from extraction.text_lines import TextLine
from extraction.values import is_figure

KEYS = ("overview", "proactive", "requests", "review_litigation", "problems", "other")
"""The six of the national format, in its order."""
_TABLES = frozenset({"proactive", "requests", "review_litigation"})
_LONGEST = 48
_LONGEST_LABEL = 60
_NEAR = 3
_NUMBERED = 2
_SENTENCE = 12
"""Characters of a line that may be a sentence."""
_NO_HEAD = re.compile(r"[。；;，,0-9]$|[.…·]{3,}")
"""Sentences, and lines of a table of contents."""
_NONE = frozenset({"无", "无。", "暂无", "暂无。", "没有", "没有。", "无其他需要报告的事项。"})


@dataclass(frozen=True)
class _Knowledge:
    """`sections.yaml`, compiled."""

    meaning: dict[str, re.Pattern[str]]
    further: dict[str, re.Pattern[str]]
    silent: frozenset[str]
    ranks: tuple[tuple[re.Pattern[str], int], ...]
    furniture: re.Pattern[str]
    page: re.Pattern[str]
    foot: re.Pattern[str]
    signature: re.Pattern[str]


@lru_cache(maxsize=1)
def _knowledge() -> _Knowledge:
    path = Path(__file__).resolve().parent / "sections.yaml"
    data: dict[str, Any] = load_yaml(path)
    return _Knowledge(
        {key: re.compile(pattern) for key, pattern in data["statutory"].items()},
        {key: re.compile(pattern) for key, pattern in data["further"].items()},
        frozenset(data["silent"]),
        tuple((re.compile(pattern), rank) for pattern, rank in data["ranks"]),
        re.compile("|".join([*data["furniture"], *data["page"]])),
        re.compile("|".join(data["page"])),
        re.compile(data["foot"]),
        re.compile(data["signature"]),
    )


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    """What the forms print in heads and labels."""
    out: set[str] = set()
    for form in forms().values():
        for part in (form.rows, form.columns, form.groups):
            out.update(word for labels in part.values() for label in labels for word in label.exact)
        out.update(word for words in form.heads.values() for word in words)
        out.update(label_core(word) for word in (*form.row_head, *form.unit_head, *form.markers))
    return frozenset(out)


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
    candidates = _candidates(lines, _knowledge().meaning)
    chosen = _choose(candidates, lines, tables)
    last = _last_line(chosen, candidates, len(lines))
    heads = sorted([*chosen, *_further(chosen, lines)], key=lambda c: c.line)
    said = {squeeze(candidate.head) for candidate in heads}
    out: list[Section] = []
    for place, candidate in enumerate(heads):
        if candidate.key in _knowledge().silent:
            continue
        end = heads[place + 1].line if place + 1 < len(heads) else last
        end = max(end, candidate.line + 1)
        body = [line for line in lines[candidate.line + 1 : end] if line.bare not in said]
        closing = place + 1 == len(heads) or heads[place + 1].key in _knowledge().silent
        texts = _clean(body, candidate.key, closing=closing)
        text = tidy("\n".join(filter(None, (candidate.rest, *texts))))
        out.append(Section(candidate.key, " ".join(candidate.head.split()), text))
    return tuple(out), frozenset(candidate.line for candidate in heads)


def landmarks(lines: list[TextLine], tables: dict[str, int]) -> dict[int, str]:
    """The headings that show where a report stands on a page: number of the line -> key of its section.

    Those of the best chain, and all that are numbered as the headings of a report are (a page may join
    several reports). What is not numbered may be a word of the page's menu, and counts only right above what
    it is about.

    Args:
        lines: the running text of the whole page, without lists of links.
        tables: as `find_sections`.
    """
    candidates = _candidates(lines, _knowledge().meaning)
    chosen = {candidate.line for candidate in _choose(candidates, lines, tables)}
    return {
        c.line: c.key
        for c in candidates
        if c.rank >= _NUMBERED or (c.line in chosen and (c.rest or _is_above_its_matter(c, lines, tables)))
    }


def _is_above_its_matter(candidate: _Candidate, lines: list[TextLine], tables: dict[str, int]) -> bool:
    line = lines[candidate.line]
    following = lines[candidate.line + 1] if candidate.line + 1 < len(lines) else None
    table = tables.get(candidate.key)
    if table is not None and line.block < table and (following is None or following.block > table):
        return True
    return following is not None and (is_sentence(following.text) or following.bare in _NONE)


def is_sentence(text: str) -> bool:
    """Whether a line is prose: it has a sentence's marks, or the length of one."""
    bare = squeeze(text)
    return len(bare) >= _SENTENCE and (re.search(r"[。；;，,]", bare) is not None or len(bare) > _LONGEST)


def is_page_line(text: str) -> bool:
    """Whether a line is the web page's and not the document's: counters, buttons, the foot of the page."""
    bare = squeeze(text)
    return _knowledge().page.fullmatch(bare) is not None or _is_foot(bare)


def _is_foot(bare: str) -> bool:
    return len(bare) <= 2 * _LONGEST_LABEL and "。" not in bare and _knowledge().foot.search(bare) is not None


def is_signature(text: str) -> bool:
    """Whether a line may be the body that signs, and nothing more."""
    return _knowledge().signature.fullmatch(squeeze(text)) is not None


def _last_line(chosen: list[_Candidate], candidates: list[_Candidate], end: int) -> int:
    """Where the report ends: before its first section comes again (pages that hold the body twice)."""
    if not chosen:
        return end
    first = squeeze(chosen[0].head)
    again = [c.line for c in candidates if c.line > chosen[-1].line and squeeze(c.head) == first]
    return min(again, default=end)


def _further(chosen: list[_Candidate], lines: list[TextLine]) -> list[_Candidate]:
    """Headings of sections that the national format has not, numbered as the ones chosen."""
    if not chosen:
        return []
    rank = Counter(candidate.rank for candidate in chosen).most_common(1)[0][0]
    taken = {candidate.line for candidate in chosen}
    silent = _knowledge().silent
    found = [
        c
        for c in _candidates(lines, _knowledge().further)
        if c.line not in taken
        and (c.rank == rank > 1 or (c.key in silent and c.rank < 2 and c.line > chosen[-1].line))
    ]
    first: dict[str, _Candidate] = {}
    for candidate in found:
        if candidate.line > chosen[0].line:
            first.setdefault(candidate.key, candidate)
    unique = {candidate.line: candidate for candidate in reversed(list(first.values()))}
    return list(unique.values())


def _candidates(lines: list[TextLine], meaning: dict[str, re.Pattern[str]]) -> list[_Candidate]:
    out: list[_Candidate] = []
    for number, line in enumerate(lines):
        for head, rest in _splits(line):
            bare = squeeze(head)
            if not bare or len(bare) > _LONGEST or _NO_HEAD.search(bare):
                continue
            ranked = next((rank for pattern, rank in _knowledge().ranks if pattern.match(line.bare)), None)
            rank = ranked if ranked is not None else (1 if not rest else 0)
            said = re.sub(r"^第[一二三四五六七八九十]{1,2}部分[、.,:：]?", "", bare)
            said = strip_enumerators(said).rstrip("：:")
            said = re.sub(r"^(?:20\d\d年(?:度)?|本年度?)", "", said)
            keys = [key for key, pattern in meaning.items() if pattern.fullmatch(said)]
            if keys and not re.search(r"[。；]", said):
                out += [_Candidate(number, key, rank, head, rest) for key in keys]
                break
    return out


_HEAD = re.compile(
    r"\s*((?:第?[一二三四五六七八九](?:部分)?|[0-9])\s*[、.．:：]\s*[^。：:\s]{2,36})(?P<mark>[。：:]|\s+)\s*(?P<rest>.+)",
    re.DOTALL,
)
_ORDINAL = re.compile(r"第?([一二三四五六七八九十]|[0-9]{1,2})(?:部分)?[、.．,:：]")
_BARE_HEAD = re.compile(r"\s*([^。：:\s]{4,20})(?P<mark>[：:])\s*(?P<rest>.+)", re.DOTALL)


def _splits(line: TextLine) -> list[tuple[str, str]]:
    """A line as a heading, or as a heading and the text printed behind it."""
    match = _HEAD.match(line.text)
    whole = [(line.text.strip(), "")] if len(line.bare) <= _LONGEST else []
    if match is None:
        match = _BARE_HEAD.match(line.text)
        if match is None or squeeze(match["rest"]) not in _NONE:
            return whole
    cut = (match[1], match["rest"].strip())
    # Text behind a mark is text; behind a space it may be the rest of the heading.
    first = not match["mark"].isspace() or squeeze(cut[1]) in _NONE
    return [cut, *whole] if first else [*whole, cut]


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
    return _of_one_kind(chain[::-1], lines, tables)


def _of_one_kind(chain: list[_Candidate], lines: list[TextLine], tables: dict[str, int]) -> list[_Candidate]:
    """Without heads inside a section: 2.依申请公开 far above its table, 1.主动公开 after 一、总体情况."""
    chinese = Counter(candidate.rank for candidate in chain).most_common(1)[0][0] >= 3
    blocks = [line.block for line in lines]
    out: list[_Candidate] = []
    for candidate in chain:
        far = candidate.key in tables and bisect_left(blocks, tables[candidate.key]) - candidate.line > _NEAR
        inside = out and candidate.rank < out[-1].rank and _in_list(out[-1], candidate, lines)
        if candidate.rank >= 3 or not (inside or (far and chinese)):
            out.append(candidate)
    return out


def _in_list(before: _Candidate, head: _Candidate, lines: list[TextLine]) -> bool:
    """Whether a heading does not count on from the one before: it stands in a list inside that section."""
    first, second = _number(before.head), _number(head.head)
    if first is None or second is None:
        return False
    between = lines[before.line + 1 : head.line]
    return second <= first or any(line.bare.startswith(("1.", "1、")) for line in between)


def _number(head: str) -> int | None:
    """The number of a heading, Chinese or Arabic; None where it has none."""
    match = _ORDINAL.match(squeeze(head))
    if match is None:
        return None
    return int(match[1]) if match[1].isdigit() else "一二三四五六七八九十".index(match[1]) + 1


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


def _clean(body: list[TextLine], key: str, *, closing: bool) -> list[str]:
    """The section's own lines: no page numbers, no navigation, no remains of tables, no signature."""
    kept = [line for line in body if not _is_foreign(line, key)]
    if closing:
        kept = _unsigned(kept)
    return [line.text for line in kept]


def _is_foreign(line: TextLine, key: str) -> bool:
    bare = line.bare
    if len(bare) > 2 * _LONGEST_LABEL:
        return line.text.count("|") >= 3
    if _knowledge().furniture.fullmatch(bare) or _is_foot(bare):
        return True
    if len(bare) > _LONGEST_LABEL and not any(mark in line.text for mark in "|\t"):
        return False
    parts = [part for part in re.split(r"[|\t]|\s{1,}", line.text) if squeeze(part).strip("-—:|")]
    if not parts:
        return True
    known = _labels()
    labels = sum(label_core(part) in known for part in parts)
    figures = sum(is_figure(part) for part in parts)
    if labels + figures == len(parts) and (labels or key in _TABLES):
        # What a table left behind; 无 alone is what the section says.
        return bare not in _NONE
    return is_caption(line.text) or label_core(line.text) in known


def _unsigned(lines: list[TextLine]) -> list[TextLine]:
    """Without signature and date at the end, and without what stands behind them."""
    end = len(lines)
    for number, (line, following) in enumerate(pairwise(lines)):
        if is_date_line(following.bare) and _knowledge().signature.fullmatch(line.bare):
            end = number
            break
    dated = False
    while end > 0:
        bare = lines[end - 1].bare
        if bare in _NONE:
            break
        if is_date_line(bare):
            dated = True
        elif not (
            len(bare) <= 30
            and re.search(r"[，。；：:,;（(]", bare) is None
            and strip_enumerators(bare) == bare
            and (_knowledge().signature.fullmatch(bare) or (dated and len(bare) >= 3))
        ):
            break
        end -= 1
    return lines[:end]
