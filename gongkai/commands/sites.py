"""`gongkai sites`: the registry, and what platform an address runs on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import click

from gongkai.errors import DONE, FINDINGS, CommandError
from gongkai.output import emit_json, print_table, say
from gongkai.session import Session, common_options, pass_session


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
@click.option(
    "--allow-private", is_flag=True, help="Ask an address of this machine or of a private network too."
)
@common_options
@pass_session
def detect(session: Session, url: str, allow_private: bool) -> int:
    """Say what publishing platform the page at URL comes from, what it lists, and the entry to add.

    Asks that one page, and robots.txt, which it obeys.
    """
    from crawlers.detect import DetectError
    from crawlers.detect import detect as ask

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"{url!r} is not a web address; write http://host/path or https://host/path")
    try:
        found = ask(url, allow_private=allow_private)
    except DetectError as error:
        raise CommandError(str(error), FINDINGS) from error
    if session.as_json:
        emit_json(asdict(found))
        return DONE
    say(f"{found.url}: platform {found.platform}" + (", an annual-report column" if found.column else ""))
    say(f"{found.reports} reports named on it, {len(found.pages)} further pages to ask")
    if found.script_shell:
        say("its list seems to exist only after scripts ran: the crawler will use a browser")
    for title, address in found.entries:
        say(f"  {title}  {address}")
    for title, address in found.columns:
        say(f"  column: {title}  {address}")
    for issue in found.issues:
        say(f"  {issue}")
    say(f"\n{found.suggestion}")
    return DONE
