"""How the runs of a Word document are printed: what they, their styles and the document's defaults say.

A run says little itself. What it leaves open its character style says, then the style of its paragraph, then
that of its table, then the defaults; each style after those it is based on.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from extraction.readers.print_look import PLAIN, WHITE, Colour, Look, hex_colour, is_unseen
from extraction.readers.word_numbering import W
from extraction.readers.word_text import child_of, first_child

_RUN, _P, _TC, _TBL, _BOX = f"{W}r", f"{W}p", f"{W}tc", f"{W}tbl", f"{W}txbxContent"
_OF_RUN, _OF_P, _OF_TC, _OF_TBL = f"{W}rPr", f"{W}pPr", f"{W}tcPr", f"{W}tblPr"
_RUN_STYLE, _P_STYLE, _TBL_STYLE = f"{W}rStyle", f"{W}pStyle", f"{W}tblStyle"
_SIZE, _COLOUR, _SHADE, _LIFT = f"{W}sz", f"{W}color", f"{W}shd", f"{W}position"
_HIGHLIGHT, _WIDE, _VALUE = f"{W}highlight", f"{W}w", f"{W}val"
_PROPERTIES = {_P: _OF_P, _TC: _OF_TC, _TBL: _OF_TBL}
_MARKS = (f"{W}vanish", f"{W}strike", f"{W}dstrike", f"{W}vertAlign")
_DEFAULT_SIZE = 20.0
_MAX_DEPTH = 32


class Styles:
    """The styles of a document, each with what those it is based on say.

    Args:
        root: the part of the styles.

    Attributes:
        known: whether there is such a part.
        of_paragraphs: the name of the style of paragraphs that name none.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._defaults: etree._Element | None = None
        self.of_paragraphs = ""
        self.known = root is not None
        if root is None:
            return
        self._defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{_OF_RUN}")
        for style in root.iterfind(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            self._styles[name] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on"):
                self.of_paragraphs = name

    def chain(self, name: str | None) -> Iterator[etree._Element]:
        """A style and those it is based on."""
        for _ in range(_MAX_DEPTH):
            style = self._styles.get(name or "")
            if style is None:
                return
            yield style
            base = child_of(style, f"{W}basedOn")
            name = None if base is None else base.get(_VALUE)

    def settle(self, root: etree._Element) -> None:
        """Write onto the runs of a document what styles say of hiding, striking out and raising them."""
        marks = {name: found for name in self._styles if (found := self._marks(name))}
        if not marks:
            return
        for named in list(root.iter(_RUN_STYLE)):
            properties = named.getparent()
            if properties is not None and properties.tag == _OF_RUN:
                _add(properties, marks.get(named.get(_VALUE, ""), []))
        for named in list(root.iter(_P_STYLE)):
            found = marks.get(named.get(_VALUE, ""), [])
            paragraph = next(named.iterancestors(_P), None)
            for run in paragraph.iter(_RUN) if found and paragraph is not None else ():
                of_run = first_child(run, _OF_RUN)
                if of_run is None:
                    of_run = etree.Element(_OF_RUN)
                    run.insert(0, of_run)
                _add(of_run, found)

    def _marks(self, name: str) -> list[etree._Element]:
        out: dict[str, etree._Element] = {}
        for style in self.chain(name):
            properties = child_of(style, _OF_RUN)
            for mark in () if properties is None else properties.iterchildren(*_MARKS):
                out.setdefault(str(mark.tag), mark)
        return list(out.values())

    def defaults(self) -> etree._Element | None:
        """What the document says of all its runs."""
        return self._defaults


def _add(properties: etree._Element, marks: list[etree._Element]) -> None:
    for mark in marks:
        if child_of(properties, str(mark.tag)) is None:
            properties.append(deepcopy(mark))


class Looks:
    """The looks of the runs of one document.

    Args:
        styles: of the document.
    """

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        # Nearly all runs of a document are of a few styles.
        self._known: dict[tuple[str | None, str | None, str | None, str], str | None] = {}

    def of(self, run: etree._Element, *, faint: bool) -> Look:
        """How a run is printed; `faint`: whether the document may hold text that is not seen."""
        own = first_child(run, _OF_RUN)
        names = _names(run, own, self._styles.of_paragraphs)
        said = self._said(own, names, _SIZE)
        known = said is not None or self._styles.known
        size = _number(said, _DEFAULT_SIZE) / 2 if known else PLAIN.size
        lift = _number(self._said(own, names, _LIFT), 0.0) / 2
        wide = _number((self._said(own, names, _WIDE) or "100").removesuffix("%"), 100.0)
        unseen = faint and is_unseen(
            size if known else None, self._colour(own, names), self._ground(run, own, names), wide
        )
        return Look(size, known=known, lift=lift, unseen=unseen)

    def _said(
        self, own: etree._Element | None, names: tuple[str | None, str | None, str | None], tag: str
    ) -> str | None:
        found = None if own is None else child_of(own, tag)
        if found is not None:
            return found.get(_VALUE)
        key = (*names, tag)
        if key not in self._known:
            self._known[key] = self._styled(names, tag)
        return self._known[key]

    def _styled(self, names: tuple[str | None, ...], tag: str) -> str | None:
        for name in names:
            for style in self._styles.chain(name):
                properties = child_of(style, _OF_RUN)
                found = None if properties is None else child_of(properties, tag)
                if found is not None:
                    return found.get(_VALUE)
        defaults = self._styles.defaults()
        found = None if defaults is None else child_of(defaults, tag)
        return None if found is None else found.get(_VALUE)

    def _colour(
        self, own: etree._Element | None, names: tuple[str | None, str | None, str | None]
    ) -> Colour | None:
        said = self._said(own, names, _COLOUR)
        return None if said is None else hex_colour(said)

    def _ground(
        self, run: etree._Element, own: etree._Element | None, names: tuple[str | None, ...]
    ) -> Colour | None:
        """The colour behind a run; None where it is not known."""
        if own is not None and child_of(own, _HIGHLIGHT) is not None:
            return None
        places = [own, *(child_of(style, _OF_RUN) for style in self._styles.chain(names[0]))]
        for above in run.iterancestors(_P, _TC, _TBL, _BOX):
            if above.tag == _BOX:
                return None
            places.append(child_of(above, _PROPERTIES[str(above.tag)]))
            if above.tag == _P:
                places += [child_of(style, _OF_P) for style in self._styles.chain(names[1])]
            elif above.tag == _TBL:
                for style in self._styles.chain(_named(places[-1], _TBL_STYLE)):
                    if next(style.iter(_SHADE), None) is not None:
                        return None  # which of its cells it shades is not looked at
        for place in places:
            shade = None if place is None else child_of(place, _SHADE)
            if shade is not None:
                fill = shade.get(f"{W}fill", "auto")
                if shade.get(_VALUE, "clear") not in {"clear", "nil"}:
                    return None
                if fill.lower() != "auto":
                    return hex_colour(fill)
        return WHITE


def _names(
    run: etree._Element, own: etree._Element | None, default: str
) -> tuple[str | None, str | None, str | None]:
    """The styles of a run, of its paragraph and of its table."""
    paragraph = next(run.iterancestors(_P), None)
    of_paragraph = None if paragraph is None else _named(first_child(paragraph, _OF_P), _P_STYLE)
    table = next(run.iterancestors(_TBL), None)
    of_table = None if table is None else _named(child_of(table, _OF_TBL), _TBL_STYLE)
    return _named(own, _RUN_STYLE), of_paragraph or default, of_table


def _named(properties: etree._Element | None, tag: str) -> str | None:
    found = None if properties is None else child_of(properties, tag)
    return None if found is None else found.get(_VALUE)


def _number(said: str | None, default: float) -> float:
    if said is None:
        return default
    bare = said.removesuffix("pt").lstrip("-")
    if not bare.isascii() or not bare.replace(".", "", 1).isdigit() or len(bare) > 6:
        return default
    value = float(bare) * (2 if said.endswith("pt") else 1)
    return -value if said.startswith("-") else value
