import json

import pytest

import extraction
from flows.extract import extract_site
from flows.reextract import Tally, all_sites, cell_differences, reextract_sites
from storage import Archive, RecordStore, extractors


@pytest.fixture
def read_before(store, seen, fake, monkeypatch):
    """Two sites that an earlier extractor has read; the present one reads one more into every figure."""
    seen("a", b"report 3", b"not_report x")
    seen("b", b"report 3", b"report 7")
    for site in ("a", "b"):
        extract_site(store, site, fake)
    monkeypatch.setattr(extraction, "EXTRACTOR", "2.0.0+new")
    fake.plus = 1
    fake.read.clear()
    return fake


def contents(store) -> dict[str, bytes]:
    return {key: store.get(key) for key in store.list("")}


def test_each_body_is_read_once_and_compared(store, read_before) -> None:
    tally = reextract_sites(store, all_sites(store), read_before)
    assert sorted(read_before.read) == [b"not_report x", b"report 3", b"report 7"]
    assert (tally.bodies, tally.read, tally.skipped, tally.differing, tally.cells) == (3, 3, 0, 2, 2)
    assert dict(tally.changes) == {"value": 2}
    assert tally.examples[0]["cell"] == "requests.new.total"
    assert (tally.examples[0]["was"], tally.examples[0]["is"]) == ("3", "4")
    assert extractors(store) == ["1.0.0+old", "2.0.0+new"]
    assert sorted(RecordStore(store, "2.0.0+new").load_manifest("b").values()) == ["report", "report"]


def test_a_second_time_everything_is_skipped(store, read_before) -> None:
    reextract_sites(store, all_sites(store), read_before)
    read_before.read.clear()
    tally = reextract_sites(store, all_sites(store), read_before)
    assert read_before.read == []
    assert (tally.bodies, tally.skipped, tally.read) == (3, 3, 0)


def test_a_dry_run_says_the_same_and_writes_nothing(store, read_before) -> None:
    before = contents(store)
    dry = reextract_sites(store, all_sites(store), read_before, dry_run=True)
    assert contents(store) == before
    assert dry.as_dict() == reextract_sites(store, all_sites(store), read_before).as_dict()
    assert contents(store) != before


def test_records_of_earlier_extractors_stay(store, read_before) -> None:
    before = {key: data for key, data in contents(store).items() if key.startswith("records/1.0.0+old/")}
    reextract_sites(store, all_sites(store), read_before)
    after = contents(store)
    assert before
    assert {key: after[key] for key in before} == before


def test_a_body_never_read_is_new(store, read_before, seen) -> None:
    seen("b", b"unreadable x", role="attachment")
    tally = reextract_sites(store, ["b"], read_before)
    assert (tally.first, tally.read) == (1, 3)


def test_a_damaged_body_is_named_and_the_others_are_read(store, read_before) -> None:
    key = next(key for key in store.list("raw/") if store.get(key) == b"report 7")
    store.put(key, b"broken")
    tally = reextract_sites(store, all_sites(store), read_before)
    assert key in tally.problems[0]
    assert tally.read == 2


def test_killed_and_run_again_ends_the_same(store, read_before) -> None:
    class Died(BaseException):
        pass

    def die(data: bytes):
        raise Died

    archive_bodies = Archive.get_body
    with pytest.MonkeyPatch.context() as patch:
        calls = iter(range(100))
        patch.setattr(
            Archive, "get_body", lambda self, sha: archive_bodies(self, sha) if next(calls) < 2 else die(b"")
        )
        with pytest.raises(Died):
            reextract_sites(store, all_sites(store), read_before)
    tally = reextract_sites(store, all_sites(store), read_before)
    assert (tally.bodies, tally.skipped, tally.read) == (3, 2, 1)


def test_differences_by_kind() -> None:
    def record(**cells) -> dict:
        return {
            "cells": {f"t.r.{name}": {"status": status} for name, (status, _) in cells.items()},
            "tables": {"t": {"r": {name: value for name, (_, value) in cells.items()}}},
        }

    old = record(same=("number", 1), value=("number", 1), status=("blank", None), gone=("number", 1))
    new = record(same=("number", 1), value=("number", 2.5), status=("dash", None), fresh=("number", 0))
    assert [(d["cell"], d["change"], d["was"], d["is"]) for d in cell_differences(old, new)] == [
        ("t.r.fresh", "appeared", None, "0"),
        ("t.r.gone", "vanished", "1", None),
        ("t.r.status", "status", "blank", "dash"),
        ("t.r.value", "value", "1", "2.5"),
    ]


def test_tallies_travel_and_add_up(store, read_before) -> None:
    whole = reextract_sites(store, all_sites(store), read_before, dry_run=True)
    parts = Tally()
    for part in (whole, whole):
        parts.add(Tally.from_dict(json.loads(json.dumps(part.as_dict()))))
    assert (parts.read, parts.changes["value"]) == (6, 4)
    assert "4 of 4 figures differ (4 value)" in "\n".join(parts.as_lines())


def test_parts_are_compared_part_by_part() -> None:
    def part(agency: str, total: int) -> dict:
        return {
            "report": {"agency": agency},
            "tables": {"requests": {"new": {"total": total}}},
            "cells": {"requests.new.total": {"status": "number"}},
        }

    old = {"kind": "report", "cells": {}, "parts": [part("甲", 1), part("乙", 2)]}
    new = {"kind": "report", "cells": {}, "parts": [part("甲", 1), part("乙", 3)]}
    assert list(cell_differences(old, new)) == [
        {"cell": "2/requests.new.total", "change": "value", "was": "2", "is": "3"}
    ]
    assert [d["change"] for d in cell_differences(part("甲", 1), new)] == ["appeared", "appeared", "vanished"]
