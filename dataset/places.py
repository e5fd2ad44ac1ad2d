"""Divisions and kinds of bodies, as the tables name them; from the reference tables of `extraction`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dataset.bodies import Place
from extraction.regions import agency_kind, find
from extraction.regions.table import divisions, township_counties_codes, townships_of

# Hong Kong, Macao and Taiwan do not report under the mainland's regulation.
_OTHERS = ("71", "81", "82")

_TOWNSHIPS = frozenset({"township_government", "subdistrict_office"})
_GOVERNMENTS = frozenset(
    {
        "government",
        "government_office",
        "central_government",
        "delegated_office",
        "division",
        "zone_committee",
    }
)


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


@lru_cache(maxsize=100_000)
def body_of(agency: str) -> str:
    """Return ``government``, ``department`` or ``township``, by the name."""
    kind = agency_kind(agency).kind
    return "township" if kind in _TOWNSHIPS else "government" if kind in _GOVERNMENTS else "department"


def level_of(agency: str, place: PlaceNames) -> str | None:
    """Return the level of a body: a township that the tables have not has the code of what contains it."""
    listed = place.level is None or place.level in ("national", "township")
    return place.level if listed or body_of(agency) != "township" else "township"


def places(year: int, within: Iterable[str] | None = None) -> dict[str, Place]:
    """Return the divisions that had a government in a year, townships included.

    Args:
        year: the year.
        within: only these, what is inside them and what is above them; all if not given.
    """
    wanted = None if within is None else frozenset(within)
    entries = [entry for names in divisions().values() for entry in names]
    entries += [entry for county in township_counties_codes() for entry in townships_of(county)]
    found: dict[str, Place] = {}
    for entry in entries:
        if entry.zone or not entry.begin <= year <= entry.end or entry.code.startswith(_OTHERS):
            continue
        if wanted is not None and wanted.isdisjoint(_chain(entry.code)):
            continue
        region = find(entry.code, year)
        if region is not None:
            found[region.code] = Place(region.code, region.name, region.full_name, region.parents)
    for code in {parent for place in found.values() for parent in place.parents} - set(found):
        region = find(code, year)
        if region is not None:
            found[code] = Place(code, region.name, region.full_name, region.parents)
    return found


def _chain(code: str) -> tuple[str, ...]:
    """Return a division's code and those of the divisions above it."""
    return (code, code[:6], code[:4] + "00", code[:2] + "0000")
