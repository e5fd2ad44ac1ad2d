"""The conditional formats of a worksheet of an Excel 2003 XML file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from extraction.readers.print_look import WHITE, hex_colour
from extraction.readers.sheet_conditions import Area, Conditions, Rule, Test, compared, stated, unknown

_X = "{urn:schemas-microsoft-com:office:excel}"
_PLACE = r"R([0-9]{1,7})C([0-9]{1,5})"
_AREA = re.compile(rf"{_PLACE}(?::{_PLACE})?")
_SIGNS = {
    "Equal": "=", "NotEqual": "<>", "Greater": ">", "GreaterOrEqual": ">=", "Less": "<", "LessOrEqual": "<=",
    "Between": "between", "NotBetween": "notBetween",
}  # fmt: skip
_MAX_RULES = 500


def conditions(sheet: etree._Element) -> Conditions:
    """The conditional formats of a sheet."""
    rules: list[Rule] = []
    for element in sheet.iterfind(f"{_X}ConditionalFormatting"):
        areas = tuple(_areas(element.findtext(f"{_X}Range", "")))
        for condition in element.iterfind(f"{_X}Condition"):
            form = condition.find(f"{_X}Format")
            if form is not None and len(rules) < _MAX_RULES:
                rules.append(_formatted(Rule(areas, _test(condition)), form.get("Style", "")))
    return Conditions(rules)


def _areas(said: str) -> Iterator[Area]:
    for part in said.split(","):
        match = _AREA.fullmatch(part.strip())
        if match:
            top, left = int(match[1]) - 1, int(match[2]) - 1
            yield top, int(match[3] or match[1]) - 1, left, int(match[4] or match[2]) - 1


def _test(condition: etree._Element) -> Test:
    values = [found for n in (1, 2) if (found := condition.findtext(f"{_X}Value{n}")) is not None]
    kind = condition.findtext(f"{_X}Qualifier")
    if kind is not None:
        return compared(_SIGNS.get(kind, ""), values)
    # RC is the cell itself.
    return stated(re.sub(r"\bRC\b", "A1", values[0]), "A1") if values else unknown


def _formatted(rule: Rule, style: str) -> Rule:
    for declaration in style.split(";"):
        name, _, value = (part.strip().lower() for part in declaration.partition(":"))
        if name == "color":
            rule = rule._replace(colour=WHITE if value == "white" else hex_colour(value))
        elif name == "background":
            rule = rule._replace(filled=True, ground=WHITE if value == "white" else hex_colour(value))
        elif name == "text-line-through" and value != "none":
            rule = rule._replace(hides=True)
    return rule
