"""A report over time: versions by what they say, and two of them side by side."""

import shutil

import pytest

from dataset.history import compare, history
from dataset.trace import TraceError
from storage import Archive, open_store
from tests.dataset.conftest import EXTRACTOR, SmallArchive, make_record, publish

NEW, GRANTED = "requests.new.total", "requests.granted.total"
ID = "410711-甲区教育局-2021"


def section(text: str, key: str = "overview") -> dict[str, str]:
    return {"key": key, "heading": "一、总体情况", "text": text}


@pytest.fixture(scope="module")
def edited(tmp_path_factory) -> SmallArchive:
    """A page that moved its counter and then was edited."""
    archive = SmallArchive(open_store(f"file://{tmp_path_factory.mktemp('edited')}"))
    archive.site("a")
    before = {"sections": [section("全年公开12条。收到申请3件。")]}
    after = {"sections": [section("全年公开12条。 收到申请5件。新增一句。")]}
    cells = {NEW: (3, "3"), GRANTED: (1, "1")}
    archive.report("a", "http://a/1", b"visits: 1", cells, time="2026-01-01T00:00:00Z", **before)
    archive.report(
        "a", "http://a/1", b"visits: 2", cells, time="2026-02-01T00:00:00Z", outcome="changed", **before
    )
    archive.report(
        "a", "http://a/1", b"edited", {NEW: (5, "5件"), GRANTED: (1, "1")},
        time="2026-03-01T00:00:00Z", outcome="changed", **after,
    )  # fmt: skip
    publish(archive.store)
    return archive


def contents(store) -> dict[str, bytes]:
    return {key: store.get(key) for key in store.list("")}


def test_only_real_change_counts_and_nothing_is_written(edited) -> None:
    before = contents(edited.store)
    found = history(edited.store, ID, EXTRACTOR)
    assert [
        (one.number, one.first_seen[:7], one.last_seen[:7], len(one.hashes)) for one in found.versions
    ] == [
        (1, "2026-01", "2026-02", 2),
        (2, "2026-03", "2026-03", 1),
    ]
    assert contents(edited.store) == before


def test_a_version_after_the_release_is_among_them(edited, tmp_path) -> None:
    shutil.copytree(edited.store.url.removeprefix("file://"), tmp_path / "copy")
    copy = SmallArchive(open_store(f"file://{tmp_path}/copy"), run=9)
    cells = {NEW: (6, "6"), GRANTED: (1, "1")}
    copy.report("a", "http://a/1", b"again", cells, time="2026-04-01T00:00:00Z", outcome="changed")
    found = history(copy.store, "甲区教育局/2021", EXTRACTOR)
    assert [one.number for one in found.versions] == [1, 2, 3]


def test_side_by_side(edited) -> None:
    first, second = history(edited.store, ID, EXTRACTOR).versions
    result = compare(first.record, second.record)
    assert [(one["cell"], one["changed"]) for one in result["figures"]] == [(NEW, True), (GRANTED, False)]
    assert result["figures"][0]["from"] == {"value": 3, "raw": "3", "status": "number"}
    assert result["figures"][0]["to"] == {"value": 5, "raw": "5件", "status": "number"}
    (part,) = result["text"]
    assert [run["op"] for run in part["runs"]] == ["equal", "replace"]
    assert part["runs"][1] == {"op": "replace", "from": "收到申请3件。", "to": "收到申请5件。新增一句。"}
    assert result["fields"] == []
    backward = compare(second.record, first.record)
    assert backward["text"][0]["runs"][1]["to"] == "收到申请3件。"


def test_the_same_record_has_no_difference() -> None:
    one = make_record(b"x", {NEW: (3, "3")}, sections=[section("甲。乙。")])
    result = compare(one, one)
    assert (result["fields"], result["text"], [f["changed"] for f in result["figures"]]) == ([], [], [False])


def test_what_came_and_went() -> None:
    old = make_record(
        b"x", {NEW: (3, "3")}, agency="甲", sections=[section("甲。"), section("丙。", "other")]
    )
    new = make_record(b"x", {GRANTED: (1, "1")}, agency="乙", sections=[section("甲。")])
    result = compare(old, new)
    assert [(one["cell"], one["from"] is None, one["to"] is None) for one in result["figures"]] == [
        (GRANTED, True, False),
        (NEW, False, True),
    ]
    assert {one["field"] for one in result["fields"]} == {"agency", "title"}
    assert [(part["section"], part["runs"][0]["op"]) for part in result["text"]] == [("other", "delete")]


def test_a_text_without_end_is_compared_as_a_whole() -> None:
    old, new = (make_record(b"x", {}, sections=[section(f"{n}。" * 6_000)]) for n in (1, 2))
    (part,) = compare(old, new)["text"]
    assert [run["op"] for run in part["runs"]] == ["replace"]


@pytest.mark.parametrize("name", ["410711-甲区教育局-1999", "乙区教育局/2021", "甲区教育局/x", "/2021"])
def test_no_such_report(edited, name) -> None:
    with pytest.raises(TraceError):
        history(edited.store, name, EXTRACTOR)


def test_the_newest_reader_of_each_body_counts(edited) -> None:
    found = history(edited.store, ID, "9.0.0+unread")
    assert {one.extractor for one in found.versions} == {EXTRACTOR}
    assert Archive(edited.store).has_body(found.versions[0].hashes[0])
