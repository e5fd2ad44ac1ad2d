"""The codebook: what every cell of the forms and every column of the tables means, in Chinese and English.

`codebook.csv` has a row a cell of the forms: its name in `figures` and in `wide`, label as printed, English
label, unit, the editions that have it, and the identities that speak of it. `codebook.md` is the same for
reading, with the columns of all tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dataset.metadata.about import about
from dataset.schema import TableSchema
from dataset.wide import short_names
from extraction.editions import CheckForm, Edition, editions
from extraction.editions.crosswalks import crosswalks
from extraction.mention_forms import keys

COLUMNS = (
    "cell",
    "table",
    "row",
    "column",
    "wide_name",
    "label_zh",
    "label_en",
    "group_zh",
    "unit",
    "kind",
    "editions",
    "identities",
)


@dataclass(frozen=True, slots=True)
class CellEntry:
    """What the codebook says of one cell of the forms; see `COLUMNS`."""

    cell: str
    table: str
    row: str
    column: str
    wide_name: str
    label_zh: str
    label_en: str
    group_zh: str
    unit: str
    kind: str
    editions: tuple[str, ...]
    identities: tuple[str, ...]

    def values(self) -> list[str]:
        """Return the row of `codebook.csv`."""
        return [
            ";".join(value) if isinstance(value, tuple) else value
            for value in (getattr(self, name) for name in COLUMNS)
        ]


def entries() -> list[CellEntry]:
    """Return an entry for each cell of any edition, those of the newest edition first."""
    found: dict[str, CellEntry] = {}
    in_editions: dict[str, list[str]] = {}
    identities: dict[str, list[str]] = {}
    for edition in reversed(list(editions().values())):
        for table, form in edition.tables.items():
            for row, spec in form.rows.items():
                for column in spec.columns:
                    cell = f"{table}.{row}.{column}"
                    in_editions.setdefault(cell, []).append(edition.id)
                    known = identities.setdefault(cell, [])
                    known += [name for name in _identities(edition, table, row, column) if name not in known]
                    if cell not in found:
                        kind, unit = form.quantity(row, column)
                        group = form.groups.get(spec.group or "")
                        found[cell] = CellEntry(
                            cell,
                            table,
                            row,
                            column,
                            short_names()[cell],
                            f"{spec.label} / {form.columns[column].label}",
                            f"{spec.label_en} / {form.columns[column].label_en}",
                            group.label if group else "",
                            unit,
                            kind,
                            (),
                            (),
                        )
    return [
        CellEntry(
            **{name: getattr(entry, name) for name in COLUMNS[:-2]},
            editions=tuple(sorted(in_editions[cell])),
            identities=tuple(identities.get(cell, ())),
        )
        for cell, entry in found.items()
    ]


def _identities(edition: Edition, table: str, row: str, column: str) -> list[str]:
    return [
        form.id
        for form in edition.checks
        if form.table == table and (row if form.over == "columns" else column) in _fields(form)
    ]


def _fields(form: CheckForm) -> set[str]:
    found: set[str] = set()
    for value in form.fields.values():
        found |= {value} if isinstance(value, str) else set(value)
    return found


def as_csv(found: Iterable[CellEntry]) -> str:
    """Return `codebook.csv`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(entry.values() for entry in found)
    return out.getvalue()


def as_markdown(tables: Iterable[TableSchema], found: list[CellEntry]) -> str:
    """Return `codebook.md`."""
    lines = [f"# {about().title['zh']}：编码手册 / Codebook", ""]
    for table in tables:
        lines += [f"## `{table.name}`: {table.zh} / {table.en}", ""]
        if table.key:
            lines += [f"Key: {', '.join(f'`{name}`' for name in table.key)}", ""]
        lines += ["| column | type | 含义 | meaning |", "|---|---|---|---|"]
        names = {entry.wide_name for entry in found} if table.name == "wide" else set()
        lines += [
            f"| `{column.name}` | {column.type} | {_cell(column.zh)} | {_cell(column.en)} |"
            for column in table.columns
            if column.name not in names
        ]
        if names:
            lines.append(f"| … {len(names)} columns | double | 见下 | one for each cell below: `wide_name` |")
        lines.append("")
    lines += ["# 表格单元 / Cells of the statutory forms", ""]
    by_table: dict[str, list[CellEntry]] = {}
    for entry in found:
        by_table.setdefault(entry.table, []).append(entry)
    for name, own in by_table.items():
        lines += [
            f"## `{name}`",
            "",
            "| cell | wide_name | 标签 | label | unit | editions | identities |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| `{entry.row}.{entry.column}` | `{entry.wide_name}` | {_cell(entry.label_zh)} | "
            f"{_cell(entry.label_en)} | {entry.unit} | {', '.join(entry.editions)} | "
            f"{', '.join(entry.identities)} |"
            for entry in own
        ]
        lines.append("")
    return "\n".join([*lines, *_mentions(), *_crosswalks()]) + "\n"


def _mentions() -> list[str]:
    lines = ["# 正文中的数字 / Figures in the text", "", "| key | 含义 | meaning |", "|---|---|---|"]
    return [*lines, *(f"| `{key}` | {_cell(zh)} | {_cell(en)} |" for key, (zh, en) in keys().items()), ""]


def _crosswalks() -> list[str]:
    lines = ["# 版本对照 / Crosswalks between editions", "", "Nothing is merged along them.", ""]
    for walk in crosswalks():
        lines += [
            f"## {walk.earlier} → {walk.later}",
            "",
            f"{walk.note_zh} / {walk.note_en}",
            "",
            "| earlier | later | relation | 说明 | note |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {_names(one.earlier)} | {_names(one.later)} | {one.relation} | {_cell(one.note_zh)} | "
            f"{_cell(one.note_en)} |"
            for one in walk.bridges
        ]
        lines.append("")
    return lines


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def labels() -> Mapping[str, tuple[str, str]]:
    """Return the Chinese and English label of each cell of any edition."""
    return {entry.cell: (entry.label_zh, entry.label_en) for entry in entries()}
