"""Captures as a WACZ package: what others read in it is what the archive holds."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from storage import Archive, ObjectStore, open_store, read_captures
from storage.captures import decode_capture
from storage.interchange import cdxj
from storage.interchange.packages import read_package
from tests.interchange import DATA, DOM, HOST, PAGE, SECRET, SITE, Maker, export, fill, warc_of


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    found = open_store((tmp_path / "store").as_uri())
    fill(found)
    return found


@pytest.fixture
def package(store: ObjectStore, tmp_path: Path) -> Path:
    export(store, tmp_path / "a.wacz")
    return tmp_path / "a.wacz"


def records(package: Path) -> list[dict]:
    """The records as warcio reads them, every digest checked."""
    with zipfile.ZipFile(package) as file:
        data = file.read("archive/data.warc.gz")
    found = []
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        content = record.content_stream().read()
        http = record.http_headers
        found.append(
            {
                "type": record.rec_type,
                "warc": dict(record.rec_headers.headers),
                "url": record.rec_headers.get_header("WARC-Target-URI"),
                "status": http.get_statuscode() if http and record.rec_type != "request" else None,
                "http": dict(http.headers) if http else {},
                "line": f"{http.protocol} {http.statusline}" if http else "",
                "body": content,
            }
        )
    return found


def of(package: Path, kind: str, url: str) -> list[dict]:
    return [one for one in records(package) if (one["type"], one["url"]) == (kind, url)]


def index(package: Path) -> list[tuple[str, str, dict]]:
    with zipfile.ZipFile(package) as file:
        lines = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
    assert lines == sorted(lines)
    return [(key, moment, json.loads(rest)) for key, moment, rest in (line.split(" ", 2) for line in lines)]


def test_every_capture_is_in_it_as_it_stands_in_the_archive(store: ObjectStore, package: Path) -> None:
    lines = [one["body"] for one in records(package) if one["type"] == "metadata"]
    assert [decode_capture(line) for line in lines] == list(read_captures(store, SITE))


def test_header_and_payload_agree_and_what_the_server_said_is_kept(package: Path) -> None:
    (home,) = of(package, "response", f"{HOST}/")
    assert home["body"] == b"<html>home</html>"
    assert home["http"] == {
        "X-Archive-Orig-Content-Encoding": "gzip",
        "X-Archive-Orig-Transfer-Encoding": "chunked",
        "X-Archive-Orig-content-length": "7",
        "Content-Length": "17",
    }
    assert home["warc"]["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(home['body']).hexdigest()}"


def test_a_body_stands_once_and_is_pointed_at(package: Path) -> None:
    (first,) = of(package, "response", f"{HOST}/a.html")
    (copy,) = of(package, "revisit", f"{HOST}/copy.html")
    (unmodified,) = of(package, "revisit", f"{HOST}/a.html")
    assert first["body"] == PAGE
    assert copy["warc"]["WARC-Profile"].endswith("/identical-payload-digest")
    assert copy["status"] == "200"
    assert unmodified["warc"]["WARC-Profile"].endswith("/server-not-modified")
    assert unmodified["status"] == "304"
    for revisit in (copy, unmodified):
        assert revisit["body"] == b""
        assert revisit["warc"]["WARC-Refers-To-Target-URI"] == f"{HOST}/a.html"
        assert revisit["warc"]["WARC-Refers-To-Date"] == first["warc"]["WARC-Date"]
        assert revisit["warc"]["WARC-Payload-Digest"] == first["warc"]["WARC-Payload-Digest"]
    # A viewer would show the 304 instead of the page.
    assert [one["status"] for _, _, one in index(package) if one["url"] == f"{HOST}/a.html"] == ["200"]


def test_what_a_browser_made_stands_beside_what_came_over_the_wire(package: Path) -> None:
    assert [one["body"] for one in of(package, "response", f"{HOST}/list")] == [b"<html>shell</html>"]
    assert [one["body"] for one in of(package, "resource", f"urn:dom:{HOST}/list")] == [DOM]
    assert len(of(package, "revisit", f"urn:dom:{HOST}/list")) == 1


def test_redirects_say_that_they_were_derived(package: Path) -> None:
    for source, location in ((f"{HOST}/old", f"{HOST}/o2"), (f"{HOST}/o2", f"{HOST}/new/")):
        (hop,) = of(package, "response", source)
        assert (hop["status"], hop["http"]["Location"], hop["body"]) == ("302", location, b"")
        assert hop["http"]["X-Archive-Derived"]
    assert [one["body"] for one in of(package, "response", f"{HOST}/new/")] == [b"<html>moved</html>"]


def test_a_post_is_found_by_its_body(package: Path) -> None:
    (request,) = of(package, "request", f"{HOST}/api")
    assert request["line"].startswith("POST /api")
    assert request["body"] == b"page=1&q=%E5%B9%B4+%E6%8A%A5"
    ((key, _, line),) = [one for one in index(package) if one[2].get("method") == "POST"]
    assert key == "cn,gov,jia)/api?__wb_method=post&page=1&q=%e5%b9%b4%20%e6%8a%a5"
    assert line["requestBody"] == "page=1&q=年 报"
    assert of(package, "response", f"{HOST}/api")[0]["body"] == DATA


def test_refusals_and_errors_are_in_it(package: Path) -> None:
    (wall,) = of(package, "response", f"{HOST}/wall")
    assert (wall["status"], wall["body"], wall["warc"]["WARC-Truncated"]) == ("403", b"", "unspecified")
    (gone,) = of(package, "response", f"{HOST}/gone")
    assert gone["status"] == "404"
    assert "WARC-Truncated" not in gone["warc"]
    assert of(package, "response", f"{HOST}/dead") == []
    assert len(of(package, "request", f"{HOST}/dead")) == 1


def test_the_index_leads_to_each_record(package: Path) -> None:
    with zipfile.ZipFile(package) as file:
        data = file.read("archive/data.warc.gz")
        directory = file.read("indexes/index.idx").decode().splitlines()
    for _, moment, line in index(package):
        start = int(line["offset"])
        member = data[start : start + int(line["length"])]
        assert line["recordDigest"] == f"sha256:{hashlib.sha256(member).hexdigest()}"
        (record,) = ArchiveIterator(io.BytesIO(member))
        assert record.rec_headers.get_header("WARC-Target-URI") == line["url"]
        date = record.rec_headers.get_header("WARC-Date")
        assert "".join(filter(str.isdigit, date)) == moment
    assert directory[0].startswith('!meta 0 {"format": "cdxj-gzip-1.0"')
    assert directory[1].startswith(" ".join(index(package)[0][:2]))


def test_the_manifest_holds(package: Path) -> None:
    with zipfile.ZipFile(package) as file:
        names = [info.filename for info in file.infolist()]
        manifest = json.loads(file.read("datapackage.json"))
        for one in manifest["resources"]:
            data = file.read(one["path"])
            assert (one["bytes"], one["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        stated = json.loads(file.read("datapackage-digest.json"))
        digest = hashlib.sha256(file.read("datapackage.json")).hexdigest()
        pages = [json.loads(line) for line in file.read("pages/pages.jsonl").splitlines()]
    assert stated == {"path": "datapackage.json", "hash": f"sha256:{digest}"}
    assert {one["path"] for one in manifest["resources"]} == set(names) - {
        "datapackage.json",
        "datapackage-digest.json",
    }
    assert manifest["created"] == "2026-01-01T00:00:14Z"  # of the latest capture
    assert pages[0] == {"format": "json-pages-1.0", "id": "pages", "title": "Reports"}
    assert {"url": f"{HOST}/a.html", "ts": "2026-01-01T00:00:02Z", "title": "年报"}.items() <= pages[
        1
    ].items()


def test_where_a_file_begins_is_told_by_the_directory_or_by_a_look(package: Path) -> None:
    """wabac.js looks at a file's own header only where the directory has an extra field too."""
    data = package.read_bytes()
    with zipfile.ZipFile(package) as file:
        for info in file.infolist():
            names, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
            assert bool(extra) == bool(info.extra)
            begin = info.header_offset + 30 + names + extra
            assert data[begin : begin + info.file_size] == file.read(info)


def test_the_same_archive_gives_the_same_bytes(store: ObjectStore, package: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere"
    again.mkdir()
    export(open_store(store.url), again / "b.wacz")
    assert (again / "b.wacz").read_bytes() == package.read_bytes()
    assert list(again.iterdir()) == [again / "b.wacz"]


def test_what_was_removed_is_not_exported(store: ObjectStore, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(PAGE).hexdigest()
    Archive(store).remove_body(sha256, "a court", datetime(2026, 2, 1, tzinfo=UTC))
    done = export(store, tmp_path / "a.wacz", title_of=lambda _: None)
    assert PAGE not in warc_of(tmp_path / "a.wacz")
    assert (done.removed, done.problems) == (1, [])
    (page,) = of(tmp_path / "a.wacz", "response", f"{HOST}/a.html")[:1]
    assert (page["body"], page["warc"].get("WARC-Payload-Digest")) == (b"", None)
    assert page["warc"]["WARC-Truncated"] == "unspecified"
    assert not [
        one
        for one in records(tmp_path / "a.wacz")
        if one["warc"].get("WARC-Refers-To-Target-URI") == page["url"]
    ]


def test_a_damaged_body_is_a_problem_and_no_half_record(store: ObjectStore, tmp_path: Path) -> None:
    key = Archive.body_key(hashlib.sha256(PAGE).hexdigest())
    store.put(key, PAGE[:-1] + b"!")
    done = export(store, tmp_path / "a.wacz")
    assert len(done.problems) == 1
    assert key in done.problems[0]
    assert PAGE[:-1] not in warc_of(tmp_path / "a.wacz")
    assert records(tmp_path / "a.wacz")


def test_no_secret_is_in_it(package: Path) -> None:
    assert SECRET.encode() not in package.read_bytes()
    assert SECRET.encode() not in warc_of(package)
    with zipfile.ZipFile(package) as file:
        for name in file.namelist():
            data = file.read(name)
            assert SECRET.encode() not in (gzip.decompress(data) if name.endswith(".gz") else data), name


def test_our_own_reader_takes_all_of_it(package: Path) -> None:
    found = list(read_package(package))
    kinds = Counter(getattr(one, "kind", None) or one.code for one in found)
    assert set(kinds) == {"response", "revisit", "resource", "request", "metadata", "skipped:warcinfo"}


def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    store = open_store((tmp_path / "store").as_uri())
    with pytest.raises(ValueError, match="nothing to export"):
        export(store, tmp_path / "a.wacz")
    assert not list(tmp_path.glob("*.wacz*"))


def test_a_header_cannot_forge_a_record(store: ObjectStore, tmp_path: Path) -> None:
    maker = Maker(store, "20260102T000000Z-000000")
    maker.add(
        "/x y\r\nz", b"<html>x</html>", response_headers={"X": "a\r\n\r\nWARC/1.1\r\nWARC-Type: response"}
    )
    maker.close()
    export(store, tmp_path / "a.wacz")
    assert [one["http"]["X"] for one in of(tmp_path / "a.wacz", "response", f"{HOST}/x%20y%0D%0Az")] == [
        "a  WARC/1.1 WARC-Type: response"
    ]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.Example.gov.cn/a?b=2&a=1", "cn,gov,example)/a?a=1&b=2"),
        ("https://x.cn:443/", "cn,x)/"),
        ("http://x.cn", "cn,x)/"),
        ("http://x.cn:8080/A/B/", "cn,x:8080)/a/b"),
        ("http://x.cn/a//b/?c", "cn,x)/a/b?c"),
        ("http://127.0.0.1:1/a?", "1,0,0,127:1)/a"),
        ("urn:dom:http://X.cn/a/?b", "urn:dom:http://x.cn/a?b"),
        ("http://x.cn:bad/", "http://x.cn:bad/"),
    ],
)
def test_keys_are_those_of_other_tools(url: str, key: str) -> None:
    """Checked by hand against the surt package 0.3.1, which may not be a dependency (AGPL)."""
    assert cdxj.url_key(url) == key


@pytest.mark.parametrize(
    ("body", "kind", "query"),
    [
        (b"a=1&b=%E5%B9%B4", "application/x-www-form-urlencoded", "a=1&b=年"),
        (b'{"a":1,"b":{"a":[2,"x"]}}', "application/json", "a=1&a.2_=2&a.3_=x"),
        (b"\xff\x00", "application/octet-stream", "__wb_post_data=/wA="),
        (b"{broken", "application/json", "__wb_post_data=e2Jyb2tlbg=="),
        (b"", "", ""),
    ],
)
def test_posts_are_canonical(body: bytes, kind: str, query: str) -> None:
    assert cdxj.post_query(body, kind) == query


def test_lines_are_sorted_on_disk() -> None:
    lines = cdxj.SortedLines(run_bytes=50)
    given = [f"key{number * 7919 % 1000:04} 年" for number in range(300)]
    for line in [*given, *given[:5]]:
        lines.add(line)
    assert list(lines) == sorted(given)
    assert list(lines) == sorted(given)
    lines.close()


def test_blocks_can_be_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdxj, "BLOCK", 2)
    lines = [f'k{number} 2026 {{"n": {number}}}' for number in range(5)]
    (_, head), *found = cdxj.blocks(lines, "index.cdx.gz")
    assert head.startswith("!meta")
    data = b"".join(block for block, _ in found)
    assert gzip.decompress(data).decode().splitlines() == lines
    for number, (_, line) in enumerate(found):
        key, moment, rest = line.split(" ", 2)
        place = json.loads(rest)
        block = gzip.decompress(data[place["offset"] : place["offset"] + place["length"]]).decode()
        assert block.splitlines()[0].startswith(f"{key} {moment} ")
        assert key == f"k{number * 2}"
