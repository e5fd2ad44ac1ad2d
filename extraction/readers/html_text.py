"""Text of HTML elements as a browser shows it: white space collapsed, lines where blocks and breaks are."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from extraction.readers.raised import raised

SKIP = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "textarea",
        "select",
        "button",
        "svg",
        "head",
        "title",
        "object",
        "option",
        "iframe",
        "video",
        "audio",
        "canvas",
    }
)
BLOCK = frozenset(
    {
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "blockquote",
        "pre",
        "center",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "body",
        "td",
        "th",
        "tr",
        "tbody",
        "hr",
        "address",
        "caption",
        "details",
        "summary",
    }
)
_INLINE = frozenset({"sup", "sub", "span", "font"})
STRUCK = frozenset({"del", "s", "strike"})
_SOURCE_SPACE = re.compile(r"[ \t\r\f\n]+")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|$)",
    re.IGNORECASE,
)
UNSEEN = (
    r"(?<![\w-])opacity\s*:\s*0(?:\.0+)?%?\s*(?:[;}!]|$)|(?<![\w-])color\s*:\s*transparent"
    r"|(?<![\w-])(?:left|top|text-indent)\s*:\s*-(?:999|[0-9]{4,})"
)
"""What hides a text in a cell. Of an article it says nothing: scripts fade whole articles in."""
_UNSEEN = re.compile(UNSEEN, re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|sub)", re.IGNORECASE)
BREAK = "\x0b"
"""Stands for a line break while source line ends are still white space."""


def all_text(element: etree._Element) -> str:
    """The text of an element and of all in it, as written."""
    return "".join([str(piece) for piece in element.itertext()])


def struck(element: etree._Element) -> bool:
    """Whether a text is struck out: the agency took it back, what stands beside it is the figure."""
    if element.tag in STRUCK:
        return True
    style = element.get("style")
    return style is not None and "line-through" in style.lower()


def hidden(element: etree._Element) -> bool:
    """Whether a browser would not show an element, or shows it struck out."""
    if element.tag in STRUCK:
        return True
    style = element.get("style")
    return (style is not None and _hides(style)) or element.get("hidden") is not None


def unshown(element: etree._Element) -> bool:
    """Whether a browser would not show an element of a table cell."""
    style = element.get("style")
    return hidden(element) or (style is not None and _unseen(style))


@lru_cache(maxsize=1024)
def _unseen(style: str) -> bool:
    return _UNSEEN.search(style) is not None


@lru_cache(maxsize=1024)
def _hides(style: str) -> bool:
    """Word writes the same few styles on every cell."""
    return "line-through" in style.lower() or _HIDDEN.search(style) is not None


def is_raised(element: etree._Element) -> bool:
    """Whether a text is set above or below the line."""
    if element.tag in {"sup", "sub"}:
        return True
    style = element.get("style")
    return style is not None and element.tag in {"span", "font"} and _RAISED.search(style) is not None


def inline_text(element: etree._Element, into: list[str]) -> None:
    """The element's own leading text; breaks and footnote marks kept apart."""
    if element.tag == "br":
        into.append(BREAK)
    text = element.text
    if text:
        into.append(raised(text) if is_raised(element) else text)


def render(pieces: list[str]) -> str:
    """Pieces of source text as shown: source line ends are spaces, breaks are line ends, lines trimmed."""
    if not pieces:
        return ""
    text = _SOURCE_SPACE.sub(" ", "".join(pieces))
    if BREAK not in text:
        return text.strip(" ")
    return "\n".join([line.strip(" ") for line in text.split(BREAK)]).strip("\n")


def cell_text(cell: etree._Element) -> str:
    """The text of a table cell; blocks in it are lines."""
    if not len(cell):
        text = cell.text or ""
        return text if text.isalnum() else render([text])
    pieces: list[str] = []
    _collect(cell, pieces)
    return _filled_lines("".join(pieces))


@lru_cache(maxsize=4096)
def _filled_lines(source: str) -> str:
    """The source text of a cell as shown, without blank lines; cells of one table are alike."""
    return "\n".join([line for line in render([source]).split("\n") if line])


def _collect(element: etree._Element, pieces: list[str], depth: int = 0) -> None:
    # Each element of each cell comes through here: what is rare is asked for last.
    tag = element.tag
    if tag == "br":
        pieces.append(BREAK)
    elif tag in _INLINE and is_raised(element):
        pieces.append(raised(all_text(element)))
        return
    else:
        text = element.text
        if text:
            pieces.append(text)
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in SKIP and not unshown(child):
            if depth > 100:
                pieces.append(all_text(child))
            elif tag in BLOCK or tag == "table":
                pieces.append(BREAK)
                _collect(child, pieces, depth + 1)
                pieces.append(BREAK)
            else:
                _collect(child, pieces, depth + 1)
        tail = child.tail
        if tail:
            pieces.append(tail)
