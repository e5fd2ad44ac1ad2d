"""Large characters printed over a PDF's tables: every cell is read as without them, or named in doubt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extraction import extract
from extraction.document import Table
from extraction.readers import pdf
from extraction.readers.page import Glyph
from extraction.readers.page_overprint import sort_out
from extraction.record import Record
from tests.extraction.render_forms import Grid, report_grids
from tests.extraction.render_pdf import LEFT, Sheet, Style, render
from tests.extraction.render_pdf import pdf as write

TEXT = [
    "某某街道办事处2023年政府信息公开工作年度报告",
    "一、总体情况",
    "正文" * 90,
]
HEADS = (
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
)


Figure = Callable[[str, str, str], str]


def figure(table: str, row: str, column: str) -> str:
    """Blank in a third of the cells, else one or two digits."""
    spot = sum(map(ord, f"{table}{row}{column}"))
    return "" if spot % 3 == 0 else str(spot % 47)


def sheets(edition: str, *, borders: str = "thin", printed: Figure = figure) -> list[Sheet]:
    blocks: list[str | Grid] = [*TEXT]
    for head, grid in zip(HEADS, report_grids(edition, printed), strict=True):
        blocks += [head, grid]
    return render(blocks, Style(borders=borders))


def printed(pages: list[Sheet]) -> Record:
    record = extract(write(pages))
    assert record.kind == "report"
    return record


def wrong(record: Record, plain: Record) -> tuple[set[str], set[str]]:
    """Cells that differ from those of the report alone: those that a warning names, and those that none does.

    Failing identities do not count: the figures of these reports hold none.
    """
    said = [i for i in record.issues if i.severity != "note" and not i.code.startswith("check_failed")]
    named = {name for issue in said for name in issue.cells}
    named |= {
        name
        for name in plain.cells
        for issue in said
        if issue.code == "table_missing" and name.split(".")[0] in issue.message
    }
    differ = {
        name
        for name, cell in plain.cells.items()
        if name not in record.cells or record.cells[name].value != cell.value
    }
    return differ & named, differ - named


Mark = Callable[[Sheet], None]


def tiled(text: str, size: float, dx: float, dy: float, *, early: bool) -> Mark:
    """A text over the whole page, written before or after all else."""

    def mark(sheet: Sheet) -> None:
        over = Sheet()
        y = 80.0
        while y < 740:
            x = LEFT + y % 37
            while x < 500:
                over.text(x, y, text, size)
                x += dx
            y += dy
        operators = ["0.8 g", *over.operators, "0 g"]
        sheet.operators[:] = [*operators, *sheet.operators] if early else [*sheet.operators, *operators]

    return mark


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("borders", ["thin", "none"])
@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize(
    ("text", "size", "dx", "dy"),
    [
        ("2023", 60.0, 1000.0, 1000.0),
        ("8", 40.0, 90.0, 110.0),
        ("2023", 24.0, 170.0, 70.0),
        ("机密8", 18.0, 120.0, 61.0),
        ("8", 14.0, 67.0, 53.0),
    ],
)
def test_a_mark_over_the_tables_is_in_no_figure_unsaid(
    edition: str, borders: str, early: bool, text: str, size: float, dx: float, dy: float
) -> None:
    plain = printed(sheets(edition, borders=borders))
    marked = sheets(edition, borders=borders)
    for sheet in marked:
        tiled(text, size, dx, dy, early=early)(sheet)
    record = printed(marked)
    doubted, silent = wrong(record, plain)
    assert not silent
    if borders == "thin" and size >= 24:
        assert not doubted


def full(table: str, row: str, column: str) -> str:
    """A figure in every cell."""
    return str(sum(map(ord, f"{table}{row}{column}")) % 47)


@pytest.mark.parametrize(
    ("edition", "printed_by", "flagged"), [("2019", full, 13), ("2021", full, 1), ("2021", figure, 79)]
)
def test_tables_with_horizontal_lines_only(edition: str, printed_by: Figure, flagged: int) -> None:
    """The lines part the heads from the captions over them; blanks leave their rows in doubt."""
    plain = printed(sheets(edition, printed=printed_by))
    doubted, silent = wrong(printed(sheets(edition, borders="across", printed=printed_by)), plain)
    assert not silent
    assert len(doubted) <= flagged


def cells(sheet: Sheet) -> list[tuple[str, list[tuple[str, str]]]]:
    [table] = [block for block in pdf.read(write([sheet])).blocks if isinstance(block, Table)]
    return [(cell.text, [(doubt.code, doubt.severity) for doubt in cell.doubts]) for cell in table.cells]


def table(rows: list[list[str]]) -> Sheet:
    [sheet] = render([[[(text, 1, 1) for text in row] for row in rows]])
    return sheet


ROWS = [["规章", "11", ""], ["许可", "7", "3"], ["处罚", "21", "30"]]
COLUMN = (523.0 - LEFT) / 3


@pytest.mark.parametrize("late", [True, False])
def test_a_digit_taller_than_its_row_is_no_part_of_the_figure(late: bool) -> None:
    sheet = table(ROWS)
    over = Sheet()
    over.text(LEFT + COLUMN + 12, 60, "2023", 40)
    over.text(LEFT + 2 * COLUMN + 20, 100, "8", 24)
    sheet.operators[:] = sheet.operators + over.operators if late else over.operators + sheet.operators
    found = cells(sheet)
    assert [text for text, _ in found] == [text for row in ROWS for text in row]
    left_out = {index: doubts for index, (_, doubts) in enumerate(found) if doubts}
    assert left_out == {1: [("overprint", "note")], 8: [("overprint", "note")]}


def test_what_was_left_out_of_a_blank_cell_is_a_warning() -> None:
    sheet = table(ROWS)
    sheet.text(LEFT + 2 * COLUMN + 20, 66, "8", 24)
    assert cells(sheet)[2] == ("", [("overprint", "warning")])


@pytest.mark.parametrize(
    ("x", "top", "text", "size"),
    [
        (COLUMN + 16, 75, "8", 14),  # beside the figure, larger
        (COLUMN + 14, 75.5, "8", 9),  # its own size, a little off the line
        (COLUMN + 6.5, 74, "8", 9),  # over a digit
        (2 * COLUMN + 20, 73, "8", 14),  # alone in a blank cell
        (2 * COLUMN + 20, 76, "8", 5),
    ],
)
@pytest.mark.parametrize("late", [True, False])
def test_what_may_be_two_prints_is_doubted(x: float, top: float, text: str, size: float, late: bool) -> None:
    sheet = table(ROWS)
    over = Sheet()
    over.text(LEFT + x, top, text, size)
    sheet.operators[:] = sheet.operators + over.operators if late else over.operators + sheet.operators
    doubted = [
        index for index, (_, doubts) in enumerate(cells(sheet)) if ("print_doubtful", "warning") in doubts
    ]
    assert doubted == [1 if x < 2 * COLUMN else 2]


def test_sizes_of_ordinary_tables_raise_no_doubt() -> None:
    """Labels in 9 and figures in 12 points, one row in 10.5, bold by printing twice, a title in the table."""
    sheet = table([["", "", ""] for _ in range(6)])
    for row, (size, figure) in enumerate([(12, "1,204"), (12, "17"), (10.5, "3.5"), (12, "-2"), (12, "88")]):
        top = 73.0 + 16 * row
        sheet.text(LEFT + 4, top + 2, "行政规范性文件", 9)
        sheet.text(LEFT + COLUMN + 4, top, figure, size)
        sheet.text(LEFT + COLUMN + 4.3, top, figure, size)
        sheet.text(LEFT + 2 * COLUMN + 4, top, figure + "件", size)
    sheet.text(LEFT + 4, 156, "附表", 16)
    found = cells(sheet)
    assert [text for text, _ in found][1::3][:5] == ["1,204", "17", "3.5", "-2", "88"]
    assert not any(doubts for _, doubts in found)


@pytest.mark.timeout(20)
def test_a_character_without_end_costs_no_time() -> None:
    text = [Glyph(10.0 * n, 100.0, 10.0 * n + 5, 110.0, "1") for n in range(20)]
    over = Glyph(0.0, -1e15, 8.0, 1e15, "8")
    assert sort_out([*text, over], []) == (text, [over])


def test_text_that_stands_over_small_marks_is_text() -> None:
    """The marks are the more by far, and lower: what is taller than they is no watermark over them."""
    sheet = Sheet()
    for row in range(40):
        for column in range(6):
            sheet.text(LEFT + 80 * column + row % 7, 60 + 17.0 * row, "内部资料", 8)
    said = ["某某街道办事处二〇二三年报告", "本年收到申请十二件", "全年工作平稳"]
    for number, line in enumerate(said):
        sheet.text(LEFT, 71.0 + 34 * number, line, 16)
    text = "".join(block.text for block in pdf.read(write([sheet])).blocks if not isinstance(block, Table))
    assert all(line in text for line in said)
