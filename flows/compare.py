"""Two records of the same bytes, compared: what another reader says otherwise, worst first.

The source is the same by construction, so each difference is the reader's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from storage import parts_of

IDENTITY = ("agency", "year", "region", "edition", "scope", "title", "published", "signed", "document_number")
"""What says whose report a document is, and which."""

STEPS = (
    "number_to_number",
    "number_to_null",
    "kind",
    "identity",
    "null_to_number",
    "check",
    "null_to_null",
    "raw",
    "text",
    "other",
)
"""Kinds of changes, the worst first: what may put a wrong figure into the dataset, what takes one out."""

CHANGES = ("value", "status", "appeared", "vanished", "raw")
"""How a cell changes."""


class Figure(NamedTuple):
    """A cell as read.

    Attributes:
        digits: the value as JSON has it; None where it holds no number.
        status: as in the record.
        raw: as printed.
    """

    digits: str | None
    status: str
    raw: str | None

    @property
    def value(self) -> Decimal | None:
        """The value, for which 3 and 3.0 are one."""
        return None if self.digits is None else Decimal(self.digits)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what differs between two records of the same bytes.

    Each is plain data: ``change`` (one of `CHANGES`, or ``kind``, ``identity``, ``check``, ``text``,
    ``other``), ``step`` (one of `STEPS`), ``cell`` (the cell, field or check), ``was`` and ``is``.
    ``other`` comes alone: the records differ in what is neither figure, identity, check nor text.
    """
    # Most records of another extractor say the same; comparing them whole is a hundred times cheaper.
    if _without_extractor(old) == _without_extractor(new):
        return
    begun = False
    for difference in _named_differences(old, new):
        begun = True
        yield difference
    if not begun:
        yield _difference("other", "other", "", None, None)


def _named_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if old.get("kind") != new.get("kind"):
        yield _difference("kind", "kind", "kind", old.get("kind"), new.get("kind"))
    yield from cell_differences(old, new)
    for before, was, now in _parts_side_by_side(old, new):
        yield from _identity_differences(before, was, now)
        yield from _check_differences(before, was, now)
        if _sections(was) != _sections(now):
            yield _difference("text", "text", f"{before}sections", None, None)


def cell_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cells in which two records of the same bytes differ, in the order of their names."""
    if _as_read(old) == _as_read(new):
        return  # as most are, and to see that takes a hundredth of the time
    before, after = figures_of(old), figures_of(new)
    for cell in sorted(before.keys() | after.keys()):
        was, now = before.get(cell), after.get(cell)
        if was == now or (was and now and _values(was) == _values(now)):
            continue
        yield _difference(_change(was, now), _step(was, now), cell, _shown(was), _shown(now))


def figures_of(record: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the cells of a record by name.

    Where a document joins several reports, the number of the part stands before: ``2/requests.new.total``.
    """
    found = {}
    for before, part in _parts(record).items():
        for name, cell in (part.get("cells") or {}).items():
            value: Any = part.get("tables") or {}
            for step in name.split("."):
                value = value.get(step) if isinstance(value, dict) else None
            digits = None if value is None else repr(value)
            raw = cell.get("raw")
            found[before + name] = Figure(digits, str(cell.get("status")), None if raw is None else str(raw))
    return found


def _values(figure: Figure) -> tuple[Decimal | None, str, str | None]:
    return figure.value, figure.status, figure.raw


def _as_read(record: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    return [(part.get("cells"), part.get("tables")) for part in parts_of(record)]


def count_cells(record: Mapping[str, Any]) -> int:
    """Return how many cells a record has."""
    return sum(len(part.get("cells") or {}) for part in parts_of(record))


def report_of(cell: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the identity of the report that a cell, field or check of a record belongs to."""
    number, slash, _ = cell.partition("/")
    before = f"{number}/" if slash and number.isdecimal() else ""
    parts = _parts(record)
    part = parts.get(before) or next(iter(parts.values()))
    return part.get("report") or {}


def _parts(record: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    parts = parts_of(record)
    return {f"{number}/" if len(parts) > 1 else "": part for number, part in enumerate(parts, start=1)}


def _parts_side_by_side(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    was, now = _parts(old), _parts(new)
    for before in sorted(was.keys() | now.keys()):
        yield before, was.get(before) or {}, now.get(before) or {}


def _identity_differences(
    before: str, was: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    ours, theirs = was.get("report") or {}, now.get("report") or {}
    for field in IDENTITY:
        old, new = _plain(ours.get(field)), _plain(theirs.get(field))
        if old != new:
            yield _difference("identity", "identity", f"{before}{field}", old, new)


def _check_differences(
    before: str, was: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    ours, theirs = _checks(was), _checks(now)
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield _difference("check", "check", f"{before}{name}", ours.get(name), theirs.get(name))


def _checks(part: Mapping[str, Any]) -> dict[str, str]:
    words = {True: "holds", False: "fails", None: "open"}
    return {str(check.get("id")): words[check.get("holds")] for check in part.get("checks") or ()}


def _sections(part: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    return [(section.get("key"), section.get("text")) for section in part.get("sections") or ()]


def _without_extractor(record: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in record.items() if name != "extractor"}
    if record.get("parts"):
        plain["parts"] = [_without_extractor(part) for part in record["parts"]]
    return plain


def _plain(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("code")  # a region: the code is what the dataset is filed by
    return None if value is None else str(value)


def _change(was: Figure | None, now: Figure | None) -> str:
    if was is None:
        return "appeared"
    if now is None:
        return "vanished"
    if was.value != now.value:
        return "value"
    return "status" if was.status != now.status else "raw"


def _step(was: Figure | None, now: Figure | None) -> str:
    before, after = (None if one is None else one.value for one in (was, now))
    if before is not None and after is not None:
        if before != after:
            return "number_to_number"
        return "raw" if was is not None and now is not None and was.status == now.status else "null_to_null"
    if before is not None:
        return "number_to_null"
    if after is not None:
        return "null_to_number"
    return "raw" if was is not None and now is not None and was.status == now.status else "null_to_null"


def _shown(figure: Figure | None) -> dict[str, str | None] | None:
    if figure is None:
        return None
    value = None if figure.value is None else str(figure.value)
    return {"value": value, "status": figure.status, "raw": figure.raw}


def _difference(change: str, step: str, cell: str, was: Any, now: Any) -> dict[str, Any]:
    return {"change": change, "step": step, "cell": cell, "was": was, "is": now}
