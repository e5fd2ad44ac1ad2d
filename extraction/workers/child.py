"""The program of a worker: requests in, answers out, one document at a time.

Started as ``python -P -m extraction.workers.child REQUESTS ANSWERS LIFE SETTINGS``; the first three are
descriptors.

What keeps a document in bounds is the kernel's, because C code that hangs runs no Python:

- time: ``ITIMER_PROF`` counts the processor time of all threads and ends the process by SIGPROF;
- memory: ``RLIMIT_DATA`` counts what the process asks for (Linux). It is not ``RLIMIT_AS``, because libraries
  set address space aside that they never use;
- the parent's end: the other end of the LIFE pipe is the parent's. On Linux its closing sends SIGKILL to this
  process group (``F_SETSIG``), elsewhere a thread does that.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import resource
import select
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from extraction.record import canonical
from extraction.workers.limits import CRASHED, MEMORY_LIMIT, SUSPECT, is_limit
from extraction.workers.wire import WireError, pack_answer, read_request

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str]) -> int:
    """Serve requests until the parent has no more."""
    requests, answers, life = (int(number) for number in argv[:3])
    settings: dict[str, Any] = json.loads(argv[3])
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # the parent decides, and it closes the pipe when it is gone
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _die_with_parent(life)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, name = settings["function"].partition(":")
    server = _Server(importlib.import_module(module), name, settings)
    # Nothing of ours is on these any more; what C libraries print there helps nobody.
    with Path(os.devnull).open("r+b") as null:
        os.dup2(null.fileno(), 1)
        os.dup2(null.fileno(), 2)
    gc.collect()
    gc.freeze()  # the modules need not be walked again for each document
    with os.fdopen(requests, "rb", buffering=1 << 16) as stream:
        server.bound_memory()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ready = {"ready": True, "extractor": server.extractor, "base": server.base, "peak": peak}
        _send(answers, pack_answer(ready))
        return server.serve(stream, answers)


class _Server:
    def __init__(self, module: Any, name: str, settings: dict[str, Any]) -> None:
        self._extract = getattr(module, name)
        self.extractor = str(module.EXTRACTOR)
        self._time_limit: float = settings["time_limit"]
        self._memory_limit: int = settings["memory_limit"]
        self.base = 0

    def bound_memory(self) -> None:
        """Set the limit of memory above what is in use now."""
        if sys.platform != "linux":
            return  # macOS takes these limits and ignores them; there the parent looks
        self.base = _status_bytes("VmHWM")
        limit = _status_bytes("VmData") + self._memory_limit
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    def serve(self, requests: BinaryIO, answers: int) -> int:
        while True:
            ends = False
            try:
                request = read_request(requests)
                if request is None:
                    return 0
                head, body = request
            except MemoryError:
                # The body itself is larger than the limit; the stream cannot be used any further.
                head, ends = {"n": None}, True
                answer = pack_answer({"n": None, "failed": MEMORY_LIMIT})
            else:
                answer, ends = self._answer(head, body)
            _send(answers, answer)
            if ends:
                return 0

    def _answer(self, head: dict[str, Any], body: bytes) -> tuple[bytes, bool]:
        """The answer, and whether this process should not be used again."""
        n = head["n"]
        signal.setitimer(signal.ITIMER_PROF, self._time_limit)
        try:
            if head["do"] == "sniff":
                from extraction.sniff import sniff

                return pack_answer({"n": n, "media_type": sniff(body, head["media_type"])}), False
            record = self._extract(body, media_type=head["media_type"], url=head["url"])
            record = record if isinstance(record, dict) else record.to_dict()
            if record["kind"] == "unreadable" and (is_limit(record) or self._suspect()):
                return pack_answer({"n": n, "failed": MEMORY_LIMIT}), True
            return pack_answer({"n": n}, canonical(record).encode()), False
        except (MemoryError, WireError):
            return pack_answer({"n": n, "failed": MEMORY_LIMIT}), True
        except Exception as error:  # noqa: BLE001 - a reader's defect, which the parent tells people
            return pack_answer({"n": n, "failed": CRASHED, **_describe(error)}), True
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _suspect(self) -> bool:
        return self.base > 0 and _status_bytes("VmHWM") - self.base > self._memory_limit // SUSPECT


def _describe(error: Exception) -> dict[str, str]:
    """An exception in words that are the same on every run: no text of its own, which may hold addresses."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(ROOT / "extraction") and file.parent != Path(__file__).parent:
            place = f" at {file.relative_to(ROOT).as_posix()}:{line}"
    details = "".join(traceback.format_exception(error, limit=-20))
    return {"message": f"the extractor failed: {type(error).__name__}{place}", "details": details[-8000:]}


def _send(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _status_bytes(field: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    return 0


def _die_with_parent(life: int) -> None:
    """End this process group when the other end of `life` closes. Nothing is ever written to it."""
    if sys.platform == "linux":
        fcntl.fcntl(life, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(life, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
        poller = select.poll()
        poller.register(life, select.POLLIN)
        if poller.poll(0):  # it closed before we asked for the signal
            os.killpg(0, signal.SIGKILL)
        return

    def wait() -> None:
        os.read(life, 1)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
