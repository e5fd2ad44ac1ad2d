"""A printed table as cells with spans, and the statutory tables as such grids, with the deviations of real reports."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.corpus import forms
from tests.corpus.figures import Printed, Table
from tests.corpus.labels import Wording


@dataclass(frozen=True)
class GCell:
    """One printed cell; `key` is the cell key of a figure, None for labels."""

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    key: str | None = None


@dataclass
class Grid:
    """A printed table."""

    cells: list[GCell]
    name: str = ""

    @property
    def height(self) -> int:
        return max((cell.row + cell.rowspan for cell in self.cells), default=0)

    @property
    def width(self) -> int:
        return max((cell.column + cell.colspan for cell in self.cells), default=0)

    def matrix(self) -> list[list[GCell]]:
        """Every grid position with the cell that covers it."""
        out: list[list[GCell | None]] = [[None] * self.width for _ in range(self.height)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                for column in range(cell.column, cell.column + cell.colspan):
                    assert out[row][column] is None, (self.name, cell, out[row][column])
                    out[row][column] = cell
        for number, line in enumerate(out):
            for column, found in enumerate(line):
                if found is None:
                    line[column] = GCell("", number, column)
        return out  # type: ignore[return-value]

    def rows(self) -> list[list[GCell]]:
        """The cells that start in each row, left to right."""
        out: list[list[GCell]] = [[] for _ in range(self.height)]
        for cell in sorted(self.cells, key=lambda cell: (cell.row, cell.column)):
            out[cell.row].append(cell)
        return out


Entry = tuple[str, int, int, str | None]  # text, rowspan, colspan, key


def build(rows: list[list[Entry]], name: str) -> Grid:
    """Place entries as HTML does: each in the first free position of its row."""
    taken: set[tuple[int, int]] = set()
    cells: list[GCell] = []
    for number, row in enumerate(rows):
        column = 0
        for text, rowspan, colspan, key in row:
            while (number, column) in taken:
                column += 1
            for r in range(number, number + rowspan):
                for c in range(column, column + colspan):
                    taken.add((r, c))
            cells.append(GCell(text, number, column, rowspan, colspan, key))
            column += colspan
    return Grid(cells, name)


def cut(grid: Grid, at: int) -> tuple[Grid, Grid]:
    """Two grids: rows before `at` and the rest; a span over the cut goes on, empty, in the second."""
    upper, lower = [], []
    for cell in grid.cells:
        end = cell.row + cell.rowspan
        if end <= at:
            upper.append(cell)
        elif cell.row >= at:
            lower.append(replace(cell, row=cell.row - at))
        else:
            upper.append(replace(cell, rowspan=at - cell.row))
            lower.append(GCell("", 0, cell.column, end - at, cell.colspan, None))
    return Grid(upper, grid.name), Grid(lower, grid.name)


def stack(*grids: Grid) -> Grid:
    """Grids one below the other."""
    cells: list[GCell] = []
    offset = 0
    for grid in grids:
        cells += [replace(cell, row=cell.row + offset) for cell in grid.cells]
        offset += grid.height
    return Grid(cells, grids[0].name)


# -- the disclosure table ---------------------------------------------------------------------------------------------

GLOSSES = {
    "规章": "规章(设区的市、自治州人民政府应提供相关数据)",
    "规范性文件": "规范性文件(行政机关制定发布的决定、公告、通告、意见、通知，以及标题采用“规定”“办法”“细则”等字样的公文)",
    "行政规范性文件": "规范性文件",
    "其他对外管理服务事项": "其他对外管理服务事项(指行政许可以外的政务服务事项，含行政确认、行政奖励、行政处罚、行政强制、行政检查和其他类)",
}


def clause_rows(
    clause: forms.Clause,
    table: Table,
    word: Wording,
    width: int,
    deviations: set[str],
    money_head: str | None,
) -> list[list[Entry]]:
    """Rows of one sub-table, its last column widened to the table's width."""

    def widen(entries: list[Entry]) -> list[Entry]:
        used = sum(entry[2] for entry in entries)
        text, rowspan, colspan, key = entries[-1]
        entries[-1] = (text, rowspan, colspan + width - used, key)
        return entries

    def head(text: str) -> str:
        if text == "采购总金额" and money_head:
            text += money_head
        return word(text)

    def figure(row: str, column: str) -> Entry:
        key = f"proactive.{row}.{column}"
        return (table[key].raw, 1, 1, key)

    rows: list[list[Entry]] = []
    if "captions_outside" not in deviations:
        rows.append([(word(clause.caption), 1, width, None)])
    rows.append(
        widen([("信息内容", 1, 1, None), *((head(label), 1, 1, None) for _, label in clause.columns)])
    )
    for row, label in clause.rows:
        if "glosses" in deviations:
            label = GLOSSES.get(label, label)
        if row == "other_services" and "service_subrows" in deviations:
            for number, sub in enumerate(["行政检查", "行政确认"]):
                mark = f"其他对外管理服务事项——{sub}" if number else "其他对外管理服务事项（行政检查）"
                rows.append(
                    widen([(mark, 1, 1, None), *((str(3 + 7 * number + n), 1, 1, None) for n in range(3))])
                )
            continue
        rows.append(
            widen([(word(label), 1, 1, None), *(figure(row, column) for column, _ in clause.columns)])
        )
    if clause.number == "一" and "proactive.other_proactive_documents.made_this_year" in table:
        rows.append(
            widen(
                [
                    ("其他主动公开文件", 1, 1, None),
                    *(figure("other_proactive_documents", column) for column, _ in clause.columns),
                ]
            )
        )
    return rows


def proactive(
    edition: str, table: Table, word: Wording, deviations: set[str], money_head: str | None = None
) -> list[tuple[str | None, Grid]]:
    """The disclosure table as one grid or one per clause; with each, the caption that stands before it, if any."""
    width = 4
    if "separate" in deviations or "captions_outside" in deviations:
        out: list[tuple[str | None, Grid]] = []
        for clause in forms.PROACTIVE[edition]:
            alone = clause_rows(clause, table, word, 1 + len(clause.columns), deviations, money_head)
            caption = word(clause.caption) if "captions_outside" in deviations else None
            out.append((caption, build(alone, "proactive")))
        return out
    rows: list[list[Entry]] = []
    for clause in forms.PROACTIVE[edition]:
        own = clause_rows(clause, table, word, width, deviations, money_head)
        if "captions_left" in deviations:
            # The caption stands at the left, down the whole sub-table.
            own = [[(own[0][0][0], len(own) - 1, 1, None), *own[1]], *own[2:]]
        rows += own
    return [(None, build(rows, "proactive"))]


# -- the requests table -----------------------------------------------------------------------------------------------


UNKNOWN_ROW = "6.申请公开的内容属于工商登记资料查询"


def request_head(word: Wording, deviations: set[str]) -> list[list[Entry]]:
    note = "" if "head_empty" in deviations else word(forms.REQUEST_NOTE)
    types = [(word(label), 1, 1, None) for _, label in forms.APPLICANTS[1:6]]
    if "total_outside" in deviations:
        return [
            [(note, 3, 3, None), (word("申请人情况"), 1, 6, None), (word("总计"), 3, 1, None)],
            [(word("自然人"), 2, 1, None), (word("法人或其他组织"), 1, 5, None)],
            list(types),
        ]
    return [
        [(note, 3, 3, None), (word("申请人情况"), 1, 7, None)],
        [
            (word("自然人"), 2, 1, None),
            (word("法人或其他组织"), 1, 5, None),
            (word("总计"), 2, 1, None),
        ],
        list(types),
    ]


def _figures(table: Table, row: str, deviations: set[str]) -> list[Entry]:
    """The seven cells of a row; where the agency merges empty rows, one cell over all seven."""
    keys = [f"requests.{row}.{column}" for column, _ in forms.APPLICANTS]
    frame = row in {"new", "carried_in", "total", "carried_over"}
    if "merged_zero" in deviations and not frame and {table[key].raw for key in keys} == {"0"}:
        for key in keys[1:]:
            table[key] = Printed("0", 0, "merged")
        return [("0", 1, 7, keys[0])]
    return [(table[key].raw, 1, 1, key) for key in keys]


def _group_total(table: Table, leaves: forms.Labels) -> list[Entry]:
    out: list[Entry] = []
    for column, _ in forms.APPLICANTS:
        values = [table[f"requests.{leaf}.{column}"].value for leaf, _ in leaves]
        out.append((str(sum(int(value or 0) for value in values)), 1, 1, None))
    return out


def _group(
    table: Table, word: Wording, label: str, leaves: forms.Labels, deviations: set[str]
) -> list[list[Entry]]:
    """The rows of (三), (四), (五) or (六): the group's label down the left, a row for each leaf."""
    if "rows_swapped" in deviations and len(leaves) == 8:
        leaves = (*leaves[:5], leaves[6], leaves[5], leaves[7])
    if "label_typo" in deviations:
        leaves = tuple((leaf, text.replace("行政执法案卷", "四类过程性信息")) for leaf, text in leaves)
    rows: list[list[Entry]] = []
    if "group_totals" in deviations:
        rows.append([("小计", 1, 1, None), *_group_total(table, leaves)])
    rows += [[(word(text), 1, 1, None), *_figures(table, leaf, deviations)] for leaf, text in leaves]
    if "unknown_row" in deviations and len(leaves) == 5:
        rows.append([(UNKNOWN_ROW, 1, 1, None), *((str(n), 1, 1, None) for n in (2, 0, 0, 0, 0, 0, 2))])
    rows[0].insert(0, (word(label), len(rows), 1, None))
    return rows


def requests(edition: str, table: Table, word: Wording, deviations: set[str]) -> Grid:
    """The requests table on ten columns."""

    def row(label: str, span: int, key: str) -> list[Entry]:
        return [(word(label), 1, span, None), *_figures(table, key, deviations)]

    rows = request_head(word, deviations)
    rows += [row(forms.NEW[1], 3, "new"), row(forms.CARRIED_IN[1], 3, "carried_in")]
    body: list[list[Entry]] = []
    for key, label, leaves in forms.GROUPS[edition]:
        body += [row(label, 2, key)] if key else _group(table, word, label, leaves, deviations)
    body.append(row(forms.TOTAL[1], 2, "total"))
    body[0].insert(0, (word(forms.RESULTS), len(body), 1, None))
    rows += body
    rows.append(row(forms.CARRIED_OVER[1], 3, "carried_over"))
    return build(rows, "requests")


# -- the review and litigation table ----------------------------------------------------------------------------------


def review_split(table: Table, word: Wording) -> list[Grid]:
    """Two tables, as pages for telephones have them: review, then litigation."""
    results = [label for _, label in forms.REVIEW_RESULTS]
    keys = forms.review_keys()
    one: list[list[Entry]] = [
        [("行政复议", 1, 5, None)],
        [(word(label), 1, 1, None) for label in results],
        [(table[key].raw, 1, 1, key) for key in keys[:5]],
    ]
    two: list[list[Entry]] = [
        [("行政诉讼", 1, 10, None)],
        [(word("未经复议直接起诉"), 1, 5, None), (word("复议后起诉"), 1, 5, None)],
        [(word(label), 1, 1, None) for label in [*results, *results]],
        [(table[key].raw, 1, 1, key) for key in keys[5:]],
    ]
    return [build(one, "review_litigation"), build(two, "review_litigation")]


def review(table: Table, word: Wording) -> Grid:
    """Fifteen figures under three merged head rows."""
    results = [label for _, label in forms.REVIEW_RESULTS]
    rows: list[list[Entry]] = [
        [("行政复议", 1, 5, None), ("行政诉讼", 1, 10, None)],
        [
            *((word(label), 2, 1, None) for label in results),
            (word("未经复议直接起诉"), 1, 5, None),
            (word("复议后起诉"), 1, 5, None),
        ],
        [(word(label), 1, 1, None) for label in [*results, *results]],
        [(table[key].raw, 1, 1, key) for key in forms.review_keys()],
    ]
    return build(rows, "review_litigation")


# -- the statistics table of 2014 -------------------------------------------------------------------------------------


def statistics_2014(table: Table, rng: random.Random) -> Grid:
    indent = rng.choice(["　", "", "  "])
    rows: list[list[Entry]] = [[("统计指标", 1, 1, None), ("单位", 1, 1, None), ("统计数", 1, 1, None)]]
    for key, label, unit, depth in forms.STATISTICS_2014:
        cell = table.get(f"statistics.{key}", Printed("——" if rng.random() < 0.5 else "", None, "absent"))
        rows.append(
            [
                (indent * depth + label, 1, 1, None),
                (unit, 1, 1, None),
                (cell.raw, 1, 1, f"statistics.{key}" if key else None),
            ]
        )
    return build(rows, "statistics")


# -- deviations of a finished grid ------------------------------------------------------------------------------------


def page_cut(
    grid: Grid, rng: random.Random, repeat_head: bool, split_label: bool, figures_below: bool = False
) -> list[Grid]:
    """The requests table cut by page ends, one row perhaps split inside a word, the head perhaps repeated."""
    at = rng.randint(10, grid.height - 5)
    upper, lower = cut(grid, at)
    if split_label:
        for position, cell in enumerate(upper.cells):
            if cell.row == at - 1 and cell.key is None and cell.rowspan == 1 and len(cell.text) > 8:
                keep = len(cell.text) - rng.randint(1, 4)
                upper.cells[position] = replace(cell, text=cell.text[:keep])
                width = grid.width
                first = [GCell(cell.text[keep:], 0, cell.column, 1, cell.colspan)]
                if figures_below:
                    moved = [other for other in upper.cells if other.row == at - 1 and other.key]
                    upper.cells = [replace(o, text="", key=None) if o in moved else o for o in upper.cells]
                    first += [replace(other, row=0) for other in moved]
                covered = {c for own in first for c in range(own.column, own.column + own.colspan)}
                first += [GCell("", 0, column) for column in range(width) if column not in covered]
                lower = stack(Grid(first, grid.name), lower)
                break
    if repeat_head:
        head, _ = cut(grid, 3)
        lower = stack(head, lower)
    return [upper, lower]
