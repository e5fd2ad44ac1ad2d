"""One imported answer: what its records say together, and the capture that makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from crawlers.sniff import is_page, sniff
from storage import Capture, CaptureError, Trail
from storage.captures import Imported, decode_capture
from storage.interchange.payload import Digest
from storage.interchange.reading import Found
from storage.interchange.records import DERIVED, DOM, target

BODY_STATUS = frozenset({200, 203})
"""Statuses whose payload is what was asked for; a 206 is a part of it."""

_UNMODIFIED = "/revisit/server-not-modified"
_SMALL = 32 * 1024 * 1024
_HEAD = 1024 * 1024
_FILES = ("application/", "text/html")
_DATA = frozenset({"application/json", "application/xml", "application/gzip"})


class AnswerError(Exception):
    """An answer cannot become a capture.

    Attributes:
        code: why, for counting.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Answer:
    """A response, revisit or resource with its request, as plain data.

    Attributes:
        kind: of the record.
        id: of the record.
        url: its address.
        time: as captures write it.
        status: HTTP status, None where there is no HTTP answer.
        headers: of the answer.
        refers: a revisit's record id, address and time of the record that holds the body.
        unmodified: a revisit because of a 304.
        digest: of the payload, as stated.
        concurrent: ids of records of the same exchange.
        sha256: of the archived body.
        size: its bytes.
        sniffed: its type by content.
        problem: code and message: why it has no body, where it should have one.
        request: method, headers and body of the request, where there is one.
        line: the capture as gongkai exported it, where it did.
    """

    kind: str
    id: str
    url: str
    time: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    refers: tuple[str, str, str] = ("", "", "")
    unmodified: bool = False
    digest: str = ""
    concurrent: str = ""
    sha256: str | None = None
    size: int | None = None
    sniffed: str | None = None
    problem: tuple[str, str] | None = None
    request: tuple[str, dict[str, str], str | None] | None = None
    line: str | None = None

    @classmethod
    def of(cls, found: Found) -> Answer:
        """Return what a record says, without its body."""
        status = found.status
        answer = cls(found.kind, found.id, found.url, found.time, status, found.headers)
        answer.concurrent = found.referred("warc-concurrent-to")
        answer.digest = found.warc.get("warc-payload-digest", "")
        if found.kind == "revisit" or status == 304:
            answer.kind = "revisit"
            answer.unmodified = status == 304 or found.warc.get("warc-profile", "").strip().endswith(
                _UNMODIFIED
            )
            answer.refers = (
                found.referred("warc-refers-to"),
                found.referred("warc-refers-to-target-uri"),
                found.warc.get("warc-refers-to-date", "").strip(),
            )
        if found.problem is not None:
            answer.problem = (found.problem.code, str(found.problem))
        return answer

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Answer:
        """Return it again from JSON."""
        for name in ("refers", "problem", "request"):
            fields[name] = None if fields[name] is None else tuple(fields[name])
        return cls(**fields)

    @property
    def is_dom(self) -> bool:
        """Whether it is what a browser made of a page."""
        return self.url.startswith(DOM)

    @property
    def address(self) -> str:
        """The address on the web."""
        return self.url.removeprefix(DOM)

    @property
    def digest_key(self) -> tuple[str, bytes] | None:
        """What is the same for the same payload."""
        return Digest(self.digest).key

    @property
    def wants_body(self) -> bool:
        """Whether its payload is a body to keep."""
        return self.kind == "resource" or (self.kind == "response" and self.status in BODY_STATUS)


def skipped(found: Found) -> str | None:
    """Return why a record is no capture of its own, None where it is one."""
    if any(name.lower() == DERIVED.lower() for name in found.headers):
        return "derived"
    if found.kind == "resource" and not found.url.startswith((DOM, "http://", "https://")):
        return "other_resource"
    if found.kind != "resource" and not found.url.startswith(("http://", "https://", DOM)):
        return "other_scheme"
    return None


def type_of(found: Found) -> str | None:
    """Return the type of a body by its content; leaves it at its beginning."""
    if found.body is None:
        return None
    head = found.body.file.read(_SMALL if found.body.size <= _SMALL else _HEAD)
    found.body.file.seek(0)
    return sniff(head)


def own_capture(answer: Answer) -> Capture | None:
    """Return the capture as gongkai exported it, None where the package says nothing of it.

    Raises:
        AnswerError: it is not that of the record it stands with.
    """
    if answer.line is None:
        return None
    try:
        capture = decode_capture(answer.line.encode())
    except CaptureError as error:
        raise AnswerError(
            "bad_metadata", f"the capture that stands with it cannot be read: {error}"
        ) from error
    same_body = capture.sha256 is None or answer.sha256 is None or capture.sha256 == answer.sha256
    same_status = answer.status is None or capture.status == answer.status
    same_place = answer.kind == "metadata" or answer.address in {target(capture), target(capture)[len(DOM) :]}
    if not (same_body and same_status and same_place and capture.time == answer.time):
        raise AnswerError("bad_metadata", "the capture that stands with it is that of another answer")
    return capture


def make_capture(answer: Answer, own: Capture | None, outcome: str, imported: Imported) -> Capture:
    """Return the capture of an answer; the writer gives it site, run and id."""
    if own is not None:
        return replace(own, sha256=own.sha256 or answer.sha256, imported=imported)
    method, headers, body = answer.request or ("GET", {}, None)
    declared = next((value for name, value in answer.headers.items() if name.lower() == "content-type"), "")
    media_type = declared.split(";", 1)[0].strip().lower() or None
    return Capture(
        id="",
        run="",
        site="",
        role=_role(answer, media_type, method),
        url=answer.url if not answer.is_dom else f"{answer.address}#rendered",
        final_url=answer.address,
        time=answer.time,
        outcome=outcome,
        method=method,
        request_headers=headers,
        request_body=body,
        response_headers=answer.headers,
        status=answer.status,
        sha256=answer.sha256,
        size=answer.size,
        media_type=media_type,
        sniffed_type=answer.sniffed,
        renderer="browser" if answer.is_dom else "http",
        trail=Trail(),
        imported=imported,
    )


def failure(answer: Answer) -> str:
    """Return the outcome of an answer that is not what was asked for."""
    if answer.status in {404, 410}:
        return "error:not_found"  # not `gone`: that takes lists that do not name it any more
    if answer.status in BODY_STATUS:
        return "error:empty"
    return f"error:http_{answer.status}"


def _role(answer: Answer, media_type: str | None, method: str) -> str:
    """Return what it may be: pages and documents may be reports; data, scripts and pictures are not."""
    kind = answer.sniffed or media_type or ""
    if method != "GET" or answer.address.endswith("/robots.txt") or kind in _DATA:
        return "listing"
    if answer.sniffed is None and not is_page(None, media_type):
        return "listing"
    if answer.sniffed is None and media_type is not None and media_type.startswith(("text/css", "text/j")):
        return "listing"
    if media_type is not None and ("javascript" in media_type or "json" in media_type):
        return "listing"
    return "document" if kind.startswith(_FILES) or answer.sniffed is None else "listing"
