"""Serves the demo sites on loopback, one port each, and measures how they are asked."""

import errno
import gzip
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from time import monotonic
from typing import Any, overload
from urllib.parse import parse_qsl, quote, urlsplit

from gongkai.demo import jpage, scripted, trs
from gongkai.demo.catalogue import Catalogue, load_catalogue
from gongkai.demo.registry import DEFAULT_PORT, HOST, definitions, entries_at
from gongkai.demo.resource import DemoSite, Resource

_PLATFORMS: dict[str, Callable[[Catalogue], DemoSite]] = {
    "trs": trs.build,
    "jpage": jpage.build,
    "scripted": scripted.build,
}
_LAST_PORT = 65535
_MOST_FORM_BYTES = 65536
_COMPRESSED = ("text/", "application/javascript", "application/json")
_IDLE_SECONDS = 15  # a kept connection nobody uses must not hold the server's end


class DemoPortError(RuntimeError):
    """The demo sites cannot be served on these ports; one line that says what to do."""


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    at: float
    method: str
    address: str
    status: int
    user_agent: str


@dataclass(frozen=True)
class SiteStats:
    """How a site was asked.

    Attributes:
        log: every request in order of arrival.
        max_concurrent: the most requests that were under way at once.
        min_gap: seconds between the arrivals of two successive requests, at least; None before the second.
    """

    log: tuple[Asked, ...]
    max_concurrent: int
    min_gap: float | None

    @property
    def requests(self) -> dict[str, int]:
        """Requests by address (path and query)."""
        return dict(Counter(asked.address for asked in self.log))


@dataclass
class _Meter:
    """Counts requests; safe to use from all threads of a server."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    log: list[Asked] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    under_way: int = 0
    max_concurrent: int = 0

    def begin(self) -> float:
        with self.lock:
            now = monotonic()
            self.arrivals.append(now)
            self.under_way += 1
            self.max_concurrent = max(self.max_concurrent, self.under_way)
            return now

    def end(self, asked: Asked) -> None:
        with self.lock:
            self.under_way -= 1
            self.log.append(asked)

    def stats(self) -> SiteStats:
        with self.lock:
            gaps = [later - earlier for earlier, later in zip(self.arrivals, self.arrivals[1:], strict=False)]
            log = tuple(sorted(self.log, key=lambda asked: asked.at))
            return SiteStats(log, self.max_concurrent, min(gaps, default=None))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # connections kept open by a client end with their threads

    def __init__(self, port: int, site: DemoSite) -> None:
        self.site = site
        self.meter = _Meter()
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for its own name here, which can hang on a machine without network.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A crawler that is killed in mid-answer is part of the demonstration, anything else is our error.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "gongkai-demo"
    sys_version = ""
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        self._measured()

    def do_HEAD(self) -> None:
        self._measured()

    def do_POST(self) -> None:
        self._measured()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        """The meter keeps the log; nothing is written to the terminal."""

    def _measured(self) -> None:
        self._began: float | None = self.server.meter.begin()
        try:
            self._answer()
        finally:
            self._over(0)

    def _over(self, status: int) -> None:
        """Count the request as answered, once: whoever has the whole answer may ask again at once."""
        if self._began is not None:
            agent = self.headers.get("User-Agent", "")
            self.server.meter.end(Asked(self._began, self.command, self.path, status, agent))
            self._began = None

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        site = self.server.site
        form = self._form()
        if form is None:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, None)
            return
        if self.command == "POST" and parts.path not in site.post:
            self._send(HTTPStatus.METHOD_NOT_ALLOWED, None)
            return
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True)) | form
        resource = site.get(parts.path, parts.query, parameters)
        if resource is None:
            self._send(HTTPStatus.NOT_FOUND, site.not_found)
        elif self.command != "POST" and self._unchanged(resource):
            self._send(HTTPStatus.NOT_MODIFIED, resource)
        else:
            self._send(HTTPStatus.OK, resource)

    def _form(self) -> dict[str, str] | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _MOST_FORM_BYTES:
            self.close_connection = True
            return None
        data = self.rfile.read(int(length)) if int(length) else b""
        return dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))

    def _unchanged(self, resource: Resource) -> bool:
        """If-None-Match rules where it is sent, as RFC 9110 says; else If-Modified-Since."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            sent = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return resource.etag is not None and (resource.etag in sent or "*" in sent)
        since = self.headers.get("If-Modified-Since")
        if since is None or resource.modified is None:
            return False
        try:
            return resource.modified <= parsedate_to_datetime(since)
        except (TypeError, ValueError):  # an unreadable or zoneless date is ignored, as RFC 9110 says
            return False

    def _send(self, status: HTTPStatus, resource: Resource | None) -> None:
        body = resource.body if resource else f"{status.value} {status.phrase}\n".encode()
        media_type = resource.media_type if resource else "text/plain"
        compressed = media_type.startswith(_COMPRESSED) and "gzip" in self.headers.get("Accept-Encoding", "")
        if compressed:
            body = gzip.compress(body, mtime=0)
        self.send_response(status)
        if resource and resource.etag:
            # The compressed form is another sequence of bytes: only a weak validator is true of both.
            self.send_header("ETag", f"W/{resource.etag}" if compressed else resource.etag)
        if resource and resource.modified:
            self.send_header("Last-Modified", format_datetime(resource.modified, usegmt=True))
        if media_type.startswith(_COMPRESSED):
            self.send_header("Vary", "Accept-Encoding")
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        if status is not HTTPStatus.NOT_MODIFIED:
            self._send_body_headers(body, media_type, resource, compressed=compressed)
        self._over(status.value)
        self.end_headers()
        if status is not HTTPStatus.NOT_MODIFIED and self.command != "HEAD":
            self.wfile.write(body)

    def _send_body_headers(
        self, body: bytes, media_type: str, resource: Resource | None, *, compressed: bool
    ) -> None:
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        if resource and resource.filename:
            self.send_header(
                "Content-Disposition", f"attachment; filename*=UTF-8''{quote(resource.filename)}"
            )


class RunningSites(Sequence[str]):
    """The demo sites while they are served: a sequence of their addresses, in the order of ``sites.yaml``."""

    def __init__(self, servers: Sequence[_Server]) -> None:
        """Takes the running servers."""
        self._servers = servers
        self._urls = [f"http://{HOST}:{server.server_address[1]}/" for server in servers]

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._urls[index]

    def __len__(self) -> int:
        return len(self._urls)

    def entries(self) -> list[dict[str, Any]]:
        """The sites as registry entries at the ports they run on."""
        return entries_at(self._urls)

    def stats(self) -> dict[str, SiteStats]:
        """How each site was asked so far, by its id."""
        return {
            entry["id"]: server.meter.stats()
            for entry, server in zip(definitions(), self._servers, strict=True)
        }


@contextmanager
def start_demo_sites(port_base: int = DEFAULT_PORT) -> Iterator[RunningSites]:
    """Serves the demo sites on loopback until the block ends.

    Args:
        port_base: the first of as many consecutive ports as there are sites; 0 for any free ones (tests).

    Yields:
        The running sites, a sequence of their addresses.

    Raises:
        DemoPortError: a port is in use or cannot be had.
    """
    entries = definitions()
    with ExitStack() as stack:
        servers = []
        for entry in entries:
            port = port_base + entry["port"] if port_base else 0
            site = _PLATFORMS[entry["platform"]](load_catalogue(entry["content"]))
            server = stack.enter_context(_listen(port, site, len(entries)))
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            )
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            servers.append(server)
        yield RunningSites(servers)


def _listen(port: int, site: DemoSite, ports: int) -> _Server:
    if not 0 <= port <= _LAST_PORT:
        raise DemoPortError(
            f"port {port} does not exist; pass another --port ({ports} ports from it are used)"
        )
    try:
        return _Server(port, site)
    except OSError as error:
        why = (
            "is in use by another program"
            if error.errno == errno.EADDRINUSE
            else f"cannot be used ({error.strerror})"
        )
        raise DemoPortError(
            f"port {port} {why}; pass another --port ({ports} ports from it are used)"
        ) from error
