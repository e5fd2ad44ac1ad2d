r"""RTF as a stream of tokens, and the encodings of its text.

Text comes as bytes in the code page of the current font, as ``\'xx``, or as ``\uN`` with a fallback to skip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

CHARSETS = {
    2: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250",
}  # fmt: skip
"""Font character sets that say the encoding; 0 and 1 leave it to the document."""

CODE_PAGES = {
    936: "gb18030",
    950: "big5hkscs",
    932: "cp932",
    949: "cp949",
    65001: "utf-8",
    10000: "mac_roman",
}

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})? ?"
    rb"|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n\0]+"
    rb"|(?P<text>[^\\{}\r\n\0]+)"
)


class Token(NamedTuple):
    """A control word with its number, a control symbol, a brace, or text.

    Attributes:
        kind: ``word``, ``symbol``, ``open``, ``close``, ``byte`` (text still encoded).
        name: of a control word or symbol.
        number: of a control word; None where it has none.
        data: encoded text.
    """

    kind: str
    name: str = ""
    number: int | None = None
    data: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    r"""Cut RTF into tokens. Binary data (``\binN``) is skipped."""
    at = 0
    while at < len(data):
        match = _TOKEN.match(data, at)
        if match is None:  # a backslash at the very end
            return
        at = match.end()
        if match["word"]:
            number = None if match["number"] is None else int(match["number"])
            name = match["word"].decode("ascii")
            if name == "bin":
                at += max(number or 0, 0)
            else:
                yield Token("word", name, number)
        elif match["hex"]:
            yield Token("byte", data=bytes.fromhex(match["hex"].decode("ascii")))
        elif match["symbol"]:
            yield Token("symbol", match["symbol"].decode("latin-1"))
        elif match["brace"]:
            yield Token("open" if match["brace"] == b"{" else "close")
        elif match["text"]:
            yield Token("byte", data=match["text"])


def decode(data: bytes, charset: int | None, code_page: int) -> str:
    """Text of bytes under a font's character set; what the encoding does not know becomes U+FFFD.

    Fonts of the ANSI character set carry text of the document's code page, and typographic signs of cp1252.
    """
    known = CHARSETS.get(charset) if charset is not None else None
    if known is not None:
        return data.decode(known, errors="replace")
    named = CODE_PAGES.get(code_page) or (f"cp{code_page}" if 1250 <= code_page <= 1258 else "cp1252")
    try:
        return data.decode(named)
    except UnicodeDecodeError:
        return data.decode("cp1252" if len(data) == 1 else named, errors="replace")
