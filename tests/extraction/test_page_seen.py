"""PDF pages whose text is not what is seen: the cell is doubted, whatever hides or shows its figure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extraction.document import Cell, Paragraph, Table
from extraction.readers import pdf
from tests.extraction.render_forms import Grid
from tests.extraction.render_pdf import LEFT, RIGHT, Sheet, Style, render
from tests.extraction.render_pdf import pdf as write

ROWS = [["名称", "上年", "本年"], ["规章", "11", ""], ["许可", "7", "3"], ["处罚", "21", "30"]]
SECOND = LEFT + (RIGHT - LEFT) / 3
THIRD = LEFT + (RIGHT - LEFT) * 2 / 3


def page(style: Style | None = None) -> Sheet:
    table: Grid = [[(text, 1, 1) for text in row] for row in ROWS]
    [sheet] = render(["一、主动公开", table, "全年收到申请12件。"], style)
    return sheet


def at(sheet: Sheet, text: str) -> int:
    shown = f"<{text.encode('utf-16-be').hex()}>"
    return next(index for index, line in enumerate(sheet.operators) if shown in line)


def height(sheet: Sheet, text: str) -> float:
    """The foot of a text, in PDF space."""
    return float(sheet.operators[at(sheet, text)].split(" Tm")[0].split()[-1])


def wrapped(before: str, after: str) -> Callable[[Sheet], None]:
    def change(sheet: Sheet) -> None:
        spot = at(sheet, "7")
        sheet.operators[spot] = f"{before} {sheet.operators[spot]} {after}"

    return change


def added(operators: str) -> Callable[[Sheet], None]:
    """Something drawn last; `{y}` is the foot of the figure 7, `{blank}` that of 11."""

    def change(sheet: Sheet) -> None:
        sheet.operators.append(operators.format(y=height(sheet, "7"), blank=height(sheet, "11")))

    return change


def doubted(sheet: Sheet, more: str = "") -> dict[str, set[str]]:
    """What is said of each cell, by its row and column."""
    document = pdf.read(write([sheet], page=more))
    [table] = [block for block in document.blocks if isinstance(block, Table)]
    cells: list[Cell] = [cell for cell in table.cells if cell.doubts]
    return {f"{cell.row}.{cell.column}": {doubt.code for doubt in cell.doubts} for cell in cells}


@pytest.mark.parametrize("borders", ["thin", "lines", "boxes"])
def test_nothing_is_said_of_a_table_as_it_is_printed(borders: str) -> None:
    assert not doubted(page(Style(borders=borders)))


@pytest.mark.parametrize(
    "change",
    [
        wrapped("3 Tr", "0 Tr"),
        wrapped("1 g", "0 g"),
        wrapped("q 0 0 9 9 re W n", "Q"),
        added(f"1 g {SECOND + 2:.2f} {{y}} 140 9 re f 0 g"),
        added(f"0 g {SECOND + 2:.2f} {{y}} 140 9 re f"),
    ],
    ids=["invisible", "white", "clipped", "covered", "blackened"],
)
def test_a_figure_that_is_not_seen_is_doubted(change: Callable[[Sheet], None]) -> None:
    sheet = page()
    change(sheet)
    assert doubted(sheet) == {"2.1": {"hidden_text"}}


def corrected(sheet: Sheet, old: str, new: str, before: str) -> None:
    """Write something over a text, and `new` on it."""
    spot = at(sheet, old)
    shown = sheet.operators[spot].replace(old.encode("utf-16-be").hex(), new.encode("utf-16-be").hex())
    sheet.operators.append(f"{before.format(y=height(sheet, old) - 2)} {shown}")


@pytest.mark.parametrize("new", ["189", "9", "-24"])
def test_of_two_figures_at_one_place_the_one_that_is_seen_is_read(new: str) -> None:
    sheet = page()
    corrected(sheet, "7", new, f"1 g {SECOND + 2:.2f} {{y}} 140 13 re f 0 g")
    document = pdf.read(write([sheet]))
    [table] = [block for block in document.blocks if isinstance(block, Table)]
    [cell] = [cell for cell in table.cells if (cell.row, cell.column) == (2, 1)]
    assert cell.text == new
    assert "hidden_text" in {doubt.code for doubt in cell.doubts}


def test_of_two_figures_at_one_place_that_are_both_seen_the_cell_is_doubted() -> None:
    sheet = page()
    spot = at(sheet, "7")
    x = float(sheet.operators[spot].split(" Tm")[0].split()[-2])
    sheet.operators[spot] = sheet.operators[spot].replace("0037", "00380034")  # 84, with 7 between
    seven = sheet.operators[spot].replace("00380034", "0037").replace(f"{x:.2f}", f"{x + 2.5:.2f}")
    sheet.operators.insert(spot, seven)
    assert doubted(sheet)["2.1"] == {"print_doubtful"}


def test_of_two_sentences_at_one_place_the_one_that_is_seen_is_read_and_doubted() -> None:
    sheet = page()
    corrected(sheet, "全年收到申请12件。", "全年收到申请345件。", "1 g 0 {y} 595 14 re f 0 g")
    last = pdf.read(write([sheet])).blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.text == "全年收到申请345件。"
    assert last.doubts


def test_what_is_painted_over_a_figure_and_hides_nothing_says_nothing() -> None:
    sheet = page()
    added(f"q 0 0 9 9 re W n 1 g {SECOND + 2:.2f} {{y}} 140 9 re f Q")(sheet)
    assert not doubted(sheet)


def test_a_figure_that_is_not_seen_is_doubted_in_a_table_without_rules_and_in_text() -> None:
    sheet = page(Style(borders="none"))
    wrapped("3 Tr", "0 Tr")(sheet)
    assert {"hidden_text"} in doubted(sheet).values()
    sheet = page()
    spot = at(sheet, "全年收到申请12件。")
    sheet.operators[spot] = f"3 Tr {sheet.operators[spot]} 0 Tr"
    last = pdf.read(write([sheet])).blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.doubts


@pytest.mark.parametrize(
    "operators",
    [
        f"q 1 0 0 1 {THIRD + 40:.2f} {{blank}} cm 0 0 m 4 0 l 6 3 6 6 4 9 c 2 9 l 4 6 4 3 0 0 c f Q",
        f"q 30 0 0 9 {THIRD + 40:.2f} {{blank}} cm BI /W 2 /H 1 /CS /G /BPC 8 ID \x10\x7f EI Q",
    ],
    ids=["outlines", "picture"],
)  # fmt: skip
def test_a_blank_cell_in_which_something_is_drawn_is_doubted(operators: str) -> None:
    sheet = page()
    added(operators)(sheet)
    assert "cell_drawn" in doubted(sheet)["1.2"]


def test_a_faint_watermark_behind_a_blank_cell_says_nothing() -> None:
    sheet = page()
    shape = "0.85 g 300 600 m 500 600 l 500 800 500 800 300 790 c f 0 g"
    sheet.operators.insert(0, shape)
    assert not doubted(sheet)


def test_a_figure_with_a_line_through_it_is_doubted() -> None:
    sheet = page()
    left, foot = (float(word) for word in sheet.operators[at(sheet, "7")].split(" Tm")[0].split()[-2:])
    middle = sheet.height - foot - 3.5
    sheet.line(left - 2, middle, left + 7, middle)
    assert doubted(sheet) == {"2.1": {"struck_text"}}


@pytest.mark.parametrize("quiet", [False, True])
def test_an_annotation_over_a_cell_is_said(quiet: bool) -> None:
    sheet = page()
    y = height(sheet, "7")
    box = f"/Rect [{THIRD - 12:.2f} {y:.2f} {THIRD - 4:.2f} {y + 9:.2f}]"
    kind = "/Link /Border [0 0 0]" if quiet else "/Square /C [0 0 0] /IC [0 0 0]"
    found = doubted(sheet, f"/Annots [<< /Type /Annot /Subtype {kind} {box} >>]")
    assert found == ({} if quiet else {"2.1": {"cell_drawn"}})
