"""Workbooks: numbers as they are shown, merged cells, and what of a sheet is text and what is table."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import xlrd
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.document import Block, Paragraph, Table
from extraction.readers import xls, xlsx
from extraction.readers.sheet_blocks import SheetCell, sheet_blocks
from extraction.readers.sheet_format import shown, told_otherwise
from extraction.tables import read_tables
from tests.extraction.damage import damaged, outcome
from tests.extraction.render_docx import package
from tests.extraction.render_forms import Grid, positions, report_grids

CORPUS = Path(__file__).parent.parent / "corpus" / "documents"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="176" formatCode="0.00_ "/></numFmts>'
    '<borders><border/><border><left style="thin"/></border></borders>'
    '<cellXfs><xf numFmtId="0" borderId="0"/><xf numFmtId="0" borderId="1"/>'
    '<xf numFmtId="176" borderId="1"/><xf numFmtId="1" borderId="1"/></cellXfs></styleSheet>'
)


@pytest.mark.parametrize(
    ("stored", "code", "text"),
    [
        ("5.0", "General", "5"),
        ("5", "General", "5"),
        ("0.30000000000000004", "General", "0.3"),
        ("1E3", "General", "1000"),
        ("-3", "General", "-3"),
        ("12.5", "0.00", "12.50"),
        ("12.345", "0.00_ ", "12.35"),
        ("12.5", "0", "13"),
        ("12.5", "0.##", "12.5"),
        ("12", "0.##", "12"),
        ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("0", "#,##0", "0"),
        ("0", "#", ""),
        ("5", '0"件"', "5件"),
        ("5", "0\\个", "5个"),
        ("-5", "0;[Red]-0", "-5"),
        ("-5", "0;[Red](0)", "(5)"),
        ("1234567", "#,##0,", "1,235"),
        ("1234567", "0,", "1235"),
        ("12345678", "0.00,,", "12.35"),
        ("12345678", "#,##0,.0", "12,345.7"),
        ("0", "0;-0;;@", ""),
        ("0.25", "0%", "25%"),
        ("0", '[=0]"";General', ""),
        ("7", '[=0]"";General', "7"),
        ("0", '[>0]0;[=0]"/";General', "/"),
        ("7", '[>0]0;[=0]"/";General', "7"),
        ("0", "[<>0]0;", ""),
        ("0", '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
        ("5", 'G/通用格式"件"', "5件"),
        ("5", 'General"件"', "5件"),
        ("12345", '0!.0,"万"', "1.2万"),
        ("5", "0\\;0", "0;5"),
        ("1.5", "# ?/?", "1.5"),
        ("0.5", "h:mm", "12:00"),
        ("11", "mmm-yy", "01-00"),
        ("44572", "yyyy-m-d", "2022-1-11"),
        ("44572", 'yyyy"年"m"月"d"日"', "2022年1月11日"),
        ("5", "@", "5"),
        ("abc", "0", "abc"),
        ("1e400", "General", "1e400"),
        ("NaN", "0", "NaN"),
    ],
)
def test_numbers_as_shown(stored: str, code: str, text: str) -> None:
    assert shown(stored, code) == text


@pytest.mark.parametrize(
    ("stored", "code", "severity"),
    [
        ("254.72", "0", "warning"),
        ("0.4", "0", "warning"),
        ("1234567", "#,##0,", "warning"),
        ("12345678", "0.00,,", "warning"),
        ("-5", "0;[Red]0", "warning"),
        ("7", ";;;", "warning"),
        ("12.345", "0.00", "note"),
        ("0.054", "0%", "warning"),
    ],
)
def test_what_a_format_shows_otherwise_is_said(stored: str, code: str, severity: str) -> None:
    [doubt] = told_otherwise(stored, shown(stored, code))
    assert (doubt.code, doubt.severity) == ("number_shown_otherwise", severity)
    assert stored in doubt.message
    assert repr(shown(stored, code)) in doubt.message


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        ("254.0", "0"),
        ("0.30000000000000004", "General"),
        ("12.5", "0.00_ "),
        ("1234567.5", "#,##0.00"),
        ("-5", "0;[Red](0)"),
        ("-5", "0"),
        ("0", "0;-0;;@"),
        ("0.25", "0%"),
        ("44572", "yyyy-m-d"),
        ("5", '0"件"'),
    ],
)
def test_what_is_shown_as_it_is_stored_needs_no_word(stored: str, code: str) -> None:
    assert told_otherwise(stored, shown(stored, code)) == ()


def test_a_rounded_figure_names_its_cell_in_the_record() -> None:
    [grid] = report_grids("2021", lambda table, row, column: "12")[1:2]
    title = "某某局2021年政府信息公开工作年度报告"
    page = sheet([title, "三、收到和处理政府信息公开申请情况", grid], style=3)
    page = page.replace("<v>12.0</v>", "<v>11.72</v>", 1)
    record = read_tables(xlsx.read(book(page)), 2021)
    [issue] = [issue for issue in record.issues if issue.code == "number_shown_otherwise"]
    assert issue.cells == ("requests.new.natural_person",)
    assert record.cells["requests.new.natural_person"].value == 12


@given(st.integers(-(10**14), 10**14), st.sampled_from(["General", "0", "0_ ", "#,##0", "0;-0"]))
def test_a_whole_number_shows_its_digits(number: int, code: str) -> None:
    assert int(shown(repr(float(number)), code).replace(",", "")) == number


@given(st.text(max_size=12), st.floats(allow_nan=False).map(repr))
def test_any_format_code_gives_some_text(code: str, stored: str) -> None:
    assert isinstance(shown(stored, code), str)


def name_of(column: int) -> str:
    return chr(65 + column)


def sheet(grids: list[str | Grid], *, style: int = 1, extra: str = "") -> str:
    """Rows of text and grids; grid cells are bordered, blank ones too."""
    rows: dict[int, list[tuple[int, str]]] = {}
    merges = []
    row = 1
    for block in grids:
        if isinstance(block, str):
            inline = f'<c r="A{row}" t="inlineStr"><is><t>{escape(block)}</t></is></c>'
            rows.setdefault(row, []).append((0, inline))
            row += 1
            continue
        spots = positions(block)
        for top, left, rowspan, colspan, text in spots:
            place = f"{name_of(left)}{row + top}"
            if text.isdigit():
                body = f'<c r="{place}" s="{style}"><v>{text}.0</v></c>'
            else:
                body = f'<c r="{place}" s="1" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            rows.setdefault(row + top, []).append((left, body))
            if rowspan * colspan > 1:
                merges.append(f"{place}:{name_of(left + colspan - 1)}{row + top + rowspan - 1}")
        row += max(top + rowspan for top, _, rowspan, _, _ in spots)
    data = "".join(
        f'<row r="{number}">{"".join(body for _, body in sorted(cells))}</row>'
        for number, cells in sorted(rows.items())
    )
    merged = "".join(f'<mergeCell ref="{merge}"/>' for merge in merges)
    return (
        f'<worksheet xmlns="{MAIN}">{extra}<sheetData>{data}</sheetData>'
        f"<mergeCells>{merged}</mergeCells></worksheet>"
    )


def book(
    *sheets: str,
    names: tuple[str, ...] = ("Sheet1",),
    state: str = "",
    strings: str = "",
    styles: str = STYLES,
    computing: str = "",
) -> bytes:
    listing = "".join(
        f'<sheet name="{name}" sheetId="{index}" r:id="r{index}" {state if index > 1 else ""}/>'
        for index, name in enumerate(names, start=1)
    )
    relations = "".join(
        f'<Relationship Id="r{index}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{index}.xml"/>'
        for index in range(1, len(sheets) + 1)
    )
    relations += f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    relations += f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    main = f'<Relationship Id="m" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    parts: dict[str, str | bytes] = {
        "_rels/.rels": RELATIONS.format(main),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listing}</sheets>{computing}</workbook>'
        ),
        "xl/_rels/workbook.xml.rels": RELATIONS.format(relations),
        "xl/styles.xml": styles,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    for index, body in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{index}.xml"] = body
    return package(parts)


def tables(blocks: tuple[Block, ...]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_the_statutory_tables_on_one_sheet(edition: str) -> None:
    grids = report_grids(edition, lambda kind, row, column: f"{len(kind)}{len(row)}{len(column)}")
    heads = ["某某局2021年政府信息公开工作年度报告", "一、总体情况", "正文。" * 30]
    content: list[str | Grid] = [*heads]
    for head, grid in zip(("二、主动公开", "三、收到和处理", "四、复议诉讼"), grids, strict=True):
        content += [head, grid]
    document = xlsx.read(book(sheet(content)))
    found = [
        [(cell.row, cell.column, cell.rowspan, cell.colspan, cell.text) for cell in block.cells]
        for block in tables(document.blocks)
    ]
    assert found == [positions(grid) for grid in grids]
    assert texts(document.blocks) == [*heads, "二、主动公开", "三、收到和处理", "四、复议诉讼"]
    assert tables(document.blocks)[0].cells[0].path == "xl/worksheets/sheet1.xml#Sheet1!A5"


def test_styles_strings_and_hidden_sheets() -> None:
    strings = (
        "<si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r><rPh><t>x</t></rPh></si>"
        "<si><t>a_x000D_b</t></si>"
    )
    cells = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="2">'
        '<c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c>'
        '<c r="D2" t="s"><v>2</v></c><c r="E2" s="2"><v>5</v></c><c r="F2" t="b"><v>1</v></c>'
        '<c r="G2" t="str"><f>A1</f><v>七</v></c></row></sheetData></worksheet>'
    )
    data = book(cells, sheet(["藏"]), names=("统计表", "隐藏"), state='state="hidden"', strings=strings)
    document = xlsx.read(data)
    assert texts(document.blocks) == ["统计表"]
    assert [cell.text for cell in tables(document.blocks)[0].cells] == [
        "甲",
        "乙丙",
        "a\nb",
        "5.00",
        "TRUE",
        "七",
    ]
    assert [issue.code for issue in document.issues] == ["hidden_sheet"]


def test_a_formula_without_a_value_and_hidden_rows_are_said() -> None:
    cells = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1</f></c></row>'
        '<row r="2" hidden="1"><c r="A2"><v>2</v></c></row></sheetData></worksheet>'
    )
    document = xlsx.read(book(cells))
    assert [issue.code for issue in document.issues] == ["hidden_text"]
    one, other = tables(document.blocks)[0].cells
    assert ((one.text, one.doubts), other.text) == (("1", ()), "")
    assert [doubt.code for doubt in other.doubts] == ["formula_without_value"]


@pytest.mark.parametrize(
    ("column", "row"),
    [("", 'ht="0" customHeight="1"'), ('<cols><col min="2" max="2" width="0" customWidth="1"/></cols>', "")],
)
def test_rows_and_columns_of_no_size_are_hidden(column: str, row: str) -> None:
    cells = (
        f'<worksheet xmlns="{MAIN}">{column}<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        f'<row r="2" {row}><c r="B2"><v>2</v></c></row></sheetData></worksheet>'
    )
    document = xlsx.read(book(cells))
    assert [issue.code for issue in document.issues] == ["hidden_text"]
    assert not any("2" in c.text for block in tables(document.blocks) for c in block.cells)


@pytest.mark.parametrize("what", ["row", "column"])
def test_rows_and_columns_of_no_size_are_hidden_in_the_old_format(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = xlrd.open_workbook(file_contents=XLS, formatting_info=True)
    one = book.sheets()[0]
    if what == "row":
        one.rowinfo_map[0].height, one.rowinfo_map[0].has_default_height = 0, 0
    else:
        one.colinfo_map.setdefault(0, xlrd.sheet.Colinfo()).width = 0
    monkeypatch.setattr(xlrd, "open_workbook", lambda **_: book)
    assert f"hidden {what} 1 was left out" in {issue.message for issue in xls.read(XLS).issues}


def cell(row: int, column: int, text: str = "", *, bordered: bool = True) -> SheetCell:
    return SheetCell(row, column, text, bordered, "")


def test_a_row_of_blank_bordered_cells_stays_a_row() -> None:
    """`四、结转下年度继续办理` with seven blanks is no heading."""
    rows = [cell(0, 0, "三、"), *(cell(0, n, "0") for n in range(1, 4))]
    rows += [cell(1, 0, "四、结转下年度继续办理"), *(cell(1, n) for n in range(1, 4))]
    [block] = sheet_blocks(rows, [])
    assert isinstance(block, Table)
    assert block.height == 2


def test_blanks_without_a_border_are_no_cells_where_tables_are_bordered() -> None:
    rows = [cell(0, 0, "2021年年报", bordered=False), *(cell(0, n, bordered=False) for n in range(1, 4))]
    rows += [cell(1, 0, "甲"), cell(1, 1, "1")]
    blocks = list(sheet_blocks(rows, []))
    assert [type(block) for block in blocks] == [Paragraph, Table]


@pytest.mark.parametrize("path", sorted(CORPUS.glob("xls-*.xls")), ids=lambda path: path.name)
def test_xls_gives_every_figure(path: Path) -> None:
    document = xls.read(path.read_bytes())
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    wanted = Counter("".join((found["raw"] or "").split()) for found in truth["cells"].values())
    found = Counter("".join(c.text.split()) for block in tables(document.blocks) for c in block.cells)
    del wanted[""]
    assert not wanted - found


def test_what_cannot_be_read_is_refused_with_the_reason() -> None:
    assert outcome(xlsx.read, b"") == "empty"
    assert outcome(xls.read, b"") == "empty"
    assert outcome(xls.read, b"hello") == "malformed"
    good = book(sheet(["一"]))
    assert outcome(xlsx.read, good[:300]) == "truncated"
    assert outcome(xlsx.read, package({"xl/workbook.xml": "<a/>"})) == "malformed"
    huge = f'<worksheet xmlns="{MAIN}"><mergeCells><mergeCell ref="A1:ZZ99999"/></mergeCells></worksheet>'
    assert outcome(xlsx.read, book(huge)) == "too_large"


SAMPLE = book(sheet(list(report_grids("2021", lambda *_: "1"))))
XLS = min(CORPUS.glob("xls-*.xls")).read_bytes()


@settings(deadline=None, max_examples=80)
@given(damaged(SAMPLE))
def test_damage_never_crashes(data: bytes) -> None:
    outcome(xlsx.read, data)


@settings(deadline=None, max_examples=150)
@given(damaged(XLS))
def test_damage_never_crashes_the_old_format(data: bytes) -> None:
    outcome(xls.read, data)
