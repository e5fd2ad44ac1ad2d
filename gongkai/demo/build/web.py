"""A report as an HTML fragment: out of a word processor, or typed in a content system's editor."""

from html import escape

from gongkai.demo.build.form import Cell, Table
from gongkai.demo.build.report import Paragraph, Report, Role

# What Word writes when its page is pasted into a content system: classes, units, namespaces.
_WORD_STYLES: dict[Role, str] = {
    "title": "text-align: center; line-height: 150%; mso-pagination: widow-orphan",
    "heading": "text-indent: 32pt; line-height: 150%; mso-char-indent-count: 2.0",
    "text": "line-height: 150%; mso-pagination: widow-orphan",
    "right": "text-align: right; line-height: 150%; mso-pagination: widow-orphan",
    "letterhead": "text-align: center; line-height: 150%",
}
_WORD_FONTS: dict[Role, str] = {
    "title": "font-size: 22pt; font-family: 方正小标宋简体",
    "heading": "font-size: 16pt; font-family: 黑体",
    "text": "font-size: 16pt; font-family: 仿宋_GB2312",
    "right": "font-size: 16pt; font-family: 仿宋_GB2312",
    "letterhead": "font-size: 16pt; font-family: 仿宋_GB2312",
}
_NAMESPACE = '<?xml:namespace prefix = o ns = "urn:schemas-microsoft-com:office:office" />'
_CELL_WIDTH = 61.5


def word_fragment(report: Report) -> str:
    """The residue of a Word export inside a content system's container."""
    parts = [
        _word_paragraph(block) if isinstance(block, Paragraph) else _word_table(block)
        for block in report.blocks
    ]
    return "\n".join([_NAMESPACE, *parts]) + "\n"


def _word_paragraph(block: Paragraph) -> str:
    indent = "\u3000\u3000" if block.role == "text" else ""
    bold = ("<b>", "</b>") if block.role in ("title", "heading") else ("", "")
    text = escape(block.text, quote=False)
    font = f"{_WORD_FONTS[block.role]}; mso-hansi-font-family: 宋体; mso-bidi-font-family: 宋体"
    return (
        f'<p class="MsoNormal" style="{_WORD_STYLES[block.role]}">{bold[0]}'
        f'<span style="{font}">{indent}{text}<o:p></o:p></span>{bold[1]}</p>'
    )


def _word_table(table: Table) -> str:
    opening = (
        '<table class="MsoNormalTable" border="0" cellspacing="0" cellpadding="0" width="633" '
        'style="width: 475pt; border-collapse: collapse; mso-padding-alt: 0cm 0cm 0cm 0cm">'
    )
    rows = [opening, "<tbody>"]
    for number, row in enumerate(table):
        rows.append(f'<tr style="height: 22.5pt; mso-yfti-irow: {number}">')
        rows += [_word_cell(cell) for cell in row]
        rows.append("</tr>")
    return "\n".join([*rows, "</tbody>", "</table>", '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'])


def _word_cell(cell: Cell) -> str:
    mark = f'<a name="{cell.bookmark}"></a>' if cell.bookmark else ""
    lang = "" if cell.label else ' lang="EN-US"'
    align = "left" if cell.label and cell.rows == 1 and cell.text[:1].isdigit() else "center"
    return (
        f'<td style="border: windowtext 1pt solid; padding: 0cm 5.4pt; width: {_CELL_WIDTH * cell.columns}pt"'
        f' width="{int(_CELL_WIDTH * cell.columns / 0.75)}"{_spans(cell)}>'
        f'<p class="MsoNormal" style="text-align: {align}; mso-pagination: widow-orphan" align="{align}">'
        f"{mark}"
        f'<span{lang} style="font-size: 10.5pt; font-family: 宋体">{_text(cell)}<o:p></o:p></span></p></td>'
    )


def editor_fragment(report: Report) -> str:
    """A fragment as a content system's own editor writes it: inline styles, no classes."""
    parts = []
    for block in report.blocks:
        if isinstance(block, Paragraph):
            style = {"title": "text-align: center;", "right": "text-align: right;"}.get(
                block.role, "text-indent: 2em;"
            )
            text = escape(block.text, quote=False)
            strong = block.role in ("title", "heading")
            parts.append(f'<p style="{style}">{f"<strong>{text}</strong>" if strong else text}</p>')
        else:
            parts.append(plain_table(block))
    return "\n".join(parts) + "\n"


def plain_table(table: Table) -> str:
    """A bare table with its spans."""
    rows = [
        "<tr>" + "".join(f'<td{_spans(cell)} align="center">{_text(cell)}</td>' for cell in row) + "</tr>"
        for row in table
    ]
    return "\n".join(
        [
            '<table border="1" cellspacing="0" cellpadding="4" width="100%">',
            "<tbody>",
            *rows,
            "</tbody></table>",
        ]
    )


def _spans(cell: Cell) -> str:
    rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    return rows + (f' colspan="{cell.columns}"' if cell.columns > 1 else "")


def _text(cell: Cell) -> str:
    text = escape(cell.text, quote=False).replace("\xa0", "&nbsp;").replace("\n", "<br />")
    return text or "&nbsp;"
