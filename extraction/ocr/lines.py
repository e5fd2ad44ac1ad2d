"""Ruling lines of an upright page, by morphology."""

from __future__ import annotations

import math

import cv2
import numpy as np

from extraction.ocr.engine import PixelBox, Pixels
from extraction.ocr.straighten import EM, ink

ACROSS = 3 * EM
"""No character has a stroke so long."""
DOWN = int(1.5 * EM)
THICKEST = EM // 2
SMALLEST_FRAME = 5 * EM
"""Lines that hang together over less than this are parts of large characters."""


def ruling_lines(picture: Pixels) -> list[PixelBox]:
    """The boxes of the ink of all ruling lines."""
    marks = ink(picture)
    # Printed lines are broken by noise and faint in scans; a small gap is closed along the line only.
    across = _opened(cv2.morphologyEx(marks, cv2.MORPH_CLOSE, _kernel(5, 1)), ACROSS, 1)
    down = _opened(cv2.morphologyEx(marks, cv2.MORPH_CLOSE, _kernel(1, 5)), 1, DOWN)
    frames = cv2.dilate(cv2.bitwise_or(across, down), _kernel(5, 5))
    _, frame_of, stats, _ = cv2.connectedComponentsWithStats(frames, connectivity=8)
    found = []
    for lines, level in ((across, True), (down, False)):
        # Pieces that a line a little askew is broken into hang together again.
        joined = cv2.dilate(lines, _kernel(1, 3) if level else _kernel(3, 1))
        _, labels, pieces, middles = cv2.connectedComponentsWithStats(joined, connectivity=8)
        for index in range(1, len(pieces)):
            x, y, w, h, area = (int(value) for value in pieces[index])
            length = w if level else h
            thick = max(area / length - 2, 1.0)
            frame = stats[int(frame_of[y : y + h, x : x + w][labels[y : y + h, x : x + w] == index].max())]
            if thick > THICKEST or max(frame[cv2.CC_STAT_WIDTH], frame[cv2.CC_STAT_HEIGHT]) < SMALLEST_FRAME:
                continue
            middle = float(middles[index][1 if level else 0])
            low, high = math.floor(middle - thick / 2), math.ceil(middle + thick / 2)
            found.append((x, low, x + w, high) if level else (low, y, high, y + h))
    return found


def _kernel(width: int, height: int) -> Pixels:
    kernel: Pixels = np.ones((height, width), np.uint8)
    return kernel


def _opened(marks: Pixels, width: int, height: int) -> Pixels:
    out: Pixels = cv2.morphologyEx(marks, cv2.MORPH_OPEN, _kernel(width, height)).astype(np.uint8)
    return out
