"""Damaged tables: labels or heads exchanged, rows shifted, short, doubled.

`python -m tests.corpus.redteam.mutations --seeds A:B` says where a wrong figure passes in silence, and where a damage that
the arithmetic cannot show goes unnoticed.
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.corpus.judge import Flags, judge
from tests.corpus.redteam import figures as fig
from tests.corpus.redteam import shapes
from tests.corpus.redteam.figures import Figures
from tests.corpus.redteam.grids import Box, Sheet
from tests.corpus.redteam.hunt import paints

Damage = Callable[[Figures, Sheet, random.Random], set[str]]
"""Changes the requests sheet (and the truth, where the print says otherwise); gives the cells that must be doubted."""


def _figure_rows(sheet: Sheet) -> list[int]:
    return [i for i, row in enumerate(sheet.rows) if row[-1].tag]


def _key(row: list[Box]) -> str:
    return (row[-1].tag or "").split(".")[1]


def _leaf_rows(sheet: Sheet) -> list[int]:
    outer = {"new", "carried_in", "total", "carried_over", "other_remaining"}
    return [i for i in _figure_rows(sheet) if _key(sheet.rows[i]) not in outer]


def _retell(f: Figures, printed: dict[str, Box]) -> None:
    """The truth as printed: what stands now at each key."""
    told = {
        key: (f.values[box.tag], f.status[box.tag], f.printed[box.tag])
        for key, box in printed.items()
        if box.tag
    }
    for key, (value, status, text) in told.items():
        f.values[key], f.status[key], f.printed[key] = value, status, text


def swap_labels(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    one, two = rng.sample(_leaf_rows(sheet), 2)
    a, b = sheet.rows[one], sheet.rows[two]
    a[-8], b[-8] = replace(a[-8], text=b[-8].text), replace(b[-8], text=a[-8].text)
    return _crossed(f, a, b)


def swap_figures(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    one, two = rng.sample(_leaf_rows(sheet), 2)
    a, b = sheet.rows[one], sheet.rows[two]
    a[-7:], b[-7:] = b[-7:], a[-7:]
    printed = {}
    for mine, theirs in ((a, b), (b, a)):
        printed |= {box.tag: other for box, other in zip(theirs[-7:], mine[-7:], strict=True) if box.tag}
    _retell(f, printed)
    return set()


def _crossed(f: Figures, a: list[Box], b: list[Box]) -> set[str]:
    """The label of each row now names the other's figures."""
    printed = {}
    for mine, theirs in ((a, b), (b, a)):
        printed |= {box.tag: other for box, other in zip(theirs[-7:], mine[-7:], strict=True) if box.tag}
    _retell(f, printed)
    return {f"requests.{_key(a)}", f"requests.{_key(b)}"}


def swap_heads(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    row = sheet.rows[2]
    one, two = rng.sample(range(len(row)), 2)
    row[one], row[two] = row[two], row[one]
    keys = fig.WHO[1:-1]
    a, b = keys[one], keys[two]
    printed = {}
    for i in _figure_rows(sheet):
        by_key = {(box.tag or "").split(".")[2]: box for box in sheet.rows[i][-7:]}
        printed[by_key[a].tag or ""], printed[by_key[b].tag or ""] = by_key[b], by_key[a]
    _retell(f, printed)
    return {f"requests.{_key(sheet.rows[i])}.{key}" for i in _figure_rows(sheet) for key in (a, b)}


def shift_row(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    row = sheet.rows[rng.choice(_figure_rows(sheet))]
    boxes = row[-7:]
    texts = [b.text for b in boxes]
    texts = ["", *texts[:-1]] if rng.random() < 0.5 else [*texts[1:], ""]
    moved = [f.values[b.tag or ""] for b in boxes]
    moved = [None, *moved[:-1]] if texts[0] == "" else [*moved[1:], None]
    for box, text, value in zip(boxes, texts, moved, strict=True):
        key = box.tag or ""
        f.values[key], f.printed[key], f.status[key] = value, text, "blank" if value is None else "number"
    row[-7:] = [replace(box, text=text) for box, text in zip(boxes, texts, strict=True)]
    return {f"requests.{_key(row)}"} if any(v for v in moved) else set()


def drop_cell(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    row = sheet.rows[rng.choice(_figure_rows(sheet))]
    key = _key(row)
    del row[-rng.randint(1, 7)]
    return {f"requests.{key}"}


def double_row(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    at = rng.choice([i for i in _leaf_rows(sheet) if all(b.rows == 1 for b in sheet.rows[i])])
    copy = [
        replace(b, text=str(int(f.values[b.tag] or 0) + rng.randint(0, 2)), tag=None) if b.tag else b
        for b in sheet.rows[at]
    ]
    for row in sheet.rows[:at]:
        for j, box in enumerate(row):
            if box.rows > 1 and not box.head and sheet.rows.index(row) + box.rows > at:
                row[j] = replace(box, rows=box.rows + 1)
    changed = any(a.text != b.text for a, b in zip(copy, sheet.rows[at], strict=True))
    sheet.rows.insert(at + 1, copy)
    return {f"requests.{_key(sheet.rows[at])}"} if changed else set()


def extra_cell(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    row = sheet.rows[rng.choice(_figure_rows(sheet))]
    key = _key(row)
    row.insert(len(row) - rng.randint(0, 6), Box(str(rng.randint(1, 50))))
    return {f"requests.{key}"}


def lose_label(f: Figures, sheet: Sheet, rng: random.Random) -> set[str]:
    row = sheet.rows[rng.choice(_leaf_rows(sheet))]
    row[-8] = replace(row[-8], text="")
    return {f"requests.{_key(row)}"}


DAMAGES: dict[str, Damage] = {
    "swap_labels": swap_labels, "swap_figures": swap_figures, "swap_heads": swap_heads, "shift_row": shift_row,
    "drop_cell": drop_cell, "double_row": double_row, "extra_cell": extra_cell, "lose_label": lose_label,
}  # fmt: skip


def _doubted(flags: Flags, key: str) -> bool:
    """Whether a row or cell is doubted by an issue or a failing check."""
    names = flags.named | flags.failing
    return any(name == key or name.startswith(f"{key}.") or key.startswith(f"{name}.") for name in names)


def documents(seeds: range) -> Any:
    """Damage, painter, bytes, truth and the cells that must be doubted."""
    for seed in seeds:
        for damage, change in DAMAGES.items():
            for paint, render in paints(pdf=False).items():
                if "csv" in paint or paint == "xlsx_hidden_row":
                    continue
                rng = random.Random(f"{seed}/{damage}/{paint}")
                f = fig.draw(rng, rng.choice(["2021", "2019"]), rng.choice([3, 9, 40]))
                sheet = shapes.requests(f)
                due = change(f, sheet, rng)
                data, _ = render(f, [shapes.proactive(f), sheet, shapes.review(f)], rng)
                yield (
                    f"{damage}+{paint}+{seed}",
                    data,
                    {"format": paint, "deviations": [damage], **f.truth()},
                    due,
                )


def main() -> int:
    from extraction import extract

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:1")
    parser.add_argument("--match", default="")
    args = parser.parse_args()
    first, last = map(int, args.seeds.split(":"))
    counts: Counter[str] = Counter()
    for name, data, truth, due in documents(range(first, last)):
        if args.match not in name:
            continue
        record = json.loads(extract(data).to_json())
        verdict = judge(record, truth, name)
        flags = Flags(record)
        unnoticed = sorted(key for key in due if not _doubted(flags, key))
        damage = truth["deviations"][0]
        counts[f"{damage} documents"] += 1
        counts[f"{damage} silent"] += verdict.silent > 0
        counts[f"{damage} unnoticed"] += bool(unnoticed)
        if verdict.silent or unnoticed:
            print(
                f"{name}: silent {verdict.silent}, unnoticed {unnoticed[:3]} {[p for p in verdict.problems if p.startswith('SILENT')][:3]}"
            )
    for key, value in sorted(counts.items()):
        print(f"{key:30s} {value}")
    return int(any(value for key, value in counts.items() if key.endswith("silent")))


if __name__ == "__main__":
    sys.exit(main())
