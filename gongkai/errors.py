"""What went wrong -> one line that says what to do, and an exit code. No traceback reaches a user."""

from __future__ import annotations

import errno
import importlib
import sys
from functools import lru_cache

DONE, FINDINGS, USAGE, PARTIAL, UNREACHABLE = 0, 1, 2, 3, 4
DEFECT = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED, TERMINATED = 130, 143  # 128 and the signal, as shells say it


class CommandError(Exception):
    """A command cannot do what was asked; the message is one line that says what to do.

    Attributes:
        code: exit code.
    """

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


class TerminatedError(BaseException):
    """SIGTERM or SIGHUP came; like KeyboardInterrupt no `except Exception` may swallow it."""


_KNOWN = {
    # Named, not imported: what a command did not import it cannot have raised.
    # The first that fits counts: kinds of StoreError stand before it.
    ("storage.objects", "StoreUnreachableError"): UNREACHABLE,
    ("storage.interchange.bag", "BagError"): USAGE,
    ("flows.exporting", "ExportError"): USAGE,
    ("storage.objects", "StoreError"): FINDINGS,
    ("crawlers.registry", "RegistryError"): USAGE,
    ("flows.run", "UnknownSiteError"): USAGE,
    ("flows.executors", "ExecutorError"): FINDINGS,
    ("flows.reextract", "ReextractError"): FINDINGS,
    ("flows.server", "ServerError"): FINDINGS,
    ("flows.crawl", "CrawlError"): FINDINGS,
    ("dataset.gates", "GatesError"): USAGE,
    ("dataset.versions", "UnknownReleaseError"): USAGE,
    ("dataset.versions", "ReleaseError"): FINDINGS,
    ("dataset.trace", "TraceError"): USAGE,
    ("gongkai.demo.server", "DemoPortError"): USAGE,
}


def describe(error: BaseException) -> tuple[str, int] | None:
    """Return a one-line message and the exit code; None for a defect of ours."""
    if isinstance(error, CommandError):
        return str(error), error.code
    for known, code in _known_types():
        if isinstance(error, known):
            return one_line(str(error)), code
    if isinstance(error, OSError):
        return _system_error(error)
    return None


def one_line(text: str) -> str:
    """Return a message without line breaks."""
    return " ".join(text.split())


def _known_types() -> list[tuple[type[BaseException], int]]:
    return [
        (found, code)
        for (module, name), code in _KNOWN.items()
        if module in sys.modules and (found := _lookup(module, name)) is not None
    ]


@lru_cache
def _lookup(module: str, name: str) -> type[BaseException] | None:
    found = getattr(importlib.import_module(module), name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _system_error(error: OSError) -> tuple[str, int] | None:
    where = f"{error.filename}: " if error.filename else ""
    advice = {
        errno.ENOSPC: ("the disk is full; make room and run this again", UNREACHABLE),
        errno.EACCES: ("no permission; choose another place or change its permissions", USAGE),
        errno.EPERM: ("no permission; choose another place or change its permissions", USAGE),
        errno.EROFS: ("a read-only file system; choose another place", USAGE),
        errno.ENOENT: ("is not there; check the path", USAGE),
        errno.EMFILE: ("too many open files; raise the limit with `ulimit -n 4096`", FINDINGS),
    }.get(error.errno or 0)
    return None if advice is None else (where + advice[0], advice[1])
