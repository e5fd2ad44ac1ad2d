"""A second look where figures and identities disagree, or where a figure could not be read.

Three questions, in this order, and none of them alters a digit:

- Does the same printed text have another lawful reading (``2 16`` as 216, ``〇`` as 0, ``10*`` as 10)? It is
  taken where the identities that need the figure then hold, and none fails.
- Does another parse of the same document (its tables without their spans, the page's text without its lines)
  make the identities of a table hold that fail, or cannot be judged, in the first? Then it is taken.
- Do the identities give a single answer for a figure? Then that is `suggested`, beside what is printed.

What is taken says so in an issue. An agency's own error fails in every reading, and stays as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from extraction.checks import run_checks
from extraction.document import Block, Cell, Document, Table
from extraction.editions import editions
from extraction.forms import TABLES
from extraction.record import CellRecord, Check, Issue
from extraction.tables import Tables, read_tables
from extraction.values import clean

_EMPTY = frozenset({"blank", "dash", "not_applicable"})
_LOST = frozenset({"unreadable", "absent", "text"})
_UNREAD = frozenset({"digits_split", "value_not_a_figure", "cell_unreadable"})
"""Issues of a cell that a second reading settles."""
_ZERO = frozenset({"O", "o", "〇", "零", "○", "◯"})
_APART = re.compile(r"(?P<digits>[0-9]{1,3}(?:\s+[0-9]{1,3}){1,3})(?:件|个|项|条|次|宗)?")
_MARKED = re.compile(r"(?P<digits>[0-9]+)(?:[*†‡注①-⑳⑴-⒇¹²³]|\[[0-9注]\]){1,3}")
_MAX_CELLS = 20_000
"""Table cells beyond which no document is parsed again."""


def look_again(document: Document, first: Tables, year: int | None) -> Tables:
    """The tables as first read, with what a second look makes certain."""
    if set(TABLES) <= first.editions.keys() and not _lost(first.cells) and not _failing(_checks(first)):
        return first
    out = _read_cells_again(first)
    troubled = _troubled(out)
    if troubled and sum(len(b.cells) for b in document.blocks if isinstance(b, Table)) <= _MAX_CELLS:
        for name, other in _parses(document):
            again = read_tables(other, year)
            for kind in troubled:
                if _better(out, again, kind):
                    out = _taken(out, again, kind, name)
            troubled = _troubled(out)
            if not troubled:
                break
    return _suggest(out)


def _checks(tables: Tables, cells: Mapping[str, CellRecord] | None = None) -> list[Check]:
    """The hard checks of all tables."""
    found, _ = tables.judged if cells is None else run_checks(dict(cells), tables.known)
    return [check for check in found if not check.soft]


def _verdict(check: Check) -> bool | None:
    return check.holds if check.holds is not None else check.blank_as_zero


def _own(tables: Tables, kind: str) -> dict[str, CellRecord]:
    return {name: cell for name, cell in tables.cells.items() if name.startswith(f"{kind}.")}


def _lost(cells: Mapping[str, CellRecord]) -> list[str]:
    return [name for name, cell in cells.items() if cell.status in _LOST]


def _failing(checks: Iterable[Check]) -> list[str]:
    return [check.id for check in checks if _verdict(check) is False]


def _troubled(tables: Tables) -> list[str]:
    """The tables that are not there, have cells that were not read, or fail an identity."""
    names = [*_lost(tables.cells), *_failing(_checks(tables))]
    hurt = {name.split(".")[0] for name in names}
    return [kind for kind in TABLES if kind in hurt or (tables.editions and kind not in tables.editions)]


# -- the same text, read in another way ---------------------------------------------------------------------


def other_reading(raw: str) -> Decimal | None:
    """The figure that a text may say that is none on its face; None where there is none."""
    bare = clean(raw)
    if bare == "0" or bare in _ZERO:  # a plain 0 is unread where it stands across several columns
        return Decimal(0)
    if (match := _APART.fullmatch(bare)) and not bare.startswith("0"):
        return Decimal(re.sub(r"\s+", "", match["digits"]))
    if (match := _MARKED.fullmatch(bare)) and (match["digits"] == "0" or not match["digits"].startswith("0")):
        return Decimal(match["digits"])
    return None


def _read_cells_again(tables: Tables) -> Tables:
    """Figures whose other reading the identities confirm; the rest stays unread."""
    found = {
        name: value
        for name, cell in tables.cells.items()
        if cell.value is None and (value := other_reading(cell.raw)) is not None and cell.status in _LOST
    }
    taken: dict[str, CellRecord] = {}
    while found:
        taken = {
            name: replace(tables.cells[name], value=value, status="number", suggested=None)
            for name, value in found.items()
        }
        verdicts = _verdicts(_checks(tables, {**tables.cells, **taken}))
        failing = {name for name in found if False in verdicts.get(name, set())}
        if not failing:
            break
        found = {name: value for name, value in found.items() if name not in failing}
        taken = {}
    verdicts = _verdicts(_telling(tables, taken)) if taken else {}
    taken = {name: cell for name, cell in taken.items() if True in verdicts.get(name, set())}
    if not taken:
        return tables
    names = set(taken)
    issues = [
        issue
        for issue in tables.issues
        if not (issue.code in _UNREAD and issue.cells and set(issue.cells) <= names)
    ]
    message = "figures not plain on their face, taken because the identities then hold: " + ", ".join(
        sorted({f"{clean(cell.raw)!r} as {cell.value}" for cell in taken.values()})[:8]
    )
    issues.append(Issue("second_look", "note", message, tuple(taken)))
    return replace(tables, cells={**tables.cells, **taken}, issues=issues)


def _telling(tables: Tables, taken: Mapping[str, CellRecord]) -> Iterator[Check]:
    """The checks that tell figures read together from two rows in one cell (``46 1`` beside ``412 5``).

    Where their first parts alone make a sum hold, and the rests alone, the sum of the joined says nothing.
    """
    cells = {**tables.cells, **taken}
    parts = {
        name: match["digits"].split(maxsplit=1)
        for name, cell in taken.items()
        if (match := _APART.fullmatch(clean(cell.raw)))
    }
    sides = [
        {name: replace(taken[name], value=Decimal("".join(both[at].split()))) for name, both in parts.items()}
        for at in (0, 1)
    ]
    held = [
        {check.id for check in _checks(tables, {**cells, **side}) if parts and _verdict(check)}
        for side in sides
    ]
    for check in _checks(tables, cells):
        if check.id not in held[0] & held[1] or parts.keys().isdisjoint(check.cells):
            yield check


def _verdicts(checks: Iterable[Check]) -> dict[str, set[bool | None]]:
    out: dict[str, set[bool | None]] = {}
    for check in checks:
        for name in check.cells:
            out.setdefault(name, set()).add(_verdict(check))
    return out


# -- another parse ------------------------------------------------------------------------------------------


def _parses(document: Document) -> Iterator[tuple[str, Document]]:
    """Other parses of a document, each with its name; their blocks stand for the same blocks."""
    blocks = document.blocks
    if any(isinstance(block, Table) and block.exact for block in blocks):
        yield "the tables without their spans", replace(document, blocks=_each(blocks, _without_spans))
    if any(_rectangular(block) for block in blocks):
        yield "the tables as plain grids", replace(document, blocks=_each(blocks, _as_grid))
    if document.again is not None:
        other = document.again()
        if other is not None:
            yield "the page's text without its lines", other


def _each(blocks: tuple[Block, ...], change: object) -> tuple[Block, ...]:
    return tuple(change(block) if isinstance(block, Table) else block for block in blocks)  # type: ignore[operator]


def _without_spans(table: Table) -> Table:
    cells = [
        Cell(c.text, c.row, i, 1, 1, c.path, c.page, c.bbox, c.confidence, c.doubts)
        for row in table.rows
        for i, c in enumerate(row)
    ]
    return Table(tuple(cells), exact=False)


def _rectangular(block: Block) -> bool:
    """Whether a table without spans has rows of one length, as a grid has."""
    if not isinstance(block, Table) or block.exact:
        return False
    return len({len(row) for row in block.rows if row}) == 1 and block.height > 1


def _as_grid(table: Table) -> Table:
    return replace(table, exact=True) if _rectangular(table) else table


@dataclass(frozen=True)
class _Standing:
    """How a table stands: identities that hold on figures, that fail, and cells not read."""

    held: int
    failed: int
    lost: int


def _standing(tables: Tables, kind: str) -> _Standing:
    verdicts = [check for check in _checks(tables) if check.id.startswith(f"{kind}.")]
    cells = _own(tables, kind)
    return _Standing(
        held=sum(
            _verdict(check) is True and bool(check.expected or check.blank_as_zero) for check in verdicts
        ),
        failed=sum(_verdict(check) is False for check in verdicts),
        lost=sum(cell.status in _LOST for cell in cells.values()),
    )


def _better(first: Tables, again: Tables, kind: str) -> bool:
    """Whether another parse makes every identity of a table hold, where the first does not.

    Figures that differ must be under identities that hold, and nothing else may doubt them.
    """
    edition = again.editions.get(kind)
    if edition is None or first.editions.get(kind, edition) != edition:
        return False
    old, new = _standing(first, kind), _standing(again, kind)
    if new.failed or new.held <= old.held or (new.lost > old.lost and kind in first.editions):
        return False
    if kind in first.editions and old.failed == 0 and new.lost == old.lost:
        return False
    if kind not in first.editions and new.lost:
        return False
    ours, theirs = _own(first, kind), _own(again, kind)
    changed = {
        name
        for name in ours.keys() | theirs.keys()
        if name not in ours or name not in theirs or ours[name].value != theirs[name].value
    }
    verdicts = _verdicts(check for check in _checks(again) if check.id.startswith(f"{kind}."))
    if any(True not in verdicts.get(name, set()) for name in changed):
        return False
    doubted = {name for issue in again.issues if issue.severity != "note" for name in issue.cells}
    return not changed & doubted


def _about(issue: Issue, kind: str) -> bool:
    return issue.message.startswith(f"{kind}:") or any(name.startswith(f"{kind}.") for name in issue.cells)


def _taken(first: Tables, again: Tables, kind: str, name: str) -> Tables:
    ours, theirs = _own(first, kind), _own(again, kind)
    cells = {key: cell for key, cell in first.cells.items() if key not in ours} | theirs
    changed = tuple(key for key in theirs if key not in ours or ours[key].value != theirs[key].value)
    message = f"{kind}: {len(changed)} cells taken from another parse ({name}): its identities hold"
    issues = [issue for issue in first.issues if not _about(issue, kind)]
    issues += [issue for issue in again.issues if _about(issue, kind)]
    issues.append(Issue("second_look", "note", message, changed))
    extra = [entry for entry in first.extra if entry.get("table") != kind]
    extra += [entry for entry in again.extra if entry.get("table") == kind]
    found = {**first.editions, kind: again.editions[kind]}
    return replace(first, cells=cells, issues=issues, extra=extra, editions=found)


# -- what the identities say --------------------------------------------------------------------------------


def _suggest(tables: Tables) -> Tables:
    """Suggestions where the identities give one answer: for a figure not read, or a single printed error."""
    checks = _checks(tables)
    found = {**_of_unread(tables, checks), **_of_error(tables, checks)}
    if not found:
        return tables
    cells = {
        name: replace(tables.cells[name], suggested=value)
        for name, value in found.items()
        if tables.cells[name].suggested is None
    }
    return replace(tables, cells={**tables.cells, **cells})


def _of_unread(tables: Tables, checks: list[Check]) -> dict[str, int]:
    """The only value with which every identity holds that lacks just this figure."""
    answers: dict[str, set[Decimal]] = {}
    for check in checks:
        lost = [name for name in check.cells if tables.cells[name].value is None]
        lost = [name for name in lost if tables.cells[name].status not in _EMPTY]
        if len(lost) == 1 and (answer := _solved(check, lost[0], tables.cells)) is not None:
            answers.setdefault(lost[0], set()).add(answer)
    return {
        name: int(next(iter(values)))
        for name, values in answers.items()
        if len(values) == 1 and 0 <= next(iter(values)) < 10**15
    }


def _solved(check: Check, name: str, cells: Mapping[str, CellRecord]) -> Decimal | None:
    """The value of one figure with which a check holds."""
    sign = _sides(check)
    if sign is None:
        return None
    rest = sum(
        (sign[key] * (cells[key].value or Decimal(0)) for key in check.cells if key != name), Decimal(0)
    )
    return -rest * sign[name]


def _sides(check: Check) -> dict[str, int] | None:
    """+1 for the cells on the left of a check, -1 for those on its right."""
    base = check.id.rsplit(".", 1)[0]
    form = next((form for e in editions().values() for form in e.checks if form.id == base), None)
    if form is None or form.rule not in {"equal_sums", "sum"}:
        return None
    left = len(form.fields["left"]) if form.rule == "equal_sums" else len(check.cells) - 1
    return {name: 1 if at < left else -1 for at, name in enumerate(check.cells)}


def _of_error(tables: Tables, checks: list[Check]) -> dict[str, int]:
    """The one figure whose change would mend every identity that fails, and would break none that holds."""
    out: dict[str, int] = {}
    for kind in tables.found:
        own = [check for check in checks if check.id.startswith(f"{kind}.") and check.holds is not None]
        failing = [check for check in own if check.holds is False]
        if len(failing) < 2:
            continue
        common = set(failing[0].cells).intersection(*(check.cells for check in failing))
        held = {name for check in own if check.holds for name in check.cells}
        answers = {}
        for name in sorted(common - held):
            values = {_solved(check, name, tables.cells) for check in failing}
            value = values.pop() if len(values) == 1 else None
            if value is not None and value >= 0 and value == value.to_integral_value():
                answers[name] = int(value)
        if len(answers) == 1:
            out.update(answers)
    return out
