"""Statutory tables in running text: one cell a line, or a row a line with blanks between figures.

The last resort, for dumps and PDFs that lost the table altogether. Only complete rows are taken: a label followed
by exactly as many figures as the form has columns. Anything else is `unreadable`. Blanks leave no trace in running
text, so a row with fewer figures is never filled up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extraction.align import RawRow, Slot
from extraction.document import Cell, Paragraph
from extraction.forms import Form, forms, is_caption
from extraction.normalise import label_core, squeeze
from extraction.values import clean, is_value_like

_GAP = re.compile(r"[\s\u3000]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    block: int
    paragraph: Paragraph
    value: bool


def flow_tables(
    paragraphs: list[tuple[int, Paragraph]], kinds: list[str], table: int
) -> tuple[dict[str, list[RawRow]], set[int]]:
    """Rows of the wanted tables found in running text, and the numbers of the blocks they came from."""
    tokens = _tokens(paragraphs)
    out: dict[str, list[RawRow]] = {}
    used: set[int] = set()
    for kind in kinds:
        rows, blocks = _review(tokens, table) if kind == "review_litigation" else _labelled(tokens, kind, table)
        if rows:
            out[kind] = rows
            used |= blocks
    return out, used


def _tokens(paragraphs: list[tuple[int, Paragraph]]) -> list[_Token]:
    out: list[_Token] = []
    for block, paragraph in paragraphs:
        for line in paragraph.text.split("\n"):
            if not squeeze(line):
                continue
            head, values = _split_line(line)
            if head:
                out.append(_Token(head, block, paragraph, value=False))
            out += [_Token(value, block, paragraph, value=True) for value in values]
    return out


def _split_line(line: str) -> tuple[str, list[str]]:
    """A line as label and trailing figures: ``1.属于国家秘密 0 0 0`` -> label, three figures."""
    bare = line.strip()
    if is_value_like(bare) and not _GAP.search(clean(bare)):
        return "", [bare]
    parts = _GAP.split(bare)
    cut = len(parts)
    while cut > 0 and is_value_like(parts[cut - 1]):
        cut -= 1
    return " ".join(parts[:cut]), parts[cut:]


def _labelled(tokens: list[_Token], kind: str, table: int) -> tuple[list[RawRow], set[int]]:
    form = forms()[kind]
    rows: list[RawRow] = []
    used: set[int] = set()
    columns: list[str] = []
    heads: dict[str, str] = {}
    at = 0
    started = False
    while at < len(tokens):
        token = tokens[at]
        if token.value or len(squeeze(token.text)) > _LONGEST * 3:
            at += 1
            continue
        label, behind = _label_run(tokens, at, form)
        if label is None:
            column = form.column(token.text)
            opens = is_caption(token.text) or label_core(token.text) in form.row_head
            opens = opens or any(mark in squeeze(token.text) for mark in form.markers)
            if opens:
                started = True
                if kind == "proactive":
                    columns = []
            if started and column and column not in columns:
                columns.append(column)
                heads[column] = token.text
            if started and (opens or column or form.head(token.text)):
                used.add(token.block)
            at += 1
            continue
        values: list[_Token] = []
        while behind < len(tokens) and tokens[behind].value:
            values.append(tokens[behind])
            behind += 1
        if not started or (not values and form.group(label)):
            at = max(behind, at + 1)
            continue
        order = _order(kind, columns, form)
        rows.append(_row(label, values, order, dict(heads), table, len(rows)))
        used |= {t.block for t in tokens[at:behind]}
        at = behind
    complete = [row for row in rows if any(slot.cell is not None for slot in row.slots.values())]
    return (rows, used) if len(complete) >= 2 else ([], set())


def _order(kind: str, columns: list[str], form: Form) -> tuple[str, ...]:
    """The printed sequence of columns; for the requests table only the form's own (its heads have three levels)."""
    if kind == "requests":
        return tuple(form.columns) if set(columns) == set(form.columns) else ()
    return tuple(columns)


def _label_run(tokens: list[_Token], at: int, form: Form) -> tuple[str | None, int]:
    """A label from `at`, over line breaks where only the joined lines are the label word for word."""
    text = ""
    for size in range(1, 5):
        if at + size > len(tokens) or tokens[at + size - 1].value:
            break
        text += tokens[at + size - 1].text
        following = tokens[at + size] if at + size < len(tokens) else None
        if size > 1 and form.row_exact(text) and form.row(tokens[at].text) in {None, form.row_exact(text)}:
            return text, at + size
        if following is not None and following.value and form.row(text):
            return text, at + size
    if form.row_exact(tokens[at].text) or form.group(tokens[at].text):
        return tokens[at].text, at + 1
    return None, at


def _row(
    label: str, values: list[_Token], order: tuple[str, ...], heads: dict[str, str], table: int, number: int
) -> RawRow:
    slots: dict[str, Slot] = {}
    if order and len(values) == len(order):
        slots = {key: Slot(_cell(value, number, i)) for i, (key, value) in enumerate(zip(order, values, strict=True))}
    else:
        why = f"{len(values)} figures for {len(order)} columns in running text"
        slots = {key: Slot(None, "unreadable", why) for key in order}
    return RawRow([label], slots, table, number, heads)


def _cell(value: _Token, row: int, column: int) -> Cell:
    paragraph = value.paragraph
    return Cell(value.text, row, column, path=paragraph.path, page=paragraph.page)


def _review(tokens: list[_Token], table: int) -> tuple[list[RawRow], set[int]]:
    """The review table: fifteen outcome heads in printed order, then exactly fifteen figures."""
    form = forms()["review_litigation"]
    wanted = [column for _ in form.rows for column in form.columns]
    for at, token in enumerate(tokens):
        if token.value or form.column(token.text) != wanted[0]:
            continue
        heads: list[str] = []
        here = at
        while here < len(tokens) and not tokens[here].value:
            words = [tokens[here].text] if form.column(tokens[here].text) else _GAP.split(tokens[here].text)
            heads += [key for word in words if (key := form.column(word))]
            here += 1
        values = []
        start = here
        while here < len(tokens) and tokens[here].value:
            values.append(tokens[here])
            here += 1
        if heads != wanted or not values:
            continue
        order = tuple(f"{row}.{column}" for row in form.rows for column in form.columns)
        row = _row("", values, order, {}, table, 0)
        return [row], {t.block for t in tokens[max(at - 4, 0) : here] if not _is_prose(t)} | {
            t.block for t in tokens[start:here]
        }
    return [], set()


def _is_prose(token: _Token) -> bool:
    return not token.value and forms()["review_litigation"].column(token.text) is None


