"""`gongkai pack`: bodies side by side in large objects, for reading many of them."""

from __future__ import annotations

import click

from flows.wording import counted
from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, note, say
from gongkai.session import Session, common_options, pass_session

_MEGABYTE = 1024 * 1024


@click.command()
@click.option(
    "--size", type=click.IntRange(1, 1024), default=32, show_default=True, metavar="MB", help="Of a pack."
)
@click.option("--only-full", is_flag=True, help="Leave what does not fill a pack to a later run.")
@click.option("--repair", is_flag=True, help="Read all packs first; make damaged ones whole.")
@common_options
@pass_session
def pack(session: Session, size: int, only_full: bool, repair: bool) -> int:
    """Copy the bodies of reports into packs, so that `gongkai reextract` reads them in large pieces.

    Only what is in no pack yet is packed. Packs are copies: every body stays where it is, and a pack that is
    damaged or thrown away costs time and nothing else.
    """
    from flows.pack import pack_bodies
    from flows.progress import watching
    from gongkai.progress import ProgressView

    store = session.open_existing()
    with ProgressView() as view, watching(view):
        done = pack_bodies(store, size * _MEGABYTE, only_full=only_full, repair=repair)
    if session.as_json:
        emit_json(done.as_dict())
        return FINDINGS if done.problems else DONE
    for line in (*done.mended, *done.problems):
        say(line)
    say(
        f"{counted(done.bodies, 'body', 'bodies')}: {done.known:,} packed before, {done.added:,} packed now "
        f"({counted(done.bytes, 'byte')}, {counted(done.packs, 'pack')})"
    )
    if done.waiting:
        note(f"waiting until they fill a pack (--only-full): {done.waiting:,}")
    return FINDINGS if done.problems else DONE
