"""Identities between the reports of one agency on two consecutive years (`editions/years.yaml`).

A pure function over two records, so that whoever has both (a release, a newsroom) can judge them; a record
alone cannot. Cells are named with their year: ``2023/requests.carried_over.total``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from extraction.checks import EMPTY
from extraction.editions import FOLDER, load
from extraction.knowledge import load_yaml
from extraction.record import Check, Record

Term = tuple[str, str, int]


@dataclass(frozen=True)
class YearRule:
    """One identity between two years.

    Attributes:
        id: first part of the checks' ids.
        table: the table it is about.
        rule: ``equal`` or ``at_most``.
        over: ``columns`` or ``rows``: what it is repeated over.
        editions: of the earlier and the later table.
        left: terms: whose (``earlier`` or ``later``), field, sign.
        right: as `left`.
        soft: whether lawful causes often break it.
        note_zh: what it says, in Chinese.
        note_en: in English.
    """

    id: str
    table: str
    rule: str
    over: str
    editions: Mapping[str, tuple[str, ...]]
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    soft: bool
    note_zh: str
    note_en: str


@lru_cache(maxsize=1)
def year_rules() -> tuple[YearRule, ...]:
    """The identities between years; ValueError where one names what its editions have not."""
    entries = load_yaml(FOLDER / "years.yaml")
    out = tuple(
        YearRule(
            id=entry["id"],
            table=entry["table"],
            rule=entry["rule"],
            over=entry["over"],
            editions={whose: tuple(found) for whose, found in entry["editions"].items()},
            left=tuple((whose, field, sign) for whose, field, sign in entry["left"]),
            right=tuple((whose, field, sign) for whose, field, sign in entry["right"]),
            soft=bool(entry.get("soft", False)),
            note_zh=entry["note_zh"],
            note_en=entry["note_en"],
        )
        for entry in entries
    )
    for rule in out:
        for whose, field, _ in (*rule.left, *rule.right):
            for edition in rule.editions[whose]:
                table = load(edition).tables[rule.table]
                if field not in (table.rows if rule.over == "columns" else table.columns):
                    message = f"years.yaml: {rule.id}: edition {edition} has no {rule.table} {field}"
                    raise ValueError(message)
    return out


def compare(earlier: Record | Mapping[str, Any], later: Record | Mapping[str, Any]) -> list[Check]:
    """Judge the identities between two reports of one agency; nothing where the years do not follow.

    Args:
        earlier: the record, or its JSON, of one year.
        later: of the year after it. That both are of one agency is the caller's to know.
    """
    old, new = (_plain(record) for record in (earlier, later))
    first, second = ((record.get("report") or {}).get("year") for record in (old, new))
    if first is None or second is None or first + 1 != second:
        return []
    sides = {"earlier": (first, old), "later": (second, new)}
    out: list[Check] = []
    for rule in year_rules():
        editions = {
            whose: (record["report"].get("editions") or {}).get(rule.table)
            for whose, (_, record) in sides.items()
        }
        if all(editions[whose] in rule.editions[whose] for whose in sides):
            tables = [load(str(edition)).tables[rule.table] for edition in editions.values()]
            shared = [set(t.columns) if rule.over == "columns" else set(t.rows) for t in tables]
            for place in tables[0].columns if rule.over == "columns" else tables[0].rows:
                if place in shared[1]:
                    check = _check(rule, place, sides)
                    out += [check] if check is not None else []
    return out


def _plain(record: Record | Mapping[str, Any]) -> Mapping[str, Any]:
    return record.to_dict() if isinstance(record, Record) else record


def _check(rule: YearRule, place: str, sides: Mapping[str, tuple[int, Mapping[str, Any]]]) -> Check | None:
    """The identity at one place; None where the tables have no such cells."""
    sums = [Decimal(0), Decimal(0)]
    names: list[str] = []
    statuses: list[str] = []
    for side, terms in enumerate((rule.left, rule.right)):
        for whose, field, sign in terms:
            year, record = sides[whose]
            row, column = (field, place) if rule.over == "columns" else (place, field)
            key = f"{rule.table}.{row}.{column}"
            cell = (record.get("cells") or {}).get(key)
            if cell is None:
                return None
            names.append(f"{year}/{key}")
            value = record["tables"][rule.table][row][column]
            if value is None:
                statuses.append(cell["status"])
            else:
                sums[side] += sign * Decimal(str(value))
    expected, actual = sums
    holds = actual >= expected if rule.rule == "at_most" else actual == expected
    name = f"{rule.id}.{place}"
    if not statuses:
        return Check(name, holds, expected, actual, tuple(names), None, rule.soft)
    zeros = holds if set(statuses) <= EMPTY and len(statuses) < len(names) else None
    return Check(name, None, None, None, tuple(names), zeros, rule.soft)
