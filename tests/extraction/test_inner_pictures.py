"""Pictures inside documents: read at their place, only where a table is missing, never passed over."""

# ruff: noqa: E501 - markup, line by line as it stands in files

import base64
import io
import json
from collections.abc import Callable

import pytest

from extraction import extract, ocr
from extraction.document import Document, Paragraph, Table
from extraction.readers import docx, html, mhtml, odf, ofd, pdf, picture, rtf, xlsx
from extraction.readers.inner_pictures import is_small, size_of
from tests.corpus.judge import faults, judge
from tests.extraction import render_docx
from tests.extraction.test_ocr import CORPUS, needs_ocr, png, rows
from tests.extraction.test_readers_ofd import NAMESPACE, book, text

pytest.importorskip("PIL", reason="the ocr extra is not installed")
from PIL import Image

ROW = ["3", "0", "0", "0", "0", "0", "3"]
NS = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def part(top: int, bottom: int, kind: str = "PNG") -> bytes:
    """Rows of the requests table of a committed picture."""
    out = io.BytesIO()
    with Image.open(CORPUS / "picture-00.png") as page:
        page.convert("L").crop((0, top, 940, bottom)).save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="module")
def strip() -> bytes:
    return part(910, 1010)


def drawing(relation: str) -> str:
    return f'<w:p><w:r><w:drawing {NS}><a:blip r:embed="{relation}"/></w:drawing></w:r></w:p>'


def word(*pictures: bytes, middle: str = "") -> bytes:
    """A Word file: a line, the pictures, a line."""
    import zipfile

    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    links = "".join(
        f'<Relationship Id="rId{90 + n}" Type="{kind}" Target="media/image{n}.png"/>'
        for n, _ in enumerate(pictures)
    )
    body = "".join(drawing(f"rId{90 + n}") for n, _ in enumerate(pictures))
    made = render_docx.docx(
        render_docx.paragraph("前") + middle + body + render_docx.paragraph("后"), links=links
    )
    out = io.BytesIO(made)
    with zipfile.ZipFile(out, "a") as package:
        for n, data in enumerate(pictures):
            package.writestr(f"word/media/image{n}.png", data)
    return out.getvalue()


def page(*pictures: bytes) -> bytes:
    """An HTML page that holds its pictures itself."""
    shown = "".join(
        f'<p><img src="data:image/png;base64,{base64.b64encode(data).decode()}"></p>' for data in pictures
    )
    return f'<html><body><div id="zoom"><p>前</p>{shown}<p>后</p></div></body></html>'.encode()


def open_text(*pictures: bytes) -> bytes:
    """An ODT file."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("text", "text"), ("draw", "drawing"))
    )
    shown = "".join(
        f'<text:p><draw:frame><draw:image xlink:href="Pictures/{n}.png"/></draw:frame></text:p>'
        for n, _ in enumerate(pictures)
    )
    content = (
        f'<office:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink"><office:body>'
        f"<office:text><text:p>前</text:p>{shown}<text:p>后</text:p></office:text></office:body>"
        "</office:document-content>"
    )
    parts: dict[str, str | bytes] = {"mimetype": odf.TEXT, "content.xml": content}
    return render_docx.package(parts | {f"Pictures/{n}.png": data for n, data in enumerate(pictures)})


def rich_text(*pictures: bytes) -> bytes:
    """An RTF file as Word writes it: each picture, and the same once more for old readers."""
    shown = "".join(
        rf"{{\*\shppict{{\pict{{\*\picprop}}\picw10\pngblip {data.hex()}}}}}{{\nonshppict{{\pict\wmetafile8 0102}}}}\par "
        for data in pictures
    )
    return rf"{{\rtf1\ansi \u21069?\par {shown}\u21518?\par}}".encode()


def saved_page(*pictures: bytes) -> bytes:
    """A saved page: one picture named by its place, the others by their mark."""
    base = "file:///C:/1"
    addresses = ["a.files/image0.png", *(f"cid:{n}@x" for n in range(1, len(pictures)))]
    body = "".join(f'<p><img src="{address}"></p>' for address in addresses)
    page = f'<html><body><div id="zoom"><p>前</p>{body}<p>后</p></div></body></html>'
    parts = [f"Content-Location: {base}/a.htm\nContent-Type: text/html; charset=utf-8\n\n{page}"]
    parts += [
        f"Content-Location: {base}/a.files/image{n}.png\nContent-ID: <{n}@x>\nContent-Type: image/png\n"
        f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(data).decode()}"
        for n, data in enumerate(pictures)
    ]
    whole = "".join(f"--b\n{part}\n" for part in parts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n{whole}--b--\n'.encode()


def workbook(*pictures: bytes) -> bytes:
    """An XLSX file whose sheet has pictures on it, the lower one named first."""
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shapes = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def links(*entries: tuple[str, str]) -> str:
        inner = "".join(
            f'<Relationship Id="r{n}" Type="{office}/{kind}" Target="{target}"/>'
            for n, (kind, target) in enumerate(entries)
        )
        return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'

    anchors = "".join(
        f"<x:oneCellAnchor><x:from><x:row>{n * 9}</x:row></x:from><x:pic><a:blip r:embed='r{n}'/></x:pic></x:oneCellAnchor>"
        for n in reversed(range(len(pictures)))
    )
    parts: dict[str, str | bytes] = {
        "_rels/.rels": links(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook xmlns='{sheet}' xmlns:r='{office}'><sheets><sheet name='Sheet1' r:id='r0'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": links(("worksheet", "s.xml")),
        "xl/s.xml": f"<worksheet xmlns='{sheet}'><sheetData><row r='1'><c r='A1' t='str'><v>前</v></c></row></sheetData></worksheet>",
        "xl/_rels/s.xml.rels": links(("drawing", "d.xml")),
        "xl/d.xml": f"<x:wsDr xmlns:x='{shapes}' {NS}>{anchors}</x:wsDr>",
        "xl/_rels/d.xml.rels": links(*(("image", f"media/{n}.png") for n, _ in enumerate(pictures))),
    }
    return render_docx.package(parts | {f"xl/media/{n}.png": data for n, data in enumerate(pictures)})


def fixed(data: bytes) -> bytes:
    """An OFD page with text and a picture below it."""
    import zipfile

    shown = '<ofd:ImageObject Boundary="10 60 190 20.2" ResourceID="7"/>'
    out = io.BytesIO(book(text(20, 20, "前") + shown + text(20, 100, "后")))
    resources = (
        f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="7" Type="Image">'
        "<ofd:MediaFile>7.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(out) as package, zipfile.ZipFile(made, "w") as whole:
        for name in package.namelist():
            body = package.read(name)
            if name.endswith("Document.xml"):
                listed = b"<ofd:CommonData><ofd:DocumentRes>Res.xml</ofd:DocumentRes>"
                body = body.replace(b"<ofd:CommonData>", listed)
            whole.writestr(name, body)
        whole.writestr("Doc_0/Res.xml", resources)
        whole.writestr("Doc_0/Res/7.png", data)
    return made.getvalue()


def text_page(jpeg: bytes) -> bytes:
    """A PDF page with text and a picture below it."""
    wide, high = Image.open(io.BytesIO(jpeg)).size
    line = b"A page of text that stands above the picture of a table, as clerks paste it."
    shown = f"q 500 0 0 {500 * high / wide:.1f} 40 500 cm /I Do Q ".encode()
    content = b"BT /F 10 Tf 40 760 Td (" + line + b") Tj ET " + shown
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 7 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/DCTDecode/Length %d>>stream\n%s\nendstream" % (wide, high, len(jpeg), jpeg),
    ]
    bodies.append(b"<</Font<</F 5 0 R>>/XObject<</I 6 0 R>>>>")
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return (
        out
        + b"xref\n0 8\n0000000000 65535 f \n"
        + table
        + b"trailer\n<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    )


def completed(document: Document) -> Document:
    assert document.pictured is not None
    return document.pictured(document)


def order(document: Document) -> list[str]:
    return [block.text if isinstance(block, Paragraph) else "table" for block in document.blocks]


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> list[list[bytes]]:
    """Recognition that takes no time: one table for each run of pictures, and what it was given."""
    from extraction.document import Cell

    given: list[list[bytes]] = []

    def read_all(pictures: list[bytes]) -> tuple[Document, list[int]]:
        given.append(list(pictures))
        cells = tuple(
            Cell("3", n, 0, page=n + 1, bbox=(0, 0, 9, 9), confidence=0.9) for n, _ in enumerate(pictures)
        )
        return Document("image/png", (Table(cells),)), list(range(len(pictures)))

    monkeypatch.setattr(picture, "read_all", read_all)
    monkeypatch.setattr(ocr, "available", lambda: True)
    return given


@needs_ocr
def test_a_table_as_a_picture_is_read_at_its_place(strip: bytes) -> None:
    document = completed(docx.read(word(strip)))
    assert order(document)[0] == "前"
    assert order(document)[-1] == "后"
    assert ROW in [row[-7:] for row in rows(document)]
    cell = next(c for b in document.blocks if isinstance(b, Table) for c in b.cells if c.text == "3")
    assert (cell.path, cell.page, cell.confidence) == ("word/media/image0.png", None, ocr.SURE)
    assert cell.bbox is not None


@pytest.mark.parametrize(
    ("read", "made", "names"),
    [
        (docx.read, word, ["word/media/image0.png", "word/media/image1.png"]),
        (html.read, page, ["/html/body/div/p[2]/img", "/html/body/div/p[3]/img"]),
        (odf.read, open_text, ["Pictures/0.png", "Pictures/1.png"]),
        (rtf.read, rich_text, ["rtf#picture[1]", "rtf#picture[2]"]),
        (mhtml.read, saved_page, ["/html/body/div/p[2]/img", "/html/body/div/p[3]/img"]),
    ],
)
def test_pictures_that_follow_each_other_are_pages_of_one_scan(
    read: Callable[[bytes], Document],
    made: Callable[..., bytes],
    names: list[str],
    stubbed: list[list[bytes]],
) -> None:
    pictures = [png(600, 400, b"a"), png(600, 400, b"b")]
    plain = read(made(*pictures))
    assert order(plain) == ["前", "后"]
    document = completed(plain)
    assert order(document) == ["前", "table", "后"]
    assert stubbed == [pictures]
    table = next(block for block in document.blocks if isinstance(block, Table))
    assert [cell.path for cell in table.cells] == names
    assert document.pictured is None


def test_pictures_on_a_sheet_are_read_from_top_to_bottom(stubbed: list[list[bytes]]) -> None:
    pictures = [png(600, 400, b"a"), png(600, 400, b"b")]
    plain = xlsx.read(workbook(*pictures))
    assert order(plain) == ["前"]
    document = completed(plain)
    assert order(document) == ["前", "table"]
    assert stubbed == [pictures]
    table = next(block for block in document.blocks if isinstance(block, Table))
    assert [cell.path for cell in table.cells] == ["xl/media/0.png", "xl/media/1.png"]


def test_icons_are_not_read_and_named(stubbed: list[list[bytes]]) -> None:
    large = png(600, 400)
    document = completed(docx.read(word(png(64, 64), large, png(600, 12), large)))
    assert stubbed == [[large]], "once, though it is shown twice"
    (issue,) = [issue for issue in document.issues if issue.code == "picture_unread"]
    assert "word/media/image0.png, word/media/image2.png" in issue.message


def test_more_pictures_than_any_report_has_are_said_to_be_unread(stubbed: list[list[bytes]]) -> None:
    document = completed(docx.read(word(*(png(600, 400, bytes([n])) for n in range(23)))))
    assert sum(map(len, stubbed)) == 20
    (issue,) = [issue for issue in document.issues if issue.code == "picture_unread"]
    assert issue.severity == "error"
    assert "image20.png, word/media/image21.png, word/media/image22.png" in issue.message


def test_a_damaged_address_is_said(stubbed: list[list[bytes]]) -> None:
    cut = page(png(600, 400)).replace(b"base64,", b"base64,!\xc3\xa9")
    document = completed(html.read(cut))
    assert [issue.code for issue in document.issues][-1:] == ["picture_unread"]
    assert stubbed == []


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    record = extract(word(png(600, 400)))
    (issue,) = [issue for issue in record.issues if issue.code == "needs_ocr"]
    assert "word/media/image0.png" in issue.message
    assert ocr.EXTRA in issue.message
    said = [issue.message for issue in extract(text_page(part(910, 1010, "JPEG"))).issues]
    assert any(ocr.EXTRA in message for message in said)


def test_nothing_is_recognised_where_the_tables_are_text(stubbed: list[list[bytes]]) -> None:
    report = min(CORPUS.glob("docx-00*.docx")).read_bytes()
    import zipfile

    out = io.BytesIO(report)
    with zipfile.ZipFile(out) as package:
        body = package.read("word/document.xml")
    assert b"</w:tbl>" in body
    assert extract(report).kind == "report"
    assert stubbed == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_the_size_is_told_by_the_header(kind: str) -> None:
    out = io.BytesIO()
    Image.new("L", (321, 123)).save(out, kind)
    assert size_of(out.getvalue()) == (321, 123)
    assert not is_small(out.getvalue())
    assert size_of(out.getvalue()[:7]) is None


@needs_ocr
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pdf", "ofd"])
def test_a_picture_on_a_page_of_text_is_read_where_it_stands(kind: str, strip: bytes) -> None:
    if kind == "pdf":
        document = completed(pdf.read(text_page(part(910, 1010, "JPEG"))))
    else:
        document = completed(ofd.read(fixed(strip)))
    assert isinstance(document.blocks[0], Paragraph)
    assert ROW in [row[-7:] for row in rows(document)]
    cell = next(c for b in document.blocks if isinstance(b, Table) for c in b.cells if c.text == "3")
    assert cell.page == 1
    assert cell.confidence == ocr.SURE
    assert cell.bbox is not None
    if kind == "pdf":
        # The picture is 500 points wide from 40 on; the column of persons stands at 570 to 622 of 940.
        assert 40 + 570 / 940 * 500 - 2 <= cell.bbox[0] < cell.bbox[2] <= 40 + 622 / 940 * 500 + 2
    else:
        assert order(document)[-1] == "后"


@needs_ocr
@pytest.mark.slow
def test_a_table_cut_into_two_pictures_is_one() -> None:
    record = extract(page(part(0, 460), part(460, 830), part(830, 1265), part(1265, 2000)))
    truth = json.loads((CORPUS / "picture-00.truth.json").read_text(encoding="utf-8"))
    verdict = judge(json.loads(record.to_json()), truth, "pictures")
    assert faults(verdict) == []
    assert verdict.cells["right"] > 150
