"""Which way up a page is, how askew, how large its text: one transform to an upright picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np

from extraction.ocr.engine import Engine, Pixels

EM = 32
"""Pixels of a character's square in the upright picture."""
INK = 150
"""Grey below this is ink, in a picture of full contrast."""
MAX_PIXELS = 12_000_000
LOOK = 960
"""Longest side of the picture that is looked at for its orientation."""
WINDOW = 2_200
"""Longest side of the part that is looked at; shrunk to `LOOK`, type is still legible."""
STEEPEST = 6.0
"""Degrees of skew that are mended."""
LEGIBLE = 0.85
SAMPLE = 6
"""Lines that are read to tell up from down."""

Matrix: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Upright:
    """A page the right way up.

    Attributes:
        grey: the picture, full contrast.
        clean: the same without red (stamps).
        back: matrix from its pixels to those of the page as given.
        turns: quarter turns clockwise that were needed.
        skew: degrees that were turned back.
        legible: mean probability of the characters of its longest lines.
    """

    grey: Pixels
    clean: Pixels
    back: Matrix
    turns: int
    skew: float
    legible: float


def straighten(grey: Pixels, clean: Pixels, engine: Engine) -> Upright | None:
    """Turn and scale a page; None where it is empty."""
    back: Matrix = np.eye(3)
    if grey.size > MAX_PIXELS:
        factor = (MAX_PIXELS / grey.size) ** 0.5
        grey, clean = (_resized(plane, factor) for plane in (grey, clean))
        back = back @ np.diag([1 / factor, 1 / factor, 1.0])
    grey, clean = full_contrast(grey), full_contrast(clean)
    em = text_size(ink(grey))
    if em is None:
        return None
    skew = skew_of(ink(grey))
    # Turned before it is scaled: the transform is made once, from the sharpest picture there is.
    scale = min(max(EM / em, 0.2), 4.0)
    scale = min(scale, (MAX_PIXELS / grey.size) ** 0.5)
    forth = _transform(grey.shape, skew, scale)
    size = (max(int(grey.shape[1] * scale), 1), max(int(grey.shape[0] * scale), 1))
    grey, clean = (_warped(plane, forth, size, scale) for plane in (grey, clean))
    back = back @ np.linalg.inv(forth)
    turns, legible = _orientation(grey, engine)
    if turns:
        back = back @ _unturn(grey.shape, turns)
        grey, clean = (np.ascontiguousarray(np.rot90(plane, -turns)) for plane in (grey, clean))
    return Upright(grey, clean, back, turns, skew, legible)


def ink(picture: Pixels, below: int = INK) -> Pixels:
    """Ink as 255 on 0."""
    found: Pixels = (picture < below).astype(np.uint8) * np.uint8(255)
    return found


def full_contrast(picture: Pixels) -> Pixels:
    """Even paper at white and the darkest ink at black."""
    height, width = picture.shape
    small = cv2.resize(picture, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    flat = np.clip(picture.astype(np.float32) * 255.0 / np.maximum(paper, 40), 0, 255)
    counts = np.bincount(flat.astype(np.uint8).ravel(), minlength=256)
    dark = np.cumsum(counts)
    black = int(np.searchsorted(dark, 0.004 * flat.size))
    if black > 210:
        return flat.astype(np.uint8)  # nothing but paper
    stretched = (flat - black) * (255.0 / (255 - black))
    out: Pixels = np.clip(stretched, 0, 255).astype(np.uint8)
    return out


def text_size(marks: Pixels) -> float | None:
    """Pixels of a character's square, by the heights of what stands on the page."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    fits = (height >= 6) & (height <= 160) & (width <= 2.2 * height) & (width >= 0.2 * height)
    if int(fits.sum()) < 5:
        return None
    return float(np.percentile(height[fits], 65)) * 1.15


def skew_of(marks: Pixels) -> float:
    """Degrees by which lines rise to the right; what makes the rows of ink sharpest."""
    factor = min(1.0, 1000 / max(marks.shape))
    small = cv2.resize(marks, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    best = 0.0
    for step, reach in ((0.5, STEEPEST), (0.1, 0.5), (0.02, 0.1)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        # Of equals the smallest turn: a page without lines stays as it is.
        best = float(max(angles, key=lambda angle: (round(_sharpness(small, angle)), -abs(angle))))
    return 0.0 if abs(best) < 0.04 else round(best, 2)


def _sharpness(marks: Pixels, angle: float) -> float:
    height, width = marks.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned = cv2.warpAffine(marks, turn, (width, height))
    rows = turned.sum(axis=1, dtype=np.float64) / 255.0
    return float(((rows[1:] - rows[:-1]) ** 2).sum())


def _transform(shape: tuple[int, ...], angle: float, scale: float) -> Matrix:
    height, width = shape
    out: Matrix = np.eye(3)
    out[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, scale)
    out[0, 2] += (scale - 1) * width / 2
    out[1, 2] += (scale - 1) * height / 2
    return out


def _warped(plane: Pixels, forth: Matrix, size: tuple[int, int], scale: float) -> Pixels:
    if scale < 0.6:
        # Shrunk by averages first, as sampling alone would lose thin lines.
        plane = cv2.blur(plane, (max(round(0.7 / scale), 1),) * 2)
    warped: Pixels = cv2.warpAffine(
        plane, forth[:2], size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255.0,)
    )
    return warped


def _resized(plane: Pixels, factor: float) -> Pixels:
    out: Pixels = cv2.resize(plane, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return out


def _unturn(shape: tuple[int, ...], turns: int) -> Matrix:
    """From a picture turned clockwise by quarters back to the one of this shape."""
    height, width = shape
    quarter = {
        1: [[0, 1, 0], [-1, 0, height], [0, 0, 1]],
        2: [[-1, 0, width], [0, -1, height], [0, 0, 1]],
        3: [[0, -1, width], [1, 0, 0], [0, 0, 1]],
    }
    return np.array(quarter[turns], dtype=np.float64)


def _window(picture: Pixels) -> Pixels:
    """The part of a page that holds most ink, no larger than can be looked at with legible type."""
    height, width = picture.shape
    high, wide = min(height, WINDOW), min(width, WINDOW)
    if (high, wide) == (height, width):
        return picture
    small = cv2.resize(ink(picture), None, fx=1 / 32, fy=1 / 32, interpolation=cv2.INTER_AREA).astype(
        np.float32
    )
    size = (max(wide // 32, 1), max(high // 32, 1))
    sums = cv2.boxFilter(small, -1, size, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    sums = sums[: max(small.shape[0] - size[1], 0) + 1, : max(small.shape[1] - size[0], 0) + 1]
    row, column = (int(at) * 32 for at in np.unravel_index(int(sums.argmax()), sums.shape))
    return np.ascontiguousarray(picture[row : row + high, column : column + wide])


def _orientation(page: Pixels, engine: Engine) -> tuple[int, float]:
    """Quarter turns clockwise that set the text upright, and how legible it then is."""
    picture = _window(page)
    factor = min(1.0, LOOK / max(picture.shape))
    boxes = engine.detect(_resized(picture, factor))
    wide = sum(r - l for l, t, r, b in boxes if r - l > 1.5 * (b - t))  # noqa: E741
    tall = sum(b - t for l, t, r, b in boxes if b - t > 1.5 * (r - l))  # noqa: E741
    level = tall <= 2 * wide
    lines = [box for box in boxes if (box[2] - box[0] > 1.5 * (box[3] - box[1])) == level]
    lines.sort(key=lambda box: (-max(box[2] - box[0], box[3] - box[1]), box[1], box[0]))
    crops = []
    for box in lines[:SAMPLE]:
        left, top, right, bottom = (int(edge / factor) for edge in box)
        crops.append(picture[top:bottom, left:right])
    if not crops:
        return 0, 0.0
    best, turn = -1.0, 0
    for turns in (0, 2) if level else (1, 3):
        read = [engine.read(np.ascontiguousarray(np.rot90(crop, -turns))) for crop in crops]
        score = sum(reading.mean for reading in read) / len(read)
        if score > best:
            best, turn = score, turns
        if turns == 0 and score >= LEGIBLE:
            break
    return turn, best
