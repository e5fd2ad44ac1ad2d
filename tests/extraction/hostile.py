"""Hostile documents made by hand: each is built when asked for, some are large."""

# ruff: noqa: E501 - markup as it stands in files

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from functools import partial

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="{target}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def zipped(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts:
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def docx(document: bytes) -> bytes:
    """A DOCX whose main part is `document`."""
    return zipped(
        [
            ("[Content_Types].xml", _TYPES.encode()),
            ("_rels/.rels", _RELATIONSHIPS.format(target="word/document.xml").encode()),
            ("word/document.xml", document),
        ]
    )


def xlsx(sheet: bytes) -> bytes:
    """An XLSX of one sheet."""
    book = (
        '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    sheets = _RELATIONSHIPS.format(target="worksheets/sheet1.xml").replace('/officeDocument"', '/worksheet"')
    return zipped(
        [
            ("[Content_Types].xml", _TYPES.encode()),
            ("_rels/.rels", _RELATIONSHIPS.format(target="xl/workbook.xml").encode()),
            ("xl/workbook.xml", book.encode()),
            ("xl/_rels/workbook.xml.rels", sheets.encode()),
            ("xl/worksheets/sheet1.xml", sheet),
        ]
    )


def _sheet(rows: bytes) -> bytes:
    head = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    )
    return head + b"<sheetData>" + rows + b"</sheetData></worksheet>"


def _word(body: bytes, before: bytes = b"") -> bytes:
    head = b'<?xml version="1.0" encoding="UTF-8"?>' + before
    return head + b'<w:document xmlns:w="' + WORD.encode() + b'"><w:body>' + body + b"</w:body></w:document>"


def _html(body: bytes) -> bytes:
    title = "某某县2021年政府信息公开工作年度报告".encode()
    return (
        b'<html><head><meta charset="utf-8"><title>'
        + title
        + b"</title></head><body>"
        + body
        + b"</body></html>"
    )


ENTITIES = b"<!DOCTYPE x [" + b'<!ENTITY a0 "figure">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
) + b"]>"  # fmt: skip


def zip_bomb() -> bytes:
    return docx(_word(b"<w:p><w:r><w:t>" + b" " * (300 << 20) + b"</w:t></w:r></w:p>"))


def zip_many() -> bytes:
    return zipped((f"{n}.html", b"") for n in range(100_000))


def zip_nested() -> bytes:
    data = b"0" * (1 << 20)
    for depth in range(60):
        data = zipped((f"{depth}-{n}.zip", data) for n in range(1 if depth else 10))
    return data


def zip_quine() -> bytes:
    """Parts that share one stretch of compressed bytes, each of which unpacks to much."""
    data = bytearray(zipped([("a.html", b"0" * (64 << 20))]))
    entry = data.rfind(b"PK\x01\x02")
    end = data.rfind(b"PK\x05\x06")
    record = bytes(data[entry:end])
    count = 2000
    tail = bytearray(data[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = (len(record) * count).to_bytes(4, "little")
    return bytes(data[:entry]) + record * count + bytes(tail)


def zip_lies() -> bytes:
    """Sizes in the directory that are not the parts'."""
    data = docx(_word(b"<w:p/>" * 100_000))
    entry = data.rfind(b"PK\x01\x02")
    return data[: entry + 24] + (7).to_bytes(4, "little") + data[entry + 28 :]


def pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n" % (more, len(content)) + content + b"\nendstream"


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf_page(content: bytes, box: bytes = b"0 0 595 842", more: bytes = b"") -> bytes:
    """A PDF of one page."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%s>>" % (
        box,
        more,
    )
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", pages, page, _stream(content), FONT])


def pdf_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (n + 5) for n in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>>>"
    content = b"".join(b"BT /F1 10 Tf 50 %d Td (row %d 12345) Tj ET\n" % (800 - 12 * n, n) for n in range(60))
    pages = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", pages, _stream(content), FONT, *[page] * count])


def pdf_recursive() -> bytes:
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1000000/Parent 3 0 R>>",
            b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 1000000/Parent 2 0 R>>",
        ]
    )


def pdf_deep() -> bytes:
    depth = 20_000
    nodes = [
        b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (n + 3, max(n + 1, 2)) for n in range(depth)
    ]
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", *nodes, b"<</Type/Page/Parent %d 0 R>>" % (depth + 1)])


def pdf_flate_bomb() -> bytes:
    import zlib

    bomb = zlib.compress(zlib.compress(b" " * (1 << 30), 9), 9)
    content = _stream(bomb, b"/Filter[/FlateDecode/FlateDecode]")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, content])


def pdf_form_recursion() -> bytes:
    """A form that draws itself, twice."""
    form = _stream(
        b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", pages, page, _stream(b"/X Do"), form])


def pdf_rulings() -> bytes:
    """As many ruling lines as a plan of a town."""
    lines = b"".join(
        b"%d %d m %d %d l S\n" % (n % 595, n // 595, n % 595, n // 595 + 7) for n in range(200_000)
    )
    return pdf_page(lines)


def pdf_letters() -> bytes:
    """Letters on top of each other."""
    return pdf_page(b"BT /F1 1 Tf " + b"10 10 Td (1234567890) Tj -10 -10 Td\n" * 100_000 + b" ET")


def nested(tag: bytes, count: int) -> bytes:
    return _html(b"<" + tag + b">" * 0 + b">" + (b"<" + tag + b">") * count + b"1")


def nested_tables(count: int) -> bytes:
    return _html(b"<table><tr><td>" * count + b"1" + b"</td></tr></table>" * count)


def wide(rows: int, columns: int) -> bytes:
    return _html(b"<table>" + (b"<tr>" + b"<td>1" * columns) * rows + b"</table>")


def json_deep() -> bytes:
    return b"[" * 1_000_000


def rtf_deep() -> bytes:
    return b"{\\rtf1" + b"{" * 500_000 + b"1" + b"}" * 500_000 + b"}"


def rtf_cells() -> bytes:
    row = b"\\trowd" + b"\\cellx100" * 200 + b"\\intbl 1\\cell" * 200 + b"\\row"
    return b"{\\rtf1\\ansi " + row * 5000 + b"}"


def word_nested() -> bytes:
    depth = 20_000
    return docx(_word(b"<w:tbl><w:tr><w:tc>" * depth + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * depth))


def word_spans() -> bytes:
    cell = b'<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/><w:vMerge/></w:tcPr><w:p/></w:tc>'
    return docx(_word(b"<w:tbl>" + (b"<w:tr>" + cell * 10 + b"</w:tr>") * 100 + b"</w:tbl>"))


def sheet_far() -> bytes:
    """Two cells at the ends of the largest sheet there is, merged."""
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells><sheetData>'
    return xlsx(_sheet(cells + merged))


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "one byte": lambda: b"<",
    "NUL bytes": partial(bytes, 1 << 20),
    "white space": lambda: b" \n" * (5 << 20),
    "noise": lambda: bytes(range(256)) * 4096,
    "invalid UTF-8": lambda: _html(b"<p>" + b"\xff\xfe\xc0\x80\xed\xa0\x80" * 100_000),
    "unknown charset": lambda: _html(b"<p>1").replace(b"utf-8", b"x-no-such-charset-" + b"9" * 10_000),
    "charset that is no text": lambda: _html(b"<p>1" * 10).replace(b"utf-8", b"base64"),
    "charset idna": lambda: _html(b"<p>" + b"1" * 500_000).replace(b"utf-8", b"idna"),
    "UTF-16 cut in two": lambda: ("<html><body><table><tr><td>1" * 100).encode("utf-16")[:-1],
    "XML entities in HTML": lambda: ENTITIES + _html(b"<p>&a11;</p>"),
    "XHTML entities": lambda: b'<?xml version="1.0"?>' + ENTITIES + _html(b"<p>&a11;</p>"),
    "external entity": lambda: b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    + _html(b"<p>&e;</p>"),
    "DOCX entities": lambda: docx(_word(b"<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", ENTITIES)),
    "DOCX external entity": lambda: docx(
        _word(b"<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')
    ),
    "DOCX nested tables": word_nested,
    "DOCX spans": word_spans,
    "DOCX million cells": lambda: docx(
        _word(b"<w:tbl>" + (b"<w:tr>" + b"<w:tc><w:p/></w:tc>" * 1000 + b"</w:tr>") * 1000 + b"</w:tbl>")
    ),
    "XLSX far cells": sheet_far,
    "XLSX million cells": lambda: xlsx(
        _sheet((b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>") * 1000)
    ),
    "ZIP bomb": zip_bomb,
    "ZIP of many": zip_many,
    "ZIP in ZIP": zip_nested,
    "ZIP overlapping": zip_quine,
    "ZIP that lies": zip_lies,
    "colspan": lambda: _html(b"<table>" + b"<tr><td colspan=100000>1<td colspan=100000>2" * 1000 + b"</table>"),
    "rowspan": lambda: _html(
        b"<table>" + b"<tr>" + b"<td rowspan=100000>1" * 1000 + b"<tr><td>2" * 1000 + b"</table>"
    ),
    "both spans": lambda: _html(b"<table><tr>" + b"<td rowspan=65534 colspan=1000>1" * 500 + b"</table>"),
    "span without end": lambda: _html(b"<table><tr><td colspan=" + b"9" * 1_000_000 + b">1</table>"),
    "100k nested divs": partial(nested, b"div", 100_000),
    "100k nested inline": partial(nested, b"b", 100_000),
    "100k nested tables": partial(nested_tables, 100_000),
    "100k tables": lambda: _html(b"<table><tr><td>1<td>2</table>" * 100_000),
    "million cells": partial(wide, 1000, 1000),
    "million rows": partial(wide, 1_000_000, 1),
    "wide row": partial(wide, 1, 300_000),
    "million paragraphs": lambda: _html("<p>收到申请12件".encode() * 1_000_000),
    "million breaks": lambda: _html(b"1<br>" * 1_000_000),
    "huge attribute": lambda: _html(b'<p style="' + b"x" * (30 << 20) + b'">1'),
    "many attributes": lambda: _html(b"<p" + b"".join(b" a%d=1" % n for n in range(200_000)) + b">1"),
    "digits in a cell": lambda: _html(b"<table><tr><td>" + b"9" * (40 << 20) + b"</table>"),
    "digits in text": lambda: b"9" * (40 << 20),
    "spaced digits": lambda: ("收到 " + "1 2," * 2_000_000).encode(),
    "text of tabs": lambda: b"\t" * (5 << 20),
    "text of pipes": lambda: b"|" * (5 << 20),
    "text of short lines": lambda: b"1\n" * 2_000_000,
    "text of headings": lambda: "一、总体情况\n".encode() * 200_000,
    "text of report titles": lambda: "某某县2021年政府信息公开工作年度报告\n".encode() * 100_000,
    "text of open brackets": lambda: ("（" * 2_000_000).encode(),
    "text of dates": lambda: ("2021年1月1日" * 300_000).encode(),
    "text of table labels": lambda: "本年新收政府信息公开申请数量 1 2 3\n".encode() * 50_000,
    "one long line of place names": lambda: ("新乡市牧野区花园街道办事处" * 100_000).encode(),
    "JSON deep": json_deep,
    "JSON object": lambda: json.dumps({"a": list(range(500_000))}).encode(),
    "RTF deep": rtf_deep,
    "RTF million cells": rtf_cells,
    "PDF thousand pages": partial(pdf_pages, 1000),
    "PDF huge page": lambda: pdf_page(b"BT /F1 10 Tf 50 50 Td (12345) Tj ET", b"0 0 1e9 1e9"),
    "PDF page without size": lambda: pdf_page(b"BT /F1 10 Tf 50 50 Td (12345) Tj ET", b"0 0 0 0"),
    "PDF page upside down": lambda: pdf_page(b"BT /F1 10 Tf 50 50 Td (12345) Tj ET", b"9e99 9e99 -9e99 -9e99"),
    "PDF recursive pages": pdf_recursive,
    "PDF deep pages": pdf_deep,
    "PDF flate bomb": pdf_flate_bomb,
    "PDF form in itself": pdf_form_recursion,
    "PDF ruling lines": pdf_rulings,
    "PDF letters": pdf_letters,
    "PDF header only": lambda: b"%PDF-1.7\n",
    "PDF deep arrays": lambda: pdf_page(b"[" * 500_000),
    "OLE header only": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"WordDocument".decode().encode("utf-16-le") * 99,
    "OLE sector loop": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + bytes.fromhex("3e000300feff0900")
    + bytes(6) + (1).to_bytes(4, "little") * 10 + bytes(1 << 16) + "WordDocument".encode("utf-16-le"),
    "RAR header only": lambda: b"Rar!\x1a\x07\x01\x00" + b"\xff" * 1000,
    "PNG header only": lambda: b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x7f\xff\xff\xff" * 2 + b"\x08\x06",
    "OFD without pages": lambda: zipped([("OFD.xml", b"<OFD/>")]),
}  # fmt: skip

LARGE: dict[str, Callable[[], bytes]] = {
    "200 MB of digits in a cell": lambda: _html(b"<table><tr><td>" + b"9" * 200_000_000 + b"</table>"),
    "200 MB of cells": lambda: _html(b"<table><tr>" + b"<td>1" * 40_000_000),
    "PDF twenty thousand pages": partial(pdf_pages, 20_000),
}
"""Those for which a machine needs minutes."""
