"""What an agency is, by its name: a government, a bureau, a street's office."""

import re
from dataclasses import dataclass
from functools import cache

from extraction.regions.names import load_yaml


@dataclass(frozen=True, slots=True)
class AgencyKind:
    """The kind of an agency and what decided it.

    Attributes:
        kind: A kind of `agencies.yaml`, or `unknown`.
        level: The level of its division where the name alone tells it (厅: province), else None.
        matched: The words that decided.
    """

    kind: str
    level: str | None
    matched: str


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str], str | None], ...]:
    return tuple(
        (row["kind"], re.compile(row["pattern"]), re.compile(row.get("within", "")), row.get("level"))
        for row in load_yaml("agencies.yaml")["kinds"]
    )


@cache
def central_bodies() -> tuple[dict[str, bool], int]:
    """Return central body -> whether it has branches named after divisions, and the longest name's length."""
    central = load_yaml("agencies.yaml")["central"]
    bodies = dict.fromkeys(central["national"], False) | dict.fromkeys(central["local"], True)
    return bodies, max(map(len, bodies))


def agency_kind(name: str) -> AgencyKind:
    """Return the kind of an agency by its name as printed."""
    plain = re.sub(r"[（(][^）)]*[）)]|\s", "", name) or re.sub(r"\s", "", name)
    for kind, pattern, within, level in _kinds():
        found = pattern.search(plain)
        if found and within.search(plain):
            return AgencyKind(kind, level, found[0])
    return AgencyKind("unknown", None, "")
