"""What the record says about the text: the sections found, and the figures that sentences state.

Verdicts of a mention
    mention_right    a figure that the text states stands in `mentions`, of the right year and without a flag
    mention_flagged  it stands there with a flag (or its value is null and flagged)
    mention_missed   it does not stand there: a gap, no error
    mention_SILENT   a figure stands in `mentions` without a flag that the text does not state as its own
A section is right where it is found and the document has its heading, missed where it is not found, wrong
where the document has none.
"""

from __future__ import annotations

from collections import Counter
from typing import Any


def judge_text(
    record: dict[str, Any], truth: dict[str, Any], counts: Counter[str], problems: list[str]
) -> None:
    """Count the verdicts; truths without the fields are not judged."""
    if "sections" in truth:
        _sections(record, truth, counts, problems)
    if "mentions" in truth:
        _mentions(record, truth, counts, problems)


def _sections(
    record: dict[str, Any], truth: dict[str, Any], counts: Counter[str], problems: list[str]
) -> None:
    found = [section["key"] for section in record.get("sections", [])]
    for key in truth["sections"]:
        verdict = "section_right" if key in found else "section_missed"
        counts[verdict] += 1
        if verdict != "section_right":
            problems.append(f"{verdict}: {key}")
    for key in sorted(set(found) - set(truth["sections"])):
        counts["section_wrong"] += 1
        problems.append(f"section_wrong: {key}, which the document has not")


def _mentions(
    record: dict[str, Any], truth: dict[str, Any], counts: Counter[str], problems: list[str]
) -> None:
    found = record.get("mentions", [])
    sure = {(m["key"], m["year"], m["value"]) for m in found if not m["flags"]}
    doubted = {(m["key"], m["value"]) for m in found if m["flags"]} | {
        (m["key"], None) for m in found if m["flags"] and m["value"] is None
    }
    stated = {(key, None, value) for key, value in truth["mentions"]}
    others = {(key, year, value) for key, year, value in truth.get("mentions_other_years", [])}
    for key, _, value in sorted(stated):
        if (key, None, value) in sure:
            counts["mention_right"] += 1
        elif {(key, value), (key, None)} & doubted:
            counts["mention_flagged"] += 1
        else:
            counts["mention_missed"] += 1
            problems.append(f"mention_missed: {key} {value}")
    for key, year, value in sorted(sure - stated - others, key=str):
        counts["mention_SILENT"] += 1
        problems.append(
            f"SILENT mention: {key} {value} of {year or 'the year'}, which the text does not state"
        )
