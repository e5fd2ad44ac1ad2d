"""Answers that must not be kept as what was asked for: errors, empty pages, pages sent in place of files."""

from __future__ import annotations

from scrapy.http import Response

from crawlers import walls
from crawlers.crawl import SiteCrawl, Step
from crawlers.documents import resembles_report
from crawlers.page import Page, decode
from crawlers.recording import content_type, resource_key
from crawlers.sniff import is_page, sniff


def whats_wrong(
    crawl: SiteCrawl, step: Step, response: Response, declared: str | None, gone_after: int
) -> str | None:
    """Return the outcome of an answer that must not be kept as what was asked for, None if it may.

    Args:
        crawl: the site's crawl.
        step: what was asked.
        response: what came back; no wall.
        declared: its media type as declared.
        gone_after: complete lists without a document before its 404 counts as gone.
    """
    known = crawl.archive.known(resource_key(step))
    if response.status in {404, 410}:
        if known is None or known.sha256 is None:
            return "error:not_found"
        # A document is gone when its lists say so too, and not for one night only.
        missing = crawl.archive.notes.missing.get(step.url)
        unlisted = missing is not None and missing.times >= gone_after
        return "gone" if step.role == "listing" or unlisted else "error:not_found"
    if not 200 <= response.status < 300:
        return f"error:http_{response.status}"
    sniffed = sniff(response.body)
    if step.role == "attachment" and sniffed == "text/html":
        if walls.hollow(response.body):
            return "error:soft_404"
        # A report saved as a page is handed out as a file, too; an error page is none.
        page = Page(response.url, decode(response.body, content_type(response)))
        return None if resembles_report(page) else "error:page_for_file"
    if is_page(sniffed, declared):
        hollow = walls.hollow(response.body, content_type(response))
        return f"error:{hollow}" if hollow else None
    return None if response.body else "error:empty"
