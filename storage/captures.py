"""Captures: what was asked of a site and what came back.

They are the archive's truth; everything else is folded from them. Layout:

    captures/<site>/<run>/<n>.jsonl    one segment of a run's captures of one site; n = 000000, 000001, …

A segment is written once, and only after the bodies that its captures name are durable. A run owns its
segments: two runs never write the same key. A process killed before a segment leaves at most bodies that no
capture names; the next run asks again and names them.

A line is one capture as JSON: UTF-8, the fields in the order of the class below; the last line says that the
segment is whole (`storage.segments`). What a reader does not know is an error that names the segment, never
skipped.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from storage.objects import ObjectStore, StoreError
from storage.secrets import redact_headers, redact_text, redact_url
from storage.segments import pack_segment, unpack_segment

CAPTURES = "captures/"
"""Where the segments are."""

ROLES = frozenset({"listing", "document", "attachment"})
OUTCOMES = frozenset({"new", "unchanged_304", "unchanged_hash", "changed", "gone"})
"""Outcomes besides ``blocked:<wall>`` and ``error:<kind>``."""
GOOD_OUTCOMES = frozenset({"new", "unchanged_304", "unchanged_hash", "changed"})
"""Outcomes that say: the resource was there, with the body named."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # a site or run id: a segment of keys
_OUTCOME = re.compile(r"(?:blocked|error):[a-z0-9_.-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SEGMENT = re.compile(r"captures/([^/]+)/([^/]+)/(\d{6,})\.jsonl")


class CaptureError(StoreError):
    """A capture, or a segment of them, is not what it must be; the message names it."""


@dataclass(frozen=True, slots=True)
class Trail:
    """How the crawler came to an address: the page that linked there, and the link's words.

    Attributes:
        listing: address of the page that held the link, None for an entry point.
        anchor: the link's text (its title attribute where the text was cut).
        date: the date beside the link, as printed, where there was one.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    listing: str | None = None
    anchor: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """Where a capture that others made came from: the file, its SHA-256, and the WARC record in it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    file: str
    sha256: str
    record: str


@dataclass(frozen=True, slots=True)
class Capture:
    """One request and its answer.

    Attributes:
        id: ``<site>/<run>/<n>`` with n the ordinal within the run's captures of the site, six digits.
        run: run id; sorts by time.
        site: site id of the registry.
        role: ``listing`` (a page asked for its links), ``document`` (a page that may be a report),
            ``attachment`` (a file that a document page links).
        url: the address asked, as the crawler knows the resource.
        final_url: the address that answered, after redirects.
        redirects: addresses passed on the way.
        method: ``GET`` or ``POST``.
        request_headers: as sent, secrets removed.
        request_body: the form or JSON of a POST, None otherwise.
        response_headers: as received, secrets removed.
        time: when the answer was complete, UTC, ``2026-11-22T15:30:00Z``; `timestamp` writes it.
        status: HTTP status, None where no answer came.
        outcome: ``new``, ``unchanged_304``, ``unchanged_hash``, ``changed``, ``gone``, ``blocked:<wall>``,
            ``error:<kind>``.
        sha256: hash of the body, also of the archived body that a 304 confirmed; None where there is no body.
        size: bytes of that body.
        media_type: as declared by the server, without parameters.
        sniffed_type: by content.
        renderer: ``http`` or ``browser``.
        parent: for an attachment the address of its page.
        trail: how the crawler came here.
        note: what a person should know (error text, wall marker), else None.
        imported: where it came from if our crawler did not make it; the line has no such field otherwise.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    id: str
    run: str
    site: str
    role: str
    url: str
    final_url: str
    time: str
    outcome: str
    method: str = "GET"
    redirects: tuple[str, ...] = ()
    request_headers: dict[str, str] = field(default_factory=dict)
    request_body: str | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    sniffed_type: str | None = None
    renderer: str = "http"
    parent: str | None = None
    trail: Trail = Trail()
    note: str | None = None
    imported: Imported | None = None

    @property
    def resource_key(self) -> str:
        """What names the resource: its address; for a POST also the method and the hash of the body."""
        if self.method == "GET":
            return self.url
        body = hashlib.sha256((self.request_body or "").encode()).hexdigest()
        return f"{self.method} {self.url} {body}"


_ADAPTER = TypeAdapter(Capture)


def timestamp(moment: datetime) -> str:
    """Return a moment as captures write it: UTC, whole seconds, ``2026-11-22T15:30:00Z``.

    Raises:
        ValueError: the moment does not say its time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_name(name: str, what: str) -> str:
    """Return a site or run id that may be a segment of keys.

    Raises:
        CaptureError: it holds other characters, is empty or too long.
    """
    if not _NAME.fullmatch(name):
        raise CaptureError(f"{what} {name!r}: letters, digits, '.', '_' and '-' only, at most 128")
    return name


def site_prefix(site: str) -> str:
    """Return what the keys of a site's segments start with."""
    return f"{CAPTURES}{check_name(site, 'site')}/"


def segment_key(site: str, run: str, number: int) -> str:
    """Return the key of a segment."""
    return f"{site_prefix(site)}{check_name(run, 'run')}/{number:06d}.jsonl"


def parse_segment_key(key: str) -> tuple[str, str, int]:
    """Return site, run and number of a segment.

    Raises:
        CaptureError: the key is not that of a segment.
    """
    match = _SEGMENT.fullmatch(key)
    if match is None:
        raise CaptureError(f"{key}: not a segment of captures")
    return match[1], match[2], int(match[3])


def check_capture(capture: Capture) -> None:
    """Raise CaptureError where a capture contradicts itself or uses words that captures do not know."""
    for wrong, what in (
        (capture.role not in ROLES, "role"),
        (capture.method not in {"GET", "POST"}, "method"),
        (capture.renderer not in {"http", "browser"}, "renderer"),
        (capture.outcome not in OUTCOMES and not _OUTCOME.fullmatch(capture.outcome), "outcome"),
        (not _TIME.fullmatch(capture.time), "time"),
        (capture.sha256 is not None and not _SHA256.fullmatch(capture.sha256), "sha256"),
        (capture.outcome in GOOD_OUTCOMES and capture.sha256 is None, "sha256"),
        (not capture.id.startswith(f"{capture.site}/{capture.run}/"), "id"),
    ):
        if wrong:
            raise CaptureError(f"capture {capture.id}: {what} {getattr(capture, what)!r} is not one")


def _without_secrets(capture: Capture) -> Capture:
    trail, parent, note = capture.trail, capture.parent, capture.note
    return replace(
        capture,
        url=redact_url(capture.url),
        final_url=redact_url(capture.final_url),
        # Of the same type as it was: what could not be read back must be seen as that.
        redirects=type(capture.redirects)(redact_url(url) for url in capture.redirects),
        request_headers=redact_headers(capture.request_headers),
        response_headers=redact_headers(capture.response_headers),
        parent=None if parent is None else redact_url(parent),
        trail=trail if trail.listing is None else replace(trail, listing=redact_url(trail.listing)),
        note=None if note is None else redact_text(note),
    )


def encode_capture(capture: Capture) -> bytes:
    """Return a capture as its line, without the line end, secrets removed.

    Raises:
        CaptureError: it could not be read back.
    """
    capture = _without_secrets(capture)
    try:
        unsaid = {"imported"} if capture.imported is None else None
        line = _ADAPTER.dump_json(capture, warnings="error", exclude=unsaid)
    except PydanticSerializationError as error:
        raise CaptureError(f"capture {capture.id}: {error}") from error
    if decode_capture(line) != capture:
        raise CaptureError(f"capture {capture.id}: would not be read back as it is")
    return line


def decode_capture(line: bytes) -> Capture:
    """Return the capture of a line.

    Raises:
        CaptureError: the line is not a capture, or has fields that captures do not have.
    """
    try:
        capture = _ADAPTER.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CaptureError(f"{where or 'line'}: {first['msg']}") from error
    check_capture(capture)
    return capture


def read_segment(store: ObjectStore, key: str) -> list[Capture]:
    """Return the captures of one segment.

    Raises:
        CaptureError: it is not whole, or holds what captures do not hold.
    """
    return read_whole_segment(store, key)[0]


def read_whole_segment(store: ObjectStore, key: str) -> tuple[list[Capture], tuple[str, int] | None]:
    """Return the captures of one segment, and the earlier run it names with the number of its segments.

    Raises:
        CaptureError: it is not whole, or holds what captures do not hold.
    """
    site, run, _ = parse_segment_key(key)
    try:
        segment = unpack_segment(store.get(key))
    except ValueError as error:
        raise CaptureError(f"{key} in {store.url}: the segment is damaged: {error}; restore it") from error
    captures = []
    for number, line in enumerate(segment.lines, start=1):
        try:
            capture = decode_capture(line)
        except CaptureError as error:
            raise CaptureError(f"{key} in {store.url}, line {number}: {error}") from error
        if (capture.site, capture.run) != (site, run):
            raise CaptureError(f"{key} in {store.url}, line {number}: the capture of another site or run")
        captures.append(capture)
    return captures, segment.after


def list_segments(store: ObjectStore, site: str, *, after_run: str = "") -> Iterator[str]:
    """Yield the keys of a site's segments, by run and number, of the runs that sort after `after_run`."""
    prefix = site_prefix(site)
    # '0' is the character after '/': every segment of `after_run` sorts before "<after_run>0".
    return store.list(prefix, after=f"{prefix}{after_run}0" if after_run else "")


def read_captures(store: ObjectStore, site: str, *, after_run: str = "") -> Iterator[Capture]:
    """Yield a site's captures of the runs that sort after `after_run`, by run and as they were written.

    Raises:
        CaptureError: a segment cannot be read; the message names it.
    """
    for key in list_segments(store, site, after_run=after_run):
        yield from read_segment(store, key)


class CaptureWriter:
    """Writes the captures of one site in one run. For one thread.

    The caller sees to it that a body is durable (`Archive.put_body` has returned) before it adds the capture
    that names it.
    """

    def __init__(
        self, store: ObjectStore, site: str, run: str, *, after: tuple[str, int] | None = None
    ) -> None:
        """Make it.

        Args:
            store: the store.
            site: the site.
            run: the run, whose only writer for this site this is.
            after: the site's latest run that is known, and how many segments it has.
        """
        self._store = store
        self._after = after
        self._site = check_name(site, "site")
        self._run = check_name(run, "run")
        self._captures = 0
        self._segments = 0
        self._lines: list[bytes] = []
        self._ids: set[str] = set()

    @classmethod
    def resume(
        cls, store: ObjectStore, site: str, run: str, *, after: tuple[str, int] | None = None
    ) -> CaptureWriter:
        """Return a writer that goes on where an earlier one of the run ended, or begins."""
        writer = cls(store, site, run, after=after)
        for key in store.list(f"{site_prefix(site)}{run}/"):
            writer._segments = parse_segment_key(key)[2] + 1
            numbers = (int(one.id.rpartition("/")[2]) for one in read_segment(store, key))
            writer._captures = max(writer._captures, *(number + 1 for number in numbers))
        return writer

    def __len__(self) -> int:
        """Return how many captures wait for `flush`."""
        return len(self._lines)

    def next_id(self) -> str:
        """Return an id that no capture of this writer has had: ``<site>/<run>/<n>``."""
        number = self._captures
        self._captures += 1
        return f"{self._site}/{self._run}/{number:06d}"

    def add(self, capture: Capture) -> None:
        """Take a capture into the next segment.

        Raises:
            CaptureError: it is of another site or run, its id was used, or it could not be read back.
        """
        if (capture.site, capture.run) != (self._site, self._run):
            raise CaptureError(f"capture {capture.id}: not of site {self._site} and run {self._run}")
        if capture.id in self._ids:
            raise CaptureError(f"capture {capture.id}: the id was used before")
        self._lines.append(encode_capture(capture))
        self._ids.add(capture.id)

    def flush(self) -> None:
        """Write what waits as one segment; durable on return. When it raises, everything still waits.

        Raises:
            CaptureError: another process writes under this run id.
        """
        if not self._lines:
            return
        key, data = self.waiting()
        # A store that answered too late was asked twice, and the second answer is "there already": then it is
        # ours.
        if not self._store.put_new(key, data) and self._store.get(key) != data:
            raise CaptureError(f"{key} in {self._store.url} is there already: one run id must not run twice")
        self._segments += 1
        self._lines.clear()

    def waiting(self) -> tuple[str, bytes]:
        """Return the key and the bytes of the segment that `flush` would write."""
        key = segment_key(self._site, self._run, self._segments)
        return key, pack_segment(self._lines, None if self._segments else self._after)

    def close(self) -> None:
        """Write what waits."""
        self.flush()
