"""RTF: printed text in any encoding, true grids from row definitions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.document import Document, Paragraph, Table
from extraction.readers import rtf
from tests.extraction.damage import damaged, outcome
from tests.extraction.render_forms import Grid, positions, report_grids

HEAD = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\froman\fcharset0 Times;}}"


def document(body: str) -> Document:
    return rtf.read((HEAD + body + "}").encode("ascii"))


def texts(found: Document) -> list[str]:
    return [block.text for block in found.blocks if isinstance(block, Paragraph)]


def tables(found: Document) -> list[Table]:
    return [block for block in found.blocks if isinstance(block, Table)]


def grid_of(block: Table) -> list[tuple[int, int, int, int, str]]:
    return [(cell.row, cell.column, cell.rowspan, cell.colspan, cell.text) for cell in block.cells]


def escaped(text: str) -> str:
    return "".join(
        char if char.isascii() else f"\\u{ord(char) - (65536 if ord(char) > 32767 else 0)}?" for char in text
    ).replace("\n", "\\line ")


def table(grid: Grid, *, wide: bool) -> str:
    """A grid: `wide` cells, or one cell a column with merge marks, in both directions."""
    spots = positions(grid)
    width = max(column + colspan for _, column, _, colspan, _ in spots)
    height = max(row + rowspan for row, _, rowspan, _, _ in spots)
    owner = {
        (row + down, column + right): (row, column, rowspan, colspan, text)
        for row, column, rowspan, colspan, text in spots
        for down in range(rowspan)
        for right in range(colspan)
    }
    out = []
    for row in range(height):
        heads, bodies, column = [], [], 0
        while column < width:
            top, left, rowspan, colspan, text = owner[row, column]
            over = "" if rowspan == 1 else "\\clvmgf" if row == top else "\\clvmrg"
            step = colspan if wide else 1
            beside = "" if wide or colspan == 1 else "\\clmgf" if column == left else "\\clmrg"
            heads.append(f"{over}{beside}\\cellx{1000 * (column + step)}")
            shown = escaped(text) if (row, column) == (top, left) else ""
            bodies.append(f"\\pard\\intbl {shown}\\cell ")
            column += step
        out.append(f"\\trowd{''.join(heads)}\n{''.join(bodies)}\\row\n")
    return "".join(out) + "\\pard "


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("wide", [True, False])
def test_every_printed_cell_is_at_its_place(edition: str, wide: bool) -> None:
    grids = report_grids(edition, lambda kind, row, column: f"{len(kind)}{len(row)}{len(column)}")
    found = document("".join(f"{escaped('二、')}\\par {table(grid, wide=wide)}" for grid in grids))
    assert [grid_of(block) for block in tables(found)] == [positions(grid) for grid in grids]
    assert all(block.exact for block in tables(found))
    assert texts(found) == ["二、"] * 3
    assert found.issues == ()


def test_blank_lines_part_tables() -> None:
    one = table([[("1", 1, 1)]], wide=True)
    assert len(tables(document(one + "\\par " + one))) == 2
    assert len(tables(document(one + one))) == 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\'d2\'bb\'a1\'a2\par", "一、"),
        (r"\'d2A\par", "褹"),  # the second byte of a character may be plain ASCII
        (r"\f1\'93\f0\'d2\'bb\par", "“一"),
        (r"\u19968?\u12289?\par", "一、"),
        (r"\uc2\u19968\'d2\'bb\u12289xx!\par", "一、!"),
        (r"{\uc0\u19968}\u12289?\par", "一、"),
        (r"\u-10179?\u-9216?\par", "\U0001f400"),
        (r"1\tab 2\line 3\~4\_5\{6\}\\\par", "1\t2\n3\u00a04-5{6}\\"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt 7}}\par", "7"),
        (r"{\*\bkmkstart _GoBack}0{\*\bkmkend _GoBack}\par", "0"),
        (r"1{\deleted 2}{\v 3}\v 4\v0 5\par", "15"),
        (r"{\pict\bin5 abc}d}0\par", "0"),
        (r"{\listtext\pard \u19968?\u12289?\tab}\u24635?\par", "一、总"),
        (r"{\header\pard 9\par}{\footer 8\par}0\par", "0"),
    ],
)
def test_what_is_printed(body: str, text: str) -> None:
    assert texts(document(body)) == [text]


def test_a_list_number_never_touches_a_bare_figure() -> None:
    found = document(r"\trowd\cellx1000\pard\intbl{\listtext 1.\tab}0\cell\row\pard ")
    assert tables(found)[0].cells[0].text == "0"
    assert [issue.code for issue in found.issues] == ["list_number_left_out"]


def test_a_table_in_a_cell() -> None:
    inner = r"\pard\intbl\itap2 8\nestcell{\*\nesttableprops\trowd\cellx500\nestrow}{\nonesttables\par}"
    found = document(
        r"\trowd\cellx1000\cellx2000 " + inner + r"\pard\intbl 7\cell\pard\intbl 9\cell\row\pard "
    )
    assert [grid_of(block) for block in tables(found)] == [
        [(0, 0, 1, 1, "7"), (0, 1, 1, 1, "9")],
        [(0, 0, 1, 1, "8")],
    ]


def test_rows_without_a_definition_keep_their_order_but_are_not_exact() -> None:
    [block] = tables(document(r"\pard\intbl 1\cell 2\cell\row\pard "))
    assert not block.exact
    assert [cell.text for cell in block.cells] == ["1", "2"]


def test_facts_and_levels() -> None:
    found = document(r"{\info{\title \'d2\'bb}{\author A}}\pard\outlinelevel0 1\par\pard 2\par")
    assert [(fact.name, fact.value) for fact in found.facts] == [("dc:title", "一"), ("dc:creator", "A")]
    assert [block.level for block in found.blocks if isinstance(block, Paragraph)] == [1, None]


def test_what_cannot_be_read_is_refused_with_the_reason() -> None:
    assert outcome(rtf.read, b"") == "empty"
    assert outcome(rtf.read, b"hello") == "malformed"
    assert outcome(rtf.read, HEAD.encode() + b"0") == "truncated"
    assert outcome(rtf.read, b"{\\rtf1" + b"{" * 100_000) == "malformed"


SAMPLE = (
    HEAD + "".join(table(grid, wide=False) for grid in report_grids("2021", lambda *_: "1")) + "}"
).encode()


@settings(deadline=None, max_examples=80)
@given(damaged(SAMPLE))
def test_damage_never_crashes(data: bytes) -> None:
    outcome(rtf.read, data)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_never_crash(data: bytes) -> None:
    outcome(rtf.read, data)
    outcome(rtf.read, b"{\\rtf1 " + data + b"}")


def row_of(*cells: str, symbols: str = "") -> Document:
    head = HEAD.replace("{\\f1", f"{symbols}{{\\f1")
    edges = "".join(f"\\cellx{1000 * (number + 1)}" for number in range(len(cells)))
    body = "".join(f"\\pard\\intbl {cell}\\cell " for cell in cells)
    return rtf.read((f"{head}\\trowd{edges} {body}\\row\\pard }}").encode("ascii"))


def doubts_of(found: Document) -> list[set[str]]:
    return [{doubt.code for doubt in cell.doubts} for block in tables(found) for cell in block.cells]


def test_text_in_a_box_is_no_part_of_the_figure_beside_it() -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt \pard\plain 5\par}}}"
    [block] = tables(row_of("8", "3" + box, "7" + box + "2"))
    assert [cell.text.split() for cell in block.cells] == [["8"], ["3", "5"], ["7", "5", "2"]]


def test_of_a_text_in_two_encodings_the_unicode_one_is_printed() -> None:
    assert texts(document(r"1{\upr{9}{\*\ud{3}}}2\par")) == ["132"]


@pytest.mark.parametrize(
    ("font", "code"),
    [
        ("{\\f7 3}", "print_doubtful"),
        ("{\\f7\\'33}", "print_doubtful"),
        ("\\charscalex1 3\\charscalex100 ", "hidden_text"),
    ],
)
def test_digits_that_are_printed_as_signs_or_not_at_all_are_doubted(font: str, code: str) -> None:
    found = row_of("8", font + "5", "7", symbols="{\\f7\\fnil\\fcharset2 Wingdings;}")
    assert doubts_of(found) == [set(), {code}, set()]
    found = row_of("8", font, "7", symbols="{\\f7\\fnil\\fcharset2 Wingdings;}")
    assert doubts_of(found) == [set(), {code}, set()]


def test_a_row_wholly_in_a_font_of_signs_is_doubted() -> None:
    found = row_of("{\\f7 8}", "{\\f7 3}", symbols="{\\f7\\fnil\\fcharset2 Wingdings;}")
    assert doubts_of(found) == [{"print_doubtful"}, {"print_doubtful"}]


INNER = r"\itap2 %s{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables\par}\pard\intbl "


def test_a_table_of_several_columns_in_a_cell_is_said_of_the_cell() -> None:
    found = row_of("8", INNER % r"6\nestcell 4\nestcell ", "7")
    outer, inner = tables(found)
    assert [cell.text.strip() for cell in outer.cells] == ["8", "", "7"]
    assert [cell.text.strip() for cell in inner.cells] == ["6", "4"]
    assert doubts_of(found)[:3] == [set(), {"cell_drawn"}, set()]


def test_what_is_to_be_said_of_a_frame_is_said_of_its_cell() -> None:
    found = row_of("8", INNER % r"6{\fs8 2}\nestcell ", "7")
    assert [cell.text.strip() for cell in tables(found)[0].cells] == ["8", "62", "7"]
    assert doubts_of(found) == [set(), {"print_doubtful"}, set()]


def test_a_frame_of_one_cell_in_a_cell_is_its_text() -> None:
    inner = r"\itap2 6\nestcell{\*\nesttableprops\trowd\cellx500\nestrow}{\nonesttables\par}\pard\intbl "
    [block] = tables(row_of("8", inner, "7"))
    assert [cell.text.strip() for cell in block.cells] == ["8", "6", "7"]
