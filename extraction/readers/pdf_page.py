"""One PDF page through PDFium: its characters, ruling lines and pictures."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from extraction.document import ReadIssue
from extraction.readers.page import Page
from extraction.readers.pdf_covered import Covers
from extraction.readers.pdf_glyphs import Budget, Frame, read_glyphs, styles_of
from extraction.readers.pdf_ink import MAX_PAINTED, look

THIN = 3.0
"""A filled rectangle no thicker than this is a ruling line."""
STRAIGHT = 0.5
MAX_FORMS = 16
PICTURE_SHARE = 0.5
"""A picture over this share of a page makes it a scan; text on top of it is somebody's OCR."""
RECOGNISED = 0.8
"""Confidence of text that was laid invisibly over a scan."""

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass
class Drawn:
    """A page as read.

    Attributes:
        page: for the layout.
        pictured: whether it shows pictures.
        covered: whether one picture covers most of it.
        pictures: their boxes, on the page as read.
        issues: what could not be taken with certainty.
    """

    page: Page
    pictured: bool = False
    covered: bool = False
    pictures: list[tuple[float, float, float, float]] = field(default_factory=list)
    issues: list[ReadIssue] = field(default_factory=list)


@dataclass
class _Shapes:
    """What stands on a page beside characters, in PDF space (y upwards)."""

    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    pictures: list[tuple[float, float, float, float]] = field(default_factory=list)
    directions: dict[int | None, int] = field(default_factory=dict)
    runs: dict[int, int] = field(default_factory=dict)
    invisible: set[int] = field(default_factory=set)
    washes: list[tuple[tuple[float, float, float, float], int]] = field(default_factory=list)
    """What is painted over an area, each with the number of text objects before it."""
    drawings: int = 0
    """Paths that are no ruling lines."""


def read_page(page: pdfium.PdfPage, number: int, budget: Budget) -> Drawn:
    """Read one page. The page stays open; what is opened here is closed here."""
    shapes = _Shapes()
    _collect(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, IDENTITY, 0, shapes, budget)
    for boxes in (shapes.lines, shapes.pictures):  # damaged numbers reach to infinity
        boxes[:] = [box for box in boxes if math.isfinite(sum(box))]
    left, bottom, right, top = _visible_box(page)
    directions = {turn: count for turn, count in shapes.directions.items() if turn is not None}
    displayed = page.get_rotation() // 90 % 4
    # Text that runs upwards in PDF space is read by turning the page clockwise, whatever /Rotate says.
    turns = max(directions, key=lambda turn: (directions[turn], -turn)) if directions else displayed
    frame = Frame(left, bottom, right, top, turns)
    drawn = Drawn(Page(number, *frame.size, turned=(turns - displayed) % 4), pictured=bool(shapes.pictures))
    mixed = len(shapes.directions) > 1
    drawn.page.glyphs, drawn.issues = read_glyphs(
        page, number, frame, turns if mixed else None, budget, shapes.runs
    )
    drawn.page.styles = styles_of(drawn.page.glyphs, shapes.runs)
    for line in shapes.lines:
        drawn.page.rule(*frame.box(*line))
    drawn.pictures = [frame.box(*box) for box in shapes.pictures]
    most = PICTURE_SHARE * (right - left) * (top - bottom)
    drawn.covered = any((x1 - x0) * (y1 - y0) > most for x0, y0, x1, y1 in shapes.pictures)
    layer = len(shapes.invisible) > 0.5 * len(shapes.runs)
    if drawn.covered and layer:
        drawn.page.confidence = RECOGNISED
        drawn.issues.append(
            ReadIssue("recognised_text", "warning", f"page {number}: the text was laid over a scan by OCR")
        )
    elif number <= MAX_PAINTED:
        # An invisible layer of all the text may stand over outlines that show it.
        covers = Covers(
            {run: address for address, run in shapes.runs.items()},
            [(frame.box(*box), before) for box, before in shapes.washes if before],
            set() if layer else shapes.invisible,
        )
        look(page, drawn.page, covers, drawn=bool(shapes.pictures or shapes.drawings))
    return drawn


def _visible_box(page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    media, crop = page.get_mediabox(), page.get_cropbox()
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    sound = box[0] < box[2] and box[1] < box[3] and all(map(math.isfinite, box))
    return box if sound else (0.0, 0.0, 595.0, 842.0)


# -- shapes ------------------------------------------------------------------------------------------------


def _collect(
    container: object,
    count_of: object,
    get: object,
    matrix: Matrix,
    depth: int,
    shapes: _Shapes,
    budget: Budget,
) -> None:
    count = max(count_of(container), 0)  # type: ignore[operator]
    budget.spend(objects=count)
    for index in range(count):
        element = get(container, index)  # type: ignore[operator]
        kind = raw.FPDFPageObj_GetType(element)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            _path(element, matrix, shapes, budget)
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            _text(element, matrix, shapes)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            _picture(element, matrix, shapes)
        elif kind == raw.FPDF_PAGEOBJ_SHADING:
            if (box := _bounds(element, matrix)) is not None:
                shapes.washes.append((box, len(shapes.runs)))
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_FORMS:
            inner = _product(_matrix_of(element), matrix)
            _collect(
                element,
                raw.FPDFFormObj_CountObjects,
                raw.FPDFFormObj_GetObject,
                inner,
                depth + 1,
                shapes,
                budget,
            )


# What PDFium writes its answers to, for each of thousands of objects. It is not safe for threads itself.
_MATRIX = raw.FS_MATRIX()
_MATRIX_AT = ctypes.byref(_MATRIX)
_EDGES = tuple(ctypes.c_float() for _ in range(4))
_EDGES_AT = tuple(ctypes.byref(edge) for edge in _EDGES)
_FILL, _STROKE = ctypes.c_int(), ctypes.c_int()
_FILL_AT, _STROKE_AT = ctypes.byref(_FILL), ctypes.byref(_STROKE)


def _matrix_of(element: object) -> Matrix:
    found = _MATRIX
    if not raw.FPDFPageObj_GetMatrix(element, _MATRIX_AT):
        return IDENTITY
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    k, l, m, n, o, p = then  # noqa: E741
    return (
        a * k + b * m,
        a * l + b * n,
        c * k + d * m,
        c * l + d * n,
        e * k + f * m + o,
        e * l + f * n + p,
    )


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _text(element: object, matrix: Matrix, shapes: _Shapes) -> None:
    a, b, _, _, _, _ = _matrix_of(element) if matrix is IDENTITY else _product(_matrix_of(element), matrix)
    turn: int | None = 0
    if b or a < 0:
        quarter = math.atan2(b, a) / (math.pi / 2)
        turn = round(quarter) % 4 if abs(quarter - round(quarter)) < 0.05 else None
    shapes.directions[turn] = shapes.directions.get(turn, 0) + 1
    if raw.FPDFTextObj_GetTextRenderMode(element) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
        shapes.invisible.add(len(shapes.runs))
    shapes.runs[ctypes.addressof(element.contents)] = len(shapes.runs)  # type: ignore[attr-defined]


def _picture(element: object, matrix: Matrix, shapes: _Shapes) -> None:
    box = _bounds(element, matrix)
    if box is None:
        return
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) <= THIN:
        shapes.lines.append(box)  # some programs draw borders as stretched pixels
    else:
        shapes.pictures.append(box)
        shapes.washes.append((box, len(shapes.runs)))


def _bounds(element: object, matrix: Matrix) -> tuple[float, float, float, float] | None:
    if not raw.FPDFPageObj_GetBounds(element, *_EDGES_AT):
        return None
    x0, y0, x1, y1 = [edge.value for edge in _EDGES]
    if matrix is IDENTITY:
        return x0, y0, x1, y1
    corners = [_apply(matrix, x, y) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _path(element: object, matrix: Matrix, shapes: _Shapes, budget: Budget) -> None:
    if not raw.FPDFPath_GetDrawMode(element, _FILL_AT, _STROKE_AT):
        return
    stroked = bool(_STROKE.value)
    if not _FILL.value and not stroked:
        return
    box = _bounds(element, matrix)
    if box is not None and min(box[2] - box[0], box[3] - box[1]) <= THIN:
        shapes.lines.append(box)
        return
    if box is not None and _FILL.value:
        shapes.washes.append((box, len(shapes.runs)))
    whole = _product(_matrix_of(element), matrix)
    lines = len(shapes.lines)
    for points, closed in _subpaths(element, budget):
        placed = [_apply(whole, x, y) for x, y in points]
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        thin = min(max(xs) - min(xs), max(ys) - min(ys)) <= THIN
        if thin:
            shapes.lines.append((min(xs), min(ys), max(xs), max(ys)))
        elif stroked:
            corners = [*placed, placed[0]] if closed else placed
            for (x0, y0), (x1, y1) in pairwise(corners):
                if abs(x0 - x1) <= STRAIGHT or abs(y0 - y1) <= STRAIGHT:
                    shapes.lines.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    shapes.drawings += len(shapes.lines) == lines or _curved(element)


def _curved(element: object) -> bool:
    """Whether a path is no figure of straight lines."""
    kind = raw.FPDFPathSegment_GetType
    count = max(raw.FPDFPath_CountSegments(element), 0)
    return any(
        kind(raw.FPDFPath_GetPathSegment(element, index)) == raw.FPDF_SEGMENT_BEZIERTO
        for index in range(count)
    )


def _subpaths(element: object, budget: Budget) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    """The straight parts of a path as runs of points."""
    count = max(raw.FPDFPath_CountSegments(element), 0)
    budget.spend(objects=count)
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(element, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if not raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            continue
        if kind != raw.FPDF_SEGMENT_LINETO:
            if len(points) > 1:
                yield points, False
            points = [(x.value, y.value)]
            continue
        points.append((x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            yield points, True
            points = [points[0]]
    if len(points) > 1:
        yield points, False
