import hashlib
from datetime import UTC, datetime

import pytest

from dataset.trace import TraceError, parse_address, trace_cell
from dataset.versions import load_manifest, load_versions
from tests.dataset.conftest import make_record, publish

EXTRACTOR = "2.0.0+new"
NEW = "requests.new.total"


@pytest.fixture
def traced(archive):
    """An archive with a release, and a function that follows a figure in it."""
    archive.site("a")
    archive.site("b", region="410700")
    check = {"id": "balance", "holds": True, "expected": 3, "actual": 3, "cells": [NEW]}
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, anchor="2021年年报", checks=[check])
    archive.seen("a", "http://a/1", b"one", time="2026-02-01T00:00:00Z", outcome="unchanged_hash")
    archive.report("b", "http://b/1", b"one", {NEW: (3, "3")}, time="2026-03-01T00:00:00Z")
    archive.report("a", "http://a/2", b"two", {NEW: (7, "7")}, year=2020)
    archive.report("b", "http://b/2", b"three", {NEW: (8, "8")}, agency="教育局", year=2020)
    archive.report("a", "http://a/3", b"four", {NEW: (9, "9")}, agency="教育局", year=2020)
    publish(archive.store, extractor=EXTRACTOR, now=datetime(2026, 11, 22, tzinfo=UTC))

    def trace(text: str, read=None, extractor: str = EXTRACTOR):
        from storage import RecordStore

        def again(data: bytes):
            return RecordStore(archive.store, EXTRACTOR).get(hashlib.sha256(data).hexdigest())

        return trace_cell(archive.store, text, extractor=extractor, read=read or again)

    return trace


@pytest.mark.parametrize(
    "address", ["甲区教育局/2021/requests.new.total", "410711-甲区教育局-2021/requests.new.total",
                "410711-甲区教育局-2021/2021/requests.new.total"],
)  # fmt: skip
def test_the_chain_is_complete(traced, address: str) -> None:
    chain = traced(address)
    assert (chain["value"], chain["raw"], chain["status"]) == (3, "3", "number")
    assert chain["document"]["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert [(seen["time"], seen["url"]) for seen in chain["seen"]] == [
        ("2026-01-01T00:00:00Z", "http://a/1"),
        ("2026-02-01T00:00:00Z", "http://a/1"),
        ("2026-03-01T00:00:00Z", "http://b/1"),
    ]
    assert chain["seen"][0]["anchor"] == "2021年年报"
    assert chain["seen"][0]["imported"] is None
    assert [check["id"] for check in chain["checks"]] == ["balance"]
    assert chain["verified"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("甲区教育局", "is not the address of a figure"),
        ("甲区教育局/x/requests.new.total", "is not a year"),
        ("甲区教育局/2021/new", "is not a cell"),
        ("甲区教育/2021/requests.new.total", "no agency '甲区教育' in the release; nearest: 甲区教育局"),
        ("甲区教育局/2013/requests.new.total", "for 2013 in the release; there are 2020, 2021"),
        ("410711-甲区教育局-2013/requests.new.total", "no report '410711-甲区教育局-2013'"),
        ("zzz/2021/requests.new.total", "no agency 'zzz' in the release; `gongkai explore` lists"),
        ("甲区教育局/2021/requests.new.totl", "nearest: requests.new.total"),
        ("教育局/2020/requests.new.total", "name one report: 410700-教育局-2020, 410711-教育局-2020"),
    ],
)
def test_what_is_not_there_is_said_in_one_line_with_the_nearest(traced, address: str, said: str) -> None:
    with pytest.raises(TraceError) as error:
        traced(address)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_damaged_bytes_are_said(traced, archive) -> None:
    sha256 = hashlib.sha256(b"one").hexdigest()
    archive.store.put(f"raw/sha256/{sha256[:2]}/{sha256}", b"two")
    chain = traced("甲区教育局/2021/requests.new.total")
    assert not chain["verified"]
    assert "hash" in chain["verification"][0]


def test_another_reading_by_the_same_extractor_is_said(traced) -> None:
    chain = traced("甲区教育局/2021/requests.new.total", read=lambda data: {"tables": {}, "cells": {}})
    assert not chain["verified"]


def test_another_reading_by_a_later_extractor_is_no_damage(traced) -> None:
    chain = traced(
        "甲区教育局/2021/requests.new.total",
        read=lambda data: {"tables": {}, "cells": {}},
        extractor="3.0.0+x",
    )
    assert chain["verified"]
    assert "reextract" in chain["verification"][1]


def test_without_a_release_it_says_what_to_do(archive) -> None:
    with pytest.raises(TraceError, match="gongkai publish"):
        trace_cell(archive.store, "甲/2021/a.b.c", extractor=EXTRACTOR, read=dict)


def test_parts_of_an_address() -> None:
    address = parse_address(" 甲 / 2021 / a.b.c ")
    assert (address.report, address.year, address.cell) == ("甲", 2021, "a.b.c")


def test_a_figure_of_one_of_several_reports_in_a_document(archive) -> None:
    archive.site("a")
    data = b"joined"
    parts = [
        make_record(data, {NEW: (n, str(n))}, agency=f"{name}区教育局") for n, name in ((3, "甲"), (8, "乙"))
    ]
    nobody = make_record(data, {NEW: (5, "5")}, agency=None)
    for number, part in enumerate((*parts, nobody), start=1):
        part["document"]["part"] = {"index": number, "of": 3, "where": f"p[{number}]"}
    whole = make_record(data, {}, agency=None)
    whole["parts"] = [*parts, nobody]
    archive.read("a", data, whole)
    archive.seen("a", "http://a/joined", data)
    publish(archive.store, extractor=EXTRACTOR, now=datetime(2026, 11, 22, tzinfo=UTC))

    def read(_: bytes):
        return whole

    for number, name, value in ((1, "甲", 3), (2, "乙", 8)):
        chain = trace_cell(archive.store, f"{name}区教育局/2021/{NEW}", extractor=EXTRACTOR, read=read)
        assert (chain["value"], chain["document"]["part"], chain["verified"]) == (value, number, True)
    # A part that names no body is nobody's: not the site's, not the page's.
    manifest = load_manifest(archive.store, load_versions(archive.store)[-1]["version"])
    assert [entry["code"] for entry in manifest["unpublished"]] == ["unresolved"]
    # A reader that finds no parts any more has not confirmed the figure of one.
    undivided = {**whole, "parts": []}
    address = f"乙区教育局/2021/{NEW}"
    assert not trace_cell(archive.store, address, extractor=EXTRACTOR, read=lambda _: undivided)["verified"]
