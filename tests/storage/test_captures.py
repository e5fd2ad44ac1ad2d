"""Captures are written whole, without secrets, and read strictly."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from storage import (
    Capture,
    CaptureError,
    CaptureWriter,
    ObjectStore,
    Trail,
    new_run_id,
    open_store,
    read_captures,
    redact_headers,
    timestamp,
)
from storage.captures import Imported, decode_capture, encode_capture
from storage.segments import pack_segment, unpack_segment

CAPTURE = Capture(
    id="s/r/000000", run="r", site="s", role="document", url="http://a/报告.html?x=1", final_url="http://a/2",
    time="2026-11-22T15:30:00Z", outcome="new", redirects=("http://a/1",), sha256="a" * 64, size=3,
    status=200,
    response_headers={"Content-Type": "text/html", "X": 'quote " and \u2028'},
    trail=Trail(listing="http://a/", anchor="2025年年度报告", date="2026-01-15"),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store(str(tmp_path / "store"))


def test_a_line_is_one_capture_with_its_fields_in_order() -> None:
    line = encode_capture(CAPTURE)
    assert b"\n" not in line
    assert decode_capture(line) == CAPTURE
    # Only what was imported says so.
    assert list(json.loads(line)) == [field.name for field in fields(Capture) if field.name != "imported"]
    assert "报告".encode() in line
    assert encode_capture(CAPTURE) == line


def test_an_imported_capture_says_where_it_came_from() -> None:
    capture = replace(CAPTURE, imported=Imported("a.warc.gz", "0" * 64, "urn:uuid:1"))
    assert decode_capture(encode_capture(capture)) == capture


def test_older_lines_may_lack_optional_fields() -> None:
    line = json.loads(encode_capture(CAPTURE))
    del line["note"], line["renderer"]
    assert decode_capture(json.dumps(line).encode()) == CAPTURE


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"more": 1}, "more"),
        ({"trail": {"listing": None, "more": 1}}, "more"),
        ({"status": "200"}, "status"),
        ({"time": "2026-11-22T15:30:00+08:00"}, "time"),
        ({"time": "2026-11-22"}, "time"),
        ({"outcome": "fine"}, "outcome"),
        ({"outcome": "blocked:"}, "outcome"),
        ({"role": "page"}, "role"),
        ({"method": "PUT"}, "method"),
        ({"renderer": "lynx"}, "renderer"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"sha256": None}, "sha256"),
        ({"id": "t/r/000000"}, "id"),
        ({"url": None}, "url"),
    ],
)
def test_what_is_no_capture(change: dict[str, object], says: str) -> None:
    line = json.dumps(json.loads(encode_capture(CAPTURE)) | change).encode()
    with pytest.raises(CaptureError, match=says):
        decode_capture(line)


@pytest.mark.parametrize(
    "broken",
    [replace(CAPTURE, status="200"), replace(CAPTURE, note="\ud800"), replace(CAPTURE, redirects=["a"])],
)  # type: ignore[arg-type]
def test_what_could_not_be_read_back_is_not_written(broken: Capture, store: ObjectStore) -> None:
    writer = CaptureWriter(store, "s", "r")
    with pytest.raises(CaptureError, match="s/r/000000"):
        writer.add(broken)
    writer.close()
    assert list(store.list("")) == []


def test_secrets_are_removed() -> None:
    headers = {
        "Authorization": "Basic x",
        "COOKIE": "a=b",
        "set-cookie": "c=d",
        "Proxy-Authorization": "y",
        "Accept": "*/*",
    }
    assert redact_headers(headers) == dict.fromkeys(list(headers)[:4], "[redacted]") | {"Accept": "*/*"}


def test_secrets_never_reach_the_store(store: ObjectStore) -> None:
    writer = CaptureWriter(store, "s", "r")
    writer.add(
        replace(CAPTURE, request_headers={"cookie": "SECRET"}, response_headers={"Set-Cookie": "SECRET"})
    )
    writer.close()
    assert b"SECRET" not in store.get("captures/s/r/000000.jsonl")
    (capture,) = read_captures(store, "s")
    assert capture.request_headers == {"cookie": "[redacted]"}


def test_segments_are_read_in_order(store: ObjectStore) -> None:
    for run in ("20261122T153000Z-aaaaaa", "20261123T153000Z-bbbbbb"):
        writer = CaptureWriter(store, "s", run)
        for _ in range(25):
            writer.add(replace(CAPTURE, id=writer.next_id(), run=run))
            if len(writer) == 2:
                writer.flush()
        writer.close()
        writer.close()
    other = CaptureWriter(store, "s-2", "r")
    other.add(replace(CAPTURE, id=other.next_id(), site="s-2"))
    other.close()
    captures = list(read_captures(store, "s"))
    assert [capture.id for capture in captures] == sorted(capture.id for capture in captures)
    assert len({capture.id for capture in captures}) == 50
    assert len(list(store.list("captures/s/20261122T153000Z-aaaaaa/"))) == 13
    later = list(read_captures(store, "s", after_run="20261122T153000Z-aaaaaa"))
    assert {capture.run for capture in later} == {"20261123T153000Z-bbbbbb"}
    assert len(later) == 25


def test_one_run_id_must_not_run_twice(store: ObjectStore) -> None:
    for url in ("http://a/1", "http://a/2"):
        writer = CaptureWriter(store, "s", "r")
        writer.add(replace(CAPTURE, url=url))
        if url == "http://a/1":
            writer.flush()
        else:
            with pytest.raises(CaptureError, match="must not run twice"):
                writer.flush()
            assert len(writer) == 1
    assert [capture.url for capture in read_captures(store, "s")] == ["http://a/1"]


def test_a_write_that_was_answered_too_late_is_ours(store: ObjectStore) -> None:
    writer = CaptureWriter(store, "s", "r")
    writer.add(CAPTURE)
    store.put(*writer.waiting())
    writer.flush()
    assert list(read_captures(store, "s")) == [CAPTURE]


def test_the_writer_takes_only_its_own(store: ObjectStore) -> None:
    writer = CaptureWriter(store, "s", "r")
    writer.add(CAPTURE)
    for other in (
        CAPTURE,
        replace(CAPTURE, run="q", id="s/q/000001"),
        replace(CAPTURE, site="t", id="t/r/000001"),
    ):
        with pytest.raises(CaptureError):
            writer.add(other)
    for site, run in (("../s", "r"), ("s", "a/b"), ("", "r"), ("s", "."), ("s" * 200, "r")):
        with pytest.raises(CaptureError):
            CaptureWriter(store, site, run)


@pytest.mark.parametrize(
    "data", [b"", b"{}\n", b"\n", encode_capture(CAPTURE), encode_capture(CAPTURE) + b"\n{", b"\xff\n",
             encode_capture(CAPTURE) + b"\n", pack_segment([encode_capture(CAPTURE)])[:-1],
             pack_segment([encode_capture(CAPTURE)]).replace(b"http", b"httq", 1), pack_segment([b"{}"]),
             pack_segment([encode_capture(replace(CAPTURE, run="q", id="s/q/1"))])],
)  # fmt: skip
def test_a_broken_segment_is_named(store: ObjectStore, data: bytes) -> None:
    store.put("captures/s/r/000000.jsonl", data)
    with pytest.raises(CaptureError, match=r"captures/s/r/000000\.jsonl"):
        list(read_captures(store, "s"))


def test_any_flipped_bit_and_any_cut_of_a_segment_is_noticed() -> None:
    whole = pack_segment([encode_capture(CAPTURE)] * 2, ("earlier", 3))
    assert unpack_segment(whole).after == ("earlier", 3)
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        with pytest.raises(ValueError, match=r"damaged|cut off|not those"):
            unpack_segment(bytes(damaged))
        with pytest.raises(ValueError, match=r"damaged|cut off|not those"):
            unpack_segment(whole[:place])


def test_a_run_that_was_killed_is_gone_on_with(store: ObjectStore) -> None:
    for n in range(3):
        writer = CaptureWriter.resume(store, "s", "r")
        writer.add(replace(CAPTURE, id=writer.next_id()))
        writer.add(replace(CAPTURE, id=writer.next_id()))
        writer.flush()
        assert writer.next_id() == f"s/r/{2 * n + 2:06d}"
    assert [capture.id for capture in read_captures(store, "s")] == [f"s/r/{n:06d}" for n in range(6)]


def test_moments() -> None:
    shanghai = datetime(2026, 11, 22, 23, 30, 0, 999, tzinfo=timezone(timedelta(hours=8)))
    assert timestamp(shanghai) == "2026-11-22T15:30:00Z"
    assert new_run_id(shanghai).startswith("20261122T153000Z-")
    assert len({new_run_id(shanghai) for _ in range(100)}) > 90
    assert new_run_id(datetime(2026, 1, 2, tzinfo=UTC)) > new_run_id(datetime(2026, 1, 1, tzinfo=UTC))
    for function in (timestamp, new_run_id):
        with pytest.raises(ValueError, match="time zone"):
            function(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
