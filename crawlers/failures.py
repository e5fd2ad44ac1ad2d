"""What kind of failure an exception is, as captures name it."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from crawlers.crawl import Step
from crawlers.guard import GuardedResolver, HostNotAllowedError, PrivateAddressError
from crawlers.pace import HostRestsError
from crawlers.polite import RobotsRefusedError
from crawlers.transport import is_tls_failure

_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (HostRestsError, "rests"),
    (HostNotAllowedError, "host_not_allowed"),
    (PrivateAddressError, "private_address"),
    (DownloadTimeoutError, "timeout"),
    (DownloadConnectionRefusedError, "connection_refused"),
    (DownloadCancelledError, "too_large"),
    (ResponseDataLossError, "truncated"),
)


def kind_of(error: BaseException, url: str) -> str:
    """Return the kind of a failure."""
    if isinstance(error, RobotsRefusedError):
        return error.kind
    for kind, name in _KINDS:
        if isinstance(error, kind):
            return name
    if isinstance(error, CannotResolveHostError):
        return "private_address" if urlsplit(url).hostname in GuardedResolver.refused else "unknown_host"
    if isinstance(error, IgnoreRequest) and "redirect" in str(error):
        return "too_many_redirects"
    if isinstance(error, DownloadFailedError | OSError):
        return "tls" if is_tls_failure(error) else "connection"
    return "browser" if type(error).__module__.startswith("playwright") else "download"


def may_be_plain(step: Step, kind: str) -> bool:
    """Tell whether a page that https does not give may be had over http: many hosts speak only that.

    Only the default port has a counterpart, and only for plain pages: a form is not sent another way.
    """
    if kind not in {"tls", "connection_refused", "connection"} or step.page is not None or step.browser:
        return False
    parts = urlsplit(step.url)
    return parts.scheme == "https" and parts.port in {None, 443}
