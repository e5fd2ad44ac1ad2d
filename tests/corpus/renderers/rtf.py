"""Reports as RTF, as Word writes it: characters by \\u or in code page 936; spans by \\clmgf/\\clmrg and \\clvmgf/\\clvmrg or by wide cells."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random

from tests.corpus.grids import Grid
from tests.corpus.renderers import Rendered
from tests.corpus.renderers.docx import widths
from tests.corpus.reports import Report

FEATURES = ("unicode", "gbk", "wide_cells")


def _escape(text: str, feature: str) -> str:
    out = []
    for char in text:
        if char == "\n":
            out.append("\\line ")
        elif char in "\\{}":
            out.append("\\" + char)
        elif ord(char) < 128:
            out.append(char)
        elif feature == "gbk":
            try:
                out.append("".join(f"\\'{byte:02x}" for byte in char.encode("gbk")))
            except UnicodeEncodeError:
                out.append(f"\\u{ord(char)}?")
        else:
            code = ord(char) if ord(char) < 32768 else ord(char) - 65536
            out.append(f"\\u{code}?")
    return "".join(out)


def _table(grid: Grid, feature: str) -> str:
    out = []
    edges = [0]
    for size in widths(grid, ""):
        edges.append(edges[-1] + size)
    frame = "".join(f"\\clbrdr{side}\\brdrs\\brdrw10" for side in "tlbr")
    for number, line in enumerate(grid.matrix()):
        heads, texts, column = [], [], 0
        while column < len(line):
            cell = line[column]
            mark = ""
            if cell.rowspan > 1:
                mark = "\\clvmgf" if cell.row == number else "\\clvmrg"
            text = cell.text if cell.row == number else ""
            if feature == "wide_cells":
                heads.append(f"{mark}{frame}\\cellx{edges[column + cell.colspan]}")
                texts.append(f"\\pard\\intbl\\qc\\fs18 {_escape(text, feature)}\\cell ")
            else:
                for step in range(cell.colspan):
                    merge = "" if cell.colspan == 1 else ("\\clmgf" if step == 0 else "\\clmrg")
                    heads.append(f"{mark}{merge}{frame}\\cellx{edges[column + step + 1]}")
                    texts.append(
                        f"\\pard\\intbl\\qc\\fs18 {_escape(text, feature) if step == 0 else ''}\\cell "
                    )
            column += cell.colspan
        out.append(f"\\trowd\\trgaph108\\trleft0{''.join(heads)}\n{''.join(texts)}\\row\n")
    return "".join(out) + "\\pard\\par\n"


def render(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """One RTF; what is not asked for is drawn."""
    feature = feature or rng.choice(FEATURES)
    body = []
    for block in report.blocks:
        if isinstance(block, Grid):
            body.append(_table(block, feature))
        else:
            body.append(f"\\pard\\plain\\f0\\fs32 {_escape(block.text, feature)}\\par\n")
    head = (
        "{\\rtf1\\ansi\\ansicpg936\\deff0\\deflang1033\\deflangfe2052{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}}"
        "{\\colortbl;\\red0\\green0\\blue0;}{\\*\\generator Msftedit 5.41;}{\\info{\\author Administrator}{\\title }}\\uc1\n"
    )
    data = (head + "".join(body) + "}").encode("ascii")
    return Rendered(
        data, "rtf", rng.choice(["application/rtf", "application/msword"]), None, [f"rtf_{feature}"]
    )
