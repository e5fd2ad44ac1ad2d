"""A proxy on loopback in front of a real S3 server, which goes wrong as often as it is told.

with fault_proxy(server.endpoint, faults=("slow_down", "reset"), rate=0.2) as proxy:
    ...                     # GONGKAI_S3_ENDPOINT=proxy.endpoint
    proxy.counts            # what was done to whom
"""

from __future__ import annotations

import http.client
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

ERRORS = {
    "error_500": (500, "InternalError"),
    "unavailable_503": (503, "ServiceUnavailable"),
    "slow_down": (503, "SlowDown"),
    "throttled_429": (429, "TooManyRequests"),
    "request_timeout": (400, "RequestTimeout"),
    "expired": (400, "ExpiredToken"),
    "skewed": (403, "RequestTimeTooSkewed"),
    "denied": (403, "AccessDenied"),
    "full": (507, "InsufficientStorage"),
    "no_bucket": (404, "NoSuchBucket"),
}
"""Faults that are an answer: status and S3's code."""

BROKEN = ("silence", "reset_before", "reset_in_body", "lost_answer", "drip")
"""Faults of the line: no answer, a reset before the request was passed on, one in the middle of the answer,
one after the request was carried out, and an answer that comes drop by drop."""

PASSING = ("error_500", "unavailable_503", "slow_down", "throttled_429", "request_timeout", *BROKEN)
"""Faults that are over when one asks again."""

LASTING = ("expired", "skewed", "full", "no_bucket", "denied")
"""Faults that somebody must mend."""

PATIENCE = 3
"""Seconds that a client of the proxy is to wait for an answer: a busy machine gives one within them."""

SILENCE = PATIENCE + 0.6


@dataclass
class FaultProxy:
    """The proxy; its fields may be changed while it runs.

    Attributes:
        upstream: host and port of the real server.
        faults: what goes wrong, one of them at a time.
        rate: how often, 0 to 1.
        after: requests that pass before anything goes wrong.
        dice: who decides.
        counts: what was done, by fault; ``passed`` for what was passed on whole.
        endpoint: where the proxy is.
    """

    upstream: str
    faults: Sequence[str]
    rate: float
    after: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(20261122))
    counts: Counter[str] = field(default_factory=Counter)
    endpoint: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, verb: str) -> str | None:
        """Return what goes wrong with the next request, None for nothing."""
        with self.lock:
            wrong = None
            if self.counts.total() >= self.after and self.faults and self.dice.random() < self.rate:
                # S3 says RequestTimeout of a body that does not come; a HEAD has none.
                possible = [one for one in self.faults if (verb, one) != ("HEAD", "request_timeout")]
                wrong = self.dice.choice(possible)
            self.counts[wrong or "passed"] += 1
            return wrong


@contextmanager
def fault_proxy(endpoint: str, *, faults: Sequence[str], rate: float, after: int = 0) -> Iterator[FaultProxy]:
    """Run a proxy in front of the S3 server at `endpoint`."""
    proxy = FaultProxy(urlsplit(endpoint).netloc, faults, rate, after)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    proxy.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that gave up on a silent or broken line: that is what the proxy is for


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    proxy: FaultProxy

    def log_message(self, *_: object) -> None:
        pass

    def handle_any(self) -> None:
        wrong = self.proxy.draw(self.command)
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if wrong in ERRORS:
            status, code = ERRORS[wrong]
            self.answer(status, f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode())
        elif wrong == "silence":
            time.sleep(SILENCE)
            self.cut()
        elif wrong == "reset_before":
            self.cut()
        else:
            self.pass_on(body, wrong)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def pass_on(self, body: bytes, wrong: str | None) -> None:
        upstream = http.client.HTTPConnection(self.proxy.upstream, timeout=30)
        try:
            # The Host header is signed, so it stays the one the client sent.
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in {"connection", "expect"}:
                    upstream.putheader(name, value)
            upstream.endheaders(body or None)
            answer = upstream.getresponse()
            data = answer.read()
        finally:
            upstream.close()
        if wrong == "lost_answer":
            return self.cut()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        length = answer.headers.get("Content-Length") if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if self.command == "HEAD":
            return None
        if wrong == "reset_in_body":
            self.wfile.write(data[: len(data) // 2])
            return self.cut()
        if wrong == "drip":
            for start in range(0, len(data), max(1, len(data) // 8)):
                self.wfile.write(data[start : start + max(1, len(data) // 8)])
                self.wfile.flush()
                time.sleep(0.02)
            return None
        self.wfile.write(data)
        return None

    def answer(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def cut(self) -> None:
        """End the connection with a reset, not with a goodbye."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
