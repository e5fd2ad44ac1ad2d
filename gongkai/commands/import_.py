"""`gongkai import`: what other archives' tools have kept, into this archive."""

from __future__ import annotations

from pathlib import Path

import click

from flows.wording import counted
from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, note, say
from gongkai.session import Session, common_options, pass_session, registry_option

SHOWN = 20
MEGABYTE = 1024 * 1024


@click.group("import")
def import_() -> None:
    """Take into the archive what others have kept."""


@import_.command("wacz")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE…",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option(
    "--site", metavar="SITE", help="All of it is of this site; other hosts than its own are refused."
)
@registry_option
@click.option(
    "--max-body",
    type=click.IntRange(1),
    default=1024,
    show_default=True,
    metavar="MB",
    help="Larger bodies are refused, packed or not.",
)
@common_options
@pass_session
def wacz(
    session: Session, files: tuple[Path, ...], site: str | None, registry: tuple[Path, ...], max_body: int
) -> int:
    """Import WARC files (.warc, .warc.gz) and WACZ packages as captures of the registry's sites.

    A record belongs to the site that may ask its host. What is damaged, contradicts its digest or belongs to
    no site is counted and named, and not imported. Importing again adds nothing. `gongkai reextract` then
    reads what is new, `gongkai publish` makes a release of it.
    """
    from flows.import_sites import sites_for_import
    from flows.importing import import_files
    from storage.interchange.reading import Limits

    store = session.open()
    sites = sites_for_import(store, [str(path) for path in registry] or None, site)
    report = import_files(store, files, sites, limits=Limits(body=max_body * MEGABYTE))
    code = FINDINGS if report.issues else DONE
    if session.as_json:
        emit_json(report.as_dict())
        return code
    records = sum(report.records.values())
    say(
        f"{counted(len(report.files), 'file')}, {counted(records, 'record')}: "
        f"{counted(sum(report.added.values()), 'capture')} added to {counted(len(report.added), 'site')}, "
        f"{report.known:,} there already, {counted(report.bodies, 'new body', 'new bodies')}"
    )
    if report.skipped:
        say(
            "no captures: " + ", ".join(f"{name} {count:,}" for name, count in sorted(report.skipped.items()))
        )
    for issue in report.listed[:SHOWN]:
        note(f"{issue.code}: {issue.record} {issue.url}: {issue.message}")
    if len(report.listed) > SHOWN:
        note(f"… {len(report.listed) - SHOWN:,} more; --json lists them")
    for host, count in report.hosts.most_common(SHOWN):
        note(
            f"unknown_host: {host}: {counted(count, 'record')}; "
            "no site of the registry may ask it (--sites, hosts)"
        )
    if report.issues:
        note(
            "not imported: " + ", ".join(f"{name} {count:,}" for name, count in sorted(report.issues.items()))
        )
    if report.added:
        say("next: `gongkai reextract` reads what is new, `gongkai publish` makes a release of it")
    return code
