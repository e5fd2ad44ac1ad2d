from datetime import timedelta

import pytest

from tests.dataset.conftest import EXTRACTOR, NOW, make_record, publish, rows

NEW, GRANTED = "requests.new.total", "requests.granted.total"
SECOND = "2026-11-23.1"


@pytest.fixture
def first(archive):
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3"), GRANTED: (1, "1")})
    publish(archive.store)
    return archive


def changes(archive, **more) -> list[dict]:
    publish(archive.store, now=NOW + timedelta(days=1), **more)
    return rows(archive.store, "changes", SECOND)


def test_other_bytes_are_a_change_of_the_source(first) -> None:
    first.report("a", "http://a/1", b"new", {NEW: (5, "5"), GRANTED: (1, "1")},
                 time="2026-11-23T00:00:00Z", outcome="changed")  # fmt: skip
    (row,) = changes(first)
    assert (row["change"], row["cause"], row["row"]) == ("cell_changed", "source", "new")
    assert (row["value_before"], row["value_after"]) == (3, 5)
    assert row["sha256_before"] != row["sha256_after"]


def test_another_extractor_on_the_same_bytes_is_a_change_of_the_reader(first) -> None:
    record = make_record(b"one", {NEW: (None, "3?"), GRANTED: (1, "1")}, extractor="3.0.0+next")
    first.read("a", b"one", record)
    (row,) = changes(first, extractor="3.0.0+next")
    assert (row["change"], row["cause"]) == ("cell_changed", "reader")
    assert (row["value_before"], row["value_after"], row["raw_after"]) == (3, None, "3?")


def test_both_at_once_is_both(first) -> None:
    first.report("a", "http://a/1", b"new", {NEW: (5, "5"), GRANTED: (1, "1")}, extractor="3.0.0+next",
                 time="2026-11-23T00:00:00Z", outcome="changed")  # fmt: skip
    (row,) = changes(first, extractor="3.0.0+next")
    assert row["cause"] == "both"


def test_figures_from_a_fuller_copy_are_from_another_document(first) -> None:
    cells = {NEW: (4, "4"), GRANTED: (1, "1"), "requests.total.total": (1, "1")}
    first.report("a", "http://a/1.docx", b"docx", cells, media_type="application/msword")
    found = changes(first)
    assert {(row["change"], row["cause"], row["row"]) for row in found} == {
        ("cell_changed", "other_document", "new"),
        ("cell_added", "other_document", "total"),
    }


def test_a_report_that_came_is_one_row(first) -> None:
    first.report("a", "http://a/2", b"two", {NEW: (9, "9")}, year=2020)
    (row,) = changes(first)
    assert (row["change"], row["report_id"], row["cause"]) == ("report_added", "410711-甲区教育局-2020", None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"kind": "not_report"}, "now read as not_report"),
        ({"agency": None}, "not published: unresolved"),
        ({"agency": "乙区教育局"}, "now 410711-乙区教育局-2021"),
    ],
)
def test_a_report_that_went_has_a_reason(first, more, reason: str) -> None:
    first.read(
        "a", b"one", make_record(b"one", {NEW: (3, "3"), GRANTED: (1, "1")}, extractor="3.0.0+next", **more)
    )
    found = {row["change"]: row for row in changes(first, extractor="3.0.0+next")}
    assert found["report_removed"]["reason"] == reason


def test_the_notes_count_the_changes(first) -> None:
    first.report("a", "http://a/2", b"two", {NEW: (9, "9")}, year=2020)
    publication = publish(first.store, now=NOW + timedelta(days=1))
    assert publication.changes == {"report_added": 1}
    assert "| report added | 1 |" in first.store.get(f"releases/{SECOND}/RELEASE_NOTES.md").decode()


def test_the_first_release_has_no_changes(first) -> None:
    assert rows(first.store, "changes") == []
    assert EXTRACTOR in first.store.get("releases/2026-11-22.1/RELEASE_NOTES.md").decode()
