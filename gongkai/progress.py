"""What is happening now, on standard error: a line that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from flows.wording import counted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from flows.progress import Event

EVERY = 10.0
"""Seconds between plain lines while nothing else is to be said."""

_VERBS = {
    "crawl": "crawling",
    "extract": "reading",
    "reextract": "reading again",
    "pack": "packing",
    "publish": "publishing",
}


class ProgressView:
    """Shows events of `flows.progress`. Use as a context manager, and as the watcher."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._total_sites = 0
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._said = time.monotonic()
        self._progress: Progress | None = None
        self._lines: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def message(self, text: str) -> None:
        """Say one thing, above the moving lines."""
        if self._progress is not None:
            self._progress.console.print(text, markup=False, highlight=False)
        else:
            click.echo(text, err=True)

    def __call__(self, event: Event) -> None:
        """Take an event."""
        with self._lock:
            if event.stage == "run" and event.name == "begin":
                self._total_sites = int(event.data.get("sites", 0))
            if event.stage not in _VERBS:
                return
            counts = self._counts.setdefault(event.stage, Counter())
            counts[event.name] += 1
            if event.name == "page":
                counts[f"outcome {event.data.get('outcome')}"] += 1
            if event.stage == "reextract":
                self._follow(event, counts)
            if event.name == "report":
                counts["report"], counts["total"] = event.data["done"], event.data["total"]
            self._show(event.stage, event)

    def _follow(self, event: Event, counts: Counter[str]) -> None:
        if event.name == "begin":
            self._began = time.monotonic()
            counts["total"] = int(event.data["total"])
        elif event.name == "shard_done":
            # Of shards that are read elsewhere, only their ends are heard of.
            counts["document"] = max(counts["document"], int(event.data["done"]))

    def _show(self, stage: str, event: Event) -> None:
        text = self._describe(stage)
        if self._progress is not None:
            if stage not in self._lines:
                self._lines[stage] = self._progress.add_task(text, total=None)
            self._progress.update(self._lines[stage], description=text)
            return
        now = time.monotonic()
        if now - self._said >= EVERY or event.name == "site_done":
            self._said = now
            click.echo(f"{text}, {event.site} done" if event.name == "site_done" else text, err=True)

    def _describe(self, stage: str) -> str:
        counts = self._counts[stage]
        verb = _VERBS[stage]
        if stage == "crawl":
            sites = f"{counts['site_done']} of {counted(self._total_sites, 'site')}"
            return f"{verb}: {sites}, {counted(counts['page'], 'page')} asked, {counts['outcome new']:,} new"
        if stage == "publish":
            return f"{verb}: {counts['report']:,} of {counted(counts['total'], 'report')}"
        if stage == "reextract":
            pace = pace_of(counts["document"], counts["total"], time.monotonic() - self._began)
            return f"{verb}: {counts['document']:,} of {counted(counts['total'], 'document')}{pace}"
        return f"{verb}: {counted(counts['document'], 'document')}"


def pace_of(done: int, total: int, seconds: float) -> str:
    """Return rate and remaining time as words: ``, 52/s, 3 min left``; nothing where neither is known yet."""
    if not done or seconds <= 0:
        return ""
    rate = done / seconds
    left = max(0, total - done) / rate
    if left < 90:
        remaining = f"{left:.0f} s"
    elif left < 5400:
        remaining = f"{left / 60:.0f} min"
    else:
        remaining = f"{left / 3600:.1f} h"
    return f", {rate:,.0f}/s, {remaining} left" if rate >= 1 else f", {rate * 60:,.1f}/min, {remaining} left"
