"""Documents per second of a re-extraction beside the bare extraction function, and two processes beside one.

The bare loop has its documents in memory and keeps nothing. A re-extraction takes each from a store on disk,
checks its hash, reads it in a limited worker process, compares the record with the earlier one, and makes
the new one durable. Each measurement is a process of its own, bound to one core (two processes: to two);
rounds take turns, the best of each counts. Processor time (of the whole tree) is told beside the clock's,
because on a machine with other work only the first says much.

The second part is about packs, on a real S3 server on loopback: the same bodies one by one and from packs,
alone and in a whole dry run. Loopback has no latency, so the client waits a moment before each request, as
long as `--latency` says; nothing else is simulated.

    python benchmarks/reextract.py [--documents 600] [--rounds 2] [--latency 20]
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
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

CORPUS = ROOT / "tests" / "corpus" / "documents"
EARLIER = "0.0.1+bench"
GOALS = {"one": 0.85, "two": 1.8, "packed": 2.0}

NAMES = {
    "bare": "bare loop",
    "one": "reextract, 1 process",
    "two": "reextract, 2 processes",
    "s3": "S3, bodies alone, one by one",
    "s3 packed": "S3, bodies alone, from packs",
    "s3 dry": "S3, dry run with 1 process, one by one",
    "s3 dry packed": "S3, dry run with 1 process, from packs",
}


def pages() -> list[bytes]:
    return [path.read_bytes() for path in sorted(CORPUS.glob("*.html"))]


def bodies(count: int) -> list[bytes]:
    """The corpus's pages, again and again, no two of the same bytes."""
    known = pages()
    return [known[number % len(known)] + b"\n<!-- %d -->" % number for number in range(count)]


def make_store(url: str, count: int) -> None:
    from extraction import extract
    from storage import Archive, Capture, CaptureWriter, RecordStore, open_store, refresh_state

    store = open_store(url)
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
    earlier = RecordStore(store, EARLIER)
    records = [replace(extract(data), extractor=EARLIER) for data in pages()]
    earlier.put_new_many(
        (sha256, replace(records[number % len(records)], sha256=sha256, size=len(data)).to_json().encode())
        for number, data in enumerate(bodies(count))
        for sha256 in [hashlib.sha256(data).hexdigest()]
    )


def bare(count: int) -> None:
    from extraction import extract

    documents = bodies(count)
    extract(documents[0])
    begin()
    for data in documents:
        extract(data).to_json()


def ours(url: str, processes: int, *, dry_run: bool = False) -> None:
    from extraction.workers import Extractor
    from flows.executors import Local
    from flows.reextract import Options, reextract
    from storage import open_store

    store = open_store(url)
    with Extractor(processes=processes) as extractor:
        # Each worker has read one, as the bare loop has: a run starts them once, which takes half a second.
        list(extractor.map((number, pages()[0], None, None) for number in range(2 * processes)))
        begin()
        tally = reextract(store, Local(extractor=extractor), Options(dry_run=dry_run))
    assert tally.read == tally.bodies
    assert not tally.problems


def only_bodies(url: str, *, packed: bool) -> None:
    """What a shard reads, and nothing done with it."""
    from concurrent.futures import ThreadPoolExecutor

    from flows.extract import report_bodies
    from flows.shard_source import AHEAD, THREADS
    from storage import Archive, load_state, open_store
    from storage.ahead import in_order
    from storage.pack_care import pack_keys
    from storage.packs import packed_bodies

    store = open_store(url)
    hashes = list(report_bodies(load_state(store, "bench")))
    problems: list[str] = []
    with ThreadPoolExecutor(THREADS) as pool:
        begin()
        if packed:
            found = sum(1 for _ in packed_bodies(store, pack_keys(store), hashes, pool, problems))
        else:
            found = sum(1 for _ in in_order(pool, Archive(store).get_body, hashes, AHEAD))
    assert found == len(hashes)
    assert not problems


def wait_before_each_request(milliseconds: float) -> None:
    from storage import s3

    make = s3.make_client

    def slow(**options: bool) -> Any:
        client = make(**options)
        client.meta.events.register("before-send.s3", lambda **_: time.sleep(milliseconds / 1000))
        return client

    s3.make_client = slow


def measure(what: str, options: argparse.Namespace) -> None:
    wait_before_each_request(options.latency)
    if what == "bare":
        bare(options.documents)
    elif what in ("one", "two"):
        ours(options.store, 1 if what == "one" else 2)
    elif what in ("s3 dry", "s3 dry packed"):
        ours(options.store, 1, dry_run=True)
    else:
        only_bodies(options.store, packed=what == "s3 packed")


_BEGAN: list[float] = []


def begin() -> None:
    _BEGAN[:] = [time.perf_counter(), used()]


def used() -> float:
    times = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return sum(one.user + one.system for one in times) + sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measured(what: str, options: argparse.Namespace, url: str, cores: set[int]) -> dict[str, float]:
    done = subprocess.run(
        [
            *(sys.executable, __file__, "--measure", what, "--store", url),
            *("--documents", str(options.documents), "--latency", str(options.latency)),
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def on_disk(options: argparse.Namespace, cores: list[int]) -> Iterator[tuple[str, dict[str, float]]]:
    with tempfile.TemporaryDirectory() as master:
        make_store(f"file://{master}", options.documents)
        for _ in range(options.rounds):
            for what in ("bare", "one", "two"):
                with tempfile.TemporaryDirectory() as folder:
                    subprocess.run(["cp", "-r", master, f"{folder}/store"], check=True)
                    taken = set(cores[: 2 if what == "two" else 1])
                    yield what, measured(what, options, f"file://{folder}/store", taken)


def on_s3(options: argparse.Namespace, cores: list[int]) -> Iterator[tuple[str, dict[str, float]]]:
    from flows.pack import pack_bodies
    from storage import open_store
    from tests.s3server import s3_server

    with tempfile.TemporaryDirectory() as folder, s3_server(Path(folder)) as server:
        server.create_bucket("bench")
        os.environ.update(server.environment)
        for name in ("bare", "packed"):
            make_store(f"s3://bench/{name}", options.documents)
        pack_bodies(open_store("s3://bench/packed"))
        for _ in range(options.rounds):
            for what in ("s3", "s3 packed", "s3 dry", "s3 dry packed"):
                url = f"s3://bench/{'packed' if what.endswith('packed') else 'bare'}"
                yield what, measured(what, options, url, set(cores))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--latency", type=float, default=20, help="milliseconds before each request to S3")
    parser.add_argument("--only-packs", action="store_true")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--store", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options)
        print(json.dumps({"clock": time.perf_counter() - _BEGAN[0], "processor": used() - _BEGAN[1]}))
        return 0
    cores = sorted(os.sched_getaffinity(0))
    best: dict[str, dict[str, float]] = {}
    parts = [on_s3] if options.only_packs else [on_disk, on_s3]
    for part in parts:
        for what, found in part(options, cores):
            known = best.setdefault(what, found)
            best[what] = {name: min(value, known[name]) for name, value in found.items()}
    rate = {
        what: {name: options.documents / value for name, value in one.items()} for what, one in best.items()
    }
    for what, one in rate.items():
        print(
            f"{NAMES[what]:<44} {one['clock']:7.1f} documents/s by the clock, "
            f"{one['processor']:7.1f} per second of processor time"
        )
    good = True
    if "bare" in rate:
        one = {name: rate["one"][name] / rate["bare"][name] for name in ("clock", "processor")}
        two = rate["two"]["clock"] / rate["one"]["clock"]
        print(
            f"1 process beside the bare loop: {one['clock']:.2f} by the clock, "
            f"{one['processor']:.2f} by processor time (goal {GOALS['one']}, on one idle core)"
        )
        print(f"2 processes beside 1: {two:.2f} by the clock (goal {GOALS['two']}, on two idle cores)")
        good = one["clock"] >= GOALS["one"] and two >= GOALS["two"]
    packed = rate["s3 packed"]["clock"] / rate["s3"]["clock"]
    dry = rate["s3 dry packed"]["clock"] / rate["s3 dry"]["clock"]
    print(f"S3 with {options.latency:g} ms before each request:")
    print(f"bodies from packs beside one by one: {packed:.2f} by the clock (goal {GOALS['packed']})")
    print(f"a dry run with 1 process, from packs beside one by one: {dry:.2f} by the clock")
    print(f"load of this machine {os.getloadavg()[0]:.1f} on {len(cores)} cores")
    return 0 if good and packed >= GOALS["packed"] else 1


if __name__ == "__main__":
    sys.exit(main())
