"""Whether a cell that holds no character is blank: a last, fainter look.

A blank cell is the one reading that no flag follows, so it must be seen and not concluded. Thin strokes of
small type break into specks, pale print stays under the level of ink, a `1` may touch the border: whatever
has the size of a figure in a cell in which nothing was read makes the cell illegible, and not blank.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from extraction.ocr.engine import PixelBox, Pixels
from extraction.ocr.straighten import EM

FAINTEST = 16
"""Grey by which a stroke is darker than its paper, at least."""
NOISE = 6.0
"""How many times darker than the grain of the paper it is."""
FIGURE = 0.38 * EM
"""The height of a digit in type much smaller than that of the page."""
APART = round(0.28 * EM)
"""Paper between the pieces of a broken stroke."""
COVERED = 0.5
"""Share of the rows of a broken figure that hold ink; dirt is scattered wider."""
RIM = 0.4 * EM
"""The pale rim of strokes is no wider, nor is what compression leaves around them."""
RESIDUE = 0.2 * EM
"""What is left of a border is no thicker."""


def unread_ink(inside: Pixels) -> PixelBox | None:
    """The box of what may be a figure in a cell in which nothing was read; None where it is blank."""
    return next(faint_figures(inside), None)


def passed_over(inside: Pixels, box: PixelBox) -> list[PixelBox]:
    """What may be a figure and sticks out of the box that was read: the pale stem of a 7, a pale digit."""
    left, top, right, bottom = box
    return [
        one
        for one in faint_figures(inside)
        if one[0] < left - RIM or one[1] < top - RIM or one[2] > right + RIM or one[3] > bottom + RIM
    ]


def faint_figures(inside: Pixels) -> Iterator[PixelBox]:
    """The boxes of all that has the size of a figure and is darker than its paper."""
    if min(inside.shape) < FIGURE:
        return
    marks = _faint(inside)
    joined = cv2.dilate(marks, np.ones((APART, APART), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for index in range(1, count):
        x, y, w, h, _ = (int(value) for value in stats[index])
        part = marks[y : y + h, x : x + w] * (labels[y : y + h, x : x + w] == index)
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if not len(rows):
            continue
        high = int(rows[-1] - rows[0]) + 1
        if high >= FIGURE and len(rows) >= COVERED * high:
            yield (x + int(columns[0]), y + int(rows[0]), x + int(columns[-1]) + 1, y + int(rows[-1]) + 1)


def lone_dash(inside: Pixels) -> PixelBox | None:
    """The box of a small flat mark in the middle of a cell that holds nothing else: a hyphen for nothing."""
    marks = _faint(inside)
    count, _, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    if count != 2:
        return None
    x, y, w, h, _ = (int(value) for value in stats[1])
    height, width = marks.shape
    central = abs(x + w / 2 - width / 2) <= EM / 4 and abs(y + h / 2 - height / 2) <= EM / 4
    return (x, y, x + w, y + h) if central and h <= w <= EM else None


def _faint(inside: Pixels) -> Pixels:
    """What stands out from the grain of the paper, without borders."""
    soft = cv2.GaussianBlur(inside, (0, 0), 1.2)
    paper = float(np.median(soft))
    grain = 1.4826 * float(np.median(np.abs(soft.astype(np.float32) - paper)))
    marks: Pixels = (soft < paper - max(FAINTEST, NOISE * grain)).astype(np.uint8)
    _wipe_borders(marks)
    return marks


def _wipe_borders(marks: Pixels) -> None:
    """Take away what the borders of the cell left along its edges: what reaches a corner."""
    thick = round(RESIDUE)
    residue = np.zeros_like(marks)
    for turned, out in (
        (marks, residue),
        (marks[::-1], residue[::-1]),
        (marks.T, residue.T),
        (marks.T[::-1], residue.T[::-1]),
    ):
        band = np.ascontiguousarray(turned[:thick])
        count, labels, stats, _ = cv2.connectedComponentsWithStats(band, connectivity=8)
        for index in range(1, count):
            x, y, w, _, _ = (int(value) for value in stats[index])
            if y == 0 and (x == 0 or x + w == band.shape[1] or w > 3 * EM):
                out[:thick][labels == index] = 1
    marks[residue > 0] = 0
