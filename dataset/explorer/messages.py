"""What an issue says, in the reader's language.

Messages of records are English, and a record never changes for this: a message is matched with the sentences
that its code is known to say (`messages.yaml`), and the parts that vary go into the Chinese one as they are.
What fits none is shown as the record has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dataset.explorer.report_page import check_name

MESSAGES = Path(__file__).with_name("messages.yaml")
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Sentence:
    """One sentence that issues of a code say.

    Attributes:
        english: its shape, with a group for each part that varies.
        chinese: the same, with the same names in braces.
    """

    english: re.Pattern[str]
    chinese: str


@dataclass(frozen=True)
class _Knowledge:
    tables: Mapping[str, str]
    phrases: Mapping[str, str]
    sentences: Mapping[str, tuple[Sentence, ...]]


def issue_message(code: str, message: str, lang: str) -> str:
    """Return what an issue says in a language; as the record has it where that is not known."""
    if lang != "zh":
        return message
    for sentence in _knowledge().sentences.get(code, ()):
        if found := sentence.english.fullmatch(message):
            parts = {name: _said(name, part) for name, part in found.groupdict().items()}
            return sentence.chinese.format_map(parts)
    return message


@lru_cache(maxsize=1)
def _knowledge() -> _Knowledge:
    """Read the sentences.

    Raises:
        ValueError: a Chinese sentence names a part that the English one has not.
    """
    data: dict[str, Any] = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    sentences = {
        code: tuple(_sentence(code, entry) for entry in entries) for code, entries in data["messages"].items()
    }
    return _Knowledge(data["tables"], data["phrases"], sentences)


def _sentence(code: str, entry: Mapping[str, str]) -> Sentence:
    english, chinese = entry["en"], entry["zh"]
    if not set(_PART.findall(chinese)) <= set(_PART.findall(english)):
        raise ValueError(f"{MESSAGES.name}: {code}: {chinese} has parts that {english} has not")
    # Split at the parts: every second piece is the name of one.
    pieces = [
        f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece)
        for number, piece in enumerate(_PART.split(english))
    ]
    return Sentence(re.compile("".join(pieces), re.DOTALL), chinese)


def _said(name: str, part: str) -> str:
    known = _knowledge()
    if name == "table":
        return known.tables.get(part, part)
    if name == "check":
        return check_name(part, "zh")
    if not name.endswith("_phrase"):
        return part
    mark = ", " if name == "list_phrase" else "; "
    return ("、" if mark == ", " else "；").join(known.phrases.get(one, one) for one in part.split(mark))
