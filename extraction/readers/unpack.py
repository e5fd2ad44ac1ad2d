"""The files in an archive (ZIP, RAR, 7z, tar, gzip), within limits, whatever the archive claims.

RAR and 7z are read by the system's libarchive (BSD licence), found at run time: their formats are not free to
write anew, and archives of reports are few. Where it is missing the record says what to install.
"""

from __future__ import annotations

import ctypes
import gzip
import io
import posixpath
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from extraction.document import UnreadableError
from extraction.readers.zipped import MAX_PARTS, Package, shown_name

RAR5 = b"Rar!\x1a\x07\x01\x00"
MAX_FILE = 64 * 1024 * 1024
MAX_ALL = 256 * 1024 * 1024
TYPES = {
    "application/zip": "ZIP",
    "application/vnd.rar": "RAR",
    "application/x-7z-compressed": "7z",
    "application/gzip": "gzip",
    "application/x-tar": "tar",
}


@dataclass(frozen=True)
class Inner:
    """One file of an archive.

    Attributes:
        name: as shown, with its folders.
        size: bytes, as claimed.
        read: gives its bytes; raises UnreadableError.
    """

    name: str
    size: int
    read: Callable[[], bytes]


def unpack(data: bytes, media_type: str, wanted: Callable[[str], bool]) -> list[Inner]:
    """The files in an archive whose names are wanted.

    Args:
        data: the archive.
        media_type: a key of `TYPES`.
        wanted: says by its name whether a file may matter; the others are not unpacked.

    Raises:
        UnreadableError: damaged, encrypted, hostile, or the library is missing (``tool_missing``).
    """
    what = TYPES[media_type]
    if media_type == "application/zip":
        return _zip(data, wanted)
    if media_type == "application/gzip":
        return _gzip(data, wanted)
    if media_type == "application/x-tar":
        return _tar(data, wanted)
    return list(_libarchive(data, what, wanted))


def _zip(data: bytes, wanted: Callable[[str], bool]) -> list[Inner]:
    package = Package(data, "ZIP", twice=True)

    def body(part: str) -> Callable[[], bytes]:
        return lambda: package.read(part, limit=MAX_FILE)

    return [
        Inner(name, entry.file_size, body(part))
        for part, entry in package.entries.items()
        if not entry.is_dir() and wanted(name := shown_name(entry))
    ]


def _gzip(data: bytes, wanted: Callable[[str], bool]) -> list[Inner]:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            body = stream.read(MAX_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError("truncated", f"the gzip file is damaged ({error})") from error
    if len(body) > MAX_FILE:
        raise UnreadableError("too_large", f"the gzip file unpacks to more than {MAX_FILE} bytes")
    if body[257:262] == b"ustar":
        return _tar(body, wanted)
    # It has no name that can be trusted: what it is, its content says.
    return [Inner("", len(body), lambda: body)]


def _tar(data: bytes, wanted: Callable[[str], bool]) -> list[Inner]:
    found = []
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for count, member in enumerate(archive):
                if count > MAX_PARTS:
                    raise UnreadableError("too_large", f"the tar file has more than {MAX_PARTS} files")
                name = _shown(member.name)
                if not member.isreg() or not wanted(name) or member.issparse():
                    continue
                stream = archive.extractfile(member)
                body = b"" if stream is None else stream.read(MAX_FILE + 1)
                if len(body) > MAX_FILE:
                    raise UnreadableError("too_large", f"{name} is larger than {MAX_FILE} bytes")
                found.append(_held(name, body))
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError) as error:
        raise UnreadableError("truncated", f"the tar file is damaged ({error})") from error
    return found


def _shown(name: str) -> str:
    """A name written in GB18030 by an old program."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError:
        return name.encode("utf-8", "surrogateescape").decode("gb18030", "replace")


def _held(name: str, body: bytes) -> Inner:
    return Inner(posixpath.normpath(name.replace("\\", "/")), len(body), lambda: body)


def _library(what: str) -> Any:
    try:
        import libarchive

        libarchive.ffi.version_number()
    except (ImportError, OSError, AttributeError, TypeError) as error:
        raise UnreadableError(
            "tool_missing",
            f"{what} archives are read by libarchive, which is not here; install it (Debian: libarchive13, "
            "macOS: brew install libarchive) and extract again",
        ) from error
    return libarchive


def _libarchive(data: bytes, what: str, wanted: Callable[[str], bool]) -> Iterator[Inner]:
    """Files in the order they are packed: solid archives give them in no other."""
    library = _library(what)
    form = "7zip" if what == "7z" else "rar5" if data.startswith(RAR5) else "rar"
    total = 0
    try:
        # Named, for left to itself it takes a stored DOCX at the end for a ZIP.
        with library.memory_reader(data, format_name=form, filter_name="none") as archive:
            for count, entry in enumerate(archive):
                if count > MAX_PARTS:
                    raise UnreadableError("too_large", f"the {what} file has more than {MAX_PARTS} files")
                name = entry.pathname if isinstance(entry.pathname, str) else _decoded(entry.pathname)
                if not entry.isreg or not wanted(name):
                    continue
                if _is_encrypted(library, entry):
                    raise UnreadableError(
                        "encrypted", f"{name} of the {what} file is protected by a password"
                    )
                body = bytearray()
                for block in entry.get_blocks():
                    body += block
                    total += len(block)
                    if len(body) > MAX_FILE or total > MAX_ALL:
                        raise UnreadableError(
                            "too_large", f"{name} of the {what} file unpacks beyond the limit"
                        )
                yield _held(name, bytes(body))
    except library.exception.ArchiveError as error:
        said = str(getattr(error, "msg", None) or error)
        if isinstance(said, bytes):
            said = said.decode("utf-8", "replace")
        if "ncrypt" in said or "assphrase" in said:
            raise UnreadableError("encrypted", f"the {what} file is protected by a password") from error
        if "unavailable" in said or "nsupported" in said:
            raise UnreadableError(
                "unsupported_format", f"the {what} file may be protected or too old: {said[:120]}"
            ) from error
        raise UnreadableError("truncated", f"the {what} file is damaged ({said[:120]})") from error


def _is_encrypted(library: Any, entry: Any) -> bool:
    ask = library.ffi.libarchive.archive_entry_is_data_encrypted
    ask.argtypes, ask.restype = [ctypes.c_void_p], ctypes.c_int
    return bool(ask(entry._entry_p))  # noqa: SLF001 - the binding has no name for it


def _decoded(name: bytes | None) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return (name or b"").decode(encoding)
        except UnicodeDecodeError:
            continue
    return (name or b"").decode("latin-1")
