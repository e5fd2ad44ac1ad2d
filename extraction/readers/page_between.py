"""Lines of a mark between two lines of running text, which leave no room for a line of the text.

A mark there may look like the text and be written in its turn. The text's own lines have room for their
height, and take it from the distance of those around them; what stands between two of them that are nearer to
each other than it is tall, or as near as any two lines of the text, is of another print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median_low

from extraction.readers.page_text import Line

ROOM = 0.9
"""Share of its height that a line of the text has at least between its neighbours."""
LOWER = 0.85
"""A line lower than this share of the text's lines is not one of them."""
APART = 1.1
"""Lines of the text that are no farther apart than so many times the usual have none between them."""


def squeezed(found: Sequence[Line]) -> list[Line]:
    """The lines; those that have no room between the lines above and below are doubtful, and these.

    Args:
        found: lines of running text of one page, from top to bottom.
    """
    out = list(found)
    tall, pitch = _usual(found)
    for at in range(1, len(found) - 1):
        above, line, below = found[at - 1 : at + 2]
        if not (_over(line, above) and _over(line, below) and _said(line)):
            continue
        room = below.box[1] - above.box[3]
        low = line.height < LOWER * tall <= min(above.height, below.height)
        extra = low and below.box[3] - above.box[3] <= APART * pitch and _free(line, above, below)
        if room < ROOM * line.height or extra:
            # Which of the three is of another print is only likely.
            out[at - 1 : at + 2] = [replace(each, doubtful=True) for each in out[at - 1 : at + 2]]
    return out


def _usual(found: Sequence[Line]) -> tuple[float, float]:
    """How tall the lines of a text are, and how far from each other."""
    if len(found) < 3:
        return 0.0, 0.0
    tall = median_low([line.height for line in found])
    whole = [line for line in found if line.height >= LOWER * tall]
    steps = [below.box[3] - above.box[3] for above, below in pairwise(whole)]
    return tall, median_low(steps) if steps else 0.0


def _free(line: Line, above: Line, below: Line) -> bool:
    """Whether a line stands clear of its neighbours, as raised characters of a line do not."""
    slack = 0.2 * line.height
    return above.box[3] - slack < line.box[1] and line.box[3] < below.box[1] + slack


def _over(line: Line, other: Line) -> bool:
    """Whether a line stands over or under the length of another, as no line of another column does."""
    return line.box[0] < other.box[2] and other.box[0] < line.box[2]


def _said(line: Line) -> bool:
    return any(map(str.isalnum, line.text))
