"""Reports as plain-text dumps: what converters and copy-and-paste leave of a table."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random

from tests.corpus.grids import Grid
from tests.corpus.renderers import Rendered
from tests.corpus.renderers.tables import flat_texts
from tests.corpus.reports import Report

STYLES = ("tsv", "tsv_dropped", "pipe", "markdown", "markdown_full", "docx_text", "cell_a_line", "layout")

KANGXI = str.maketrans(
    "一二人入八力十口土大女子小工己干心文方日月止水用田立行门非面",
    "⼀⼆⼈⼊⼋⼒⼗⼝⼟⼤⼥⼦⼩⼯⼰⼲⼼⽂⽅⽇⽉⽌⽔⽤⽥⽴⾏⻔⾮⾯",
)


def _one(text: str) -> str:
    return text.replace("\n", "")


def _tsv(grid: Grid, how: str) -> list[str]:
    """Tabs between cells; horizontally covered cells empty at the row's end or not there."""
    return ["\t".join(_one(text) for text in row) for row in flat_texts(grid, how)]


def _short_rows(grid: Grid) -> list[list[str]]:
    """Rows as converters write them: covered from above empty, covered from the left gone, padded at the end."""
    out = []
    for number, line in enumerate(grid.matrix()):
        row: list[str] = []
        for column, cell in enumerate(line):
            if (cell.row, cell.column) == (number, column):
                row.append(_one(cell.text))
            elif cell.column == column and cell.row < number:
                row.append("")
        out.append(row + [""] * (grid.width - len(row)))
    return out


def _markdown(grid: Grid, rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("---" for _ in rows[0]) + "|")
    return lines


def _pipe(grid: Grid) -> list[str]:
    """Only printed cells, each row ended by a bar, as the sample with `70 | 0 | 0 |`."""
    return [" | ".join(_one(cell.text) for cell in row) + " |" for row in grid.rows() if row]


def _vertical(grid: Grid) -> list[str]:
    """One cell a line behind a tab; an empty line ends a row; cells covered from above stand empty."""
    out = []
    for number, line in enumerate(grid.matrix()):
        for column, cell in enumerate(line):
            if (cell.row, cell.column) == (number, column):
                out += [f"\t{part}" if not n else part for n, part in enumerate(cell.text.split("\n"))]
            elif cell.column == column and cell.row < number:
                out.append("\t")
        out.append("")
    return out


def _cell_a_line(grid: Grid) -> list[str]:
    return [_one(cell.text) for row in grid.rows() for cell in row]


def _layout(grid: Grid) -> list[str]:
    """Columns held apart by spaces, as a PDF's text keeps its places; a character of Chinese is two wide."""
    lines = []
    starts = [0]
    for column in range(grid.width):
        texts = [cell for cell in grid.cells if cell.column == column and cell.colspan == 1]
        starts.append(starts[-1] + max([4, *(_wide(_one(cell.text)) for cell in texts)]) + 2)
    for row in grid.rows():
        line = ""
        for cell in row:
            line += " " * max(2 if line else 0, starts[cell.column] - _wide(line)) + _one(cell.text)
        lines.append(line.rstrip())
    return lines


def _wide(text: str) -> int:
    return sum(2 if ord(char) > 255 else 1 for char in text)


def table(grid: Grid, style: str) -> list[str]:
    """The grid as lines."""
    if style == "layout":
        return _layout(grid)
    if style == "tsv":
        return ["\t".join(row) for row in _short_rows(grid)]
    if style == "tsv_dropped":
        return _tsv(grid, "dropped")
    if style == "pipe":
        return _pipe(grid)
    if style == "markdown":
        return _markdown(grid, _short_rows(grid))
    if style == "markdown_full":
        return _markdown(grid, [[_one(t) for t in row] for row in flat_texts(grid, "padded")])
    if style == "docx_text":
        return _vertical(grid)
    return _cell_a_line(grid)


def render(report: Report, rng: random.Random, style: str | None = None) -> Rendered:
    """One text file; what is not asked for is drawn."""
    style = style or rng.choice(STYLES)
    lines: list[str] = []
    for block in report.blocks:
        if isinstance(block, Grid):
            lines += [*table(block, style), ""]
        else:
            lines += [block.text] + ([""] if style.startswith(("markdown", "tsv")) else [])
    flags = []
    if style in {"layout", "tsv", "docx_text", "cell_a_line"} and rng.random() < 0.25:
        # Page ends of a converted document: a number between dashes, a form feed.
        for page, place in enumerate(range(len(lines) - len(lines) % 40, 0, -40), start=2):
            lines.insert(place, f"- {page} -" if rng.random() < 0.5 else f"{page}\n\f")
        flags.append("page_numbers")
    if rng.random() < 0.1:
        # Converters of PDF leave radicals of the Kangxi block for the characters that look like them.
        lines = [line.translate(KANGXI) for line in lines]
        flags.append("kangxi_radicals")
    newline = rng.choice(["\n", "\n", "\r\n"])
    charset = rng.choice(["utf-8"] * 6 + ["gb18030", "utf-8-sig"])
    return Rendered(
        newline.join(lines).encode(charset),
        "txt",
        "text/plain",
        None,
        [f"text_{style}", f"charset_{charset}", *flags],
    )
