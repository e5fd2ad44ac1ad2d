"""The table of divisions: reading the data file, finding a code."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "regions.txt"

NATION = "000000"
IN_FORCE = 9999
"""The last year of a name that is still in force."""
LEVELS = ("national", "province", "prefecture", "county", "township")


@dataclass(frozen=True, slots=True)
class Region:
    """A division under one of its names.

    Attributes:
        code: Six digits, nine for a township, `000000` for the whole country.
        name: The official name, such as 牧野区.
        level: One of `LEVELS`.
        full_name: The names from the province down, such as 河南省新乡市牧野区.
        parents: The codes of the divisions above it, from the province down.
        valid_from: First year of the name, None where it is older than the tables.
        valid_to: Last year of the name, None while it is in force.
        zone: True for a statistical area (park, farm) that is no division; agencies never resolve to one.
    """

    code: str
    name: str
    level: str
    full_name: str
    parents: tuple[str, ...]
    valid_from: int | None = None
    valid_to: int | None = None
    zone: bool = False


class Entry(NamedTuple):
    """A line of the table."""

    code: str
    name: str
    begin: int
    """First year, 0 where it is older than the tables."""
    end: int
    """Last year, `IN_FORCE` while it is in force."""
    zone: bool

    @property
    def prefix(self) -> str:
        """The digits that the codes of everything inside begin with."""
        return prefix(self.code)


def prefix(code: str) -> str:
    """Return the digits that all codes inside a division begin with; empty for the whole country."""
    if code == NATION:
        return ""
    if code.endswith("0000") and len(code) == 6:
        return code[:2]
    return code[:4] if code.endswith("00") and len(code) == 6 else code


def level(code: str) -> str:
    """Return the level that a code's form says."""
    return {0: "national", 2: "province", 4: "prefecture", 6: "county", 9: "township"}[len(prefix(code))]


@cache
def _parts() -> tuple[list[str], list[str]]:
    above, _, below = DATA.read_text(encoding="utf-8").partition("[townships]\n")
    return above.partition("[divisions]\n")[2].splitlines(), below.splitlines()


@cache
def divisions() -> dict[str, list[Entry]]:
    """Return code -> names at and above county level, oldest name first."""
    table: dict[str, list[Entry]] = {}
    for line in _parts()[0]:
        code, name, begin, end, mark = (line + "\t\t\t").split("\t")[:5]
        entry = Entry(code, name, int(begin or 0), int(end or IN_FORCE), mark == "*")
        table.setdefault(code, []).append(entry)
    return table


def _township(county: str, expected: int, cell: str) -> Entry:
    name, _, end = cell.partition("-")
    name, _, begin = name.partition("+")
    if name[0].isdecimal():
        digits, name = name[:3], name[3:]
    else:
        digits = f"{expected:03d}"
    zone = name[0] == "*"
    return Entry(county + digits, name[zone:], int(begin or 0), int(end or IN_FORCE), zone)


@cache
def _township_lines() -> dict[str, str]:
    return dict(line.split("\t", 1) for line in _parts()[1])


@cache
def townships_of(county: str) -> tuple[Entry, ...]:
    """Return the townships of a county, or of a prefecture without counties, former ones included."""
    out: list[Entry] = []
    expected = 0
    for cell in _township_lines().get(county, "").split("\t"):
        if cell:
            out.append(_township(county, expected, cell))
            expected = int(out[-1].code[6:]) + 1
    return tuple(out)


def township_counties_codes() -> tuple[str, ...]:
    """Return the codes under which the table has townships."""
    return tuple(_township_lines())


NAME = re.compile(r"(?:^|\t)\d{0,3}([^\d\t*+-][^\t+-]*)")
"""A township's name in its county's line; zones are passed over."""


@cache
def township_counties() -> dict[str, list[str]]:
    """Return township name -> counties that have one of this name; fast, as it makes no entries."""
    out: dict[str, list[str]] = {}
    for county, line in _township_lines().items():
        for name in NAME.findall(line):
            out.setdefault(name, []).append(county)
    return out


def townships_named(name: str) -> tuple[Entry, ...]:
    """Return the townships of a name."""
    counties = dict.fromkeys(township_counties().get(name, ()))
    return tuple(e for county in counties for e in townships_of(county) if e.name == name and not e.zone)


def parents(code: str) -> tuple[str, ...]:
    """Return the codes of the divisions above a code, from the province down; those that exist."""
    above = [code[:2] + "0000", code[:4] + "00", *([code[:6]] if len(code) == 9 else [])]
    table = divisions()
    return tuple(dict.fromkeys(parent for parent in above if parent != code and parent in table))


def _valid_name(code: str, year: int) -> str:
    """Return the name a code had in a year, or the nearest one."""
    names = [entry for entry in divisions()[code] if entry.begin <= year <= entry.end]
    return (names or divisions()[code])[-1].name


@cache
def region(entry: Entry) -> Region:
    """Return a table line as a region, its parents under the names of its own last year."""
    above = parents(entry.code)
    names = [_valid_name(code, entry.end) for code in above]
    return Region(
        code=entry.code,
        name=entry.name,
        level=level(entry.code),
        full_name="".join([*names, entry.name]),
        parents=above,
        valid_from=entry.begin or None,
        valid_to=entry.end if entry.end != IN_FORCE else None,
        zone=entry.zone,
    )


NATION_ENTRY = Entry(NATION, "全国", 0, IN_FORCE, zone=False)


def find(code: str, year: int | None = None) -> Region | None:
    """Return the division of a code, or None where the tables have none.

    Args:
        code: Six digits, nine or twelve for a township.
        year: Where given, the name of that year is taken, where the code had several.
    """
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if code == NATION:
        return region(NATION_ENTRY)
    if len(code) == 9:
        names = [entry for entry in townships_of(code[:6]) if entry.code == code]
    else:
        names = divisions().get(code, [])
    if not names:
        return None
    if year is not None:
        names = [entry for entry in names if entry.begin <= year <= entry.end] or names
    return region(max(names, key=lambda entry: (entry.end, entry.begin)))


def registered(code: str) -> Region | None:
    """Return the division of a code as registers use it: also 110100 for 北京市, 130101 for 石家庄市.

    The standard keeps such codes for 市辖区, 县 and 省直辖县级行政区划: rows without a government.
    """
    if found := find(code):
        return found
    if code[2:] in ("0100", "0200", "9000"):
        return find(code[:2] + "0000")
    return find(code[:4] + "00") or find(code[:2] + "0000") if code[4:] == "01" else None
