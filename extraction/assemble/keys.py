"""Rows as read -> rows of a form: which row each is, labels that a page end cut in two, groups.

Guards: a label met twice, and figures beside a blank row whose label no edition knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from extraction.forms import Form, forms
from extraction.normalise import squeeze
from extraction.rows import RawRow
from extraction.values import is_figure


@dataclass
class Instance:
    """One printed table of one kind: its rows by key, and what fits nowhere."""

    kind: str
    rows: dict[str, RawRow] = field(default_factory=dict)
    twice: dict[str, list[RawRow]] = field(default_factory=dict)
    groups: list[tuple[str, RawRow]] = field(default_factory=list)
    unknown: list[RawRow] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unknown_heads: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    context: str = ""
    headless: bool = False
    copies: list[Instance] = field(default_factory=list)


def key_rows(kind: str, rows: list[RawRow]) -> Instance:
    """Give each row its key, in printed order; join labels that a page end cut in two."""
    form = forms()[kind]
    out = Instance(kind)
    # Rows that hold nothing at all (Word prints one under each table) part no label from its other half.
    rows = [row for row in rows if row.label or not row.blank]
    group: str | None = None
    last: str | None = None
    for row in joined(kind, rows):
        for text in row.labels[:-1]:
            group = form.group(text) or group
        key = None if row.sub or _of_two(form, row) else form.row(row.label)
        if not row.label:
            if not row.blank:
                out.unknown.append(row)
            continue
        key = _in_context(kind, key, group, last)
        as_group = form.group(row.label)
        if as_group and key is None:
            group = as_group
            if not row.blank or row.slots:
                out.groups.append((as_group, row))
            continue
        if key is None:
            out.unknown.append(row)
            continue
        last = key
        if key in out.rows:
            out.twice.setdefault(key, [out.rows[key]]).append(row)
            continue
        out.rows[key] = row
        out.order.append(key)
    _settle_groups(out)
    doubt(out, rows)
    return out


def _of_two(form: Form, row: RawRow) -> bool:
    """Whether labels of two rows stand before the figures of one, where only positions put them there."""
    if not row.counted:
        return False
    named = {key for text in row.labels if not form.group(text) and (key := form.row(text))}
    # What says too little (其他) may be the first line of a group's label.
    outer = {key for key in named if not any(label.in_context for label in form.rows[key])}
    return bool(outer - {form.row(row.label)})


def doubt(out: Instance, rows: list[RawRow]) -> None:
    """A row of blanks beside a row that no edition knows may be the one those figures belong to."""
    places = {(row.table, row.row): key for key, row in out.rows.items()}
    order = [(row.table, row.row) for row in rows]
    for row in out.unknown:
        if row.blank or (row.table, row.row) not in order:
            continue
        at = order.index((row.table, row.row))
        for beside in order[max(at - 1, 0) : at + 2]:
            key = places.get(beside)
            if key is None:
                continue
            texts = [slot.cell.text for slot in out.rows[key].slots.values() if slot.cell]
            if not any(map(is_figure, texts)) and not all(map(squeeze, texts)):
                out.doubtful.append(key)
    for group, row in out.groups:
        # A group's own sums stand above its rows: figures behind a blank one of them may be that row's.
        if row.blank or (row.table, row.row) not in order:
            continue
        key = places.get(order[max(order.index((row.table, row.row)) - 1, 0)])
        if key is not None and out.rows[key].blank and _is_in(out.kind, key, group):
            out.doubtful.append(key)


def _is_in(kind: str, key: str, group: str) -> bool:
    return any(label.group == group for label in forms()[kind].rows[key])


def _in_context(kind: str, key: str | None, group: str | None, last: str | None) -> str | None:
    """A label that says too little (其他) is taken by its group, or by the row before it."""
    form = forms()[kind]
    if key is None:
        return None
    labels = form.rows[key]
    if not any(label.in_context for label in labels):
        return key
    wanted = {label.group for label in labels}
    before = {name for name, entries in form.rows.items() if {label.group for label in entries} == wanted}
    return key if group in wanted or last in before else None


def joined(kind: str, rows: list[RawRow]) -> list[RawRow]:
    """Rows whose label a page end cut in two become one row; only word-for-word joins count."""
    out: list[RawRow] = []
    for row in rows:
        before = out[-1] if out else None
        if before is not None and (row.blank or before.blank) and _is_rest(kind, before, row):
            holder = before if row.blank else row
            out[-1] = replace(holder, labels=[*before.labels[:-1], before.label + row.label])
            continue
        out.append(row)
    return out


def _is_rest(kind: str, before: RawRow, row: RawRow) -> bool:
    """Whether two labels are the halves of one: word for word together, neither of them a label alone."""
    form = forms()[kind]
    if not before.label or not row.label:
        return False
    joined = form.row_exact(before.label + row.label)
    outer = {squeeze(label) for label in before.labels[:-1]}
    return (
        joined is not None
        and {squeeze(label) for label in row.labels[:-1]} <= outer
        and all(form.row(r.label) in {None, joined} for r in (before, row))
        and all(form.row_exact(r.label) is None and form.group(r.label) is None for r in (before, row))
    )


def _settle_groups(out: Instance) -> None:
    """A head that is a group in one edition and a row in another (其他处理) is settled by the rows found."""
    form = forms()[out.kind]
    for key, row in list(out.rows.items()):
        group = form.group(row.label)
        if group is None:
            continue
        members = {name for name, entries in form.rows.items() if any(e.group == group for e in entries)}
        if members & set(out.rows):
            del out.rows[key]
            out.order.remove(key)
            out.groups.append((group, row))
