"""The printed form of the reports' three tables, with its true spans.

Labels and figures come from the dump, the spans from the form: the editions differ only in how many rows
stand under (六)其他处理, and the converters have lost the spans.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gongkai.demo.build.dumps import Row

BOOKMARK = re.compile(r"^\[bookmark: (\w+)\]")

# Leaf rows under (一) … (七) of 三、本年度办理结果.
RESULT_GROUPS = {"2019": (1, 1, 8, 3, 5, 1, 1), "2021": (1, 1, 8, 3, 5, 3, 1)}
REQUEST_COLUMNS = 7
REVIEW_COLUMNS = 15
PROACTIVE_COLUMNS = 4
_FIGURE = re.compile(r"^\d+$")


class FormError(ValueError):
    """A dump does not hold the form it should."""


@dataclass(frozen=True)
class Cell:
    """One printed cell."""

    text: str
    rows: int = 1
    columns: int = 1
    label: bool = True
    bookmark: str | None = None


Table = list[list[Cell]]


def proactive(rows: list[Row]) -> Table:
    """The tables of article 20, one grid of four columns."""
    table: Table = []
    for row in rows:
        texts = _strip_end(row)
        label = _FIGURE.match(_plain(texts[-1])) is None and not texts[-1].endswith(("个", "元"))
        cells = [_cell(text, label=label or index == 0) for index, text in enumerate(texts)]
        cells[-1] = replace(cells[-1], columns=PROACTIVE_COLUMNS - len(cells) + 1)
        table.append(cells)
    return table


def requests(rows: list[Row], edition: str, *, exact: bool) -> Table:
    """The table of requests: three columns of labels, seven of figures."""
    head, body = _split_head(rows)
    leaves = list(_leaves(body, exact=exact))
    groups = RESULT_GROUPS[edition]
    if len(leaves) != sum(groups) + 3:
        raise FormError(f"{len(leaves)} rows of figures, the form of {edition} has {sum(groups) + 3}")
    table = head
    results = iter(leaves[2:-1])
    table += [[_cell(leaf.labels[-1], columns=3), *leaf.figures] for leaf in leaves[:2]]
    for number, size in enumerate(groups):
        for position in range(size):
            leaf = next(results)
            outer = list(leaf.labels[:-1])
            cells = [_cell(outer.pop(0), rows=sum(groups))] if number == 0 else []
            if size > 1 and position == 0:
                cells.append(_cell(outer.pop(0), rows=size))
            if outer:
                raise FormError(f"labels that the form has no place for: {outer}")
            cells.append(_cell(leaf.labels[-1], columns=2 if size == 1 else 1))
            table.append(cells + leaf.figures)
    table.append([_cell(leaves[-1].labels[-1], columns=3), *leaves[-1].figures])
    return table


def review(rows: list[Row]) -> Table:
    """The table of reviews and lawsuits: three rows of heads, one of fifteen figures."""
    first, second, third, figures = ([text for text in row if text.strip()] for row in rows)
    if (len(first), len(second), len(third), len(figures)) != (2, 7, 10, REVIEW_COLUMNS):
        raise FormError("the table of reviews and lawsuits has other heads than the form")
    return [
        [_cell(first[0], columns=5), _cell(first[1], columns=10)],
        [*(_cell(text, rows=2) for text in second[:5]), *(_cell(text, columns=5) for text in second[5:])],
        [_cell(text) for text in third],
        [_cell(text, label=False) for text in _strip_end(rows[-1])],
    ]


@dataclass
class _Leaf:
    labels: list[str]
    figures: list[Cell]


def _leaves(rows: list[Row], *, exact: bool) -> Iterator[_Leaf]:
    """Rows with figures; a row without is the rest of a word that a page end cut."""
    last: _Leaf | None = None
    for row in rows:
        # A dump that keeps every cell has figures by position, so that blank cells stay blank.
        figures = row[-REQUEST_COLUMNS:] if exact else [text for text in row if _FIGURE.match(text)]
        labels = [
            text for text in (row[:-REQUEST_COLUMNS] if exact else row) if text and not _FIGURE.match(text)
        ]
        if len(figures) == REQUEST_COLUMNS:
            if last is not None:
                yield last
            last = _Leaf(labels, [_cell(text, label=False) for text in figures])
        elif last is not None and not figures and len(labels) == 1:
            last.labels[-1] += labels[0]
        else:
            raise FormError(f"a row that is neither figures nor the rest of a word: {row}")
    if last is not None:
        yield last


def _split_head(rows: list[Row]) -> tuple[Table, list[Row]]:
    first, second, third = ([text for text in row if text] for row in rows[:3])
    if len(third) != 5:
        raise FormError("the head of the table of requests has other columns than the form")
    # Printed both ways: 总计 under 申请人情况 as in the national form, or beside it through all three rows.
    beside = len(first) == 3
    head = [
        [_cell(first[0], rows=3, columns=3), _cell(first[1], columns=6 if beside else 7)],
        [_cell(second[0], rows=2), _cell(second[1], columns=5)],
        [_cell(text) for text in third],
    ]
    if beside:
        head[0].append(_cell(first[2], rows=3))
    else:
        head[1].append(_cell(second[2], rows=2))
    return head, rows[3:]


def _cell(text: str, *, rows: int = 1, columns: int = 1, label: bool = True) -> Cell:
    mark = BOOKMARK.match(text)
    return Cell(BOOKMARK.sub("", text), rows, columns, label, mark[1] if mark else None)


def _strip_end(row: Row) -> Row:
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _plain(text: str) -> str:
    return BOOKMARK.sub("", text).strip()
