"""`gongkai coverage`: who should have reported, who has, and why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongkai.errors import DONE, FINDINGS, CommandError
from gongkai.output import emit_json, note, print_table, say
from gongkai.session import Session, common_options, pass_session, registry_option

if TYPE_CHECKING:
    from dataset.coverage import Row

LEVELS = ("national", "province", "prefecture", "county", "township")
SHOWN = 40
"""So few bodies are shown one by one unless asked otherwise."""


@click.command()
@click.option("--year", type=click.IntRange(2008, 2100), help="Year reported on; the last one if not said.")
@click.option("--region", metavar="CODE", help="Only this division and what is inside, such as 410700.")
@click.option("--level", type=click.Choice(LEVELS), help="Only bodies of this level.")
@click.option("--rows", "show_rows", is_flag=True, help="Show the bodies one by one, however many.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day to judge deadlines by; today if not said.")
@registry_option
@common_options
@pass_session
def coverage(
    session: Session,
    year: int | None,
    region: str | None,
    level: str | None,
    show_rows: bool,
    as_of: str | None,
    registry: tuple[Path, ...],
) -> int:
    """Show who should have reported on a year, who has, when, in which form, and why the others have not.

    Governments and townships come from the table of divisions, other bodies from the registry and from the
    reports of earlier years. Deadlines: departments 31 January, governments 31 March of the next year.

    Exit code 0: nothing is missing or late. 1: something is.
    """
    from dataset.coverage import HAVE, totals, within
    from flows.coverage import ledger

    day = _day(as_of)
    chosen = year if year is not None else day.year - 1
    _check_region(region)
    store = session.open_existing(reads_only=True)
    damaged: list[str] = []
    found = ledger(store, chosen, day, [str(path) for path in registry] or None, damaged=damaged)
    for line in damaged:
        note(f"{line}; why a site did not answer may be missing here")
    rows = within(found.rows(), region, level)
    if not rows:
        raise CommandError("nobody is known there; leave out --region or --level")
    counts = totals(rows)
    if session.as_json:
        emit_json(
            {
                "year": chosen,
                "as_of": day.isoformat(),
                "totals": counts,
                "rows": [row.as_dict() for row in rows],
            }
        )
    else:
        say(f"reports on {chosen}, judged on {day}")
        _show_totals(counts)
        if show_rows or len(rows) <= SHOWN:
            _show_rows(rows)
        else:
            _show_parts(rows, region)
    missing = [row for row in rows if row.status not in {*HAVE, "not_due"} or row.status in {"late", "gone"}]
    return FINDINGS if missing else DONE


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day; write it as 2026-03-31") from error


def _check_region(code: str | None) -> None:
    from extraction.regions import find

    if code is not None and find(code) is None:
        raise CommandError(f"no division has the code {code!r}; write six digits such as 410700")


def _show_totals(counts: dict[str, dict[str, int]]) -> None:
    names = [key for key in counts["all"] if counts["all"][key] or key in {"expected", "have"}]
    print_table(
        ("level", *names),
        [(level, *(of[name] for name in names)) for level, of in counts.items() if level != "all"],
        numbers=names,
        footer=("all", *(counts["all"][name] for name in names)),
    )


def _show_rows(rows: Sequence[Row]) -> None:
    print_table(
        ("region", "agency", "status", "published", "days late", "form", "site", "reason"),
        [
            (row.region, row.agency, row.status, row.published, row.days_late, row.form, row.site, row.reason)
            for row in rows
        ],
        numbers=("days late",),
    )


def _show_parts(rows: Sequence[Row], region: str | None) -> None:
    """Show the divisions just below the one asked for."""
    from dataset.coverage import HAVE
    from extraction.regions import find

    digits = {0: 2, 2: 4}.get(len((region or "").rstrip("0")) + len((region or "").rstrip("0")) % 2, 6)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.region[:digits].ljust(6, "0")].append(row)
    table = []
    for code, group in sorted(groups.items()):
        place = find(code)
        have = sum(row.status in HAVE for row in group)
        late = sum(row.status == "late" for row in group)
        table.append((code, place.name if place else "", len(group), have, late, f"{have / len(group):.1%}"))
    print_table(
        ("region", "name", "expected", "have", "late", "share"),
        table,
        numbers=("expected", "have", "late", "share"),
    )
