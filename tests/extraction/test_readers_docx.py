"""DOCX: the printed text and the true grid, and nothing but UnreadableError for what is no DOCX."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from extraction.document import Block, Paragraph, Table, UnreadableError
from extraction.readers import docx, word_numbering
from tests.extraction.render_docx import W, package, paragraph, runs, table
from tests.extraction.render_docx import docx as render
from tests.extraction.render_forms import Grid, positions, report_grids


def distinct() -> Callable[[str, str, str], str]:
    """A different figure in every cell, so that a cell at a wrong place cannot look right."""
    numbers = count(1001)
    return lambda _table, _row, _column: str(next(numbers))


def tables(blocks: tuple[Block, ...]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Paragraph)]


def as_positions(block: Table) -> list[tuple[int, int, int, int, str]]:
    return [(cell.row, cell.column, cell.rowspan, cell.colspan, cell.text) for cell in block.cells]


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_every_printed_cell_of_the_statutory_tables_is_at_its_place(edition: str) -> None:
    grids = report_grids(edition, distinct())
    document = docx.read(render("".join(paragraph("二、主动公开") + table(grid) for grid in grids)))
    assert [as_positions(block) for block in tables(document.blocks)] == [positions(grid) for grid in grids]
    assert all(block.exact for block in tables(document.blocks))
    assert document.issues == ()


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Any tiling of a small table by merged cells."""
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    taken: set[tuple[int, int]] = set()
    grid: Grid = []
    for row in range(height):
        spots = []
        for column in range(width):
            if (row, column) in taken:
                continue
            room = 1
            while column + room < width and (row, column + room) not in taken:
                room += 1
            colspan, rowspan = draw(st.integers(1, room)), draw(st.integers(1, height - row))
            taken |= {(row + down, column + right) for down in range(rowspan) for right in range(colspan)}
            spots.append((draw(st.text("0123456789 　是\n", max_size=4)), rowspan, colspan))
        grid.append(spots)
    return grid


@given(grids())
def test_any_tiling_comes_back_as_drawn(grid: Grid) -> None:
    [block] = tables(docx.read(render(table(grid))).blocks)
    assert as_positions(block) == positions(grid)


def test_a_path_leads_to_its_cell() -> None:
    data = render(
        paragraph("一")
        + f"<w:sdt><w:sdtContent>{table([[('甲', 1, 1), ('乙', 1, 1)]])}</w:sdtContent></w:sdt>"
    )
    [block] = tables(docx.read(data).blocks)
    path = block.cells[1].path
    assert path == "word/document.xml#/w:document/w:body/w:sdt[1]/w:sdtContent[1]/w:tbl[1]/w:tr[1]/w:tc[2]"
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        root = etree.fromstring(parts.read("word/document.xml"))
    assert root.xpath(f"string({path.partition('#')[2]})", namespaces={"w": W}) == "乙"


def test_bookmarks_and_wide_spaces_leave_the_text_as_it_is() -> None:
    document = docx.read(render(table([[("　　0", 1, 1), (" 38 ", 1, 1)]], bookmark_in=0)))
    assert [cell.text for cell in tables(document.blocks)[0].cells] == ["　　0", " 38 "]


FIELD = (
    '<w:fldChar w:fldCharType="begin"/><w:instrText> PAGE </w:instrText>'
    '<w:fldChar w:fldCharType="separate"/><w:t>7</w:t><w:fldChar w:fldCharType="end"/>'
)
ALTERNATE = (
    "<mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>"
)
BOXED = f"<w:txbxContent><w:p>{runs('框')}</w:p></w:txbxContent>"
TEXT_BOX = ALTERNATE.format(
    f"<w:drawing><wps:txbx>{BOXED}</wps:txbx></w:drawing>",
    f"<w:pict><v:textbox>{BOXED}</v:textbox></w:pict>",
)


def inline(xml: str) -> str:
    blocks = docx.read(render(f"<w:p>{xml}</w:p>")).blocks
    return "|".join(texts(blocks))


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"{runs('12')}<w:del><w:r><w:delText>34</w:delText></w:r></w:del><w:ins>{runs('5')}</w:ins>", "125"),
        (f"<w:moveFrom>{runs('旧')}</w:moveFrom><w:moveTo>{runs('新')}</w:moveTo>", "新"),
        ("<w:r><w:t>1</w:t><w:tab/><w:t>2</w:t><w:br/><w:noBreakHyphen/><w:t>3</w:t></w:r>", "1\t2\n-3"),
        (f"<w:r>{FIELD}<w:t>页</w:t></w:r>", "7页"),
        (f'<w:fldSimple w:instr=" DATE ">{runs("2022年")}</w:fldSimple>', "2022年"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>99</w:t></w:r><w:r><w:t>0</w:t></w:r>", "0"),
        ('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>99</w:t></w:r>', "99"),
        (
            f'<w:hyperlink r:id="x">{runs("附件")}</w:hyperlink><w:smartTag>{runs("一")}</w:smartTag>',
            "附件一",
        ),
        (f"<w:r>{ALTERNATE.format('<w:t>甲</w:t>', '<w:t>乙</w:t>')}</w:r>", "甲"),
        (f"<w:r><w:t>前</w:t>{TEXT_BOX}</w:r>", "前|框"),
        (f"<w:ruby><w:rt>{runs('pin')}</w:rt><w:rubyBase>{runs('字')}</w:rubyBase></w:ruby>", "字"),
    ],
)
def test_what_word_prints(xml: str, text: str) -> None:
    assert inline(xml) == text


def test_a_field_without_an_end_does_not_swallow_what_follows() -> None:
    broken = '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>TOC</w:instrText></w:r></w:p>'
    assert texts(docx.read(render(broken + paragraph("一、总体情况"))).blocks) == ["一、总体情况"]


def test_deleted_rows_and_cells_are_not_printed() -> None:
    rows = (
        f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('旧')}</w:tc></w:tr>"
        f"<w:tr><w:trPr><w:ins/></w:trPr><w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('删')}</w:tc>"
        f"<w:tc>{paragraph('新')}</w:tc></w:tr>"
    )
    [block] = tables(docx.read(render(f"<w:tbl>{rows}</w:tbl>")).blocks)
    assert as_positions(block) == [(0, 0, 1, 1, "新")]


@pytest.mark.parametrize(
    ("xml", "codes"),
    [
        ("<w:r><w:pict/></w:r>", ["cell_drawn"]),
        ("<w:r><w:object/></w:r>", ["cell_drawn"]),
        ('<w:fldSimple w:instr=" =SUM(LEFT) "/>', ["cell_drawn"]),
        (f"<w:r><w:pict/></w:r>{runs('0')}", []),
        (runs(" "), []),
    ],
)
def test_a_cell_without_text_may_show_something_else(xml: str, codes: list[str]) -> None:
    row = f"<w:tr><w:tc>{paragraph('行政处罚')}</w:tc><w:tc><w:p>{xml}</w:p></w:tc></w:tr>"
    [block] = tables(docx.read(render(f"<w:tbl>{row}</w:tbl>")).blocks)
    assert [doubt.code for doubt in block.cells[1].doubts] == codes


def test_offsets_and_horizontal_merges() -> None:
    rows = (
        f'<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr><w:tc>{paragraph("甲")}</w:tc></w:tr>'
        f'<w:tr><w:tc><w:tcPr><w:hMerge w:val="restart"/></w:tcPr>{paragraph("乙")}</w:tc>'
        f"<w:tc><w:tcPr><w:hMerge/></w:tcPr><w:p/></w:tc><w:tc>{paragraph('丙')}</w:tc></w:tr>"
    )
    [block] = tables(docx.read(render(f"<w:tbl>{rows}</w:tbl>")).blocks)
    assert as_positions(block) == [(0, 2, 1, 1, "甲"), (1, 0, 1, 2, "乙"), (1, 2, 1, 1, "丙")]


def test_text_under_a_merged_cell_is_left_out_and_said() -> None:
    rows = (
        f'<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{paragraph("甲")}</w:tc></w:tr>'
        f"<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{paragraph('99')}</w:tc></w:tr>"
    )
    document = docx.read(render(f"<w:tbl>{rows}</w:tbl>"))
    assert as_positions(tables(document.blocks)[0]) == [(0, 0, 2, 1, "甲")]
    assert [issue.code for issue in document.issues] == ["covered_text"]


def test_a_table_in_a_cell_is_a_table_of_its_own_and_a_frame_is_no_table() -> None:
    nested = table([[("0", 1, 1), ("1", 1, 1)]])
    document = docx.read(
        render(f"<w:tbl><w:tr><w:tc>{paragraph('左')}</w:tc><w:tc>{nested}<w:p/></w:tc></w:tr></w:tbl>")
    )
    assert [[cell.text for cell in block.cells] for block in tables(document.blocks)] == [
        ["左", ""],
        ["0", "1"],
    ]
    framed = docx.read(render(f"<w:tbl><w:tr><w:tc>{paragraph('一、')}{nested}<w:p/></w:tc></w:tr></w:tbl>"))
    assert [type(block) for block in framed.blocks] == [Paragraph, Table]


def level(index: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{3 if index == 2 else 1}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


LISTS = (
    '<w:abstractNum w:abstractNumId="1">'
    + level(0, "chineseCountingThousand", "%1、")
    + level(1, "japaneseCounting", "（%2）")
    + level(2, "decimal", "%1.%3", "<w:isLgl/>")
    + level(3, "bullet", "●")
    + '</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="6"><w:abstractNumId w:val="1"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="6"/></w:lvlOverride></w:num>'
)
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>
  <w:pPr><w:numPr><w:numId w:val="5"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="11"><w:name w:val="自定义"/><w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>
"""


def item(level: int, list_id: int = 5) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def test_list_numbers_are_printed() -> None:
    body = "".join(
        [
            paragraph("总体情况", '<w:pStyle w:val="1"/>'),
            paragraph("主动公开", item(1)),
            paragraph("依申请公开", item(1)),
            paragraph("细", item(2)),
            paragraph("点", item(3)),
            paragraph("主动公开政府信息情况", '<w:pStyle w:val="11"/>'),
            paragraph("再", item(1)),
            paragraph("其他需要报告的事项", item(0, 6)),
            paragraph("无号", '<w:pStyle w:val="1"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
        ]
    )
    document = docx.read(render(body, styles=STYLES, numbering=LISTS))
    assert texts(document.blocks) == [
        "一、总体情况",
        "（一）主动公开",
        "（二）依申请公开",
        "1.3细",
        "点",
        "二、主动公开政府信息情况",
        "（一）再",
        "六、其他需要报告的事项",
        "无号",
    ]


def test_heading_levels() -> None:
    body = (
        paragraph("题", '<w:pStyle w:val="t"/>')
        + paragraph("节", '<w:pStyle w:val="11"/>')
        + paragraph("款", '<w:outlineLvl w:val="1"/>')
        + paragraph("文", '<w:outlineLvl w:val="9"/>')
    )
    blocks = docx.read(render(body, styles=STYLES)).blocks
    assert [block.level for block in blocks if isinstance(block, Paragraph)] == [0, 1, 2, None]


def test_a_list_number_never_touches_a_bare_figure() -> None:
    cells = f"<w:tc>{paragraph('0', item(2))}</w:tc><w:tc>{paragraph('属于国家秘密', item(2))}</w:tc>"
    document = docx.read(render(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>", numbering=LISTS))
    assert [cell.text for cell in tables(document.blocks)[0].cells] == ["0", "1.4属于国家秘密"]
    assert [issue.code for issue in document.issues] == ["list_number_left_out"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (2005, "二千零五"),
    ],
)
def test_chinese_counting(number: int, text: str) -> None:
    root = etree.fromstring(
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
        f'<w:start w:val="{number}"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    assert word_numbering.Numbering(root).next("1", 0) == text


def test_properties_and_links() -> None:
    core = (
        "<dc:title>2021年年报</dc:title><dc:creator>办公室</dc:creator>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2022-01-11T00:00:00Z</dcterms:created>'
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    link = f'<Relationship Id="x" Type="{kind}" Target="http://a.example/附件.pdf" TargetMode="External"/>'
    document = docx.read(
        render(f'<w:p><w:hyperlink r:id="x">{runs("附件")}</w:hyperlink></w:p>', core=core, links=link)
    )
    assert [(fact.name, fact.value, fact.source) for fact in document.facts] == [
        ("dc:title", "2021年年报", "properties"),
        ("dc:creator", "办公室", "properties"),
        ("dcterms:created", "2022-01-11T00:00:00Z", "properties"),
    ]
    assert [(link.url, link.text) for link in document.links] == [("http://a.example/附件.pdf", "附件")]


def test_strict_office_xml_reads_alike() -> None:
    data = render(table([[("0", 1, 1)]]))
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        copied: dict[str, str | bytes] = {name: parts.read(name) for name in parts.namelist()}
    body = copied["word/document.xml"]
    assert isinstance(body, bytes)
    copied["word/document.xml"] = body.replace(
        W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    assert as_positions(tables(docx.read(package(copied)).blocks)[0]) == [(0, 0, 1, 1, "0")]


def test_a_damaged_side_part_costs_an_issue_not_the_text() -> None:
    data = render(paragraph("一、总体情况"), styles="<w:style", numbering="<w:num")
    document = docx.read(data)
    assert texts(document.blocks) == ["一、总体情况"]
    assert [issue.code for issue in document.issues] == ["part_unreadable"]


def test_a_span_beyond_reason_is_not_believed() -> None:
    body = '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="100000"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
    document = docx.read(render(body))
    assert tables(document.blocks)[0].width == 1
    assert [issue.code for issue in document.issues] == ["span_too_wide"]


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        docx.read(data)
    assert str(caught.value)
    return caught.value.code


def test_what_is_no_docx_is_refused_with_the_reason() -> None:
    good = render(paragraph("一"))
    assert code_of(b"") == "empty"
    assert code_of(b"hello") == "malformed"
    assert code_of(good[: len(good) // 2]) == "truncated"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert code_of(ole) == "malformed"
    assert code_of(ole + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert code_of(package({"a.txt": "x"})) == "malformed"
    assert code_of(package({"word/document.xml": "<w:document"})) == "malformed"
    bomb = b"<a>" + b" " * (30 * 1024 * 1024) + b"</a>"
    assert code_of(package({"word/document.xml": bomb})) == "too_large"
    dtd = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert code_of(package({"word/document.xml": dtd})) == "malformed"
    assert code_of(package({"word/document.xml": dtd.encode("utf-16")})) == "malformed"


def test_nesting_is_bounded() -> None:
    deep = 2000
    body = "<w:tbl><w:tr><w:tc>" * deep + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * deep
    assert code_of(render(body)) == "malformed"
    fits = 80
    body = "<w:tbl><w:tr><w:tc>" * fits + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * fits
    assert len(docx.read(render(body)).blocks) == 1


SAMPLE = render(
    paragraph("总体情况", '<w:pStyle w:val="1"/>')
    + "".join(table(grid) for grid in report_grids("2021", distinct())),
    styles=STYLES,
    numbering=LISTS,
)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_is_unreadable_or_read_but_never_a_crash(data: st.DataObject) -> None:
    damaged = bytearray(SAMPLE)
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    for _ in range(data.draw(st.integers(0, 8))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        docx.read(bytes(damaged))
    except UnreadableError as error:
        code = error.code
    else:
        code = "malformed"
    assert code in {"empty", "truncated", "encrypted", "malformed", "too_large", "unsupported_format"}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_unreadable(data: bytes) -> None:
    code_of(data)


def test_reading_is_deterministic() -> None:
    assert docx.read(SAMPLE) == docx.read(SAMPLE)
