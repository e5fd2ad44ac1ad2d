"""The figures that the sections state in words, with the sentence they stand in.

What is looked for is data (`mentions.yaml`). Here stand the rules that keep a figure from being taken for
another: whose year it is, whether it is a difference, a share, a part, a sum of other bodies, a plan. What
cannot be decided is kept with a flag; a figure without flags is the report's own figure of its own year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from extraction.agency import same_body
from extraction.document import Paragraph
from extraction.mention_forms import Entry, knowledge
from extraction.normalise import simplified, squeeze
from extraction.quantities import AFTER, BEFORE, PART, QUANTITY, SEVERAL, SHARE, Coded, code
from extraction.record import Mention, Section

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_MAY = re.compile(r"[0-9０-９]|[〇零一二两三四五六七八九十百千万][余多]?[件宗份次条起项例个篇期则场元]")
_SOFT_END = re.compile(r"(?<=[^。；;：:！!？?”）)\n])\n(?=[^\n])")
_WRAPPED = 24
"""Characters of a line from which its end without punctuation may be a page's, not a sentence's."""
_LONGEST = 600
_CONTEXT = 240
_OWN_BODY = re.compile(
    r"我[局委办厅院校处市区县镇乡街]|本(?:局|委|办|厅|机关|单位)|[局委办厅处镇乡](?:门户)?网站"
)
"""Behind it a sentence speaks of the body itself again."""
_ENUMERATED = re.compile(rf"(?:[^，]*[{QUANTITY}][^，]*，)*[^，]*$")
"""The clause and those before it that count things too: one enumeration, of one subject."""
_ASIDE = re.compile(rf"（[^（）]*[{QUANTITY}][^（）]*）")
"""A bracket with a figure of its own: 收到35件（2022年为28件），办结33件."""
_TIMES = frozenset({"次", "期"})
"""Counters of occasions, on each of which several items may be published."""
_LEAD = 160
"""Characters before a sentence in which it may say what it is about."""


def find_mentions(
    sections: tuple[Section, ...], year: int | None, agency: str | None = None
) -> tuple[Mention, ...]:
    """The figures stated in the sections, in the order of the text.

    Args:
        sections: of the report.
        year: it is about.
        agency: that reports, if it is known.
    """
    out: list[Mention] = []
    for section in sections:
        out += _in_text(section.key, section.text, year, agency)
    return tuple(_conflicts(out))


def doubt_print(mentions: Sequence[Mention], paragraphs: Sequence[Paragraph]) -> Iterator[Mention]:
    """Doubt what stands in paragraphs in which two prints meet.

    Args:
        mentions: of all sections.
        paragraphs: those that are doubted. If there are several on pages, a mark is printed again and again,
            and may be a line of its own in any sentence.
    """
    # Lines without a figure may be of a table that was not recognised, and are harmless.
    paragraphs = [paragraph for paragraph in paragraphs if _MAY.search(paragraph.text)]
    again = sum(paragraph.page is not None for paragraph in paragraphs) > 1
    sentences = [squeeze(sentence) for each in paragraphs for sentence in _SENTENCE.findall(each.text)]
    for mention in mentions:
        context = squeeze(mention.context)
        met = again or any(sentence in context or context in sentence for sentence in sentences if sentence)
        yield mention.with_flag("print_doubtful") if met else mention


def _in_text(section: str, text: str, year: int | None, agency: str | None) -> Iterator[Mention]:
    # A line that a page's end cut goes on in the next: same length, so that places stay.
    joined = simplified(_joined(text))
    told: int | None = year
    paragraph = -1
    for match in _SENTENCE.finditer(joined):
        start = joined.rfind("\n", 0, match.start())
        if start != paragraph:
            paragraph, told = start, year
        if not (_MAY.search(match[0]) or knowledge().absent.search(match[0])):
            continue
        sentence = text[match.start() : match.end()]
        coded = code(sentence[:_LONGEST], year)
        lead = joined[max(start, match.start() - _LEAD, 0) : match.start()]
        reading = _Reading(coded, sentence, year, told, lead, section, agency)
        found = sorted(reading.mentions(), key=lambda pair: pair[0])
        for at, mention in found:
            place = match.start() + coded.place(at)
            context = " ".join(sentence.split())[:_CONTEXT]
            yield Mention(section=section, context=context, at=place, **mention)
        named = [reading.years[place] for place in reading.spoken(len(coded.text))]
        told = named[-1] if named else told


def _joined(text: str) -> str:
    if "\n" not in text:
        return text
    out = list(text)
    for match in _SOFT_END.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if match.start() - start >= _WRAPPED:
            out[match.start()] = " "
    return "".join(out)


class _Reading:
    """One sentence, read."""

    def __init__(
        self,
        coded: Coded,
        sentence: str,
        year: int | None,
        told: int | None,
        lead: str,
        section: str,
        agency: str | None,
    ) -> None:
        self.section, self.agency = section, agency
        self.coded, self.sentence, self.year, self.told = coded, sentence, year, told
        self.lead = "".join(lead.split())
        # What stands before in the same sentence, where semicolons part it.
        self.opening = re.split(r"[。！!？?\n]", lead)[-1]
        self.text = coded.text
        self.know = knowledge()
        self.claimed: set[int] = set()
        self.stated: set[tuple[str, int]] = set()
        compared = [match.span() for match in self.know.words["against"].finditer(self.text)]
        self.years = (
            {
                at: named
                for at, named in coded.years.items()
                if not any(start <= at < end for start, end in compared)
            }
            if compared
            else dict(coded.years)
        )
        for match in self.know.words["year_before"].finditer(self.text):
            if not any(start <= match.start() < end for start, end in compared):
                self.years[match.start()] = None if year is None else year - 1
        for match in self.know.words["year_own"].finditer(self.text):
            self.years[match.start()] = year

    def mentions(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Place in the coded sentence, and the mention's own fields."""
        text = self.text
        units = {quantity.unit for quantity in self.coded.quantities}
        absent = self.know.absent.search(text) is not None
        if not units and not absent:
            return
        hinted = {hint for hint in self.know.hints if hint in text}
        for entry in self.know.entries:
            # A figure in other units than the entry counts in is none of it, whatever the words.
            counted = not units.isdisjoint(entry.counters)
            if not (counted or (absent and entry.zero)) or hinted.isdisjoint(entry.hints):
                continue
            if counted:
                for pattern in entry.also:
                    for match in pattern.finditer(self.text):
                        yield from self._figure(entry, match, claim=False)
                for pattern in entry.forms:
                    for match in pattern.finditer(self.text):
                        yield from self._figure(entry, match, claim=True)
            for pattern in entry.zero if absent else ():
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
            or words["postponed"].search(clause)
            or words["average"].search(clause)
            or (claim and words["apart"].search(self.text[max(0, match.start() - 12) : at]))
            or (entry.unless is not None and entry.unless.search(match[0]))
            or (
                claim
                and entry.context
                and not any(word in self.lead + before + match[0] for word in entry.context)
            )
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
        listed = _ENUMERATED.search(before)
        listing = _OWN_BODY.split((listed[0] if listed else "") + said)[-1]
        if words["others"].search(listing if entry.item else self.opening + before + said):
            yield "scope"
        if self._of_another(clause):
            yield "scope"
        if self.year is not None and any(
            match.start() <= place < at and named is not None and abs(named - self.year) > 1
            for place, named in self.coded.years.items()
        ):
            yield "year_unsure"  # 2019年结转 in a report of 2022 is not carried in from the year before
        if re.match(rf"[、和及与]?[{QUANTITY}]", self.text[at + 1 :]):
            yield "list"
        if entry.item and self.coded.quantity(match["q"]).unit in _TIMES:
            yield "qualified"
        yield from self._doubts_of_kind(entry, match, before)

    def _of_another(self, clause: str) -> bool:
        """Whether a body before the wording did it that is not the one that reports."""
        named = self.know.words["bodies"].search(clause) if self.agency else None
        if named is None or _OWN_BODY.search(named[1]) or named[1][0] in "我本":
            return False
        return not (named[1] in str(self.agency) or str(self.agency) in named[1]) and not same_body(
            named[1], str(self.agency)
        )

    def _doubts_of_kind(self, entry: Entry, match: re.Match[str], before: str) -> Iterator[str]:
        """Doubts that only this kind of figure knows."""
        if entry.flag:
            yield entry.flag
        if entry.about is not None and self.coded.quantity(match["q"]).value != 0:
            # All reviews of an agency are more than those about disclosure; none is none of either.
            told = self.opening + self.text[: match.end()]
            if not (entry.about.search(told) or self.section == entry.about_section):
                yield "qualified"
            if re.match(r"[，（：]其?中.{0,12}信息公开", self.text[match.end() :]):
                yield "qualified"
        for flag, pattern in entry.flag_where.items():
            if pattern.search(before[-6:] + self.text[match.start() : match.end()]):
                yield flag
        for flag, pattern in entry.flag_where_before.items():
            if pattern.search(self.opening + before):
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
        if entry.zero_about is not None and self.section != entry.about_section:
            flags += [] if entry.zero_about.search(self.lead + before + match[0]) else ["qualified"]
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

    def spoken(self, start: int) -> list[int]:
        """Places of the years named before `start`; one that a bracket gives its own figure ends with it."""
        asides = [match.span() for match in _ASIDE.finditer(self.text, 0, start)]
        return sorted(
            place
            for place in self.years
            if place < start and not any(first < place < last for first, last in asides)
        )

    def _year(self, start: int, at: int) -> tuple[int | None, str | None]:
        """The year meant if it is another than the report's (else None), and a flag where that is unsure."""
        places = self.spoken(start)
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
        # 一季度收到5件, 全年收到18件: the year begins anew where it is named.
        if words["part_of_year"].search(words["year_own"].split(self.text[max(0, start - 40) : at])[-1]):
            return "part_of_year"
        # 5件（2021年3件、2022年2件） may be of two years; （2021年为8件） and a share are only beside it.
        if re.match(
            rf"（[^）]{{0,6}}[{BEFORE}{AFTER}](?!的?结转|(?:同期)?为[{QUANTITY}]）|[^，）{QUANTITY}]*[{SHARE}])",
            self.text[at + 1 :],
        ):
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
