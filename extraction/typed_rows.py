"""Tables that were typed into the lines of a document: rows of pipes, drawn lines.

Pages and Word files hold them where somebody pasted the answer of a program or a text dump; a reader of such
files knows only the tables of its format.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from extraction.document import Block, Cell, Document, Paragraph, Table
from extraction.readers.pipes import PIPES, pipe_rows
from extraction.values import is_value_like

_ROWS, _CELLS = 3, 3
"""Rows, and cells of each, that no menu and no foot of a page has."""


def with_typed_tables(document: Document) -> Document:
    """The document, with the tables in it that were typed."""
    if not any(isinstance(block, Paragraph) and _has_pipe(block.text) for block in document.blocks):
        return document
    blocks: list[Block] = []
    for is_line, found in groupby(document.blocks, _is_line):
        held = list(found)
        blocks += _parted([block for block in held if isinstance(block, Paragraph)]) if is_line else held
    return replace(document, blocks=tuple(blocks))


def _is_line(block: Block) -> bool:
    """Whether a block is text of no page: pages have readers of their own for what is loose on them."""
    return type(block) is Paragraph and block.page is None


def _has_pipe(text: str) -> bool:
    return any(pipe in text for pipe in PIPES)


def _parted(paragraphs: list[Paragraph]) -> list[Block]:
    """Paragraphs, with the rows among their lines as tables."""
    lines = [(line, paragraph) for paragraph in paragraphs for line in paragraph.text.split("\n")]
    texts = [line for line, _ in lines]
    out: list[Block] = []
    rest: list[tuple[str, Paragraph]] = []
    at = 0
    while at < len(lines):
        rows, after = pipe_rows(texts, at)
        wide = [row for row in rows if len(row) >= _CELLS and any(is_value_like(text) for text, _ in row)]
        if after == at or len(rows) < _ROWS or len(wide) < _ROWS - 1:
            after = max(after, at + 1)
            rest += lines[at:after]
        else:
            out += _lines(rest)
            rest = []
            cells = (
                Cell(text, r, c, path=lines[number - 1][1].path, doubts=lines[number - 1][1].doubts)
                for r, row in enumerate(rows)
                for c, (text, number) in enumerate(row)
            )
            out.append(Table(tuple(cells), exact=False))
        at = after
    return out + _lines(rest)


def _lines(rest: list[tuple[str, Paragraph]]) -> list[Block]:
    """Lines as the paragraphs they were in."""
    out: list[Block] = []
    for _, found in groupby(rest, lambda line: id(line[1])):
        own = list(found)
        text = "\n".join(line for line, _ in own)
        if text.strip():
            out.append(own[0][1] if text == own[0][1].text else replace(own[0][1], text=text))
    return out
