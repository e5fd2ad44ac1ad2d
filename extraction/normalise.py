"""Text as printed -> text as compared.

Only comparisons use these forms. What the record quotes (`raw`, headings, section text) stays as read,
because an evidence chain that quotes a tidied text no longer quotes the agency.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

# NFKC maps the Kangxi block (U+2F00..) but almost none of the radicals supplement, which PDF fonts emit too.
_RADICALS = str.maketrans(
    {
        "⺠": "民", "⻚": "页", "⻋": "车", "⻓": "长", "⻔": "门", "⻛": "风", "⻢": "马", "⻥": "鱼",
        "⻦": "鸟", "⻩": "黄", "⻬": "齐", "⻮": "齿", "⻰": "龙", "⻄": "西", "⻅": "见", "⻆": "角",
        "⻉": "贝", "⻁": "虎", "⻘": "青", "⻙": "韦", "⻜": "飞", "⻝": "食", "⻣": "骨", "⻤": "鬼",
        "⻨": "麦", "⻳": "龟", "⺟": "母", "⼾": "户", "戶": "户", "⾔": "言", "⻐": "钅",
        "⻑": "长", "⺎": "兀", "⺒": "巳", "⺓": "幺", "⺙": "攵", "⺪": "疋", "⺫": "罒", "⻌": "辶",
        "⻪": "黾", "⻫": "齐", "⻭": "齿", "⻯": "龙", "⻲": "龟", "⻧": "卤", "⻊": "足",
    }
)  # fmt: skip
_INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e")
)


def _pairs() -> dict[int, str]:
    """`traditional.txt`."""
    lines = (Path(__file__).resolve().parent / "traditional.txt").read_text(encoding="utf-8").splitlines()
    return {ord(pair[0]): pair[1] for line in lines if not line.startswith("#") for pair in line.split()}


_TRADITIONAL = _pairs()
_TO_SIMPLIFY = re.compile(f"[{''.join(map(chr, _TRADITIONAL))}]")
_MENDED = {**_TRADITIONAL, **_RADICALS, **_INVISIBLE}
_TO_MEND = re.compile(f"[{''.join(map(chr, _MENDED))}]")
_RESIDUE = re.compile(r"\[bookmark:[^\]]*\]")
_PUNCTUATION = re.compile(r"[\"'“”‘’「」『』《》〈〉\[\]【】〔〕{}(),.，。、;:；：·•・|_`~\-—–…!！?？*#]+")
_GLOSS = re.compile(r"\([^()]*\)")
_NUMERALS = "一二三四五六七八九十"
_NOTE_MARK = re.compile(
    r"(?<=[\u4e00-\u9fff)）])(?:\s*(?:[*†‡⁰¹²³⁴-⁹①-⑳⑴-⒇]|[\[［〔【](?:注释?)?[0-9①-⑳⁰¹²³⁴-⁹]{1,2}[\]］〕】]"
    r"|注释?[0-9①-⑳⁰¹²³⁴-⁹]{1,2})){1,3}\s*\Z"
)
_ENUMERATOR = re.compile(
    r"^(?:"
    rf"\((?P<paren>[{_NUMERALS}]{{1,3}}|[0-9]{{1,2}})\)[、.,]?"
    rf"|(?P<han>[{_NUMERALS}]{{1,3}})[、.,:]"
    r"|(?P<arabic>[0-9]{1,2})(?:[、,)]|\.(?![0-9]))"
    r")"
)
_UNOPENED = re.compile(rf"^(?:[{_NUMERALS}]{{1,3}}|[0-9]{{1,2}})\)")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """One form for like characters: NFKC, radicals, simplified, without invisible ones and Word residue."""
    if "[bookmark:" in text:
        text = _RESIDUE.sub("", text)
    if _TO_MEND.search(text):
        text = text.translate(_MENDED)
    return unicodedata.normalize("NFKC", text)


def simplified(text: str) -> str:
    """The text in simplified characters, each in its place."""
    return text.translate(_TRADITIONAL) if _TO_SIMPLIFY.search(text) else text


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """`fold` without any white space."""
    if text.isascii() and text.isalnum():
        return text  # most cells are figures, which hold nothing to normalise
    return "".join(fold(text).split())


def strip_note_mark(text: str) -> str:
    """The mark of a footnote behind a label removed, from text as read: NFKC makes digits of raised ones."""
    return _NOTE_MARK.sub("", text)


def strip_enumerators(text: str) -> str:
    """Leading ``一、``, ``（三）``, ``1.`` removed (as often as they come), from squeezed text."""
    while match := _ENUMERATOR.match(text):
        text = text[match.end() :]
    return _UNOPENED.sub("", text)


def enumerator_kind(text: str) -> str | None:
    """Which kind of number squeezed text begins with, if any (``一、``, ``（三）``, ``1.``)."""
    match = _ENUMERATOR.match(text)
    return None if match is None else match.lastgroup


def strip_glosses(text: str) -> str:
    """Bracketed explanations removed, unless nothing would be left; an unclosed one is cut to the end."""
    previous = ""
    bare = text
    while bare != previous:
        previous, bare = bare, _GLOSS.sub("", bare)
    cut = bare.find("(")
    if cut > 0:
        bare = bare[:cut]
    return bare or text


@lru_cache(maxsize=8192)
def label_core(text: str) -> str:
    """What a row or column label says: no white space, enumerators, glosses, quotes or punctuation."""
    if text.isascii() and text.isalnum():
        return text
    bare = strip_glosses(strip_enumerators(squeeze(strip_note_mark(text))))
    return _PUNCTUATION.sub("", bare)


@lru_cache(maxsize=8192)
def label_full(text: str) -> str:
    """`label_core` with glosses kept, for labels whose gloss carries the meaning or was cut."""
    if text.isascii() and text.isalnum():
        return text
    return _PUNCTUATION.sub("", strip_enumerators(squeeze(strip_note_mark(text))))


def tidy(text: str) -> str:
    """Text for reading: white space runs inside lines collapsed, blank lines dropped."""
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
