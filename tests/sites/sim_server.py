# ruff: noqa: E501 - pages and titles as sites write them
"""A small government web server on loopback that measures how it is asked.

Sites are written from the descriptions of the platforms, not from the crawler's modules. Everything they serve is in
memory: a path leads to a `Resource`, or to a function of the request for endpoints.
"""

from __future__ import annotations

import email.utils
import hashlib
import itertools
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

HTML = "text/html; charset=utf-8"
CHANGED = "Tue, 20 Jan 2026 08:00:00 GMT"


@dataclass
class Resource:
    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    validators: bool = True
    drip: float = 0.0


@dataclass
class Asked:
    began: float
    ended: float
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    status: int
    size: int


Answer = Callable[["Asked"], "Resource | None"]


@dataclass
class GovernmentSite:
    """Pages by path; endpoints by path; what was asked of it."""

    pages: dict[str, Resource] = field(default_factory=dict)
    endpoints: dict[str, Answer] = field(default_factory=dict)
    robots: str | None = "User-agent: *\nAllow: /\n"
    asked: list[Asked] = field(default_factory=list)
    latency: float = 0.0
    wall: Resource | None = None
    base: str = ""
    together: int = 0
    most_together: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, path: str, html: str, **kwargs: object) -> None:
        self.pages[path] = Resource(html.encode("utf-8"), **kwargs)  # type: ignore[arg-type]

    def file(self, path: str, body: bytes, content_type: str) -> None:
        self.pages[path] = Resource(body, content_type)

    def answer(self, asked: Asked) -> Resource:
        if asked.path == "/robots.txt":
            if self.robots is None:
                return Resource(b"not found", "text/html", 404, validators=False)
            return Resource(self.robots.encode(), "text/plain")
        if self.wall is not None:
            return self.wall
        if asked.path in self.endpoints:
            found = self.endpoints[asked.path](asked)
            if found is not None:
                return found
        for path in (asked.path, asked.path + "index.html"):
            if path in self.pages:
                return self.pages[path]
        return Resource(
            "<html><title>404</title><body>您访问的页面不存在</body></html>".encode(),
            status=404,
            validators=False,
        )

    # Measurements

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def gaps(self) -> list[float]:
        """Seconds between the end of an answer and the next request."""
        ordered = sorted(self.asked, key=lambda a: a.began)
        return [b.began - a.ended for a, b in itertools.pairwise(ordered)]

    def forget(self) -> None:
        self.asked.clear()
        self.most_together = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    site: GovernmentSite

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._serve(
            dict(parse_qsl(raw.decode(), keep_blank_values=True)) if b"=" in raw else {"": raw.decode()}
        )

    def _serve(self, form: dict[str, str]) -> None:
        site = self.site
        with site.lock:
            site.together += 1
            site.most_together = max(site.most_together, site.together)
        parts = urlsplit(self.path)
        asked = Asked(
            time.monotonic(), 0.0, self.command, unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True)),
            form, {k.lower(): v for k, v in self.headers.items()}, 0, 0,
        )  # fmt: skip
        if site.latency:
            time.sleep(site.latency)
        resource = site.answer(asked)
        status, body = resource.status, resource.body
        headers = {"Content-Type": resource.content_type, **resource.headers}
        if resource.validators and status == 200 and self.command == "GET":
            etag = '"' + hashlib.md5(body).hexdigest() + '"'
            headers |= {"ETag": etag, "Last-Modified": CHANGED}
            if self.headers.get("If-None-Match") == etag or (
                "If-None-Match" not in self.headers and self.headers.get("If-Modified-Since") == CHANGED
            ):
                status, body = 304, b""
        headers["Date"] = email.utils.formatdate(usegmt=True)
        # Counted before the last byte leaves, so that the next request of an honest client is later than this one's end.
        with site.lock:
            site.together -= 1
        asked.status, asked.size, asked.ended = status, len(body), time.monotonic()
        site.asked.append(asked)
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.send_body(body, resource.drip)

    def send_body(self, body: bytes, drip: float) -> None:
        if not drip:
            self.wfile.write(body)
            return
        try:
            for n in range(len(body)):
                self.wfile.write(body[n : n + 1])
                time.sleep(drip)
        except OSError:
            self.close_connection = True  # nobody waits any more


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        # A client of an earlier test may have left; a later test, which reads what is printed, hears nothing of it.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def listen(site: GovernmentSite, address: str = "127.0.0.1") -> _Server:
    """Open a free port for a site; somebody else answers."""
    handler = type("Handler", (_Handler,), {"site": site})
    server = _Server((address, 0), handler)
    site.base = f"http://{address}:{server.server_address[1]}"
    return server


@contextmanager
def serve(
    site: GovernmentSite, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve a site on a free port; yields its base address without a slash at the end."""
    server = listen(site, address)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        site.base = site.base.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site.base
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
