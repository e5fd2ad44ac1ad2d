"""`gongkai sites detect` and `gongkai sites verify`: what asks sites."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from flows.wording import counted
from gongkai.errors import DONE, FINDINGS, PARTIAL, CommandError
from gongkai.output import emit_json, say
from gongkai.session import Session, common_options, pass_session, registry_option

if TYPE_CHECKING:
    from crawlers.detect import Detection
    from crawlers.job import Politeness
    from crawlers.registry import Site, Visit

BATCH = 20
"""Sites visited at a time: each batch is written down before the next begins."""


def _politeness() -> Politeness:
    from crawlers.job import Politeness

    contact = os.environ.get("GONGKAI_CONTACT")
    return Politeness(contact=contact) if contact else Politeness()


@click.command()
@click.argument("url")
@click.option(
    "--allow-private", is_flag=True, help="Ask an address of this machine or of a private network too."
)
@common_options
@pass_session
def detect(session: Session, url: str, allow_private: bool) -> int:
    """Say what publishing platform the page at URL comes from, what it lists, and the entry to add.

    Asks that page, and robots.txt, which it obeys. Where the page is no annual-report column, a few dozen
    requests look for one.
    """
    from crawlers.detect import DetectError
    from crawlers.detect import detect as ask

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"{url!r} is not a web address; write http://host/path or https://host/path")
    try:
        found = ask(url, allow_private=allow_private, settings=_politeness())
    except DetectError as error:
        raise CommandError(str(error), FINDINGS) from error
    if session.as_json:
        emit_json(asdict(found))
        return DONE
    _show(found)
    return DONE


def _show(found: Detection) -> None:
    say(f"{found.url}: platform {found.platform}" + (", an annual-report column" if found.column else ""))
    say(f"{counted(found.reports, 'report')} named, {counted(len(found.pages), 'further page')} to ask")
    for address in found.pages[:3]:
        say(f"  next: {address}")
    if found.script_shell:
        say("its list seems to exist only after scripts ran: the crawler will use a browser")
    for title, address in found.entries:
        say(f"  {title}  {address}")
    for title, address in found.columns:
        say(f"  column: {title}  {address}")
    for title in found.sample:
        say(f"  report: {title}")
    for issue in found.issues:
        say(f"  {issue}")
    say(f"\n{found.suggestion}")


@click.command()
@click.argument("site", nargs=-1, metavar="[SITE…]")
@click.option("--all", "everything", is_flag=True, help="Every site of the registry that is due.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many sites.")
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(0),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="With --all: only sites that nobody visited for so many days.",
)
@registry_option
@common_options
@pass_session
def verify(
    session: Session,
    site: tuple[str, ...],
    everything: bool,
    limit: int | None,
    days: int,
    registry: tuple[Path, ...],
) -> int:
    """Visit sites and write what was found into their registry entries.

    A visit reads lists only, with a few dozen requests at most, as politely as a crawl. The entry gets the
    state `verified`, `failed` or `blocked`, and under `visit` the date, the columns found, platform, paging
    and a sample of reports, or the reason. What was written stays when the command is interrupted; with --all
    it then goes on with the others.
    """
    if bool(site) == everything:
        raise click.UsageError("name sites (`gongkai sites list` shows them), or say --all")
    from crawlers.registry import bundled_files
    from crawlers.registry_file import write_visit

    found = dict(_by_id(list(registry) or bundled_files()))
    unknown = [name for name in site if name not in found]
    if unknown:
        raise CommandError(f"no site {unknown[0]!r} in the registry; `gongkai sites list` shows its sites")
    today = datetime.now(UTC).date()
    names = list(dict.fromkeys(site)) or [
        name for name, (_, one) in found.items() if is_due(one, today - timedelta(days=days))
    ]
    visits: dict[str, Visit] = {}
    for name, visit in _visits([found[name][1] for name in names[:limit]]):
        write_visit(found[name][0], name, visit)
        visits[name] = visit
        if not session.as_json:
            say(f"{name}: {_in_words(visit)}")
    bad = sum(visit.outcome != "verified" for visit in visits.values())
    if session.as_json:
        emit_json({name: visit.model_dump(mode="json") for name, visit in visits.items()})
    else:
        left = len(names) - len(visits)
        say(
            f"{counted(len(visits), 'site')} visited, {len(visits) - bad} verified"
            + (f", {left} left" if left else "")
        )
    return PARTIAL if bad else DONE


def is_due(site: Site, before: date) -> bool:
    """Tell whether nobody visited a site after a day."""
    return site.visit is None or date.fromisoformat(site.visit.date) <= before


def _by_id(paths: Sequence[Path]) -> Iterator[tuple[str, tuple[Path, Site]]]:
    from crawlers.registry import load_sites

    for path in paths:
        for one in load_sites([path]):
            yield one.id, (path, one)


def _visits(sites: Sequence[Site]) -> Iterator[tuple[str, Visit]]:
    from crawlers.survey import SurveyError
    from crawlers.survey import verify as look

    for begin in range(0, len(sites), BATCH):
        try:
            yield from look(sites[begin : begin + BATCH], _politeness()).items()
        except SurveyError as error:
            raise CommandError(str(error), FINDINGS) from error


def _in_words(visit: Visit) -> str:
    if visit.outcome != "verified":
        return f"{visit.outcome}: {visit.reason}"
    facts: list[Any] = [visit.platform, f"{counted(visit.reports, 'report')} named", *visit.columns[:2]]
    return "verified: " + ", ".join(str(fact) for fact in facts)
