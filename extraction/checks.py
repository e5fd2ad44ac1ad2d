"""The arithmetic identities of an edition, judged on the figures as printed.

Three answers: it holds, it fails, or (None) it cannot be judged because a cell it needs is not a figure.
Beside it, where blanks or dashes are all that stood in the way, whether it would hold if they were zeros.
No figure is ever altered to make a check hold. ``expected`` is what the parts, or the tables, say;
``actual`` what is printed as their total, or stated in the text: a failing check's difference is theirs.

Rules: ``equal_sums`` (left = right), ``sum`` (total = parts), ``at_most`` (part <= whole, or the
sum of several wholes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from extraction.editions import CheckForm, Edition, editions
from extraction.mention_forms import compared_cells
from extraction.record import CellRecord, Check, Issue, Mention

EMPTY = frozenset({"blank", "dash", "not_applicable"})
"""Statuses of cells in which no figure was meant to stand."""
MANY = 8
"""So many identities fail where figures are misread throughout."""
_NOTHING = Decimal(0)


def run_checks(cells: dict[str, CellRecord], known: dict[str, Edition]) -> tuple[list[Check], list[Issue]]:
    """Judge every identity of every table found; `known` gives the edition of each table."""
    checks: list[Check] = []
    issues: list[Issue] = []
    for table, edition in known.items():
        for planned in _plan(edition.id, table):
            if all(name in cells for name in planned.names):
                check = _check(planned, cells)
                checks.append(check)
                issue = _issue(check)
                if issue is not None:
                    issues.append(issue)
    return checks, issues


def misread(checks: Iterable[Check], cells: dict[str, CellRecord]) -> list[Issue]:
    """Doubt every figure where most identities fail: no agency errs so, a font that says other digits does.

    The disclosure table has hardly an identity of its own; what the others show holds for it too.
    """
    hard = [check.holds for check in checks if not check.soft and check.holds is not None]
    if hard.count(False) < MANY or 2 * hard.count(False) < len(hard):
        return []
    figures = tuple(name for name, cell in cells.items() if cell.value is not None)
    message = f"{hard.count(False)} of {len(hard)} identities fail: all figures may be misread, the year too"
    # An issue that names cells speaks of these alone; the title and its year are digits as well.
    title = "the title and the year may be misread, as the figures may be: most identities fail"
    return [Issue("mostly_failing", "warning", message, figures), Issue("title_doubtful", "warning", title)]


def check_mentions(
    mentions: Iterable[Mention], cells: dict[str, CellRecord]
) -> tuple[list[Check], list[Issue]]:
    """Judge what the text states against the tables (S4); one check for each figure stated.

    A figure that may be another's (all bodies of the city) can confirm the table, but cannot contradict it.
    """
    checks: list[Check] = []
    issues: list[Issue] = []
    seen: set[tuple[str, Decimal]] = set()
    for mention in mentions:
        names = next((names for names in compared_cells(mention.key) if set(names) <= set(cells)), None)
        sure = not mention.flags
        if names is None or mention.value is None or mention.year is not None:
            continue
        if not (sure or set(mention.flags) <= {"scope"}) or (mention.key, mention.value) in seen:
            continue
        seen.add((mention.key, mention.value))
        empty = [name for name in names if cells[name].value is None]
        expected = holds = zeros = None
        if not empty:
            expected = _sum(names, cells)
            holds = expected == mention.value or (None if not sure else False)
        elif all(cells[name].status in EMPTY for name in empty):
            zeros = _sum(names, cells) == mention.value or (None if not sure else False)
        number = sum(check.id.startswith(f"mentions.{mention.key}") for check in checks)
        name = f"mentions.{mention.key}" + (f".{number + 1}" if number else "")
        check = Check(name, holds, expected, mention.value, names, zeros, soft=True)
        checks.append(check)
        issue = _issue(check)
        if issue is not None:
            issues.append(issue)
    return checks, issues


@dataclass(frozen=True, slots=True)
class _Planned:
    """An identity at one row or column: the cells on its two sides."""

    id: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    names: tuple[str, ...]
    at_most: bool
    soft: bool


@lru_cache(maxsize=64)
def _plan(edition: str, table: str) -> tuple[_Planned, ...]:
    """The identities of a table of an edition, place by place."""
    known = editions()[edition]
    return tuple(p for form in known.checks if form.table == table for p in _planned(form, known))


def _planned(form: CheckForm, edition: Edition) -> Iterator[_Planned]:
    table = edition.tables[form.table]
    left, right = _sides(form)
    fields = {*left, *right}
    for place in table.columns if form.over == "columns" else table.rows:
        if form.over == "rows" and not fields.issubset(table.rows[place].columns):
            continue
        lefts, rights = (
            tuple(
                f"{table.key}.{field}.{place}" if form.over == "columns" else f"{table.key}.{place}.{field}"
                for field in side
            )
            for side in (left, right)
        )
        at_most = form.rule == "at_most"
        yield _Planned(f"{form.id}.{place}", lefts, rights, (*lefts, *rights), at_most, form.soft)


def _sides(form: CheckForm) -> tuple[list[str], list[str]]:
    fields = form.fields
    if form.rule == "equal_sums":
        return list(fields["left"]), list(fields["right"])
    if form.rule == "sum":
        return list(fields["parts"]), [fields["total"]]
    whole = fields["whole"]
    return [whole] if isinstance(whole, str) else list(whole), [fields["part"]]


def _check(planned: _Planned, cells: dict[str, CellRecord]) -> Check:
    names = planned.names
    empty = [name for name in names if cells[name].value is None]
    zeros: bool | None = None
    expected = actual = holds = None
    if not empty:
        expected, actual = _sum(planned.left, cells), _sum(planned.right, cells)
        holds = actual <= expected if planned.at_most else actual == expected
    elif len(empty) < len(names) and all(cells[name].status in EMPTY for name in empty):
        left, right = _sum(planned.left, cells), _sum(planned.right, cells)
        zeros = right <= left if planned.at_most else right == left
    return Check(planned.id, holds, expected, actual, names, zeros, planned.soft)


def _sum(names: Iterable[str], cells: dict[str, CellRecord]) -> Decimal:
    return sum([cells[name].value or _NOTHING for name in names], _NOTHING)


def _issue(check: Check) -> Issue | None:
    if check.holds is False:
        severity = "note" if check.soft else "warning"
        message = f"{check.id}: expected {check.expected}, printed {check.actual}"
        return Issue("check_failed", severity, message, check.cells)
    if check.blank_as_zero is False and not check.id.startswith("mentions."):
        message = f"{check.id}: would not hold with blanks as zeros"
        return Issue("check_failed_blank_as_zero", "note" if check.soft else "warning", message, check.cells)
    return None
