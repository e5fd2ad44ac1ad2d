"""Which edition a table is of: its own rows and columns decide, the year only breaks ties."""

from __future__ import annotations

from extraction.assemble.keys import Instance
from extraction.columns import BESIDE
from extraction.editions import editions
from extraction.forms import forms
from extraction.record import Issue


def choose_edition(instance: Instance, preferred: str | None) -> tuple[str | None, list[Issue]]:
    """The edition whose form has all the rows and columns found; ties go to `preferred`."""
    having = [edition.id for edition in editions().values() if instance.kind in edition.tables]
    if len(having) == 1:
        return having[0], []
    found_rows = set(instance.rows) | set(instance.twice)
    found_columns = {key for row in instance.rows.values() for key in row.slots if not key.startswith(BESIDE)}
    if instance.kind == "review_litigation":
        return preferred, []
    if _is_another(instance, found_rows):
        message = f"{instance.kind}: most of its rows are of no edition"
        return None, [Issue("edition_unknown", "error", message)]
    shared = {k for k, cols in forms()[instance.kind].columns.items() if any(c.shared for c in cols)}
    scores: dict[str, int] = {}
    fits: list[str] = []
    common_rows, common_columns = _common(instance.kind)
    for edition in editions().values():
        table = edition.tables.get(instance.kind)
        if table is None:
            continue
        own_rows = (found_rows & set(table.rows)) - common_rows
        own_columns = (found_columns & set(table.columns)) - common_columns - shared
        scores[edition.id] = len(own_rows) + 3 * len(own_columns)
        if found_rows <= set(table.rows) and found_columns <= set(table.columns):
            fits.append(edition.id)
    decided = [edition for edition in fits if scores[edition] > 0]
    if len(decided) == 1:
        return decided[0], []
    if not fits and max(scores.values(), default=0) > 0:
        best = max(scores, key=lambda edition: scores[edition])
        if list(scores.values()).count(scores[best]) == 1:
            message = f"rows or columns of other editions stand in this {best} table"
            return best, [Issue("mixed_table", "warning", f"{instance.kind}: {message}")]
        return None, [
            Issue("edition_unknown", "error", f"{instance.kind}: rows and columns of several editions")
        ]
    if preferred in fits:
        message = f"{instance.kind}: nothing in the table itself decides the edition; taken as {preferred}"
        return preferred, [Issue("edition_inferred", "note", message)]
    return None, [Issue("edition_unknown", "error", f"{instance.kind}: the edition cannot be told")]


def _is_another(instance: Instance, found: set[str]) -> bool:
    """Whether a table is a form of its own that shares some labels with those that are known.

    What a label counts, its neighbours decide: 部分公开 beside 完全公开 is not 部分公开 beside 予以公开.
    """
    tables = [
        edition.tables[instance.kind] for edition in editions().values() if instance.kind in edition.tables
    ]
    fewest = min(sum(not row.optional for row in table.rows.values()) for table in tables)
    strange = sum(not row.blank for row in instance.unknown)
    return len(found) * 2 < fewest and strange > len(found)


def _common(kind: str) -> tuple[set[str], set[str]]:
    tables = [edition.tables[kind] for edition in editions().values() if kind in edition.tables]
    rows = set.intersection(*(set(table.rows) for table in tables))
    columns = set.intersection(*(set(table.columns) for table in tables))
    return rows, columns
