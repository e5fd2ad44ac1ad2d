"""`gongkai status`: last runs, alerts, sites that broke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from flows.wording import counted
from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, note, print_table, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@click.option("--runs", type=click.IntRange(1), default=10, show_default=True, help="How many runs to show.")
@common_options
@pass_session
def status(session: Session, runs: int) -> int:
    """Show the last runs, the alerts of the latest, and the releases.

    Exit code 1 where one of these cannot be read; the others are shown.
    """
    from dataset.versions import ReleaseError, load_versions
    from flows.summary import last_summaries

    store = session.open_existing(reads_only=True)
    damaged: list[str] = []
    found = last_summaries(store, runs, damaged)
    try:
        versions = load_versions(store)
    except ReleaseError as error:
        damaged.append(str(error))
        versions = []
    if session.as_json:
        emit_json({"store": store.url, "runs": found, "releases": versions, "damaged": damaged})
    else:
        _show(found, versions, damaged, store.url)
    return FINDINGS if damaged else DONE


def _show(
    found: Sequence[Mapping[str, Any]],
    versions: Sequence[Mapping[str, Any]],
    damaged: Sequence[str],
    store_url: str,
) -> None:
    if found:
        _show_runs(found)
    elif not damaged:
        say(f"no run yet in {store_url}; `gongkai crawl` makes one")
    if versions:
        last = versions[-1]
        say(
            f"{counted(len(versions), 'release')}; the last is {last['version']}, "
            f"{counted(last['counts']['reports'], 'report')}"
        )
    for line in damaged:
        note(line)


def _show_runs(found: Sequence[Mapping[str, Any]]) -> None:
    print_table(
        ("run", "finished", "exit", "sites", "failed", "pages", "new", "unchanged", "read"),
        [
            (
                one["run"],
                one["finished"] or "not finished (running, or killed)",
                "" if one["exit"] is None else str(one["exit"]),
                *(
                    one["counts"].get(name)
                    for name in ("sites", "sites_failed", "pages", "new", "unchanged", "extracted")
                ),
            )
            for one in found
        ],
        numbers=("sites", "failed", "pages", "new", "unchanged", "read"),
    )
    if found[0]["alerts"]:
        print_table(
            ("site", "alert", "what"),
            [(alert["site"], alert["code"], alert["message"]) for alert in found[0]["alerts"]],
        )
