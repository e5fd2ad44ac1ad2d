"""The sheets of OpenDocument workbooks (ODS)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from extraction.document import Block, Paragraph, UnreadableError
from extraction.readers.odf_conditions import of_sheet, of_style
from extraction.readers.odf_text import MAX_SPAN, Reader, Spot, count
from extraction.readers.sheet_blocks import (
    REPEATED,
    Merge,
    SheetCell,
    in_white,
    is_line,
    is_zero,
    sheet_blocks,
)
from extraction.readers.sheet_conditions import Conditions, Rule
from extraction.readers.zipped import Package

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CONFIG = "{urn:oasis:names:tc:opendocument:xmlns:config:1.0}"


class SheetReader(Reader):
    """Reads the sheets of a file.

    Args:
        roots: the parts that hold styles, common ones first.
        package: the file.
    """

    def __init__(self, roots: list[etree._Element], package: Package) -> None:
        super().__init__(roots, package)
        self.zeros = _shows_zeros(package)
        self._of_styles: dict[str, Conditions] = {}

    def sheets(self, body: etree._Element) -> Iterator[tuple[str, list[Block]]]:
        """Each visible sheet that holds anything, under its name."""
        for table in body.iterfind(f"{_TABLE}table"):
            name = table.get(f"{_TABLE}name", "")
            if self._is(table.get(f"{_TABLE}style-name"), "collapsed"):
                self._doubt("hidden_sheet", f"hidden sheet {name!r} was left out")
                continue
            cells, merges = self._sheet(table, name)
            found = list(sheet_blocks(cells, merges))
            if found and not name.lower().startswith("sheet"):
                found.insert(0, Paragraph(name, path=f"content.xml#{name}"))
            if found:
                yield name, found

    def _sheet(self, table: etree._Element, name: str) -> tuple[list[SheetCell], list[Merge]]:
        sheet = f"content.xml#{name}"
        columns = dict(_columns(table))
        hidden = {n for n, column in columns.items() if self._is_left_out(column)}
        defaults = {n: column.get(f"{_TABLE}default-cell-style-name") for n, column in columns.items()}
        rules = of_sheet(table, self._formatted)
        cells: list[SheetCell] = []
        merges: list[Merge] = []
        number = 0
        in_table = False
        for row, times in self._rows(table):
            found = list(self._row(row, sheet, defaults))
            out = self._is_left_out(row)
            filled = [spot for spot in found if spot.text.strip()]
            # A line of text ends in blanks without a style that are no cells; a row of a table has them.
            in_table = len(filled) > 1 or (in_table and bool(filled) and not is_line(filled[0].text))
            if not in_table:
                found = [spot for spot in found if spot.text.strip() or spot.style]
            blank = not filled
            for _ in range(1 if blank else times):
                for spot in found:
                    column = spot.column
                    if (out or column in hidden) and spot.text.strip():
                        self._doubt("hidden_text", "hidden rows or columns were left out")
                    if out or column in hidden:
                        continue
                    self._counted()
                    cells.append(self._seen(spot, number, sheet, spot.style or defaults.get(column), rules))
                    if spot.down * spot.across > 1:
                        merges.append((number, number + spot.down - 1, column, column + spot.across - 1))
                number += 1
            number += times - 1 if blank else 0
        return cells, merges

    def _seen(self, spot: Spot, row: int, sheet: str, style: str | None, rules: Conditions) -> SheetCell:
        """A cell as the sheet shows it."""
        text, stored, doubts = spot.text, spot.stored, spot.doubts
        if not self.zeros and is_zero(stored):
            text = stored = ""
        ground = self._looks.ground(style or "")
        for each in (rules, self._conditions(style or "")):
            text, said = each.look(row, spot.column, stored, text, ground)
            doubts += tuple(one for one in said if one not in doubts)
        doubts += in_white(stored, self._code(style), ground)
        if text.strip() and self._is(style, "repeated"):
            doubts += (REPEATED,)
        place = f"{sheet}!{spot.column},{row}"
        bordered = self._is(style, "bordered")
        return SheetCell(row, spot.column, text, bordered, place, stored, spot.pieces, doubts)

    def _conditions(self, style: str) -> Conditions:
        if style not in self._of_styles:
            found = self._looks.inherited("table-cell", style)
            self._of_styles[style] = Conditions(
                [rule for each in found for rule in of_style(each, self._formatted)]
            )
        return self._of_styles[style]

    def _formatted(self, rule: Rule, name: str) -> Rule:
        """A rule with the look that a style gives it."""
        style = self._looks.named(name)
        colour, filled, ground = self._looks.said(style)
        code = self._looks.data_style(style)
        return rule._replace(
            colour=colour,
            filled=filled,
            ground=ground,
            hides=self._is(style, "struck"),
            code=self._formats.code(code) if code else None,
        )


def _shows_zeros(package: Package) -> bool:
    """Whether the sheets show the zeros in them, as they were last looked at."""
    if "settings.xml" not in package:
        return True
    try:
        items = package.xml("settings.xml").iter(f"{_CONFIG}config-item")
    except UnreadableError:
        return True  # how a sheet was looked at is no reason to leave it unread
    said = [item.text for item in items if item.get(f"{_CONFIG}name") == "ShowZeroValues"]
    return not said or "true" in said


def _columns(table: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    number = 0
    for column in table.iter(f"{_TABLE}table-column"):
        for _ in range(min(count(column, "number-columns-repeated"), MAX_SPAN)):
            yield number, column
            number += 1
