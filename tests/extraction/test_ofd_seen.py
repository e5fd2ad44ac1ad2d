"""OFD pages whose text is not what is seen: told from the objects, cell by cell."""

# ruff: noqa: E501 - markup, line by line

from __future__ import annotations

import pytest

from extraction.document import Table
from extraction.readers import ofd
from tests.extraction.render_docx import package
from tests.extraction.test_readers_ofd import BOX, NAMESPACE, TABLE, book, path, text

WHITE = '<ofd:FillColor Value="255 255 255"/>'
FIGURE = text(51, 41, "12", delta="2")
DARK = path(
    50, 40, "M 0 0 L 30 0 L 30 8 L 0 8 C", 'Stroke="false" Fill="true"'
)  # black where no colour is named


def doubts(*parts: str) -> list[list[str]]:
    data = book(path(20, 40, BOX) + text(21, 41, "规章") + "".join(parts))
    [table] = [block for block in ofd.read(data).blocks if isinstance(block, Table)]
    return [[doubt.code for doubt in cell.doubts] for cell in table.cells]


def changed(attributes: str = "", inside: str = "") -> str:
    return FIGURE.replace(' Font="1"', f' Font="1" {attributes}').replace(
        "<ofd:TextCode", f"{inside}<ofd:TextCode"
    )


def test_nothing_is_said_of_a_table_as_it_is_printed() -> None:
    assert doubts(FIGURE) == [[], []]


CLIP = '<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary="{}"/></ofd:Area></ofd:Clip></ofd:Clips>'


@pytest.mark.parametrize(
    "figure",
    [
        changed('Alpha="0"'),
        changed('Fill="false"'),
        changed(inside='<ofd:FillColor Value="0 0 0" Alpha="0"/>'),
        changed(inside=WHITE),
        changed(inside=CLIP.format("0 0 0.1 0.1")),
        FIGURE + DARK,
    ],
    ids=["clear", "unfilled", "clear colour", "white", "clipped", "covered"],
)
def test_a_figure_that_is_not_seen_is_doubted(figure: str) -> None:
    assert "hidden_text" in doubts(figure)[1]


def test_white_on_dark_a_wide_clip_and_a_highlight_are_seen() -> None:
    assert "hidden_text" not in doubts(DARK, changed(inside=WHITE))[1]
    assert doubts(changed(inside=CLIP.format("0 0 50 50"))) == [[], []]
    assert doubts(FIGURE, DARK.replace('Fill="true"', 'Fill="true" Alpha="90"')) == [[], []]


def test_a_shape_in_a_blank_cell_is_doubted() -> None:
    shape = path(55, 42, "M 0 0 L 1 0 B 2 1 2 2 1 3 C", 'Fill="true"').replace("100 100", "2 3")
    assert doubts(shape) == [[], ["cell_drawn"]]


def test_a_turned_figure_in_a_blank_cell_is_doubted() -> None:
    turned = text(60, 41, "12", ctm="0 1 -1 0 4 0", delta="2").replace("80 5.2", "5.2 5.2")
    assert doubts(turned) == [[], ["cell_drawn"]]
    assert doubts(turned.replace(">12<", ">张三<")) == [[], []]


@pytest.mark.parametrize(("kind", "said"), [("Stamp", ["cell_drawn"]), ("Watermark", []), ("Link", [])])
def test_what_an_annotation_shows_in_a_cell_is_said(kind: str, said: list[str]) -> None:
    with_annotation = f'<ofd:Annot ID="1" Type="{kind}"><ofd:Appearance Boundary="0 0 210 297">{FIGURE}'
    parts: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocRoot>D.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "D.xml": f'<ofd:Document {NAMESPACE}><ofd:Pages><ofd:Page ID="7" BaseLoc="P.xml"/></ofd:Pages>'
        "<ofd:Annotations>A.xml</ofd:Annotations></ofd:Document>",
        "P.xml": f"<ofd:Page {NAMESPACE}><ofd:Content><ofd:Layer>{TABLE}</ofd:Layer></ofd:Content></ofd:Page>",
        "A.xml": f'<ofd:Annotations {NAMESPACE}><ofd:Page PageID="7"><ofd:FileLoc>N.xml</ofd:FileLoc></ofd:Page>'
        "</ofd:Annotations>",
        "N.xml": f"<ofd:PageAnnot {NAMESPACE}>{with_annotation}</ofd:Appearance></ofd:Annot></ofd:PageAnnot>",
    }
    [table] = ofd.read(package(parts)).blocks
    assert isinstance(table, Table)
    assert [doubt.code for doubt in table.cells[1].doubts] == said
