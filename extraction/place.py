"""Which division a report's agency belongs to, by its name and what the document itself says beside it.

The name decides; codes and names in the page's own facts only choose between what the name can mean. The
address is no source: a record is made from bytes alone. Without certainty there is no region but a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extraction.normalise import squeeze
from extraction.record import Issue
from extraction.text_lines import TextLine

_SITE_CODES = frozenset({"siteidcode", "网站标识码"})
_REGISTERED = frozenset({"索引号", "信息索引号", "索引码", "公开主体代码", "统一社会信用代码", "主体编码"})
_NAMES = frozenset({"sitename", "网站名称", "发布机构", "发文机关", "发布单位", "公开机构", "contentsource"})
_PRINTED_CODE = re.compile(r"网站标识码[:：]?(bm\d{8}|\d{10})(?!\d)", re.IGNORECASE)
_FOOTER_LINES = 20
_MOST_CANDIDATES = 5


@dataclass
class Placed:
    """The division of an agency, with its sources and doubts."""

    region: dict[str, str] | None = None
    sources: list[dict[str, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def place(
    agency: str | None,
    others: list[str],
    facts: list[tuple[str, str]],
    lines: list[TextLine],
    year: int | None,
) -> Placed:
    """Resolve an agency's division.

    Args:
        agency: the agency's name as found.
        others: further names of it in the document (signature, publisher).
        facts: what the file says about itself, names in lower case.
        lines: the running text, for a website's identifier in the footer.
        year: the reporting year.
    """
    out = Placed()
    if agency is None:
        return out
    # Imported on first use: the tables are read only where there is an agency to place.
    from extraction.regions import find, resolve

    code, registered = _codes(out, facts, lines)
    hints = [name for name in dict.fromkeys([*others, *_named(facts)]) if name != agency]
    found = resolve(agency, within=code, hints=hints, year=year)
    region = found.region
    if region is not None and not found.matched and not registered:
        # 卫生健康局 on a city's site may be a county's: a hub shows the reports of many.
        out.issues.append(
            Issue("region_unknown", "note", f"{agency} names no place; the site's is {region.full_name}")
        )
        return out
    if region is not None:
        # A township that the tables have not is still one: code and name are those of what contains it.
        level = "township" if found.township else region.level
        out.region = {"code": region.code, "name": region.name, "level": level}
        out.sources.insert(0, {"value": region.code, "source": f"agency: {found.how}"})
        if "not in the tables" in found.how:
            out.issues.append(Issue("region_containing", "note", f"{agency}: {found.how}"))
        near = find(code) if code else None
        if near and near.code != "000000" and not _meet(near.code, region.code):
            message = f"{agency} is of {region.full_name}, the page's code says {near.full_name}"
            out.issues.append(Issue("region_conflict", "note", message))
    elif len(found.candidates) > 1:
        some = [f"{each.full_name} {each.code}" for each in found.candidates[:_MOST_CANDIDATES]]
        more = len(found.candidates) - len(some)
        listed = ", ".join(some) + (f" and {more} more" if more > 0 else "")
        out.issues.append(Issue("region_ambiguous", "note", f"{agency} may be of {listed}"))
    else:
        only = "".join(f"; only known: {each.full_name} {each.code}" for each in found.candidates)
        out.issues.append(Issue("region_unknown", "note", f"{agency}: {found.how}{only}"))
    return out


def _codes(out: Placed, facts: list[tuple[str, str]], lines: list[TextLine]) -> tuple[str | None, bool]:
    """The region code that the page carries, and whether it is the publisher's own registration."""
    from extraction.regions import from_credit_code, from_site_code

    chosen: str | None = None
    for name, value in facts:
        if name in _REGISTERED and (body := from_credit_code(value)) and body.region:
            out.sources.append({"value": body.region.code, "source": f"{name} {body.code}"})
            chosen = chosen or body.region.code
    registered = chosen is not None
    printed = [
        ("网站标识码", m[1]) for line in lines[-_FOOTER_LINES:] if (m := _PRINTED_CODE.search(line.bare))
    ]
    sites = [(name, value) for name, value in facts if name in _SITE_CODES]
    for name, value in [*sites, *printed]:
        if (site := from_site_code(value)) and site.region:
            out.sources.append({"value": site.region.code, "source": f"{name} {site.code}"})
            if not site.central:
                chosen = chosen or site.region.code
    return chosen, registered


def _named(facts: list[tuple[str, str]]) -> list[str]:
    return [
        bare.removesuffix("门户网站").removesuffix("网站")
        for name, value in facts
        if name in _NAMES and 3 <= len(bare := squeeze(value)) <= 40
    ]


def _meet(one: str, other: str) -> bool:
    """Whether one of two codes lies in the other."""
    from extraction.regions.table import prefix

    return one.startswith(prefix(other)) or other.startswith(prefix(one))
