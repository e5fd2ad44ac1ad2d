"""What the browser shows of archived bytes: made in a child process with limits, the last ones kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from threading import BoundedSemaphore, Lock
from typing import Any

PATIENCE = 40.0
"""Seconds a document may take."""
AT_ONCE = 2
KEPT_BYTES = 64 << 20
"""Of answers held in memory; nothing of them is written to the disk."""

_PAGES = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp", "application/pdf")


def way_of(media_type: str, at: dict[str, Any]) -> str:
    """Return how a document is shown: ``html``, ``page`` or ``table``.

    Args:
        media_type: by content.
        at: the place that is wanted; without a table, the document as such.
    """
    if "picture" in picture_place(at):
        return "page"
    if media_type == "text/html" and (at.get("path") or "table" not in at):
        return "html"
    if media_type in _PAGES:
        return "page"
    return "table"


def picture_place(at: dict[str, Any]) -> dict[str, Any]:
    """Return which page is drawn for a place: of the document, or a picture inside it.

    A box without a page stands on a picture inside the document, which the path names.
    """
    if "picture" in at:
        return {"picture": at["picture"]}
    if at.get("bbox") and at.get("path") and not at.get("page"):
        return {"picture": at["path"]}
    return {"page": at.get("page") or 1}


class Shown:
    """Makes what the browser shows, and keeps the last of it."""

    def __init__(self, *, kept_bytes: int = KEPT_BYTES) -> None:
        """Args: how much of it is kept."""
        self._most = kept_bytes
        self._kept: OrderedDict[str, tuple[int, dict[str, Any]]] = OrderedDict()
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_ONCE)

    def show(
        self, sha256: str, load: Callable[[], bytes], at: dict[str, Any], media_type: str | None
    ) -> dict[str, Any]:
        """Return what `child` makes of a body; ``error`` and ``message`` where it cannot.

        Args:
            sha256: of the body.
            load: gives its bytes, called only where they are needed.
            at: the place that is wanted.
            media_type: by content, None where that is for the child to tell.
        """
        # All figures of a page share its picture.
        drawn = media_type is not None and way_of(media_type, at) == "page"
        request = json.dumps(
            {"at": picture_place(at) if drawn else at, "media_type": media_type}, sort_keys=True
        )
        key = f"{sha256} {request}"
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        with self._places:
            size, answer = _ask(request, load())
        with self._lock:
            self._kept[key] = size, answer
            while sum(kept for kept, _ in self._kept.values()) > self._most:
                self._kept.popitem(last=False)
        return answer


def _ask(request: str, data: bytes) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-P", "-m", "dataset.explorer.child", request]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return _failed("time", f"it took longer than {PATIENCE:g} seconds")
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        return _failed("crashed", f"its reader ended with {done.returncode}: {last[0][:200]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return len(done.stdout), answer


def _failed(error: str, message: str) -> tuple[int, dict[str, Any]]:
    return len(message), {"way": "table", "error": error, "message": message}
