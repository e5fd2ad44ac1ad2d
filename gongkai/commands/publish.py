"""`gongkai publish`: a release of everything that was read."""

from __future__ import annotations

from urllib.parse import unquote

import click

from gongkai.output import emit_json, note, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@common_options
@pass_session
def publish(session: Session) -> int:
    """Make a release: figures, reports and issues as Parquet and CSV, with a manifest of hashes.

    Where the last release says the same already, none is made.
    """
    from flows.progress import watching
    from flows.publish import publish_release
    from gongkai.progress import ProgressView

    store = session.open_existing()
    with ProgressView() as view, watching(view):
        publication = publish_release(store)
    if session.as_json:
        emit_json(publication.as_dict())
        return 0
    counts = publication.counts
    said = "release" if publication.is_new else "nothing new since release"
    say(
        f"{said} {publication.version}: {counts['reports']:,} reports, {counts['cells']:,} cells "
        f"({counts['figures']:,} figures), {counts['checks_failed']:,} checks failed, "
        f"{counts['issues']:,} issues"
    )
    say(location(store.url, publication.prefix))
    if counts["unpublished"]:
        note(f"{counts['unpublished']:,} documents are not published; issues.csv says why")
    return 0


def location(store_url: str, key: str) -> str:
    """Return where a key of a store is, as a path where the store is a folder."""
    if store_url.startswith("file://"):
        return f"{unquote(store_url.removeprefix('file://')).rstrip('/')}/{key}"
    return f"{store_url.rstrip('/')}/{key}"
