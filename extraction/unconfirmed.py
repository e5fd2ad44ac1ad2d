"""Figures that only counting put in their place, and that no identity confirms.

A blank leaves no trace in running text. A lost label, the number of a page or two figures without a gap
(`13` and `92` as `1392`) make up for it, and the row looks whole. So what was read from running text is
certain only where sums along its row and its column hold; and a blank beside a figure of several digits, in
a row whose cells were counted off, only where the sum of the row does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from extraction.assemble import Instance
from extraction.document import Block, Table
from extraction.record import CellRecord, Check, Issue
from extraction.values import clean, is_value_like

_TWO = re.compile(r"[+-]?[0-9]{2,}(?:\.[0-9]+)?")
"""Digits that may be those of two figures."""


def doubt_unconfirmed(
    chosen: Mapping[str, Instance],
    cells: Mapping[str, CellRecord],
    checks: Iterable[Check],
    flowing: frozenset[str],
) -> list[Issue]:
    """The issues of figures that nothing confirms.

    Args:
        chosen: the tables as read.
        cells: of the record.
        checks: the identities as judged.
        flowing: the tables that were read from running text.
    """
    if not flowing and not any(row.counted for instance in chosen.values() for row in instance.rows.values()):
        return []
    verdicts = _verdicts(checks)
    out: list[Issue] = []
    for kind, instance in chosen.items():
        names = {
            key: [f"{kind}.{key}.{column}" for column in row.slots] for key, row in instance.rows.items()
        }
        own = {key: [name for name in found if name in cells] for key, found in names.items()}
        if kind in flowing:
            doubted = [
                name
                for found in own.values()
                for name in found
                if cells[name].value is not None and not _confirmed(verdicts[name])
            ]
            message = f"{kind}: {len(doubted)} figures of running text that no identity confirms"
            code = "text_unconfirmed"
        else:
            doubted = _beside_blanks(instance, own, cells, verdicts)
            message = f"{kind}: beside a blank, a figure that may be two, and no sum confirms the row"
            code = "row_in_doubt"
        if doubted:
            out.append(Issue(code, "warning", message, tuple(doubted)))
    return out


_Verdicts = Mapping[str, Mapping[bool, set[bool | None]]]
"""Cell -> along its row (True) or its column (False) -> what the identities with it say."""


def _verdicts(checks: Iterable[Check]) -> _Verdicts:
    out: dict[str, dict[bool, set[bool | None]]] = defaultdict(lambda: defaultdict(set))
    for check in checks:
        if check.soft:
            continue
        along_row = len({name.split(".")[1] for name in check.cells}) == 1
        for name in check.cells:
            out[name][along_row].add(check.holds if check.holds is not None else check.blank_as_zero)
    return out


def _confirmed(found: Mapping[bool, set[bool | None]]) -> bool:
    """Whether an identity holds along each way in which the form has any."""
    return bool(found) and all(True in verdicts and False not in verdicts for verdicts in found.values())


def _beside_blanks(
    instance: Instance, own: Mapping[str, list[str]], cells: Mapping[str, CellRecord], verdicts: _Verdicts
) -> list[str]:
    """The cells of rows, counted off, in which a blank may be the place of a half of a figure."""
    printed: dict[tuple[int, int], list[str]] = defaultdict(list)
    for key, row in instance.rows.items():
        if row.counted:
            printed[row.table, row.row] += own[key]
    out: list[str] = []
    for names in printed.values():
        blanks = [name for name in names if cells[name].status == "blank"]
        open_ = [name for name in names if verdicts[name][True] != {True}]
        if blanks and any(_TWO.fullmatch(clean(cells[name].raw)) for name in open_):
            out += [name for name in names if name in {*open_, *blanks}]
    return out


def doubt_parted(
    chosen: Mapping[str, Instance],
    cells: Mapping[str, CellRecord],
    blocks: Collection[Block],
    read: Collection[tuple[int, int]],
) -> list[Issue]:
    """Doubt a blank row at the foot of a table where a table further down begins with figures of no label.

    A page end may stand between the label and its figures.
    """
    tables = [block for block in blocks if isinstance(block, Table)]
    begins = [
        number
        for number, table in enumerate(tables)
        if table.rows and (number, 0) not in read and _only_figures([cell.text for cell in table.rows[0]])
    ]
    out: list[Issue] = []
    for kind, instance in chosen.items():
        for key, row in instance.rows.items():
            if not any(row.table < number for number in begins) or row.row != tables[row.table].height - 1:
                continue
            names = [f"{kind}.{key}.{column}" for column in row.slots]
            blanks = tuple(name for name in names if name in cells and cells[name].status == "blank")
            if blanks:
                message = f"{kind}: {key} is blank, and figures without a label begin a table further down"
                out.append(Issue("row_in_doubt", "warning", message, blanks))
    return out


def _only_figures(texts: Collection[str]) -> bool:
    filled = [text for text in texts if clean(text)]
    return len(filled) > 1 and all(map(is_value_like, filled))
