"""Marks of footnotes beside figures, in every format: never digits of the figure."""

# ruff: noqa: E501 - markup, line by line as it stands in files

from __future__ import annotations

import io
import zipfile

import pytest

from extraction.document import Document, Table
from extraction.readers import docx, html, odf, rtf, xlsx
from tests.extraction import render_docx

W = "w:vertAlign w:val="


def cells(document: Document) -> list[str]:
    return [cell.text for block in document.blocks if isinstance(block, Table) for cell in block.cells]


@pytest.mark.parametrize(
    "mark",
    [
        "<sup>2</sup>",
        "<sup><span lang=EN-US>2</span></sup>",
        '<span style="font-size:6pt;vertical-align:super">2</span>',
        '<font style="VERTICAL-ALIGN: super">2</font>',
    ],
)
def test_html(mark: str) -> None:
    page = f"<table><tr><td>规章<td>1<td>2</tr><tr><td>甲<td>614{mark}<td>3</tr></table>"
    assert cells(html.read(f"<html><body>{page}</body></html>".encode()))[4] == "614²"


def test_text_of_no_size_is_not_shown() -> None:
    page = '<table><tr><td>规章<td>1<td>2</tr><tr><td>甲<td><font style="font-size:0">7</font>61<td>3</tr></table>'
    document = html.read(f"<html><body>{page}</body></html>".encode())
    assert cells(document)[4] == "61"
    assert [issue.code for issue in document.issues] == ["hidden_text"]


def test_word() -> None:
    runs = f'<w:r><w:t>614</w:t></w:r><w:r><w:rPr><{W}"superscript"/></w:rPr><w:t>2</w:t></w:r>'
    plain = f'<w:r><w:rPr><{W}"baseline"/></w:rPr><w:t>5</w:t></w:r>'
    row = "".join(f"<w:tc><w:tcPr/><w:p>{text}</w:p></w:tc>" for text in (runs, plain))
    body = f"<w:tbl><w:tblGrid/>{f'<w:tr>{row}</w:tr>' * 2}</w:tbl>"
    assert cells(docx.read(render_docx.docx(body))) == ["614²", "5"] * 2


def test_a_box_around_the_figure_of_a_cell() -> None:
    box = "<w:tbl><w:tblGrid/><w:tr><w:tc><w:tcPr/><w:p><w:r><w:t>25</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/>"
    label = "<w:tc><w:tcPr/><w:p><w:r><w:t>规章</w:t></w:r></w:p></w:tc>"
    body = f"<w:tbl><w:tblGrid/><w:tr>{label}<w:tc><w:tcPr/>{box}</w:tc></w:tr></w:tbl>"
    assert [text.strip() for text in cells(docx.read(render_docx.docx(body)))] == ["规章", "25"]


def test_rtf() -> None:
    row = r"\trowd\cellx900\cellx1800\intbl 614{\super 2}\cell {\super 3\nosupersub 5}\cell\row"
    assert cells(rtf.read(rf"{{\rtf1\ansi {row}\pard x\par}}".encode())) == ["614²", "³5"]


def test_text_struck_out_in_rtf_is_left_out_and_said() -> None:
    row = r"\trowd\cellx900\cellx1800\intbl {\strike 7}162\cell {\striked1 8}5{\up6 1}\cell\row"
    document = rtf.read(rf"{{\rtf1\ansi {row}\pard x\par}}".encode())
    assert cells(document) == ["162", "5¹"]
    assert [issue.code for issue in document.issues] == ["struck_text"]


def test_open_document() -> None:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"))
    )
    style = (
        '<office:automatic-styles><style:style style:name="T1" style:family="text">'
        '<style:text-properties style:text-position="super 58%"/></style:style></office:automatic-styles>'
    )
    cell = '<table:table-cell><text:p>614<text:span text:style-name="T1">2</text:span></text:p></table:table-cell>'
    content = (
        f"<office:document-content {spaces}>{style}<office:body><office:text><table:table><table:table-row>"
        f"{cell}</table:table-row></table:table></office:text></office:body></office:document-content>"
    )
    assert cells(odf.read(render_docx.package({"mimetype": odf.TEXT, "content.xml": content}))) == ["614²"]


def test_workbook() -> None:
    rich = '<is><r><t>614</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r></is>'
    struck = "<is><r><rPr><strike/></rPr><t>9</t></r><r><t>3</t></r></is>"
    row = "".join(f'<row r="{n}">{inline(f"A{n}", rich)}{inline(f"B{n}", struck)}</row>' for n in (1, 2))
    assert cells(xlsx.read(workbook(row))) == ["614²", "3"] * 2


def test_a_cell_struck_out_in_a_workbook_is_blank_and_said() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    rows += '<row r="2"><c r="A2"><v>3</v></c><c r="B2" s="1"><v>4</v></c></row>'
    document = xlsx.read(workbook(rows))
    assert cells(document) == ["1", "2", "3", ""]
    assert [issue.code for issue in document.issues] == ["struck_text"]


def test_blanks_that_a_sheet_without_borders_does_not_store_are_cells() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>5</v></c></row>'
    rows += '<row r="2"><c r="A2"><v>3</v></c><c r="C2"><v>4</v></c></row>'
    assert cells(xlsx.read(workbook(rows))) == ["1", "2", "5", "3", "", "4"]


def inline(place: str, content: str) -> str:
    return f'<c r="{place}" t="inlineStr">{content}</c>'


def workbook(rows: str, looks: str = "") -> bytes:
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    fonts = "<fonts><font/><font><strike/></font></fonts>"
    looks = looks or f"{fonts}<cellXfs><xf fontId='0'/><xf fontId='1'/></cellXfs>"
    styles = f"<styleSheet {main}>{looks}</styleSheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr(
            "_rels/.rels",
            f'<Relationships {links}><Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="Sheet1" sheetId="1" r:id="s"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships {links}><Relationship Id="s" Type="{office}/worksheet" Target="s.xml"/>'
            f'<Relationship Id="t" Type="{office}/styles" Target="t.xml"/></Relationships>',
        )
        book.writestr("xl/s.xml", f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>")
        book.writestr("xl/t.xml", styles)
    return out.getvalue()
