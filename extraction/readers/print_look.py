"""How a text is printed, in any format: digits that look unlike beside each other, text that nobody sees.

A note set small behind a figure, or off its line, and text in the colour of its ground or of next to no
size are in the text of a cell like its digits. Which of them the agency meant is not certain, so the cell is
doubted; a figure that is printed in one way throughout is a figure, however small it is. White on dark is how
heads are printed: a reader says that a text is unseen only where its ground is known, and a cell of unseen
text is doubted only beside figures of its row that are seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extraction.document import ReadIssue
from extraction.values import is_figure

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
_CLEARLY = 0.83
"""Below 10 beside 12, the least step that editors leave inside a figure."""
_NOTE = 6.0
"""Points that no figure is printed in, whatever stands beside it."""
_UNSEEN = 1.5
_THIN = 10
"""Percent of its width at which a text is a line."""
_NEAR = 8
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e]")
_STARTS = re.compile(r"[.,]?[0-9０-９]")
_JOINS = re.compile(r"[0-9０-９.,]")
_ENDS = re.compile(r"[0-9０-９][.,]?\Z")
_INSIDE = re.compile(r"[0-9０-９.,]+")
_HEX = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


class Look(NamedTuple):
    """How a piece of text is printed.

    Attributes:
        size: points; or the part of a size that the file does not say.
        known: whether it says it.
        lift: points above the line.
        unseen: whether the text is of the colour of its ground, or of next to no size.
        signs: whether its font prints signs where digits are written.
    """

    size: float = 1.0
    known: bool = False
    lift: float = 0.0
    unseen: bool = False
    signs: bool = False


Piece = tuple[Look, str]
"""A text on the line, without what is set above it as a mark (see `extraction.readers.raised`)."""

PLAIN = Look()
_UNLIKE = ReadIssue("print_doubtful", "warning", "digits of unlike sizes side by side")
_PART = ReadIssue("hidden_text", "warning", "a part of the cell's text is not to be seen")
_WHOLE = ReadIssue("hidden_text", "warning", "the cell's text is not to be seen")
_SIGNS = ReadIssue("print_doubtful", "warning", "digits in a font of symbols")


def row_doubts(cells: Sequence[Sequence[Piece]]) -> list[tuple[ReadIssue, ...]]:
    """What is to be said of the cells of one row."""
    out = [_doubts(pieces) for pieces in cells]
    alone = [_figure_of(pieces) for pieces in cells]
    if False in alone:
        out = [(*said, _WHOLE) if unseen else said for said, unseen in zip(out, alone, strict=True)]
    return out


def line_doubts(pieces: Sequence[Piece]) -> tuple[ReadIssue, ...]:
    """What is to be said of a line of text; unseen marks that keep its words apart are harmless."""
    return _doubts([(look, text) for look, text in pieces if not look.unseen or _has_digit(text)])


def is_unseen_line(pieces: Sequence[Piece]) -> bool:
    """Whether nothing of a line is to be seen: a reader of the page never met it."""
    inked = [look for look, text in pieces if text.strip()]
    return bool(inked) and all(look.unseen for look in inked)


def left_out(text: str) -> ReadIssue:
    """What is said of a line that is left out because nobody sees it."""
    return ReadIssue("hidden_text", "warning", f"hidden text was left out: {text.strip()[:60]}")


def meet(texts: Sequence[str]) -> bool:
    """Whether digits of one figure may stand in several texts: most have none, and need no closer look."""
    filled = [text for text in (_INVISIBLE.sub("", text) for text in texts) if text]
    return any(_ENDS.search(one) and _JOINS.match(other) for one, other in pairwise(filled))


def is_unseen(size: float | None, colour: Colour | None, ground: Colour | None, wide: float = 100) -> bool:
    """Whether a text is not to be seen; None is what the file does not say, and hides nothing."""
    if (size is not None and size <= _UNSEEN) or wide <= _THIN:
        return True
    if colour is None or ground is None:
        return False
    return all(abs(one - other) <= _NEAR for one, other in zip(colour, ground, strict=True))


def hex_colour(said: str) -> Colour | None:
    """A colour as six hexadecimal digits."""
    match = _HEX.fullmatch(said.strip())
    return None if match is None else (int(match[1], 16), int(match[2], 16), int(match[3], 16))


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _doubts(pieces: Sequence[Piece]) -> tuple[ReadIssue, ...]:
    if any(look.signs and _has_digit(text) for look, text in pieces):
        return (_SIGNS,)
    if len(pieces) < 2 or not any(_has_digit(text) for _, text in pieces):
        return ()
    if len({look.unseen for look, text in pieces if text.strip()}) > 1:
        return (_PART,)
    return (_UNLIKE,) if _unlike(pieces) else ()


def _figure_of(pieces: Sequence[Piece]) -> bool | None:
    """Whether the figure of a cell is unseen as a whole; None where it has none."""
    if not is_figure("".join([text for _, text in pieces])):
        return None
    return all(look.unseen for look, text in pieces if text.strip())


def _unlike(pieces: Sequence[Piece]) -> bool:
    """Whether digits stand in one figure with digits that are clearly printed in another way."""
    figure: list[Look] = []
    for look, piece in pieces:
        text = _INVISIBLE.sub("", piece)
        if not text:
            continue
        if _STARTS.match(text) is not None:
            if any(_differ(look, other) for other in figure):
                return True
        elif text not in {".", ","}:
            figure = []
        if _ENDS.search(text) is not None:
            figure = [*figure, look] if _INSIDE.fullmatch(text) is not None else [look]
        elif text not in {".", ","}:
            figure = []
    return False


def _differ(one: Look, other: Look) -> bool:
    if one.lift != other.lift:
        return True
    if one.known == other.known:
        return min(one.size, other.size) <= _CLEARLY * max(one.size, other.size)
    return any(look.size <= (_NOTE if look.known else _CLEARLY) for look in (one, other))
