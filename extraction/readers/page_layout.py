"""Pages -> blocks in reading order: paragraphs from lines, tables from grids."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extraction.document import Block, Cell, Paragraph, ReadIssue, Table
from extraction.line_numbers import LEFT_OUT
from extraction.readers import page_join, page_order, page_overprint, page_place, page_seen
from extraction.readers.page import Glyph, Page
from extraction.readers.page_between import squeezed
from extraction.readers.page_grid import Grid, Region, find_grids
from extraction.readers.page_loose import Loose, find_loose
from extraction.readers.page_margin import without_line_numbers
from extraction.readers.page_text import (
    FIGURE_SIGNS,
    Line,
    Text,
    cell_text,
    goes_on,
    is_page_number,
    lines,
    margins,
)

_HEADING = re.compile(
    r"[一二三四五六七八九十]{1,3}\s*[、．.]|[（(]\s*[一二三四五六七八九十]{1,3}\s*[)）]"
    r"|[0-9]{1,2}\s*(?:、|[.．](?![0-9]))"
)
_RUNNING_HEAD_PAGES = 3


@dataclass
class Layout:
    """The result.

    Attributes:
        blocks: in reading order.
        issues: what could not be taken with certainty.
    """

    blocks: list[Block] = field(default_factory=list)
    issues: list[ReadIssue] = field(default_factory=list)

    def left_out(self, page: Page, over: Sequence[Glyph], why: str) -> None:
        """Note what of a page is not read."""
        if over:
            text = "".join(glyph.text for glyph in over)
            message = f"page {page.shown}: left out, as {why}: {text[:60]}"
            self.issues.append(ReadIssue("overprint", "note", message))


Item = Line | Grid | Loose


def compose(pages: Sequence[Page], *, ruled: bool = True) -> Layout:
    """Put pages together; with `ruled` false, tables are told by the places of their text alone."""
    layout = Layout()
    pages, numbered = without_line_numbers(pages)
    if numbered:
        layout.issues.append(LEFT_OUT)
    contents = [(page, _contents(page, layout, ruled=ruled)) for page in pages]
    _strip_margins(contents)
    _take_overflow(contents)
    edges = margins([[item for item in items if isinstance(item, Line)] for _, items in contents])
    flow: list[Text | Grid | tuple[Page, Loose]] = []
    for page, items in contents:
        for index, item in enumerate(items):
            before = flow[-1] if flow else None
            if isinstance(item, Line):
                fits = isinstance(before, Text) and not _HEADING.match(item.text)
                if (
                    fits
                    and isinstance(before, Text)
                    and goes_on(before.last, item, edges, new_page=index == 0)
                ):
                    before.add(item)
                else:
                    flow.append(Text(item.text, page.shown, item, item.doubtful))
            elif isinstance(item, Loose):
                flow.append((page, item))
            elif index == 0 and isinstance(before, Grid) and page_join.goes_on(before, item):
                flow[-1] = page_join.joined(before, item)
            else:
                flow.append(item)
    by_number = {page.number: page for page in pages}
    for part in flow:
        if isinstance(part, Text):
            doubts = page_overprint.NOT_IN_TURN if part.doubtful else ()
            layout.blocks.append(Paragraph(part.text, page=part.page, doubts=doubts))
        elif isinstance(part, Grid):
            layout.blocks.append(_table(part, by_number))
        else:
            layout.blocks.append(part[1].table(part[0]))
    return layout


def _contents(page: Page, layout: Layout, *, ruled: bool) -> list[Item]:
    """The lines and tables of one page, from top to bottom."""
    grids, crowded = find_grids(page)
    if crowded:
        layout.issues.append(
            ReadIssue(
                "too_many_lines", "warning", f"page {page.shown}: a drawing of too many lines for tables"
            )
        )
    written = page.confidence == 1.0  # recognised characters have no sizes to be relied upon
    glyphs, over = page_overprint.sort_out(page.glyphs, grids) if written else (page.glyphs, [])
    layout.left_out(page, over, "a watermark")
    if not ruled:
        grids = []
    outside, printed = _fill(page, glyphs, grids, layout)
    if written:
        _doubt(page, grids, printed, over)
    grids = [grid for grid in grids if any(region.text for region in grid.regions)]
    for grid in grids:
        if not grid.certain:
            layout.issues.append(
                ReadIssue("grid_unclear", "warning", f"page {page.shown}: table lines do not close to cells")
            )
    items: list[Item] = list(grids)
    shown, under = page_seen.uncovered(outside, page)
    loose = lines(shown)
    if written:
        loose, over = page_order.parted(squeezed(page_seen.marked(loose, page, under)), page)
        layout.left_out(page, over, "printed over the text")
    items += find_loose(loose, [grid.box for grid in grids], page.horizontal)
    return sorted(items, key=_top)


def _top(item: Item) -> float:
    return item.box[1]


def _fill(
    page: Page, glyphs: Sequence[Glyph], grids: list[Grid], layout: Layout
) -> tuple[list[Glyph], dict[int, list[Line]]]:
    """Put each glyph into its cell; gives the rest, and the lines of each cell by its identity."""
    inside: dict[int, list[Glyph]] = {}
    regions: dict[int, Region] = {}
    outside: list[Glyph] = []
    crossing: list[str] = []
    for run in _runs(glyphs):
        region = _around(grids, run[0], run[0])
        if len(run) == 1 or _around(grids, run[-1], run[-1]) is region:
            parts = [(region, run)]
        else:
            parts = []
            for figure in _figures(run):
                parts.append((_around(grids, figure[0], figure[-1]), figure))
                if len({id(_around(grids, glyph, glyph)) for glyph in (figure[0], figure[-1])}) > 1:
                    crossing.append("".join(glyph.text for glyph in figure))
        for found, part in parts:
            if found is None:
                outside.extend(part)
            else:
                regions[id(found)] = found
                inside.setdefault(id(found), []).extend(part)
    printed: dict[int, list[Line]] = {}
    for key, written in inside.items():
        region = regions[key]
        seen = page_seen.seen(written, page)
        if len(seen) < len(written):
            region.doubts += page_seen.LEFT_OUT
        cell = printed[key] = lines(seen)
        region.text, region.full = cell_text(cell, region.box[2] - region.box[0])
    if crossing:
        layout.issues.append(
            ReadIssue(
                "figure_crosses_line",
                "warning",
                f"page {page.shown}: printed across a table line, taken where its middle is: {crossing[:5]}",
            )
        )
    return outside, printed


def _doubt(page: Page, grids: Sequence[Grid], printed: dict[int, list[Line]], over: Sequence[Glyph]) -> None:
    """Say of each cell what was printed over it, and whether two prints may have met in its figure."""
    left_out: dict[int, str] = {}
    for glyph in over:
        if (region := _around(grids, glyph, glyph)) is not None:
            left_out[id(region)] = left_out.get(id(region), "") + glyph.text
    for grid in grids:
        cells = [printed.get(id(region), []) for region in grid.regions]
        sizes = page_overprint.sizes_of(cells)
        apart = page_order.order_of(cells, page).apart
        elsewhere = page_place.misplaced([region.box for region in grid.regions], cells)
        for index, (region, cell) in enumerate(zip(grid.regions, cells, strict=True)):
            over_it = left_out.get(id(region), "")
            foreign = apart.get(index, ())
            if foreign and (label := page_order.label_alone(cell, foreign)):
                region.text, region.full = cell_text(label, region.box[2] - region.box[0])
                over_it += "".join(glyph.text for glyph in foreign)
                foreign = ()
            odd = bool(foreign) or index in elsewhere
            region.doubts += page_overprint.doubts(cell, sizes, left_out=over_it, apart=odd)
            region.doubts += page_seen.doubts(cell, region.box, page)


def _runs(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Glyphs that follow each other in the file and touch on the page."""
    run: list[Glyph] = []
    right = top = 0.0
    for glyph in glyphs:
        tall = glyph.bottom - glyph.top
        if run and not (-0.2 * tall < glyph.left - right < 0.1 * tall and abs(glyph.top - top) < 0.2 * tall):
            yield run
            run = []
        run.append(glyph)
        right, top = glyph.right, glyph.top
    if run:
        yield run


def _figures(run: list[Glyph]) -> Iterator[list[Glyph]]:
    """A run cut up, but for its figures: no table line may cut one."""
    part: list[Glyph] = []
    for glyph in run:
        if part and not (glyph.text in FIGURE_SIGNS and part[-1].text in FIGURE_SIGNS):
            yield part
            part = []
        part.append(glyph)
    yield part


def _around(grids: Sequence[Grid], first: Glyph, last: Glyph) -> Region | None:
    """The cell around the middle of some glyphs in a line."""
    x, y = (first.left + last.right) / 2, (first.top + first.bottom) / 2
    for grid in grids:
        if grid.holds(x, y):
            region = grid.region_at(x, y)
            if region is not None:
                return region
    return None


def _strip_margins(contents: list[tuple[Page, list[Item]]]) -> None:
    """Take page numbers and running heads away; they are no part of the text, still less of a cell."""
    heads: Counter[tuple[int, str]] = Counter()
    for page, items in contents:
        for index in (-1, 0):
            if not items:
                continue
            item = items[index]
            if isinstance(item, Line) and is_page_number(item, page_height=page.height):
                items.pop(index)
        if items and isinstance(items[0], Line) and items[0].box[3] < 0.12 * page.height:
            heads[round(items[0].box[1]), items[0].text] += 1
    for _, items in contents:
        first = items[0] if items else None
        if isinstance(first, Line) and heads[round(first.box[1]), first.text] >= _RUNNING_HEAD_PAGES:
            items.pop(0)


def _take_overflow(contents: list[tuple[Page, list[Item]]]) -> None:
    """Give a cell back its last line, where a browser cut the cell and printed the line below the border."""
    for (_, items), (_, following) in pairwise(contents):
        if len(items) < 2 or not following:
            continue
        grid, line = items[-2:]
        if not isinstance(grid, Grid) or not isinstance(line, Line) or not isinstance(following[0], Grid):
            continue
        if line.box[1] - grid.ys[-1] > line.height or not page_join.goes_on(grid, following[0]):
            continue
        for region in grid.regions:
            left, _, right, bottom = region.box
            if bottom == grid.ys[-1] and left <= line.box[0] and line.box[2] <= right and region.full:
                region.text += "\n" + line.text
                items.pop()
                break


def _table(grid: Grid, pages: dict[int, Page]) -> Table:
    cells = []
    for region in grid.regions:
        page = pages[region.page]
        cells.append(
            Cell(
                region.text,
                row=region.row,
                column=region.column,
                rowspan=region.rowspan,
                colspan=region.colspan,
                page=page.shown,
                bbox=page.displayed(region.box),
                confidence=page.confidence_of(region.box),
                doubts=region.doubts,
            )
        )
    return Table(tuple(cells), exact=grid.certain)
