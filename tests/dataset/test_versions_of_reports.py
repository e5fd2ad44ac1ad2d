"""An edit after publication is a version; a page whose surroundings moved is the same report."""

import hashlib

from tests.dataset.conftest import publish, rows

NEW = "requests.new.total"


def test_both_versions_are_kept_with_when_each_was_seen(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, time="2026-01-01T00:00:00Z")
    archive.report("a", "http://a/1", b"two", {NEW: (5, "5")}, time="2026-02-01T00:00:00Z", outcome="changed")
    publish(archive.store)
    first, second = rows(archive.store, "reports")
    assert [(row["version"], row["current"], row["captured_at"].month) for row in (first, second)] == [
        (1, False, 1),
        (2, True, 2),
    ]
    assert first["content_hash"] != second["content_hash"]
    (figure,) = rows(archive.store, "figures")
    assert figure["value"] == 5
    (old,) = rows(archive.store, "superseded")
    assert (old["version"], old["value"]) == (1, 3)


def test_other_bytes_that_say_the_same_are_no_version(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"visits: 1", {NEW: (3, "3")}, time="2026-01-01T00:00:00Z")
    archive.report(
        "a", "http://a/1", b"visits: 2", {NEW: (3, "3")}, time="2026-02-01T00:00:00Z", outcome="changed"
    )
    publish(archive.store)
    (row,) = rows(archive.store, "reports")
    assert (row["version"], row["current"]) == (1, True)
    assert (row["captured_at"].month, row["last_seen_at"].month) == (1, 2)
    assert rows(archive.store, "superseded") == []


def test_copies_that_agree_are_counted(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")})
    archive.report("a", "http://a/1.docx", b"two", {NEW: (3, "3")}, media_type="application/msword")
    publish(archive.store)
    (figure,) = rows(archive.store, "figures")
    assert figure["corroborated_by"] == hashlib.sha256(b"two").hexdigest()
