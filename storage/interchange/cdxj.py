"""The index of a WACZ: a line a record, sorted, in compressed blocks that a reader fetches one at a time.

    <key> <yyyymmddhhmmss> {"url":…,"mime":…,"status":…,"digest":…,"offset":…,"length":…,"filename":…}

``index.cdx.gz`` holds the lines, `BLOCK` to a gzip member; ``index.idx`` says with which line each member
begins and where it is. The lines are sorted on disk, so that a site of millions of captures fits.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import json
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

BLOCK = 3000
_RUN_BYTES = 16 * 1024 * 1024
_LONGEST_QUERY = 4096
_WWW = re.compile(r"www\d*\.")
_SLASHES = re.compile("/{2,}")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_DEFAULT_PORTS = {"http": 80, "https": 443}


def url_key(url: str) -> str:
    """Return the key of an address: the host from its end, lower case, fields of the query in order.

    ``http://www.Example.gov.cn/a/?b=2&a=1`` is ``cn,gov,example)/a?a=1&b=2``, as Webrecorder's tools have it;
    an address of another scheme keeps its form.
    """
    lower = url.lower()
    try:
        parts = urlsplit(lower)
        port = parts.port
    except ValueError:
        return lower
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    end = f"?{query}" if query else ""
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return lower.partition("?")[0].rstrip("/") + end
    host = ",".join(reversed(_WWW.sub("", parts.hostname.rstrip("."), count=1).split(".")))
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host += f":{port}"
    path = _SLASHES.sub("/", parts.path)
    return f"{host}){path.rstrip('/') or '/'}{end}"


def post_query(body: bytes, content_type: str) -> str:
    """Return a POST's body as the query that replay looks it up by (Webrecorder's canonicalization)."""
    kind = content_type.partition(";")[0].strip().lower()
    query = ""
    if kind == "application/x-www-form-urlencoded":
        try:
            query = unquote_plus(body.decode())
        except UnicodeDecodeError:
            query = ""
    elif kind in {"application/json", "text/plain", ""}:
        try:
            query = _flat(json.loads(body))
        except (ValueError, RecursionError):
            query = ""
    if not query and body:
        query = f"__wb_post_data={base64.b64encode(body).decode()}"
    return query[:_LONGEST_QUERY]


def _flat(value: object) -> str:
    fields: dict[str, str] = {}
    seen: dict[str, int] = {}

    def walk(value: object, name: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, key)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, name)
        elif name:
            seen[name] = seen.get(name, 0) + 1
            fields[name if seen[name] == 1 else f"{name}.{seen[name]}_"] = str(value)

    walk(value, "")
    return urlencode(fields)


def post_url(url: str, query: str) -> str:
    """Return the address under which replay looks a POST up."""
    # Keys end at the first space.
    end = f"&{quote(query, safe=_PRINTABLE)}" if query else ""
    return f"{url}{'&' if '?' in url else '?'}__wb_method=POST{end}"


class SortedLines:
    """Lines that come in any order and are read sorted, each once, in bounded memory."""

    def __init__(self, run_bytes: int = _RUN_BYTES) -> None:
        self._run_bytes = run_bytes
        self._lines: list[str] = []
        self._bytes = 0
        self._runs: list[IO[str]] = []

    def add(self, line: str) -> None:
        """Take a line, without its end."""
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= self._run_bytes:
            run = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - see close
            run.writelines(f"{line}\n" for line in sorted(self._lines))
            self._runs.append(run)
            self._lines, self._bytes = [], 0

    def __iter__(self) -> Iterator[str]:
        """Yield the lines in order."""
        for run in self._runs:
            run.seek(0)
        runs: list[Iterable[str]] = [(line[:-1] for line in run) for run in self._runs]
        before = None
        for line in heapq.merge(*runs, sorted(self._lines)):
            if line != before:
                yield line
            before = line

    def close(self) -> None:
        """Give the disk back."""
        for run in self._runs:
            run.close()
        self._runs, self._lines = [], []


def blocks(lines: Iterable[str], name: str) -> Iterator[tuple[bytes, str]]:
    """Yield the blocks of an index and the line of each for the index of blocks.

    Args:
        lines: sorted.
        name: of the file that the blocks make up.
    """
    offset = 0
    yield b"", "!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": name})
    waiting: list[str] = []

    def block() -> tuple[bytes, str]:
        nonlocal offset
        engine = zlib.compressobj(9, zlib.DEFLATED, 31)
        data = engine.compress("".join(f"{line}\n" for line in waiting).encode()) + engine.flush()
        place = {
            "offset": offset,
            "length": len(data),
            "digest": f"sha256:{hashlib.sha256(data).hexdigest()}",
            "filename": name,
        }
        offset += len(data)
        return data, f"{waiting[0].partition(' {')[0]} {json.dumps(place)}"

    for line in lines:
        waiting.append(line)
        if len(waiting) == BLOCK:
            yield block()
            waiting.clear()
    if waiting:
        yield block()
