"""What a local store asks of the disk: whole writes, names that are durable, errors that say what to do."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

ADVICE = {
    errno.ENOSPC: "the disk is full; free space or use another store",
    errno.EDQUOT: "the disk quota is used up; free space or use another store",
    errno.EROFS: "the file system is read-only; choose a folder that can be written",
    errno.EACCES: "permission denied; choose a folder that you may write, or change its owner",
    errno.EPERM: "not permitted; choose a folder on a file system with hard links that you may write",
    errno.EOPNOTSUPP: "the file system has no hard links; choose a folder on another one",
    errno.EMLINK: "the file system has no hard links; choose a folder on another one",
    errno.EIO: "the disk reports an input/output error; check it before going on",
    errno.EMFILE: "too many open files; raise the limit (ulimit -n)",
    errno.ENFILE: "too many open files on this machine",
    errno.ENOTCONN: "the file system is not mounted any more",
    errno.ESTALE: "the network file system was changed under us; mount it again",
}
"""What to do about an error of the system."""


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`, however little the system takes at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    """Force to disk the names that a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durable_folders(folder: Path) -> None:
    """Make `folder` and its parents; force the names of those that were missing to disk."""
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(folder))
    for path in reversed(missing):
        with contextlib.suppress(FileExistsError):
            path.mkdir()
        sync_folder(path.parent)
