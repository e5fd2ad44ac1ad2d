"""Digits that look unlike beside each other and text that nobody sees, format by format: never in silence."""

# ruff: noqa: E501 - markup, line by line as it stands in files

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import pytest

from extraction import extract
from extraction.document import Document, Paragraph, Table
from extraction.readers import doc, docx, flat_sheet, html, mhtml, odf, rtf, xls, xlsx
from extraction.readers.doc_format import Face, Faces
from extraction.readers.print_look import PLAIN, Look, line_doubts, meet, row_doubts
from extraction.sniff import ODS, ODT
from tests.extraction.render_docx import docx as word_file
from tests.extraction.test_raised import workbook
from tests.extraction.test_readers_odf import file as open_file

Said = list[tuple[str, set[str]]]
SMALL, LARGE, UNSEEN = Look(6, known=True), Look(12, known=True), Look(unseen=True)


def said(document: Document) -> Said:
    """The cells of a document, and what is said of each."""
    tables = [block for block in document.blocks if isinstance(block, Table)]
    return [(cell.text, {doubt.code for doubt in cell.doubts}) for table in tables for cell in table.cells]


def lines(document: Document) -> Said:
    found = [block for block in document.blocks if isinstance(block, Paragraph)]
    return [(line.text, {doubt.code for doubt in line.doubts}) for line in found]


# -- the notion -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pieces",
    [
        [(LARGE, "13"), (SMALL, "2")],
        [(SMALL, "2"), (LARGE, "13")],
        [(LARGE, "1"), (SMALL, "2"), (LARGE, "3")],
        [(LARGE, "13"), (SMALL, "\u200b2")],
        [(LARGE, "13"), (PLAIN, "\u2060"), (SMALL, "２")],
        [(LARGE, "1"), (SMALL, ","), (SMALL, "234")],
        [(LARGE, "13"), (SMALL, ".5")],
        [(Look(12, known=True), "1"), (Look(10.5, known=True), "2"), (Look(9, known=True), "3")],
        [(LARGE, "13"), (Look(12, known=True, lift=4), "2")],
        [(PLAIN, "13"), (Look(0.5), "2")],
        [(PLAIN, "13"), (SMALL, "2")],
    ],
)
def test_digits_of_one_figure_that_look_unlike(pieces: list[tuple[Look, str]]) -> None:
    assert [[doubt.code for doubt in found] for found in row_doubts([pieces])] == [["print_doubtful"]]
    assert [doubt.code for doubt in line_doubts([(LARGE, "受理"), *pieces, (LARGE, "件")])] == [
        "print_doubtful"
    ]
    assert meet([text for _, text in pieces])


@pytest.mark.parametrize(
    "pieces",
    [
        [(SMALL, "1"), (SMALL, "32")],
        [(LARGE, "13"), (SMALL, "件")],
        [(LARGE, "13"), (SMALL, "（其中修订2件）")],
        [(LARGE, "13"), (LARGE, "，"), (SMALL, "2")],
        [(LARGE, "1"), (Look(10.5, known=True), "3")],
        [(PLAIN, "1"), (LARGE, "3")],
        [(LARGE, "规章"), (SMALL, "2")],
    ],
)
def test_a_figure_of_one_look_needs_no_word(pieces: list[tuple[Look, str]]) -> None:
    assert row_doubts([pieces]) == [()]
    assert line_doubts(pieces) == ()


def test_unseen_text_is_told_beside_text_that_is_seen() -> None:
    cells = [
        [(PLAIN, "规章")],
        [(PLAIN, "8")],
        [(UNSEEN, "9")],
        [(UNSEEN, "1"), (PLAIN, "3")],
        [(UNSEEN, "无")],
    ]
    found = row_doubts(cells)
    assert [{doubt.code for doubt in each} for each in found] == [
        set(),
        set(),
        {"hidden_text"},
        {"hidden_text"},
        set(),
    ]
    assert row_doubts([[(PLAIN, "合计")], [(UNSEEN, "9")], [(UNSEEN, "8")]]) == [()] * 3
    assert line_doubts([(UNSEEN, "一"), (PLAIN, "受理13件")]) == ()
    assert line_doubts([(PLAIN, "受理13"), (UNSEEN, "2"), (PLAIN, "件")])


# -- Word -----------------------------------------------------------------------------------------------------

STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="24"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Low"><w:name w:val="Low"/><w:basedOn w:val="Normal"/><w:rPr><w:sz w:val="15"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Mark"><w:name w:val="Mark"/><w:rPr><w:sz w:val="12"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Mark2"><w:name w:val="Mark2"/><w:basedOn w:val="Mark"/></w:style>
<w:style w:type="character" w:styleId="White"><w:name w:val="White"/><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Note"><w:name w:val="Note"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Note2"><w:name w:val="Note2"/><w:basedOn w:val="Note"/></w:style>
<w:style w:type="character" w:styleId="Cut"><w:name w:val="Cut"/><w:rPr><w:strike/></w:rPr></w:style>
<w:style w:type="table" w:styleId="Dark"><w:name w:val="Dark"/><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr></w:style>
"""


def run(text: str, style: str = "", more: str = "") -> str:
    named = f'<w:rStyle w:val="{style}"/>' if style else ""
    return f"<w:r><w:rPr>{named}{more}</w:rPr><w:t>{text}</w:t></w:r>"


def word(runs: str, *, paragraph: str = "", table: str = "") -> tuple[str, set[str]]:
    """The second of the cells of a row, of which the others hold plain figures."""
    named = f'<w:pPr><w:pStyle w:val="{paragraph}"/></w:pPr>' if paragraph else ""
    cells = "".join(f"<w:tc><w:tcPr/><w:p>{named}{text}</w:p></w:tc>" for text in (run("8"), runs, run("9")))
    look = f'<w:tblPr><w:tblStyle w:val="{table}"/></w:tblPr>' if table else ""
    return said(
        docx.read(word_file(f"<w:tbl>{look}<w:tblGrid/>{f'<w:tr>{cells}</w:tr>' * 2}</w:tbl>", styles=STYLES))
    )[1]


@pytest.mark.parametrize(
    ("runs", "text", "codes"),
    [
        (run("13") + run("2", "Mark2"), "132", {"print_doubtful"}),
        (run("2", "Mark") + run("13"), "213", {"print_doubtful"}),
        (run("13") + run("2", more='<w:position w:val="10"/>'), "132", {"print_doubtful"}),
        (run("13") + run("2", "White"), "132", {"hidden_text"}),
        (run("132", "White"), "132", {"hidden_text"}),
        (run("13") + run("2", "Gone"), "13", set()),
        (run("13") + run("2", "Note2"), "13²", set()),
        (run("7", "Cut") + run("13"), "13", set()),
        (run("1", "Mark") + run("3", "Mark2"), "13", set()),
        (run("1") + run("3", more='<w:sz w:val="21"/>'), "13", set()),
        (run("7", more="<w:strike/><w:sz w:val='9'/>") + run("13"), "13", set()),
    ],
)
def test_word_by_its_styles(runs: str, text: str, codes: set[str]) -> None:
    assert word(runs) == (text, codes)


def test_word_by_the_styles_of_paragraphs_and_tables() -> None:
    assert word(run("13") + run("2", "Mark"), paragraph="Low") == ("132", {"print_doubtful"})
    assert word(run("13") + run("2", more='<w:sz w:val="14"/>'), paragraph="Low") == ("132", set())
    assert word(run("13") + run("2", "White"), table="Dark") == ("132", set())


def test_small_digits_in_a_sentence_of_word_are_doubted() -> None:
    def mentions(mark: str) -> list[tuple[float | None, tuple[str, ...]]]:
        heading = "".join(
            f"<w:p>{run(text)}</w:p>"
            for text in ("青溪县教育局2022年政府信息公开工作年度报告", "一、总体情况")
        )
        first = f"<w:p>{run('2022年，我局受理政府信息公开申请')}{run('13')}{mark}{run('件。')}</w:p>"
        second = f"<w:p>{run('2022年，我局主动公开政府信息')}{run('210')}{run('条。')}</w:p>"
        record = extract(word_file(heading + first + second + first, styles=STYLES))
        return [(mention.value, mention.flags) for mention in record.mentions]

    assert (13, ()) in mentions("")
    found = mentions(run("2", "Mark"))
    assert {flags for value, flags in found if value == 132} == {("print_doubtful",)}
    assert (210, ()) in found


# -- RTF ------------------------------------------------------------------------------------------------------

HEAD = (
    r"\ansi{\colortbl;\red0\green0\blue0;\red255\green255\blue255;\red31\green78\blue121;}"
    r"{\stylesheet{\fs21 Normal;}{\s1\fs24 Body;}{\*\cs15\additive\fs12 Mark;}{\*\cs16\additive\super Note;}"
    r"{\*\cs17\additive\v Gone;}{\*\cs18 Plain;}}"
)


def rtf_row(cell: str, ground: str = "") -> tuple[str, set[str]]:
    row = rf"\trowd\cellx900{ground}\cellx1800\cellx2700\pard\intbl\fs24 8\cell {cell}\cell 9\cell\row"
    return said(rtf.read(rf"{{\rtf1{HEAD} {row}\pard x\par}}".encode()))[1]


@pytest.mark.parametrize(
    ("cell", "text", "codes"),
    [
        (r"13{\fs12 2}", "132", {"print_doubtful"}),
        (r"{\fs12 2}13", "213", {"print_doubtful"}),
        (r"13\plain\fs12 2\fs24", "132", {"print_doubtful"}),
        (r"13{\cs15 2}", "132", {"print_doubtful"}),
        (r"13{\cs16 2}", "132", {"print_doubtful"}),
        (r"13{\cs16\super 2}", "13²", set()),
        (r"13{\cs17 2}", "132", {"hidden_text"}),
        (r"13{\v 2}", "13", set()),
        (r"13{\cf2 2}", "132", {"hidden_text"}),
        (r"13{\fs2 2}", "132", {"hidden_text"}),
        (r"{\cf2 132}", "132", {"hidden_text"}),
        (r"13{\cf3\chcbpat3 2}", "132", {"hidden_text"}),
        (r"13{\cf2\highlight3 2}", "132", set()),
        (r"13{\cf2\chshdng5000 2}", "132", set()),
        (r"{\fs12 1}{\fs12\b 3}{\fs13 2}", "132", set()),
        (r"{\cs18 1}{\fs21 32}", "132", set()),
        (r"13\fs12 \u20214?", "13件", set()),
    ],
)
def test_rtf(cell: str, text: str, codes: set[str]) -> None:
    assert rtf_row(cell) == (text, codes)


def test_rtf_on_a_shaded_cell() -> None:
    assert rtf_row(r"13{\cf2 2}", r"\clcbpat3") == ("132", set())
    assert rtf_row(r"13{\cf2 2}", r"\clcfpat3\clshdng10000") == ("132", set())
    assert rtf_row(r"13{\cf3 2}", r"\clcbpat3") == ("132", {"hidden_text"})
    assert rtf_row(r"\pard\intbl\cbpat3 13{\cf2 2}") == ("132", set())


def test_small_digits_in_a_line_of_rtf() -> None:
    found = lines(rtf.read(rf"{{\rtf1{HEAD}\pard\fs24 a13{{\fs12 2}}b\par a13\fs12 b\par}}".encode()))
    assert found == [("a132b", {"print_doubtful"}), ("a13b", set())]


# -- workbooks ------------------------------------------------------------------------------------------------


def rich(*runs: tuple[str, str]) -> str:
    inner = "".join(f"<r>{f'<rPr>{look}</rPr>' if look else ''}<t>{text}</t></r>" for text, look in runs)
    return f'<c r="B1" t="inlineStr" s="1"><is>{inner}</is></c>'


def xlsx_cell(cell: str) -> tuple[str, set[str]]:
    other = cell.replace('"B1"', '"B2"')
    rows = f'<row r="1"><c r="A1" s="1"><v>8</v></c>{cell}</row><row r="2"><c r="A2" s="1"><v>8</v></c>{other}</row>'
    return said(xlsx.read(workbook(rows, XLSX_STYLES)))[1]


XLSX_STYLES = (
    '<fonts><font><sz val="12"/></font><font><sz val="12"/><color rgb="FFFFFFFF"/></font>'
    '<font><sz val="12"/><color theme="0"/></font><font><sz val="6"/></font></fonts>'
    '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF1F4E79"/></patternFill></fill></fills>'
    '<borders><border/><border><left style="thin"/></border></borders>'
    '<cellXfs><xf/><xf borderId="1"/><xf borderId="1" fontId="1"/><xf borderId="1" fontId="2"/>'
    '<xf borderId="1" fontId="1" fillId="2"/><xf borderId="1" fontId="3"/></cellXfs>'
)


@pytest.mark.parametrize(
    ("cell", "text", "codes"),
    [
        (rich(("13", '<sz val="12"/>'), ("2", '<sz val="6"/>')), "132", {"print_doubtful"}),
        (rich(("13", ""), ("2", '<sz val="8"/>')), "132", {"print_doubtful"}),
        (rich(("2", '<sz val="8"/>'), ("13", "")), "213", {"print_doubtful"}),
        (rich(("13", ""), ("2", '<sz val="12"/><color rgb="00FFFFFF"/>')), "132", {"hidden_text"}),
        (rich(("13", ""), ("2", '<sz val="12"/><color theme="0"/>')), "132", {"hidden_text"}),
        (rich(("13", ""), ("2", '<sz val="12"/><color indexed="9"/>')), "132", {"hidden_text"}),
        (rich(("13", ""), ("2", '<sz val="8"/><vertAlign val="superscript"/>')), "13²", set()),
        (rich(("13", ""), ("2", '<b/><sz val="12"/>')), "132", set()),
        (rich(("13", ""), ("件", '<sz val="8"/>')), "13件", set()),
        ('<c r="B1" s="2"><v>132</v></c>', "132", {"hidden_text"}),
        ('<c r="B1" s="3"><v>132</v></c>', "132", {"hidden_text"}),
        ('<c r="B1" s="4"><v>132</v></c>', "132", set()),
        ('<c r="B1" s="5"><v>132</v></c>', "132", set()),
    ],
)
def test_workbook(cell: str, text: str, codes: set[str]) -> None:
    assert xlsx_cell(cell) == (text, codes)


# Made by xlwt: beside an 8 in each row, 13 of 12 points with a 2 of 6, or of another look, before or behind it.
OLD_WORKBOOK = (
    "eNrtWE1oE0EU/mayaX5M0k2biK1QQsGqtZc0B720iYL2ZKl6UESwqQ1WWlIJPagHrdYcBdGT4qXQi5eqF3+wgt48CBU9CILQ6tGL"
    "goKHNuubt7shSRPpglaU/ZZ5O/Pe++bNzE7eTvb1YnRp9kH7MmrQDw9KRgBNFTpBJWA3dJDdMFTVvvupGC7+KQT89CCbvHgafuVT"
    "z1A972VI3NdekAQ+UjmBsxiczOcSG4h9PIasUGPoIylwhzQRtPGoWlieYtnK8h57LrDMsOYayz7yXRLHsZge7N5j7eJjspNtEah+"
    "HzHnPWuSiOOl2sWXrgvT14u9hTPZib9u+OLYcO5XjACcGlRXYq3B7zhGQ4Ygw4Jc3zw6tBDmQDt2IJfPFbITS4jR1p3DdyMBfLNz"
    "1POEq99YvQDpf1TrfWV9NJpJZBK2flMDfaRWr91gfXMD/2gd/U2pAdMwhjl1FKnP014zvR0Zy+WmkisY41Snigd+iWSqV73AJO1a"
    "bvcmU2oHC9JV24M17ZDZ3q38w3X8dWJQT5xm9ao0G+b0EyI5SnNT9SgnIZ14K3e/vjk4MpQ+yZppfrWaL+BtamYwcFkxiBxhC0+O"
    "IgPdzNjF8gr3upXr7Sxj5En3rqG4VTkwwz5X2dpFcVKMt+ntFfUdVC9+PvS4o/gpvZPq8wPLF2Lz79Kz6KQ1GiW+umbQI3rE7VsK"
    "T9L2XVjJ+gPLtjWJ2y91a+yGdcpoxkUZ5GqU+gdWeQXV6qDcktQSFlvUYYsqtiivrWmTNKYWabJlHbasYptPxlNuqdiaFdtTw36G"
    "Lawz2a0cJcZSsr9WJ5pWFU3jaF5rrBrx4szvly14yNkxU3EkC8KFCxcuXLhw4cIhBB+mzKOjZh0k1eHUZ33XWaVScj+T/Lc4jEm6"
    "pujv037k6V7AeUf7ZzO8wu5LrJNjfy9UOErRCxjHCI9j3PH+pT8XonI+6ybqv+8n5DR+yck4/3D8n3OzDd0="
)


def test_old_workbook() -> None:
    document = xls.read(zlib.decompress(base64.b64decode(OLD_WORKBOOK)))
    found = said(document)
    assert found[1::3] == [
        ("132", {"print_doubtful"}),
        ("132", {"hidden_text"}),
        ("13²", set()),
        ("132", set()),
        ("132", set()),
    ]
    assert found[2::3] == [
        ("213", {"print_doubtful"}),
        ("132", {"hidden_text"}),
        ("13", set()),
        ("", set()),
        ("132", set()),
    ]
    assert [issue.message for issue in document.issues] == [
        f"struck-out text of cell {name} was left out" for name in ("C3", "C4")
    ]


@pytest.mark.parametrize(
    ("inner", "style", "text", "codes"),
    [
        ('13<Font html:Size="6">2</Font>', "a", "132", {"print_doubtful"}),
        ('<Font html:Size="6">2</Font>13', "a", "213", {"print_doubtful"}),
        ('13<B><Font html:Color="#FFFFFF">2</Font></B>', "a", "132", {"hidden_text"}),
        ("13<Sup>2</Sup>", "a", "13²", set()),
        ("13<S>2</S>", "a", "13", set()),
        ("13<B>2</B>", "a", "132", set()),
        ("132", "w", "132", {"hidden_text"}),
        ("132", "d", "132", set()),
    ],
)
def test_workbook_in_one_xml_file(inner: str, style: str, text: str, codes: set[str]) -> None:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    html = "http://www.w3.org/TR/REC-html40"
    styles = (
        '<Style ss:ID="Default"><Font ss:Size="12"/></Style><Style ss:ID="a"><Borders><Border/></Borders></Style>'
        '<Style ss:ID="w" ss:Parent="a"><Font ss:Color="#FFFFFF"/><Borders><Border/></Borders></Style>'
        '<Style ss:ID="d" ss:Parent="w"><Interior ss:Color="#1F4E79" ss:Pattern="Solid"/><Borders><Border/></Borders></Style>'
    )
    eight = '<Cell ss:StyleID="a"><Data ss:Type="Number">8</Data></Cell>'
    cell = f'<Cell ss:StyleID="{style}"><ss:Data ss:Type="String" xmlns="{html}">{inner}</ss:Data></Cell>'
    book = (
        f'<Workbook xmlns="{space}" xmlns:ss="{space}" xmlns:html="{html}"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="Sheet1"><Table>{f"<Row>{eight}{cell}</Row>" * 2}</Table></Worksheet></Workbook>'
    )
    document = flat_sheet.read(book.encode())
    assert said(document)[1] == (text, codes)
    assert [issue.code for issue in document.issues] == (["struck_text"] if "<S>" in inner else [])


# -- OpenDocument ---------------------------------------------------------------------------------------------


def odf_style(name: str, family: str, properties: str, parent: str = "") -> str:
    based = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}"{based}>{properties}</style:style>'


ODF_STYLES = (
    '<style:default-style style:family="paragraph"><style:text-properties fo:font-size="12pt"/></style:default-style>'
    + odf_style("low", "paragraph", '<style:text-properties fo:font-size="7.5pt"/>')
    + odf_style("tiny", "text", '<style:text-properties fo:font-size="6pt"/>')
    + odf_style("tiny2", "text", "", "tiny")
    + odf_style("near", "text", '<style:text-properties fo:font-size="7pt"/>')
    + odf_style("part", "text", '<style:text-properties fo:font-size="58%"/>')
    + odf_style("most", "text", '<style:text-properties fo:font-size="90%"/>')
    + odf_style("white", "text", '<style:text-properties fo:color="#ffffff"/>')
    + odf_style("auto", "text", '<style:text-properties style:use-window-font-color="true"/>')
    + odf_style("gone", "text", '<style:text-properties text:display="none"/>')
    + odf_style("bold", "text", '<style:text-properties fo:font-weight="bold"/>')
    + odf_style("dark", "table-cell", '<style:table-cell-properties fo:background-color="#1f4e79"/>')
    + odf_style("pale", "table-cell", '<style:text-properties fo:color="#ffffff"/>')
    + odf_style("pale2", "table-cell", '<style:table-cell-properties fo:background-color="#1f4e79"/>', "pale")
)


def span(text: str, style: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def odf_cell(
    inner: str, *, kind: str = ODT, paragraph: str = "", cell: str = "", column: str = ""
) -> tuple[str, set[str]]:
    named = f' text:style-name="{paragraph}"' if paragraph else ""
    looks = f' table:style-name="{cell}"' if cell else ""
    default = f'<table:table-column table:default-cell-style-name="{column}"/>' if column else ""
    eight = "<table:table-cell><text:p>8</text:p></table:table-cell>"
    row = f"<table:table-row>{eight}<table:table-cell{looks}><text:p{named}>{inner}</text:p></table:table-cell></table:table-row>"
    body = f'<table:table table:name="Sheet1"><table:table-column/>{default}{row * 2}</table:table>'
    return said(odf.read(open_file(body, kind, ODF_STYLES)))[1]


@pytest.mark.parametrize("kind", [ODT, ODS])
@pytest.mark.parametrize(
    ("inner", "text", "codes"),
    [
        ("13" + span("2", "tiny"), "132", {"print_doubtful"}),
        (span("2", "tiny2") + "13", "213", {"print_doubtful"}),
        ("13" + span("2", "part"), "132", {"print_doubtful"}),
        ("1" + span("2", "part") + "3", "123", {"print_doubtful"}),
        ("13" + span("2", "white"), "132", {"hidden_text"}),
        (span("132", "white"), "132", {"hidden_text"}),
        ("13" + span(span("2", "auto"), "white"), "132", set()),
        ("13" + span("2", "gone"), "13", set()),
        (span("1", "tiny") + span("3", "tiny2"), "13", set()),
        (span("1", "bold") + "3" + span("2", "most"), "132", set()),
        ("13" + span("件", "tiny"), "13件", set()),
    ],
)
def test_open_document(kind: str, inner: str, text: str, codes: set[str]) -> None:
    assert odf_cell(inner, kind=kind) == (text, codes)


def test_open_document_by_paragraphs_and_cells() -> None:
    assert odf_cell("13" + span("2", "near"), paragraph="low") == ("132", set())
    assert odf_cell("13" + span("2", "white"), cell="dark") == ("132", set())
    assert odf_cell("132", kind=ODS, cell="pale") == ("132", {"hidden_text"})
    assert odf_cell("132", kind=ODS, column="pale") == ("132", {"hidden_text"})
    assert odf_cell("132", kind=ODS, cell="pale2") == ("132", set())


def test_small_digits_in_a_line_of_open_document() -> None:
    body = f"<text:p>a13{span('2', 'tiny')}b</text:p><text:p>a13{span('b', 'tiny')}</text:p>"
    assert lines(odf.read(open_file(body, ODT, ODF_STYLES))) == [
        ("a132b", {"print_doubtful"}),
        ("a13b", set()),
    ]


# -- Word 97 --------------------------------------------------------------------------------------------------

OLD_WORD = Path(__file__).parent / "data" / "print_look.doc"
"""Saved by LibreOffice: a table of three columns, its looks from styles of characters and from the text itself."""
PRINT, HIDDEN, NOTHING = {"print_doubtful"}, {"hidden_text"}, set[str]()


def test_old_word() -> None:
    document = doc.read(OLD_WORD.read_bytes())
    assert said(document)[1::3] == [
        ("132", PRINT),  # small by a style based on another
        ("213", PRINT),  # before the digits
        ("132", PRINT),  # off the line
        ("132", HIDDEN),  # white by a style
        ("132", HIDDEN),  # all of it
        ("13", NOTHING),  # hidden by a style, so left out
        ("13²", NOTHING),  # raised by a style
        ("13", NOTHING),  # struck out by a style
        ("13", NOTHING),  # small throughout
        ("13", NOTHING),  # 12 and 10.5 points
        ("132", PRINT),  # 6 points
        ("13", NOTHING),  # hidden
        ("132", HIDDEN),  # white
        ("132", NOTHING),  # white on a dark shade
        ("132", NOTHING),  # white on a dark highlight
        ("132", HIDDEN),  # nearly white
        ("132", HIDDEN),  # of one point
        ("132", NOTHING),  # white in a dark cell
        ("132", PRINT),  # 6 points beside the 7.5 of its paragraph's style
    ]
    assert said(document)[2::3] == [("9", NOTHING)] * 18 + [("132", NOTHING)]
    assert ("a132b", PRINT) in lines(document)


def property_of(code: int, operand: bytes) -> bytes:
    return code.to_bytes(2, "little") + operand


def style_of(kind: int, base: int, properties: bytes) -> bytes:
    head = (0).to_bytes(2, "little") + (kind | base << 4).to_bytes(2, "little") + bytes(6) + bytes(4)
    parts = [b"\0\0", properties] if kind == 1 else [properties]
    body = b"".join(len(part).to_bytes(2, "little") + part + bytes(len(part) % 2) for part in parts)
    return (len(head) + len(body)).to_bytes(2, "little") + head + body


def test_properties_of_old_word_turn_their_style_round() -> None:
    hide = property_of(0x083C, b"\x01")
    sheet = b"\x06\0" + b"\x03\0" + b"\x0a\0" + bytes(2)
    sheet += style_of(1, 0xFFF, property_of(0x4A43, b"\x15\0"))
    sheet += style_of(1, 0, hide) + style_of(
        2, 2, property_of(0x2A42, b"\x08")
    )  # the last is based on itself
    faces = Faces(sheet)
    assert faces.of(b"", 0) == Face(size=21)
    assert faces.of(b"", 1) == Face(size=21, hidden=True)
    assert faces.of(property_of(0x083C, b"\x81"), 1) == Face(size=21)
    assert faces.of(property_of(0x083C, b"\x81"), 0) == Face(size=21, hidden=True)
    assert faces.of(property_of(0x083C, b"\x80"), 0) == Face(size=21)
    assert faces.of(property_of(0x4A30, b"\x02\0"), 0) == Face(size=21, colour=(255, 255, 255))
    assert faces.of(property_of(0x6870, b"\xff\xff\xff\0"), 7).look().unseen
    assert not faces.of(property_of(0x6870, b"\xff\xff\xff\xff"), 7).look().unseen
    shade = property_of(0xCA71, b"\x0a" + bytes(3) + b"\xff" + b"\x1f\x4e\x79\0" + bytes(2))
    assert not faces.of(property_of(0x6870, b"\xff\xff\xff\0") + shade, 7).look().unseen


# -- pages ----------------------------------------------------------------------------------------------------

CSS = """
.n{font-size:.6em} td .deep i{font-size:6pt} .up{vertical-align:super} .key{font-size:x-small} b#one{font-size:18px}
.lift{position:relative;top:-4px} span.MsoNote{mso-text-raise:3.0pt} .same{font-weight:bold;vertical-align:middle}
.white{color:#fff} .dark{background:#1e50a2} .t{display:grid;grid-template-columns:repeat(4,1fr)}
"""


def page(body: str) -> Document:
    return html.read(f"<html><head><style>{CSS}</style></head><body>{body}</body></html>".encode())


def html_cell(inner: str) -> tuple[str, set[str]]:
    row = f"<tr><td>甲</td><td>8</td><td>{inner}</td><td>9</td></tr>"
    return said(page(f"<table>{row * 2}</table>"))[2]


@pytest.mark.parametrize(
    ("inner", "text", "codes"),
    [
        ('13<span class="n">2</span>', "132", PRINT),
        ('<span class="n">2</span>13', "213", PRINT),
        ('13<span class="deep"><i>2</i></span>', "132", PRINT),
        ('13<span class="key">2</span>', "132", NOTHING),
        ('<b id="one">13</b><span class="key">2</span>', "132", PRINT),
        ('13<span class="up">2</span>', "132", PRINT),
        ('13<span class="lift">2</span>', "132", PRINT),
        ('13<span class="MsoNote">2</span>', "132", PRINT),
        ('13<span style="font-size:2mm">2</span>', "132", PRINT),
        ("13<!-- x --><small>2</small>", "132", PRINT),
        ("13\u200b<small>2</small>", "13\u200b2", PRINT),
        ("13<small>&#50;</small>", "132", PRINT),
        ("<big>13</big><small>2</small>", "132", PRINT),
        ('13<span class="white">2</span>', "132", HIDDEN),
        ('<b class="dark">13<span class="white">2</span></b>', "132", NOTHING),
        ('<span class="same">13</span><span class="same">2</span>', "132", NOTHING),
        ('<span class="n">13</span><span class="n">2</span>', "132", NOTHING),
        ('13<span class="same">2</span>', "132", NOTHING),
    ],
)
def test_pages(inner: str, text: str, codes: set[str]) -> None:
    assert html_cell(inner) == (text, codes)


@pytest.mark.parametrize(
    "mark", ["<small>2</small>", '<sup><a href="#n">2</a></sup>', '<span class="white">2</span>']
)
def test_lines_of_pages(mark: str) -> None:
    found = lines(page(f"<p>一、总体情况</p><p>受理13<small>件</small></p><p>受理13{mark}件</p>"))
    assert dict(found)["受理132件"] == (HIDDEN if "white" in mark else PRINT)
    assert dict(found)["受理13件"] == NOTHING


@pytest.mark.parametrize("look", ["t", ""])
@pytest.mark.parametrize(("mark", "codes"), [("<small>2</small>", PRINT), ('<i class="white">2</i>', HIDDEN)])
def test_tables_made_of_boxes(look: str, mark: str, codes: set[str]) -> None:
    if look:
        boxes = "".join(
            f"<div>甲</div><div>8</div><div>{inner}</div><div>9</div>" for inner in (f"13{mark}", "5", "6")
        )
        body = f'<div class="t">{boxes}</div>'
    else:
        rows = [
            f"<div>7</div><div>8</div><div>{inner}</div><div>9</div>" for inner in (f"13{mark}", "5", "6")
        ]
        body = "".join(f'<div class="row" style="display:flex">{row}</div>' for row in rows)
    found = said(page(f"<div>{body}</div>"))
    assert found[2] == ("132", codes)
    assert all(codes == NOTHING for _, codes in [*found[:2], *found[3:]])


def test_a_cell_of_unseen_text_in_a_table_of_boxes() -> None:
    rows = [
        f'<div>7</div><div>8</div><div class="{name}">132</div><div>9</div>'
        for name in ("white", "x", "dark white")
    ]
    found = said(page(f"<div>{''.join(f'<div style=display:flex>{row}</div>' for row in rows)}</div>"))
    assert [codes for _, codes in found[2::4]] == [HIDDEN, NOTHING, NOTHING]


def test_a_saved_page() -> None:
    row = '<tr><td>8</td><td>13<span class="n">2</span></td></tr>'
    whole = f"<html><head><style>{CSS}</style></head><body><table>{row * 2}</table></body></html>"
    saved = f'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset=utf-8\n\n{whole}\n--b--\n'
    assert said(mhtml.read(saved.encode()))[1] == ("132", PRINT)


# -- lines that nobody sees ------------------------------------------------------------------------------------


def rtf_line(mark: str) -> Document:
    head = r"{\rtf1\ansi\ansicpg936{\colortbl;\red255\green255\blue255;\red0\green0\blue90;}"
    return rtf.read(f"{head}\\pard 13\\par\\pard {{{mark} 987}}\\par\\pard 14\\par}}".encode("ascii"))


def word_line(mark: str) -> Document:
    def line(text: str, mark: str = "") -> str:
        return f"<w:p>{run(text, more=mark)}</w:p>"

    return docx.read(word_file(line("13") + line("987", mark) + line("14"), styles=STYLES))


def page_line(mark: str, head: str = "", before: str = "", after: str = "") -> Document:
    cells = "<table><tr><td>规章</td><td>1</td><td>2</td></tr><tr><td>规范性文件</td><td>1</td><td>2</td></tr></table>"
    return html.read(
        f"<html><head>{head}</head><body><div class='article-content'><p>13</p>{before}<p><span style='{mark}'>987</span></p>{after}<p>14</p>{cells}</div></body></html>".encode()
    )


@pytest.mark.parametrize(
    ("document", "seen"),
    [
        (rtf_line(r"\cf1"), False),
        (rtf_line(r"\fs2"), False),
        (rtf_line(r"\cf2"), True),
        (rtf_line(r"\cf1\chcbpat2"), True),
        (word_line('<w:color w:val="FFFFFF"/>'), False),
        (word_line('<w:sz w:val="2"/>'), False),
        (word_line('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F4E79"/>'), True),
        (page_line("color:#fff"), False),
        (page_line("font-size:1px"), False),
        (page_line("color:#333"), True),
        (page_line("color:white;background:#c00"), True),
        (page_line("color:#fff", head='<link rel="stylesheet" href="a.css">'), False),
    ],
)
def test_a_line_that_nobody_sees_is_left_out_and_told(document: Document, seen: bool) -> None:
    assert [text for text, _ in lines(document)] == (["13", "987", "14"] if seen else ["13", "14"])
    assert ("hidden_text" in {issue.code for issue in document.issues}) is not seen


def test_white_text_in_a_box_that_other_files_may_shade_stays_and_is_told() -> None:
    found = page_line(
        "color:#fff", '<link rel="stylesheet" href="a.css">', before="<div class='banner'>", after="</div>"
    )
    assert [text for text, _ in lines(found)] == ["13", "987", "14"]
    assert [issue.message for issue in found.issues] == ["text that may not be seen: 987"]
