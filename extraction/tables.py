"""The statutory tables of a document: from blocks to cells.

`read_tables` is the whole way: segments, columns, rows, instances, edition, cells. Where no table of a
kind is found, the paragraphs are read as a flow of cells (`extraction.flow`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from extraction.align import read_rows
from extraction.assemble import Instance, choose_edition, fill, key_rows
from extraction.checks import run_checks
from extraction.columns import Columns, read_columns
from extraction.document import Document, Paragraph, Table
from extraction.editions import Edition, editions
from extraction.flow import flow_tables
from extraction.forms import LISTS, TABLES, forms
from extraction.leftovers import leftovers
from extraction.list_flow import flow_list
from extraction.lists import list_tables
from extraction.normalise import squeeze
from extraction.record import CellRecord, Check, Issue
from extraction.review import KIND, stacked
from extraction.rows import RawRow
from extraction.segments import Segment, segments
from extraction.shapes import proactive_lines, requests_turned, review_bands
from extraction.table_notes import Note, note_doubts
from extraction.text_lines import LineOf
from extraction.unconfirmed import doubt_parted, doubt_unconfirmed


@dataclass
class Tables:
    """What the tables of a document say."""

    cells: dict[str, CellRecord] = field(default_factory=dict)
    editions: dict[str, str | None] = field(default_factory=dict)
    extra: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    used: frozenset[LineOf] = frozenset()
    blocks: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def found(self) -> tuple[str, ...]:
        """Keys of the tables that were found."""
        return tuple(self.editions)

    @property
    def known(self) -> dict[str, Edition]:
        """The edition of each table that has one."""
        return {kind: editions()[name] for kind, name in self.editions.items() if name is not None}

    @cached_property
    def judged(self) -> tuple[list[Check], list[Issue]]:
        """The identities, judged: asked several times, once the tables are whole."""
        return run_checks(self.cells, self.known)


def read_tables(document: Document, year: int | None) -> Tables:
    """Recognise and read the statutory tables.

    Args:
        document: what a reader made of the bytes.
        year: the reporting year, if known; it only breaks ties between editions, and between a table of this
            year and one of another year on the same page.
    """
    out = Tables()
    lists, taken = list_tables(document.blocks)
    found = {**lists, **_instances(segments(list(document.blocks), taken))}
    flowing: set[str] = set()
    _other_shapes(document, found, out)
    missing = [kind for kind in TABLES if not found.get(kind)]
    paragraphs = [(i, b) for i, b in enumerate(document.blocks) if isinstance(b, Paragraph)]
    count = sum(isinstance(block, Table) for block in document.blocks)
    for kind in LISTS:
        due = missing or any(kind in edition.tables for edition in _of_year(year))
        if found.get(kind) or not due:
            continue
        listed, lines = flow_list(kind, paragraphs, count)
        if listed is not None:
            found[kind] = [listed]
            flowing.add(kind)
            paragraphs = [(i, _without(i, paragraph, lines)) for i, paragraph in paragraphs]
            out.used |= lines
            out.issues.append(
                Issue("table_from_text", "note", f"{kind}: read from running text, no table there")
            )
    if missing:
        flows, used = flow_tables(paragraphs, missing, count)
        out.used |= used
        for kind, rows in flows.items():
            instance = key_rows(kind, rows) if kind != "review_litigation" else _review(rows)
            found[kind] = [instance]
            flowing.add(kind)
            out.issues.append(
                Issue("table_from_text", "note", f"{kind}: read from running text, no table there")
            )
    chosen: dict[str, Instance] = {}
    for kind in (*TABLES, *LISTS):
        if found.get(kind):
            chosen[kind] = _choose(found[kind], year, out)
    _fill(chosen, year, out)
    out.issues += doubt_unconfirmed(chosen, out.cells, out.judged[0], frozenset(flowing))
    out.notes, issues = note_doubts(document.blocks, chosen, out.cells, year)
    out.issues += issues
    read = _read(chosen, out)
    out.issues += doubt_parted(chosen, out.cells, document.blocks, read)
    extra, issues = leftovers(document.blocks, read)
    out.extra += extra
    out.issues += issues
    numbers = [number for number, block in enumerate(document.blocks) if isinstance(block, Table)]
    for kind, instance in chosen.items():
        tables = [row.table for row in instance.rows.values() if row.table < len(numbers)]
        if tables:
            out.blocks[kind] = numbers[min(tables)]
    return out


def _without(block: int, paragraph: Paragraph, lines: set[LineOf]) -> Paragraph:
    """A paragraph with some of its lines blank; the others keep their numbers."""
    if not any(number == block for number, _ in lines):
        return paragraph
    kept = ("" if (block, i) in lines else line for i, line in enumerate(paragraph.text.split("\n")))
    return replace(paragraph, text="\n".join(kept))


def _other_shapes(document: Document, found: dict[str, list[Instance]], out: Tables) -> None:
    """Tables that are not there in the form's own shape, where another shape says every figure's place."""
    shapes: dict[str, Instance] = {}
    if not any(_whole(instance) for instance in found.get(KIND, ())) and (
        row := review_bands(document.blocks)
    ):
        shapes[KIND] = _review([row])
    for kind, read in (("requests", requests_turned), ("proactive", proactive_lines)):
        usual = max((_rows_read(instance) for instance in found.get(kind, ())), default=0)
        if usual >= _fewest_rows(kind):
            continue  # whole: another shape could say no more
        if (rows := read(document.blocks)) and len(rows) > usual:
            shapes[kind] = key_rows(kind, rows)
    for kind, instance in shapes.items():
        found[kind] = [instance]
        out.issues.append(Issue("table_shape", "note", f"{kind}: printed in another shape than the form's"))


@cache
def _fewest_rows(kind: str) -> int:
    """The rows that a table has in the edition with the fewest."""
    forms_of = [edition.tables[kind] for edition in editions().values() if kind in edition.tables]
    return min(sum(not row.optional for row in table.rows.values()) for table in forms_of)


def _whole(instance: Instance) -> bool:
    """Whether a table was read in full, and its columns with certainty."""
    slots = [slot for row in instance.rows.values() for slot in row.slots.values()]
    form = forms()[instance.kind]
    due = len(form.rows) * len(form.columns)
    return not instance.problems and len(slots) >= due and all(slot.status is None for slot in slots)


def _rows_read(instance: Instance) -> int:
    """How many rows of a table have cells that say what they hold."""
    if instance.problems or instance.twice:
        return 0
    return sum(any(slot.status is None for slot in row.slots.values()) for row in instance.rows.values())


def _read(chosen: dict[str, Instance], out: Tables) -> set[tuple[int, int]]:
    """Table and row of all that went into cells or `extra`."""
    rows: list[RawRow] = []
    for kind, first in chosen.items():
        for instance in (first, *first.copies):
            # A table of no edition is kept whole, as it is printed.
            if out.editions[kind] is not None:
                rows += [
                    *instance.rows.values(),
                    *(row for found in instance.twice.values() for row in found),
                ]
                rows += [*instance.unknown, *(row for _, row in instance.groups)]
    cells = {(row.table, slot.cell.row) for row in rows for slot in row.slots.values() if slot.cell}
    return cells | {(row.table, row.row) for row in rows}


def _instances(parts: list[Segment]) -> dict[str, list[Instance]]:
    """Segments of one kind belong to one table until a row comes again."""
    rows: dict[str, list[list[RawRow]]] = {}
    notes: dict[str, list[tuple[list[str], list[str], str, bool]]] = {}
    columns: dict[str, Columns] = {}
    open_kind: str | None = None
    for segment in parts:
        kind = segment.kind
        if kind is None:
            # Values without a label right under the heads of the review table, cut off by a page end.
            if open_kind == "review_litigation" and _bare(segment):
                kind = segment.kind = "review_litigation"
            else:
                row = stacked(segment)
                if row is not None:
                    rows.setdefault(KIND, []).append([row])
                    notes.setdefault(KIND, []).append(([], [], segment.context, False))
                continue
        read = read_columns(segment) if segment.head else columns.get(kind)
        headless = read is None
        if read is None:
            if kind != "requests":
                continue
            read = Columns(tuple(forms()[kind].columns), None, {})
        if segment.head:
            columns[kind] = read
        elif read.grid is not None:
            read = Columns(read.order, None, read.heads, None, (), read.problem)
        found = read_rows(segment, read, [part for part in parts if part.kind == kind])
        open_kind = kind
        keys = {key for row in found if (key := _row_key(kind, row))}
        groups = rows.setdefault(kind, [])
        if not groups or (
            keys
            and keys & {k for row in groups[-1] if (k := _row_key(kind, row))}
            and _restarts(segment, keys)
        ):
            groups.append([])
            notes.setdefault(kind, []).append(([], [], segment.context, False))
        groups[-1].extend(found)
        problems, unknown, context, was = notes[kind][-1]
        if read.problem:
            problems.append(read.problem)
        unknown.extend(read.unknown)
        notes[kind][-1] = (problems, unknown, context, was or headless)
    out: dict[str, list[Instance]] = {}
    for kind, groups in rows.items():
        for group, (problems, unknown, context, headless) in zip(groups, notes[kind], strict=True):
            instance = key_rows(kind, group) if kind != "review_litigation" else _review(group)
            instance.problems, instance.unknown_heads = problems, unknown
            instance.context, instance.headless = context, headless
            if instance.rows:
                out.setdefault(kind, []).append(instance)
    return out


def _row_key(kind: str, row: RawRow) -> str | None:
    if kind == "review_litigation":
        return kind if row.slots and not row.blank else None
    return forms()[kind].row(row.label) if not row.sub else None


def _restarts(segment: Segment, keys: set[str]) -> bool:
    """A new printed table: it has its own heads, or its rows begin at the form's first row."""
    return bool(segment.head) or next(iter(forms()[segment.kind or ""].rows)) in keys


def _bare(segment: Segment) -> bool:
    return all(not any(forms()[k].row(c.text) for k in TABLES) for _, cells in segment.rows for c in cells)


def _review(rows: list[RawRow]) -> Instance:
    """The review table: one data row whose columns name row and column of the record."""
    out = Instance("review_litigation")
    filled = [row for row in rows if row.slots and not row.blank] or [row for row in rows if row.slots][:1]
    for block in forms()["review_litigation"].rows:
        parts = [
            RawRow(
                labels=[block],
                slots={k.split(".")[1]: s for k, s in row.slots.items() if k.startswith(f"{block}.")},
                table=row.table, row=row.row, heads={}, counted=row.counted,
                extra=row.extra if block == "reconsideration" else [],
            )
            for row in filled
        ]  # fmt: skip
        if parts:
            out.rows[block] = parts[0]
        if len(parts) > 1:
            out.twice[block] = parts
    printed = dict.fromkeys(key.split(".")[0] for row in filled for key in row.slots)
    out.order = [block for block in printed if block in out.rows]
    return out


def _same(a: Instance, b: Instance) -> bool:
    def texts(instance: Instance) -> dict[tuple[str, str], str]:
        return {
            (key, column): squeeze(slot.cell.text) if slot.cell else ""
            for key, row in instance.rows.items()
            for column, slot in row.slots.items()
        }

    return texts(a) == texts(b) and not a.twice and not b.twice


def _choose(instances: list[Instance], year: int | None, out: Tables) -> Instance:
    """One table of a kind: the only one, equal ones once; of different ones none can be taken for certain."""
    first = instances[0]
    others = [other for other in instances[1:] if not _same(first, other)]
    if not others:
        first.copies = instances[1:]
        if first.copies:
            out.issues.append(
                Issue("table_repeated", "note", f"{first.kind}: the same table stands {len(instances)} times")
            )
        return first
    if year is not None:
        years = [set(re.findall(r"20[0-9]{2}", squeeze(instance.context))) for instance in instances]
        this = [i for i, found in enumerate(years) if found == {str(year)}]
        if len(this) == 1 and all(
            found and str(year) not in found for i, found in enumerate(years) if i != this[0]
        ):
            out.issues.append(
                Issue(
                    "several_tables",
                    "warning",
                    f"{first.kind}: {len(instances)} tables; took the one headed {year}",
                )
            )
            return instances[this[0]]
    message = (
        f"{first.kind}: {len(instances)} different tables (several agencies or years on one page); none taken"
    )
    out.issues.append(Issue("several_tables", "error", message))
    fullest = max(instances, key=lambda instance: len(instance.rows))
    merged = Instance(first.kind, rows=dict(fullest.rows), order=list(fullest.order))
    for key in fullest.rows:
        merged.twice[key] = [i.rows[key] for i in instances if key in i.rows]
        merged.twice[key] += [RawRow([key], {}, 0, 0, {})] if len(merged.twice[key]) < len(instances) else []
    return merged


def _of_year(year: int | None) -> list[Edition]:
    """The editions in force for a year."""
    if year is None:
        return []
    return [e for e in editions().values() if e.first_year <= year <= (e.last_year or year)]


def _fill(chosen: dict[str, Instance], year: int | None, out: Tables) -> None:
    by_year = _of_year(year)
    preferred = by_year[-1].id if by_year else None
    # Tables that decide their edition themselves go first; the others follow them.
    decided: dict[str, str | None] = {}
    for kind, instance in chosen.items():
        decided[kind], issues = choose_edition(instance, None)
        if decided[kind] is not None:
            out.issues += issues
    settled = [edition for edition in decided.values() if edition is not None]
    lead = settled[0] if settled and len(set(settled)) == 1 else preferred
    for kind, instance in chosen.items():
        edition = decided[kind]
        if edition is None:
            edition, issues = choose_edition(instance, lead)
            out.issues += issues
        out.editions[kind] = edition
        if edition is None:
            out.extra += [
                {
                    "kind": "table", "table": kind, "label": key, "labels": list(row.labels),
                    "values": {c: s.cell.text for c, s in row.slots.items() if s.cell is not None},
                    "at": {"table": row.table, "row": row.row},
                }
                for key, row in instance.rows.items()
            ]  # fmt: skip
            continue
        filled = fill(instance, editions()[edition])
        out.cells.update(filled.cells)
        out.extra += filled.extra
        out.issues += filled.issues
