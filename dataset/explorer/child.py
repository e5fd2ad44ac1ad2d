"""Reads archived bytes for `shown.py` in a process of its own, with bounds: what they do to it harms no one.

python -m dataset.explorer.child '{"as": "page", "at": {…}, "media_type": "…"}' < body > answer.json
"""

from __future__ import annotations

import json
import resource
import sys
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
    from extraction.document import UnreadableError

    at, media_type = request["at"], request["media_type"]
    try:
        if request["as"] == "html":
            from dataset.explorer.show_html import show_html

            return show_html(data, at)
        if request["as"] == "page":
            from dataset.explorer.show_pages import show_page

            return show_page(data, at, media_type)
        from dataset.explorer.show_tables import show_table

        return show_table(data, at, media_type)
    except UnreadableError as error:
        return {"error": error.code, "message": str(error)}


if __name__ == "__main__":
    sys.exit(main())
