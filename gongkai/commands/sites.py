"""`gongkai sites`: the registry: its entries, what is wrong with them, its page for readers."""

from __future__ import annotations

from pathlib import Path

import click

from flows.wording import counted
from gongkai.commands.sites_visit import detect, verify
from gongkai.errors import DONE, FINDINGS, CommandError
from gongkai.output import emit_json, print_table, say
from gongkai.session import Session, common_options, pass_session

STATES = ("seen", "inferred", "verified", "failed", "blocked")


@click.group()
def sites() -> None:
    """The registry of sites."""


@sites.command("list")
@click.argument("files", nargs=-1, metavar="[FILE.yaml…]", type=click.Path(path_type=Path))
@click.option("--province", metavar="NAME", help="Only this province: jiangsu or 江苏.")
@click.option("--region", metavar="CODE", help="Only this division and what is inside, such as 320100.")
@click.option("--state", type=click.Choice(STATES), help="Only sites in this state.")
@click.option("--platform", metavar="NAME", help="Only sites of this platform; `none` for those without.")
@common_options
@pass_session
def list_sites(
    session: Session,
    files: tuple[Path, ...],
    province: str | None,
    region: str | None,
    state: str | None,
    platform: str | None,
) -> int:
    """Show the sites of the bundled registry, or of registry files of your own."""
    from crawlers.registry import load_sites

    found = load_sites(files or None)
    if province is not None:
        code = _province_code(province)
        found = [site for site in found if site.region.startswith(code)]
    if region is not None:
        inside = _prefix(region)
        found = [site for site in found if any(r.startswith(inside) for r in (site.region, *site.regions))]
    if state is not None:
        found = [site for site in found if site.state == state]
    if platform is not None:
        found = [site for site in found if (site.platform or "none") == platform]
    if session.as_json:
        emit_json([site.model_dump(mode="json") for site in found])
        return DONE
    print_table(
        ("id", "name", "region", "state", "platform", "start"),
        [(site.id, site.name, site.region, site.state, site.platform, site.start[0]) for site in found],
    )
    say(counted(len(found), "site"))
    return DONE


def _province_code(name: str) -> str:
    """Return the two digits of a province by its name in letters, its name, or its code."""
    from crawlers.sites_page import PROVINCES

    for code, (letters, title) in PROVINCES.items():
        if name in {code, letters, title, code + "0000"} or (len(name) > 1 and title.startswith(name)):
            return code
    known = ", ".join(letters for letters, _ in PROVINCES.values())
    raise CommandError(f"no province {name!r}; there are {known}")


def _prefix(code: str) -> str:
    if not code.isdecimal() or len(code) not in {2, 4, 6, 9, 12}:
        raise CommandError(f"{code!r} is no region code; write six digits such as 320100")
    while len(code) in {4, 6} and code.endswith("00"):
        code = code[:-2]
    return "" if code == "00" else code


@sites.command()
@click.argument("files", nargs=-1, metavar="[FILE.yaml…]", type=click.Path(path_type=Path))
@common_options
@pass_session
def check(session: Session, files: tuple[Path, ...]) -> int:
    """Validate registry files: the bundled ones, or your own. Asks nothing of the sites.

    One line a finding: wrong fields, ids and hosts that two entries have, unknown region codes, hosts that
    are neither under gov.cn nor reviewed.
    """
    from crawlers.checking import check_files
    from crawlers.registry import bundled_files
    from extraction.regions import find

    paths = list(files) or bundled_files()
    checked = check_files(paths, lambda code: find(code) is not None)
    if session.as_json:
        emit_json(
            {
                "files": [str(path) for path in paths],
                "sites": len(checked.sites),
                "findings": list(checked.findings),
            }
        )
    else:
        for finding in checked.findings:
            say(finding)
        if not checked.findings:
            say(f"{counted(len(checked.sites), 'site')} in {counted(len(paths), 'file')}, nothing wrong")
    return FINDINGS if checked.findings else DONE


@sites.command()
@click.argument("files", nargs=-1, metavar="[FILE.yaml…]", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to write it; docs/sites.md of the checkout if not said.",
)
@common_options
@pass_session
def docs(session: Session, files: tuple[Path, ...], out: Path | None) -> int:
    """Write docs/sites.md, the registry for readers: sites, states, platforms, known columns by province."""
    from crawlers.registry import bundled_files, load_sites
    from crawlers.sites_page import sites_page

    found = load_sites(files or None)
    path = out or bundled_files()[0].parents[2] / "docs" / "sites.md"
    if not path.parent.is_dir():
        raise CommandError(f"{path.parent} is not there; say --out FILE")
    path.write_text(sites_page(found), "utf-8")
    if session.as_json:
        emit_json({"file": str(path), "sites": len(found)})
    else:
        say(f"{path}: {counted(len(found), 'site')}")
    return DONE


sites.add_command(detect)
sites.add_command(verify)
