"""Cells of pages whose figure a browser shows otherwise than its text says.

Styles and elements can put digits before a figure or behind it (``::before``, a formula), show them in
another order or not at all (``float``, ``order``, ``position``, ``dialog``), turn the direction of writing,
or show signs instead of digits (Wingdings). Nothing here lays a page out: where a figure is put together from
pieces of which one is set apart by anything but its look, the cell is doubted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.html_css import COMMENT, HIDES, RULE, Sheet
from extraction.readers.html_text import BLOCK, SKIP, is_raised, unshown

MARKS = re.compile(
    r"<(?:bdo|dialog|progress|meter|math|a)\b|wingdings|webdings|dingbats|unicode-bidi|content\s*:|float\s*:|order\s*:"
    r"|position\s*:|transform|flex|overflow|width\s*:|(?:var|calc)\(|@media|important|[+~]\s*[\w.#-]+\s*[{,]|\]\s*[{,]|:[a-z]+-child"
)
"""What a page, in lower case, must hold for any of this to matter."""
_SYMBOLS = re.compile(r"wingdings|webdings|dingbats|marlett", re.IGNORECASE)
_PLAIN = frozenset(
    {"span", "font", "b", "strong", "i", "em", "u", "ins", "big", "small", "label", "nobr", "wbr", "code",
     "tt", "mark", "bdi", "abbr", "acronym", "cite", "var", "kbd", "samp", "ruby", "rb", "rt", "rp", "br"}
)  # fmt: skip
_LOOKS = re.compile(
    r"(?:font|color|background|line|letter|word|white|mso|text|lang|vertical|layout|border|outline|box|caret|cursor"
    r"|punctuation|tab|orphans|widows|page|-webkit|-moz|-ms|-o|ime|zoom|hyphens|quotes|direction|speak)(?:-|$)|\*|_"
)
"""Properties that say how a text looks, not where or whether it stands."""
_NOTHING = re.compile(
    r"(?:none|static|normal|auto|initial|inherit|unset|visible|inline|inline-block|ltr|0(?:\.0+)?(?:px|pt|cm|em|%)?)"
    r"(?:\s*!important)?",
    re.IGNORECASE,
)
_COMPUTED = re.compile(r"(?:var|calc|min|max|clamp|env)\(", re.IGNORECASE)
_TURNED = re.compile(r"unicode-bidi\s*:[^;]*override", re.IGNORECASE)
_CONTENT = re.compile(r"(?<![\w-])content\s*:\s*([^;}]*)", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_ESCAPED = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_SAYS = re.compile(r"[\w+\-−–—±.%‰]")
_GENERATES = re.compile(r"::?(?:before|after)\s*$", re.IGNORECASE)
_STATES = re.compile(
    r":(?:hover|focus|active|visited|target|checked|disabled|root|host|is|where|not\b.*hover)", re.IGNORECASE
)
_MEDIA = re.compile(r"@media([^{}]{0,200})\{((?:[^{}]{0,2000}\{[^{}]{0,2000}\}\s*){0,200})\}", re.IGNORECASE)
_OTHER_SCREEN = re.compile(r"\bprint\b|max-(?:device-)?width|speech|orientation|prefers", re.IGNORECASE)
_PART = re.compile(r"(?P<name>[\w\u4e00-\u9fff*.#-]*)(?P<more>(?:\[[^\]]*\]|::?[\w-]+(?:\([^)]*\))?)*)")
_WANTED = re.compile(r":", re.IGNORECASE)
_DEPTH = 100
_MAX_RULES = 500
_MAX_SHEET = 200_000
_SET_APART = "parts of a figure that the page sets apart"


def piece_doubts(root: etree._Element, source: str) -> dict[etree._Element, tuple[ReadIssue, ...]]:
    """What is to be said of cells whose figure is not shown as its text says, by cell.

    Args:
        root: the page.
        source: its source in lower case, which says at once that a page has nothing of this.
    """
    if not MARKS.search(source):
        return {}
    pieces = _Pieces(root)
    out: dict[etree._Element, tuple[ReadIssue, ...]] = {}
    for cell in root.iter("td", "th"):
        if (len(cell) or pieces.generated) and (said := pieces.of(cell)):
            out[cell] = (ReadIssue("print_doubtful", "warning", said),)
    return out


class _Pieces:
    """What a page's own styles and elements do to the pieces of its cells."""

    def __init__(self, root: etree._Element) -> None:
        self._sheet = Sheet(root, _WANTED)
        self.generated: list[str] = []
        self._hiding: list[str] = []
        for selector, declarations in islice(_further_rules(root), _MAX_RULES):
            if _GENERATES.search(selector):
                if _says(declarations):
                    self.generated.append(_GENERATES.sub("", selector))
            else:
                self._hiding.append(selector)

    def of(self, cell: etree._Element) -> str:
        """What is to be doubted in a cell, or nothing."""
        found = list(pieces_of(cell))
        if not any(char.isdigit() for _, text in found for char in text):
            return self._shown_after_all(cell)
        holders = {element for element, text in found if any(map(str.isdigit, text))}
        inside = [[each, *_between(each, cell)] for each in holders]
        if self.generated and any(
            self._is(each, self.generated) for chain in inside for each in [*chain, cell]
        ):
            return "a style sheet adds text to the figure"
        if any(
            _SYMBOLS.search(self._style(each) + (each.get("face") or ""))
            for chain in inside
            for each in chain
        ):
            return "digits in a font of symbols"
        if any(self._turned(each) for chain in inside for each in chain):
            return "a style turns the direction of writing"
        if self._hiding and any(self._is(each, self._hiding) for chain in inside for each in chain):
            return "a style sheet may hide a part of the cell"
        meeting = (
            (one, other)
            for (one, before), (other, text) in pairwise(found)
            if one is not other and before[-1:].isdigit() and text[:1].isdigit()
        )
        if any(self._apart(each, cell) for pair in meeting for each in pair):
            return _SET_APART
        return ""

    def _shown_after_all(self, cell: etree._Element) -> str:
        """A cell whose figure is hidden on the element and shown by a style sheet that overrules it."""
        for each in cell.iterdescendants():
            if (
                isinstance(each.tag, str)
                and unshown(each)
                and any(map(str.isdigit, "".join(map(str, each.itertext()))))
                and "important" in self._sheet.declared(each)
            ):
                return "a style sheet may show what the cell hides"
        return ""

    def _style(self, element: etree._Element) -> str:
        return f"{self._sheet.declared(element)};{element.get('style') or ''}"

    def _turned(self, element: etree._Element) -> bool:
        if element.tag == "bdo":
            return (element.get("dir") or "").lower() == "rtl"
        style = self._style(element)
        return _TURNED.search(style) is not None and "rtl" in style.lower()

    def _apart(self, element: etree._Element, cell: etree._Element) -> bool:
        """Whether a piece is set apart from the text of its cell by more than its look."""
        return any(self._sets_apart(each) for each in [element, *_between(element, cell)] if each is not cell)

    def _sets_apart(self, element: etree._Element) -> bool:
        tag = str(element.tag)
        if tag == "a":
            if element.get("href"):
                return True
        elif tag not in _PLAIN and tag not in BLOCK and ":" not in tag:
            return True
        for declaration in self._style(element).split(";"):
            name, _, value = declaration.partition(":")
            name, value = name.strip().lower(), value.strip()
            if not value or _NOTHING.fullmatch(value):
                continue
            if _COMPUTED.search(value) or (not _LOOKS.match(name)):
                return True
        return False

    def _is(self, element: etree._Element, selectors: list[str]) -> bool:
        return any(_may_match(element, selector) for selector in selectors)


def pieces_of(element: etree._Element, depth: int = 0) -> Iterator[tuple[etree._Element, str]]:
    """The pieces of text that a cell shows as far as elements say, with the element of each."""
    if element.text:
        yield element, element.text
    for child in element:
        tag = child.tag
        apart = tag == "br" or tag in BLOCK
        if apart:
            yield child, "\n"
        if (
            isinstance(tag, str)
            and tag not in SKIP
            and tag != "table"
            and depth < _DEPTH
            and not unshown(child)
            and not is_raised(child)
        ):
            yield from pieces_of(child, depth + 1)
        if apart:
            yield child, "\n"
        if child.tail:
            yield element, child.tail


def _between(element: etree._Element, cell: etree._Element) -> Iterator[etree._Element]:
    """The elements from one to the cell it stands in, without the cell."""
    if element is cell:
        return
    for above in element.iterancestors():
        if above is cell:
            return
        yield above


def _further_rules(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Rules that `html_css` does not apply: text that styles add, and what they hide by other selectors."""
    for sheet in root.iter("style"):
        text = COMMENT.sub("", (sheet.text or "")[:_MAX_SHEET])
        screens = [match[2] for match in _MEDIA.finditer(text) if not _OTHER_SCREEN.search(match[1])]
        for source, media in [(_MEDIA.sub("", text), False), *((each, True) for each in screens)]:
            for match in RULE.finditer(source):
                hides = HIDES.search(match[2]) is not None
                for selector in map(str.strip, match[1].split(",")):
                    if _STATES.search(selector):
                        continue
                    if _GENERATES.search(selector):
                        if not hides:
                            yield selector, match[2]
                    elif hides and (media or re.search(r"[:\[+~]", selector)):
                        yield selector, match[2]


def _says(declarations: str) -> bool:
    """Whether the text that a style adds can change a figure: digits, a sign, a scale, or it is computed."""
    for value in _CONTENT.findall(declarations):
        if re.search(r"(?:attr|counters?)\(", value, re.IGNORECASE):
            return True
        texts = ["".join(pair) for pair in _QUOTED.findall(value)]
        if any(
            _SAYS.search(_ESCAPED.sub(lambda m: chr(min(int(m[1], 16), 0x10FFFF)), text)) for text in texts
        ):
            return True
    return False


def _may_match(element: etree._Element, selector: str) -> bool:
    """Whether the last step of a selector fits an element, as far as names and attributes say."""
    last = re.split(r"[\s>+~]+", selector.strip())[-1]
    part = _PART.fullmatch(last)
    if part is None:
        return False
    attributes = re.findall(r"\[\s*([\w-]+)", part["more"])
    if not part["name"] and not attributes:
        return False
    tag, *names = re.findall(r"^[\w*-]*|[.#][^.#]+", part["name"]) or [""]
    classes = (element.get("class") or "").split()
    return (
        tag.lower() in {"", "*", str(element.tag)}
        and all(each[1:] in classes if each[0] == "." else each[1:] == element.get("id") for each in names)
        and all(element.get(each) is not None for each in attributes)
    )
