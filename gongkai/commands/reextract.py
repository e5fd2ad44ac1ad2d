"""`gongkai reextract`: the archive again, without network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, note, print_table, say
from gongkai.session import Session, common_options, pass_session

if TYPE_CHECKING:
    from flows.executors import Executor
    from flows.tally import Tally

SHOWN = 20
"""Changes, and rows of the table, on a terminal; a report has them all."""

_MEGABYTE = 1024 * 1024


@click.command()
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change.")
@click.option(
    "--sample",
    type=click.FloatRange(0, 1, min_open=True),
    help="With --dry-run: this share of them.",
)
@click.option("--limit", type=click.IntRange(1), help="With --dry-run: this many documents.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FOLDER|FILE.html",
    help="Write the changes as a page; into a folder also as CSV and JSON.",
)
@click.option(
    "--on",
    "where",
    type=click.Choice(["here", "prefect", "dask"]),
    default="here",
    show_default=True,
    help="Where documents are read: on this machine, by Prefect workers, on a Dask cluster.",
)
@click.option(
    "--processes", type=click.IntRange(1), default=1, show_default=True, help="Worker processes, --on here."
)
@click.option("--scheduler", metavar="ADDRESS", help="Of the Dask cluster; a local one if not given.")
@click.option("--shard-size", type=click.IntRange(1, 5000), help="Documents of a shard.")
@click.option("--time-limit", type=click.FloatRange(0, min_open=True), help="Seconds for one document.")
@click.option("--memory-limit", type=click.IntRange(64), metavar="MB", help="Memory for one document.")
@click.option(
    "--retry-limits",
    is_flag=True,
    help="Also what a limit or a crash kept the present extractor from reading.",
)
@common_options
@pass_session
def reextract(
    session: Session,
    /,
    dry_run: bool,
    report: Path | None,
    where: str,
    processes: int,
    scheduler: str | None,
    **options: Any,
) -> int:
    """Read every archived document again with the present extractor, without network.

    What it has read already is skipped, so a run that was stopped goes on where it was; with --retry-limits
    not what exceeded a limit or crashed its reader. Says how many records and figures differ from those of
    the newest earlier extractor, by reason, site and edition. Records of earlier extractors stay; the next
    `gongkai publish` takes the new ones.
    """
    from flows.progress import watching
    from flows.reextract import Options
    from flows.reextract import reextract as read_again
    from gongkai.progress import ProgressView

    if not dry_run and (options["sample"] is not None or options["limit"] is not None):
        raise click.UsageError("--sample and --limit go with --dry-run")
    if scheduler is not None and where != "dask":
        raise click.UsageError("--scheduler goes with --on dask")
    if options["memory_limit"] is not None:
        options["memory_limit"] *= _MEGABYTE
    chosen = Options(dry_run=dry_run, **{name: value for name, value in options.items() if value is not None})
    store = session.open_existing(reads_only=dry_run)
    executor = _executor(where, processes, scheduler, store.url)
    with ProgressView() as view, watching(view):
        tally = read_again(store, executor, chosen)
    if report is not None:
        from gongkai.changes_report import write_report

        written = write_report(report, tally, store, dry_run=dry_run)
        note(f"the changes are in {', '.join(map(str, written))}")
    if session.as_json:
        emit_json({"dry_run": dry_run, **tally.as_dict()})
    else:
        _show(tally)
        note(
            "nothing was written (--dry-run)" if dry_run else "the next `gongkai publish` takes these records"
        )
    return FINDINGS if tally.problems else DONE


def _executor(where: str, processes: int, scheduler: str | None, store_url: str) -> Executor:
    from flows.executors import DaskCluster, Local

    if where == "here":
        return Local(processes)
    if where == "dask":
        return DaskCluster(scheduler)
    from flows.environment import has_prefect_server, set_prefect_settings

    if not has_prefect_server(os.environ):
        raise click.UsageError("--on prefect needs your Prefect server; set PREFECT_API_URL")
    set_prefect_settings(os.environ, store_url)
    from flows.prefect_workers import PrefectWorkers

    return PrefectWorkers()


def _show(tally: Tally) -> None:
    for line in tally.as_lines():
        say(line)
    if not tally.differing:
        return
    columns = ("value", "status", "appeared", "vanished", "raw", "identity", "check", "kind", "text", "other")
    used = [name for name in columns if tally.changes[name]]
    places = [row for row in tally.by_place() if row.get("differing")]
    print_table(
        ("site", "edition", "read", "differ", *used),
        [
            (row["site"], row["edition"], row["read"], row["differing"], *(row.get(n, 0) for n in used))
            for row in places[:SHOWN]
        ],
        numbers=("read", "differ", *used),
    )
    if len(places) > SHOWN:
        note(f"{len(places) - SHOWN:,} more sites and editions; --report or --json has them all")
    worst = tally.worst()
    print_table(
        ("agency", "year", "cell", "was", "is", "document"),
        [
            (
                change["agency"],
                str(change["year"] or ""),
                change["cell"] or change["change"],
                words(change["was"]),
                words(change["is"]),
                change["sha256"][:12],
            )
            for change in worst[:SHOWN]
        ],
    )
    if len(worst) > SHOWN:
        note(f"{len(worst) - SHOWN:,} more changes; --report FOLDER writes them as a page, CSV and JSON")


def words(side: Any) -> str:
    """Return one side of a change for a table: the figure, or its status where it is none."""
    if isinstance(side, dict):
        return str(side["status"] if side["value"] is None else side["value"])
    return "" if side is None else str(side)
