"""The conditional formats of an ODS sheet: those of the table (LibreOffice), and those in styles of cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from extraction.readers.sheet_blocks import column_number
from extraction.readers.sheet_conditions import (
    Area,
    Conditions,
    Rule,
    Test,
    always,
    compared,
    stated,
    unknown,
)

_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_PARTS = re.compile(r"(?:'[^']*'|[^\s'])+")
_COLON = re.compile(r":(?=(?:[^']*'[^']*')*[^']*$)")
_OWN = re.compile(r"\[\.(\$?[A-Za-z]{1,3}\$?[0-9]{1,7})\]")
_COMPARES = re.compile(r"(?:cell-content\(\))?\s*(<=|>=|!=|<|>|=)\s*(.{1,40})")
_BETWEEN = re.compile(r"(?:cell-content-)?(?:is-)?(not-)?between\(([^,()]{1,20}),([^,()]{1,20})\)")
_FORMULA = re.compile(r"(?:formula-is|is-true-formula)\((.{1,200})\)")
_EVERYWHERE: tuple[Area, ...] = ((0, 1 << 30, 0, 1 << 30),)
_MAX_RULES = 500

Formatted = Callable[[Rule, str], Rule]
"""A rule with what a style of that name says of its look."""


def of_sheet(table: etree._Element, formatted: Formatted) -> Conditions:
    """The conditional formats of a sheet."""
    rules: list[Rule] = []
    for element in table.iterfind(f"{_CALC}conditional-formats/{_CALC}conditional-format"):
        areas = tuple(_areas(element.get(f"{_CALC}target-range-address", "")))
        for child in element:
            name = str(child.tag).removeprefix(_CALC)
            if len(rules) >= _MAX_RULES:
                break
            if name in {"data-bar", "icon-set"}:
                said = [child, *child.iterfind(f"{_CALC}formatting-entry")]
                hides = any(each.get(f"{_CALC}show-value") == "false" for each in said)
                rules.append(Rule(areas, always, hides=hides))
            elif name == "condition":
                test = _test(child.get(f"{_CALC}value", ""), child.get(f"{_CALC}base-cell-address", ""))
                rules.append(formatted(Rule(areas, test), child.get(f"{_CALC}apply-style-name", "")))
    return Conditions(rules)


def of_style(style: etree._Element, formatted: Formatted) -> list[Rule]:
    """The conditional formats that a style of cells holds."""
    return [
        formatted(
            Rule(
                _EVERYWHERE,
                _test(each.get(f"{_STYLE}condition", ""), each.get(f"{_STYLE}base-cell-address", "")),
            ),
            each.get(f"{_STYLE}apply-style-name", ""),
        )
        for each in style.iterfind(f"{_STYLE}map")
    ]


def _areas(said: str) -> Iterator[Area]:
    for part in _PARTS.findall(said):
        ends = [
            _PLACE.fullmatch(end.rpartition(".")[2])
            for end in re.split(r":(?=(?:[^']*'[^']*')*[^']*$)", part)
        ]
        if ends and (first := ends[0]) is not None and (last := ends[-1]) is not None:
            yield int(first[2]) - 1, int(last[2]) - 1, column_number(first[1]), column_number(last[1])


def _test(said: str, base: str) -> Test:
    if (found := _BETWEEN.fullmatch(said)) is not None:
        return compared("notBetween" if found[1] else "between", [found[2], found[3]])
    if (found := _FORMULA.fullmatch(said)) is not None:
        return stated(_OWN.sub(r"\1", found[1]), base.rpartition(".")[2])
    if (found := _COMPARES.fullmatch(said)) is not None:
        return compared("<>" if found[1] == "!=" else found[1], [found[2]])
    return unknown
