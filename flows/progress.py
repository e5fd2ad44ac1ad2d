"""What is happening now, for whoever watches: a terminal, a test, a Prefect log.

Work emits events; watchers receive them in the emitting thread. Without a watcher an event goes nowhere,
which is what a worker wants: a night's pages must not become log lines of an API.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        stage: ``crawl``, ``extract``, ``reextract``, ``pack``, ``publish`` or ``run``.
        name: what happened, such as ``page``, ``site_done``, ``document``.
        site: the site it concerns, if one.
        data: whatever else is known.
    """

    stage: str
    name: str
    site: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


Watcher = Callable[[Event], None]

_watchers: list[Watcher] = []
_lock = threading.Lock()


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` see every event of this process while the block runs."""
    with _lock:
        _watchers.append(watcher)
    try:
        yield
    finally:
        with _lock:
            _watchers.remove(watcher)


def emit(stage: str, name: str, site: str | None = None, **data: Any) -> None:
    """Tell the watchers. A watcher that fails stops the work that emitted."""
    with _lock:
        watchers = tuple(_watchers)
    event = Event(stage, name, site, data)
    for watcher in watchers:
        watcher(event)
