"""A night in a process that can be killed cheaply: a server that has everything imported and forks.

    python tests/faults/night.py     one trial a line as JSON in, one answer a line out

A trial is a night over a store: begin a run, crawl in a child of its own, extract, end the run, publish;
the same functions that the flow's tasks call. It is killed, with its whole group, where `kill` says:

    "kill": null                                                         not at all
    "kill": {"at": 17, "of": "system"}                                   before a call that changes the disk
    "kill": {"at": 17, "of": "store", "when": "before|after|middle"}     around an operation on the store
    "shadow": FOLDER                                                     gets what was forced to disk
    "disk": BYTES                                                        and then the disk is full
    "spool": FOLDER                                                      for what the store does not take
"""

from __future__ import annotations

import errno
import importlib
import json
import mmap
import os
import random
import shutil
import signal
import struct
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

SYSTEM = frozenset({"os.link", "os.rename", "os.remove", "os.mkdir", "open", "os.truncate"})
STORE = frozenset(
    {
        "get", "put_new", "put_new_many", "put", "list", "stat", "open", "put_new_file", "get_tagged",
        "put_if",
    }
)  # fmt: skip

PRELOADED = (
    "crawlers.child", "crawlers.settings", "crawlers.spider", "dataset.release", "flows.extract", "flows.run",
    "scrapy.crawler", "scrapy.core.downloader.contextfactory", "scrapy.core.downloader.handlers.datauri",
    "scrapy.core.downloader.handlers.file", "scrapy.core.downloader.handlers.ftp",
    "scrapy.core.downloader.handlers.http11", "scrapy.core.downloader.handlers.s3",
    "scrapy.downloadermiddlewares.cookies", "scrapy.downloadermiddlewares.httpcompression",
    "scrapy.downloadermiddlewares.httpproxy", "scrapy.downloadermiddlewares.redirect",
    "scrapy.downloadermiddlewares.retry", "scrapy.extensions.feedexport", "scrapy.extensions.telnet",
    "scrapy.extensions.memusage", "scrapy.pqueues", "scrapy.spidermiddlewares.depth",
    "scrapy.spidermiddlewares.httperror", "scrapy.spidermiddlewares.metacopy", "scrapy.squeues",
    "crawlers.redirects", "storage.s3", "storage.tombstones",
)  # fmt: skip

# The extraction's workers start processes, which costs half a second a night and is tested elsewhere.


class InProcess:
    """`extraction.workers.Extractor`, without workers."""

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def readings(self, items: Any) -> Iterator[tuple[Any, Any]]:
        import extraction
        from extraction.workers import Reading

        for key, data, _, _ in items:
            record = extraction.extract(data)
            yield key, Reading(record.to_dict(), record.to_json().encode())


class Counter:
    """Counts over processes; the one that counts to the end kills the group."""

    def __init__(self, kill: dict[str, Any] | None) -> None:
        self.kill = kill or {}
        self._shared = mmap.mmap(-1, 8)
        self._lock = threading.Lock()

    def count(self) -> int:
        with self._lock:  # two processes take turns here: the crawl is over before the flow goes on
            number: int = struct.unpack("q", self._shared[:8])[0] + 1
            self._shared[:8] = struct.pack("q", number)
        return number

    @property
    def value(self) -> int:
        return int(struct.unpack("q", self._shared[:8])[0])

    def is_now(self, of: str) -> bool:
        return self.kill.get("of") in (of, None) and self.count() == self.kill.get("at")


def die() -> None:
    os.killpg(0, signal.SIGKILL)
    time.sleep(60)


class Mortal:
    """A store whose process may be killed around an operation."""

    def __init__(self, store: Any, counter: Counter) -> None:
        self._store, self._counter = store, counter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name not in STORE or self._counter.kill.get("of") != "store":
            return found

        def operation(*arguments: Any, **named: Any) -> Any:
            if not self._counter.is_now("store"):
                return found(*arguments, **named)
            when = self._counter.kill.get("when", "before")
            if when == "before":
                die()
            if when == "middle":
                threading.Timer(self._counter.kill.get("delay", 0.001), die).start()
            answer = found(*arguments, **named)
            if when == "after":
                die()
            return answer

        return operation


def watch_system(counter: Counter, root: str) -> None:
    """Kill before the n-th call that changes a file below `root`."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in SYSTEM or not any(str(one).startswith(root) for one in arguments[:2]):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE):
            return
        if counter.is_now("system"):
            die()

    sys.addaudithook(hook)
    real_write, real_fsync = os.write, os.fsync

    def write(descriptor: int, data: Any) -> int:
        # Half a write, then death: a file that is cut off.
        if str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith(root) and counter.is_now("system"):
            real_write(descriptor, bytes(data)[: len(data) // 2])
            die()
        return real_write(descriptor, data)

    def fsync(descriptor: int) -> None:
        if counter.is_now("system"):
            die()
        real_fsync(descriptor)

    os.write, os.fsync = write, fsync


def fill_disk(room: int, root: str) -> None:
    """Let the disk below `root` be full after so many bytes."""
    real_write = os.write
    left = [room]

    def write(descriptor: int, data: Any) -> int:
        if str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith(root):
            left[0] -= len(data)
            if left[0] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real_write(descriptor, data)

    os.write = write


def keep_shadow(shadow: Path, root: str) -> None:
    """Copy to `shadow` what fsync forces to disk: the bytes of files and the names in folders, by inode."""
    real_fsync = os.fsync
    lock = threading.Lock()

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        real_fsync(descriptor)
        if not str(path).startswith(root) and not root.startswith(str(path)):
            return
        inode = os.fstat(descriptor).st_ino
        part = shadow / f".{os.getpid()}-{threading.get_ident()}"
        if path.is_dir():
            names = {entry.name: [entry.inode(), entry.is_dir()] for entry in os.scandir(path)}
            part.write_text(json.dumps(names))
        else:
            with Path(f"/proc/self/fd/{descriptor}").open("rb") as file, part.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        with lock:
            part.replace(shadow / str(inode))

    os.fsync = fsync


def night(trial: dict[str, Any], counter: Counter) -> None:
    import flows.run as work
    from crawlers.job import Politeness
    from dataset.gates import load_bounds
    from dataset.release import publish
    from flows.extract import extract_site
    from storage import open_store

    url = trial["store"]
    if trial.get("shadow"):
        keep_shadow(Path(trial["shadow"]), trial["root"])
    if trial.get("disk"):
        fill_disk(trial["disk"], trial["root"])
    if trial.get("spool"):
        os.environ["GONGKAI_SPOOL"] = trial["spool"]
    if counter.kill.get("of") == "system":
        watch_system(counter, trial["root"])
    store: Any = Mortal(open_store(url), counter)
    # Everything is asked every night: what a night may leave for later is no matter here.
    wanted = {"backoff": 0.01, "wall_retry": 0.0, "flush_captures": 4, "browser": False, "recheck_days": 0}
    settings = {name: value for name, value in wanted.items() if name in Politeness.model_fields}
    sites = work.choose_sites(None, None, trial["entries"])
    plan = work.make_plan(url, sites, settings=settings)
    summary = work.begin_run(store, plan)
    with tempfile.TemporaryDirectory() as folder:
        figures = crawl(store, plan, Path(folder) / "out.json")
    extracted = {}
    for site in plan.sites:
        extracted[site] = extract_site(store, site, InProcess()).as_dict()  # type: ignore[arg-type]
    ended = work.end_run(store, summary, figures["sites"], extracted, [])
    assert ended["exit"] == 0 or trial.get("partial"), ended["alerts"]
    import extraction

    # Without frictionless: it reads, and takes longer than all else.
    bounds = replace(load_bounds(), datapackage_valid=False)
    publish(store, extractor=extraction.EXTRACTOR, now=datetime.now(UTC), bounds=bounds)


def crawl(store: Any, plan: Any, out: Path) -> dict[str, Any]:
    """Crawl in a child, as the flow does."""
    child = os.fork()
    if not child:
        code = 70
        try:
            from crawlers.child import run
            from crawlers.job import Job, Politeness

            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            job = Job(
                run=plan.run, store=plan.store, sites=tuple(plan.sites.values()),
                settings=Politeness.model_validate(dict(plan.settings)), out=out,
            )  # fmt: skip
            code = run(job, store)
        except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status):
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    figures: dict[str, Any] = json.loads(out.read_bytes())
    return figures


@contextmanager
def quiet(log: str) -> Iterator[None]:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 2)
    yield


def main() -> None:
    import extraction

    for name in PRELOADED:
        importlib.import_module(name)
    from storage import StoreUnreachableError
    from tests.faults.subject import warm_up

    warm_up(extraction.extract)  # tables of editions and regions are read on first use
    assert "twisted.internet.reactor" not in sys.modules, "a forked child must not share a reactor"
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        trial = json.loads(line)
        counter = Counter(trial.get("kill"))
        began = time.monotonic()
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            code = 70
            with quiet(trial["log"]):
                try:
                    random.seed()
                    night(trial, counter)
                    code = 0
                except StoreUnreachableError:
                    traceback.print_exc()
                    code = 4
                except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
                    traceback.print_exc()
                finally:
                    os._exit(code)
        _, status = os.waitpid(child, 0)
        answer = {
            "code": os.waitstatus_to_exitcode(status),
            "count": counter.value,
            "seconds": time.monotonic() - began,
        }
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
