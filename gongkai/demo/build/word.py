"""A report as DOCX: plain WordprocessingML, without a clock, so that a build repeats to the byte."""

import io
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from gongkai.demo.build.form import Cell, Table
from gongkai.demo.build.report import Paragraph, Report, Role

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a ZIP entry can carry
_TEXT_WIDTH = 9360  # twentieths of a point between the margins

_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}.styles+xml"/></Types>'
)
_RELATIONSHIPS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELATIONSHIPS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f"{_HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋_GB2312"/>'
    '<w:sz w:val="32"/>'
    '</w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="a">'
    '<w:name w:val="Normal"/></w:style></w:styles>'
)
_PARAGRAPH: dict[Role, str] = {
    "title": '<w:jc w:val="center"/>',
    "heading": '<w:ind w:firstLineChars="200" w:firstLine="640"/>',
    "text": '<w:ind w:firstLineChars="200" w:firstLine="640"/>',
    "right": '<w:jc w:val="right"/>',
    "letterhead": '<w:jc w:val="center"/>',
}
_RUN: dict[Role, str] = {
    "title": '<w:rFonts w:eastAsia="方正小标宋简体"/><w:b/><w:sz w:val="44"/>',
    "heading": '<w:rFonts w:eastAsia="黑体"/>',
    "text": "",
    "right": "",
    "letterhead": "",
}


def document(report: Report) -> bytes:
    """The report as a DOCX file."""
    body = "".join(
        _paragraph(block) if isinstance(block, Paragraph) else _table(block) + "<w:p/>"
        for block in report.blocks
    )
    section = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    return _zip(
        {
            "[Content_Types].xml": _CONTENT_TYPES,
            "_rels/.rels": _RELATIONSHIPS,
            "word/document.xml": f"{_HEAD}<w:document {_W}><w:body>{body}{section}</w:body></w:document>",
            "word/_rels/document.xml.rels": _DOCUMENT_RELATIONSHIPS,
            "word/styles.xml": _STYLES,
        }
    )


def _zip(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def _paragraph(block: Paragraph) -> str:
    return (
        f"<w:p><w:pPr>{_PARAGRAPH[block.role]}</w:pPr><w:r><w:rPr>{_RUN[block.role]}</w:rPr>"
        f'<w:t xml:space="preserve">{escape(block.text)}</w:t></w:r></w:p>'
    )


@dataclass
class _Open:
    """A cell that reaches down into rows to come."""

    columns: int
    rows_left: int


def _table(table: Table) -> str:
    width = sum(cell.columns for cell in table[0])
    column = _TEXT_WIDTH // width
    reaching: dict[int, _Open] = {}
    rows = []
    for row in table:
        cells = []
        given = iter(row)
        at = 0
        while at < width:
            if (above := reaching.get(at)) is not None:
                cells.append(_cell(None, above.columns, column, "<w:vMerge/>"))
                above.rows_left -= 1
                if not above.rows_left:
                    del reaching[at]
                at += above.columns
                continue
            cell = next(given)
            merge = '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
            cells.append(_cell(cell, cell.columns, column, merge))
            if cell.rows > 1:
                reaching[at] = _Open(cell.columns, cell.rows - 1)
            at += cell.columns
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = f'<w:gridCol w:w="{column}"/>' * width
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{column * width}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _cell(cell: Cell | None, columns: int, width: int, merge: str) -> str:
    span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width * columns}" w:type="dxa"/>{span}{merge}'
        '<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{_cell_text(cell) if cell else ""}</w:p></w:tc>'
    )


def _cell_text(cell: Cell) -> str:
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in cell.text.split("\n")
    )
    run = f'<w:r><w:rPr><w:sz w:val="21"/></w:rPr>{lines}</w:r>' if cell.text else ""
    if cell.bookmark is None:
        return run
    return f'<w:bookmarkStart w:id="0" w:name={quoteattr(cell.bookmark)}/><w:bookmarkEnd w:id="0"/>{run}'
