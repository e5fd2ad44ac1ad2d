"""`docs/sites.md`: the registry for readers, written from the registry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crawlers.registry import Site

PROVINCES = {
    "00": ("national", "全国"),
    "11": ("beijing", "北京市"),
    "12": ("tianjin", "天津市"),
    "13": ("hebei", "河北省"),
    "14": ("shanxi", "山西省"),
    "15": ("neimenggu", "内蒙古自治区"),
    "21": ("liaoning", "辽宁省"),
    "22": ("jilin", "吉林省"),
    "23": ("heilongjiang", "黑龙江省"),
    "31": ("shanghai", "上海市"),
    "32": ("jiangsu", "江苏省"),
    "33": ("zhejiang", "浙江省"),
    "34": ("anhui", "安徽省"),
    "35": ("fujian", "福建省"),
    "36": ("jiangxi", "江西省"),
    "37": ("shandong", "山东省"),
    "41": ("henan", "河南省"),
    "42": ("hubei", "湖北省"),
    "43": ("hunan", "湖南省"),
    "44": ("guangdong", "广东省"),
    "45": ("guangxi", "广西壮族自治区"),
    "46": ("hainan", "海南省"),
    "50": ("chongqing", "重庆市"),
    "51": ("sichuan", "四川省"),
    "52": ("guizhou", "贵州省"),
    "53": ("yunnan", "云南省"),
    "54": ("xizang", "西藏自治区"),
    "61": ("shaanxi", "陕西省"),
    "62": ("gansu", "甘肃省"),
    "63": ("qinghai", "青海省"),
    "64": ("ningxia", "宁夏回族自治区"),
    "65": ("xinjiang", "新疆维吾尔自治区"),
}
"""First two digits of the code -> name of the registry file, name."""

_INTRODUCTION = """# The sites

Written from `crawlers/sites/` by `gongkai sites docs`; not to be edited.

{total:,} sites, {addresses:,} addresses, {known:,} known reports. A site is a host with all that is known of
it. What its `state` says:

| state | sites | meaning |
|---|---:|---|
{states}

An address is a `column` (of annual reports), a disclosure `platform`, a `home` page, a `policy` column, or a
single `report`; the crawler starts from the first three kinds, in this order, and finds the way to the column
itself. The platform of a site that nobody visited is a guess from its address.

## To add a site

    gongkai sites detect URL               # platform, column, paging, reports found, and the entry as YAML
    gongkai sites check my-sites.yaml      # one line for everything that is wrong
    gongkai crawl --sites my-sites.yaml

An entry needs `id`, `name`, `region` (GB/T 2260) and `start` (or `addresses` with their sources). Put it into
the province's file in `crawlers/sites/`, say in `evidence` where the address was seen, then run
`gongkai sites docs`. A host that is not under gov.cn needs a line in `crawlers/hosts.yaml` that says why it
is a government's.

    gongkai sites verify SITE…             # visit it, write what was found into its entry
    gongkai sites verify --all --limit 200 # the next 200 that nobody visited for a month

"""

_MEANING = {
    "seen": "the address stands in a public source; nobody visited yet",
    "inferred": "derived from an address that was seen",
    "verified": "visited; a column with reports was found",
    "failed": "visited; no answer, or no column",
    "blocked": "visited; a wall",
}


def sites_page(sites: Sequence[Site]) -> str:
    """Return the page as Markdown; the same text for the same registry."""
    states: Counter[str] = Counter(site.state for site in sites)
    head = _INTRODUCTION.format(
        total=len(sites),
        addresses=sum(len(site.addresses) or len(site.start) for site in sites),
        known=sum(len(site.known) for site in sites),
        states="\n".join(
            f"| {state} | {states[state]:,} | {meaning} |" for state, meaning in _MEANING.items()
        ),
    )
    lines = [
        "## By province",
        "",
        "| province | sites | hubs | one body | columns known | verified | failed | blocked | platforms |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    groups = {code: [site for site in sites if site.region[:2] == code] for code in PROVINCES}
    for code, group in groups.items():
        lines.append(_row(f"{PROVINCES[code][1]} ({PROVINCES[code][0]})", group))
    lines.append(_row("all", sites))
    lines += ["", "## Known columns", ""]
    for code, group in groups.items():
        columns = [line for site in group for line in _columns(site)]
        if columns:
            lines += [f"### {PROVINCES[code][1]}", "", *columns, ""]
    return head + "\n".join(lines).rstrip("\n") + "\n"


def _row(name: str, group: Sequence[Site]) -> str:
    states = Counter(site.state for site in group)
    platforms = Counter(site.platform or "unknown" for site in group)
    hubs = sum(site.agency == "all" for site in group)
    columns = sum(bool(list(_columns(site))) for site in group)
    cells = (
        len(group), hubs, len(group) - hubs, columns, states["verified"], states["failed"], states["blocked"],
    )  # fmt: skip
    common = ", ".join(f"{platform} {count}" for platform, count in _ordered(platforms))
    return f"| {name} | " + " | ".join(f"{cell:,}" for cell in cells) + f" | {common} |"


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _columns(site: Site) -> list[str]:
    """Return a line for each column known of a site; what a visit found replaces what was seen."""
    if site.visit is not None and site.visit.columns:
        found = f"{site.visit.platform or 'unknown'}, verified {site.visit.date}"
        return [f"- {site.name} (`{site.id}`): <{url}> ({found})" for url in site.visit.columns]
    return [
        f"- {site.name} (`{site.id}`): <{one.url}> ({one.state})"
        for one in site.addresses
        if one.kind == "column"
    ]
