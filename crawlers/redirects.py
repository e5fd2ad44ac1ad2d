"""HTTP redirects: followed a few times, each hop through the guard, the Referer kept as it was."""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response


class GuardedRedirects(RedirectMiddleware):
    """Scrapy's redirects without its Referer middleware, which we do not use.

    Each hop is a request of its own and passes `GuardMiddleware` and the rules of robots.txt. The validators
    of a conditional request belong to the address asked, not to the one it leads to, and are dropped on the
    way.
    """

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002
        """Leave the Referer alone; drop the validators."""
        request.headers.pop("If-None-Match", None)
        request.headers.pop("If-Modified-Since", None)

    def _engine_started(self) -> None:
        """Look for no Referer middleware."""
