"""ZIP files: the one file inside that is the report; names in the encodings that Windows writes."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings

from extraction.document import Paragraph, Table
from extraction.readers import container
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
    assert container.shown_name(entry) == "年报.docx"
    entry = zipfile.ZipInfo("年报.docx")
    entry.flag_bits = 0x800
    assert container.shown_name(entry) == "年报.docx"


def test_what_cannot_be_read_is_refused_with_the_reason() -> None:
    assert outcome(container.read, b"") == "empty"
    assert outcome(container.read, b"Rar!\x1a\x07\x00") == "unsupported_format"
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
