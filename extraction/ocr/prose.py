"""Text outside of ruled tables: what the detector finds, and the ink that it passed over."""

from __future__ import annotations

import re

import cv2
import numpy as np

from extraction.ocr import ILLEGIBLE, SURE, UNSURE
from extraction.ocr.cells import CLEAR, TextLine, bands, read_cell
from extraction.ocr.engine import Engine, PixelBox, Pixels
from extraction.ocr.straighten import EM

REACH = 0.75
"""Scale of the picture that the detector sees."""
WIDE = 1.1 * EM
"""Paper between two columns of a table without lines."""
BAND = 40 * EM
"""Rows that the detector sees at once."""

_RING = "[〇○零OoQ0]?"
_YEARS = (
    (re.compile(rf"(?<![〇○零OoQ一二三四五六七八九十百千0-9])二{_RING}二{_RING}年"), "二〇二〇年"),
    (
        re.compile(rf"(?<![〇○零OoQ一二三四五六七八九十百千0-9])二{_RING}([一二])([一二三四五六七八九])年"),
        r"二〇\1\2年",
    ),
)
"""Years in characters: their rings are read as letters, or not at all."""


def mend_years(text: str) -> str:
    """The text with the rings of its years."""
    for form, year in _YEARS:
        text = form.sub(year, text)
    return text


def read_prose(picture: Pixels, marks: Pixels, engine: Engine) -> list[TextLine]:
    """The lines of text of a page; `marks` is its ink without tables and their lines."""
    found: list[TextLine] = []
    left = marks.copy()
    for box in _lines(picture, marks, engine):
        x0, y0, x1, y1 = box
        rows = [r for r in bands(left[y0:y1, x0:x1]) if r[1] - r[0] >= 0.08 * EM]
        if not rows:
            continue
        low, high = y0 + rows[0][0], y0 + rows[-1][1]
        for start, end in _columns(left[low:high, x0:x1]):
            piece = (x0 + start, low, x0 + end, high)
            reading = engine.read(_padded(picture, piece))
            if reading.text.strip():
                sure = SURE if reading.least >= CLEAR else UNSURE
                found.append(TextLine(mend_years(reading.text.strip()), piece, sure))
                left[low:high, piece[0] : piece[2]] = 0
    return found + _passed_over(picture, left, engine)


def _lines(picture: Pixels, marks: Pixels, engine: Engine) -> list[PixelBox]:
    """Boxes of lines, of bands of the page that hold ink; the network sees no more of it than it must."""
    out: list[PixelBox] = []
    rows = np.flatnonzero((marks > 0).sum(axis=1) > 2)
    if not len(rows):
        return out
    height, width = picture.shape
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 3 * EM) + 1)
    for run in runs:
        top = max(int(run[0]) - EM, 0)
        while top < int(run[-1]):
            end = min(int(run[-1]) + EM, height)
            if end - top > BAND:
                # Cut where there is most paper, so that no line is cut.
                sums = (marks[top + BAND // 2 : top + BAND] > 0).sum(axis=1)
                end = top + BAND // 2 + int(np.argmin(sums))
            part = picture[top:end]
            small = cv2.resize(part, None, fx=REACH, fy=REACH, interpolation=cv2.INTER_AREA)
            for x0, y0, x1, y1 in engine.detect(small.astype(np.uint8)):
                box = (
                    int(x0 / REACH), int(y0 / REACH) + top,
                    min(int(x1 / REACH) + 1, width), min(int(y1 / REACH) + 1 + top, end),
                )  # fmt: skip
                out.append(box)
            top = end
    return sorted(out, key=lambda box: (box[1], box[0]))


def _columns(marks: Pixels) -> list[tuple[int, int]]:
    """A line cut where paper parts columns."""
    columns = np.flatnonzero(marks.any(axis=0)).tolist()
    found: list[list[int]] = []
    for column in columns:
        if found and column - found[-1][1] <= WIDE:
            found[-1][1] = column + 1
        else:
            found.append([column, column + 1])
    return [(start, end) for start, end in found if end - start >= 0.1 * EM]


def _padded(picture: Pixels, box: PixelBox) -> Pixels:
    left, top, right, bottom = box
    height, width = picture.shape
    pad = round(0.15 * EM)
    return np.ascontiguousarray(
        picture[
            max(top - pad, 0) : min(bottom + pad, height),
            max(left - 2 * pad, 0) : min(right + 2 * pad, width),
        ]
    )


def _passed_over(picture: Pixels, left: Pixels, engine: Engine) -> list[TextLine]:
    """Lone characters: a figure that stands by itself is what detectors miss."""
    joined = cv2.dilate(left, np.ones((3, round(0.5 * EM)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for index in range(1, min(count, 500)):
        x, y, w, h, _ = (int(value) for value in stats[index])
        if not 0.45 * EM <= h <= 2 * EM or w > 8 * EM:
            continue
        box = (max(x - 2, 0), max(y - 2, 0), x + w + 2, y + h + 2)
        found += [line for line in read_cell(picture, box, engine) if line.confidence > ILLEGIBLE]
    return found
