import hashlib
import json
import shutil
from datetime import UTC, datetime

import pytest

from dataset.schema import tables
from dataset.versions import ReleaseError, load_manifest, load_versions, verify_releases
from storage import open_store
from storage.captures import Imported
from tests.dataset.conftest import EXTRACTOR, publish, rows

NEW = "requests.new.total"
GRANTED = "requests.granted.total"


@pytest.fixture
def published(archive):
    archive.site("a")
    check = {"id": "requests.balance", "holds": False, "expected": 4, "actual": 3, "cells": [NEW]}
    archive.report("a", "http://a/1", b"one", {NEW: (3, " 3"), GRANTED: (None, "/")}, checks=[check])
    archive.report("a", "http://a/2", b"two", {NEW: (0.5, "0.5")}, year=2020)
    return publish(archive.store)


def test_a_row_a_cell_with_its_evidence(archive, published) -> None:
    figures = rows(archive.store, "figures")
    assert [row["report_id"] for row in figures] == [
        "410711-甲区教育局-2020",
        *["410711-甲区教育局-2021"] * 2,
    ]
    assert set(figures[1]) == set(tables()["figures"].names)
    assert figures[1] == {
        "report_id": "410711-甲区教育局-2021",
        "agency": "甲区教育局",
        "region": "410711",
        "year": 2021,
        "edition": "2021",
        "table": "requests",
        "row": "new",
        "column": "total",
        "value": 3.0,
        "raw": " 3",
        "status": "number",
        "unit": "件",
        "confidence": 1.0,
        "suggested": None,
        "corroborated_by": "",
        "sha256": hashlib.sha256(b"one").hexdigest(),
        "place": "table 1; row 6; column 3; path /table[1]",
        "source_url": "http://a/1",
        "captured_at": datetime(2026, 1, 1, tzinfo=UTC),
        "extractor": EXTRACTOR,
        "flags": "check_failed:requests.balance",
    }
    assert (figures[2]["value"], figures[2]["raw"], figures[2]["flags"]) == (None, "/", "")


def test_a_row_a_report_says_where_when_and_how_late(archive) -> None:
    archive.site("a")
    section = {"key": "overview", "heading": "一、总体情况", "text": "全年主动公开信息12条，依法办理申请。"}
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, year=2020, sections=[section])
    later = {**section, "text": "全年主动公开信息99条，依法办理申请。新设专栏并加强对政策的解读。"}
    archive.report("a", "http://a/2", b"two", {NEW: (3, "3")}, published="2022-02-03", sections=[later])
    publish(archive.store)
    first, second = rows(archive.store, "reports")
    assert (first["region_name"], first["level"], first["province"]) == ("牧野区", "county", "410000")
    assert (first["deadline"].isoformat(), first["days_late"]) == ("2021-01-31", None)
    assert (second["deadline"].isoformat(), second["days_late"]) == ("2022-01-31", 3)
    assert (first["text_length"], first["text_repeated"]) == (19, None)
    # 17 characters of the first sentence with its figure as one, and 13 that are new.
    assert second["text_repeated"] == pytest.approx(17 / 30, abs=1e-4)
    assert [row["section"] for row in rows(archive.store, "sections")] == ["overview", "overview"]


def test_the_manifest_has_size_and_hash_of_every_file(archive, published) -> None:
    manifest = load_manifest(archive.store, published.version)
    assert {file["path"] for file in manifest["files"]} >= {
        "README.md",
        "codebook.csv",
        "csv/figures/figures-2021.csv.gz",
        "csv/reports.csv",
        "datapackage.json",
        "excel/wide.csv",
        "gongkai.duckdb",
        "gongkai.sqlite",
        "parquet/figures/year=2020/figures-2020.parquet",
        "parquet/reports.parquet",
    }
    stored = {key.removeprefix(published.prefix) for key in archive.store.list(published.prefix)}
    assert stored == {file["path"] for file in manifest["files"]} | {"manifest.json"}
    for file in manifest["files"]:
        data = archive.store.get(published.prefix + file["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
    assert manifest["counts"] == {
        "reports": 2,
        "documents": 2,
        "agencies": 1,
        "cells": 3,
        "figures": 2,
        "sections": 0,
        "mentions": 0,
        "checks_failed": 1,
        "issues": 1,
        "unpublished": 0,
        "captures": 2,
    }
    assert list(verify_releases(archive.store)) == []


def test_a_capture_that_others_made_says_so(archive, published) -> None:
    theirs = Imported("county.wacz", "0" * 64, "urn:uuid:1")
    archive.seen("a", "http://a/1", b"one", time="2026-05-01T00:00:00Z", imported=theirs)
    archive.report("a", "http://a/3", b"three", {NEW: (9, "9")}, year=2019)
    version = publish(archive.store).version
    said = [row["imported"] for row in rows(archive.store, "captures", version)]
    assert sorted(said, key=str) == [None, None, None, f"county.wacz {'0' * 64} urn:uuid:1"]


def test_nothing_new_is_no_release(archive, published) -> None:
    archive.seen("a", "http://a/1", b"one", time="2026-05-01T00:00:00Z", outcome="unchanged_hash")
    again = publish(archive.store)
    assert (again.version, again.is_new) == (published.version, False)
    assert len(load_versions(archive.store)) == 1


def test_something_new_is_the_next_counter(archive, published) -> None:
    archive.report("a", "http://a/3", b"three", {NEW: (9, "9")}, year=2019)
    again = publish(archive.store)
    assert (again.version, again.is_new) == ("2026-11-22.2", True)
    assert load_manifest(archive.store, again.version)["previous"] == "2026-11-22.1"


def test_an_unpublished_document_is_in_the_manifest_and_the_issues(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, year=None)
    publication = publish(archive.store)
    assert load_manifest(archive.store, publication.version)["unpublished"][0]["url"] == "http://a/1"
    assert rows(archive.store, "issues")[0]["code"] == "unresolved"


def test_an_empty_archive_makes_an_empty_release(archive) -> None:
    publication = publish(archive.store)
    assert publication.counts["reports"] == 0
    assert rows(archive.store, "figures") == []


class KilledError(Exception):
    pass


class Dying:
    """A store whose process dies before its n-th write."""

    def __init__(self, store, writes: int) -> None:
        self._store, self.left = store, writes

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def _write(self) -> None:
        if not self.left:
            raise KilledError
        self.left -= 1

    def put(self, key: str, data: bytes) -> None:
        self._write()
        self._store.put(key, data)

    def put_new_file(self, key: str, path) -> bool:
        if self._store.stat(key) is None:  # a counter that is taken is passed over, which is no write
            self._write()
        return self._store.put_new_file(key, path)

    def put_if(self, key: str, data: bytes, tag: str | None) -> bool:
        self._write()
        return self._store.put_if(key, data, tag)


class Slow:
    """A store whose writer of the pointer is overtaken by `other`, once."""

    def __init__(self, store, other) -> None:
        self._store, self._other = store, other

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def put_if(self, key: str, data: bytes, tag: str | None) -> bool:
        other, self._other = self._other, lambda: None
        other()
        return self._store.put_if(key, data, tag)


def test_two_publications_at_the_same_time_are_both_there_or_one(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")})

    def same() -> None:
        publish(archive.store)

    def different() -> None:
        archive.report("a", "http://a/3", b"three", {NEW: (4, "4")}, year=2019)
        same()

    late = publish(Slow(archive.store, same))
    assert (late.version, late.is_new) == ("2026-11-22.2", False), "the other said the same a moment before"
    archive.report("a", "http://a/2", b"two", {NEW: (3, "3")}, year=2020)
    late = publish(Slow(archive.store, different))
    versions = [entry["version"] for entry in load_versions(archive.store)]
    assert versions[0] == "2026-11-22.2"
    assert late.version == versions[-1]
    manifests = [load_manifest(archive.store, version) for version in versions]
    assert [one["previous"] for one in manifests] == [None, *versions[:-1]]
    assert list(verify_releases(archive.store)) == []

    def put_new_file(self, key: str, path) -> bool:
        return self.put_new(key, path.read_bytes())

    def put_if(self, key: str, data: bytes, tag: str | None) -> bool:
        self._write()
        return self._store.put_if(key, data, tag)


def test_a_killed_publication_is_never_visible_and_the_next_one_takes_the_next_counter(
    archive, tmp_path
) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")})
    publish(archive.store, now=datetime(2026, 11, 21, tzinfo=UTC))
    archive.report("a", "http://a/2", b"two", {NEW: (3, "3")}, year=2020)
    with pytest.raises(KilledError):
        publish(Dying(archive.store, 3))  # what is known of the site is saved before anything is published
    shutil.copytree(tmp_path / "store", tmp_path / "other")
    whole = Dying(open_store(f"file://{tmp_path}/other"), 10**6)
    publish(whole)
    total = 10**6 - whole.left
    assert total > 40
    for writes in (0, 1, 2, total // 2, total - 3, total - 2, total - 1):
        with pytest.raises(KilledError):
            publish(Dying(archive.store, writes))
        assert [entry["version"] for entry in load_versions(archive.store)] == ["2026-11-21.1"]
    publication = publish(archive.store)
    assert publication.is_new
    assert int(publication.version.rpartition(".")[2]) > 1
    assert len(load_versions(archive.store)) == 2
    assert list(verify_releases(archive.store)) == []


def test_damage_to_a_release_is_found(archive, published) -> None:
    archive.store.put(f"{published.prefix}csv/reports.csv", b"report_id\n")
    assert [key for key, _ in verify_releases(archive.store)] == [f"{published.prefix}csv/reports.csv"]


def test_a_damaged_list_of_versions_is_said(archive) -> None:
    archive.store.put("releases/versions.json", b"{")
    with pytest.raises(ReleaseError, match="damaged"):
        load_versions(archive.store)


def test_the_content_hash_does_not_know_when_it_was_made(archive, published, tmp_path) -> None:
    versions = json.loads(archive.store.get("releases/versions.json"))
    archive.store.put("releases/versions.json", b'{"versions":[],"current":null}')
    other = publish(archive.store, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert load_versions(archive.store)[0]["content"] == versions["versions"][0]["content"]
    assert other.version == "2027-01-01.1"
