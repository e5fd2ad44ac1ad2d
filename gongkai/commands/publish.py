"""`gongkai publish`: a release of everything that was read."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from urllib.parse import unquote

import click

from flows.wording import counted
from gongkai.errors import CommandError
from gongkai.output import emit_json, note, say
from gongkai.session import Session, common_options, open_named, pass_session


@click.command()
@click.option("--to", "target", metavar="URL", help="Copy the release to a folder or to s3:// as well.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"]),
    help="What was known then (UTC; a day is taken whole). Needs --to; the archive stays as it is.",
)
@click.option(
    "--gates",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Bounds that a release must meet, as YAML, instead of those that come with the software.",
)
@common_options
@pass_session
def publish(session: Session, target: str | None, as_of: datetime | None, gates: Path | None) -> int:
    """Make a release: all tables in every form, with metadata, codebook and changes.

    Where the last release says the same already, none is made. A release that does not meet its gates is not
    published: exit code 1, with the rows that failed.
    """
    from dataset.export import copy_release
    from dataset.gates import load_bounds
    from dataset.release import GatesFailedError
    from flows.progress import watching
    from flows.publish import publish_release
    from gongkai.progress import ProgressView

    if as_of is not None:
        return _publish_past(session, as_of, target)
    bounds = load_bounds(gates)
    store = session.open_existing()
    # Before the work, so that a place that cannot be used is said at once.
    copies = None if target is None else open_named(target)
    try:
        with ProgressView() as view, watching(view):
            publication = publish_release(store, bounds)
    except GatesFailedError as error:
        return _failed(session, error)
    exported = 0 if copies is None else copy_release(store, publication.version, copies).files
    if session.as_json:
        emit_json(publication.as_dict())
        return 0
    counts = publication.counts
    said = "release" if publication.is_new else "nothing new since release"
    say(
        f"{said} {publication.version}: {counted(counts['reports'], 'report')}, "
        f"{counted(counts['cells'], 'cell')} ({counted(counts['figures'], 'figure')}), "
        f"{counted(counts['checks_failed'], 'check')} failed, {counted(counts['issues'], 'issue')}"
    )
    for name, number in publication.changes.items():
        say(f"  {name.replace('/', ': ').replace('_', ' ')}: {number:,}")
    say(location(store.url, publication.prefix))
    if exported:
        say(f"copied to {target}: {counted(exported, 'file')}")
    if not counts["reports"]:
        note("it holds no report; `gongkai status` says what the last runs found")
    if counts["unpublished"]:
        note(f"not published: {counted(counts['unpublished'], 'document')}; csv/issues.csv says why")
    return 0


def _failed(session: Session, error: object) -> int:
    from dataset.release import GatesFailedError

    assert isinstance(error, GatesFailedError)
    if session.as_json:
        emit_json(
            {
                "published": False,
                "record": error.key,
                "gates": [
                    {"gate": gate.name, "message": gate.message, "rows": list(gate.rows)}
                    for gate in error.gates
                ],
            }
        )
        return 1
    say("not published: the draft does not meet its gates")
    for gate in error.gates:
        say(f"  {gate.name}: {gate.message}")
        for row in gate.rows:
            say(f"      {row}")
    note(f"kept in {error.key}; mend the cause, or pass other bounds with --gates FILE")
    return 1


def _publish_past(session: Session, as_of: datetime, target: str | None) -> int:
    import extraction
    from dataset.export import rebuild

    if target is None:
        raise CommandError("--as-of needs --to: where shall the release of that day go?")
    whole_day = as_of.time() == time(0)
    moment = datetime.combine(as_of.date(), time(23, 59, 59) if whole_day else as_of.time(), UTC)
    store = session.open_existing(reads_only=True)
    exported = rebuild(store, moment, extraction.EXTRACTOR, open_named(target))
    if session.as_json:
        emit_json(
            {
                "version": exported.version,
                "files": exported.files,
                "reports": exported.reports,
                "identical_to": exported.identical_to,
                "to": target,
            }
        )
        return 0
    when = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    same = f", the same as release {exported.identical_to}" if exported.identical_to else ""
    say(f"release {exported.version} as of {when}{same}: {counted(exported.files, 'file')} in {target}")
    if not exported.reports:
        note("it holds no report: the archive knew none at that moment")
    return 0


def location(store_url: str, key: str) -> str:
    """Return where a key of a store is, as a path where the store is a folder."""
    if store_url.startswith("file://"):
        return f"{unquote(store_url.removeprefix('file://')).rstrip('/')}/{key}"
    return f"{store_url.rstrip('/')}/{key}"
