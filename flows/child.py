"""Child processes in groups of their own that never outlive us.

Three ways out, so that no crawler and no browser stays behind:

- we stop: `Children.stop_all` sends SIGTERM to each group once, waits, then kills what is left of the group
and of
  the processes that descended from it (a browser's own group is not the crawler's);
- the child ends by itself: what it left running in its group is killed before the child is reaped, while the
group
  id cannot have been given to anybody else;
- we are killed: the child holds the read end of a pipe whose only write end is ours, sees its end of file and
ends
  its own group (``GONGKAI_PARENT_PIPE`` names the descriptor).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

PARENT_PIPE = "GONGKAI_PARENT_PIPE"

GRACE = 15.0
"""Seconds a crawler has between SIGTERM and SIGKILL: one slow page, and the flush of its captures."""


class StoppedError(Exception):
    """The work was stopped before this child could start."""


class Child:
    """A running child process, leader of its own group; its standard output is read line by line."""

    def __init__(
        self, argv: Sequence[str], *, env: Mapping[str, str], log: IO[bytes], cwd: Path | None = None
    ):
        """Start it.

        Args:
            argv: command line.
            env: its whole environment; the parent pipe is added.
            log: where its standard error goes.
            cwd: its working directory.
        """
        read_end, self._write_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                argv,
                env={**env, PARENT_PIPE: str(read_end)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=cwd,
                pass_fds=(read_end,),
                start_new_session=True,
            )
        except BaseException:
            os.close(self._write_end)
            raise
        finally:
            os.close(read_end)
        self._family = _Family(self._process.pid)
        self._done = threading.Event()
        self._stop_lock = threading.Lock()

    @property
    def pid(self) -> int:
        """Process id, which is also the id of its group."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """True once `wait` has returned."""
        return self._done.is_set()

    @property
    def running(self) -> bool:
        """True until the process has ended (`wait` may still have to reap it)."""
        return not self.ended and not _has_ended(self._process)

    def lines(self) -> Iterator[str]:
        """Yield its output lines until it closes its standard output."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._family.look()
            yield line.decode("utf-8", errors="replace").rstrip("\n")

    def wait(self) -> int:
        """Wait for its end, take its group along, and return its exit code (negative: that signal)."""
        while not _has_ended(self._process):
            self._family.look()
            time.sleep(0.02)
        # The child is still a zombie here (where waitid can look without reaping), so its group id is ours.
        _signal_group(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._family.kill()
        self._done.set()
        if self._process.stdout is not None:
            self._process.stdout.close()
        with contextlib.suppress(OSError):
            os.close(self._write_end)
        return code

    def stop(self, grace: float = GRACE) -> None:
        """End it and its group: SIGTERM, then SIGKILL after `grace` seconds. Someone else calls `wait`."""
        with self._stop_lock:
            if self._done.is_set():
                return
            self._family.look(at_once=True)
            _signal_group(self.pid, signal.SIGTERM)
            if not self._done.wait(grace):
                _signal_group(self.pid, signal.SIGKILL)
            self._family.kill()


class Children:
    """The children of one process; stopping is final until `reset`."""

    def __init__(self) -> None:
        self._running: set[Child] = set()
        self._lock = threading.Lock()
        self._stopping = False

    @contextlib.contextmanager
    def start(
        self, argv: Sequence[str], *, env: Mapping[str, str], log: IO[bytes], cwd: Path | None = None
    ) -> Iterator[Child]:
        """Start a child that is stopped with the others, and at the end of the block in any case."""
        with self._lock:
            if self._stopping:
                raise StoppedError("stopped")
            child = Child(argv, env=env, log=log, cwd=cwd)
            self._running.add(child)
        try:
            yield child
        finally:
            if not child.ended:
                threading.Thread(target=child.stop, daemon=True).start()
                child.wait()
            with self._lock:
                self._running.discard(child)

    @property
    def stopping(self) -> bool:
        """True once `stop_all` was called."""
        return self._stopping

    def stop_all(self, grace: float = GRACE) -> None:
        """Stop every child, all at the same time; no new one starts."""
        with self._lock:
            self._stopping = True
            running = tuple(self._running)
        threads = [threading.Thread(target=child.stop, args=(grace,)) for child in running]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def reset(self) -> None:
        """Allow children again, for the next run in this process."""
        with self._lock:
            self._stopping = False


CHILDREN = Children()
"""The children of this process, whichever thread started them."""


def module_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` so that ``python -P -m <package of ours>`` works from any working directory.

    (Without ``-P`` Python would look into the working directory first, and run whatever ``crawlers`` lies
    there.)
    """
    root = str(Path(__file__).resolve().parent.parent)
    return {**environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, environ.get("PYTHONPATH"))))}


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:
        return True


def _signal_group(group: int, number: signal.Signals) -> None:
    # PermissionError: macOS, for a group of zombies only.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class _Family:
    """Processes that descend from one, kept with their start times so that a reused id is never signalled."""

    INTERVAL = 1.0
    """Seconds between looks: a browser lives for minutes, a look reads every process's status."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._members: dict[int, str] = {}
        self._looked = 0.0
        self._lock = threading.Lock()

    def look(self, *, at_once: bool = False) -> None:
        """Add the descendants that are there now (Linux only; elsewhere the group must do)."""
        now = time.monotonic()
        if not at_once and now - self._looked < self.INTERVAL:
            return
        self._looked = now
        parents = {pid: (parent, started) for pid, parent, started in _processes()}
        with self._lock:
            known = {self._root, *self._members}
            while new := {
                pid for pid, (parent, _) in parents.items() if parent in known and pid not in known
            }:
                known |= new
                self._members |= {pid: parents[pid][1] for pid in new}

    def kill(self) -> None:
        """Kill the members that still run."""
        with self._lock:
            members = dict(self._members)
        if not members:
            return
        alive = {pid: started for pid, _, started in _processes()}
        for pid, started in members.items():
            if alive.get(pid) == started:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)


def _processes() -> Iterator[tuple[int, int, str]]:
    """Yield (pid, parent, start time) of every process, from /proc."""
    root = Path("/proc")
    if not (root / "self" / "stat").exists():
        return
    for entry in root.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The command name stands in brackets and may hold anything, spaces and brackets too.
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        yield int(entry.name), int(fields[1]), fields[19]
