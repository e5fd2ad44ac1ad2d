"""One body under one name and in one region over the years, so that its reports' ids begin alike.

A document may make the region certain in one year and leave it open in the next, when the site's stands in
for it; or name 段店乡 in one year and 段店乡人民政府 in the next. On one site the same full name is the same
body: then the most specific region and the full name hold for all its years. Homonyms stay apart: a bare name
(教育局) on a site of many bodies says nothing, nor do regions of which none lies within the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dataset.joining import QUALIFIED, depth, is_within
from dataset.model import Body, Issue

OFFICES = ("人民政府", "政府", "办事处", "街道办事处", "管理委员会", "管委会")
_PLACE = re.compile(r"(?:省|市|区|县|旗|盟|州|镇|乡|街道|苏木)$")


def settle(bodies: Sequence[Body]) -> list[Body]:
    """Return the documents, each under the name and the region that its body has over all years."""
    return _one_region(_one_name(bodies))


def _sites(body: Body) -> Iterable[str]:
    return sorted({seen.site.id for seen in body.sightings})


def _one_name(bodies: Sequence[Body]) -> list[Body]:
    names: dict[str, set[str]] = defaultdict(set)
    for body in bodies:
        for site in _sites(body):
            names[site].add(body.agency)
    out = []
    for body in bodies:
        full = body.agency
        if _PLACE.search(body.agency):
            found = {
                body.agency + office
                for site in _sites(body)
                for office in OFFICES
                if body.agency + office in names[site]
            }
            # 政府 beside 人民政府, or two offices of one place: not told which.
            full = found.pop() if len(found) == 1 else body.agency
        note = f"the document says {body.agency}; other years on the site say {full}"
        out.append(
            body if full == body.agency else _noted(replace(body, agency=full), "agency_from_site", note)
        )
    return out


def _one_region(bodies: Sequence[Body]) -> list[Body]:
    regions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for body in bodies:
        for site in _sites(body):
            regions[site, body.agency].add(body.region)
    out = []
    for body in bodies:
        known = set().union(*(regions[site, body.agency] for site in _sites(body)))
        deepest = max(known, key=lambda code: (depth(code), code))
        own_site = any(seen.site.agency is not None for seen in body.sightings)
        certain = own_site or QUALIFIED.match(body.agency) is not None
        if deepest == body.region or not certain or not all(is_within(deepest, code) for code in known):
            out.append(body)
            continue
        note = f"{body.region} by this document; {deepest} by those of other years of the same body"
        out.append(_noted(replace(body, region=deepest), "region_from_other_years", note))
    return out


def _noted(body: Body, code: str, message: str) -> Body:
    issue = Issue(code, "note", message, sha256=body.head.sha256, url=body.first.url)
    return replace(body, issues=(*body.issues, issue))
