"""OpenDocument: spans and repeats written out, what is not printed left out."""

# ruff: noqa: E501 - markup

from __future__ import annotations

import io
import random
import zipfile

import pytest
from hypothesis import given, settings

from extraction import extract
from extraction.document import Paragraph, Table
from extraction.readers import odf
from extraction.sniff import ODS, ODT, sniff
from tests.extraction.damage import damaged, outcome
from tests.extraction.printed_forms import (
    Printed,
    model,
    proactive_table,
    requests_table,
    review_table,
    right,
    silent_errors,
)
from tests.extraction.render_docx import package
from tests.extraction.render_forms import positions

NAMES = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
                        ("draw", "drawing"), ("fo", "xsl-fo-compatible"))
)  # fmt: skip
STYLES = (
    '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="S" style:family="text"><style:text-properties style:text-line-through-style="solid"/>'
    '</style:style><style:style style:name="S2" style:family="text" style:parent-style-name="S"/>'
    '<style:style style:name="B" style:family="table-cell"><style:table-cell-properties fo:border="1pt solid"/>'
    "</style:style>"
)


def file(body: str, kind: str = ODT, styles: str = "") -> bytes:
    inner = "text" if kind == ODT else "spreadsheet"
    content = (
        f"<office:document-content{NAMES}><office:automatic-styles>{STYLES}{styles}</office:automatic-styles>"
        f"<office:body><office:{inner}>{body}</office:{inner}></office:body></office:document-content>"
    )
    return package({"mimetype": kind, "META-INF/manifest.xml": "<manifest/>", "content.xml": content})


def flat(zipped: bytes, kind: str) -> bytes:
    """The same document in one XML file."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        content = archive.read("content.xml").decode()
    name = f'office:document office:mimetype="{kind}"'
    return content.replace("office:document-content ", f"{name} ", 1).replace("-content>", ">").encode()


def grid(printed: Printed, style: str = "") -> str:
    height = max(row + down for row, _, down, _, _ in positions(printed.rows))
    rows: list[dict[int, str]] = [{} for _ in range(height)]
    mark = f' table:style-name="{style}"' if style else ""
    for row, column, down, across, text in positions(printed.rows):
        for r in range(row, row + down):
            for c in range(column, column + across):
                rows[r][c] = "<table:covered-table-cell/>"
        spans = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"'
        rows[row][column] = f"<table:table-cell{mark}{spans}><text:p>{text}</text:p></table:table-cell>"
    inner = "".join(f"<table:table-row>{''.join(r[c] for c in sorted(r))}</table:table-row>" for r in rows)
    return f'<table:table table:name="表">{inner}</table:table>'


def texts(data: bytes) -> list[str]:
    return [b.text for b in odf.read(data).blocks if isinstance(b, Paragraph)]


def only_table(data: bytes) -> list[tuple[int, int, str]]:
    [table] = [b for b in odf.read(data).blocks if isinstance(b, Table)]
    return [(cell.row, cell.column, cell.text) for cell in table.cells]


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_report(edition: str) -> None:
    m = model(random.Random(3), edition, 0.1)
    tables = (proactive_table(m), requests_table(m), review_table(m))
    text = file(
        f"<text:h text:outline-level='1'>青溪县教育局{m.year}年政府信息公开工作年度报告</text:h>"
        + "<text:p>一、总体情况</text:p>".join(grid(table) for table in tables)
    )
    sheets = "".join(grid(table, "B") for table in tables).split("</table:table>")
    book = file("".join(f"{sheet}</table:table>" for sheet in sheets if sheet), ODS)
    for data, kind in ((text, ODT), (book, ODS)):
        assert sniff(data) == kind
        record = extract(data)
        assert record.media_type == kind
        assert silent_errors(record, m) == []
        assert right(record, m) == len(m.texts)
        one = extract(flat(data, kind))
        assert one.media_type == sniff(flat(data, kind)) == f"{kind}-flat-xml"
        assert (one.cells, one.report) == (record.cells, record.report)


def test_what_is_not_printed_is_left_out() -> None:
    data = file(
        "<text:tracked-changes><text:p>删去</text:p></text:tracked-changes>"
        '<text:p>甲<text:span text:style-name="H">暗</text:span><text:s text:c="2"/>乙<text:tab/>丙'
        "<text:note><text:note-body><text:p>注</text:p></text:note-body></text:note></text:p>"
        '<text:section text:display="none"><text:p>藏</text:p></text:section>'
        '<text:p>1<text:span text:style-name="S2">2</text:span>3</text:p>'
    )
    assert texts(data) == ["甲  乙\t丙", "13"]
    assert {issue.code for issue in odf.read(data).issues} == {"hidden_text", "struck_text"}


def test_repeats_are_written_out_and_endless_blanks_are_not() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = (
        cell.format("a")
        + '<table:table-cell table:number-columns-repeated="60"/>'
        + cell.format("b")
        + '<table:table-cell table:number-columns-repeated="16000"/>'
    )
    hidden = f'<table:table-row table:visibility="collapse">{cell.format("x")}</table:table-row>'
    data = file(
        f'<table:table><table:table-row table:number-rows-repeated="2">{row}</table:table-row>{hidden}</table:table>'
    )
    found = only_table(data)
    assert [spot for spot in found if spot[2]] == [(0, 0, "a"), (0, 61, "b"), (1, 0, "a"), (1, 61, "b")]
    assert len(found) < 400
    many = '<table:table-row table:number-rows-repeated="99999999"><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>'
    for kind in (ODT, ODS):
        assert outcome(odf.read, file(f"<table:table>{many}</table:table>", kind)) == "too_large"


@pytest.mark.parametrize("what", ["row", "column"])
def test_rows_and_columns_of_no_size_are_hidden(what: str) -> None:
    size = "row-height" if what == "row" else "column-width"
    style = f'<style:style style:name="F"><style:table-{what}-properties style:{size}="0cm"/></style:style>'
    cells = "".join(f"<table:table-cell><text:p>{n}</text:p></table:table-cell>" for n in (1, 2))
    mark = {what: ' table:style-name="F"'}
    data = file(
        f'<table:table table:name="a"><table:table-column/><table:table-column{mark.get("column", "")}/>'
        f"<table:table-row>{cells}</table:table-row>"
        f"<table:table-row{mark.get('row', '')}>{cells}</table:table-row></table:table>",
        ODS,
        style,
    )
    assert "hidden_text" in {issue.code for issue in odf.read(data).issues}


def test_a_number_that_is_stored_and_not_shown_is_doubted() -> None:
    row = '<table:table-cell><text:p>规章</text:p></table:table-cell><table:table-cell office:value="155"/>'
    row += "<table:table-cell><text:p>3</text:p></table:table-cell>"
    data = file(f'<table:table table:name="a"><table:table-row>{row}</table:table-row></table:table>', ODS)
    [table] = [block for block in odf.read(data).blocks if isinstance(block, Table)]
    assert [[doubt.code for doubt in cell.doubts] for cell in table.cells] == [
        [],
        ["number_shown_otherwise"],
        [],
    ]


def test_what_cannot_be_read() -> None:
    assert outcome(odf.read, package({"mimetype": ODT})) == "malformed"
    deep = "<text:section>" * 300 + "</text:section>" * 300
    assert outcome(odf.read, file(deep)) == "malformed"
    locked = package({"content.xml": "<a/>", "META-INF/manifest.xml": "<encryption-data/>"})
    assert outcome(odf.read, locked) == "encrypted"


@settings(deadline=None, max_examples=60)
@given(
    damaged(
        file(
            "<text:p>一</text:p><table:table><table:table-row><table:table-cell/></table:table-row></table:table>"
        )
    )
)
def test_damage_never_crashes(data: bytes) -> None:
    outcome(odf.read, data)
