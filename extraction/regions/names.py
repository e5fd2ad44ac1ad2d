"""The names by which divisions are looked up: official, short, and without their suffix."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from extraction import knowledge
from extraction.regions.table import IN_FORCE, Entry, divisions, township_counties, townships_named

HERE = Path(__file__).parent
FIRST_REPORTS = 2007
"""Names that were gone before the first reports (of 2008) are found by code only."""

Index = dict[str, tuple[Entry, ...]]


def load_yaml(name: str) -> dict[str, Any]:
    """Read a knowledge file of this package."""
    data = knowledge.load_yaml(HERE / name)
    assert isinstance(data, dict)
    return data


@cache
def places() -> dict[str, Any]:
    """Return the knowledge about names of places."""
    return load_yaml("places.yaml")


@cache
def _peoples() -> re.Pattern[str]:
    names = sorted(places()["peoples"], key=len, reverse=True)
    return re.compile(
        f"(?<=.)(?:{'|'.join(names)})+(?:民族)?(自治)?(?=[州县旗乡镇]$|苏木$)|(?<=..)民族(?=乡$)|(?<=.)自治(?=州$)"
    )


def without_people(name: str) -> str:
    """Return the short form of an autonomous division: 黔南州 for 黔南布依族苗族自治州."""
    if "族" not in name and "自治" not in name:
        return name
    short = _peoples().sub("", name, count=1)
    return short if len(short) >= 3 else name


SUFFIX = re.compile(r"(自治州|自治县|自治旗|地区|林区|特区|[市县区旗盟州])$")


def stem(name: str) -> str:
    """Return a name without its suffix, or an empty text where too little would be left."""
    bare = SUFFIX.sub("", without_people(name))
    return bare if len(bare) >= 2 and bare != name else ""


@dataclass(slots=True)
class Names:
    """Indices of one part of the table."""

    official: Index = field(default_factory=dict)
    short: Index = field(default_factory=dict)
    stems: Index = field(default_factory=dict)
    longest: int = 0

    def add(self, index: Index, name: str, entry: Entry) -> None:
        """File an entry under a name."""
        index[name] = (*index.get(name, ()), entry)
        self.longest = max(self.longest, len(name))


@cache
def division_names() -> Names:
    """Return the names at and above county level."""
    names = Names()
    table = divisions()
    for entries in table.values():
        for entry in entries:
            if entry.zone or entry.end < FIRST_REPORTS:
                continue
            names.add(names.official, entry.name, entry)
            short = without_people(entry.name)
            if short != entry.name:
                names.add(names.short, short, entry)
            # A former name is known in full only: 万盛 is a zone of 重庆 now, no more 万盛区.
            if entry.end == IN_FORCE and not entry.code.endswith("0000") and (bare := stem(entry.name)):
                names.add(names.stems, bare, entry)
    for name, code in places()["short"].items():
        names.add(names.short, name, table[code][-1])
    names.add(names.stems, "吉林", table["220000"][-1])
    return names


@dataclass(frozen=True, slots=True)
class TownshipNames:
    """The names of townships: official, and without the peoples of an ethnic township."""

    full_names: dict[str, tuple[str, ...]]
    longest: int

    def get(self, name: str) -> tuple[Entry, ...]:
        """Return the townships that a text can name."""
        official = townships_named(name)
        return official + tuple(e for full in self.full_names.get(name, ()) for e in townships_named(full))


@cache
def township_names() -> TownshipNames:
    """Return the names of townships; the larger part of the table, read only when a name calls for it."""
    names = township_counties()
    full_names: dict[str, tuple[str, ...]] = {}
    for name in names:
        short = without_people(name)
        if short != name:
            full_names[short] = (*full_names.get(short, ()), name)
    return TownshipNames(full_names, max(map(len, names)))
