"""Lines of a mark between two lines of running text, which leave no room for a line of the text.

A mark there may look like the text and be written in its turn. The text's own lines have room for their
height; what stands between two of them that are nearer to each other than it is tall is of another print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extraction.readers.page_text import Line

ROOM = 0.9
"""Share of its height that a line of the text has at least between its neighbours."""


def squeezed(found: Sequence[Line]) -> list[Line]:
    """The lines; those that have no room between the lines above and below are doubtful, and these.

    Args:
        found: lines of running text of one page, from top to bottom.
    """
    out = list(found)
    for at in range(1, len(found) - 1):
        above, line, below = found[at - 1 : at + 2]
        room = below.box[1] - above.box[3]
        if room < ROOM * line.height and _over(line, above) and _over(line, below) and _said(line):
            # Which of the three is of another print is only likely.
            out[at - 1 : at + 2] = [replace(each, doubtful=True) for each in out[at - 1 : at + 2]]
    return out


def _over(line: Line, other: Line) -> bool:
    """Whether a line stands over or under the length of another, as no line of another column does."""
    return line.box[0] < other.box[2] and other.box[0] < line.box[2]


def _said(line: Line) -> bool:
    return any(map(str.isalnum, line.text))
