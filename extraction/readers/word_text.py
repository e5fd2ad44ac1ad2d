"""The printed characters of one Word paragraph.

Word prints neither tracked deletions, field codes, hidden text, nor both branches of alternate content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.raised import raised
from extraction.readers.word_numbering import W

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_VML_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"

ALTERNATE = f"{_MC}AlternateContent"
_CHOICE, _FALLBACK = f"{_MC}Choice", f"{_MC}Fallback"
TRANSPARENT = {
    f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}smartTag", f"{W}customXml", f"{W}hyperlink",
    f"{W}fldSimple", f"{W}bdo", f"{W}dir", f"{W}ruby", f"{W}rubyBase",
}  # fmt: skip
"""Elements that only wrap what is printed."""

_RUN, _RUN_PROPERTIES, _TEXT_BOX = f"{W}r", f"{W}rPr", f"{W}txbxContent"
_TEXT, _HYPERLINK, _FIELD_MARK = f"{W}t", f"{W}hyperlink", f"{W}fldChar"
_VANISH, _STRIKE, _STRIKE_TWICE = f"{W}vanish", f"{W}strike", f"{W}dstrike"
_ABOVE = f"{W}vertAlign"
_CHANGING = (_VANISH, _STRIKE, _STRIKE_TWICE, _ABOVE)
"""Properties that a run of plain text has not."""
_PICTURES = {f"{W}drawing", f"{W}pict", f"{W}object"}
_NOTES = {f"{W}footnoteReference", f"{W}endnoteReference"}


class Line:
    """One paragraph, read.

    Args:
        paragraph: the ``w:p`` element.

    Attributes:
        text: its printed characters, without an automatic list number.
        boxes: text boxes anchored in it (``w:txbxContent``).
        links: hyperlinks and pictures as (relationship id, anchor text).
        hidden: text formatted as hidden.
        struck: text struck out.
        has_notes: whether it refers to footnotes or endnotes.
    """

    def __init__(self, paragraph: etree._Element) -> None:
        self._parts: list[str] = []
        self.boxes: list[etree._Element] = []
        self.links: list[tuple[str, str]] = []
        self.hidden = ""
        self.struck = ""
        self.has_notes = False
        # One entry per open field: True while in its code, False in its result. Kept to one paragraph, so
        # that a field whose end is missing cannot swallow the rest of the document.
        self._fields: list[bool] = []
        self._walk(paragraph)
        self.text = "".join(self._parts)

    def _walk(self, container: etree._Element) -> None:
        for child in container:
            tag = child.tag
            if tag == _RUN:
                self._run(child)
            elif tag == _HYPERLINK:
                start = len(self._parts)
                self._walk(child)
                self.links.append((child.get(f"{R}id", ""), "".join(self._parts[start:])))
            elif tag in TRANSPARENT:
                self._walk(child)
            elif tag == ALTERNATE:
                branch = branch_of(child)
                if branch is not None:
                    self._walk(branch)
            elif str(tag).startswith(_MATH):
                self._parts.extend(text.text or "" for text in child.iter(f"{_MATH}t"))

    def _run(self, run: etree._Element) -> None:
        properties = first_child(run, _RUN_PROPERTIES)
        if properties is not None and len(properties) and _is_on(child_of(properties, f"{W}vanish")):
            self.hidden += "".join(text.text or "" for text in run.iter(f"{W}t"))
            return
        if properties is not None and any(
            _is_on(child_of(properties, f"{W}{name}")) for name in ("strike", "dstrike")
        ):
            # Taken back by the agency: what stands beside it is what it reports.
            self.struck += "".join(text.text or "" for text in run.iter(f"{W}t"))
            return
        before = len(self._parts)
        for child in run:
            self._run_content(child)
        if properties is not None and is_raised(properties):
            self._parts[before:] = map(raised, self._parts[before:])

    def _run_content(self, child: etree._Element) -> None:
        tag = child.tag
        if tag == _TEXT and not self._fields:
            self._parts.append(_character(child))
        elif tag == _FIELD_MARK:
            self._field(child.get(f"{W}fldCharType"))
        elif tag in _PICTURES:
            self._drawing(child)
        elif tag == ALTERNATE:
            branch = branch_of(child)
            for inner in branch if branch is not None else ():
                self._run_content(inner)
        elif True in self._fields:
            return
        elif tag == f"{W}ruby":
            self._walk(child)
        elif tag in _NOTES:
            self.has_notes = True
        else:
            self._parts.append(_character(child))

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _drawing(self, drawing: etree._Element) -> None:
        for element in drawing.iter(_TEXT_BOX, _BLIP, _VML_IMAGE):
            if any(above.tag in (_TEXT_BOX, _FALLBACK) for above in _between(element, drawing)):
                continue
            if element.tag == _TEXT_BOX:
                self.boxes.append(element)
            else:
                self.links.append((element.get(f"{R}embed") or element.get(f"{R}id") or "", ""))


def drawn(cell: etree._Element) -> tuple[ReadIssue, ...]:
    """What may show a figure in a cell without text: a picture, an object, a field without a result."""
    if next(cell.iter(*_PICTURES, _FIELD_MARK, f"{W}fldSimple"), None) is None:
        return ()
    message = "no text, but something else that may show a figure"
    return (ReadIssue("cell_drawn", "warning", message),)


def _character(element: etree._Element) -> str:
    tag = element.tag
    if tag == _TEXT:
        return (element.text or "").replace("\r\n", "\n").replace("\r", "\n")
    if tag in (f"{W}tab", f"{W}ptab"):
        return "\t"
    if tag in (f"{W}br", f"{W}cr"):
        return "\n"
    if tag == f"{W}noBreakHyphen":
        return "-"
    if tag == f"{W}sym":
        code = element.get(f"{W}char", "")
        known = re.fullmatch(r"[0-9A-Fa-f]{1,4}", code) and not 0xD800 <= int(code, 16) <= 0xDFFF
        return chr(int(code, 16)) if known else "\ufffd"
    return ""


def plain_run(run: etree._Element, into: list[str]) -> bool:
    """Take the text of a run; False where it holds more than text, or is hidden or struck out."""
    for number, child in enumerate(run):
        if child.tag == _TEXT:
            into.append(_character(child))
            continue
        plain = number == 0 and child.tag == _RUN_PROPERTIES
        if not plain or next(child.iterchildren(*_CHANGING), None) is not None:
            return False
    return True


def is_raised(properties: etree._Element) -> bool:
    """Whether the properties of a run set it above or below the line."""
    align = child_of(properties, _ABOVE)
    return align is not None and align.get(f"{W}val") in {"superscript", "subscript"}


def is_printed(run: etree._Element) -> bool:
    """Whether a run's text is printed, and on the line."""
    properties = first_child(run, _RUN_PROPERTIES)
    if properties is None or not len(properties):
        return True
    left_out = any(_is_on(child_of(properties, tag)) for tag in (_VANISH, _STRIKE, _STRIKE_TWICE))
    return not left_out and not is_raised(properties)


def first_child(element: etree._Element, tag: str) -> etree._Element | None:
    """The first child if it has this tag. Properties come first wherever they may come; a search is slow."""
    first = element[0] if len(element) else None
    return first if first is not None and first.tag == tag else None


def child_of(element: etree._Element, tag: str) -> etree._Element | None:
    """The first child with a tag; `find` walks a path in Python, which is slow for each run of a document."""
    return next(element.iterchildren(tag), None)


def branch_of(alternate: etree._Element) -> etree._Element | None:
    """The one branch of alternate content that is read: the first choice, else the fallback."""
    choice = child_of(alternate, _CHOICE)
    return choice if choice is not None and len(choice) else child_of(alternate, _FALLBACK)


def _between(element: etree._Element, top: etree._Element) -> Iterator[etree._Element]:
    above = element.getparent()
    while above is not None and above is not top:
        yield above
        above = above.getparent()


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get(f"{W}val", "true") not in ("0", "false", "off")
