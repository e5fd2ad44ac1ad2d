"""The figures that the sections state in words, with the sentence they stand in.

What is looked for is data (`mentions.yaml`). Here stand the rules that keep a figure from being taken for
another: whose year it is, whether it is a difference, a share, a part, a sum of other bodies, a plan. What
cannot be decided is kept with a flag; a figure without flags is the report's own figure of its own year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from extraction.quantities import AFTER, BEFORE, DATES, OWN, PART, QUANTITY, SEVERAL, Coded, code
from extraction.record import Mention, Section

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_MAY = re.compile(r"[0-9０-９]|[〇零一二两三四五六七八九十百千万][余多]?[件宗份次条起项例个篇期则场元]")
_SOFT_END = re.compile(r"(?<=[^。；;：:！!？?”）)\n])\n(?=[^\n])")
_WRAPPED = 24
"""Characters of a line from which its end without punctuation may be a page's, not a sentence's."""
_LONGEST = 600
_CONTEXT = 240
_SIGNS = {"d": DATES, "own": OWN, "before": BEFORE, "after": AFTER, "several": SEVERAL, "month": PART}


@dataclass(frozen=True)
class Entry:
    """One entry of `mentions.yaml`, compiled."""

    key: str
    label: str
    label_en: str
    counters: frozenset[str]
    money: bool
    item: bool
    whole: bool
    forms: tuple[re.Pattern[str], ...]
    zero: tuple[re.Pattern[str], ...]
    also: tuple[re.Pattern[str], ...]
    context: tuple[str, ...]
    unless: re.Pattern[str] | None
    zero_unless: re.Pattern[str] | None
    zero_plain: re.Pattern[str]
    flag: str | None
    flag_where: Mapping[str, re.Pattern[str]]
    flag_where_before: Mapping[str, re.Pattern[str]]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Knowledge:
    """`mentions.yaml`, compiled."""

    entries: tuple[Entry, ...]
    words: Mapping[str, re.Pattern[str]]
    plain: re.Pattern[str]
    plain_items: re.Pattern[str]
    absent: re.Pattern[str]


def _expand(text: str, macros: Mapping[str, str]) -> str:
    """A form with its macros replaced; gaps and the first quantity become named groups."""
    for name in ("sum", "gapq", "zgap", "gap"):
        parts = text.split("{" + name + "}")
        body = macros.get(name, macros["gap"])
        text = parts[0]
        for number, part in enumerate(parts[1:]):
            text += (body if name == "sum" else f"(?P<{name}{number}>{body})") + part
    signs = {"q": QUANTITY, **_SIGNS}

    def inside(match: re.Match[str]) -> str:
        found = match[0]
        for name, value in signs.items():
            found = found.replace("{" + name + "}", value)
        return found

    text = re.sub(r"\[[^\]]*\]", inside, text)
    first, found, rest = text.partition("{q}")
    text = first + (f"(?P<q>[{QUANTITY}])" if found else "") + rest
    for name, value in signs.items():
        text = text.replace("{" + name + "}", f"[{value}]")
    return text


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """What to look for."""
    data: dict[str, Any] = yaml.safe_load(
        (Path(__file__).resolve().parent / "mentions.yaml").read_text(encoding="utf-8")
    )
    words: dict[str, str] = data["words"]
    macros = {name: words[name] for name in ("sum", "gap", "zgap", "gapq")}
    entries = tuple(_entry(entry, macros, words["plain"]) for entry in data["mentions"])
    marks = {
        name: re.compile(_expand(text, macros))
        for name, text in words.items()
        if name not in {*macros, "plain", "plain_items"}
    }
    return Knowledge(entries, marks, _words(words["plain"]), _words(words["plain_items"]), marks["absent"])


def _words(listed: str) -> re.Pattern[str]:
    """Any run of the words listed, longer ones first and without going back."""
    return re.compile(rf"(?:{'|'.join(sorted(listed.split('|'), key=len, reverse=True))})*+")


def _entry(entry: dict[str, Any], macros: Mapping[str, str], plain: str) -> Entry:
    def patterns(name: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_expand(form, macros)) for form in entry.get(name, ()))

    def marks(name: str) -> dict[str, re.Pattern[str]]:
        return {flag: re.compile(_expand(text, macros)) for flag, text in entry.get(name, {}).items()}

    def one(name: str) -> re.Pattern[str] | None:
        return re.compile(_expand(entry[name], macros)) if name in entry else None

    return Entry(
        key=entry["key"],
        label=entry.get("label", ""),
        label_en=entry.get("label_en", ""),
        counters=frozenset(entry.get("counters", ("元",))),
        money=bool(entry.get("money")),
        item=bool(entry.get("item")),
        whole=bool(entry.get("whole")),
        forms=patterns("forms"),
        zero=patterns("zero"),
        also=patterns("also"),
        context=tuple(entry.get("context", ())),
        unless=one("unless"),
        zero_unless=one("zero_unless"),
        zero_plain=_words(f"{plain}|{entry['zero_plain']}" if "zero_plain" in entry else plain),
        flag=entry.get("flag"),
        flag_where=marks("flag_where"),
        flag_where_before=marks("flag_where_before"),
        cells=tuple(tuple(cells) for cells in entry.get("cells", ())),
    )


def keys() -> dict[str, tuple[str, str]]:
    """Each key of a mention with its labels in Chinese and English."""
    return {
        entry.key: (entry.label, entry.label_en) for entry in reversed(knowledge().entries) if entry.label
    }


@lru_cache(maxsize=256)
def compared_cells(key: str) -> tuple[tuple[str, ...], ...]:
    """The cells that say the same as a mention: alternatives, each to be summed up."""
    return next((entry.cells for entry in knowledge().entries if entry.key == key and entry.cells), ())


def find_mentions(sections: tuple[Section, ...], year: int | None) -> tuple[Mention, ...]:
    """The figures stated in the sections, in the order of the text."""
    out: list[Mention] = []
    for section in sections:
        out += _in_text(section.key, section.text, year)
    return tuple(_conflicts(out))


def _in_text(section: str, text: str, year: int | None) -> Iterator[Mention]:
    # A line that a page's end cut goes on in the next: same length, so that places stay.
    joined = _joined(text)
    told: int | None = year
    paragraph = -1
    for match in _SENTENCE.finditer(joined):
        sentence = match[0]
        start = joined.rfind("\n", 0, match.start())
        if start != paragraph:
            paragraph, told = start, year
        if not (_MAY.search(sentence) or knowledge().absent.search(sentence)):
            continue
        coded = code(sentence[:_LONGEST], year)
        found = sorted(_Reading(coded, sentence, year, told).mentions(), key=lambda pair: pair[0])
        for at, mention in found:
            place = match.start() + coded.place(at)
            context = " ".join(text[match.start() : match.end()].split())[:_CONTEXT]
            yield Mention(section=section, context=context, at=place, **mention)
        named = [named for _, named in sorted(_Reading(coded, sentence, year, told).years.items())]
        told = named[-1] if named else told


def _joined(text: str) -> str:
    out = list(text)
    for match in _SOFT_END.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if match.start() - start >= _WRAPPED:
            out[match.start()] = " "
    return "".join(out)


class _Reading:
    """One sentence, read."""

    def __init__(self, coded: Coded, sentence: str, year: int | None, told: int | None) -> None:
        self.coded, self.sentence, self.year, self.told = coded, sentence, year, told
        self.text = coded.text
        self.know = knowledge()
        self.claimed: set[int] = set()
        self.stated: set[tuple[str, int]] = set()
        compared = [match.span() for match in self.know.words["against"].finditer(self.text)]
        self.years = {
            at: named
            for at, named in coded.years.items()
            if not any(start <= at < end for start, end in compared)
        }
        for match in self.know.words["year_before"].finditer(self.text):
            if not any(start <= match.start() < end for start, end in compared):
                self.years[match.start()] = None if year is None else year - 1
        for match in self.know.words["year_own"].finditer(self.text):
            self.years[match.start()] = year

    def mentions(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Place in the coded sentence, and the mention's own fields."""
        for entry in self.know.entries:
            if entry.context and not any(word in self.text for word in entry.context):
                continue
            for pattern in entry.also:
                for match in pattern.finditer(self.text):
                    yield from self._figure(entry, match, claim=False)
            for pattern in entry.forms:
                for match in pattern.finditer(self.text):
                    yield from self._figure(entry, match, claim=True)
            for pattern in entry.zero:
                done = False
                for match in pattern.finditer(self.text):
                    found = list(self._none(entry, match))
                    yield from found
                    done = done or bool(found)
                if done:
                    break

    def _figure(
        self, entry: Entry, match: re.Match[str], *, claim: bool
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        at = match.start("q")
        quantity = self.coded.quantity(match["q"])
        if at in self.claimed or (entry.key, at) in self.stated or quantity.unit not in entry.counters:
            return
        before, said = self.text[: match.start()], self.text[match.start() : at]
        words = self.know.words
        clause = before[max(before.rfind("，"), before.rfind("：")) + 1 :]
        if (
            words["negated"].search(before)
            or (claim and words["compared"].search(said))
            or words["conditional"].search(clause)
            or (claim and words["apart"].search(self.text[max(0, match.start() - 12) : at]))
            or (entry.unless is not None and entry.unless.search(match[0]))
            or (entry.context and not any(word in self.text[:at] + match[0] for word in entry.context))
        ):
            return
        self.stated.add((entry.key, at))
        if claim:
            self.claimed.add(at)
        flags = [*quantity.flags, *self._doubts(entry, match, at, clause, before)]
        named, flag = self._year(match.start(), at)
        flags += [flag] if flag else []
        raw = self.coded.raw(quantity.start, quantity.end, self.sentence)
        value = quantity.value
        yield at, {
            "key": entry.key, "value": value, "raw": raw, "unit": quantity.unit, "year": named,
            "flags": tuple(dict.fromkeys(flags)),
        }  # fmt: skip

    def _doubts(self, entry: Entry, match: re.Match[str], at: int, clause: str, before: str) -> Iterator[str]:
        words = self.know.words
        said = self.text[match.start() : at]
        gaps = [match[name] for name in match.re.groupindex if name != "q" and match[name]]
        plain = self.know.plain_items if entry.item else self.know.plain
        if any(plain.fullmatch(gap) is None for gap in gaps):
            yield "qualified"
        around = clause + said
        if words["cumulative"].search(around) and not words["whole_year"].search(around):
            yield "cumulative"
        if words["planned"].search(around):
            yield "planned"
        if entry.whole and words["part"].search(clause):
            yield "part"
        if words["others"].search(clause + said if entry.item else before + said):
            yield "scope"
        if re.match(rf"[、和及与][{QUANTITY}]", self.text[at + 1 :]):
            yield "list"
        if entry.flag:
            yield entry.flag
        for flag, pattern in entry.flag_where.items():
            if pattern.search(before[-6:] + self.text[match.start() : match.end()]):
                yield flag
        for flag, pattern in entry.flag_where_before.items():
            if pattern.search(before):
                yield flag

    def _none(self, entry: Entry, match: re.Match[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        words = self.know.words
        before = self.text[: match.start()]
        clause = before[max(before.rfind("，"), before.rfind("：")) + 1 :]
        gaps = [match[name] for name in match.re.groupindex if name not in {"q", "raw"} and match[name]]
        if any(entry.zero_plain.fullmatch(gap) is None for gap in gaps):
            return
        if words["conditional"].search(clause) or (
            entry.zero_unless is not None and entry.zero_unless.search(match[0])
        ):
            return
        if re.match(rf"[^，。；]{{0,3}}[{QUANTITY}]", self.text[match.end() :]):
            return
        flags: list[str] = []
        if words["excepted"].search(before):
            flags.append("qualified")
        if words["others"].search(clause):
            flags.append("scope")
        if words["part_of_year"].search(clause):
            flags.append("part_of_year")
        if words["channel"].search(clause):
            flags.append("channel")
        named, flag = self._year(match.start(), match.start())
        flags += [flag] if flag else []
        origin = self.coded.origin
        start = origin[match.start("raw" if "raw" in match.re.groupindex else 0)]
        end = origin[match.end()] if match.end() < len(origin) else len(self.coded.bare)
        raw = self.coded.raw(start, end, self.sentence).strip("，,：: ")
        yield match.start("raw" if "raw" in match.re.groupindex else 0), {
            "key": entry.key, "value": Decimal(0), "raw": raw, "unit": "元" if entry.money else "件",
            "year": named, "flags": tuple(dict.fromkeys(flags)),
        }  # fmt: skip

    def _year(self, start: int, at: int) -> tuple[int | None, str | None]:
        """The year meant if it is another than the report's (else None), and a flag where that is unsure."""
        places = [place for place in self.years if place < start]
        if not places:
            if self.told != self.year:
                return self.told, "year_unsure"
            flag = self._part(start, at)
            return None, flag
        last = max(places)
        sign = self.text[last]
        if sign == SEVERAL or self.know.words["years"].search(self.text[:at]):
            return None, "years"
        named = self.years[last]
        if sign == PART:
            return (named if named != self.year else None), "part_of_year"
        other = named if named != self.year else None
        if self.year is None and named is not None:
            other = named
        return other, self._part(start, at)

    def _part(self, start: int, at: int) -> str | None:
        words = self.know.words
        if words["years"].search(self.text[:at]):
            return "years"
        if words["part_of_year"].search(self.text[max(0, start - 40) : at]):
            return "part_of_year"
        if re.match(rf"（[^）]{{0,6}}[{BEFORE}{AFTER}]", self.text[at + 1 :]):
            return "year_unsure"
        return None


def _conflicts(found: list[Mention]) -> Iterator[Mention]:
    """Two different figures for one thing, neither of them doubted: both are."""
    said: dict[tuple[str, int | None], set[Decimal | None]] = {}
    for mention in found:
        if not mention.flags:
            said.setdefault((mention.key, mention.year), set()).add(mention.value)
    for mention in found:
        if not mention.flags and len(said[mention.key, mention.year]) > 1:
            yield mention.with_flag("conflict")
        else:
            yield mention
