"""Text dumps of reports: prose and table rows, in the dialects converters write."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Row = list[str]

_RULE = re.compile(r"^\|[-|\s]+\|$")
_ENDS_SENTENCE = "。；：:;！？”）)"
_LONG = 40  # a shorter line is a heading or a signature, never a paragraph cut by a page end


@dataclass(frozen=True)
class Dump:
    """A dump in reading order: a string is a paragraph, a list is a table's rows."""

    blocks: list[str | list[Row]]
    exact: bool  # every cell was kept, blank ones too

    @property
    def tables(self) -> list[list[Row]]:
        """The tables alone."""
        return [block for block in self.blocks if isinstance(block, list)]


def read_dump(path: Path) -> Dump:
    """Reads a dump; the dialect is the part of the file name before ``-text.txt``."""
    dialect = path.name.removesuffix("-text.txt").rpartition(".")[2]
    text = path.read_text(encoding="utf-8")
    lines = _word_lines(text) if dialect == "docx" else _line_rows(text, _SPLITTERS[dialect])
    return Dump(_blocks(lines), exact=dialect == "docx")


def _word_lines(text: str) -> Iterator[str | Row]:
    """A cell opens with a tab, may run over lines, and an empty line ends the row."""
    row: Row = []
    for line in text.split("\n"):
        if line.startswith("\t"):
            row.append(line[1:])
        elif row and line:
            row[-1] += "\n" + line
        else:
            if row:
                yield row
                row = []
            yield line
    if row:
        yield row


def _line_rows(text: str, split: Callable[[str], Row | None]) -> Iterator[str | Row]:
    for line in text.split("\n"):
        row = split(line)
        yield line if row is None else row


def _split_pipes(line: str) -> Row | None:
    return [cell.strip() for cell in line.split("|")] if "|" in line else None


def _split_markdown(line: str) -> Row | None:
    if _RULE.match(line.strip()) and "-" in line:
        return []
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else None


def _split_tabs(line: str) -> Row | None:
    # The converter loses indents, so that columns shift; cells are still told apart by tabs.
    return [cell.strip() for cell in line.split("\t")] if "\t" in line else None


_SPLITTERS = {"pipe": _split_pipes, "markdown": _split_markdown, "tsv": _split_tabs}


def _blocks(lines: Iterator[str | Row]) -> list[str | list[Row]]:
    """Joins rows that only blank lines part, and paragraphs that a page end cut inside a sentence."""
    blocks: list[str | list[Row]] = []
    for line in lines:
        last = blocks[-1] if blocks else None
        if isinstance(line, list):
            if isinstance(last, list):
                last.extend([line] if any(line) else [])
            elif any(line):
                blocks.append([line])
        elif text := line.strip(" \t\u3000"):
            if isinstance(last, str) and len(last) > _LONG and last[-1] not in _ENDS_SENTENCE:
                blocks[-1] = last + text
            else:
                blocks.append(text)
    return blocks
