"""No credential is written down, and no address loses what tells it from another."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from storage import Capture, CaptureWriter, ObjectStore, Trail, open_store, redact_text, redact_url
from storage.secrets import guard_logs

SECRET = "AKIASECRET0123456789"


@pytest.mark.parametrize(
    "url",
    [
        f"https://b.s3.amazonaws.com/a.pdf?X-Amz-Algorithm=x&X-Amz-Credential={SECRET}%2F20&X-Amz-Signature={SECRET}",
        f"https://b.s3.amazonaws.com/a.pdf?AWSAccessKeyId={SECRET}&Expires=1&Signature={SECRET}%3D",
        f"https://b.oss-cn.aliyuncs.com/a.pdf?OSSAccessKeyId={SECRET}&Expires=1&Signature={SECRET}",
        f"https://b.cos.myqcloud.com/a?q-sign-algorithm=sha1&q-ak={SECRET}&q-signature={SECRET}",
        f"https://b.blob.core.windows.net/a?sv=2020&sig={SECRET}",
        f"https://a.example/x?a=1&access_token={SECRET}#top",
        f"https://user:{SECRET}@a.example/x?a=1",
        f"/download?file=1&amp;X-Amz-Security-Token={SECRET}",
    ],
)
def test_secrets_in_addresses(url: str) -> None:
    for redacted in (redact_url(url), redact_text(f"GET <{url}> failed")):
        assert SECRET not in redacted
        assert "[redacted]" in redacted
    assert redact_url(redact_url(url)) == redact_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.gov.cn/list?key=1&sign=2&token=3&id=4",
        "https://a.gov.cn/t20220115_1.html",
        "https://a.gov.cn/x?mail=a@b.cn",
        "https://a.gov.cn/x;jsessionid=1",
        "",
    ],
)
def test_what_tells_pages_apart_stays(url: str) -> None:
    assert redact_url(url) == url


@pytest.fixture
def store(tmp_path: object) -> ObjectStore:
    return open_store(str(tmp_path))


def test_nothing_secret_in_a_capture(store: ObjectStore) -> None:
    url = f"https://a.example/x?X-Amz-Signature={SECRET}"
    writer = CaptureWriter(store, "s", "r")
    capture = Capture(
        id="s/r/000000", run="r", site="s", role="attachment", url=url, final_url=url,
        time="2026-11-22T15:30:00Z",
        outcome="error:timeout", redirects=(url,), parent=url, trail=Trail(listing=url), note=f"GET {url}",
        request_headers={"Authorization": SECRET, "Cookie": SECRET, "Referer": url, "X-Api-Key": SECRET},
        response_headers={"Set-Cookie": SECRET, "Location": url},
    )  # fmt: skip
    writer.add(capture)
    writer.flush()
    (key,) = store.list("captures/")
    assert SECRET.encode() not in store.get(key)
    assert replace(capture).url == url, "what the crawler holds in memory is as it was"


def test_nothing_secret_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    before = logging.getLogRecordFactory()
    try:
        guard_logs()
        logging.getLogger("x").warning(
            "GET %s with %s", f"https://u:{SECRET}@a/", f"Authorization: Basic {SECRET}"
        )
    finally:
        logging.setLogRecordFactory(before)
    assert SECRET not in caplog.text
    assert "[redacted]" in caplog.text
