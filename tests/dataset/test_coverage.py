"""Who should have reported, who has, and why not: judged over small worlds."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from datetime import date

import pytest

from dataset.archived import facts_of
from dataset.bodies import GOVERNMENT, Place, bare_name, name_key, township_name
from dataset.coverage import (
    FIELDS,
    STATUSES,
    Expected,
    Found,
    Ledger,
    Row,
    SiteFacts,
    deadline,
    level_of,
    totals,
    within,
)
from storage import Capture, SiteState, Trail, fold

PLACES = {
    place.code: place
    for place in (
        Place("410000", "河南省", "河南省"),
        Place("410700", "新乡市", "河南省新乡市", ("410000",)),
        Place("410711", "牧野区", "河南省新乡市牧野区", ("410000", "410700")),
        Place("410711003", "花园街道", "河南省新乡市牧野区花园街道", ("410000", "410700", "410711")),
        Place("410711100", "王村镇", "河南省新乡市牧野区王村镇", ("410000", "410700", "410711")),
        Place("410721", "新乡县", "河南省新乡市新乡县", ("410000", "410700")),
    )
}
AFTER = date(2026, 6, 1)


def found(agency: str, region: str, year: int = 2024, **kwargs: object) -> Found:
    fields: dict[str, object] = {
        "report": f"{region}-{agency}-{year}",
        "url": "http://x.gov.cn/1.html",
        "site": "muye",
        "form": "html",
        "first_seen": "2025-01-20T00:00:00Z",
        **kwargs,
    }
    return Found(agency, region, year, **fields)  # type: ignore[arg-type]


def ledger(
    *reports: Found, sites: tuple[SiteFacts, ...] = (), as_of: date = AFTER, year: int = 2024
) -> dict[tuple[str, str], Row]:
    rows = Ledger(year, as_of, PLACES, sites, reports).rows()
    assert len({(row.region, row.agency) for row in rows}) == len(rows)
    return {(row.region, bare_name(row.agency, ())): row for row in rows} | {
        (row.region, row.body): row for row in rows if row.body != "department"
    }


def test_every_division_owes_a_report() -> None:
    rows = Ledger(2024, AFTER, PLACES, (), ()).rows()
    assert [(row.region, row.agency, row.status) for row in rows] == [
        ("410000", "河南省人民政府", "no_site"),
        ("410700", "河南省新乡市人民政府", "no_site"),
        ("410711", "河南省新乡市牧野区人民政府", "no_site"),
        ("410711003", "河南省新乡市牧野区花园街道办事处", "no_site"),
        ("410711100", "河南省新乡市牧野区王村镇人民政府", "no_site"),
        ("410721", "河南省新乡市新乡县人民政府", "no_site"),
    ]
    assert {row.level for row in rows} == {"province", "prefecture", "county", "township"}
    assert {row.deadline for row in rows} == {"2025-03-31", None}


def test_the_columns_are_documented() -> None:
    row = Ledger(2024, AFTER, PLACES, (), ()).rows()[0]
    assert list(row.as_dict()) == list(FIELDS)


@pytest.mark.parametrize(
    ("agency", "region", "key"),
    [
        ("牧野区人民政府", "410711", ("410711", GOVERNMENT)),
        ("新乡市牧野区人民政府办公室", "410711", ("410711", GOVERNMENT)),
        ("河南省新乡市牧野区政府办", "410711", ("410711", GOVERNMENT)),
        ("牧野区人民政府（办公室）", "410711", ("410711", GOVERNMENT)),
        ("牧野区", "410711", ("410711", GOVERNMENT)),
        ("牧野区花园街道办事处", "410711003", ("410711003", GOVERNMENT)),
        ("花园街道办事处", "410711", ("410711003", GOVERNMENT)),
        ("新乡市牧野区王村镇人民政府", "410711", ("410711100", GOVERNMENT)),
        ("牧野区教育局", "410711", ("410711", "教育局")),
        ("区教育局", "410711", ("410711", "教育局")),
        ("市市场监督管理局", "410700", ("410700", "市场监督管理局")),
        ("新乡市市场监督管理局", "410700", ("410700", "市场监督管理局")),
        ("市场监督管理局", "410700", ("410700", "市场监督管理局")),
        ("新乡市发改委", "410700", ("410700", "发展和改革委员会")),
        ("新乡市发展和改革委员会（新乡市粮食局）", "410700", ("410700", "发展和改革委员会")),
        ("新乡县教育局", "410721", ("410721", "教育局")),
        ("中国证券监督管理委员会", "000000", ("000000", "中国证券监督管理委员会")),
    ],
)
def test_bodies_are_known_by_any_of_their_names(agency: str, region: str, key: tuple[str, str]) -> None:
    assert Ledger(2024, AFTER, PLACES, (), ()).key(region, agency) == key


def test_names_of_peoples_and_short_names_of_places() -> None:
    place = Place("431228", "芷江侗族自治县", "湖南省怀化市芷江侗族自治县", ())
    assert name_key("431228", "芷江县教育局", {"431228": place})[1] == "教育局"
    assert name_key("431228", "芷江侗族自治县人民政府", {"431228": place})[1] == GOVERNMENT
    assert township_name("大潭办事处") == "大潭"


def test_a_report_in_time_late_and_gone() -> None:
    rows = ledger(
        found("牧野区人民政府", "410711", published="2025-04-02"),
        found("牧野区教育局", "410711", published="2025-01-31", form="pdf"),
        found("牧野区财政局", "410711", published="2025-02-03"),
        found("牧野区公安局", "410711", gone=True, published="2025-01-05"),
        found("花园街道办事处", "410711003", published="2025-05-05"),
    )
    government = rows["410711", "government"]
    assert (government.status, government.days_late, government.published) == ("late", 2, "2025-04-02")
    education = rows["410711", "牧野区教育局"]
    assert (education.status, education.days_late, education.form) == ("found", 0, "pdf")
    assert (rows["410711", "牧野区财政局"].status, rows["410711", "牧野区财政局"].days_late) == ("late", 3)
    assert rows["410711", "牧野区公安局"].status == "gone"
    # No national rule sets a township a day.
    township = rows["410711003", "township"]
    assert (township.status, township.deadline, township.days_late) == ("found", None, None)


def test_without_a_published_date_only_what_was_seen_in_time_is_in_time() -> None:
    rows = ledger(
        found("牧野区教育局", "410711"), found("牧野区财政局", "410711", first_seen="2025-02-20T00:00:00Z")
    )
    assert rows["410711", "牧野区教育局"].days_late == 0
    late = rows["410711", "牧野区财政局"]
    assert (late.status, late.days_late) == ("found", None)


def test_of_several_documents_the_earliest_counts_and_one_that_is_there_is_not_gone() -> None:
    one = found("牧野区教育局", "410711", published="2025-01-10", gone=True)
    rows = ledger(one, found("区教育局", "410711", published="2025-02-10"))
    row = rows["410711", "区教育局"]
    assert (row.status, row.days_late) == ("late", 10)


@pytest.mark.parametrize(
    ("trouble", "reason", "status"),
    [(None, "", "not_found"), ("blocked", "ruishu", "blocked"), ("unreachable", "timeout", "unreachable"),
     ("not_crawled", "", "not_crawled")],
)  # fmt: skip
def test_why_there_is_no_report(trouble: str | None, reason: str, status: str) -> None:
    site = SiteFacts("muye", ("410711",), trouble=trouble, reason=reason)
    rows = ledger(sites=(site,))
    row = rows["410711", "government"]
    assert (row.status, row.reason, row.site, row.days_late) == (status, reason, "muye", 427)
    # Its townships publish on the county's hub.
    assert rows["410711003", "township"].status == status
    assert rows["410721", "government"].status == "no_site"


def test_of_several_hubs_one_that_answered_decides_and_the_nearest_hub_is_asked() -> None:
    blocked = SiteFacts("a", ("410711",), trouble="blocked", reason="ruishu")
    city = SiteFacts("city", ("410700",))
    rows = ledger(sites=(blocked, city))
    assert rows["410711", "government"].status == "blocked"
    assert rows["410721", "government"].site == "city"
    rows = ledger(sites=(blocked, SiteFacts("b", ("410711",))))
    assert rows["410711", "government"].status == "not_found"


def test_bodies_of_the_registry_and_of_earlier_years_are_expected() -> None:
    sites = (
        SiteFacts("jyj", ("410711",), agency="牧野区教育局"),
        SiteFacts("court", ("410711",), agency="牧野区人民法院", obliged=False),
        SiteFacts(
            "muye", ("410711",), agencies=(("牧野区财政局", "410711"), ("牧野区花园街道办事处", "410711"))
        ),
    )
    rows = ledger(
        found("牧野区审计局", "410711", 2022),
        found("牧野区档案局", "410711", 2020),
        found("教育局", "410711", 2023),
        sites=sites,
    )
    departments = {row.agency: row.basis for row in rows.values() if row.body == "department"}
    assert departments == {"牧野区教育局": "registry", "牧野区财政局": "registry", "牧野区审计局": "earlier"}
    assert rows["410711", "牧野区教育局"].site == "jyj"
    assert rows["410711", "牧野区财政局"].deadline == "2025-01-31"


def test_before_the_deadline_nobody_is_missing() -> None:
    site = SiteFacts(
        "muye", ("410711",), agencies=(("牧野区财政局", "410711"),), trouble="blocked", reason="x"
    )
    rows = ledger(sites=(site,), as_of=date(2025, 2, 10))
    assert (rows["410711", "government"].status, rows["410711", "government"].reason) == ("not_due", "")
    assert rows["410711", "牧野区财政局"].status == "blocked"
    assert rows["410711", "牧野区财政局"].days_late == 10
    rows = ledger(sites=(site,), as_of=date(2025, 1, 31))
    assert rows["410711", "牧野区财政局"].status == "not_due"


def test_deadlines() -> None:
    assert deadline(2024, "department") == date(2025, 1, 31)
    assert deadline(2018, "department") == date(2019, 3, 31)
    assert deadline(2024, "government") == date(2025, 3, 31)
    assert deadline(2024, "township") is None


def test_totals_and_parts() -> None:
    rows = Ledger(
        2024, AFTER, PLACES, (), (found("牧野区人民政府", "410711", published="2025-03-01"),)
    ).rows()
    counts = totals(rows)
    assert (
        counts["all"]["expected"] == sum(counts[level]["expected"] for level in counts if level != "all") == 6
    )
    assert (counts["county"]["have"], counts["county"]["no_site"]) == (1, 1)
    assert set(counts["all"]) == {"expected", "have", *STATUSES}
    assert Counter(row.region for row in within(rows, "410711")) == Counter(
        ["410711", "410711003", "410711100"]
    )
    assert [row.region for row in within(rows, "410700", "county")] == ["410711", "410721"]
    assert len(within(rows, "000000")) == 6
    assert [level_of(code) for code in ("000000", "410000", "410700", "410711", "410711003")] == [
        "national", "province", "prefecture", "county", "township",
    ]  # fmt: skip


# What the sites' states say

ENTRY = {"id": "muye", "name": "牧野区", "region": "410711", "agency": "all"}


def capture(url: str, outcome: str, role: str = "listing", anchor: str | None = None, n: int = 0) -> Capture:
    good = outcome in {"new", "changed", "unchanged_304", "unchanged_hash"}
    return Capture(
        id=f"muye/run/{n:06d}", run="run", site="muye", role=role, url=url, final_url=url,
        time=f"2026-01-01T00:00:{n:02d}Z", outcome=outcome, status=200 if good else None,
        sha256="0" * 64 if good else None, trail=Trail(anchor=anchor),
    )  # fmt: skip


def facts(*captures: Capture, alert: str = "", **entry: object) -> SiteFacts:
    return facts_of({**ENTRY, **entry}, fold(SiteState("muye"), captures), alert)


def test_how_a_site_answered() -> None:
    robots = capture("http://x/robots.txt", "new", anchor="robots.txt")
    home, wall = capture("http://x/", "new", n=1), capture("http://x/nb/", "blocked:ruishu", n=2)
    report = capture("http://x/nb/1.html", "new", "document", n=3)
    assert facts().trouble == "not_crawled"
    assert facts(robots, home).trouble is None
    assert (facts(robots, wall).trouble, facts(robots, wall).reason) == ("blocked", "ruishu")
    # The home page answers, the column does not: nothing can be said of its reports.
    assert facts(robots, home, wall).trouble == "blocked"
    assert facts(robots, home, wall, report).trouble is None
    dead = facts(capture("http://x/robots.txt", "error:timeout", anchor="robots.txt"))
    assert (dead.trouble, dead.reason) == ("unreachable", "timeout")
    refused = facts(robots, capture("http://x/", "error:robots", n=1))
    assert (refused.trouble, refused.reason) == ("unreachable", "robots")
    assert facts(alert="the shard failed").reason == "the shard failed"
    assert facts(robots, home, alert="the shard failed").reason == ""


def test_what_an_entry_says() -> None:
    hub = facts(
        agencies=["甲局", "乙镇人民政府"],
        regions=["410700"],
        known=[{"agency": "乙镇人民政府", "region": "410711100"}],
    )
    assert hub.regions == ("410711", "410700")
    assert hub.agencies == (("甲局", "410711"), ("乙镇人民政府", "410711100"))
    assert facts(agency="牧野区人大", expect={"reports": 0}).obliged is False
    assert facts(agency="牧野区教育局", expect={"reports": 1}).agency == "牧野区教育局"


def test_rows_are_the_same_whatever_the_order() -> None:
    reports = [found("牧野区教育局", "410711", year) for year in (2021, 2022, 2023, 2024)]
    sites = [SiteFacts("a", ("410711",)), SiteFacts("b", ("410700",), trouble="blocked", reason="x")]
    one = Ledger(2024, AFTER, PLACES, sites, reports).rows()
    other = Ledger(2024, AFTER, dict(reversed(PLACES.items())), sites[::-1], reports[::-1]).rows()
    assert [asdict(row) for row in one] == [asdict(row) for row in other]
    assert replace(one[0], status="found") != one[0]
    assert Expected("a", "b", "c", "d") == Expected("a", "b", "c", "d", None)
