import json
from datetime import UTC, datetime, timedelta

import pytest

from dataset.export import copy_release, latest, rebuild
from dataset.versions import ReleaseError
from storage import open_store
from tests.dataset.conftest import EXTRACTOR, NOW, make_record, publish

NEW = "requests.new.total"
# The DuckDB file carries a random id; the manifest has its hash.
NEVER_THE_SAME = {"gongkai.duckdb", "manifest.json"}


@pytest.fixture
def target(tmp_path):
    return open_store(f"file://{tmp_path}/public")


@pytest.fixture
def two_releases(archive):
    archive.site("a")
    archive.report("a", "http://a/1", b"one", {NEW: (3, "3")}, time="2026-11-01T00:00:00Z")
    publish(archive.store)
    # Later: the source changed, the reader changed, the registry changed.
    archive.report("a", "http://a/1", b"new", {NEW: (5, "5")}, extractor="3.0.0+next",
                   time="2026-11-23T00:00:00Z", outcome="changed")  # fmt: skip
    archive.read("a", b"one", make_record(b"one", {NEW: (4, "4")}, extractor="3.0.0+next"))
    archive.site("a", region="410700")
    publish(archive.store, extractor="3.0.0+next", now=NOW + timedelta(days=2))
    return archive


def test_a_copy_can_be_served_as_it_lies(two_releases, target) -> None:
    exported = copy_release(two_releases.store, latest(two_releases.store), target)
    version = exported.version
    theirs = set(target.list(f"{version}/"))
    assert {f"releases/{key}" for key in theirs} == set(two_releases.store.list(f"releases/{version}/"))
    assert json.loads(target.get("versions.json"))["current"] == version
    assert f'href="{version}/index.html"' in target.get("index.html").decode()


def test_an_earlier_day_comes_out_with_the_bytes_it_had(two_releases, target) -> None:
    exported = rebuild(two_releases.store, datetime(2026, 11, 22, 12, tzinfo=UTC), "3.0.0+next", target)
    assert (exported.version, exported.identical_to) == ("2026-11-22.1", "2026-11-22.1")
    names = {key.partition("/")[2] for key in target.list("2026-11-22.1/")}
    original = "releases/2026-11-22.1/"
    assert names == {key.removeprefix(original) for key in two_releases.store.list(original)}
    different = {
        name
        for name in names
        if target.get(f"2026-11-22.1/{name}") != two_releases.store.get(original + name)
    }
    assert different <= NEVER_THE_SAME


def test_a_day_between_is_what_was_known_then(two_releases, target) -> None:
    exported = rebuild(two_releases.store, datetime(2026, 11, 23, 12, tzinfo=UTC), "3.0.0+next", target)
    assert (exported.version, exported.identical_to) == ("2026-11-22.1", "2026-11-22.1")
    # New bytes had come, but no extractor of that time had read them: what was known is what it had read.
    two_releases.report("a", "http://a/2", b"two", {NEW: (8, "8")}, year=2020, time="2026-11-23T01:00:00Z")
    exported = rebuild(two_releases.store, datetime(2026, 11, 23, 12, tzinfo=UTC), "3.0.0+next", target)
    assert (exported.version, exported.identical_to) == ("2026-11-23.0", None)
    manifest = json.loads(target.get("2026-11-23.0/manifest.json"))
    assert (manifest["extractor"], manifest["counts"]["reports"]) == ("2.0.0+new", 2)


def test_before_the_first_release_the_present_extractor_reads(two_releases, target) -> None:
    exported = rebuild(two_releases.store, datetime(2026, 11, 2, tzinfo=UTC), "3.0.0+next", target)
    assert (exported.version, exported.identical_to) == ("2026-11-02.0", None)
    manifest = json.loads(target.get("2026-11-02.0/manifest.json"))
    assert (manifest["extractor"], manifest["counts"]["reports"]) == ("3.0.0+next", 1)


def test_releases_add_up_in_one_place(two_releases, target) -> None:
    for version in ("2026-11-24.1", "2026-11-22.1"):
        copy_release(two_releases.store, version, target)
    listed = json.loads(target.get("versions.json"))
    assert [entry["version"] for entry in listed["versions"]] == ["2026-11-22.1", "2026-11-24.1"]


def test_no_release_is_said(archive) -> None:
    with pytest.raises(ReleaseError, match="gongkai publish"):
        latest(archive.store)
    assert EXTRACTOR
