"""Extraction in worker processes that may be killed: archived content is hostile.

`Extractor` calls `extraction.extract` in processes with limits of time and memory for each document. Whatever
a document does to its process (hang, exhaust memory, crash a C library), the caller gets a record of it and
the next document gets a sound process. See ``docs/decisions/0007-extraction-worker.md``.

    with Extractor(time_limit=60, memory_limit=1 << 30, processes=2) as extractor:
        for key, record in extractor.map((sha256, body, None, None) for sha256, body in bodies):
            ...

`limits` holds what can go wrong and the record that says so, `wire` the frames on the pipes, `process` one
worker as the parent sees it, `crew` the workers there are, `pool` the `Extractor` that gives them documents,
and `child` is the program that runs in the worker.
"""

from extraction.workers.limits import LIMIT_CODES, WorkerStartError, is_limit
from extraction.workers.pool import Extractor, Reading

__all__ = ["LIMIT_CODES", "Extractor", "Reading", "WorkerStartError", "is_limit"]
