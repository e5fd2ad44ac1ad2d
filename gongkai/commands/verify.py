"""`gongkai verify`: every stored byte against its hash."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from flows.wording import counted
from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, print_table, say
from gongkai.session import Session, common_options, pass_session

if TYPE_CHECKING:
    from storage import ObjectStore
    from storage.refetch import Source

SHOWN = 50
"""Findings shown to people; --json has them all."""

LOST = frozenset({"body_corrupt", "body_missing", "record_without_body"})
"""Findings whose body may be had again from its site."""


@click.command()
@click.option(
    "--sample", type=click.FloatRange(0, 1), metavar="P", help="Read this share of the bodies, 0 to 1."
)
@click.option(
    "--rolling",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="P",
    help="Check the next share of the archive, where the last such check ended (the nightly flow does this).",
)
@click.option("--rebuild", is_flag=True, help="First make states anew from captures, and mend manifests.")
@click.option("--refetch", is_flag=True, help="Let the next crawl ask for lost bodies again.")
@common_options
@pass_session
def verify(
    session: Session, sample: float | None, rolling: float | None, rebuild: bool, refetch: bool
) -> int:
    """Check every stored body against its hash, references both ways, and the files of every release.

    Exit code 1 where something is wrong; bodies that no capture names are only noted.
    """
    from flows.fixity import rebuild_all
    from storage.fixity import Counts
    from storage.rolling import verify_share

    if sample is not None and rolling is not None:
        raise click.UsageError("--sample and --rolling exclude each other")
    store = session.open_existing(reads_only=not (rebuild or refetch or rolling is not None))
    rebuilt = rebuild_all(store) if rebuild else 0
    if rolling is not None:
        result = verify_share(store, rolling)
        counts, found = Counts(**result["counts"]), result["findings"]
    else:
        counts, found = _everything(store, sample)
    errors = [finding for finding in found if finding["severity"] == "error"]
    sources = _sources(store, {finding["key"] for finding in errors if finding["kind"] in LOST})
    if refetch:
        _mark(store, sources)
    if session.as_json:
        emit_json({**asdict(counts), "findings": found, "refetch": [asdict(source) for source in sources]})
        return FINDINGS if errors else DONE
    say(
        f"{counts.hashed:,} of {counted(counts.bodies, 'body', 'bodies')} "
        f"({counted(counts.bytes, 'byte')}) hashed, "
        f"{counted(counts.captures, 'capture')} and {counted(counts.records, 'record')} checked"
    )
    if found:
        print_table(
            ("finding", "", "key", "what"),
            [(one["kind"], one["severity"], one["key"], one["message"]) for one in found[:SHOWN]],
        )
    if len(found) > SHOWN:
        say(f"and {len(found) - SHOWN:,} more; --json has them all")
    _offer(sources, marked=refetch)
    if rebuild:
        say(f"made anew from captures: {counted(rebuilt, 'state')}")
    say(counted(len(errors), "error") if errors else "nothing is wrong")
    return FINDINGS if errors else DONE


def _everything(store: ObjectStore, sample: float | None) -> tuple[Any, list[dict[str, Any]]]:
    from dataset.versions import verify_releases
    from storage.fixity import Counts
    from storage.fixity import verify as check

    counts = Counts()
    found = [asdict(finding) for finding in check(store, sample, counts=counts)]
    found += [
        {"kind": "release_damaged", "severity": "error", "key": key, "message": message}
        for key, message in verify_releases(store)
    ]
    return counts, found


def _sources(store: ObjectStore, keys: set[str]) -> list[Source]:
    from storage.fixity import known_sites
    from storage.refetch import sources_of

    lost = {key.rpartition("/")[2].removesuffix(".json") for key in keys}
    return sources_of(store, known_sites(store), lost) if lost else []


def _mark(store: ObjectStore, sources: list[Source]) -> None:
    from storage.refetch import add_refetch

    for site in {source.site for source in sources}:
        # The promising ones stand first, and are not replaced by an older body of the same address.
        wanted: dict[str, str] = {}
        for source in sources:
            if source.site == site:
                wanted.setdefault(source.key, source.sha256)
        add_refetch(store, site, wanted)


def _offer(sources: list[Source], *, marked: bool) -> None:
    if not sources:
        return
    say("may be fetched again:" if not marked else "the next crawl asks for these again:")
    print_table(
        ("site", "address", "body", ""),
        [
            (one.site, one.url, one.sha256[:12], "" if one.is_current else "an earlier version")
            for one in sources[:SHOWN]
        ],
    )
    if not marked:
        say("`gongkai verify --refetch` lets the next crawl do it")
