"""`gongkai sites verify` and `detect` on simulated sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sim_jpaas as jpaas
import sim_longxun as longxun
import sim_trs as trs
from sim_child import entry
from sim_content import shell
from sim_server import GovernmentSite, Resource, serve

from crawlers import survey
from crawlers.detect import detect
from crawlers.job import Politeness
from crawlers.registry import Site, Visit, load_sites
from crawlers.registry_file import dump_sites
from crawlers.survey import MAX_REQUESTS, verify
from gongkai.cli import main
from gongkai.commands import sites_visit

QUICK = Politeness(backoff=0.05, wall_retry=0.05, timeout=10, retries=0, browser=False)


@dataclass
class Visited:
    visits: dict[str, Visit]
    servers: dict[str, GovernmentSite] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)


def _walled() -> GovernmentSite:
    site = GovernmentSite()
    wall = Resource(b"<html><script>$_ts=window['$_ts'];</script></html>", status=412, validators=False)
    site.pages["/"] = wall
    return site


def _walled_inside() -> GovernmentSite:
    site = GovernmentSite()
    site.page("/", shell("首页", '<a href="/xxgk/">政府信息公开</a>'))
    site.pages["/xxgk/"] = _walled().pages["/"]
    return site


def _without_column() -> GovernmentSite:
    site = GovernmentSite()
    site.page("/", shell("首页", '<ul><li><a href="/xwzx/">新闻</a></li></ul>'))
    return site


@pytest.fixture(scope="module")
def visited() -> Iterator[Visited]:
    servers = {
        "trs": trs.build(range(2019, 2024))[0],
        "jpaas": jpaas.build(range(2021, 2024))[0],
        "longxun": longxun.build()[0],
        "walled": _walled(),
        "inside": _walled_inside(),
        "without": _without_column(),
        "closed": GovernmentSite(robots="User-agent: *\nDisallow: /\n"),
        "broken": GovernmentSite(robots=None),
    }
    with ExitStack() as stack:
        bases = {name: stack.enter_context(serve(server)) for name, server in servers.items()}
        sites = [Site.model_validate(entry(base + "/", id=name)) for name, base in bases.items()]
        sites.append(Site.model_validate(entry("http://127.0.0.1:9/", id="dead")))
        yield Visited(verify(sites, QUICK), servers, bases)


def test_columns_platform_and_sample_are_found_from_the_home_page(visited: Visited) -> None:
    columns = {"trs": trs.COLUMN, "jpaas": jpaas.COLUMN}
    for name, platform in (("trs", "trs_wcm"), ("jpaas", "jpaas"), ("longxun", "longxun")):
        visit = visited.visits[name]
        assert (visit.outcome, visit.platform) == ("verified", platform), name
        assert visit.reports >= 10
        assert visit.pages >= 1
        assert len(visit.sample) == 5
        assert all("报告" in title or "年报" in title for title in visit.sample)
        if name in columns:
            assert visit.columns == (visited.bases[name] + columns[name],)


def test_what_could_not_be_verified_has_its_reason(visited: Visited) -> None:
    expected = {
        "walled": ("blocked", "ruishu"),
        "inside": ("blocked", "ruishu"),
        "without": ("failed", "no annual-report column"),
        "closed": ("failed", "robots"),
        "broken": ("failed", "not_found"),
        "dead": ("failed", "connection"),
    }
    for name, (outcome, reason) in expected.items():
        visit = visited.visits[name]
        assert visit.outcome == outcome, (name, visit)
        assert reason in visit.reason, (name, visit)
        assert visit.columns == ()


def test_a_visit_is_short_and_asks_no_document(visited: Visited) -> None:
    for name, server in visited.servers.items():
        paths = server.paths()
        assert len(paths) <= MAX_REQUESTS + 2, name
        assert server.most_together <= 1
        assert not [path for path in paths if "/t20" in path or "/art/" in path or path.endswith(".pdf")], (
            name
        )


@pytest.mark.slow
def test_detect_finds_the_way_from_a_home_page() -> None:
    site, _ = trs.build(range(2022, 2024))
    with serve(site) as base:
        found = detect(base + "/", allow_private=True, settings=QUICK)
    assert (found.platform, found.column) == ("trs_wcm", False)
    assert ("政府信息公开年报", base + trs.COLUMN) in found.columns
    assert any("index_1.html" in page for page in found.pages)
    assert found.reports >= 20
    assert len(found.sample) == 5
    assert f"- {base}{trs.COLUMN}" in found.suggestion
    assert "platform: trs_wcm" in found.suggestion


def test_the_command_writes_evidence_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def look(sites: Sequence[Site], settings: Politeness) -> dict[str, Visit]:
        asked.append([site.id for site in sites])
        return {
            site.id: Visit(date=today, outcome="verified", columns=(column,))
            if site.id == "good"
            else Visit(date=today, outcome="failed", reason="timeout")
            for site in sites
        }

    today, column = f"{datetime.now(UTC):%Y-%m-%d}", "http://good.gov.cn/nb/"
    monkeypatch.setattr(survey, "verify", look)
    monkeypatch.setattr(sites_visit, "BATCH", 2)
    sites = [
        Site(id=name, name=name, region="410711", start=(f"http://{name}.gov.cn/",), evidence="seen")
        for name in ("good", "bad", "slow", "last")
    ]
    path = tmp_path / "mine.yaml"
    path.write_text(dump_sites(sites, "ours").replace("- id: bad", "# keep me\n- id: bad"))
    assert main(["sites", "verify", "--sites", str(path), "--all", "--limit", "3"]) == 3
    assert [site.state for site in load_sites([path])] == ["verified", "failed", "failed", "seen"]
    assert "1 left" in capsys.readouterr().out
    assert main(["sites", "verify", "--sites", str(path), "--all", "--json"]) == 3
    second = load_sites([path])
    assert main(["sites", "verify", "--sites", str(path), "good"]) == 0
    assert asked == [["good", "bad"], ["slow"], ["last"], ["good"]]  # whoever was visited is left alone
    assert main(["sites", "verify", "--sites", str(path), "--all", "--older-than", "0", "--limit", "1"]) == 0
    text = path.read_text()
    assert text.startswith("# ours\n")
    assert "# keep me\n- id: bad" in text
    site = second[0]
    assert site.visit is not None
    assert site.entries == (column, "http://good.gov.cn/")
    assert main(["sites", "check", str(path)]) == 0
    assert main(["sites", "verify", "--sites", str(path), "nobody"]) == 2
    assert main(["sites", "verify", "--sites", str(path)]) == 2
