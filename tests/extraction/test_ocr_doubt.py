"""What recognition must never say in silence: blank where something is printed, or another figure."""

import io
import random

import pytest

from extraction import ocr
from extraction.document import Table
from extraction.readers import picture
from extraction.readers.page import Glyph, Page, Rule

if not ocr.available():
    pytest.skip("the ocr extra is not installed", allow_module_level=True)

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from extraction.ocr.blank import passed_over, unread_ink
from extraction.ocr.cells import read_cell
from extraction.ocr.engine import Pixels, engine
from extraction.ocr.scan import ScannedPage
from extraction.ocr.spread import SECOND, halves, laid

PRINTED = {"-": {"-", "—"}, "—": {"-", "—"}}


def sheet(figures: list[list[str]], pixels: int, *, skew: float = 0.0, grey: int = 0) -> bytes:
    """A table with strokes of one or two pixels; its labels are larger."""
    draw_on = Image.new("L", (700, 60 + 32 * len(figures)), 255)
    draw = ImageDraw.Draw(draw_on)
    type_of = ImageFont.load_default(pixels)
    for row, cells in enumerate(figures):
        x, y = 20, 20 + 32 * row
        for text, wide in zip([f"ROW {row} OF THE TABLE", *cells], [200] + [62] * 7, strict=True):
            draw.rectangle((x, y, x + wide, y + 32), outline=grey)
            font = ImageFont.load_default(14) if wide == 200 else type_of
            draw.text((x + wide / 2, y + 16), text, font=font, fill=grey, anchor="mm")
            x += wide
    if skew:
        draw_on = draw_on.rotate(skew, fillcolor=255, expand=True, resample=Image.Resampling.BICUBIC)
    out = io.BytesIO()
    draw_on.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("pixels", "skew", "grey"),
    [
        (12, 0.0, 0),
        pytest.param(12, 1.3, 100, marks=pytest.mark.slow),
        pytest.param(9, 1.3, 0, marks=pytest.mark.slow),
    ],
)
def test_small_signs_are_read_or_doubted_and_never_blank(pixels: int, skew: float, grey: int) -> None:
    draw = random.Random(7)
    signs = ["1", "7", "-", "/", "", "0", "11", "71"]
    printed = [[draw.choice(signs) for _ in range(7)] for _ in range(6)]
    document = picture.read(sheet(printed, pixels, skew=skew, grey=grey))
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert table.height == len(printed)
    for row, texts in zip(table.rows, printed, strict=True):
        for cell, text in zip(row[-7:], texts, strict=True):
            if text == "-" and skew and cell.text == "":
                continue  # a speck in a cell askew: null either way
            if cell.text not in PRINTED.get(text, {text}):
                assert cell.confidence < ocr.SURE, (text, cell)
                assert (cell.text != "") == (text != ""), (text, cell)


def paper(grain: float = 0.0) -> Pixels:
    noise = np.random.default_rng(3).normal(0, grain, (60, 120)) if grain else np.zeros((60, 120))
    return np.clip(250 + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("grain", [0.0, 8.0])
def test_a_cell_is_blank_only_where_nothing_has_the_size_of_a_figure(grain: float) -> None:
    assert unread_ink(paper(grain)) is None
    pale = paper(grain)
    cv2.line(pale, (60, 20), (60, 42), (190.0,), 2)
    assert unread_ink(pale) is not None, "pale print"
    broken = paper(grain)
    for y in (20, 27, 34, 41):
        cv2.line(broken, (64 - y // 8, y), (63 - y // 8, y + 3), (60.0,), 2)
    assert unread_ink(broken) is not None, "a stroke in pieces"
    glued = paper(grain)
    cv2.line(glued, (0, 18), (0, 42), (20.0,), 4)
    assert unread_ink(glued) is not None, "a one that touches the border"
    residue = paper(grain)
    cv2.line(residue, (0, 0), (0, 59), (20.0,), 4)
    cv2.line(residue, (0, 0), (119, 0), (20.0,), 4)
    residue[30:33, 70:73] = 40
    assert unread_ink(residue) is None, "what the borders left, and a speck"


def test_the_dark_bar_of_a_pale_seven_is_no_dash() -> None:
    inside = np.full((60, 120), 255, np.uint8)
    cv2.line(inside, (52, 20), (66, 20), (60.0,), 2)
    (alone,) = read_cell(inside, (0, 0, 120, 60), engine())
    assert (alone.text, alone.confidence) == ("—", ocr.SURE)
    cv2.line(inside, (66, 20), (57, 44), (225.0,), 2)
    (line,) = read_cell(inside, (0, 0, 120, 60), engine())
    assert line.confidence < ocr.SURE
    assert line.text != "—"


def test_what_shows_through_from_behind_is_no_part_of_a_figure() -> None:
    inside = np.full((60, 120), 255, np.uint8)
    cv2.putText(inside, "0", (50, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0.0,), 2, cv2.LINE_AA)
    plain = read_cell(inside, (0, 0, 120, 60), engine())
    cv2.putText(inside, "38", (72, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (215.0,), 2, cv2.LINE_AA)
    through = read_cell(inside, (0, 0, 120, 60), engine())
    assert [(line.text, line.confidence) for line in through] == [
        (line.text, line.confidence) for line in plain
    ]


def test_what_compression_leaves_around_a_digit_is_no_figure() -> None:
    inside = np.full((60, 120), 255, np.uint8)
    cv2.rectangle(inside, (42, 7), (78, 53), (225.0,), -1)
    cv2.ellipse(inside, (60, 30), (8, 13), 0, 0, 360, (20.0,), 3)
    assert passed_over(inside, (50, 15, 71, 46)) == []
    cv2.line(inside, (92, 17), (92, 43), (200.0,), 3)
    assert passed_over(inside, (50, 15, 71, 46)) != []


def scanned(*, bridge: bool = False) -> ScannedPage:
    """A wide sheet with lines of prose on both sides."""
    page = ScannedPage(3, 1190.0, 842.0, confidence=ocr.UNSURE)
    for side in (60.0, 655.0):
        for line in range(8):
            for at in range(30):
                x, y = side + 15 * at, 80.0 + 30 * line
                page.glyphs.append(Glyph(x, y, x + 15, y + 15, "左右"[side > 100]))
    if bridge:
        page.horizontal.append(Rule(700.0, 300.0, 900.0))
    return page


def test_two_pages_on_one_sheet_are_two() -> None:
    left, right = laid([scanned()])
    assert [(page.number, page.shown) for page in (left, right)] == [(3, 3), (3 + SECOND, 3)]
    assert {glyph.text for glyph in left.glyphs} == {"左"}
    assert {glyph.text for glyph in right.glyphs} == {"右"}
    assert 0 < min(glyph.left for glyph in right.glyphs) < 100


def test_what_crosses_the_middle_makes_one_page() -> None:
    assert len(halves(scanned(bridge=True))) == 1


def test_a_wide_page_with_little_on_one_side_is_one() -> None:
    page = scanned()
    page.glyphs = [glyph for glyph in page.glyphs if glyph.text == "左" or glyph.top < 100]
    assert halves(page) == [page]
    assert laid([Page(1, 800.0, 500.0)]) == [Page(1, 800.0, 500.0)]
