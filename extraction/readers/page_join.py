"""Tables that go on over a page end: rows joined by the position of their columns.

A page end cuts merged labels (`（四）无` | `法提供`) and rows inside a word (`3.危及“三安全一稳` | `定”`).
Pieces are put together only where nothing else can be meant; what stays apart is read as rows of their own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from extraction.document import ReadIssue
from extraction.readers.page_grid import Grid, Region

SAME_EDGE = 4.0
SAME_COLUMN = 2.0
SLIVER = 8.0
"""A row lower than this has no room for text."""

_APART = ReadIssue("row_in_doubt", "warning", "the page end may part its figures from their label")

ENUMERATOR = re.compile(
    r"\s*(?:[0-9０-９]{1,2}\s*[.．、，,)）]|[（(]\s*[0-9一二三四五六七八九十]{1,3}\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、．.]"
    r"|第[一二三四五六七八九十]{1,3}[条项]|[①-⑳⑴-⒇㈠-㈩])"
)


def goes_on(upper: Grid, lower: Grid) -> bool:
    """Whether a table at the top of a page continues the one at the foot of the page before."""
    if lower.page != upper.page + 1:
        return False
    if abs(upper.xs[0] - lower.xs[0]) > SAME_EDGE or abs(upper.xs[-1] - lower.xs[-1]) > SAME_EDGE:
        return False
    plain, other = sorted((upper.xs[1:-1], lower.xs[1:-1]), key=len)
    # Every column line of the plainer part must go on: parts whose columns only look alike (a table that was
    # made as two) would put figures under the head of their neighbours.
    return bool(plain) and all(_nearest(other, x) is not None for x in plain)


def joined(upper: Grid, lower: Grid) -> Grid:
    """One grid from two parts on consecutive pages."""
    xs = list(upper.xs)
    for x in lower.xs[1:-1]:
        if _nearest(xs, x) is None:
            xs.insert(bisect_left(xs, x), x)
    # Without a new column nothing moves: a table of many pages is not gone through again for each of them.
    new = len(xs) > len(upper.xs)
    above = [_moved(region, upper.xs, xs, 0) for region in upper.regions] if new else list(upper.regions)
    repeated = _repeated_head(upper, lower)
    below = [_moved(region, lower.xs, xs, -repeated) for region in lower.regions if region.row >= repeated]
    foot = {
        (region.column, region.colspan): index for index, region in enumerate(above) if _ends(region, upper)
    }
    head = {(region.column, region.colspan): index for index, region in enumerate(below) if region.row == 0}
    tall = {key for key, index in head.items() if _same_label(key, above, foot, below[index], head, below)}
    cut = _is_cut(
        {key: above[index] for key, index in foot.items() if key not in tall},
        {key: below[index] for key, index in head.items() if key not in tall},
    )
    if not cut and not repeated:
        _doubt_parted(
            above, [index for key, index in foot.items() if key not in tall],
            below, [index for key, index in head.items() if key not in tall],
        )  # fmt: skip
    swallowed: set[int] = set()
    for key, index in head.items():
        if key in tall or (cut and key in foot):
            above[foot[key]] = _together(above[foot[key]], below[index], shared=int(cut))
            swallowed.add(index)
    offset = upper.height - int(cut)
    regions = above + [
        replace(region, row=region.row + offset)
        for index, region in enumerate(below)
        if index not in swallowed
    ]
    regions.sort(key=lambda region: (region.row, region.column))
    return Grid(
        xs, upper.ys, regions, offset + lower.height - repeated, lower.page, upper.certain and lower.certain
    )


def _nearest(xs: list[float], x: float) -> int | None:
    at = bisect_left(xs, x - SAME_COLUMN)
    return at if at < len(xs) and xs[at] <= x + SAME_COLUMN else None


def _moved(region: Region, old: list[float], new: list[float], rows: int) -> Region:
    """A region on the common columns."""

    def column(boundary: int) -> int:
        if boundary == 0:
            return 0
        if boundary == len(old) - 1:
            return len(new) - 1
        found = _nearest(new, old[boundary])
        return found if found is not None else bisect_left(new, old[boundary])

    left, right = column(region.column), column(region.column + region.colspan)
    return replace(region, row=region.row + rows, column=left, colspan=max(right - left, 1))


def _repeated_head(upper: Grid, lower: Grid) -> int:
    """How many header rows the lower part only repeats."""

    def row(grid: Grid, index: int) -> list[str]:
        return ["".join(region.text.split()) for region in grid.regions if region.row == index]

    count = 0
    while count < min(upper.height, lower.height) - 1:
        texts = row(lower, count)
        if texts != row(upper, count) or not any(map(_is_label, texts)) or any(map(_is_value, texts)):
            break
        count += 1
    # A merged header cell must not be cut in two.
    while count and any(region.row < count < region.row + region.rowspan for region in lower.regions):
        count -= 1
    return count


def _ends(region: Region, grid: Grid) -> bool:
    return region.row + region.rowspan == grid.height


def _is_label(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _is_value(text: str) -> bool:
    return bool(text.strip()) and not _is_label(text)


def _same_label(
    key: tuple[int, int],
    above: list[Region],
    foot: dict[tuple[int, int], int],
    lower: Region,
    head: dict[tuple[int, int], int],
    below: list[Region],
) -> bool:
    """Whether a merged label of several rows goes on below the page end.

    What goes on is beside several rows, or left of a label of its own row, or in a row of column heads.
    """
    if key not in foot:
        return False
    row = [below[index] for index in head.values()]
    beside_rows = lower.rowspan > min(region.rowspan for region in row)
    left_of_label = any(region.column > lower.column and _is_label(region.text) for region in row)
    first = min(row, key=lambda region: region.column)
    heads = any(_is_label(region.text) for region in row) and not any(
        _is_value(region.text) for region in row
    )
    below_head = heads and not first.text.strip() and not lower.text.strip()
    if not (beside_rows or left_of_label or below_head):
        return False
    upper = above[foot[key]]
    if _is_value(upper.text) or _is_value(lower.text):
        return False
    if not upper.text.strip():
        return upper.rowspan > 1
    return not lower.text.strip() or (upper.full and not ENUMERATOR.match(lower.text))


def _is_cut(upper: dict[tuple[int, int], Region], lower: dict[tuple[int, int], Region]) -> bool:
    """Whether the page end runs through one row: a label broken at a full line, figures on one side only."""
    if not lower:
        return True  # no cell begins or ends at the page end
    if not set(lower) <= set(upper):
        return False
    for row in (upper, lower):
        low = min(region.box[3] - region.box[1] for region in row.values()) < SLIVER
        if low and not any(region.text.strip() for region in row.values()):
            return True  # only the margin of a row came to stand on this page
    filled = [{key for key, region in row.items() if region.text.strip()} for row in (upper, lower)]
    if all(filled) and not filled[0] & filled[1] and filled[0] | filled[1] == set(upper) == set(lower):
        return True  # what each part lacks, the other has
    broken = False
    for key, part in lower.items():
        first, second = upper[key].text, part.text
        if not second.strip():
            continue
        if _is_label(second):
            if not _is_label(first) or not upper[key].full or ENUMERATOR.match(second):
                return False
            broken = True
        elif first.strip():
            return False
    return broken and not (_any_value(upper) and _any_value(lower))


def _doubt_parted(above: list[Region], foot: list[int], below: list[Region], head: list[int]) -> None:
    """Doubt a label with blanks on one side of a page end and figures without a label on the other."""
    for ours, own, theirs, others in ((above, foot, below, head), (below, head, above, foot)):
        values = [index for index in own if _is_value(ours[index].text)]
        if not values or any(_is_label(ours[index].text) for index in own):
            continue
        facing = [[other for other in others if _overlap(ours[index], theirs[other])] for index in values]
        if not any(_is_label(theirs[other].text) for other in others) or not any(
            beside and not any(theirs[other].text.strip() for other in beside) for beside in facing
        ):
            continue
        for index in values:
            ours[index] = replace(ours[index], doubts=(*ours[index].doubts, _APART))
        for other in {other for beside in facing for other in beside}:
            theirs[other] = replace(theirs[other], doubts=(*theirs[other].doubts, _APART))


def _overlap(one: Region, other: Region) -> bool:
    return one.column < other.column + other.colspan and other.column < one.column + one.colspan


def _any_value(row: dict[tuple[int, int], Region]) -> bool:
    return any(_is_value(region.text) for region in row.values())


def _together(upper: Region, lower: Region, *, shared: int) -> Region:
    text = "\n".join(part.text for part in (upper, lower) if part.text.strip())
    place = upper if upper.text.strip() or not lower.text.strip() else lower
    return replace(
        upper,
        rowspan=upper.rowspan + lower.rowspan - shared,
        box=place.box,
        page=place.page,
        text=text,
        full=lower.full,
        doubts=upper.doubts + lower.doubts,
    )
