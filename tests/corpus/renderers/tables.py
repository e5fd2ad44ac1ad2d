"""A grid as HTML, in every way the publishing systems and office suites write tables."""

# ruff: noqa: E501, PERF401 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from html import escape

from tests.corpus.grids import GCell, Grid

STYLES = (
    "spans",
    "spans",
    "thead",
    "tbody",
    "word",
    "wps",
    "bare_unclosed",
    "padded",
    "repeated",
    "dropped",
    "div_grid",
    "nested",
    "hidden_row",
    "hidden_spans",
    "struck",
)


def _text(cell: GCell) -> str:
    return escape(cell.text, quote=False).replace("\u00a0", "&nbsp;").replace("\n", "<br/>")


def _span(cell: GCell) -> str:
    out = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    return out + (f' colspan="{cell.colspan}"' if cell.colspan > 1 else "")


def _rows(grid: Grid, wrap: str = "{}", attrs: str = "", tag: str = "td") -> list[str]:
    out = []
    for row in grid.rows():
        cells = "".join(f"<{tag}{_span(cell)}{attrs}>{wrap.format(_text(cell))}</{tag}>" for cell in row)
        out.append(f"<tr>{cells}</tr>")
    return out


def _thead(grid: Grid, rng: random.Random) -> str:
    rows = _rows(grid)
    head = 3 if grid.name in {"requests", "review_litigation"} else 1
    top = "".join(rows[:head]).replace("<td", "<th").replace("</td>", "</th>")
    return (
        f'<table class="table" border="1"><thead>{top}</thead><tbody>{"".join(rows[head:])}</tbody></table>'
    )


def _tbody(grid: Grid, rng: random.Random) -> str:
    columns = "".join(f'<col width="{rng.randint(40, 160)}"/>' for _ in range(grid.width))
    rows = "\n".join(_rows(grid, '<p style="text-align:center;"><span style="font-size:14px;">{}</span></p>'))
    return (
        f'<table border="1" cellspacing="0" cellpadding="0" style="border-collapse:collapse;"><colgroup>{columns}</colgroup>'
        f'<tbody>\n<tr class="firstRow" style="height:0"></tr>{rows}</tbody></table>'
    )


def _word_cell(cell: GCell, rng: random.Random) -> str:
    lines = []
    for line in cell.text.split("\n"):
        text = escape(line, quote=False).replace("\u00a0", "&nbsp;")
        if line.isdigit() and len(line) > 1:
            runs = "".join(
                f"<span lang=EN-US style='font-family:仿宋_GB2312'>{digit}</span>" for digit in text
            )
        elif line:
            runs = f"<span style='font-size:10.5pt;font-family:宋体;mso-bidi-font-family:宋体;color:black'>{text}</span>"
        else:
            runs = "<span lang=EN-US style='mso-font-kerning:0pt'><o:p>&nbsp;</o:p></span>"
        mark = '<a name="_GoBack"></a>' if rng.random() < 0.01 else ""
        lines.append(
            "<p class=MsoNormal align=center style='text-align:center;mso-pagination:widow-orphan'>"
            f"{mark}{runs}<span lang=EN-US><o:p></o:p></span></p>"
        )
    width = rng.randint(30, 120)
    return (
        f"<td width={width}{_span(cell)} valign=center style='width:{width}.0pt;border:solid windowtext 1.0pt;"
        f"mso-border-alt:solid windowtext .5pt;padding:0cm 0cm 0cm 0cm'>{''.join(lines)}</td>"
    )


def _word(grid: Grid, rng: random.Random) -> str:
    rows = []
    for number, row in enumerate(grid.rows()):
        cells = "\r\n".join(_word_cell(cell, rng) for cell in row)
        rows.append(f"<tr style='mso-yfti-irow:{number};height:20.0pt'>{cells}</tr>")
    support = (
        "<![if !supportMisalignedColumns]><tr height=0>"
        + "".join("<td width=60 style='border:none'></td>" for _ in range(grid.width))
        + "</tr><![endif]>"
    )
    return (
        "<div align=center><table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 style='border-collapse:"
        f"collapse;mso-table-layout-alt:fixed'>{''.join(rows)}{support}</table></div>"
    )


def _wps(grid: Grid, rng: random.Random) -> str:
    rows = []
    for row in grid.rows():
        cells = "".join(
            f'<td{_span(cell)} style="border-width:1px;border-style:solid;" width="{rng.randint(30, 99)}">'
            f'<p class="p" style="text-align:center;line-height:28px"><font face="仿宋">{_text(cell) or "<br/>"}</font></p></td>'
            for cell in row
        )
        rows.append(f'<tr style="height:25px">{cells}</tr>')
    return f'<table class="MsoTableGrid"><tbody>{"".join(rows)}</tbody></table>'


def _bare_unclosed(grid: Grid, rng: random.Random) -> str:
    rows = []
    for row in grid.rows():
        rows.append("<TR>" + "".join(f"<TD{_span(cell).replace(chr(34), '')}>{_text(cell)}" for cell in row))
    return "<TABLE BORDER=1>\n" + "\n".join(rows) + "\n</TABLE>"


def _flat(grid: Grid, how: str) -> list[list[str]]:
    """Rows of texts without spans: covered cells empty, repeated, or not there at all."""
    out = []
    for number, line in enumerate(grid.matrix()):
        row = []
        for column, cell in enumerate(line):
            if (cell.row, cell.column) == (number, column) or how == "repeated":
                row.append(_text(cell))
            elif how == "padded":
                row.append("")
        out.append(row)
    return out


def flat_texts(grid: Grid, how: str) -> list[list[str]]:
    """As `_flat`, unescaped, for text renderers."""
    out = []
    for number, line in enumerate(grid.matrix()):
        row = []
        for column, cell in enumerate(line):
            if (cell.row, cell.column) == (number, column) or how == "repeated":
                row.append(cell.text)
            elif how == "padded":
                row.append("")
        out.append(row)
    return out


def _flat_table(grid: Grid, how: str) -> str:
    rows = ["<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in _flat(grid, how)]
    return f"<table>{''.join(rows)}</table>"


def _div_grid(grid: Grid, rng: random.Random) -> str:
    rows = [
        '<div class="tr" style="display:table-row">'
        + "".join(
            f'<div class="td" style="display:table-cell;border:1px solid #000">{text}</div>' for text in row
        )
        + "</div>"
        for row in _flat(grid, "padded")
    ]
    return f'<div class="table" style="display:table">{"".join(rows)}</div>'


def _nested(grid: Grid, rng: random.Random) -> str:
    inner = "".join(_rows(grid))
    return (
        '<table width="100%" border="0"><tr><td>&nbsp;</td><td align="center">'
        f'<table border="1">{inner}</table></td><td>&nbsp;</td></tr></table>'
    )


def _hidden_row(grid: Grid, rng: random.Random) -> str:
    rows = _rows(grid)
    hidden = "".join("<td></td>" for _ in range(grid.width))
    return f'<table border="1"><tbody><tr style="display:none">{hidden}</tr>{"".join(rows)}</tbody></table>'


def _hidden_spans(grid: Grid, rng: random.Random) -> str:
    """Digits that no browser shows beside those that it shows."""
    out = []
    for row in grid.rows():
        cells = []
        for cell in row:
            hidden = (
                f'<span style="display:none">{rng.randint(1, 99)}</span>'
                if cell.key and rng.random() < 0.3
                else ""
            )
            comment = f"<!-- {rng.randint(1, 99)} -->" if cell.key and rng.random() < 0.3 else ""
            cells.append(f"<td{_span(cell)}>{hidden}{comment}{_text(cell)}</td>")
        out.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table border="1">{"".join(out)}</table>'


def _struck(grid: Grid, rng: random.Random) -> str:
    """Figures corrected in place: the old one struck out, the new one beside it."""
    out = []
    for row in grid.rows():
        cells = []
        for cell in row:
            old = (
                f"<del>{rng.randint(1, 99)}</del>"
                if cell.key and cell.text.isdigit() and rng.random() < 0.05
                else ""
            )
            cells.append(f"<td{_span(cell)}>{old}{_text(cell)}</td>")
        out.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table border="1">{"".join(out)}</table>'


def table(grid: Grid, style: str, rng: random.Random) -> str:
    """The grid as markup of one style."""
    if style == "spans":
        return f'<table border="1">{"".join(_rows(grid))}</table>'
    if style in {"padded", "repeated", "dropped"}:
        return _flat_table(grid, style)
    writers = {
        "thead": _thead,
        "tbody": _tbody,
        "word": _word,
        "wps": _wps,
        "bare_unclosed": _bare_unclosed,
        "div_grid": _div_grid,
        "nested": _nested,
        "hidden_row": _hidden_row,
        "hidden_spans": _hidden_spans,
        "struck": _struck,
    }
    return writers[style](grid, rng)
