"""`gongkai diff`: two versions of a report side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.wording import counted
from gongkai.errors import DONE, CommandError
from gongkai.output import emit_json, note, print_table, say
from gongkai.session import Session, common_options, pass_session

if TYPE_CHECKING:
    from dataset.history import History, Said


@click.command()
@click.argument("report", metavar="REPORT")
@click.option(
    "--from", "first", type=click.IntRange(1), metavar="V", help="A version; the one before the last."
)
@click.option("--to", "second", type=click.IntRange(1), metavar="V", help="Another version; the last.")
@click.option("--all", "everything", is_flag=True, help="Show the figures and words that are the same too.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a page.")
@common_options
@pass_session
def diff(
    session: Session,
    /,
    report: str,
    first: int | None,
    second: int | None,
    everything: bool,
    page: Path | None,
) -> int:
    """Show what a report said at different times: figures and text of two versions side by side.

    REPORT is <report id> or <agency>/<year>. A version is a content: a page whose visit counter or footer
    changed is the same version. What is shown was edited at its source, unless the two versions were read by
    different extractors, which is said.
    """
    import extraction
    from dataset.history import compare, history

    found = history(session.open_existing(reads_only=True), report, extraction.EXTRACTOR)
    chosen = _choose(found, first, second)
    result = None if chosen is None else compare(chosen[0].record, chosen[1].record)
    if page is not None:
        if chosen is None or result is None:
            raise CommandError(f"{found.report_id} has one version; there is nothing to set side by side")
        from gongkai.diff_page import diff_page

        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(diff_page(found, chosen, result), encoding="utf-8")
        note(f"the page is {page}")
    if session.as_json:
        emit_json(_as_dict(found, chosen, result))
        return DONE
    _show_versions(found)
    if chosen is None or result is None:
        say("one version: nothing that the report says has changed")
        return DONE
    if chosen[0].extractor != chosen[1].extractor:
        note(
            f"read by different extractors ({chosen[0].extractor}, {chosen[1].extractor}):"
            " what differs may be the reader's; `gongkai reextract` reads both alike"
        )
    _show(chosen, result, everything=everything)
    return DONE


def _choose(found: History, first: int | None, second: int | None) -> tuple[Said, Said] | None:
    known = len(found.versions)
    if not known:
        raise CommandError(f"nothing is read of {found.report_id}; `gongkai reextract` reads it")
    for number in (first, second):
        if number is not None and number > known:
            raise CommandError(f"{found.report_id} has {counted(known, 'version')}, not {number}")
    if known == 1:
        return None
    to = second or known
    since = first or (to - 1 if to > 1 else 2)
    if since == to:
        raise CommandError(f"version {to} and version {to} are the same one")
    return found.versions[since - 1], found.versions[to - 1]


def _as_dict(
    found: History, chosen: tuple[Said, Said] | None, result: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "report_id": found.report_id,
        "agency": found.agency,
        "year": found.year,
        "versions": [version.as_dict() for version in found.versions],
        "from": None if chosen is None else chosen[0].number,
        "to": None if chosen is None else chosen[1].number,
        **(result or {"fields": [], "figures": [], "text": []}),
    }


def _show_versions(found: History) -> None:
    say(found.report_id)
    print_table(
        ("version", "first seen", "last seen", "bodies", "document", "address"),
        [
            (one.number, one.first_seen, one.last_seen, len(one.hashes), one.hashes[0][:12], one.url)
            for one in found.versions
        ],
        numbers=("version", "bodies"),
    )


def _show(chosen: tuple[Said, Said], result: dict[str, Any], *, everything: bool) -> None:
    sides = tuple(f"version {one.number}" for one in chosen)
    if result["fields"]:
        print_table(
            ("", *sides), [(one["field"], str(one["from"]), str(one["to"])) for one in result["fields"]]
        )
    figures = [one for one in result["figures"] if everything or one["changed"]]
    changed = sum(one["changed"] for one in result["figures"])
    say(f"different: {changed:,} of {counted(len(result['figures']), 'figure')}")
    if figures:
        print_table(
            ("figure", *sides), [(one["cell"], shown(one["from"]), shown(one["to"])) for one in figures]
        )
    if not result["text"]:
        say("the text is the same")
        return
    print_table(
        ("section", *sides),
        [
            (part["section"], run["from"], run["to"])
            for part in result["text"]
            for run in part["runs"]
            if everything or run["op"] != "equal"
        ],
    )


def shown(figure: dict[str, Any] | None) -> str:
    """Return a figure as words: the value, and what is printed where that says more."""
    if figure is None:
        return ""
    value, raw = figure["value"], figure["raw"]
    if value is None:
        return f"{figure['status']} {raw!r}" if raw else str(figure["status"])
    return str(value) if str(value) == raw else f"{value} ({raw!r})"
