"""Writes DOCX files as Word and WPS write them, for tests: real grids, runs in pieces, bookmarks."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from tests.extraction.render_forms import Grid, positions

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def runs(text: str) -> str:
    """A text in two runs, as editing leaves it; line feeds become breaks."""
    lines = text.split("\n")
    pieces = []
    for index, line in enumerate(lines):
        halves = line[: len(line) // 2], line[len(line) // 2 :]
        pieces += [
            f'<w:r><w:rPr/><w:t xml:space="preserve">{escape(half)}</w:t></w:r>' for half in halves if half
        ]
        if index + 1 < len(lines):
            pieces.append("<w:r><w:br/></w:r>")
    return "".join(pieces)


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs(text)}</w:p>"


def table(grid: Grid, *, bookmark_in: int | None = None) -> str:
    """A grid as ``w:tbl``: gridSpan for columns, a vMerge chain for rows."""
    height = max(row + rowspan for row, _, rowspan, _, _ in positions(grid))
    rows: list[list[tuple[int, str]]] = [[] for _ in range(height)]
    for index, (row, column, rowspan, colspan, text) in enumerate(positions(grid)):
        mark = '<w:bookmarkStart w:id="0" w:name="_GoBack"/>' if index == bookmark_in else ""
        for down in range(rowspan):
            start = "" if down else ' w:val="restart"'
            merge = "" if rowspan == 1 else f"<w:vMerge{start}/>"
            span = "" if colspan == 1 else f'<w:gridSpan w:val="{colspan}"/>'
            body = f"<w:p>{mark}{runs(text)}</w:p>" if not down else "<w:p/>"
            rows[row + down].append((column, f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{body}</w:tc>"))
    inner = "".join(f"<w:tr>{''.join(cell for _, cell in sorted(row))}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/>{inner}</w:tbl>"


def package(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, body in parts.items():
            out.writestr(zipfile.ZipInfo(name, (2022, 1, 11, 8, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def docx(body: str, *, styles: str = "", numbering: str = "", core: str = "", links: str = "") -> bytes:
    """A DOCX around the inner XML of ``w:body``."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    main = f'<Relationship Id="rId1" Type="{_OFFICE}officeDocument" Target="word/document.xml"/>'
    inner = links
    parts: dict[str, str | bytes] = {"[Content_Types].xml": head + _TYPES}
    if core:
        kind = f"{_PACKAGE}relationships/metadata/core-properties"
        main += f'<Relationship Id="rId2" Type="{kind}" Target="docProps/core.xml"/>'
        parts["docProps/core.xml"] = (
            head + f'<cp:coreProperties xmlns:cp="{_PACKAGE}metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{core}</cp:coreProperties>'
        )
    if styles:
        inner += f'<Relationship Id="rIdS" Type="{_OFFICE}styles" Target="styles.xml"/>'
        parts["word/styles.xml"] = f"{head}<w:styles {NAMESPACES}>{styles}</w:styles>"
    if numbering:
        inner += f'<Relationship Id="rIdN" Type="{_OFFICE}numbering" Target="numbering.xml"/>'
        parts["word/numbering.xml"] = f"{head}<w:numbering {NAMESPACES}>{numbering}</w:numbering>"
    parts["_rels/.rels"] = head + _RELATIONS.format(main)
    parts["word/_rels/document.xml.rels"] = head + _RELATIONS.format(inner)
    parts["word/document.xml"] = (
        f"{head}<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>"
    )
    return package(parts)
