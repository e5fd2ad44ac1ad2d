"""What a reader of the document does not see is no figure, and leaving it out is said."""

from __future__ import annotations

import random
import re
import time

import pytest

from extraction import Record, extract
from extraction.document import Table
from extraction.readers import docx as docx_reader
from tests.extraction.printed_forms import (
    html_table,
    model,
    proactive_table,
    requests_table,
    review_table,
    right,
)
from tests.extraction.render_docx import docx

M = model(random.Random(5), "2021", 0)
TITLE = f"<p>青溪县教育局{M.year}年政府信息公开工作年度报告</p>"


def page(tables: str, css: str = "") -> Record:
    head = f"<head><meta charset=utf-8><style>{css}</style></head>"
    return extract(f"<html>{head}<body>{TITLE}{tables}</body></html>".encode())


def tables() -> str:
    return "".join(html_table(t) for t in (proactive_table(M), requests_table(M), review_table(M)))


def issue(record: Record, code: str) -> bool:
    return any(i.code == code and i.severity == "warning" for i in record.issues)


@pytest.mark.parametrize(
    ("css", "mark"),
    [
        (".old{text-decoration: line-through}", '<span class="old">77</span>'),
        (
            "<!-- td p span.x1, b { color:red; text-decoration-line:line-through } -->",
            '<span class="x1 y">77</span>',
        ),
        ("#gone { text-decoration:underline line-through }", '<i id="gone">77</i>'),
        (".t .h{display:none}", '<span class="t"><span class="h">77</span></span>'),
        ("td .h{visibility:hidden!important}", '<font class="h">77</font>'),
        ("", '<span style="text-decoration:line-through">77</span>'),
        ("", '<span style="display:none">77</span>'),
    ],
)
def test_what_a_style_strikes_or_hides_is_left_out_and_told(css: str, mark: str) -> None:
    record = page(tables().replace("<td><p>", f"<td><p>{mark}"), css)
    assert right(record, M) == len(M.texts)
    assert issue(record, "hidden_text") or issue(record, "struck_text")


@pytest.mark.parametrize(
    "control",
    [
        '<input value="{}">',
        '<input type="TEXT" readonly value=" {} "><input type="hidden" value="77">',
        "<textarea rows=1>{}</textarea>",
        "<select><option>77</option><option selected>{}</option></select>",
    ],
)
def test_a_table_printed_as_a_filled_in_form_shows_its_values(control: str) -> None:
    filled = re.sub(
        r"<td([^>]*)><p>(-?[\d.]+)</p></td>", lambda m: f"<td{m[1]}>{control.format(m[2])}</td>", tables()
    )
    assert filled != tables()
    record = page(filled)
    assert right(record, M) == len(M.texts)
    assert [i.severity for i in record.issues if i.code == "form_controls"] == ["note"]


@pytest.mark.parametrize(
    "css",
    [
        "@media print { td { display:none } }",
        ".tab{display:none}",
        "a:hover{text-decoration:line-through}",
        ".b .c{text-decoration:line-through}",
    ],
)
def test_what_a_reader_does_see_stays(css: str) -> None:
    record = page(f'<div class="tab c">{tables()}</div>', css)
    assert right(record, M) == len(M.texts)
    assert not issue(record, "hidden_text")


@pytest.mark.parametrize("how", ['class="r"', 'style="display:none"'])
def test_hidden_rows_and_cells(how: str) -> None:
    extra = f"<tr {how}><td>规章</td><td>91</td><td>92</td><td>93</td></tr>"
    text = tables().replace("</table>", f"{extra}</table>", 1)
    text = text.replace("<tr>", f"<tr><td {how}>88</td>")
    record = page(text, ".r{display:none}")
    assert right(record, M) == len(M.texts)
    assert issue(record, "hidden_text")


def test_text_struck_out_in_word() -> None:
    struck = "<w:r><w:rPr><w:strike/></w:rPr><w:t>12</w:t></w:r>"
    kept = '<w:r><w:rPr><w:strike w:val="0"/></w:rPr><w:t>34</w:t></w:r>'
    document = docx_reader.read(docx(f"<w:p>{struck}{kept}</w:p>"))
    assert [block.text for block in document.blocks if hasattr(block, "text")] == ["34"]
    assert [i.code for i in document.issues] == ["struck_text"]


@pytest.mark.parametrize("cells", [900, 250_000])
def test_huge_tables_cost_little(cells: int) -> None:
    rows = "".join(f"<tr>{f'<td>{n}</td>' * 10}</tr>" for n in range(cells // 10))
    begun = time.process_time()
    record = page(f"<table>{rows}</table>" + "<p>本年度各项工作平稳有序。</p>" * 20)
    assert time.process_time() - begun < 10
    assert record.kind == ("unreadable" if cells > 200_000 else "not_report") or record.kind == "report"
    assert ("too_large" in {i.code for i in record.issues}) == (cells > 200_000)


def one(cell: str, css: str = "") -> tuple[object, set[str]]:
    """The value of one cell that holds some markup, and what is said of the cell."""
    shown = html_table(proactive_table(M)).replace(
        f'<td><p>行政处罚</p></td><td colspan="3"><p>{M.texts["proactive.penalties.decisions"]}</p>',
        f'<td><p>行政处罚</p></td><td colspan="3"><p>{cell}</p>',
    )
    assert cell in shown
    record = page(shown + html_table(requests_table(M)) + html_table(review_table(M)), css)
    name = "proactive.penalties.decisions"
    said = {i.code for i in record.issues if i.severity != "note" and name in i.cells}
    return record.cells[name].value, said - {"mostly_failing"}  # M's figures add up nowhere


@pytest.mark.parametrize(
    "mark",
    [
        '<img src="n37.png" alt="37">',
        "<svg><text>37</text></svg>",
        "<canvas></canvas>",
        "<script>document.write(37)</script>",
        '<span data-value="37"></span>',
    ],
)
def test_a_cell_that_shows_something_else_than_text_is_not_simply_blank(mark: str) -> None:
    assert one(mark) == (None, {"cell_drawn"})


def test_a_picture_that_keeps_a_cell_open_is_no_figure() -> None:
    assert one('<img src="blank.gif" width="1" height="1">') == (None, set())


@pytest.mark.parametrize("style", ["opacity:0", "position:absolute;left:-9999px", "color: transparent"])
def test_what_a_cell_does_not_show_is_no_digit_of_its_figure(style: str) -> None:
    assert one(f'<span style="{style}">45</span>37') == (37, set())
    assert one('<span class="x">45</span>37', f".x{{{style}}}") == (37, set())


def test_a_class_that_style_sheets_elsewhere_hide_is_a_doubt() -> None:
    assert one('<span class="d-none">45</span>37') == (4537, {"hidden_text"})
    assert one('<span class="hide"></span>37') == (37, set())
    assert one('<span class="hide">45</span>37', ".hide{display:none}") == (37, set())


def test_a_choice_shows_its_first_option() -> None:
    assert one("<select><option>37</option><option>45</option></select>") == (37, set())


@pytest.mark.parametrize(
    "cell",
    [
        "37<small>5</small>",
        "<ruby>37<rt>5</rt></ruby>",
        '<font size="4">37</font><font size="1">5</font>',
        '<span style="font-size:12pt">37</span><span style="font-size:8pt">5</span>',
        '37<span style="font-size:6pt">5</span>',
        '37<span class="n">5</span>',
    ],
)
def test_digits_of_unlike_sizes_are_doubted(cell: str) -> None:
    assert one(cell, ".n{font-size:.6em}") == (375, {"print_doubtful"})


@pytest.mark.parametrize(
    "cell",
    [
        "<small>37</small>",
        "<small><b>3</b>7</small>",
        '<span style="font-size:12pt">3</span><span style="font-size:10.5pt">7</span>',
        '3<span style="font-size:9pt">7</span>',
    ],
)
def test_a_figure_that_is_small_as_a_whole_is_a_figure(cell: str) -> None:
    assert one(cell) == (37, set())


UNSEEN = [
    '<span style="color:#FFF">{}</span>',
    '<font color="#ffffff">{}</font>',
    '<span style="color: white; background: #fefefe">{}</span>',
    '<span style="font-size:1px">{}</span>',
    '<i class="w">{}</i>',
]


@pytest.mark.parametrize("mark", UNSEEN)
def test_what_has_the_colour_of_its_ground_is_doubted(mark: str) -> None:
    value, codes = one(mark.format("5") + "37", "td .w{color:rgb(255,255,255)}")
    assert value == 537
    assert "hidden_text" in codes


@pytest.mark.parametrize("mark", UNSEEN)
def test_a_cell_of_unseen_text_beside_seen_figures_is_doubted(mark: str) -> None:
    name = "requests.new.natural_person"
    cell = f"<p>{M.texts[name]}</p>"
    text = tables()
    at = text.index(cell, text.index("本年新收"))
    text = text[:at] + mark.format(M.texts[name]) + text[at + len(cell) :]
    record = page(text, ".w{color:#fff}")
    assert any(i.code == "hidden_text" and i.cells == (name,) for i in record.issues)


@pytest.mark.parametrize(
    "ground", ["background:#1e50a2", "background:url(dark.png)", "background-color:navy"]
)
def test_white_on_dark_is_seen(ground: str) -> None:
    assert one(f'<b style="{ground}"><span style="color:#fff">3</span></b>7') == (37, set())
    assert one('<span class="w">3</span>7', f"td{{{ground}}} .w{{color:#fff}}") == (37, set())


def test_a_table_in_white_throughout_is_seen() -> None:
    record = page(f'<div style="color:#fff">{tables()}</div>')
    assert right(record, M) == len(M.texts)
    assert not issue(record, "hidden_text")


def word_row(*runs: str, shade: str = "") -> list[set[str]]:
    """What is said of the second of three cells, which holds some runs; the others hold plain figures."""
    texts = ["<w:r><w:t>8</w:t></w:r>", "".join(runs), "<w:r><w:t>9</w:t></w:r>"]
    cells = "".join(f"<w:tc><w:tcPr>{shade}</w:tcPr><w:p>{text}</w:p></w:tc>" for text in texts)
    document = docx_reader.read(docx(f"<w:tbl><w:tblGrid/>{f'<w:tr>{cells}</w:tr>' * 2}</w:tbl>"))
    (table,) = document.blocks
    assert isinstance(table, Table)
    return [{doubt.code for doubt in cell.doubts} for cell in table.cells[:3]]


def word_run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


WHITE = '<w:color w:val="FFFFFF"/>'


@pytest.mark.parametrize(
    "look", [WHITE, '<w:color w:val="ffffff"/><w:sz w:val="21"/>', '<w:sz w:val="2"/>', '<w:w w:val="1"/>']
)
def test_unseen_text_in_a_cell_of_word_is_doubted(look: str) -> None:
    assert word_row(word_run("37"), word_run("5", look)) == [set(), {"hidden_text"}, set()]
    assert word_row(word_run("37", look)) == [set(), {"hidden_text"}, set()]


def test_white_on_dark_in_word_is_seen() -> None:
    dark = '<w:shd w:val="clear" w:color="auto" w:fill="1F4E79"/>'
    assert word_row(word_run("3"), word_run("7", WHITE), shade=dark) == [set()] * 3
    solid = '<w:shd w:val="solid" w:color="000000" w:fill="auto"/>'
    assert word_row(word_run("37", WHITE), shade=solid) == [set()] * 3


def test_digits_of_unlike_sizes_in_word_are_doubted() -> None:
    sizes = [f'<w:sz w:val="{size}"/>' for size in (24, 16, 21, 10)]
    assert word_row(word_run("37", sizes[0]), word_run("5", sizes[1]))[1] == {"print_doubtful"}
    assert word_row(word_run("37"), word_run("5", sizes[3]))[1] == {"print_doubtful"}
    assert word_row(word_run("3", sizes[0]), word_run("7", sizes[2]))[1] == set()
    assert word_row(word_run("3"), word_run("7", sizes[1]))[1] == set()
    assert word_row(word_run("37", sizes[3]))[1] == set()


@pytest.mark.parametrize(
    "mark", ["<sup>2</sup>", "<sup><a>[1]</a></sup>", "①", "*", "〔注1〕", "注2", " ¹ ²"]
)
@pytest.mark.parametrize("label", ["规章", "予以公开", "自然人", "总计", "行政许可"])
def test_the_mark_of_a_footnote_behind_a_label_is_no_part_of_it(label: str, mark: str) -> None:
    marked = tables().replace(label, label + mark)
    assert marked != tables()
    assert right(page(marked), M) == len(M.texts)
