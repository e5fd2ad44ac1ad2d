"""Copies of one report confirm each other: the page, its DOCX, its PDF.

A pure function over records. A figure that another document of the same report prints too, read from other
bytes by another reader, is `corroborated_by` that document; a figure that another prints differently is a
disagreement that names both cells and where each stands. Nothing is changed, and nobody outvotes anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from extraction.record import Issue

_NOTHING = frozenset({"blank", "dash", "not_applicable", "absent"})


@dataclass(frozen=True)
class Copies:
    """What the documents of one report say of each other's figures.

    Attributes:
        corroborated_by: cell -> hashes of the other documents that print the same figure, in the order given.
        issues: one for each two documents that disagree, and each kind of disagreement.
    """

    corroborated_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def compare(primary: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Copies:
    """Compare a report's primary record with the records of its other documents.

    Args:
        primary: the record the figures are taken from, as JSON.
        others: records of other documents of the same report. The same bytes confirm nothing, and count once.
    """
    confirmed: dict[str, list[str]] = {}
    issues: list[Issue] = []
    seen = {_hash(primary)}
    for other in others:
        if _hash(other) in seen or other.get("kind") != "report":
            continue
        seen.add(_hash(other))
        figures: list[str] = []
        lacking: list[str] = []
        ours, theirs = primary.get("cells") or {}, other.get("cells") or {}
        for name in sorted(ours.keys() & theirs.keys()):
            one, two = _value(primary, name), _value(other, name)
            if one is None and two is None:
                continue
            if one is None or two is None:
                silent = ours[name] if one is None else theirs[name]
                if silent.get("status") in _NOTHING:
                    lacking.append(name)
            elif one == two and ours[name].get("unit") == theirs[name].get("unit"):
                confirmed.setdefault(name, []).append(_hash(other))
            else:
                figures.append(name)
        if figures:
            issues.append(_issue("copies_disagree", "error", "other figures", figures, primary, other))
        if lacking:
            said = "a figure where the other has none"
            issues.append(_issue("copies_differ", "warning", said, lacking, primary, other))
    return Copies({name: tuple(found) for name, found in sorted(confirmed.items())}, tuple(issues))


def _hash(record: Mapping[str, Any]) -> str:
    return str((record.get("document") or {}).get("sha256"))


def _value(record: Mapping[str, Any], name: str) -> Decimal | None:
    node: Any = record.get("tables") or {}
    for part in name.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return None if node is None else Decimal(str(node))


def _issue(
    code: str, severity: str, what: str, names: list[str], one: Mapping[str, Any], two: Mapping[str, Any]
) -> Issue:
    shown = "; ".join(f"{name}: {_place(one, name)}, {_place(two, name)}" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return Issue(code, severity, f"two documents of the report have {what}: {shown}{more}", tuple(names))


def _place(record: Mapping[str, Any], name: str) -> str:
    """What a document prints in a cell, and where: ``'12' in 3fa9c1d2 (table 1, row 6, column 3)``."""
    cell = record["cells"][name]
    at = cell.get("at") or {}
    words = [f"{key} {at[key]}" for key in ("page", "table", "row", "column") if at.get(key) is not None]
    return f"{cell.get('raw')!r} in {_hash(record)[:8]} ({', '.join(words)})"
