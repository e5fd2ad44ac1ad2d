"""Plain-text dumps of reports -> Document.

Five layouts, decided by the lines themselves: a workbook's fields (`separated`), pipe or Markdown rows,
tab-separated rows, one cell a line (each after a tab, rows ended by a blank line, as Word-to-text converters
write them), and no layout at all, where every line is a paragraph and the recogniser reads figures from the
flow of lines.

None of them keeps spans, so no table from here but separated fields is exact: a cell's column is its ordinal
in the row.
"""

from __future__ import annotations

import re
from itertools import pairwise

from extraction.charset import decode
from extraction.document import Block, Cell, Document, Paragraph, Table, UnreadableError
from extraction.line_numbers import LEFT_OUT, without_line_numbers
from extraction.readers.separated import is_padded, separated

_RULE = re.compile(r"[\s|:+=\-]*-{2,}[\s|:+=\-]*|\|-")
_PIPE = re.compile(r"(?<!\\)[|｜│┃]")
_PIPES = ("|", "｜", "│", "┃")
_SCATTERED = 6
"""Lines of one cell without which a run of pipe rows is none that was broken."""
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_PAGE_NUMBER = re.compile(r"\s*[-—–－]+\s*[0-9０-９]{1,3}\s*[-—–－]+\s*")
_MIN_PAGES = 2
_PAGE_END = "\f"
_MIN_ROWS = 2
_WIDE = 4

Row = list[tuple[str, int]]
"""Cells of a row as (text, one-based line)."""


def read(data: bytes, *, url: str | None = None) -> Document:  # noqa: ARG001 - every reader takes it
    """Read a plain-text dump.

    Raises:
        UnreadableError: nothing to read.
    """
    text, issues = decode(data)
    if not text.strip():
        raise UnreadableError("empty", "the text is empty")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if (plain := without_line_numbers(lines)) is not None:
        lines = plain
        issues = [*issues, LEFT_OUT]
    blocks = separated(text) if plain is None else None
    if blocks is None:
        blocks = read_lines(_without_page_numbers(lines))
    return Document(media_type="text/plain", blocks=tuple(blocks), issues=tuple(issues))


def _without_page_numbers(lines: list[str]) -> list[str]:
    """Lines that hold only the number of a page between dashes become page ends, which part no table.

    They stay as lines, because the number of a line is the place of what stands there.
    """
    found = [at for at, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line)]
    if len(found) < _MIN_PAGES:
        return lines
    return [_PAGE_END if at in set(found) else line for at, line in enumerate(lines)]


def read_lines(lines: list[str]) -> list[Block]:
    """Group lines into tables and paragraphs."""
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        run = _pipe_run(lines, at)
        if _is_scattered(lines[at:run]):
            blocks += _gathered(lines, at, run)
            at = run
            continue
        for take in (_pipes, _cell_lines, _tabs):
            rows, after = take(lines, at)
            if after > at:
                if rows:
                    blocks.append(_table(rows))
                at = after
                break
        else:
            heading = _HEADING.fullmatch(line.strip())
            text, level = (heading[2], len(heading[1])) if heading else (line.rstrip("\t"), None)
            blocks.append(Paragraph(text=text, path=f"line:{at + 1}", level=level))
            at += 1
    return blocks


def _table(rows: list[Row]) -> Table:
    return Table(
        cells=tuple(
            Cell(text=text, row=r, column=c, path=f"line:{line}")
            for r, row in enumerate(rows)
            for c, (text, line) in enumerate(row)
        ),
        exact=False,
    )


def _pipe_run(lines: list[str], at: int) -> int:
    """The line after the last of a run of pipe rows from `at`."""
    end = at
    for here in range(at, len(lines)):
        if _is_pipe_row(lines[here]):
            end = here + 1
        elif lines[here].strip():
            break
    return end


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
    if not lines[at].lstrip().startswith(_PIPES):
        return [
            Paragraph(text=" ".join(cells), path=f"line:{number + 1}")
            for number in range(at, end)
            if not _RULE.fullmatch(lines[number].strip()) and (cells := _cells(lines[number]))
        ]
    rows: list[Row] = []
    run = [(n, line) for n in range(at, end) if (line := lines[n].strip()) and not _RULE.fullmatch(line)]
    for (number, line), (_, following) in pairwise([*run, (end, "")]):
        begins = line.startswith(_PIPES)
        if begins and not _cells(line):
            begins = bool(following) and not following.startswith(_PIPES)
        if begins:
            rows.append([])
            line = line[1:]
        if not line and begins:
            continue
        printed = _PIPE.split(line[:-1] if line.endswith(_PIPES) else line)
        rows[-1] += [(cell.strip(), number + 1) for cell in printed]
    return [_table([row for row in rows if row])]


def _pipes(lines: list[str], at: int) -> tuple[list[Row], int]:
    """Rows of a pipe or Markdown table from `at`; nothing when the line is prose with a pipe in it."""
    printed: list[tuple[str, int]] = []
    here = at
    while here < len(lines) and (_is_pipe_row(lines[here]) or (printed and lines[here] == _PAGE_END)):
        line = lines[here].strip()
        here += 1
        if line and not _RULE.fullmatch(line):
            printed.append((line, here))
    # A pipe at an end is a border where each row has it; elsewhere it stands behind a blank cell.
    left = all(line.startswith(_PIPES) for line, _ in printed)
    right = all(line.endswith(_PIPES) and not line.endswith("\\|") for line, _ in printed)
    rows = [
        [
            (cell.strip().replace("\\|", "|"), number)
            for cell in _PIPE.split(line)[left : -1 if right else None]
        ]
        for line, number in printed
    ]
    if (
        len(rows) < _MIN_ROWS
        and all(len(row) < _WIDE for row in rows)
        and not lines[at].lstrip().startswith("|")
    ):
        return [], at
    return rows, here


def _is_pipe_row(line: str) -> bool:
    return _PIPE.search(line.strip()) is not None


def _cell_lines(lines: list[str], at: int) -> tuple[list[Row], int]:
    """Rows of a table written one cell a line: each cell after one tab, a blank line after each row."""
    if not _is_cell_line(lines[at]):
        return [], at
    rows: list[Row] = []
    row: Row = []
    here = at
    while here < len(lines):
        line = lines[here]
        if line == _PAGE_END and row:
            pass
        elif _is_cell_line(line):
            row.append((line[1:], here + 1))
        elif not line.strip():
            if "\t" in line:
                return [], at
            rows.append(row)
            row = []
            following = next(
                (k for k in range(here, len(lines)) if lines[k].strip() or _is_cell_line(lines[k])), None
            )
            if following is None or not _is_cell_line(lines[following]):
                break
            here = following - 1
        elif "\t" in line:
            return [], at
        elif row:
            text, number = row[-1]
            row[-1] = (f"{text}\n{line}", number)
        else:
            break
        here += 1
    if row:
        rows.append(row)
    rows = [row for row in rows if row]
    if sum(map(len, rows)) < _WIDE:
        return [], at
    return rows, here


def _is_cell_line(line: str) -> bool:
    return line.startswith("\t") and line.count("\t") == 1


def _is_tab_row(line: str) -> bool:
    return "\t" in line and not is_padded(line)


def _tabs(lines: list[str], at: int) -> tuple[list[Row], int]:
    """Rows of tab-separated cells."""
    rows: list[Row] = []
    here = at
    while here < len(lines) and (_is_tab_row(lines[here]) or (rows and lines[here] == _PAGE_END)):
        if lines[here] != _PAGE_END:
            rows.append([(cell, here + 1) for cell in lines[here].split("\t")])
        here += 1
    while rows and not any(text.strip() for text, _ in rows[-1]):
        rows.pop()
    if len(rows) < _MIN_ROWS and all(len(row) < _WIDE for row in rows):
        return [], at
    return rows, here
