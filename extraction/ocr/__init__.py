"""Scanned pages and pictures: page image -> the same `Page` of glyphs and ruling lines that PDF and OFD give.

An extra: nothing of it is imported until a scan turns up, and `recogniser` is None where it is not installed.

    decode      bytes of a picture -> pixels, within limits
    straighten  contrast, which way up, skew, size of text -> an upright picture of a known scale
    lines       ruling lines, by morphology
    blank       whether a cell in which nothing was read is blank
    cells       what stands inside each ruled cell, read apart and twice
    prose       text outside of tables, found by the detector, and what the detector missed
    engine      the two networks (PP-OCRv6, in the wheel of `rapidocr`), run by onnxruntime on one thread
    scan        all of it: pixels -> `ScannedPage`
    spread      two pages side by side on one picture

Grids, merged cells, page joins and unruled tables are then made by `extraction.readers.page_layout`, as for
every page. The detector of such networks misses lone digits, which is most of what our tables hold; therefore
it is not asked inside a ruled table. Whether a cell is empty is decided by its ink, never by the recogniser:
a cell with ink that nobody could read holds U+FFFD and becomes `unreadable`.

A cell's confidence says how it was read (`SURE`, `UNSURE`, …); whether a figure is believed is decided behind
the tables, by the identities: see `extraction.acceptance`.

Deterministic: one thread, fixed sizes, coarse confidences. The versions of the engine are part of the
extractor id (`extraction.version`), because they decide what a record says.
"""

from __future__ import annotations

import importlib.util
import os
from functools import cache

from extraction.document import UnreadableError

SURE = 0.9
"""Both passes read the same, with confidence, and the ink has room for exactly these characters."""
UNSURE = 0.6
"""The passes differ, or a character is doubtful."""
MISFIT = 0.4
"""Both passes read the same, but the ink has room for another number of digits."""
ILLEGIBLE = 0.0
"""There is ink, and nobody could read it."""

MAX_PAGES = 40
"""Pages that are recognised of one document; a page takes seconds."""

EXTRA = 'pip install "gongkai[ocr]"'
HINT = f"install the ocr extra to have it recognised: {EXTRA}"

SWITCH = "GONGKAI_OCR"
"""Environment variable that leaves scans unread when it is ``off``, as if the extra were not installed."""

_MODULES = ("rapidocr", "onnxruntime", "cv2", "numpy", "PIL")


@cache
def available() -> bool:
    """Whether the extra is installed and not switched off. Imports nothing."""
    return os.environ.get(SWITCH) != "off" and all(
        importlib.util.find_spec(name) is not None for name in _MODULES
    )


def require(what: str) -> None:
    """Say what is missing.

    Raises:
        UnreadableError: the extra is not installed.
    """
    if not available():
        raise UnreadableError("unsupported_format", f"{what}; {HINT}")
