import hashlib

from flows.extract import extract_site
from storage import Archive, RecordStore


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_documents_and_attachments_are_read_listings_are_not(store, seen, fake) -> None:
    seen("a", b"report 3", b"not_report x")
    seen("a", b"report 4", role="attachment")
    seen("a", b"report 5", role="listing")
    stats = extract_site(store, "a", fake)
    assert sorted(fake.read) == [b"not_report x", b"report 3", b"report 4"]
    assert stats.as_dict() == {
        "extracted": 3,
        "reused": 0,
        "known": 0,
        "kinds": {"not_report": 1, "report": 2},
        "reports_joined": 0,
        "cells": 2,
        "figures": 2,
        "checks_failed": 2,
        "issues": {"odd": 3},
        "problems": [],
    }
    assert RecordStore(store, "1.0.0+old").load_manifest("a") == {
        digest(b"report 3"): "report", digest(b"report 4"): "report", digest(b"not_report x"): "not_report",
    }  # fmt: skip


def test_a_second_time_nothing_is_read(store, seen, fake) -> None:
    seen("a", b"report 3")
    extract_site(store, "a", fake)
    fake.read.clear()
    stats = extract_site(store, "a", fake)
    assert fake.read == []
    assert (stats.extracted, stats.known, stats.kinds["report"]) == (0, 1, 1)


def test_the_same_body_on_another_site_is_not_read_again(store, seen, fake) -> None:
    seen("a", b"report 3")
    seen("b", b"report 3")
    extract_site(store, "a", fake)
    stats = extract_site(store, "b", fake)
    assert (stats.extracted, stats.reused) == (0, 1)
    assert RecordStore(store, "1.0.0+old").load_manifest("b") == {digest(b"report 3"): "report"}


def test_every_version_of_an_address_is_read(store, seen, fake) -> None:
    seen("a", b"report 3")
    seen("a", b"report 4")
    assert extract_site(store, "a", fake).extracted == 2


def test_a_run_killed_before_the_manifest_is_completed(store, seen, fake) -> None:
    seen("a", b"report 3", b"report 4")
    RecordStore(store, "1.0.0+old").put_new(digest(b"report 3"), fake.extract(b"report 3").to_dict())
    fake.read.clear()
    stats = extract_site(store, "a", fake)
    assert fake.read == [b"report 4"]
    assert (stats.extracted, stats.reused) == (1, 1)


def test_a_damaged_body_is_a_problem_and_the_others_are_read(store, seen, fake) -> None:
    seen("a", b"report 3", b"report 4")
    store.put(Archive.body_key(digest(b"report 3")), b"broken")
    stats = extract_site(store, "a", fake)
    assert stats.extracted == 1
    assert digest(b"report 3") in stats.problems[0]
    store.put(Archive.body_key(digest(b"report 3")), b"report 3")
    assert extract_site(store, "a", fake).extracted == 1
