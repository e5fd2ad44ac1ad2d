"""Whose report it is: by its title, its signature, its publisher, its preface, the bodies it speaks of.

A name is never cut to the government's it begins with. Where the sources name several bodies, or only running
text names one, that is a warning: the figures are right, and may be another's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from extraction.agency import (
    agencies_in,
    complete,
    is_fuller,
    is_place,
    same_body,
    signature,
    title_agency,
)
from extraction.normalise import squeeze
from extraction.prefaces import contact, office_of, presented, spoken_of
from extraction.record import Issue
from extraction.text_lines import TextLine

_CITED = re.compile(r"《[^《》]{2,40}关于[^》]*》")
"""Notices, whose authors are others."""
_WITHIN = re.compile(r"(?:[省市县区旗盟州镇乡]|街道|政府|管委会|委员会|办事处)$")
_OFFICE = re.compile(r"(?:人民)?政府办公[室厅]$")
_GOVERNMENT = re.compile(r"(?:人民)?政府$")
_HEAD_LINES = 40
_PUBLISHERS = ("发布机构", "发文机关", "发布单位", "公开机构")
"""Facts that name who answers for the document."""
AGENCY_FACTS = (*_PUBLISHERS, "contentsource", "信息来源", "来源", "author", "member:name")


@dataclass
class Body:
    """A reporting body with its sources and doubts.

    Attributes:
        name: its name; None where none is named.
        sources: every name that a source gives, with the source.
        issues: that it is unknown or inferred, or that sources name others.
    """

    name: str | None = None
    sources: list[tuple[str, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def reporting_body(
    title: str | None,
    titles: list[str],
    facts: list[tuple[str, str]],
    lines: list[TextLine],
    heading: str | None,
) -> Body:
    """The body that reports.

    Args:
        title: the title chosen.
        titles: all titles found.
        facts: what the file says about itself, names in lower case.
        lines: the running text.
        heading: the body that a heading outside names, of a part of a document.
    """
    out = Body()
    titled = [agency for text in titles if (agency := title_agency(text))]
    signer = signature(lines)
    named = [(fact, squeeze(value)) for name in AGENCY_FACTS for fact, value in facts if fact == name]
    published = [(fact, bodies[0]) for fact, value in named if (bodies := agencies_in(value, whole=True))]
    told = _by(presented, lines)
    asked = [*_by(contact, lines), *_by(spoken_of, lines)[:1]]
    mentions = [name for line in lines for name in agencies_in(_CITED.sub("", line.bare))]
    out.sources += [(agency, "title") for agency in titled]
    out.sources += [(signer, "signature")] if signer else []
    out.sources += [(name, fact) for fact, name in published]
    out.sources += [(name, "preface") for name in told]
    out.sources += [(name, "text") for name in asked]
    if heading is not None and not titled:
        titled = [heading]
        out.sources.append((heading, "heading"))
    own = (title_agency(title) if title else None) or (titled[0] if titled else None)
    fuller = [signer] if signer else []
    fuller += [name for _, name in published]
    fuller += [*told, *asked]
    often = sorted(set(mentions), key=lambda m: (-mentions.count(m), -len(m), m))
    if own and not is_place(own):
        out.name = next((f for f in fuller if f != own and is_fuller(f, own) and _stands_alone(own, f)), own)
    elif own:
        _of_place(out, own, [*fuller, *often], {*told, *asked, *mentions} - {signer})
    else:
        sure = {signer, *(name for _, name in published), *told}
        _of_text(
            out, [m for m in [*fuller[:1], *often] if m in fuller or mentions.count(m) >= 2], sure, lines
        )
    if out.name is None:
        out.issues.append(Issue("agency_unknown", "error", "the reporting agency stands nowhere"))
        return out
    if signer and not _same(signer, out.name):
        out.issues.append(Issue("agency_conflict", "warning", f"{out.name}, but signed by {signer}"))
    elif own and is_place(own):
        # A place has many bodies, and its title names none: who publishes it may be who reports.
        others = [(fact, name) for fact, name in published if not _answers(name, out.name)]
        for fact, name in others[:1]:
            severity = "warning" if fact in _PUBLISHERS else "note"
            out.issues.append(Issue("agency_conflict", severity, f"{out.name}, but published by {name}"))
    _named_elsewhere(out, titled, told)
    return out


def _named_elsewhere(out: Body, titled: list[str], told: list[str]) -> None:
    """Say that another title, or the preface, names another body: a report copied from a neighbour's."""
    name = str(out.name)
    place = _GOVERNMENT.sub("", name)
    # Who writes a government's report is one of its offices.
    presented = [each for each in told if not (name != place and each.startswith(place))]
    found = [f"{name}, but also titled {other}" for other in titled if _another(other, name)][:1]
    found += [f"{name}, but its preface presents {other}" for other in presented if _another(other, name)][:1]
    out.issues += [Issue("agency_conflict", "warning", message) for message in found]


def _another(one: str, other: str) -> bool:
    """Whether two names are those of two bodies: none of them is a short form of the other."""
    pairs = [(one, other), (complete(one), complete(other))]
    return not any(_answers(*pair) or _within(*pair) for a, b in pairs for pair in ((a, b), (b, a)))


def _within(short: str, full: str) -> bool:
    """Whether all characters of a name stand in another in their order: 县卫健局 in 青溪县卫生健康局."""
    rest = iter(full)
    return all(char in rest for char in short)


def _of_place(out: Body, place: str, candidates: list[str], written_by: set[str]) -> None:
    # The office that writes it or answers for it is not the body whose report it is.
    offices = {name for name in written_by if _OFFICE.search(name)}
    found = (name for name in candidates if name not in offices)
    match = next((name for name in found if same_body(place, name) and _stands_alone(place, name)), None)
    out.name = complete(match) if match and is_place(match) else match or complete(place)
    if match is None:
        message = f"{place} is a place; " + (
            f"taken as {out.name}" if out.name != place else "its body is not named"
        )
        out.issues.append(Issue("agency_completed", "note", message))


def _of_text(out: Body, names: list[str], sure: set[str | None], lines: list[TextLine]) -> None:
    if not names:
        return
    best = names[0]
    out.name = complete(best) if is_place(best) else best
    out.sources.append((out.name, "text"))
    office = next((found for line in lines[:_HEAD_LINES] if (found := office_of(best, line.bare))), None)
    if best not in sure:
        message = f"only the text names {out.name}: no title, signature, publisher or preface does"
        out.issues.append(Issue("agency_inferred", "warning", message))
    elif office is not None:
        message = f"only its office is named: {office}; taken as {out.name}"
        out.issues.append(Issue("agency_inferred", "warning", message))


def _same(one: str, other: str) -> bool:
    return same_body(one, other) or same_body(other, one)


def _answers(publisher: str, agency: str) -> bool:
    """Whether a publisher is the body itself, or the office that publishes for it."""
    return _same(publisher, agency) or _same(_OFFICE.sub("政府", publisher), agency)


def _stands_alone(place: str, name: str) -> bool:
    """Whether only the places it lies in stand before a place in a name, not words of a sentence."""
    at = name.find(place)
    # 区水利局 in 青溪区水利局: the kind of place is the name's own first character.
    return at <= 0 or any(_WITHIN.search(name[:end]) for end in (at, at + 1))


def _by(read: Callable[[str], str | None], lines: list[TextLine]) -> list[str]:
    """The names that a reading finds in the first lines, each once."""
    return list(dict.fromkeys(name for line in lines[:_HEAD_LINES] if (name := read(line.bare))))
