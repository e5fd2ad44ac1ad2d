"""WARC and WACZ of others: right bodies or an issue that names the record, whatever the file is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import random
import tempfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.interchange.packages import PackageError, read_package
from storage.interchange.payload import Digest, PayloadError, Source, take_body
from storage.interchange.reading import Found, Issue, Limits
from tests.interchange import PAGE, Others, chunked

URL = "http://www.jia.gov.cn/a.html"
MB = 1024 * 1024


def read(path: Path, limits: Limits | None = None) -> tuple[list[tuple[Found, bytes | None]], list[Issue]]:
    found, issues = [], []
    for one in read_package(path, limits):
        if isinstance(one, Issue):
            issues.append(one)
        else:
            found.append((one, one.body.file.read() if one.body is not None else None))
    return found, [one for one in issues if not one.code.startswith("skipped:")]


def bodies(path: Path, limits: Limits | None = None) -> tuple[list[bytes | None], list[str]]:
    found, issues = read(path, limits)
    problems = [one.problem.code for one, _ in found if one.problem is not None]
    return [body for _, body in found], [*problems, *(issue.code for issue in issues)]


def deflated(body: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(body) + engine.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]),
    "deflate": zlib.compress,
    "Deflate": deflated,
    "br": brotli.compress,
    "identity": bytes,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
}


@pytest.mark.parametrize("encoding", PACKERS)
@pytest.mark.parametrize("in_chunks", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_bodies_are_unpacked(encoding: str, in_chunks: bool, packed: bool, tmp_path: Path) -> None:
    payload = PACKERS[encoding](PAGE)
    headers = {"Content-Encoding": encoding, "Content-Length": str(len(payload))}
    if in_chunks:
        payload, headers = chunked(payload), headers | {"Transfer-Encoding": "chunked"}
    others = Others(packed=packed)
    others.add(URL, payload, headers)
    assert bodies(others.save(tmp_path / "x.warc")) == ([PAGE], [])


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip", "Content-Length": "99999"},  # unpacked, the headers left as they were
        {"Content-Encoding": "br"},
        {"Content-Encoding": "deflate"},
        {"Transfer-Encoding": "chunked"},
        {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"},
    ],
)
def test_what_the_bytes_show_counts_before_what_a_header_says(headers: dict, tmp_path: Path) -> None:
    others = Others()
    others.add(URL, PAGE * 3, headers)
    assert bodies(others.save(tmp_path / "x.warc.gz")) == ([PAGE * 3], [])


@pytest.mark.parametrize("of", ["stored", "entity", "body"])
@pytest.mark.parametrize("form", ["sha1:{b32}", "sha256:{hex}", "sha-256:{HEX}", "md5:{hex}", "sha512:{b64}"])
def test_a_digest_may_be_that_of_any_form(of: str, form: str, tmp_path: Path) -> None:
    entity = gzip.compress(PAGE)
    stored = chunked(entity)
    name = form.partition(":")[0].replace("-", "")
    found = hashlib.new(name, {"stored": stored, "entity": entity, "body": PAGE}[of])
    digest = form.format(
        b32=base64.b32encode(found.digest()).decode(),
        hex=found.hexdigest(),
        HEX=found.hexdigest().upper(),
        b64=base64.b64encode(found.digest()).decode(),
    )
    others = Others()
    headers = {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}
    others.add(URL, stored, headers, WARC_Payload_Digest=digest)
    wrong = digest[:-6] + ("AAAAAA" if not digest.endswith("AAAAAA") else "BBBBBB")
    others.add(URL, stored, headers, WARC_Payload_Digest=wrong if name != "sha512" else digest)
    expected = ([PAGE, PAGE], []) if name == "sha512" else ([PAGE, None], ["bad_digest"])
    assert bodies(others.save(tmp_path / "x.warc.gz")) == expected


@pytest.mark.parametrize(
    ("payload", "headers", "code"),
    [
        (PAGE, {"Content-Length": "9999"}, "cut_short"),
        (gzip.compress(PAGE)[:-9], {"Content-Encoding": "gzip"}, "truncated"),
        (zlib.compress(PAGE)[:-5], {"Content-Encoding": "deflate"}, "truncated"),
        (brotli.compress(PAGE)[:-1], {"Content-Encoding": "br"}, "truncated"),
        (gzip.compress(PAGE)[:-8] + b"12345678", {"Content-Encoding": "gzip"}, "damaged"),
        (gzip.compress(PAGE), {"Content-Encoding": "zstd"}, "unknown_encoding"),
        (chunked(PAGE)[:-9], {"Transfer-Encoding": "chunked"}, "truncated"),
        (chunked(PAGE).replace(b"\r\n7;", b"\r\nzz;"), {"Transfer-Encoding": "chunked"}, "bad_chunks"),
        (b"5\r\nabcdeXX\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}, "bad_chunks"),
    ],
)
def test_half_a_body_is_none(payload: bytes, headers: dict, code: str, tmp_path: Path) -> None:
    others = Others()
    others.add(URL, payload, headers)
    others.add(URL, PAGE)
    assert bodies(others.save(tmp_path / "x.warc.gz")) == ([None, PAGE], [code])


def test_more_than_announced_needs_a_digest() -> None:
    with pytest.raises(PayloadError) as caught:
        take_body(Source(io.BytesIO(PAGE)), {"content-length": "3"}, None, MB)
    assert caught.value.code == "length_differs"
    digest = Digest(f"sha256:{hashlib.sha256(PAGE).hexdigest()}")
    body = take_body(Source(io.BytesIO(PAGE)), {"content-length": "3"}, digest, MB)
    with body.file as file:
        assert file.read() == PAGE


@given(
    body=st.binary(max_size=3000),
    encoding=st.sampled_from([name for name in PACKERS if name != "identity"]),
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=5),
)
@settings(max_examples=60)
def test_any_body_comes_back(body: bytes, encoding: str, sizes: list[int]) -> None:
    entity = PACKERS[encoding](body)
    headers = {"transfer-encoding": "chunked", "content-encoding": encoding}
    digest = Digest(f"sha256:{hashlib.sha256(entity).hexdigest()}")
    found = take_body(Source(io.BytesIO(chunked(entity, tuple(sizes)))), headers, digest, MB)
    with found.file as file:
        assert file.read() == body


@given(seed=st.integers(0, 2**32), cut=st.booleans())
@settings(max_examples=120)
def test_a_damaged_file_never_gives_a_wrong_body(seed: int, cut: bool) -> None:
    """Every record has a digest, as all tools write it; what comes through damage is what was written."""
    rng = random.Random(seed)
    others = Others(packed=rng.random() < 0.7)
    written = {rng.randbytes(rng.randrange(2000)) for _ in range(4)}
    for number, body in enumerate(sorted(written)):
        headers = {"Content-Encoding": "gzip"} if number % 2 else {}
        others.add(f"{URL}?{number}", gzip.compress(body) if number % 2 else body, headers)
    data = bytearray(others.out.getvalue())
    place = rng.randrange(len(data))
    if cut:
        del data[place:]
    else:
        data[place] ^= 1 << rng.randrange(8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.warc.gz")
        path.write_bytes(data)
        try:
            found, _ = read(path)
        except PackageError:
            return
    for one, body in found:
        # A digest that was hit itself is an unknown one: nothing can tell then.
        if one.is_checked and body is not None:
            assert body in written


def test_a_cut_file_gives_what_came_before_and_says_where_it_ends(tmp_path: Path) -> None:
    others = Others()
    others.add(URL, PAGE)
    second = len(others.out.getvalue())
    others.add(URL, PAGE * 50)
    path = tmp_path / "x.warc.gz"
    path.write_bytes(others.out.getvalue()[: second + 200])
    found, issues = read(path)
    assert [body for _, body in found] == [PAGE]
    (issue,) = issues
    assert issue.code in {"damaged", "truncated"}
    assert "record 2" in issue.record or found[0][0].id in issue.message or issue.url == URL


def test_a_file_packed_as_a_whole_is_read_too(tmp_path: Path) -> None:
    others = Others(packed=False)
    others.add(URL, PAGE)
    others.add(URL, PAGE)
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(others.out.getvalue()))
    assert bodies(path) == ([PAGE, PAGE], [])


def test_a_wrong_length_is_an_issue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others = Others(packed=False)
    others.add(URL, PAGE)
    path = tmp_path / "x.warc"
    data = others.out.getvalue().decode()
    length = data.split("Content-Length: ")[-1].split("\r\n")[0]
    wrong = data.replace(f"Content-Length: {length}", f"Content-Length: {int(length) - 5}")
    wrong = "\r\n".join(line for line in wrong.split("\r\n") if "Digest" not in line)
    path.write_bytes(wrong.encode() + data.encode())
    found, issues = read(path)
    assert [issue.code for issue in issues][:1] == ["bad_length"]
    assert all(body == PAGE for _, body in found)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"date": "yesterday"}, "bad_date"),
        ({"date": "2999-01-01T00:00:00Z"}, "bad_date"),
        ({"date": "2025-13-01T00:00:00Z"}, "bad_date"),
        ({"WARC_Segment_Number": "1"}, "segmented"),
        ({"WARC_Truncated": "length"}, "truncated"),
    ],
)
def test_records_that_cannot_be_taken_are_named(fields: dict, code: str, tmp_path: Path) -> None:
    others = Others()
    name = others.add(URL, PAGE, **fields)
    path = others.save(tmp_path / "x.warc.gz")
    found, issues = read(path)
    assert [body for _, body in found if body is not None] == []
    if issues:
        assert [(issue.code, f"<{issue.record}>", issue.url) for issue in issues] == [(code, name, URL)]
    else:
        assert [one.problem.code for one, _ in found if one.problem] == [code]


def test_addresses_and_ids_that_nobody_would_write(tmp_path: Path) -> None:
    others = Others()
    others.add(f"{URL}?{'a' * 9000}", PAGE)
    others.add(URL, PAGE, WARC_Record_ID="x" * 300)
    found, issues = read(others.save(tmp_path / "x.warc.gz"))
    assert [issue.code for issue in issues] == ["bad_url"]
    assert [one.id for one, _ in found] == ["x.warc.gz, record 2"]


def test_a_record_without_its_payload_is_named(tmp_path: Path) -> None:
    others = Others()
    others.add(URL, b"", WARC_Payload_Digest=f"sha256:{hashlib.sha256(PAGE).hexdigest()}")
    others.add(URL, b"")
    assert bodies(others.save(tmp_path / "x.warc.gz")) == ([None, None], ["no_payload"])


# Bombs and traps


def test_bombs_are_stopped_in_little_memory(tmp_path: Path) -> None:
    others = Others()
    others.add(URL, gzip.compress(bytes(60 * MB)), {"Content-Encoding": "gzip"})
    others.add(URL, brotli.compress(bytes(60 * MB), quality=1), {"Content-Encoding": "br"})
    others.add(URL, PAGE)
    path = others.save(tmp_path / "x.warc.gz")
    tracemalloc.start()
    try:
        found = bodies(path, Limits(body=8 * MB))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == ([None, None, PAGE], ["too_large", "too_large"])
    assert peak < 16 * MB


def test_a_file_of_endless_headers_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.0\r\nX: " + b"a" * 30 * MB))
    assert bodies(path) == ([], ["too_large"])
    others = Others(packed=False)
    others.add(URL, PAGE, {"X": "a" * 3 * MB})
    assert bodies(others.save(tmp_path / "y.warc")) == ([None], ["bad_headers"])


def test_all_records_together_have_a_limit(tmp_path: Path) -> None:
    others = Others()
    for _ in range(20):
        others.add(URL, bytes(MB))
    path = others.save(tmp_path / "x.warc.gz")
    found, codes = bodies(path, Limits(total=5 * MB, ratio=1))
    assert codes == ["too_large"]
    assert 0 < len(found) < 6


def package(path: Path, files: dict[str, bytes], *, packed: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path


def manifest(files: dict[str, bytes]) -> dict[str, bytes]:
    resources = [
        {"name": name, "path": name, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
        for name, data in files.items()
    ]
    data = json.dumps({"profile": "data-package", "resources": resources}).encode()
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    return {**files, "datapackage.json": data, "datapackage-digest.json": json.dumps(digest).encode()}


@pytest.fixture
def warc() -> bytes:
    others = Others()
    others.add(URL, PAGE)
    return others.out.getvalue()


def test_packages_are_read(warc: bytes, tmp_path: Path) -> None:
    files = manifest(
        {"archive/a.warc.gz": warc, "archive/b.warc": gzip.decompress(warc), "pages/p.jsonl": b""}
    )
    assert bodies(package(tmp_path / "x.wacz", files)) == ([PAGE, PAGE], [])
    assert bodies(package(tmp_path / "y.wacz", files, packed=True)) == ([PAGE, PAGE], [])


def test_a_package_without_hashes_is_said(warc: bytes, tmp_path: Path) -> None:
    assert bodies(package(tmp_path / "x.wacz", {"archive/a.warc.gz": warc})) == ([PAGE], ["no_manifest"])


def test_nothing_is_read_of_a_file_with_another_hash(warc: bytes, tmp_path: Path) -> None:
    good = manifest({"archive/a.warc.gz": warc, "archive/b.warc.gz": warc})
    found = bodies(package(tmp_path / "x.wacz", good | {"archive/b.warc.gz": warc + warc}))
    assert found == ([PAGE], ["bad_digest"])
    found = bodies(package(tmp_path / "y.wacz", good | {"datapackage.json": good["datapackage.json"] + b" "}))
    assert found == ([], ["bad_manifest"])


def test_names_in_a_package_are_no_paths(warc: bytes, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["archive/../../evil.warc.gz", "/archive/evil.warc.gz", "archive/a.warc.gz"]
    path = package(tmp_path / "x.wacz", manifest(dict.fromkeys(names, warc)))
    assert bodies(path) == ([PAGE], [])
    assert [one.name for one in tmp_path.iterdir()] == ["x.wacz"]
    assert not list(tmp_path.parent.glob("evil*"))


def test_a_zip_bomb_is_stopped(tmp_path: Path) -> None:
    others = Others(packed=False)
    others.add(URL, bytes(40 * MB))
    path = package(tmp_path / "x.wacz", {"archive/a.warc": others.out.getvalue()}, packed=True)
    assert path.stat().st_size < MB
    found, codes = bodies(path, Limits(total=MB, ratio=10))
    assert found == []
    assert codes[-1] == "too_large"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "neither a WARC file nor a WACZ package"),
        (b"hello", "neither a WARC file nor a WACZ package"),
        (b"PK\x03\x04 not really", "damaged ZIP"),
    ],
)
def test_other_files_are_refused(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(PackageError, match=said):
        read(path)


def test_other_gzip_and_zip_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"hello"))
    assert bodies(path) == ([], ["not_warc"])
    with pytest.raises(PackageError, match="no WACZ package"):
        read(package(tmp_path / "x.zip", {"a.txt": b""}))
