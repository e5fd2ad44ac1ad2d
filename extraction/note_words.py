"""What a note says that changes figures: the wordings (`table_notes.yaml`), and the rows it names."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from extraction.forms import forms
from extraction.knowledge import load_yaml
from extraction.normalise import label_full, squeeze

_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?")
_CLAUSE = re.compile(r"[,。;!?]")
_LONGEST = 400
_SHORT = 160
"""Characters of a line of which one sentence tells what the next ones are about."""


class _Change(NamedTuple):
    """A way in which a clause changes figures; `earlier`: it may speak of an earlier year."""

    pattern: re.Pattern[str]
    unless: re.Pattern[str]
    earlier: bool


class Words(NamedTuple):
    """`table_notes.yaml`, compiled for a reporting year."""

    marked: re.Pattern[str]
    instructs: re.Pattern[str]
    about: re.Pattern[str]
    below: re.Pattern[str]
    earlier: re.Pattern[str]
    plain: re.Pattern[str]
    changes: tuple[_Change, ...]
    until: re.Pattern[str]
    units: re.Pattern[str]
    unit: re.Pattern[str]


@lru_cache(maxsize=32)
def note_words(year: int | None) -> Words:
    """The wordings, seen from a reporting year."""
    data: dict[str, Any] = load_yaml(Path(__file__).resolve().parent / "table_notes.yaml")
    other = "(?!)" if year is None else f"(?!{year})20[0-9]{{2}}年度?"
    own = "" if year is None else f"(?:{year}年)?"

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern.replace("{other_year}", other))

    return Words(
        compiled(data["marked"]),
        compiled(data["instructs"]),
        compiled(data["about"]),
        compiled(data["below"]),
        compiled(data["earlier"]),
        compiled(data["plain"]),
        tuple(
            _Change(compiled(e["pattern"]), compiled(e["unless"]), bool(e.get("earlier")))
            for e in data["changes"]
        ),
        re.compile(data["until"].format(own_year=own)),
        re.compile(data["units"]),
        re.compile(data["unit"].format(units=data["units"])),
    )


def is_note(bare: str) -> bool:
    """Whether a line, without white space, says that it is a note."""
    return note_words(None).marked.match(bare) is not None


def changes(text: str, year: int | None, *, marked: bool = False) -> list[str]:
    """The sentences of a line that change figures beside it.

    Args:
        text: the line.
        year: of the report.
        marked: the line is a note by where it stands (a cell of a column of remarks).
    """
    know = note_words(year)
    bare = squeeze(text)[:_LONGEST]
    if know.instructs.search(bare[:16]):
        return []
    marked = marked or know.marked.match(bare) is not None
    out = []
    about = False
    for sentence in _SENTENCE.findall(bare):
        about = (about and len(bare) <= _SHORT) or know.about.search(sentence) is not None
        told = marked or about or (know.plain.search(sentence) is not None and bool(rows_named(sentence)))
        if told and _changed(sentence, know):
            out.append(sentence)
    return out


def _changed(sentence: str, know: Words) -> bool:
    """Whether a clause of a sentence changes figures of this report."""
    earlier = False
    for clause in _CLAUSE.split(sentence):
        rest = clause
        for word in _words():
            rest = rest.replace(word, "")
        # 上年报告中…有误,应为35件: what follows is still about that report.
        goes_on = earlier and not (rows_named(clause) or know.about.search(clause))
        earlier = goes_on or know.earlier.search(rest) is not None
        if know.until.search(clause) or any(
            change.pattern.search(clause)
            and not change.unless.search(rest)
            and (change.earlier or not earlier)
            for change in know.changes
        ):
            return True
    return False


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    """Wordings of rows that hold words of a change (上年结转, 逾期不补正), longest first."""
    words = {
        word
        for form in forms().values()
        for labels in form.rows.values()
        for label in labels
        for word in (*label.exact, *(token for tokens in label.tokens for token in tokens))
    }
    return tuple(sorted((word for word in words if len(word) > 3), key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1024)
def rows_named(sentence: str) -> tuple[tuple[str, str], ...]:
    """The rows of the forms that a sentence names: table and row."""
    core = label_full(sentence)
    spans: list[tuple[int, int, str, str]] = []
    for kind, form in forms().items():
        for key, labels in form.rows.items():
            if any(label.in_context for label in labels):
                continue
            for label in labels:
                words = [word for word in label.exact if len(word) > 3 or word == "规章"]
                words += [tokens[0] for tokens in label.tokens if len(tokens) == 1]
                spans += [(at, at + len(word), kind, key) for word in words if (at := core.find(word)) >= 0]
    # 行政强制措施 names no other row by 行政强制; the longest wording at a place is meant.
    kept = [
        (kind, key)
        for start, end, kind, key in spans
        if not any(s <= start and end <= e and (s, e) != (start, end) for s, e, _, _ in spans)
        and not core.startswith("制度", end)
    ]
    return tuple(dict.fromkeys(kept))
