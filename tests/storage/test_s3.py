"""What S3 stores do besides answering: wrong settings, stores that are none, conditions that are ignored."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from storage import ObjectNotFoundError, StoreError, StoreUnreachableError, open_store
from storage.s3 import S3Store
from tests.s3server import S3Server

pytestmark = pytest.mark.timeout(600)

SECRET = "AKIDSECRETSECRET"


class FakeStore:
    """An S3 that keeps objects in memory and misbehaves as told."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.condition = "ignored"  # or "refused"
        self.answers: list[tuple[int, str]] = []  # of the next requests: status and code
        self.cut_off = 0  # of the next bodies
        self.broken_errors = 0  # of the next requests: an error that breaks off
        self.lock = threading.Lock()

    @contextmanager
    def serve(self) -> Iterator[str]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def answer(self, status: int, body: bytes = b"", length: int | None = None) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def reset(self) -> None:
                time.sleep(0.3)  # the other side waits for the rest by now
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.rfile.close()
                self.connection.close()
                self.close_connection = True

            def handle_any(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.partition("?")[0]
                with fake.lock:
                    fake.requests.append((self.command, path))
                    if fake.answers:
                        status, code = fake.answers.pop(0)
                        return self.answer(status, f"<Error><Code>{code}</Code></Error>".encode())
                    if self.command == "PUT":
                        if "If-None-Match" in self.headers and fake.condition == "refused":
                            return self.answer(501, b"<Error><Code>NotImplemented</Code></Error>")
                        fake.objects[path] = data
                        return self.answer(200)
                    if path.count("/") == 1:
                        return self.answer(
                            200, b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
                        )
                    if path not in fake.objects:
                        return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
                    body = fake.objects[path]
                    if self.command == "GET" and fake.broken_errors:
                        fake.broken_errors -= 1
                        self.answer(503, b"<Error>", 100)
                        return self.reset()
                    if self.command == "GET" and fake.cut_off:
                        fake.cut_off -= 1
                        self.close_connection = True
                        return self.answer(200, body[:-1], len(body))
                    return self.answer(200, body, len(body))

            do_GET = do_PUT = do_HEAD = handle_any  # noqa: N815 - names of the base class

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # a connection that was reset, as told: tests that read what is printed hear nothing

        server = Server(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStore]:
    fake = FakeStore()
    with fake.serve() as endpoint:
        monkeypatch.setenv("GONGKAI_S3_ENDPOINT", endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", SECRET)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        yield fake


@pytest.mark.parametrize("condition", ["ignored", "refused"])
def test_a_store_without_conditions_is_asked_first(
    fake: FakeStore, condition: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake.condition = condition
    store = open_store("s3://bucket/x")
    assert store.put_new("a", b"1") is True
    assert store.put_new("a", b"2") is False
    assert list(store.put_new_many([("a", b"3"), ("b", b"4")])) == [False, True]
    assert store.get("a") == b"1"
    assert len([one for one in fake.requests if one[1].endswith("/.gongkai/conditional-put")]) <= 2
    assert caplog.text.count("If-None-Match") == 1
    assert SECRET not in caplog.text


def test_a_lost_race_a_conflict_and_a_slow_down(fake: FakeStore) -> None:
    store = open_store("s3://bucket")
    assert isinstance(store, S3Store)
    store._conditional = True
    fake.answers = [(412, "PreconditionFailed")]
    assert store.put_new("a", b"1") is False
    fake.answers = [(409, "ConditionalRequestConflict")] * 2 + [(412, "PreconditionFailed")]
    assert store.put_new("a", b"1") is False
    fake.answers = [(409, "ConditionalRequestConflict"), (503, "SlowDown")]
    assert store.put_new("a", b"1") is True
    assert fake.answers == []


def test_a_body_that_breaks_off_is_read_again(fake: FakeStore) -> None:
    store = open_store("s3://bucket")
    store.put("a", b"0123456789")
    fake.cut_off = 2
    assert store.get("a") == b"0123456789"
    assert fake.cut_off == 0


def test_an_error_answer_that_breaks_off_is_an_answer_that_broke_off(fake: FakeStore) -> None:
    store = open_store("s3://bucket")
    store.put("a", b"0123456789")
    fake.broken_errors = 2
    assert store.get("a") == b"0123456789"
    fake.broken_errors = 2
    with store.open("a") as body:
        assert body.read() == b"0123456789"
    assert fake.broken_errors == 0


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (404, "NoSuchBucket", "no such bucket"),
        (403, "AccessDenied", "access denied"),
        (403, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"),
        (403, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY"),
        (400, "ExpiredToken", "expired"),
        (403, "RequestTimeTooSkewed", "clock"),
        (301, "PermanentRedirect", "region"),
        (507, "InsufficientStorage", "full"),
        (503, "SlowDown", "overloaded"),
        (500, "InternalError", "failing"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(fake: FakeStore, status: int, code: str, says: str) -> None:
    fake.answers = [(status, code)] * 9
    with pytest.raises(StoreUnreachableError, match=says) as caught:
        open_store("s3://bucket/x")
    message = str(caught.value)
    assert "\n" not in message
    assert "s3://bucket/x at http://127.0.0.1:" in message
    assert SECRET not in message
    # boto3 itself looks for the region of a bucket that was redirected.
    assert len(fake.requests) <= (10 if status == 301 else 3), "an open that cannot succeed takes long"


def test_a_refusal_we_do_not_know_is_an_error_too(fake: FakeStore) -> None:
    store = open_store("s3://bucket")
    fake.answers = [(400, "MethodNotAllowed")]
    with pytest.raises(StoreError, match="MethodNotAllowed"):
        store.put("a", b"")
    with pytest.raises(ObjectNotFoundError, match="has no object b"):
        store.get("b")


def test_no_endpoint_no_credentials_no_url(monkeypatch: pytest.MonkeyPatch, fake: FakeStore) -> None:
    def message(url: str = "s3://bucket") -> str:
        with pytest.raises(StoreUnreachableError) as caught:
            open_store(url)
        assert "\n" not in str(caught.value)
        assert SECRET not in str(caught.value)
        return str(caught.value)

    for url in ("s3://", "s3:///x", "s3://bucket?x=1", "s3://host:9000/bucket", "s3://b/../c", "s3://B_!!/x"):
        assert "s3://" in message(url)
    assert "AWS_ACCESS_KEY_ID" in message(f"s3://{SECRET}:{SECRET}@bucket/x")
    monkeypatch.setenv("GONGKAI_S3_ADDRESSING", "sideways")
    assert "GONGKAI_S3_ADDRESSING" in message()
    monkeypatch.delenv("GONGKAI_S3_ADDRESSING")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert "no credentials" in message()
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "AWS_PROFILE" in message()
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", SECRET)
    monkeypatch.setenv("GONGKAI_S3_ENDPOINT", f"http://{SECRET}:{SECRET}@127.0.0.1:9")
    assert "AWS_ACCESS_KEY_ID" in message()
    monkeypatch.setenv("GONGKAI_S3_ENDPOINT", "http://127.0.0.1:9")
    assert re.search("no answer.*GONGKAI_S3_ENDPOINT", message())
    monkeypatch.setenv("GONGKAI_S3_ENDPOINT", "127.0.0.1")
    assert "not a URL" in message()


@pytest.mark.s3
def test_against_the_real_server(
    s3: S3Server, new_s3_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(new_s3_url())
    assert store.put_new("a", b"1") is True
    assert isinstance(store, S3Store)
    assert store._conditional is True, "the server honours If-None-Match, and that must be noticed"
    with pytest.raises(StoreUnreachableError, match="no such bucket"):
        open_store("s3://no-such-bucket-at-all/x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-" + SECRET)
    with pytest.raises(StoreUnreachableError, match="AWS_SECRET_ACCESS_KEY") as caught:
        open_store(new_s3_url())
    assert SECRET not in str(caught.value)
