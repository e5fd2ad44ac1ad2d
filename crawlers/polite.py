"""Politely: robots.txt with its Crawl-delay, the pace of each host, the hours of the night, further tries."""

from __future__ import annotations

import asyncio
import logging
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from crawlers.guard import authority
from crawlers.pace import HostPace, HostRestsError, Pace
from crawlers.page import decode
from crawlers.window import Window

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawlers.crawl import SiteCrawl
    from crawlers.job import Job

log = logging.getLogger(__name__)

# RFC 9309: a crawler must read at least this much of a robots.txt.
_MAX_ROBOTS = 500 * 1024
_RETRY_STATUS = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
_RETRY_ERRORS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    ConnectError,
    ConnectionDone,
    ConnectionLost,
)
# Walls, most likely: the spider looks closer.
_REFUSALS = frozenset({401, 403, 405, 407, 412, 468, 493, 512, 514, 521, 567})
# A Retry-After beyond this ends the night for the host instead.
_MAX_WAIT = 300.0


class RobotsRefusedError(IgnoreRequest):
    """The site's robots.txt does not allow the request."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class _Recorder(Protocol):
    async def robots_answered(self, crawl: SiteCrawl, url: str, response: Response) -> bytes | None: ...

    async def robots_failed(self, crawl: SiteCrawl, url: str, error: Exception) -> str: ...


class Crawling(Protocol):
    """What politeness must know of the spider; the spider's module is not imported for it.

    Attributes:
        job: what is crawled, with its settings.
        agent: how we introduce ourselves.
        stopping: whether the job is being ended early.
        pace: how fast each host is asked.
    """

    job: Job
    agent: str
    stopping: bool
    pace: Pace

    @property
    def recorder(self) -> _Recorder:
        """What writes answers down."""
        ...

    def conditions(self, crawl: SiteCrawl, url: str) -> dict[str, str]:
        """Return the headers that ask for a known address only if it changed."""
        ...


class PoliteMiddleware:
    """Downloader middleware: obeys robots.txt and keeps the pace of each host and the hours of the night.

    RFC 9309: a robots.txt that answers 4xx allows everything, one that answers 5xx or not at all closes the
    host. The pause counts from the end of an answer, good or bad, so that a slow server gets as much rest as
    a fast one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, asyncio.Future[Protego | RobotsRefusedError | None]] = {}
        self._window: Window | None = None
        crawler.signals.connect(self._opened, signals.engine_started)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PoliteMiddleware:
        """Build from Scrapy's crawler."""
        return cls(crawler)

    @property
    def _spider(self) -> Crawling:
        return cast("Crawling", self._crawler.spider)

    def _opened(self) -> None:
        window = self._spider.job.settings.window
        self._window = Window.parse(window) if window is not None else None
        self._spider.pace.apply = self._apply

    async def process_request(self, request: Request) -> None:
        """Wait for the rules of the request's host; refuse what they or the hour do not allow."""
        host = authority(request.url)
        if self._window is not None and not self._window.is_open():
            raise HostRestsError(
                f"sites are asked from {self._window.begins:%H:%M} to {self._window.ends:%H:%M}"
            )
        self._spider.pace.check(host)
        self._spider.pace.keep(host, request.meta["crawl"].site.delay)
        if request.meta.get("robots") or not self._spider.job.settings.obey_robots:
            return
        rules = await self.rules(request)
        if isinstance(rules, RobotsRefusedError):
            raise rules
        if rules is not None and not rules.can_fetch(request.url, self._spider.agent):
            raise RobotsRefusedError("robots", f"robots.txt of {host} does not allow this address")

    async def rules(self, request: Request) -> Protego | RobotsRefusedError | None:
        """Return the rules of the request's host, asked once a job; None where everything is allowed."""
        parts = urlsplit(request.url)
        key = f"{parts.scheme}://{parts.netloc}"
        if key not in self._rules:
            self._rules[key] = asyncio.get_running_loop().create_future()
            try:
                found = await self._ask(request, f"{key}/robots.txt")
            except BaseException:
                self._rules.pop(key).cancel()
                raise
            self._rules[key].set_result(found)
            return found
        return await asyncio.shield(self._rules[key])

    def allows(self, url: str) -> bool:
        """Tell whether rules that were read before allow an address (for the browser's requests)."""
        parts = urlsplit(url)
        future = self._rules.get(f"{parts.scheme}://{parts.netloc}")
        if future is None or not future.done():
            return True
        rules = future.result()
        return rules is None or (isinstance(rules, Protego) and rules.can_fetch(url, self._spider.agent))

    async def _ask(self, request: Request, url: str) -> Protego | RobotsRefusedError | None:
        crawl = request.meta["crawl"]
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("robots.txt asked before the engine started")
        asked = Request(
            url,
            headers=self._spider.conditions(crawl, url),
            meta={"guard": crawl.guard, "crawl": crawl, "robots": True, "cookiejar": crawl.site.id},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        try:
            response = await engine.download_async(asked)
        except IgnoreRequest as error:
            # RFC 9309 lets a crawler treat a robots.txt behind too many or foreign redirects as not there.
            log.info("robots.txt of %s was not followed: %s", url, error)
            return None
        except (*_RETRY_ERRORS, OSError) as error:
            kind = await self._spider.recorder.robots_failed(crawl, url, error)
            return RobotsRefusedError(kind, f"robots.txt could not be read: {error}")
        body = await self._spider.recorder.robots_answered(crawl, url, response)
        if response.status >= 500 and body is None:
            return RobotsRefusedError(
                f"robots_http_{response.status}", "robots.txt answered with a server error"
            )
        if body is None:
            return None
        rules = Protego.parse(decode(body[:_MAX_ROBOTS]))
        delay = rules.crawl_delay(self._spider.agent)
        if delay is not None:
            limit = self._spider.job.settings.max_crawl_delay
            if delay > limit:
                return RobotsRefusedError("robots_delay", f"robots.txt asks for {delay:g} s between requests")
            self._spider.pace.keep(authority(url), float(delay))
        return rules

    def _apply(self, host: str, pace: HostPace) -> None:
        """Make Scrapy's queue of a host keep its pace."""
        if self._spider.stopping:
            return
        downloader = self._downloader()
        # Queues of hosts are dropped when idle and made again from these settings.
        downloader.per_slot_settings[host] = {
            "delay": pace.delay,
            "concurrency": self._spider.job.settings.concurrency_per_host,
            "jitter": 0.0,
        }
        slot = downloader.slots.get(host)
        if slot is not None:
            slot.delay = pace.delay
            slot.lastseen = max(slot.lastseen, pace.held_until - pace.delay)

    def begins(self, request: Request) -> None:
        """Stop a request that waited in its host's queue while its host came to rest or the job to an end."""
        if self._spider.stopping:
            raise HostRestsError("the job is being ended")
        self._spider.pace.check(authority(request.url))

    def release(self) -> None:
        """Let what waits in the queues go at once, to be stopped by `begins`: the job is being ended."""
        downloader = self._downloader()
        for slot in list(downloader.slots.values()):
            slot.delay = slot.lastseen = 0.0
            if slot.latercall is not None:
                slot.latercall.cancel()
                slot.latercall = None
            downloader._process_queue(slot)  # noqa: SLF001 - it has no public way

    def ended(self, request: Request) -> None:
        """Count the pause of a host from now: an answer is complete, or there will be none."""
        host = authority(request.url)
        slot = self._downloader().slots.get(host)
        if slot is not None:
            pace = self._spider.pace.of(host)
            slot.lastseen = max(monotonic(), pace.held_until - pace.delay)

    def delay_of(self, host: str) -> float:
        """Return the pause that a host is given."""
        return self._spider.pace.of(host).delay

    def _downloader(self) -> Any:
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("the engine has not started")
        return engine.downloader


class RetryMiddleware:
    """Downloader middleware: asks again after server errors and broken connections, ever later.

    The whole host waits, not only the request that failed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryMiddleware:
        """Build from Scrapy's crawler."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Ask again after 5xx, 408 and 429."""
        spider = cast("Crawling", self._crawler.spider)
        host = authority(request.url)
        if response.status not in _RETRY_STATUS:
            if response.status not in _REFUSALS:
                spider.pace.good(host, request.meta.get("download_latency"))
            return response
        spider.pace.bad(host, request.url, f"status {response.status}")
        wait = retry_after(response)
        again = self._again(request, wait, f"http_{response.status}")
        if again is None and wait is not None:
            # It said when to come back, and that is later than this crawl waits.
            spider.pace.rest(host, f"it asked for {wait:.0f} s of rest")
        return again or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Ask again after broken connections and timeouts."""
        if not isinstance(exception, _RETRY_ERRORS):
            return None
        spider = cast("Crawling", self._crawler.spider)
        spider.pace.bad(authority(request.url), request.url, str(exception) or type(exception).__name__)
        kind = "timeout" if isinstance(exception, DownloadTimeoutError) else "connection"
        return self._again(request, None, kind)

    def _again(self, request: Request, wait: float | None, kind: str) -> Request | None:
        spider = cast("Crawling", self._crawler.spider)
        settings, host = spider.job.settings, authority(request.url)
        tries = int(request.meta.get("retry_times", 0))
        long = wait is not None and wait > _MAX_WAIT
        if tries >= settings.retries or spider.stopping or long or spider.pace.of(host).resting:
            return None
        spider.pace.hold(host, max(wait or 0.0, settings.backoff * 2**tries))
        again = request.copy()
        again.dont_filter = True
        again.meta["retry_times"] = tries + 1
        again.meta["failed_with"] = kind
        return again


def retry_after(response: Response) -> float | None:
    """Return the seconds of an answer's Retry-After, number or date; None where there is none."""
    raw = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if raw.isdigit():
        return float(raw)
    if raw:
        try:
            return max(0.0, parsedate_to_datetime(raw).timestamp() - time())
        except ValueError:
            return None
    return None
