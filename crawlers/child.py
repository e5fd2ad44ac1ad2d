"""The child process: runs one job and writes its figures."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

from crawlers.figures import SiteFigures
from crawlers.holding import Holding, holding
from crawlers.job import Job, JobError
from storage import ObjectStore, StoreError, open_store
from storage.secrets import guard_logs

EXIT_OK = 0
EXIT_BAD_JOB = 2
EXIT_STORE = 4

log = logging.getLogger("crawlers")


def watch_parent() -> None:
    """End this process, its group and its browser when the parent is gone.

    The parent keeps the write end of a pipe open and names the read end in ``GONGKAI_PARENT_PIPE``; the pipe
    ends when the parent does, however it ends.
    """
    raw = os.environ.get("GONGKAI_PARENT_PIPE", "")
    if not raw.isdigit():
        return
    descriptor = int(raw)

    def wait() -> None:
        try:
            while os.read(descriptor, 1024):
                pass
        except OSError as error:
            log.error("the parent's pipe cannot be read: %s", error)
        # Only a group of our own may be ended as a whole: otherwise it is the caller's.
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, name="parent-pipe", daemon=True).start()


def write_figures(path: Path, figures: dict[str, Any]) -> None:
    """Write the figures as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(path)


def progress(event: dict[str, Any]) -> None:
    """Write one event as a line of JSON on standard output."""
    try:
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody listens any more; the work is still worth finishing.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the rest of the process


def main(arguments: list[str]) -> int:
    """Run the job that the arguments name; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m crawlers JOB.json\n")
        return EXIT_BAD_JOB
    watch_parent()
    guard_logs()
    try:
        job = Job.load(Path(arguments[0]))
    except JobError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_BAD_JOB
    try:
        store = open_store(job.store)
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_STORE
    return run(job, store)


def run(job: Job, store: ObjectStore) -> int:
    """Crawl the sites of a job that no other run crawls; write the figures; return the exit code."""
    try:
        with holding(store, job.run, job.sites) as held:
            return _run(job.model_copy(update={"sites": tuple(held.sites)}), store, held)
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_STORE


def _run(job: Job, store: ObjectStore, held: Holding) -> int:
    # Scrapy installs the reactor when it is imported in earnest: only in the process that crawls.
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.settings import scrapy_settings
    from crawlers.spider import ReportSpider

    logging.captureWarnings(capture=True)
    warnings.simplefilter("default")

    class Process(AsyncCrawlerProcess):
        """Tells the spider that it is to end before the engine waits for what is under way."""

        def stop(self) -> Any:
            for running in self.crawlers:
                if isinstance(running.spider, ReportSpider) and running.engine is not None:
                    running.spider.stop_early()
            return super().stop()

    process = Process(scrapy_settings(job))
    crawler = process.create_crawler(ReportSpider)
    task = process.crawl(crawler, job=job, store=store, progress=progress)
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
        raise error
    spider = crawler.spider
    assert isinstance(spider, ReportSpider)
    stopped = any(crawl.figures.finished != "ok" for crawl in spider.crawls.values())
    finished = "store" if spider.failure else "stopped" if stopped else "ok"
    sites = {name: crawl.figures.as_dict() for name, crawl in spider.crawls.items()}
    for name, holder in held.held.items():
        sites[name] = SiteFigures(errors=[holder], finished="held").as_dict()
    for name in held.lost & sites.keys():
        log.warning("site %s: another run took its lease; both wrote what they saw", name)
    write_figures(
        job.out,
        {
            "run": job.run,
            "sites": sites,
            "finished": finished,
        },
    )
    progress({"event": "finished", "finished": finished})
    if spider.failure is not None:
        sys.stderr.write(f"{spider.failure}\n")
        return EXIT_STORE
    return EXIT_OK
