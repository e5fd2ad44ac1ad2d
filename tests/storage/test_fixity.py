"""Whatever is flipped, cut off or taken away is found and named."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import (
    Archive,
    Capture,
    CaptureWriter,
    Counts,
    ObjectStore,
    RecordStore,
    open_store,
    refresh_state,
    verify,
)
from storage.refetch import add_refetch, done_refetch, load_refetch, sources_of
from storage.rolling import verify_share
from storage.seal import seal

RUN = "20261122T153000Z-a1b2c3"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def hashes(root: Path) -> list[str]:
    store = open_store(str(root))
    writer = CaptureWriter(store, "s", RUN)
    hashes = []
    for n in range(200):
        sha256, _ = Archive(store).put_body(b"body %d" % n)
        hashes.append(sha256)
        writer.add(
            Capture(
                writer.next_id(), RUN, "s", "document", "u", "u", "2026-11-22T15:30:00Z", "new", sha256=sha256
            )
        )
        if n % 50 == 49:
            writer.flush()
    refresh_state(store, "s")
    RecordStore(store, "1").put_new(hashes[0], {"kind": "report"})
    RecordStore(store, "1").save_manifest("s", {hashes[0]: "report"})
    return hashes


@pytest.fixture
def store(root: Path, hashes: list[str]) -> ObjectStore:
    return open_store(str(root))


def test_a_whole_archive(store: ObjectStore) -> None:
    counts = Counts()
    assert list(verify(store, counts=counts)) == []
    assert counts == Counts(
        bodies=200, hashed=200, bytes=1490, segments=4, captures=200, records=1, findings={}
    )


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def body(root: Path, sha256: str) -> Path:
    return root / "raw/sha256" / sha256[:2] / sha256


def segment(root: Path) -> Path:
    return root / f"captures/s/{RUN}/000002.jsonl"


DAMAGES: list[tuple[str, Callable[[Path, str], object], str]] = [
    ("flipped", lambda root, sha256: flip(body(root, sha256)), "body_corrupt"),
    ("cut", lambda root, sha256: body(root, sha256).write_bytes(b"bod"), "body_corrupt"),
    ("emptied", lambda root, sha256: body(root, sha256).write_bytes(b""), "body_corrupt"),
    ("removed", lambda root, sha256: body(root, sha256).unlink(), "body_missing record_without_body"),
    ("renamed", lambda root, sha256: body(root, sha256).rename(body(root, sha256).with_name("x")),
     "body_missing key_unknown record_without_body"),
    ("last segment removed", lambda root, _: (root / f"captures/s/{RUN}/000003.jsonl").unlink(),
     "segment_missing"),
    ("segment cut at a line", lambda root, _: segment(root).write_bytes(
        segment(root).read_bytes().partition(b"\n")[0] + b"\n"), "segment_unreadable"),
    ("state flipped", lambda root, _: flip(root / "sites/s/state.json"), "state_unreadable"),
    ("manifest flipped", lambda root, _: flip(root / "records/1/sites/s.json"), "manifest_unreadable"),
    ("record removed", lambda root, sha256: (root / f"records/1/{sha256[:2]}/{sha256}.json").unlink(),
     "record_missing"),
    ("segment cut", lambda root, _: flip(segment(root)), "segment_unreadable"),
    ("segment removed", lambda root, _: segment(root).unlink(), "segment_missing"),
    ("segment renamed", lambda root, _: segment(root).rename(root / "captures/x"),
     "key_unknown segment_missing"),
    ("record cut", lambda root, sha256: (root / f"records/1/{sha256[:2]}/{sha256}.json").write_bytes(b"{"),
     "record_unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "kinds"), [one[1:] for one in DAMAGES], ids=[one[0] for one in DAMAGES])
def test_damage_is_found_and_named(
    store: ObjectStore, root: Path, hashes: list[str], damage: Callable[[Path, str], object], kinds: str
) -> None:
    damage(root, hashes[0])
    counts = Counts()
    findings = list(verify(store, counts=counts))
    errors = [finding for finding in findings if finding.severity == "error"]
    assert sorted({finding.kind for finding in errors}) == kinds.split()
    # The bodies that only an unreadable segment names look like orphans, and nothing else does.
    orphans = {finding.kind for finding in findings if finding.severity == "note"}
    assert orphans == ({"body_orphan"} if "segment" in kinds else set())
    assert sum(counts.findings.values()) == len(findings)
    assert all(finding.message and "\n" not in finding.message for finding in findings)


def objects(store: ObjectStore) -> dict[str, bytes]:
    return {key: store.get(key) for key in store.list("")}


def test_any_flipped_bit_any_cut_and_any_loss_is_named(store: ObjectStore, root: Path) -> None:
    store.put("sites/s/entry.json", seal(b'{"id":"s"}'))
    store.put("runs/r/summary.json", seal(b'{"run":"r","finished":null}'))
    assert list(verify(store)) == []
    dice = random.Random(20261122)
    whole = objects(store)
    bodies = [key for key in whole if key.startswith("raw/")]
    for key in [*(key for key in whole if not key.startswith("raw/")), *dice.sample(bodies, 8)]:
        data = whole[key]
        bits = dice.sample(range(8 * len(data)), min(6, 8 * len(data)))
        damages = [
            data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :] for bit in bits
        ]
        damages += [data[: dice.randrange(len(data))], b""]
        for damaged in damages:
            (root / key).write_bytes(damaged)
            found = [finding for finding in verify(store) if finding.severity == "error"]
            assert key in {finding.key for finding in found}, (key, damaged[-200:])
        (root / key).unlink()
        named = {finding.key for finding in verify(store)}
        # An entry, a summary and the list of extractors are written anew; nothing refers to them.
        assert key in named or key.startswith(
            ("sites/s/entry", "runs/", "records/extractors", "records/1/sites/")
        )
        (root / key).write_bytes(data)
    assert objects(store) == whole


def test_a_rolling_share_comes_round_and_remembers_where_it_is(store: ObjectStore, root: Path) -> None:
    hashed = 0
    for night in range(8):
        result = verify_share(open_store(str(root)), 1 / 8, now=datetime(2026, 11, 22 + night, tzinfo=UTC))
        assert result["findings"] == []
        hashed += result["counts"]["hashed"]
    assert hashed == 200, "eight nights of an eighth read each body once"
    damaged = next(key for key in store.list("raw/sha256/"))
    flip(root / damaged)
    found = [one["key"] for _ in range(8) for one in verify_share(store, 1 / 8)["findings"]]
    assert found == [damaged]
    assert len(list(store.list("fixity/"))) == 2, "the position, and the night that found something"


def test_what_was_lost_is_offered_where_it_was_seen(store: ObjectStore, hashes: list[str]) -> None:
    (source,) = sources_of(store, ["s"], {hashes[199]})
    assert (source.site, source.key, source.is_current) == ("s", "u", True)
    assert [one.is_current for one in sources_of(store, ["s"], set(hashes[:3]))] == [False] * 3
    add_refetch(store, "s", {"u": hashes[199]})
    add_refetch(store, "s", {"v": hashes[0]})
    done_refetch(store, "s", ["u"])
    assert load_refetch(store, "s") == {"v": hashes[0]}


def test_an_orphan_is_a_note(store: ObjectStore) -> None:
    sha256, _ = Archive(store).put_body(b"nobody knows it")
    (finding,) = verify(store)
    assert (finding.kind, finding.severity) == ("body_orphan", "note")
    assert sha256 in finding.key


def test_a_sample_reads_its_share_and_checks_all_references(
    store: ObjectStore, root: Path, hashes: list[str]
) -> None:
    body(root, hashes[7]).unlink()
    drawn = []
    for seed in ("2026-11-22", "2026-11-23", "2026-11-22"):
        counts = Counts()
        assert "body_missing" in {finding.kind for finding in verify(store, 0.25, seed=seed, counts=counts)}
        assert 20 <= counts.hashed <= 80
        drawn.append((counts.hashed, counts.bytes))
    assert drawn[0] == drawn[2] != drawn[1]
    counts = Counts()
    list(verify(store, 0, counts=counts))
    assert counts.hashed == 0
    for wrong in (-0.1, 1.1):
        with pytest.raises(ValueError, match="share"):
            verify(store, wrong)
