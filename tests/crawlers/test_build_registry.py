"""scripts/build_registry.py: what a list of addresses becomes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from crawlers.registry import Site, Visit, load_sites
from crawlers.registry_file import dump_sites, write_visit

ROOT = Path(__file__).parents[2]

HEAD = "region_code,region_name,level,agency,site,start_url,platform,kind,evidence,confidence"
# A row each: code, name, agency, address, platform, kind, source, confidence.
ROWS = """
410711,牧野区,all,http://www.muye.gov.cn/,trs,home,list a,seen
410711,牧野区,all,https://muye.gov.cn/,trs,home,list b,seen
410711,牧野区,all,https://muye.gov.cn/zwgk/zcwj/,trs,platform,list b (policy column of the disclosure tree),seen
410711,牧野区,all,https://muye.gov.cn/zfxxgk/,trs,platform,list b (disclosure entry),seen
410711003,花园街道,牧野区花园街道办事处,https://www.muye.gov.cn/zfxxgk/zfxxgknb/2023nb/202401/t20240115_1.html,trs,article,public page copy,seen
410700,新乡市,新乡市教育局,http://jyj.xinxiang.gov.cn/xxgk/xxgknb/,static,column,crawler,seen
410700,新乡市,新乡市人大常委会,http://rd.xinxiang.gov.cn/,unknown,home,list a,seen
410700,新乡市,新乡市财政局（地址,http://czj.xinxiang.gov.cn/,other,home,list a,seen
410700,新乡市,新乡市审计局新乡市审计局,http://sjj.xinxiang.gov.cn/x/zcwj/,jpage,platform,list b (policy column of the disclosure tree),seen
410700,新乡市,原阳县,http://yuanyang.gov.cn/,unknown,home,list a,inferred
410725,原阳县,all,http://www.yuanyang.gov.cn/xxgk/,unknown,platform,list b,seen
230700,伊春市,all,http://www.yichun.gov.cn/a/,unknown,platform,list a,seen
360900,宜春市,all,https://www.yichun.gov.cn/b/,unknown,platform,list b,seen
370900,泰安市,泰安市财政局,https://czj.taian.gov.cn/nb/1.html,jpage,article,public page copy,seen
320300,徐州市,徐州市自然资源和规划局,http://zrzy.jiangsu.gov.cn/xz/,epoint,platform,list a,seen
320400,常州市,常州市自然资源和规划局,http://zrzy.jiangsu.gov.cn/cz/,epoint,platform,list a,seen
220200,吉林市,all,http://122.137.242.24:8080/zfxxgk/,unknown,platform,list a,seen
,两江新区,all,https://www.ljxq.gov.cn/zwgk/,static,platform,list b,seen
"""  # noqa: E501
KNOWN = """agency,year,title,url
牧野区花园街道办事处,2023,某某,https://www.muye.gov.cn/zfxxgk/zfxxgknb/2023nb/202401/t20240115_1.html
泰安市财政局,2022,某某,https://czj.taian.gov.cn/nb/1.html
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_registry", ROOT / "scripts" / "build_registry.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _build(script: ModuleType, folder: Path) -> dict[str, Site]:
    lines = [HEAD]
    for row in ROWS.strip().splitlines():
        code, name, agency, url, *rest = row.split(",")
        lines.append(",".join([code, name, "any", agency, "", url, *rest]))
    (folder / "entry.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "known.csv").write_text(KNOWN, "utf-8")
    out = folder / "sites"
    out.mkdir(exist_ok=True)
    groups = script.build(folder / "entry.csv", folder / "known.csv", out)
    for name, group in groups.items():
        (out / f"{name}.yaml").write_text(dump_sites(group, script.HEADING), "utf-8")
    return {site.id: site for site in load_sites(sorted(out.glob("*.yaml")))}


@pytest.fixture(scope="module")
def sites(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    return _build(script, tmp_path_factory.mktemp("registry"))


def test_one_entry_a_host_with_all_its_addresses(sites: dict[str, Site]) -> None:
    muye = sites["muye"]
    assert (muye.region, muye.regions, muye.agency) == ("410711", ("410711003",), "all")
    kinds = [(one.kind, one.state, one.url.split("gov.cn")[1]) for one in muye.addresses]
    assert kinds == [
        ("column", "inferred", "/zfxxgk/zfxxgknb/"),
        ("platform", "seen", "/zfxxgk/"),
        ("home", "seen", "/"),
        ("policy", "seen", "/zwgk/zcwj/"),
        ("report", "seen", "/zfxxgk/zfxxgknb/2023nb/202401/t20240115_1.html"),
    ]
    # Columns first; neither lists of policy documents nor reports are a start.
    assert [url.split("gov.cn")[1] for url in muye.start] == ["/zfxxgk/zfxxgknb/", "/zfxxgk/", "/"]
    assert (muye.state, muye.platform) == ("seen", "trs_wcm")
    assert [(one.year, one.agency, one.region) for one in muye.known] == [
        (2023, "牧野区花园街道办事处", "410711003")
    ]
    assert (muye.expect.reports, muye.expect.from_year) == (1, 2023)


def test_bodies_and_what_they_owe(sites: dict[str, Site]) -> None:
    assert sites["jyj-xinxiang"].agency == "新乡市教育局"
    assert sites["jyj-xinxiang"].expect.reports == 1
    assert sites["rd-xinxiang"].expect.reports == 0
    assert (sites["czj-xinxiang"].agency, sites["czj-xinxiang"].platform) == ("新乡市财政局", None)
    assert sites["sjj-xinxiang"].agency == "新乡市审计局"
    # Only a list of policy documents is known: the root of its host is a start, and says that it is inferred.
    assert (sites["sjj-xinxiang"].start, sites["sjj-xinxiang"].state) == (
        ("http://sjj.xinxiang.gov.cn/",),
        "inferred",
    )
    # A department's host below its city's, known by a report alone.
    assert sites["czj-taian"].agency == "泰安市财政局"


def test_regions(sites: dict[str, Site]) -> None:
    assert (sites["yuanyang"].region, sites["yuanyang"].regions, sites["yuanyang"].agency) == (
        "410725",
        (),
        "all",
    )
    assert sites["zrzy-jiangsu"].region == "320000"
    assert sites["zrzy-jiangsu"].agencies == ("常州市自然资源和规划局", "徐州市自然资源和规划局")
    homonym = sites["yichun"]
    assert (homonym.region, homonym.regions) == ("000000", ("230700", "360900"))
    assert "not settled" in homonym.evidence
    assert (sites["ljxq"].region, sites["ljxq"].name) == ("500000", "两江新区")
    assert sites["122-137-242-24-8080"].start == ("http://122.137.242.24:8080/zfxxgk/",)


def test_what_visits_found_survives_a_rebuild(script: ModuleType, tmp_path: Path) -> None:
    first = _build(script, tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "sites").iterdir()}
    visit = Visit(date="2026-11-22", outcome="verified", columns=("https://muye.gov.cn/nb/",), reports=9)
    write_visit(tmp_path / "sites" / "henan.yaml", "muye", visit)
    again = _build(script, tmp_path)
    assert (again["muye"].visit, again["muye"].state) == (visit, "verified")
    assert {name: site for name, site in again.items() if name != "muye"} == {
        name: site for name, site in first.items() if name != "muye"
    }
    assert {name for name, data in before.items() if (tmp_path / "sites" / name).read_bytes() != data} == {
        "henan.yaml"
    }
