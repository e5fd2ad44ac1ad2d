r"""The formatting of RTF text: what braces save and restore, the words that change it, colours and styles.

Of styles only the looks are taken: a writer has to repeat with the text what its style says, so what stands
in a style alone may be printed or not, and is no more than a doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from extraction.readers.print_look import WHITE, Colour, Look, is_unseen

_UNKNOWN = -1
_SOLID = frozenset({"chcbpat", "cb", "highlight"})
_FACES = _SOLID | {"fs", "charscalex", "cf", "cbpat", "chshdng", "shading"}
_LOOKS = _SOLID | {"fs", "charscalex", "cf", "chshdng", "super", "sub", "up", "dn", "v"}
_MOST_COLOURS = 1_000


class Face(NamedTuple):
    """How text is printed, colours by their numbers in the file; a ground of 0 is none, below 0 unknown.

    Attributes:
        size: half points.
        colour: of the text.
        ground: behind the characters.
        behind: behind the paragraph.
        lift: points above the line that only a style asks for.
        hidden: whether only a style hides it.
        wide: percent of its width.
        signs: whether its font prints signs instead.
    """

    size: int = 24
    colour: int = 0
    ground: int = 0
    behind: int = 0
    lift: float = 0.0
    hidden: bool = False
    wide: int = 100
    signs: bool = False


_DEFAULT = Face()


@dataclass
class Group:
    """What braces save and restore."""

    place: str = "body"  # body, silent, fonts, colours, styles, number, or the name of a fact
    font: int | None = None
    skip: int = 1
    unseen: bool = False
    raised: bool = False
    struck: bool = False
    fresh: bool = True
    starred: bool = False
    boxed: bool = False  # in a text box of a cell
    face: Face = _DEFAULT


@dataclass
class Looks:
    """The tables of colours and styles of a file, and the looks of its text by them."""

    _colours: list[Colour | None] = field(default_factory=list)
    _mixed: dict[str, int] = field(default_factory=dict)
    _styles: dict[tuple[str, int], list[tuple[str, int | None]]] = field(default_factory=dict)
    _style: list[tuple[str, int | None]] = field(default_factory=list)

    def colour_word(self, name: str, number: int | None) -> None:
        """A word in the table of colours."""
        if name in {"red", "green", "blue"}:
            self._mixed[name] = min(max(number or 0, 0), 255)

    def colour_text(self, text: str) -> None:
        """Text in the table of colours: each semicolon ends one."""
        for _ in range(min(text.count(";"), _MOST_COLOURS)):
            red, green, blue = (self._mixed.get(name, 0) for name in ("red", "green", "blue"))
            self._colours.append((red, green, blue) if self._mixed else None)
            self._mixed = {}

    def style_word(self, name: str, number: int | None) -> None:
        """A word in the table of styles: its number begins a style."""
        if name in {"s", "cs"}:
            self._style = self._styles.setdefault((name, number or 0), [])
        elif name in _LOOKS:
            self._style.append((name, number))

    def end_style(self) -> None:
        """The end of a style: what follows without a number is of none."""
        self._style = []

    def style(self, face: Face, name: str, number: int | None) -> Face:
        """A face under a style."""
        for word, value in self._styles.get((name, number or 0), ()):
            face = face_word(face, word, value)
            if word in {"super", "sub", "up", "dn"}:
                face = face._replace(lift=1.0 if value != 0 else 0.0)
            elif word == "v":
                face = face._replace(hidden=value != 0)
        return face

    def look(self, face: Face, *grounds: int) -> Look:
        """How text of a face is printed on grounds, the nearest first."""
        colour = self._colour(face.colour)
        ground: Colour | None = WHITE
        for number in (face.ground, face.behind, *grounds):
            if number:
                ground = None if number < 0 else self._colour(number) or WHITE
                break
        size = face.size / 2
        unseen = face.hidden or is_unseen(size, colour, ground, face.wide)
        return Look(size, known=True, lift=face.lift, unseen=unseen, signs=face.signs)

    def _colour(self, number: int) -> Colour | None:
        return self._colours[number] if 0 <= number < len(self._colours) else None


def face_word(face: Face, name: str, number: int | None) -> Face:
    """The face after a word."""
    if name == "fs":
        return face._replace(size=24 if number is None else max(number, 0))
    if name == "charscalex":
        return face._replace(wide=100 if number is None else number)
    if name == "cf":
        return face._replace(colour=number or 0)
    if name in _SOLID:
        return face._replace(ground=number or 0)
    if name == "cbpat":
        return face._replace(behind=number or 0)
    if name == "chshdng":
        return face._replace(ground=_UNKNOWN) if number else face
    if name == "shading":
        return face._replace(behind=_UNKNOWN) if number else face
    return face


def format_word(group: Group, looks: Looks, name: str, number: int | None) -> bool:
    """Whether a word changes how text is printed; it changes the group."""
    match name:
        case "f":
            group.font = number
        case "uc":
            group.skip = max(number if number is not None else 1, 0)
        case "deleted" | "v":
            group.unseen = number != 0
            group.face = group.face._replace(hidden=False)
        case "super" | "sub" | "nosupersub" | "up" | "dn":
            group.raised = name != "nosupersub" and number != 0
            group.face = group.face._replace(lift=0.0)
        case "strike" | "striked" | "strikedl":
            group.struck = number != 0
        case "plain":
            group.unseen = group.raised = group.struck = False
            group.font = None
            group.face = Face(behind=group.face.behind)
        case "pard":
            group.face = group.face._replace(behind=0)
            return False
        case "s" | "cs":
            group.face = looks.style(group.face, name, number)
        case _ if name in _FACES:
            group.face = face_word(group.face, name, number)
        case _:
            return False
    return True


class Ink:
    """Text on the line, piece by piece with its face; what nobody asks the look of costs little."""

    def __init__(self) -> None:
        self._pieces: list[tuple[Face, list[str]]] = []

    def put(self, face: Face, text: str) -> None:
        """One more text; what looks like the text before it joins it."""
        if self._pieces and self._pieces[-1][0] == face:
            self._pieces[-1][1].append(text)
        else:
            self._pieces.append((face, [text]))

    def taken(self) -> list[tuple[Face, str]]:
        """All of it, which is gone then."""
        pieces, self._pieces = self._pieces, []
        return [(face, "".join(texts)) for face, texts in pieces]
