"""From an agency's name and its context to its division, or to the candidates of an open question."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from extraction.regions import chain
from extraction.regions.agencies import agency_kind, central_bodies
from extraction.regions.chain import Reading
from extraction.regions.names import places
from extraction.regions.table import IN_FORCE, NATION, Entry, Region, find, level, prefix, region, registered

SLACK = 2
"""Years by which a list lags behind a change, and a name outlives it: tolerance at both ends of a span."""

PREFECTURE = 4
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""Provinces that are cities: as context for a township they say as much as a prefecture."""

OPEN_KINDS = frozenset({"unknown", "division", "central_government", "village_committee"})
"""Kinds of names that say nothing of being a department of the site's own government."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an agency's name says about its division.

    Attributes:
        region: The division, or None where none is certain.
        candidates: What the name can mean: the region alone, or several where the question is open.
        matched: The part of the name that was read as a division.
        remainder: What follows it.
        how: The steps of the answer, for people: `name`, `stem`, `within`, `historical name, 1986-2019` ….
        township: Whether the agency is a township's that the tables have not: the region is what contains it.
    """

    region: Region | None
    candidates: tuple[Region, ...]
    matched: str
    remainder: str
    how: str
    township: bool = False


def resolve(
    agency: str, *, within: str | None = None, hints: Iterable[str] = (), year: int | None = None
) -> Resolution:
    """Return the division that an agency is a body of.

    Args:
        agency: The name as printed.
        within: The region code of the site the name was seen on.
        hints: Other texts about it, such as the site's name; they choose between candidates.
        year: The reporting year; names that were not in force then are not taken.
    """
    texts = (hints,) if isinstance(hints, str) else tuple(hints)
    site = registered(within) if within else None
    return _resolve(agency, site.code if site else None, texts, year)


def _normal(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip("-—·,.;:。、")


@lru_cache(maxsize=8192)
def _resolve(agency: str, within: str | None, hints: tuple[str, ...], year: int | None) -> Resolution:
    text = _normal(agency)
    reading, start = _read(text)
    if reading is None:
        return _without_place(text, within, hints, year)
    matched, remainder = text[start : reading.end], text[reading.end :]
    notes = list(dict.fromkeys(reading.steps))
    below = _unlisted(remainder) if level(reading.entries[0].code) not in ("township", "national") else None
    if below:
        notes.append(f"{below} is not in the tables: what contains it")
    left = _choose(reading, text, within, hints, year, notes)
    regions = tuple(region(entry) for entry in left)
    if len(left) == 1 and (doubt := _doubt(left[0], reading, within, hints)):
        notes.append(f"open: {doubt}")
    answer = regions[0] if len(regions) == 1 and not notes[-1].startswith("open: ") else None
    if answer and year and not _in_force(left[0], year, SLACK):
        notes.append(f"not in force in {year}")
        answer = None
    if answer and (answer.valid_to or (answer.valid_from and year and year < answer.valid_from)):
        notes.append(f"historical name, {answer.valid_from or ''}-{answer.valid_to or ''}")
    if len(regions) > 1:
        notes.append(f"open: {len(regions)} candidates")
    township = bool(below) and agency_kind(text).level == "township"
    return Resolution(answer, regions, matched, remainder, "; ".join(notes), township)


def _unlisted(remainder: str) -> str | None:
    """Return the township that the rest of a name says, where it says one: 新桥镇人民政府."""
    found = chain.TOWNSHIP_AGENCY.search(chain.CONNECTOR.sub("", remainder, count=1))
    if found is None or not chain.OWN_NAME.fullmatch(found[1]):
        return None
    return found[1] + (found[3] or found[5] or found[7] or "")


def _read(text: str) -> tuple[Reading | None, int]:
    """Return the best reading of a name and where it begins."""
    bodies, longest = central_bodies()
    plain = text.removeprefix("中华人民共和国")
    skip = len(text) - len(plain)
    body = next((plain[:n] for n in range(min(longest, len(plain)), 1, -1) if plain[:n] in bodies), "")
    start = skip + len(body)
    if not body:
        start = _lead(text, skip)
    readings = chain.read(text, start) if bodies.get(body, True) else []
    if readings:
        return _refined(text, _merged(readings)), start
    if body:
        unknown_place = bodies[body] and len(text) > start and _may_name_place(text[start:])
        return (None if unknown_place else chain.nation(start)), 0
    bracket = chain.in_brackets(text, None)
    if bracket:
        return Reading(bracket.entries, len(text), (*bracket.steps, "in brackets"), bracket.names), 0
    return None, 0


def _may_name_place(rest: str) -> bool:
    """Tell whether what follows a central body may be a place unknown to us, not one of its own offices."""
    return not re.match(r"[（(与和、]|办公|机关|总局|综合|政策|规划|信息|网站|门户", rest)


def _lead(text: str, at: int) -> int:
    for word in sorted(places()["lead"], key=len, reverse=True):
        if text.startswith(word, at):
            return at + len(word)
    free_trade = re.match(r"中国[（(]([^）)]+)[）)](自由贸易试验区|自由贸易港|跨境)", text)
    return free_trade.end() if free_trade and chain.read(text, free_trade.end()) else at


def _merged(readings: list[Reading]) -> Reading:
    """Join readings of equal rank: the same words, read as different divisions."""
    entries = tuple(dict.fromkeys(entry for reading in readings for entry in reading.entries))
    best = readings[0]
    return Reading(entries, best.end, best.steps, best.names, best.covers)


def _refined(text: str, reading: Reading) -> Reading:
    """Go down to the county that stands behind the chain, in a branch's name or in brackets."""
    if level(reading.entries[0].code) in ("county", "township"):
        return reading
    branch = chain.branch(text, reading.end, reading.prefixes)
    if branch:
        return Reading(branch.entries, reading.end, (*reading.steps, "branch"), reading.names + 1)
    bracket = chain.in_brackets(text[reading.end :], reading.prefixes)
    if bracket and level(bracket.entries[0].code) != "township":
        return Reading(bracket.entries, reading.end, (*reading.steps, "in brackets"), reading.names + 1)
    return reading


def _in_force(entry: Entry, year: int | None, slack: int = 0) -> bool:
    if year is None:
        return entry.end == IN_FORCE
    return entry.begin - slack <= year <= entry.end + slack


def _by_year(entries: tuple[Entry, ...], year: int | None) -> tuple[Entry, ...]:
    """Keep the names in force in the year, else those that nearly were, else all; one entry a place."""
    for slack in (0, SLACK):
        kept = tuple(entry for entry in entries if _in_force(entry, year, slack))
        if kept:
            break
    else:
        kept = entries
    return tuple(entry for entry in kept if not any(_follows(other, entry) for other in kept))


def _follows(later: Entry, earlier: Entry) -> bool:
    """Tell whether a line is the same place under its later name or code: 索县 had two codes in one year."""
    if later is earlier or later.begin < earlier.begin or later.end <= earlier.end:
        return False
    recoded = (
        later.name == earlier.name and later.code[:2] == earlier.code[:2] and level(later.code) != "township"
    )
    return later.code == earlier.code or (recoded and later.begin + 1 >= earlier.end)


def _narrowed(entries: tuple[Entry, ...], code: str) -> tuple[Entry, ...]:
    """Keep what lies in a division; where nothing does, what it lies in; where neither, everything."""
    inside = tuple(entry for entry in entries if entry.code.startswith(prefix(code)))
    above = tuple(entry for entry in entries if code.startswith(entry.prefix))
    return inside or above or entries


def _choose(
    reading: Reading,
    text: str,
    within: str | None,
    hints: tuple[str, ...],
    year: int | None,
    notes: list[str],
) -> tuple[Entry, ...]:
    """Take away from a reading's candidates what the year and the context exclude."""
    named = _contextual(reading.entries, within, hints, year, notes)
    left = _by_year(named, year)
    if len(left) > 1 and (kind := agency_kind(text)).level and "stem" in reading.steps:
        left = tuple(entry for entry in left if level(entry.code) == kind.level) or left
    if len(left) > 1 and reading.steps[-1] == "stem":
        left = _stem_owner(left, within, notes)
    return left


def _doubt(entry: Entry, reading: Reading, within: str | None, hints: tuple[str, ...]) -> str | None:
    """Say why the only division that a name can mean may not be meant, or None.

    Townships come and go, and 东区 or 新城区 are also what towns call a part of theirs: with nothing
    before it, such a name may be that of a place outside the tables. Counties and cities are known.
    """
    township = level(entry.code) == "township"
    if reading.names > 1 or not (township or entry.name.endswith("区") or "stem" in reading.steps):
        return None
    context = [found for text in (within, *hints) if text and (found := find(text) or _hinted(text))]
    if any(
        not entry.code.startswith(prefix(r.code)) and not r.code.startswith(entry.prefix) for r in context
    ):
        return "outside the context's region"
    if not context and len(entry.name) == 2:
        return "too general a name without context"
    if township and not any(
        len(prefix(r.code)) >= PREFECTURE or r.code[:2] in MUNICIPALITIES for r in context
    ):
        return "a township known by its name alone"
    return None


def _hinted(hint: str) -> Region | None:
    return _resolve(hint, None, (), None).region


def _contextual(
    entries: tuple[Entry, ...], within: str | None, hints: tuple[str, ...], year: int | None, notes: list[str]
) -> tuple[Entry, ...]:
    for name, text in (("within", within), *(("hint", hint) for hint in hints)):
        if len(entries) == 1:
            break
        found = _hinted(text) if text and name == "hint" else None
        code = found.code if found else text if name == "within" else None
        kept = _narrowed(entries, code) if code and code != NATION else entries
        if len(_by_year(kept, year)) < len(_by_year(entries, year)):
            notes.append(name)
        entries = kept
    return entries


def _stem_owner(entries: tuple[Entry, ...], within: str | None, notes: list[str]) -> tuple[Entry, ...]:
    """Choose between 新乡市 and 新乡县 for 新乡: the site's own, else the prefecture, which contains both."""
    own = tuple(entry for entry in entries if entry.code == within)
    if own:
        notes.append("within")
        return own
    tops = tuple(
        e
        for e in entries
        if level(e.code) == "prefecture" and all(o.code.startswith(e.prefix) for o in entries)
    )
    if tops:
        notes.append("a county inside has the same short name")
    return tops or entries


def _without_place(text: str, within: str | None, hints: tuple[str, ...], year: int | None) -> Resolution:
    """Answer for a name without a place: a department of the site's own government, or nobody."""
    kind = agency_kind(text)
    nothing = Resolution(None, (), "", text, "no division in the name")
    if kind.kind in OPEN_KINDS or kind.level == "township":
        return nothing
    site = find(within, year) if within else None
    hinted = list(dict.fromkeys(found for hint in hints if (found := _hinted(hint)) and found.code != NATION))
    if site:
        hinted = [found for found in hinted if found.code.startswith(prefix(site.code))]
    places_left = hinted or ([site] if site else [])
    if len(places_left) == 1 and places_left[0].level != "national":
        how = "no division in the name; " + ("hint" if hinted else "within: the site's own")
        return Resolution(places_left[0], (places_left[0],), "", text, how)
    if len(places_left) > 1:
        return Resolution(None, tuple(places_left), "", text, "no division in the name; the hints disagree")
    return nothing
