"""The tables in other shapes than the form's: split, turned, or one figure a line.

Read only where it is unmistakable: every figure stands once, under (or beside) words that name both its row
and its column. What comes out are the rows that the form would have; each slot keeps its own cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from extraction.document import Block, Cell, Paragraph, Table
from extraction.forms import Form, forms
from extraction.normalise import label_core, squeeze
from extraction.review import KIND, full
from extraction.rows import RawRow, Slot
from extraction.values import is_figure, is_value_like

_CAPTION = 40
"""Characters of a paragraph that may name the procedure of the table below it."""
_LINE = 160
"""Characters of a line that may be a row of heads."""
_TURNED_ROWS = 8
"""Row labels in one row of heads that make a table a turned one."""


# -- review: bands of outcomes, over one table or several ---------------------------------------------------


@dataclass
class _Bands:
    """What the heads read so far say of the figures to come."""

    form: Form
    caption: str | None = None
    blocks: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    first: tuple[int, int] | None = None
    used: bool = False

    def heads(self, cells: list[Cell]) -> bool:
        """Take a row of heads; whether it is one."""
        words = [cell.text for cell in cells if squeeze(cell.text)]
        named = [(procedure(self.form, word), self.form.column(word)) for word in words]
        if not any(block or outcome for block, outcome in named):
            return bool(words) and all(label_core(word) in self.form.markers for word in words)
        if self.used:
            self.blocks, self.outcomes, self.used = [], [], False
        last: str | None = None
        for block, outcome in named:
            if block is not None:
                # Labels repeated instead of spans count once.
                if block not in self.blocks:
                    self.blocks.append(block)
            elif outcome is not None and outcome != last:
                self.outcomes.append(outcome)
            last = outcome
        return True

    def figures(self, labels: list[Cell], values: list[Cell]) -> bool:
        """Give a row of figures their names; False where that cannot be done."""
        wanted = len(self.outcomes) or len(self.blocks)
        while labels and len(values) > wanted and not squeeze(values[0].text) and squeeze(values[-1].text):
            values = values[1:]  # places that the label covers
        names = self._names([cell.text for cell in labels], len(values))
        if names is None or any(name in self.slots for name in names):
            return False
        if any(cell.rowspan > 1 or cell.colspan > 5 for cell in values):
            return False
        self.slots.update(zip(names, map(Slot, values), strict=True))
        self.used = True
        return True

    def run(self, words: list[Cell], values: list[Cell]) -> bool:
        """Take words and the figures behind them: the last word may be the label of the figures."""
        if self.used and any(self.form.column(word.text) for word in words[:-1]):
            self.blocks, self.outcomes, self.used = [], [], False
        for word in words[:-1]:
            self.heads([word])
        last = words[-1:] if words else []
        if last and self.figures(last, values):
            return True
        return bool(last) and self.heads(last) and self.figures([], values)

    def _names(self, labels: list[str], count: int) -> list[str] | None:
        if labels:
            block, outcome = procedure(self.form, labels[-1]), self.form.column(labels[-1])
            if (
                block is not None
                and count == len(self.outcomes) == len(set(self.outcomes))
                and not self.blocks
            ):
                return [f"{block}.{name}" for name in self.outcomes]
            if (
                outcome is not None
                and count == len(self.blocks) == len(set(self.blocks))
                and not self.outcomes
            ):
                return [f"{name}.{outcome}" for name in self.blocks]
            return None
        blocks = self.blocks or ([self.caption] if self.caption else [])
        size = len(self.form.columns)
        groups = [self.outcomes[at : at + size] for at in range(0, len(self.outcomes), size)]
        if len(groups) != len(blocks) or count != len(self.outcomes) or len(blocks) > 2:
            return None
        if any(set(group) != set(self.form.columns) for group in groups):
            return None
        return [f"{block}.{name}" for block, group in zip(blocks, groups, strict=True) for name in group]


def procedure(form: Form, text: str) -> str | None:
    """The procedure that a caption or head names: 行政诉讼（复议后起诉）; 行政诉讼 alone names none."""
    if (found := form.row(text)) is not None:
        return found
    bare = squeeze(text)
    if len(bare) > _CAPTION or form.column(text) is not None:
        return None
    told = {key for key, labels in form.rows.items() if any(label.contains(bare) for label in labels)}
    if not told and form.markers[1] not in bare:
        told = {
            key
            for key, labels in form.rows.items()
            if any(word in bare for label in labels for word in label.exact)
        }
    return told.pop() if len(told) == 1 else None


def review_bands(blocks: tuple[Block, ...]) -> RawRow | None:
    """The review table printed as two or three tables, in bands, or turned."""
    form = forms()[KIND]
    state = _Bands(form)
    number = -1
    heads: dict[str, str] = {}
    for block in blocks:
        if isinstance(block, Paragraph):
            found = procedure(form, block.text)
            if found is not None:
                state.caption = found
            elif squeeze(block.text) and len(squeeze(block.text)) <= _CAPTION:
                state.caption = None
            continue
        number += 1
        if not _of_review(block, form):
            state.caption = None
            continue
        state.blocks, state.outcomes, state.used = [], [], False
        margin = all(not cells or not squeeze(cells[0].text) for cells in block.rows)
        for row, printed in enumerate(block.rows):
            cells = printed[1:] if margin else printed
            labels, values = _parted(cells)
            if not any(squeeze(cell.text) for cell in cells) and (state.used or not state.outcomes):
                continue
            if labels and not values:
                if not state.heads(labels):
                    state.blocks, state.outcomes = [], []
                continue
            if not state.outcomes and not state.blocks:
                state.heads(labels)
                continue
            if not state.figures(labels, values):
                if labels and not any(squeeze(cell.text) for cell in values) and state.heads(labels):
                    continue
                return None
            state.first = state.first or (number, row)
        state.caption = None
    if set(state.slots) != full(form) or state.first is None:
        return None
    return RawRow([], state.slots, *state.first, heads)


def _of_review(table: Table, form: Form) -> bool:
    """Whether a table has outcomes of review in it and no rows of the other forms."""
    texts = [cell.text for cell in table.cells if squeeze(cell.text) and not is_value_like(cell.text)]
    own = sum(form.column(text) not in {None, "total", "other"} for text in texts)
    others = sum(forms()[kind].row(text) is not None for kind in ("proactive", "requests") for text in texts)
    return own >= 3 and others <= 2 * own / 3


def _parted(cells: tuple[Cell, ...]) -> tuple[list[Cell], list[Cell]]:
    """The labels of a row and the value cells behind the last of them; heads have no values."""
    last = max(
        (i for i, cell in enumerate(cells) if squeeze(cell.text) and not is_value_like(cell.text)), default=-1
    )
    labels = [cell for cell in cells[: last + 1] if squeeze(cell.text)]
    if any(is_figure(cell.text) for cell in labels):
        return labels, []
    return labels, list(cells[last + 1 :])


def review_flow(tokens: list[tuple[str, Cell | None]]) -> dict[str, Slot]:
    """As `review_bands`, from words and figures one after the other; words have no cell."""
    form = forms()[KIND]
    state = _Bands(form)
    words: list[Cell] = []
    at = 0
    while at < len(tokens):
        text, cell = tokens[at]
        if cell is None:
            whole = procedure(form, text) or form.column(text) or len(text) > _LINE
            words += [Cell(word, 0, 0) for word in ([text] if whole else text.split())]
            at += 1
            continue
        run: list[Cell] = []
        while at < len(tokens) and (found := tokens[at][1]) is not None:
            run.append(found)
            at += 1
        if not state.run(words[-2 * len(form.columns) * len(form.rows) :], run):
            state = _Bands(form)
        if set(state.slots) == full(form):
            return state.slots
        words = []
    return {}


# -- requests: applicants as rows ---------------------------------------------------------------------------


def requests_turned(blocks: tuple[Block, ...]) -> list[RawRow]:
    """The rows of a requests table whose applicants stand as rows and whose results as columns."""
    form = forms()["requests"]
    for number, table in enumerate(block for block in blocks if isinstance(block, Table)):
        if table.height > 60 or table.width > 60:
            continue
        rows = _turned(table, number, form)
        if rows:
            return rows
    return []


def _turned(table: Table, number: int, form: Form) -> list[RawRow]:
    keys: dict[int, tuple[str, str]] = {}
    out: dict[str, RawRow] = {}
    width = 0
    for cells in table.rows:
        named = [(cell, key) for cell in cells if (key := _result(form, cell.text))]
        if len(named) >= _TURNED_ROWS:
            if keys or len({key for _, key in named}) != len(named):
                return []
            keys = {cell.column: (key, cell.text) for cell, key in named}
            width = len(cells)
            continue
        who = [key for cell in cells if (key := form.column(cell.text))]
        if not keys or len(who) != 1:
            continue
        values = [cell for cell in cells if is_value_like(cell.text)]
        if not table.exact and len(cells) != width:
            return []
        for cell in values:
            if cell.column not in keys or cell.colspan > 1 or cell.rowspan > 1:
                if squeeze(cell.text):
                    return []
                continue
            key, label = keys[cell.column]
            row = out.setdefault(key, RawRow([label], {}, number, cell.row, {}))
            if who[0] in row.slots:
                return []
            row.slots[who[0]] = Slot(cell)
    return [out[key] for key, _ in keys.values() if key in out]


def _result(form: Form, text: str) -> str | None:
    """The result that a head names; the last of 其他处理 may be called so in one head."""
    return form.row(text)


# -- proactive: one figure a line ---------------------------------------------------------------------------


def proactive_lines(blocks: tuple[Block, ...]) -> list[RawRow]:
    """The rows of a proactive table that prints 信息内容 | 指标 | 数量, one figure a line."""
    form = forms()["proactive"]
    out: dict[str, RawRow] = {}
    for number, table in enumerate(block for block in blocks if isinstance(block, Table)):
        for row, content, head, value in _lines(table, form):
            name = out.setdefault(content.key, RawRow([content.text], {}, number, row, {}))
            column = form.column(head.text)
            if column is None or column in name.slots or name.table != number:
                return []
            name.slots[column] = Slot(value)
            name.heads[column] = head.text
    figures = sum(len(row.slots) for row in out.values())
    return list(out.values()) if len(out) >= 3 and figures > len(out) else []


@dataclass(frozen=True)
class _Content:
    key: str
    text: str


def _lines(table: Table, form: Form) -> Iterator[tuple[int, _Content, Cell, Cell]]:
    content: _Content | None = None
    for row, cells in enumerate(table.rows):
        filled = [cell for cell in cells if squeeze(cell.text)]
        labels = [cell for cell in filled if not is_value_like(cell.text)]
        for cell in labels:
            if (key := form.row(cell.text)) is not None:
                content = _Content(key, cell.text)
        if content is None or not labels or form.column(labels[-1].text) is None:
            continue
        values = [cell for cell in cells if cell.column > labels[-1].column]
        held = [cell for cell in values if squeeze(cell.text)] or values[:1]
        if len(labels) - sum(form.row(cell.text) is not None for cell in labels) == 1 and len(held) == 1:
            yield row, content, labels[-1], held[0]
