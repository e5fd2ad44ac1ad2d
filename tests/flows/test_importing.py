"""What others have kept comes into the archive once, as what it is, or is named as not taken."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.registry import Site
from flows.exporting import ExportError, export_selection, of_run, of_sites
from flows.import_sites import sites_for_import
from flows.importing import ImportReport, import_files
from flows.run import UnknownSiteError, keep_entry
from storage import Archive, Capture, ObjectStore, load_state, open_store, read_captures, verify
from storage.interchange.packages import file_sha256
from tests.interchange import HOST, PAGE, SITE, Maker, Others, chunked, export, fill, warc_of

NOT_MODIFIED = "http://netpreserve.org/warc/1.0/revisit/server-not-modified"


def site(name: str = SITE, *start: str, **more: object) -> Site:
    values = {"id": name, "name": "甲县人民政府", "region": "410711", "start": list(start or [f"{HOST}/"])}
    return Site.model_validate(values | more)


@pytest.fixture
def origin(tmp_path: Path) -> ObjectStore:
    store = open_store((tmp_path / "origin").as_uri())
    fill(store)
    return store


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store((tmp_path / "store").as_uri())


def take(store: ObjectStore, *paths: Path, sites: tuple[Site, ...] = ()) -> ImportReport:
    report = import_files(store, paths, sites or [site()])
    assert [one for one in verify(store) if one.severity == "error"] == []
    return report


def captures(store: ObjectStore, name: str = SITE) -> list[Capture]:
    return list(read_captures(store, name))


def plain(capture: Capture) -> Capture:
    return replace(capture, id="", run="", imported=None)


# Our own packages


def test_a_round_trip_gives_the_same_archive(origin: ObjectStore, store: ObjectStore, tmp_path: Path) -> None:
    export(origin, tmp_path / "a.wacz")
    report = take(store, tmp_path / "a.wacz")
    assert report.issues == {}
    assert list(store.list("raw/")) == list(origin.list("raw/"))

    def order(one: Capture) -> tuple[str, str]:
        return one.time, one.url

    assert sorted(map(plain, captures(store)), key=order) == sorted(map(plain, captures(origin)), key=order)
    ours, theirs = load_state(store, SITE).resources, load_state(origin, SITE).resources
    assert {
        key: (one.role, one.trail, one.parent, one.versions, one.last_seen) for key, one in ours.items()
    } == {key: (one.role, one.trail, one.parent, one.versions, one.last_seen) for key, one in theirs.items()}
    source = {one.imported.file for one in captures(store) if one.imported is not None}
    assert source == {"a.wacz"}
    assert {one.imported.sha256 for one in captures(store) if one.imported} == {
        file_sha256(tmp_path / "a.wacz")
    }
    assert len({one.imported.record for one in captures(store) if one.imported}) == len(captures(store))


def test_importing_again_adds_nothing(origin: ObjectStore, store: ObjectStore, tmp_path: Path) -> None:
    export(origin, tmp_path / "a.wacz")
    first = take(store, tmp_path / "a.wacz")
    before = {key: store.get(key) for key in store.list("")}
    (tmp_path / "same.warc").write_bytes(warc_of(tmp_path / "a.wacz"))
    second = take(store, tmp_path / "a.wacz", tmp_path / "same.warc")
    assert (first.known, second.added, second.bodies) == (0, {}, 0)
    assert second.known == 2 * first.added[SITE]
    assert {key: store.get(key) for key in store.list("")} == before


def test_what_the_archive_has_itself_is_not_added(origin: ObjectStore, tmp_path: Path) -> None:
    export(origin, tmp_path / "a.wacz")
    assert take(origin, tmp_path / "a.wacz").added == {}


def test_an_export_of_what_was_imported_is_the_same_again(
    origin: ObjectStore, store: ObjectStore, tmp_path: Path
) -> None:
    export(origin, tmp_path / "a.wacz")
    take(store, tmp_path / "a.wacz")
    third = open_store((tmp_path / "third").as_uri())
    export(store, tmp_path / "b.wacz")
    assert take(third, tmp_path / "b.wacz").issues == {}
    assert list(third.list("raw/")) == list(origin.list("raw/"))


def test_a_removed_body_stays_removed(origin: ObjectStore, store: ObjectStore, tmp_path: Path) -> None:
    export(origin, tmp_path / "before.wacz")
    sha256 = hashlib.sha256(PAGE).hexdigest()
    for one in (origin, store):
        Archive(one).remove_body(sha256, "a court", datetime(2026, 2, 1, tzinfo=UTC))
    export(origin, tmp_path / "after.wacz", title_of=lambda _: None)
    for name in ("before.wacz", "after.wacz"):
        assert take(store, tmp_path / name).issues == {}
        assert Archive(store).tombstone(sha256) is not None
    elsewhere = open_store((tmp_path / "elsewhere").as_uri())
    assert take(elsewhere, tmp_path / "after.wacz").issues == {"no_payload": 3}


def test_a_run_has_the_bodies_that_it_found_unchanged(
    origin: ObjectStore, store: ObjectStore, tmp_path: Path
) -> None:
    later = Maker(origin, "20260301T000000Z-000000")
    sha256 = hashlib.sha256(PAGE).hexdigest()
    later.add("/a.html", status=304, outcome="unchanged_304", sha256=sha256, size=len(PAGE))
    later.close()
    selection = of_run(origin, later.run)
    assert len(list(selection.captures())) == 2
    export_selection(origin, selection, tmp_path / "run.wacz")
    assert take(store, tmp_path / "run.wacz").issues == {}
    versions = load_state(store, SITE).resources[f"{HOST}/a.html"].versions
    assert [(one.sha256, one.first_seen[5:7], one.last_seen[5:7]) for one in versions] == [
        (sha256, "01", "03")
    ]
    with pytest.raises(ExportError, match="no captures of a run"):
        of_run(origin, "20280101T000000Z-000000")
    with pytest.raises(ExportError, match="no captures of nowhere"):
        of_sites(origin, ["nowhere"])


def test_a_capture_that_lies_beside_another_answer_is_not_believed(
    origin: ObjectStore, store: ObjectStore, tmp_path: Path
) -> None:
    export(origin, tmp_path / "a.wacz")
    data = warc_of(tmp_path / "a.wacz").replace(b'"outcome":"blocked:waf"', b'"outcome":"blocked;waf"')
    data = data.replace(f'"url":"{HOST}/a.pdf","final'.encode(), f'"url":"{HOST}/b.pdf","final'.encode())
    wrong = data.replace(b"WARC-Block-Digest", b"X-No-Longer-There")
    (tmp_path / "a.warc").write_bytes(
        wrong.replace(f'"{HOST}/a.pdf","time'.encode(), f'"{HOST}/b.pdf","time'.encode())
    )
    report = take(store, tmp_path / "a.warc")
    assert report.issues == {"bad_metadata": 2}
    # With its digest, the record is not read at all.
    (tmp_path / "b.warc").write_bytes(data)
    assert take(open_store((tmp_path / "b").as_uri()), tmp_path / "b.warc").issues["bad_digest"] == 2


# Files of others


def test_answers_of_others_become_captures(store: ObjectStore, tmp_path: Path) -> None:
    others = Others(version="1.1")
    headers = {"Content-Type": "text/html; charset=gbk", "Content-Encoding": "gzip", "Etag": '"x"'}
    page = others.add(f"{HOST}/a.html", gzip.compress(PAGE), headers, date="2025-03-01T10:20:30.123456Z")
    others.add(f"{HOST}/a.html", b"", {"User-Agent": "b"}, status="GET /a.html HTTP/1.1", kind="request",
               WARC_Concurrent_To=page)  # fmt: skip
    others.add(f"{HOST}/a.html", b"<html>changed</html>", date="2025-04-01T00:00:00Z")
    others.add(f"{HOST}/a.html", b"<html>changed</html>", date="2025-05-01T00:00:00Z")
    others.add(f"{HOST}/style.css", b"body {}", {"Content-Type": "text/css"})
    others.add(f"{HOST}/logo.png", b"\x89PNG", {"Content-Type": "image/png"})
    others.add(f"{HOST}/robots.txt", b"User-agent: *", {"Content-Type": "text/plain"})
    others.add(f"{HOST}/none", b"<html>sorry</html>", status="404 Not Found")
    others.add(f"{HOST}/part", b"<htm", status="206 Partial Content")
    others.add(f"{HOST}/empty", b"")
    others.add(f"{HOST}/from", b"", {"Location": f"{HOST}/to"}, status="301 Moved")
    others.add("urn:pageinfo:x", b"{}", kind="resource")
    report = take(store, others.save(tmp_path / "x.warc.gz"))
    assert report.issues == {}
    assert report.skipped == {"redirect": 1, "other_resource": 1}
    found = {(one.url.removeprefix(HOST), one.time[:7]): one for one in captures(store)}
    first = found["/a.html", "2025-03"]
    assert first.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert (first.time, first.outcome, first.role) == ("2025-03-01T10:20:30Z", "new", "document")
    assert (first.request_headers, first.response_headers) == ({"User-Agent": "b"}, headers)
    assert first.imported is not None
    assert f"<{first.imported.record}>" == page
    assert [found["/a.html", month].outcome for month in ("2025-04", "2025-05")] == [
        "changed",
        "unchanged_hash",
    ]
    assert {path: one.role for (path, _), one in found.items() if path.count(".") and one.status == 200} == {
        "/a.html": "document",
        "/style.css": "listing",
        "/logo.png": "listing",
        "/robots.txt": "listing",
    }
    assert {path: one.outcome for (path, _), one in found.items() if one.sha256 is None} == {
        "/none": "error:not_found",
        "/part": "error:http_206",
        "/empty": "error:empty",
    }
    versions = load_state(store, SITE).resources[f"{HOST}/a.html"].versions
    assert [one.first_seen[:7] for one in versions] == ["2025-03", "2025-04"]


def test_a_page_packed_without_a_word_is_unpacked_as_the_crawler_does(
    store: ObjectStore, tmp_path: Path
) -> None:
    others = Others()
    others.add(f"{HOST}/a", gzip.compress(PAGE))
    take(store, others.save(tmp_path / "x.warc.gz"))
    (page,) = captures(store)
    assert (page.sha256, page.size, page.sniffed_type) == (
        hashlib.sha256(PAGE).hexdigest(),
        len(PAGE),
        "text/html",
    )


@pytest.mark.parametrize("order", ["after", "before", "named_by_answer", "side_by_side", "the_other_side"])
def test_a_post_is_told_from_a_get(order: str, store: ObjectStore, tmp_path: Path) -> None:
    others = Others()
    request = {"status": "POST /api HTTP/1.1", "kind": "request"}
    if order == "after":
        answer = others.add(f"{HOST}/api", b"{}", {})
        others.add(f"{HOST}/api", b"page=1", {}, WARC_Concurrent_To=answer, **request)
    elif order == "before":
        name = "<urn:uuid:12345678-1234-1234-1234-123456789abc>"
        others.add(f"{HOST}/api", b"page=1", {}, WARC_Concurrent_To=name, **request)
        others.add(f"{HOST}/api", b"{}", {}, WARC_Record_ID=name)
    elif order == "side_by_side":
        others.add(f"{HOST}/api", b"{}", {})
        others.add(f"{HOST}/api", b"page=1", {}, **request)
    elif order == "the_other_side":
        others.add(f"{HOST}/api", b"page=1", {}, **request)
        others.add(f"{HOST}/api", b"{}", {})
    else:
        asked = others.add(f"{HOST}/api", b"page=1", {}, **request)
        others.add(f"{HOST}/api", b"{}", {}, WARC_Concurrent_To=asked)
    take(store, others.save(tmp_path / "x.warc.gz"))
    (found,) = captures(store)
    assert (found.method, found.request_body, found.role) == ("POST", "page=1", "listing")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("POST /api HTTP/1.1", {"WARC_Block_Digest": f"sha256:{'0' * 64}"}),
        ("nonsense nonsense", {}),
        ("POST /binary HTTP/1.1", {}),
    ],
)
def test_an_answer_whose_request_cannot_be_read_is_not_taken(
    line: str, fields: dict, store: ObjectStore, tmp_path: Path
) -> None:
    others = Others()
    answer = others.add(f"{HOST}/api", b"{}", {})
    body = b"\xff" if "binary" in line else b"page=1"
    others.add(f"{HOST}/api", body, {}, status=line, kind="request", WARC_Concurrent_To=answer, **fields)
    report = take(store, others.save(tmp_path / "x.warc.gz"))
    assert (report.added, report.issues) == ({}, {"bad_request": 1})


def test_the_same_id_twice_loses_nothing(store: ObjectStore, tmp_path: Path) -> None:
    others = Others()
    for path in ("a", "b"):
        others.add(f"{HOST}/{path}", PAGE, WARC_Record_ID="<urn:uuid:1>")
    assert take(store, others.save(tmp_path / "x.warc.gz")).added == {SITE: 2}


def test_revisits_find_their_body_wherever_it_stands(store: ObjectStore, tmp_path: Path) -> None:
    digest = f"sha256:{hashlib.sha256(gzip.compress(PAGE, mtime=0)).hexdigest()}"
    first, second = Others(), Others(version="1.1")
    for number, fields in enumerate(
        (
            {"WARC_Payload_Digest": digest},
            {"WARC_Refers_To_Target_URI": f"{HOST}/a", "WARC_Refers_To_Date": "2025-01-01T00:00:00Z"},
        )
    ):
        first.add(f"{HOST}/r{number}", b"", {"Content-Type": "text/html"}, kind="revisit",
                  date="2025-02-01T00:00:00Z", **fields)  # fmt: skip
    first.add(f"{HOST}/a", b"", {"X": "y"}, kind="revisit", status="304 Not Modified",
              date="2025-03-01T00:00:00Z", WARC_Profile=NOT_MODIFIED)  # fmt: skip
    first.add(f"{HOST}/lost", b"", {}, kind="revisit", WARC_Payload_Digest=f"sha256:{'0' * 64}")
    first.add(f"{HOST}/liar", b"", {}, kind="revisit", WARC_Payload_Digest=f"sha256:{'0' * 64}",
              WARC_Refers_To_Target_URI=f"{HOST}/a", WARC_Refers_To_Date="2025-01-01T00:00:00Z")  # fmt: skip
    body = gzip.compress(PAGE, mtime=0)
    second.add(f"{HOST}/a", body, {"Content-Encoding": "gzip"}, WARC_Payload_Digest=digest)
    paths = first.save(tmp_path / "1.warc.gz"), second.save(tmp_path / "2.warc.gz")
    report = take(store, *paths)
    assert report.issues == {"unresolved_revisit": 1, "revisit_differs": 1}
    assert {issue.url for issue in report.listed} == {f"{HOST}/lost", f"{HOST}/liar"}
    found = {one.url.removeprefix(HOST) + one.time[5:7]: one for one in captures(store)}
    assert {one.sha256 for one in found.values()} == {hashlib.sha256(PAGE).hexdigest()}
    assert found["/a03"].outcome == "unchanged_304"
    assert found["/r002"].imported is not None
    assert found["/r002"].imported.file == "1.warc.gz"
    # What the first import could not resolve, a later one can: the body is in the archive now.
    late = Others()
    late.add(f"{HOST}/late", b"", {}, kind="revisit", date="2025-06-01T00:00:00Z",
             WARC_Payload_Digest=f"sha256:{hashlib.sha256(PAGE).hexdigest()}")  # fmt: skip
    assert take(store, late.save(tmp_path / "3.warc.gz")).added == {SITE: 1}


def test_hosts_decide(store: ObjectStore, tmp_path: Path) -> None:
    others = Others()
    for url in (
        f"{HOST}/a",
        "http://jia.gov.cn/b",
        "http://cdn.example/x.js",
        "http://127.0.0.1/c",
        "http://yi.cn/d/e",
    ):
        others.add(url, PAGE)
    path = others.save(tmp_path / "x.warc.gz")
    registry = (site(), site("yi", "http://yi.cn/d/"), site("bing", "http://yi.cn/other/"))
    report = take(store, path, sites=registry)
    assert report.added == {SITE: 2, "yi": 1}
    assert report.issues == {"unknown_host": 2}
    assert report.hosts == {"cdn.example": 1, "127.0.0.1": 1}
    assert json.loads(store.get("sites/yi/entry.json"))["name"] == "甲县人民政府"
    # An address that is not public is refused also where an entry names it, unless that says so.
    inner = site("inner", "http://127.0.0.1/")
    assert take(open_store((tmp_path / "b").as_uri()), path, sites=(inner,)).issues["host_not_allowed"] == 1
    allowed = site("inner", "http://127.0.0.1/", allow_private=True)
    assert take(open_store((tmp_path / "c").as_uri()), path, sites=(allowed,)).added == {"inner": 1}
    tie = (site("yi", "http://yi.cn/"), site("bing", "http://yi.cn/"))
    assert take(open_store((tmp_path / "d").as_uri()), path, sites=tie).issues["ambiguous_host"] == 1


def test_the_registry_and_the_archive_name_sites(store: ObjectStore, tmp_path: Path) -> None:
    registry = tmp_path / "sites.yaml"
    registry.write_text(json.dumps([site().model_dump(mode="json")]))
    keep_entry(store, site("elsewhere"))
    assert [one.id for one in sites_for_import(store, [str(registry)])] == [SITE, "elsewhere"]
    assert [one.id for one in sites_for_import(store, [str(registry)], "elsewhere")] == ["elsewhere"]
    with pytest.raises(UnknownSiteError, match="nowhere"):
        sites_for_import(store, [str(registry)], "nowhere")


def test_what_is_not_taken_is_named_and_the_rest_is_taken(store: ObjectStore, tmp_path: Path) -> None:
    others = Others()
    others.add(f"{HOST}/good", chunked(PAGE), {"Transfer-Encoding": "chunked"})
    bad = others.add(f"{HOST}/bad", PAGE, WARC_Payload_Digest=f"sha256:{'0' * 64}")
    others.add(f"{HOST}/cut", PAGE, {"Content-Length": "99999"})
    others.add(f"{HOST}/put", b"", {}, status="PUT /x HTTP/1.1", kind="request",
               WARC_Concurrent_To=others.add(f"{HOST}/put", PAGE))  # fmt: skip
    path = tmp_path / "x.warc.gz"
    path.write_bytes(others.out.getvalue() + gzip.compress(b"WARC/1.0\r\nWARC-Type: resp")[:-9])
    report = take(store, path)
    assert report.added == {SITE: 1}
    assert report.issues == {"bad_digest": 1, "cut_short": 1, "damaged": 1}
    assert report.skipped == {"method": 1}
    assert f"<{next(one.record for one in report.listed if one.code == 'bad_digest')}>" == bad
    kept = json.loads(store.get(f"runs/{report.run}/import.json"))
    assert kept["issues"] == dict(report.issues)
    assert kept["files"] == {"x.warc.gz": file_sha256(path)}
