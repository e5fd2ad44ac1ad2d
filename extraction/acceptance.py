"""Which recognised figures are believed: those that the identities of the form confirm.

Text recognition errs in ways that look like figures. So a figure that was recognised keeps a confidence below
one, and is accepted without a flag only where something besides the recogniser speaks for it:

- A figure that was read *surely* (two passes over other crops agree, each character is clear, the ink has
  room for exactly these digits) is confirmed by a hard identity that holds and contains it. In the requests
  table that is its row and its column (H3, and H1 or H2): one wrong figure breaks both, and errors that
  balance need four wrong cells in a rectangle. In the review table it is its block (H4). A holding row does
  not confirm where the column fails: what stands in a failing identity is never confirmed, nor is what holds
  only beside figures of which most stand in failing ones.
- Recognition may take a digit for the same other one twice. Where a figure and its total have the same
  digit in one place (1 = 1, 13 + 4 = 17), an identity along one way says of it only that both look alike, and
  confirms neither; a sentence that states the figure does.
- A figure that was read *unsurely* is confirmed only where an identity whose other figures were all read
  surely gives exactly this value. Identities alone are not enough: a digit that recognition loses everywhere
  (the 1 of 12 in a cell and in its totals) leaves every sum right, and sums of zeros always hold.
- Everything else is kept as read and flagged, cell by cell: `ocr_unconfirmed` for what was read surely but
  stands in no identity that could be judged (the whole disclosure table), `ocr_doubtful` for the rest, with
  `suggested` where the identities give one answer.

A cell without ink is blank, and counts as nothing in a sum; that is seen, not recognised. A figure may be
lost all the same: `ocr_empty` names blanks and dashes that are few in a table otherwise filled with figures,
and dashes that were read unsurely where the table has no sure ones. No figure is changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extraction.editions import CheckForm, Edition
from extraction.ocr import SURE, UNSURE
from extraction.record import CellRecord, Check, Issue

BOTH_WAYS, ONE_WAY = 0.99, 0.97
"""Confidence of a surely read figure that identities confirm along its row and its column, or along one."""
GIVEN = 0.95
"""Confidence of an unsurely read figure that surely read ones give."""

FEW = 10
"""So many times as many figures as blanks, or dashes, has a table in which these are the exception."""

_EMPTY = frozenset({"blank", "dash", "not_applicable"})


@dataclass(frozen=True, slots=True)
class _Judged:
    """A hard identity as it was judged, with the sign that each cell has in it."""

    check: Check
    signs: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Whether it holds, blanks counting as nothing."""
        return self.check.holds is True or (self.check.holds is None and self.check.blank_as_zero is True)

    @property
    def fails(self) -> bool:
        """Whether it fails."""
        return self.check.holds is False or (self.check.holds is None and self.check.blank_as_zero is False)

    @property
    def along_row(self) -> bool:
        """Whether its cells stand in one row."""
        return len({name.split(".")[1] for name in self.check.cells}) == 1


def accept(
    cells: Mapping[str, CellRecord],
    checks: Iterable[Check],
    editions: Mapping[str, Edition],
    *,
    said: Iterable[Check] = (),
    recognised: bool = False,
) -> tuple[dict[str, CellRecord], list[Issue]]:
    """The cells with their confidence after the identities have spoken, and issues for the others.

    Args:
        cells: of the record; where nothing in it was recognised, nothing changes.
        checks: as judged.
        editions: of each table.
        said: what the sentences state against the cells.
        recognised: whether text of the document was. A table that stands in running text has no boxes that
            were read apart and twice; where the text was recognised, its figures are in doubt.
    """
    if recognised:
        cells = {key: _doubted(cell) for key, cell in cells.items()}
    if not any(cell.value is not None and _recognised(cell) for cell in cells.values()):
        return dict(cells), []
    beside = _by_cell(checks, editions)
    contradicted = {key for key, judged in beside.items() if any(one.fails for one in judged)}
    stated = _stated(said)
    out = dict(cells)
    unconfirmed: dict[str, list[str]] = defaultdict(list)
    doubtful: dict[str, list[str]] = defaultdict(list)
    for key, cell in cells.items():
        if not _recognised(cell) or cell.status in _EMPTY or cell.status == "absent":
            continue
        judged = beside.get(key, [])
        confidence = _confirmed(key, judged, cells, contradicted, stated.get(key))
        if confidence is not None:
            out[key] = replace(cell, confidence=confidence)
            continue
        if cell.value is not None and cell.confidence >= SURE:
            unconfirmed[key.split(".")[0]].append(key)
            continue
        doubtful[key.split(".")[0]].append(key)
        suggested = _suggested(key, judged, cells)
        if suggested is not None and suggested != cell.value:
            out[key] = replace(cell, suggested=int(suggested))
    return out, [
        *_issues("ocr_unconfirmed", "recognised figures that no identity confirms", unconfirmed),
        *_issues("ocr_doubtful", "recognised figures in doubt", doubtful),
        *_issues("ocr_empty", "cells without a figure, where one may be lost", _empties(cells)),
    ]


def _empties(cells: Mapping[str, CellRecord]) -> dict[str, list[str]]:
    """Blanks and dashes that are no habit of the table, or were read unsurely."""
    tables: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, cell in cells.items():
        kind = "figure" if cell.value is not None else cell.status
        if cell.value is not None or (_recognised(cell) and kind in _EMPTY):
            tables[key.split(".")[0]][kind].append(key)
    out: dict[str, list[str]] = defaultdict(list)
    for table, kinds in tables.items():
        figures = len(kinds.pop("figure", ()))
        for keys in kinds.values():
            sure = [key for key in keys if cells[key].confidence >= SURE]
            if FEW * len(keys) <= figures or not sure:
                out[table] += keys
    return out


def _stated(said: Iterable[Check]) -> dict[str, bool]:
    """Cells of which a sentence states the figure, and whether all that do state this one."""
    out: dict[str, bool] = {}
    for check in said:
        if len(check.cells) == 1 and check.holds is not None:
            (key,) = check.cells
            out[key] = out.get(key, True) and check.holds
    return out


def _issues(code: str, message: str, named: Mapping[str, list[str]]) -> list[Issue]:
    return [
        Issue(code, "warning", f"{table}: {len(keys)} {message}", tuple(keys))
        for table, keys in named.items()
    ]


def _by_cell(checks: Iterable[Check], editions: Mapping[str, Edition]) -> dict[str, list[_Judged]]:
    forms = {form.id: form for edition in editions.values() for form in edition.checks}
    out: dict[str, list[_Judged]] = defaultdict(list)
    for check in checks:
        form = forms.get(check.id.rpartition(".")[0])
        if check.soft or form is None:
            continue
        signs = _signs(form, check)
        if signs is not None:
            for name in check.cells:
                out[name].append(_Judged(check, signs))
    return out


def _signs(form: CheckForm, check: Check) -> dict[str, int] | None:
    """1 for the cells on the left of an equation, -1 for those on the right."""
    if form.rule == "equal_sums":
        left = len(form.fields["left"])
    elif form.rule == "sum":
        left = len(form.fields["parts"])
    else:
        return None
    return {name: 1 if at < left else -1 for at, name in enumerate(check.cells)}


def _recognised(cell: CellRecord) -> bool:
    """Whether a cell was seen on a page rather than written as text (text without tables has no boxes)."""
    if cell.at is None or cell.confidence == 1.0:
        return False
    return cell.at.bbox is not None or cell.confidence == UNSURE


def _doubted(cell: CellRecord) -> CellRecord:
    flows = cell.at is not None and cell.at.bbox is None and cell.value is not None
    return replace(cell, confidence=UNSURE) if flows and cell.confidence < 1.0 else cell


def _sure(cell: CellRecord) -> bool:
    return cell.confidence >= SURE and (cell.value is not None or cell.status in _EMPTY)


def _confirmed(
    key: str,
    judged: Sequence[_Judged],
    cells: Mapping[str, CellRecord],
    contradicted: Collection[str],
    stated: bool | None,
) -> float | None:
    """The confidence that the identities, and a sentence that states it, give to a figure; or None."""
    cell = cells[key]
    if cell.value is None or any(one.fails for one in judged) or stated is False:
        return None
    speaking = []
    for one in judged:
        others = [name for name in one.check.cells if name != key and cells[name].value]
        if one.holds and 2 * sum(name in contradicted for name in others) <= len(others):
            speaking.append(one)
    ways = len({one.along_row for one in speaking})
    if ways == 0 or (ways == 1 and all(_alike(key, one, cells) for one in speaking)):
        ways = 1 if stated else 0
    if not ways:
        return None
    if cell.confidence >= SURE:
        return BOTH_WAYS if ways == 2 else ONE_WAY
    if any(all(_sure(cells[name]) for name in one.check.cells if name != key) for one in speaking):
        return GIVEN
    return None


def _alike(key: str, judged: _Judged, cells: Mapping[str, CellRecord]) -> bool:
    """Whether a figure has a digit in its place again on the other side: both may be misread alike."""
    own = str(cells[key].value or "")[::-1]
    return any(
        one == other != "0"
        for name, sign in judged.signs.items()
        if sign != judged.signs[key]
        for one, other in zip(own, str(cells[name].value or "")[::-1], strict=False)
    )


def _suggested(key: str, judged: Iterable[_Judged], cells: Mapping[str, CellRecord]) -> Decimal | None:
    """The one value that every identity gives whose other cells were read surely."""
    answers = set()
    for one in judged:
        others = [name for name in one.check.cells if name != key]
        if all(_sure(cells[name]) for name in others):
            rest = sum((one.signs[name] * (cells[name].value or Decimal(0)) for name in others), Decimal(0))
            answers.add(-rest * one.signs[key])
    answer = answers.pop() if len(answers) == 1 else None
    return answer if answer is not None and answer >= 0 and answer == answer.to_integral_value() else None
