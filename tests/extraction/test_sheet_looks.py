"""What a worksheet does not show as it is stored: conditional formats, colours, zeros, sizes, formulas."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlrd

from extraction.document import Cell, Document, Table
from extraction.readers import flat_sheet, odf, xls, xlsx
from extraction.sniff import ODS
from tests.extraction.render_docx import package
from tests.extraction.test_readers_odf import file
from tests.extraction.test_readers_sheets import MAIN, book

X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
WHITE = '<font><color rgb="FFFFFFFF"/></font>'
RED = '<font><color rgb="FFFF0000"/></font>'
BLUE = '<fill><patternFill><bgColor rgb="FF0000FF"/></patternFill></fill>'


def styles(code: str = "General", *, difference: str = "", style: str = "", fonts: str = "<font/>") -> str:
    code = code.replace("<", "&lt;").replace('"', "&quot;")
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="176" formatCode="{code}"/></numFmts>'
        f'<fonts>{fonts}</fonts><borders><border/><border><left style="thin"/></border></borders>'
        f'<cellXfs><xf numFmtId="0" borderId="1"/><xf numFmtId="176" borderId="1">{style}</xf></cellXfs>'
        f"<dxfs><dxf>{difference}</dxf></dxfs></styleSheet>"
    )


def sheet(cells: str, *, before: str = "", behind: str = "", row: str = "") -> str:
    return (
        f'<worksheet xmlns="{MAIN}" xmlns:x14="{X14}" xmlns:xm="{XM}">{before}<sheetData>'
        f'<row r="1"><c r="A1" t="str"><v>行政许可</v></c><c r="B1"><v>1</v></c></row>'
        f'<row r="2" {row}><c r="A2" t="str"><v>行政处罚</v></c>{cells}</row></sheetData>{behind}</worksheet>'
    )


def figure(document: Document) -> Cell:
    [table] = [block for block in document.blocks if isinstance(block, Table)]
    return next(cell for cell in table.cells if (cell.row, cell.column) == (1, 1))


def codes(cell: Cell) -> list[str]:
    return [doubt.code for doubt in cell.doubts]


def rule(kind: str, *formulas: str, more: str = "") -> str:
    parts = "".join(f"<formula>{formula}</formula>" for formula in formulas)
    return (
        f'<conditionalFormatting sqref="B2:C9"><cfRule {kind} dxfId="0">{parts}{more}</cfRule>'
        "</conditionalFormatting>"
    )


@pytest.mark.parametrize(
    ("value", "difference", "condition", "said"),
    [
        ("0", WHITE, rule('type="cellIs" operator="equal"', "0"), ["hidden_text"]),
        ("3", WHITE, rule('type="cellIs" operator="equal"', "0"), []),
        ("0", WHITE, rule('type="expression"', "B2=0"), ["hidden_text"]),
        ("3", WHITE, rule('type="expression"', "B2=0"), []),
        ("3", WHITE, rule('type="expression"', "$A2=1"), ["hidden_text"]),
        ("3", WHITE, rule('type="expression"', "ISERROR(B2)"), []),
        ("3", WHITE, rule('type="cellIs" operator="between"', "5", "1"), ["hidden_text"]),
        ("9", WHITE, rule('type="cellIs" operator="between"', "5", "1"), []),
        ("3", WHITE + BLUE, rule('type="cellIs" operator="greaterThan"', "1"), []),
        ("3", RED, rule('type="cellIs" operator="lessThan"', "0"), []),
        ("3", RED, rule('type="duplicateValues"'), []),
        ("3", WHITE, rule('type="duplicateValues"'), ["hidden_text"]),
        ("3", "<font><strike/></font>", rule('type="cellIs" operator="equal"', "3"), ["hidden_text"]),
        ("3", "", rule('type="dataBar"', more='<dataBar showValue="0"/>'), ["hidden_text"]),
        ("3", "", rule('type="dataBar"', more="<dataBar/>"), []),
        ("3", "", rule('type="iconSet"', more='<iconSet showValue="0"/>'), ["hidden_text"]),
        (
            "9000",
            '<numFmt numFmtId="200" formatCode="0,"/>',
            rule('type="cellIs" operator="greaterThan"', "9"),
            ["number_shown_otherwise"],
        ),
        (
            "9000",
            '<numFmt numFmtId="200" formatCode="0,"/>',
            rule('type="expression"', "$A2=1"),
            ["number_shown_otherwise"],
        ),
    ],
)
def test_a_conditional_format_that_hides_a_figure(
    value: str, difference: str, condition: str, said: list[str]
) -> None:
    page = sheet(f'<c r="B2" s="1"><v>{value}</v></c>', behind=condition)
    assert codes(figure(xlsx.read(book(page, styles=styles(difference=difference))))) == said


def test_a_conditional_format_that_shows_zeros_as_nothing_makes_them_blank() -> None:
    page = sheet('<c r="B2" s="1"><v>0</v></c>', behind=rule('type="cellIs" operator="equal"', "0"))
    form = styles(difference='<numFmt numFmtId="200" formatCode=";;;"/>')
    cell = figure(xlsx.read(book(page, styles=form)))
    assert (cell.text, cell.doubts) == ("", ())


def test_conditional_formats_of_the_extension() -> None:
    behind = (
        "<extLst><ext><x14:conditionalFormattings><x14:conditionalFormatting>"
        '<x14:cfRule type="cellIs" operator="equal"><xm:f>0</xm:f><x14:dxf>'
        f"{WHITE}</x14:dxf></x14:cfRule><xm:sqref>B2:B9</xm:sqref>"
        "</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
    )
    page = sheet('<c r="B2" s="1"><v>0</v></c>', behind=behind)
    assert codes(figure(xlsx.read(book(page, styles=styles())))) == ["hidden_text"]


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        ("0", "0;-0;[White]0", ["hidden_text"]),
        ("3", "0;-0;[White]0", []),
        ("3", "[Color2]0", ["hidden_text"]),
        ("3", "[Color10]0", []),
        ("3", "[Red][<10]0;[Blue]0", []),
        ("3", "[<10][白色]0;0", ["hidden_text"]),
    ],
)
def test_a_number_format_that_prints_in_white(value: str, code: str, said: list[str]) -> None:
    page = sheet(f'<c r="B2" s="1"><v>{value}</v></c>')
    assert codes(figure(xlsx.read(book(page, styles=styles(code))))) == said


def test_a_white_figure_beside_a_label_is_doubted() -> None:
    form = styles(fonts=WHITE + "<font/>").replace('<xf numFmtId="0"', '<xf fontId="1" numFmtId="0"')
    page = sheet('<c r="B2" s="1"><v>3</v></c>')
    assert codes(figure(xlsx.read(book(page, styles=form)))) == ["hidden_text"]


def test_zeros_that_a_sheet_does_not_show_are_blank() -> None:
    view = '<sheetViews><sheetView showZeros="0"/></sheetViews>'
    for value, text in (("0", ""), ("0.0", ""), ("10", "10")):
        page = sheet(f'<c r="B2"><v>{value}</v></c>', before=view)
        assert figure(xlsx.read(book(page))).text == text


@pytest.mark.parametrize(
    ("before", "row"),
    [
        ('<sheetFormatPr defaultRowHeight="0" customHeight="1"/>', ""),
        ("", 'ht="0.75" customHeight="1"'),
        ('<sheetFormatPr defaultColWidth="0"/><cols><col min="1" max="1" width="9"/></cols>', ""),
        ('<cols><col min="2" max="2" width="0.08" customWidth="1"/></cols>', ""),
    ],
)  # fmt: skip
def test_what_has_next_to_no_size_is_hidden(before: str, row: str) -> None:
    page = sheet('<c r="B2"><v>777</v></c>', before=before, row=row)
    document = xlsx.read(book(page))
    assert "hidden_text" in {issue.code for issue in document.issues}
    assert not any("777" in c.text for b in document.blocks if isinstance(b, Table) for c in b.cells)


def test_rows_that_are_not_there_may_be_hidden() -> None:
    """Whoever hides the rows below a table has a sheet whose rows are hidden unless they are listed."""
    page = sheet('<c r="B2"><v>7</v></c>', before='<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>')
    document = xlsx.read(book(page))
    assert (figure(document).text, document.issues) == ("7", ())


@pytest.mark.parametrize(
    ("computing", "other", "said"),
    [
        ('<calcPr fullCalcOnLoad="1"/>', "0", ["formula_without_value"]),
        ('<calcPr fullCalcOnLoad="1"/>', "5", []),
        ("<calcPr/>", "0", []),
    ],
)
def test_zeros_of_formulas_that_nothing_has_computed(computing: str, other: str, said: list[str]) -> None:
    cells = f'<c r="B2"><f>B1-1</f><v>0</v></c><c r="C2"><f>B1*5</f><v>{other}</v></c>'
    assert codes(figure(xlsx.read(book(sheet(cells), computing=computing)))) == said


def test_a_formula_without_a_value_names_its_cell() -> None:
    cell = figure(xlsx.read(book(sheet('<c r="B2"><f>B1</f></c>'))))
    assert (cell.text, codes(cell)) == ("", ["formula_without_value"])


def test_a_struck_out_part_of_a_text_is_said() -> None:
    runs = "<r><rPr><strike/></rPr><t>77</t></r><r><t>5</t></r>"
    document = xlsx.read(book(sheet(f'<c r="B2" t="inlineStr"><is>{runs}</is></c>')))
    assert figure(document).text == "5"
    assert [issue.code for issue in document.issues] == ["struck_text"]


def test_a_text_that_its_cell_repeats_is_doubted() -> None:
    form = styles(style='<alignment horizontal="fill"/>')
    cell = figure(xlsx.read(book(sheet('<c r="B2" s="1"><v>5</v></c>'), styles=form)))
    assert codes(cell) == ["print_doubtful"]


def test_a_format_shows_texts_too() -> None:
    for code, text in (('@"万元"', "12万元"), (";;;", ""), ("0;-0;;@", "12"), ("0", "12")):
        page = sheet('<c r="B2" s="1" t="str"><v>12</v></c>').replace(
            't="str"><v>12', 't="inlineStr"><is><t>12'
        )
        page = page.replace("<t>12</v>", "<t>12</t></is>")
        assert figure(xlsx.read(book(page, styles=styles(code)))).text == text


# -- Excel 2003 XML

EXCEL = "urn:schemas-microsoft-com:office:"


def excel(
    *, code: str = "General", figure: str = "3", table: str = "", options: str = "", row: str = ""
) -> bytes:
    code = code.replace('"', "&quot;").replace("<", "&lt;")
    data = f"<Data ss:Type='Number'>{figure}</Data>" if figure else ""
    return (
        f"<Workbook xmlns='{EXCEL}spreadsheet' xmlns:ss='{EXCEL}spreadsheet' xmlns:x='{EXCEL}excel'><Styles>"
        f'<Style ss:ID="s"><NumberFormat ss:Format="{code}"/></Style></Styles><Worksheet ss:Name="Sheet1">'
        f"<Table {table}><Row><Cell><Data ss:Type='String'>行政许可</Data></Cell>"
        "<Cell><Data ss:Type='Number'>1</Data></Cell></Row>"
        f"<Row {row}><Cell><Data ss:Type='String'>行政处罚</Data></Cell>"
        f"<Cell ss:StyleID='s' ss:Formula='=R[-1]C'>{data}</Cell></Row></Table>{options}"
        "</Worksheet></Workbook>"
    ).encode()


@pytest.mark.parametrize(
    ("qualifier", "style", "said"),
    [
        ("<Qualifier>Equal</Qualifier><Value1>3</Value1>", "color:white", ["hidden_text"]),
        ("<Qualifier>Equal</Qualifier><Value1>0</Value1>", "color:white", []),
        ("<Value1>RC=3</Value1>", "color:#FFFFFF", ["hidden_text"]),
        ("<Value1>RC[-1]=3</Value1>", "color:white", ["hidden_text"]),
        ("<Qualifier>Less</Qualifier><Value1>9</Value1>", "color:red", []),
        ("<Qualifier>Less</Qualifier><Value1>9</Value1>", "color:white;background:navy", []),
        ("<Qualifier>Less</Qualifier><Value1>9</Value1>", "text-line-through:single", ["hidden_text"]),
    ],
)
def test_conditional_formats_of_excel_xml(qualifier: str, style: str, said: list[str]) -> None:
    options = (
        f"<ConditionalFormatting xmlns='{EXCEL}excel'><Range>R1C1:R9C9</Range>"
        f"<Condition>{qualifier}<Format Style='{style}'/></Condition></ConditionalFormatting>"
    )
    assert codes(figure(flat_sheet.read(excel(options=options)))) == said


def test_what_excel_xml_does_not_show() -> None:
    zeros = f"<WorksheetOptions xmlns='{EXCEL}excel'><DoNotDisplayZeros/></WorksheetOptions>"
    assert figure(flat_sheet.read(excel(figure="0", options=zeros))).text == ""
    assert codes(figure(flat_sheet.read(excel(code="[White]0")))) == ["hidden_text"]
    assert codes(figure(flat_sheet.read(excel(figure="")))) == ["formula_without_value"]
    assert figure(flat_sheet.read(excel(code="Fixed"))).text == "3.00"
    for table, row in (
        ("ss:DefaultRowHeight='0'", ""),
        ("ss:DefaultColumnWidth='0'", ""),
        ("", "ss:Height='1'"),
    ):
        document = flat_sheet.read(excel(table=table, row=row))
        assert [issue.code for issue in document.issues] == ["hidden_text"]


# -- Excel 97-2003

DATA = Path(__file__).parent / "data"
"""`conditions.xls` was saved by LibreOffice; `uncomputed.xls` by a program that computes nothing (xlwt)."""


def test_conditional_formats_of_the_old_format() -> None:
    document = xls.read((DATA / "conditions.xls").read_bytes())
    [table] = [block for block in document.blocks if isinstance(block, Table)]
    said = {(cell.row, cell.column): cell.doubts[0].message for cell in table.cells if cell.doubts}
    hides, may = (f"a conditional format {word} the cell's text" for word in ("hides", "may hide"))
    assert said == {
        (0, 1): hides,  # white where it is 0
        (2, 1): hides,  # struck out where it is less than -1000
        (4, 2): hides,  # white where C1>8; red between 1 and 5, white where ISERROR(C1)
        (4, 3): may,  # white on blue where it is more than 1, white where another cell says something
    }


def test_what_the_old_format_does_not_show() -> None:
    document = xls.read((DATA / "uncomputed.xls").read_bytes())
    [table] = [block for block in document.blocks if isinstance(block, Table)]
    said = {cell.row: [doubt.code for doubt in cell.doubts] for cell in table.cells if cell.doubts}
    assert said == {2: ["formula_without_value"], 3: ["hidden_text"], 4: ["print_doubtful"]}
    assert [issue.message for issue in document.issues] == ["hidden row 6 was left out"]


def test_zeros_that_a_sheet_of_the_old_format_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (DATA / "conditions.xls").read_bytes()
    found = xlrd.open_workbook(file_contents=data, formatting_info=True)
    found.sheets()[0].show_zero_values = 0
    monkeypatch.setattr(xlrd, "open_workbook", lambda **_: found)
    [table] = [block for block in xls.read(data).blocks if isinstance(block, Table)]
    assert [cell.text for cell in table.cells if cell.row == 0] == ["规章", "", "", ""]


# -- ODS

CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
NUMBER = "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"


def ods(
    cell: str, *, styles: str = "", behind: str = "", row: str = "", parts: dict[str, str] | None = None
) -> Document:
    """A table of two rows whose second figure is a given cell."""
    label = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    one = '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
    styles = f'<style:style style:name="ce" style:family="table-cell" style:data-style-name="N1"/>{styles}'
    data = file(
        f'<table:table table:name="a"><table:table-row>{label.format("行政许可")}{one}</table:table-row>'
        f"<table:table-row {row}>{label.format('行政处罚')}{cell}</table:table-row>{behind}</table:table>",
        ODS,
        styles,
    )
    names = f'<office:document-content xmlns:calcext="{CALC}" xmlns:number="{NUMBER}" '
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inner: dict[str, str | bytes] = {name: archive.read(name).decode() for name in archive.namelist()}
    inner["content.xml"] = str(inner["content.xml"]).replace("<office:document-content ", names)
    return odf.read(package(inner | (parts or {})))


def stored(value: str, inner: str = "", more: str = "") -> str:
    return (
        f'<table:table-cell table:style-name="ce" office:value-type="float" office:value="{value}" {more}>'
        f"{inner}</table:table-cell>"
    )


def number(maps: str = "", inner: str = '<number:number number:decimal-places="0"/>') -> str:
    return f'<number:number-style style:name="N1">{inner}{maps}</number:number-style>'


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("0", "", "0"),
        ("12", "", "12"),
        ("1234", number(inner='<number:number number:decimal-places="0" number:grouping="true"/>'), "1,234"),
        ("12.5", number(inner='<number:number number:decimal-places="2"/>'), "12.50"),
        ("5", number(inner='<number:number number:decimal-places="0"/><number:text>件</number:text>'), "5件"),
        ("0", number(inner="<number:text/>"), ""),
        (
            "0",
            '<number:number-style style:name="N3"><number:text>-</number:text></number:number-style>'
            + number('<style:map style:condition="value()=0" style:apply-style-name="N3"/>'),
            "-",
        ),
    ],
)
def test_a_value_without_text_is_shown_by_its_format(value: str, form: str, text: str) -> None:
    assert figure(ods(stored(value), styles=form)).text == text


def test_a_formula_of_ods_without_a_value() -> None:
    cell = figure(ods('<table:table-cell table:formula="of:=1+2"/>'))
    assert (cell.text, codes(cell)) == ("", ["formula_without_value"])
    empty = '<table:table-cell table:formula="of:=A1" office:value-type="string"><text:p/></table:table-cell>'
    assert codes(figure(ods(empty))) == []


HIDING = (
    '<style:style style:name="W_5f_1" style:display-name="W_1" style:family="table-cell">'
    '<style:text-properties fo:color="#ffffff"/></style:style>'
    '<style:style style:name="R" style:family="table-cell"><style:text-properties fo:color="#ff0000"/>'
    "</style:style>"
)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ('<calcext:condition calcext:apply-style-name="W_1" calcext:value="=3"/>', ["hidden_text"]),
        ('<calcext:condition calcext:apply-style-name="W_1" calcext:value="=0"/>', []),
        ('<calcext:condition calcext:apply-style-name="R" calcext:value="=3"/>', []),
        ('<calcext:condition calcext:apply-style-name="W_1" calcext:value="between(1,5)"/>', ["hidden_text"]),
        ('<calcext:condition calcext:apply-style-name="W_1" calcext:value="formula-is([.B1]=0)"/>', []),
        (
            '<calcext:condition calcext:apply-style-name="W_1" calcext:value="formula-is([.A1]=0)"/>',
            ["hidden_text"],
        ),
        ('<calcext:data-bar calcext:show-value="false"/>', ["hidden_text"]),
        ("<calcext:data-bar/>", []),
        (
            '<calcext:icon-set><calcext:formatting-entry calcext:show-value="false"/></calcext:icon-set>',
            ["hidden_text"],
        ),
    ],
)  # fmt: skip
def test_conditional_formats_of_ods(condition: str, said: list[str]) -> None:
    behind = (
        '<calcext:conditional-formats><calcext:conditional-format calcext:target-range-address="a.B1:a.B9">'
        f"{condition}</calcext:conditional-format></calcext:conditional-formats>"
    ).replace("<calcext:condition ", '<calcext:condition calcext:base-cell-address="a.B1" ')
    cell = stored("3", "<text:p>3</text:p>")
    assert codes(figure(ods(cell, styles=HIDING, behind=behind))) == said


def test_conditional_formats_in_styles_of_ods() -> None:
    style = (
        '<style:style style:name="m" style:family="table-cell"><style:map style:apply-style-name="W_5f_1" '
        'style:condition="cell-content()=3" style:base-cell-address="a.B2"/></style:style>'
    )
    cell = stored("3", "<text:p>3</text:p>").replace('"ce"', '"m"')
    assert codes(figure(ods(cell, styles=HIDING + style))) == ["hidden_text"]


def test_what_ods_does_not_show() -> None:
    cell = stored("3", "<text:p>3</text:p>")
    white = number(
        inner='<style:text-properties fo:color="#ffffff"/><number:number number:decimal-places="0"/>'
    )
    assert codes(figure(ods(cell, styles=white))) == ["hidden_text"]
    repeated = (
        '<style:style style:name="r" style:family="table-cell">'
        '<style:table-cell-properties style:repeat-content="true"/></style:style>'
    )
    assert codes(figure(ods(cell.replace('"ce"', '"r"'), styles=repeated))) == ["print_doubtful"]
    settings = (
        '<a xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0">'
        '<config:config-item config:name="ShowZeroValues">false</config:config-item></a>'
    )
    nothing = ods(stored("0", "<text:p>0</text:p>"), parts={"settings.xml": settings})
    assert figure(nothing).text == ""
    damaged = ods(stored("0", "<text:p>0</text:p>"), parts={"settings.xml": "<a>"})
    assert figure(damaged).text == "0"
    low = (
        '<style:style style:name="l" style:family="table-row">'
        '<style:table-row-properties style:row-height="0.0102in"/></style:style>'
    )
    document = ods(cell, styles=low, row='table:style-name="l"')
    assert [issue.code for issue in document.issues] == ["hidden_text"]


@pytest.mark.parametrize("said", ["style", "type"])
def test_struck_out_cells_of_ods(said: str) -> None:
    style = (
        '<style:style style:name="s" style:family="table-cell">'
        f'<style:text-properties style:text-line-through-{said}="single"/></style:style>'
    )
    document = ods(stored("3", "<text:p>3</text:p>").replace('"ce"', '"s"'), styles=style)
    assert (figure(document).text, [issue.code for issue in document.issues]) == ("", ["struck_text"])
