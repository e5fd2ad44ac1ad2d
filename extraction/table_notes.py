"""Notes beside a table that change what its figures say: corrections, another unit, what is left out.

A note that names rows of the form is about their figures, any other about its table. A note that only
explains (what a blank means, the year that was counted) says nothing against a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extraction.assemble import Instance
from extraction.columns import BESIDE, SUBTOTAL
from extraction.document import Block, Table
from extraction.mention_forms import compared_cells
from extraction.normalise import squeeze
from extraction.note_words import changes, note_words, rows_named
from extraction.record import CellRecord, Issue, Mention, Section
from extraction.rows import RawRow
from extraction.values import head_unit, money_unit

_SHOWN = 80
_NEAR = 4
"""Blocks between a table and a line that gives its unit."""
_BESIDE = 2
"""Blocks between a table and a line in brackets that is a note on it."""
_BRACKETED = re.compile(r"[(\[【].*[)\]】]")
_NUMBERED = re.compile(r"[(\[]?[0-9一二三四五①-⑨]{1,2}[)\].、:]?")
_SCALED = re.compile(r"[十百千万亿]+[^元]")


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that changes figures.

    Attributes:
        text: the sentence, without white space.
        cells: the cells it is about.
        named: it names their rows.
    """

    text: str
    cells: tuple[str, ...]
    named: bool


class _Line(NamedTuple):
    """A line that may be a note."""

    bare: str
    block: int
    table: int | None


def note_doubts(
    blocks: Sequence[Block],
    chosen: Mapping[str, Instance],
    cells: Mapping[str, CellRecord],
    year: int | None,
) -> tuple[list[Note], list[Issue]]:
    """What notes beside the tables, or inside them, change.

    Args:
        blocks: of the document.
        chosen: the tables as read.
        cells: of the record.
        year: of the report.
    """
    places = _places(blocks, chosen)
    notes: list[Note] = []
    issues: list[Issue] = []
    listed = False
    for line in _lines(blocks):
        alone = note_words(year).marked.fullmatch(line.bare) is not None
        listed = alone or (listed and _NUMBERED.match(line.bare) is not None)
        beside = _BRACKETED.fullmatch(line.bare) is not None and bool(_near(line, places, _BESIDE))
        for sentence in changes(line.bare, year, marked=listed or beside):
            note = _note(sentence, line, places, cells, year)
            if note.cells:
                notes.append(note)
                message = f"a note changes what is printed here: {sentence[:_SHOWN]!r}"
                issues.append(Issue("note_doubtful", "warning", message, note.cells))
        issues += _unit_doubts(line, places, chosen, cells, year)
    return notes, [*issues, *_remarks(chosen, cells, year)]


def _remarks(
    chosen: Mapping[str, Instance], cells: Mapping[str, CellRecord], year: int | None
) -> Iterator[Issue]:
    """What a column of remarks says against the figures of its row."""
    know = note_words(year)
    for kind, instance in chosen.items():
        for key, row in instance.rows.items():
            texts = [
                slot.cell.text
                for column, slot in row.slots.items()
                if column.startswith(BESIDE) and column != SUBTOTAL and slot.cell is not None
            ]
            names = tuple(name for column in row.slots if (name := f"{kind}.{key}.{column}") in cells)
            for text in texts:
                for sentence in changes(text, year, marked=True):
                    message = f"a note changes what is printed here: {sentence[:_SHOWN]!r}"
                    yield Issue("note_doubtful", "warning", message, names)
                if (match := know.unit.search(squeeze(text))) is not None:
                    yield from _in_unit(set(know.units.findall(match["units"])), names, row, cells, text)


def _lines(blocks: Sequence[Block]) -> Iterator[_Line]:
    """Lines of the running text, and cells that stand alone in their row, or say that they are notes."""
    table = -1
    for number, block in enumerate(blocks):
        if not isinstance(block, Table):
            yield from (
                _Line(bare, number, None) for line in block.text.split("\n") if (bare := squeeze(line))
            )
            continue
        table += 1
        for row in block.rows:
            filled = [bare for cell in row if (bare := squeeze(cell.text))]
            yield from (
                _Line(bare, number, table)
                for bare in filled
                if len(bare) > 3 and (len(filled) == 1 or note_words(None).marked.match(bare))
            )


def _places(blocks: Sequence[Block], chosen: Mapping[str, Instance]) -> dict[str, tuple[int, int]]:
    """The first and the last block of each table; nothing of one that was read from running text."""
    numbers = [number for number, block in enumerate(blocks) if isinstance(block, Table)]
    out = {}
    for kind, instance in chosen.items():
        found = [numbers[row.table] for row in instance.rows.values() if row.table < len(numbers)]
        if found:
            out[kind] = (min(found), max(found))
    return out


def _note(
    sentence: str,
    line: _Line,
    places: Mapping[str, tuple[int, int]],
    cells: Mapping[str, CellRecord],
    year: int | None,
) -> Note:
    rows = set(rows_named(sentence))
    named = tuple(name for name in cells if tuple(name.split(".")[:2]) in rows)
    if rows:
        return Note(sentence, named, named=True)
    kinds = _kinds(line, places, below=note_words(year).below.search(sentence) is not None)
    found = (name for name in cells if not kinds or name.split(".")[0] in kinds)
    return Note(sentence, tuple(name for name in found if cells[name].status != "absent"), named=False)


def _kinds(line: _Line, places: Mapping[str, tuple[int, int]], *, below: bool) -> set[str]:
    """The tables a note stands beside: its own, the nearest above, or below; empty where nothing says."""
    own = {kind for kind, (first, last) in places.items() if first <= line.block <= last}
    if own:
        return own
    above = [(last, kind) for kind, (_, last) in places.items() if last < line.block]
    after = [(first, kind) for kind, (first, _) in places.items() if first > line.block]
    if after and (below or not above):
        return {min(after)[1]}
    return {max(above)[1]} if above else set()


def _near(line: _Line, places: Mapping[str, tuple[int, int]], most: int) -> set[str]:
    """The tables at most so many blocks away."""
    return {kind for kind, (first, last) in places.items() if first - most <= line.block <= last + most}


def _unit_doubts(
    line: _Line,
    places: Mapping[str, tuple[int, int]],
    chosen: Mapping[str, Instance],
    cells: Mapping[str, CellRecord],
    year: int | None,
) -> Iterator[Issue]:
    """Where a line beside a table gives a unit, the figures whose head or cell says another."""
    know = note_words(year)
    if len(line.bare) > _SHOWN or (match := know.unit.search(line.bare)) is None:
        return
    rows = set(rows_named(line.bare))
    alone = not line.bare[: match.start()].strip("([:,")
    if not (alone or rows or know.marked.match(line.bare) or know.about.search(line.bare)):
        return
    units = set(know.units.findall(match["units"]))
    near = set(chosen) if rows or not places else _near(line, places, _NEAR)
    for kind, instance in chosen.items():
        for key, row in instance.rows.items():
            if kind in near and (not rows or (kind, key) in rows):
                names = [name for column in row.slots if (name := f"{kind}.{key}.{column}") in cells]
                yield from _in_unit(units, names, row, cells, line.bare)


def _in_unit(
    units: set[str], names: Iterable[str], row: RawRow, cells: Mapping[str, CellRecord], text: str
) -> Iterator[Issue]:
    """The figures of a row whose unit is none of those that a text beside it gives."""
    money = {unit for unit in units if money_unit(unit)}
    scaled = not money and all(_SCALED.fullmatch(unit) for unit in units)
    found = []
    for name in names:
        cell = cells[name]
        if not cell.value or cell.unit is None:
            continue
        printed = head_unit(cell.raw) or head_unit(row.heads.get(name.split(".")[2], ""))
        if scaled if not money_unit(cell.unit) else (money and printed and printed not in money):
            found.append(name)
    if found:
        message = f"a line beside the table says another unit: {squeeze(text)[:_SHOWN]!r}"
        yield Issue("unit_conflict", "warning", message, tuple(found))


def doubt_noted(
    mentions: Iterable[Mention], notes: Sequence[Note], sections: Iterable[Section]
) -> Iterator[Mention]:
    """Doubt the figures of rows that a note names, and those in the section of a note that names none."""
    named = {name for note in notes if note.named for name in note.cells}
    texts = [note.text for note in notes if not note.named]
    spoilt = {each.key for each in sections if texts and any(text in squeeze(each.text) for text in texts)}
    inside = [note.text for note in notes]
    for mention in mentions:
        context = squeeze(mention.context)
        met = (
            mention.section in spoilt
            or any(context in text or text in context for text in inside)
            or any(named.intersection(cells) for cells in compared_cells(mention.key))
        )
        yield mention.with_flag("conflict") if met and "conflict" not in mention.flags else mention
