"""ZIP files: the one file inside that is the report; names in the encodings that Windows writes."""

from __future__ import annotations

import gzip
import io
import sys
import tarfile
import zipfile
import zlib

import libarchive
import pytest
from hypothesis import given, settings

from extraction import ocr
from extraction.document import Document, Paragraph, Table, UnreadableError
from extraction.readers import container, picture, unpack
from extraction.readers import docx as docx_reader
from extraction.readers.zipped import shown_name
from extraction.sniff import sniff
from tests.extraction.damage import damaged, outcome
from tests.extraction.render_docx import docx, package, paragraph, table

REPORT = docx(paragraph("一、总体情况") + table([[("0", 1, 1)]]))
OTHER = docx(paragraph("别的"))


def first(data: bytes) -> str:
    block = container.read(data).blocks[0]
    assert isinstance(block, Paragraph)
    return block.text


def test_paths_begin_with_the_name_of_the_file() -> None:
    document = container.read(
        package({"材料/年度报告.docx": REPORT, "材料/": b"", "__MACOSX/._a.docx": b"x"})
    )
    paths = [
        block.path if isinstance(block, Paragraph) else block.cells[0].path
        for block in document.blocks
        if isinstance(block, Paragraph | Table)
    ]
    assert paths == [
        "材料/年度报告.docx!word/document.xml#/w:document/w:body/w:p[1]",
        "材料/年度报告.docx!word/document.xml#/w:document/w:body/w:tbl[1]/w:tr[1]/w:tc[1]",
    ]
    assert document.media_type == "application/zip"
    assert document.issues == ()


@pytest.mark.parametrize(
    ("names", "severity"),
    [
        (("年度报告.docx", "图解.docx"), "warning"),
        (("某局政府信息公开年报.docx", "附件1.docx"), "warning"),
        (("年报.docx", "年报.txt"), "note"),
    ],
)
def test_the_most_likely_file_is_read_and_the_others_are_named(names: tuple[str, str], severity: str) -> None:
    for order in (1, -1):
        parts: dict[str, str | bytes] = {names[0]: REPORT, names[1]: OTHER}
        data = package(dict(list(parts.items())[::order]))
        assert first(data) == "一、总体情况"
        [issue] = container.read(data).issues
        assert (issue.code, issue.severity) == ("several_documents", severity)
        assert names[1] in issue.message


def test_a_damaged_file_gives_way_to_a_good_one() -> None:
    assert first(package({"年报.docx": b"PK\x03\x04", "年报.doc": REPORT})) == "一、总体情况"


def test_names_without_the_utf8_flag_are_gb18030() -> None:
    entry = zipfile.ZipInfo("年报.docx".encode("gb18030").decode("cp437"))
    entry.flag_bits = 0
    assert shown_name(entry) == "年报.docx"
    entry = zipfile.ZipInfo("年报.docx")
    entry.flag_bits = 0x800
    assert shown_name(entry) == "年报.docx"


def test_what_cannot_be_read_is_refused_with_the_reason() -> None:
    assert outcome(container.read, b"") == "empty"
    assert outcome(container.read, b"Rar!\x1a\x07\x00") == "truncated"
    assert outcome(container.read, package({"a.exe": b"MZ"})) == "unsupported_format"
    assert outcome(container.read, package({"a.doc": package({"b.docx": REPORT})})) == "unsupported_format"
    assert outcome(container.read, package({"a.docx": REPORT[: len(REPORT) // 2]})) == "truncated"


def test_a_bomb_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("年报.txt", b"0" * (70 * 1024 * 1024))
    assert outcome(container.read, buffer.getvalue()) == "too_large"


@settings(deadline=None, max_examples=80)
@given(damaged(package({"年报.docx": REPORT})))
def test_damage_never_crashes(data: bytes) -> None:
    outcome(container.read, data)


def number(value: int) -> bytes:
    """A variable length integer of RAR 5."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def rar5(files: dict[str, bytes]) -> bytes:
    """A RAR 5 file with nothing compressed."""

    def block(kind: int, fields: bytes, data: bytes = b"") -> bytes:
        body = number(kind) + (number(2) + number(len(data)) if data else number(0)) + fields
        head = number(len(body)) + body
        return zlib.crc32(head).to_bytes(4, "little") + head + data

    out = b"Rar!\x1a\x07\x01\x00" + block(1, number(0))
    for name, data in files.items():
        encoded = name.encode()
        fields = number(4) + number(len(data)) + number(0o100644) + zlib.crc32(data).to_bytes(4, "little")
        fields += number(0) + number(1) + number(len(encoded)) + encoded
        out += block(2, fields, data)
    return out + block(5, number(0))


def seven(files: dict[str, bytes]) -> bytes:
    parts: list[bytes] = []
    with libarchive.custom_writer(lambda data: parts.append(bytes(data)) or len(data), "7zip") as archive:
        for name, data in files.items():
            archive.add_file_from_memory(name, len(data), data)
    return b"".join(parts)


def tarred(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


ARCHIVES = {
    "application/vnd.rar": rar5,
    "application/x-7z-compressed": seven,
    "application/gzip": tarred,
    "application/zip": package,
}


@pytest.mark.parametrize("media_type", list(ARCHIVES))
def test_archives_of_all_kinds(media_type: str) -> None:
    data = ARCHIVES[media_type]({"../../材料/说明.txt": b"x", "材料/年度报告.docx": REPORT})
    assert sniff(data) == media_type
    document = container.read(data)
    assert document.media_type == media_type
    assert isinstance(document.blocks[1], Table)
    assert document.blocks[1].cells[0].path == (
        "材料/年度报告.docx!word/document.xml#/w:document/w:body/w:tbl[1]/w:tr[1]/w:tc[1]"
    )


def test_a_single_file_in_gzip() -> None:
    assert first(gzip.compress(REPORT)) == "一、总体情况"


@pytest.mark.parametrize("media_type", list(ARCHIVES))
def test_archives_that_unpack_beyond_all_measure(media_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_FILE", 1 << 20)
    data = ARCHIVES[media_type]({"年报.txt": bytes(2 << 20)})
    assert outcome(container.read, data) == "too_large"


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libarchive", None)
    with pytest.raises(UnreadableError, match="libarchive13") as caught:
        container.read(rar5({"年报.docx": REPORT}))
    assert caught.value.code == "tool_missing"


@settings(deadline=None, max_examples=60)
@given(
    damaged(rar5({"年报.docx": REPORT}))
    | damaged(seven({"年报.docx": REPORT}))
    | damaged(tarred({"年报.docx": REPORT}))
)
def test_damaged_archives_never_crash(data: bytes) -> None:
    outcome(container.read, data)


@pytest.mark.parametrize("name", ["年报", "年报.DOCX ", "年报.docm", "年报.xml", "a.b/t20240119_1"])
def test_what_a_file_is_its_content_says(name: str) -> None:
    assert first(package({name: REPORT, "x.css": b"a{}", "年报.files/header.xml": b"<a/>"})) == "一、总体情况"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_of_compression(method: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("年报.docx", REPORT)
    data = stream.getvalue()
    assert first(data) == "一、总体情况"
    if method != zipfile.ZIP_STORED:
        at = data.index("年报.docx".encode()) + 40
        with pytest.raises(UnreadableError, match="damaged"):
            container.read(data[:at] + bytes(60) + data[at + 60 :])


def test_archives_in_an_archive_are_opened_once() -> None:
    one = package({"年报.docx": REPORT})
    document = container.read(package({"教育局.zip": one, "财政局.zip": package({"年报.docx": OTHER})}))
    assert [member.name for member in document.members] == ["教育局.zip/年报.docx", "财政局.zip/年报.docx"]
    with pytest.raises(UnreadableError, match="an archive"):
        container.read(package({"a.zip": package({"b.zip": one})}))
    with pytest.raises(UnreadableError, match="300 archives"):
        container.read(package({f"{number}.zip": one for number in range(301)}))


def test_files_that_cannot_be_read_are_named() -> None:
    document = container.read(
        package({"年报.docx": REPORT, "教育局.docx": REPORT[:300], "财政局.zip": REPORT[:90]})
    )
    lost = [issue for issue in document.issues if issue.code == "part_unreadable"]
    assert [issue.severity for issue in lost] == ["warning"]
    assert lost[0].message.count("教育局.docx: ") == 1
    assert lost[0].message.count("财政局.zip: ") == 1
    copy = container.read(package({"年报.docx": REPORT, "年报.pdf": b"%PDF-1.7 cut"}))
    assert [issue.code for issue in copy.issues] == ["several_documents"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_two() -> None:
    def joined(files: list[tuple[str, bytes]]) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, body in files:
                archive.writestr(name, body)
        return stream.getvalue()

    assert len(container.read(joined([("__.docx", REPORT), ("__.docx", OTHER)])).members) == 2
    assert not container.read(joined([("__.docx", REPORT), ("__.docx", REPORT)])).members
    packages = [zipfile.ZipFile(io.BytesIO(body)) for body in (REPORT, OTHER)]
    parts = [(name, each.read(name)) for each in packages for name in each.namelist()]
    with pytest.raises(UnreadableError, match=r"two parts word/document\.xml"):
        docx_reader.read(joined(parts))


def test_pictures_alone_are_the_pages_of_one_report(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def read_all(pictures: list[bytes]) -> tuple[Document, list[int]]:
        asked.extend(pictures)
        blocks = tuple(Paragraph(f"第{page}页", page=page) for page in (1, 2, 3))
        return Document("image/png", blocks), [0, 1, 2]

    monkeypatch.setattr(picture, "read_all", read_all)
    monkeypatch.setattr(ocr, "require", lambda _: None)
    png = b"\x89PNG\r\n\x1a\n"
    document = container.read(package({"10.png": png + b"c", "9.png": png + b"b", "1.png": png + b"a"}))
    assert asked == [png + b"a", png + b"b", png + b"c"]
    assert [block.path for block in document.blocks if isinstance(block, Paragraph)] == [
        "1.png!", "9.png!", "10.png!"
    ]  # fmt: skip
    assert document.media_type == "application/zip"
    assert first(package({"年报.docx": REPORT, "logo.png": png})) == "一、总体情况"
