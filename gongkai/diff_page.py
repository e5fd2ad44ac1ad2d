"""Two versions of a report side by side, as a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flows.wording import counted
from gongkai.page import END, begin, link, table, text

if TYPE_CHECKING:
    from dataset.history import History, Said


def diff_page(found: History, chosen: tuple[Said, Said], result: dict[str, Any]) -> str:
    """Return the page.

    Args:
        found: the report over time.
        chosen: the two versions.
        result: what `dataset.history.compare` says of them.
    """
    return "".join(_page(found, chosen, result))


def _page(found: History, chosen: tuple[Said, Said], result: dict[str, Any]) -> Iterator[str]:
    sides = [f"version {one.number}" for one in chosen]
    yield begin(f"{found.agency} {found.year}: {sides[0]} and {sides[1]}")
    yield f"<p><code>{text(found.report_id)}</code></p><h2>Versions</h2>"
    yield from table(
        ("version", "first seen", "last seen", "bodies", "read by", "document"),
        [
            (one.number, one.first_seen, one.last_seen, len(one.hashes), one.extractor, one.hashes[0])
            for one in found.versions
        ],
    )
    yield "<ul>" + "".join(f"<li>version {one.number}: {link(one.url)}</li>" for one in chosen) + "</ul>"
    if chosen[0].extractor != chosen[1].extractor:
        yield "<p>The two were read by different extractors: what differs may be the reader's.</p>"
    if result["fields"]:
        yield "<h2>The report</h2>"
        yield from table(("", *sides), [(one["field"], one["from"], one["to"]) for one in result["fields"]])
    changed = [one for one in result["figures"] if one["changed"]]
    same = [one for one in result["figures"] if not one["changed"]]
    yield f"<h2>Figures</h2><p>{len(changed):,} of {len(result['figures']):,} differ.</p>"
    yield from _figures(sides, changed)
    if same:
        yield f"<details><summary>The same: {counted(len(same), 'figure')}</summary>"
        yield from _figures(sides, same)
        yield "</details>"
    yield "<h2>Text</h2>"
    if not result["text"]:
        yield "<p>The text is the same.</p>"
    for part in result["text"]:
        yield f"<h3>{text(part['section'])}</h3><table><tr><th>{sides[0]}<th>{sides[1]}</tr>"
        for run in part["runs"]:
            was, now = text(run["from"]), text(run["to"])
            if run["op"] != "equal":
                was, now = f"<del>{was}</del>" if was else "", f"<ins>{now}</ins>" if now else ""
            yield f'<tr><td class="half">{was}<td class="half">{now}</tr>'
        yield "</table>"
    yield END


def _figures(sides: list[str], figures: list[dict[str, Any]]) -> Iterator[str]:
    if not figures:
        return
    yield f"<table><tr><th>figure<th>{sides[0]}<th>printed<th>{sides[1]}<th>printed</tr>"
    for one in figures:
        marks = (' class="was"', ' class="is"') if one["changed"] else ("", "")
        yield f"<tr><td><code>{text(one['cell'])}</code>"
        for mark, side in zip(marks, (one["from"], one["to"]), strict=True):
            value = "" if side is None else side["value"] if side["value"] is not None else side["status"]
            yield f"<td{mark}>{text(value)}<td{mark}>{text(None if side is None else side['raw'])}"
        yield "</tr>"
    yield "</table>"
