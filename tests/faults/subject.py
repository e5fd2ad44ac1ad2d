"""The sites that are crawled, the archives that come of it, and when two of them are the same."""

from __future__ import annotations

import csv
import gzip
import io
import json
import queue
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from dataset.versions import load_versions, verify_releases
from gongkai.demo.catalogue import report_fragment
from storage import ObjectStore, load_state, verify
from storage.captures import check_name, read_captures
from storage.seal import unseal_any

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "sites"))

from sim_server import GovernmentSite, serve  # noqa: E402 - needs the path above

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FRAGMENTS = (("huayuan-2024.html", "2024"), ("xinhuilu-2020.html", "2020"))


def build(name: str, years: range, fragment: tuple[str, str], *, attachment: bool) -> GovernmentSite:
    """A static site with a column of annual reports."""
    site = GovernmentSite()
    lines = []
    for year in years:
        title = f"{name}{year}年政府信息公开工作年度报告"
        link = f'<p><a href="f{year}.pdf">附件：{title}.pdf</a></p>' if attachment else ""
        site.page(
            f"/gknb/t{year}0115_{year}.html",
            f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div class='TRS_Editor'>"
            f"{report_fragment(fragment[0]).replace(fragment[1], str(year))}</div>{link}</body></html>",
        )
        if attachment:
            site.file(f"/gknb/f{year}.pdf", PDF + b"%% %d\n" % year, "application/pdf")
        lines.append(
            f'<li><a href="/gknb/t{year}0115_{year}.html">{title}</a><span>{year + 1}-01-15</span></li>'
        )
    site.page(
        "/gknb/",
        f"<html><head><title>政府信息公开年报</title></head><body><ul>{''.join(lines)}</ul></body></html>",
    )
    return site


def warm_up(extract: Callable[[bytes], Any]) -> None:
    """Have everything read that a report needs on first use."""
    site = build("青山区人民政府", range(2022, 2023), FRAGMENTS[0], attachment=True)
    for page in site.pages.values():
        extract(page.body)


@contextmanager
def sites() -> Iterator[list[dict[str, Any]]]:
    """Serve two sites; yields their registry entries."""
    with ExitStack() as stack:
        entries = []
        for number, (name, years, attachment) in enumerate(
            (("青山区人民政府", range(2022, 2024), False), ("柳河镇人民政府", range(2023, 2024), True))
        ):
            base = stack.enter_context(serve(build(name, years, FRAGMENTS[number], attachment=attachment)))
            entries.append(
                {
                    "id": f"site-{number}", "name": name, "region": "410711", "start": [f"{base}/gknb/"],
                    "allow_private": True, "delay": 0.0, "evidence": "a test",
                }
            )  # fmt: skip
        yield entries


@dataclass
class Nights:
    """Servers that fork nights, two: as many nights go on at the same time."""

    log: Path
    entries: list[dict[str, Any]]
    environment: dict[str, str]
    free: queue.Queue[subprocess.Popen[str]] = field(default_factory=queue.Queue)

    COUNT = 2

    def __enter__(self) -> Self:
        for _ in range(self.COUNT):
            with self.log.open("a") as log:
                self.free.put(
                    subprocess.Popen(
                        [sys.executable, str(ROOT / "tests/faults/night.py")],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                        text=True, env=self.environment, cwd=ROOT,
                    )
                )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        for _ in range(self.COUNT):
            process = self.free.get(timeout=60)
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.close()
                process.wait(60)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()

    def run(self, url: str, **trial: Any) -> dict[str, Any]:
        """Have a night; returns its exit code (-9: killed) and how many points it passed."""
        root = url.removeprefix("file://")
        line = {"store": url, "entries": self.entries, "log": str(self.log), "root": root, **trial}
        process = self.free.get()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(line) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline() or "{}")
        finally:
            self.free.put(process)
        return answer

    def each(self, trial: Callable[[Any], int], items: Iterable[Any]) -> int:
        """Do trials side by side; returns the sum of their answers."""
        with ThreadPoolExecutor(self.COUNT) as pool:
            return sum(pool.map(trial, items))


def contents(store: ObjectStore) -> dict[str, Any]:
    """What an archive says, without the moments and run ids: equal for nights that ended the same."""
    said: dict[str, Any] = {"raw": sorted(store.list("raw/")), "states": {}, "release": {}}
    for key in store.list("records/"):
        said[key] = json.loads(unseal_any(store.get(key)))
    for key in store.list("sites/"):
        if key.endswith("/entry.json"):
            said[key] = store.get(key)
    for site in sorted({key.split("/")[1] for key in store.list("sites/")}):
        check_name(site, "site")
        said["states"][site] = {
            key: (
                one.role,
                one.sha256,
                one.size,
                one.etag,
                one.parent,
                [version.sha256 for version in one.versions],
            )
            for key, one in load_state(store, site).resources.items()
        }
    versions = load_versions(store)
    if versions:
        prefix = f"releases/{versions[-1]['version']}/"
        names = ["reports.csv", "documents.csv", "issues.csv"]
        names += sorted(key.removeprefix(f"{prefix}csv/") for key in store.list(f"{prefix}csv/figures/"))
        for name in names:
            data = store.get(f"{prefix}csv/{name}")
            text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
            rows = csv.DictReader(io.StringIO(text))
            said["release"].setdefault(name.replace("/", ".").partition(".")[0], []).extend(
                {
                    column: value
                    for column, value in row.items()
                    if not column.endswith(("_at", "seen", "since"))
                }
                for row in rows
            )
    return said


def problems(store: ObjectStore) -> list[Any]:
    """What `gongkai verify` would find, and captures that were written twice."""
    found: list[Any] = list(verify(store))
    found += list(verify_releases(store))
    ids = [one.id for site in ("site-0", "site-1") for one in read_captures(store, site)]
    if len(ids) != len(set(ids)):
        found.append("a capture stands there twice")
    return found
