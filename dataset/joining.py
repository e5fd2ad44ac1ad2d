"""What belongs to one report although it was found in several regions."""

from __future__ import annotations

import re
from collections import defaultdict

from dataset.model import Body

QUALIFIED = re.compile(r"[\u4e00-\u9fff]{2,}?(?:省|自治区|自治州|市|盟|区|县|旗|镇|乡|街道)")

Key = tuple[str, int, str]
"""Agency, year, region."""
Groups = dict[Key, list[Body]]


def depth(code: str) -> int:
    """Return how specific a region code is: digits that are not closing pairs of zeros."""
    base, rest = code[:6], code[6:]
    digits = len(base)
    while digits > 0 and base[digits - 2 : digits] == "00":
        digits -= 2
    return digits + len(rest.rstrip("0"))


def is_within(code: str, outer: str) -> bool:
    """True where region `code` is `outer` or a part of it (GB/T 2260: 410711 is within 410700 and 410000)."""
    digits = depth(outer)
    return code[:digits] == outer[:digits]


def join_pages(groups: Groups) -> Groups:
    """Join what a page and its attachment are: one report, whatever region each was found in."""
    at: dict[tuple[str, str], set[Key]] = defaultdict(set)
    for key, bodies in groups.items():
        for seen in (seen for body in bodies for seen in body.sightings):
            at[seen.site.id, seen.url].add(key)
    target: dict[Key, Key] = {}

    def follow(key: Key) -> Key:
        while key in target:
            key = target[key]
        return key

    for key, bodies in groups.items():
        for seen in (seen for body in bodies for seen in body.sightings if seen.page is not None):
            # None: the page is no report, or lists the reports of others.
            pages = [page for page in at.get((seen.site.id, seen.page or ""), ()) if page[:2] == key[:2]]
            if len(pages) != 1:
                continue
            one, other = sorted(
                (follow(key), follow(pages[0])), key=lambda found: (depth(found[2]), found[2])
            )
            if one != other:
                target[one] = other
    joined: Groups = defaultdict(list)
    for key, bodies in groups.items():
        joined[follow(key)] += bodies
    return joined


def join_regions(groups: Groups) -> Groups:
    """Join what carries the same fully qualified name in a region and in a part of it."""
    regions: dict[tuple[str, int], list[str]] = defaultdict(list)
    for agency, year, region in groups:
        regions[agency, year].append(region)
    joined: Groups = defaultdict(list)
    for (agency, year, region), bodies in groups.items():
        target = region
        if QUALIFIED.match(agency):
            parts = [code for code in regions[agency, year] if is_within(code, region) and code != region]
            deepest = max(parts, key=lambda code: (depth(code), code), default=region)
            # One chain of regions only: a name found in two districts of the city is two bodies.
            if all(is_within(deepest, code) for code in parts):
                target = deepest
        joined[agency, year, target] += bodies
    return joined
