"""Scrapy's settings for a job: every one that matters is written out, no default may move."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from crawlers.job import Job
from crawlers.rendering import rendering_settings


def user_agent(contact: str) -> str:
    """Return how we introduce ourselves: project, version, purpose and whom to write to."""
    try:
        number = version("gongkai")
    except PackageNotFoundError:  # run from a checkout that was never installed
        number = "0.1.0"
    purpose = "archive of government disclosure reports"
    return f"gongkai/{number} (+https://gongkai.example; {purpose}; contact: {contact})"


def scrapy_settings(job: Job) -> dict[str, Any]:
    """Return the settings for a job."""
    polite = job.settings
    return {
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "USER_AGENT": user_agent(polite.contact),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.3",
        },
        # Requests: one at a time to a host; `polite` keeps the pauses.
        "CONCURRENT_REQUESTS": max(polite.concurrency, 2 * len(job.sites)),
        "CONCURRENT_REQUESTS_PER_DOMAIN": polite.concurrency_per_host,
        # Workers that Scrapy starts for the output of every page; ours yields requests, no items.
        "CONCURRENT_ITEMS": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0.0,  # a pause is a promise: never shorter than said
        "AUTOTHROTTLE_ENABLED": False,
        "DOWNLOAD_TIMEOUT": polite.timeout,
        "DOWNLOAD_MAXSIZE": polite.max_body,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,  # half a body must never be archived as a whole one
        # Expired, self-signed and incomplete chains are common on these hosts; docs/decisions/0004 says why
        # they are read all the same.
        "DOWNLOAD_VERIFY_CERTIFICATES": False,
        "REDIRECT_ENABLED": True,
        "REDIRECT_MAX_TIMES": polite.max_redirects,
        "METAREFRESH_ENABLED": False,  # redirect shells are pages: archived, then followed
        "RETRY_ENABLED": False,  # ours waits between tries
        "ROBOTSTXT_OBEY": False,  # ours knows Crawl-delay, archives the file and asks it conditionally
        "COOKIES_ENABLED": True,
        "COMPRESSION_ENABLED": True,
        "HTTPCACHE_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "TWISTED_DNS_RESOLVER": "crawlers.guard.GuardedResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.guard.GuardMiddleware": 40,
            "crawlers.polite.PoliteMiddleware": 100,
            "crawlers.polite.RetryMiddleware": 550,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
            "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            "crawlers.redirects.GuardedRedirects": 600,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            "crawlers.unpacking.Unpacking": 590,
        },
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.transport.PoliteHandler",
            "https": "crawlers.transport.PoliteHandler",
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        # The next request is one of the host with the fewest under way: a large site does not hold up the
        # others.
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue",
        # The spider makes its requests itself; nothing may drop, change or count them unseen.
        "SPIDER_MIDDLEWARES": {
            "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
            "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
            "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
            "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
            "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
        },
        "TELNETCONSOLE_ENABLED": False,
        # Scrapy would read the source of every callback for every answer: milliseconds each, for a warning.
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_LEVEL": "WARNING",
        "LOG_COLOR": False,
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        **rendering_settings(job),
    }
