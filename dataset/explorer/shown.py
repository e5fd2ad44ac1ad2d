"""What the browser shows of archived bytes: made in a child process with limits, the last ones kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from threading import BoundedSemaphore, Lock
from typing import Any

PATIENCE = 40.0
"""Seconds a document may take."""
AT_ONCE = 2
KEPT = 24
"""Answers held in memory."""

_PAGES = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp", "application/pdf")


def way_of(media_type: str, at: dict[str, Any]) -> str:
    """Return how a document is shown: ``html``, ``page`` or ``table``."""
    if media_type == "text/html" and at.get("path"):
        return "html"
    if media_type in _PAGES:
        return "page"
    return "table"


class Shown:
    """Makes what the browser shows, and keeps the last of it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_ONCE)

    def show(self, sha256: str, data: bytes, at: dict[str, Any], media_type: str) -> dict[str, Any]:
        """Return what `child` makes of a body; ``error`` and ``message`` where it cannot."""
        way = way_of(media_type, at)
        # All figures of a page share its picture.
        place = {"page": at.get("page")} if way == "page" else at
        request = json.dumps({"as": way, "at": place, "media_type": media_type}, sort_keys=True)
        key = f"{sha256} {request}"
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._places:
            answer = {"way": way, **_ask(request, data)}
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer


def _ask(request: str, data: bytes) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "dataset.explorer.child", request]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return {"error": "time", "message": f"it took longer than {PATIENCE:g} seconds"}
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        return {"error": "crashed", "message": f"its reader ended with {done.returncode}: {last[0][:200]}"}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
