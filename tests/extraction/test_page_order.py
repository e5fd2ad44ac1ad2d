"""Print of the size of the figures over tables and text: the order of writing tells it from them."""

from __future__ import annotations

import pytest

from extraction import extract
from extraction.document import Cell, Document, Paragraph, Table
from extraction.forms import forms
from extraction.readers import pdf
from extraction.readers.page import Glyph, Page
from extraction.readers.page_order import order_of, parted
from extraction.readers.page_text import lines
from extraction.tables import Tables, read_tables
from tests.extraction.render_forms import Grid, report_grids
from tests.extraction.render_pdf import LEFT, SIZE, Sheet, Style, render
from tests.extraction.render_pdf import pdf as write
from tests.extraction.test_overprint import HEADS, TEXT, printed

ROWS = [["名称", "上年", "本年"], ["规章", "11", ""], ["许可", "7", "3"], ["处罚", "21", "30"]]
COLUMN = (523.0 - LEFT) / 3


def with_mark(sheet: Sheet, x: float, top: float, text: str, *, late: bool, size: float = SIZE) -> Sheet:
    over = Sheet()
    over.text(x, top, text, size)
    sheet.operators[:] = sheet.operators + over.operators if late else over.operators + sheet.operators
    return sheet


def page(rows: list[list[str]], style: Style | None = None) -> Sheet:
    table = [[(text, 1, 1) for text in row] for row in rows]
    [sheet] = render(["一、主动公开", table, "二、其他"], style)
    return sheet


def spot(operators: list[str], text: str) -> float:
    """The height at which a text is written."""
    shown = f"<{text.encode('utf-16-be').hex()}>"
    [place] = [words for line in operators if shown in (words := line.split())]
    return float(place[9])


def top_of(sheet: Sheet, text: str) -> float:
    """Where a text stands on a sheet."""
    return sheet.height - spot(sheet.operators, text) - SIZE * 0.88


def table_of(sheet: Sheet) -> list[tuple[str, bool]]:
    [found] = [block for block in pdf.read(write([sheet])).blocks if isinstance(block, Table)]
    return [(cell.text, any(doubt.severity == "warning" for doubt in cell.doubts)) for cell in found.cells]


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(
    ("x", "row", "at", "read"),
    [
        (2 * COLUMN + 5.4, "规章", 5, "88"),  # in a blank cell, where its figure would stand
        (COLUMN + 15, "规章", 4, "1188"),  # behind a figure, on its line
        (COLUMN + 7, "处罚", 10, "2818"),  # over a figure
    ],
)
def test_a_mark_that_looks_like_a_figure_is_doubted(
    x: float, row: str, at: int, read: str, late: bool
) -> None:
    clean = page(ROWS)
    found = table_of(with_mark(clean, LEFT + x, top_of(clean, row), "88", late=late))
    assert found[at][0] == read
    assert [index for index, (_, doubted) in enumerate(found) if doubted] == [at]


@pytest.mark.parametrize("late", [True, False])
def test_a_label_is_read_without_the_mark_over_it(late: bool) -> None:
    clean = page(ROWS)
    found = table_of(with_mark(clean, LEFT + 9, top_of(clean, "许可") + 1, "机密8", late=late))
    assert [text for text, _ in found] == [text for row in ROWS for text in row]
    assert not any(doubted for _, doubted in found)


@pytest.mark.parametrize("style", [Style(), Style(late_labels=True), Style("across", late_labels=True)])
def test_labels_written_after_all_figures_raise_no_doubt(style: Style) -> None:
    assert not any(doubted for _, doubted in table_of(page([*ROWS, ["强制", "4", "5"]], style)))


def test_what_a_table_row_writes_in_one_go_raises_no_doubt() -> None:
    """A row may be one text object, and a merged label may be written after the rows beside it."""
    cells = [
        [Glyph(10.0 * column, 20.0 * row, 10.0 * column + 9, 20.0 * row + 9, text, run)]
        for row, column, text, run in [
            (0, 0, "组", 9), (0, 1, "甲", 1), (0, 2, "1", 1), (1, 1, "乙", 2), (1, 2, "2", 2),
            (2, 1, "丙", 3), (2, 2, "3", 3),
        ]
    ]  # fmt: skip
    whole = Page(1, 595, 842, glyphs=[glyph for cell in cells for glyph in cell])
    order = order_of([lines(cell) for cell in cells], whole)
    assert set(order.apart) <= {0}


def test_a_mark_behind_the_last_figure_is_told_by_the_text_between() -> None:
    rows = [*ROWS[:-1], ["处罚", "21", ""]]
    clean = page(rows)
    sheet = with_mark(clean, LEFT + 2 * COLUMN + 5.4, top_of(clean, "处罚"), "88", late=True)
    assert table_of(sheet)[-1] == ("88", True)


@pytest.mark.parametrize(
    ("size", "colour", "lower", "doubted"),
    [
        (9.5, "0 g", 0.0, True),
        (SIZE, "1 0 0 rg", 0.0, True),
        (SIZE, "0 g", 2.0, True),
        (SIZE, "0 g", 0.0, False),
    ],
)
def test_a_mark_next_to_the_last_figure_is_told_by_its_look(
    size: float, colour: str, lower: float, doubted: bool
) -> None:
    rows = [[(text, 1, 1) for text in row] for row in [*ROWS[:-1], ["处罚", "21", ""]]]
    [sheet] = render(["一、主动公开", rows], Style(page_numbers=False))
    place = (LEFT + 2 * COLUMN + 5.4, top_of(sheet, "处罚") + lower)
    sheet.operators.append(colour)
    # Without a difference nothing tells it from a figure: this is the limit.
    assert table_of(with_mark(sheet, *place, "88", late=True, size=size))[-1] == ("88", doubted)


def test_a_mark_says_the_same_as_one_found_in_the_table() -> None:
    rows = [[(text, 1, 1) for text in row] for row in [*ROWS[:-1], ["处罚", "21", ""]]]
    [sheet] = render(["一、主动公开", rows], Style(page_numbers=False))
    for label in ("规章", "处罚"):
        with_mark(sheet, LEFT + 2 * COLUMN + 5.4, top_of(sheet, label), "88", late=True)
    found = table_of(sheet)
    assert (found[5], found[-1]) == (("88", True), ("88", True))


@pytest.mark.parametrize(("row", "at", "late"), [("规章", 4, False), ("处罚", 11, True)])
def test_a_mark_in_turn_is_told_where_the_labels_are_written_last(row: str, at: int, late: bool) -> None:
    clean = page([ROWS[0], ["规章", "", "6"], *ROWS[2:-1], ["处罚", "21", ""]], Style(late_labels=True))
    place = (LEFT + at % 3 * COLUMN + 5.4, clean.height - spot(clean.late, row) - SIZE * 0.88)
    if late:
        clean.operators += clean.late
        clean.late.clear()
    found = table_of(with_mark(clean, *place, "88", late=late))
    assert [index for index, (_, doubted) in enumerate(found) if doubted] == [at]


def test_running_text_is_read_without_the_mark_over_it() -> None:
    [sheet] = render(["本年度共收到政府信息公开申请126件，" + "其余内容" * 20])
    clean = [block.text for block in pdf.read(write([sheet])).blocks if isinstance(block, Paragraph)]
    found = pdf.read(write([with_mark(sheet, 270.0, 74, "2023", late=True, size=11.0)]))
    assert [block.text for block in found.blocks if isinstance(block, Paragraph)] == clean
    assert "overprint" in [issue.code for issue in found.issues]


def mention_flags(sheets: list[Sheet]) -> dict[str, tuple[str, ...]]:
    return {mention.raw: mention.flags for mention in extract(write(sheets)).mentions}


def test_figures_in_words_are_doubted_where_marks_meet_the_text() -> None:
    def report() -> list[Sheet]:
        blocks: list[str | Grid] = [*TEXT]
        for head, grid in zip(HEADS, report_grids("2021", lambda *_: "0"), strict=True):
            blocks += [head, grid]
        return render(
            [
                *blocks,
                "五、存在的主要问题及改进情况",
                "本年度开展培训9次。",
                "六、其他",
                "全年发布微信公众号信息13条。",
            ]
        )

    assert mention_flags(report()) == {"9次": (), "13条": ()}
    sheets = report()
    for sheet in sheets:
        for top in range(74, 760, 37):
            with_mark(sheet, 180.0, top, "2023", late=True)
    flags = mention_flags(sheets)
    assert flags
    assert all("print_doubtful" in found for found in flags.values())


@pytest.mark.parametrize(("apart", "low"), [(17.0, 11.0), (24.0, 7.0)])
@pytest.mark.parametrize("mark", ["3", "2023", "12件", "不含"])
def test_figures_in_words_are_doubted_where_a_mark_stands_between_their_lines(
    mark: str, apart: float, low: float
) -> None:
    """It looks like the text and was written in its turn: only its place tells it."""
    said = [
        "五、存在的主要问题及改进情况",
        "各项工作平稳有序，" * 4,
        "制度进一步完善，" * 3 + "本年度开展培训",
    ]
    said += ["9次，" + "渠道进一步拓宽，" * 4, "答复更加规范，" * 5, "公开内容更加全面。"]
    flags = []
    for marked in (False, True):
        blocks: list[str | Grid] = [*TEXT]
        for head, grid in zip(HEADS, report_grids("2021", lambda *_: "0"), strict=True):
            blocks += [head, grid]
        sheet = Sheet()
        for number, line in enumerate(said):
            sheet.text(LEFT, 70 + apart * number, line, 11)
            if marked and number == 2:
                sheet.text(LEFT + 60, 70 + 2.5 * apart + 0.2 * (11 - low), mark, low)
        flags.append(mention_flags([*render(blocks), sheet]))
    assert flags[0] == {"9次": ()}
    assert all("print_doubtful" in found for found in flags[1].values())


def test_low_commas_that_make_lines_of_their_own_raise_no_doubt() -> None:
    whole = [Glyph(9.0 * at, 10, 9.0 * at + 9, 19, text, at) for at, text in enumerate("本年12件，另有3件")]
    comma = whole[5]._replace(top=18.0, bottom=22.0)
    low = [*whole[:5], comma, *whole[6:]]
    found = lines(low)
    assert len(found) == 2
    kept, over = parted(found, Page(1, 595, 842, glyphs=low))
    assert (kept, over) == (found, [])


def test_labels_of_two_rows_in_one_name_neither() -> None:
    form = forms()["requests"]
    assert form.row("1.属于国家秘密") == "refused_state_secret"
    assert form.row("1.属于国家\n秘密") == "refused_state_secret"
    assert form.row("公开\n3.危及“三安全一稳定”") is None
    assert form.row("（三）不予公开\n3.危及“三安全一稳定”") == "refused_security_and_stability"
    assert form.row("1.属于国家秘密\n2.其他法律行政法规禁止公开") is None
    assert forms()["proactive"].row("行政许可\n其他对外管理服务事项") is None


def test_a_label_whose_last_line_is_also_what_another_row_is_called_is_one_label() -> None:
    broken = "（二）部分公开（区分处理的，只计这一情形，不计\n其他情形）"
    assert forms()["requests"].row(broken) == "partly_granted"


def proactive(*rows: list[str]) -> Tables:
    """A table whose columns are told by counting."""
    cells = [
        Cell(text, number, column)
        for number, row in enumerate([["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], *rows])
        for column, text in enumerate(row)
    ]
    return read_tables(Document("application/pdf", (Table(tuple(cells), exact=False),)), 2022)


def doubted(tables: Tables) -> set[str]:
    return {name for issue in tables.issues if issue.severity != "note" for name in issue.cells}


def test_figures_are_not_counted_off_under_heads_of_which_one_is_lost() -> None:
    cells = [
        Cell(text, number, column)
        for number, row in enumerate(
            [
                ["信息内容", "本年制发件数", "本年废止件数\n现行有效件数"],
                ["规章", "12"],
                ["行政规范性文件", "7"],
            ]
        )
        for column, text in enumerate(row)
    ]
    tables = read_tables(Document("application/pdf", (Table(tuple(cells), exact=False),)), 2022)
    assert {f"proactive.regulations.{column}" for column in ("issued", "repealed", "in_force")} <= doubted(
        tables
    )


def test_two_labels_before_one_row_of_figures_name_no_row() -> None:
    whole = proactive(["规章", "1", "2", "3"], ["行政规范性文件", "4", "5", "6"])
    assert whole.cells["proactive.normative_documents.issued"].value == 4
    mixed = proactive(["规章", "行政规范性文件", "4", "5", "6"], ["", "", "", ""])
    assert {name for name, cell in mixed.cells.items() if cell.value is not None} <= doubted(mixed)


def test_a_total_that_is_counted_off_first_is_doubted() -> None:
    """With one figure a row, the sums hold as well when all stand one column off."""

    def figure(table: str, row: str, column: str) -> str:
        return "3" if column in ("natural_person", "total") else "0"

    blocks: list[str | Grid] = [*TEXT]
    for head, grid in zip(HEADS, report_grids("2021", figure), strict=True):
        # A word in the corner of the table spoils the spans of its heads: what is left is their sequence.
        (text, *spans), *others = grid[0]
        blocks += [
            head,
            [[(f"{text}\n总计", *spans), *others], *grid[1:]] if text.startswith("（本列") else grid,
        ]
    record = printed(render(blocks))
    named = {name for issue in record.issues if issue.severity != "note" for name in issue.cells}
    right = {"natural_person": 3, "total": 3}
    off = {
        name
        for name, cell in record.cells.items()
        if name.startswith("requests.") and cell.value not in (right.get(name.split(".")[2], 0), None)
    }
    assert off <= named
