"""What a document costs in an archive of 1,000, 10,000 and 100,000: time, memory, objects read and written.

The archive is made: reports of 20 departments of a county over five years, a site a county. The pages are
those of forty generated reports (tests/corpus) under other names; their records are those of the present
extractor, under other names too, so that making 100,000 takes minutes. Then, each in a process of its own:

    night       a night in which no list has changed: what the crawl does to the archive (lease, state, a
                segment of captures, state again), without network and Scrapy; extraction; the run's summary
    verify      `gongkai verify --sample 0.01`: lists everything, reads a hundredth
    share       `gongkai verify --rolling 0.033`: a night's share
    pack        `gongkai pack`
    dry         `gongkai reextract --dry-run`, at most a tenth of --most documents
    reextract   by an extractor with a new id, from packs, one worker process, at most --most documents
    publish     a release; only where asked for (benchmarks/release.py is about releases)

Objects are counted at the store's operations (a group of objects counts as many). The goal: per document,
the most at the largest archive is at most GROWTH times what it is at the smallest.

    python benchmarks/scale.py [--documents 1000 10000] [--most 3000] [--folder DIR] [--phases night …]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

GROWTH = 1.5
OF_A_SITE = 100
FRESH = "9.9.9+scale"
PLACEHOLDER = "新乡市牧野区教育局"
RUN = "20260101T000000Z-000000"
DEPARTMENTS = (
    "教育局", "财政局", "民政局", "司法局", "审计局", "统计局", "水利局", "应急管理局", "卫生健康局",
    "交通运输局",
    "农业农村局", "自然资源局", "市场监督管理局", "医疗保障局", "信访局", "发展和改革局", "住房和城乡建设局",
    "人力资源和社会保障局", "文化和旅游局", "退役军人事务局",
)  # fmt: skip
YEARS = range(2021, 2026)
PHASES = ("night", "verify", "share", "pack", "dry", "reextract", "publish")


# -- the archive


def counties() -> Iterator[tuple[str, str, str]]:
    """Yield code, name and city of counties, no two of one name."""
    from extraction.regions import find
    from extraction.regions.table import divisions

    seen = set()
    for code in sorted(divisions()):
        found = find(code)
        if code.endswith("00") or found is None or found.valid_to is not None or len(found.parents) != 2:
            continue
        city = find(found.parents[1])
        if city is not None and (name := city.name + found.name) not in seen and found.name != "牧野区":
            seen.add(name)
            yield code, found.name, city.name


def bases() -> dict[int, list[tuple[str, str]]]:
    """Return pages and records of reports, eight of each year, as text that has the placeholder's name."""
    from extraction import extract
    from tests.corpus.generate import document
    from tests.corpus.reports import Options

    found: dict[int, list[tuple[str, str]]] = {}
    for year in YEARS:
        good = found.setdefault(year, [])
        for number in range(1000):
            options = Options(deviations=set(), year=year, edition="2021", profile="medium")
            rendered, truth = document(7, number, "html", options)
            if len(rendered.data) > 30_000:
                continue
            try:
                page = rendered.data.decode().replace(truth["agency"], PLACEHOLDER)
            except UnicodeDecodeError:
                continue
            record = extract(page.encode()).to_dict()
            read = record.get("report") or {}
            if (read.get("agency"), read.get("year"), record["issues"]) == (PLACEHOLDER, year, []):
                text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
                text = text.replace(record["document"]["sha256"], "{sha256}")
                good.append((page, text.replace(f'"bytes":{record["document"]["bytes"]}', '"bytes":{bytes}')))
            if len(good) == 8:
                break
    return found


def site_of(number: int, code: str, name: str, city: str) -> dict[str, Any]:
    return {
        "id": f"s{number:05d}", "name": f"{city}{name}人民政府", "region": code,
        "start": [f"http://s{number:05d}.example/gknb/"], "evidence": "made for a benchmark",
    }  # fmt: skip


def first_record(read: list[tuple[str, bytes]]) -> tuple[str, dict[str, Any]]:
    from storage.seal import unseal

    key, data = read[0]
    return key.rpartition("/")[2].removesuffix(".json"), json.loads(unseal(data))


def make(folder: Path, documents: int) -> None:
    import hashlib

    import extraction
    from crawlers.registry import Site
    from flows.run import keep_entry
    from storage import Archive, Capture, CaptureWriter, RecordStore, Trail, open_store, refresh_state
    from storage.seal import seal

    os.fsync = lambda _: None  # a benchmark's archive may be lost
    store = open_store(folder.as_uri())
    records = RecordStore(store, extraction.EXTRACTOR)
    pages = bases()
    dice = random.Random(20261122)
    for number, (code, name, city) in zip(range(documents // OF_A_SITE), counties(), strict=False):
        site = Site.model_validate(site_of(number, code, name, city))
        keep_entry(store, site)
        writer = CaptureWriter(store, site.id, RUN)
        listing = f"http://{site.id}.example/gknb/"
        bodies, read, kinds = [], [], {}
        for department in DEPARTMENTS:
            agency = f"{city}{name}{department}"
            for year in YEARS:
                page, text = dice.choice(pages[year])
                body = page.replace(PLACEHOLDER, agency).replace("410711", code).encode()
                sha256 = hashlib.sha256(body).hexdigest()
                url = f"http://{site.id}.example/gknb/t{year}_{len(bodies)}.html"
                bodies.append(body)
                text = (
                    text.replace(PLACEHOLDER, agency).replace('"牧野区"', f'"{name}"').replace("410711", code)
                )
                text = text.replace("{sha256}", sha256).replace("{bytes}", str(len(body)))
                read.append((records.key(sha256), seal(text.encode())))
                kinds[sha256] = "report"
                writer.add(
                    Capture(
                        id=writer.next_id(), run=RUN, site=site.id, role="document", url=url, final_url=url,
                        time="2026-01-01T00:00:00Z", outcome="new", status=200, sha256=sha256,
                        size=len(body), media_type="text/html", sniffed_type="text/html",
                        response_headers={"etag": f'"{sha256[:16]}"'},
                        trail=Trail(listing, f"{agency}{year}年政府信息公开年度报告", f"{year + 1}-01-20"),
                    )
                )  # fmt: skip
        Archive(store).put_bodies(bodies)
        writer.close()
        if not number:
            records.put_new(*first_record(read))  # which also notes the extractor
        store.put_new_many(read)
        records.save_manifest(site.id, kinds)
        refresh_state(store, site.id)


# -- the phases


def night(url: str, _: argparse.Namespace) -> int:
    from flows import run as work
    from flows.reextract import all_sites
    from storage import Archive, Capture, CaptureWriter, new_run_id, open_store, refresh_state, timestamp
    from storage.leases import SiteLease
    from storage.refetch import load_refetch
    from storage.tombstones import removed_addresses

    store = open_store(url)
    listed = Archive(store).put_body(b"a list")[0]
    entries = [json.loads(store.get(f"sites/{site}/entry.json")) for site in all_sites(store)]
    for entry in entries:
        entry.pop("seal")
    plan = work.make_plan(url, work.choose_sites(None, None, entries))
    summary = work.begin_run(store, plan)
    figures = {}
    for site in plan.sites:
        run = new_run_id(datetime.now(UTC))
        lease = SiteLease(store, site, run)
        lease.take()
        state = refresh_state(store, site)
        removed_addresses(store, site)
        load_refetch(store, site)
        writer = CaptureWriter(store, site, run, after=state.latest_run)
        listing = f"http://{site}.example/gknb/"
        for page in range(2):
            writer.add(
                Capture(
                    id=writer.next_id(), run=run, site=site, role="listing", url=f"{listing}?{page}",
                    final_url=f"{listing}?{page}", time=timestamp(datetime.now(UTC)), outcome="unchanged_304",
                    status=304, sha256=listed, size=6,
                )
            )  # fmt: skip
        writer.close()
        refresh_state(store, site)
        lease.give_back()
        figures[site] = {"pages": 2, "outcomes": {"unchanged_304": 2}, "finished": "ok"}
    extracted: dict[str, Any] = {}
    for shard in plan.shards:
        extracted |= work.extract_sites(url, shard)
    ended = work.end_run(store, summary, figures, extracted, [])
    assert ended["exit"] == 0, ended["alerts"][:3]
    assert ended["counts"]["extracted"] == 0
    return int(ended["counts"]["report_bodies"])


def verify(url: str, _: argparse.Namespace) -> int:
    from storage import Counts, open_store
    from storage import verify as check

    counts = Counts()
    wrong = [one for one in check(open_store(url), 0.01, counts=counts) if one.severity == "error"]
    assert not wrong, wrong[:3]
    return counts.bodies


def share(url: str, _: argparse.Namespace) -> int:
    from storage import open_store
    from storage.rolling import verify_share

    found = verify_share(open_store(url), 1 / 30)
    assert not [one for one in found["findings"] if one["severity"] == "error"], found["findings"][:3]
    return int(found["counts"]["bodies"])


def pack(url: str, _: argparse.Namespace) -> int:
    from flows.pack import pack_bodies
    from storage import open_store

    done = pack_bodies(open_store(url))
    assert not done.problems
    return done.added


def again(url: str, most: int, *, dry_run: bool) -> int:
    import extraction
    import extraction.workers
    from flows.executors import Local
    from flows.reextract import Options, reextract
    from storage import open_store

    extraction.EXTRACTOR = FRESH
    sys.path.append(str(ROOT / "benchmarks"))  # workers have it too
    with extraction.workers.Extractor(function="scale_extractor:extract") as extractor:
        options = Options(dry_run=dry_run, limit=most)
        tally = reextract(open_store(url), Local(extractor=extractor), options)
    assert not tally.problems, tally.problems[:3]
    # Of a few counties the extractor says the division otherwise; the figures must be the same.
    assert not tally.changed_cells, "the records that were made are not those that the extractor makes"
    return tally.read


def publish(url: str, _: argparse.Namespace) -> int:
    from dataclasses import replace

    from dataset.gates import load_bounds
    from flows.publish import publish_release
    from storage import open_store

    # Without the gate of another library, which is another benchmark.
    publication = publish_release(open_store(url), replace(load_bounds(), datapackage_valid=False))
    return int(publication.counts["reports"])


ACTS: dict[str, Callable[[str, argparse.Namespace], int]] = {
    "night": night,
    "verify": verify,
    "share": share,
    "pack": pack,
    "reextract": lambda url, options: again(url, options.most, dry_run=False),
    "dry": lambda url, options: again(url, max(100, options.most // 10), dry_run=True),
    "publish": publish,
}


# -- measuring


def count_operations(counts: Counter[str]) -> None:
    """Count what is asked of the store, wherever it is opened in this process."""
    from storage.local import LocalStore

    kinds = {
        "read": ("get", "get_tagged", "get_range", "open"),
        "written": ("put", "put_new", "put_new_file", "put_if", "put_new_many"),
        "stat": ("stat",),
        "listed": ("list",),
    }
    for kind, names in kinds.items():
        for name in names:
            setattr(LocalStore, name, counting(getattr(LocalStore, name), kind, counts))


def counting(operation: Callable[..., Any], kind: str, counts: Counter[str]) -> Callable[..., Any]:
    def counted(*given: Any, **named: Any) -> Any:
        counts[kind] += len(given[1]) if operation.__name__ == "put_new_many" else 1
        return operation(*given, **named)

    return counted


def measure(phase: str, options: argparse.Namespace) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    count_operations(counts)
    began = time.perf_counter()
    documents = ACTS[phase](options.store, options)
    return {
        "documents": documents,
        "seconds": time.perf_counter() - began,
        "processor": sum(
            usage.ru_utime + usage.ru_stime
            for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        ),
        "memory": peak_memory(),
        **{kind: counts[kind] for kind in ("read", "written", "stat", "listed")},
    }


def peak_memory() -> float:
    """Return megabytes; ru_maxrss would know the parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--most", type=int, default=3000, help="documents of a re-extraction")
    parser.add_argument("--folder", type=Path, help="keep the archives here, and take those that are here")
    parser.add_argument("--phases", nargs="+", default=PHASES[:-1], choices=PHASES)
    parser.add_argument("--measure", choices=PHASES, help=argparse.SUPPRESS)
    parser.add_argument("--store", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options)))
        return 0
    folder = options.folder or Path(tempfile.mkdtemp(prefix="gongkai-scale-"))
    cost: dict[str, list[float]] = {}
    print("documents  phase        done    seconds  doc/s  CPU ms/doc   MB   read  written  stat  listings")
    try:
        for documents in options.documents:
            archive = folder / str(documents)
            if not archive.exists():
                make(folder / f"{documents}.part", documents)
                (folder / f"{documents}.part").rename(archive)
            for phase in options.phases:
                found = json.loads(
                    subprocess.run(
                        [sys.executable, __file__, "--measure", phase, "--store", archive.as_uri(), "--most",
                         str(options.most)],
                        check=True, stdout=subprocess.PIPE, text=True,
                    ).stdout.splitlines()[-1]
                )  # fmt: skip
                done = max(1, found["documents"])
                cost.setdefault(phase, []).append(found["processor"] / done)
                print(
                    f"{documents:9,}  {phase:<10} {done:7,} {found['seconds']:9.1f} "
                    f"{done / found['seconds']:7.0f} {1000 * found['processor'] / done:10.2f} "
                    f"{found['memory']:6.0f} {found['read']:7,} {found['written']:7,} {found['stat']:7,} "
                    f"{found['listed']:7,}",
                    flush=True,
                )
    finally:
        if options.folder is None:
            shutil.rmtree(folder)
    growth = {phase: each[-1] / each[0] for phase, each in cost.items() if len(each) > 1}
    for phase, factor in growth.items():
        print(f"{phase}: a document costs {factor:.2f} times the processor time at the largest archive")
    print(f"load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0 if all(factor <= GROWTH for factor in growth.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
