"""Statutory tables as they stand on paper: heads, groups and cells, from the schema of an edition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from extraction.editions import Label, Row, TableForm, editions

LAYOUTS = Path(__file__).with_name("layouts.yaml")
_CLAUSES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_DEPTHS = (re.compile(r"[一二三四五六七八九十]+、"), re.compile(r"（[一二三四五六七八九十]+）"))


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a table as printed.

    Attributes:
        kind: ``head``, ``label``, ``figure`` or ``none`` (a place of the grid that holds nothing).
        text: of a head or label.
        cell: ``table.row.column`` of a figure.
        rows: rows it covers.
        columns: columns it covers.
    """

    kind: str
    text: str = ""
    cell: str = ""
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as printed."""

    key: str
    title: str
    lines: tuple[tuple[Box, ...], ...]

    @property
    def cells(self) -> list[str]:
        """Names of its figures, in reading order."""
        return [box.cell for line in self.lines for box in line if box.cell]


@lru_cache(maxsize=64)
def sheet(edition: str, table: str, lang: str, present: frozenset[str] = frozenset()) -> Sheet | None:
    """Return a table of an edition as printed, None where no edition has it.

    Args:
        edition: its id.
        table: its key.
        lang: ``zh`` for the labels as printed, ``en`` for their translation.
        present: cells that the report has; optional rows are shown where it has one of theirs.
    """
    known = editions().get(edition)
    form = known.tables.get(table) if known is not None else None
    if form is None:
        return None
    rows = [
        row
        for row in form.rows.values()
        if not row.optional or any(f"{table}.{row.key}.{column}" in present for column in row.columns)
    ]
    layout = _layouts().get(table, {})
    if "across" in layout:
        lines = _across(form, layout, lang)
    elif "headings" in layout:
        lines = _by_clause(form, rows, layout, lang)
    elif form.layout == "list":
        lines = _list(form, rows, lang)
    else:
        lines = _grid(form, rows, layout, lang)
    return Sheet(table, form.label if lang == "zh" else form.label_en, tuple(tuple(line) for line in lines))


def edition_of(table: str, said: Mapping[str, str], fallback: str | None) -> str | None:
    """Return the edition a report's table is of: its own, the report's, or the newest that has it."""
    for edition in (said.get(table), fallback):
        if edition is not None and edition in editions() and table in editions()[edition].tables:
            return edition
    return next((name for name in reversed(list(editions())) if table in editions()[name].tables), None)


@lru_cache(maxsize=1)
def _layouts() -> Mapping[str, Any]:
    found: dict[str, Any] = yaml.safe_load(LAYOUTS.read_text(encoding="utf-8"))
    return found


def _word(label: Label, lang: str) -> str:
    return label.label if lang == "zh" else label.label_en


def _figure(form: TableForm, row: Row, column: str, width: int = 1) -> Box:
    if column not in row.columns:
        return Box("none", columns=width)
    return Box("figure", cell=f"{form.key}.{row.key}.{column}", columns=width)


def _by_clause(form: TableForm, rows: list[Row], layout: Mapping[str, Any], lang: str) -> list[list[Box]]:
    whole = max(len(row.columns) for row in rows)
    lines = []
    for clause, members in groupby(rows, key=lambda row: row.clause):
        own = list(members)
        columns = list(dict.fromkeys(column for row in own for column in row.columns))
        widths = _share(whole, len(columns))
        name = (
            layout["headings"].format(clause=clause)
            if lang == "zh"
            else layout["headings_en"].format(clause=_CLAUSES.get(clause or "", clause))
        )
        lines.append([Box("head", name, columns=whole + 1)])
        heads = [
            Box("head", _word(form.columns[key], lang), columns=width)
            for key, width in zip(columns, widths, strict=True)
        ]
        lines.append([Box("head", layout["row_head"][lang]), *heads])
        for row in own:
            figures = [_figure(form, row, key, width) for key, width in zip(columns, widths, strict=True)]
            lines.append([Box("label", _word(row, lang)), *figures])
    return lines


def _share(whole: int, parts: int) -> list[int]:
    """Widths of so many parts that are the whole together, the last one taking what is left."""
    each = whole // parts
    return [each] * (parts - 1) + [whole - each * (parts - 1)]


def _across(form: TableForm, layout: Mapping[str, Any], lang: str) -> list[list[Box]]:
    heads, names, columns, figures = [], [], [], []
    for part in layout["across"]:
        rows = [form.rows[key] for key in part["rows"] if key in form.rows]
        heads.append(Box("head", part[lang], columns=sum(len(row.columns) for row in rows)))
        single = len(rows) == 1
        for row in rows:
            own = [Box("head", _word(form.columns[key], lang), rows=1 + single) for key in row.columns]
            if single:
                names += own
            else:
                names.append(Box("head", _word(row, lang), columns=len(row.columns)))
                columns += own
            figures += [_figure(form, row, key) for key in row.columns]
    return [heads, names, columns, figures]


def _list(form: TableForm, rows: list[Row], lang: str) -> list[list[Box]]:
    keys = list(form.columns)
    top = [Box("head", _INDICATOR[lang]), Box("head", _UNIT[lang])]
    lines = [[*top, *(Box("head", _word(form.columns[key], lang)) for key in keys)]]
    group = None
    for row in rows:
        if row.group is not None and row.group != group and row.group in form.groups:
            lines.append([Box("head", _word(form.groups[row.group], lang), columns=2 + len(keys))])
        group = row.group
        unit = form.quantity(row.key, row.columns[0])[1]
        lines.append(
            [Box("label", _word(row, lang)), Box("none", unit), *(_figure(form, row, key) for key in keys)]
        )
    return lines


_INDICATOR = {"zh": "统计指标", "en": "Indicator"}
_UNIT = {"zh": "单位", "en": "Unit"}


def _grid(form: TableForm, rows: list[Row], layout: Mapping[str, Any], lang: str) -> list[list[Box]]:
    paths = [_path(form, row) for row in rows]
    depth = max(len(path) for path in paths) + 1
    lines = _heads(form, layout, lang, depth)
    for number, (row, path) in enumerate(zip(rows, paths, strict=True)):
        line = []
        for level, key in enumerate(path):
            same = [later[: level + 1] == path[: level + 1] for later in paths[number:]]
            tall = same.index(False) if False in same else len(same)
            if number == 0 or paths[number - 1][: level + 1] != path[: level + 1]:
                line.append(Box("label", _word(form.groups[key], lang), rows=tall))
        line.append(Box("label", _word(row, lang), columns=depth - len(path)))
        line += [_figure(form, row, key) for key in form.columns]
        lines.append(line)
    return lines


def _heads(form: TableForm, layout: Mapping[str, Any], lang: str, depth: int) -> list[list[Box]]:
    corner, over, spans = layout.get("row_head", {}), layout.get("over"), layout.get("spans", [])
    tall = 1 + bool(over) + bool(spans)
    lines: list[list[Box]] = [[Box("head", corner.get(lang, ""), rows=tall, columns=depth)]]
    if over:
        lines[0].append(Box("head", over[lang], columns=len(form.columns)))
        lines.append([])
    if spans:
        inside = {key: span for span in spans for key in span["columns"]}
        below = []
        for key, column in form.columns.items():
            span = inside.get(key)
            if span is None:
                lines[-1].append(Box("head", _word(column, lang), rows=2))
                continue
            if key == span["columns"][0]:
                lines[-1].append(Box("head", span[lang], columns=len(span["columns"])))
            below.append(Box("head", _word(column, lang)))
        return [*lines, below]
    lines[-1] += [Box("head", _word(column, lang)) for column in form.columns.values()]
    return lines


def _path(form: TableForm, row: Row) -> list[str]:
    """The groups a row stands under, the outer first: （三） stands under 三、."""
    if row.group is None or row.group not in form.groups:
        return []
    own = form.groups[row.group]
    path = [own.key]
    if _DEPTHS[1].match(own.label):
        outer = [key for key, group in form.groups.items() if _DEPTHS[0].match(group.label)]
        path = [*outer[-1:], own.key]
    return path
