"""One capture as WARC records, with all that is known of it.

    request     as it was sent; left out where only the browser knows what that was
    response    status, headers, body; without a body where the archive has none (the outcome says why)
    revisit     instead of a response: the body stands in another record (the same payload, or a 304)
    resource    instead of a response: what a browser made of a page, under ``urn:dom:<address>``
    metadata    the capture itself as its line of the archive, under ``urn:gongkai:capture:<id>``

The archive keeps bodies without content-encoding and transfer-encoding. So that header and payload agree,
headers that speak of the form on the wire are renamed (``X-Archive-Orig-Content-Encoding``, …), and
``Content-Length`` is that of the payload. Redirects were followed by the crawler, which keeps the addresses
passed but not their answers: for each stands a ``302`` that says of itself that it was derived.

Times are those of the capture, record ids are made of the capture's id: the same archive gives the same
bytes.
"""

from __future__ import annotations

import json
import string
import uuid
from http import HTTPStatus
from itertools import pairwise
from urllib.parse import quote, urldefrag, urlencode, urlsplit

from storage.captures import Capture

RENDERED = "#rendered"
"""End of an address under which the crawler keeps what a browser made of a page."""
DOM = "urn:dom:"
CAPTURE = "urn:gongkai:capture:"
DERIVED = "X-Archive-Derived"
"""Header of an answer that was derived from a capture and not received."""
ORIGINAL = "X-Archive-Orig-"
WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that speak of the form on the wire."""
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

_IDS = uuid.UUID("5b6a1d0e-7c0f-5b38-9a52-6f7f1b0c8d11")
_URL_SAFE = "".join(set(string.printable) - set(string.whitespace) - set('<>"'))


def record_id(name: str, kind: str) -> str:
    """Return the id of a record; the same for the same capture and kind."""
    return f"<urn:uuid:{uuid.uuid5(_IDS, f'{kind}:{name}')}>"


def is_rendered(capture: Capture) -> bool:
    """Whether the body is what a browser made of a page, and not what came over the wire."""
    return capture.renderer == "browser" and capture.url.endswith(RENDERED)


def plain_url(url: str) -> str:
    """Return an address as records have it: without fragment, everything that is not printable escaped."""
    return quote(urldefrag(url).url, safe=_URL_SAFE)


def target(capture: Capture) -> str:
    """Return the address of the record that holds the capture's body."""
    if is_rendered(capture):
        return DOM + plain_url(capture.url.removesuffix(RENDERED))
    return plain_url(capture.final_url or capture.url)


def hops(capture: Capture) -> list[tuple[str, str]]:
    """Return the redirects that were followed: from which address to which."""
    if is_rendered(capture):
        return []
    chain = [plain_url(url) for url in (capture.url, *capture.redirects, capture.final_url)]
    pairs = dict.fromkeys(pair for pair in pairwise(chain) if pair[0] != pair[1])
    # What finally answered must not be hidden by the redirect that led to itself, through a cookie.
    return [pair for pair in pairs if pair[0] != chain[-1]]


def response_head(capture: Capture, size: int | None) -> bytes:
    """Return status line and headers for a payload of `size` bytes, None where there is none by nature."""
    lines = [f"HTTP/1.1 {capture.status} {_phrase(capture.status)}"]
    told = False
    for name, value in capture.response_headers.items():
        lower, label = name.lower(), name
        if size is not None and lower in WIRE:
            told = told or (lower == "content-length" and value.strip() == str(size))
            if lower != "content-length" or value.strip() != str(size):
                label = ORIGINAL + name
        lines.append(f"{label}: {_one_line(value)}")
    if size is not None and not told:
        lines.append(f"Content-Length: {size}")
    return _head(lines)


def redirect_head(location: str) -> bytes:
    """Return the answer of a redirect that was followed and whose own answer was not kept."""
    return _head(
        [
            "HTTP/1.1 302 Found",
            f"Location: {location}",
            f"{DERIVED}: redirect; the crawler followed it and kept neither its status nor its headers",
            "Content-Length: 0",
        ]
    )


def request_bytes(capture: Capture) -> bytes | None:
    """Return the request, None where nothing is known of it but the address."""
    if not capture.request_headers and capture.method == "GET":
        return None
    parts = urlsplit(plain_url(capture.url.removesuffix(RENDERED)))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{capture.method} {path} HTTP/1.1"]
    names = {name.lower() for name in capture.request_headers}
    if "host" not in names:
        lines.append(f"Host: {parts.netloc.rpartition('@')[2]}")
    lines += [f"{name}: {_one_line(value)}" for name, value in capture.request_headers.items()]
    body = request_body(capture)
    if body and "content-length" not in names:
        lines.append(f"Content-Length: {len(body)}")
    return _head(lines) + body


def request_body(capture: Capture) -> bytes:
    """Return the body of a POST as it was sent; captures keep a form as a list of pairs."""
    text = capture.request_body
    if not text or capture.method != "POST":
        return b""
    if request_type(capture).startswith("application/x-www-form-urlencoded"):
        try:
            pairs = json.loads(text)
            if isinstance(pairs, list):
                return urlencode([(str(name), str(value)) for name, value in pairs]).encode()
        except (ValueError, TypeError):
            return text.encode()  # as the browser sent it
    return text.encode()


def request_type(capture: Capture) -> str:
    """Return the media type of a POST's body as it was sent."""
    return next((v for k, v in capture.request_headers.items() if k.lower() == "content-type"), "").lower()


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return "Status"


def _one_line(value: str) -> str:
    return " ".join(value.splitlines())


def _head(lines: list[str]) -> bytes:
    text = "\r\n".join(lines) + "\r\n\r\n"
    try:
        return text.encode("latin-1")  # as the crawler took them from the wire
    except UnicodeEncodeError:
        return text.encode()
