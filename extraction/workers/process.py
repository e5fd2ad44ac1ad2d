"""One worker process, as the parent sees it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extraction.ocr import SWITCH
from extraction.readers import office
from extraction.workers.wire import Answer, AnswerReader, pack_request

ROOT = Path(__file__).resolve().parents[2]

PIPE_BYTES = 1 << 20
"""Room in a pipe, where it can be had (Linux): small documents and their records never make either side
wait."""

KEPT_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "TMPDIR",
    "VIRTUAL_ENV",
    "SYSTEMROOT",
    SWITCH,
    office.SWITCH,
)
KEPT_PREFIXES = ("LC_", "LD_", "DYLD_", "PYTHON", "OMP_", "OPENBLAS_")


@dataclass
class Task:
    """One document on its way.

    Attributes:
        n: its ordinal in the input.
        data: the bytes.
        media_type: as declared.
        url: where it came from.
        do: ``extract``; ``sniff`` once it has failed, when only its media type is still wanted.
        fresh: True where it must be the first document of its worker.
        failed: code and message, once it has failed.
    """

    n: int
    data: bytes
    media_type: str | None
    url: str | None
    do: str = "extract"
    fresh: bool = False
    failed: tuple[str, str] | None = None


class Worker:
    """A process, its pipes, and the documents it has been given. No call blocks but `end`.

    Attributes:
        ready: it has said that it has started.
        retiring: it has said that it ends; it is given nothing more.
        extractor: the extractor's id, as it told it.
        served: documents it has answered or been blamed for.
        tasks: documents it has, the one it reads first.
        since: when it began what it does now.
        killed_for: why we killed it, if we did.
        last_words: the last line it printed, if it never got ready.
        base: bytes of memory it held before its first document.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        """Start it.

        Raises:
            OSError: the machine has no process, descriptor or file left for it.
        """
        self.ready = False
        self.retiring = False
        self.extractor = ""
        self.served = 0
        self.tasks: deque[Task] = deque()
        self.since = time.monotonic()
        self.killed_for: str | None = None
        self.last_words = ""
        self.base = 0
        self._peak_at_start = 0
        self._peak = 0
        self._answers = AnswerReader()
        self._unsent: deque[memoryview] = deque()
        # What it says while it starts is needed when it does not start; afterwards it says nothing.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        request_in, self.requests = os.pipe()
        self.answers, answer_out = os.pipe()
        life_in, self._life = os.pipe()
        for end in (self.requests, self.answers):
            os.set_blocking(end, False)
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                with contextlib.suppress(OSError):  # a user's pipes may be many; the usual size works too
                    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "extraction.workers.child"]
                + [str(end) for end in (request_in, answer_out, life_in)]
                + [json.dumps(settings)],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=_environment(),
                pass_fds=(request_in, answer_out, life_in),
                start_new_session=True,
            )
        except BaseException:
            self._close()
            raise
        finally:
            for end in (request_in, answer_out, life_in):
                os.close(end)

    @property
    def unsent(self) -> bool:
        """True while there is something to send."""
        return bool(self._unsent)

    def give(self, task: Task) -> None:
        """Send it a document."""
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        head = {"n": task.n, "do": task.do, "media_type": task.media_type, "url": task.url}
        self._unsent.extend(memoryview(part) for part in pack_request(head, task.data) if part)
        self.send()

    def send(self) -> None:
        """Send what fits into the pipe."""
        try:
            while self._unsent:
                part = self._unsent[0]
                sent = os.write(self.requests, part)
                if sent < len(part):
                    self._unsent[0] = part[sent:]
                else:
                    self._unsent.popleft()
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent.clear()  # it has ended; the end of its answers says so

    def receive(self) -> Iterator[Answer] | None:
        """The answers that have come, or None when there are no more.

        Iterating raises `WireError` where it sends rubbish.
        """
        try:
            data = os.read(self.answers, PIPE_BYTES)
        except BlockingIOError:
            return iter(())
        return self._answers.feed(data) if data else None

    def take(self) -> Task:
        """Take the document that has been answered; the next one's time begins."""
        self.since = time.monotonic()
        self.served += 1
        return self.tasks.popleft()

    def kill(self, reason: str | None = None) -> None:
        """Kill its process group (a reader may have started an office suite)."""
        self.killed_for = self.killed_for or reason
        # Nobody has reaped it, so its number is still its own.
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> int:
        """Reap it, with all of its group, and return how it ended (negative: by that signal)."""
        if self.killed_for is None:
            _wait_for_end(self.process.pid)
        self.kill()
        _, status, usage = os.wait4(self.process.pid, 0)
        code = self.process.returncode = os.waitstatus_to_exitcode(status)
        self._peak = usage.ru_maxrss
        if not self.ready:
            self._log.seek(0)
            lines = self._log.read()[-4000:].decode("utf-8", "replace").split("\n")
            self.last_words = next((line.strip() for line in reversed(lines) if line.strip()), "")
        self._close()
        return code

    def started(self, answer: dict[str, Any]) -> None:
        """Take what it says when it is ready."""
        self.ready = True
        self.extractor = str(answer.get("extractor"))
        self.base = int(answer.get("base", 0))
        self._peak_at_start = int(answer.get("peak", 0))
        self.since = time.monotonic()

    @property
    def grown(self) -> int:
        """Bytes of memory it held at most for its documents, once it has ended.

        A process inherits the peak of the one that started it: only a peak that grew is its own.
        """
        if self._peak <= self._peak_at_start:
            return 0
        return self._peak * (1 if sys.platform == "darwin" else 1024) - self.base

    def resident(self) -> int:
        """Bytes of memory it holds, by ``ps``: for platforms whose kernel does not enforce a limit."""
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return int(told.stdout.split()[0]) * 1024 if told.stdout.split() else 0

    def _close(self) -> None:
        for end in (self.requests, self.answers, self._life):
            with contextlib.suppress(OSError):
                os.close(end)
        self._log.close()
        self._unsent.clear()


def _wait_for_end(pid: int, patience: float = 5.0) -> None:
    """Wait for a process that has closed its pipes, without reaping it, so that its way to end is known."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        time.sleep(0.05)
        return
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None:
            return
        time.sleep(0.002)


def _environment() -> dict[str, str]:
    """The worker's environment: what programs need to run, and no credentials of anything."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT_ENVIRONMENT or name.startswith(KEPT_PREFIXES)
    }
    # It finds what we find; "" would be its own working directory.
    kept["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(ROOT), *(path for path in sys.path if path)]))
    return kept
