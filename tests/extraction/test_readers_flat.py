"""Office documents in one text file: Word and Excel XML, saved web pages, HTML under an Office name."""

from __future__ import annotations

import base64
import quopri
import random
from html import escape

import pytest
from hypothesis import given, settings

from extraction import extract
from extraction.document import Table
from extraction.readers import flat_sheet, flat_word, mhtml
from extraction.sniff import sniff
from tests.extraction.damage import damaged, outcome
from tests.extraction.printed_forms import (
    html_table,
    model,
    proactive_table,
    requests_table,
    review_table,
    right,
    silent_errors,
)
from tests.extraction.render_docx import paragraph, table
from tests.extraction.render_forms import positions

M = model(random.Random(11), "2021", 0.1)
TABLES = (proactive_table(M), requests_table(M), review_table(M))
TITLE = f"青溪县教育局{M.year}年政府信息公开工作年度报告"
OLD = "http://schemas.microsoft.com/office/word/2003/wordml"
NEW = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def word_2003() -> bytes:
    body = paragraph(TITLE) + "".join(table(t.rows) for t in TABLES)
    body = f"<wx:sect><wx:sub-section>{body}</wx:sub-section></wx:sect>".replace("w:vMerge", "w:vmerge")
    hints = 'xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint"'
    return (
        f'{XML}<?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="{OLD}" {hints}>'
        f"<w:body>{body}</w:body></w:wordDocument>"
    ).encode()


def flat_docx() -> bytes:
    body = paragraph(TITLE) + "".join(table(t.rows) for t in TABLES)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="word/document.xml"/></Relationships>'
    )
    document = f'<w:document xmlns:w="{NEW}"><w:body>{body}</w:body></w:document>'
    parts = "".join(
        f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{inner}</pkg:xmlData></pkg:part>'
        for name, inner in (("_rels/.rels", relations), ("word/document.xml", document))
    )
    return (
        f'{XML}<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{parts}</pkg:package>'
    ).encode()


def excel_2003() -> bytes:
    rows = [f"<Row><Cell><Data ss:Type='String'>{TITLE}</Data></Cell></Row>"]
    for printed in TABLES:
        height = max(row + down for row, _, down, _, _ in positions(printed.rows))
        cells: list[list[tuple[int, str]]] = [[] for _ in range(height)]
        for row, column, down, across, text in positions(printed.rows):
            kind = "Number" if text.isdigit() else "String"
            spans = f"ss:MergeAcross='{across - 1}' ss:MergeDown='{down - 1}'"
            inner = f"<Data ss:Type='{kind}'>{escape(text)}</Data>" if text else ""
            cells[row].append(
                (column, f"<Cell ss:Index='{column + 1}' ss:StyleID='b' {spans}>{inner}</Cell>")
            )
        rows.append("<Row/>")
        rows += [f"<Row>{''.join(cell for _, cell in sorted(row))}</Row>" for row in cells]
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    styles = "<Styles><Style ss:ID='b'><Borders><Border ss:Position='Top'/></Borders></Style></Styles>"
    return (
        f'{XML}<Workbook xmlns="{space}" xmlns:ss="{space}">{styles}'
        f"<Worksheet ss:Name='Sheet1'><Table>{''.join(rows)}</Table></Worksheet></Workbook>"
    ).encode()


def page(charset: str = "gb18030") -> bytes:
    inner = f"<p>{TITLE}</p>" + "".join(html_table(t) for t in TABLES)
    office = (
        'xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"'
    )
    return f"<html {office}><head><meta charset={charset}></head><body>{inner}</body></html>".encode(charset)


def saved_page(encoding: str) -> bytes:
    body = base64.encodebytes(page()) if encoding == "base64" else quopri.encodestring(page())
    return (
        b"From: <Saved by Microsoft Internet Explorer>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; boundary="B"; type="text/html"\r\n\r\nnothing\r\n--B\r\n'
        b'Content-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: ' + encoding.encode()
        + b"\r\n\r\n" + body + b"\r\n--B\r\nContent-Type: image/gif\r\n\r\nGIF89a\r\n--B--\r\n"
    )  # fmt: skip


FILES = {
    "word_2003": (word_2003, "application/vnd.ms-word.2003+xml"),
    "flat_docx": (flat_docx, "application/vnd.ms-word.flat+xml"),
    "excel_2003": (excel_2003, "application/vnd.ms-excel.2003+xml"),
    "mhtml_quoted": (lambda: saved_page("quoted-printable"), "message/rfc822"),
    "mhtml_base64": (lambda: saved_page("base64"), "message/rfc822"),
    "html_as_doc": (page, "text/html"),
    "html_as_xls_utf16": (lambda: page("utf-16"), "text/html"),
}


@pytest.mark.parametrize("name", list(FILES))
def test_a_report(name: str) -> None:
    make, media_type = FILES[name]
    data = make()
    # Servers send all of these as msword or ms-excel.
    assert sniff(data, "application/msword") == media_type
    record = extract(data, media_type="application/msword")
    assert record.media_type == media_type
    assert silent_errors(record, M) == []
    assert right(record, M) == len(M.texts)
    assert record.report is not None
    assert (record.report.agency, record.report.year) == ("青溪县教育局", M.year)


@pytest.mark.parametrize("how", [b"ss:Hidden='1'", b"ss:AutoFitHeight='0' ss:Height='0'"])
def test_hidden_rows_and_columns_of_excel_xml_are_told(how: bytes) -> None:
    data = excel_2003().replace(b"<Row>", b"<Row " + how + b">", 1)
    assert [issue.code for issue in flat_sheet.read(data).issues] == ["hidden_text"]


def test_entities_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]>'
    for read, data in ((flat_word.read, word_2003()), (flat_sheet.read, excel_2003())):
        assert outcome(read, bomb + data.split(b"?>", 1)[1]) == "malformed"


@settings(deadline=None, max_examples=60)
@given(damaged(word_2003()))
def test_damaged_word(data: bytes) -> None:
    outcome(flat_word.read, data)


@settings(deadline=None, max_examples=60)
@given(damaged(excel_2003()))
def test_damaged_excel(data: bytes) -> None:
    outcome(flat_sheet.read, data)


@settings(deadline=None, max_examples=60)
@given(damaged(saved_page("base64")))
def test_damaged_mhtml(data: bytes) -> None:
    outcome(mhtml.read, data)


def frame_set(*frames: bytes) -> bytes:
    pages = [b"<html><frameset><frame src='a'></frameset></html>", *frames]
    out = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n'
    for number, body in enumerate(pages):
        out += b"--B\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
        out += f"Content-Location: http://a/{number}.htm\r\n\r\n".encode() + base64.encodebytes(body)
    return out + b"--B--\r\n"


def test_a_frame_that_may_be_another_report_is_named() -> None:
    other = page("utf-8").replace("青溪县".encode(), "白溪县".encode())
    told = [i for i in mhtml.read(frame_set(page("utf-8") + b" " * 9, other)).issues if i.severity != "note"]
    assert [(issue.code, "http://a/2.htm" in issue.message) for issue in told] == [
        ("several_documents", True)
    ]


def test_a_menu_beside_the_report_is_not_named() -> None:
    menu = "<html><body><table><tr><td>首页</td></tr></table></body></html>".encode()
    assert not [i for i in mhtml.read(frame_set(menu, page("utf-8"))).issues if i.severity != "note"]


def styled_page(link: str, sheet: str = ".q{display:none}") -> bytes:
    added = "<table><tr><td>行政强制措施</td><td>3<span class=q>7</span></td></tr></table>"
    inner = page("utf-8").decode().replace("<head>", f"<head>{link}").replace("<table", f"{added}<table", 1)
    return (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\n"
        'Content-Type: text/html; charset="utf-8"\r\nContent-Location: http://www.example.cn/a/p.html\r\n\r\n'
        f"{inner}\r\n--B\r\nContent-Type: text/css\r\nContent-ID: <css-1@x>\r\n"
        f"Content-Location: http://www.example.cn/a/s.css\r\n\r\n{sheet}\r\n--B--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ('<link rel="stylesheet" href="cid:css-1@x">', "3"),
        ("<LINK href='s.css' rel=stylesheet type='text/css'>", "3"),
        ('<link rel="stylesheet" media="screen" href="http://www.example.cn/a/s.css"/>', "3"),
        ('<link rel="stylesheet" media="print" href="s.css">', "37"),
        ('<link rel="stylesheet" href="other.css">', "37"),
        ('<link rel="icon" href="s.css">', "37"),
    ],
)
def test_style_sheets_in_a_saved_page_are_applied(link: str, text: str) -> None:
    blocks = mhtml.read(styled_page(link)).blocks
    first = next(block for block in blocks if isinstance(block, Table))
    assert first.cells[1].text == text
