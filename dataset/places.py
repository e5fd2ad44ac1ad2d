"""What a region code says to a reader of a table: name, level, province."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from extraction.regions import find


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """A region in words; None where the tables of regions have no such code."""

    name: str | None
    level: str | None
    province: str | None


@lru_cache(maxsize=100_000)
def region_of(code: str, year: int) -> PlaceNames:
    """Return what a code meant in a year."""
    region = find(code, year) if code.isdecimal() and len(code) in (6, 9, 12) else None
    if region is None:
        return PlaceNames(None, None, None)
    return PlaceNames(region.name, region.level, region.parents[0] if region.parents else region.code)
