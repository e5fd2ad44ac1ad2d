"""Statutory tables in running text: one cell a line, or a row a line with blanks between figures.

The last resort, for dumps and PDFs that lost the table altogether. Only complete rows are taken: a label
followed by exactly as many figures as the form has columns. Anything else is `unreadable`. Blanks leave no
trace in running text, so a row with fewer figures is never filled up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extraction.document import Cell, Paragraph
from extraction.editions import editions
from extraction.forms import Form, forms, is_caption
from extraction.normalise import label_core, squeeze
from extraction.rows import RawRow, Slot
from extraction.shapes import review_flow
from extraction.text_lines import LineOf
from extraction.values import clean, is_value_like

_GAP = re.compile(r"[\s\u3000]+")
_LONGEST = 60
_HEAD_LINES = 4
_LONGEST_HEAD = 10
_CONFIDENCE = 0.8
"""Figures whose place was told by counting only."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    block: int
    line: int
    paragraph: Paragraph
    value: bool

    @property
    def place(self) -> LineOf:
        """The line it stands in."""
        return self.block, self.line


def flow_tables(
    paragraphs: list[tuple[int, Paragraph]], kinds: list[str], table: int
) -> tuple[dict[str, list[RawRow]], set[LineOf]]:
    """Rows of the wanted tables found in running text, and the lines they came from."""
    tokens = _tokens(paragraphs)
    out: dict[str, list[RawRow]] = {}
    used: set[LineOf] = set()
    for kind in kinds:
        rows, lines = (
            _review(tokens, table) if kind == "review_litigation" else _labelled(tokens, kind, table)
        )
        if rows:
            out[kind] = rows
            used |= lines
    return out, used


def _tokens(paragraphs: list[tuple[int, Paragraph]]) -> list[_Token]:
    out: list[_Token] = []
    for block, paragraph in paragraphs:
        for number, line in enumerate(paragraph.text.split("\n")):
            if not squeeze(line):
                continue
            head, values = _split_line(line)
            if head:
                out.append(_Token(head, block, number, paragraph, value=False))
            out += [_Token(value, block, number, paragraph, value=True) for value in values]
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


@dataclass
class _Head:
    """The column heads seen since the last caption."""

    columns: list[str] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    open: bool = False
    rows: int = 0
    strange: bool = False

    def read(self, words: list[str], form: Form) -> bool:
        """Take the heads among some words; whether there were any."""
        opens = any(_opens(word, form) for word in words)
        if opens and (self.rows or form.row_head):
            self.columns, self.printed, self.rows, self.strange = [], {}, 0, False
        self.open = self.open or opens
        found = [(word, key) for word in words if (key := form.column(word))]
        if self.open and not self.rows and not opens and not found and not form.heads and self.columns:
            # A head that no edition knows: its figures are counted with the others.
            self.strange = self.strange or any(map(_may_be_head, words))
        if self.open:
            self.columns += [key for _, key in found]
            self.printed.update({key: word for word, key in found})
        return self.open and (opens or bool(found) or any(form.head(word) for word in words))

    def order(self, form: Form) -> tuple[str, ...]:
        """The sequence of columns, or nothing where the heads do not say it.

        Heads of the requests table stand in three levels, so 总计 may be printed before the organisations.
        """
        if self.strange or len(set(self.columns)) != len(self.columns):
            return ()
        if not form.heads:
            return tuple(self.columns)
        wanted = list(form.columns)
        last = wanted[-1]
        same = [key for key in self.columns if key != last] == wanted[:-1]
        return tuple(wanted) if same and self.columns.index(wanted[0]) < self._at(last) else ()

    def _at(self, key: str) -> int:
        return self.columns.index(key) if key in self.columns else -1


def _may_be_head(word: str) -> bool:
    bare = squeeze(word)
    return 1 < len(bare) <= _LONGEST_HEAD and not re.search(r"单位|[。；，]", bare)


def _opens(word: str, form: Form) -> bool:
    return (
        is_caption(word)
        or label_core(word) in form.row_head
        or form.head(word) == "applicants"
        or squeeze(word).startswith("(本列数据的" + form.markers[0])
    )


def _labelled(tokens: list[_Token], kind: str, table: int) -> tuple[list[RawRow], set[LineOf]]:
    form = forms()[kind]
    rows: list[RawRow] = []
    used: set[LineOf] = set()
    head = _Head()
    last = {list(e.tables[kind].rows)[-1] for e in editions().values() if kind in e.tables and form.heads}
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.value or len(squeeze(token.text)) > _LONGEST * 3:
            at += 1
            continue
        label, behind = _label_run(tokens, at, form)
        values: list[_Token] = []
        while label is not None and behind < len(tokens) and tokens[behind].value:
            values.append(tokens[behind])
            behind += 1
        if label is None or (not values and form.column(label)):
            size, words = _head_words(tokens, at, form)
            if head.read(words, form):
                used |= {t.place for t in tokens[at : at + size]}
            at += size
            continue
        if head.open and (values or not form.group(label)):
            rows.append(_row(label, values, head.order(form), dict(head.printed), table, len(rows)))
            head.rows += 1
            head.open = form.row(label) not in last
            used |= {t.place for t in tokens[at:behind]}
        at = behind
    complete = [row for row in rows if any(slot.cell is not None for slot in row.slots.values())]
    return (rows, used) if len(complete) >= 2 else ([], set())


def _words(text: str) -> list[str]:
    return [word for word in _GAP.split(text.strip()) if word]


def _head_words(tokens: list[_Token], at: int, form: Form) -> tuple[int, list[str]]:
    """How many lines from `at` are heads of columns, and their words; a head may be broken over lines."""
    text = tokens[at].text
    if form.column(text) or _opens(text, form):
        return 1, [text]
    joined = text
    for size in range(2, _HEAD_LINES + 1):
        if at + size > len(tokens) or tokens[at + size - 1].value:
            break
        joined += tokens[at + size - 1].text
        if form.column_exact(joined):
            return size, [joined]
    return 1, _words(text)


def _label_run(tokens: list[_Token], at: int, form: Form) -> tuple[str | None, int]:
    """A label from `at`: its line, the last words of it, or lines that joined are a label word for word."""
    text = ""
    for size in range(1, 5):
        if at + size > len(tokens) or tokens[at + size - 1].value:
            break
        text += tokens[at + size - 1].text
        if size > 1 and (key := form.row_exact(text)) and form.row(tokens[at].text) in {None, key}:
            return text, at + size
    text = tokens[at].text
    words = _words(text)
    parts = ["".join(words[start:]) for start in range(len(words))]
    found = next((part for part in parts if form.row(part)), None)
    found = found or next((part for part in parts if form.group(part)), None)
    return (found, at + 1) if found else (None, at)


def _row(
    label: str, values: list[_Token], order: tuple[str, ...], heads: dict[str, str], table: int, number: int
) -> RawRow:
    slots: dict[str, Slot] = {}
    if order and len(values) == len(order):
        slots = {
            key: Slot(_cell(value, number, i))
            for i, (key, value) in enumerate(zip(order, values, strict=True))
        }
    else:
        why = f"{len(values)} figures for {len(order)} columns in running text"
        slots = {key: Slot(None, "unreadable", why) for key in order}
    return RawRow([label], slots, table, number, heads, counted=True)


def _cell(value: _Token, row: int, column: int) -> Cell:
    paragraph = value.paragraph
    return Cell(
        value.text, row, column, path=paragraph.path, page=paragraph.page, confidence=_CONFIDENCE,
        doubts=paragraph.doubts,
    )  # fmt: skip


def _review(tokens: list[_Token], table: int) -> tuple[list[RawRow], set[LineOf]]:
    """The review table: fifteen outcome heads in printed order, then exactly fifteen figures."""
    form = forms()["review_litigation"]
    wanted = [column for _ in form.rows for column in form.columns]
    for at, token in enumerate(tokens):
        if token.value or wanted[0] not in {
            form.column(token.text),
            *map(form.column, _words(token.text)[:1]),
        }:
            continue
        heads: list[str] = []
        here = at
        while here < len(tokens) and not tokens[here].value:
            words = [tokens[here].text] if form.column(tokens[here].text) else _words(tokens[here].text)
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
        return [row], {t.place for t in tokens[max(at - 4, 0) : here] if not _is_prose(t)} | {
            t.place for t in tokens[start:here]
        }
    slots = review_flow([(t.text, _cell(t, 0, i) if t.value else None) for i, t in enumerate(tokens)])
    if not slots:
        return [], set()
    taken = {slot.cell.column for slot in slots.values() if slot.cell is not None}
    return [RawRow([], slots, table, 0, {}, counted=True)], {tokens[i].place for i in taken}


def _is_prose(token: _Token) -> bool:
    return not token.value and forms()["review_litigation"].column(token.text) is None
