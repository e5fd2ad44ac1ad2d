"""Time, memory and size of a release of many reports, beside DuckDB writing the same rows.

An archive of generated records (`benchmarks/made/archive.py`) is published: records read, reports assembled,
tables written as Parquet, compared, judged, written in the other forms, uploaded. Beside it, on the same rows
and in the same run, DuckDB with as many threads (`benchmarks/peers/release.py`):

    forms     copies the tables of the release, from a DuckDB file that has them in order, to every form that
              a release has: Parquet with zstd, CSV (by year with gzip, once more with Excel's mark), a DuckDB
              file, a SQLite file with the same indices and full text. No JSON is read, nothing is assembled,
              hashed, judged, described or uploaded. Rows go to SQLite through Python's `sqlite3`, as ours do:
              DuckDB's extension for it is in no package index
    bare      copies the tables to Parquet alone
    records   reads the same record files as JSON and writes their cells with value, place and hash to
              Parquet: nothing is assembled, no seal is checked, and there are no other tables

The goal is judged beside `forms`, which writes what a release writes: the whole release beside it is the
price of reading, assembling, hashing, judging and uploading. `bare` and `records` stand beside the core
tables (read and write): the one ends where they end, the other also begins where they begin. Memory is the
greatest sum over the process tree (proportional set size). Processor time, without that of watching memory,
is told beside the clock's, because on a machine with other work only the first says much.

    python benchmarks/release.py [--reports 3000] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

GOAL = 3.0
PEERS = ("forms", "bare", "records")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FORMS = {"csv": "write_csv", "sqlite": "write_sqlite", "duckdb": "write_duckdb", "package": "judge_package"}


class Watch(threading.Thread):
    """Watches this process and those it starts, and counts what that takes.

    Attributes:
        most: the most bytes they had together.
        spent: seconds of the processor for watching.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.spent = 0, 0.0
        self._end = threading.Event()

    def run(self) -> None:
        me = psutil.Process()
        while not self._end.wait(0.3):
            found = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
                    found += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
                except (OSError, psutil.Error):
                    continue  # it ended meanwhile
            self.most = max(self.most, found)
            self.spent = time.thread_time()

    def end(self) -> None:
        self._end.set()
        self.join()


WATCH = Watch()


def measured(act: Callable[[], Any]) -> dict[str, Any]:
    began, used = time.perf_counter(), processor()
    WATCH.start()
    said = act()
    clock, used = time.perf_counter() - began, processor() - used
    WATCH.end()
    return {"clock": clock, "processor": used, "memory": WATCH.most, "said": said}


def processor() -> float:
    """Return the processor time of this process and all it started, also of those that ended."""
    found = -WATCH.spent
    me = psutil.Process()
    for one in [me, *me.children(recursive=True)]:
        with suppress(psutil.Error):
            times = one.cpu_times()
            found += times.user + times.system + times.children_user + times.children_system
    return found


def publish(url: str) -> dict[str, Any]:
    """Publish, and tell how long each stage and each other form took."""
    import dataset.other_forms
    import dataset.release
    from extraction import EXTRACTOR
    from storage import open_store

    def mark(name: str) -> tuple[str, float, float]:
        return name, time.perf_counter(), processor()

    forms: Counter[str] = Counter()
    for name, function in FORMS.items():
        setattr(dataset.other_forms, function, timed(getattr(dataset.other_forms, function), forms, name))
    marks = [mark("read")]

    def written(done: int, _: int) -> None:
        if done == 0:
            marks.append(mark("write"))

    publication = dataset.release.publish(
        open_store(url),
        extractor=EXTRACTOR,
        now=NOW,
        progress=written,
        stage=lambda name: marks.append(mark(name)),
    )
    stages = {
        name: [end - at, spent - used]
        for (name, at, used), (_, end, spent) in pairwise([*marks, mark("end")])
    }
    return {"stages": stages, "forms": dict(forms), **publication.as_dict()}


def timed(function: Callable[..., Any], spent: Counter[str], name: str) -> Callable[..., Any]:
    def call(*args: Any, **more: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **more)
        finally:
            spent[name] += time.perf_counter() - began  # type: ignore[assignment]

    return call


def in_child(what: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--measure", what, "--keep", str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def show(folder: Path) -> float:
    ours = in_child("publish", folder)
    release = folder / ours["said"]["prefix"]
    peers = {name: in_child(name, folder) for name in PEERS}
    stages, forms = ours["said"]["stages"], ours["said"]["forms"]
    counts = ours["said"]["counts"]
    print(f"{counts['reports']:,} reports, {counts['cells']:,} cells, {counts['documents']:,} documents")
    print(f"publish: {line(ours)}; release {size(release) / 1e6:,.0f} MB")
    said = (f"{name} {clock:.1f} s ({processor:.1f})" for name, (clock, processor) in stages.items())
    print("  stages, in brackets processor time: " + ", ".join(said))
    print("  of derive: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in forms.items()))
    by_form = Counter[str]()
    for path in release.rglob("*"):
        if path.is_file():
            by_form[path.relative_to(release).parts[0] if path.parent != release else path.suffix] += (
                path.stat().st_size
            )
    print("  MB: " + ", ".join(f"{name} {many / 1e6:,.1f}" for name, many in by_form.most_common(6)))
    for name, peer in peers.items():
        print(f"DuckDB, {name}: {line(peer)}")
    whole = times(ours["clock"], ours["processor"], peers["forms"])
    print(f"the whole release beside DuckDB, forms: {whole}")
    clock, used = (stages["read"][which] + stages["write"][which] for which in (0, 1))
    print(f"core tables (read and write): {clock:.1f} s by the clock, {used:.1f} s of processor time")
    for name in ("bare", "records"):
        print(f"  beside DuckDB, {name}: {times(clock, used, peers[name])}")
    print(f"load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"goal: the whole release in {GOAL} times DuckDB, forms, by processor time")
    return float(ours["processor"] / peers["forms"]["processor"])


def times(clock: float, used: float, peer: dict[str, Any]) -> str:
    return f"{clock / peer['clock']:.1f} times by the clock, {used / peer['processor']:.1f} by processor time"


def released(store: Path) -> Path:
    return max((store / "releases").glob("*/gongkai.duckdb")).parent


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def line(found: dict[str, Any]) -> str:
    return (
        f"{found['clock']:.1f} s by the clock, {found['processor']:.1f} s of processor time, "
        f"at most {found['memory'] / 1e6:,.0f} MB"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=3000)
    parser.add_argument("--keep", type=Path, help="make the archive here, and leave it with its release")
    parser.add_argument("--measure", choices=["publish", *PEERS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        store = options.keep
        if options.measure == "publish":
            print(json.dumps(measured(lambda: publish(f"file://{store}"))))
            return 0
        from benchmarks.peers import release as peers

        made = store if options.measure == "records" else released(store)
        print(json.dumps(measured(lambda: getattr(peers, options.measure)(made))))
        return 0
    from benchmarks.made.archive import make_archive

    folder = options.keep or Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    try:
        if not (folder / "records").exists():
            make_archive(f"file://{folder}", options.reports)
        shutil.rmtree(folder / "releases", ignore_errors=True)
        ratio = show(folder)
    finally:
        if options.keep is None:
            shutil.rmtree(folder)
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
