"""DOCX and XLSX, written part by part."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import io
import random
import re
import zipfile
from xml.sax.saxutils import escape

from tests.corpus.redteam.figures import Figures
from tests.corpus.redteam.grids import Box, Sheet
from tests.corpus.redteam.paint_html import PROSE

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>{}</Types>'
)
_RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _zip(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 20, 0, 0, 0)), text)
    return out.getvalue()


def _runs(text: str, rng: random.Random, chop: bool) -> str:
    if not text:
        return ""
    parts = [text]
    if chop and len(text) > 1:
        cut = rng.randint(1, len(text) - 1)
        parts = [text[:cut], text[cut:]]
    return "".join(
        f'<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{escape(p)}</w:t></w:r>'
        for p in parts
    )


def _paragraph(text: str, rng: random.Random, chop: bool = False) -> str:
    return f"<w:p>{_runs(text, rng, chop)}</w:p>"


def word_table(sheet: Sheet, rng: random.Random, how: str) -> str:
    rows = []
    matrix = sheet.matrix()
    for r, row in enumerate(matrix):
        cells = []
        c = 0
        while c < len(row):
            box, _starts = row[c]
            above = r > 0 and matrix[r - 1][c][0] is box
            properties = f'<w:tcW w:w="{800 * box.cols}" w:type="dxa"/>'
            if box.cols > 1:
                properties += f'<w:gridSpan w:val="{box.cols}"/>'
            if box.rows > 1 and how != "no_vmerge":
                properties += "<w:vMerge/>" if above else '<w:vMerge w:val="restart"/>'
            text = "" if above else box.text
            cells.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{_paragraph(text, rng, how == 'chop')}</w:tc>")
            c += box.cols
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    grid = '<w:gridCol w:w="800"/>' * sheet.width
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def docx(f: Figures, sheets: list[Sheet], how: str, rng: random.Random) -> bytes:
    parts = [_paragraph(t, rng) for t in (f.title, "一、总体情况", PROSE)]
    for sheet in sheets:
        parts += [_paragraph(t, rng) for t in sheet.before]
        parts += [word_table(sheet, rng, how), _paragraph("", rng)]
    ends = (
        "五、存在的主要问题及改进情况",
        PROSE,
        "六、其他需要报告的事项",
        "无。",
        f.agency,
        f"{f.year + 1}年1月20日",
    )
    parts += [_paragraph(t, rng) for t in ends]
    body = f'<?xml version="1.0"?><w:document {_W}><w:body>{"".join(parts)}<w:sectPr/></w:body></w:document>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format(
                f'<Override PartName="/word/document.xml" ContentType="{kind}"/>'
            ),
            "_rels/.rels": _RELS.format(
                f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
            ),
            "word/document.xml": body,
        }
    )


def _name(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _value(place: str, box: Box, *, text_numbers: bool = False) -> str:
    if not box.text:
        return f'<c r="{place}"/>'
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", box.text) and not text_numbers:
        return f'<c r="{place}"><v>{box.text}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(box.text)}</t></is></c>'


def xlsx(f: Figures, sheets: list[Sheet], how: str, rng: random.Random) -> bytes:
    """One sheet; `how`: plain, no_merge, offset, hidden_row (last year's copy hidden), text."""
    rows: list[str] = []
    merges: list[str] = []
    at, left = 0, 0

    def line(text: str) -> None:
        nonlocal at
        rows.append(f'<row r="{at + 1}">{_value(_name(at, 0), Box(text))}</row>')
        at += 1

    if how == "offset":
        at, left = 2, 2
    for text in (f.title, "一、总体情况", PROSE):
        line(text)
    for sheet in sheets:
        for text in sheet.before:
            line(text)
        for places in sheet.matrix():
            cells = "".join(
                _value(_name(at, left + c), box if starts else Box(""), text_numbers=how == "text")
                for c, (box, starts) in enumerate(places)
            )
            for c, (box, starts) in enumerate(places):
                if starts and (box.rows > 1 or box.cols > 1) and how != "no_merge":
                    merges.append(
                        f"{_name(at, left + c)}:{_name(at + box.rows - 1, left + c + box.cols - 1)}"
                    )
            rows.append(f'<row r="{at + 1}">{cells}</row>')
            if how == "hidden_row" and any(box.tag for box, _ in places) and rng.random() < 0.2:
                at += 1
                stale = "".join(
                    _value(
                        _name(at, left + c),
                        Box(str(rng.randint(1, 99)))
                        if box.tag and starts
                        else Box(box.text if starts else ""),
                    )
                    for c, (box, starts) in enumerate(places)
                    if box.rows == 1 or box.tag
                )
                if all(box.rows == 1 for box, _ in places):
                    rows.append(f'<row r="{at + 1}" hidden="1">{stale}</row>')
                else:
                    at -= 1
            at += 1
        at += 1
    for text in (
        "五、存在的主要问题及改进情况",
        PROSE,
        "六、其他需要报告的事项",
        "无。",
        f.agency,
        f"{f.year + 1}年1月20日",
    ):
        line(text)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    merged = (
        f'<mergeCells count="{len(merges)}">'
        + "".join(f'<mergeCell ref="{m}"/>' for m in merges)
        + "</mergeCells>"
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format(
                f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
            ),
            "_rels/.rels": _RELS.format(
                f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            ),
            "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets><sheet name="年报" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _RELS.format(
                f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            ),
            "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{"".join(rows)}</sheetData>{merged if merges else ""}</worksheet>',
        }
    )
