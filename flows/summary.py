"""What a run did: ``runs/<run>/summary.json``, the same facts as an artifact, and the exit code they mean.

The summary is written at the start (``finished`` null) and replaced at the end, so a run that was killed is
seen as one. It is the body of an alert and the input of a retry: it names every site that failed and why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flows.wording import counted
from storage import ObjectNotFoundError, ObjectStore, StoreError, canonical_json, redact_text, timestamp
from storage.seal import SealError, seal, unseal

DONE, FINDINGS, USAGE, PARTIAL, UNREACHABLE = 0, 1, 2, 3, 4
"""Exit codes of the commands."""

FORMAT = 1

GOOD_ENDING = "ok"
"""What a site's crawl says when nothing stopped it."""

GOOD_OUTCOMES = ("new", "changed", "unchanged_304", "unchanged_hash")

NEEDS_BROWSER = "needs_browser"

ASSERTIONS = frozenset({"fewer_reports_than_expected", "known_reports_missing", "column_moved"})
"""Issues of the crawler that say: the site is not what its entry, or its past, lets one expect."""

WATCHED = frozenset({"list_empty", "list_shrunk", "host_rests", "request_budget"})
"""Issues of a crawl that are alerts of the run."""


class SummaryError(StoreError):
    """A run's summary is not what was written; the message names it."""


def summary_key(run: str) -> str:
    """Return the key of a run's summary."""
    return f"runs/{run}/summary.json"


def begin_summary(
    run: str, store_url: str, sites: Iterable[str], extractor: str, settings: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return the summary of a run that begins."""
    return {
        "summary": FORMAT,
        "run": run,
        "kind": "nightly",
        "store": store_url,
        "extractor": extractor,
        "settings": dict(settings),
        "started": timestamp(now),
        "finished": None,
        "exit": None,
        "planned": sorted(sites),
        "sites": {},
        "counts": {},
        "outcomes": {},
        "walls": {},
        "alerts": [],
    }


def end_summary(
    summary: Mapping[str, Any],
    crawled: Mapping[str, Mapping[str, Any]],
    extracted: Mapping[str, Mapping[str, Any]],
    failures: Iterable[tuple[tuple[str, ...], str]],
    now: datetime,
) -> dict[str, Any]:
    """Return the summary of a run that has ended.

    Args:
        summary: as it began.
        crawled: the crawler's statistics by site.
        extracted: the extraction's statistics by site.
        failures: sites that failed together (a shard), and why.
        now: the present moment.
    """
    alerts: list[dict[str, Any]] = []
    for names, message in failures:
        alerts += [_alert(name, "shard_failed", message) for name in names]
    sites: dict[str, Any] = {}
    for site in summary["planned"]:
        crawl, extract = crawled.get(site, {}), extracted.get(site, {})
        alerts += _site_alerts(site, crawl, extract)
        sites[site] = {"crawl": dict(crawl), "extract": dict(extract)}
    known = {alert["site"] for alert in alerts} | set(crawled)
    alerts += [
        _alert(site, "not_crawled", "the crawler said nothing of this site")
        for site in summary["planned"]
        if site not in known
    ]
    outcomes: Counter[str] = Counter()
    for entry in crawled.values():
        outcomes.update(entry.get("outcomes", {}))
    failed = sorted({alert["site"] for alert in alerts if alert["failed"]})
    return {
        **summary,
        "finished": timestamp(now),
        "exit": PARTIAL if failed else DONE,
        "sites": sites,
        "counts": _counts(summary["planned"], failed, crawled, extracted, outcomes),
        "outcomes": dict(sorted(outcomes.items())),
        "walls": {
            name.removeprefix("blocked:"): count
            for name, count in sorted(outcomes.items())
            if name.startswith("blocked:")
        },
        "alerts": alerts,
    }


def _alert(site: str, code: str, message: str, *, failed: bool = True) -> dict[str, Any]:
    """Return an alert. `failed` says that the site's share of the run is not what it should be."""
    return {"site": site, "code": code, "message": message, "failed": failed}


def _site_alerts(site: str, crawl: Mapping[str, Any], extract: Mapping[str, Any]) -> list[dict[str, Any]]:
    alerts = []
    if crawl:
        ending = str(crawl.get("finished", "unknown"))
        needs = [issue for issue in crawl.get("issues", ()) if issue.get("code") == NEEDS_BROWSER]
        outcomes = crawl.get("outcomes", {})
        if needs:
            alerts.append(_alert(site, NEEDS_BROWSER, needs[0]["message"]))
        elif ending != GOOD_ENDING:
            alerts.append(_alert(site, "ended_early", f"{ending}: {_why(crawl, ending)}"))
        elif not any(outcomes.get(name) for name in GOOD_OUTCOMES):
            alerts.append(_alert(site, "no_answer", _why(crawl, "no page answered")))
        alerts += [
            # Not what it was, not believed, left alone: a person should look.
            _alert(site, issue["code"], f"{issue['message']} {issue.get('url', '')}".strip(), failed=False)
            for issue in crawl.get("issues", ())
            if issue.get("code") in ASSERTIONS | WATCHED
        ]
        if walls := len(crawl.get("blocked", ())):
            alerts.append(
                _alert(
                    site,
                    "walls",
                    f"{counted(walls, 'page')} blocked, such as {crawl['blocked'][0]}",
                    failed=False,
                )
            )
    alerts += [_alert(site, "body_unreadable", problem) for problem in extract.get("problems", ())]
    return alerts


def _why(crawl: Mapping[str, Any], ending: str) -> str:
    """Return the most telling of what the crawler noted of a site."""
    for name in ("errors", "blocked", "issues"):
        if notes := crawl.get(name):
            first = notes[0]
            return str(first.get("message") or first) if isinstance(first, Mapping) else str(first)
    return ending


def _counts(
    planned: Iterable[str],
    failed: Iterable[str],
    crawled: Mapping[str, Mapping[str, Any]],
    extracted: Mapping[str, Mapping[str, Any]],
    outcomes: Mapping[str, int],
) -> dict[str, int]:
    def crawl_sum(name: str) -> int:
        return sum(int(entry.get(name, 0)) for entry in crawled.values())

    def extract_sum(name: str) -> int:
        return sum(int(entry.get(name, 0)) for entry in extracted.values())

    kinds: Counter[str] = Counter()
    for entry in extracted.values():
        kinds.update(entry.get("kinds", {}))
    return {
        "sites": len(list(planned)),
        "sites_failed": len(list(failed)),
        "pages": crawl_sum("pages"),
        "listings": crawl_sum("listings"),
        "documents": crawl_sum("documents"),
        "attachments": crawl_sum("attachments"),
        "decoys": crawl_sum("decoys"),
        "kept": crawl_sum("kept"),
        "waiting": crawl_sum("waiting"),
        "new": outcomes.get("new", 0),
        "changed": outcomes.get("changed", 0),
        "unchanged": outcomes.get("unchanged_304", 0) + outcomes.get("unchanged_hash", 0),
        "gone": outcomes.get("gone", 0),
        "report_bodies": kinds["report"],
        "unreadable_bodies": kinds["unreadable"],
        "extracted": extract_sum("extracted"),
        "reused": extract_sum("reused"),
        "figures": extract_sum("figures"),
        "cells": extract_sum("cells"),
        "checks_failed": extract_sum("checks_failed"),
        "issues": sum(sum(entry.get("issues", {}).values()) for entry in extracted.values()),
    }


def save_summary(store: ObjectStore, summary: Mapping[str, Any]) -> None:
    """Write a run's summary, without the credentials that an address or a message may hold."""
    text = redact_text(canonical_json(summary).decode())
    store.put(summary_key(summary["run"]), seal(text.encode()))


def load_summary(store: ObjectStore, run: str) -> dict[str, Any] | None:
    """Return a run's summary, None where there is none.

    Raises:
        SummaryError: it is damaged.
    """
    try:
        summary: dict[str, Any] = json.loads(unseal(store.get(summary_key(run))))
    except ObjectNotFoundError:
        return None
    except SealError as error:
        raise SummaryError(
            f"{summary_key(run)} in {store.url} is damaged: {error}; restore it from a copy, or delete it: "
            "it only says what that run did"
        ) from error
    return summary


def last_summaries(store: ObjectStore, count: int, damaged: list[str]) -> list[dict[str, Any]]:
    """Return the summaries of the last `count` runs, latest first.

    Args:
        store: the store.
        count: how many.
        damaged: gets a line for each of them that cannot be read.
    """
    # Two objects a run and a run a night: this listing stays small for decades.
    runs = sorted({key.split("/")[1] for key in store.list("runs/") if key.endswith("/summary.json")})
    found = []
    for run in reversed(runs[-count:] if count else []):
        try:
            summary = load_summary(store, run)
        except SummaryError as error:
            damaged.append(str(error))
            continue
        if summary is not None:
            found.append(summary)
    return found


def as_markdown(summary: Mapping[str, Any]) -> str:
    """Return a summary as Markdown, for the artifact of a run."""
    counts = summary["counts"]
    lines = [
        f"# Run {summary['run']}",
        "",
        f"{summary['started']} to {summary['finished'] or 'now'}, exit code {summary['exit']}",
        "",
        "| | |",
        "|---|---:|",
        *(f"| {name.replace('_', ' ')} | {value:,} |" for name, value in counts.items()),
    ]
    if summary["alerts"]:
        lines += ["", "## Alerts", "", "| site | code | message |", "|---|---|---|"]
        lines += [
            "| "
            + " | ".join(str(alert[name]).replace("|", "\\|") for name in ("site", "code", "message"))
            + " |"
            for alert in summary["alerts"]
        ]
    return "\n".join(lines) + "\n"
