"""Word 97 files: the committed corpus gives every figure; records are read as [MS-DOC] lays them out."""

from __future__ import annotations

import json
import struct
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.document import Table
from extraction.readers import doc, doc_records, doc_summary
from extraction.readers.row_cells import RowCell, build_table
from tests.extraction.damage import damaged, outcome

CORPUS = Path(__file__).parent.parent / "corpus" / "documents"
FILES = sorted([*CORPUS.glob("doc-*.doc"), *CORPUS.glob("doc-*.wps")])


def flat(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_figure_is_there_in_a_true_grid(path: Path) -> None:
    document = doc.read(path.read_bytes())
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    wanted = Counter(flat(found["raw"] or "") for found in truth["cells"].values())
    tables = [block for block in document.blocks if isinstance(block, Table)]
    found = Counter(flat(cell.text) for block in tables for cell in block.cells)
    del wanted[""]
    assert not wanted - found
    assert all(block.exact for block in tables)
    requests = next(block for block in tables if any("自然人" in flat(cell.text) for cell in block.cells))
    assert requests.width == 10


def definition(edges: list[int], flags: list[int]) -> bytes:
    body = struct.pack(f"<B{len(edges)}h", len(flags), *edges)
    body += b"".join(struct.pack("<H18x", flag) for flag in flags)
    return struct.pack("<HH", doc_records.T_DEFINITION, len(body) + 1) + body


def test_a_row_definition_lists_edges_and_merges() -> None:
    data = definition([-108, 1000, 2000, 3000, 4000], [0x01, 0x02, 0x60, 0x20])
    sprms = list(doc_records.sprms_of(struct.pack("<HB", doc_records.P_IN_TABLE, 1) + data))
    assert sprms[0] == (doc_records.P_IN_TABLE, b"\x01")
    row = doc_records.row_definition(sprms)
    assert row.left == -108
    assert [(cell.right, cell.over, cell.beside) for cell in row.cells] == [
        (1000, None, "restart"),
        (2000, None, "continue"),
        (3000, "restart", None),
        (4000, "continue", None),
    ]


def summary(code_page: int, *entries: tuple[int, bytes]) -> bytes:
    values = [(1, struct.pack("<IHH", 2, code_page, 0)), *entries]
    at = 8 + 8 * len(values)
    head, body = b"", b""
    for number, value in values:
        head += struct.pack("<II", number, at + len(body))
        body += value
    return bytes(44) + struct.pack("<III", 48, 0, len(values)) + head + body + bytes(8)


def test_summary_streams_say_title_and_times() -> None:
    title = "年报".encode("gb18030")
    stream = summary(
        936,
        (2, struct.pack("<II", 0x1E, len(title)) + title),
        (4, struct.pack("<II", 0x1F, 3) + "甲乙\0".encode("utf-16-le")),
        (12, struct.pack("<IQ", 0x40, 132_863_040_000_000_000)),
        (13, struct.pack("<IQ", 0x40, 0)),
    )
    assert list(doc_summary.properties(stream)) == [(2, "年报"), (4, "甲乙"), (12, "2022-01-10 16:00:00")]


@given(st.binary(max_size=200), st.integers(0, 2**32 - 1))
def test_any_summary_is_read_in_no_time(data: bytes, count: int) -> None:
    list(doc_summary.properties(data))
    list(doc_summary.properties(bytes(44) + struct.pack("<III", 48, 0, count) + data))


def test_later_properties_change_the_definition() -> None:
    data = definition([0, 1000, 2000, 3000], [0, 0, 0])
    data += struct.pack("<HBBB", doc_records.T_VERTICAL_MERGE, 2, 1, 3)
    data += struct.pack("<HBB", doc_records.T_MERGE, 1, 3)
    row = doc_records.row_definition(list(doc_records.sprms_of(data)))
    assert [(cell.over, cell.beside) for cell in row.cells] == [
        (None, None),
        ("restart", "restart"),
        (None, "continue"),
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_some_properties(data: bytes) -> None:
    doc_records.row_definition(list(doc_records.sprms_of(data)))


def test_edges_that_differ_a_little_are_one_column() -> None:
    rows = [
        [RowCell(0, 1000, "a", ""), RowCell(1000, 2000, "b", "")],
        [RowCell(0, 1012, "c", ""), RowCell(1012, 1500, "d", ""), RowCell(1500, 2010, "e", "")],
    ]
    table, _ = build_table(rows)
    assert [(cell.column, cell.colspan) for cell in table.cells] == [(0, 1), (1, 2), (0, 1), (1, 1), (2, 1)]


def test_what_cannot_be_read_is_refused_with_the_reason() -> None:
    good = FILES[0].read_bytes()
    assert outcome(doc.read, b"") == "empty"
    assert outcome(doc.read, b"PK\x03\x04") == "malformed"
    assert outcome(doc.read, good[: len(good) // 3]) in ("truncated", "malformed")
    at = good.index(b"\xec\xa5")
    locked = bytearray(good)
    locked[at + 11] |= 0x01
    assert outcome(doc.read, bytes(locked)) == "encrypted"
    older = good[:at] + b"\xdc\xa5" + good[at + 2 :]
    assert outcome(doc.read, older) == "needs_office"


@settings(deadline=None, max_examples=120)
@given(damaged(FILES[0].read_bytes()))
def test_damage_never_crashes(data: bytes) -> None:
    outcome(doc.read, data)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=2000))
def test_random_bytes_never_crash(data: bytes) -> None:
    outcome(doc.read, data)
    outcome(doc.read, doc.OLE_MAGIC + data)
