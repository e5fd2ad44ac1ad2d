"""Tables without ruling lines: lines of text that stand in columns.

The rows of figures show where the columns are: their figures stand one below the other. Everything else is
put into these columns: broken labels to the row of figures they stand nearest to, broken heads into one row.
Nothing proves it, so these tables are not exact.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extraction.document import Box, Cell, Table
from extraction.readers import page_seen
from extraction.readers.page import Page, Rule
from extraction.readers.page_order import Order, order_of
from extraction.readers.page_overprint import doubts, sizes_of
from extraction.readers.page_text import FIGURE_SIGNS, Line, columns, lines

_HEADING = re.compile(r"[一二三四五六七八]\s*、.*(?:情况|事项|问题|改进)")

_MARKS = frozenset({"/", "／", "\\", "—", "——", "–", "无"})
"""What stands in the place of a figure."""

MIN_COLUMNS = 3
MIN_ROWS = 3
HEAD_GAP = 0.3
"""A gap wider than this share of the line height parts two heads."""
MAX_PLAIN_LINES = 3
"""Lines of one piece (a broken label) that may stand between two lines of columns."""


@dataclass
class Piece:
    """Some text of a row.

    Attributes:
        column: zero-based.
        parts: its lines, from top to bottom.
    """

    column: int
    parts: list[Line]


@dataclass
class Loose:
    """A table by position only.

    Attributes:
        rows: the texts of each row, from left to right.
        box: around all of it.
    """

    rows: list[list[Piece]]
    box: Box

    def table(self, page: Page) -> Table:
        """As a table of the document."""
        cells = []
        printed = [piece.parts for row in self.rows for piece in row]
        sizes, written = sizes_of(printed), page.confidence == 1.0
        order = order_of(printed, page) if written else Order({})
        number = 0
        for index, row in enumerate(self.rows):
            # Where a label mixes with another print or another label, so may its whole row.
            mixed = any(at in order.mixed for at in range(number, number + len(row)))
            cells += [
                Cell(
                    "\n".join(part.text for part in piece.parts),
                    row=index,
                    column=piece.column,
                    page=page.shown,
                    bbox=page.displayed(_around(piece.parts)),
                    confidence=page.confidence,
                    doubts=(
                        *doubts(piece.parts, sizes, apart=mixed or at in order.apart),
                        *page_seen.doubts(piece.parts, _around(piece.parts), page),
                    )
                    if written
                    else (),
                )
                for at, piece in enumerate(row, start=number)
            ]
            number += len(row)
        return Table(tuple(cells), exact=False)


def find_loose(found: Sequence[Line], taken: Sequence[Box], rules: Sequence[Rule] = ()) -> list[Line | Loose]:
    """Lines, stretches of columns made into tables.

    Args:
        found: the lines.
        taken: ruled tables, which no stretch bridges.
        rules: horizontal lines, which part heads that stand over each other.
    """
    result: list[Line | Loose] = []
    stretch: list[tuple[Line, list[Line]]] = []
    plain = 0

    def close() -> None:
        nonlocal plain
        body, tail = stretch[: len(stretch) - plain], stretch[len(stretch) - plain :]
        if sum(1 for _, row in body if len(row) >= MIN_COLUMNS) >= MIN_ROWS:
            result.append(
                Loose(_rows([line for line, _ in body], rules), _around([line for line, _ in body]))
            )
        else:
            result.extend(line for line, _ in body)
        result.extend(line for line, _ in tail)
        stretch.clear()
        plain = 0

    for line in found:
        row = columns(line)
        if stretch and (
            _parted(stretch[-1][0], line, taken) or (len(row) == 1 and _HEADING.match(line.text))
        ):
            close()
        if len(row) >= 2:
            stretch.append((line, row))
            plain = 0
        elif stretch and plain < MAX_PLAIN_LINES and line.box[2] - line.box[0] < 0.5 * _width(stretch):
            stretch.append((line, row))
            plain += 1
        else:
            close()
            result.append(line)
    close()
    return result


@dataclass
class _Row:
    """A row in the making: groups of lines left of the figures, and the lines in each column of figures."""

    middle: float
    labels: list[list[Line]]
    values: dict[int, list[Line]]

    def pieces(self, shift: int) -> list[Piece]:
        """Its texts; the last label stands beside the figures."""
        ordered = sorted(self.labels, key=lambda parts: parts[0].box[0])
        found = [Piece(shift - len(ordered) + index, parts) for index, parts in enumerate(ordered)]
        found += [Piece(shift + column, parts) for column, parts in sorted(self.values.items())]
        return [
            Piece(max(piece.column, 0), sorted(piece.parts, key=lambda part: part.box[1])) for piece in found
        ]

    def take(self, label: Line) -> None:
        """Add a line to the label it stands over or under, or as a label of its own."""
        left, _, right, _ = label.box
        for parts in self.labels:
            overlap = min(right, max(part.box[2] for part in parts)) - max(
                left, min(part.box[0] for part in parts)
            )
            if overlap > 0.3 * min(right - left, max(part.box[2] - part.box[0] for part in parts)):
                parts.append(label)
                return
        self.labels.append([label])


def _rows(body: list[Line], rules: Sequence[Rule]) -> list[list[Piece]]:
    """Lines of a stretch -> rows in common columns."""
    edges = _value_edges(body)
    if edges is None:
        return [[Piece(index, [piece]) for index, piece in enumerate(columns(line))] for line in body]
    heads = _Row(0.0, [], {})
    rows: list[_Row] = []
    loose: list[Line] = []  # labels of lines that have no figures
    for line in body:
        labels, values = _split(line, edges, head=not rows)
        if not values:
            loose += labels
        elif rows or any(_is_value(value) for _, value in values):
            row = _Row((line.box[1] + line.box[3]) / 2, [[label] for label in labels], {})
            for column, value in values:
                row.values.setdefault(column, []).append(value)
            rows.append(row)
        else:
            for label in labels:
                heads.take(label)
            for column, value in values:
                heads.values.setdefault(column, []).append(value)
    for block in _blocks(loose, rows):
        _place(block, rows)
    if heads.values:
        rows.insert(0, heads)
    captions = _captions(heads, rules)
    if captions.values:
        rows.insert(0, captions)
    shift = max(len(row.labels) for row in rows)
    return [row.pieces(shift) for row in rows]


def _captions(heads: _Row, rules: Sequence[Rule]) -> _Row:
    """Take from heads what stands above a rule over them: it is the caption of several columns."""
    captions = _Row(0.0, [], {})
    for column, parts in heads.values.items():
        parts.sort(key=lambda part: part.box[1])
        cuts = [
            index for index in range(1, len(parts)) if _ruled_apart(parts[index - 1], parts[index], rules)
        ]
        if cuts:
            captions.values[column] = parts[: cuts[-1]]
            heads.values[column] = parts[cuts[-1] :]
    return captions


def _ruled_apart(above: Line, below: Line, rules: Sequence[Rule]) -> bool:
    x = (below.box[0] + below.box[2]) / 2
    top, bottom = ((line.box[1] + line.box[3]) / 2 for line in (above, below))
    return any(top < rule.at < bottom and rule.start <= x <= rule.end for rule in rules)


def _blocks(loose: list[Line], rows: list[_Row]) -> list[list[Line]]:
    """Label lines that belong together because they stand closer than labels of neighbouring rows do."""
    owned = [label for row in rows for parts in row.labels for label in parts]
    # The label next to the figures has the same lines as they do; group labels left of it run freely.
    inner = [max(row.labels, key=lambda parts: parts[0].box[0])[0] for row in rows if row.labels]
    apart = [low.box[1] - high.box[3] for high, low in pairwise(inner) if low.box[1] > high.box[3]]
    close = 0.75 * min(apart, default=0.0)
    blocks: list[list[Line]] = []
    for line in sorted([*loose, *owned], key=lambda line: line.box[1]):
        for block in blocks:
            above = block[-1]
            beside = min(line.box[2], above.box[2]) > max(line.box[0], above.box[0])
            if beside and line.box[1] - above.box[3] < close:
                block.append(line)
                break
        else:
            blocks.append([line])
    return blocks


def _place(block: list[Line], rows: list[_Row]) -> None:
    """Give the lines of a label to their row: the one that has part of it, or that it is printed around."""
    ours = [row for row in rows if any(part in block for parts in row.labels for part in parts)]
    free = [line for line in block if not any(line in parts for row in ours for parts in row.labels)]
    around = [row for row in rows if block[0].box[1] <= row.middle <= block[-1].box[3]]
    for line in free:
        middle = (line.box[1] + line.box[3]) / 2
        if not ours and around:
            middle = (block[0].box[1] + block[-1].box[3]) / 2
        choice = ours if len(ours) == 1 else around if not ours and around else rows
        min(choice, key=lambda row: (abs(row.middle - middle), row.middle)).take(line)


def _value_edges(body: list[Line]) -> list[float] | None:
    """The left edges of the columns of figures, from the rows with the usual number of figures."""
    trailing: list[list[Line]] = []
    for line in body:
        figures: list[Line] = []
        for piece in reversed(columns(line)):
            if not _is_value(piece):
                break
            figures.insert(0, piece)
        if len(figures) >= MIN_COLUMNS - 1:
            trailing.append(figures)
    if not trailing:
        return None
    counts = Counter(map(len, trailing))
    usual = max(counts, key=lambda count: (counts[count], count))
    chosen = [figures for figures in trailing if len(figures) == usual]
    centres = [
        sum((figures[index].box[0] + figures[index].box[2]) / 2 for figures in chosen) / len(chosen)
        for index in range(usual)
    ]
    if any(right <= left for left, right in pairwise(centres)):
        return None
    edges = [(left + right) / 2 for left, right in pairwise(centres)]
    return [centres[0] - (edges[0] - centres[0]), *edges]


def _split(line: Line, edges: list[float], *, head: bool) -> tuple[list[Line], list[tuple[int, Line]]]:
    """The pieces of a line left of the figures, and those in the columns of figures.

    Heads stand close together, and the caption beside them may touch the first one.
    """
    labels: list[Line] = []
    values: list[tuple[int, Line]] = []
    pieces = columns(line, HEAD_GAP) if head else columns(line)
    for piece in pieces:
        if head and len(pieces) > 1 and piece.box[0] < edges[0] < piece.box[2] - piece.height:
            inner = [glyph for glyph in piece.glyphs if (glyph.left + glyph.right) / 2 < edges[0]]
            labels += lines(inner)
            values += [(0, part) for part in lines(piece.glyphs[len(inner) :])]
            continue
        centre = (piece.box[0] + piece.box[2]) / 2
        if centre < edges[0]:
            labels.append(piece)
        else:
            values.append((bisect_right(edges, centre) - 1, piece))
    return labels, values


def _is_value(piece: Line) -> bool:
    if piece.text in _MARKS:
        return True
    return piece.text[:1] in FIGURE_SIGNS and piece.text[1:2] not in (".", "．", "、")


def _around(parts: Sequence[Line]) -> Box:
    return (
        min(part.box[0] for part in parts),
        min(part.box[1] for part in parts),
        max(part.box[2] for part in parts),
        max(part.box[3] for part in parts),
    )


def _width(rows: list[tuple[Line, list[Line]]]) -> float:
    return max(line.box[2] for line, _ in rows) - min(line.box[0] for line, _ in rows)


def _parted(before: Line, line: Line, taken: Sequence[Box]) -> bool:
    far = line.box[1] - before.box[3] > 3 * max(line.height, before.height)
    return far or any(before.box[3] <= box[1] and box[3] <= line.box[1] for box in taken)
