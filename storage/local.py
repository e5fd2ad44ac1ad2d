"""The object store on a local disk: an object is a file below the root.

An object is written to ``.gongkai/tmp/`` on the same file system, forced to disk, and only then given its
name: by link(2), which fails when the name exists (`put_new`), or by rename(2), which replaces it (`put`).
Then the folder that holds the name is forced to disk. So a name always leads to whole bytes, whatever is
killed when; what a killed process leaves in ``.gongkai/tmp/`` is not an object, and is swept away by a later
open.

`put_if` compares and replaces under a lock (flock) on a file in ``.gongkai/locks/``, which the system
releases when its holder dies.

fsync is the price of a put. `put_new_many` lets several files wait for the disk together, in few threads: a
journalling file system commits them in few transactions.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import BinaryIO, TypeVar

from storage.disk import ADVICE, make_durable_folders, sync_folder, write_all
from storage.keys import RESERVED, check_key, check_prefix
from storage.objects import (
    InvalidKeyError,
    ObjectInfo,
    ObjectNotFoundError,
    StoreError,
    StoreUnreachableError,
)

Item = TypeVar("Item")

STALE_SECONDS = 24 * 3600
"""A temporary file this old belongs to no living write."""

# A name that another process made this recently may not be on disk yet: a kernel writes back within half a
# minute.
_YOUNG_SECONDS = 300
_CLOCK_TICK = 0.1  # a file's time may be that much older than the clock that we compare it with
_GROUP = 64  # files of `put_new_many` that wait together: bounds open files
_SYNC_THREADS = 4  # more gain nothing: they queue for the same journal
_PIECE = 1024 * 1024  # of a file that is copied


class LocalStore:
    """Objects as files below a folder.

    Args:
        root: the folder; made where it is not there.
        reads_only: nothing will be written, so that it need not be writable: a deposit, a mounted copy.

    Raises:
        StoreUnreachableError: the folder cannot be made or written.
    """

    def __init__(self, root: Path, *, reads_only: bool = False) -> None:
        self._root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow symlinks
        self._temporary = self._root / RESERVED / "tmp"
        self._number = itertools.count()
        self._settled: set[str] = set()  # folders that exist and whose own names are on disk
        self._synced: dict[str, float] = {}  # when a folder was last forced to disk
        self._pool: ThreadPoolExecutor | None = None
        self._pool_lock = threading.Lock()
        if reads_only:
            return
        with self._translated("open"):
            make_durable_folders(self._temporary)
            self._sweep()
            self._write_temporary([]).unlink()  # unwritable is found out now, not in the middle of a crawl

    @property
    def url(self) -> str:
        """The ``file:`` URL that opens this store again."""
        return self._root.as_uri()

    def get(self, key: str) -> bytes:
        """Return the object's bytes. Raises ObjectNotFoundError."""
        path = self._path(key)
        with self._translated("read", key):
            try:
                return path.read_bytes()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise ObjectNotFoundError(f"{self.url} has no object {key}") from None

    def get_range(self, key: str, start: int, size: int) -> bytes:
        """Return `size` of the object's bytes from `start` on; fewer where it ends."""
        with self.open(key) as file, self._translated("read", key):
            file.seek(start)
            return file.read(size)

    def put_new(self, key: str, data: bytes) -> bool:
        """Create the object; True if this call created it, False if it was there already (left untouched)."""
        return self._put_new(key, [data])

    def put_new_file(self, key: str, path: Path) -> bool:
        """`put_new` of a file's bytes, a piece at a time."""
        with path.open("rb") as file:
            return self._put_new(key, iter(lambda: file.read(_PIECE), b""))

    def _put_new(self, key: str, pieces: Iterable[bytes]) -> bool:
        path = self._path(key)
        with self._translated("write", key):
            if self._is_there(path):
                return False
            temporary = self._write_temporary(pieces)
            try:
                created = self._link(temporary, path)
            finally:
                temporary.unlink()
            if created:
                self._sync_folder(path.parent)
            return created

    def put_new_many(self, items: Sequence[tuple[str, bytes]]) -> Sequence[bool]:
        """`put_new` of several objects, which wait for the disk together."""
        for key, _ in items:
            check_key(key)
        answers: list[bool] = []
        for start in range(0, len(items), _GROUP):
            answers += self._put_new_group(items[start : start + _GROUP])
        return answers

    def put(self, key: str, data: bytes) -> None:
        """Create or replace the object, atomically."""
        path = self._path(key)
        with self._translated("write", key):
            temporary = self._write_temporary([data])
            try:
                self._in_folder(path, lambda: temporary.replace(path))
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            self._sync_folder(path.parent)

    def list(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Yield the keys that start with `prefix` and sort after `after`, in ascending code-point order."""
        check_prefix(prefix)
        folder, _, start = prefix.rpartition("/")
        base = f"{folder}/" if folder else ""
        with self._translated("list", prefix):
            yield from self._walk(self._root / folder, base, start, after)

    def stat(self, key: str) -> ObjectInfo | None:
        """Return what is known of the object, None if there is none."""
        path = self._path(key)
        with self._translated("stat", key):
            try:
                status = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return ObjectInfo(key, status.st_size) if path.is_file() else None

    @contextlib.contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Open the object for reading from its beginning. Raises ObjectNotFoundError."""
        path = self._path(key)
        with self._translated("read", key):
            try:
                file = path.open("rb")
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise ObjectNotFoundError(f"{self.url} has no object {key}") from None
        with file:
            yield file

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """Return the object's bytes and a tag that changes with them. Raises ObjectNotFoundError."""
        data = self.get(key)
        return data, hashlib.sha256(data).hexdigest()

    def put_if(self, key: str, data: bytes, tag: str | None) -> bool:
        """Write the object if it is still as `tag` says, None: if there is none; False where it is not."""
        if tag is None:
            return self.put_new(key, data)
        with self._locked(key):
            try:
                if self.get_tagged(key)[1] != tag:
                    return False
            except ObjectNotFoundError:
                return False
            self.put(key, data)
            return True

    def forget_versions(self, key: str) -> None:
        """Nothing to do: a disk keeps no earlier versions."""
        check_key(key)

    @contextlib.contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        """Hold the lock of a key; other processes on this file system wait for it."""
        folder = self._root / RESERVED / "locks"
        name = hashlib.sha256(check_key(key).encode()).hexdigest()[:2]  # 256 locks serve all keys
        with self._translated("lock", key):
            folder.mkdir(parents=True, exist_ok=True)
            file = (folder / name).open("wb")
            with file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    def _walk(self, folder: Path, base: str, start: str, after: str) -> Iterator[str]:
        """Yield the keys of `folder` (`base` and a name) and below, of the names that begin with `start`."""
        try:
            with os.scandir(folder) as entries:
                # A folder sorts as its name with the slash, as its keys do: "a-b" < "a/b".
                names = sorted(
                    f"{entry.name}/" if entry.is_dir() else entry.name
                    for entry in entries
                    if entry.name.startswith(start) and (base or entry.name != RESERVED)
                )
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in names:
            key = base + name
            if name.endswith("/"):
                # All keys of a folder sort before `after`, unless `after` is among them or before them.
                if key > after or after.startswith(key):
                    yield from self._walk(folder / name, key, "", after)
            elif key > after:
                yield key

    def _is_there(self, path: Path) -> bool:
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if path.is_dir():
            raise InvalidKeyError(f"{path} is a folder of other objects, and cannot be an object")
        # Another process may have linked it and not yet forced the folder to disk. (Its bytes are on disk.)
        is_old = time.time() - status.st_ctime > _YOUNG_SECONDS
        if not is_old and status.st_ctime + _CLOCK_TICK > self._synced.get(str(path.parent), 0):
            self._settle(path.parent)
            self._sync_folder(path.parent)
        return True

    def _sync_folder(self, folder: Path) -> None:
        """Force to disk the names in a folder; remember until when that holds."""
        began = time.time()
        sync_folder(folder)
        self._synced[str(folder)] = began

    def _write_temporary(self, pieces: Iterable[bytes]) -> Path:
        """Write and force to disk a new temporary file."""
        path, descriptor = self._open_temporary()
        try:
            try:
                for piece in pieces:
                    write_all(descriptor, piece)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except BaseException:
            path.unlink()
            raise
        return path

    def _open_temporary(self) -> tuple[Path, int]:
        name = f"{os.uname().nodename[:60]}-{os.getpid()}-{time.time_ns()}-{next(self._number)}"
        path = self._temporary / name
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        try:
            return path, os.open(path, flags, 0o644)
        except FileNotFoundError:
            # The folder was removed while we were at work, perhaps with the whole store. Start it anew.
            self._settled.clear()
            make_durable_folders(self._temporary)
            return path, os.open(path, flags, 0o644)

    def _link(self, temporary: Path, path: Path) -> bool:
        try:
            self._in_folder(path, lambda: os.link(temporary, path))
        except FileExistsError:
            self._is_there(path)
            return False
        return True

    def _in_folder(self, path: Path, act: Callable[[], object]) -> None:
        """Do what gives `path` its name, making its folder first."""
        self._settle(path.parent)
        try:
            act()
        except FileNotFoundError:
            self._settled.clear()
            self._settle(path.parent)
            act()

    def _settle(self, folder: Path) -> None:
        """Make `folder` and force its name to disk; once per process, since a folder stays where it is."""
        name = str(folder)
        if name in self._settled or folder == self._root:
            return
        self._settle(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
        sync_folder(folder.parent)
        self._settled.add(name)

    def _put_new_group(self, items: Sequence[tuple[str, bytes]]) -> Sequence[bool]:
        answers = [False] * len(items)
        waiting: list[tuple[int, Path, Path, int]] = []
        linked: set[Path] = set()
        with self._translated("write", items[0][0]):
            try:
                for place, (key, data) in enumerate(items):
                    path = self._path(key)
                    if not self._is_there(path):
                        temporary, descriptor = self._open_temporary()
                        waiting.append((place, path, temporary, descriptor))
                        write_all(descriptor, data)
                self._in_threads(os.fsync, [descriptor for *_, descriptor in waiting])
                for place, path, temporary, _ in waiting:
                    if self._link(temporary, path):
                        answers[place] = True
                        linked.add(path.parent)
            finally:
                for *_, temporary, descriptor in waiting:
                    os.close(descriptor)
                    temporary.unlink()
            self._in_threads(self._sync_folder, linked)
        return answers

    def _in_threads(self, act: Callable[[Item], None], items: Iterable[Item]) -> None:
        with self._pool_lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_SYNC_THREADS, thread_name_prefix="fsync")
        # Each thread takes the next one until none is left: to hand one over costs as much as to do it.
        left = iter(list(items))

        def work() -> None:
            for item in left:
                act(item)

        working = [self._pool.submit(work) for _ in range(_SYNC_THREADS)]
        wait(working)  # all of them, before who called closes what they work on
        for one in working:
            one.result()

    def _sweep(self) -> None:
        """Remove temporary files that no living process can be writing."""
        limit = time.time() - STALE_SECONDS
        with os.scandir(self._temporary) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):  # another process sweeps too
                    if entry.stat().st_mtime < limit:
                        Path(entry.path).unlink()

    @contextlib.contextmanager
    def _translated(self, verb: str, key: str = "") -> Iterator[None]:
        """Turn what the system says into what the store says."""
        try:
            yield
        except OSError as error:
            what = (
                f"cannot {verb} {key} in the store {self._root}"
                if key
                else f"cannot {verb} the store {self._root}"
            )
            if isinstance(error, FileExistsError | NotADirectoryError):
                if verb == "open":
                    raise StoreUnreachableError(
                        f"{what}: there is a file in the way; choose a folder"
                    ) from error
                raise InvalidKeyError(f"{what}: it would go on below another key") from error
            if isinstance(error, IsADirectoryError):
                raise InvalidKeyError(f"{what}: it is a folder of other objects") from error
            advice = ADVICE.get(error.errno or 0)
            if advice is None:
                raise StoreError(f"{what}: {error.strerror or error}") from error
            raise StoreUnreachableError(f"{what}: {advice}") from error
