"""How the characters of Word 97-2003 files are printed: what stands on them over what their styles say.

A character has the properties of its paragraph's style, then those of its character style, then its own
([MS-DOC] 2.4.6.6). Colours come as numbers of a palette or as they are; a shade says what is behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extraction.readers.doc_records import Sprms, sprms_of
from extraction.readers.print_look import WHITE, Colour, Look, is_unseen

_DELETED, _HIDDEN, _RAISED, _STYLE = 0x0800, 0x083C, 0x2A48, 0x4A30
_STRUCK = {0x0837, 0x2A53}
_SIZE, _LIFT, _INDEX, _COLOUR = 0x4A43, 0x4845, 0x2A42, 0x6870
_HIGHLIGHT, _SHADE, _SHADE_80 = 0x2A0C, 0xCA71, 0x4866
_P_SHADE, _P_SHADE_80 = 0xC64D, 0x442D
_CELL_SHADES = {0xD612: 0, 0xD616: 22, 0xD60C: 44}
"""Shades of cells, by the first cell they are of."""
_CELL_SHADES_80 = 0xD609
_PALETTE: dict[int, Colour] = {1: (0, 0, 0), 8: WHITE, 6: (255, 0, 0), 2: (0, 0, 255), 7: (255, 255, 0)}
_UNKNOWN: Colour = (-1_000, -1_000, -1_000)
"""A shade that no text is like."""
_AUTO = 0xFF
_PARAGRAPH_STYLE, _CHARACTER_STYLE = 1, 2
_MAX_DEPTH = 32


class Face(NamedTuple):
    """How characters are printed.

    Attributes:
        deleted: whether a tracked change deleted them.
        hidden: whether they are not printed.
        struck: whether they are struck out.
        raised: whether they are set above or below the line.
        size: half points.
        lift: half points above the line.
        colour: None where the printer chooses it.
        shade: behind them; None where there is none.
    """

    deleted: bool = False
    hidden: bool = False
    struck: bool = False
    raised: bool = False
    size: int = 20
    lift: int = 0
    colour: Colour | None = None
    shade: Colour | None = None

    def look(self, *grounds: Colour | None) -> Look:
        """As readers of any format say it; `grounds`: what is behind, the nearest first."""
        behind = [shade for shade in (self.shade, *grounds) if shade is not None]
        unseen = is_unseen(self.size / 2, self.colour, behind[0] if behind else WHITE)
        return Look(self.size / 2, known=True, lift=self.lift / 2, unseen=unseen)


class Faces:
    """The faces of a file's characters.

    Args:
        sheet: its style sheet.
    """

    def __init__(self, sheet: bytes) -> None:
        self._styles = _styles(sheet)
        self._of_style: dict[int, Face] = {}
        self._known: dict[tuple[bytes, int], Face] = {}

    def of(self, properties: bytes, style: int) -> Face:
        """The face of characters with properties of their own in a paragraph of a style."""
        key = properties, style
        if key not in self._known:
            face = base = self._styled(style, Face(), 0)
            sprms = list(sprms_of(properties))
            for code, operand in sprms:
                if code == _STYLE and len(operand) == 2:
                    base = face = self._styled(int.from_bytes(operand, "little"), face, 0)
            for code, operand in sprms:
                face = _changed(face, base, code, operand)
            self._known[key] = face
        return self._known[key]

    def _styled(self, number: int, face: Face, depth: int) -> Face:
        if number not in self._styles or depth > _MAX_DEPTH:
            return face
        above, properties = self._styles[number]
        base = face = self._styled(above, face, depth + 1)
        for code, operand in sprms_of(properties):
            face = _changed(face, base, code, operand)
        return face


def paragraph_shade(sprms: Sprms) -> Colour | None:
    """What is behind a paragraph."""
    found: Colour | None = None
    for code, operand in sprms:
        if code == _P_SHADE:
            found = _shade(operand)
        elif code == _P_SHADE_80 and not any(other == _P_SHADE for other, _ in sprms):
            found = _shade_80(operand)
    return found


def cell_shades(sprms: Sprms) -> dict[int, Colour]:
    """What is behind the cells of a row, by the formatting of its end."""
    found: dict[int, Colour | None] = {}
    for code, operand in sprms:
        if code == _CELL_SHADES_80:
            for number in range(len(operand) // 2):
                found.setdefault(number, _shade_80(operand[2 * number : 2 * number + 2]))
    for code, operand in sprms:
        if code in _CELL_SHADES:
            for number in range(len(operand) // 10):
                found[_CELL_SHADES[code] + number] = _shade(operand[10 * number : 10 * number + 10])
    return {number: shade for number, shade in found.items() if shade is not None}


def _changed(face: Face, base: Face, code: int, operand: bytes) -> Face:
    """A face after one property; `base` is that of the style, which a property may turn round."""
    value = int.from_bytes(operand, "little")
    if code == _DELETED:
        return face._replace(deleted=value == 1)
    if code == _HIDDEN:
        return face._replace(hidden=_toggled(value, of_style=base.hidden))
    if code in _STRUCK:
        return face._replace(struck=_toggled(value, of_style=base.struck))
    if code == _RAISED:
        return face._replace(raised=value in (1, 2))
    if code == _SIZE and len(operand) == 2:
        return face._replace(size=value)
    if code == _LIFT and len(operand) == 2:
        return face._replace(lift=int.from_bytes(operand, "little", signed=True))
    if code == _INDEX:
        return face._replace(colour=_PALETTE.get(value))
    if code == _COLOUR and len(operand) == 4:
        return face._replace(colour=_colour(operand))
    if code == _HIGHLIGHT and value:
        return face._replace(shade=_PALETTE.get(value, _UNKNOWN))
    if code == _SHADE:
        return face._replace(shade=_shade(operand))
    if code == _SHADE_80:
        return face._replace(shade=_shade_80(operand))
    return face


def _toggled(value: int, *, of_style: bool) -> bool:
    if value in (0x80, 0x81):
        return of_style is (value == 0x80)
    return value == 1


def _colour(operand: Sequence[int]) -> Colour | None:
    return None if operand[3] == _AUTO else (operand[0], operand[1], operand[2])


def _shade(operand: bytes) -> Colour | None:
    if len(operand) < 10:
        return None
    pattern = int.from_bytes(operand[8:10], "little")
    if pattern == 0xFFFF:
        return None
    return _UNKNOWN if pattern else _colour(operand[4:8])


def _shade_80(operand: bytes) -> Colour | None:
    value = int.from_bytes(operand, "little")
    if value == 0xFFFF:
        return None
    if value >> 10:
        return _UNKNOWN
    number = value >> 5 & 0x1F
    return _PALETTE.get(number, _UNKNOWN) if number else None


def _styles(sheet: bytes) -> dict[int, tuple[int, bytes]]:
    """The style that each style is based on, and what it says of characters."""
    if len(sheet) < 6:
        return {}
    base = int.from_bytes(sheet[4:6], "little")
    at = 2 + int.from_bytes(sheet[:2], "little")
    out: dict[int, tuple[int, bytes]] = {}
    number = 0
    while at + 2 <= len(sheet):
        size = int.from_bytes(sheet[at : at + 2], "little")
        style = sheet[at + 2 : at + 2 + size]
        if len(style) > base >= 10:
            kind, above = style[2] & 0x0F, int.from_bytes(style[2:4], "little") >> 4
            parts = _parts(style, base)
            part = {_PARAGRAPH_STYLE: 1, _CHARACTER_STYLE: 0}.get(kind)
            if part is not None and part < len(parts):
                out[number] = above, parts[part]
        at += 2 + size
        number += 1
    return out


def _parts(style: bytes, base: int) -> list[bytes]:
    """The lists of properties of a style, behind its name."""
    at = base + 2 + 2 * int.from_bytes(style[base : base + 2], "little") + 2
    out: list[bytes] = []
    while at + 2 <= len(style) and len(out) < 4:
        at += at % 2
        size = int.from_bytes(style[at : at + 2], "little")
        out.append(style[at + 2 : at + 2 + size])
        at += 2 + size
    return out
