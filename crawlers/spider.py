"""The generic spider: every site of a job, from its entry points to the reports and their files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy import FormRequest, Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers import ending, walls
from crawlers.archiving import SiteArchive
from crawlers.crawl import SiteCrawl, Step, header_dict, lost_steps, named
from crawlers.failures import kind_of, may_be_plain
from crawlers.guard import GuardedResolver, authority
from crawlers.job import Job
from crawlers.leftover import left_over
from crawlers.pace import Pace
from crawlers.page import Page, decode
from crawlers.polite import PoliteMiddleware
from crawlers.reading import Reader
from crawlers.recording import Progress, Recorder, content_type, resource_key
from crawlers.refusing import whats_wrong
from crawlers.remembered import entry_steps
from crawlers.rendering.browser import why_no_browser
from crawlers.settings import user_agent
from crawlers.sniff import is_page, sniff
from storage import BodyRemovedError, ObjectNotFoundError, ObjectStore, StoreError
from storage.archive import BodyCorruptError

log = logging.getLogger(__name__)


class ReportSpider(Spider):
    """Crawls the sites of one job.

    Attributes:
        job: what to crawl.
        agent: how we introduce ourselves.
        crawls: the sites by id.
        recorder: what writes answers down.
        failure: the store's error that ended the job, None while there is none.
        stopping: whether the job is being ended early.
        pace: how fast each host is asked.
    """

    name = "reports"

    def __init__(self, job: Job, store: ObjectStore, progress: Progress, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.agent = user_agent(job.settings.contact)
        self.failure: StoreError | None = None
        self.stopping = False
        self.pace = Pace(job.settings)
        self._stop = asyncio.Event()
        self._store = store
        self._progress = progress
        self.recorder = Recorder(progress)
        self._reader = Reader(job.settings)
        self._flusher: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Task[None] | None = None
        self.crawls = {
            site.id: SiteCrawl(site, SiteArchive(store, site.id, job.run, job.settings)) for site in job.sites
        }
        for crawl in self.crawls.values():
            if crawl.site.allow_private:
                GuardedResolver.private_hosts.update(host.rsplit(":", 1)[0] for host in crawl.guard.hosts)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ReportSpider:
        """Build from Scrapy's crawler; hear when the engine stops."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._end, signals.spider_closed)  # noqa: SLF001 - our own instance
        return spider

    # Requests

    async def start(self) -> AsyncIterator[Request]:
        """Yield the entry points of every site."""
        self._flusher = asyncio.create_task(self._flush_regularly())
        for crawl in self.crawls.values():
            crawl.open += 1
            try:
                await crawl.archive.open()
            except StoreError as error:
                self._fail(error)
                return
            crawl.figures.finished = "running"
            self._progress({"event": "site_started", "site": crawl.site.id})
            days = self.job.settings.rediscover_days
            walk = await asyncio.to_thread(ending.load_walk, self._store, crawl.site.id)
            starts = entry_steps(crawl, walk, rediscover_days=days, now=datetime.now(UTC))
            rest = left_over(crawl, self.job.settings.gone_after)
            for request in self._requests(crawl, [*starts, *lost_steps(crawl), *rest]):
                yield request
            self._done(crawl)

    def _requests(self, crawl: SiteCrawl, steps: list[Step]) -> Iterator[Request]:
        for step in steps:
            request = self.ask(crawl, step)
            if request is not None:
                yield request

    def ask(self, crawl: SiteCrawl, step: Step) -> Request | None:
        """Return the request for a step, None where it was asked before or may not be asked."""
        if crawl.site.render == "always" and step.role == "listing" and step.page is None:
            step = replace(step, browser=True)
        key = resource_key(step)
        again = step.tries > 0 or step.fresh
        if key in crawl.asked and not again:
            return None
        if crawl.archive.is_removed(key):
            return None
        if not crawl.guard.allows(step.url):
            host = step.url.split("/")[2]
            crawl.figures.issue(
                "host_not_allowed",
                f"{host} is not among the site's hosts; add it to hosts if it belongs to it",
            )
            return None
        if step.browser and (missing := self._no_browser()):
            crawl.figures.issue("needs_browser", missing, step.url)
            self.recorder.note(crawl, step, "error:needs_browser", note=missing)
            return None
        if crawl.requests >= self.job.settings.max_requests:
            crawl.figures.issue(
                "request_budget",
                f"more than {self.job.settings.max_requests} requests; the rest waits for the next night",
            )
            crawl.asked.add(key)
            crawl.leave(step)
            return None
        crawl.asked.add(key)
        crawl.pending[key] = step
        crawl.requests += 1
        crawl.open += 1
        return self._build(crawl, step)

    def _no_browser(self) -> str | None:
        if not self.job.settings.browser:
            return "the job's settings allow no browser"
        return why_no_browser()

    def _build(self, crawl: SiteCrawl, step: Step) -> Request:
        meta: dict[str, Any] = {
            "crawl": crawl,
            "guard": crawl.guard,
            "step": step,
            "cookiejar": crawl.site.id,
            # Named now, so that the scheduler can share out its turns between hosts.
            "download_slot": authority(step.url),
        }
        page = step.page
        headers = dict(page.headers) if page is not None else {}
        common: dict[str, Any] = {
            "callback": self.parse,
            "errback": self.failed,
            "meta": meta,
            "dont_filter": True,
            # Lists first: they say how much there is, and their validators are the freshest.
            "priority": {"listing": 2, "document": 1}.get(step.role, 0),
        }
        if step.browser:
            from crawlers.rendering.handler import render_meta

            meta.update(render_meta(crawl, self.job.settings))
            return Request(step.url, headers=headers, **common)
        if page is not None and page.method == "POST":
            if page.json is not None:
                headers["Content-Type"] = "application/json"
                return Request(step.url, method="POST", body=page.json, headers=headers, **common)
            return FormRequest(step.url, formdata=list(page.form or ()), headers=headers, **common)
        if not step.fresh:
            headers.update(self.conditions(crawl, step.url))
        return Request(step.url, headers=headers, **common)

    def conditions(self, crawl: SiteCrawl, url: str) -> dict[str, str]:
        """Return the headers that ask for a known address only if it changed."""
        known = crawl.archive.known(url)
        headers: dict[str, str] = {}
        # Only the validators of a body that is archived: otherwise a 304 would confirm nothing.
        if known is not None and known.sha256 is not None and not crawl.archive.is_wanted_again(url):
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return headers

    # Answers

    async def parse(self, response: Response) -> AsyncIterator[Request]:
        """Archive an answer and follow what it leads to."""
        crawl, step = response.meta["crawl"], response.meta["step"]
        try:
            steps = await self._answered(crawl, step, response)
            for request in self._requests(crawl, steps):
                yield request
            if crawl.archive.is_full:
                await crawl.archive.flush()
        except StoreError as error:
            self._fail(error)
        except CloseSpider:
            raise
        except Exception:  # one page that breaks us must not end a site; it is logged in full and counted
            log.exception("site %s: %s could not be read", crawl.site.id, step.url)
            crawl.figures.issue("internal_error", "the crawler failed on this page; see the log", step.url)
        finally:
            self._done(crawl, step)

    async def failed(self, failure: Failure) -> AsyncIterator[Request]:
        """Record a request that got no answer; go on with what may replace it."""
        request: Request = failure.request  # type: ignore[attr-defined]
        crawl, step = request.meta["crawl"], request.meta["step"]
        error = failure.value if failure.value is not None else RuntimeError("no answer, and no reason given")
        try:
            kind = kind_of(error, request.url)
            if kind == "rests":
                if not self.stopping:
                    crawl.figures.issue("host_rests", str(error))
                if step.tries and step.url in crawl.walls:
                    # Its second try will not be: the wall stands.
                    self.recorder.note(crawl, step, f"blocked:{crawl.walls[step.url]}", note=str(error))
                    crawl.cut(step)
                elif before := request.meta.get("failed_with"):
                    # Nor its further try: what it met at the first is what is known.
                    self.recorder.note(crawl, step, f"error:{before}", note=str(error))
                    crawl.cut(step)
                else:
                    crawl.leave(step)
                return
            if not (step.page is not None and step.page.alternatives):
                crawl.cut(step)
            self.recorder.note(crawl, step, f"error:{kind}", note=str(error) or type(error).__name__)
            if kind in {"robots", "robots_delay"}:
                crawl.figures.issue(kind, str(error), step.url)
            plain = [replace(step, url=f"http:{step.url[6:]}")] if may_be_plain(step, kind) else []
            for other in self._requests(crawl, plain or self._reader.instead(crawl, step)):
                yield other
        finally:
            self._done(crawl, step)

    async def _answered(self, crawl: SiteCrawl, step: Step, response: Response) -> list[Step]:
        headers = {name.lower(): value for name, value in header_dict(response.headers).items()}
        if response.status == 304:
            return await self._unchanged(crawl, step, response)
        rendered = bool(response.meta.get("playwright"))
        wall, host = walls.recognise(response.status, headers, response.body), authority(response.url)
        if wall is not None:
            wait = self.job.settings.wall_retry
            self.pace.wall(host, step.url, wall.name)
            if step.tries == 0 and wait and not self.stopping and self.pace.of(host).resting is None:
                # The whole host waits: who is shown a wall has asked too much already.
                self.pace.hold(host, wait)
                crawl.walls[step.url] = wall.name
                return [replace(step, tries=1)]
            self.recorder.record(crawl, step, response, f"blocked:{wall.name}", note=wall.marker)
            crawl.cut(step)
            return self._reader.instead(crawl, step)
        self.pace.passed(host)
        declared = headers.get("content-type", "").split(";")[0].strip().lower() or None
        wrong = whats_wrong(crawl, step, response, declared, self.job.settings.gone_after)
        if wrong is not None:
            self.recorder.record(crawl, step, response, wrong)
            if not (step.page is not None and (step.page.trial or step.page.alternatives)):
                crawl.cut(step)
            return self._reader.instead(crawl, step)
        outcome, sha256 = crawl.archive.judge(resource_key(step), response.body)
        page = None
        if step.role != "attachment" and is_page(sniff(response.body), declared):
            text = (
                response.body.decode() if rendered else decode(response.body, headers.get("content-type", ""))
            )
            page = Page(response.url, text, headers, step.page)
        role, steps = self._reader.read(crawl, step, page, unchanged=outcome == "unchanged_hash")
        step = named(step, page)
        self.recorder.record(
            crawl, replace(step, role=role), response, outcome, sha256=sha256, body=response.body
        )
        if rendered:
            self.recorder.wire(crawl, step, response)
        return steps

    async def _unchanged(self, crawl: SiteCrawl, step: Step, response: Response) -> list[Step]:
        """A 304: take the archived body for what the server would have sent."""
        known = crawl.archive.known(step.url)
        if known is None or known.sha256 is None:
            self.recorder.record(crawl, step, response, "error:http_304")
            return []
        try:
            body = await crawl.archive.body(known.sha256)
        except BodyRemovedError:
            # Its links are gone with it, and it is not asked for what we may not keep.
            self.recorder.record(crawl, step, response, "unchanged_304", sha256=known.sha256, size=known.size)
            return []
        except (ObjectNotFoundError, BodyCorruptError) as error:
            # The archive lost it, the site has it still: ask without condition.
            crawl.figures.issue("archived_body_lost", str(error), step.url)
            return [replace(step, fresh=True)]
        page = None
        if step.role != "attachment" and is_page(known.sniffed_type, known.media_type):
            text = decode(body, content_type(response))
            page = Page(response.url, text, {}, step.page)
        role, steps = self._reader.read(crawl, step, page, unchanged=True)
        self.recorder.record(
            crawl,
            replace(named(step, page), role=role),
            response,
            "unchanged_304",
            sha256=known.sha256,
            size=known.size or len(body),
        )
        return steps

    # Life

    async def _pause(self, seconds: float) -> None:
        """Wait, but not when the job is being ended."""
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    def stop_early(self) -> None:
        """End pauses and further tries; called when the job is asked to end."""
        if not self.stopping:
            self.stopping = True
            self._stop.set()
            polite = self.crawler.get_downloader_middleware(PoliteMiddleware)
            if polite is not None:
                polite.release()

    def _done(self, crawl: SiteCrawl, step: Step | None = None) -> None:
        if step is not None and step.tries == crawl.pending.get(resource_key(step), step).tries:
            crawl.pending.pop(resource_key(step), None)
        crawl.open -= 1
        if crawl.open == 0 and not crawl.over:
            crawl.over = True
            cut = self.stopping and bool(crawl.waiting)
            task = asyncio.create_task(self._close(crawl, "stopped" if cut else "ok"))
            self._closing.add(task)

    async def _close(self, crawl: SiteCrawl, reason: str) -> None:
        try:
            await crawl.archive.close(crawl.fold(self.job.settings.gone_after), crawl.asked)
            if reason == "ok":
                await ending.end(crawl, self._store)
        except StoreError as error:
            self._fail(error)
            return
        crawl.figures.finished = reason
        self._progress({"event": "site_done", "site": crawl.site.id, **crawl.figures.as_dict()})

    async def _flush_regularly(self) -> None:
        while not self.stopping:
            await self._pause(min(0.5, self.job.settings.flush_seconds))
            for crawl in list(self.crawls.values()):
                if crawl.archive.is_due:
                    try:
                        await crawl.archive.flush()
                    except StoreError as error:
                        self._fail(error)
                        return

    def _fail(self, error: StoreError) -> None:
        """End the job: without a store nothing may be asked."""
        if self.failure is None:
            self.failure = error
            log.error("the store failed: %s", error)
            self.stop_early()
            engine = self.crawler.engine
            if engine is not None:
                # Not among those that `_end` waits for: it waits for `_end`.
                self._ending = asyncio.create_task(engine.close_spider_async(reason="store"))

    async def _end(self) -> None:
        """Write everything that still waits; Scrapy waits for this before the process ends."""
        self.stop_early()
        if self._flusher is not None:
            await self._flusher
        for crawl in self.crawls.values():
            if self.failure is not None:
                await crawl.archive.keep_waiting()
            elif not crawl.over:
                crawl.over = True
                await self._close(crawl, "stopped")
        current = asyncio.current_task()
        await asyncio.gather(*(task for task in self._closing if task is not current))
