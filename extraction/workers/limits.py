"""What can go wrong with a worker, and the record that says so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from extraction.ocr import available
from extraction.record import Issue, Record

TIME_LIMIT = "time_limit"
MEMORY_LIMIT = "memory_limit"
CRASHED = "crashed"

LIMIT_CODES = frozenset({TIME_LIMIT, MEMORY_LIMIT, CRASHED})
"""Codes of issues that tell of the process which read a document, not of the document alone."""

SECONDS, MEMORY = (600.0, 2 << 30) if available() else (60.0, 1 << 30)
"""Limits of one document that most callers want: seconds of processor time, bytes.

Recognising a page of a scan takes some ten seconds and half a gigabyte, and there may be `ocr.MAX_PAGES`.
"""

SUSPECT = 3
"""A document that is given up, or crashes a library, with over a third of the limit in use did it for memory.

C libraries say "malformed" or abort where an allocation fails, and one that doubles a buffer does so
at a third.
"""

UNKNOWN_MEDIA_TYPE = "application/octet-stream"


class WorkerStartError(RuntimeError):
    """No worker process could be started: a broken installation or an exhausted machine, never a document."""


def is_limit(record: Mapping[str, Any]) -> bool:
    """True for a record that says: not read, because of a limit or a crash.

    Such a record holds for the limits (and the libraries) it was made with; the same extractor with more time
    or memory may read the document. All other records depend on the bytes and the extractor alone.
    """
    return record.get("kind") == "unreadable" and any(
        issue.get("code") in LIMIT_CODES for issue in record.get("issues") or ()
    )


def message_of(code: str, *, time_limit: float, memory_limit: int) -> str:
    """The one line an issue says: the limit and nothing measured, so that records stay deterministic."""
    if code == TIME_LIMIT:
        return f"reading takes more processor time than the limit of {time_limit:g} s"
    if code == MEMORY_LIMIT:
        return f"reading needs more memory than the limit of {memory_limit} bytes"
    return "the process that read the document crashed"


def limit_record(data: bytes, code: str, message: str, *, media_type: str, extractor: str) -> dict[str, Any]:
    """The record of a document that ended its worker."""
    return Record(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        media_type=media_type,
        extractor=extractor,
        kind="unreadable",
        issues=(Issue(code, "error", message),),
    ).to_dict()
