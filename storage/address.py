"""From a store's URL to the store."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from storage.local import LocalStore
from storage.objects import ObjectStore, StoreUnreachableError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_FORMS = "write file:///absolute/folder, s3://bucket/prefix, or a folder like ./data"


def open_store(url: str, *, reads_only: bool = False) -> ObjectStore:
    """Open the store at a URL.

    That is ``file:///absolute/folder``, ``s3://bucket/prefix``, or a bare folder like ``./data``. A folder
    that is not there is made; a bucket is not.

    Args:
        url: the store's.
        reads_only: nothing will be written: a folder is neither made nor tried.

    Raises:
        StoreUnreachableError: the URL is not that of a store, or the store cannot be used; one line that says
            what to do.
    """
    if not url or "\0" in url:
        raise StoreUnreachableError(f"no store given: {_FORMS}")
    match = _SCHEME.match(url)
    if match is None:
        return LocalStore(Path(url).expanduser(), reads_only=reads_only)
    scheme = match[1].lower()
    if scheme == "file":
        return LocalStore(_folder(url), reads_only=reads_only)
    if scheme == "s3":
        # boto3 takes a third of a second to import, which nobody with a local store should wait for.
        from storage.s3 import open_s3

        return open_s3(url)
    raise StoreUnreachableError(f"unknown kind of store {scheme}: {_FORMS}")


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.netloc not in {"", "localhost"} or not path.startswith("/"):
        relative = unquote(url.partition(":")[2]).lstrip("/")
        hint = f"; for a relative folder write ./{relative.removeprefix('./')}" if relative else ""
        raise StoreUnreachableError(f"{url} is not a folder: write file:///absolute/folder{hint}")
    if parts.query or parts.fragment:
        raise StoreUnreachableError(f"{url}: write ? as %3F and # as %23")
    return Path(path)
