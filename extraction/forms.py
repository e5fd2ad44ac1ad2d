"""All editions' forms laid over each other: which row, column or group head does a printed label mean?

Recognition runs before the edition is known (the edition is a conclusion from what was found), so labels are
matched against the union of all editions. A label that fits several things fits none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from extraction.editions import Column, Label, Row, editions
from extraction.normalise import (
    enumerator_kind,
    label_core,
    label_full,
    squeeze,
    strip_enumerators,
    strip_note_mark,
)

TABLES = ("proactive", "requests", "review_litigation")
"""The grids, in the order of the form."""
LISTS = tuple(
    dict.fromkeys(k for e in editions().values() for k, table in e.tables.items() if table.layout == "list")
)
"""Tables of one indicator a row."""


@dataclass(frozen=True)
class Form:
    """One table over all editions."""

    key: str
    rows: dict[str, tuple[Row, ...]]
    columns: dict[str, tuple[Column, ...]]
    groups: dict[str, tuple[Label, ...]]
    heads: dict[str, frozenset[str]]
    markers: tuple[str, ...]
    row_head: frozenset[str]
    unit_head: frozenset[str] = frozenset()
    serial_head: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def row(self, text: str) -> str | None:
        """The row a label names, or None. A label that needs its context is not found here."""
        return _find(self.key, "rows", text)

    def column(self, text: str) -> str | None:
        """The column a head names, or None."""
        return _find(self.key, "columns", text)

    def group(self, text: str) -> str | None:
        """The group head a label is, or None."""
        return _find(self.key, "groups", text)

    def head(self, text: str) -> str | None:
        """The merged head (申请人情况, 法人或其他组织) a text is, or None."""
        core = label_core(text)
        return next((key for key, words in self.heads.items() if core in words), None)

    def pair(self, text: str) -> str | None:
        """Row and column where one label names both (``行政复议结果维持``), as ``row.column``; else None."""
        return _pair(self.key, text)

    def knows(self, text: str) -> bool:
        """Whether a text is a row label or a group head here."""
        return _knows(self.key, text)

    def row_exact(self, text: str) -> str | None:
        """The row whose printed label (or a variant) this is word for word."""
        return _row_exact(self.key, text)

    def column_exact(self, text: str) -> bool:
        """Whether a text is a column's printed head (or a variant) word for word."""
        return label_core(text) in _wordings(self.key, "columns")

    def candidates(self, text: str) -> frozenset[str]:
        """All rows that a label may name; a prefix (其中) before it says nothing."""
        return _prefixed(self.key, text)

    def worded(self, text: str) -> frozenset[str]:
        """As `candidates`, by wordings alone, without tokens."""
        bare, exact = self.bare(text), _wordings(self.key, "rows")
        return exact.get(label_core(bare), frozenset()) | exact.get(label_full(bare), frozenset())

    def bare(self, text: str) -> str:
        """A label without its number and without a prefix of the form (其中)."""
        bare = strip_enumerators(squeeze(strip_note_mark(text)))
        for prefix in self.prefixes:
            if bare.startswith(prefix):
                bare = bare.removeprefix(prefix).lstrip(":,、")
        return bare


# Each is asked of every cell of every table, several times over, and most cells say one of few things.


@lru_cache(maxsize=16384)
def _find(table: str, part: str, text: str) -> str | None:
    """The entry of one part (``rows``, ``columns``, ``groups``) of a form that a label names, if just one."""
    if part == "rows" and "\n" in text and _of_several(table, text.split("\n")):
        return None
    found = _candidates(table, part, text)
    return next(iter(found)) if len(found) == 1 else None


def _of_several(table: str, lines: list[str]) -> bool:
    """Whether a text is the labels of several rows that a reader could not part: they name none of them."""
    if label_full("".join(lines)) in _wordings(table, "rows"):
        return False  # a line of one label may say what another row is called (不计 / 其他情形)
    kinds = [enumerator_kind(squeeze(line)) for line in lines]
    numbered = [at for at, kind in enumerate(kinds) if kind]
    if len({kinds[at] for at in numbered}) < len(numbered):
        return True
    if numbered and numbered[0]:
        # Words before a numbered label are of the group it stands in, or the end of the label above.
        above, form = "".join(lines[: numbered[0]]), forms()[table]
        if not (
            form.bare(above) == "" or any(_candidates(table, part, above) for part in ("rows", "groups"))
        ):
            return True
    return len({_row_exact(table, line) for line in lines} - {None}) > 1


@lru_cache(maxsize=8192)
def _knows(table: str, text: str) -> bool:
    return _find(table, "rows", text) is not None or _find(table, "groups", text) is not None


@lru_cache(maxsize=8192)
def _row_exact(table: str, text: str) -> str | None:
    found = _wordings(table, "rows").get(label_core(text), frozenset())
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=8192)
def _prefixed(table: str, text: str) -> frozenset[str]:
    return _candidates(table, "rows", forms()[table].bare(text))


@lru_cache(maxsize=2048)
def _pair(table: str, text: str) -> str | None:
    form, core = forms()[table], label_core(text)
    found = {
        f"{row}.{column}"
        for row, names in form.rows.items()
        for column, heads in form.columns.items()
        for rest in {core.replace(word, "", 1) for name in names for word in name.exact if word in core}
        for head in heads
        if rest and any(rest.endswith(word) for word in head.exact)
    }
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=16384)
def _candidates(table: str, part: str, text: str) -> frozenset[str]:
    """The entries that a label names: word for word, or else by their tokens."""
    entries: Mapping[str, tuple[Label, ...]] = getattr(forms()[table], part)
    core = label_core(text)
    if not core:
        return frozenset()
    exact = _wordings(table, part)
    for form in (core, label_full(text)):
        if form in exact:
            return exact[form]
    # Tokens are words, and most texts hold none of them.
    if core.isdecimal() or _tokens(table, part).search(core) is None:
        return frozenset()
    return frozenset(key for key, labels in entries.items() if any(label.contains(core) for label in labels))


@lru_cache(maxsize=64)
def _wordings(table: str, part: str) -> dict[str, frozenset[str]]:
    """Normalised wording -> the entries of one part of a form that are called so."""
    entries: Mapping[str, tuple[Label, ...]] = getattr(forms()[table], part)
    out: dict[str, frozenset[str]] = {}
    for key, labels in entries.items():
        for form in (form for label in labels for form in label.exact):
            out[form] = out.get(form, frozenset()) | {key}
    return out


@cache
def _tokens(table: str, part: str) -> re.Pattern[str]:
    """Any first word of a list of tokens of an entry."""
    entries: Mapping[str, tuple[Label, ...]] = getattr(forms()[table], part)
    words = {words[0] for labels in entries.values() for label in labels for words in label.tokens if words}
    return re.compile("|".join(map(re.escape, sorted(words))) or r"(?!)")


@lru_cache(maxsize=1)
def forms() -> dict[str, Form]:
    """The forms by table key, in printed order."""
    out: dict[str, Form] = {}
    for key in (*TABLES, *LISTS):
        rows: dict[str, tuple[Row, ...]] = {}
        columns: dict[str, tuple[Column, ...]] = {}
        groups: dict[str, tuple[Label, ...]] = {}
        heads: dict[str, frozenset[str]] = {}
        markers: list[str] = []
        row_head: set[str] = set()
        more: dict[str, list[str]] = {"unit_head": [], "serial_head": [], "prefixes": []}
        for edition in editions().values():
            table = edition.tables.get(key)
            if table is None:
                continue
            for name, row in table.rows.items():
                rows[name] = (*rows.get(name, ()), row)
            for name, column in table.columns.items():
                columns[name] = (*columns.get(name, ()), column)
            for name, group in table.groups.items():
                groups[name] = (*groups.get(name, ()), group)
            for name, words in table.heads.items():
                heads[name] = heads.get(name, frozenset()) | {label_core(word) for word in words}
            markers += table.markers
            row_head |= set(table.row_head)
            for name, found in more.items():
                found += getattr(table, name)
        out[key] = Form(
            key, rows, columns, groups, heads, tuple(dict.fromkeys(markers)), frozenset(row_head),
            frozenset(more["unit_head"]), frozenset(more["serial_head"]), tuple(more["prefixes"]),
        )  # fmt: skip
    return out


def is_caption(text: str) -> bool:
    """Whether a text is a clause caption (第二十条第（一）项)."""
    bare = squeeze(text)
    return bare.startswith(forms()["proactive"].markers) and len(bare) <= 24
