"""What mentions are looked for: `mentions.yaml`, compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from extraction.knowledge import load_yaml
from extraction.quantities import AFTER, BEFORE, DATES, OWN, PART, QUANTITY, SEVERAL

_SIGNS = {"d": DATES, "own": OWN, "before": BEFORE, "after": AFTER, "several": SEVERAL, "month": PART}


@dataclass(frozen=True)
class Entry:
    """One entry of `mentions.yaml`, compiled."""

    key: str
    label: str
    label_en: str
    hints: tuple[str, ...]
    counters: frozenset[str]
    money: bool
    item: bool
    whole: bool
    forms: tuple[re.Pattern[str], ...]
    zero: tuple[re.Pattern[str], ...]
    also: tuple[re.Pattern[str], ...]
    context: tuple[str, ...]
    unless: re.Pattern[str] | None
    zero_unless: re.Pattern[str] | None
    zero_plain: re.Pattern[str]
    zero_about: re.Pattern[str] | None
    about: re.Pattern[str] | None
    about_section: str | None
    flag: str | None
    flag_where: Mapping[str, re.Pattern[str]]
    flag_where_before: Mapping[str, re.Pattern[str]]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Knowledge:
    """`mentions.yaml`, compiled."""

    entries: tuple[Entry, ...]
    words: Mapping[str, re.Pattern[str]]
    plain: re.Pattern[str]
    plain_items: re.Pattern[str]
    hints: tuple[str, ...]
    absent: re.Pattern[str]


def _expand(text: str, macros: Mapping[str, str]) -> str:
    """A form with its macros replaced; gaps and the first quantity become named groups."""
    for name in ("sum", "gapq", "zgap", "gap"):
        parts = text.split("{" + name + "}")
        body = macros.get(name, macros["gap"])
        text = parts[0]
        for number, part in enumerate(parts[1:]):
            text += (body if name == "sum" else f"(?P<{name}{number}>{body})") + part
    signs = {"q": QUANTITY, **_SIGNS}

    def inside(match: re.Match[str]) -> str:
        found = match[0]
        for name, value in signs.items():
            found = found.replace("{" + name + "}", value)
        return found

    text = re.sub(r"\[[^\]]*\]", inside, text)
    first, found, rest = text.partition("{q}")
    text = first + (f"(?P<q>[{QUANTITY}])" if found else "") + rest
    for name, value in signs.items():
        text = text.replace("{" + name + "}", f"[{value}]")
    return text


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """What to look for."""
    data: dict[str, Any] = load_yaml(Path(__file__).resolve().parent / "mentions.yaml")
    words: dict[str, str] = data["words"]
    macros = {name: words[name] for name in ("sum", "gap", "zgap", "gapq")}
    entries = tuple(_entry(entry, macros, words["plain"]) for entry in data["mentions"])
    marks = {
        name: re.compile(_expand(text, macros))
        for name, text in words.items()
        if name not in {*macros, "plain", "plain_items"}
    }
    hints = tuple(dict.fromkeys(hint for entry in entries for hint in entry.hints))
    return Knowledge(
        entries, marks, _words(words["plain"]), _words(words["plain_items"]), hints, marks["absent"]
    )


def _words(listed: str) -> re.Pattern[str]:
    """Any run of the words listed, longer ones first and without going back."""
    return re.compile(rf"(?:{'|'.join(sorted(listed.split('|'), key=len, reverse=True))})*+")


def _entry(entry: dict[str, Any], macros: Mapping[str, str], plain: str) -> Entry:
    def patterns(name: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_expand(form, macros)) for form in entry.get(name, ()))

    def marks(name: str) -> dict[str, re.Pattern[str]]:
        return {flag: re.compile(_expand(text, macros)) for flag, text in entry.get(name, {}).items()}

    def one(name: str) -> re.Pattern[str] | None:
        return re.compile(_expand(entry[name], macros)) if name in entry else None

    return Entry(
        key=entry["key"],
        label=entry.get("label", ""),
        label_en=entry.get("label_en", ""),
        hints=tuple(entry["hints"]),
        counters=frozenset(entry.get("counters", ("元",))),
        money=bool(entry.get("money")),
        item=bool(entry.get("item")),
        whole=bool(entry.get("whole")),
        forms=patterns("forms"),
        zero=patterns("zero"),
        also=patterns("also"),
        context=tuple(entry.get("context", ())),
        unless=one("unless"),
        zero_unless=one("zero_unless"),
        zero_plain=_words(f"{plain}|{entry['zero_plain']}" if "zero_plain" in entry else plain),
        zero_about=one("zero_about"),
        about=one("about"),
        about_section=entry.get("about_section"),
        flag=entry.get("flag"),
        flag_where=marks("flag_where"),
        flag_where_before=marks("flag_where_before"),
        cells=tuple(tuple(cells) for cells in entry.get("cells", ())),
    )


def keys() -> dict[str, tuple[str, str]]:
    """Each key of a mention with its labels in Chinese and English."""
    return {
        entry.key: (entry.label, entry.label_en) for entry in reversed(knowledge().entries) if entry.label
    }


@lru_cache(maxsize=256)
def compared_cells(key: str) -> tuple[tuple[str, ...], ...]:
    """The cells that say the same as a mention: alternatives, each to be summed up."""
    return next((entry.cells for entry in knowledge().entries if entry.key == key and entry.cells), ())
