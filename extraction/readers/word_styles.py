"""Paragraph styles of Word documents: heading levels and list membership, through inheritance."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import etree

from extraction.readers.word_numbering import W
from extraction.readers.word_text import child_of

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_BODY_TEXT_LEVEL = 9
_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph's formatting says about its place in the document.

    Attributes:
        level: heading level; 0 is the title, None is body text.
        list_id: the list whose automatic number it prints; ``"0"`` switches an inherited list off.
        list_level: zero-based level in that list.
    """

    level: int | None = None
    list_id: str | None = None
    list_level: int = 0

    def overridden_by(self, properties: etree._Element) -> Style:
        """This style with the direct formatting of a ``w:pPr`` on top."""
        result = self
        outline = child_of(properties, f"{W}outlineLvl")
        if outline is not None:
            level = _digits(outline.get(f"{W}val"))
            if level is not None:
                result = replace(result, level=None if level >= _BODY_TEXT_LEVEL else level + 1)
        numbering = child_of(properties, f"{W}numPr")
        if numbering is not None:
            list_id, list_level = child_of(numbering, f"{W}numId"), child_of(numbering, f"{W}ilvl")
            if list_id is not None:
                result = replace(result, list_id=list_id.get(f"{W}val"))
            if list_level is not None:
                result = replace(result, list_level=_digits(list_level.get(f"{W}val")) or 0)
        return result


def paragraph_styles(root: etree._Element | None) -> dict[str, Style]:
    """Effective styles by id; the key ``""`` is the document's default paragraph style."""
    if root is None:
        return {}
    elements = {
        element.get(f"{W}styleId", ""): element
        for element in root.iterfind(f"{W}style")
        if element.get(f"{W}type") == "paragraph"
    }
    done: dict[str, Style] = {}

    def resolve(style_id: str, depth: int) -> Style:
        if style_id in done:
            return done[style_id]
        element = elements.get(style_id)
        if element is None or depth > _MAX_DEPTH:
            return Style()
        base = child_of(element, f"{W}basedOn")
        style = Style() if base is None else resolve(base.get(f"{W}val", ""), depth + 1)
        name = child_of(element, f"{W}name")
        label = (name.get(f"{W}val", "") if name is not None else "").strip()
        heading = _HEADING.fullmatch(label)
        if heading:
            style = replace(style, level=int(heading.group(1)))
        elif label.lower() in ("title", "标题"):
            style = replace(style, level=0)
        properties = child_of(element, f"{W}pPr")
        if properties is not None and not (heading or style.level == 0):
            style = style.overridden_by(properties)
        elif properties is not None:
            style = replace(style.overridden_by(properties), level=style.level)
        done[style_id] = style
        return style

    for style_id, element in elements.items():
        style = resolve(style_id, 0)
        if element.get(f"{W}default") in ("1", "true", "on"):
            done[""] = style
    return done


def _digits(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,3}", text) else None
