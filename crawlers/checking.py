"""`gongkai sites check`: everything that is wrong with registry files, one line a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from crawlers.guard import authority
from crawlers.platforms import BY_NAME
from crawlers.registry import RegistryError, Site, read_entries, read_site


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        sites: the entries that are valid.
        findings: what is wrong, one line each.
    """

    sites: tuple[Site, ...]
    findings: tuple[str, ...]


@cache
def reviewed_hosts() -> frozenset[str]:
    """Return the hosts outside ``*.gov.cn`` that a person reviewed; the reasons are in hosts.yaml."""
    return frozenset(yaml.safe_load((files("crawlers") / "hosts.yaml").read_text("utf-8")))


def is_government(host: str) -> bool:
    """Tell whether a host (without port) is one we may list: ``*.gov.cn`` or reviewed."""
    return host == "gov.cn" or host.endswith(".gov.cn") or host in reviewed_hosts()


def check_files(paths: Iterable[Path], known_region: Callable[[str], bool]) -> Checked:
    """Check registry files, each entry for itself and all together.

    Args:
        paths: the files.
        known_region: tells whether there is, or was, a division of this code.
    """
    sites: list[tuple[Path, Site]] = []
    findings: list[str] = []
    for path in paths:
        try:
            entries = read_entries(path)
        except RegistryError as error:
            findings.append(str(error))
            continue
        for number, entry in enumerate(entries, start=1):
            try:
                sites.append((path, read_site(path, number, entry)))
            except RegistryError as error:
                findings.append(str(error))
    ids: dict[str, Path] = {}
    owners: dict[str, str] = {}
    for path, site in sites:
        where = f"{path}: entry {site.id!r}"
        if site.id in ids:
            findings.append(f"{where}: field id: {ids[site.id]} has it already; write another id")
        ids.setdefault(site.id, path)
        findings += [f"{where}: {problem}" for problem in _problems(site, known_region)]
        findings += [f"{where}: {problem}" for problem in _shared(site, owners)]
    return Checked(tuple(site for _, site in sites), tuple(findings))


def _problems(site: Site, known_region: Callable[[str], bool]) -> Iterable[str]:
    for field, codes in (("region", (site.region,)), ("regions", site.regions)):
        for code in codes:
            if not known_region(code):
                yield f"field {field}: no division has or had the code {code}; look it up in GB/T 2260"
    for known in site.known:
        if known.region is not None and not known_region(known.region):
            yield f"field known: no division has or had the code {known.region}; look it up in GB/T 2260"
    if site.platform is not None and site.platform not in BY_NAME:
        yield f"field platform: {site.platform!r} is none of {', '.join(sorted(BY_NAME))}"
    if (site.state in {"verified", "failed", "blocked"}) != (site.visit is not None):
        yield (
            f"field state: {site.state!r} and the field visit do not belong together; "
            "run `gongkai sites verify`"
        )
    if site.allow_private:
        return
    hosts = [urlsplit(url).hostname or "" for url in site.start]
    hosts += [urlsplit(f"http://{host}").hostname or "" for host in site.hosts]
    for host in dict.fromkeys(hosts):
        if not is_government(host):
            yield f"field start: {host} is not under gov.cn; add it to crawlers/hosts.yaml with the reason"


def _shared(site: Site, owners: dict[str, str]) -> Iterable[str]:
    """Yield the hosts of a site that another entry has: each report would be found, and asked for, twice."""
    hosts = {authority(url).removeprefix("www.") for url in site.start}
    hosts |= {authority(f"http://{host.lower()}/").removeprefix("www.") for host in site.hosts}
    for host in sorted(hosts):
        owner = owners.setdefault(host, site.id)
        if owner != site.id:
            yield f"field start: {host} is the host of {owner!r} too; put the addresses into one entry"
