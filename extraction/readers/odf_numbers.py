"""Number formats of OpenDocument files as the codes that spreadsheet programs write for them."""

from __future__ import annotations

import re

from lxml import etree

_SPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_NUMBER, _STYLE, _TEXT = (_SPACE % name for name in ("datastyle", "style", "text"))
_FO = _SPACE % "xsl-fo-compatible"
_CONDITION = re.compile(r"value\(\)\s*(<=|>=|!=|<>|<|>|=)\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)")
_KINDS = {
    f"{_NUMBER}{kind}-style"
    for kind in ("number", "currency", "percentage", "date", "time", "text", "boolean")
}
_NOTHING = '""'
"""The code of a format that shows nothing."""
_MAX_PLACES = 30
_MAX_PARTS = 4


class Formats:
    """The number formats of a file by name.

    Args:
        roots: the parts that hold styles, common ones first.
    """

    def __init__(self, roots: list[etree._Element]) -> None:
        self._styles = {
            element.get(f"{_STYLE}name", ""): element for root in roots for element in root.iter(*_KINDS)
        }

    def code(self, name: str) -> str:
        """The code of a format; ``General`` where there is none of that name."""
        style = self._styles.get(name)
        if style is None:
            return "General"
        parts: list[str] = []
        for choice in style.iterfind(f"{_STYLE}map"):
            condition = _CONDITION.fullmatch(choice.get(f"{_STYLE}condition", ""))
            other = self._styles.get(choice.get(f"{_STYLE}apply-style-name", ""))
            if condition is None or other is None or len(parts) + 1 >= _MAX_PARTS:
                return "General"
            sign = "<>" if condition[1] == "!=" else condition[1]
            parts.append(f"[{sign}{condition[2]}]{_section(other)}")
        return ";".join([*parts, _section(style)]) or _NOTHING


def _section(style: etree._Element) -> str:
    colour = style.find(f"{_STYLE}text-properties")
    white = colour is not None and colour.get(f"{_FO}color", "").lower() == "#ffffff"
    return ("[White]" if white else "") + "".join([_part(child) for child in style])


def _part(element: etree._Element) -> str:
    name = str(element.tag).removeprefix(_NUMBER)
    if name in {"text", "currency-symbol"}:
        text = (element.text or "").replace('"', "")
        return text if text == "%" else f'"{text}"' if text else ""
    if name == "number":
        return _digits(element)
    plain = {"scientific-number": "0.00E+00", "fraction": "# ?/?", "text-content": "@", "boolean": "General"}
    dated = {"year": "yyyy", "month": "m", "day": "d", "hours": "h", "minutes": "mm", "seconds": "ss"}
    return plain.get(name, "") or dated.get(name, "")


def _digits(element: etree._Element) -> str:
    def said(name: str, default: int) -> int:
        text = element.get(f"{_NUMBER}{name}", "")
        return min(int(text), _MAX_PLACES) if text.isascii() and text.isdigit() else default

    if element.get(f"{_NUMBER}decimal-places") is None:
        return "General"
    whole = "0" * said("min-integer-digits", 1) or "#"
    if element.get(f"{_NUMBER}grouping") == "true":
        whole = f"#,##{whole}"
    places = said("decimal-places", 0)
    needed = min(said("min-decimal-places", places), places)
    scaled = len(element.get(f"{_NUMBER}display-factor", "1").partition(".")[0]) // 3
    return whole + ("." if places else "") + "0" * needed + "#" * (places - needed) + "," * scaled
