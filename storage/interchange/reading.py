"""Records of a WARC file that anybody made, out of a stream that may be damaged or hostile.

A record that is cut off, contradicts its digest or cannot be understood is an `Issue` that names it, and the
reading goes on behind it where that is possible. A gzip file may be compressed record by record, as it should
be, or as a whole.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from storage.interchange.payload import Body, Digest, PayloadError, Source, read_head, take_body
from storage.interchange.records import CAPTURE

_HEADER_BYTES = 4 * 1024 * 1024
_SMALL_BODY = 1024 * 1024
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z")
_STATUS = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})(?:\s|$)")
_REQUEST = re.compile(r"([A-Z]{3,10})\s+\S+(?:\s+HTTP/\d(?:\.\d)?)?$")
_ID = re.compile(r"[!-~]{1,200}")
_LONGEST_URL = 8192
_KINDS = frozenset({"response", "revisit", "resource", "request", "metadata"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may unpack to.

    Attributes:
        body: bytes of one body.
        total: bytes of all records of a file, besides `ratio` times its own size.
        ratio: text packs to a tenth; a bomb to a thousandth, and in two layers to a millionth.
    """

    body: int = 1024 * 1024 * 1024
    total: int = 1024 * 1024 * 1024
    ratio: int = 200

    def of_file(self, size: int) -> int:
        """Return how many bytes the records of a file of that size may have."""
        return self.total + self.ratio * size


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that was not taken from a file.

    Attributes:
        code: why, for counting.
        record: id of the record, or its number in the file.
        url: its address, where it has one.
        message: for people.
    """

    code: str
    record: str
    url: str
    message: str


@dataclass(slots=True)
class Found:
    """A record.

    Attributes:
        kind: ``response``, ``revisit``, ``resource``, ``request`` or ``metadata``.
        id: its id, without brackets.
        url: its address.
        time: as captures write it.
        warc: its fields, names in small letters.
        line: first line of the HTTP message, empty where there is none.
        headers: of the HTTP message.
        body: of a response, a resource or a small record; None where the record has none. Closed by whoever
            iterates on.
        problem: why it has no body, where it should have one.
        is_checked: whether it has a digest that was checked.
    """

    kind: str
    id: str
    url: str
    time: str
    warc: dict[str, str]
    line: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: Body | None = None
    problem: PayloadError | None = None
    is_checked: bool = False

    @property
    def status(self) -> int | None:
        """HTTP status."""
        match = _STATUS.match(self.line)
        return int(match[1]) if match else None

    @property
    def method(self) -> str | None:
        """HTTP method."""
        match = _REQUEST.match(self.line)
        return match[1] if match else None

    def referred(self, name: str) -> str:
        """Return the record id that a field names, without brackets."""
        return self.warc.get(name, "").strip().strip("<>")


def header_dict(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Return headers by name as they stand; several values of a name joined, as HTTP allows."""
    found: dict[str, str] = {}
    known: dict[str, str] = {}
    for name, value in headers:
        label = known.setdefault(name.lower(), name)
        found[label] = f"{found[label]}, {value}" if label in found else value
    return found


class TooMuchError(Exception):
    """A file unpacks to more than it may."""


DAMAGE = (EOFError, OSError, zlib.error, zipfile.BadZipFile, ArchiveLoadFailed, TooMuchError)
"""What reading a damaged or hostile file may raise."""


class Budget:
    """How much may still be unpacked."""

    def __init__(self, total: int) -> None:
        self._rest = self._total = total

    def spend(self, size: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            TooMuchError: they are too many.
        """
        self._rest -= size
        if self._rest < 0:
            raise TooMuchError(f"it unpacks to more than {self._total} bytes")


class _Unpacked:
    """The records of a file, unpacked; while headers are read, only so much at a time."""

    def __init__(self, file: Any, budget: Budget) -> None:
        packed = file.peek(2)[:2] == b"\x1f\x8b"
        self._file = gzip.GzipFile(fileobj=file) if packed else file
        self._budget = budget
        self._position = 0
        self._start = b""
        self.in_headers: int | None = None

    def peek(self, size: int) -> bytes:
        """Return the first bytes, before anything else is read."""
        while len(self._start) < size and (data := self._take(size)):
            self._start += data
        return self._start[:size]

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as many as can be had at once: those before a damage are not lost."""
        data = self._start or self._take(size if size > 0 else 64 * 1024)
        self._start = b""
        self._position += len(data)
        if self.in_headers is not None:
            self.in_headers -= len(data)
            if self.in_headers < 0:
                raise TooMuchError(f"record headers of more than {_HEADER_BYTES} bytes")
        return data

    def _take(self, size: int) -> bytes:
        try:
            data: bytes = self._file.read1(size)
        except EOFError as error:
            # An end inside a gzip member is damage; warcio would take an EOFError for the end of the file.
            raise OSError(f"cut off: {error}") from error
        self._budget.spend(len(data))
        return data


def read_warc(file: Any, name: str, limits: Limits, budget: Budget) -> Iterator[Found | Issue]:
    """Yield the records of a WARC file, and what could not be taken.

    Args:
        file: open for reading; such as `open` and `zipfile` give, which can be peeked into.
        name: of the file, for people.
        limits: what bodies may have.
        budget: what the file may unpack to.
    """
    number, last = 0, name
    try:
        stream = _Unpacked(file, budget)
        if stream.peek(5) != b"WARC/":
            yield Issue("not_warc", name, "", "the file does not begin with a WARC record")
            return
        records = ArchiveIterator(stream, no_record_parse=True)
        while True:
            stream.in_headers = _HEADER_BYTES
            # warcio speaks of wrong lengths on standard error; they are issues here.
            with contextlib.redirect_stderr(io.StringIO()):
                record = next(records, None)
            stream.in_headers = None
            if record is None:
                return
            number += 1
            found = _record(record, f"{name}, record {number}", limits)
            last = found.id if isinstance(found, Found) else found.record
            damage = None
            wrong_before = records.err_count
            try:
                with contextlib.redirect_stderr(io.StringIO()):
                    stream.in_headers = _HEADER_BYTES
                    records.read_to_end()
            except DAMAGE as error:
                damage = error
            if isinstance(found, Found):
                if records.err_count > wrong_before:
                    found = _refused(found, "bad_length", "it does not end where its Content-Length says")
                elif damage is not None and not found.is_checked:
                    found = _refused(found, "damaged", f"it ends in damage, and has no digest: {damage}")
            try:
                yield found
            finally:
                if isinstance(found, Found) and found.body is not None:
                    found.body.file.close()
            if damage is not None:
                raise damage
    except DAMAGE as error:
        code = "too_large" if isinstance(error, TooMuchError) else "damaged"
        place = f"behind record {number} ({last})" if number else "of it"
        yield Issue(code, f"{name}, record {number + 1}", "", f"nothing was read {place}: {error}")


def _refused(found: Found, code: str, message: str) -> Found | Issue:
    if found.body is not None:
        found.body.file.close()
    if found.kind == "request":
        # Not left out: its answer would be taken for that of another request.
        found.body, found.problem = None, PayloadError(code, message)
        return found
    return Issue(code, found.id, found.url, message)


def _record(record: Any, place: str, limits: Limits) -> Found | Issue:
    fields = {name.lower(): value for name, value in reversed(record.rec_headers.headers)}
    identity = fields.get("warc-record-id", "").strip().strip("<>")
    if not _ID.fullmatch(identity):
        identity = place
    url = fields.get("warc-target-uri", "").strip().strip("<>")
    kind = fields.get("warc-type", "").strip().lower()
    length = fields.get("content-length", "").strip()
    if not length.isdecimal():
        return _drained(record, Issue("no_length", identity, url, "the record does not say its length"))
    if kind not in _KINDS or (kind == "metadata" and not url.startswith(CAPTURE)):
        return _drained(record, Issue(f"skipped:{_word(kind)}", identity, url, "not a record of a capture"))
    if len(url) > _LONGEST_URL or not url.isprintable():
        return _drained(record, Issue("bad_url", identity, url[:100], "no address that anybody would ask"))
    if "warc-segment-number" in fields:
        return _drained(record, Issue("segmented", identity, url, "a record in several parts"))
    moment = _moment(fields.get("warc-date", ""))
    if moment is None:
        return _drained(record, Issue("bad_date", identity, url, "the record has no date that can be"))
    found = Found(kind, identity, url, moment, fields)
    block = Digest(fields.get("warc-block-digest", ""))
    hashes = [block.new()] if block.is_known else []
    source = Source(record.raw_stream, hashes)
    try:
        _content(found, source, limits)
    except PayloadError as error:
        found.problem = error
    while source.read(64 * 1024):
        continue
    problem = None
    if record.raw_stream.limit > 0:
        problem = PayloadError("truncated", f"the record is {record.raw_stream.limit} bytes short")
    elif hashes and not block.is_of(hashes[0]):
        problem = PayloadError("bad_digest", "the record does not have the digest it states")
    if problem is not None:
        return _refused(found, problem.code, str(problem))
    payload = Digest(fields.get("warc-payload-digest", ""))
    found.is_checked = bool(hashes) or (payload.is_known and found.body is not None and kind != "request")
    return found


def _content(found: Found, source: Source, limits: Limits) -> None:
    if found.kind in {"response", "revisit", "request"} and source.peek(1):
        found.line, headers = read_head(source)
        found.headers = header_dict(headers)
    lower: Mapping[str, str] = {name.lower(): value for name, value in found.headers.items()}
    if found.kind == "revisit":
        return
    stated = Digest(found.warc.get("warc-payload-digest", ""))
    if found.kind == "response":
        if found.status is None:
            raise PayloadError("no_http", "the record holds no HTTP answer")
        if "warc-truncated" in found.warc:
            raise PayloadError("truncated", f"the body was cut off: {found.warc['warc-truncated'][:40]}")
        if source.peek(1):
            found.body = take_body(source, lower, stated, limits.body)
        elif stated.is_known and not stated.is_of(stated.new()):
            raise PayloadError("no_payload", "the record has no payload, and the digest of one")
        return
    limit = limits.body if found.kind == "resource" else _SMALL_BODY
    if found.kind == "request":
        stated = Digest("")  # some tools state that of the whole block
    found.body = take_body(source, {}, stated, limit)


def _drained(record: Any, issue: Issue) -> Issue:
    while issue.code != "no_length" and record.raw_stream.read(64 * 1024):
        continue
    return issue


def _moment(text: str) -> str | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        moment = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return f"{match[1]}Z" if moment < datetime.now(UTC) + timedelta(days=1) else None


def _word(text: str) -> str:
    return text if re.fullmatch(r"[a-z]{1,20}", text) else "unknown"
