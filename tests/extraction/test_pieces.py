"""Figures that a browser or Word shows otherwise than their text says are doubted; looks are no doubt."""

from __future__ import annotations

import pytest

from tests.extraction.test_hidden import M, issue, one, page, right, tables, word_row, word_run


@pytest.mark.parametrize(
    ("css", "cell"),
    [
        ('.u::after{content:"5"}', '<span class="u">37</span>'),
        (".u:before{content:'-'}", '<span class="u">37</span>'),
        ('.u:after{content:"\\4e07"}', '<b class="u">37</b>'),
        (".u:before{content:attr(data-old)}", '<span class="u" data-old="1">37</span>'),
        ("", '<i style="float:right">3</i>7'),
        ("", '<span style="display:flex"><i style="order:2">3</i><i style="order:1">7</i></span>'),
        ("", '<span style="display:flex;flex-direction:row-reverse"><i>3</i><i>7</i></span>'),
        ("", '<i style="position:relative;left:1em">3</i><i style="position:relative;left:-1em">7</i>'),
        ("", '<span style="display:inline-block;transform:scale(0)">5</span>37'),
        ("", '<span style="display:inline-block;width:0;overflow:hidden">5</span>37'),
        ("", '37<span style="display:var(--d)">5</span>'),
        ("", "37<dialog>5</dialog>"),
        ("", '37<a href="#fn5">5</a>'),
        ("", '<bdo dir="rtl">37</bdo>'),
        ("", '<span style="unicode-bidi:bidi-override;direction:rtl">37</span>'),
        ("", '<font face="Wingdings">37</font>'),
        (".w{font-family:'Wingdings 2'}", '<span class="w">37</span>'),
        (".n>i:last-child{display:none}", '<span class="n"><i>37</i><i>5</i></span>'),
        ("[data-old]{display:none}", "<i>37</i><i data-old>5</i>"),
        (".n+i{display:none}", '<i class="n">37</i><i>5</i>'),
        ("@media screen{.p{display:none}}", '37<span class="p">5</span>'),
        (".v{display:inline!important}", '<span class="v" style="display:none">37</span>'),
        ("", "\u202e37\u202c"),
    ],
)
def test_a_figure_that_is_shown_otherwise_is_doubted(css: str, cell: str) -> None:
    assert "print_doubtful" in one(cell, css)[1]


@pytest.mark.parametrize(
    ("css", "cell"),
    [
        ("", '<span lang="EN-US" style="font-family:Calibri;mso-ascii-theme-font:minor">3</span><b>7</b>'),
        ("", '<a name="_GoBack">3</a><span style="letter-spacing:1px;display:inline;margin:0px">7</span>'),
        ('td p:after{content:"";clear:both} .clear:after{content:".";visibility:hidden}', "<p>37</p>"),
        ('li:before{content:"1"} a:hover{display:none}', "<span>3</span>7"),
        ("@media print{.p{display:none}} @media (max-width:600px){.p{display:none}}", '<i class="p">37</i>'),
        ("[hidden],.x[data-a]{display:none}", '<i class="x">3</i>7'),
        (".box{position:relative;float:left}", '<div class="box"><p>37</p></div>'),
    ],
)
def test_how_a_figure_looks_is_no_doubt(css: str, cell: str) -> None:
    assert one(cell, css) == (37, set())


def test_a_page_of_ordinary_styles_is_not_doubted() -> None:
    css = "table{float:left;position:relative} td{overflow:hidden} @media screen{.m{display:none}}"
    css += '.foot:after{content:"9"}'
    record = page(tables(), css)
    assert right(record, M) == len(M.texts)
    assert not issue(record, "print_doubtful")


def test_signs_turns_and_formulas_in_word_are_doubted() -> None:
    symbols = '<w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/>'
    space = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    for run in (
        word_run("37", symbols),
        f'<w:bdo w:val="rtl">{word_run("37")}</w:bdo>',
        f"{word_run('3')}<m:oMath {space}>{half}</m:oMath>",
    ):
        assert word_row(run) == [set(), {"print_doubtful"}, set()]
    plain = f"<m:oMath {space}><m:r><m:t>37</m:t></m:r></m:oMath>"
    assert word_row(plain) == word_row(word_run("37", '<w:rFonts w:ascii="MS Mincho"/>')) == [set()] * 3
