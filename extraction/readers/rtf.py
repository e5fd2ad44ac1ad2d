"""RTF files: the printed text, and tables with the columns that the row definitions say."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from extraction.document import Block, Document, Fact, Paragraph, ReadIssue, UnreadableError
from extraction.readers.inner_pictures import InnerPicture, finish
from extraction.readers.print_look import is_unseen_line, left_out, line_doubts
from extraction.readers.raised import raised
from extraction.readers.row_cells import build_table
from extraction.readers.rtf_format import Group, Ink, Looks, format_word
from extraction.readers.rtf_rows import Level
from extraction.readers.rtf_tokens import Token, decode, tokens

MEDIA_TYPE = "application/rtf"

MAX_DEPTH = 2_000
MAX_TOKENS = 5_000_000

# Groups whose text is not part of the page's text. Any other group marked with \* is left out as well.
_SILENT = {
    "objdata", "objclass", "objname", "header", "headerl", "headerr", "headerf",
    "footer", "footerl", "footerr", "footerf", "footnote", "annotation", "fldinst", "sp", "sn",
    "sv", "nonshppict", "xe", "tc", "rxe", "bkmkstart", "bkmkend", "nonesttables", "filetbl",
    "revtbl", "template", "themedata", "pntxta", "pntxtb", "ftnsep", "ftnsepc", "aftnsep",
    "aftnsepc", "private", "do", "listpicture",
}  # fmt: skip
_ENTERED = {"nesttableprops", "shpinst", "shprslt", "shppict", "ud"}
"""Groups marked with \\* that hold what is needed."""
_TABLES = {"fonttbl": "fonts", "colortbl": "colours", "stylesheet": "styles"}
_NO_TEXT = frozenset({"silent", "pict", "colours", "styles", "upr"})
_SYMBOL_FONT = 2
_FACTS = {"title": "dc:title", "author": "dc:creator", "subject": "dc:subject", "company": "app:Company"}
_CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "\n": "", "\r": ""}


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read an RTF file.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: not an RTF, cut short, or nested beyond reason.
    """
    del url
    if not data.strip():
        raise UnreadableError("empty", "the RTF file has no bytes")
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t")[:5].startswith(b"{\\rtf"):
        raise UnreadableError("malformed", "this is not an RTF file: no {\\rtf header")
    reader = _Reader()
    reader.read(data)
    issues = tuple(reader.issues.values())
    return finish(Document(MEDIA_TYPE, tuple(reader.blocks), facts=tuple(reader.facts), issues=issues))


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.facts: list[Fact] = []
        self.issues: dict[str, ReadIssue] = {}
        self._group = Group()
        self._saved: list[Group] = []
        self._code_page = 1252
        self._charsets: dict[int, int] = {}
        self._default_font: int | None = None
        self._pending = b""
        self._to_skip = 0
        self._looks = Looks()
        self._ink = Ink()  # of the paragraph or cell being read
        self._line: list[str] = []  # the paragraph being read
        self._number: list[str] = []  # its automatic list number
        self._cell: list[str] = []  # paragraphs of the cell being read
        self._fact: list[str] = []
        self._in_table = False
        self._outline: int | None = None
        self._levels = (Level(), Level())
        self._inner: list[Block] = []  # tables found inside cells, printed after the outer table
        self._tables = 0
        self._hex: list[bytes] = []  # the picture being read
        self._pictures: list[InnerPicture] = []
        self._placed = 0  # pictures that stand among the blocks already

    def read(self, data: bytes) -> None:
        """Read all tokens."""
        for count, token in enumerate(tokens(data)):
            if count > MAX_TOKENS:
                raise UnreadableError("too_large", f"the RTF file has more than {MAX_TOKENS} tokens")
            if token.kind == "byte":
                self._bytes(token.data)
                continue
            self._flush()
            if token.kind == "open":
                if len(self._saved) >= MAX_DEPTH:
                    raise UnreadableError("malformed", f"groups are nested more than {MAX_DEPTH} deep")
                self._saved.append(self._group)
                self._group = replace(self._group, fresh=True, starred=False)
            elif token.kind == "close":
                if self._close():
                    break
            elif token.kind == "word":
                self._word(token)
            else:
                self._symbol(token.name)
        if self._saved:
            raise UnreadableError("truncated", "the RTF file was cut short: groups are left open")
        self._end_paragraph()
        self._end_table()

    # -- text ----------------------------------------------------------------------------------------------

    def _bytes(self, data: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        self._group.fresh = False
        if self._group.place == "pict":
            self._hex.append(data)
            return
        self._pending += data

    def _flush(self) -> None:
        if self._pending:
            self._put(decode(self._pending, self._charset(), self._code_page))
            self._pending = b""

    def _charset(self) -> int | None:
        font = self._group.font if self._group.font is not None else self._default_font
        return self._charsets.get(font) if font is not None else None

    def _put(self, text: str) -> None:
        place = self._group.place
        if self._group.unseen:
            if text.strip() and place == "body":
                self._doubt("hidden_text", "note", "hidden or deleted text was left out")
        elif self._group.struck and place == "body":
            if text.strip():
                self._doubt("struck_text", "warning", "struck-out text was left out")
        elif place == "body":
            self._line.append(raised(text) if self._group.raised else text)
            if not self._group.raised:
                signs = self._charset() == _SYMBOL_FONT
                self._ink.put(self._group.face._replace(signs=True) if signs else self._group.face, text)
        elif place == "colours":
            self._looks.colour_text(text)
        elif place == "number":
            self._number.append(text)
        elif place in _FACTS:
            self._fact.append(text)

    def _symbol(self, name: str) -> None:
        if name == "*":
            self._group.starred = True
            return
        self._group.fresh = False
        if self._to_skip:
            self._to_skip -= 1
        elif name in "\\{}":
            self._put(name)
        else:
            self._put(_SYMBOLS.get(name, ""))

    # -- control words -------------------------------------------------------------------------------------

    def _word(self, token: Token) -> None:
        name, number = token.name, token.number
        if self._group.fresh:
            self._group.fresh = False
            if self._destination(name):
                return
        if self._group.place in _NO_TEXT:
            if self._group.place == "colours":
                self._looks.colour_word(name, number)
            elif self._group.place == "styles":
                self._looks.style_word(name, number)
            return
        if name == "u" and number is not None:
            self._put(chr(number % 0x10000))
            self._to_skip = self._group.skip
            return
        self._to_skip = 0
        if name in _CHARACTERS:
            self._put(_CHARACTERS[name])
        elif name == "par":
            if self._group.boxed:
                self._put("\n")
            else:
                self._end_paragraph()
        elif not (self._format(name, number) or self._level().row_word(name, number)):
            self._table_word(name)

    def _destination(self, name: str) -> bool:
        """Whether the first word of a group names where its text goes."""
        if self._group.place == "styles":
            return False
        if name in _SILENT or (self._group.starred and name not in _ENTERED):
            self._group.place = "silent"
        elif name == "pict":
            self._group.place = "pict" if self._group.place == "body" else "silent"
            self._hex = []
        elif name in ("nesttableprops", "upr"):
            self._group.place = name
        elif name == "ud":  # what readers that know Unicode print instead of the text before it
            if self._saved[-1].place == "upr":
                self._group.place = self._saved[-2].place
        elif name == "shptxt":
            self._part_box()
            return False
        elif name in _TABLES:
            self._group.place = _TABLES[name]
        elif name in ("listtext", "pntext"):
            if self._group.place == "body":
                self._group.place = "number"
                self._number = []
        elif name == "info":
            self._group.place = "info"
        elif self._group.place == "info":
            self._group.place = name if name in _FACTS else "silent"
            self._fact = []
        else:
            return False
        return True

    def _format(self, name: str, number: int | None) -> bool:
        group = self._group
        if format_word(group, self._looks, name, number):
            return True
        match name:
            case "ansicpg":
                self._code_page = number or 1252
            case "deff":
                self._default_font = number
            case "fcharset":
                if group.place == "fonts" and group.font is not None and number is not None:
                    self._charsets[group.font] = number
            case "pard" if not group.boxed:
                self._in_table, self._outline = False, None
            case "intbl":
                self._in_table = True
            case "outlinelevel":
                self._outline = number
            case _:
                return False
        return True

    def _level(self) -> Level:
        return self._levels[self._group.place == "nesttableprops"]

    def _table_word(self, name: str) -> None:
        if name in ("cell", "nestcell"):
            outer, inner = self._levels
            if name == "nestcell":
                inner.end_cell(self._cell_text(), self._ink.taken(), None)
            else:
                outer.end_cell(self._cell_text(), self._ink.taken(), inner)
                self._end_inner()
        elif name == "row":
            self._end_row(0)
        elif name == "nestrow":
            self._end_row(1)

    # -- ends ----------------------------------------------------------------------------------------------

    def _close(self) -> bool:
        """End a group; True at the end of the document."""
        if not self._saved:
            return True
        if self._group.place in _FACTS and self._fact:
            value = _joined(self._fact).strip()
            if value:
                self.facts.append(Fact(_FACTS[self._group.place], value, "properties"))
            self._fact = []
        if self._group.place == "pict" and self._saved[-1].place != "pict" and self._hex:
            path = f"rtf#picture[{len(self._pictures) + 1}]"
            self._pictures.append(InnerPicture("", path, data=partial(_unpacked, b"".join(self._hex))))
            self._hex = []
        if self._group.place == "styles":
            self._looks.end_style()
        if self._group.boxed and not self._saved[-1].boxed:
            self._put("\n")
        self._group = self._saved.pop()
        return not self._saved

    def _text(self) -> str:
        text, number = _joined(self._line), _joined(self._number).strip()
        self._line, self._number = [], []
        if not number:
            return text
        if self._in_table and not any(character.isalpha() for character in text):
            if text.strip():
                self._doubt(
                    "list_number_left_out", "warning", f"list number {number!r} before {text!r} left out"
                )
            return text
        return number + text if text.strip() else text

    def _end_paragraph(self) -> None:
        level = None if self._outline is None or self._outline > 8 else self._outline + 1
        text = self._text()
        if self._in_table:
            self._cell.append(text)
            self._ink.put(self._group.face, "\n")
            return
        ink = self._ink.taken()
        self._end_table()
        self.blocks.extend(self._pictures[self._placed :])
        self._placed = len(self._pictures)
        if not text.strip():
            return
        # What only a style hides may be printed, and is doubted.
        if is_unseen_line([(self._looks.look(face._replace(hidden=False)), piece) for face, piece in ink]):
            self.issues["hidden_text"] = left_out(text)
            return
        path = f"rtf#paragraph[{len(self.blocks) - self._placed + 1}]"
        doubts = line_doubts([(self._looks.look(face), piece) for face, piece in ink])
        self.blocks.append(Paragraph(text, path=path, level=level, doubts=doubts))

    def _cell_text(self) -> str:
        self._cell.append(self._text())
        text = "\n".join(self._cell)
        self._cell = []
        return text

    def _part_box(self) -> None:
        """The text of a box in a cell is lines of the cell, and no part of the figure it is anchored in."""
        if self._in_table and self._group.place == "body":
            self._group.boxed = True
            self._put("\n")

    def _end_row(self, index: int) -> None:
        if index == 0:
            self._end_inner()
        self._levels[index].end_row(f"rtf#table[{self._tables + 1}]", self._looks)

    def _end_inner(self) -> None:
        self._finish(self._levels[1], self._inner)

    def _end_table(self) -> None:
        if self._levels[0].texts:
            self._end_row(0)
        self._finish(self._levels[0], self.blocks)
        self.blocks.extend(self._inner)
        self._inner = []

    def _finish(self, level: Level, into: list[Block]) -> None:
        if level.rows:
            table, covered = build_table(level.rows)
            if covered:
                self._doubt("covered_text", "warning", "text under merged cells was left out")
            into.append(table)
            self._tables += 1
            level.rows = []

    def _doubt(self, code: str, severity: str, message: str) -> None:
        self.issues.setdefault(code, ReadIssue(code, severity, message))


def _unpacked(digits: bytes) -> bytes:
    try:
        return bytes.fromhex(digits.decode("ascii", "replace"))
    except ValueError as error:
        raise UnreadableError("malformed", "a picture whose digits are damaged") from error


def _joined(parts: list[str]) -> str:
    """Text of its parts; surrogates that came one by one become one character."""
    return "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
