"""Plain-text dumps, as people and converters make them."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import csv
import io
import unicodedata

from tests.corpus.redteam.figures import Figures
from tests.corpus.redteam.grids import Sheet, lost
from tests.corpus.redteam.paint_html import PROSE


def frame(f: Figures, parts: list[str]) -> bytes:
    text = "\n".join(
        [
            f.title,
            "",
            "一、总体情况",
            PROSE,
            *parts,
            "五、存在的主要问题及改进情况",
            PROSE,
            "六、其他需要报告的事项",
            "无。",
            f.agency,
            f"{f.year + 1}年1月20日",
            "",
        ]
    )
    return text.encode()


def _rows(sheet: Sheet, how: str) -> list[list[str]]:
    return [[text.replace("\n", "") for text in row] for row in lost(sheet, how)]


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def aligned(sheet: Sheet) -> list[str]:
    """Columns by spaces, as a viewer's "save as text"."""
    rows = _rows(sheet, "pad")
    wide = [max(width(row[c]) for row in rows if c < len(row)) + 2 for c in range(sheet.width)]
    return [
        "".join(t + " " * (w - width(t)) for t, w in zip(row, wide, strict=True)).rstrip() for row in rows
    ]


def label_line(sheet: Sheet) -> list[str]:
    """Labels on a line, all figures of the row on the next."""
    out = []
    for row in sheet.rows:
        labels = [b.text for b in row if not b.tag and b.text]
        figures = [b.text for b in row if b.tag]
        out += labels
        if figures:
            out.append(" ".join(figures))
    return out


def same_line(sheet: Sheet) -> list[str]:
    """Label and figures in one line, single spaces."""
    return [" ".join(b.text for b in row if b.text) for row in sheet.rows]


def a_line(sheet: Sheet) -> list[str]:
    """One cell a line."""
    return [b.text for row in sheet.rows for b in row]


def a_line_gaps(sheet: Sheet) -> list[str]:
    """One cell a line, a blank line between cells."""
    return [line for row in sheet.rows for b in row for line in (b.text, "")]


def tabs(how: str) -> object:
    return lambda sheet: ["\t".join(row) for row in _rows(sheet, how)]


def pipes(how: str) -> object:
    return lambda sheet: ["| " + " | ".join(row) + " |" for row in _rows(sheet, how)]


def markdown(how: str) -> object:
    def table(sheet: Sheet) -> list[str]:
        rows = _rows(sheet, how)
        wide = max(map(len, rows))
        rows = [row + [""] * (wide - len(row)) for row in rows]
        lines = ["|" + "|".join(row) + "|" for row in rows]
        return [lines[0], "|" + "---|" * wide, *lines[1:]]

    return table


def comma(how: str) -> object:
    def table(sheet: Sheet) -> list[str]:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(_rows(sheet, how))
        return out.getvalue().splitlines()

    return table


LAYOUTS = {
    "tabs_drop": tabs("drop"), "tabs_pad": tabs("pad"), "tabs_repeat": tabs("repeat"), "pipes_drop": pipes("drop"),
    "pipes_pad": pipes("pad"), "pipes_repeat": pipes("repeat"), "markdown_pad": markdown("pad"),
    "markdown_repeat": markdown("repeat"), "markdown_drop": markdown("drop"), "csv_pad": comma("pad"), "csv_drop": comma("drop"), "csv_repeat": comma("repeat"),
    "aligned": aligned, "label_line": label_line, "same_line": same_line, "a_line": a_line, "a_line_gaps": a_line_gaps,
}  # fmt: skip


def render(f: Figures, sheets: list[Sheet], how: str) -> bytes:
    parts: list[str] = []
    for sheet in sheets:
        parts += sheet.before
        parts += LAYOUTS[how](sheet)  # type: ignore[operator]
        parts.append("")
    return frame(f, parts)
