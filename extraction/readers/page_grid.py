"""Ruling lines -> grids: the true rows, columns and merged cells of a drawn table.

Programs draw a border as one line, as a line for each cell, or as thin rectangles with little squares at the
corners; what they have in common is where ink stands. Lines are snapped together, gathered into connected
frames, and each frame is cut into elementary cells, of which those that no line parts are one printed cell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extraction.document import Box, ReadIssue
from extraction.readers.page import Page, Rule

SNAP = 3.0
"""Lines closer than this are one line (a border drawn twice, or by both cells)."""
COLLINEAR = 0.7
"""Pieces of one line differ by no more than this."""
BRIDGE = 3.0
"""A gap in a line up to this is bridged (corner squares, rounded ends)."""
TOUCH = 3.0
"""Lines that come this close cross or meet."""
COVERED = 0.6
"""A line parts two elementary cells if it runs along this share of their common side."""
FOREIGN = 2
"""Two rows that each have so many column lines of their own belong to two tables: merged cells leave lines
out, they do not move them."""
INFINITY = float("inf")
MAX_RULES = 8_000
MAX_ELEMENTS = 60_000


@dataclass
class Region:
    """One printed cell.

    Attributes:
        row: first row.
        column: first column.
        rowspan: rows covered.
        colspan: columns covered.
        box: its place on the page as read.
        page: the page it stands on.
        text: its text, filled in by the layout.
        full: whether its last line reaches the right edge, so that the text may go on elsewhere.
        doubts: what is not certain about the text.
    """

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box
    page: int
    text: str = ""
    full: bool = False
    doubts: tuple[ReadIssue, ...] = ()


@dataclass
class Grid:
    """One drawn table.

    Attributes:
        xs: column boundaries.
        ys: row boundaries.
        regions: printed cells, row by row.
        height: number of rows.
        page: the page it ends on.
        certain: False where the lines do not close to rectangles.
    """

    xs: list[float]
    ys: list[float]
    regions: list[Region]
    height: int
    page: int
    certain: bool = True
    _index: dict[tuple[int, int], int] = field(default_factory=dict, repr=False)

    @property
    def box(self) -> Box:
        """Its outer frame on its first page."""
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is within its outer frame."""
        return self.xs[0] <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]

    def remember(self) -> None:
        """Note which region covers which elementary cell; call it when all regions are in."""
        for index, region in enumerate(self.regions):
            for row in range(region.row, region.row + region.rowspan):
                for column in range(region.column, region.column + region.colspan):
                    self._index[row, column] = index

    def region_at(self, x: float, y: float) -> Region | None:
        """The printed cell around a point."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        found = self._index.get((row, column))
        return None if found is None else self.regions[found]


def find_grids(page: Page) -> tuple[list[Grid], bool]:
    """The drawn tables of a page, innermost first, and whether there were too many lines to look at."""
    if len(page.horizontal) + len(page.vertical) > MAX_RULES:
        return [], True
    # First only pieces of one line are put together: lines of two tables that nearly align must not move.
    horizontal, vertical = _snapped(page.horizontal, COLLINEAR), _snapped(page.vertical, COLLINEAR)
    grids = []
    for across, down in _connected(horizontal, vertical):
        for rows, columns in _stacked(_snapped(across, SNAP), _snapped(down, SNAP)):
            grid = _grid(rows, columns, page.number)
            if grid is not None and len(grid.regions) > 1:
                grids.append(grid)
    grids.sort(
        key=lambda grid: ((grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0]), grid.ys[0], grid.xs[0])
    )
    return grids, False


def _snapped(rules: Sequence[Rule], near: float) -> list[Rule]:
    """Lines as drawn pieces -> whole lines on common positions."""
    lines: list[Rule] = []
    cluster: list[Rule] = []

    def close() -> None:
        weight = sum(rule.end - rule.start for rule in cluster) or 1.0
        at = sum(rule.at * (rule.end - rule.start) for rule in cluster) / weight
        start, end = None, 0.0
        for rule in sorted(cluster, key=lambda rule: rule.start):
            if start is None:
                start, end = rule.start, rule.end
            elif rule.start <= end + BRIDGE:
                end = max(end, rule.end)
            else:
                lines.append(Rule(at, start, end))
                start, end = rule.start, rule.end
        if start is not None:
            lines.append(Rule(at, start, end))

    for rule in sorted(rules):
        if cluster and rule.at - cluster[-1].at > near:
            close()
            cluster = []
        cluster.append(rule)
    if cluster:
        close()
    return lines


def _connected(horizontal: list[Rule], vertical: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines gathered into frames whose lines meet."""
    parent = list(range(len(horizontal) + len(vertical)))
    ordered = sorted(range(len(vertical)), key=lambda index: vertical[index].at)
    positions = [vertical[index].at for index in ordered]
    for h, across in enumerate(horizontal):
        first = bisect_right(positions, across.start - TOUCH)
        last = bisect_right(positions, across.end + TOUCH)
        for v in ordered[first:last]:
            if vertical[v].start - TOUCH <= across.at <= vertical[v].end + TOUCH:
                _unite(parent, h, len(horizontal) + v)
    frames: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index in range(len(parent)):
        across_down = frames.setdefault(_root(parent, index), ([], []))
        if index < len(horizontal):
            across_down[0].append(horizontal[index])
        else:
            across_down[1].append(vertical[index - len(horizontal)])
    whole = [frame for frame in frames.values() if frame[0] and frame[1]]
    for horizontals, verticals in frames.values():
        if not horizontals:
            _adopt(verticals[0], whole)  # it met no other line, so it is one
    return whole


def _adopt(lone: Rule, frames: list[tuple[list[Rule], list[Rule]]]) -> None:
    """Take in a side line that no other line meets: page ends cut its cell at both ends, without a border."""
    for _, down in frames:
        top, bottom = min(rule.start for rule in down), max(rule.end for rule in down)
        if abs(lone.start - top) <= TOUCH and abs(lone.end - bottom) <= TOUCH:
            down.append(lone)
            return


def _stacked(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Tables that stand on each other and share a border, apart: each has column lines of its own."""
    xs, ys = sorted({rule.at for rule in down}), sorted({rule.at for rule in across})
    walls = _walls(down, xs, ys)
    rows = [{x for x in range(1, len(xs) - 1) if row in walls[x]} for row in range(len(ys) - 1)]
    cuts = [
        ys[row]
        for row in range(1, len(rows))
        if min(len(rows[row - 1] - rows[row]), len(rows[row] - rows[row - 1])) >= FOREIGN
        and any(
            rule.at == ys[row] and rule.start <= xs[0] + TOUCH and rule.end >= xs[-1] - TOUCH
            for rule in across
        )
    ]
    if not cuts:
        return [(across, down)]
    parts = []
    for low, high in pairwise([-INFINITY, *cuts, INFINITY]):
        clipped = [Rule(rule.at, max(rule.start, low), min(rule.end, high)) for rule in down]
        parts.append(
            (
                [rule for rule in across if low <= rule.at <= high],
                [rule for rule in clipped if rule.end - rule.start > TOUCH],
            )
        )
    return [part for part in parts if part[0] and part[1]]


def _grid(across: list[Rule], down: list[Rule], page: int) -> Grid | None:
    xs, ys = sorted({rule.at for rule in down}), sorted({rule.at for rule in across})
    # A table cut by a page end, or printed without side lines, lacks a border that its other lines reach for.
    _close(xs, min(rule.start for rule in across), max(rule.end for rule in across))
    _close(ys, min(rule.start for rule in down), max(rule.end for rule in down))
    height, width = len(ys) - 1, len(xs) - 1
    if height < 1 or width < 1 or height * width > MAX_ELEMENTS:
        return None
    grid = Grid(xs, ys, [], height, page)
    for cells in _unparted(_walls(down, xs, ys), _walls(across, ys, xs), height, width):
        for part in _rectangles(cells, width, grid):
            _add(grid, part, width)
    grid.regions.sort(key=lambda region: (region.row, region.column))
    grid.remember()
    return grid


def _close(boundaries: list[float], low: float, high: float) -> None:
    if low < boundaries[0] - TOUCH:
        boundaries.insert(0, low)
    if high > boundaries[-1] + TOUCH:
        boundaries.append(high)


def _unparted(beside: list[set[int]], below: list[set[int]], height: int, width: int) -> Iterable[list[int]]:
    """Sets of elementary cells that no line parts."""
    parent = list(range(height * width))
    for row in range(height):
        for column in range(width):
            here = row * width + column
            if column + 1 < width and row not in beside[column + 1]:
                _unite(parent, here, here + 1)
            if row + 1 < height and column not in below[row + 1]:
                _unite(parent, here, here + width)
    members: dict[int, list[int]] = {}
    for here in range(height * width):
        members.setdefault(_root(parent, here), []).append(here)
    return members.values()


def _walls(rules: list[Rule], boundaries: list[float], steps: list[float]) -> list[set[int]]:
    """For each boundary, the steps along it at which a line runs."""
    index = {at: position for position, at in enumerate(boundaries)}
    walls: list[set[int]] = [set() for _ in boundaries]
    for rule in rules:
        wall = walls[index[rule.at]]
        first = max(bisect_right(steps, rule.start) - 1, 0)
        for step in range(first, len(steps) - 1):
            low, high = steps[step], steps[step + 1]
            if low >= rule.end:
                break
            if min(high, rule.end) - max(low, rule.start) >= COVERED * (high - low):
                wall.add(step)
    return walls


def _rectangles(cells: list[int], width: int, grid: Grid) -> list[list[int]]:
    """Elementary cells as rectangles: if they are not one, their rows, and the grid is in doubt."""
    rows = [cell // width for cell in cells]
    columns = [cell % width for cell in cells]
    if (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) == len(cells):
        return [cells]
    grid.certain = False
    parts: list[list[int]] = []
    for cell in sorted(cells):
        if parts and cell == parts[-1][-1] + 1 and cell % width:
            parts[-1].append(cell)
        else:
            parts.append([cell])
    return parts


def _add(grid: Grid, cells: list[int], width: int) -> None:
    top, bottom = min(cells) // width, max(cells) // width
    left, right = min(cell % width for cell in cells), max(cell % width for cell in cells)
    box = (grid.xs[left], grid.ys[top], grid.xs[right + 1], grid.ys[bottom + 1])
    grid.regions.append(Region(top, left, bottom - top + 1, right - left + 1, box, grid.page))


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _unite(parent: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(parent, one), _root(parent, other)))
    parent[second] = first
