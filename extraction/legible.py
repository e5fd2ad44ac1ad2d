"""Is a scan legible enough to say what it is? What is lost leaves single signs and torn words behind."""

from __future__ import annotations

import re

from extraction.document import Document, Table

_LETTER = re.compile(r"[^\W\d_]|\ufffd")
_SIGN = re.compile(r"[^\W_]|\ufffd")
_WORDS = re.compile(r"[\u4e00-\u9fff]{4,}|[A-Za-z]{4,}")
"""Letters that stand together. The recogniser is sure of torn pieces of a character, so its
probabilities do not tell them from words; that no four of them follow each other does."""
_FEW = 60
"""Signs below which a picture has too little text to be a page: a photo, a sign on a door."""
_LEGIBLE = 0.5
"""Share of the letters that stand in words: three quarters of a worn page, a fifth of a torn one."""


def legible(document: Document) -> bool:
    """Whether what was recognised holds words; of next to nothing nobody asks."""
    lines = [
        line
        for block in document.blocks
        for text in ([cell.text for cell in block.cells] if isinstance(block, Table) else [block.text])
        for line in text.split("\n")
    ]
    if sum(len(_SIGN.findall(line)) for line in lines) < _FEW:
        return True
    letters = sum(len(_LETTER.findall(line)) for line in lines)
    words = sum(len(word) for line in lines for word in _WORDS.findall(line))
    return words >= _LEGIBLE * letters if letters else False
