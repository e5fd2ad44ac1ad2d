"""`gongkai remove`: what may not be kept, out of the archive; a tombstone says why."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import click

from flows.wording import counted
from gongkai.errors import DONE, FINDINGS, USAGE, CommandError
from gongkai.output import emit_json, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="SHA256|URL…")
@click.option(
    "--reason", required=True, help="Why: court, date, file number. It is kept for ever, in public."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@common_options
@pass_session
def remove(session: Session, what: tuple[str, ...], reason: str, yes: bool) -> int:
    """Remove bodies for a legal takedown, with all that was read from them.

    A body is named by its SHA-256, or by the address it came from: then all its versions go, and the
    address is not asked again. A tombstone with the reason and the date stays in its place, captures stay,
    and no later crawl stores the same bytes again. Releases that were published are not changed: publish
    again, and withdraw old ones by hand where they must not stay.
    """
    from flows.removal import Removal, find_removal, remove_all

    reason = " ".join(reason.split())
    if not reason:
        raise click.UsageError("--reason must say why")
    store = session.open_existing()
    removal = Removal()
    for name in what:
        if not re.fullmatch(r"[0-9a-f]{64}", name) and "://" not in name:
            raise click.UsageError(f"{name!r} is neither a SHA-256 in lower-case hexadecimal nor an address")
        if not find_removal(store, name, removal):
            raise CommandError(f"the archive has nothing of {name}", USAGE)
    if not yes:
        for line in removal.as_lines():
            say(line)
        _confirm()
    done = remove_all(store, removal, reason, datetime.now(UTC))
    if session.as_json:
        emit_json(done)
        return DONE
    count = len(removal.addresses)
    say(
        f"removed: {counted(done['bodies'], 'body', 'bodies')}, {counted(done['records'], 'record')}, "
        f"{counted(count, 'address', 'addresses')}"
        + (f", out of {counted(done['packs'], 'pack')}" if done["packs"] else "")
    )
    if done["releases"]:
        names = ", ".join(done["releases"])
        say(f"still in releases {names}: publish again, and withdraw these by hand if need be")
    return DONE


def _confirm() -> None:
    try:
        agreed = click.confirm("remove this for ever?")
    except click.Abort as error:
        # Nobody there to ask (a script), or Ctrl-C.
        click.echo()
        raise CommandError("nothing was removed; --yes removes without asking", USAGE) from error
    if not agreed:
        raise CommandError("nothing was removed", FINDINGS)
