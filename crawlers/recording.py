"""From answers to the archive and the figures: what a request and its response become as a capture."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from scrapy.http import Response

from crawlers.archiving import Answer
from crawlers.crawl import SiteCrawl, Step, header_dict
from crawlers.failures import kind_of
from crawlers.page import PageRequest
from storage import Capture, Trail

Progress = Callable[[dict[str, Any]], None]


class Recorder:
    """Writes down what came back, and says so."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def wire(self, crawl: SiteCrawl, step: Step, response: Response) -> None:
        """Archive what a rendered page was made from: its main document and its data calls, as received."""
        for call in response.meta.get("wire", ()):
            if not 200 <= call["status"] < 300 or not call["body"]:
                continue
            method = call["method"] if call["method"] in {"GET", "POST"} else "GET"
            post = call["post"] if method == "POST" else None
            probe = Step(call["url"], "listing", page=PageRequest(call["url"], method, json=post))
            outcome, sha256 = crawl.archive.judge(resource_key(probe), call["body"])
            crawl.archive.add(
                Answer(
                    role="listing",
                    url=call["url"],
                    final_url=call["url"],
                    outcome=outcome,
                    method=method,
                    request_body=post,
                    response_headers=call["headers"],
                    status=call["status"],
                    body=call["body"],
                    sha256=sha256,
                    size=len(call["body"]),
                    renderer="browser",
                    trail=Trail(step.url, "asked by the page"),
                )
            )
            self.count(crawl, probe, outcome)

    def record(
        self,
        crawl: SiteCrawl,
        step: Step,
        response: Response,
        outcome: str,
        *,
        sha256: str | None = None,
        body: bytes | None = None,
        size: int | None = None,
        note: str | None = None,
    ) -> None:
        """Record an answer."""
        request = response.request
        sent = header_dict(request.headers) if request is not None else {}
        flags = list(response.flags)
        crawl.archive.add(
            Answer(
                role=step.role,
                url=address(step),
                final_url=response.url,
                outcome=outcome,
                method=step.page.method if step.page is not None else "GET",
                redirects=tuple(response.meta.get("redirect_urls", ())),
                request_headers=sent,
                request_body=body_text(step),
                response_headers=header_dict(response.headers),
                status=response.status,
                body=body,
                sha256=sha256,
                size=len(response.body) if size is None else size,
                renderer="browser" if response.meta.get("playwright") else "http",
                parent=step.parent,
                trail=step.trail,
                note=note or (", ".join(flags) or None),
            )
        )
        self.count(crawl, step, outcome)

    def note(self, crawl: SiteCrawl, step: Step, outcome: str, *, note: str | None = None) -> None:
        """Record a request that got no answer."""
        crawl.archive.add(
            Answer(
                role=step.role,
                url=address(step),
                final_url=step.url,
                outcome=outcome,
                method=step.page.method if step.page is not None else "GET",
                request_body=body_text(step),
                renderer="browser" if step.browser else "http",
                parent=step.parent,
                trail=step.trail,
                note=note,
            )
        )
        self.count(crawl, step, outcome)

    def count(self, crawl: SiteCrawl, step: Step, outcome: str) -> None:
        """Count an answer and report it; a guess at a further page that missed is no error."""
        miss = (
            step.page is not None
            and (step.page.trial or step.page.alternatives)
            and outcome == "error:not_found"
        )
        crawl.figures.count(step.role, "trial_miss" if miss else outcome, step.url)
        self._progress(
            {
                "event": "page",
                "site": crawl.site.id,
                "url": step.url,
                "role": step.role,
                "outcome": outcome,
                "pages": crawl.figures.pages,
                "open": crawl.open,
            }
        )

    async def robots_answered(self, crawl: SiteCrawl, url: str, response: Response) -> bytes | None:
        """Archive a robots.txt; return its text where it has rules."""
        step = Step(url, "listing", trail=Trail(anchor="robots.txt"))
        known = crawl.archive.known(url)
        if response.status == 304 and known is not None and known.sha256 is not None:
            body = await crawl.archive.body(known.sha256)
            self.record(crawl, step, response, "unchanged_304", sha256=known.sha256, size=len(body))
            return body
        if not 200 <= response.status < 300:
            # Nothing is wrong with a site that has none: it is recorded, but neither an error nor a page.
            outcome = "error:no_robots" if response.status < 500 else f"error:robots_http_{response.status}"
            self.record(crawl, step, response, outcome)
            return None
        outcome, sha256 = crawl.archive.judge(url, response.body)
        self.record(crawl, step, response, outcome, sha256=sha256, body=response.body)
        return response.body

    async def robots_failed(self, crawl: SiteCrawl, url: str, error: Exception) -> str:
        """Record a robots.txt that could not be asked; return the kind of failure."""
        kind = kind_of(error, url)
        self.note(
            crawl, Step(url, "listing", trail=Trail(anchor="robots.txt")), f"error:{kind}", note=str(error)
        )
        return kind


def body_text(step: Step) -> str | None:
    """Return the body of a POST as captures keep it, None for a GET."""
    page = step.page
    if page is None or page.method != "POST":
        return None
    return page.json if page.json is not None else json.dumps(list(page.form or ()), ensure_ascii=False)


def content_type(response: Response) -> str:
    """Return the Content-Type header as text."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1")


def address(step: Step) -> str:
    """Return the address under which an answer is archived.

    What a browser made of a page is not what the server sent: it is a resource of its own, so that neither is
    taken for a new version of the other, and no 304 for the shell confirms yesterday's list.
    """
    return f"{step.url}#rendered" if step.browser else step.url


def resource_key(step: Step) -> str:
    """Return the key of the resource a step asks, as captures have it."""
    page = step.page
    probe = Capture(
        id="",
        run="",
        site="",
        role=step.role,
        url=address(step),
        final_url="",
        time="",
        outcome="",
        method=page.method if page is not None else "GET",
        request_body=body_text(step),
    )
    return probe.resource_key
