"""The download handler that renders: plain HTTP for everything, Chromium for the requests that ask for it.

Playwright is imported and started with the first such request. Every request that a page makes is judged as
the spider's own are: allowed host, public address, robots.txt, one at a time to a host with its pause.
Images, fonts, media and style sheets are not loaded. A page is closed before its context, a context serves
one page, and a page that takes too long is given up as a whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.async_api import Error as PlaywrightError
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawlers.crawl import SiteCrawl
from crawlers.guard import authority, is_public
from crawlers.job import Politeness
from crawlers.polite import PoliteMiddleware
from crawlers.transport import PoliteHandler

if TYPE_CHECKING:
    from playwright.async_api import Page as BrowserPage
    from playwright.async_api import Request as BrowserRequest
    from playwright.async_api import Response as BrowserResponse
    from scrapy.crawler import Crawler

_LOADED = frozenset({"document", "script", "xhr", "fetch"})
# A list is there when nothing was added for this long; a page that never rests is taken as it is after the
# other.
_REST, _LONGEST = 0.8, 15.0
_MAX_WIRE = 5 * 1024 * 1024
# A request of the page that gets no answer may hold up the page's others only so long.
_HELD = 20.0


class Visit:
    """One page in the browser: what it may ask, in whose turn, and what came over the wire."""

    def __init__(self, crawl: SiteCrawl, polite: PoliteMiddleware | None) -> None:
        self.crawl = crawl
        self.polite = polite
        self.wire: list[dict[str, Any]] = []
        self._turns: dict[str, asyncio.Lock] = {}
        self._ended: dict[str, float] = {}
        self._holders: dict[int, str] = {}
        self._reading: set[asyncio.Task[None]] = set()
        self._waiting = 0

    @property
    def is_busy(self) -> bool:
        """Whether a request of the page waits for its turn, or for its answer."""
        return self._waiting > 0 or bool(self._holders)

    async def may(self, request: BrowserRequest) -> bool:
        """Tell whether the page may make a request; waits for its host's turn."""
        url = request.url
        if request.resource_type not in _LOADED or not self.crawl.guard.allows(url):
            return False
        if self.polite is not None and not self.polite.allows(url):
            return False
        if not self.crawl.guard.allow_private and not await _resolves_publicly(urlsplit(url).hostname or ""):
            return False
        self._waiting += 1
        try:
            await self._turn(request, authority(url))
        finally:
            self._waiting -= 1
        return True

    async def _turn(self, request: BrowserRequest, host: str) -> None:
        lock = self._turns.setdefault(host, asyncio.Lock())
        try:
            await asyncio.wait_for(lock.acquire(), _HELD)
        except TimeoutError:
            return
        self._holders[id(request)] = host
        if host in self._ended:
            delay = self.polite.delay_of(host) if self.polite is not None else self.crawl.site.delay
            await asyncio.sleep(max(0.0, self._ended[host] + delay - monotonic()))

    def over(self, request: BrowserRequest) -> None:
        """Give the turn on: the request has its answer or has failed."""
        host = self._holders.pop(id(request), None)
        if host is not None:
            self._ended[host] = monotonic()
            self._turns[host].release()

    def answered(self, response: BrowserResponse) -> None:
        """Read the bytes of the main document and of data calls."""
        if response.request.resource_type in {"document", "xhr", "fetch"}:
            task = asyncio.get_running_loop().create_task(self._read(response))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)

    async def _read(self, response: BrowserResponse) -> None:
        try:
            body = await response.body()
        except PlaywrightError:
            return  # a redirect, or an answer the browser gave up: there are no bytes to keep
        if len(body) <= _MAX_WIRE:
            request = response.request
            self.wire.append(
                {
                    "url": request.url,
                    "method": request.method,
                    "post": request.post_data,
                    "status": response.status,
                    "headers": dict(response.headers),
                    "body": body,
                }
            )

    async def settle(self) -> None:
        """Wait for bytes that are still being read."""
        if self._reading:
            await asyncio.wait(set(self._reading), timeout=5)


_visits: WeakKeyDictionary[Any, Visit] = WeakKeyDictionary()


async def _resolves_publicly(host: str) -> bool:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(is_public(str(item[4][0])) for item in found)


async def refuse(request: BrowserRequest) -> bool:
    """Tell scrapy-playwright whether to abort a request of a page."""
    visit = _visits.get(request.frame.page)
    return visit is None or not await visit.may(request)


async def _prepare(page: BrowserPage, request: Request) -> None:
    visit: Visit = request.meta["visit"]
    _visits[page] = visit
    page.on("requestfinished", visit.over)
    page.on("requestfailed", visit.over)
    page.on("response", visit.answered)


async def _rest(page: BrowserPage) -> None:
    """Wait until scripts add nothing more."""
    end, last, since = monotonic() + _LONGEST, -1, monotonic()
    while monotonic() < end:
        size = int(await page.evaluate("document.documentElement.outerHTML.length"))
        # A request that waits for its turn, as the crawler's pace has it, may still bring the list.
        if size != last or _visits[page].is_busy:
            last, since = size, monotonic()
        elif monotonic() - since >= _REST:
            return
        await asyncio.sleep(0.1)


def render_meta(crawl: SiteCrawl, settings: Politeness) -> dict[str, Any]:
    """Return the request meta that has a page rendered."""
    return {
        "playwright": True,
        "playwright_context": crawl.site.id,
        "playwright_context_kwargs": {
            "service_workers": "block",
            "accept_downloads": False,
            "locale": "zh-CN",
            # As for the crawler itself, see docs/decisions/0004.
            "ignore_https_errors": True,
        },
        "playwright_page_init_callback": _prepare,
        "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
        "playwright_page_methods": [PageMethod(_rest)],
        "render_timeout": settings.browser_timeout,
    }


class RenderingHandler(PoliteHandler):
    """The ordinary handler, with Chromium behind it for the requests that ask for it."""

    lazy = True
    _starting: ClassVar[WeakKeyDictionary[Crawler, asyncio.Lock]] = WeakKeyDictionary()
    _browsers: ClassVar[WeakKeyDictionary[Crawler, ScrapyPlaywrightDownloadHandler]] = WeakKeyDictionary()

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._mine: ScrapyPlaywrightDownloadHandler | None = None

    async def fetch(self, request: Request) -> Response:
        """Fetch a request, or have it rendered."""
        if not request.meta.get("playwright"):
            return await super().fetch(request)
        polite = self._owner.get_downloader_middleware(PoliteMiddleware)
        visit = Visit(request.meta["crawl"], polite)
        request.meta["visit"] = visit
        agent = request.headers.get("User-Agent") or b""
        request.meta["playwright_context_kwargs"]["user_agent"] = agent.decode("latin-1")
        browser = await self._browser()
        try:
            response: Response = await asyncio.wait_for(
                browser.download_request(request), request.meta["render_timeout"]
            )
            await visit.settle()
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} was not rendered in time") from error
        except PlaywrightError as error:
            if "Timeout" in str(error):
                raise DownloadTimeoutError(str(error).splitlines()[0]) from error
            raise
        finally:
            await _close_context(browser, str(request.meta["playwright_context"]))
        request.meta["wire"] = visit.wire
        return response

    async def _browser(self) -> ScrapyPlaywrightDownloadHandler:
        # http and https have a handler each, and share the browser; whoever comes second waits until it runs.
        async with self._starting.setdefault(self._owner, asyncio.Lock()):
            found = self._browsers.get(self._owner)
            if found is None:
                gate = self._owner.settings.get("GONGKAI_GATE")
                if gate is not None:
                    await gate.open()
                found = self._mine = ScrapyPlaywrightDownloadHandler(self._owner)
                # scrapy-playwright starts its driver when the engine starts; that was before this page needed
                # it.
                await found._launch()  # noqa: SLF001 - it has no public way
                self._browsers[self._owner] = found
            return found

    async def close(self) -> None:
        """Close the browser and its gate, then Scrapy's handler."""
        if self._mine is not None:
            await self._mine.close()
        gate = self._owner.settings.get("GONGKAI_GATE")
        if gate is not None:
            await gate.close()
        await super().close()


async def _close_context(browser: ScrapyPlaywrightDownloadHandler, name: str) -> None:
    wrapper = browser.context_wrappers.get(name)
    if wrapper is None:
        return
    for page in wrapper.context.pages:
        with contextlib.suppress(PlaywrightError):  # it may be closing already
            await page.close()
    with contextlib.suppress(PlaywrightError):
        await wrapper.context.close()
