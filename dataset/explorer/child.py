"""Reads archived bytes for `shown.py` in a process of its own, with bounds: what they do to it harms no one.

python -m dataset.explorer.child '{"at": {…}, "media_type": "…"}' < body > answer.json
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 3 << 30
SECONDS = 30


def main() -> int:
    """Answer one request."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    request = json.loads(sys.argv[1])
    answer = _answer(request, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    return 0


def _answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    from dataset.explorer.shown import way_of
    from extraction.document import UnreadableError
    from extraction.sniff import sniff

    at = request["at"]
    media_type = request["media_type"] or sniff(data)
    way = "table"
    try:
        if (member := _member(data, at, media_type)) is not None:
            data, at = member
            media_type = sniff(data)
        way = way_of(media_type, at)
        found = _WAYS[way](data, at, media_type)
    except UnreadableError as error:
        found = {"error": error.code, "message": str(error)}
    return {"way": way, "media_type": media_type, "member": at.get("member"), **found}


def _member(data: bytes, at: dict[str, Any], media_type: str) -> tuple[bytes, dict[str, Any]] | None:
    """The file of an archive that a place is in, and the place in it; its paths are ``<file>!<path>``."""
    from extraction.readers.unpack import TYPES, unpack

    if media_type not in TYPES:
        return None
    path = at.get("path") or ""
    wanted = at.get("member")
    for file in unpack(data, media_type, lambda name: name == wanted or path.startswith(f"{name}!")):
        return file.read(), {**at, "path": path.removeprefix(f"{file.name}!") or None, "member": file.name}
    return None


def _html(data: bytes, at: dict[str, Any], _: str) -> dict[str, Any]:
    from dataset.explorer.show_html import show_html

    return show_html(data, at)


def _page(data: bytes, at: dict[str, Any], media_type: str) -> dict[str, Any]:
    from dataset.explorer.show_pages import show_page

    return show_page(data, at, media_type)


def _table(data: bytes, at: dict[str, Any], media_type: str) -> dict[str, Any]:
    from dataset.explorer.show_tables import show_table

    return show_table(data, at, media_type)


_WAYS: dict[str, Callable[[bytes, dict[str, Any], str], dict[str, Any]]] = {
    "html": _html,
    "page": _page,
    "table": _table,
}


if __name__ == "__main__":
    sys.exit(main())
