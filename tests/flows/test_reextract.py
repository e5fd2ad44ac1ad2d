import hashlib
import json
import time
from datetime import UTC, datetime

import pytest

import extraction
import extraction.workers.limits
from flows.executors import Local
from flows.extract import extract_site
from flows.reextract import Options, ReextractError, make_plan, make_shards, read_shard, reextract
from flows.tally import Tally
from storage import Archive, ObjectStore, RecordStore, StoreUnreachableError, extractors, verify
from storage.local import LocalStore
from storage.seal import seal

DRY = Options(dry_run=True)


def again(store: ObjectStore, fake, options: Options | None = None) -> Tally:
    return reextract(store, Local(extractor=fake), options)


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
    tally = again(store, read_before)
    assert sorted(read_before.read) == [b"not_report x", b"report 3", b"report 7"]
    assert (tally.bodies, tally.read, tally.skipped, tally.differing, tally.cells) == (3, 3, 0, 2, 2)
    assert dict(tally.changes) == {"value": 2}
    changes = [(one["cell"], one["was"]["value"], one["is"]["value"]) for one in tally.worst()]
    assert sorted(changes) == [("requests.new.total", "3", "4"), ("requests.new.total", "7", "8")]
    assert tally.by_place() == [
        {"site": "a", "edition": "", "differing": 1, "read": 2, "value": 1},
        {"site": "b", "edition": "", "differing": 1, "read": 1, "value": 1},
    ]
    assert extractors(store) == ["1.0.0+old", "2.0.0+new"]
    assert sorted(RecordStore(store, "2.0.0+new").load_manifest("b").values()) == ["report", "report"]


def test_a_second_time_everything_is_skipped(store, read_before) -> None:
    again(store, read_before)
    read_before.read.clear()
    tally = again(store, read_before)
    assert read_before.read == []
    assert (tally.bodies, tally.skipped, tally.read) == (3, 3, 0)


def test_a_dry_run_says_the_same_and_writes_nothing(store, read_before) -> None:
    before = contents(store)
    dry = again(store, read_before, DRY)
    assert contents(store) == before
    assert dry.as_dict() == again(store, read_before).as_dict()
    assert contents(store) != before


def test_records_of_earlier_extractors_stay(store, read_before) -> None:
    before = {key: data for key, data in contents(store).items() if key.startswith("records/1.0.0+old/")}
    again(store, read_before)
    after = contents(store)
    assert before
    assert {key: after[key] for key in before} == before


def test_a_body_never_read_is_new(store, read_before, seen) -> None:
    seen("b", b"unreadable x", role="attachment")
    tally = reextract(store, Local(extractor=read_before), sites=["b"])
    assert (tally.first, tally.read) == (1, 3)


def test_a_damaged_body_is_named_and_the_others_are_read(store, read_before) -> None:
    key = next(key for key in store.list("raw/") if store.get(key) == b"report 7")
    store.put(key, b"broken")
    tally = again(store, read_before)
    assert key in tally.problems[0]
    assert tally.read == 2


class Died(BaseException):
    """What a kill is to the code it hits."""


def test_a_killed_run_loses_no_finished_shard_and_ends_the_same(store, seen, fake, monkeypatch) -> None:
    seen("a", *(f"report {number}".encode() for number in range(20)))
    seen("b", b"report 3", b"report 20")
    extract_site(store, "a", fake)
    monkeypatch.setattr(extraction, "EXTRACTOR", "2.0.0+new")
    fake.read.clear()
    options = Options(shard_size=4)
    read = fake.extract

    def dying(data: bytes):
        if len(fake.read) == 10:
            raise Died
        return read(data)

    monkeypatch.setattr(fake, "extract", dying)
    with pytest.raises(Died):
        again(store, fake, options)
    monkeypatch.setattr(fake, "extract", read)
    fake.read.clear()
    tally = again(store, fake, options)
    assert (tally.bodies, tally.skipped, tally.read) == (21, 8, 13)  # two shards of four were whole
    assert len(fake.read) == 13
    manifests = [RecordStore(store, "2.0.0+new").load_manifest(site) for site in ("a", "b")]
    assert [len(manifest) for manifest in manifests] == [20, 2]
    fake.read.clear()
    assert again(store, fake, options).skipped == 21
    assert fake.read == []


def test_how_it_is_cut_does_not_matter(store, read_before) -> None:
    found = [
        again(store, read_before, Options(dry_run=True, shard_size=size)).as_dict() for size in (1, 2, 99)
    ]
    assert found[0] == found[1] == found[2]


def test_the_plan_is_the_same_every_time_and_can_travel(store, read_before) -> None:
    options = Options(dry_run=True, shard_size=2)
    shards = [list(make_shards(store, make_plan(store, ["a", "b"], options), options)) for _ in range(2)]
    assert shards[0] == shards[1] == json.loads(json.dumps(shards[0]))
    assert [len(shard["documents"]) for shard in shards[0]] == [2, 1]


def test_a_sample_is_always_the_same_and_grows(store, seen, fake) -> None:
    seen("a", *(f"report {number}".encode() for number in range(200)))
    chosen = {
        share: set(make_plan(store, ["a"], Options(dry_run=True, sample=share)).each())
        for share in (0.1, 0.5, 1.0)
    }
    assert chosen[0.1] < chosen[0.5] < chosen[1.0]
    assert 5 < len(chosen[0.1]) < 40
    assert len(chosen[1.0]) == 200
    limited = make_plan(store, ["a"], Options(dry_run=True, limit=7))
    assert limited.size == 7
    assert set(limited.each()) < set(make_plan(store, ["a"], Options(dry_run=True, limit=8)).each())


def test_a_shard_of_another_extractor_is_refused(store, read_before) -> None:
    shard = {**next(make_shards(store, make_plan(store, ["a"], DRY), DRY)), "extractor": "3.0.0+other"}
    with pytest.raises(ReextractError, match="same version"):
        read_shard(shard, read_before)


@pytest.mark.parametrize("damaged", [b"{", seal(b'{"kind"}')])
def test_an_earlier_record_that_is_damaged_is_named_and_the_body_read(store, read_before, damaged) -> None:
    key = next(key for key in store.list("records/1.0.0+old/") if "/sites/" not in key)
    store.put(key, damaged)
    tally = again(store, read_before)
    assert (tally.read, tally.first) == (3, 1)
    assert key in tally.problems[0]


def test_tallies_travel_and_add_up(store, read_before) -> None:
    whole = again(store, read_before, DRY)
    parts = Tally()
    for part in (whole, whole):
        parts.add(Tally.from_dict(json.loads(json.dumps(part.as_dict()))))
    assert (parts.read, parts.changes["value"]) == (6, 4)
    assert "different: 4 of 6 records; 4 of 4 cells (4 value)" in "\n".join(parts.as_lines())


def test_a_record_that_says_the_same_is_not_parsed_again(store, read_before, monkeypatch) -> None:
    read_before.plus = 0
    monkeypatch.setattr(RecordStore, "parse", lambda *_: pytest.fail("the bytes showed it"))
    tally = again(store, read_before)
    assert (tally.read, tally.differing, tally.cells) == (3, 0, 2)


def test_what_is_kept_is_what_the_worker_wrote(store, read_before, monkeypatch) -> None:
    written = {}
    readings = read_before.readings

    def noted(items):
        for number, reading in readings(items):
            written[reading.record["document"]["sha256"]] = reading.data
            yield number, reading

    monkeypatch.setattr(read_before, "readings", noted)
    again(store, read_before)
    records = RecordStore(store, "2.0.0+new")
    assert len(written) == 3
    assert {sha256: store.get(records.key(sha256)) for sha256 in written} == {
        sha256: seal(data) for sha256, data in written.items()
    }


def test_a_shard_is_done_when_its_records_are_durable(store, read_before, monkeypatch) -> None:
    monkeypatch.setattr("flows.reextract.GROUP", 2)
    real = LocalStore.put_new_many

    def slow(self, items):
        time.sleep(0.2)
        return real(self, items)

    monkeypatch.setattr(LocalStore, "put_new_many", slow)
    (shard,) = make_shards(store, make_plan(store, ["a", "b"], Options()), Options())
    assert read_shard(shard, read_before)["kinds"].count("report") == 2
    assert len(list(store.list("records/2.0.0+new/"))) == 3


def test_a_group_that_cannot_be_written_ends_the_run_and_no_manifest_names_it(
    store, read_before, monkeypatch
) -> None:
    def full(self, items):
        raise StoreUnreachableError("the disk is full")

    monkeypatch.setattr(LocalStore, "put_new_many", full)
    with pytest.raises(StoreUnreachableError, match="full"):
        again(store, read_before)
    assert list(store.list("records/2.0.0+new/")) == []


RETRY = Options(retry_limits=True)


def limited(data: bytes) -> dict:
    return extraction.workers.limits.limit_record(
        data, "time_limit", "more than 1 s", media_type="text/html", extractor=extraction.EXTRACTOR
    )


@pytest.fixture
def hit_a_limit(store, seen, fake, monkeypatch):
    """Two sites with one body that the present extractor gave up, one that nobody can read, and others."""
    seen("a", b"report 3", b"report 7", b"unreadable x")
    seen("b", b"report 7", b"report 8")
    give_up = {b"report 7"}
    read = fake.extract

    def extract(data: bytes):
        record = read(data)
        return type(record)(limited(data)) if data in give_up else record

    monkeypatch.setattr(fake, "extract", extract)
    again(store, fake)
    fake.read.clear()
    fake.give_up = give_up
    return fake


def test_what_hit_a_limit_is_read_again_when_asked(store, hit_a_limit) -> None:
    sha256 = hashlib.sha256(b"report 7").hexdigest()
    records = RecordStore(store, extraction.EXTRACTOR)
    before = contents(store)
    said = records.get(sha256)
    assert again(store, hit_a_limit).read == 0
    assert again(store, hit_a_limit, RETRY).differing == 0  # again the same: what was said stays
    assert contents(store) == before
    assert hit_a_limit.read == [b"report 7"]
    hit_a_limit.give_up.clear()
    dry = again(store, hit_a_limit, Options(retry_limits=True, dry_run=True))
    assert contents(store) == before
    tally = again(store, hit_a_limit, RETRY)
    assert dry.as_dict() == tally.as_dict()
    assert (tally.read, tally.differing, dict(tally.kinds)) == (1, 1, {"unreadable -> report": 1})
    assert records.get(sha256) == hit_a_limit.extract(b"report 7").to_dict()
    assert records.replaced(sha256) == said
    assert [records.load_manifest(site)[sha256] for site in ("a", "b")] == ["report", "report"]
    changed = {key for key, data in contents(store).items() if before.get(key) != data}
    manifests = {f"records/{extraction.EXTRACTOR}/sites/{site}.json" for site in ("a", "b")}
    assert changed == {records.key(sha256), records.replaced_key(sha256), *manifests}
    hit_a_limit.read.clear()
    assert again(store, hit_a_limit, RETRY).read == 0
    assert hit_a_limit.read == []
    assert [one for one in verify(store) if "records/" in one.key] == []


def test_a_reading_gives_its_place_to_nothing(store, hit_a_limit) -> None:
    records = RecordStore(store, extraction.EXTRACTOR)
    sha256 = hashlib.sha256(b"report 7").hexdigest()
    said = records.get(sha256)
    tombstone = Archive(store).remove_body(sha256, "court order", datetime.now(UTC))
    records.remove(sha256, tombstone)
    assert records.replace(sha256, said, {"kind": "report"}) is False
    assert records.get(sha256)["kind"] == "removed"
    assert records.replaced(sha256) is None
    assert records.replace("ab" * 32, said, {"kind": "report"}) is False


def test_a_retry_killed_between_two_writes_ends_the_same(store, hit_a_limit, monkeypatch) -> None:
    hit_a_limit.give_up.clear()
    put_if = type(store).put_if

    def dying(self, key, data, tag):
        if key.startswith("records/"):
            raise Died
        return put_if(self, key, data, tag)

    monkeypatch.setattr(type(store), "put_if", dying)
    with pytest.raises(Died):
        again(store, hit_a_limit, RETRY)
    monkeypatch.setattr(type(store), "put_if", put_if)
    sha256 = hashlib.sha256(b"report 7").hexdigest()
    records = RecordStore(store, extraction.EXTRACTOR)
    assert records.get(sha256) == records.replaced(sha256)
    assert again(store, hit_a_limit, RETRY).read == 1
    assert records.get(sha256)["kind"] == "report"
