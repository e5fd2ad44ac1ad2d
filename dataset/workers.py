"""The processors of this machine for a release: jobs of a function, answers in the order of the jobs.

Few jobs are done here: a process takes a second to start. Each process ends with the one that started it,
however that ends.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.abc import MetaPathFinder
from itertools import chain, islice
from types import TracebackType
from typing import Self, TypeVar

from dataset.versions import ReleaseError

FEW = 8
"""Jobs that no process is started for."""
AHEAD = 3
"""Jobs for each process whose answers nobody has taken yet: bounds memory."""

Tag = TypeVar("Tag")
Job = TypeVar("Job")
Answer = TypeVar("Answer")


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """Processes that are started when there is enough to do. Use as a context manager."""

    def __init__(self, processes: int | None = None) -> None:
        """Args: how many; as many as there are processors where not given. With one, all is done here."""
        self._processes = processors() if processes is None else processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(
        self,
        function: Callable[[Job], Answer],
        jobs: Iterable[tuple[Tag, Job]],
        here: Callable[[Job], Answer] | None = None,
    ) -> Iterator[tuple[Tag, Answer]]:
        """Yield for each job what it is tagged with and the answer.

        Args:
            function: of a module; depends on the job alone.
            jobs: taken a bounded number ahead of the answers.
            here: does the same in this process, where not `function`.

        Raises:
            ReleaseError: a process was killed.
        """
        remaining = iter(jobs)
        first = list(islice(remaining, FEW))
        if self._processes < 2 or (self._pool is None and len(first) < FEW):
            for tag, job in chain(first, remaining):
                yield tag, (here or function)(job)
            return
        pool = self._started()
        window: deque[tuple[Tag, Future[Answer]]] = deque()
        try:
            for tag, job in chain(first, remaining):
                window.append((tag, pool.submit(function, job)))
                if len(window) >= AHEAD * self._processes:
                    yield _taken(window)
            while window:
                yield _taken(window)
        except BrokenProcessPool as error:
            raise ReleaseError(
                "a process that made the release was killed, perhaps for want of memory; try again"
            ) from error

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: this process may have threads.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, context, _begin)
        return self._pool


def _taken(window: deque[tuple[Tag, Future[Answer]]]) -> tuple[Tag, Answer]:
    tag, future = window.popleft()
    return tag, future.result()


class _NoPandas(MetaPathFinder):
    """Says that there is no pandas: Arrow would import it to ask whether a list is one of its own."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def _begin() -> None:
    sys.meta_path.insert(0, _NoPandas())
    # Records are trees of many small objects without cycles: looking for some would take longer than reading.
    gc.set_threshold(1_000_000)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
