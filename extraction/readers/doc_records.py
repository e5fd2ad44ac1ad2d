"""The binary structure of Word 97-2003 files ([MS-DOC]): pieces of text, and formatting.

Text lies in pieces, formatting in 512-byte pages of the ``WordDocument`` stream, found by file position.
Only what decides which characters are printed, and which cell they belong to, is read.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from extraction.document import UnreadableError

MAX_CHARACTERS = 5_000_000

_PAGE = 512
_OPERAND_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}

P_IN_TABLE, P_ROW_END, P_DEPTH = 0x2416, 0x2417, 0x6649
P_INNER_CELL, P_INNER_ROW_END = 0x244B, 0x244C
P_OUTLINE, P_HUGE, P_HUGE_OLD = 0x2640, 0x6646, 0x6645
P_LIST, P_LIST_LEVEL = 0x460B, 0x260A
T_DEFINITION, T_MERGE, T_VERTICAL_MERGE = 0xD608, 0x5624, 0xD62B

Sprms = list[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class CellDefinition:
    """One cell of a row: its right edge and how it is merged (as in `RowCell`)."""

    right: int
    over: str | None
    beside: str | None


@dataclass
class RowDefinition:
    """A row: its left edge and its cells."""

    left: int = 0
    cells: list[CellDefinition] = field(default_factory=list)


class WordFile:
    """The streams of one Word file, decoded as far as needed.

    Args:
        main: the ``WordDocument`` stream.
        table: the table stream that the header names.
        data: the ``Data`` stream, or nothing.

    Raises:
        UnreadableError: the structure does not hold together.
    """

    def __init__(self, main: bytes, table: bytes, data: bytes) -> None:
        self._main, self._table, self._data = main, table, data
        self.text, self._positions = self._pieces()
        self._paragraphs = _Runs(self._formatting(0x102, self._paragraph_page))
        self._characters = _Runs(self._formatting(0xFA, self._character_page))
        start, size = self._location(0xA2)
        self.style_sheet = table[start : start + size]
        self.heading_styles = self._styles()

    def paragraph(self, index: int) -> tuple[int, Sprms]:
        """Style number and formatting of the paragraph that the character belongs to."""
        found = self._paragraphs.at(self._positions[index])
        if len(found) < 2:
            return 0, []
        sprms = list(sprms_of(found[2:]))
        for code, operand in sprms:
            if code in (P_HUGE, P_HUGE_OLD) and len(operand) == 4:
                at = int.from_bytes(operand, "little")
                size = int.from_bytes(self._data[at : at + 2], "little")
                sprms = list(sprms_of(self._data[at + 2 : at + 2 + size]))
                break
        return int.from_bytes(found[:2], "little"), sprms

    def characters(self, index: int) -> bytes:
        """The properties that a character has of its own."""
        return self._characters.at(self._positions[index])

    def _location(self, offset: int) -> tuple[int, int]:
        start, size = struct.unpack_from("<II", self._main, offset)
        if start + size > len(self._table):
            raise UnreadableError("truncated", "the Word file's tables reach beyond its end")
        return start, size

    def _pieces(self) -> tuple[str, list[int]]:
        """The main text, and the file position of each character."""
        (count,) = struct.unpack_from("<i", self._main, 0x4C)
        if not 0 <= count <= MAX_CHARACTERS:
            raise UnreadableError("too_large", f"the Word file claims {count} characters")
        start, size = self._location(0x1A2)
        clx = self._table[start : start + size]
        at = 0
        while at < len(clx) and clx[at] == 1:
            at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
        if at + 5 > len(clx) or clx[at] != 2:
            raise UnreadableError("malformed", "the Word file has no piece table")
        size = int.from_bytes(clx[at + 1 : at + 5], "little")
        plc = clx[at + 5 : at + 5 + size]
        pieces = (len(plc) - 4) // 12
        if pieces < 0 or len(plc) < size:
            raise UnreadableError("truncated", "the Word file's piece table is cut short")
        limits = struct.unpack_from(f"<{pieces + 1}I", plc)
        parts: list[str] = []
        positions: list[int] = []
        for piece in range(pieces):
            length = min(limits[piece + 1], count) - limits[piece]
            if length <= 0:
                continue
            (position,) = struct.unpack_from("<I", plc, 4 * (pieces + 1) + 8 * piece + 2)
            width = 1 if position & 0x40000000 else 2
            position &= 0x3FFFFFFF
            if width == 1:
                position //= 2
            body = self._main[position : position + width * length]
            if len(body) < width * length:
                raise UnreadableError("truncated", "the Word file's text reaches beyond its end")
            if width == 1:
                parts.append(body.decode("cp1252", "replace"))
            else:
                # One character for each code unit keeps text and positions in step.
                parts.append("".join(map(chr, struct.unpack(f"<{length}H", body))))
            positions.extend(range(position, position + width * length, width))
        return "".join(parts), positions

    def _formatting(self, offset: int, page_runs: object) -> list[tuple[int, int, bytes]]:
        start, size = self._location(offset)
        count = (size - 4) // 8
        runs: list[tuple[int, int, bytes]] = []
        if count <= 0:
            return runs
        numbers = struct.unpack_from(f"<{count}I", self._table, start + 4 * (count + 1))
        for number in numbers:
            at = (number & 0x3FFFFF) * _PAGE
            page = self._main[at : at + _PAGE]
            if len(page) == _PAGE:
                runs.extend(page_runs(page))  # type: ignore[operator]
        return runs

    @staticmethod
    def _paragraph_page(page: bytes) -> Iterator[tuple[int, int, bytes]]:
        count = page[511]
        if 4 * (count + 1) + 13 * count > 511:
            return
        limits = struct.unpack_from(f"<{count + 1}I", page)
        for index in range(count):
            at = 2 * page[4 * (count + 1) + 13 * index]
            if not at:
                yield limits[index], limits[index + 1], b"\0\0"
                continue
            size = page[at]  # counts words; where it is 0, the next byte does
            begin, length = (at + 1, 2 * size - 1) if size else (at + 2, 2 * page[min(at + 1, 511)])
            yield limits[index], limits[index + 1], page[begin : begin + length]

    @staticmethod
    def _character_page(page: bytes) -> Iterator[tuple[int, int, bytes]]:
        count = page[511]
        if 5 * count + 4 > 511:
            return
        limits = struct.unpack_from(f"<{count + 1}I", page)
        for index in range(count):
            at = 2 * page[4 * (count + 1) + index]
            yield limits[index], limits[index + 1], page[at + 1 : at + 1 + page[at]] if at else b""

    def _styles(self) -> dict[int, int]:
        """Heading level by style number; 0 is the title."""
        sheet = self.style_sheet
        if len(sheet) < 4:
            return {}
        at = 2 + int.from_bytes(sheet[:2], "little")
        levels: dict[int, int] = {}
        number = 0
        while at + 2 <= len(sheet):
            length = int.from_bytes(sheet[at : at + 2], "little")
            if length >= 2:
                known = int.from_bytes(sheet[at + 2 : at + 4], "little") & 0x0FFF
                if 1 <= known <= 9:
                    levels[number] = known
                elif known == 62:
                    levels[number] = 0
            at += 2 + length
            number += 1
        return levels


class _Runs:
    """Formatting by file position."""

    def __init__(self, runs: list[tuple[int, int, bytes]]) -> None:
        self._runs = sorted(run for run in runs if run[0] < run[1])
        self._starts = [start for start, _, _ in self._runs]

    def at(self, position: int) -> bytes:
        found = bisect_right(self._starts, position) - 1
        if found < 0 or position >= self._runs[found][1]:
            return b""
        return self._runs[found][2]


def sprms_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The single properties of a formatting run."""
    at = 0
    while at + 2 <= len(data):
        code = int.from_bytes(data[at : at + 2], "little")
        at += 2
        size = _OPERAND_SIZES.get(code >> 13)
        if size is None:  # the operand starts with its length
            if code == T_DEFINITION:
                size = int.from_bytes(data[at : at + 2], "little") - 1
                at += 2
            else:
                size = data[at] if at < len(data) else 0
                at += 1
        if size < 0 or at + size > len(data):
            return
        yield code, data[at : at + size]
        at += size


def row_definition(sprms: Sprms) -> RowDefinition:
    """The cells of a row, from the formatting of its end mark."""
    row = RowDefinition()
    for code, operand in sprms:
        if code == T_DEFINITION and operand:
            row = _definition(operand)
        elif code == T_VERTICAL_MERGE and len(operand) >= 2 and operand[0] < len(row.cells):
            old = row.cells[operand[0]]
            over = {1: "continue", 3: "restart"}.get(operand[1])
            row.cells[operand[0]] = CellDefinition(old.right, over, old.beside)
        elif code == T_MERGE and len(operand) >= 2:
            for index in range(operand[0], min(operand[1], len(row.cells))):
                old = row.cells[index]
                beside = "restart" if index == operand[0] else "continue"
                row.cells[index] = CellDefinition(old.right, old.over, beside)
    return row


def _definition(operand: bytes) -> RowDefinition:
    count = operand[0]
    if len(operand) < 1 + 2 * (count + 1):
        return RowDefinition()
    edges = struct.unpack_from(f"<{count + 1}h", operand, 1)
    cells = []
    for index in range(count):
        at = 1 + 2 * (count + 1) + 20 * index
        flags = int.from_bytes(operand[at : at + 2], "little")
        beside = "restart" if flags & 0x01 else "continue" if flags & 0x02 else None
        over = "restart" if flags & 0x40 else "continue" if flags & 0x20 else None
        cells.append(CellDefinition(edges[index + 1], over, beside))
    return RowDefinition(edges[0], cells)
