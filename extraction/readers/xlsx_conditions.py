"""The conditional formats of an XLSX worksheet, those of the extension of 2010 included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from extraction.readers.print_look import WHITE
from extraction.readers.sheet_blocks import column_number
from extraction.readers.sheet_conditions import (
    Area,
    Conditions,
    Rule,
    Test,
    always,
    compared,
    never,
    stated,
    unknown,
)
from extraction.readers.xlsx_look import colour_of

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_XM = "{http://schemas.microsoft.com/office/excel/2006/main}"
_OFF = frozenset({"0", "false"})
_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")
_MAX_RULES, _MAX_AREAS = 500, 200
_OF_BLANKS = frozenset({"containsBlanks", "containsErrors"})


def conditions(root: etree._Element, formats: Sequence[etree._Element]) -> Conditions:
    """The conditional formats of a sheet.

    Args:
        root: the part of the sheet.
        formats: the differential formats of the workbook.
    """
    rules: list[Rule] = []
    for element in root.iter(f"{_S}conditionalFormatting", f"{_X14}conditionalFormatting"):
        said = element.get("sqref") or element.findtext(f"{_XM}sqref") or ""
        areas = tuple(_areas(said))
        for rule in element.iter(f"{_S}cfRule", f"{_X14}cfRule"):
            if len(rules) < _MAX_RULES:
                rules.append(_rule(rule, areas, said.partition(" ")[0].partition(":")[0], formats))
    return Conditions(rules)


def _areas(said: str) -> Iterator[Area]:
    for part in said.split()[:_MAX_AREAS]:
        match = _AREA.fullmatch(part)
        if match:
            left, right = (column_number(match[1]), column_number(match[3] or match[1]))
            top, end = int(match[2]) - 1, int(match[4] or match[2]) - 1
            yield min(top, end), max(top, end), min(left, right), max(left, right)


def _rule(
    rule: etree._Element, areas: tuple[Area, ...], first: str, formats: Sequence[etree._Element]
) -> Rule:
    for space in (_S, _X14):
        for drawn in ("dataBar", "iconSet"):
            found = rule.find(f"{space}{drawn}")
            if found is not None:
                return Rule(areas, always, hides=found.get("showValue") in _OFF)
    number = rule.get("dxfId", "")
    form = rule.find(f"{_X14}dxf")
    if form is None and number.isascii() and number.isdigit() and int(number) < len(formats):
        form = formats[int(number)]
    if form is None:
        return Rule(areas, unknown)
    return _formatted(Rule(areas, _test(rule, first)), form)


def _formatted(rule: Rule, form: etree._Element) -> Rule:
    font, fill, number = (form.find(f"{_S}{name}") for name in ("font", "fill", "numFmt"))
    if font is not None:
        strike, colour = font.find(f"{_S}strike"), font.find(f"{_S}color")
        rule = rule._replace(
            hides=strike is not None and strike.get("val", "1") not in _OFF,
            colour=None if colour is None else colour_of(colour),
        )
    if fill is not None:
        # Of a solid fill a differential format says the colour as that behind the pattern.
        ground = fill.find(f"{_S}patternFill/{_S}bgColor")
        solid = fill.find(f"{_S}patternFill")
        plain = solid is not None and solid.get("patternType", "solid") == "solid"
        none = solid is not None and solid.get("patternType") == "none"
        known = colour_of(ground) if ground is not None and plain else None
        rule = rule._replace(filled=True, ground=WHITE if none else known)
    return rule if number is None else rule._replace(code=number.get("formatCode"))


def _test(rule: etree._Element, first: str) -> Test:
    kind = rule.get("type", "")
    formulas = [found.text or "" for found in rule.iter(f"{_S}formula", f"{_XM}f")]
    if kind in _OF_BLANKS:
        return never
    if kind == "cellIs":
        return compared(rule.get("operator", ""), formulas)
    if kind == "expression" and formulas:
        return stated(formulas[0], first)
    return unknown
