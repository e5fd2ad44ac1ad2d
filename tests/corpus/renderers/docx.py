"""Reports as Word documents: true spans by gridSpan and vMerge, runs cut inside numbers, tracked changes, auto-numbering."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import io
import random
import zipfile
from xml.sax.saxutils import escape

from tests.corpus.grids import GCell, Grid
from tests.corpus.renderers import Rendered
from tests.corpus.reports import Report, Text

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
FEATURES = (
    "plain",
    "runs",
    "tracked",
    "sdt",
    "numbered",
    "hmerge_lost",
    "page_breaks",
    "bookmarks",
    "vanish",
    "deleted_row",
    "textbox",
)
EPOCH = (2022, 1, 10, 8, 0, 0)


def _t(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>'


def _runs(text: str, feature: str, rng: random.Random) -> str:
    out = []
    for number, line in enumerate(text.split("\n")):
        if number:
            out.append("<w:r><w:br/></w:r>")
        if not line:
            continue
        if feature == "runs" and len(line) > 1:
            at = rng.randint(1, len(line) - 1)
            out += [f"<w:r><w:rPr><w:b/></w:rPr>{_t(line[:at])}</w:r>", f"<w:r>{_t(line[at:])}</w:r>"]
        elif feature == "tracked" and rng.random() < 0.3:
            out.append(
                f'<w:del w:id="{rng.randint(1, 9999)}" w:author="a" w:date="2022-01-01T00:00:00Z"><w:r><w:delText>{rng.randint(1, 99)}'
                f'</w:delText></w:r></w:del><w:ins w:id="{rng.randint(1, 9999)}" w:author="a" w:date="2022-01-01T00:00:00Z">'
                f"<w:r>{_t(line)}</w:r></w:ins>"
            )
        elif feature == "vanish" and line.strip().isdigit():
            # Hidden text: not printed, not shown.
            out.append(
                f"<w:r><w:rPr><w:vanish/></w:rPr>{_t(str(rng.randint(1, 9)))}</w:r><w:r>{_t(line)}</w:r>"
            )
        elif feature == "bookmarks":
            out.append(
                f'<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/><w:r>{_t(line)}</w:r>'
            )
        else:
            out.append(f"<w:r>{_t(line)}</w:r>")
    return "".join(out)


def _paragraph(text: str, feature: str, rng: random.Random, props: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{props}</w:pPr>' if props else ''}{_runs(text, feature, rng)}</w:p>"


def widths(grid: Grid, feature: str) -> list[int]:
    """Column widths in twentieths of a point; narrow ones make figures wrap inside their cells."""
    if feature == "narrow":
        return [620] * grid.width
    if grid.name == "requests" and grid.width == 10:
        return [700, 1100, 2400, *([780] * 7)]
    return [9600 // grid.width] * grid.width


def _cell(cell: GCell, merge: str, feature: str, rng: random.Random, text: str, width: int) -> str:
    span = f'<w:gridSpan w:val="{cell.colspan}"/>' if cell.colspan > 1 else ""
    props = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}</w:tcPr>'
    body = _paragraph(text, feature, rng, '<w:jc w:val="center"/>')
    if feature == "sdt" and cell.key:
        body = f"<w:sdt><w:sdtPr/><w:sdtContent>{body}</w:sdtContent></w:sdt>"
    return f"<w:tc>{props}{body}</w:tc>"


def _table(grid: Grid, feature: str, rng: random.Random) -> str:
    sizes = widths(grid, feature)
    columns = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
    head = 3 if grid.name in {"requests", "review_litigation"} else 0
    rows = []
    for number, line in enumerate(grid.matrix()):
        cells, column = [], 0
        while column < len(line):
            cell = line[column]
            width = sum(sizes[column : column + cell.colspan])
            if cell.row == number:
                merge = '<w:vMerge w:val="restart"/>' if cell.rowspan > 1 else ""
                cells.append(_cell(cell, merge, feature, rng, cell.text, width))
            else:
                cells.append(_cell(cell, "<w:vMerge/>", "plain", rng, "", width))
            column += cell.colspan
        props = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if number < head else "") + "</w:trPr>"
        rows.append(f"<w:tr>{props}{''.join(cells)}</w:tr>")
        if feature == "deleted_row" and number == 5 and grid.name == "requests":
            # A row struck out under revision marks: it stands in the file and nowhere in print.
            gone = '<w:trPr><w:del w:id="7777" w:author="a" w:date="2022-01-01T00:00:00Z"/></w:trPr>'
            texts = ["", "（一）予以公开", "", *(str(rng.randint(1, 99)) for _ in range(7))]
            struck = "".join(
                f'<w:tc><w:tcPr><w:tcW w:w="{sizes[n]}" w:type="dxa"/></w:tcPr><w:p><w:del w:id="{7000 + n}" w:author="a" '
                f'w:date="2022-01-01T00:00:00Z"><w:r><w:delText>{text}</w:delText></w:r></w:del></w:p></w:tc>'
                for n, text in enumerate(texts[: grid.width])
            )
            rows.append(f"<w:tr>{gone}{struck}</w:tr>")
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl><w:p/>"
    )


def _heading(block: Text, feature: str, rng: random.Random) -> str:
    if feature == "numbered" and block.text[:2] in {f"{n}、" for n in "一二三四五六"}:
        return _paragraph(
            block.text[2:], "plain", rng, '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        )
    return _paragraph(block.text, feature if feature == "runs" else "plain", rng, '<w:outlineLvl w:val="0"/>')


def _textbox(text: str) -> str:
    """A text box as Word writes it: the same content for new readers and, again, for old ones."""
    inner = f"<w:txbxContent><w:p><w:r>{_t(text)}</w:r></w:p></w:txbxContent>"
    return (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">'
        '<w:drawing><wps:wsp xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:txbx>'
        f'{inner}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml">'
        f"<v:textbox>{inner}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


NUMBERING = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/>
<w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""
TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"""
RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"""
DOCUMENT_RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/></Relationships>"""


def _core(report: Report, rng: random.Random) -> str:
    # The properties of real files are left over from whatever the clerk copied: often another year's report.
    title = rng.choice(
        ["", "", report.who.title or "", f"关于做好{report.who.year - 2}年度政府信息公开工作年度报告的通知"]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/'
        '2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{escape(title)}</dc:title><dc:creator>Administrator</dc:creator>'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{report.who.year - 1}-12-02T08:00:00Z</dcterms:created></cp:coreProperties>'
    )


def package(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP of parts with fixed times, so that the same seed gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def render(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """One DOCX; what is not asked for is drawn."""
    feature = feature or rng.choice(FEATURES)
    body = []
    for block in report.blocks:
        if isinstance(block, Grid):
            body.append(_table(block, feature, rng))
        elif block.kind == "heading":
            body.append(_heading(block, feature, rng))
        elif block.kind == "title":
            body.append(
                _paragraph(
                    block.text, feature if feature == "runs" else "plain", rng, '<w:jc w:val="center"/>'
                )
            )
        elif feature == "textbox" and block.kind == "sign":
            body.append(_textbox(block.text))
        else:
            if feature == "page_breaks" and rng.random() < 0.2:
                body.append('<w:p><w:r><w:lastRenderedPageBreak/><w:br w:type="page"/></w:r></w:p>')
            body.append(_paragraph(block.text, "plain", rng))
    section = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1000" w:bottom="1440" w:left="1000"/></w:sectPr>'
    document = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {W}><w:body>{"".join(body)}{section}</w:body></w:document>'
    data = package(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELS,
            "word/document.xml": document,
            "word/_rels/document.xml.rels": DOCUMENT_RELS,
            "word/numbering.xml": NUMBERING,
            "docProps/core.xml": _core(report, rng),
        }
    )
    media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return Rendered(
        data, "docx", rng.choice([media, "application/octet-stream", None]), None, [f"docx_{feature}"]
    )
