"""Shapes of an OFD page: ruling lines and boxes; and the numbers in which OFD says where things stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from lxml import etree

from extraction.document import Box
from extraction.readers.page import Page

POINTS = 72 / 25.4
THIN = 1.1
"""A filled shape no thicker than this, in millimetres, is a ruling line."""
STRAIGHT = 0.2

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_CURVED = re.compile(r"[BQA] ")
_ARGUMENTS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def placed(
    element: etree._Element, origin: tuple[float, float], base: Matrix
) -> tuple[tuple[float, float], Matrix]:
    """Where the points of an object stand: an origin, and the matrix of its points.

    Args:
        element: the object, with its Boundary and its CTM.
        origin: of what it stands in.
        base: the matrix of what it stands in.
    """
    left, top, _, _ = split(element.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
    found = split(element.get("CTM"), 6) or IDENTITY
    a, b, c, d, e, f = base
    at = (origin[0] + a * left + c * top + e, origin[1] + b * left + d * top + f)
    own_a, own_b, own_c, own_d, own_e, own_f = found
    return at, (
        a * own_a + c * own_b,
        b * own_a + d * own_b,
        a * own_c + c * own_d,
        b * own_c + d * own_d,
        a * own_e + c * own_f,
        b * own_e + d * own_f,
    )


def is_curved(element: etree._Element) -> bool:
    """Whether a shape has a part that is not straight."""
    return bool(_CURVED.search(element.findtext("{*}AbbreviatedData") or ""))


def shape(element: etree._Element, matrix: Matrix, origin: tuple[float, float], page: Page) -> Box | None:
    """Note the ruling lines of a shape; gives its box where it is none."""
    stroked, filled = element.get("Stroke", "true") == "true", element.get("Fill") == "true"
    data = element.find("{*}AbbreviatedData")
    if data is None or not (stroked or filled):
        return None
    lines = len(page.horizontal) + len(page.vertical)
    corners: list[tuple[float, float]] = []
    a, b, c, d, e, f = matrix

    def place(x: float, y: float) -> tuple[float, float]:
        return origin[0] + a * x + c * y + e, origin[1] + b * x + d * y + f

    for points in subpaths(data.text or ""):
        placed = [place(x, y) for x, y in points]
        corners += placed
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        if min(max(xs) - min(xs), max(ys) - min(ys)) <= THIN:
            page.rule(min(xs) * POINTS, min(ys) * POINTS, max(xs) * POINTS, max(ys) * POINTS)
        elif stroked:
            for (x0, y0), (x1, y1) in pairwise(placed):
                if min(abs(x0 - x1), abs(y0 - y1)) <= STRAIGHT:
                    page.rule(
                        min(x0, x1) * POINTS, min(y0, y1) * POINTS, max(x0, x1) * POINTS, max(y0, y1) * POINTS
                    )
    if (
        not filled
        and len(page.horizontal) + len(page.vertical) > lines
        and not _CURVED.search(data.text or "")
    ):
        return None
    if _CURVED.search(data.text or ""):
        _, _, width, height = split(element.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
        corners += [origin, (origin[0] + width, origin[1] + height)]
    if not corners:
        return None
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    if min(max(xs) - min(xs), max(ys) - min(ys)) <= THIN and not _CURVED.search(data.text or ""):
        return None
    return min(xs) * POINTS, min(ys) * POINTS, max(xs) * POINTS, max(ys) * POINTS


def subpaths(data: str) -> Iterator[list[tuple[float, float]]]:
    """The straight parts of a path as runs of points."""
    words = data.split()
    points: list[tuple[float, float]] = []
    start: tuple[float, float] | None = None
    at = 0
    while at < len(words):
        command = words[at]
        count = _ARGUMENTS.get(command)
        if count is None:
            at += 1
            continue
        values = [decimal(word, 0.0) for word in words[at + 1 : at + 1 + count]]
        at += 1 + count
        if len(values) < count:
            break
        if command == "L":
            points.append((values[0], values[1]))
        elif command == "C":
            if start is not None:
                points.append(start)
        else:  # a move, or a curve that ends the straight part
            if len(points) > 1:
                yield points
            points = [(values[-2], values[-1])]
            if command in "MS":
                start = points[0]
    if len(points) > 1:
        yield points


def split(text: str | None, count: int) -> tuple[float, ...] | None:
    """So many numbers; None where there are more or fewer."""
    words = (text or "").split()
    return tuple(decimal(word, 0.0) for word in words) if len(words) == count else None


def decimal(text: str | None, default: float) -> float:
    """A number as OFD writes it."""
    if text is not None and re.fullmatch(r"\s*[-+]?(?:[0-9]{1,9}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})\s*", text):
        return float(text)
    return default
