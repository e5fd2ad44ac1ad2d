"""Lists of indicators in running text: a row a line, or one cell a line.

As in `extraction.flow`, only complete rows are taken: a printed label, perhaps its unit, and exactly one
figure. A blank leaves no trace in running text, so a label without a figure is `unreadable`, never zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extraction.assemble import Instance
from extraction.document import Cell, Paragraph
from extraction.forms import Form, forms
from extraction.lists import is_form, key_list
from extraction.normalise import squeeze
from extraction.rows import RawRow, Slot
from extraction.text_lines import LineOf
from extraction.values import is_dash, is_figure, is_unit, is_value_like

_GAP = re.compile(r"[\s\u3000]+")
_PAGE_NUMBER = re.compile(r"[-—–\uff0d]\s*[0-9]{1,4}\s*[-—–\uff0d]|第\s*[0-9]{1,4}\s*页.{0,12}")
_LEAST = 8
"""Complete rows without which running text holds no list."""
_LABEL_LINES = 3
_CONFIDENCE = 0.8
_TOO_MANY = "figures for one column in running text"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as label, unit and values; each part may be empty."""

    label: str
    unit: str
    values: tuple[str, ...]
    place: LineOf
    paragraph: Paragraph


def flow_list(
    kind: str, paragraphs: list[tuple[int, Paragraph]], table: int
) -> tuple[Instance | None, set[LineOf]]:
    """The list of one kind in running text, and the lines it came from."""
    form = forms()[kind]
    lines = [line for block, paragraph in paragraphs for line in _lines(block, paragraph)]
    column = next(iter(form.columns))
    rows: list[RawRow] = []
    reach: list[tuple[int, int]] = []
    at = 0
    while at < len(lines):
        label, after = _label(lines, at, form)
        if label is None:
            line = lines[at]
            if rows and line.label and len(line.values) == 1 and is_figure(line.values[0]):
                cell = _cell(line, line.values[0], len(rows))
                rows.append(RawRow([line.label], {column: Slot(cell)}, table, len(rows), {}))
                reach.append((at, at + 1))
            at += 1
            continue
        slot, unit, end = _value(lines, after, len(rows))
        rows.append(RawRow([label], {column: slot}, table, len(rows), {column: unit} if unit else {}))
        reach.append((at, end))
        at = max(end, after)
    last = max((i for i, row in enumerate(rows) if form.candidates(row.label)), default=-1)
    rows, reach = rows[: last + 1], reach[: last + 1]
    instance = key_list(kind, rows)
    complete = sum(slot.status is None for row in instance.rows.values() for slot in row.slots.values())
    unknown = sum(not row.blank for row in instance.unknown)
    if not is_form(instance) or complete < _LEAST or complete < unknown:
        return None, set()
    return instance, {lines[i].place for start, end in reach for i in range(start, end)}


def _lines(block: int, paragraph: Paragraph) -> list[_Line]:
    out: list[_Line] = []
    for number, text in enumerate(paragraph.text.split("\n")):
        bare = text.strip()
        if not squeeze(bare) or _PAGE_NUMBER.fullmatch(bare):
            continue
        words = [word for word in _GAP.split(bare) if word]
        cut = len(words)
        while cut > 0 and is_value_like(words[cut - 1]):
            cut -= 1
        values = tuple(words[cut:])
        unit = ""
        if cut > 0 and is_unit(words[cut - 1]):
            cut -= 1
            unit = words[cut]
        elif len(values) > 1 and is_dash(values[0]):
            values = values[1:]
        out.append(_Line(" ".join(words[:cut]), unit, values, (block, number), paragraph))
    return out


def _label(lines: list[_Line], at: int, form: Form) -> tuple[str | None, int]:
    """A known label from a line on, perhaps wrapped over a few lines, and the line after it."""
    first = lines[at]
    if not first.label:
        return None, at
    shaped = bool(first.unit and first.values)
    found = form.candidates(first.label) if shaped else form.worded(first.label)
    if found or form.group(first.label):
        return first.label, at + 1
    text = first.label
    for size in range(1, _LABEL_LINES):
        if shaped or first.values or at + size >= len(lines) or not lines[at + size].label:
            break
        text += lines[at + size].label
        if form.worded(text):
            return text, at + size + 1
        if lines[at + size].values:
            break
    return None, at


def _value(lines: list[_Line], after: int, row: int) -> tuple[Slot, str, int]:
    """The single figure behind a label: on its last line, or alone on a line below it."""
    line = lines[after - 1]
    if len(line.values) == 1:
        return Slot(_cell(line, line.values[0], row)), line.unit, after
    if line.values:
        return (
            Slot(None, "unreadable", f"{len(line.values)} figures for one column in running text"),
            "",
            after,
        )
    unit = line.unit
    end = after
    if not unit and end < len(lines) and not lines[end].label and lines[end].unit:
        unit = lines[end].unit
        if lines[end].values:
            end -= 1
        end += 1
    alone: list[tuple[_Line, str]] = []
    while end < len(lines) and not lines[end].label and lines[end].values and len(alone) < _LABEL_LINES:
        alone += [(lines[end], value) for value in lines[end].values]
        end += 1
    if len(alone) == 1:
        return Slot(_cell(*alone[0], row)), unit, end
    return Slot(None, "unreadable", f"{len(alone)} {_TOO_MANY}"), unit, end


def _cell(line: _Line, text: str, row: int) -> Cell:
    paragraph = line.paragraph
    return Cell(
        text, row, 0, path=paragraph.path, page=paragraph.page, confidence=_CONFIDENCE,
        doubts=paragraph.doubts,
    )  # fmt: skip
