"""Captures -> a WACZ package (version 1.1.1 of the specification), streamed.

    archive/data.warc.gz        the records
    indexes/index.cdx.gz, .idx  where each is
    pages/pages.jsonl           the reports; pages/extraPages.jsonl the lists that lead to them
    datapackage.json            hash and size of each file; datapackage-digest.json the hash of that

Captures are gone through twice: first to see which of them holds each body (the first that does; later ones
become revisits), then to write. The same archive gives the same bytes. No clock is asked: ``created``, ``modified`` and the date of the warcinfo
record are the time of the latest capture, and files in the ZIP have the earliest date that ZIP knows.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, BinaryIO, cast

from storage.archive import Archive, BodyCorruptError, BodyRemovedError
from storage.captures import Capture, encode_capture
from storage.interchange import cdxj, records
from storage.interchange.warcfile import PIECE, Place, WarcFile
from storage.objects import ObjectNotFoundError

WARC_NAME = "data.warc.gz"
WACZ_VERSION = "1.1.1"
_SPOOL_BYTES = 1024 * 1024
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass
class Exported:
    """What an export holds.

    Attributes:
        captures: captures.
        records: WARC records, by type.
        bodies: bodies, each once.
        pages: entries of the list of pages.
        removed: captures whose body a person removed; it is not in the package.
        problems: bodies that could not be taken from the archive, as messages.
    """

    captures: int = 0
    records: Counter[str] = field(default_factory=Counter)
    bodies: int = 0
    pages: int = 0
    removed: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Carrier:
    """The capture whose record holds a body."""

    id: str
    url: str
    time: str


_Body = tuple[bool, str]  # whether it is a rendered page, and its hash


@dataclass
class _Survey:
    """What the first pass finds."""

    carriers: dict[_Body, _Carrier] = field(default_factory=dict)
    latest: str = ""


def export_wacz(
    path: Path,
    archive: Archive,
    captures: Callable[[], Iterable[Capture]],
    title_of: Callable[[Capture], str | None],
    *,
    title: str,
    description: str,
) -> Exported:
    """Write captures as a WACZ package.

    Args:
        path: of the package; appears when it is whole.
        archive: where the bodies are.
        captures: yields the captures, the same ones in the same order whenever it is called.
        title_of: the title of the report that a capture's body is, None where it is none.
        title: of the package.
        description: of the package.

    Raises:
        ValueError: there are no captures.
    """
    survey = _survey(captures())
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        with part.open("w+b") as file:
            with zipfile.ZipFile(file, "w") as package:
                writer = _Writer(package, archive, survey, title_of)
                writer.write(captures(), title, description)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return writer.done


def _survey(captures: Iterable[Capture]) -> _Survey:
    survey = _Survey()
    for capture in captures:
        survey.latest = max(survey.latest, capture.time)
        if capture.sha256 is not None and capture.status is not None and capture.status != 304:
            key = (records.is_rendered(capture), capture.sha256)
            carrier = _Carrier(capture.id, records.target(capture), capture.time)
            survey.carriers.setdefault(key, carrier)
    if not survey.latest:
        raise ValueError("there is nothing to export")
    return survey


class _HashedMember:
    """A file of the package that is being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._size += len(data)
        self._out.write(data)

    def resource(self, path: str) -> dict[str, object]:
        """Return what the manifest says of it."""
        digest = f"sha256:{self._digest.hexdigest()}"
        # The data package standard wants small letters in names.
        return {"name": path.rpartition("/")[2].lower(), "path": path, "hash": digest, "bytes": self._size}


class _Writer:
    """Writes one package."""

    def __init__(
        self,
        package: zipfile.ZipFile,
        archive: Archive,
        survey: _Survey,
        title_of: Callable[[Capture], str | None],
    ) -> None:
        self._package = package
        self._archive = archive
        self._carriers = survey.carriers
        self._latest = survey.latest
        self._title_of = title_of
        self._index = cdxj.SortedLines()
        self._pages: dict[tuple[str, str], tuple[str, str]] = {}
        self._lists: dict[str, tuple[str, str]] = {}
        self._resources: list[dict[str, object]] = []
        self.done = Exported()

    def write(self, captures: Iterable[Capture], title: str, description: str) -> None:
        """Write everything."""
        try:
            with self._member(f"archive/{WARC_NAME}") as member:
                self._warc = WarcFile(member)
                self._warcinfo(title, description)
                for capture in captures:
                    self._capture(capture)
            self._write_index()
        finally:
            self._index.close()
        reports = [(url, time, said, sha256) for (url, sha256), (time, said) in self._pages.items()]
        self._write_pages("pages", "Reports", sorted(reports))
        lists = [(url, time, said, "") for url, (time, said) in self._lists.items()]
        self._write_pages("extraPages", "Lists", sorted(lists))
        self.done.pages = len(self._pages)
        manifest = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": title,
            "description": description,
            "software": _software(),
            "created": self._latest,
            "modified": self._latest,
            "resources": self._resources,
        }
        data = _json(manifest, indent=2)
        self._plain("datapackage.json", data)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        self._plain("datapackage-digest.json", _json(digest, indent=2))

    # The package

    @contextlib.contextmanager
    def _member(self, path: str) -> Iterator[_HashedMember]:
        # Stored, not compressed: what is large is compressed already, and readers fetch parts of it.
        with self._package.open(zipfile.ZipInfo(path, _ZIP_DATE), "w", force_zip64=True) as out:
            member = _HashedMember(out)
            yield member
        self._resources.append(member.resource(path))

    def _plain(self, path: str, data: bytes) -> None:
        self._package.writestr(zipfile.ZipInfo(path, _ZIP_DATE), data)

    def _write_index(self) -> None:
        directory = []
        with self._member("indexes/index.cdx.gz") as member:
            for data, line in cdxj.blocks(self._index, "index.cdx.gz"):
                member.write(data)
                directory.append(line)
        with self._member("indexes/index.idx") as member:
            member.write("".join(f"{line}\n" for line in directory).encode())

    def _write_pages(self, name: str, title: str, pages: Iterable[tuple[str, str, str, str]]) -> None:
        with self._member(f"pages/{name}.jsonl") as member:
            member.write(_json({"format": "json-pages-1.0", "id": name, "title": title}) + b"\n")
            for url, time, said, sha256 in pages:
                key = hashlib.sha256(f"{url} {time}".encode()).hexdigest()[:20]
                page = {"id": key, "url": url, "ts": time, "title": said}
                member.write(_json(page | ({"sha256": sha256} if sha256 else {})) + b"\n")

    # Records

    def _warcinfo(self, title: str, description: str) -> None:
        fields = {
            "software": _software(),
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "description": f"{title}. {description}",
        }
        block = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items()).encode()
        head = [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", records.record_id(f"{title} {self._latest}", "warcinfo")),
            ("WARC-Date", self._latest),
            ("WARC-Filename", WARC_NAME),
            ("Content-Type", "application/warc-fields"),
        ]
        self._put("warcinfo", head, io.BytesIO(block))

    def _capture(self, capture: Capture) -> None:
        self.done.captures += 1
        key = None if capture.sha256 is None else (records.is_rendered(capture), capture.sha256)
        main = None
        if capture.status is not None:
            carrier = None if key is None else self._carriers.get(key)
            if carrier is not None and carrier.id != capture.id:
                main = self._revisit(capture, carrier)
            elif carrier is not None and key is not None:
                main = self._with_body(capture, key)
            else:
                main = self._without_body(capture)
        for number, (source, location) in enumerate(records.hops(capture)):
            self._redirect(capture, number, source, location)
        request = records.request_bytes(capture)
        if request is not None:
            head = self._head(capture, "request", "application/http;msgtype=request")
            if main is not None:
                head.append(("WARC-Concurrent-To", main))
            self._put("request", head, io.BytesIO(request))
        self._metadata(capture, main)
        self._note_list(capture)

    def _head(
        self, capture: Capture, kind: str, media_type: str, *, url: str | None = None, number: int = 0
    ) -> list[tuple[str, str]]:
        name = f"{capture.id} {number}" if number else capture.id
        return [
            ("WARC-Type", kind),
            ("WARC-Record-ID", records.record_id(name, kind)),
            ("WARC-Date", capture.time),
            ("WARC-Target-URI", url or records.target(capture)),
            ("Content-Type", media_type),
        ]

    def _with_body(self, capture: Capture, key: _Body) -> str | None:
        rendered, sha256 = key
        try:
            body = self._take_body(sha256)
        except BodyRemovedError:
            del self._carriers[key]
            self.done.removed += 1
            return self._without_body(capture)
        except (BodyCorruptError, ObjectNotFoundError) as error:
            del self._carriers[key]
            self.done.problems.append(str(error))
            return self._without_body(capture)
        with body:
            size = body.seek(0, os.SEEK_END)
            body.seek(0)
            self.done.bodies += 1
            kind, media_type = "response", "application/http;msgtype=response"
            start = b""
            if rendered:
                kind, media_type = "resource", capture.media_type or "text/html"
            else:
                start = records.response_head(capture, size)
            head = self._head(capture, kind, media_type)
            head.append(("WARC-Payload-Digest", f"sha256:{sha256}"))
            place = self._put(kind, head, body, start=start)
        self._add_to_index(capture, place, mime=capture.media_type or "", digest=sha256)
        self._note_page(capture, sha256)
        return head[1][1]

    def _take_body(self, sha256: str) -> BinaryIO:
        """Return a copy of a body that was read to its end and has its hash."""
        copy = cast("BinaryIO", tempfile.SpooledTemporaryFile(_SPOOL_BYTES))  # noqa: SIM115 - the caller's
        try:
            with self._archive.open_body(sha256) as body:
                while piece := body.read(PIECE):
                    copy.write(piece)
        except BaseException:
            copy.close()
            raise
        return copy

    def _revisit(self, capture: Capture, carrier: _Carrier) -> str:
        unmodified = capture.status == 304
        head = self._head(capture, "revisit", "application/http;msgtype=response")
        head += [
            ("WARC-Profile", records.NOT_MODIFIED if unmodified else records.SAME_PAYLOAD),
            ("WARC-Refers-To-Target-URI", carrier.url),
            ("WARC-Refers-To-Date", carrier.time),
            ("WARC-Payload-Digest", f"sha256:{capture.sha256}"),
        ]
        block = b""
        if not records.is_rendered(capture):
            block = records.response_head(capture, None if unmodified else capture.size)
        place = self._put("revisit", head, io.BytesIO(block))
        if not unmodified:
            # A replay that met the 304 would show it instead of the page; the record before it is the page.
            self._add_to_index(capture, place, mime="warc/revisit", digest=capture.sha256)
            self._note_page(capture, capture.sha256 or "")
        return head[1][1]

    def _without_body(self, capture: Capture) -> str:
        head = self._head(
            capture,
            "response",
            "application/http;msgtype=response",
            url=records.plain_url(capture.final_url or capture.url),
        )
        if capture.size or capture.sha256:
            head.append(("WARC-Truncated", "unspecified"))
        place = self._put("response", head, io.BytesIO(records.response_head(capture, 0)))
        self._add_to_index(capture, place, mime=capture.media_type or "", url=head[3][1])
        return head[1][1]

    def _redirect(self, capture: Capture, number: int, source: str, location: str) -> None:
        kind = "application/http;msgtype=response"
        head = self._head(capture, "response", kind, url=source, number=number + 1)
        place = self._put("response", head, io.BytesIO(records.redirect_head(location)))
        self._add_to_index(capture, place, mime="", url=source, status="302")

    def _metadata(self, capture: Capture, main: str | None) -> None:
        url = records.CAPTURE + capture.id
        head = self._head(capture, "metadata", "application/json", url=url)
        if main is not None:
            head.append(("WARC-Refers-To", main))
        self._put("metadata", head, io.BytesIO(encode_capture(capture)))

    def _put(self, kind: str, head: list[tuple[str, str]], block: BinaryIO, *, start: bytes = b"") -> Place:
        digest = hashlib.sha256(start)
        size = len(start)
        while piece := block.read(PIECE):
            digest.update(piece)
            size += len(piece)
        block.seek(0)
        self.done.records[kind] += 1
        return self._warc.write(
            [*head, ("WARC-Block-Digest", f"sha256:{digest.hexdigest()}")],
            cast("BinaryIO", _Chain(start, block)) if start else block,
            size,
        )

    # Index and pages

    def _add_to_index(
        self,
        capture: Capture,
        place: Place,
        *,
        mime: str,
        digest: str | None = None,
        url: str | None = None,
        status: str | None = None,
    ) -> None:
        address = url or records.target(capture)
        found = {
            "url": address,
            "mime": mime,
            "status": status or str(capture.status),
            **({} if digest is None else {"digest": f"sha256:{digest}"}),
            "length": str(place.length),
            "offset": str(place.offset),
            "filename": WARC_NAME,
            "recordDigest": place.digest,
        }
        if capture.method == "POST":
            query = cdxj.post_query(records.request_body(capture), records.request_type(capture))
            found |= {"requestBody": query, "method": "POST"}
            address = cdxj.post_url(address, query)
        moment = "".join(filter(str.isdigit, capture.time))
        self._index.add(f"{cdxj.url_key(address)} {moment} {json.dumps(found, ensure_ascii=False)}")

    def _note_page(self, capture: Capture, sha256: str) -> None:
        if capture.role in {"document", "attachment"} and capture.method == "GET":
            title = self._title_of(capture)
            if title is not None:
                self._pages.setdefault((records.target(capture), sha256), (capture.time, title))

    def _note_list(self, capture: Capture) -> None:
        if capture.role != "listing" or capture.method != "GET" or capture.sniffed_type != "text/html":
            return
        # What a page asked for in the browser is not a page that anybody would open.
        if capture.sha256 is not None and (capture.renderer == "http" or records.is_rendered(capture)):
            self._lists.setdefault(
                records.target(capture), (capture.time, capture.trail.anchor or records.target(capture))
            )


class _Chain:
    """A few bytes, then a file."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = start, rest

    def read(self, size: int) -> bytes:
        if self._start:
            piece, self._start = self._start[:size], self._start[size:]
            return piece
        return self._rest.read(size)


def _software() -> str:
    return f"gongkai {version('gongkai')}"


def _json(value: object, indent: int | None = None) -> bytes:
    separators = None if indent else (",", ":")
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators).encode()
