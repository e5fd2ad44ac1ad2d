"""PDF: true grids from drawn lines, also over page ends; scans and damage are said, not guessed at."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from itertools import count, pairwise
from math import inf
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.document import Block, Document, Paragraph, Table, UnreadableError
from extraction.readers import pdf, pdf_glyphs
from extraction.readers.page import Glyph, Page
from tests.extraction import render_browser
from tests.extraction.render_forms import Grid, positions, report_grids
from tests.extraction.render_pdf import LEFT, RIGHT, Sheet, Style, render
from tests.extraction.render_pdf import pdf as write

HEADS = (
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
)


def distinct() -> Callable[[str, str, str], str]:
    """A different figure in every cell, so that a cell at a wrong place cannot look right."""
    numbers = count(1001)
    return lambda _table, _row, _column: str(next(numbers))


def flat(text: str) -> str:
    return "".join(text.split())


def tables(blocks: Sequence[Block]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Paragraph)]


def grids_of(document: Document) -> list[list[tuple[int, int, int, int, str]]]:
    return [
        [(cell.row, cell.column, cell.rowspan, cell.colspan, flat(cell.text)) for cell in block.cells]
        for block in tables(document.blocks)
    ]


def wanted(grids: Sequence[Grid]) -> list[list[tuple[int, int, int, int, str]]]:
    return [
        [
            (row, column, rowspan, colspan, flat(text))
            for row, column, rowspan, colspan, text in positions(grid)
        ]
        for grid in grids
    ]


def report(edition: str) -> tuple[list[Grid], list[str | Grid]]:
    grids = report_grids(edition, distinct())
    blocks: list[str | Grid] = ["某某街道办事处2021年政府信息公开工作年度报告", "一、总体情况", "正文" * 90]
    for head, grid in zip(HEADS, grids, strict=True):
        blocks += [head, grid]
    return grids, [*blocks, "五、存在的主要问题及改进情况", "问题" * 60]


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("borders", ["thin", "lines", "boxes"])
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("bottom", [312, 405, 492, 524, 540, 555, 581, 640, 655, 720, 768, 770])
def test_every_figure_is_at_its_place_wherever_pages_end(
    edition: str, borders: str, closed: bool, bottom: int
) -> None:
    grids, blocks = report(edition)
    style = Style(borders=borders, closed=closed, bottom=bottom, late_labels=True)
    document = pdf.read(write(render(blocks, style)))
    assert grids_of(document) == wanted(grids)
    assert all(block.exact for block in tables(document.blocks))
    assert document.issues == ()


def test_gaps_between_cells_are_no_rows_and_columns() -> None:
    grids, blocks = report("2021")
    document = pdf.read(write(render(blocks, Style(borders="gaps", cut_rows=False))))
    assert grids_of(document) == wanted(grids)
    assert document.issues == ()


def test_rows_that_stay_whole_and_tables_without_side_lines() -> None:
    grids, blocks = report("2021")
    document = pdf.read(write(render(blocks[4:], Style(cut_rows=False, bottom=500))))
    assert grids_of(document) == wanted(grids)
    document = pdf.read(write(render([grids[1]], Style(sides=False))))
    assert grids_of(document) == wanted(grids[1:2])


def test_tables_that_share_a_border_but_no_columns_are_two() -> None:
    """Else the figures of the lower one would stand under the heads of their neighbours."""
    sheet = Sheet()
    for y, inner in ((72.0, (150, 250, 350)), (88.0, (180, 280, 380))):
        xs = [LEFT, *inner, RIGHT]
        for column, (x0, x1) in enumerate(pairwise(xs)):
            sheet.rectangle(x0, y, x1, y + 16, "S")
            sheet.text(x0 + 4, y + 2, f"{int(y)}{column}")
    document = pdf.read(write([sheet]))
    assert [[cell.text for cell in block.cells] for block in tables(document.blocks)] == [
        ["720", "721", "722", "723"],
        ["880", "881", "882", "883"],
    ]
    assert [block.width for block in tables(document.blocks)] == [4, 4]


def test_a_row_of_figures_cut_so_that_each_page_has_some() -> None:
    """Blanks before a figure wrap in a narrow cell, and the page end comes between."""
    grids, _ = report("2021")
    grids[2][-1] = [(f"　　{number}" if number % 3 else str(number), 1, 1) for number in range(15)]
    files = [write(render(grids[2:], Style(bottom=bottom))) for bottom in range(110, 160, 3)]
    found = {tuple(grids_of(pdf.read(data))[0]) for data in files}
    assert found == {tuple(wanted(grids[2:])[0])}


def test_prose_becomes_paragraphs_and_page_numbers_vanish() -> None:
    _, blocks = report("2021")
    document = pdf.read(write(render(blocks, Style(bottom=400))))
    assert texts(document.blocks) == [block for block in blocks if isinstance(block, str)]
    assert document.pages == max(block.page or 0 for block in document.blocks if isinstance(block, Paragraph))


def test_pages_printed_by_a_browser() -> None:
    document = pdf.read(gzip.decompress(render_browser.FIXTURE.read_bytes()))
    assert grids_of(document) == wanted(render_browser.grids())
    assert texts(document.blocks) == [
        render_browser.TITLE,
        "一、总体情况",
        "正文" * 400,
        *render_browser.HEADS,
    ]


def test_a_cell_says_where_it_stands() -> None:
    document = pdf.read(write(render([[[("甲", 1, 1), ("12", 1, 1)]]])))
    [block] = tables(document.blocks)
    box = block.cells[1].bbox
    assert box is not None
    assert block.cells[1].page == 1
    assert box == pytest.approx(((LEFT + RIGHT) / 2, 72, RIGHT, 88), abs=0.5)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_turned_for_display_is_read_upright(rotate: int) -> None:
    """The viewer turns the page; the text stands askew there, but it is read as it runs."""
    grids, _ = report("2021")
    document = pdf.read(write(render([grids[2]]), page=f"/Rotate {rotate}"))
    assert grids_of(document) == wanted(grids[2:])
    box = tables(document.blocks)[0].cells[0].bbox
    assert box is not None
    upright = (72.24, 72.24, 222.6, 88.24)
    left, top, right, bottom = upright
    places = {
        0: upright,
        90: (842 - bottom, left, 842 - top, right),
        180: (595 - right, 842 - bottom, 595 - left, 842 - top),
        270: (top, 595 - right, bottom, 595 - left),
    }
    assert box == pytest.approx(places[rotate], abs=0.6)


def sideways(sheet: Sheet) -> Sheet:
    """The same content, running upwards on a page of the same paper."""
    turned = Sheet(height=sheet.width, width=sheet.height)
    turned.operators = [f"q 0 1 -1 0 {sheet.height:g} 0 cm", *sheet.operators, *sheet.late, "Q"]
    return turned


def test_a_table_printed_sideways_is_read_upright() -> None:
    grids, _ = report("2021")
    document = pdf.read(write([sideways(sheet) for sheet in render([grids[2]])]))
    assert grids_of(document) == wanted(grids[2:])


def test_a_watermark_is_in_no_cell() -> None:
    [sheet] = render([[[("甲", 1, 1), ("12", 1, 1)]]])
    sheet.operators.append("q 0.7 0.7 -0.7 0.7 300 700 cm BT /F1 60 Tf <0039003900390039> Tj ET Q")
    document = pdf.read(write([sheet]))
    assert [cell.text for cell in tables(document.blocks)[0].cells] == ["甲", "12"]
    assert [issue.code for issue in document.issues] == ["text_askew"]


def test_a_figure_too_wide_for_its_cell_is_not_cut_in_two() -> None:
    [sheet] = render(
        [[("", 1, 1), ("", 1, 1), ("", 1, 1), ("", 1, 1)] for _ in range(2)]
        and [[[("甲", 1, 1), ("", 1, 1), ("乙", 1, 1), ("丙", 1, 1)]]]
    )
    middle = (LEFT + RIGHT) / 2
    sheet.text(middle - 30, 75, "12345678", 9)
    document = pdf.read(write([sheet]))
    assert [cell.text for cell in tables(document.blocks)[0].cells] == ["甲", "12345678", "乙", "丙"]
    assert [issue.code for issue in document.issues] == ["figure_crosses_line"]


def test_bold_by_printing_twice_is_one_figure_and_two_equal_digits_are_two() -> None:
    [sheet] = render([[[("11", 1, 1), ("", 1, 1)]]])
    sheet.text(320.0, 75, "0", 9)
    sheet.text(320.3, 75, "0", 9)
    assert [cell.text for cell in tables(pdf.read(write([sheet])).blocks)[0].cells] == ["11", "0"]


def test_a_dash_stays_a_dash() -> None:
    document = pdf.read(write(render([[[("甲-", 1, 1), ("-", 1, 1), ("a", 1, 1), ("-3", 1, 1)]]])))
    assert [cell.text for cell in tables(document.blocks)[0].cells] == ["甲-", "-", "a", "-3"]


def test_text_in_columns_without_lines_is_a_table_that_is_not_exact() -> None:
    sheet = Sheet()
    sheet.text(LEFT, 72, "下表为申请情况", 12)
    for row, label in enumerate(("规章", "规范性文件", "行政许可")):
        for column, text in enumerate((label, str(row), "7", str(row * 3))):
            sheet.text(LEFT + 120 * column, 100 + 18 * row, text, 9)
    sheet.text(LEFT, 170, "以上为全部数据", 12)
    document = pdf.read(write([sheet]))
    [block] = tables(document.blocks)
    assert not block.exact
    assert [[cell.text for cell in row] for row in block.rows] == [
        ["规章", "0", "7", "0"],
        ["规范性文件", "1", "7", "3"],
        ["行政许可", "2", "7", "6"],
    ]
    assert texts(document.blocks) == ["下表为申请情况", "以上为全部数据"]


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_rows_of_figures_without_lines_keep_their_labels(edition: str) -> None:
    grids, _ = report(edition)
    document = pdf.read(write(render(grids[1:2], Style(borders="none"))))
    found = [
        (flat(row[-8].text), *(cell.text for cell in row[-7:]))
        for block in tables(document.blocks)
        for row in block.rows
        if len(row) >= 8 and row[-1].text.isdigit()
    ]
    figures = [row for row in wanted(grids[1:2])[0] if row[4].isdigit()]
    labels = {row: text for row, column, _, colspan, text in wanted(grids[1:2])[0] if column + colspan == 3}
    rows = sorted({row for row, _, _, _, _ in figures})
    assert found == [(labels[row], *(text for at, _, _, _, text in figures if at == row)) for row in rows]
    assert not any(block.exact for block in tables(document.blocks))


def test_a_glyph_that_says_no_character_is_never_a_figure() -> None:
    [sheet] = render([[[("甲", 1, 1), ("5", 1, 1)]]])
    plain = write([sheet])
    # Identity-H without ToUnicode: the code is only a glyph number.
    data = plain.replace(b"/Encoding /UniGB-UCS2-H ", b"/Encoding /Identity-H   ").replace(
        b"/Registry (Adobe) /Ordering (GB1) ", b"/Registry (Adobe) /Ordering (Own) "
    )
    assert len(data) == len(plain)
    document = pdf.read(data, recognise=None)
    found = "".join(cell.text for block in tables(document.blocks) for cell in block.cells) + "".join(
        texts(document.blocks)
    )
    assert not any(character.isdigit() for character in found)
    assert "glyph_without_unicode" in [issue.code for issue in document.issues]


PICTURE = "q 595 0 0 842 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G /F /AHx ID 00FF00FF> EI Q"


def test_a_glyph_that_reaches_to_infinity_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = pdf_glyphs.raw.FPDFText_GetLooseCharBox

    def broken(textpage: object, index: int, box: Any) -> int:
        found: int = measure(textpage, index, box)
        if index == 0:
            box._obj.top = inf
        return found

    sheet = Sheet()
    sheet.text(LEFT, 700, "甲报告")
    data = write([sheet])
    whole = pdf.read(data)
    monkeypatch.setattr(pdf_glyphs.raw, "FPDFText_GetLooseCharBox", broken)
    document = pdf.read(data)
    assert (texts(whole.blocks), texts(document.blocks)) == (["甲报告"], ["报告"])
    assert [issue.code for issue in document.issues] == ["glyph_without_unicode"]


def test_a_scan_is_said_to_be_one_and_can_be_recognised() -> None:
    scan = Sheet(operators=[PICTURE])
    with pytest.raises(UnreadableError, match="ocr extra") as caught:
        pdf.read(write([scan]), recognise=None)
    assert caught.value.code == "unsupported_format"

    def recognise(page: pypdfium2.PdfPage, number: int) -> Page:
        width, height = page.get_size()
        return Page(number, width, height, glyphs=[Glyph(72, 72, 84, 84, "一")], confidence=0.9)

    assert texts(pdf.read(write([scan]), recognise=recognise).blocks) == ["一"]


def test_a_scanned_page_among_others_is_an_issue() -> None:
    document = pdf.read(write([*render(["一、总体情况"]), Sheet(operators=[PICTURE])]), recognise=None)
    assert [issue.code for issue in document.issues] == ["needs_ocr"]
    assert texts(document.blocks) == ["一、总体情况"]


def test_text_laid_over_a_scan_is_less_certain() -> None:
    sheet = Sheet(operators=[PICTURE, "3 Tr"])
    sheet.text(LEFT, 72, "一、总体情况", 12)
    document = pdf.read(write([sheet]), recognise=None)
    assert [issue.code for issue in document.issues] == ["recognised_text"]


@pytest.mark.parametrize(
    ("info", "value"),
    [
        ("/Title (plain)", "plain"),
        ("/Title <FEFF5E745EA662A5544A>", "年度报告"),
        ("/Title <5E745EA662A5544A0032>", "年度报告2"),
        ("/Title <C4EAB6C8B1A8B8E6>", "年度报告"),
    ],
)
def test_metadata_in_any_encoding(info: str, value: str) -> None:
    document = pdf.read(write(render(["一"]), info=info))
    assert [(fact.name, fact.value) for fact in document.facts] == [("pdf:Title", value)]


def test_damaged_metadata_costs_an_issue_not_the_text() -> None:
    document = pdf.read(write(render(["一、总体情况"]), info="/Title <FEFFD8004E00>"))
    assert texts(document.blocks) == ["一、总体情况"]
    assert [issue.code for issue in document.issues] == ["part_unreadable"]


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        pdf.read(data)
    assert str(caught.value)
    return caught.value.code


def test_what_cannot_be_read_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    good = write(render(["一"]))
    assert code_of(b"") == "empty"
    assert code_of(b"PK\x03\x04 no pdf") == "malformed"
    assert code_of(b"%PDF-1.7\n%%EOF") == "malformed"
    assert code_of(good[: len(good) // 2]) == "truncated"
    linearised = good.replace(b"1 0 obj", b"%%EOF\n1 0 obj", 1)
    assert code_of(linearised[: len(good) // 2]) == "truncated"
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    assert code_of(write(render(["一"] * 60))) == "too_large"
    monkeypatch.setattr(pdf, "MAX_GLYPHS", 0)
    assert code_of(good) == "too_large"


def test_a_budget_is_for_the_whole_document() -> None:
    budget = pdf_glyphs.Budget(glyphs=5, objects=5)
    budget.spend(glyphs=5, objects=5)
    with pytest.raises(UnreadableError):
        budget.spend(objects=1)


SAMPLE = write(render(report("2021")[1], Style(borders="boxes")))


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_damage_is_unreadable_or_read_but_never_a_crash(data: st.DataObject) -> None:
    damaged = bytearray(SAMPLE)
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    for _ in range(data.draw(st.integers(0, 20))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        pdf.read(bytes(damaged), recognise=None)
    except UnreadableError as error:
        code = error.code
    else:
        code = "malformed"
    assert code in {"empty", "truncated", "encrypted", "malformed", "too_large", "unsupported_format"}


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_unreadable(data: bytes) -> None:
    code_of(data)
    code_of(b"%PDF-1.4\n" + data)


def test_reading_is_deterministic() -> None:
    assert pdf.read(SAMPLE) == pdf.read(SAMPLE)
