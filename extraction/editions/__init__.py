"""The format editions as data: tables, rows, columns, labels, units, identities.

An edition is one YAML file here; no code names an edition, a row or a column. A label matches a row when
its core (without spaces, enumerators, quotes and bracketed glosses) equals the printed label or a variant,
or else when it holds all words of one token list; a label that fits several rows fits none.

The public part is schema only: `load`, `editions`, `Edition` and what hangs below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from extraction.knowledge import load_yaml
from extraction.normalise import label_core, label_full

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Label:
    """A printed label and the wordings that mean the same.

    Attributes:
        key: the key in records.
        label: as the form prints it.
        variants: further wordings.
        tokens: alternatives of words that must all occur.
        label_en: the label in English.
        meaning: what is counted, in English, where the label does not say it.
    """

    key: str
    label: str
    variants: tuple[str, ...] = ()
    tokens: tuple[tuple[str, ...], ...] = ()
    label_en: str = ""
    meaning: str = ""

    @cached_property
    def exact(self) -> frozenset[str]:
        """Normalised wordings that are this label without doubt."""
        words = (self.label, *self.variants)
        return frozenset(form for word in words for form in (label_core(word), label_full(word)))

    def contains(self, core: str) -> bool:
        """Whether a normalised label holds all words of one token list."""
        for words in self.tokens:
            for word in words:
                if word not in core:
                    break
            else:
                return True
        return False


@dataclass(frozen=True)
class Column(Label):
    """A column: `kind` is ``count``, ``change`` or ``money``; `shared` ones decide no edition."""

    unit: str = "件"
    kind: str = "count"
    shared: bool = False


@dataclass(frozen=True)
class Row(Label):
    """A row.

    Attributes:
        columns: the columns it has.
        group: key of the group head it stands under.
        clause: the clause of article 20 it belongs to (``一``, ``五`` …).
        optional: printed by some regions only; absent without an issue.
        in_context: the label says too little alone; it needs its group or the row before.
        unit: its own unit, where rows of one column differ.
        kind: its own kind, where rows of one column differ.
    """

    columns: tuple[str, ...] = ()
    group: str | None = None
    clause: str | None = None
    optional: bool = False
    in_context: bool = False
    unit: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Indicator(Label):
    """An indicator of the local forms before 2014: kept in `extra`, never a cell."""

    code: str = ""
    unit: str = "件"
    group: str | None = None


@dataclass(frozen=True)
class TableForm:
    """One table of an edition: rows and columns in printed order, group heads, words that mark it.

    `layout` is ``grid``, or ``list`` for one indicator a row with its unit; `unit_head`, `serial_head` and
    `prefixes` are of lists only.
    """

    key: str
    columns: Mapping[str, Column]
    rows: Mapping[str, Row]
    groups: Mapping[str, Label]
    markers: tuple[str, ...]
    heads: Mapping[str, tuple[str, ...]]
    row_head: tuple[str, ...]
    layout: str = "grid"
    unit_head: tuple[str, ...] = ()
    serial_head: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    label: str = ""
    label_en: str = ""
    meaning: str = ""

    def quantity(self, row: str, column: str) -> tuple[str, str]:
        """Kind and unit of a cell: the row's own, or else the column's."""
        own, spec = self.rows[row], self.columns[column]
        return own.kind or spec.kind, own.unit or spec.unit


@dataclass(frozen=True)
class CheckForm:
    """An arithmetic identity: see `extraction.checks` for the rules."""

    id: str
    rule: str
    over: str
    fields: Mapping[str, Any]
    soft: bool = False

    @property
    def table(self) -> str:
        """The table it is about."""
        return self.id.split(".", 1)[0]


@dataclass(frozen=True)
class Edition:
    """One edition of the national format."""

    id: str
    instrument: str
    first_year: int
    last_year: int | None
    tables: Mapping[str, TableForm]
    checks: tuple[CheckForm, ...] = field(default=())
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    indicator_heads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    indicator_sums: tuple[tuple[str, tuple[str, ...]], ...] = ()


def _label(cls: type[Label], key: str, entry: dict[str, Any], **more: Any) -> Any:
    known = dict(entry)
    label = str(known.pop("label"))
    variants = tuple(str(v) for v in known.pop("variants", ()))
    tokens = tuple(tuple(str(w) for w in words) for words in known.pop("tokens", ()))
    known.pop("order", None)
    if "columns" in known:
        known["columns"] = tuple(known["columns"])
    return cls(key=key, label=label, variants=variants, tokens=tokens, **{**more, **known})


@lru_cache(maxsize=1)
def _english() -> Mapping[str, Any]:
    found: dict[str, Any] = load_yaml(FOLDER / "english.yaml")
    return found


def _in_english(table: str, part: str, key: str) -> dict[str, str]:
    """English label and meaning; ValueError where the codebook would have a gap."""
    try:
        said = _english()[table][part][key] if part != "table" else _english()[table]["table"]
    except KeyError:
        message = f"english.yaml: no label for {part} {key} of {table}"
        raise ValueError(message) from None
    label, *meaning = [said] if isinstance(said, str) else said
    return {"label_en": label, "meaning": "".join(meaning)}


def _table(key: str, entry: dict[str, Any]) -> TableForm:
    columns = {
        k: _label(Column, k, {**v, **_in_english(key, "columns", k)}) for k, v in entry["columns"].items()
    }
    rows = {
        k: _label(Row, k, {"columns": tuple(columns), **v, **_in_english(key, "rows", k)})
        for k, v in entry["rows"].items()
    }
    return TableForm(
        key=key,
        columns=columns,
        rows=rows,
        groups={
            k: _label(Label, k, {**v, **_in_english(key, "groups", k)})
            for k, v in entry.get("groups", {}).items()
        },
        label=_english()[key]["label"],
        **_in_english(key, "table", key),
        markers=tuple(entry.get("markers", ())),
        heads={k: tuple(v) for k, v in entry.get("heads", {}).items()},
        row_head=tuple(entry.get("row_head", ())),
        layout=entry.get("layout", "grid"),
        unit_head=tuple(entry.get("unit_head", ())),
        serial_head=tuple(entry.get("serial_head", ())),
        prefixes=tuple(entry.get("prefixes", ())),
    )


def _check(entry: dict[str, Any]) -> CheckForm:
    fields = {k: v for k, v in entry.items() if k not in {"id", "rule", "over", "soft"}}
    return CheckForm(entry["id"], entry["rule"], entry["over"], fields, bool(entry.get("soft", False)))


@lru_cache(maxsize=1)
def editions() -> Mapping[str, Edition]:
    """All editions, oldest first, by id."""
    found: dict[str, Edition] = {}
    for path in sorted(FOLDER.glob("[0-9]*.yaml")):
        data = load_yaml(path)
        first, last = data["years"]
        found[data["edition"]] = Edition(
            id=data["edition"],
            instrument=data["instrument"],
            first_year=first,
            last_year=last,
            tables={k: _table(k, v) for k, v in data["tables"].items()},
            checks=tuple(_check(entry) for entry in data.get("checks", ())),
            indicators={k: _label(Indicator, k, v) for k, v in data.get("indicators", {}).items()},
            indicator_heads={k: tuple(v) for k, v in data.get("indicator_heads", {}).items()},
            indicator_sums=tuple((each["total"], tuple(each["parts"])) for each in data.get("sums", ())),
        )
    return found


def load(edition: str) -> Edition:
    """One edition by id; KeyError when no YAML file has it."""
    return editions()[edition]
