"""Numbers of lines in the margin of a text, which a dump or a program that prints them puts before each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extraction.document import Block, Document, Paragraph, ReadIssue

LEFT_OUT = ReadIssue("line_numbers", "note", "the numbers of the lines were left out")
_ROWS = 120
"""Lines of tables between two paragraphs, which are numbered too."""
_DIGITS = re.compile(r"\s*(?P<number>[0-9]{1,5})")
_MARKS = ("\t", ":", "：", "|", "、", ".", "．", " ", "\u3000")
_LEAST = 10
"""Lines that make a run of numbers those of a margin."""
_SHARE = 0.9
_LOOK = 50
"""Lines after which it is plain that they are not numbered; blank ones that may count."""


def without_line_numbers(lines: Sequence[str], gap: int = 0) -> list[str] | None:
    """The lines without their numbers; None where they have none.

    Nearly every line has one, the first line the first; each counts on from that of the line before. No
    report numbers its title, headings, rows and sentences so.

    Args:
        lines: of the text; blank ones may count.
        gap: further lines that may be missing between two, as those of tables are.
    """
    out = list(lines)
    last = blank = printed = 0
    found: list[int] = []
    for at, line in enumerate(lines):
        if not line.strip():
            blank += 1
            continue
        printed += 1
        if printed % _LOOK == 0 and 2 * len(found) < printed:
            return None
        number = _next(line, last, min(blank, _LOOK) + gap)
        if number is not None:
            end, last = number
            out[at] = line[end:]
            blank = 0
            found.append(at)
        elif printed == 1:
            return None
    if len(found) < _LEAST or len(found) < _SHARE * printed:
        return None
    return _without_mark(out, found)


def unnumbered(document: Document) -> Document:
    """The document without numbers of lines in its paragraphs, where they have them (pages, pasted dumps)."""
    texts = [block.text.split("\n") if isinstance(block, Paragraph) else [] for block in document.blocks]
    lines = iter(without_line_numbers([line for text in texts for line in text], _ROWS) or ())
    blocks: list[Block] = []
    for block, text in zip(document.blocks, texts, strict=True):
        own = [line for _, line in zip(text, lines, strict=False)]
        blocks.append(replace(block, text="\n".join(own)) if isinstance(block, Paragraph) and own else block)
    if tuple(blocks) == document.blocks:
        return document
    return replace(document, blocks=tuple(blocks), issues=(*document.issues, LEFT_OUT))


def _next(line: str, last: int, skipped: int) -> tuple[int, int] | None:
    """End of the number in a line and the number, where it counts on from the last one or anew (a page)."""
    match = _DIGITS.match(line)
    if match is None:
        return None
    start, digits = match.start("number"), match["number"]
    begins = [1] if last >= _LEAST else []
    for number in [*range(last + 1, last + skipped + 2), *begins]:
        # 12023年: the first line's number, and a year.
        for width in range(len(str(number)), len(digits) + 1):
            if int(digits[:width]) == number:
                return start + width, number
    return None


def _without_mark(lines: list[str], numbered: list[int]) -> list[str]:
    """Without the sign or the spaces between number and text, where all lines have them."""
    mark = next(
        (mark for mark in _MARKS if all(lines[at].startswith(mark) for at in numbered if lines[at])), ""
    )
    for at in numbered if mark else ():
        rest = lines[at][len(mark) :]
        lines[at] = rest.lstrip(" ") if mark != "\t" else rest
    return lines
