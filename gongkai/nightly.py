"""The nightly flow as commands run it: with a Prefect server, with progress, and with one line for an end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.wording import counted
from gongkai.errors import DONE, PARTIAL
from gongkai.progress import ProgressView

COLUMNS = (
    "site",
    "pages asked",
    "reports found",
    "new",
    "unchanged",
    "figures read",
    "checks failed",
    "issues",
)


def run_nightly(
    store_url: str, entries: Sequence[dict[str, Any]], settings: dict[str, Any]
) -> dict[str, Any]:
    """Run the nightly flow over sites and return the run's summary.

    Raises:
        StoreUnreachableError: the store cannot be used.
        flows.server.ServerError: the private Prefect server did not start.
    """
    from flows.progress import watching
    from flows.server import prefect_api

    with ProgressView() as view:
        view.message("starting Prefect (the first time takes a little longer) …")
        with prefect_api(store_url), watching(view):
            from flows.nightly import nightly

            return dict(nightly(store=store_url, entries=list(entries), settings=settings))


def summary_rows(summary: dict[str, Any]) -> tuple[list[list[Any]], list[Any]]:
    """Return the table of a run, one row a site, and its last row with the sums."""
    rows = []
    for site, entry in summary["sites"].items():
        crawl, extract = entry["crawl"], entry["extract"]
        outcomes = crawl.get("outcomes", {})
        rows.append(
            [
                site,
                crawl.get("pages", 0),
                crawl.get("reports", 0),
                outcomes.get("new", 0) + outcomes.get("changed", 0),
                outcomes.get("unchanged_304", 0) + outcomes.get("unchanged_hash", 0),
                extract.get("figures", 0),
                extract.get("checks_failed", 0),
                len(crawl.get("issues", ())) + sum(extract.get("issues", {}).values()),
            ]
        )
    sums = [sum(row[index] for row in rows) for index in range(1, len(COLUMNS))]
    return rows, [counted(len(rows), "site"), *sums]


def exit_code(summary: dict[str, Any], *, forgiven: frozenset[str] = frozenset()) -> int:
    """Return the exit code of a run; alerts with a `forgiven` code do not make it partial."""
    failed = [a for a in summary["alerts"] if a["failed"] and a["code"] not in forgiven]
    return PARTIAL if failed else DONE
