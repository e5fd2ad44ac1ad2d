"""Word documents (Office Open XML): the printed text and the true grid of every table.

Read straight from the XML, because the object models on offer flatten spans or copy merged cells. What Word
prints counts: tracked deletions, field codes, hidden text and the second branch of alternate content are left
out; automatic list numbers are put in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from lxml import etree

from extraction.document import (
    Block,
    Cell,
    Document,
    Fact,
    Link,
    Paragraph,
    ReadIssue,
    Table,
    UnreadableError,
)
from extraction.readers.inner_pictures import InnerPicture, finish
from extraction.readers.print_look import left_out
from extraction.readers.row_cells import holding
from extraction.readers.word_numbering import Numbering, W
from extraction.readers.word_print import Print
from extraction.readers.word_styles import Style, paragraph_styles
from extraction.readers.word_text import (
    ALTERNATE,
    TRANSPARENT,
    Line,
    branch_of,
    child_of,
    drawn,
    first_child,
)
from extraction.readers.word_tree import (
    MAX_SPAN,
    cell_deleted,
    children,
    flatten,
    integer,
    plain_cell,
    row_deleted,
    row_offset,
)
from extraction.readers.zipped import Package

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

MAX_CELLS = 200_000
_HELD = 200_000
"""Elements held at most: honest documents have tens of thousands."""

_CORE = {
    "{http://purl.org/dc/elements/1.1/}": "dc:",
    "{http://purl.org/dc/terms/}": "dcterms:",
    "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}": "cp:",
}

_P, _TBL, _TR, _TC = f"{W}p", f"{W}tbl", f"{W}tr", f"{W}tc"
_P_PROPERTIES, _TC_PROPERTIES, _VALUE = f"{W}pPr", f"{W}tcPr", f"{W}val"
_GRID_SPAN, _V_MERGE, _H_MERGE = f"{W}gridSpan", f"{W}vMerge", f"{W}hMerge"


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read a DOCX file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: not a DOCX, cut short, encrypted, damaged or hostile.
    """
    del url
    return read_package(Package(data, "DOCX"), MEDIA_TYPE)


def read_package(package: Package, media_type: str) -> Document:
    """Read the parts of a Word document.

    Raises:
        UnreadableError: as `read`.
    """
    main = _main_part(package)
    root = package.xml(main)
    # Held until the document is read: lxml makes an element anew whenever nobody holds it.
    held = list(islice(root.iter(), _HELD))
    body = child_of(root, f"{W}body")
    if body is None:
        raise UnreadableError("malformed", f"{main} has no document body")
    reader = _Reader(package, main, root)
    blocks = tuple(reader.blocks(body, f"{main}#/w:document/w:body"))
    del held
    return finish(
        Document(
            media_type=media_type,
            blocks=blocks,
            facts=reader.facts(),
            links=tuple(reader.links),
            issues=tuple(reader.issues()),
        )
    )


def office_facts(package: Package) -> Iterator[Fact]:
    """The core properties of an Office file, and the company.

    Raises:
        UnreadableError: a part of properties is damaged.
    """
    for kind, target, external in package.relationships("").values():
        if external or kind not in ("core-properties", "extended-properties") or target not in package:
            continue
        for element in package.xml(target):
            space, _, name = str(element.tag).rpartition("}")
            value = (element.text or "").strip()
            if not value:
                continue
            if kind == "core-properties" and space + "}" in _CORE:
                yield Fact(_CORE[space + "}"] + name, value, "properties")
            elif kind == "extended-properties" and name == "Company":
                yield Fact("app:Company", value, "properties")


def _main_part(package: Package) -> str:
    for kind, target, external in package.relationships("").values():
        if kind == "officeDocument" and not external and target in package:
            return target
    if "word/document.xml" in package:
        return "word/document.xml"
    raise UnreadableError("malformed", "the ZIP file holds no Word document")


class _Reader:
    """One pass over the body. Holds what paragraphs share: styles, list counters, links, doubts."""

    def __init__(self, package: Package, main: str, root: etree._Element) -> None:
        self._relations = package.relationships(main)
        parts = {kind: target for kind, target, external in self._relations.values() if not external}
        self._package = package
        self._doubts: dict[str, ReadIssue] = {}
        self._numbering = Numbering(self._side_part(parts.get("numbering", "")))
        styles = self._side_part(parts.get("styles", ""))
        styles = child_of(root, f"{W}styles") if styles is None else styles  # of Word 2003
        self._styles: dict[str, Style] = paragraph_styles(styles)
        self._print = Print(root, styles)
        self._has_notes = False
        self._cells = 0
        self._pictures: list[InnerPicture] = []
        self.links: list[Link] = []

    def _side_part(self, name: str) -> etree._Element | None:
        """A part that the text can do without; damage to it is noted."""
        if name not in self._package:
            return None
        try:
            return self._package.xml(name)
        except UnreadableError as error:
            self._doubt("part_unreadable", "warning", str(error))
            return None

    def facts(self) -> tuple[Fact, ...]:
        """What the file says about itself; damage is noted, for the text matters more."""
        try:
            return tuple(office_facts(self._package))
        except UnreadableError as error:
            self._doubt("part_unreadable", "warning", str(error))
            return ()

    # -- blocks ------------------------------------------------------------------------------------------

    def blocks(self, container: etree._Element, path: str) -> Iterator[Block]:
        """The paragraphs and tables in a body, text box or content control."""
        for child, here in children(container, path):
            if child.tag == _P:
                yield from self._paragraph(child, here)
            elif child.tag == _TBL:
                yield from self._table(child, here)
            elif child.tag == ALTERNATE:
                branch = branch_of(child)
                if branch is not None:
                    yield from self.blocks(branch, here)
            elif child.tag in TRANSPARENT:
                yield from self.blocks(child, here)
            elif child.tag == f"{W}altChunk":
                self._doubt("embedded_part", "warning", "a part embedded as altChunk was not read")

    def _paragraph(self, element: etree._Element, path: str) -> Iterator[Block]:
        text, boxes, style = self._line(element, in_cell=False)
        if text.strip() and self._print.unseen(element):
            self._doubts["hidden_text"] = left_out(text)
        elif text.strip():
            doubts = self._print.line(element, text)
            yield Paragraph(text, path=path, level=style.level, doubts=doubts)
        yield from self._passed_pictures()
        for box in boxes:
            yield from self.blocks(box, path)

    def _line(self, element: etree._Element, *, in_cell: bool) -> tuple[str, list[etree._Element], Style]:
        """A paragraph's printed text, the text boxes anchored in it, and its effective style."""
        style = self._styles.get("") or Style()
        properties = first_child(element, _P_PROPERTIES)
        if properties is not None and len(properties):
            named = child_of(properties, f"{W}pStyle")
            if named is not None:
                style = self._styles.get(named.get(f"{W}val", ""), style)
            style = style.overridden_by(properties)
        line = Line(element)
        self._note(line)
        text = line.text
        if style.list_id is not None and style.list_id != "0":
            number = self._numbering.next(style.list_id, style.list_level)
            if number and in_cell and not any(character.isalpha() for character in text):
                # "1." before a bare figure would read as another figure.
                if text.strip():
                    self._doubt(
                        "list_number_left_out", "warning", f"list number {number!r} before {text!r} left out"
                    )
            elif number and text.strip():
                text = number + text
        return text, line.boxes, style

    # -- tables ------------------------------------------------------------------------------------------

    def _table(self, element: etree._Element, path: str) -> Iterator[Block]:
        rows = [(row, here) for row, here in flatten(element, path, _TR) if not row_deleted(row)]
        spread = [
            [(cell, here) for cell, here in flatten(row, at, _TC) if not cell_deleted(cell)]
            for row, at in rows
        ]
        framed = all(len(row) == 1 for row in spread)
        if framed and any(cell.find(f".//{_TBL}") is not None for row in spread for cell, _ in row):
            for row in spread:  # a frame around other tables is page layout
                for cell, here in row:
                    yield from self.blocks(cell, here)
            return
        yield from self._grid(rows, spread)

    def _grid(
        self,
        rows: list[tuple[etree._Element, str]],
        spread: list[list[tuple[etree._Element, str]]],
    ) -> Iterator[Block]:
        printed: list[Cell] = []
        inner: list[Block] = []
        # Column -> index in `printed` of the cell that a vertical merge below it would extend.
        open_above: dict[int, int] = {}
        for index, (row, cells) in enumerate(zip(rows, spread, strict=True)):
            column = row_offset(row[0])
            carried: dict[int, int] = {}
            left: int | None = None
            swallowed = False  # the cell before goes on from the row above
            for cell, path in cells:
                span, vertical, horizontal = self._spans(cell)
                if horizontal == "continue" and (left is not None or swallowed):
                    if left is not None:
                        printed[left] = _wider(printed[left], span)
                    self._hidden(cell)
                    column += span
                    continue
                above = open_above.get(column)
                if vertical == "continue" and above is not None and printed[above].colspan == span:
                    printed[above] = _taller(printed[above])
                    self._hidden(cell)
                    carried[column] = above
                    left, swallowed = None, True
                else:
                    self._cells += 1
                    if self._cells > MAX_CELLS:
                        raise UnreadableError("too_large", f"more than {MAX_CELLS} table cells")
                    text, more, doubts = self._cell_text(cell, path)
                    inner.extend(more)
                    doubts += self._print.cell(cell, text) if text.strip() else drawn(cell)
                    printed.append(Cell(text, index, column, colspan=span, path=path, doubts=doubts))
                    left, swallowed = len(printed) - 1, False
                    if vertical is not None:
                        carried[column] = left
                column += span
            open_above = carried
        if printed:
            yield Table(tuple(printed))
        yield from inner

    def _spans(self, cell: etree._Element) -> tuple[int, str | None, str | None]:
        """Columns covered, vertical merge and horizontal merge (``restart``, ``continue`` or None)."""
        properties = first_child(cell, _TC_PROPERTIES)
        if properties is None:
            return 1, None, None
        span, vertical, horizontal = 1, None, None
        for child in properties:
            if child.tag == _GRID_SPAN:
                span = integer(child, 1)
            elif child.tag == _V_MERGE:
                vertical = child.get(_VALUE, "continue")
            elif child.tag == _H_MERGE:
                horizontal = child.get(_VALUE, "continue")
        if span > MAX_SPAN:
            self._doubt("span_too_wide", "error", f"a cell claims {span} columns; taken as one")
            span = 1
        return max(span, 1), vertical, horizontal

    def _hidden(self, cell: etree._Element) -> None:
        text = "".join(self._cell_text(cell, "")[0].split())
        if text:
            self._doubt(
                "covered_text",
                "warning",
                f"text under a merged cell is not printed and was left out: {text[:60]}",
            )

    def _cell_text(self, cell: etree._Element, path: str) -> tuple[str, list[Block], tuple[ReadIssue, ...]]:
        """A cell's own lines, the tables inside it as blocks of their own, and what they say of the cell."""
        plain = None if self._pictures else plain_cell(cell, self._styles)
        if plain is not None:
            return plain, [], ()
        lines: list[str] = []
        more: list[Block] = []
        doubts: list[ReadIssue] = []

        def collect(container: etree._Element, at: str) -> None:
            for child, here in children(container, at):
                if child.tag == _P:
                    text, boxes, _ = self._line(child, in_cell=True)
                    lines.append(text)
                    for box in boxes:
                        collect(box, here)
                elif child.tag == _TBL:
                    inner = list(self._table(child, here))
                    alone = inner[0].cells if len(inner) == 1 and isinstance(inner[0], Table) else ()
                    if len(alone) == 1 and not any(lines):  # a box around the text of the cell
                        lines.append(alone[0].text)
                        doubts.extend(alone[0].doubts)
                    else:
                        more.extend(inner)
                        doubts.extend(
                            holding(
                                c.text for block in inner if isinstance(block, Table) for c in block.cells
                            )
                        )
                elif child.tag == ALTERNATE:
                    branch = branch_of(child)
                    if branch is not None:
                        collect(branch, here)
                elif child.tag in TRANSPARENT:
                    collect(child, here)

        collect(cell, path)
        return "\n".join(lines), [*self._passed_pictures(), *more], tuple(doubts)

    def _passed_pictures(self) -> list[InnerPicture]:
        found, self._pictures = self._pictures, []
        return found

    # -- what the reader could not take ------------------------------------------------------------------

    def _note(self, line: Line) -> None:
        self._has_notes = self._has_notes or line.has_notes
        if line.struck.strip():
            self._doubt("struck_text", "warning", f"struck-out text was left out: {line.struck.strip()[:60]}")
        if line.hidden.strip():
            self._doubt("hidden_text", "warning", f"hidden text was left out: {line.hidden.strip()[:60]}")
        for relation, text in line.links:
            kind, target, external = self._relations.get(relation, ("", "", False))
            if target:
                self.links.append(Link(target, text))
            if kind == "image" and not external and target in self._package:
                self._pictures.append(
                    InnerPicture(text="", path=target, data=partial(self._package.read, target))
                )

    def _doubt(self, code: str, severity: str, message: str) -> None:
        self._doubts.setdefault(code, ReadIssue(code, severity, message))

    def issues(self) -> Iterator[ReadIssue]:
        """What could not be taken with certainty."""
        yield from self._doubts.values()
        if self._has_notes:
            yield ReadIssue("notes_left_out", "note", "footnotes or endnotes were left out")


def _wider(cell: Cell, columns: int) -> Cell:
    return replace(cell, colspan=cell.colspan + columns)


def _taller(cell: Cell) -> Cell:
    return replace(cell, rowspan=cell.rowspan + 1)
