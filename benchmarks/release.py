"""Time, memory and size of a release of many reports, beside DuckDB writing the same rows.

An archive of generated records (`benchmarks/made/archive.py`) is published: records read, reports assembled,
tables written as Parquet, compared, judged, written in the other forms, uploaded. Beside it, on the same rows
and in the same run, DuckDB with as many threads:

    bare      copies the tables of the release, from a DuckDB file that has them in order, to the same Parquet
              files with zstd: no JSON is read, nothing is assembled, hashed or judged
    records   reads the same record files as JSON and writes their cells with value, place and hash to
              Parquet: nothing is assembled, no seal is checked, and there are no other tables

The goal is judged beside the second, which begins where we begin. Memory is the greatest sum over the process
tree (proportional set size). Processor time is told beside the clock's, because on a machine with other work
only the first says much.

    python benchmarks/release.py [--reports 1000] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

GOAL = 3.0
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FORMS = {"csv": "write_csv", "sqlite": "write_sqlite", "duckdb": "write_duckdb", "package": "judge_package"}


@contextmanager
def highest_memory() -> Iterator[list[int]]:
    """Watch this process and those it starts; the list's one number is the most bytes they had together."""
    most, stop = [0], threading.Event()

    def watch() -> None:
        me = psutil.Process()
        while not stop.wait(0.2):
            found = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
                    found += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
                except (OSError, psutil.Error):
                    continue  # it ended meanwhile
            most[0] = max(most[0], found)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        stop.set()
        thread.join()


def measured(act: Callable[[], Any]) -> dict[str, Any]:
    began, used = time.perf_counter(), processor()
    with highest_memory() as memory:
        said = act()
    return {
        "clock": time.perf_counter() - began,
        "processor": processor() - used,
        "memory": memory[0],
        "said": said,
    }


def processor() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def publish(url: str) -> dict[str, Any]:
    """Publish, and tell how long each stage and each other form took."""
    import dataset.other_forms
    import dataset.release
    from extraction import EXTRACTOR
    from storage import open_store

    me = psutil.Process()

    def mark(name: str) -> tuple[str, float, float]:
        return name, time.perf_counter(), of_tree(me)

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


def of_tree(process: psutil.Process) -> float:
    """Return the processor time of a process and all it started, also of those that ended."""
    found = 0.0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error):
            times = one.cpu_times()
            found += times.user + times.system + times.children_user + times.children_system
    return found


def timed(function: Callable[..., Any], spent: Counter[str], name: str) -> Callable[..., Any]:
    def call(*args: Any, **more: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **more)
        finally:
            spent[name] += time.perf_counter() - began  # type: ignore[assignment]

    return call


def bare(release: Path) -> int:
    """DuckDB writes the tables of a release to Parquet from its own file."""
    import duckdb

    from dataset.schema import tables

    path = str(release / "gongkai.duckdb")
    with tempfile.TemporaryDirectory() as name, duckdb.connect(path, read_only=True) as file:
        for table in tables().values():
            if not table.by_year:
                target = f"{name}/{table.name}.parquet"
                file.execute(f"COPY \"{table.name}\" TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
                continue
            columns = ", ".join(f'"{column}"' for column in table.names if column != "year")
            for (year,) in file.execute(f'SELECT DISTINCT year FROM "{table.name}" ORDER BY 1').fetchall():
                file.execute(
                    f'COPY (SELECT {columns} FROM "{table.name}" WHERE year = {year}) '
                    f"TO '{name}/{table.name}-{year}.parquet' (FORMAT parquet, COMPRESSION zstd)"
                )
        return sum(path.stat().st_size for path in Path(name).iterdir())


def records(store: Path) -> int:
    """DuckDB reads the record files and writes their cells to Parquet."""
    import duckdb

    with tempfile.TemporaryDirectory() as name, duckdb.connect() as memory:
        memory.execute("SET preserve_insertion_order = false")
        memory.execute(
            f"""
            COPY (
              SELECT agency, region, year, edition, parts[1] AS "table", parts[2] AS "row",
                     parts[3] AS "column", tables[parts[1]][parts[2]][parts[3]] AS value,
                     cell.raw, cell.status, cell.unit,
                     cell.confidence, concat_ws('; ', 'table ' || (cell.at."table" + 1), 'row ' ||
                     (cell.at."row" + 1), 'column ' || (cell.at."column" + 1),
                     'path ' || cell.at.path) AS place, sha256, extractor
              FROM (SELECT *, string_split(one.key, '.') AS parts, one.value AS cell
                    FROM (SELECT report.agency AS agency, report.region.code AS region, report.year AS year,
                                 report.edition AS edition, document.sha256 AS sha256, extractor, tables,
                                 unnest(map_entries(cells)) AS one
                          FROM read_json('{store}/records/*/??/*.json', format = 'unstructured',
                            maximum_object_size = 67108864, columns = {{
                            kind: 'VARCHAR', extractor: 'VARCHAR', document: 'STRUCT(sha256 VARCHAR)',
                            report: 'STRUCT(agency VARCHAR, region STRUCT(code VARCHAR), year INTEGER,
                                            edition VARCHAR)',
                            tables: 'MAP(VARCHAR, MAP(VARCHAR, MAP(VARCHAR, DOUBLE)))',
                            cells: 'MAP(VARCHAR, STRUCT(raw VARCHAR, status VARCHAR, unit VARCHAR,
                                    confidence DOUBLE, "at" STRUCT("table" INTEGER, "row" INTEGER,
                                    "column" INTEGER, path VARCHAR)))'}})
                          WHERE kind = 'report'))
            ) TO '{name}/figures.parquet' (FORMAT parquet, COMPRESSION zstd)
            """
        )
        found = memory.execute(f"SELECT count(*) FROM '{name}/figures.parquet'").fetchone()
        assert found is not None
        return int(found[0])


def in_child(what: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--measure", what, "--keep", str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def show(folder: Path) -> float:
    ours = in_child("publish", folder)
    release = folder / ours["said"]["prefix"]
    peers = {name: in_child(name, folder) for name in ("bare", "records")}
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
    clock, used = (stages["read"][which] + stages["write"][which] for which in (0, 1))
    print(f"core tables (read and write): {clock:.1f} s by the clock, {used:.1f} s of processor time")
    for name, peer in peers.items():
        ratio, of_processor = clock / peer["clock"], used / peer["processor"]
        print(
            f"  beside DuckDB, {name}: {ratio:.1f} times by the clock, {of_processor:.1f} by processor time"
        )
    print(f"load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"goal: {GOAL} times DuckDB, by processor time")
    return float(used / peers["records"]["processor"])


def line(found: dict[str, Any]) -> str:
    return (
        f"{found['clock']:.1f} s by the clock, {found['processor']:.1f} s of processor time, "
        f"at most {found['memory'] / 1e6:,.0f} MB"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--keep", type=Path, help="make the archive here, and leave it with its release")
    parser.add_argument("--measure", choices=["publish", "bare", "records"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        store = options.keep
        acts: dict[str, Callable[[], Any]] = {
            "publish": lambda: publish(f"file://{store}"),
            "bare": lambda: bare(max((store / "releases").glob("*/gongkai.duckdb")).parent),
            "records": lambda: records(store),
        }
        print(json.dumps(measured(acts[options.measure])))
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
