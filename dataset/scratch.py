"""Temporary folders of a release, locked while their process lives; what a killed one left, the next clears.

The system releases a lock when the process that holds it dies, however it dies. A folder gets its name when
it is locked already: one that has the name and no lock belongs to nobody.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

_NEW = "gongkai-new-"
_NAMED = "gongkai-scratch-"


class Scratch:
    """A temporary folder. Use as a context manager, or close it."""

    def __init__(self) -> None:
        _clear()
        made = Path(tempfile.mkdtemp(prefix=_NEW))
        self._lock = os.open(made, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):  # no locks here: nobody can take it for abandoned either
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.folder = made.rename(made.with_name(_NAMED + made.name.removeprefix(_NEW)))

    def __enter__(self) -> Path:
        return self.folder

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the folder away with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _clear() -> None:
    """Take away the folders of our own that no living process has locked."""
    for path in Path(tempfile.gettempdir()).glob(f"{_NAMED}*"):
        with contextlib.suppress(OSError):  # of somebody else, in use, or cleared by another this moment
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                if os.fstat(lock).st_uid == os.getuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
