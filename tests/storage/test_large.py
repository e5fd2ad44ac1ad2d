"""Large objects: whole, create-only, and in a few megabytes of memory."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import Archive, ObjectNotFoundError, open_store
from storage.archive import BodyCorruptError

ROOT = Path(__file__).parents[2]
MB = 1024 * 1024


@pytest.fixture(params=[pytest.param("file"), pytest.param("s3", marks=pytest.mark.s3)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        new: Callable[[], str] = request.getfixturevalue("new_s3_url")
        return new()
    return (tmp_path / "store").as_uri()


@pytest.mark.parametrize("size", [0, 1000, 20 * MB + 17], ids=["empty", "small", "parts"])
def test_files_in_and_streams_out(url: str, tmp_path: Path, size: int) -> None:
    store, path = open_store(url), tmp_path / "file"
    data = random.Random(size).randbytes(size)
    path.write_bytes(data)
    assert store.put_new_file("a/b", path) is True
    assert store.put_new_file("a/b", path) is False
    path.write_bytes(data[:-1] + b"x")
    assert store.put_new_file("a/b", path) is False
    with store.open("a/b") as file:
        assert file.read(10) == data[:10]
        assert file.read() == data[10:]
    with pytest.raises(ObjectNotFoundError), store.open("a/c"):
        pass


def test_a_body_is_checked_while_it_is_read(url: str) -> None:
    store = open_store(url)
    sha256, created = Archive(store).put_body_stream([b"x" * 1000] * 500)
    assert created
    assert sha256 == hashlib.sha256(b"x" * 500_000).hexdigest()
    with Archive(store).open_body(sha256) as body:
        assert sum(len(piece) for piece in iter(lambda: body.read(4096), b"")) == 500_000
    store.put(Archive.body_key(sha256), b"x" * 499_999 + b"y")
    with pytest.raises(BodyCorruptError), Archive(store).open_body(sha256) as body:
        body.read()


CODE = """
import hashlib, resource, sys
from storage import Archive, open_store
from storage.fixity import Counts, verify
archive = Archive(open_store(sys.argv[1]))
megabytes = int(sys.argv[2])
archive.put_body_stream([b"warm up" * 2_000_000])
import random
source = random.Random(1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sha256, created = archive.put_body_stream(source.randbytes(1 << 20) for _ in range(megabytes))
assert created
size = 0
with archive.open_body(sha256) as body:
    while piece := body.read(1 << 20):
        size += len(piece)
assert size == megabytes << 20
counts = Counts()
assert all(one.severity == "note" for one in verify(open_store(sys.argv[1]), counts=counts))
assert counts.bytes > size
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("megabytes", [100, pytest.param(500, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_body(url: str, tmp_path: Path, megabytes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, url, str(megabytes)],
        cwd=ROOT, env=os.environ | {"TMPDIR": str(tmp_path)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert int(done.stdout) < 60, "megabytes above what a small body takes"
