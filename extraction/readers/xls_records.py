"""Records of a BIFF8 workbook that xlrd passes over: conditional formats, formulas nobody has computed."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import xlrd
from xlrd.compdoc import CompDoc, CompDocError

from extraction.readers.print_look import Colour
from extraction.readers.sheet_conditions import Area, Conditions, Rule, Test, compared, never, unknown

_BOUNDSHEET, _FORMULA, _CONDFMT, _CF, _EOF = 0x85, 0x06, 0x1B0, 0x1B1, 0x0A
_CALC_ON_LOAD = 0x02
_OPERATORS = ("", "between", "notBetween", "=", "<>", ">", "<", ">=", "<=")
_COMPARING = {0x09: "<", 0x0A: "<=", 0x0B: "=", 0x0C: ">=", 0x0D: ">", 0x0E: "<>"}
_OWN_CELL = frozenset(bytes((kind, 0, 0, 0, 0xC0)) for kind in (0x2C, 0x4C, 0x6C))
"""A reference to the very cell, as a formula of a conditional format has it."""
_ZERO, _NO_TEXT = bytes(8), b"\x03\0\0\0\0\0\xff\xff"
"""Results of formulas; programs that compute nothing write one of them for all."""
_MINUS = b"\x13"
_CALLS = frozenset({b"\x21", b"\x41", b"\x61"})
_NEVER = frozenset(struct.pack("<H", number) for number in (2, 3, 126, 127, 129))
"""ISNA, ISERROR, ISERR, ISTEXT, ISBLANK: what no number is."""
_NUMBER, _FONT, _ALIGNMENT, _BORDER, _PATTERN = (1 << bit for bit in range(25, 30))
_STRIKE = 0x80
_MAX_RULES, _MAX_RECORDS = 500, 2_000_000


class Sheet(NamedTuple):
    """What its records say of a sheet beside its cells.

    Attributes:
        conditions: its conditional formats.
        uncomputed: the cells whose formulas store nothing, where no formula of the sheet stores a result.
    """

    conditions: Conditions
    uncomputed: frozenset[tuple[int, int]]


NOTHING = Sheet(Conditions(()), frozenset())


def sheets(data: bytes, book: xlrd.book.Book) -> list[Sheet]:
    """The sheets of a workbook in order; none where its streams cannot be followed.

    Args:
        data: the file.
        book: the same as xlrd has read it.
    """
    try:
        file = CompDoc(data, logfile=io.StringIO())
        memory, base, size = file.locate_named_stream("Workbook")
        if memory is None:
            return []
        stream = bytes(memory[base : base + size])
        places = [
            struct.unpack_from("<I", body)[0]
            for code, body in _records(stream, 0)
            if code == _BOUNDSHEET and len(body) >= 4
        ]
        return [_sheet(stream, place, book.colour_map, book.format_map) for place in places]
    except (CompDocError, struct.error, IndexError, ValueError, AssertionError):
        return []


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    for _ in range(_MAX_RECORDS):
        if at + 4 > len(stream):
            return
        code, length = struct.unpack_from("<HH", stream, at)
        yield code, stream[at + 4 : at + 4 + length]
        if code == _EOF:
            return
        at += 4 + length


def _sheet(
    stream: bytes,
    place: int,
    colours: Mapping[int, Colour | None],
    formats: Mapping[int, xlrd.formatting.Format],
) -> Sheet:
    rules: list[Rule] = []
    areas: tuple[Area, ...] = ()
    waiting: set[tuple[int, int]] = set()
    computed = False
    for code, body in _records(stream, place):
        if code == _CONDFMT:
            areas = tuple(_areas(body))
        elif code == _CF and len(rules) < _MAX_RULES:
            rules.append(_rule(body, areas, colours, formats))
        elif code == _FORMULA and len(body) >= 16:
            row, column = struct.unpack_from("<HH", body)
            result, on_load = body[6:14], body[14] & _CALC_ON_LOAD
            computed = computed or result not in (_ZERO, _NO_TEXT)
            if result == _NO_TEXT or on_load:
                waiting.add((row, column))
    return Sheet(Conditions(rules), frozenset() if computed else frozenset(waiting))


def _areas(body: bytes) -> Iterator[Area]:
    (count,) = struct.unpack_from("<H", body, 12)
    for number in range(min(count, (len(body) - 14) // 8)):
        top, end, left, right = struct.unpack_from("<HHHH", body, 14 + 8 * number)
        yield top, end, left, right


def _rule(
    body: bytes,
    areas: tuple[Area, ...],
    colours: Mapping[int, Colour | None],
    formats: Mapping[int, xlrd.formatting.Format],
) -> Rule:
    kind, operator, first, second, flags, more = struct.unpack_from("<BBHHIH", body)
    rule = Rule(areas, _test(kind, operator, body, first, second))
    at = 12
    if flags & _NUMBER:
        if more & 1:
            length, characters, wide = struct.unpack_from("<HHB", body, at)
            text = body[at + 5 : at + 5 + characters * (2 if wide & 1 else 1)]
            rule = rule._replace(code=text.decode("utf-16-le" if wide & 1 else "latin-1", "replace"))
            at += length
        else:
            found = formats.get(body[at + 1])
            rule = rule._replace(code=None if found is None else found.format_str)
            at += 2
    if flags & _FONT:
        (style,) = struct.unpack_from("<I", body, at + 68)
        colour, _, unset = struct.unpack_from("<iII", body, at + 80)
        rule = rule._replace(
            hides=bool(style & _STRIKE and not unset & _STRIKE),
            colour=colours.get(colour) if colour >= 0 else None,
        )
        at += 118
    at += 8 * (bool(flags & _ALIGNMENT) + bool(flags & _BORDER))
    if flags & _PATTERN:
        (pattern,) = struct.unpack_from("<I", body, at)
        rule = rule._replace(filled=True, ground=colours.get(pattern >> 23 & 0x7F))
    return rule


def _test(kind: int, operator: int, body: bytes, first: int, second: int) -> Test:
    end = len(body)
    one, other = body[end - first - second : end - second], body[end - second :] if second else b""
    if kind == 1 and operator < len(_OPERATORS):
        operands = [found for part in (one, other) if (found := _constant(part))]
        return compared(_OPERATORS[operator], operands)
    if kind == 2 and one[:5] in _OWN_CELL:
        if one[-1] in _COMPARING:
            return compared(_COMPARING[one[-1]], [_constant(one[5:-1])])
        if one[5:6] in _CALLS and one[6:] in _NEVER:
            return never
    return unknown


def _constant(formula: bytes) -> str:
    """The number that a formula is; "" of one that is more than a number."""
    if formula[-1:] == _MINUS:
        return f"-{found}" if (found := _constant(formula[:-1])) else ""
    if len(formula) == 3 and formula[0] == 0x1E:
        return str(struct.unpack_from("<H", formula, 1)[0])
    if len(formula) == 9 and formula[0] == 0x1F:
        return repr(struct.unpack_from("<d", formula, 1)[0])
    return ""
