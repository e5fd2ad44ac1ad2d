"""Workers: limits are kept, blame is just, order is kept, nothing is left behind."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from extraction.workers import Extractor, WorkerStartError, is_limit, pool
from extraction.workers.limits import limit_record, message_of
from extraction.workers.process import Worker
from extraction.workers.wire import AnswerReader, WireError, pack_answer, parse_object

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MIB = 1 << 20
FAR = (
    4 << 30
)  # so far the kernel lets a worker grow that the parent is to catch: no further, should it come late
SHORT, LONG = (
    1.0,
    30.0,
)  # seconds of processor time; a stall of four times as long is counted against a document

WRITES = next(
    number
    for number, line in enumerate((ROOT / "extraction" / "record.py").read_text().splitlines(), start=1)
    if "json.dumps(" in line
)
DEFECTS = {
    "recurse": "RecursionError",
    "defect": "KeyError",
    "nan": f"ValueError at extraction/record.py:{WRITES}",
}

Make = Callable[..., Extractor]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make extractors that call `worker_subject`; afterwards no process is left."""
    monkeypatch.syspath_prepend(HERE)
    before = set(psutil.Process().children())
    made: list[Extractor] = []

    def make(
        time_limit: float = 5.0, memory_limit: int = 256 * MIB, processes: int = 1, **more: Any
    ) -> Extractor:
        extractor = Extractor(time_limit, memory_limit, processes, function="worker_subject:extract", **more)
        made.append(extractor)
        return extractor

    yield make
    for extractor in made:
        extractor.close()
    assert set(psutil.Process().children()) - before == set()


@pytest.fixture(scope="module")
def extractors() -> Iterator[dict[float, Extractor]]:
    """One extractor a time limit for all hostile documents: that each finds it working is part of the test.

    What runs into another limit than that of time gets time enough to reach it on a slow machine as well.
    """
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.syspath_prepend(HERE)
        yield {
            limit: stack.enter_context(Extractor(limit, 256 * MIB, function="worker_subject:extract"))
            for limit in (SHORT, LONG)
        }


def code_of(record: dict[str, Any]) -> str:
    (issue,) = record["issues"]
    assert issue["severity"] == "error"
    assert "\n" not in issue["message"]
    return str(issue["code"])


def read_all(extractor: Extractor, *documents: bytes) -> list[dict[str, Any]]:
    results = list(extractor.map((n, document, "text/plain", None) for n, document in enumerate(documents)))
    assert [key for key, _ in results] == list(range(len(documents)))
    return [record for _, record in results]


def test_a_document_comes_back_as_its_record(make: Make) -> None:
    record = make().extract(b"fine", "text/plain", "http://example.org/a")
    assert record["document"]["media_type"] == "text/plain"
    assert record["url"] == "http://example.org/a"
    assert record["text"] == "fine"
    assert not is_limit(record)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("hang", "time_limit"),
        ("spin", "time_limit"),
        ("wait", "time_limit"),
        ("block", "time_limit"),
        ("child", "time_limit"),
        ("memory", "memory_limit"),
        ("grow", "memory_limit"),
        ("long", "memory_limit"),
        ("segfault", "crashed"),
        ("abort", "crashed"),
        ("abort_full", "memory_limit"),
        ("leave", "crashed"),
        ("stop", "crashed"),
        ("recurse", "crashed"),
        ("defect", "crashed"),
        ("nan", "crashed"),
        ("mixup", "crashed"),
        ("forge-length", "crashed"),
        ("forge-text", "crashed"),
        ("forge-list", "crashed"),
        ("forge-number", "crashed"),
        ("forge-deep", "crashed"),
        ("forge-record", "crashed"),
        ("forge-bytes", "crashed"),
        ("forge-nothing", "crashed"),
        ("forge-deep-record", "crashed"),
        ("forge-twice", "crashed"),
    ],
)
def test_a_hostile_document_harms_only_itself(
    extractors: dict[float, Extractor], word: str, code: str
) -> None:
    limit = SHORT if code == "time_limit" else LONG
    before, bad, after = read_all(extractors[limit], b"fine before", word.encode(), b"fine after")
    assert before["text"] == "fine before"
    assert after["text"] == "fine after"
    assert after["pid"] != before["pid"]
    assert code_of(bad) == code
    assert is_limit(bad)
    # Nothing in it comes from this run: records are deterministic.
    message = message_of(code, time_limit=limit, memory_limit=256 * MIB)
    if word in DEFECTS:
        message = f"the extractor failed: {DEFECTS[word]}"
    expected = limit_record(word.encode(), code, message, media_type="text/plain", extractor="test+0")
    assert json.dumps(bad) == json.dumps(expected)


def test_a_limit_record_has_the_shape_of_any_record(make: Make) -> None:
    from extraction.record import Record

    record = make(time_limit=0.2).extract(b"spin")
    assert list(record) == list(Record("", 0, "", "", "unreadable").to_dict())
    assert record["issues"][0]["message"] == "reading takes more processor time than the limit of 0.2 s"


def test_the_time_limit_is_of_each_document(make: Make) -> None:
    records = read_all(make(time_limit=SHORT), *[b"spin", b"fine"] * 3)
    assert [is_limit(record) for record in records] == [True, False] * 3


def test_a_document_is_not_blamed_for_what_another_did_to_the_process(make: Make) -> None:
    poison, innocent = read_all(make(), b"poison", b"innocent")
    assert not is_limit(poison)
    assert innocent["text"] == "innocent"
    assert innocent["pid"] != poison["pid"]


def test_what_a_process_leaked_is_not_counted_against_the_next_document(make: Make) -> None:
    records = read_all(make(memory_limit=256 * MIB), *[b"leak"] * 6)
    assert not any(map(is_limit, records))
    assert len({record["pid"] for record in records}) > 1


def test_giving_up_with_much_memory_in_use_is_for_memory(make: Make) -> None:
    """A C library says "malformed" when an allocation fails."""
    extractor = make(memory_limit=256 * MIB)
    _, given_up = read_all(extractor, b"leak", b"unreadable")
    assert not is_limit(given_up)  # alone, in a fresh process, it needs nothing
    assert given_up["kind"] == "unreadable"


def test_order_is_kept_over_several_processes(make: Make) -> None:
    documents = [
        b"spin" if n % 10 == 3 else b"segfault" if n % 10 == 7 else b"fine %d" % n for n in range(30)
    ]
    extractor = make(time_limit=SHORT, processes=2)
    records = read_all(extractor, *documents)
    for n, record in enumerate(records):
        assert record["document"]["sha256"] == hashlib.sha256(documents[n]).hexdigest()
        assert is_limit(record) == (n % 10 in (3, 7))
    assert len({record["pid"] for record in records if not is_limit(record)}) > 1


def test_the_input_is_taken_a_bounded_number_ahead(make: Make) -> None:
    taken: list[int] = []

    def items() -> Iterator[tuple[int, bytes, None, None]]:
        for n in range(1000):
            taken.append(n)
            yield n, b"fine", None, None

    ahead = 0
    for n, _ in make().map(items()):
        ahead = max(ahead, len(taken) - n)
        if n == 200:
            break
    assert ahead <= pool.READ_AHEAD
    assert ahead > 1


def test_the_input_is_taken_a_bounded_number_of_bytes_ahead(make: Make) -> None:
    size = pool.READ_AHEAD_BYTES // 3
    taken: list[int] = []

    def items() -> Iterator[tuple[int, bytes, None, None]]:
        for n in range(6):
            taken.append(n)
            yield n, b"unreadable " + b"x" * size, None, None

    for n, record in make(memory_limit=1 << 30).map(items()):
        assert len(taken) - n <= 4
        assert record["document"]["bytes"] == size + 11


def test_a_document_larger_than_the_memory_is_a_record_too(make: Make) -> None:
    records = read_all(make(memory_limit=32 * MIB), b"fine", b"big " + bytes(64 * MIB), b"fine")
    assert [code_of(record) if is_limit(record) else None for record in records] == [
        None,
        "memory_limit",
        None,
    ]


def test_workers_are_recycled(make: Make) -> None:
    records = read_all(make(recycle=5), *[b"fine"] * 12)
    assert [record["read"] for record in records] == [1, 2, 3, 4, 5] * 2 + [1, 2]


def test_signals_meant_for_the_parent_do_not_end_a_worker(make: Make) -> None:
    first, second = read_all(make(), b"interrupt", b"fine")
    assert not is_limit(first)
    assert first["pid"] == second["pid"]


def test_a_worker_killed_from_outside_costs_no_document(make: Make) -> None:
    extractor = make()
    extractor.extract(b"fine")
    (worker,) = extractor._crew.workers
    killer = threading.Timer(0.3, os.kill, (worker.process.pid, signal.SIGKILL))
    killer.start()
    seen = []
    for n, record in extractor.map((n, b"fine", None, None) for n in range(50)):
        seen.append((n, is_limit(record)))
        time.sleep(0.02)
    killer.join()
    assert seen == [(n, False) for n in range(50)]


def test_a_worker_that_died_idle_is_replaced(make: Make) -> None:
    extractor = make()
    extractor.extract(b"fine")
    os.kill(extractor._crew.workers[0].process.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert extractor.extract(b"fine")["text"] == "fine"


def test_a_map_may_be_left_in_the_middle(make: Make) -> None:
    extractor = make()
    for n, _ in extractor.map((n, b"fine %d" % n, None, None) for n in range(100)):
        if n == 3:
            break
    gc.collect()
    assert extractor.extract(b"fine again")["text"] == "fine again"


def test_an_error_of_the_input_reaches_the_caller(make: Make) -> None:
    def items() -> Iterator[tuple[int, bytes, None, None]]:
        yield 1, b"fine", None, None
        raise LookupError("no such body")

    extractor = make()
    with pytest.raises(LookupError, match="no such body"):
        list(extractor.map(items()))
    assert extractor.extract(b"fine")["text"] == "fine"


def test_one_map_at_a_time(make: Make) -> None:
    extractor = make()
    running = extractor.map((n, b"fine", None, None) for n in range(3))
    next(running)
    with pytest.raises(RuntimeError, match="in use"):
        extractor.extract(b"fine")
    running.close()
    extractor.close()
    with pytest.raises(RuntimeError, match="closed"):
        extractor.extract(b"fine")


def test_no_documents(make: Make) -> None:
    assert list(make().map([])) == []


def test_no_credentials_reach_a_worker(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("PREFECT_API_KEY", "secret")
    assert "secret" not in make().extract(b"fine")["environment"].values()


def test_what_libraries_print_reaches_nobody(make: Make, capfd: pytest.CaptureFixture[str]) -> None:
    assert make().extract(b"print_much")["text"] == "print_much"
    assert capfd.readouterr() == ("", "")


def test_a_worker_that_cannot_start_is_no_document_s_fault(make: Make) -> None:
    with (
        Extractor(function="no_such_module_here:extract") as extractor,
        pytest.raises(WorkerStartError, match="no_such_module_here"),
    ):
        extractor.extract(b"fine")


def test_an_extractor_that_changed_on_disk_ends_the_run(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are filed under the extractor that the run began with."""
    extractor = make(recycle=1)
    assert extractor.extract(b"fine")["extractor"] == "test+0"
    extractor._extractor = "test+1"
    with pytest.raises(WorkerStartError, match=r"now test\+0, this run began with test\+1"):
        extractor.extract(b"fine")


@pytest.mark.parametrize(
    "wrong", [{"time_limit": 0}, {"memory_limit": 0}, {"processes": 0}, {"recycle": 0}], ids=str
)
def test_limits_must_be_positive(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="positive"):
        Extractor(**wrong)


def test_memory_is_watched_where_the_kernel_does_not(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS: the kernel's limit is far off, the parent looks with ps."""
    extractor = make(memory_limit=FAR, time_limit=60)
    extractor._crew.looks = True
    extractor.extract(b"fine")
    extractor.memory_limit = 400 * MIB
    looks: list[int] = []
    resident = Worker.resident
    monkeypatch.setattr(Worker, "resident", lambda worker: looks.append(1) or resident(worker))
    extractor._crew._settings["memory_limit"] = FAR
    before, bad, after = read_all(extractor, b"fine", b"grow", b"fine")
    assert code_of(bad) == "memory_limit"
    assert not is_limit(before)
    assert not is_limit(after)
    assert looks


def test_the_processes_a_reader_started_go_with_it(make: Make) -> None:
    extractor = make(time_limit=0.5)
    others = set(psutil.Process().children(recursive=True))
    seen: set[psutil.Process] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.update(set(psutil.Process().children(recursive=True)) - others)
            time.sleep(0.01)

    looker = threading.Thread(target=look)
    looker.start()
    try:
        assert code_of(extractor.extract(b"child")) == "time_limit"
    finally:
        done.set()
        looker.join()
    extractor.close()
    _, alive = psutil.wait_procs(seen, timeout=60)
    assert len(seen) >= 2
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.parametrize("word", ["fine", "hang", "wait", "child"])
def test_no_orphan_when_the_parent_is_killed(word: str) -> None:
    program = textwrap.dedent(
        f"""
        import sys
        sys.path.insert(0, {str(HERE)!r})
        from extraction.workers import Extractor
        # No worker is replaced in between: those seen are those there are when the parent dies.
        settings = {{"processes": 2, "recycle": 10**9, "function": "worker_subject:extract"}}
        with Extractor(600, 1 << 28, **settings) as extractor:
            list(extractor.map((n, b"fine", None, None) for n in range(8)))
            print("ready", flush=True)
            for _ in extractor.map((n, {word.encode()!r}, None, None) for n in range(10**9)):
                pass
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"ready\n"
            time.sleep(0.5)
            workers = psutil.Process(parent.pid).children(recursive=True)
        finally:
            parent.kill()
    assert len(workers) >= 2
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_no_descriptor_is_left(make: Make) -> None:
    def descriptors() -> set[str]:
        """What is open: pipes, sockets and files that are gone have a number each."""
        found = set()
        for one in Path("/proc/self/fd").iterdir():
            with suppress(OSError):  # that of the folder itself
                found.add(f"{one.name} {one.readlink()}")
        return found

    make().extract(b"fine")
    gc.collect()
    before = descriptors()
    extractor = make(time_limit=0.2, processes=2)
    read_all(extractor, b"fine", b"spin", b"abort", b"leave", b"forge-text", b"fine")
    extractor.close()
    assert descriptors() - before == set()


def test_answers_may_come_in_any_pieces() -> None:
    sent = [({"n": n, "text": "文" * n}, b"\xff" * n) for n in range(5)]
    stream = b"".join(pack_answer(*one) for one in sent)
    reader = AnswerReader()
    got = [answer for byte in stream for answer in reader.feed(bytes([byte]))]
    assert got == sent


def test_an_answer_has_a_greatest_length() -> None:
    with pytest.raises(WireError):
        pack_answer({"text": "x" * (33 * MIB)})
    with pytest.raises(WireError):
        pack_answer({}, b"x" * (33 * MIB))


def test_a_reading_has_the_bytes_to_be_kept() -> None:
    from extraction import extract

    page = (
        "<p>某某局2021年政府信息公开工作年度报告</p><table><tr><td>12345678901234567890123</td></tr></table>"
    )
    with Extractor() as extractor:
        ((_, reading),) = extractor.readings([("a", page.encode(), None, None)])
    assert reading.data.decode() == extract(page.encode()).to_json()
    assert reading.record == extract(page.encode()).to_dict()


def test_a_figure_beyond_64_bits_stays_what_was_printed() -> None:
    assert parse_object(b'{"a":123456789012345678901234567890}') == {"a": 123456789012345678901234567890}
