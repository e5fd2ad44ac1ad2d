import csv
import hashlib
import io
import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from dataset.release import ReleaseError, load_manifest, load_versions, publish, verify_releases
from dataset.tables import FIGURES

EXTRACTOR = "2.0.0+new"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NEW = "requests.new.total"
GRANTED = "requests.granted.total"


@pytest.fixture
def published(archive):
    archive.site("a")
    check = {"id": "requests.balance", "holds": False, "expected": 4, "actual": 3, "cells": [NEW]}
    archive.report("a", "http://a/1", b"one", {NEW: (3, " 3"), GRANTED: (None, "/")}, checks=[check])
    archive.report("a", "http://a/2", b"two", {NEW: (0.5, "0.5")}, year=2020)
    return publish(archive.store, extractor=EXTRACTOR, now=NOW)


def rows(archive, name: str, version: str = "2026-11-22.1") -> list[dict]:
    return pq.read_table(io.BytesIO(archive.store.get(f"releases/{version}/{name}.parquet"))).to_pylist()


def test_figures_has_exactly_these_columns() -> None:
    assert FIGURES.names == [
        "report_id",
        "agency",
        "region",
        "year",
        "edition",
        "table",
        "row",
        "column",
        "value",
        "raw",
        "status",
        "unit",
        "sha256",
        "place",
        "source_url",
        "captured_at",
        "extractor",
        "flags",
    ]


def test_a_row_a_cell_with_its_evidence(archive, published) -> None:
    figures = rows(archive, "figures")
    assert [row["report_id"] for row in figures] == [
        "410711-甲区教育局-2020",
        *["410711-甲区教育局-2021"] * 2,
    ]
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
        "sha256": hashlib.sha256(b"one").hexdigest(),
        "place": "table 1; row 6; column 3; path /table[1]",
        "source_url": "http://a/1",
        "captured_at": datetime(2026, 1, 1, tzinfo=UTC),
        "extractor": EXTRACTOR,
        "flags": "check_failed:requests.balance",
    }
    assert (figures[2]["value"], figures[2]["raw"], figures[2]["flags"]) == (None, "/", "")


def test_csv_says_the_same_as_parquet(archive, published) -> None:
    text = archive.store.get("releases/2026-11-22.1/figures.csv").decode()
    read = list(csv.DictReader(io.StringIO(text)))
    assert [row["raw"] for row in read] == [row["raw"] for row in rows(archive, "figures")]
    assert [row["value"] for row in read] == ["0.5", "3", ""]
    assert read[0]["captured_at"] == "2026-01-01T00:00:00Z"


def test_the_manifest_has_size_and_hash_of_every_file(archive, published) -> None:
    manifest = load_manifest(archive.store, published.version)
    assert sorted(file["path"] for file in manifest["files"]) == sorted(
        f"{table}.{kind}"
        for table in ("documents", "figures", "issues", "reports")
        for kind in ("csv", "parquet")
    )
    for file in manifest["files"]:
        data = archive.store.get(published.prefix + file["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
    assert manifest["counts"] == {
        "reports": 2,
        "documents": 2,
        "agencies": 1,
        "cells": 3,
        "figures": 2,
        "checks_failed": 1,
        "issues": 1,
        "unpublished": 0,
    }
    assert list(verify_releases(archive.store)) == []


def test_nothing_new_is_no_release(archive, published) -> None:
    archive.seen("a", "http://a/1", b"one", time="2026-05-01T00:00:00Z", outcome="unchanged_hash")
    again = publish(archive.store, extractor=EXTRACTOR, now=NOW)
    assert (again.version, again.is_new) == (published.version, False)
    assert len(load_versions(archive.store)) == 1


def test_something_new_is_the_next_counter(archive, published) -> None:
    archive.report("a", "http://a/3", b"three", {NEW: (9, "9")}, year=2019)
    again = publish(archive.store, extractor=EXTRACTOR, now=NOW)
    assert (again.version, again.is_new) == ("2026-11-22.2", True)
    assert load_manifest(archive.store, again.version)["previous"] == "2026-11-22.1"


def test_an_unpublished_document_is_in_the_manifest_and_the_issues(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, year=None)
    publication = publish(archive.store, extractor=EXTRACTOR, now=NOW)
    assert load_manifest(archive.store, publication.version)["unpublished"][0]["url"] == "http://a/1"
    assert rows(archive, "issues")[0]["code"] == "unresolved"


def test_an_empty_archive_makes_an_empty_release(archive) -> None:
    publication = publish(archive.store, extractor=EXTRACTOR, now=NOW)
    assert publication.counts["reports"] == 0
    assert rows(archive, "figures") == []


class KilledError(Exception):
    pass


class Dying:
    """A store whose process dies before its n-th write."""

    def __init__(self, store, writes: int) -> None:
        self._store, self._left = store, writes

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def _write(self) -> None:
        if not self._left:
            raise KilledError
        self._left -= 1

    def put(self, key: str, data: bytes) -> None:
        self._write()
        self._store.put(key, data)

    def put_new(self, key: str, data: bytes) -> bool:
        if self._store.stat(key) is None:  # a counter that is taken is passed over, which is no write
            self._write()
        return self._store.put_new(key, data)

    def put_new_file(self, key: str, path) -> bool:
        return self.put_new(key, path.read_bytes())

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
        publish(archive.store, extractor=EXTRACTOR, now=NOW)

    def different() -> None:
        archive.report("a", "http://a/3", b"three", {NEW: (4, "4")}, year=2019)
        same()

    late = publish(Slow(archive.store, same), extractor=EXTRACTOR, now=NOW)
    assert (late.version, late.is_new) == ("2026-11-22.2", False), "the other said the same a moment before"
    archive.report("a", "http://a/2", b"two", {NEW: (3, "3")}, year=2020)
    late = publish(Slow(archive.store, different), extractor=EXTRACTOR, now=NOW)
    versions = [entry["version"] for entry in load_versions(archive.store)]
    assert versions == ["2026-11-22.2", "2026-11-22.4", "2026-11-22.3"]
    assert load_manifest(archive.store, late.version)["previous"] == "2026-11-22.4"
    assert list(verify_releases(archive.store)) == []


def test_a_killed_publication_is_never_visible_and_the_next_one_takes_the_next_counter(archive) -> None:
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")})
    publish(archive.store, extractor=EXTRACTOR, now=datetime(2026, 11, 21, tzinfo=UTC))
    archive.report("a", "http://a/2", b"two", {NEW: (3, "3")}, year=2020)
    deaths = 0
    for writes in range(30):
        try:
            publication = publish(Dying(archive.store, writes), extractor=EXTRACTOR, now=NOW)
        except KilledError:
            deaths += 1
            assert [entry["version"] for entry in load_versions(archive.store)] == ["2026-11-21.1"]
        else:
            break
    assert deaths >= 9  # eight files, the manifest, the pointer; the state may be saved before
    assert publication.is_new
    assert len(load_versions(archive.store)) == 2
    assert list(verify_releases(archive.store)) == []


def test_damage_to_a_release_is_found(archive, published) -> None:
    archive.store.put(f"{published.prefix}figures.csv", b"report_id\n")
    assert [key for key, _ in verify_releases(archive.store)] == [f"{published.prefix}figures.csv"]


def test_a_damaged_list_of_versions_is_said(archive) -> None:
    archive.store.put("releases/versions.json", b"{")
    with pytest.raises(ReleaseError, match="damaged"):
        load_versions(archive.store)


def test_the_content_hash_does_not_know_when_it_was_made(archive, published, tmp_path) -> None:
    versions = json.loads(archive.store.get("releases/versions.json"))
    archive.store.put("releases/versions.json", b'{"versions":[],"current":null}')
    other = publish(archive.store, extractor=EXTRACTOR, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert load_versions(archive.store)[0]["content"] == versions["versions"][0]["content"]
    assert other.version == "2027-01-01.1"
