"""Captures -> a WACZ package (version 1.1.1 of the specification), streamed.

    archive/data.warc.gz        the records
    indexes/index.cdx.gz, .idx  where each is
    pages/pages.jsonl           the reports; pages/extraPages.jsonl the lists that lead to them
    datapackage.json            hash and size of each file; datapackage-digest.json the hash of that

Captures are gone through twice: first to see which of them holds each body (the first that does; later ones
become revisits), then to write. The same archive gives the same bytes. No clock is asked: ``created``,
``modified`` and the date of the warcinfo record are the time of the latest capture, and files in the ZIP have
the earliest date that ZIP knows.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

from storage.archive import Archive, BodyCorruptError, BodyRemovedError
from storage.captures import Capture, encode_capture
from storage.interchange import cdxj, records
from storage.interchange.packing import Package, as_json
from storage.interchange.warcfile import PIECE, Place, WarcFile
from storage.objects import ObjectNotFoundError

WARC_NAME = "data.warc.gz"
_SPOOL_BYTES = 1024 * 1024


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
            with Package(file) as package:
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


class _Writer:
    """Writes one package."""

    def __init__(
        self,
        package: Package,
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
        self.done = Exported()

    def write(self, captures: Iterable[Capture], title: str, description: str) -> None:
        """Write everything."""
        try:
            with self._package.member(f"archive/{WARC_NAME}") as member:
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
        self._package.close(
            {
                "title": title,
                "description": description,
                "software": _software(),
                "created": self._latest,
                "modified": self._latest,
            }
        )

    # Index and pages

    def _write_index(self) -> None:
        directory = []
        with self._package.member("indexes/index.cdx.gz") as member:
            for data, line in cdxj.blocks(self._index, "index.cdx.gz"):
                member.write(data)
                directory.append(line)
        with self._package.member("indexes/index.idx") as member:
            member.write("".join(f"{line}\n" for line in directory).encode())

    def _write_pages(self, name: str, title: str, pages: Iterable[tuple[str, str, str, str]]) -> None:
        with self._package.member(f"pages/{name}.jsonl") as member:
            member.write(as_json({"format": "json-pages-1.0", "id": name, "title": title}) + b"\n")
            for url, time, said, sha256 in pages:
                key = hashlib.sha256(f"{url} {time}".encode()).hexdigest()[:20]
                page = {"id": key, "url": url, "ts": time, "title": said}
                member.write(as_json(page | ({"sha256": sha256} if sha256 else {})) + b"\n")

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
            block,
            size,
            start=start,
        )

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
        # What a browser asked for is no page that anybody would open, and viewers do not show ``urn:dom:``.
        if capture.sha256 is not None and capture.renderer == "http":
            url = records.target(capture)
            self._lists.setdefault(url, (capture.time, capture.trail.anchor or url))


def _software() -> str:
    return f"gongkai {version('gongkai')}"
