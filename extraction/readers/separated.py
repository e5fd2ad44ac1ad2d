"""Dumps of a workbook with commas, semicolons or tabs: quoted fields, fields of several lines.

A field's number is its column, so the grid is true; merged cells are lost, their places blank. A record of
one field is a line of text, unless it is a label whose figures are blank. A record with more fields than the
others, in which an unquoted comma may stand inside a figure (``1,234``), is not taken apart: all figures
behind it would have moved.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from extraction.document import Block, Cell, Paragraph, Table
from extraction.forms import forms, is_caption
from extraction.values import is_figure, is_value_like

_DELIMITERS = ",;\t"
_FIELDS, _FIGURES, _RECORDS = 4, 3, 5
"""Fields and figures of a record that shows what it is, and such records that a dump has at least."""
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)

_QUOTED = re.compile(r"(?:^|\t)\"[^\t\"]", re.MULTILINE)
"""Plain tabs are as often a converter's as a workbook's, and a converter drops merged cells."""
_HEAD, _TAIL = re.compile(r"\s*[0-9]{1,3}"), re.compile(r"[0-9]{3}\s*")

Record = tuple[int, list[str]]
"""One-based line a record starts in, and its fields."""


def separated(text: str) -> list[Block] | None:
    """The blocks of a dump, or None where the text is none."""
    for delimiter in _DELIMITERS:
        if text.count(delimiter) < _FIELDS * _RECORDS or (delimiter == "\t" and not _QUOTED.search(text)):
            continue
        records = _records(text, delimiter)
        if sum(map(_shows, records)) >= _RECORDS:
            return list(_blocks(records))
    return None


def _records(text: str, delimiter: str) -> list[Record]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    out: list[Record] = []
    before = 0
    try:
        for fields in reader:
            out.append((before + 1, [_FORMULA.sub(r"\1", field) for field in fields]))
            before = reader.line_num
    except csv.Error:
        return []
    return out


def _shows(record: Record) -> bool:
    """Whether a record is plainly one of a table: half values, and several figures."""
    fields = record[1]
    return (
        len(fields) >= _FIELDS
        and sum(map(is_figure, fields)) >= _FIGURES
        and 2 * sum(map(is_value_like, fields)) >= len(fields)
    )


def _blocks(records: list[Record]) -> Iterator[Block]:
    rows: list[Record] = []
    for line, fields in records:
        filled = [field.strip() for field in fields if field.strip()]
        if not filled:
            yield from _table(rows)
            rows = []
        elif len(filled) == 1 and not _is_label(filled[0]) and not is_figure(filled[0]):
            yield from _table(rows)
            rows = []
            yield Paragraph(filled[0], path=f"line:{line}")
        else:
            rows.append((line, fields))
    yield from _table(rows)


def is_padded(line: str) -> bool:
    """Whether a line with tabs holds a text in its first field and nothing else, and is no label."""
    return (
        line.count("\t") >= _FIELDS - 1
        and bool(line.split("\t")[0].strip())
        and "\t" not in line.strip()
        and not _is_label(line)
    )


def _is_label(text: str) -> bool:
    return is_caption(text) or any(form.knows(text) for form in forms().values())


def _is_broken(fields: list[str]) -> bool:
    """Whether a figure may have been parted at its own comma."""
    return any(_HEAD.fullmatch(one) and _TAIL.fullmatch(other) for one, other in pairwise(fields))


def _table(rows: list[Record]) -> Iterator[Table]:
    if not rows:
        return
    usual = Counter(len(fields) for _, fields in rows if len(fields) > 1)
    width = max(usual, key=lambda size: (usual[size], size), default=1)
    yield Table(
        tuple(
            Cell(field.strip(), row, column, path=f"line:{line}")
            for row, (line, fields) in enumerate(rows)
            for column, field in enumerate(
                [" ".join(fields)] if len(fields) > width and _is_broken(fields) else fields
            )
        )
    )
