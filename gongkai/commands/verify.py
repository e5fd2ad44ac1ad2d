"""`gongkai verify`: every stored byte against its hash."""

from __future__ import annotations

from dataclasses import asdict

import click

from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, print_table, say
from gongkai.session import Session, common_options, pass_session

SHOWN = 50
"""Findings shown to people; --json has them all."""


@click.command()
@click.option(
    "--sample", type=click.FloatRange(0, 1), metavar="P", help="Read this share of the bodies, 0 to 1."
)
@click.option("--rebuild", is_flag=True, help="Fold every site's state anew from its captures first.")
@common_options
@pass_session
def verify(session: Session, sample: float | None, rebuild: bool) -> int:
    """Check every stored body against its hash, references both ways, and the files of every release.

    Exit code 1 where something is wrong; bodies that no capture names are only noted.
    """
    from dataset.release import verify_releases
    from flows.reextract import all_sites
    from storage import rebuild_state
    from storage.fixity import Counts
    from storage.fixity import verify as check

    store = session.open_existing()
    if rebuild:
        for site in all_sites(store):
            rebuild_state(store, site)
    counts = Counts()
    found = [asdict(finding) for finding in check(store, sample, counts=counts)]
    found += [
        {"kind": "release_damaged", "severity": "error", "key": key, "message": message}
        for key, message in verify_releases(store)
    ]
    errors = [finding for finding in found if finding["severity"] == "error"]
    if session.as_json:
        emit_json({**asdict(counts), "findings": found})
        return FINDINGS if errors else DONE
    say(
        f"{counts.hashed:,} of {counts.bodies:,} bodies ({counts.bytes:,} bytes) hashed, "
        f"{counts.captures:,} captures and {counts.records:,} records checked"
    )
    if found:
        print_table(
            ("finding", "", "key", "what"),
            [(one["kind"], one["severity"], one["key"], one["message"]) for one in found[:SHOWN]],
        )
    if len(found) > SHOWN:
        say(f"and {len(found) - SHOWN:,} more; --json has them all")
    say(f"{len(errors):,} errors" if errors else "nothing is wrong")
    return FINDINGS if errors else DONE
