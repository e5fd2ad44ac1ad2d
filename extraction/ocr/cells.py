"""What stands inside a ruled cell: its ink, its lines, and each line read twice where it is a figure.

Inside a cell nothing has to be detected: what is not paper is text. Lines are found by the gaps between rows
of ink. A figure is read twice, from other crops and with other alphabets, and is `SURE` only where both
readings are equal, each character is clear, and the ink has room for exactly so many digits. That last test
is what notices a digit that both readings lost (a `1` taken for a border, say): such a loss is the same in
every row, so that sums would still hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extraction.ocr import ILLEGIBLE, MISFIT, SURE, UNSURE
from extraction.ocr.blank import lone_dash, passed_over, unread_ink
from extraction.ocr.engine import SIGNS, Engine, PixelBox, Pixels
from extraction.ocr.straighten import EM, ink

CLEAR = 0.8
"""Probability of a character that is not doubted."""
FAINT = 190
"""Grey below this is ink, where nothing else is near."""
SPECK = 0.16 * EM
"""Ink no larger than this either way is dirt."""
TALL = 0.3 * EM
"""Ink as large as this is a character, whatever the recogniser makes of it."""
GAP = 0.12 * EM
"""Paper between two lines."""
MENDED = {"白然人": "自然人"}
"""What is no word, and what it can only be: heads of columns that look like it."""
LEANING = 0.09
"""By how much of its height a stroke leans, from which it is rather a slash; a page is straighter."""
ILLEGIBLE_MARK = "\ufffd"

_HAN = re.compile(r"[\u4e00-\u9fff]")
# What the recogniser may make of a lone digit or dash, having no words around it.
_CONFUSED = frozenset("oOQDlI|丨〇○口一丶、゜°。·:'`~_")
_FORMS = str.maketrans("，．－−–―／％＋０１２３４５６７８９ ", ",.--——/%+0123456789 ")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text on a page.

    Attributes:
        text: what it says.
        box: around its ink, in pixels.
        confidence: see `extraction.ocr`.
    """

    text: str
    box: PixelBox
    confidence: float


def read_cell(picture: Pixels, box: PixelBox, engine: Engine) -> list[TextLine]:
    """The lines inside a cell, whose borders are left out of the box."""
    left, top, right, bottom = box
    if right - left < 4 or bottom - top < 4:
        return []
    inside = np.ascontiguousarray(picture[top:bottom, left:right])
    # Softened, so that the grain of a scan is not taken for pale strokes.
    marks = _without_dirt(ink(cv2.GaussianBlur(inside, (0, 0), 0.9), FAINT))
    boxes = []
    for low, high in bands(marks):
        columns = np.flatnonzero(marks[low:high].any(axis=0))
        line = (int(columns[0]), low, int(columns[-1]) + 1, high)
        if max(high - low, line[2] - line[0]) >= TALL or _is_dash(line):
            boxes.append(line)
    if not boxes:
        found = []
        if (unread := unread_ink(inside)) is not None:
            found = [TextLine(ILLEGIBLE_MARK, unread, ILLEGIBLE)]
        elif (dash := lone_dash(inside)) is not None:
            found = [TextLine("—", dash, UNSURE if passed_over(inside, dash) else SURE)]
    elif len(boxes) > 1:
        found = _read_lines(inside, boxes, engine)
    else:
        found = [_whole(inside, marks, _read_line(inside, marks, boxes[0], engine), engine)]
    return [
        TextLine(line.text, (x0 + left, y0 + top, x1 + left, y1 + top), line.confidence)
        for line in found
        for x0, y0, x1, y1 in [line.box]
    ]


def _read_lines(inside: Pixels, boxes: list[PixelBox], engine: Engine) -> list[TextLine]:
    """A broken label: its lines side by side as one, as a lone character is read worst of all."""
    tallest = max(bottom - top for _, top, _, bottom in boxes)
    ends, parts = [0], []
    for left, top, right, bottom in boxes:
        middle = (top + bottom) // 2
        low, high = max(middle - tallest // 2 - 2, 0), min(middle + tallest // 2 + 2, inside.shape[0])
        part = crop(inside, (left, low, right, high), across=0.06, along=0.0)
        space = tallest + 5 - part.shape[0]
        part = cv2.copyMakeBorder(part, max(space, 0), 0, 0, 0, cv2.BORDER_CONSTANT, value=(255.0,))
        parts.append(part[: tallest + 5])
        ends.append(ends[-1] + part.shape[1])
    strip = np.concatenate(parts, axis=1)
    reading = engine.read(crop(strip, (0, 0, ends[-1], strip.shape[0]), across=0.35, along=0.1))
    margin = 2 * round(0.35 * EM)
    texts = ["" for _ in boxes]
    for character, place in zip(reading.text, reading.places, strict=True):
        at = place * (ends[-1] + margin) - margin / 2
        texts[max(sum(at >= end for end in ends[1:-1]), 0)] += character
    sure = reading.least >= CLEAR
    if any(character.isdigit() for character in reading.text) and len(_HAN.findall(reading.text)) <= 3:
        again = "".join(engine.read(crop(inside, box, across=0.8, along=0.4)).text for box in boxes)
        sure = sure and again.translate(_FORMS) == reading.text.translate(_FORMS)
    return [
        TextLine(text.strip(), box, SURE if sure else UNSURE)
        if text.strip()
        else TextLine(ILLEGIBLE_MARK, box, ILLEGIBLE)
        for text, box in zip(texts, boxes, strict=True)
    ]


def _read_line(inside: Pixels, marks: Pixels, box: PixelBox, engine: Engine) -> TextLine:
    if _is_dash(box):
        return TextLine("—", box, SURE)
    free, figure = engine.read_figure(crop(inside, box, across=0.8, along=0.4))
    text = free.text.translate(_FORMS).strip()
    if len(text) > 1 and not set(text) <= _CONFUSED | set(SIGNS) | {" "}:
        if any(character.isdigit() for character in text) and len(_HAN.findall(text)) <= 3:
            again = engine.read(crop(inside, box, across=0.35, along=0.2))
            sure = text == again.text.translate(_FORMS).strip() and min(free.least, again.least) >= CLEAR
        else:
            sure = free.least >= CLEAR
        text = free.text.strip()
        return TextLine(MENDED.get(text, text), box, SURE if sure else UNSURE)
    _, again = engine.read_figure(crop(inside, box, across=1.2, along=0.2))
    if not figure.text and not again.text:
        return TextLine(ILLEGIBLE_MARK, box, ILLEGIBLE) if not text else TextLine(text, box, UNSURE)
    if len(text) == 1 and _HAN.match(text) and text not in _CONFUSED and free.least >= CLEAR:
        return TextLine(text, box, SURE)  # 无
    if figure.text != again.text or min(figure.least, again.least) < CLEAR:
        return TextLine(figure.text or again.text, box, UNSURE)
    doubted = not has_room(marks, box, figure.text) or (figure.text == "1" and _leans(marks, box))
    return TextLine(figure.text, box, MISFIT if doubted else SURE)


def _whole(inside: Pixels, marks: Pixels, line: TextLine, engine: Engine) -> TextLine:
    """The line; of a pale 7 the bar alone is a dash: then with its paler strokes, in doubt.

    Around digits nothing is looked for: what shows through from behind would put every figure in doubt.
    """
    if not set(line.text) <= {"—", "-"} or not (more := passed_over(inside, line.box)):
        return line
    lefts, tops, rights, bottoms = zip(line.box, *more, strict=True)
    hull = (min(lefts), min(tops), max(rights), max(bottoms))
    if hull[3] - hull[1] <= 1.3 * EM:
        line = _read_line(inside, marks, hull, engine)
    return replace(line, confidence=min(line.confidence, UNSURE))


def crop(picture: Pixels, box: PixelBox, *, across: float, along: float) -> Pixels:
    """A line with white paper around it, by shares of a character's square."""
    left, top, right, bottom = box
    height, width = picture.shape
    edge = EM // 8  # the pale rim of strokes
    out: Pixels = cv2.copyMakeBorder(
        picture[
            max(top - edge, 0) : min(bottom + edge, height), max(left - edge, 0) : min(right + edge, width)
        ],
        *(round(along * EM),) * 2,
        *(round(across * EM),) * 2,
        cv2.BORDER_CONSTANT,
        value=(255.0,),
    )
    return out


def bands(marks: Pixels) -> list[tuple[int, int]]:
    """The rows of each line of text: parted by paper, but never inside one character (`二`)."""
    rows = np.flatnonzero(marks.any(axis=1)).tolist()
    found: list[list[int]] = []
    for row in rows:
        if found and row - found[-1][1] <= GAP:
            found[-1][1] = row + 1
        else:
            found.append([row, row + 1])
    merged: list[list[int]] = []
    for low, high in found:
        if merged and high - merged[-1][0] <= 1.15 * EM:
            merged[-1][1] = high
        else:
            merged.append([low, high])
    return [(low, high) for low, high in merged]


def has_room(marks: Pixels, box: PixelBox, text: str) -> bool:
    """Whether the ink of a figure is as wide as its digits, and in no more pieces than they."""
    left, top, right, bottom = box
    part = marks[top:bottom, left:right]
    height = bottom - top
    signs = sum(not character.isdigit() for character in text)
    digits = len(text) - signs
    if not digits:
        return True
    least = 0.5 * (digits - 1) + 0.15 + 0.1 * signs
    most = 1.0 * (digits - 1) + 1.05 + 0.8 * signs
    if not least <= (right - left) / height <= most:
        return False
    count, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    tall = sorted(
        (int(stats[index, cv2.CC_STAT_LEFT]), int(stats[index, cv2.CC_STAT_WIDTH]))
        for index in range(1, count)
        if stats[index, cv2.CC_STAT_HEIGHT] > 0.55 * height
    )
    pieces, reached = 0, -1
    for start, width in tall:
        pieces += start >= reached
        reached = max(reached, start + width)
    return pieces <= digits


def _leans(marks: Pixels, box: PixelBox) -> bool:
    """A stroke that leans to the right is rather a slash than a one."""
    left, top, right, bottom = box
    third = max((bottom - top) // 3, 1)
    upper = np.flatnonzero(marks[top : top + third, left:right].any(axis=0))
    lower = np.flatnonzero(marks[bottom - third : bottom, left:right].any(axis=0))
    return len(upper) > 0 and len(lower) > 0 and float(upper.mean() - lower.mean()) > LEANING * (bottom - top)


def _is_dash(box: PixelBox) -> bool:
    """A lone flat stroke; a recogniser that has no line around it takes it for 一."""
    left, top, right, bottom = box
    flat = right - left >= 2 * (bottom - top) and bottom - top <= 0.3 * EM
    return flat and right - left >= 0.15 * EM


def _without_dirt(marks: Pixels) -> Pixels:
    """The ink without specks and without what the borders left at the edges."""
    height, width = marks.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    keep = np.zeros(count, np.uint8)
    specks = np.zeros(count, np.uint8)
    for index in range(1, count):
        x, y, w, h, _ = (int(value) for value in stats[index])
        level = (y == 0 or y + h == height) and h <= 0.2 * EM and w >= 0.5 * min(width, 4 * EM)
        upright = (x == 0 or x + w == width) and w <= 0.2 * EM and h >= 0.6 * height
        if level or upright:
            continue
        lone = max(w, h) <= SPECK and not _is_dash((x, y, x + w, y + h))
        (specks if lone else keep)[index] = 1
    # A speck beside a character is a dot or a piece of it.
    near = cv2.dilate(keep[labels], np.ones((round(0.7 * EM),) * 2, np.uint8))
    for index in np.flatnonzero(specks).tolist():
        x, y, w, h, _ = (int(value) for value in stats[index])
        keep[index] = near[y : y + h, x : x + w].any()
    out: Pixels = keep[labels] * np.uint8(255)
    return out
