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

from crawlers.guard import GuardedResolver, HostNotAllowedError, PrivateAddressError
from crawlers.polite import RobotsRefusedError

_KINDS: tuple[tuple[type[BaseException], str], ...] = (
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
        text = str(error).lower()
        return "tls" if "ssl" in text or "tls" in text or "certificate" in text else "connection"
    return "browser" if type(error).__module__.startswith("playwright") else "download"
