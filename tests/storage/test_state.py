"""The state of a site is what its captures say, however they come."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import (
    Archive,
    Capture,
    CaptureWriter,
    ObjectStore,
    SiteState,
    StateError,
    Trail,
    fold,
    load_state,
    new_run_id,
    open_store,
    rebuild_state,
    refresh_state,
    save_state,
    timestamp,
)

START = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
A, B, C = "a" * 64, "b" * 64, "c" * 64


def capture(minute: int, outcome: str, sha256: str | None = None, **more: object) -> Capture:
    number = int(more.pop("number", minute))  # type: ignore[call-overload]
    status = {"gone": 404, "unchanged_304": 304, "new": 200, "changed": 200, "unchanged_hash": 200}.get(
        outcome
    )
    values: dict[str, object] = {
        "id": f"s/r/{number:06d}", "run": "r", "site": "s", "role": "document", "url": "http://a/1",
        "final_url": "http://a/1", "time": timestamp(START + timedelta(minutes=minute)), "outcome": outcome,
        "sha256": sha256, "status": status,
    }  # fmt: skip
    return Capture(**(values | more))  # type: ignore[arg-type]


def at(minute: int) -> str:
    return timestamp(START + timedelta(minutes=minute))


@st.composite
def histories(draw: st.DrawFn) -> list[Capture]:
    captures = []
    for number in range(draw(st.integers(1, 14))):
        outcome = draw(
            st.sampled_from(
                ["new", "changed", "unchanged_hash", "unchanged_304", "gone", "blocked:waf", "error:timeout"]
            )
        )
        good = outcome in {"new", "changed", "unchanged_hash", "unchanged_304"}
        captures.append(
            capture(
                draw(st.integers(0, 6)),  # many of them in the same second
                outcome,
                draw(st.sampled_from([A, B, C])) if good else None,
                number=number,
                url=draw(st.sampled_from(["http://a/1", "http://a/2"])),
                role=draw(st.sampled_from(["document", "listing"])),
                parent=draw(st.sampled_from([None, "http://a/"])),
                trail=Trail(anchor=draw(st.sampled_from([None, "报告", "年报"]))),
                response_headers=draw(
                    st.sampled_from([{}, {"ETag": '"1"'}, {"etag": '"2"', "Last-Modified": "x"}])
                ),
            )
        )
    return captures


@given(histories(), st.data())
def test_neither_order_nor_portions_nor_repetition_matter(
    captures: list[Capture], data: st.DataObject
) -> None:
    in_order = sorted(captures, key=lambda one: (one.time, one.id))
    expected = fold(SiteState("s"), in_order)
    shuffled = data.draw(st.permutations(captures))
    cut = data.draw(st.integers(0, len(shuffled)))
    repeated = data.draw(st.lists(st.sampled_from(captures), max_size=3))
    first = fold(SiteState("s"), shuffled[:cut])
    before = fold(SiteState("s"), shuffled[:cut])
    assert fold(fold(first, shuffled[cut:]), repeated) == expected
    assert first == before, "fold changed the state it was given"


@given(histories())
def test_what_a_state_always_says(captures: list[Capture]) -> None:
    good = {"new", "changed", "unchanged_hash", "unchanged_304"}
    for key, resource in fold(SiteState("s"), captures).resources.items():
        own = sorted((one for one in captures if one.resource_key == key), key=lambda one: (one.time, one.id))
        seen = [one for one in own if one.outcome in good]
        assert resource.last_outcome == own[-1].outcome
        assert resource.first_seen == (seen[0].time if seen else None)
        assert resource.last_seen == (seen[-1].time if seen else None)
        assert {version.sha256 for version in resource.versions} == {one.sha256 for one in seen}
        bodies = [one for one in seen if one.outcome != "unchanged_304"]
        assert resource.sha256 == (bodies[-1].sha256 if bodies else None)
        gone = [one.time for one in own if one.outcome == "gone" and (not seen or one.time > seen[-1].time)]
        assert resource.gone_since == (gone[0] if gone else None)


def one(*captures: Capture) -> object:
    (resource,) = fold(SiteState("s"), captures).resources.values()
    return resource


def test_304_confirms_and_keeps_the_validators() -> None:
    resource = one(
        capture(0, "new", A, response_headers={"ETag": '"1"'}, size=7, media_type="text/html"),
        capture(5, "unchanged_304", A),
    )
    assert (resource.sha256, resource.etag, resource.size, resource.media_type) == (A, '"1"', 7, "text/html")
    assert (resource.first_seen, resource.last_seen, resource.last_outcome) == (at(0), at(5), "unchanged_304")


def test_an_answer_without_validators_takes_the_old_ones_away() -> None:
    resource = one(capture(0, "new", A, response_headers={"ETag": '"1"'}), capture(5, "changed", B))
    assert (resource.sha256, resource.etag) == (B, None)


@pytest.mark.parametrize("outcome", ["blocked:waf", "error:timeout", "gone"])
def test_walls_and_errors_erase_nothing(outcome: str) -> None:
    resource = one(
        capture(0, "new", A, response_headers={"ETag": '"1"'}, trail=Trail(anchor="报告")),
        capture(5, outcome, role="listing"),
    )
    assert (resource.sha256, resource.etag, resource.last_seen, resource.role) == (
        A,
        '"1"',
        at(0),
        "document",
    )
    assert resource.trail == Trail(anchor="报告")
    assert resource.last_outcome == outcome
    assert resource.gone_since == (at(5) if outcome == "gone" else None)
    assert [version.sha256 for version in resource.versions] == [A]


def test_gone_since_the_first_time_and_back_again() -> None:
    history = [capture(0, "new", A), capture(5, "gone"), capture(6, "error:dns"), capture(7, "gone")]
    assert one(*history).gone_since == at(5)
    assert one(*history, capture(9, "unchanged_hash", A)).gone_since is None


def test_a_body_that_comes_back_opens_its_version_again() -> None:
    resource = one(capture(0, "new", A), capture(5, "changed", B), capture(9, "changed", A))
    assert resource.sha256 == A
    versions = [(version.sha256, version.first_seen, version.last_seen) for version in resource.versions]
    assert versions == [(A, at(0), at(9)), (B, at(5), at(5))]


def test_posts_with_other_bodies_are_other_resources() -> None:
    state = fold(
        SiteState("s"),
        [capture(n, "new", A, method="POST", request_body=f"page={n % 2}") for n in range(4)],
    )
    assert len(state.resources) == 2
    assert all(key.startswith("POST http://a/1 ") for key in state.resources)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store(str(tmp_path / "store"))


def write(store: ObjectStore, moment: datetime, *bodies: bytes, run: str | None = None) -> str:
    """A run that finds one page for each body, each in a segment of its own."""
    run = run or new_run_id(moment)
    writer = CaptureWriter(store, "s", run)
    for body in bodies:
        sha256, _ = Archive(store).put_body(body)
        url = f"http://a/{body.decode()}"
        writer.add(
            Capture(writer.next_id(), run, "s", "document", url, url, timestamp(moment), "new", sha256=sha256)
        )
        writer.flush()
    return run


class Counting:
    """A store that remembers what was read from it."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self.reads: list[str] = []

    def get(self, key: str) -> bytes:
        self.reads.append(key)
        return self.store.get(key)

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)


def test_refresh_reads_only_what_is_new(store: ObjectStore) -> None:
    first = write(store, START, b"1", b"2")
    refresh_state(store, "s", now=START)
    second = write(store, START + timedelta(days=1), b"3")
    counting = Counting(store)
    state = refresh_state(counting, "s", now=START + timedelta(days=1))  # type: ignore[arg-type]
    assert counting.reads == ["sites/s/state.json", f"captures/s/{second}/000000.jsonl"]
    assert set(state.resources) == {"http://a/1", "http://a/2", "http://a/3"}
    assert state.folded == {first: 2, second: 1}
    assert load_state(store, "s") == state


def test_nothing_new_writes_nothing(store: ObjectStore, tmp_path: Path) -> None:
    write(store, START, b"1")
    refresh_state(store, "s", now=START)
    file = tmp_path / "store/sites/s/state.json"
    before = file.stat().st_ino
    refresh_state(store, "s", now=START + timedelta(days=300))
    assert file.stat().st_ino == before


def test_the_window_moves_on(store: ObjectStore) -> None:
    runs = []
    for day in range(30):
        runs.append(write(store, START + timedelta(days=day), b"%d" % day))
        state = refresh_state(store, "s", now=START + timedelta(days=day))
    assert set(state.folded) <= set(runs[-8:])
    assert runs[-1] in state.folded
    assert rebuild_state(store, "s", now=START + timedelta(days=29)) == state
    assert len(state.resources) == 30


def test_two_runs_at_once(store: ObjectStore) -> None:
    long = write(store, START, b"1")
    stale = refresh_state(store, "s", now=START)
    write(store, START + timedelta(hours=1), b"2")
    refresh_state(store, "s", now=START + timedelta(hours=2))
    save_state(store, "s", stale)  # the other run saves last, not knowing of this one
    writer = CaptureWriter(store, "s", long)
    writer._segments = 1  # the first run goes on
    writer.add(capture(90, "gone", run=long, id=f"s/{long}/000001", url="http://a/2"))
    writer.flush()
    state = refresh_state(store, "s", now=START + timedelta(hours=2))
    assert state.resources["http://a/2"].gone_since == at(90)
    assert set(state.resources) == {"http://a/1", "http://a/2"}
    assert rebuild_state(store, "s", now=START + timedelta(hours=2)) == state


def test_a_clock_that_is_ahead_hides_no_run(store: ObjectStore) -> None:
    write(store, START + timedelta(days=4000), b"future")
    refresh_state(store, "s", now=START)
    write(store, START, b"present")
    assert set(refresh_state(store, "s", now=START).resources) == {"http://a/future", "http://a/present"}


def test_a_lost_or_broken_state_is_rebuilt(store: ObjectStore, caplog: pytest.LogCaptureFixture) -> None:
    write(store, START, b"1", b"2")
    good = refresh_state(store, "s", now=START)
    for broken in (b"", b"{", b'{"site":"s","state":2}', b'{"site":"t"}', b'{"site":"s","more":1}'):
        store.put("sites/s/state.json", broken)
        with pytest.raises(StateError, match=r"sites/s/state\.json"):
            load_state(store, "s")
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert refresh_state(store, "s", now=START) == good
        assert "rebuild" in caplog.text
        assert load_state(store, "s") == good


def test_the_same_state_is_the_same_bytes(store: ObjectStore) -> None:
    captures = [capture(n, "new", A, url=f"http://a/{n}") for n in range(9)]
    save_state(store, "s", fold(SiteState("s"), captures))
    first = store.get("sites/s/state.json")
    save_state(store, "s", fold(SiteState("s"), reversed(captures)))
    assert store.get("sites/s/state.json") == first


def test_of_a_site_without_captures(store: ObjectStore) -> None:
    assert refresh_state(store, "s") == load_state(store, "s") == SiteState("s")
    assert list(store.list("")) == []
