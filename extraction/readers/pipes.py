"""Rows of cells parted by pipes: Markdown, dumps, and tables drawn with characters.

Converters break rows at every cell that holds paragraphs; drawn tables wrap the text of a cell over several
lines between two rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from extraction.document import Block, Cell, Paragraph, Table
from extraction.values import is_value_like

_DRAWN = "\u2500-\u257f"
_RULE = re.compile(
    rf"[\s|:+=\-]*-{{2,}}[\s|:+=\-]*|\|-|\+[+=\s|\-]*={{2,}}[+=\s|\-]*|[{_DRAWN}\s]*[─━═╌┄]{{2,}}[{_DRAWN}\s]*"
)
_PIPE = re.compile(r"(?<!\\)[|｜│┃║]")
PIPES = ("|", "｜", "│", "┃", "║")
_CORNERS = ("+-", "+=", "┌", "┏", "╔", "├", "┣", "╠", "╒", "╓")
_SEGMENT = re.compile(rf"[{_DRAWN}+=\-]{{3,}}")
_SCATTERED = 6
"""Lines of one cell without which a run of pipe rows is none that was broken."""
_PAGE_END = "\f"
_MIN_ROWS = 2
_WIDE = 4
_RULED = 4
"""Rows between rules of a table in which each row has its own."""
_QUOTE = re.compile(r"\s*>\s?(?=[|>])")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|\*|___|__|`)(?=\S)(.*[^\s*_`])\1", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SPACE = re.compile(r"&nbsp;|&#160;|&emsp;|&ensp;")

Row = list[tuple[str, int]]
"""Cells of a row as (text, one-based line)."""


class _Line(NamedTuple):
    text: str
    number: int
    group: int  # rules before it


def table_of(rows: list[Row]) -> Table:
    """The table of some rows; a cell's column is its ordinal."""
    return Table(
        cells=tuple(
            Cell(text=text, row=r, column=c, path=f"line:{line}")
            for r, row in enumerate(rows)
            for c, (text, line) in enumerate(row)
        ),
        exact=False,
    )


def unmarked(cell: str) -> str:
    """The text of a cell without what Markdown marks it with."""
    bare = _SPACE.sub(" ", _BREAK.sub("\n", cell)).strip()
    match = _EMPHASIS.fullmatch(bare)
    return (match[2] if match else bare).replace("\\|", "|")


def scattered(lines: list[str], at: int) -> tuple[list[Block], int]:
    """A table broken at every cell from `at`, and the line after it; nothing where there is none."""
    end = at
    for here in range(at, len(lines)):
        if is_pipe_row(lines[here]):
            end = here + 1
        elif lines[here].strip():
            break
    return (_gathered(lines, at, end), end) if _is_scattered(lines[at:end]) else ([], at)


def _is_scattered(lines: list[str]) -> bool:
    """Whether pipe rows were broken at every cell, as converters break cells that hold paragraphs."""
    printed = [line for line in lines if line.strip() and not _RULE.fullmatch(line.strip())]
    alone = sum(len(_cells(line)) <= 1 == len(_PIPE.findall(line)) for line in printed)
    return alone >= _SCATTERED and 2 * alone > len(printed)


def _cells(line: str) -> list[str]:
    """The printed cells of a pipe row."""
    return [cell for part in _PIPE.split(line) if (cell := part.strip())]


def _gathered(lines: list[str], at: int, end: int) -> list[Block]:
    """A scattered table: its rows where each begins with a pipe of its own, else its cells as running text.

    Pipes in lines of their own are empty cells up to the last, behind which the next row stands.
    """
    if not lines[at].lstrip().startswith(PIPES):
        return [
            Paragraph(text=" ".join(cells), path=f"line:{number + 1}")
            for number in range(at, end)
            if not _RULE.fullmatch(lines[number].strip()) and (cells := _cells(lines[number]))
        ]
    rows: list[Row] = []
    run = [(n, line) for n in range(at, end) if (line := lines[n].strip()) and not _RULE.fullmatch(line)]
    for (number, line), (_, following) in pairwise([*run, (end, "")]):
        begins = line.startswith(PIPES)
        if begins and not _cells(line):
            begins = bool(following) and not following.startswith(PIPES)
        if begins:
            rows.append([])
            line = line[1:]
        if not line and begins:
            continue
        printed = _PIPE.split(line[:-1] if line.endswith(PIPES) else line)
        rows[-1] += [(cell.strip(), number + 1) for cell in printed]
    return [table_of([row for row in rows if row])]


def pipe_rows(lines: list[str], at: int) -> tuple[list[Row], int]:
    """Rows of a pipe table from `at`; nothing when the line is prose with a pipe in it."""
    printed, here = _run(lines, at)
    # A pipe at an end is a border where each row has it; elsewhere it stands behind a blank cell.
    left = all(line.text.startswith(PIPES) for line in printed)
    right = all(line.text.endswith(PIPES) and not line.text.endswith("\\|") for line in printed)
    rows = [
        [(cell, line.number) for cell in _PIPE.split(line.text)[left : -1 if right else None]]
        for line in printed
    ]
    if (
        left
        and right
        and len({line.group for line in printed}) >= _RULED
        and lines[at].lstrip().startswith(_CORNERS)
    ):
        rows = list(_unwrapped(printed, rows))
    rows = [[(unmarked(cell), number) for cell, number in row] for row in rows]
    if (
        len(rows) < _MIN_ROWS
        and all(len(row) < _WIDE for row in rows)
        and not lines[at].lstrip().startswith("|")
    ):
        return [], at
    return rows, here


def _run(lines: list[str], at: int) -> tuple[list[_Line], int]:
    """The lines of a run of pipe rows, and the line after it."""
    printed: list[_Line] = []
    group = 0
    here = at
    while here < len(lines):
        line = _QUOTE.sub("", lines[here]).strip()
        rule = bool(line) and _RULE.fullmatch(line) is not None
        if not (is_pipe_row(line) or (printed and lines[here] == _PAGE_END)):
            opens = (
                rule and line.startswith(_CORNERS) and here + 1 < len(lines) and is_pipe_row(lines[here + 1])
            )
            if not (rule and printed) and not opens:
                break
        here += 1
        if rule:
            group += 1
        elif line:
            printed.append(_Line(line, here, group))
    return printed, here


def _unwrapped(printed: list[_Line], rows: list[Row]) -> Iterator[Row]:
    """Rows of which each stands between two rules: its lines are lines of its cells.

    Lines that hold figures each are rows of their own; a rule drawn beside a cell that goes on is no text.
    """
    groups: dict[int, list[Row]] = {}
    for line, row in zip(printed, rows, strict=True):
        groups.setdefault(line.group, []).append(
            [("" if _SEGMENT.fullmatch(cell.strip()) else cell, number) for cell, number in row]
        )
    for found in groups.values():
        figured = sum(any(cell.strip() and is_value_like(cell) for cell, _ in row) for row in found)
        if figured > 1 or len({len(row) for row in found}) > 1:
            yield from found
            continue
        yield [
            ("".join(cell.strip() for cell, _ in column), column[0][1]) for column in zip(*found, strict=True)
        ]


def is_pipe_row(line: str) -> bool:
    """Whether a pipe stands in a line."""
    return _PIPE.search(line.strip()) is not None
