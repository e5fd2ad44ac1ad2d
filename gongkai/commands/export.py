"""`gongkai export`: the archive for other archives' tools."""

from __future__ import annotations

from pathlib import Path

import click

from flows.wording import counted
from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, note, say
from gongkai.session import Session, common_options, pass_session


@click.group()
def export() -> None:
    """Write the archive in forms that other archives' tools read."""


@export.command()
@click.option(
    "--site", "sites", multiple=True, metavar="SITE", help="All captures of a site; may be repeated."
)
@click.option("--run", metavar="RUN", help="The captures of one run.")
@click.option(
    "--report", metavar="REPORT", help="One report, as <report id> or <agency>/<year>, with its trail."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Default NAME.wacz.",
)
@common_options
@pass_session
def wacz(
    session: Session, sites: tuple[str, ...], run: str | None, report: str | None, output: Path | None
) -> int:
    """Write captures as a WACZ package, for ReplayWeb.page, pywb and others.

    Every capture is in it, with requests, refusals and errors, and each body once. The same archive gives the
    same bytes. Bodies that were removed are not exported.
    """
    if sum((bool(sites), run is not None, report is not None)) != 1:
        raise click.UsageError("say what to export: --site SITE, --run RUN or --report REPORT")
    from flows import exporting

    store = session.open_existing(reads_only=True)
    if run is not None:
        selection = exporting.of_run(store, run)
    elif report is not None:
        selection = exporting.of_report(store, report)
    else:
        selection = exporting.of_sites(store, sites)
    path = output or Path(f"{selection.name}.wacz")
    done = exporting.export_selection(store, selection, path)
    if session.as_json:
        emit_json(
            {
                "file": str(path),
                "bytes": path.stat().st_size,
                "captures": done.captures,
                "records": dict(sorted(done.records.items())),
                "bodies": done.bodies,
                "pages": done.pages,
                "removed": done.removed,
                "problems": done.problems,
            }
        )
    else:
        say(
            f"{path}: {counted(path.stat().st_size, 'byte')}; {counted(done.captures, 'capture')}, "
            f"{counted(done.bodies, 'body', 'bodies')}, {counted(sum(done.records.values()), 'record')}, "
            f"{counted(done.pages, 'address', 'addresses')} of reports in its list of pages"
        )
        if done.removed:
            say(f"without their bodies, which were removed: {counted(done.removed, 'capture')}")
        for problem in done.problems:
            note(problem)
    return FINDINGS if done.problems else DONE


@export.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@common_options
@pass_session
def bagit(session: Session, folder: Path) -> int:
    """Write the whole archive as a BagIt bag, to deposit it; its data/ folder is a store again.

    Any BagIt tool checks it, and `sha256sum -c manifest-sha256.txt` does. The folder must be new or empty.
    """
    from storage.interchange.bag import write_bag

    done = write_bag(session.open_existing(reads_only=True), folder)
    if session.as_json:
        emit_json(
            {"folder": str(folder), "objects": done.objects, "bytes": done.bytes, "damaged": done.damaged}
        )
    else:
        say(
            f"{folder}: {counted(done.objects, 'object')}, {counted(done.bytes, 'byte')}; "
            f"its store is {folder / 'data'}"
        )
        for key in done.damaged:
            note(f"{key} is damaged, in the archive and so in the bag; `gongkai verify` says what to do")
    return FINDINGS if done.damaged else DONE
