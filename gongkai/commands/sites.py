"""`gongkai sites`: the registry, and what platform an address runs on."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gongkai.errors import DONE, FINDINGS, CommandError
from gongkai.output import emit_json, print_table, say
from gongkai.session import Session, common_options, pass_session

TIMEOUT = 30.0
MOST_BYTES = 8 * 1024 * 1024


@click.group()
def sites() -> None:
    """The registry of sites."""


@sites.command("list")
@click.argument("files", nargs=-1, metavar="[FILE.yaml…]", type=click.Path(path_type=Path))
@common_options
@pass_session
def list_sites(session: Session, files: tuple[Path, ...]) -> int:
    """Show the sites of the bundled registry, or of registry files of your own."""
    from crawlers.registry import load_sites

    found = load_sites(files or None)
    if session.as_json:
        emit_json([site.model_dump(mode="json") for site in found])
        return DONE
    print_table(
        ("id", "name", "region", "agency", "start"),
        [(site.id, site.name, site.region, site.agency, " ".join(site.start)) for site in found],
    )
    return DONE


@sites.command()
@click.argument("files", nargs=-1, metavar="[FILE.yaml…]", type=click.Path(path_type=Path))
@common_options
@pass_session
def check(session: Session, files: tuple[Path, ...]) -> int:
    """Validate registry files: the bundled ones, or your own. Asks nothing of the sites."""
    from crawlers.registry import RegistryError, bundled_files, load_sites

    paths = list(files) or bundled_files()
    findings = []
    for path in paths:
        try:
            load_sites([path])
        except RegistryError as error:
            findings.append(str(error))
    count = 0
    if not findings:
        try:
            count = len(load_sites(paths))  # together: an id may stand in two files
        except RegistryError as error:
            findings.append(str(error))
    if session.as_json:
        emit_json({"files": [str(path) for path in paths], "sites": count, "findings": findings})
    else:
        for finding in findings:
            say(finding)
        if not findings:
            say(f"{count} sites in {len(paths)} files, nothing wrong")
    return FINDINGS if findings else DONE


@sites.command()
@click.argument("url")
@common_options
@pass_session
def detect(session: Session, url: str) -> int:
    """Say what publishing platform the page at URL comes from, and what it lists. Obeys robots.txt."""
    from crawlers.page import Page, decode
    from crawlers.platforms import listing

    address, body, content_type, headers = _fetch(url)
    found = listing(Page(address, decode(body, content_type), headers))
    if session.as_json:
        emit_json(
            {
                "url": address,
                "platform": found.platform,
                "entries": [
                    {"url": entry.url, "title": entry.title, "date": entry.date} for entry in found.entries
                ],
                "columns": [{"url": entry.url, "title": entry.title} for entry in found.columns],
                "further_pages": len(found.next),
                "issues": list(found.issues),
            }
        )
        return DONE
    say(f"{address}: platform {found.platform}")
    say(f"{len(found.entries)} entries, {len(found.columns)} columns, {len(found.next)} further pages to ask")
    for entry in found.entries[:10]:
        say(f"  {entry.date or '':<10}  {entry.title}  {entry.url}")
    for issue in found.issues:
        say(f"  {issue}")
    return DONE


def _fetch(url: str) -> tuple[str, bytes, str, dict[str, str]]:
    import urllib.error
    import urllib.request
    from urllib.parse import urlsplit
    from urllib.robotparser import RobotFileParser

    from crawlers.job import Politeness
    from crawlers.settings import user_agent

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"{url!r} is not a web address; write http://host/path or https://host/path")
    agent = user_agent(os.environ.get("GONGKAI_CONTACT") or Politeness().contact)

    def ask(address: str) -> tuple[str, bytes, dict[str, str]]:
        request = urllib.request.Request(address, headers={"User-Agent": agent})  # noqa: S310 - checked above
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return answer.url, answer.read(MOST_BYTES), dict(answer.headers)

    robots = RobotFileParser()
    try:
        robots.parse(
            ask(f"{parts.scheme}://{parts.netloc}/robots.txt")[1].decode("utf-8", "replace").splitlines()
        )
    except urllib.error.HTTPError:
        robots.parse([])  # no robots.txt: everything may be asked
    except (urllib.error.URLError, OSError) as error:
        raise CommandError(f"{parts.netloc} does not answer: {getattr(error, 'reason', error)}") from error
    if not robots.can_fetch(agent, url):
        raise CommandError(f"robots.txt of {parts.netloc} does not allow {url}", FINDINGS)
    try:
        address, body, headers = ask(url)
    except (urllib.error.URLError, OSError) as error:
        raise CommandError(f"{url} cannot be asked: {getattr(error, 'reason', error)}", FINDINGS) from error
    return address, body, headers.get("Content-Type", ""), headers
