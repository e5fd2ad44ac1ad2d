"""Web pages as publishing systems and editors write them."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from html import escape

from tests.corpus.redteam.figures import Figures
from tests.corpus.redteam.grids import Box, Sheet, lost

PROSE = "本机关认真贯彻落实《中华人民共和国政府信息公开条例》，不断加大公开力度，公开质量和实效稳步提升。"


def frame(f: Figures, middle: str, style: str = "", head: str = "") -> bytes:
    """The page around the tables."""
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{f.title}</title>{head}<style>{style}</style></head><body>'
        f'<div class="nav"><a href="/">首页</a> &gt; <a href="/zfxxgk/">政府信息公开</a> &gt; 年度报告</div><h1>{f.title}</h1>'
        f"<div class='article'><p>一、总体情况</p><p>{PROSE}</p>{middle}"
        f"<p>五、存在的主要问题及改进情况</p><p>{PROSE}</p><p>六、其他需要报告的事项</p><p>无。</p>"
        f"<p style='text-align:right'>{f.agency}</p><p style='text-align:right'>{f.year + 1}年1月20日</p></div></body></html>"
    )
    return page.encode()


def body(sheets: list[Sheet], table: object) -> str:
    out = []
    for sheet in sheets:
        out += [f"<p>{escape(text)}</p>" for text in sheet.before]
        out.append(table(sheet))  # type: ignore[operator]
    return "\n".join(out)


def _spans(box: Box) -> str:
    return (f' rowspan="{box.rows}"' if box.rows > 1 else "") + (
        f' colspan="{box.cols}"' if box.cols > 1 else ""
    )


def plain(sheet: Sheet) -> str:
    rows = ("".join(f"<td{_spans(b)}>{escape(b.text)}</td>" for b in row) for row in sheet.rows)
    return "<table border=1>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def th(sheet: Sheet) -> str:
    out = []
    for row in sheet.rows:
        tag = "th" if all(b.head for b in row) else "td"
        out.append("<tr>" + "".join(f"<{tag}{_spans(b)}>{escape(b.text)}</{tag}>" for b in row) + "</tr>")
    return "<table><tbody>" + "".join(out) + "</tbody></table>"


def word(sheet: Sheet) -> str:
    """Word "save as web page": mso styles, split runs, space runs, conditional comments, a ruler row."""
    rng = random.Random(len(sheet.rows))

    def runs(text: str) -> str:
        if len(text) > 3:
            cut = rng.randint(1, len(text) - 1)
            parts = [text[:cut], text[cut:]]
        else:
            parts = [text]
        spans = "".join(
            f"<span lang=EN-US style='font-size:9.0pt;mso-fareast-font-family:宋体'>{escape(p)}</span>"
            for p in parts
            if p
        )
        return f"<p class=MsoNormal align=center style='text-align:center'>{spans or '<span lang=EN-US><o:p>&nbsp;</o:p></span>'}<o:p></o:p></p>"

    rows = []
    for i, row in enumerate(sheet.rows):
        cells = "".join(
            f"<td width={57 * b.cols} {_spans(b)} style='width:{42 * b.cols}pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt'>\n  {runs(b.text)}\n  </td>\n"
            for b in row
        )
        rows.append(f" <tr style='mso-yfti-irow:{i};height:14.2pt'>\n{cells} </tr>")
    ruler = "".join("<td width=57 style='border:none'></td>" for _ in range(sheet.width))
    return (
        "<!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]--><table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0>\n"
        + "\n".join(rows)
        + f"\n <![if !supportMisalignedColumns]>\n <tr height=0>{ruler}</tr>\n <![endif]>\n</table>"
    )


def editor(sheet: Sheet) -> str:
    """ueditor: paragraphs and breaks in cells, firstRow class, data attributes, empty rows between."""

    def inner(text: str) -> str:
        if not text:
            return "<br/>"
        return "".join(
            f'<p style="text-align:center"><span style="font-family:仿宋">{escape(t)}</span></p>'
            for t in [text]
        )

    rows = "".join(
        f'<tr class="{"firstRow" if i == 0 else ""}">'
        + "".join(
            f'<td valign="middle" width="{80 * b.cols}"{_spans(b)} data-x="{i}">{inner(b.text)}</td>'
            for b in row
        )
        + "</tr>"
        for i, row in enumerate(sheet.rows)
    )
    return f'<table data-sort="sortDisabled" align="center"><tbody>{rows}</tbody></table>'


def excel(sheet: Sheet) -> str:
    """A sheet pasted from Excel: x:num, colgroup, an empty margin row and column."""
    cols = '<colgroup><col width=20><col width=72 span=9 style="mso-width-source:userset"></colgroup>'
    blank = "<tr height=18>" + "<td class=xl65></td>" * (sheet.width + 1) + "</tr>"
    rows = "".join(
        "<tr height=19 style='height:14.25pt'><td class=xl65></td>"
        + "".join(
            f'<td class="xl7{j % 9}"{" x:num" if b.text.isdigit() else ""}{_spans(b)}>{escape(b.text)}</td>'
            for j, b in enumerate(row)
        )
        + "</tr>"
        for row in sheet.rows
    )
    return f"<table x:str border=0 cellpadding=0 cellspacing=0>{cols}{blank}{rows}{blank}</table>"


def layout(sheet: Sheet) -> str:
    """Inside two layout tables."""
    return (
        "<table width=100%><tr><td width=10>&nbsp;</td><td><table><tr><td align=center>"
        + plain(sheet)
        + "</td></tr></table></td>"
        "<td>&nbsp;</td></tr></table>"
    )


def css_grid(sheet: Sheet) -> str:
    """Divs in a CSS grid: spans only in the style."""
    cells = []
    for r, row in enumerate(sheet.matrix()):
        for c, (box, starts) in enumerate(row):
            if starts:
                cells.append(
                    f'<div style="grid-row:{r + 1}/span {box.rows};grid-column:{c + 1}/span {box.cols};border:1px solid">{escape(box.text)}</div>'
                )
    return (
        f'<div class="grid" style="display:grid;grid-template-columns:repeat({sheet.width},1fr)">'
        + "".join(cells)
        + "</div>"
    )


def div_rows(sheet: Sheet) -> str:
    """Divs as rows and cells, covered places empty."""
    rows = lost(sheet, "pad")
    return (
        '<div class="table">'
        + "".join(
            '<div class="row">' + "".join(f'<div class="cell">{escape(t)}</div>' for t in row) + "</div>"
            for row in rows
        )
        + "</div>"
    )


def without(how: str) -> object:
    """A table that lost its spans."""

    def table(sheet: Sheet) -> str:
        rows = ("".join(f"<td>{escape(t)}</td>" for t in row) for row in lost(sheet, how))
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    return table


def zero_spans(sheet: Sheet) -> str:
    """Spans written as 0 or missing quotes, cells unclosed, as old systems write."""
    rows = (
        "".join(f"<TD ROWSPAN={b.rows} COLSPAN={b.cols} NOWRAP>{escape(b.text)}" for b in row)
        for row in sheet.rows
    )
    return "<TABLE BORDER=1>" + "".join(f"<TR>{row}" for row in rows) + "</TABLE>"


def hidden_copy(sheet: Sheet) -> str:
    """A second copy for small screens, hidden."""
    return f'<div class="pc">{plain(sheet)}</div><div class="mobile" style="display:none">{without("drop")(sheet)}</div>'  # type: ignore[operator]


TABLES = {
    "plain": plain, "th": th, "word": word, "editor": editor, "excel": excel, "layout": layout, "css_grid": css_grid,
    "div_rows": div_rows, "drop": without("drop"), "pad": without("pad"), "repeat": without("repeat"),
    "old": zero_spans, "hidden_copy": hidden_copy,
}  # fmt: skip


def render(f: Figures, sheets: list[Sheet], how: str, style: str = "") -> bytes:
    return frame(f, body(sheets, TABLES[how]), style)
