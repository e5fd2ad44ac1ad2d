"""WARC and WACZ files of others -> captures of the registry's sites.

    records -> bodies (durable) -> answers: response, request and our own capture of it, put together
            -> captures (durable) -> states

A response waits for its request among the next `WINDOW` records, as nobody orders them alike. Revisits are
resolved when all files were read: their body may stand anywhere. What is there already, that is a capture of
the same resource, time, status and body, is not added again: an import that was killed is done again, and one
that is done again adds nothing.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from crawlers.links import file_type
from crawlers.registry import Site
from crawlers.sniff import sniff
from flows.import_answers import Answer, AnswerError, failure, make_capture, own_capture, skipped, type_of
from flows.import_sites import Directory, SiteImport
from flows.run import entry_key, keep_entry
from storage import (
    Archive,
    Capture,
    ObjectStore,
    canonical_json,
    new_run_id,
)
from storage.captures import Imported
from storage.interchange.packages import PackageError, file_sha256, read_package
from storage.interchange.reading import Found, Issue, Limits
from storage.seal import seal

Request = tuple[str, dict[str, str], str | None]
"""Method, headers, and body of a POST."""

UNREADABLE = ""
"""Method of a request that cannot be read: its answer cannot be taken for that of a GET."""

WINDOW = 1000
KEPT_ISSUES = 1000
_SMALL = 32 * 1024 * 1024


@dataclass
class ImportReport:
    """What an import did.

    Attributes:
        run: its id.
        files: names and hashes of the files.
        records: records read, by type.
        added: captures added, by site.
        known: captures that were there.
        bodies: bodies that are new to the archive.
        skipped: records that are no captures, by reason.
        issues: what was not taken, by code.
        hosts: hosts that no site of the registry may ask, with their records.
        listed: the first issues.
    """

    run: str
    files: dict[str, str] = field(default_factory=dict)
    records: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    known: int = 0
    bodies: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    issues: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    listed: list[Issue] = field(default_factory=list)

    def add(self, issue: Issue) -> None:
        """Count an issue."""
        self.issues[issue.code] += 1
        if issue.code == "unknown_host":
            self.hosts[issue.message] += 1
        elif len(self.listed) < KEPT_ISSUES:
            self.listed.append(issue)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "run": self.run,
            "files": self.files,
            **{
                name: dict(sorted(getattr(self, name).items()))
                for name in ("records", "added", "skipped", "issues", "hosts")
            },
            "known": self.known,
            "bodies": self.bodies,
            "listed": [dataclasses.asdict(issue) for issue in self.listed],
        }


def import_files(
    store: ObjectStore, paths: Sequence[Path], sites: Iterable[Site], *, limits: Limits | None = None
) -> ImportReport:
    """Import files.

    Args:
        store: the store.
        paths: WARC files and WACZ packages.
        sites: the registry, or the one site whose captures these are.
        limits: what the files may unpack to.

    Raises:
        storage.interchange.packages.PackageError: none of them is either; one of several is an issue.
    """
    wrong: list[PackageError] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as later:
        importer = _Importer(store, Directory(sites), limits or Limits(), later)
        for path in paths:
            try:
                importer.read(path)
            except PackageError as error:
                wrong.append(error)
                importer.report.add(Issue("no_package", path.name, "", str(error)))
        importer.end()
    if len(wrong) == len(paths):
        raise wrong[0]
    return importer.report


class _Importer:
    """One import."""

    def __init__(self, store: ObjectStore, directory: Directory, limits: Limits, later: IO[str]) -> None:
        self._store, self._directory, self._limits = store, directory, limits
        self._archive = Archive(store)
        self.report = ImportReport(new_run_id(datetime.now(UTC)))
        self._sites: dict[str, SiteImport] = {}
        self._file = Imported("", "", "")
        self._pending: OrderedDict[str, Answer] = OrderedDict()
        self._requests: OrderedDict[Any, Request] = OrderedDict()
        self._bodies: dict[Any, tuple[str, int, str | None, Any]] = {}
        self._later = later

    def read(self, path: Path) -> None:
        """Read a file."""
        sha256 = file_sha256(path)
        self._file = Imported(path.name, sha256, "")
        self.report.files[path.name] = sha256
        for found in read_package(path, self._limits):
            if isinstance(found, Found):
                self.report.records[found.kind] += 1
                self._record(found)
            elif found.code.startswith("skipped:"):
                self.report.skipped[found.code.removeprefix("skipped:")] += 1
            else:
                self.report.add(found)
            while len(self._pending) > WINDOW:
                self._finish(self._pending.popitem(last=False)[1])
            while len(self._requests) > WINDOW:
                self._requests.popitem(last=False)
        while self._pending:
            self._finish(self._pending.popitem(last=False)[1])
        self._requests.clear()

    def end(self) -> None:
        """Resolve revisits and write everything."""
        self._later.seek(0)
        for line in self._later:
            fields = json.loads(line)
            self._file = Imported(**fields.pop("file"))
            answer = Answer.from_json(fields)
            try:
                self._resolve(answer)
                self._add(answer)
            except AnswerError as error:
                self._issue(answer, error.code, str(error))
        for site in self._sites.values():
            if site.end(self._store):
                self.report.added[site.id] += site.added
        data = seal(canonical_json(self.report.as_dict()))
        if self.report.added:
            self._store.put(f"runs/{self.report.run}/import.json", data)

    def _issue(self, answer: Answer, code: str, message: str) -> None:
        self.report.add(Issue(code, answer.id, answer.url, message))

    # Records -> answers

    def _record(self, found: Found) -> None:
        if found.kind == "request":
            self._request(found)
            return
        if found.kind == "metadata":
            self._metadata(found)
            return
        reason = skipped(found)
        if reason is not None:
            self.report.skipped[reason] += 1
            return
        answer = Answer.of(found)
        # Requests say whose they are, or answers do, or they only stand side by side.
        keys = (answer.id, answer.concurrent, (answer.url, answer.time))
        requests = [self._requests.pop(key, None) for key in keys]
        answer.request = next((one for one in requests if one is not None), None)
        if found.body is not None and answer.wants_body and answer.problem is None and found.body.size:
            try:
                self._directory.site_of(answer.address, None)
            except AnswerError as error:
                if error.code != "ambiguous_host":
                    self._issue(answer, error.code, str(error))
                    return
            try:
                self._keep(answer, found)
            except AnswerError as error:
                answer.problem = (error.code, str(error))
        self._wait(answer)

    def _wait(self, answer: Answer) -> None:
        if answer.id in self._pending:  # ids should be unique, and are not everywhere
            self._finish(self._pending.pop(answer.id))
        self._pending[answer.id] = answer

    def _keep(self, answer: Answer, found: Found) -> None:
        """Keep a body, unpacked also where no header says that it is packed, as the crawler does."""
        body = found.body
        if body is None:
            return
        answer.size, answer.sniffed = body.size, type_of(found)
        new = False
        if body.size <= _SMALL:
            data = body.file.read()
            if not body.announced and not answer.is_dom and file_type(answer.url) not in {"gz", "tgz"}:
                data = _unannounced(data, self._limits.body)
            if len(data) != body.size:
                answer.size, answer.sniffed = len(data), sniff(data)
            answer.sha256, new = self._archive.put_body(data)
        else:
            pieces = iter(lambda: body.file.read(256 * 1024), b"")
            answer.sha256, new = self._archive.put_body_stream(pieces)
        self.report.bodies += new
        value = (answer.sha256, answer.size, answer.sniffed, answer.digest_key)
        for key in (answer.id, (answer.url, answer.time), answer.digest_key):
            if key is not None:
                self._bodies.setdefault(key, value)

    def _request(self, found: Found) -> None:
        request: Request = (found.method or UNREADABLE, found.headers, None)
        if found.problem is not None:
            request = (UNREADABLE, {}, None)
        elif request[0] == "POST":
            data = found.body.file.read() if found.body is not None else b""
            text = data.decode("utf-8", "replace")
            request = ("POST", found.headers, text) if text.encode() == data else (UNREADABLE, {}, None)
        other = found.referred("warc-concurrent-to")
        last = next(reversed(self._pending.values()), None)
        if other in self._pending:
            self._pending[other].request = request
        elif last is not None and last.request is None and self._belongs(found, other, last):
            last.request = request
        elif other:
            self._requests[other] = request
        else:
            # Under one of the names it will be asked for; nobody says which.
            self._requests[found.id] = self._requests[found.url, found.time] = request

    @staticmethod
    def _belongs(found: Found, other: str, answer: Answer) -> bool:
        if answer.concurrent or other:
            return answer.concurrent == found.id
        return (answer.url, answer.time) == (found.url, found.time)

    def _metadata(self, found: Found) -> None:
        line = found.body.file.read().decode("utf-8", "replace") if found.body is not None else ""
        other = found.referred("warc-refers-to")
        if other:
            if other in self._pending:
                self._pending[other].line = line
            return  # of an answer that is an issue already
        answer = Answer.of(found)
        answer.line, answer.digest = line, ""
        self._wait(answer)

    # Answers -> captures

    def _finish(self, answer: Answer) -> None:
        if answer.kind == "revisit":
            fields = {**dataclasses.asdict(answer), "file": dataclasses.asdict(self._file)}
            self._later.write(f"{json.dumps(fields)}\n")
            return
        try:
            self._add(answer)
        except AnswerError as error:
            self._issue(answer, error.code, str(error))

    def _add(self, answer: Answer) -> None:
        own = own_capture(answer)
        method = "GET" if answer.request is None else answer.request[0]
        if own is None and method not in {"GET", "POST"}:
            if method == UNREADABLE:
                raise AnswerError("bad_request", "its request cannot be read, or its body is no text")
            self.report.skipped["method"] += 1
            return
        if own is None and answer.status is not None and 300 <= answer.status < 400 and not answer.unmodified:
            self.report.skipped["redirect"] += 1  # the archive keeps what they led to
            return
        name = self._directory.site_of(answer.address if own is None else own.url, own.site if own else None)
        if answer.kind != "metadata":
            self._directory.check(answer.address, name)
        self._check_body(answer, own)
        site = self._site(name)
        made = make_capture(answer, own, "", replace(self._file, record=answer.id))
        if own is None:
            good = answer.sha256 is not None
            made = replace(
                made, outcome=site.outcome(made, unmodified=answer.unmodified) if good else failure(answer)
            )
        if not site.add(made):
            self.report.known += 1

    def _check_body(self, answer: Answer, own: Capture | None) -> None:
        """Raise unless the body that a good answer names is in the archive."""
        if answer.sha256 is not None:
            return
        if own is not None and own.sha256 is None:
            return  # it never had one that was kept
        if own is not None and own.sha256 is not None:
            if self._store.stat(self._archive.body_key(own.sha256)) is None:
                raise AnswerError(
                    "no_payload", f"body {own.sha256} is neither in the file nor in the archive"
                )
            return
        if answer.problem is not None and (answer.wants_body or answer.status is None):
            raise AnswerError(*answer.problem)
        if answer.kind == "metadata":
            raise AnswerError("bad_metadata", "a capture without an answer cannot be read")

    def _resolve(self, answer: Answer) -> None:
        """Find the body that a revisit points at.

        Raises:
            AnswerError: it is nowhere, or it is another one than the revisit says.
        """
        record, url, date = answer.refers
        time = f"{date[:19]}Z" if len(date) > 19 else date
        key = answer.digest_key
        found = self._bodies.get(record) or self._bodies.get((url, time))
        if found is not None and key is not None and found[3] is not None:
            same_kind = key[0] == found[3][0]
            if same_kind and key != found[3]:
                raise AnswerError("revisit_differs", "the record it points at holds another payload")
        if found is None and key is not None:
            found = self._bodies.get(key)
        if found is not None:
            answer.sha256, answer.size, answer.sniffed = found[:3]
            return
        if key is not None and key[0] == "sha256" and self._archive.has_body(key[1].hex()):
            answer.sha256 = key[1].hex()
            info = self._store.stat(self._archive.body_key(answer.sha256))
            answer.size = info.size if info is not None else None
            return
        if answer.unmodified and key is None and answer.line is None:
            name = self._directory.site_of(answer.address, None)
            earlier = self._site(name).before(answer.url, answer.time)
            if earlier is not None:
                answer.sha256 = earlier
                return
        if answer.line is None:
            raise AnswerError(
                "unresolved_revisit", "the body it points at is neither in the files nor archived"
            )

    def _site(self, name: str) -> SiteImport:
        if name not in self._sites:
            if self._store.stat(entry_key(name)) is None:
                keep_entry(self._store, self._directory.entry(name))
            self._sites[name] = SiteImport(self._store, name, self.report.run)
        return self._sites[name]


def _unannounced(data: bytes, limit: int) -> bytes:
    from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError

    from crawlers.unpacking import unannounced

    try:
        found = unannounced(data, limit)
    except ResponseDataLossError as error:
        raise AnswerError("truncated", str(error)) from error
    except DownloadCancelledError as error:
        raise AnswerError("too_large", str(error)) from error
    return data if found is None else found[0]
