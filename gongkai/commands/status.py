"""`gongkai status`: last runs, alerts, sites that broke."""

from __future__ import annotations

import click

from gongkai.errors import DONE
from gongkai.output import emit_json, print_table, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@click.option("--runs", type=click.IntRange(1), default=10, show_default=True, help="How many runs to show.")
@common_options
@pass_session
def status(session: Session, runs: int) -> int:
    """Show the last runs, the alerts of the latest, and the releases."""
    from dataset.versions import load_versions
    from flows.summary import last_summaries

    store = session.open_existing(reads_only=True)
    found = last_summaries(store, runs)
    versions = load_versions(store)
    if session.as_json:
        emit_json({"store": store.url, "runs": found, "releases": versions})
        return DONE
    if not found:
        say(f"no run yet in {store.url}; `gongkai crawl` makes one")
        return DONE
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
    if versions:
        last = versions[-1]
        say(f"{len(versions)} releases; the last is {last['version']}, {last['counts']['reports']:,} reports")
    return DONE
