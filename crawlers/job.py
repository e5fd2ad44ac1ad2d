"""A job: what one child process crawls. Written by the flow as JSON, read by ``python -m crawlers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crawlers.registry import Site
from crawlers.window import Window


class JobError(Exception):
    """The job file cannot be used; one line."""


class Politeness(BaseModel):
    """How a job behaves towards the sites and what it may cost.

    Attributes:
        contact: how a site's owner reaches us; part of the user agent.
        obey_robots: robots.txt is obeyed; off only for benchmarks on one's own server.
        concurrency_per_host: requests at a time to one host; more than 1 only for benchmarks on one's own
            server.
        concurrency: requests at a time in the whole job.
        timeout: seconds for one answer.
        retries: further tries after a timeout, a broken connection or a 5xx answer.
        backoff: seconds before the first further try; doubles with each.
        wall_retry: seconds before the one slow further try at a wall; 0 for none.
        max_body: bytes of one body, at most.
        max_redirects: redirects of one request, at most.
        max_requests: requests to one site in one job, at most; the next night begins with what is left.
        max_list_pages: pages of one list, at most.
        rediscover_days: a site whose columns are known is searched for others after so many days; 0 for every
            time.
        lists_only: lists are read, documents are not asked; to see what a site is.
        max_depth: steps from a start address to the annual-report column, at most.
        max_delay: seconds that a host's slowness or errors may lengthen its pause to; what robots.txt or the
            entry ask for is kept beyond that.
        max_failures: after so many addresses in a row without an answer a host is left alone for the night.
        max_walls: ... or after so many that met a wall.
        window: hours in which sites are asked, time of China, such as ``00:30-06:30``; None for any time.
        recheck_days: a document that its list shows unchanged is asked again after so many days; 0 for every
            time. What stays the same is asked ever less often,
        recheck_most_days: but at least after so many days.
        gone_after: complete lists without a document before its 404 counts as gone.
        max_crawl_delay: a robots.txt that asks for more seconds than this closes the site to this job.
        flush_captures: captures are written at the latest when so many are waiting.
        flush_seconds: ... or when the oldest has waited so long.
        browser: whether pages may be rendered at all.
        browser_timeout: seconds for one rendered page, all in all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact: Annotated[str, Field(min_length=1, pattern=r"^[\x20-\x7e]+$")] = "gongkai@gongkai.example"
    obey_robots: bool = True
    concurrency_per_host: Annotated[int, Field(ge=1)] = 1
    concurrency: Annotated[int, Field(ge=1)] = 64
    timeout: Annotated[float, Field(gt=0)] = 60.0
    retries: Annotated[int, Field(ge=0)] = 2
    backoff: Annotated[float, Field(ge=0)] = 5.0
    wall_retry: Annotated[float, Field(ge=0)] = 30.0
    max_body: Annotated[int, Field(gt=0)] = 64 * 1024 * 1024
    max_redirects: Annotated[int, Field(ge=0)] = 8
    max_requests: Annotated[int, Field(gt=0)] = 20_000
    max_list_pages: Annotated[int, Field(gt=0)] = 500
    rediscover_days: Annotated[float, Field(ge=0)] = 14.0
    lists_only: bool = False
    max_depth: Annotated[int, Field(ge=0)] = 3
    max_crawl_delay: Annotated[float, Field(gt=0)] = 120.0
    max_delay: Annotated[float, Field(ge=0)] = 60.0
    max_failures: Annotated[int, Field(gt=0)] = 8
    max_walls: Annotated[int, Field(gt=0)] = 5
    window: str | None = None
    recheck_days: Annotated[float, Field(ge=0)] = 7.0
    recheck_most_days: Annotated[float, Field(ge=0)] = 90.0
    gone_after: Annotated[int, Field(ge=1)] = 3
    flush_captures: Annotated[int, Field(gt=0)] = 200
    flush_seconds: Annotated[float, Field(gt=0)] = 2.0
    browser: bool = True
    browser_timeout: Annotated[float, Field(gt=0)] = 60.0

    @field_validator("window")
    @classmethod
    def _window(cls, value: str | None) -> str | None:
        if value is not None:
            Window.parse(value)
        return value


class Job(BaseModel):
    """What one child process does.

    Attributes:
        run: run id; part of capture keys.
        store: store URL.
        sites: full entries; the child reads no registry.
        settings: politeness and limits.
        out: where the child writes its figures as JSON.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")]
    store: Annotated[str, Field(min_length=1)]
    sites: tuple[Site, ...]
    settings: Politeness = Politeness()
    out: Path

    def save(self, path: Path) -> None:
        """Write the job file."""
        path.write_text(self.model_dump_json(indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Job:
        """Read a job file.

        Raises:
            JobError: it cannot be read or is wrong; one line.
        """
        try:
            return cls.model_validate_json(path.read_text("utf-8"))
        except OSError as error:
            raise JobError(f"{path}: cannot be read: {error.strerror or error}") from error
        except (UnicodeDecodeError, ValidationError) as error:
            if isinstance(error, ValidationError):
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"]) or "file"
                raise JobError(f"{path}: {place}: {first['msg']}") from error
            raise JobError(f"{path}: is not UTF-8") from error
