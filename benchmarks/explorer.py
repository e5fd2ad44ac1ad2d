"""How long the explorer's pages take on a large release, beside plain Datasette on the same file.

The release is one of generated reports (`benchmarks/made`), its SQLite file made larger to the number asked
for; or it is that of a folder which `benchmarks/release.py` has kept. Explorer and Datasette are servers of
their own on loopback. A fixed set of addresses is drawn at random (always the same ones) for each kind of
page; all are asked once to warm up, one after another, then again in another order, and the times of the
second round count. Datasette is asked for the same rows: of its own pages where it has some, else by SQL.

    python benchmarks/explorer.py [--reports 100000] [--addresses 40] [--keep FOLDER]
        [--datasette PATH]    the command of an installed Datasette; without it the explorer stands alone
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

GOAL = 0.3
MADE = 10_000
"""Reports of the release that is made; a larger file is made of it."""
WORDS = (
    "信息公开", "政策解读", "依申请公开", "政务新媒体", "财政预算 公开", "规范性文件", "义务教育",
    "安全生产 监管", "没有收取信息处理费", "回应群众关切",
)  # fmt: skip
CELLS = ("requests.new.total", "requests.granted.total", "review_litigation.reconsideration.total")
KINDS = ("checks", "years", "confidence", "copies", "unreadable", "issues")

FIGURES = "select c.*, f.* from figure_cells f join cells c on c.id = f.cell where f.report = :report"
_CELL = "c.\"table\" = 'requests' and c.\"row\" = 'new' and c.\"column\" = 'total'"
SERIES = (
    "select r.year, f.value from reports r join figure_cells f on f.report = r.rowid "
    "join cells c on c.id = f.cell "
    f"where r.agency = :agency and r.region = :region and r.current and {_CELL} order by r.year"
)
GREATEST = (
    "select r.agency, f.value from cells c join figure_cells f on f.cell = c.id "
    "join reports r on r.rowid = f.report "
    f"where {_CELL} and r.current and r.year = :year order by f.value desc limit 50"
)
FOUND = (
    "select s.* from section_search join sections s on s.rowid = section_search.rowid "
    "where section_search match :match order by section_search.rowid desc limit 20"
)

Pages = dict[str, list[tuple[str, str]]]
"""By kind of page: addresses of the explorer, and of Datasette (empty where it has no such page)."""


def draw(path: Path, bodies: list[str], many: int) -> Pages:
    """Return the addresses."""
    chance = random.Random(20261122)
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as file:
        file.row_factory = sqlite3.Row
        (last,) = file.execute("SELECT max(rowid) FROM reports").fetchone()
        one = "SELECT rowid AS number, * FROM reports WHERE rowid = ?"
        drawn = chance.sample(range(1, last + 1), min(last, 3 * many))
        found = (file.execute(one, (number,)).fetchone() for number in drawn)
        rows = [row for row in found if row is not None and row["current"]][:many]
        marks = ", ".join("?" * len(bodies))
        shown = file.execute(
            f"SELECT * FROM reports WHERE current AND sha256 IN ({marks})", bodies
        ).fetchall()
        sites = [row["site"] for row in rows]
    base = path.stem

    def sql(query: str, form: str = "", **values: object) -> str:
        return f"/{base}{form}?" + urlencode({"sql": query, **values})

    def table(name: str, **more: object) -> str:
        return f"/{base}/{name}?" + urlencode({"_size": 50, **more})

    pages: Pages = defaultdict(list)
    for number, row in enumerate(rows):
        place, year, level, name = row["province"], row["year"], row["level"], row["agency"]
        report, other = quote(row["report_id"], safe=""), rows[number - 1]
        agencies = [("a", f"{one['region'] or ''}/{one['agency']}") for one in (row, other)]
        chosen: dict[str, object] = chance.choice(
            ({}, {"province": place}, {"year": year}, {"province": place, "year": year}, {"level": level})
        )
        after = {**chosen, "offset": chance.choice((0, 0, 50, 2000))}
        status = {"status": said} if (said := chance.choice(("", "not_found", "late"))) else {}
        asked: dict[str, object] = chance.choice(({}, {"year": year}, {"province": place}))
        words = chance.choice(WORDS)
        match = " AND ".join(f'"{" ".join(word)}"' for word in words.split())
        site = {"site": chance.choice(sites)} if number % 2 else {}
        cell = {"cell": chance.choice(CELLS), "year": year, "limit": 50}
        for kind, address, same in (
            ("home", "/", f"/{base}"),
            (
                "list",
                f"/reports?{urlencode(after)}",
                table("reports", current=1, _sort_desc="year", **chosen),
            ),
            (
                "list by words",
                f"/reports?{urlencode({'q': name[:4]})}",
                table("reports", current=1, agency__contains=name[:4]),
            ),
            ("report", f"/report/{report}", sql(FIGURES, report=row["number"])),
            (
                "compare",
                f"/compare?{urlencode([*agencies, ('f', CELLS[0])])}",
                sql(SERIES, agency=name, region=row["region"]),
            ),
            (
                "coverage",
                f"/coverage?{urlencode({'province': place, 'year': year, **status})}",
                table("coverage", year=year, region__startswith=place[:2], **status),
            ),
            ("desk", f"/desk/{KINDS[number % 6]}?{urlencode(site)}" if number % 7 else "/desk", ""),
            ("search", f"/search?{urlencode({'q': words, **asked})}", sql(FOUND, match=match)),
            ("api: report", f"/api/reports/{report}/figures", sql(FIGURES, ".json", report=row["number"])),
            ("api: figure", f"/api/figures?{urlencode(cell)}", sql(GREATEST, ".json", year=year)),
        ):
            pages[kind].append((address, same))
    for row in chance.sample(shown, min(many, len(shown))):
        pages["evidence"].append((f"/evidence/{quote(row['report_id'], safe='')}/{CELLS[0]}", ""))
    return pages


@dataclass(frozen=True)
class Served:
    """A server."""

    client: httpx.Client
    process: psutil.Process

    def processor(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def served(command: list[str], url: str) -> Iterator[Served]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            for _ in range(600):
                try:
                    client.get("/")
                    break
                except httpx.TransportError:
                    if process.poll() is not None:
                        raise RuntimeError(f"{command[0]} ended") from None
                    time.sleep(0.2)
            yield Served(client, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def serve(path: Path, store_url: str, port: int) -> None:
    """Serve the explorer on a file (the child process)."""
    import uvicorn

    from dataset.explorer.app import make_app
    from dataset.explorer.explorer import Explorer
    from dataset.explorer.release_file import ReleaseFile
    from storage import open_store

    manifest = max(Path(store_url.removeprefix("file://")).glob("releases/*/manifest.json"))
    said = json.loads(manifest.read_bytes())
    explorer = Explorer(ReleaseFile(said["version"], path, said), open_store(store_url))
    uvicorn.run(make_app(explorer), host="127.0.0.1", port=port, log_level="warning")


@dataclass(frozen=True)
class Times:
    """Seconds of the pages of a kind, sorted; seconds of processor time a page; how many were no answer."""

    seconds: list[float]
    processor: float
    failed: int

    def at(self, share: float) -> float:
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    def __str__(self) -> str:
        failed = f" ({self.failed} failed)" if self.failed else ""
        times = (self.at(0.5), self.at(0.95), self.processor)
        return "{:6.0f} ms {:6.0f} ms {:7.0f} ms".format(*(one * 1e3 for one in times)) + failed


def times_of(served: Served, addresses: list[str]) -> Times:
    """Return the times of the second round."""
    for address in addresses:
        served.client.get(address)
    seconds, failed, used = [], 0, served.processor()
    for address in random.Random(1).sample(addresses, len(addresses)):
        began = time.perf_counter()
        answer = served.client.get(address)
        seconds.append(time.perf_counter() - began)
        failed += answer.status_code != 200
    return Times(sorted(seconds), (served.processor() - used) / len(addresses), failed)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def file_of(folder: Path, reports: int) -> Path:
    """Return the SQLite file of a release of so many reports; make what is not there."""
    from benchmarks.made.archive import make_archive
    from benchmarks.made.larger import make_larger
    from benchmarks.release import publish

    if not (folder / "records").exists():
        make_archive(f"file://{folder}", min(reports, MADE))
    if not (folder / "releases").exists():
        publish(f"file://{folder}")
    whole = max(folder.glob("releases/*/gongkai.sqlite"))
    with sqlite3.connect(f"file:{whole}?mode=ro", uri=True) as file:
        (made,) = file.execute("SELECT count(*) FROM reports WHERE current").fetchone()
    larger = folder / f"gongkai-{reports}.sqlite"
    if reports > made and not larger.exists():
        part = larger.with_suffix(".part")
        part.unlink(missing_ok=True)
        make_larger(whole, part, reports // made)
        part.rename(larger)
    return larger if reports > made else whole


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=2_000)
    parser.add_argument("--addresses", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="make release and file here, and leave them")
    parser.add_argument("--datasette", type=Path, default=shutil.which("datasette"))
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        path, store, port = options.serve
        serve(Path(path), store, int(port))
        return 0
    folder = options.keep or Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    try:
        return measure(folder, options.reports, options.addresses, options.datasette)
    finally:
        if options.keep is None:
            shutil.rmtree(folder)


def measure(folder: Path, reports: int, many: int, datasette: Path | None) -> int:
    from benchmarks.made.archive import bodies
    from storage import open_store

    path, store = file_of(folder, reports), f"file://{folder}"
    pages = draw(path, list(bodies(open_store(store))), many)
    size = path.stat().st_size / 1e6
    print(f"{reports:,} reports, SQLite file of {size:,.0f} MB, {many} addresses of each kind")
    port = free_port()
    with served(
        [sys.executable, __file__, "--serve", str(path), store, str(port)], f"http://127.0.0.1:{port}"
    ) as server:
        ours = {kind: times_of(server, [one for one, _ in some]) for kind, some in pages.items()}
    theirs: dict[str, Times] = {}
    if datasette is not None:
        port = free_port()
        command = [
            str(datasette),
            "serve",
            "-i",
            str(path),
            "-p",
            str(port),
            "--setting",
            "sql_time_limit_ms",
            "60000",
        ]
        with served(command, f"http://127.0.0.1:{port}") as server:
            theirs = {
                kind: times_of(server, [two for _, two in some])
                for kind, some in pages.items()
                if all(two for _, two in some)
            }
    head = f"{'median':>9} {'p95':>9} {'processor':>10}"
    print(f"{'page':<14} {head}   Datasette: {head} {'ratio of p95':>13}")
    for kind, times in ours.items():
        other = theirs.get(kind)
        beside = f"              {other} {times.at(0.95) / other.at(0.95):12.2f}" if other is not None else ""
        print(f"{kind:<14} {times}{beside}")
    worst = max(times.at(0.95) for times in ours.values())
    load = os.getloadavg()[0]
    print(f"worst p95 {worst * 1e3:.0f} ms (goal {GOAL * 1e3:.0f}); load of this machine {load:.1f}")
    return 0 if worst < GOAL and not any(times.failed for times in ours.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
