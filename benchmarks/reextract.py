"""Documents per second of a re-extraction beside the bare extraction function, and two processes beside one.

The bare loop has its documents in memory and keeps nothing. A re-extraction takes each from a store on disk,
checks its hash, reads it in a limited worker process, compares the record with the earlier one, and makes
the new one durable. Each measurement is a process of its own, bound to one core (two processes: to two);
rounds take turns, the best of each counts. Processor time (of the whole tree) is told beside the clock's,
because on a machine with other work only the first says much.

    python benchmarks/reextract.py [--documents 600] [--rounds 2]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

CORPUS = ROOT / "tests" / "corpus" / "documents"
GOALS = {"one": 0.85, "two": 1.8}


def pages() -> list[bytes]:
    return [path.read_bytes() for path in sorted(CORPUS.glob("*.html"))]


def bodies(count: int) -> list[bytes]:
    """The corpus's pages, again and again, no two of the same bytes."""
    known = pages()
    return [known[number % len(known)] + b"\n<!-- %d -->" % number for number in range(count)]


def make_store(folder: Path, count: int) -> None:
    from extraction import extract
    from storage import Archive, Capture, CaptureWriter, RecordStore, open_store, refresh_state

    store = open_store(f"file://{folder}")
    writer = CaptureWriter(store, "bench", "20260101T000000Z-000000")
    for number, (sha256, _) in enumerate(Archive(store).put_bodies(bodies(count))):
        url = f"http://bench.example/{number}"
        writer.add(
            Capture(
                id=writer.next_id(), run="20260101T000000Z-000000", site="bench", role="document", url=url,
                final_url=url, time="2026-01-01T00:00:00Z", outcome="new", status=200, sha256=sha256, size=1,
            )
        )  # fmt: skip
    writer.close()
    refresh_state(store, "bench")
    earlier = RecordStore(store, "0.0.1+bench")
    records = [extract(data).to_dict() for data in pages()]
    hashes = [hashlib.sha256(data).hexdigest() for data in bodies(count)]
    earlier.put_new_many((sha256, records[number % len(records)]) for number, sha256 in enumerate(hashes))


def bare(count: int) -> None:
    from extraction import extract

    documents = bodies(count)
    begin()
    for data in documents:
        extract(data).to_json()


def ours(folder: Path, processes: int) -> None:
    import extraction.workers  # noqa: F401 - like the other's import, not measured
    from flows.executors import Local
    from flows.reextract import reextract
    from storage import open_store

    store = open_store(f"file://{folder}")
    begin()
    tally = reextract(store, Local(processes))
    assert tally.read == tally.bodies
    assert not tally.problems


_BEGAN: list[float] = []


def begin() -> None:
    _BEGAN[:] = [time.perf_counter(), used()]


def used() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measured(what: str, count: int, master: Path, cores: set[int]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "-r", str(master), f"{folder}/store"], check=True)
        done = subprocess.run(
            [
                sys.executable,
                __file__,
                "--measure",
                what,
                "--documents",
                str(count),
                "--store",
                f"{folder}/store",
            ],
            check=True,
            capture_output=True,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--measure", choices=["bare", "one", "two"], help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        if options.measure == "bare":
            bare(options.documents)
        else:
            ours(options.store, 1 if options.measure == "one" else 2)
        print(json.dumps({"clock": time.perf_counter() - _BEGAN[0], "processor": used() - _BEGAN[1]}))
        return 0
    cores = sorted(os.sched_getaffinity(0))
    best: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        make_store(Path(folder), options.documents)
        for _ in range(options.rounds):
            for what in ("bare", "one", "two"):
                found = measured(
                    what, options.documents, Path(folder), set(cores[: 2 if what == "two" else 1])
                )
                known = best.setdefault(what, found)
                best[what] = {name: min(value, known[name]) for name, value in found.items()}
    rate = {
        what: {name: options.documents / value for name, value in one.items()} for what, one in best.items()
    }
    for what, name in (
        ("bare", "bare loop"),
        ("one", "reextract, 1 process"),
        ("two", "reextract, 2 processes"),
    ):
        clock, processor = rate[what]["clock"], rate[what]["processor"]
        print(
            f"{name:<24} {clock:6.1f} documents/s by the clock, {processor:6.1f} per second of processor time"
        )
    one = {name: rate["one"][name] / rate["bare"][name] for name in ("clock", "processor")}
    two = rate["two"]["clock"] / rate["one"]["clock"]
    load = os.getloadavg()[0]
    print(
        f"1 process beside the bare loop: {one['clock']:.2f} by the clock, "
        f"{one['processor']:.2f} by processor time (goal {GOALS['one']}, on one idle core)"
    )
    print(f"2 processes beside 1: {two:.2f} by the clock (goal {GOALS['two']}, on two idle cores)")
    print(f"load of this machine {load:.1f} on {len(cores)} cores")
    return 0 if one["clock"] >= GOALS["one"] and two >= GOALS["two"] else 1


if __name__ == "__main__":
    sys.exit(main())
