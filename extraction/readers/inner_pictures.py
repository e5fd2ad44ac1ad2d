"""Pictures inside documents: tables that a clerk pasted as pictures into a page or a Word file.

A reader puts an `InnerPicture` where the picture stands among its blocks, and gives the document to `finish`,
which takes these marks out again and keeps `Document.pictured`: the same document with its pictures
recognised at their places. That costs seconds a picture, so it is only called where a statutory table is
missing (`extraction.extractor`). Pictures that follow each other are read as pages of one scan, so that a
table which goes on from one to the next is one table.

Icons, logos and stamps are told by their size, before they are unpacked; which pictures were not read, and
why, is said.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from extraction import ocr
from extraction.document import Block, Document, Paragraph, ReadIssue, Table, UnreadableError
from extraction.sniff import sniff

LEAST_WIDTH, LEAST_HEIGHT = 240, 60
"""Pixels below which a picture holds no legible table: the tables have seven columns of figures."""
MAX_PICTURES = 20
MAX_PIXELS = 128_000_000
"""Of all pictures of a document together."""
MAX_BYTES = 32 * 1024 * 1024
OWN_TEXT = 300
"""Characters from which a document has a text of its own; pictures without tables are then decoration."""
_NAMED = 5
_URI = re.compile(r"\s*data:image/[a-z.+-]+\s*(?:;[^,;]*)*,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class InnerPicture(Paragraph):
    """The mark of a picture among blocks; its `path` names it.

    Attributes:
        data: gives its bytes.
    """

    data: Callable[[], bytes] = bytes

    def head(self) -> bytes:
        """Its bytes to tell its size by; none where it is damaged."""
        try:
            return self.data()
        except UnreadableError:
            return b""


@dataclass(frozen=True, slots=True)
class _Found:
    """A picture that is worth reading: the blocks before it, its name, its bytes."""

    at: int
    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Pictures:
    """What `Document.pictured` holds: the pictures of a document at their places, read when it is called."""

    marks: tuple[tuple[int, InnerPicture], ...]

    def __call__(self, plain: Document) -> Document:
        """The document with its pictures recognised."""
        return _pictured(self.marks, plain)

    def data(self, path: str) -> bytes | None:
        """The bytes of the picture that a place names.

        Raises:
            UnreadableError: they are damaged.
        """
        return next((mark.data() for _, mark in self.marks if mark.path == path), None)


def finish(document: Document) -> Document:
    """The document without the marks of its pictures, and with `pictured` where it has any."""
    blocks: list[Block] = []
    marks: list[tuple[int, InnerPicture]] = []
    for block in document.blocks:
        if isinstance(block, InnerPicture):
            marks.append((len(blocks), block))
        else:
            blocks.append(block)
    if not marks:
        return document
    plain = replace(document, blocks=tuple(blocks))
    return replace(plain, pictured=Pictures(tuple(marks)))


def from_uri(uri: str) -> Callable[[], bytes] | None:
    """The bytes of a picture that a ``data:`` address holds; None for another address."""
    head = _URI.match(uri[:200])
    if head is None:
        return None

    def unpack() -> bytes:
        body = uri[head.end() :]
        if "base64" not in head[0].lower():
            return urllib.parse.unquote_to_bytes(body)
        try:
            return base64.b64decode("".join(urllib.parse.unquote(body).split()) + "==")
        except (binascii.Error, ValueError) as error:
            raise UnreadableError("malformed", "a picture whose base64 is damaged") from error

    return unpack


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture as its header says, without unpacking; None where that is not told."""
    try:
        if data.startswith(b"\x89PNG"):
            return struct.unpack(">II", data[16:24])
        if data.startswith(b"GIF8"):
            return struct.unpack("<HH", data[6:10])
        if data.startswith(b"BM"):
            width, height = struct.unpack("<ii", data[18:26])
            return width, abs(height)
        if data.startswith(b"\xff\xd8"):
            return _size_of_jpeg(data)
    except struct.error:
        return None
    return None


def _size_of_jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 1 if kind == 0xFF else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def is_small(data: bytes) -> bool:
    """Whether a picture is an icon, a logo or a line: too small for a table."""
    size = size_of(data)
    return size is not None and not (max(size) >= LEAST_WIDTH and min(size) >= LEAST_HEIGHT)


def _pictured(marks: Sequence[tuple[int, InnerPicture]], plain: Document) -> Document:
    issues: list[ReadIssue] = []
    found = list(_worth_reading(marks, issues))
    if found and not ocr.available():
        severity = "warning" if plain.blocks else "error"
        message = (
            f"a table is missing and may be in one of {len(found)} pictures: {_names(found)}; {ocr.HINT}"
        )
        issues.append(ReadIssue("needs_ocr", severity, message))
        found = []
    bare = sum(len(block.text) for block in plain.blocks if isinstance(block, Paragraph)) < OWN_TEXT
    blocks = list(plain.blocks)
    read: list[str] = []
    decoration: list[str] = []
    parts: list[tuple[int, list[Block]]] = []
    for at, group in groupby(found, key=lambda one: one.at):
        pictures = list(group)
        names = [one.path for one in pictures]
        try:
            inner = _read([one.data for one in pictures], names)
        except UnreadableError as error:
            issues.append(ReadIssue("picture_unread", "note", f"{', '.join(names)}: {error}"))
            continue
        issues += [issue for issue in inner.issues if issue.code != "recognised_text"]
        if bare or any(isinstance(block, Table) for block in inner.blocks):
            parts.append((at, list(inner.blocks)))
            read += names
        else:
            decoration += names
    for at, inside in reversed(parts):
        blocks[at:at] = inside
    if read:
        issues.append(
            ReadIssue("recognised_text", "note", f"pictures read by text recognition: {', '.join(read)}")
        )
    if decoration:
        message = f"pictures without tables, whose text was left out: {', '.join(decoration[:_NAMED])}"
        issues.append(ReadIssue("picture_unread", "note", message))
    return replace(plain, blocks=tuple(blocks), issues=(*plain.issues, *issues), pictured=None)


def _worth_reading(marks: Sequence[tuple[int, InnerPicture]], issues: list[ReadIssue]) -> Iterator[_Found]:
    """The pictures that may hold a table, within limits; the others are named in an issue."""
    from extraction.readers.picture import MEDIA_TYPES

    small: list[str] = []
    foreign: list[str] = []
    beyond: list[str] = []
    damaged: list[str] = []
    seen: set[bytes] = set()
    count = pixels = 0
    for at, mark in marks:
        name = mark.path or ""
        try:
            data = mark.data()
        except UnreadableError as error:
            damaged.append(f"{name} ({error})")
            continue
        if data in seen:
            continue  # a rule or a logo that stands on every page
        seen.add(data)
        size = size_of(data)
        if is_small(data):
            small.append(name)
        elif sniff(data) not in MEDIA_TYPES:
            foreign.append(name)
        elif len(data) > MAX_BYTES or count >= MAX_PICTURES or pixels + _area(size) > MAX_PIXELS:
            beyond.append(name)
        else:
            count += 1
            pixels += _area(size)
            yield _Found(at, name, data)
    for names, severity, why in (
        (small, "note", "too small for a table"),
        (foreign, "warning", "of a kind that is not read"),
        (beyond, "error", f"beyond the limits ({MAX_PICTURES} pictures, {MAX_PIXELS} pixels)"),
        (damaged, "error", "damaged"),
    ):
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            message = f"pictures not read, {why}: {', '.join(names[:_NAMED])}{more}"
            issues.append(ReadIssue("picture_unread", severity, message))


def _area(size: tuple[int, int] | None) -> int:
    return 0 if size is None else size[0] * size[1]


def _names(found: Sequence[_Found]) -> str:
    names = ", ".join(one.path for one in found[:_NAMED])
    return f"{names} and {len(found) - _NAMED} more" if len(found) > _NAMED else names


def _read(pictures: Sequence[bytes], names: Sequence[str]) -> Document:
    """Pictures that follow each other, as pages; a place in them is a picture's name and a box on it."""
    from extraction.readers.picture import read_all

    document, of = read_all(pictures)

    def place(page: int | None) -> str | None:
        return None if page is None else names[of[page - 1]]

    blocks: list[Block] = []
    for block in document.blocks:
        if isinstance(block, Table):
            cells = (replace(cell, path=place(cell.page), page=None) for cell in block.cells)
            blocks.append(Table(tuple(cells), exact=block.exact))
        else:
            blocks.append(replace(block, path=place(block.page), page=None))
    return replace(document, blocks=tuple(blocks))
