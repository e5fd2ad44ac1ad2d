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

from extraction.charset import decode
from extraction.document import Block, Document, Paragraph, UnreadableError
from extraction.line_numbers import LEFT_OUT, without_line_numbers
from extraction.readers.pipes import Row, pipe_rows, scattered, table_of
from extraction.readers.separated import is_padded, separated

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_PAGE_NUMBER = re.compile(r"\s*[-—–－]+\s*[0-9０-９]{1,3}\s*[-—–－]+\s*")
_MIN_PAGES = 2
_PAGE_END = "\f"
_MIN_ROWS = 2
_WIDE = 4


def read(data: bytes, *, url: str | None = None) -> Document:  # noqa: ARG001 - every reader takes it
    """Read a plain-text dump.

    Raises:
        UnreadableError: nothing to read.
    """
    text, issues = decode(data)
    if not text.strip():
        raise UnreadableError("empty", "the text is empty")
    lines = _lines(text)
    if (plain := without_line_numbers(lines)) is not None:
        issues = [*issues, LEFT_OUT]
    blocks = typed_blocks(text) if plain is None else read_lines(_without_page_numbers(plain))
    return Document(media_type="text/plain", blocks=tuple(blocks), issues=tuple(issues))


def typed_blocks(text: str) -> list[Block]:
    """The paragraphs and tables of a text whose lines are as they were typed."""
    blocks = separated(text)
    return read_lines(_without_page_numbers(_lines(text))) if blocks is None else blocks


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


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
        broken, after = scattered(lines, at)
        if after > at:
            blocks += broken
            at = after
            continue
        for take in (pipe_rows, _cell_lines, _tabs):
            rows, after = take(lines, at)
            if after > at:
                if rows:
                    blocks.append(table_of(rows))
                at = after
                break
        else:
            heading = _HEADING.fullmatch(line.strip())
            text, level = (heading[2], len(heading[1])) if heading else (line.rstrip("\t"), None)
            blocks.append(Paragraph(text=text, path=f"line:{at + 1}", level=level))
            at += 1
    return blocks


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
