from datetime import UTC, datetime

import pytest

from flows.summary import (
    DONE,
    PARTIAL,
    as_markdown,
    begin_summary,
    end_summary,
    last_summaries,
    load_summary,
    save_summary,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
GOOD = {"pages": 4, "documents": 2, "outcomes": {"new": 3, "unchanged_304": 1}, "finished": "ok"}
READ = {"extracted": 2, "kinds": {"report": 2}, "figures": 9, "checks_failed": 1, "issues": {"odd": 3}}


def ended(
    crawled: dict, extracted: dict | None = None, failures: tuple = (), planned: tuple = ("a",)
) -> dict:
    begun = begin_summary("20261122T000000Z-000001", "file:///s", planned, "1.0.0+x", {}, NOW)
    return end_summary(begun, crawled, extracted or {}, failures, NOW)


def test_a_good_run_is_done_and_counted() -> None:
    summary = ended({"a": GOOD}, {"a": READ})
    assert summary["exit"] == DONE
    assert summary["alerts"] == []
    counts = summary["counts"]
    assert (counts["pages"], counts["new"], counts["unchanged"]) == (4, 3, 1)
    assert (counts["figures"], counts["checks_failed"], counts["issues"], counts["report_bodies"]) == (
        9,
        1,
        3,
        2,
    )


@pytest.mark.parametrize(
    ("crawl", "code"),
    [
        ({**GOOD, "finished": "max_requests"}, "ended_early"),
        (
            {"pages": 1, "outcomes": {"error:timeout": 1}, "errors": ["timeout http://a/"], "finished": "ok"},
            "no_answer",
        ),
        (
            {**GOOD, "issues": [{"code": "needs_browser", "message": "no browser", "url": ""}]},
            "needs_browser",
        ),
    ],
)
def test_a_site_that_failed_makes_the_run_partial(crawl: dict, code: str) -> None:
    summary = ended({"a": crawl})
    assert summary["exit"] == PARTIAL
    assert [(alert["site"], alert["code"]) for alert in summary["alerts"]] == [("a", code)]


def test_walls_are_counted_and_do_not_fail_a_site_that_answered() -> None:
    crawl = {**GOOD, "outcomes": {"new": 1, "blocked:captcha": 2}, "blocked": ["captcha http://a/1"]}
    summary = ended({"a": crawl})
    assert summary["walls"] == {"captcha": 2}
    assert summary["exit"] == DONE
    assert summary["alerts"][0]["code"] == "walls"


def test_a_shard_that_failed_names_each_of_its_sites() -> None:
    summary = ended(
        {"c": GOOD}, failures=((("a", "b"), "CrawlError: it ended with 1"),), planned=("a", "b", "c")
    )
    assert [alert["site"] for alert in summary["alerts"]] == ["a", "b"]
    assert summary["counts"]["sites_failed"] == 2


def test_a_site_nobody_spoke_of_is_an_alert() -> None:
    assert [alert["code"] for alert in ended({})["alerts"]] == ["not_crawled"]


def test_a_body_that_cannot_be_read_from_the_archive_is_an_alert() -> None:
    summary = ended({"a": GOOD}, {"a": {**READ, "problems": ["raw/x has another hash"]}})
    assert summary["exit"] == PARTIAL


def test_a_killed_run_is_seen_as_one(store) -> None:
    for number in (1, 2):
        save_summary(
            store, begin_summary(f"20261122T00000{number}Z-000001", "file:///s", ["a"], "1.0.0+x", {}, NOW)
        )
    damaged: list[str] = []
    found = last_summaries(store, 5, damaged)
    assert damaged == []
    assert [summary["run"] for summary in found] == ["20261122T000002Z-000001", "20261122T000001Z-000001"]
    assert found[0]["finished"] is None
    assert load_summary(store, "20991122T000001Z-000001") is None


def test_the_artifact_says_the_same() -> None:
    text = as_markdown(ended({"a": {**GOOD, "finished": "a | b"}}))
    assert "| pages | 4 |" in text
    assert "a \\| b" in text
