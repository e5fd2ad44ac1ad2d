"""Reading the chain of divisions at the head of an agency's name: every reading, the longest kept."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from extraction.regions.names import Names, division_names, places, stem, township_names
from extraction.regions.table import NATION_ENTRY, Entry, divisions, level, parents, prefix

CONNECTOR = re.compile(r"(人民政府|政府)(?=.{2,})")
BRACKETS = re.compile(r"[（(]([^）)]{2,12})[）)]")
TOWNSHIP_WORD = re.compile(r"街道|镇|乡|苏木|办事处|地区")
TOWNSHIP_BODY = re.compile(r"$|人民政府|政府|办事处|街道办|办$|办公室|党政|党工?委|[（(]")
"""What may follow a township's name that nothing comes before: 中心镇建设办公室 is not in 中心镇."""
TOWNSHIP_AGENCY = re.compile(
    r"([^省市县区]{1,12}?)((街道|地区)(办事处|办)?$|(镇|乡|苏木)(人民政府|政府)?$|(街道)?办事处)"
)
OWN_NAME = re.compile(r"(?!.*驻)(?!街道?$|乡镇?$|各).+")
"""What a township's own name is: 驻北京办事处 is none's, and 街道办事处 says none."""

PART_OF_OTHER = re.compile(r"[路街巷桥镇乡村屯岛湖山江河寺庄店区县市]")
"""What makes a province's short name part of another name: 北京路, 山东庄."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a name's head.

    Attributes:
        entries: The divisions that the last name of the chain can mean.
        end: Where the chain ends in the text.
        steps: How its names were read, in order.
        names: How many names the chain has.
        covers: For a zone, the code prefixes in which its townships lie.
    """

    entries: tuple[Entry, ...]
    end: int
    steps: tuple[str, ...]
    names: int
    covers: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int]:
        """Longest first, then fewest shortened names, then most names."""
        return (self.end, -sum(step != "name" for step in self.steps), self.names)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The code prefixes of what may follow in the chain."""
        return self.covers or tuple({entry.prefix for entry in self.entries})


def under(entries: Iterable[Entry], prefixes: tuple[str, ...] | None) -> tuple[Entry, ...]:
    """Return the entries that lie strictly inside one of the prefixes."""
    if prefixes is None:
        return tuple(entries)
    return tuple(
        entry for entry in entries if entry.code.startswith(prefixes) and entry.prefix not in prefixes
    )


class Lookup(Protocol):
    """An index of names."""

    def get(self, name: str, /) -> tuple[Entry, ...] | None:
        """Return the divisions of a name."""


def _matches(text: str, at: int, index: Lookup, longest: int) -> list[tuple[int, tuple[Entry, ...]]]:
    stop = min(len(text), at + longest)
    return [(end, found) for end in range(stop, at + 1, -1) if (found := index.get(text[at:end]))]


@cache
def _after_stem() -> re.Pattern[str]:
    return re.compile("$|[（(]|" + "|".join(sorted(places()["after_stem"], key=len, reverse=True)))


@cache
def _zone_word() -> re.Pattern[str]:
    words = "|".join(places()["zone_words"])
    return re.compile(rf"([^省市县乡镇]{{0,14}}?({words}))(管理委员会|管委会|党工委)?")


@cache
def _zones() -> dict[str, tuple[Entry, tuple[str, ...]]]:
    """Return zone -> the division it lies in, and the code prefixes of its townships."""
    table = divisions()
    zones: dict[str, tuple[Entry, tuple[str, ...]]] = {}
    for entry in (entry for entries in table.values() for entry in entries if entry.zone):
        home = table[parents(entry.code)[-1]][-1]
        name = entry.name.removesuffix("管委会")
        zones[name] = (home, (entry.code,))
        for province, code in places()[
            "short"
        ].items():  # 河北唐山海港经济开发区 is known without 河北 as well
            if code[:2] == entry.code[:2] and (rest := name.removeprefix(province)) != name and len(rest) > 6:
                zones[rest] = (home, (entry.code,))
    for name, row in places()["zones"].items():
        zones[name] = (table[row["code"]][-1], tuple(row.get("covers", (prefix(row["code"]),))))
    return zones


@cache
def _bingtuan() -> re.Pattern[str]:
    names = "|".join(places()["bingtuan"]["names"])
    return re.compile(rf"({names})(?:第?([一二三四五六七八九十]{{1,2}})师)?")


def _read_bingtuan(text: str, at: int) -> Reading | None:
    found = _bingtuan().match(text, at)
    if found is None:
        return None
    knowledge = places()["bingtuan"]
    code = knowledge["divisions"].get(found[2], knowledge["region"]) if found[2] else knowledge["region"]
    return Reading((divisions()[code][-1],), found.end(), ("bingtuan",), 1)


def _read_zone(text: str, at: int, prefixes: tuple[str, ...] | None) -> Reading | None:
    for end in range(min(len(text), at + 16), at + 1, -1):
        zone = _zones().get(text[at:end])
        if zone and (
            prefixes is None
            or zone[0].code.startswith(prefixes)
            or any(p.startswith(prefixes) for p in zone[1])
        ):
            return Reading((zone[0],), end, ("zone",), 1, zone[1])
    return None


def _read_township(text: str, at: int, prefixes: tuple[str, ...] | None) -> Reading | None:
    if not TOWNSHIP_WORD.search(text, at):
        return None
    names = township_names()
    found: list[tuple[int, tuple[Entry, ...]]] = []
    found += _matches(text, at, names, names.longest)
    office = re.compile(r"(.{1,12}?)办事处").match(text, at)
    if office:  # 新辉路办事处 is the office of 新辉路街道
        for suffix in ("街道", "地区"):
            if entries := names.get(office[1] + suffix):
                found.append((office.end(), entries))
    for end, entries in sorted(found, key=lambda item: -item[0]):
        if prefixes is None and not TOWNSHIP_BODY.match(text, end) and text[end - 3 : end] != "办事处":
            continue
        inside = under(entries, prefixes)
        if inside:
            return Reading(inside, end, ("name",), 1)
    return None


def _steps(text: str, at: int, prefixes: tuple[str, ...] | None) -> list[Reading]:
    """Return the readings of one name at a place, inside what came before it."""
    names: Names = division_names()
    out = []
    for step, index in (("name", names.official), ("short", names.short), ("stem", names.stems)):
        for end, entries in _matches(text, at, index, names.longest):
            inside = under(entries, prefixes)
            if inside:
                out.append(Reading(inside, end, (step,), 1))
    if zone := _read_zone(text, at, prefixes):
        out.append(zone)
    if prefixes is None and (corps := _read_bingtuan(text, at)):
        out.append(corps)
    if township := _read_township(text, at, prefixes):
        out.append(township)
    return out


def _joined(first: Reading, second: Reading, *via: str) -> Reading:
    steps = (*first.steps, *via, *second.steps)
    return Reading(second.entries, second.end, steps, first.names + second.names, second.covers)


def _narrow(reading: Reading, follower: Reading) -> Reading:
    """Keep of a chain's head what its tail lies in: 朝阳区 of 朝阳区朝外街道 is Beijing's."""
    kept = tuple(e for e in reading.entries if any(f.code.startswith(e.prefix) for f in follower.entries))
    return Reading(kept or reading.entries, reading.end, reading.steps, reading.names, reading.covers)


def _can_stand(text: str, reading: Reading) -> bool:
    """Tell whether a shortened name is one, by what follows: 北京路街道 is not in 北京."""
    if reading.steps[-1] == "stem":
        return bool(_after_stem().match(text, reading.end))
    if reading.steps[-1] in ("short", "bingtuan"):
        part_of_other = PART_OF_OTHER.match(text, reading.end) or TOWNSHIP_AGENCY.match(text, reading.end)
        return not (part_of_other and level(reading.entries[0].code) == "province")
    return True


def read(text: str, at: int = 0, prefixes: tuple[str, ...] | None = None) -> list[Reading]:
    """Return the best readings of the chain that begins at a place of the text; empty where none does."""
    out: list[Reading] = []
    for reading in _steps(text, at, prefixes):
        followers: list[Reading] = []
        if level(reading.entries[0].code) != "township":
            # 淮安市淮安经济技术开发区 repeats the city's name; it does not go down to 淮安区.
            again = stem(text[at : reading.end])
            followers = [
                follower
                for follower in read(text, reading.end, reading.prefixes)
                if not (again and follower.steps == ("stem",) and text.startswith(again, reading.end))
            ]
            if not followers and (connector := CONNECTOR.match(text, reading.end)):
                followers = read(text, connector.end(), reading.prefixes)
            if not followers and (zone := _zone_word().match(text, reading.end)):
                street = _read_township(text, zone.end(), reading.prefixes)
                followers = [_joined(Reading((), 0, (), 0), street, "in a zone")] if street else []
        out += [_joined(_narrow(reading, follower), follower) for follower in followers]
        if _can_stand(text, reading):
            out.append(reading)
    best = max((reading.rank for reading in out), default=None)
    return [reading for reading in out if reading.rank == best]


def in_brackets(text: str, prefixes: tuple[str, ...] | None) -> Reading | None:
    """Return the division that a bracket names in full: 中韩(长春)国际合作示范区, 税务局（泰州市）."""
    for bracket in BRACKETS.finditer(text):
        inner = bracket[1].removesuffix("人民政府")
        for reading in read(inner, 0, prefixes):
            if reading.end == len(inner) and (prefixes is None or reading.steps[-1] == "name"):
                return reading
    return None


@cache
def _branch() -> re.Pattern[str]:
    return re.compile("|".join(places()["branch_words"]))


def branch(text: str, at: int, prefixes: tuple[str, ...]) -> Reading | None:
    """Return the county whose branch of a bureau this is: 昌吉州生态环境局吉木萨尔县分局."""
    for start in range(at + 2, len(text) - 3):
        for end, entries in _matches(text, start, division_names().official, division_names().longest):
            inside = under(entries, prefixes)
            if inside and _branch().match(text, end):
                return Reading(inside, end, ("branch",), 1)
    return None


def nation(end: int) -> Reading:
    """Return the reading of a central body."""
    return Reading((NATION_ENTRY,), end, ("central body",), 1)
