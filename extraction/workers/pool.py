"""`Extractor`: documents through workers, in order, each within its limits."""

from __future__ import annotations

import hashlib
import heapq
import logging
import selectors
import signal
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from extraction.record import canonical
from extraction.version import EXTRACTOR
from extraction.workers.crew import LOOK, Crew
from extraction.workers.limits import (
    CRASHED,
    LIMIT_CODES,
    MEMORY,
    MEMORY_LIMIT,
    SECONDS,
    SUSPECT,
    TIME_LIMIT,
    UNKNOWN_MEDIA_TYPE,
    WorkerStartError,
    limit_record,
    message_of,
)  # fmt: skip
from extraction.workers.process import Task, Worker
from extraction.workers.wire import Answer, WireError, parse_object

logger = logging.getLogger(__name__)

Key = TypeVar("Key")

START_ATTEMPTS = 3

READ_AHEAD = 8
"""Documents taken from the input ahead of the output, for each process."""

READ_AHEAD_BYTES = 64 * 1024 * 1024
"""Bytes of documents that may be on their way, unless one alone is larger."""

OURS = "extraction:extract"

_RANDOM_DEATHS = (signal.SIGKILL, signal.SIGTERM)


class Reading(NamedTuple):
    """What was read from a document.

    Attributes:
        record: the record, as ``extraction.extract(...).to_dict()`` gives it.
        data: its canonical JSON, as ``extraction.extract(...).to_json()`` gives it, in UTF-8.
    """

    record: dict[str, Any]
    data: bytes


class Extractor:
    """Extraction in worker processes that are killed when a document exceeds its limits, and replaced.

    Not for use by several threads at once; one `map` at a time. Workers start when first needed, and end with
    the ``with`` block or, however this process ends, with it.
    """

    def __init__(
        self,
        time_limit: float = SECONDS,
        memory_limit: int = MEMORY,
        processes: int = 1,
        *,
        recycle: int = 2000,
        function: str = OURS,
    ) -> None:
        """Set the limits.

        Args:
            time_limit: seconds of processor time for one document; of wall-clock time, `WALL_FACTOR` times.
            memory_limit: bytes of memory for one document, above what the worker holds before its first.
            processes: workers.
            recycle: documents after which a worker is replaced, so that what libraries leak does not add up.
            function: ``module:function`` to call in place of extract; its module has an ``EXTRACTOR`` too.
        """
        if time_limit <= 0 or memory_limit <= 0 or processes < 1 or recycle < 1:
            raise ValueError("limits, processes and recycle must be positive")
        self.time_limit = time_limit
        self.memory_limit = memory_limit
        settings = {"time_limit": time_limit, "memory_limit": memory_limit, "function": function}
        self._processes = processes
        self._crew = Crew(settings, processes, recycle)
        self._looked = 0.0
        self._failed_starts = 0
        self._extractor = EXTRACTOR if function == OURS else None
        self._mapping = False
        self._closed = False
        # Of the map that runs:
        self._waiting: list[tuple[int, Task]] = []
        self._finished: dict[int, Reading] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers. May be called again."""
        if not self._closed:
            self._crew.close()
        self._closed = True

    def extract(self, data: bytes, media_type: str | None = None, url: str | None = None) -> dict[str, Any]:
        """The record of one document, as ``extraction.extract(...).to_dict()`` gives it."""
        ((_, record),) = self.map([(None, data, media_type, url)])
        return record

    def map(
        self, items: Iterable[tuple[Key, bytes, str | None, str | None]]
    ) -> Iterator[tuple[Key, dict[str, Any]]]:
        """Yield (key, record) for each (key, data, media type, url), in the order given: see `readings`."""
        return ((key, reading.record) for key, reading in self.readings(items))

    def readings(
        self, items: Iterable[tuple[Key, bytes, str | None, str | None]]
    ) -> Iterator[tuple[Key, Reading]]:
        """Yield (key, reading) for each (key, data, media type, url), in the order given.

        Input is taken a bounded number of documents and bytes ahead of the output.

        Raises:
            WorkerStartError: no worker can be started.
            RuntimeError: another map of this extractor has not ended, or the extractor is closed.
        """
        if self._closed:
            raise RuntimeError("the extractor is closed")
        if self._mapping:
            raise RuntimeError("this extractor is in use: one map at a time, and not from several threads")
        self._mapping = True
        try:
            yield from self._map(iter(items))
        finally:
            self._mapping = False
            self._waiting.clear()
            self._finished.clear()
            # Left in the middle: what is still being read is nobody's any more.
            for worker in [worker for worker in self._crew.workers if worker.tasks]:
                self._crew.end(worker, killed_for="closed")

    def _map(
        self, source: Iterator[tuple[Key, bytes, str | None, str | None]]
    ) -> Iterator[tuple[Key, Reading]]:
        keys: dict[int, tuple[Key, int]] = {}
        taken = given = on_way = 0
        exhausted = False
        while not (exhausted and given == taken):
            room = not exhausted and taken - given < READ_AHEAD * self._processes
            if room and (on_way < READ_AHEAD_BYTES or taken == given):
                try:
                    key, data, media_type, url = next(source)
                except StopIteration:
                    exhausted = True
                    continue
                keys[taken] = key, len(data)
                on_way += len(data)
                heapq.heappush(self._waiting, (taken, Task(taken, data, media_type, url)))
                taken += 1
            else:
                room = False
            self._assign()
            self._pump(wait=not room and given not in self._finished)
            if given in self._finished:
                key, size = keys.pop(given)
                reading = self._finished.pop(given)
                on_way -= size
                given += 1
                yield key, reading

    # -- giving documents to workers

    def _assign(self) -> None:
        """Give what waits to workers, first come first served."""
        while self._waiting:
            task = self._waiting[0][1]
            worker = self._crew.worker_for(task)
            if worker is None:
                return
            heapq.heappop(self._waiting)
            worker.give(task)
            self._crew.watch(worker)

    # -- hearing from workers

    def _pump(self, *, wait: bool) -> None:
        """Move bytes, hold workers to their limits; with `wait`, until there is something to do."""
        heard: set[int] = set()
        for event, mask in self._crew.selector.select(self._crew.patience() if wait else 0):
            worker: Worker = event.data
            if worker not in self._crew.workers:
                continue  # ended by an earlier event of this round
            if mask & selectors.EVENT_WRITE:
                worker.send()
                self._crew.watch(worker)
            if mask & selectors.EVENT_READ:
                heard.add(id(worker))
                self._hear(worker)
        now = time.monotonic()
        for worker in list(self._crew.workers):
            # One whose answer is already here was in time: it was we who came late.
            if id(worker) not in heard and now >= self._crew.deadline(worker):
                self._lost(worker, killed_for=TIME_LIMIT if worker.ready else "start")
        if self._crew.looks:
            self._look_at_memory(now)

    def _look_at_memory(self, now: float) -> None:
        if now - self._looked < LOOK:
            return
        self._looked = now
        for worker in list(self._crew.workers):
            if worker.ready and worker.tasks and worker.resident() > self.memory_limit:
                self._lost(worker, killed_for=MEMORY_LIMIT)

    def _hear(self, worker: Worker) -> None:
        answers = worker.receive()
        if answers is None:
            self._lost(worker)
            return
        try:
            for answer in answers:
                self._take(worker, answer)
        except WireError as error:
            logger.warning("a worker sent %s", error)
            self._lost(worker, killed_for=CRASHED)

    def _take(self, worker: Worker, answer: Answer) -> None:
        if worker.ready:
            self._answered(worker, answer)
            return
        if answer.head.get("ready") is not True:
            raise WireError("no word of being ready")
        worker.started(answer.head)
        self._failed_starts = 0
        self._extractor = self._extractor or worker.extractor
        if worker.extractor != self._extractor:
            # Records are filed under the extractor the caller knows: none of another may be among them.
            raise WorkerStartError(
                f"the extractor on disk is now {worker.extractor}, this run began with {self._extractor}; "
                "start the run again"
            )

    def _answered(self, worker: Worker, answer: Answer) -> None:
        """Take one answer.

        Raises:
            WireError: it is none to what was asked.
        """
        if not worker.tasks or worker.retiring:
            raise WireError("an answer to nothing")
        task = worker.tasks[0]
        head = answer.head
        failed = head.get("failed")
        if failed is not None:
            if failed not in LIMIT_CODES or head.get("n") not in (task.n, None):
                raise WireError("an answer to something else")
            message = str(head.get("message") or self._message(failed)).replace("\n", " ")[:300]
            if head.get("details"):
                logger.error("%s\n%s", message, str(head["details"])[:8000])
            worker.retiring = True  # it ends by itself; its other documents come back then
            self._failed(worker, worker.take(), failed, message, first=worker.served == 1)
            return
        if head.get("n") != task.n:
            raise WireError("an answer to something else")
        if task.do == "sniff":
            self._finish(worker, worker.take(), str(head.get("media_type")))
            return
        record = parse_object(answer.body)
        if not _is_about(record, task.data):
            raise WireError("a record of another document")
        self._finished[worker.take().n] = Reading(record, answer.body)

    # -- when it goes wrong

    def _message(self, code: str) -> str:
        return message_of(code, time_limit=self.time_limit, memory_limit=self.memory_limit)

    def _lost(self, worker: Worker, killed_for: str | None = None) -> None:
        """A worker has ended, or is ended now: its first document is to blame, others are read elsewhere."""
        code = self._crew.end(worker, killed_for)
        if not worker.ready:
            self._not_started(worker, code)
        elif worker.tasks and not worker.retiring:
            first = worker.served == 0 and -code not in _RANDOM_DEATHS
            reason = killed_for or (TIME_LIMIT if -code == signal.SIGPROF else CRASHED)
            if reason == CRASHED and worker.grown > self.memory_limit // SUSPECT:
                reason = MEMORY_LIMIT
            if reason == CRASHED:
                logger.warning("a worker ended with %s while it read a document", _way(code))
            self._failed(worker, worker.take(), reason, self._message(reason), first=first)
        for task in worker.tasks:
            heapq.heappush(self._waiting, (task.n, task))

    def _not_started(self, worker: Worker, code: int) -> None:
        self._failed_starts += 1
        words = worker.last_words or _way(code)
        if self._failed_starts >= START_ATTEMPTS:
            raise WorkerStartError(f"no worker process could be started: {words}")
        logger.warning("a worker did not start: %s", words)

    def _failed(self, worker: Worker, task: Task, code: str, message: str, *, first: bool) -> None:
        """Blame a document only for what it does to a process that read nothing before it."""
        if task.do == "sniff":
            self._finish(worker, task, UNKNOWN_MEDIA_TYPE)
            return
        if code != TIME_LIMIT and not first and not task.fresh:
            task.fresh = True
        else:
            # Its media type is still wanted, and looking at hostile bytes is not for this process.
            task.do, task.fresh, task.failed = "sniff", False, (code, message)
        heapq.heappush(self._waiting, (task.n, task))

    def _finish(self, worker: Worker, task: Task, media_type: str) -> None:
        assert task.failed is not None
        code, message = task.failed
        record = limit_record(task.data, code, message, media_type=media_type, extractor=worker.extractor)
        self._finished[task.n] = Reading(record, canonical(record).encode())


def _is_about(record: dict[str, Any], data: bytes) -> bool:
    """True where the record names these bytes: a figure must never be filed under another document."""
    document = record.get("document")
    return isinstance(document, dict) and document.get("sha256") == hashlib.sha256(data).hexdigest()


def _way(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"
