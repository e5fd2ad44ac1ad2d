"""A small archive with everything that an export must carry, and WARC files as others write them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage import Archive, Capture, CaptureWriter, ObjectStore, Trail, read_captures, refresh_state
from storage.interchange.wacz import Exported, export_wacz

SITE = "jia"
HOST = "http://www.jia.gov.cn"
RUN = "20260101T000000Z-000000"
PAGE = "<html><title>年报</title><p>政府信息公开</p></html>".encode()
DOM = b"<html><body>what scripts made</body></html>"
DATA = b'{"rows":[1,2,3]}'
SECRET = "s3cr3t-t0k3n"


class Maker:
    """Writes captures of one site, a second apart."""

    def __init__(self, store: ObjectStore, run: str = RUN, site: str = SITE) -> None:
        self.store, self.run, self.site = store, run, site
        self.writer = CaptureWriter(store, site, run)
        self.second = 0

    def add(self, path: str, body: bytes | None = None, **more: Any) -> Capture:
        url = path if "://" in path else HOST + path
        sha256 = None if body is None else Archive(self.store).put_body(body)[0]
        self.second += 1
        day, minute, second = (
            f"{self.run[:4]}-{self.run[4:6]}-{self.run[6:8]}",
            self.second // 60,
            self.second % 60,
        )
        values: dict[str, Any] = {
            "id": self.writer.next_id(),
            "run": self.run,
            "site": self.site,
            "role": "document",
            "url": url,
            "final_url": url.removesuffix("#rendered"),
            "time": f"{day}T00:{minute:02}:{second:02}Z",
            "outcome": "new",
            "status": 200,
            "sha256": sha256,
            "size": None if body is None else len(body),
            "media_type": "text/html",
            "sniffed_type": "text/html",
            "request_headers": {"User-Agent": "gongkai"},
            "response_headers": {"Content-Type": "text/html; charset=utf-8"},
        }
        capture = Capture(**(values | more))
        self.writer.add(capture)
        return capture

    def close(self) -> None:
        self.writer.close()
        refresh_state(self.store, self.site)


def fill(store: ObjectStore) -> None:
    """Everything: pages, repeats, 304, redirects, a POST, a browser, walls, errors, secrets."""
    maker = Maker(store)
    packed = {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked", "content-length": "7"}
    maker.add("/", b"<html>home</html>", role="listing", response_headers=packed)
    first = maker.add("/a.html", PAGE, trail=Trail(f"{HOST}/", "2025年年报", "2026-01-01"))
    maker.add("/copy.html", PAGE)
    maker.add("/a.html", status=304, outcome="unchanged_304", sha256=first.sha256, size=first.size)
    maker.add("/a.pdf", b"%PDF-1.7 report", role="attachment", parent=f"{HOST}/a.html",
              media_type="application/pdf", sniffed_type="application/pdf")  # fmt: skip
    maker.add(
        "/old", b"<html>moved</html>", final_url=f"{HOST}/new/", redirects=(f"{HOST}/old", f"{HOST}/o2")
    )
    maker.add("/list", b"<html>shell</html>", role="listing", renderer="browser", request_headers={})
    maker.add("/list#rendered", DOM, role="listing", renderer="browser")
    maker.add("/list#rendered", DOM, role="listing", renderer="browser", outcome="unchanged_hash")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    maker.add("/api", DATA, role="listing", method="POST", request_body='[["page", "1"], ["q", "年 报"]]',
              request_headers=form, sniffed_type="application/json")  # fmt: skip
    maker.add("/wall", status=403, outcome="blocked:waf", size=1234)
    maker.add("/gone", status=404, outcome="gone", size=0)
    maker.add("/dead", status=None, outcome="error:timeout", note="no answer")
    maker.add(f"/secret?access_token={SECRET}", b"<html>behind a login</html>",
              request_headers={"Cookie": SECRET, "Authorization": f"Bearer {SECRET}"},
              response_headers={"Set-Cookie": f"sid={SECRET}", "Content-Type": "text/html"})  # fmt: skip
    maker.close()


def export(
    store: ObjectStore,
    path: Path,
    *,
    title_of: Callable[[Capture], str | None] = lambda capture: "年报",
    sites: tuple[str, ...] = (SITE,),
) -> Exported:
    """Export sites."""

    def captures() -> Any:
        for site in sites:
            yield from read_captures(store, site)

    return export_wacz(path, Archive(store), captures, title_of, title="甲", description="d")


def warc_of(package: Path) -> bytes:
    """Return the unpacked WARC of a package."""
    with zipfile.ZipFile(package) as file:
        return gzip.decompress(file.read("archive/data.warc.gz"))


class Others:
    """A WARC file as another tool writes it (warcio's own writer)."""

    def __init__(self, *, packed: bool = True, version: str = "1.0") -> None:
        self.out = io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=packed, warc_version=version)

    def add(
        self,
        url: str,
        payload: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        status: str = "200 OK",
        kind: str = "response",
        date: str = "2025-01-01T00:00:00Z",
        **fields: str,
    ) -> str:
        """Add a record; returns its id."""
        warc = {"WARC-Date": date} | {name.replace("_", "-"): value for name, value in fields.items()}
        given = {"Content-Type": "text/html"} if headers is None else dict(headers)
        http = None
        if kind in {"response", "revisit"}:
            http = StatusAndHeaders(status, list(given.items()), protocol="HTTP/1.1")
        elif kind == "request":
            http = StatusAndHeaders(status, list(given.items()), is_http_request=True)
        record = self.writer.create_warc_record(
            url, kind, payload=io.BytesIO(payload), length=len(payload), http_headers=http,
            warc_headers_dict=warc,
        )  # fmt: skip
        self.writer.write_record(record)
        return str(record.rec_headers.get_header("WARC-Record-ID"))

    def save(self, path: Path) -> Path:
        path.write_bytes(self.out.getvalue())
        return path


def chunked(body: bytes, sizes: tuple[int, ...] = (7,)) -> bytes:
    """Return a body in chunks."""
    out, rest, number = [], body, 0
    while rest:
        size = sizes[number % len(sizes)] or 1
        piece, rest, number = rest[:size], rest[size:], number + 1
        out.append(f"{len(piece):x};x=y\r\n".encode() + piece + b"\r\n")
    return b"".join([*out, b"0\r\n\r\n"])
