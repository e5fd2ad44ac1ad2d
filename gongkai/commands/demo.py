"""`gongkai demo`: the whole job on three small sites on loopback."""

from __future__ import annotations

from typing import Any

import click

from flows.wording import counted
from gongkai.output import emit_json, invocation, note, print_table, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="First of the ports the demo sites are served on.",
)
@common_options
@pass_session
def demo(session: Session, port: int | None) -> int:
    """Run the whole job on bundled demo sites, into ./data.

    Serves three small government sites on this machine, crawls them, reads the reports they publish, and
    makes a release. Running it again finds nothing new.
    """
    from flows.publish import publish_release
    from flows.summary import NEEDS_BROWSER
    from gongkai.demo import DEFAULT_PORT, start_demo_sites
    from gongkai.nightly import COLUMNS, exit_code, run_nightly, summary_rows

    store = session.open()
    with start_demo_sites(DEFAULT_PORT if port is None else port) as running:
        note(f"demo sites: {'  '.join(running)}")
        summary = run_nightly(store.url, running.entries(), {})
    publication = publish_release(store)
    code = exit_code(summary, forgiven=frozenset({NEEDS_BROWSER}))
    if session.as_json:
        emit_json({"run": summary, "release": publication.as_dict()})
        return code
    rows, footer = summary_rows(summary)
    print_table(COLUMNS, rows, numbers=COLUMNS[1:], footer=footer)
    for alert in summary["alerts"]:
        if alert["code"] == NEEDS_BROWSER:
            say(
                f"{alert['site']} shows its list only to a browser, and there is none: "
                f"the demo went on without it.\n  {alert['message']}"
            )
        else:
            note(f"{alert['site']}: {alert['code']}: {alert['message']}")
    _say_news(summary["counts"], publication)
    _say_next(store, session, publication)
    return code


def _say_news(counts: dict[str, int], publication: Any) -> None:
    said = publication.counts
    release = (
        f"{publication.version}: {counted(said['reports'], 'report')}, {counted(said['cells'], 'cell')}, "
        f"{said['figures']:,} of them figures, {counted(said['checks_failed'], 'check')} failed"
    )
    if counts["new"] or counts["changed"] or counts["extracted"]:
        say(
            f"{counted(counts['new'] + counts['changed'], 'answer')} new or changed, "
            f"{counted(counts['extracted'], 'record')} made, "
            f"{counted(counts['reused'], 'copy', 'copies')} read only once."
        )
    else:
        say("Nothing new: no body was stored again, no record was made again.")
    say(f"Release {release}." if publication.is_new else f"The release stays {release}.")


def _say_next(store: Any, session: Session, publication: Any) -> None:
    from gongkai.commands.publish import location

    option = "" if session.store_name == "./data" else f" --store {session.store_name}"
    command = f"{invocation()}{option}"
    say("\nWhat next:")
    address = example_address(store, publication.version)
    if address is not None:
        say(f"  {command} trace {address}")
        say("      follows one figure back to the page it was printed on")
    say(f"  {command} explore")
    say("      the release in the browser, every figure with the page it was printed on")
    say(f"  {location(store.url, publication.prefix)}README.md")
    say("      the release: how to load it, what every table and column means")
    say(f"  {command} demo")
    say("      again: nothing is fetched or read twice")
    say(f"  {command} sites list   and   {command} crawl SITE")
    say("      a real site; `crawl --sites FILE.yaml` takes a registry of your own")


def example_address(store: Any, version: str) -> str | None:
    """Return the address of the largest count of requests, a figure worth following; None without one."""
    import pyarrow.compute as pc

    from dataset.reading import read_table
    from dataset.versions import release_prefix
    from dataset.wide import short_names

    cell = "requests.new.total"
    column = short_names()[cell]
    data = store.get(f"{release_prefix(version)}parquet/wide.parquet")
    figures = read_table(data, columns=["report_id", column])
    figures = figures.filter(pc.greater(figures[column], 0))
    if not figures.num_rows:
        return None
    top = figures.take(
        pc.sort_indices(figures, sort_keys=[(column, "descending"), ("report_id", "ascending")])[:1]
    )
    return f"{top.to_pylist()[0]['report_id']}/{cell}"
