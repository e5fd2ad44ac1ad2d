"""How fast each host is asked: as it allows, slower when it is slow or unwell, not at all when it rests.

The pause between two requests to a host starts at what the registry entry and robots.txt ask for, and never
falls below that. A host that answers slowly gets as much rest as it took to answer; each error, ban or wall
doubles the pause, each good answer lets it sink again. `hold` keeps every request to a host back for a while
(Retry-After, the wait before a further try). `rest` ends the night for a host: after a Retry-After that is
longer than a crawl should wait, or when many addresses in a row brought nothing but errors or walls. What was
not asked then waits for the next night.

Everything is per host (name with port), and one process asks a host: sites that share hosts are in one shard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from scrapy.exceptions import IgnoreRequest

from crawlers.job import Politeness

# Without any pause Scrapy takes the next request from a queue before the one it took counts as sent.
LEAST_PAUSE = 0.001
# How much of the way back to the ordinary pause one good answer goes.
_RECOVERY = 0.5


class HostRestsError(IgnoreRequest):
    """The host is not asked any more in this job; the request waits for the next one."""


@dataclass
class HostPace:
    """The pace of one host.

    Attributes:
        floor: the longest pause that anyone asked for: registry entry, robots.txt.
        delay: the present pause.
        held_until: no request before this moment (monotonic clock).
        failures: addresses that failed since the last answer.
        walls: addresses that met a wall since the last page.
        resting: why the host is asked no more, None while it is.
    """

    floor: float = 0.0
    delay: float = 0.0
    held_until: float = 0.0
    failures: set[str] = field(default_factory=set)
    walls: set[str] = field(default_factory=set)
    resting: str | None = None


def _nobody(host: str, pace: HostPace) -> None:
    """Tell nobody."""


class Pace:
    """The paces of all hosts of a job; `apply` hands the present one to whoever sends the requests."""

    def __init__(self, settings: Politeness) -> None:
        self._settings = settings
        self._hosts: dict[str, HostPace] = {}
        self.apply: Callable[[str, HostPace], None] = _nobody

    @property
    def _adapts(self) -> bool:
        # More than one at a time is for benchmarks on one's own server.
        return self._settings.concurrency_per_host == 1

    def of(self, host: str) -> HostPace:
        """Return the pace of a host."""
        return self._hosts.setdefault(host, HostPace())

    def keep(self, host: str, delay: float) -> None:
        """Let no request to a host follow another sooner than this."""
        pace = self.of(host)
        floor = max(pace.floor, delay, LEAST_PAUSE if self._adapts else 0.0)
        if floor != pace.floor:
            pace.floor = floor
            pace.delay = max(pace.delay, floor)
            self.apply(host, pace)

    def good(self, host: str, latency: float | None) -> None:
        """Take note of an answer: the pause moves towards its time, never below what was asked for."""
        pace = self.of(host)
        pace.failures.clear()
        if not self._adapts:
            return
        aim = max(pace.floor, min(latency or 0.0, self._settings.max_delay))
        pace.delay = max(aim, pace.delay + (aim - pace.delay) * _RECOVERY)
        self.apply(host, pace)

    def passed(self, host: str) -> None:
        """Take note of a page that was no wall."""
        self.of(host).walls.clear()

    def bad(self, host: str, url: str, why: str) -> None:
        """Take note of an error: the pause doubles; too many in a row end the night for the host."""
        pace = self.of(host)
        pace.failures.add(url)
        self._slower(host, pace)
        if len(pace.failures) >= self._settings.max_failures:
            self.rest(host, f"{len(pace.failures)} addresses failed in a row, the last: {why}")

    def wall(self, host: str, url: str, name: str) -> None:
        """Take note of a wall: the pause doubles; too many in a row end the night for the host."""
        pace = self.of(host)
        pace.walls.add(url)
        self._slower(host, pace)
        if len(pace.walls) >= self._settings.max_walls:
            self.rest(host, f"{len(pace.walls)} addresses met a wall in a row, the last: {name}")

    def _slower(self, host: str, pace: HostPace) -> None:
        if self._adapts:
            start = max(pace.delay, min(1.0, self._settings.backoff / 2))
            pace.delay = max(pace.floor, min(2 * start, self._settings.max_delay))
            self.apply(host, pace)

    def hold(self, host: str, seconds: float) -> None:
        """Ask a host nothing for a while."""
        pace = self.of(host)
        pace.held_until = max(pace.held_until, monotonic() + seconds)
        self.apply(host, pace)

    def rest(self, host: str, why: str) -> None:
        """Ask a host nothing more in this job."""
        pace = self.of(host)
        if pace.resting is None:
            pace.resting = why

    def check(self, host: str) -> None:
        """Raise where a host rests."""
        why = self.of(host).resting
        if why is not None:
            raise HostRestsError(f"{host} is left alone for this night: {why}")
