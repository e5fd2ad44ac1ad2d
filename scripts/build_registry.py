#!/usr/bin/env python3
"""Build crawlers/sites/<province>.yaml, the registry of sites, from lists of addresses.

Usage: ``python scripts/build_registry.py ENTRY_POINTS.csv [KNOWN_REPORTS.csv] [--out DIR]``.

ENTRY_POINTS has a row an address: region_code, region_name, level, agency (``all`` for a hub), site,
start_url, platform (a guess from the address), kind (home, platform, column, article), evidence, confidence
(seen, inferred). KNOWN_REPORTS has a row a report: agency, year, title, url, ...

One entry a site. A site is a host with its port; ``www.x`` and ``x``, http and https are one. What the rows
say is kept, nothing is added but this, and it is marked ``inferred``:

* where the addresses of a host are only articles or columns of policy documents, the host's root;
* the folder of an article that is named after the annual reports (``…/zfxxgknb/2023nb/202403/t….html``).

The site's region is that of its hub rows; of several, the one that contains the others; of several in one
province, what they have in common. A host that is listed under unrelated regions (two cities whose names
sound alike) has none until a visit settles it: both are in `regions`, and the evidence says so.

What a site must yield is counted, not guessed: a body publishes one report a year, a hub one for each
body that the rows name. Bodies that the disclosure regulation does not oblige (party, congress, courts,
associations) owe none.

What earlier visits found (`visit`, `state`) is taken over from the files that are there.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from crawlers.columns import path_of_column
from crawlers.guard import authority
from crawlers.registry import Site, load_sites, site_id
from crawlers.registry_file import dump_sites
from crawlers.sites_page import PROVINCES

OUT = Path(__file__).parent.parent / "crawlers" / "sites"

# Areas with a government of their own kind and without a code: the division that contains them.
ZONES = {"新疆生产建设兵团": "650000", "两江新区": "500000"}

PLATFORMS = {"trs": "trs_wcm", "xxgk": "hanweb_xxgk", "other": None, "unknown": None}

# Remarks that the lists put behind a name.
REMARK = re.compile(
    r"[（(][^（()）]*(?:代码|路径|地址|注|[A-Za-z_\d])[^（()）]*[）)]?$|[（(](?:地址|注)?$|备案序号$"
)
NO_AGENCY = re.compile(r"(?:县|区|市|旗|部门|网|街道办事处|信用.{2,4})$")
AGENCY = re.compile(r"(?:人民政府|办事处|开发区|高新区|新区|园区|文旅区)$")

DEPARTMENT = re.compile(r"(?:局|厅|委员会|委|监狱|支队|总队)$")

# Bodies that the regulation on the disclosure of government information does not oblige.
NOT_OBLIGED = re.compile(
    r"人大|人民代表大会|政协|法院|检察院|党校|市委|县委|区委|纪委|监委|监察委|讲师团|文明办|党史|妇女联合会|妇联|工商联|侨联|"
    r"科学技术协会|科协|残联|红十字|贸促|国际贸易促进|文联|社科联|社会科学界|总工会|供销合作|信用|陵园|侨网|参事室"
)

HEADING = """Written by scripts/build_registry.py from public lists of addresses; what visits found is written
by `gongkai sites verify`. Addresses are as their sources have them; `state: seen`: nobody visited yet."""


def clean_agency(name: str, region_name: str) -> str:
    """Return an agency's name without the remarks of the list; ``all`` where it names no body."""
    name = REMARK.sub("", name.strip()).strip()
    half = len(name) // 2
    if half and name[:half] == name[half:]:
        name = name[:half]
    if name.startswith(region_name) and name.removeprefix(region_name).startswith(region_name):
        name = name.removeprefix(region_name)
    return "all" if not name or (NO_AGENCY.search(name) and not AGENCY.search(name)) else name


def host_of(url: str) -> str:
    """Return what names the site of an address."""
    return authority(url).removeprefix("www.")


def prefix(code: str) -> str:
    """Return the digits that everything inside a region begins with."""
    return re.sub(r"(?:00){1,3}$", "", code) if len(code) == 6 else code


def common(codes: Iterable[str]) -> str | None:
    """Return the region that contains all of them, None where they have no province in common."""
    parts = [prefix(code) for code in codes]
    for digits in (9, 6, 4, 2):
        heads = {part[:digits] for part in parts}
        if len(heads) == 1 and len(next(iter(heads))) == digits:
            return next(iter(heads)).ljust(6, "0")
    return "000000" if "" in parts else None


def regions_of(rows: list[dict[str, str]]) -> tuple[str, list[str], bool]:
    """Return a site's region, its further regions, and whether the rows contradict each other."""
    telling = [row for row in rows if row["hub"] or row["agency"] != "all"] or rows
    codes = list(dict.fromkeys(row["region_code"] for row in telling))
    hubs = list(dict.fromkeys(row["region_code"] for row in rows if row["hub"]))
    shared = common(hubs or codes)
    region = shared or "000000"
    return region, [code for code in codes if code != region], shared is None


def addresses_of(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return a site's addresses, each once: columns, disclosure platforms, home, policy columns, reports."""
    found: dict[str, dict[str, str]] = {}

    def add(url: str, kind: str, state: str, source: str) -> None:
        one = {"url": url, "kind": kind, "source": source}
        if state != "seen":
            one["state"] = state
        old = found.get(url)
        if old is None or RANK[kind] < RANK[old["kind"]]:
            found[url] = one

    for row in rows:
        kind, source = row["kind"], row["evidence"]
        if kind == "article":
            kind = "report"
        elif "policy column" in source:
            kind = "policy"
        source = source.split(" (policy column")[0].replace(
            "platforms.md address list", "list of URL dialects"
        )
        url = row["start_url"]
        add(url, kind, row["confidence"], source)
        if kind == "report" and (folder := column_folder(url)):
            add(folder, "column", "inferred", "folder of a report's address")
    homes = [one for one in found.values() if one["kind"] == "home"]
    for spare in sorted(homes, key=lambda one: not one["url"].startswith("https"))[1:]:
        del found[spare["url"]]  # the same home page under another scheme or with www.
    if not any(one["kind"] in {"home", "platform"} for one in found.values()):
        first = urlsplit(rows[0]["start_url"])
        add(
            f"{first.scheme}://{first.netloc}/", "home", "inferred", "root of the host of the other addresses"
        )
    return sorted(found.values(), key=lambda one: RANK[one["kind"]])


RANK = {"column": 0, "platform": 1, "home": 2, "policy": 3, "report": 4}


def column_folder(url: str) -> str | None:
    """Return the outermost folder of an address that is named after the annual reports."""
    parts = urlsplit(url)
    segments = parts.path.split("/")[1:-1]
    for number in range(1, len(segments) + 1):
        path = "/" + "/".join(segments[:number]) + "/"
        if path_of_column(f"http://host/{segments[number - 1]}/"):
            return f"{parts.scheme}://{parts.netloc}{path}"
    return None


def site_of(host: str, rows: list[dict[str, str]], reports: list[dict[str, str]]) -> Site:
    """Return the entry of a site."""
    region, regions, doubtful = regions_of(rows)
    named = [row["agency"] for row in rows if row["agency"] != "all"]
    agencies = sorted(dict.fromkeys(named))
    one_body = len(agencies) == 1 and len(named) == len(rows)
    addresses = addresses_of(rows)
    starts = [one for one in addresses if one["kind"] in {"column", "platform", "home"}]
    only_reports = all(row["kind"] == "article" for row in rows)
    agency = agencies[0] if one_body and (not only_reports or own_host(host, agencies[0])) else "all"
    place = next((row["region_name"] for row in rows if row["region_code"] == region), "")
    known = [
        {
            "url": report["url"],
            "year": int(report["year"]),
            "agency": report["agency"],
            **({"region": report["region"]} if report["region"] != region else {}),
        }
        for report in reports
    ]
    expect: dict[str, Any] = {}
    if agency != "all":
        expect = {"agencies": 1, "reports": 0 if NOT_OBLIGED.search(agency) else 1}
    else:
        obliged = [name for name in agencies if not NOT_OBLIGED.search(name)]
        expect = {"reports": max(1, len(obliged))}
        if agencies:
            expect["agencies"] = len(agencies)
    if known:
        expect["from_year"] = max(2008, min(one["year"] for one in known))
    evidence = "addresses seen in public sources; not visited"
    if doubtful:
        evidence += f"; listed under {' and '.join(regions)}, which is not settled"
    guesses = [row["platform"] for row in rows if row["platform"] not in {"other", "unknown"}]
    data = {
        "id": site_id(host),
        # A host of which only reports of single bodies are known may be anybody's.
        "name": agency if agency != "all" else host if only_reports else hub_name(place, host),
        "region": region,
        "regions": regions,
        "agency": agency,
        "agencies": agencies if agency == "all" else [],
        "addresses": addresses,
        "state": "seen" if any(one.get("state") is None for one in starts) else "inferred",
        "platform": PLATFORMS.get(guesses[0], guesses[0]) if guesses else None,
        "known": known,
        "expect": expect,
        "evidence": evidence,
    }
    return Site.model_validate(data)


def own_host(host: str, agency: str) -> bool:
    """Tell whether a host below a government's (``czj.taian.gov.cn``) is that of the department it shows."""
    return host.count(".") >= 3 and bool(DEPARTMENT.search(agency))


def hub_name(place: str, host: str) -> str:
    """Return what to call the hub of a place."""
    if place in ZONES:
        return place
    return f"{place}人民政府" if place and place != "全国" else host


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def build(entry_points: Path, known_reports: Path | None, out: Path) -> dict[str, list[Site]]:
    """Return the sites by province."""
    by_host: dict[str, list[dict[str, str]]] = defaultdict(list)
    rows = read(entry_points)
    region_of = {row["start_url"]: row["region_code"] for row in rows}
    for row in rows:
        row["region_code"] = row["region_code"] or ZONES[row["region_name"]]
        # 溧阳市 among a city's departments is no department: its own row says where it is.
        row["hub"] = "yes" if row["agency"] == "all" else ""
        row["agency"] = clean_agency(row["agency"], row["region_name"])
        by_host[host_of(row["start_url"])].append(row)
    known: dict[str, list[dict[str, str]]] = defaultdict(list)
    if known_reports is not None:
        for report in read(known_reports):
            region = region_of.get(report["url"])
            if region is None:
                sys.exit(f"{known_reports}: {report['url']} is not among the addresses of {entry_points}")
            known[host_of(report["url"])].append({**report, "region": region})
    before = {site.id: site for site in load_sites(sorted(out.glob("*.yaml")))} if out.is_dir() else {}
    sites: dict[str, list[Site]] = defaultdict(list)
    for host, found in by_host.items():
        site = site_of(host, found, known[host])
        old = before.get(site.id)
        if old is not None and old.visit is not None:
            site = site.model_copy(update={"visit": old.visit, "state": old.state})
        sites[PROVINCES[site.region[:2]][0]].append(site)
    return {name: sorted(group, key=lambda site: (site.region, site.id)) for name, group in sites.items()}


def main() -> None:
    """Write the registry."""
    parser = argparse.ArgumentParser(description="Build the registry of sites from lists of addresses.")
    parser.add_argument("entry_points", type=Path)
    parser.add_argument("known_reports", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    sites = build(options.entry_points, options.known_reports, options.out)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, group in sites.items():
        (options.out / f"{name}.yaml").write_text(dump_sites(group, HEADING), "utf-8")
    print(sum(len(group) for group in sites.values()), "sites in", len(sites), "files")


if __name__ == "__main__":
    main()
