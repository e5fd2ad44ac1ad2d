"""Indicators of the local forms before 2014: recognised, named where known, kept in `extra`, never cells.

There was no national form then. A table that no edition has is taken for such a form when its labels are
those of the 2008 edition's indicators; each of its rows becomes an entry of kind ``indicator`` with label,
unit, code and all its printed values by column head. One value is named as the year's only where the head
says so, or where there is just one.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from extraction.editions import Edition, Indicator, editions
from extraction.normalise import label_core, squeeze
from extraction.record import Check, Issue
from extraction.values import Quantity, is_unit, is_value_like, plain, read_value

_LEAST = 3
_PREFIX = "其中"


def read_indicators(
    extra: list[dict[str, Any]], year: int | None
) -> tuple[str | None, list[dict[str, Any]], list[Check], list[Issue]]:
    """The edition found, the entries, their sums, and issues.

    Args:
        extra: what no edition's table has taken (`extraction.leftovers`).
        year: the reporting year, if known: after 2013 a form must say that it counts since the year's begin.
    """
    entries: list[dict[str, Any]] = []
    checks: list[Check] = []
    issues: list[Issue] = []
    edition = next(edition for edition in editions().values() if edition.indicators)
    for table in extra:
        if table.get("kind") != "table" or table.get("rows") is None:
            continue
        heads, found = _rows(edition, table)
        named = [entry for entry in found if entry["key"] is not None]
        local = {"code", "period"} & set(heads) and "label" in heads
        in_time = year is None or edition.first_year <= year <= (edition.last_year or year)
        if len(named) < _LEAST or 2 * len(named) < len(found) or not (in_time or local):
            continue
        entries += found
        checks += _sums(edition, named)
        unread = [entry["label"] for entry in found if entry["value"] is None]
        message = (
            f"{table['label'][:60]!r}: {len(found)} indicators of a local form, {len(named)} of them known"
        )
        issues.append(Issue("local_form", "note", message))
        if unread:
            message = f"no single figure for the year: {'; '.join(unread)[:200]}"
            issues.append(Issue("indicator_unread", "warning", message))
    return (edition.id if entries else None), entries, checks, issues


def _rows(edition: Edition, table: Mapping[str, Any]) -> tuple[set[str], list[dict[str, Any]]]:
    """The roles that the heads name, and the rows below them."""
    columns: list[tuple[str, str]] = []
    roles: set[str] = set()
    out: list[dict[str, Any]] = []
    for number, texts in enumerate(table["rows"]):
        head = [(_role(edition, text), text) for text in texts]
        said = {role for role, _ in head if role}
        if not out and "label" in said and said & {"year", "period", "unit"}:
            columns, roles = head, said
            continue
        row = _row(edition, texts, columns)
        if row is not None:
            at = {"table": table["at"]["table"], "row": table["at"]["row"] + number}
            out.append({"kind": "indicator", "table": None, "edition": edition.id, **row, "at": at})
    return roles, out


def _role(edition: Edition, text: str) -> str:
    core = label_core(text)
    return next((role for role, words in edition.indicator_heads.items() if core in words), "")


def _row(edition: Edition, texts: list[str], columns: list[tuple[str, str]]) -> dict[str, Any] | None:
    """One row: by the heads where it has a cell under each, or else by what its cells look like."""
    label = unit = code = ""
    values: dict[str, str] = {}
    if columns and len(texts) == len(columns):
        for (role, head), text in zip(columns, texts, strict=True):
            if role == "label":
                label = text
            elif role == "unit":
                unit = text
            elif role == "code":
                code = text
            else:
                values[squeeze(head) or str(len(values) + 1)] = text
    else:
        rest = [text for text in texts if squeeze(text)]
        start = next((i for i, text in enumerate(rest) if not is_value_like(text)), None)
        if start is None:
            return None
        code, label = (rest[0] if start == 1 else ""), rest[start]
        rest = rest[start + 1 :]
        if rest and is_unit(rest[0]):
            unit, rest = rest[0], rest[1:]
        heads = [squeeze(head) for role, head in columns if role in {"year", "period"}]
        named = heads if len(heads) == len(rest) else [str(i + 1) for i in range(len(rest))]
        values = dict(zip(named, rest, strict=True))
    if not label_core(label) or not any(squeeze(value) for value in values.values()):
        return None
    if not all(is_value_like(value) for value in values.values()):
        return None
    key = _key(edition.id, label)
    value = _of_year(edition, values, unit or (edition.indicators[key].unit if key else ""))
    return {
        "key": key,
        "label": squeeze(label)[:160],
        "code": squeeze(code) or None,
        "unit": squeeze(unit) or None,
        "values": values,
        "value": plain(value),
    }


def _of_year(edition: Edition, values: Mapping[str, str], unit: str) -> Decimal | None:
    """The figure of the year: the one whose head says so, or the only one; None where that is not plain."""
    words = edition.indicator_heads["year"]
    of_year = [text for head, text in values.items() if label_core(head) in words]
    if len(of_year) != 1:
        of_year = list(values.values()) if len(values) == 1 else []
    if len(of_year) != 1:
        return None
    kind = "money" if "元" in unit else "count"
    reading = read_value(
        of_year[0], Quantity(kind, squeeze(unit) or "件", squeeze(unit) if kind == "money" else None)
    )
    return reading.value if reading.issue is None else None


@lru_cache(maxsize=2048)
def _key(edition: str, label: str) -> str | None:
    """The indicator that a label names, if just one."""
    indicators: Mapping[str, Indicator] = editions()[edition].indicators
    core = label_core(label)
    core = core.removeprefix(_PREFIX)
    exact = [key for key, indicator in indicators.items() if core in indicator.exact]
    found = exact or [key for key, indicator in indicators.items() if indicator.contains(core)]
    return found[0] if len(found) == 1 else None


def _sums(edition: Edition, named: list[dict[str, Any]]) -> list[Check]:
    """The sums of the form, where the total and all its printed parts are figures."""
    values: dict[str, Any] = {}
    for entry in named:
        if entry["key"] in values:
            return []
        values[entry["key"]] = entry["value"]
    out: list[Check] = []
    for total, parts in edition.indicator_sums:
        there = [part for part in parts if part in values]
        if total not in values or len(there) < 2:
            continue
        read = [values[name] for name in (total, *there)]
        expected = actual = holds = None
        if all(value is not None for value in read):
            expected = sum((Decimal(str(value)) for value in read[1:]), Decimal(0))
            actual = Decimal(str(read[0]))
            # Parts that a local form does not print may make up the rest.
            holds = expected == actual if len(there) == len(parts) else (True if expected == actual else None)
        names = tuple(f"indicators.{name}.value" for name in (*there, total))
        out.append(Check(f"indicators.{total}", holds, expected, actual, names, None, soft=True))
    return out
