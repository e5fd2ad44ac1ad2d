"""`gongkai crawl`: discover, fetch, archive, extract what is new."""

from __future__ import annotations

from pathlib import Path

import click

from gongkai.output import emit_json, note, print_table, say
from gongkai.session import Session, common_options, pass_session, registry_option


@click.command()
@click.argument("site", nargs=-1, metavar="[SITE…]")
@click.option("--all", "everything", is_flag=True, help="Every site of the registry.")
@registry_option
@common_options
@pass_session
def crawl(session: Session, site: tuple[str, ...], everything: bool, registry: tuple[Path, ...]) -> int:
    """Crawl sites: discover their annual reports, archive them, and read what is new.

    Name sites, or say --all, or give a registry of your own with --sites. Crawling again asks conditionally
    and stores only what is new; after a crash or a kill, the same command goes on. With --all or a whole
    registry, documents that their lists show unchanged are not asked again for some days; sites that are
    named are asked in full.
    """
    if site and everything:
        raise click.UsageError("name sites or say --all, not both")
    if not site and not everything and not registry:
        raise click.UsageError(
            "name sites (`gongkai sites list` shows them), say --all, or give --sites FILE.yaml"
        )
    from flows.run import choose_sites
    from gongkai.nightly import COLUMNS, exit_code, run_nightly, summary_rows

    chosen = choose_sites(site or None, [str(path) for path in registry] or None)
    if not chosen:
        raise click.UsageError("the registry holds no site; write one as in the README")
    store = session.open()
    # Who names a site wants to know how it is now: its documents are asked too, not only its lists.
    settings = {"recheck_days": 0} if site else {}
    summary = run_nightly(store.url, [one.model_dump(mode="json") for one in chosen], settings)
    if session.as_json:
        emit_json(summary)
    else:
        rows, footer = summary_rows(summary)
        print_table(COLUMNS, rows, numbers=COLUMNS[1:], footer=footer)
        for alert in summary["alerts"]:
            note(f"{alert['site']}: {alert['code']}: {alert['message']}")
        say(f"run {summary['run']} is in {store.url}; `gongkai publish` makes a release of it")
    return exit_code(summary)
