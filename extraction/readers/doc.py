"""Word 97-2003 files (``.doc``, and ``.wps`` of the same build): printed text and true table columns.

No office suite is needed: `doc_records` finds the text and its formatting, this module puts cells together. A
cell ends with 0x07, a row with one more, and the row's end mark lists the edges of its cells.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from extraction.document import Block, Document, Fact, Paragraph, ReadIssue, UnreadableError
from extraction.readers import office
from extraction.readers.doc_format import Face, Faces, cell_shades, paragraph_shade
from extraction.readers.doc_records import (
    P_DEPTH,
    P_IN_TABLE,
    P_INNER_CELL,
    P_INNER_ROW_END,
    P_OUTLINE,
    P_ROW_END,
    RowDefinition,
    Sprms,
    WordFile,
    row_definition,
)
from extraction.readers.doc_summary import properties
from extraction.readers.print_look import Colour, Piece, is_unseen_line, left_out, line_doubts
from extraction.readers.raised import raised
from extraction.readers.row_cells import RowCell, build_table, framed, holding
from extraction.readers.zipped import OLE_MAGIC

MEDIA_TYPE = "application/msword"
MAX_STREAM = 64 * 1024 * 1024

_WORD_97 = 0xA5EC
_OLDER = {0xA5DC, 0xA59B, 0xA59C, 0xA697, 0xA698, 0xA699, 0xDBA5}
_DAMAGE = (OSError, struct.error, IndexError, ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What olefile and unpacking let through when a file is damaged."""

_SUMMARIES = {
    "\x05SummaryInformation": {
        2: "dc:title", 3: "dc:subject", 4: "dc:creator", 12: "dcterms:created", 13: "dcterms:modified",
    },
    "\x05DocumentSummaryInformation": {15: "app:Company"},
}  # fmt: skip
"""Facts by stream and property number."""

_CELL_END, _PARAGRAPH_END, _BREAK = "\x07", "\r", "\x0c"
_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END = "\x13", "\x14", "\x15"
_PRINTED = {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\x09": "\t", "\x1f": ""}


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read a Word 97-2003 file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: not such a file, older than Word 97 without an office suite at hand, cut short,
            encrypted or damaged.
    """
    del url
    if not data:
        raise UnreadableError("empty", "the Word file has no bytes")
    if not data.startswith(OLE_MAGIC):
        raise UnreadableError("malformed", "this is not a Word 97-2003 file: no OLE signature")
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            word = _open(container)
            facts = tuple(_facts(container))
        reader = _Reader(word)
        reader.read()
    except _OlderError:
        return office.read(data, MEDIA_TYPE, "the file is older than Word 97")
    except _DAMAGE as error:
        code = "truncated" if isinstance(error, OSError) else "malformed"
        raise UnreadableError(code, f"the Word file is damaged ({type(error).__name__}: {error})") from error
    return Document(MEDIA_TYPE, tuple(reader.blocks), facts=facts, issues=tuple(reader.issues.values()))


class _OlderError(UnreadableError):
    """The file is of a Word before 97."""


def _open(container: olefile.OleFileIO) -> WordFile:
    if not container.exists("WordDocument"):
        if container.exists("EncryptedPackage"):
            raise UnreadableError("encrypted", "the Word file is protected by a password")
        raise UnreadableError("unsupported_format", "the OLE file holds no Word document")
    main = _stream(container, "WordDocument")
    if len(main) < 0x200:
        raise UnreadableError("truncated", "the Word file has no complete header")
    kind, flags = int.from_bytes(main[:2], "little"), int.from_bytes(main[0x0A:0x0C], "little")
    if kind in _OLDER:
        raise _OlderError("needs_office", "the file is older than Word 97")
    if kind != _WORD_97:
        raise UnreadableError("malformed", "the WordDocument stream has no Word header")
    if flags & 0x0100:
        raise UnreadableError("encrypted", "the Word file is protected by a password")
    table = "1Table" if flags & 0x0200 else "0Table"
    if not container.exists(table):
        raise UnreadableError("malformed", f"the Word file has no {table} stream")
    extra = _stream(container, "Data") if container.exists("Data") else b""
    return WordFile(main, _stream(container, table), extra)


def _stream(container: olefile.OleFileIO, name: str) -> bytes:
    if container.get_size(name) > MAX_STREAM:
        raise UnreadableError("too_large", f"stream {name} is larger than {MAX_STREAM} bytes")
    with container.openstream(name) as stream:
        return bytes(stream.read())


def _facts(container: olefile.OleFileIO) -> Iterator[Fact]:
    """Title, author, company and times of the summary streams."""
    for stream, names in _SUMMARIES.items():
        if container.exists(stream):
            for number, value in properties(_stream(container, stream)):
                if number in names:
                    yield Fact(names[number], value, "properties")


_Ink = tuple[Face, Colour | None, str]
"""A text on the line: how it is printed, and the shade of its paragraph."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written into a cell: its text, that on the line, a frame in it, what is to be said of it."""

    text: str
    ink: list[_Ink]
    frame: tuple[Piece, ...] = ()
    doubts: tuple[ReadIssue, ...] = ()


@dataclass
class _Level:
    """A table being read: level 1 in the text, level 2 inside a cell."""

    cells: list[_Written] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    ink: list[_Ink] = field(default_factory=list)
    rows: list[list[RowCell]] = field(default_factory=list)


class _Reader:
    def __init__(self, word: WordFile) -> None:
        self._word = word
        self._faces = Faces(word.style_sheet)
        self.blocks: list[Block] = []
        self.issues: dict[str, ReadIssue] = {}
        self._levels = (_Level(), _Level())
        self._inner: list[Block] = []
        self._tables = 0

    def read(self) -> None:
        """Walk the paragraphs of the main text."""
        text = self._word.text
        start = 0
        for index, character in enumerate(text):
            if character in (_PARAGRAPH_END, _CELL_END, _BREAK):
                self._paragraph(start, index)
                start = index + 1
        if start < len(text):
            self._paragraph(start, len(text) - 1)
        self._end_table()

    def _paragraph(self, start: int, end: int) -> None:
        style, sprms = self._word.paragraph(end)
        flags = {code: operand for code, operand in sprms if len(operand) <= 4}
        depth = int.from_bytes(flags.get(P_DEPTH, b"\0"), "little")
        if not depth:
            depth = int(_on(flags, P_IN_TABLE))
        mark = self._word.text[end]
        if depth and mark == _CELL_END and _on(flags, P_ROW_END):
            self._end_row(0, sprms)
            return
        if depth > 1 and _on(flags, P_INNER_ROW_END):
            self._end_row(1, sprms)
            return
        line, found = self._line(start, end, style)
        shade = paragraph_shade(sprms)
        ink = [(face, shade, text) for face, text in found]
        if not depth:
            self._text(line, ink, start, style, flags)
            return
        level = self._levels[min(depth, 2) - 1]
        level.lines.append(line)
        level.ink += [*ink, (Face(), None, "\n")]
        if depth == 1 and mark == _CELL_END:
            self._end_cell(level, self._levels[1])
        elif depth > 1 and _on(flags, P_INNER_CELL):
            level.cells.append(_Written("\n".join(level.lines), level.ink))
            level.lines, level.ink = [], []

    def _end_cell(self, level: _Level, inner: _Level) -> None:
        """A cell ends; a frame in it is its text, a table in it a table of its own."""
        text, ink = "\n".join(level.lines), level.ink
        level.lines, level.ink = [], []
        if not text.strip() and (frame := framed(inner.rows)) is not None:
            level.cells.append(_Written(frame[0], ink, frame[1]))
            inner.rows = []
            return
        level.cells.append(
            _Written(text, ink, doubts=holding(cell.text for row in inner.rows for cell in row))
        )
        self._finish(inner, self._inner)

    def _text(self, line: str, ink: list[_Ink], start: int, style: int, flags: dict[int, bytes]) -> None:
        self._end_table()
        if not line.strip():
            return
        level = self._word.heading_styles.get(style)
        if P_OUTLINE in flags:
            outline = flags[P_OUTLINE][0]
            level = outline + 1 if outline < 9 else None
        pieces = [(face.look(shade), text) for face, shade, text in ink]
        if is_unseen_line(pieces):
            self.issues["hidden_text"] = left_out(line)
            return
        doubts = line_doubts(pieces)
        self.blocks.append(Paragraph(line, path=f"WordDocument#cp={start}", level=level, doubts=doubts))

    def _line(self, start: int, end: int, style: int) -> tuple[str, list[tuple[Face, str]]]:
        """The printed characters: no field codes, no deleted or hidden text, no anchors of pictures.

        And those on the line with how they are printed.
        """
        parts: list[str] = []
        ink: list[tuple[Face, list[str]]] = []
        fields: list[bool] = []  # True while in the code of a field
        for index in range(start, end):
            character = self._word.text[index]
            if character == _FIELD_BEGIN:
                fields.append(True)
            elif character == _FIELD_RESULT and fields:
                fields[-1] = False
            elif character == _FIELD_END and fields:
                fields.pop()
            elif True in fields:
                continue
            elif character >= " " or character in _PRINTED:
                printed = _PRINTED.get(character, character)
                face = self._faces.of(self._word.characters(index), style)
                if face.deleted or face.hidden:
                    self._doubt("hidden_text", "note", "hidden or deleted text was left out")
                elif face.struck:
                    self._doubt("struck_text", "warning", "struck-out text was left out")
                elif face.raised:
                    parts.append(raised(printed))
                else:
                    parts.append(printed)
                    if not ink or ink[-1][0] != face:
                        ink.append((face, []))
                    ink[-1][1].append(printed)
        # Characters beyond the basic plane come as two code units.
        text = "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text, [(face, "".join(texts)) for face, texts in ink]

    def _end_row(self, index: int, sprms: Sprms) -> None:
        level = self._levels[index]
        if index == 0:
            self._finish(self._levels[1], self._inner)
        definition: RowDefinition = row_definition(sprms)
        left = definition.left
        shades = cell_shades(sprms)
        row = []
        for number, written in enumerate(level.cells):
            path = f"WordDocument#table[{self._tables + 1}]/row[{len(level.rows) + 1}]/cell[{number + 1}]"
            looked = ((face.look(shade, shades.get(number)), piece) for face, shade, piece in written.ink)
            right, over, beside = left, None, None
            if number < len(definition.cells):
                cell = definition.cells[number]
                right, over, beside = cell.right, cell.over, cell.beside
            pieces = (*looked, *written.frame)
            row.append(RowCell(left, right, written.text, path, over, beside, pieces, written.doubts))
            left = right
        level.cells, level.lines, level.ink = [], [], []
        if row:
            level.rows.append(row)

    def _end_table(self) -> None:
        if self._levels[0].cells:
            self._end_row(0, [])
        self._finish(self._levels[0], self.blocks)
        self.blocks.extend(self._inner)
        self._inner = []

    def _finish(self, level: _Level, into: list[Block]) -> None:
        if level.rows:
            table, covered = build_table(level.rows)
            if covered:
                self._doubt("covered_text", "warning", "text under merged cells was left out")
            into.append(table)
            self._tables += 1
            level.rows = []

    def _doubt(self, code: str, severity: str, message: str) -> None:
        self.issues.setdefault(code, ReadIssue(code, severity, message))


def _on(flags: dict[int, bytes], code: int) -> bool:
    return flags.get(code, b"\0")[:1] not in (b"\0", b"")
