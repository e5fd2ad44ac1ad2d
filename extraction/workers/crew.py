"""The workers of a pool: starting and ending them, choosing one for a document, how long each may take."""

from __future__ import annotations

import selectors
import sys
import time
from typing import Any

from extraction.workers.limits import WorkerStartError
from extraction.workers.process import Task, Worker

WALL_FACTOR = 4.0
"""Wall-clock time a document may take, in time limits: the limit is of processor time, which a busy machine
does not change; this one ends what waits without working."""

START_LIMIT = 120.0
"""Seconds a worker may take to start."""

DEPTH = 4
"""Documents a worker is given ahead, so that it never waits for the pipe."""

LOOK = 0.25
"""Seconds between looks at the memory of workers, where the kernel does not enforce the limit."""


class Crew:
    """The workers there are, and the selector that says when one of them has something to say.

    Attributes:
        workers: those that run.
        selector: their pipes; the data of each key is its worker.
        looks: whether this process must look at the workers' memory itself.
    """

    def __init__(self, settings: dict[str, Any], processes: int, recycle: int) -> None:
        """Set how many there may be, and after how many documents one is replaced."""
        self.workers: list[Worker] = []
        self.selector = selectors.DefaultSelector()
        self.looks = sys.platform != "linux"
        self._settings = settings
        self._time_limit: float = settings["time_limit"]
        self._processes = processes
        self._recycle = recycle

    def close(self) -> None:
        """End them all and give up the selector."""
        for worker in list(self.workers):
            self.end(worker, killed_for="closed")
        self.selector.close()

    def worker_for(self, task: Task) -> Worker | None:
        """The worker to give a document to, or None while all are busy.

        Raises:
            WorkerStartError: one is wanted and cannot be started.
        """
        usable = [
            worker
            for worker in self.workers
            if not worker.retiring
            and len(worker.tasks) < DEPTH
            and worker.served + len(worker.tasks) < self._recycle
            and not (task.fresh and (worker.served or worker.tasks))
        ]
        best = min(usable, key=lambda worker: len(worker.tasks), default=None)
        if best is not None and not best.tasks:
            return best
        if len(self.workers) < self._processes:
            return self._start()
        if best is None:
            # All are busy, or none will do: one that is idle makes room, else the task waits until one is.
            for worker in self.workers:
                if not worker.tasks:
                    self.end(worker, killed_for="replaced")
                    return self._start()
        return best

    def _start(self) -> Worker:
        try:
            worker = Worker(self._settings)
        except OSError as error:
            raise WorkerStartError(f"no worker process could be started: {error}") from error
        self.workers.append(worker)
        self.selector.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def watch(self, worker: Worker) -> None:
        """Have the selector say when there is room for what could not be sent yet."""
        watched = worker.requests in self.selector.get_map()
        if worker.unsent and not watched:
            self.selector.register(worker.requests, selectors.EVENT_WRITE, worker)
        elif watched and not worker.unsent:
            self.selector.unregister(worker.requests)

    def end(self, worker: Worker, killed_for: str | None = None) -> int:
        """End a worker, with `killed_for` by force, and return how it ended (negative: by that signal)."""
        for end in (worker.answers, worker.requests):
            if end in self.selector.get_map():
                self.selector.unregister(end)
        self.workers.remove(worker)
        if killed_for is not None:
            worker.kill(killed_for)
        return worker.end()

    def deadline(self, worker: Worker) -> float:
        """When a worker's patience ends, on the monotonic clock."""
        if not worker.ready:
            return worker.since + START_LIMIT
        return worker.since + WALL_FACTOR * self._time_limit if worker.tasks else float("inf")

    def patience(self) -> float | None:
        """Seconds until something must be looked at; None where nothing will."""
        soonest = min(map(self.deadline, self.workers), default=float("inf"))
        if self.looks:
            soonest = min(soonest, time.monotonic() + LOOK)
        return None if soonest == float("inf") else max(0.0, soonest - time.monotonic())
